"""Schemas in one normal form, so that different spellings of one meaning compare equal.

Silent here: a reference or its content, a one-element ``allOf``, ``type: string`` or
``type: [string]``, ``nullable`` (OpenAPI 3.0) or type null or a union with null (3.1), ``const`` or an
enum of one value, boolean or numeric ``exclusiveMinimum``, limits that restrict nothing, an ``allOf``
or the one schema that its members add up to, a union in a union or all alternatives in one. Source: JSON
Schema 2020-12 and OpenAPI 3.0.3, Schema Object.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from trigger_contract.changes.position import (
    UNIONS,
    Position,
    as_schema,
    component,
    is_annotation,
    is_legacy,
    is_null,
    is_words,
    position,
)
from trigger_contract.changes.side import Side, canonical, json_type, same_json

LOWER_LIMITS = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains")
UPPER_LIMITS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains")
# Of which kinds the unions in a union are that were taken in; see ``keywords``.
INNER_UNION = "innerUnions"


@dataclass(frozen=True)
class Flat:
    """What a schema demands, with all of its ``allOf`` added up.

    Attributes:
        types: Allowed types without null; None for any.
        null: Whether null is allowed; None where nothing is said about types or values.
        keywords: The other keywords, normalised.
        extra: Demands that cannot be added up, such as a second pattern, each as (keyword, value).
        origins: For a property that one component of an ``allOf`` speaks of alone, the component.
        parts: The components of its ``allOf``, each with what it says about itself in words.
    """

    types: frozenset[str] | None = None
    null: bool | None = None
    keywords: Mapping[str, Any] = field(default_factory=dict)
    extra: tuple[tuple[str, Any], ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def get(self, key: str, default: Any = None) -> Any:
        """Return a keyword's value."""
        return self.keywords.get(key, default)


def flatten(side: Side, raw: Any, taken: set[str] | None = None) -> Flat:
    """Add up a schema and all of its ``allOf`` members.

    A component is taken in once, however often it is referred to: twice would demand no more, and where
    each component takes in another twice, the cost would double with each of them.
    """
    taken = set() if taken is None else taken
    schema = as_schema(side, raw)
    flat = _normalise(side, schema)
    members: list[Any] = []
    if isinstance(reference := schema.get("$ref"), str):
        if is_legacy(side):
            flat, schema = Flat(), {}
        members.append(reference)
    members += side.sequence(schema.get("allOf"), "`allOf`", schema)
    for keyword in UNIONS:
        # One alternative, perhaps beside null, is no choice.
        if (sole := _sole_alternative(side, schema, keyword)) is not None:
            members.append(sole)
    for member in members:
        if isinstance(member, str) or (isinstance(member, Mapping) and set(member) == {"$ref"}):
            reference = member if isinstance(member, str) else str(member["$ref"])
            if reference in taken:
                continue
            taken.add(reference)
            part = flatten(side, side.lookup(reference, schema), taken)
            if (name := component(reference)) is not None and reference.count("/") == 3:
                part = _part(part, name)
        else:
            part = flatten(side, member, taken)
        flat = _both(flat, part)
    if schema.get("nullable") is True and flat.null is False and "allOf" in schema:
        flat = replace(flat, null=True)
    return flat


def _part(flat: Flat, name: str) -> Flat:
    """Return a component as a part of an ``allOf``: it owns its properties, and its words are its own."""
    words = {key: value for key, value in flat.keywords.items() if is_words(key)}
    return replace(
        flat,
        keywords={key: value for key, value in flat.keywords.items() if key not in words},
        origins={key: flat.origins.get(key, name) for key in flat.get("properties", {})},
        parts={**flat.parts, name: words},
    )


def _normalise(side: Side, schema: Mapping[str, Any]) -> Flat:
    rest = {key: value for key, value in schema.items() if key not in ("$ref", "allOf", "type", "nullable")}
    types, null = _types(side, schema)
    _normalise_values(side, schema, rest)
    null = _null_of_values(rest, types, null)
    _normalise_limits(rest)
    if "prefixItems" in rest:
        rest["prefixItems"] = side.sequence(rest["prefixItems"], "`prefixItems`", schema)
    for keyword in UNIONS:
        if keyword in rest:
            types, null = _normalise_union(side, schema, rest, keyword, types, null)
    _normalise_dependencies(rest)
    _drop_empty(side, schema, rest)
    return Flat(types, null, rest)


def _types(side: Side, schema: Mapping[str, Any]) -> tuple[frozenset[str] | None, bool | None]:
    declared = schema.get("type")
    if declared is None:
        return None, True if schema.get("nullable") is True else None
    listed = [declared] if isinstance(declared, str) else side.sequence(declared, "`type`", schema)
    if not all(isinstance(one, str) for one in listed):
        raise side.fail("`type` must be a name or a list of names", schema)
    types = frozenset(listed)
    return _without_null(types), "null" in types or schema.get("nullable") is True


def _without_null(types: frozenset[str]) -> frozenset[str]:
    """Return types without null, and without integer where number says it all."""
    return types - ({"null", "integer"} if "number" in types else {"null"})


