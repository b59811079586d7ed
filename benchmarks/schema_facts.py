"""How schemas of two documents differ, for the oracle in ``facts``: every reference followed, every ``allOf``
added up, and what is left compared keyword by keyword, as plainly as possible.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

TOLD = {"deprecated", "readOnly", "writeOnly", "default", "xml"}
UPPER = {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"}
LOWER = {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"}
DEMANDS = {"pattern", "format", "not", "if", "then", "else", "contains", "propertyNames", "uniqueItems"}
WIDER_FORMATS = {("int32", "int64"), ("float", "double"), ("date", "date-time")}
Schema = Any


def text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


class Reader:
    """Reads one document."""

    def __init__(self, document: Any) -> None:
        self.document = document

    def lookup(self, reference: str) -> Any:
        value = self.document
        for step in reference[2:].split("/"):
            key = unquote(step.replace("~1", "/").replace("~0", "~"))
            value = value[int(key)] if isinstance(value, list) else value[key]
        return value

    def resolve(self, value: Any) -> Any:
        while isinstance(value, dict) and isinstance(value.get("$ref"), str):
            value = self.lookup(value["$ref"])
        return value

    def name(self, schema: Schema) -> str | None:
        return schema.get("$ref") if isinstance(schema, dict) else None

    def plain(self, schema: Schema, trail: tuple[str, ...] = ()) -> dict[str, Any]:
        """Return one level of a schema with references and ``allOf`` added up."""
        made: dict[str, Any] = {
            "types": None,
            "null": None,
            "properties": {},
            "required": set(),
            "unions": [],
        }
        made |= {"items": [], "others": [], "rest": {}}
        if not isinstance(schema, dict):
            if schema is False:
                made["rest"]["not"] = "{}"
            return made
        schema = dict(schema)
        parts = [*schema.pop("allOf", [])]
        if isinstance(schema.get("$ref"), str):
            parts.insert(0, {"$ref": schema.pop("$ref")})
        self._own(made, schema, parts)
        for part in parts:
            reference = self.name(part)
            if reference is None:
                self._add(made, self.plain(part, trail))
            elif reference not in trail:
                self._add(made, self.plain(self.lookup(reference), (*trail, reference)))
        if schema.get("nullable") is True and made["null"] is False:
            made["null"] = True
        return made

    def _own(self, made: dict[str, Any], schema: dict[str, Any], parts: list[Any]) -> None:
        rest = made["rest"]
        if "type" in schema:
            listed = {schema["type"]} if isinstance(schema["type"], str) else set(schema["type"])
            made["null"] = "null" in listed or schema.get("nullable") is True
            made["types"] = listed - ({"null", "integer"} if "number" in listed else {"null"})
        if "enum" in schema or "const" in schema:
            values = schema.get("enum", [schema.get("const")])
            rest["enum"] = {text(value) for value in values if value is not None}
            made["null"] = None in values if made["null"] is None else made["null"]
        for key in ("oneOf", "anyOf"):
            members = [one for one in schema.get(key, []) if not _only_null(one)]
            with_null = key in schema and len(members) < len(schema[key])
            if len(members) == 1:
                parts.append({"allOf": members, "nullable": True} if with_null else members[0])
            elif members:
                made["null"] = made["null"] or with_null if made["types"] is None else made["null"]
                made["unions"] = members
        made["properties"] = {name: [one] for name, one in schema.get("properties", {}).items()}
        made["required"] = set(schema["required"]) if isinstance(schema.get("required"), list) else set()
        for key, place in (("items", "items"), ("additionalProperties", "others")):
            if schema.get(key) not in (None, True, {}):
                made[place] = [schema[key]]
        for key in UPPER | LOWER | DEMANDS | TOLD:
            value = schema.get(key)
            if (
                value is not None
                and value is not False
                and not (key.startswith("min") and key != "minimum" and value == 0)
            ):
                rest[key] = value if key in UPPER | LOWER else text(value)
        for limit in ("Minimum", "Maximum"):
            if rest.get(f"exclusive{limit}") is True:
                rest[f"exclusive{limit}"] = rest.pop(limit.lower())

    @staticmethod
    def _add(made: dict[str, Any], part: dict[str, Any]) -> None:
        if None in (made["null"], part["null"]):
            made["null"] = part["null"] if made["null"] is None else made["null"]
        else:
            made["null"] = made["null"] and part["null"]
        if None in (made["types"], part["types"]):
            made["types"] = part["types"] if made["types"] is None else made["types"]
        else:
            made["types"] = made["types"] & part["types"]
        for name, schemas in part["properties"].items():
            made["properties"].setdefault(name, []).extend(schemas)
        made["required"] |= part["required"]
        made["unions"] = made["unions"] or part["unions"]
        made["items"] += part["items"]
        made["others"] += part["others"]
        rest = {**part["rest"], **made["rest"]}
        if "enum" in part["rest"] and "enum" in made["rest"]:
            rest["enum"] = part["rest"]["enum"] & made["rest"]["enum"]
        made["rest"] = rest


def _only_null(schema: Schema) -> bool:
    return isinstance(schema, dict) and schema.get("type") in ("null", ["null"])


def _all(schemas: list[Schema]) -> Schema:
    return schemas[0] if len(schemas) == 1 else {"allOf": schemas} if schemas else None


class Facts:
    """The differences of two documents."""

    def __init__(self, old: Any, new: Any) -> None:
        self.old, self.new = Reader(old), Reader(new)
        self._known: dict[Any, tuple[set[tuple[str, str]], list[Any]]] = {}

    def schemas(
        self, old: Schema, new: Schema, received: bool, encoded: bool = False
    ) -> set[tuple[str, str]]:
        """Return kind and class of each difference of two schemas and of all below them."""
        found: set[tuple[str, str]] = set()
        queue, seen = [(old, new, False)], set()
        while queue:
            one, other, idle = queue.pop()
            key = (text(one), text(other), idle, received, encoded)
            if key in seen:
                continue
            seen.add(key)
            if key not in self._known:
                self._known[key] = self._level(one, other, received, encoded, idle)
            facts, below = self._known[key]
            found |= facts
            queue += below
        return found

    def _level(
        self, old: Schema, new: Schema, received: bool, encoded: bool, idle: bool
    ) -> tuple[set[tuple[str, str]], list[Any]]:
        one, other = self.old.plain(old), self.new.plain(new)
        found: set[tuple[str, str]] = set()
        below: list[Any] = []

        def tell(kind: str, effect: str, quiet: bool = idle) -> None:
            found.add((kind, "additive" if quiet else _class(effect, received)))

        if bool(one["unions"]) != bool(other["unions"]):
            below = self._wrapped(old, new, one, other, tell, idle)
        if not below:
            self._values(one, other, tell, received, encoded)
            if not _apart(one, other):
                self._properties(one, other, tell, below, received, idle)
                below += [(_all(one["items"]), _all(other["items"]), idle)] * bool(
                    one["items"] or other["items"]
                )
                self._others(one, other, tell, below, idle)
                if one["unions"] and other["unions"]:
                    pairs, gone, come = self._matched(one["unions"], other["unions"])
                    below += [(*pair, idle) for pair in pairs]
                    for kind, effect, count in (("union-", "narrows", gone), ("union+", "widens", come)):
                        if count:
                            tell(kind, effect)
        return found, below

    def _wrapped(self, old: Schema, new: Schema, one: Any, other: Any, tell: Any, idle: bool) -> list[Any]:
        """A schema that became one of several alternatives, or the other way round."""
        pairs, gone, come = self._matched(one["unions"] or [old], other["unions"] or [new])
        if pairs and gone:
            tell("union-", "narrows")
        if pairs and come:
            tell("union+", "widens")
        # Null is admitted beside the alternatives, so each of them stands for one that admits it.
        nullable = [side["unions"] and side["null"] for side in (one, other)]
        return [
            (
                *(
                    {"allOf": [part], "nullable": True} if null else part
                    for part, null in zip(pair, nullable, strict=True)
                ),
                idle,
            )
            for pair in pairs
        ]

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
        self, one: Any, other: Any, tell: Any, below: list[Any], received: bool, idle: bool
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
                tell("property-", effect, quiet)
            elif not there[0]:
                tell("property+", "none" if received or not needed[1] else "narrows", quiet)
            else:
                if needed[0] != needed[1]:
                    tell("required", "narrows" if needed[1] else "widens", quiet)
                below.append((_all(schemas[0]), _all(schemas[1]), quiet))

    def _others(self, one: Any, other: Any, tell: Any, below: list[Any], idle: bool) -> None:
        before, after = False in one["others"], False in other["others"]
        if before != after:
            tell("others", "narrows" if after else "none")
        elif not before and (one["others"] or other["others"]):
            below.append((_all(one["others"]), _all(other["others"]), idle))

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
