"""Two graphs of schemas, compared side by side.

A pair of schemas is compared once for each kind of place, however many operations reach it and however
recursive they are: what changed in the pair itself is kept with the pair, and the pairs below that stand
behind a reference are edges. What an operation sees is what the pairs it reaches have found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from trigger_contract.changes import unions
from trigger_contract.changes.alike import BYTES, spelled_alike
from trigger_contract.changes.flatten import Flat, flatten
from trigger_contract.changes.graph import Key, Node, Nodes
from trigger_contract.changes.identical import Identical
from trigger_contract.changes.keywords import (
    HANDLED,
    compare_annotations,
    compare_keywords,
    compare_null,
    compare_types,
)
from trigger_contract.changes.law import Effect, Flow
from trigger_contract.changes.model import Severity
from trigger_contract.changes.position import Position, is_annotation, position
from trigger_contract.changes.presence import added, dependents, existence, kebab, removed, requiredness
from trigger_contract.changes.side import Side, canonical, line_of, listing, quoted, same_json
from trigger_contract.changes.spot import Context, Finding, Spot

# Keywords whose value is one schema that every (or some) value has to meet as well.
_SCHEMA_KEYWORDS = {
    "items": "[]",
    "contains": "[contains]",
    "propertyNames": "[names]",
    "then": "[then]",
    "else": "[else]",
    "contentSchema": "[content]",
    "unevaluatedItems": "[unevaluated]",
    "unevaluatedProperties": "[unevaluated]",
}
_SCHEMA_MAPS = ("patternProperties", "dependentSchemas")
# What a change of a whole keyword does, where that is known. In `$defs` schemas are only kept: what refers
# to one is compared where it is used.
_EFFECTS: Mapping[str, Effect] = {
    "contentEncoding": Effect.INCOMPARABLE,
    "contentMediaType": Effect.INCOMPARABLE,
    "$defs": Effect.TEXT,
    "definitions": Effect.TEXT,
}
_OBJECT = frozenset({"properties", "required", "additionalProperties", *_SCHEMA_MAPS, *_SCHEMA_KEYWORDS})
_MAXIMUM_NESTED_QUESTIONS = 12
# How many unlike pairs deep a place is told by its path; it keeps paths from multiplying.
_MAXIMUM_TRAIL = 3


class SchemaGraph:
    """Compares schemas of two documents.

    Args:
        old: The old document.
        new: The new document.
    """

    def __init__(self, old: Side, new: Side) -> None:
        self.old = old
        self.new = new
        self.nodes = Nodes()
        self._questions = 0
        self.identical = Identical(old, new)
        self._names = tuple(frozenset(side.components("schemas")) for side in (old, new))

    def compare(self, context: Context, base: str, old: Any, new: Any) -> Key:
        """Compare two schemas and return the key under which ``nodes`` tell what changed.

        Args:
            context: The kind of place.
            base: What paths start at: a parameter's or header's name, empty for a body.
            old: The old schema, unresolved.
            new: The new schema, unresolved.
        """
        spot = Spot(context, base, "", (line_of(old), line_of(new)), _discard)
        key: Key = (context, base, canonical(old), canonical(new))
        if key not in self.nodes:
            self.nodes[key] = node = Node()
            spot = replace(spot, sink=node.findings.append)
            node.work = lambda: self._compare(spot, node, old, new)
        return key

    def same(self, context: Context, old: Any, new: Any) -> bool:
        """Whether two schemas demand the same."""
        if self._questions >= _MAXIMUM_NESTED_QUESTIONS:
            return same_json(old, new)
        self._questions += 1
        try:
            key = self.compare(context, "", old, new)
            return all(finding.severity is Severity.TEXT for finding in self.nodes.findings([key]))
        finally:
            self._questions -= 1

    def _compare(self, spot: Spot, node: Node, old_raw: Any, new_raw: Any) -> None:
        """Compare what stands at one place: here if it is written inline, else in a node of its own."""
        old, new = position(self.old, old_raw), position(self.new, new_raw)
        local = [key for key in {**old.annotations, **new.annotations} if is_annotation(key)]
        if local:
            compare_annotations(
                spot,
                {key: old.annotation(key) for key in local if old.annotation(key) is not None},
                {key: new.annotation(key) for key in local if new.annotation(key) is not None},
            )
        skip = frozenset(local)
        if not old.key and not new.key:
            self._compare_flat(spot, node, old, new, skip)
            return
        if old.key == new.key and old.null == new.null and self.identical.component(old.key):
            return
        lines = (line_of(old.core) or old.line, line_of(new.core) or new.line)
        pair = (old.key, new.key, *("" if one.key else canonical(one.core) for one in (old, new)))
        root = spot.root and not spot.path
        at = replace(spot, lines=lines, root=root, sink=_discard)
        if (name := self._component(old, new)) is not None:
            at = at.within(name)
        elif pair in spot.trail:
            return
        elif len(spot.trail) < _MAXIMUM_TRAIL:
            at = replace(at, trail=spot.trail | {pair})
        elif (name := new.component or old.component) is not None:
            at = at.within(name)
        key = (pair, old.null, new.null, at.context, at.base, at.path, root, skip)
        node.edges.append(key)
        if key not in self.nodes:
            self.nodes[key] = below = Node()
            at = replace(at, sink=below.findings.append)
            below.work = lambda: self._compare_flat(at, below, old, new, skip)

    def _component(self, old: Position, new: Position) -> str | None:
        """Return the component that a pair is the old and new version of, under its new name."""
        if old.component is None or new.component is None:
            return None
        if old.component != new.component and (
            old.component in self._names[1] or new.component in self._names[0]
        ):
            # Not another name, but a reference to another component.
            return None
        return new.component

    def _compare_flat(
        self, spot: Spot, node: Node, old_at: Position, new_at: Position, skip: frozenset[str]
    ) -> None:
        old = _without(_nullable(flatten(self.old, old_at.core), old_at.null), skip)
        new = _without(_nullable(flatten(self.new, new_at.core), new_at.null), skip)
        old, new = spelled_alike(self.old, old, self.new, new)
        old, new = unions.distributed_alike(self.old, old, self.new, new)
        one_sided = ("oneOf" in old.keywords or "anyOf" in old.keywords) != (
            "oneOf" in new.keywords or "anyOf" in new.keywords
        )
        if one_sided and self._wrapped(spot, node, (old_at, old), (new_at, new)):
            return
        if not compare_types(spot, old, new):
            compare_null(spot, old, new)
            compare_annotations(spot, old.keywords, new.keywords)
            return
        compare_keywords(spot, old, new)
        for name in old.parts:
            if name in new.parts:
                compare_annotations(spot.within(name), old.parts[name], new.parts[name])
        self._properties(spot, node, old, new)
        self._additional(spot, node, old, new)
        for keyword, step in _SCHEMA_KEYWORDS.items():
            self._subschema(spot, node, keyword, step, old.get(keyword), new.get(keyword))
        for keyword in _SCHEMA_MAPS:
            self._schema_map(spot, node, keyword, old.get(keyword, {}), new.get(keyword, {}))
        self._unions(spot, node, old, new)
        self._others(spot, node, old, new)

    def _properties(self, spot: Spot, node: Node, old: Flat, new: Flat) -> None:
        before, after = old.get("properties", {}), new.get("properties", {})
        required = (set(old.get("required", ())), set(new.get("required", ())))
        names = [*before, *after, *old.get("required", ()), *new.get("required", ())]
        for name in dict.fromkeys(names):
            in_old, in_new = (
                name in properties or name in needed
                for properties, needed in zip((before, after), required, strict=True)
            )
            lines = (line_of(before, name) or line_of(before.get(name)), line_of(after.get(name)))
            below = _owner(spot, name, old, new, in_old, in_new).below(name, lines)
            if self._never_travels(spot.context.flow, before.get(name), after.get(name), in_old, in_new):
                below = below.inert()
            if not in_new:
                removed(below, name in required[0], new.get("additionalProperties") is False)
            elif not in_old:
                added(below, name in required[1])
            else:
                requiredness(below, name in required[0], name in required[1])
                self._compare(below, node, before.get(name), after.get(name))

    def _never_travels(self, flow: Flow, old: Any, new: Any, in_old: bool, in_new: bool) -> bool:
        key = "readOnly" if flow is Flow.SENT else "writeOnly"
        sides = [(self.old, old)] * in_old + [(self.new, new)] * in_new
        plain = {"$ref", "allOf", "oneOf", "anyOf", key}
        if any(isinstance(raw, Mapping) and plain.isdisjoint(raw) for _, raw in sides):
            return False
        return all(bool(position(side, raw).annotation(key)) for side, raw in sides)

    def _additional(self, spot: Spot, node: Node, old: Flat, new: Flat) -> None:
        before, after = old.get("additionalProperties"), new.get("additionalProperties")
        if before is False and after is False:
            return
        if after is False:
            predicate = "takes no other properties any more"
            spot.report("additional-properties-disallowed", Effect.NARROWS, predicate, True, False)
        elif before is False:
            # Clients are expected to pass over properties they do not know.
            spot.report(
                "additional-properties-allowed",
                Effect.WIDENS,
                "may now have other properties",
                False,
                True,
                level=Severity.ADDITIVE,
            )
        elif before is not None or after is not None:
            self._compare(spot.below("*"), node, before, after)

    def _subschema(self, spot: Spot, node: Node, keyword: str, step: str, old: Any, new: Any) -> None:
        if old is None and new is None:
            return
        below = spot.below(step, (line_of(old), line_of(new)))
        if keyword == "items" or (old is not None and new is not None):
            self._compare(below, node, old, new)
        else:
            existence(spot, kebab(keyword), f"`{keyword}`", old, new)

    def _schema_map(
        self, spot: Spot, node: Node, keyword: str, old: Mapping[str, Any], new: Mapping[str, Any]
    ) -> None:
        what = {"patternProperties": "pattern-property", "dependentSchemas": "dependent-schema"}[keyword]
        for name in dict.fromkeys([*old, *new]):
            if name in old and name in new:
                self._compare(spot.below(f"[{name}]"), node, old[name], new[name])
            else:
                existence(spot, what, f"`{keyword}` {quoted(name)}", old.get(name), new.get(name))

    def _unions(self, spot: Spot, node: Node, old: Flat, new: Flat) -> None:
        before = [key for key in ("oneOf", "anyOf") if key in old.keywords]
        after = [key for key in ("oneOf", "anyOf") if key in new.keywords]
        pairs = [(key, key) for key in before if key in after]
        if len(before) == len(after) == 1 and before != after:
            predicate = f"is now {quoted(after[0])} of its alternatives (was {quoted(before[0])})"
            spot.report("union-kind-changed", Effect.NONE, predicate, before[0], after[0])
            pairs = [(before[0], after[0])]
        elif before != after:
            for key in sorted({*before, *after} - {one for pair in pairs for one in pair}):
                if key in new.keywords:
                    predicate = f"must now meet {unions.choice(self.new, key, new.get(key))}"
                    spot.report(f"{kebab(key)}-added", Effect.NARROWS, predicate)
                else:
                    predicate = f"need no longer meet {unions.choice(self.old, key, old.get(key))}"
                    spot.report(f"{kebab(key)}-removed", Effect.WIDENS, predicate)
        matched = unions.Match()
        for one, other in pairs:
            matched = self._alternatives(spot, node, kebab(other), old.get(one), new.get(other))
        unions.compare_discriminators(self, spot, old, new, matched)

    def _alternatives(
        self, spot: Spot, node: Node, name: str, old: list[Any], new: list[Any]
    ) -> unions.Match:
        matched = unions.match(self, spot.context, old, new)
        for one in matched.removed:
            predicate = f"no longer has the alternative {unions.describe(self.old, one)}"
            spot.report(f"{name}-removed", Effect.NARROWS, predicate)
        for one in matched.added:
            predicate = f"has the new alternative {unions.describe(self.new, one)}"
            spot.report(f"{name}-added", Effect.WIDENS, predicate)
        for before, after in matched.pairs:
            label = unions.label(self.new, after)
            self._compare(spot.below(f"[{label}]", (line_of(before), line_of(after))), node, before, after)
        return matched

    def _wrapped(
        self, spot: Spot, node: Node, old: tuple[Position, Flat], new: tuple[Position, Flat]
    ) -> bool:
        """Compare a schema with a union that it became, or was, an alternative of."""
        union = old[1] if "oneOf" in old[1].keywords or "anyOf" in old[1].keywords else new[1]
        keys = {key for key in union.keywords if not is_annotation(key)}
        name = next((key for key in ("oneOf", "anyOf") if key in keys), "")
        if keys - {name, "discriminator"} or union.extra:
            return False
        notes = {key for key in union.keywords if is_annotation(key)}
        sides = [
            flat.get(name) if flat is union else unions.as_alternatives(at, flat, notes)
            for at, flat in (old, new)
        ]
        matched = unions.match(self, spot.context, sides[0], sides[1])
        plain = new[1] if union is old[1] else old[1]
        if not matched.pairs:
            # Where anything was or is allowed, the alternatives are a demand that came or went.
            known = plain.types is not None or plain.null is not None
            return known and union.types is None and self._replaced(spot, old[1], new[1], sides)
        self._alternatives(spot, node, kebab(name), sides[0], sides[1])
        compare_null(spot, old[1], new[1])
        if not unions.is_type_list(plain):
            # The rest was compared with the alternative.
            plain = _without(plain, frozenset(plain.keywords.keys() - notes))
        compare_annotations(spot, *((flat if flat is union else plain).keywords for flat in (old[1], new[1])))
        return True

    def _replaced(self, spot: Spot, old: Flat, new: Flat, sides: list[list[Any]]) -> bool:
        """Report a schema of some type in whose place there are alternatives now, or the other way round."""
        before, after = (
            listing([unions.describe(side, one) for one in listed], " or ")
            for side, listed in zip((self.old, self.new), sides, strict=True)
        )
        spot.report("type-changed", Effect.INCOMPARABLE, f"is {after} (was {before})", before, after)
        compare_annotations(spot, old.keywords, new.keywords)
        return True

    def _others(self, spot: Spot, node: Node, old: Flat, new: Flat) -> None:
        self._prefix_items(spot, node, old.get("prefixItems", []), new.get("prefixItems", []))
        self._conditions(spot, old, new)
        handled = HANDLED | _OBJECT | {"oneOf", "anyOf", "discriminator", "prefixItems", "not", "if"}
        for key in dict.fromkeys([*old.keywords, *new.keywords]):
            if key in handled or is_annotation(key):
                continue
            before, after = old.get(key), new.get(key)
            if same_json(before, after):
                continue
            if key == "dependentRequired":
                dependents(spot, before or {}, after or {})
            else:
                effect = _EFFECTS.get(key, Effect.UNKNOWN)
                if BYTES in (before, after):  # bytes of any kind, of which no more is said
                    effect = Effect.UNKNOWN
                spot.report(f"{kebab(key)}-changed", effect, f"has another {quoted(key)}", before, after)
        gone, come = list(old.extra), list(new.extra)
        for one in old.extra:
            for other in come:
                if one[0] == other[0] and self.same(spot.context, dict([one]), dict([other])):
                    gone.remove(one)
                    come.remove(other)
                    break
        for key, value in come:
            spot.report("all-of-added", Effect.NARROWS, f"must now also meet {quoted(key)}", None, value)
        for key, value in gone:
            spot.report("all-of-removed", Effect.WIDENS, f"need not meet {quoted(key)}", value, None)

    def _prefix_items(self, spot: Spot, node: Node, old: list[Any], new: list[Any]) -> None:
        for index in range(max(len(old), len(new))):
            before = old[index] if index < len(old) else None
            after = new[index] if index < len(new) else None
            if before is not None and after is not None:
                self._compare(spot.below(f"[{index}]"), node, before, after)
            else:
                verb = "added" if before is None else "removed"
                predicate = f"has item {index} {'of its own schema' if before is None else 'no longer apart'}"
                spot.report(f"prefix-items-{verb}", Effect.UNKNOWN, predicate)

    def _conditions(self, spot: Spot, old: Flat, new: Flat) -> None:
        """Compare the keywords where narrower below can mean wider above."""
        for key in ("not", "if"):
            before, after = old.get(key), new.get(key)
            if before is None or after is None:
                if before is not None or after is not None:
                    existence(spot, key, quoted(key), before, after)
            elif not self.same(spot.context, before, after):
                spot.report(f"{key}-changed", Effect.UNKNOWN, f"has another {quoted(key)}")


def _owner(spot: Spot, name: str, old: Flat, new: Flat, in_old: bool, in_new: bool) -> Spot:
    """Return where a property is declared: in a part of an ``allOf`` that both sides have, or right here."""
    owners = {flat.origins.get(name) for flat, present in ((old, in_old), (new, in_new)) if present}
    owner = owners.pop() if len(owners) == 1 else None
    return spot.within(owner) if owner is not None and owner in old.parts and owner in new.parts else spot


def _discard(finding: Finding) -> None:
    """Take a finding where nobody asks."""


def _nullable(flat: Flat, null: bool) -> Flat:
    return replace(flat, null=True) if null and flat.null is not None else flat


def _without(flat: Flat, skip: frozenset[str]) -> Flat:
    if not skip:
        return flat
    return replace(flat, keywords={key: value for key, value in flat.keywords.items() if key not in skip})