def _normalise_values(side: Side, schema: Mapping[str, Any], rest: dict[str, Any]) -> None:
    if "const" in rest:
        rest["enum"] = [rest["const"]]
    if "enum" in rest:
        rest["enum"] = list(side.sequence(rest["enum"], "`enum`", schema))


def _null_of_values(rest: dict[str, Any], types: frozenset[str] | None, null: bool | None) -> bool | None:
    """Take null out of an enum: with 3.0's ``nullable`` it may stand there or not."""
    if "enum" not in rest:
        return null
    listed = None in rest["enum"]
    if listed:
        rest["enum"] = [value for value in rest["enum"] if value is not None]
    return listed if null is None else null


def _normalise_limits(rest: dict[str, Any]) -> None:
    for inclusive, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if rest.get(exclusive) is True and inclusive in rest:
            rest[exclusive] = rest.pop(inclusive)
        elif isinstance(rest.get(exclusive), bool):
            del rest[exclusive]
    for key in ("minLength", "minItems", "minProperties"):
        if rest.get(key) == 0:
            del rest[key]
    for key in ("uniqueItems", "deprecated", "readOnly", "writeOnly"):
        if rest.get(key) is False:
            del rest[key]


def _normalise_union(
    side: Side,
    schema: Mapping[str, Any],
    rest: dict[str, Any],
    keyword: str,
    types: frozenset[str] | None,
    null: bool | None,
) -> tuple[frozenset[str] | None, bool | None]:
    """Take null out of a union, and read a union of bare types as a list of types."""
    taken: Counter[tuple[str, str]] = Counter()
    members = list(_members(side, schema, keyword, set(), taken))
    kinds = {kind for kind, _ in taken}
    if kinds - {keyword}:
        rest[INNER_UNION] = sorted(kinds)
    others = [member for member in members if not is_null(member)]
    if len(others) == 1:
        del rest[keyword]
        return types, bool(null) or len(others) < len(members) if types is None else null
    if types is None:
        null = bool(null) or len(others) < len(members)
        bare = [name for member in others for name in _bare_types(member)]
        found = frozenset(bare)
        overlap = {"integer", "number"} <= found or len(bare) > len(found)
        if all(map(_bare_types, others)) and not (overlap and keyword == "oneOf"):
            del rest[keyword]
            return _without_null(found), null or "null" in found
    # The same alternative twice says nothing in anyOf (in oneOf it says that neither holds).
    rest[keyword] = list({canonical(one): one for one in others}.values()) if keyword == "anyOf" else others
    return types, null


def _members(
    side: Side, schema: Mapping[str, Any], keyword: str, seen: set[str], taken: Counter[tuple[str, str]]
) -> Iterator[Any]:
    """Yield the alternatives of a union; those of a union that is one of them are its own.

    A union that is met again and again is taken in twice, which says all that a third time would.

    Args:
        side: The document.
        schema: The union.
        keyword: Its kind.
        seen: The unions around it.
        taken: Counts the unions in it, by kind and name.
    """
    outer = schema.get("discriminator")
    for member in side.sequence(schema[keyword], f"`{keyword}`", schema):
        at = position(side, member)
        demands = {key for key in at.core if not is_annotation(key)}
        kind = next((one for one in UNIONS if one in demands), "")
        beside = demands - {kind, "type", "nullable"}
        told_apart = beside == {"discriminator"} and same_json(at.core["discriminator"], outer)
        known = at.key or canonical(at.core)
        if not kind or known in seen or (beside and not told_apart):
            yield from _apart_from_null(member, at)
            continue
        taken[kind, known] += 1
        if taken[kind, known] > 2:
            continue
        inner = _members(side, at.core, kind, seen | {known}, taken)
        if "type" in demands:
            inner = ({"allOf": [{"type": at.core["type"]}, one]} for one in inner)
        yield from inner
        if at.null or at.core.get("nullable") is True:
            yield {"type": "null"}


def _apart_from_null(member: Any, at: Position) -> Iterator[Any]:
    """Yield an alternative that admits null besides as two."""
    types = member.get("type") if isinstance(member, Mapping) else None
    if at.null:
        yield {**at.annotations, "$ref": at.key} if at.key.startswith("#") else {**at.core, **at.annotations}
    elif isinstance(types, list) and "null" in types and len(types) > 1:
        yield {**member, "type": [name for name in types if name != "null"]}
    elif types is not None and member.get("nullable") is True:
        yield {key: value for key, value in member.items() if key != "nullable"}
    else:
        yield member
        return
    yield {"type": "null"}


def _sole_alternative(side: Side, schema: Mapping[str, Any], keyword: str) -> Any:
    """Return the only alternative besides null, which it admits then; None where there are several."""
    members = side.sequence(schema.get(keyword), f"`{keyword}`", schema)
    others = [member for member in members if not is_null(member)]
    if len(others) != 1:
        return None
    return others[0] if len(members) == 1 else {"allOf": others, "nullable": True}


