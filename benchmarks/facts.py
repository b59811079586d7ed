"""What two OpenAPI documents say differently, found without the code that ``trigger-contract diff`` uses.

An oracle for benchmarks/versions.py: it follows every reference, adds up every ``allOf`` and compares what
is left keyword by keyword, as plainly as possible. It knows kinds of changes and what they mean for a
client, but neither sentences nor places: the answer is a set of (operation, kind, class).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from schema_facts import Facts, Reader, Schema

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
Fact = tuple[str, str, str]


def differences(old: Any, new: Any) -> set[Fact]:
    """Return operation, kind and class of everything that the documents say differently."""
    facts = Facts(old, new)
    found: set[Fact] = set()
    for section, prefix in (("paths", ""), ("webhooks", "webhook ")):
        sides = [reader.document.get(section) or {} for reader in (facts.old, facts.new)]
        for path, other in _paths(*sides):
            items = [
                reader.resolve(side.get(name)) or {}
                for reader, side, name in zip((facts.old, facts.new), sides, (path, other), strict=True)
            ]
            for method in METHODS:
                label = f"{prefix}{method.upper()} {other or path}"
                for kind, level in _operation(facts, items, method, hook=bool(prefix)):
                    found.add((label, kind, level))
    return found


def _paths(old: Any, new: Any) -> Iterator[tuple[str | None, str | None]]:
    """Pair paths; the names of path parameters are not on the wire."""
    forms = {re.sub(r"\{[^}]*\}", "{}", path): path for path in new if path not in old}
    for path in old:
        yield path, path if path in new else forms.pop(re.sub(r"\{[^}]*\}", "{}", path), None)
    for path in forms.values():
        yield None, path


def _operation(facts: Facts, items: list[Any], method: str, hook: bool) -> Iterator[tuple[str, str]]:
    one, other = (item.get(method) for item in items)
    if one is None or other is None:
        if one is not other:
            yield ("operation+", "additive") if one is None else ("operation-", "breaking")
        return
    if bool(one.get("deprecated")) != bool(other.get("deprecated")):
        yield "deprecated", "additive"
    if one.get("operationId") != other.get("operationId"):
        yield "operationId", "additive" if one.get("operationId") is None else "risky"
    yield from _parameters(facts, items, method, hook)
    bodies = [reader.resolve(operation.get("requestBody")) for reader, operation in _each(facts, one, other)]
    if bodies[0] is None or bodies[1] is None:
        if bodies[0] is not bodies[1]:
            needed = bodies[1] is None or bodies[1].get("required") is True
            yield "body", "breaking" if needed else "additive"
    else:
        needed = [body.get("required") is True for body in bodies]
        if needed[0] != needed[1]:
            yield "required", "breaking" if needed[1] is not hook else "additive"
        yield from _contents(facts, *bodies, received=hook)
    responses = [
        {str(status): reader.resolve(value) for status, value in (operation.get("responses") or {}).items()}
        for reader, operation in _each(facts, one, other)
    ]
    for status in {*responses[0], *responses[1]}:
        before, after = (side.get(status) for side in responses)
        if after is None:
            yield "status-", "breaking" if status[0] == "2" else "additive"
        elif before is None:
            yield "status+", "additive"
        else:
            yield from _contents(facts, before, after, received=not hook)
            yield from _headers(facts, before, after, received=not hook)


def _each(facts: Facts, one: Any, other: Any) -> list[tuple[Reader, Any]]:
    return [(facts.old, one), (facts.new, other)]


def _parameters(facts: Facts, items: list[Any], method: str, hook: bool) -> Iterator[tuple[str, str]]:
    sides: list[dict[Any, Any]] = []
    for reader, item in _each(facts, *items):
        listed = [*(item.get("parameters") or []), *(item[method].get("parameters") or [])]
        resolved = map(reader.resolve, listed)
        # A path parameter is known by its position, which the pairing of the paths has seen to.
        sides.append(
            {
                (
                    "path" if one["in"] == "path" else one["name"].lower(),
                    one["in"],
                    "" if one["in"] != "path" else one["name"],
                ): one
                for one in resolved
            }
        )
    for key in {*sides[0], *sides[1]}:
        before, after = (side.get(key) for side in sides)
        needed = [
            one is not None and (one.get("required") is True or one["in"] == "path")
            for one in (before, after)
        ]
        if after is None:
            yield "parameter-", "risky"
        elif before is None:
            yield "parameter+", "breaking" if needed[1] else "additive"
        elif ("content" in before) != ("content" in after):
            yield "spelling", "breaking"
            encoded = "content" not in after
            yield from facts.schemas(_schema(before), _schema(after), hook, encoded=encoded)
        else:
            if needed[0] != needed[1]:
                yield "required", "breaking" if needed[1] else "additive"
            if bool(before.get("deprecated")) != bool(after.get("deprecated")):
                yield "deprecated", "additive"
            yield from facts.schemas(before.get("schema"), after.get("schema"), hook, encoded=True)


def _schema(parameter: Any) -> Schema:
    content = parameter.get("content")
    return next(iter(content.values())).get("schema") if content else parameter.get("schema")


def _contents(facts: Facts, old: Any, new: Any, received: bool) -> Iterator[tuple[str, str]]:
    before, after = (
        {name.split(";")[0].lower(): one for name, one in (side.get("content") or {}).items()}
        for side in (old, new)
    )
    for name in {*before, *after}:
        if name not in after:
            yield "media-", "breaking"
        elif name not in before:
            yield "media+", "additive"
        else:
            schemas = (before[name].get("schema"), after[name].get("schema"))
            yield from facts.schemas(*schemas, received, encoded="json" not in name)


def _headers(facts: Facts, old: Any, new: Any, received: bool) -> Iterator[tuple[str, str]]:
    before, after = (
        {name.lower(): reader.resolve(one) for name, one in (side.get("headers") or {}).items()}
        for reader, side in _each(facts, old, new)
    )
    for name in {*before, *after}:
        if name not in after:
            yield "header-", "breaking" if before[name].get("required") else "risky"
        elif name not in before:
            yield "header+", "additive"
        else:
            yield from facts.schemas(
                before[name].get("schema"), after[name].get("schema"), received, encoded=True
            )
