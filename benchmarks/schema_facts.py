"""How schemas of two documents differ, for the oracle in ``facts``: compared keyword by keyword, as plainly
as possible, after ``plain_schemas`` has followed every reference and added up every ``allOf``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from plain_schemas import LOWER, TOLD, UPPER, Reader, Schema, text

WIDER_FORMATS = {("int32", "int64"), ("float", "double"), ("date", "date-time")}
# Two schemas as text; whether values never travel this way; whether a client receives them; whether as text.
Pair = tuple[str, str, bool, bool, bool]
Found = tuple[str, str, tuple[str, ...]]
# Old and new schema below another, whether values never travel this way, and the step that leads there.
Below = tuple[Schema, Schema, bool, str]
# So many last steps of a place are kept: enough to tell it from others, few enough not to multiply.
STEPS = 3


def _all(schemas: list[Schema]) -> Schema:
    return schemas[0] if len(schemas) == 1 else {"allOf": schemas} if schemas else None


class Facts:
    """The differences of two documents.

    A pair of schemas is looked at once for each direction; what is found there is kept with the pair, the
    pairs below are edges that carry the step which leads there: a property's name, ``[]``, ``*``.
    """

    def __init__(self, old: Any, new: Any) -> None:
        self.old, self.new = Reader(old), Reader(new)
        self._known: dict[Pair, tuple[set[Found], list[tuple[Pair, str]]]] = {}
        self._schemas: dict[Pair, tuple[Schema, Schema]] = {}
        self._same: set[Pair] = set()

    def schemas(
        self, old: Schema, new: Schema, received: bool, encoded: bool = False, base: str = ""
    ) -> set[Found]:
        """Return kind, class and place of each difference of two schemas and of all below them.

        A place is the name of what is compared, or nothing for a body, and the last steps that lead to it.
        """
        root = self._pair(old, new, False, received, encoded)
        changed = self._changed(root)
        found: set[Found] = set()
        queue = [(root, (base,) if base else ())] if root in changed else []
        seen = set(queue)
        for pair, trail in queue:
            facts, below = self._known[pair]
            found |= {(kind, level, _longer(trail, step)) for kind, level, step in facts}
            for edge, step in below:
                state = (edge, _longer(trail, (step,)))
                if edge in changed and state not in seen:
                    seen.add(state)
                    queue.append(state)
        return found

    def _changed(self, root: Pair) -> set[Pair]:
        """Return the pairs at and below this one in which, or below which, something is different."""
        above: dict[Pair, list[Pair]] = {root: []}
        queue = [root]
        for pair in queue:
            if pair not in self._known:
                self._known[pair] = self._level(pair)
            for edge, _ in self._known[pair][1]:
                if edge in self._same:
                    continue
                if edge not in above:
                    queue.append(edge)
                above.setdefault(edge, []).append(pair)
        changed = {pair for pair in queue if self._known[pair][0]}
        waiting = list(changed)
        for pair in waiting:
            for higher in above[pair]:
                if higher not in changed:
                    changed.add(higher)
                    waiting.append(higher)
        self._same |= above.keys() - changed
        return changed

    def _pair(self, old: Schema, new: Schema, idle: bool, received: bool, encoded: bool) -> Pair:
        pair = (text(old), text(new), idle, received, encoded)
        self._schemas[pair] = (old, new)
        return pair

    def _level(self, pair: Pair) -> tuple[set[Found], list[tuple[Pair, str]]]:
        (old, new), (_, _, idle, received, encoded) = self._schemas[pair], pair
        one, other = self.old.plain(old), self.new.plain(new)
        found: set[Found] = set()
        below: list[Below] = []

        def tell(kind: str, effect: str, quiet: bool = idle, step: str = "") -> None:
            level = "additive" if quiet else _class(effect, received)
            found.add((kind, level, (step,) if step else ()))

        told = False
        if bool(one["unions"]) != bool(other["unions"]):
            below = self._wrapped(old, new, one, other, tell, idle)
            told = not below and self._replaced(one, other, tell)
        if not below and not told:
            self._values(one, other, tell, received, encoded)
            if not _apart(one, other):
                self._properties(one, other, tell, below, received, idle)
                if one["items"] or other["items"]:
                    below.append((_all(one["items"]), _all(other["items"]), idle, "[]"))
                for before, after in zip(one["first"], other["first"], strict=False):
                    below.append((before, after, idle, ""))
                if len(one["first"]) != len(other["first"]):
                    tell("prefixItems", "unknown")
                self._others(one, other, tell, below, idle)
                self._alternatives(one, other, tell, below, idle)
        return found, [
            (self._pair(before, after, quiet, received, encoded), step)
            for before, after, quiet, step in below
        ]

    def _alternatives(self, one: Any, other: Any, tell: Any, below: list[Below], idle: bool) -> None:
        if not (one["unions"] and other["unions"]):
            return
        if one["union"] != other["union"]:
            tell("unionKind", "none")
        pairs, gone, come = self._matched(one["unions"], other["unions"])
        below += [(*pair, idle, "") for pair in pairs]
        for kind, effect, count in (("union-", "narrows", gone), ("union+", "widens", come)):
            if count:
                tell(kind, effect)
        names = one["tag"], other["tag"]
        if names[0] != names[1]:
            tell("discriminator", "none" if names[0] is None else "unknown")

    def _replaced(self, one: Any, other: Any, tell: Any) -> bool:
        """Alternatives where there was a schema of some type, or the other way round."""
        union, plain = (one, other) if one["unions"] else (other, one)
        if plain["types"] is not None and union["types"] is None and not union["properties"]:
            tell("type", "other")
            return True
        # Alternatives beside all that the schema says are a demand more.
        tell("union+" if other["unions"] else "union-", "narrows" if other["unions"] else "widens")
        return False

    def _wrapped(self, old: Schema, new: Schema, one: Any, other: Any, tell: Any, idle: bool) -> list[Below]:
        """A schema that became one of several alternatives, or the other way round."""
        sides = [
            side["unions"]
            or ([{"type": name} for name in sorted(side["types"])] if _bare(side) else [schema])
            for side, schema in ((one, old), (other, new))
        ]
        pairs, gone, come = self._matched(*sides)
        if pairs and gone:
            tell("union-", "narrows")
        if pairs and come:
            tell("union+", "widens")
        # Null is admitted beside the alternatives, so each of them stands for one that admits it.
        nullable = [side["null"] and (side["unions"] or _bare(side)) for side in (one, other)]
        wrapped = [
            [
                {"allOf": [part], "nullable": True} if null else part
                for part, null in zip(pair, nullable, strict=True)
            ]
            for pair in pairs
        ]
        return [(before, after, idle, "") for before, after in wrapped]

    def _values(self, one: Any, other: Any, tell: Any, received: bool, encoded: bool) -> None:
        before, after = one["types"], other["types"]
        if before != after:
            wider, narrower = _covers(after, before, encoded), _covers(before, after, encoded)
            tell("type", "widens" if wider else "narrows" if narrower else "other")
        if None not in (one["null"], other["null"]) and one["null"] != other["null"]:
            tell("null", "widens" if other["null"] else "narrows")
        for key in sorted({*one["rest"], *other["rest"]}):
            was, now = one["rest"].get(key), other["rest"].get(key)
            if was == now or (_apart(one, other) and key not in TOLD):
                continue
            for kind, effect in _keyword(key, was, now, received):
                tell(kind, effect)

    def _properties(
        self, one: Any, other: Any, tell: Any, below: list[Below], received: bool, idle: bool
    ) -> None:
        barred = "writeOnly" if received else "readOnly"
        for name in {*one["properties"], *other["properties"], *one["required"], *other["required"]}:
            schemas = [side["properties"].get(name, []) for side in (one, other)]
            there = [
                bool(listed) or name in side["required"]
                for listed, side in zip(schemas, (one, other), strict=True)
            ]
            needed = [name in side["required"] for side in (one, other)]
            flags = [
                barred in reader.plain(_all(listed))["rest"]
                for reader, listed, present in zip((self.old, self.new), schemas, there, strict=True)
                if present
            ]
            quiet = idle or all(flags)
            if not there[1]:
                closed = False in other["others"]
                effect = (
                    ("widens" if needed[0] else "unknown") if received else "narrows" if closed else "unknown"
                )
                tell("property-", effect, quiet, name)
            elif not there[0]:
                tell("property+", "none" if received or not needed[1] else "narrows", quiet, name)
            else:
                if needed[0] != needed[1]:
                    tell("required", "narrows" if needed[1] else "widens", quiet, name)
                below.append((_all(schemas[0]), _all(schemas[1]), quiet, name))

    def _others(self, one: Any, other: Any, tell: Any, below: list[Below], idle: bool) -> None:
        before, after = False in one["others"], False in other["others"]
        if before != after:
            tell("others", "narrows" if after else "none")
        elif not before and (one["others"] or other["others"]):
            below.append((_all(one["others"]), _all(other["others"]), idle, "*"))

    def _matched(self, old: list[Schema], new: list[Schema]) -> tuple[list[tuple[Schema, Schema]], int, int]:
        """Pair alternatives: by name, by text, by the value that tells them apart, by their properties."""
        pairs, before, after = [], list(old), list(new)
        signs = (_name_sign, _text_sign, _tag_sign, _shape_sign)
        for sign in signs:
            for one in list(before):
                mark = sign(self.old, one)
                other = next((found for found in after if mark and sign(self.new, found) == mark), None)
                if other is not None:
                    pairs.append((one, other))
                    before.remove(one)
                    after.remove(other)
        for one in list(before):
            other = next(
                (found for found in after if _alike(self.old.plain(one), self.new.plain(found))), None
            )
            if other is not None:
                pairs.append((one, other))
                before.remove(one)
                after.remove(other)
        return pairs, len(before), len(after)


def _bare(side: Any) -> bool:
    """Whether a schema is a list of types and nothing else."""
    empty = not (side["properties"] or side["required"] or side["items"] or side["others"] or side["unions"])
    return side["types"] is not None and len(side["types"]) > 1 and empty and not {*side["rest"]} - TOLD


def _longer(trail: tuple[str, ...], steps: tuple[str, ...]) -> tuple[str, ...]:
    return (*trail, *(step for step in steps if step))[-STEPS:]


def _name_sign(reader: Reader, schema: Schema) -> Any:
    return reader.name(schema)


def _text_sign(reader: Reader, schema: Schema) -> Any:
    return text(schema)


def _tag_sign(reader: Reader, schema: Schema) -> Any:
    tags = {}
    for name, schemas in reader.plain(schema)["properties"].items():
        values = reader.plain(_all(schemas))["rest"].get("enum", ())
        if len(values) == 1:
            tags[name] = next(iter(values))
    return tags


def _shape_sign(reader: Reader, schema: Schema) -> Any:
    return sorted(reader.plain(schema)["properties"])


def _alike(one: Any, other: Any) -> bool:
    if one["types"] != other["types"]:
        return False
    names = set(one["properties"]), set(other["properties"])
    return 2 * len(names[0] & names[1]) >= len(names[0] | names[1]) and bool(names[0] or one["types"])


def _apart(one: Any, other: Any) -> bool:
    before, after = one["types"], other["types"]
    return (
        None not in (before, after)
        and before != after
        and not before & after
        and not (_covers(before, after, False) or _covers(after, before, False))
    )


def _covers(wide: Any, narrow: Any, encoded: bool) -> bool:
    if wide is None or narrow is None:
        return wide is None
    more = {"integer"} if "number" in wide else set()
    more |= {"integer", "number", "boolean"} if encoded and "string" in wide else set()
    return narrow <= wide | more


def _keyword(key: str, was: Any, now: Any, received: bool) -> Iterator[tuple[str, str]]:
    if key == "enum":
        if was is None or now is None:
            yield "enum", "narrows" if was is None else "unknown" if received else "widens"
            return
        if now - was:
            yield "enum+", "unknown" if received else "widens"
        if was - now:
            yield "enum-", "narrows"
    elif key == "default":
        yield key, "none" if received else "unknown"
    elif key in ("readOnly", "writeOnly"):
        yield key, "unknown" if now and received is (key == "writeOnly") else "none"
    elif key == "deprecated":
        yield key, "none"
    elif was is None or now is None:
        yield key, "unknown" if key == "xml" else "narrows" if was is None else "widens"
    elif key in UPPER | LOWER:
        yield key, "widens" if (now > was) is (key in UPPER) else "narrows"
    elif key == "format":
        pair = json.loads(was), json.loads(now)
        yield (
            key,
            "widens" if pair in WIDER_FORMATS else "narrows" if pair[::-1] in WIDER_FORMATS else "other",
        )
    else:
        yield key, "unknown"


def _class(effect: str, received: bool) -> str:
    if effect in ("other", "unknown", "none"):
        return {"other": "breaking", "unknown": "risky", "none": "additive"}[effect]
    return "breaking" if (effect == "widens") is received else "additive"
