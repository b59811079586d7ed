"""What two OpenAPI documents say differently, found without the code that ``trigger-contract diff`` uses.

An oracle for benchmarks/versions.py: it follows every reference, adds up every ``allOf`` and compares what
is left keyword by keyword, as plainly as possible. It knows kinds of changes, where they are and what they
mean for a client, but no sentences: the answer is a set of facts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from access_facts import schemes, security, servers
from plain_schemas import Reader, Schema, text
from schema_facts import Facts, Found

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
SUNSET = "x-sunset"


class Fact(NamedTuple):
    """One difference.

    Attributes:
        operation: Its label, as ``GET /runs`` or ``webhook POST created``; empty for the document.
        kind: What is different, as ``enum+``.
        level: What that means for a client.
        part: ``parameter``, ``request``, ``response 200``, ``header 200`` or empty for the operation.
        place: The parameter's or header's name, if any, and the last steps that lead to a schema.
    """

    operation: str
    kind: str
    level: str
    part: str = ""
    place: tuple[str, ...] = ()


def differences(old: Any, new: Any) -> set[Fact]:
    """Return everything that the documents say differently, words apart."""
    facts = Facts(old, new)
    found = {Fact("", kind, level, "", place) for kind, level, place in schemes(facts)}
    for section, prefix in (("paths", ""), ("webhooks", "webhook ")):
        found |= set(_items(facts, old.get(section), new.get(section), prefix))
    return found


def _items(facts: Facts, old: Any, new: Any, prefix: str) -> Iterator[Fact]:
    sides = [_paths(reader, value) for reader, value in _each(facts, old, new)]
    for path, other in _pairs(*sides) if not prefix else ((path, path) for path in {**sides[0], **sides[1]}):
        items = [side.get(name) or {} for side, name in zip(sides, (path, other), strict=True)]
        for method in METHODS:
            label = f"{prefix}{method.upper()} {other or path}"
            one, after = (item.get(method) for item in items)
            if one is None or after is None:
                if one is not after:
                    kind = ("operation+", "additive") if one is None else ("operation-", "breaking")
                    yield Fact(label, *kind)
                continue
            if not prefix:
                for before, name in zip(_names(path), _names(other), strict=True):
                    if before != name:
                        yield Fact(label, "rename", "risky", "parameter", (before,))
            for part, (kind, level, place) in _operation(facts, items, method, hook=bool(prefix)):
                yield Fact(label, kind, level, part, place)
            callbacks = [
                reader.resolve(side.get("callbacks")) or {} for reader, side in _each(facts, one, after)
            ]
            for name in {**callbacks[0], **callbacks[1]}:
                yield from _items(facts, callbacks[0].get(name), callbacks[1].get(name), "callback ")


def _paths(reader: Reader, value: Any) -> dict[str, Any]:
    items = reader.resolve(value) or {}
    return {path: reader.resolve(item) for path, item in items.items() if not path.startswith("x-")}


def _names(path: str | None) -> list[str]:
    return re.findall(r"\{([^}]*)\}", path or "")


def _pairs(old: Any, new: Any) -> Iterator[tuple[str | None, str | None]]:
    """Pair paths; the names of path parameters are not on the wire."""
    forms = {re.sub(r"\{[^}]*\}", "{}", path): path for path in reversed(new) if path not in old}
    for path in old:
        yield path, path if path in new else forms.pop(re.sub(r"\{[^}]*\}", "{}", path), None)
    taken = {path for path in new if path not in old} - {*forms.values()}
    for path in new:
        if path not in old and path not in taken:
            yield None, path


def _operation(facts: Facts, items: list[Any], method: str, hook: bool) -> Iterator[tuple[str, Found]]:
    one, other = (item.get(method) for item in items)
    for found in _life(one, other):
        yield "", found
    if not hook:
        for found in (*security(facts, one, other), *servers(items, one, other, facts)):
            yield "", found
    yield from _parameters(facts, items, method, hook)
    for found in _body(facts, one, other, hook):
        yield "request", found
    responses = [
        {
            str(status): reader.resolve(value)
            for status, value in (operation.get("responses") or {}).items()
            if not str(status).startswith("x-")
        }
        for reader, operation in _each(facts, one, other)
    ]
    for status in {*responses[0], *responses[1]}:
        before, after = (side.get(status) for side in responses)
        if after is None:
            yield f"response {status}", ("status-", "breaking" if status[0] == "2" else "additive", ())
        elif before is None:
            yield f"response {status}", ("status+", "additive", ())
        else:
            for found in (*_contents(facts, before, after, received=not hook), *_links(facts, before, after)):
                yield f"response {status}", found
            for found in _headers(facts, before, after, received=not hook):
                yield f"header {status}", found


def _life(one: Any, other: Any) -> Iterator[Found]:
    """Names, tags, deprecation and the day on which an operation goes away."""
    ends = one.get(SUNSET), other.get(SUNSET)
    if bool(one.get("deprecated")) != bool(other.get("deprecated")):
        yield "deprecated", "additive", ()
    elif ends[0] != ends[1]:
        later = None not in ends and str(ends[1]) > str(ends[0])
        yield "sunset", "additive" if later else "risky", ()
    if one.get("operationId") != other.get("operationId"):
        yield "operationId", "additive" if one.get("operationId") is None else "risky", ()
    tags = one.get("tags") or [], other.get("tags") or []
    if tags[0] and tags[0][:1] != tags[1][:1]:
        yield from (("tag-", "risky", (tag,)) for tag in {*tags[0]} - {*tags[1]})
        yield from (("tag+", "risky", (tag,)) for tag in {*tags[1]} - {*tags[0]})
        if sorted(tags[0]) == sorted(tags[1]):
            yield "tag", "risky", ()


def _each(facts: Facts, one: Any, other: Any) -> list[tuple[Reader, Any]]:
    return [(facts.old, one), (facts.new, other)]


def _body(facts: Facts, one: Any, other: Any, hook: bool) -> Iterator[Found]:
    bodies = [reader.resolve(operation.get("requestBody")) for reader, operation in _each(facts, one, other)]
    if bodies[0] is None or bodies[1] is None:
        if bodies[0] is not bodies[1]:
            needed = bodies[1] is None or (bodies[1].get("required") is True and not hook)
            yield "body", "breaking" if needed else "additive", ()
        return
    needed = [body.get("required") is True for body in bodies]
    if needed[0] != needed[1]:
        yield "required", "breaking" if needed[1] is not hook else "additive", ()
    yield from _contents(facts, *bodies, received=hook)


def _parameters(facts: Facts, items: list[Any], method: str, hook: bool) -> Iterator[tuple[str, Found]]:
    sides: list[dict[Any, Any]] = []
    for reader, item in _each(facts, *items):
        listed = [*(item.get("parameters") or []), *(item[method].get("parameters") or [])]
        resolved = map(reader.resolve, listed)
        # A path parameter is known by its position, which the pairing of the paths has seen to.
        sides.append(
            {
                (
                    one["in"],
                    one["name"].lower() if one["in"] == "header" else one["name"],
                ): one
                for one in resolved
            }
        )
    for before, after in _same_parameters(*sides):
        name = (after or before)["name"]
        for kind, level, place in _parameter(facts, before, after, hook):
            yield "parameter", (kind, level, place or (name,))


def _same_parameters(old: dict[Any, Any], new: dict[Any, Any]) -> Iterator[tuple[Any, Any]]:
    gone, come = ([key for key in side if key not in other] for side, other in ((old, new), (new, old)))
    for key in [*gone]:
        partner = next((one for one in come if one[1].lower() == key[1].lower()), None)
        if partner is not None:
            gone.remove(key)
            come.remove(partner)
            yield old[key], new[partner]
    # Path parameters under another name are the same in the same order.
    paths = [[key for key in side if key[0] == "path"] for side in (gone, come)]
    if len(paths[0]) == len(paths[1]):
        for key, partner in zip(*paths, strict=True):
            gone.remove(key)
            come.remove(partner)
            yield old[key], new[partner]
    yield from ((old[key], None) for key in gone)
    yield from ((None, new[key]) for key in come)
    yield from ((old[key], new[key]) for key in old if key in new)


def _parameter(facts: Facts, before: Any, after: Any, hook: bool) -> Iterator[Found]:
    needed = [
        one is not None and (one.get("required") is True or one["in"] == "path") for one in (before, after)
    ]
    if after is None:
        yield "parameter-", "risky", ()
        return
    if before is None:
        yield "parameter+", "breaking" if needed[1] is not hook and needed[1] else "additive", ()
        return
    if before["in"] != after["in"]:
        yield "location", "breaking", ()
    if needed[0] != needed[1]:
        yield "required", "breaking" if needed[1] is not hook else "additive", ()
    if bool(before.get("deprecated")) != bool(after.get("deprecated")):
        yield "deprecated", "additive", ()
    if bool(before.get("allowReserved")) != bool(after.get("allowReserved")):
        yield "reserved", "risky", ()
    empty = [bool(one.get("allowEmptyValue")) for one in (before, after)]
    if empty[0] != empty[1]:
        yield "empty", "additive" if empty[1] is not hook else "breaking", ()
    if ("content" in before) != ("content" in after):
        yield "spelling", "breaking", ()
        yield from facts.schemas(
            _schema(before), _schema(after), hook, encoded="content" not in after, base=after["name"]
        )
    elif "content" in before:
        yield from _contents(facts, before, after, hook)
    else:
        yield from _plain_parameter(facts, before, after, hook)


def _plain_parameter(facts: Facts, before: Any, after: Any, hook: bool) -> Iterator[Found]:
    styles = [_style(one) for one in (before, after)]
    kinds = [reader.plain(one.get("schema"))["types"] for reader, one in _each(facts, before, after)]
    scalar = kinds[0] is not None and not kinds[0] & {"array", "object"}
    if before["in"] == after["in"] and not (scalar and {style for style, _ in styles} <= {"form", "simple"}):
        if styles[0][0] != styles[1][0]:
            yield "style", "breaking", ()
        elif styles[0][1] != styles[1][1]:
            yield "explode", "breaking", ()
    schemas = [before.get("schema"), after.get("schema")]
    if scalar and kinds[1] == {"array"} and styles[0][0] == "form" and styles[1] == ("form", True):
        # One value is spelled as before: a = 1 and a = 1 & a = 2.
        items = facts.new.plain(schemas[1])
        if items["rest"].get("minItems", 0) <= 1:
            yield "type", "breaking" if hook else "additive", ()
            schemas[1] = items["items"][0] if items["items"] else None
    yield from facts.schemas(*schemas, hook, encoded=True, base=after["name"])


def _style(parameter: Any) -> tuple[str, bool]:
    style = parameter.get("style") or ("form" if parameter["in"] in ("query", "cookie") else "simple")
    return style, bool(parameter.get("explode", style == "form"))


def _schema(parameter: Any) -> Schema:
    content = parameter.get("content")
    return next(iter(content.values())).get("schema") if content else parameter.get("schema")


def _contents(facts: Facts, old: Any, new: Any, received: bool) -> Iterator[Found]:
    before, after = (
        {_essence(name): (name, one) for name, one in (side.get("content") or {}).items()}
        for side in (old, new)
    )
    for name in {*before, *after}:
        if name not in after:
            yield "media-", "breaking", (name,)
        elif name not in before:
            yield "media+", "additive", (name,)
        else:
            (spelled, one), (other_spelled, other) = before[name], after[name]
            if spelled != other_spelled:
                options = [
                    dict(re.findall(r"(\w+)=\"?([^;\"]*)", one.lower())) for one in (spelled, other_spelled)
                ]
                differ = any(options[0][key] != options[1].get(key, options[0][key]) for key in options[0])
                yield "media", "risky" if differ else "additive", (name,)
            if text(one.get("encoding")) != text(other.get("encoding")):
                yield "encoding", "risky", (name,)
            encoded = name.startswith(("text/", "multipart/")) or name == "application/x-www-form-urlencoded"
            yield from facts.schemas(one.get("schema"), other.get("schema"), received, encoded=encoded)


def _essence(name: str) -> str:
    return name.split(";")[0].strip().lower()


def _headers(facts: Facts, old: Any, new: Any, received: bool) -> Iterator[Found]:
    before, after = (
        {name.lower(): (name, reader.resolve(one)) for name, one in (side.get("headers") or {}).items()}
        for reader, side in _each(facts, old, new)
    )
    for key in {*before, *after}:
        name, one = before.get(key, (None, None))
        other_name, other = after.get(key, (None, None))
        if other is None:
            yield "header-", "breaking" if one.get("required") else "risky", (name,)
        elif one is None:
            yield "header+", "additive", (other_name,)
        else:
            if bool(one.get("required")) != bool(other.get("required")):
                hurts = bool(one.get("required")) is received
                yield "required", "breaking" if hurts else "additive", (other_name,)
            if bool(one.get("deprecated")) != bool(other.get("deprecated")):
                yield "deprecated", "additive", (other_name,)
            yield from facts.schemas(
                one.get("schema"), other.get("schema"), received, encoded=True, base=other_name
            )


def _links(facts: Facts, old: Any, new: Any) -> Iterator[Found]:
    before, after = (
        {
            name: {key: value for key, value in reader.resolve(link).items() if key != "description"}
            for name, link in (side.get("links") or {}).items()
        }
        for reader, side in _each(facts, old, new)
    )
    for name in {*before, *after}:
        if name not in after:
            yield "link-", "risky", (name,)
        elif name not in before:
            yield "link+", "additive", (name,)
        elif text(before[name]) != text(after[name]):
            yield "link", "risky", (name,)