def _bare_types(schema: Any) -> list[str]:
    """Return the types that a schema names if it says nothing else."""
    if not isinstance(schema, Mapping) or set(schema) != {"type"}:
        return []
    types = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    return list(types) if isinstance(types, list) and all(isinstance(one, str) for one in types) else []


def _normalise_dependencies(rest: dict[str, Any]) -> None:
    """Say by ``dependentRequired`` what a schema says that only requires properties."""
    schemas, needed = rest.get("dependentSchemas"), rest.get("dependentRequired", {})
    if not isinstance(schemas, Mapping) or not isinstance(needed, Mapping):
        return
    bare = {
        name: value["required"]
        for name, value in schemas.items()
        if isinstance(value, Mapping) and set(value) == {"required"} and name not in needed
    }
    rest["dependentRequired"] = {**needed, **bare}
    rest["dependentSchemas"] = {name: value for name, value in schemas.items() if name not in bare}


def _drop_empty(side: Side, schema: Mapping[str, Any], rest: dict[str, Any]) -> None:
    if isinstance(rest.get("required"), bool):
        # Draft 3's boolean, still met beside a property; it says nothing in OpenAPI.
        del rest["required"]
    if "required" in rest:
        rest["required"] = [str(name) for name in side.sequence(rest["required"], "`required`", schema)]
    for key in ("properties", "patternProperties", "dependentRequired", "dependentSchemas"):
        if key in rest:
            rest[key] = _object(side, rest[key], f"`{key}`", schema)
    for key in ("properties", "patternProperties", "required", "dependentRequired", "dependentSchemas"):
        if key in rest and not rest[key]:
            del rest[key]
    for key in ("additionalProperties", "items", "unevaluatedProperties", "unevaluatedItems", "then", "else"):
        if key in rest and (rest[key] is True or rest[key] == {}):
            del rest[key]


def _object(side: Side, value: Any, what: str, near: Any) -> Mapping[str, Any]:
    # Not resolved: a property may be called `$ref`.
    if not isinstance(value, Mapping):
        raise side.fail(f"{what} must be an object, not {json_type(value)}", near)
    return value


def _both(one: Flat, other: Flat) -> Flat:
    """Return what two schemas demand together; annotations of the first win."""
    null = one.null if other.null is None else other.null if one.null is None else one.null and other.null
    keywords = dict(one.keywords)
    extra = [*one.extra, *(item for item in other.extra if item not in one.extra)]
    for key, value in other.keywords.items():
        if key not in keywords:
            keywords[key] = value
        elif not same_json(keywords[key], value):
            merged = _merge_keyword(key, keywords[key], value)
            if merged is None:
                extra.append((key, value))
            else:
                keywords[key] = merged
    types = _common_types(one.types, other.types)
    origins = {**_alone(one, other), **_alone(other, one)}
    return Flat(types, null, keywords, tuple(extra), origins, {**other.parts, **one.parts})


def _alone(one: Flat, other: Flat) -> dict[str, str]:
    """Return the origins of those properties of which the other schema does not speak as well."""
    spoken = {*other.get("properties", ()), *other.get("required", ())}
    return {
        name: origin
        for name, origin in one.origins.items()
        if name not in spoken or other.origins.get(name) == origin
    }


def _common_types(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    if one is None or other is None:
        return one if other is None else other
    common = one & other
    if "integer" in one | other and "number" in one | other:
        common |= {"integer"}
    return common


def _merge_keyword(key: str, one: Any, other: Any) -> Any:
    """Return the value that demands both, or None where no single value does."""
    if key in ("properties", "patternProperties", "dependentSchemas"):
        return {name: _all_of(one, other, name) for name in _ordered(one, other)}
    if key == "required":
        return _ordered(one, other)
    if key == "enum":
        allowed = {canonical(value) for value in other}
        return [value for value in one if canonical(value) in allowed]
    if key in LOWER_LIMITS or key in UPPER_LIMITS:
        try:
            return max(one, other) if key in LOWER_LIMITS else min(one, other)
        except TypeError:
            return None
    if key in ("items", "additionalProperties", "contains", "propertyNames"):
        return False if one is False or other is False else _conjunction([one, other])
    if key in ("readOnly", "writeOnly", "deprecated", "uniqueItems"):
        return bool(one) or bool(other)
    if is_annotation(key):
        return [one, other] if not isinstance(one, list) else [*one, other]
    return None


def _ordered(one: Iterable[str], other: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*one, *other]))


def _all_of(one: Mapping[str, Any], other: Mapping[str, Any], name: str) -> Any:
    if name not in one or name not in other:
        return one.get(name, other.get(name))
    return _conjunction([one[name], other[name]])


def _conjunction(schemas: list[Any]) -> Any:
    """Join schemas by ``allOf``, each once, so that recursive schemas come back to the same join."""
    members: dict[str, Any] = {}
    for schema in schemas:
        inner = schema["allOf"] if isinstance(schema, Mapping) and set(schema) == {"allOf"} else [schema]
        for member in inner:
            members.setdefault(canonical(member), member)
    ordered = [members[key] for key in sorted(members)]
    return ordered[0] if len(ordered) == 1 else {"allOf": ordered}
