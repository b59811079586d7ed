"""The alternatives of a ``oneOf`` or ``anyOf``: which old one is which new one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trigger_contract.changes.flatten import Flat, flatten
from trigger_contract.changes.law import Effect
from trigger_contract.changes.model import Severity
from trigger_contract.changes.position import UNIONS, Position, is_annotation, position
from trigger_contract.changes.side import Side, canonical, listing, quoted, same_json
from trigger_contract.changes.spot import Context, Spot

if TYPE_CHECKING:
    from trigger_contract.changes.schemas import SchemaGraph

_SHOWN_PROPERTIES = 5

# The types whose values a keyword concerns. Source: JSON Schema 2020-12, Validation, 6; Core, 10.
_STRING = ("minLength", "maxLength", "pattern", "format", "contentEncoding", "contentMediaType")
_NUMBER = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_ARRAY = (
    "items",
    "prefixItems",
    "minItems",
    "maxItems",
    "uniqueItems",
    "contains",
    "minContains",
    "maxContains",
)
_OBJECT = ("properties", "required", "additionalProperties", "patternProperties", "propertyNames",
    "minProperties", "maxProperties", "dependentRequired", "dependentSchemas")  # fmt: skip
_OF_TYPES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(_STRING, ("string",)),
    **dict.fromkeys(_NUMBER, ("number", "integer")),
    **dict.fromkeys(_ARRAY, ("array",)),
    **dict.fromkeys(_OBJECT, ("object",)),
}


@dataclass(frozen=True)
class Match:
    """Alternatives paired up, and those left over."""

    pairs: tuple[tuple[Any, Any], ...] = ()
    removed: tuple[Any, ...] = ()
    added: tuple[Any, ...] = ()


def match(graph: SchemaGraph, context: Context, old: list[Any], new: list[Any]) -> Match:
    """Pair alternatives: first those that demand the same, then by name, by tag and by likeness."""
    pairs: list[tuple[Any, Any]] = []
    before, after = list(old), list(new)
    names = (lambda one: position(graph.old, one).component, lambda one: position(graph.new, one).component)

    def same_text(one: Any, other: Any) -> bool:
        return names[0](one) == names[1](other) and same_json(one, other)

    def same_name(one: Any, other: Any) -> bool:
        return names[0](one) is not None and names[0](one) == names[1](other)

    frames = {
        id(one): _frame(flatten(side, one))
        for side, listed in ((graph.old, old), (graph.new, new))
        for one in listed
    }

    def same(one: Any, other: Any) -> bool:
        # Most are seen to differ without a look at all that lies below them.
        shapes = frames[id(one)], frames[id(other)]
        return (None in shapes or shapes[0] == shapes[1]) and graph.same(context, one, other)

    def same_tag(one: Any, other: Any) -> bool:
        tags = _tags(graph.old, flatten(graph.old, one)), _tags(graph.new, flatten(graph.new, other))
        return not _differ(*tags) and not tags[0].keys().isdisjoint(tags[1])

    tests: tuple[Callable[[Any, Any], bool], ...] = (
        same_text,
        same_name,
        same,
        same_tag,
    )
    for test in tests:
        for one in list(before):
            partner = next((other for other in after if test(one, other)), None)
            if partner is not None:
                pairs.append((one, partner))
                before.remove(one)
                after.remove(partner)
    for one, partner in _most_alike(graph, before, after):
        pairs.append((one, partner))
        before.remove(one)
        after.remove(partner)
    # An alternative that says what another one says comes and goes without notice.
    gone = [one for one in before if not any(same(one, other) for other in new)]
    come = [one for one in after if not any(same(other, one) for other in old)]
    return Match(tuple(pairs), tuple(gone), tuple(come))


def _frame(flat: Flat) -> tuple[frozenset[str], frozenset[str], frozenset[str]] | None:
    """Return what two schemas of known types have in common if they demand the same."""
    if flat.types is None:
        return None
    return flat.types, frozenset(flat.get("properties", ())), frozenset(flat.get("required", ()))


def _most_alike(graph: SchemaGraph, old: list[Any], new: list[Any]) -> list[tuple[Any, Any]]:
    """Pair what is left by likeness, the most alike first; what is told apart by a tag is no pair."""
    flats = [flatten(graph.old, one) for one in old], [flatten(graph.new, one) for one in new]
    tags = [_tags(graph.old, flat) for flat in flats[0]], [_tags(graph.new, flat) for flat in flats[1]]
    scores = [
        (-score, index, other)
        for index in range(len(old))
        for other in range(len(new))
        if (score := _likeness(flats[0][index], flats[1][other]))
        and not _differ(tags[0][index], tags[1][other])
    ]
    taken: tuple[set[int], set[int]] = set(), set()
    pairs = []
    for _, index, other in sorted(scores):
        if index not in taken[0] and other not in taken[1]:
            taken[0].add(index)
            taken[1].add(other)
            pairs.append((old[index], new[other]))
    return pairs


def _likeness(old: Flat, new: Flat) -> float:
    """Return how likely two schemas are versions of one: of one type, and half their properties in common."""
    if old.types != new.types:
        return 0
    one, other = set(old.get("properties", {})), set(new.get("properties", {}))
    if not one and not other:
        return float(old.types is not None)
    share = len(one & other) / len(one | other)
    return share if share >= 0.5 else 0


def _tags(side: Side, flat: Flat) -> dict[str, str]:
    """Return the properties that can have only one value, by which alternatives are often told apart."""
    tags: dict[str, str] = {}
    for name, raw in flat.get("properties", {}).items():
        values = flatten(side, raw).get("enum")
        if values is not None and len(values) == 1:
            tags[name] = canonical(values[0])
    return tags


def _differ(old: Mapping[str, str], new: Mapping[str, str]) -> bool:
    return any(old[name] != new[name] for name in old.keys() & new.keys())


def is_type_list(flat: Flat) -> bool:
    """Whether a schema names several types and demands nothing but what concerns one of them each."""
    if flat.types is None or len(flat.types) < 2 or flat.extra or {"integer", "number"} <= flat.types:
        return False
    return all(is_annotation(key) or key in _OF_TYPES for key in flat.keywords)


def _of_type(flat: Flat, name: str) -> dict[str, Any]:
    """Return what a schema demands of values of one of its types."""
    return {key: value for key, value in flat.keywords.items() if name in _OF_TYPES.get(key, ())}


def distributed_alike(old_side: Side, old: Flat, new_side: Side, new: Flat) -> tuple[Flat, Flat]:
    """Put what stands beside a union into its alternatives where the other schema has it there."""
    kinds = _only_union(old), _only_union(new)
    if kinds[0] is None or kinds[1] is None:
        return old, new
    beside = _beside(old, kinds[0]), _beside(new, kinds[1])
    bare = [not keys - {"type"} for keys in beside]
    if bare == [False, False] or (bare == [True, True] and old.types == new.types):
        return old, new
    return _distributed(old_side, old, kinds[0]), _distributed(new_side, new, kinds[1])


def _only_union(flat: Flat) -> str | None:
    found = [key for key in UNIONS if key in flat.keywords]
    return found[0] if len(found) == 1 and not flat.extra else None


def _beside(flat: Flat, keyword: str) -> set[str]:
    """Return what is demanded beside a union."""
    found = {key for key in flat.keywords if not is_annotation(key)} - {keyword, "discriminator"}
    return found | {"type"} if flat.types is not None else found


def _distributed(side: Side, flat: Flat, keyword: str) -> Flat:
    """Return a schema with what stands beside its union in each of the alternatives."""
    demands = _beside(flat, keyword)
    if not demands:
        return flat
    beside = {key: flat.keywords[key] for key in flat.keywords if key in demands}
    if flat.types is not None:
        beside["type"] = sorted(flat.types)
    members = [{"allOf": [beside, member]} for member in flat.get(keyword)]
    rest = {key: value for key, value in flat.keywords.items() if is_annotation(key)}
    if isinstance(discriminator := flat.get("discriminator"), Mapping):
        rest["discriminator"] = {**discriminator, "mapping": _mapping(side, flat)}
    return Flat(None, flat.null, {**rest, keyword: members}, (), {}, flat.parts)


def as_alternatives(at: Position, flat: Flat, told: set[str]) -> list[Any]:
    """Return a schema that is no union as the alternatives of one.

    Args:
        at: The schema.
        flat: What it demands.
        told: Annotations that are compared apart, as null is.
    """
    if is_type_list(flat):
        return [{"type": name, **_of_type(flat, name)} for name in sorted(flat.types or ())]
    if not flat.null and at.key.startswith("#"):
        return [{"$ref": at.key}]
    if not flat.null or flat.extra:
        return [{key: value for key, value in at.core.items() if key not in told}]
    bare = flat.keywords if "allOf" in at.core else at.core
    bare = {key: value for key, value in bare.items() if key not in {"nullable", "type", *told}}
    return [{**bare, "type": sorted(flat.types)} if flat.types is not None else bare]


def describe(side: Side, raw: Any) -> str:
    """Name an alternative in a sentence."""
    return quoted(label(side, raw))


def label(side: Side, raw: Any) -> str:
    """Name an alternative: the component, or what it looks like."""
    at = position(side, raw)
    if at.component is not None:
        return at.component
    flat = flatten(side, raw)
    if isinstance(title := flat.get("title"), str):
        return title
    if names := [*flat.get("properties", ())]:
        more = ", …" if len(names) > _SHOWN_PROPERTIES else ""
        return f"{{{', '.join(names[:_SHOWN_PROPERTIES])}{more}}}"
    if needed := flat.get("required"):
        return f"required: {', '.join(needed)}"
    return " or ".join(sorted(flat.types)) if flat.types else "any"


def choice(side: Side, keyword: str, alternatives: list[Any]) -> str:
    """Spell a ``oneOf`` or ``anyOf`` in a sentence."""
    names = [describe(side, one) for one in alternatives]
    return f"{'exactly' if keyword == 'oneOf' else 'at least'} one of {listing(names)}"


def compare_discriminators(graph: SchemaGraph, spot: Spot, old: Flat, new: Flat, told: Match) -> None:
    """Report changes in how a client tells the alternatives apart.

    Args:
        graph: Both documents.
        spot: The place.
        old: The old union.
        new: The new union.
        told: Its alternatives; the values of those that came or went need no words of their own.
    """
    before, after = old.get("discriminator"), new.get("discriminator")
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        if after is not None and before is None:
            spot.report("discriminator-added", Effect.NONE, "now has a discriminator")
        elif before is not None and after is None:
            spot.report(
                "discriminator-removed", Effect.NONE, "no longer has a discriminator", level=Severity.RISKY
            )
        return
    names = before.get("propertyName"), after.get("propertyName")
    if names[0] != names[1]:
        predicate = f"is told apart by {quoted(names[1])} (was {quoted(names[0])})"
        spot.report("discriminator-property-name-changed", Effect.UNKNOWN, predicate, *names)
    mappings = _mapping(graph.old, old), _mapping(graph.new, new)
    gone = {position(graph.old, one).key for one in told.removed}
    come = {position(graph.new, one).key for one in told.added}
    for value in dict.fromkeys([*mappings[0], *mappings[1]]):
        one, other = (mapping.get(value) for mapping in mappings)
        if one in gone or other in come:
            continue
        if one is None:
            predicate = f"has the new discriminator value {quoted(value)}"
            spot.report("discriminator-mapping-added", Effect.NONE, predicate, None, value)
        elif other is None:
            predicate = f"no longer has the discriminator value {quoted(value)}"
            spot.report("discriminator-mapping-deleted", Effect.UNKNOWN, predicate, value, None)
        elif one != other and not graph.same(spot.context, {"$ref": one}, {"$ref": other}):
            predicate = f"has another schema for the discriminator value {quoted(value)}"
            spot.report("discriminator-mapping-changed", Effect.UNKNOWN, predicate, one, other)


def _mapping(side: Side, flat: Flat) -> dict[str, str]:
    """Return the reference for each discriminator value, the implicit ones by component name included.

    Source: OpenAPI 3.1, Discriminator Object.
    """
    explicit: dict[str, str] = {}
    for value, target in side.mapping(flat.get("discriminator").get("mapping"), "`mapping`").items():
        explicit[value] = target if "/" in target else f"#/components/schemas/{target}"
    for member in [*flat.get("oneOf", []), *flat.get("anyOf", [])]:
        at = position(side, member)
        if at.component is not None and at.key not in explicit.values():
            explicit.setdefault(at.component, at.key)
    return explicit
