"""Examples and defaults held against their own schemas and texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

from trigger_contract.normalize.limit_phrases import read_limits
from trigger_contract.normalize.model import (
    RULE,
    Claim,
    Contradiction,
    Found,
    Ledger,
    Node,
    Pointer,
    line_of,
)
from trigger_contract.normalize.naming import words
from trigger_contract.normalize.reach import Lookup, kinds_of
from trigger_contract.normalize.wording import brief

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
_WITHOUT = re.compile(
    r"\bwithout (?:the )?`?(\w+)`?(?:,? (?:and|or) `?(\w+)`?)? (?:fields?|properties|property)\b"
)
_MAXIMUM_DEPTH = 12
# Keywords that say nothing of a value, or that ``faults`` judges at any depth.
_JUDGED_HERE = frozenset(
    (
        *("default", "title", "description", "example", "examples", "deprecated", "readOnly", "writeOnly"),
        *("type", "enum", "minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum"),
    )
)


def check_examples(found: Sequence[Found], lookup: Lookup, ledger: Ledger) -> None:
    """Note examples that break their schema, a prefix or a text; a default that does is left out."""
    prefixes: dict[str, tuple[str, Claim]] = {}

    @cache
    def judge() -> Callable[[Node], str | None]:
        # Slow to import, and few defaults need it.
        from trigger_contract.document.specification import default_judge

        return default_judge(next(node for _, node, kind in found if kind == "document"))

    for pointer, node, kind in found:
        if kind == "schema":
            _own_example(pointer, node, node, lookup, ledger)
            _default(pointer, node, lookup, ledger, judge)
            _prose_without(pointer, node, lookup, ledger)
            _prefix(pointer, node, prefixes)
        elif kind == "parameter" and isinstance(node.get("schema"), Node):
            _own_example(pointer, node, node["schema"], lookup, ledger)
        elif kind == "mediaType" and isinstance(node.get("schema"), Node):
            _own_example(pointer, node, node["schema"], lookup, ledger)
            for name, example in (node.get("examples") or {}).items():
                if isinstance(example, Node) and "value" in example:
                    where = (*pointer, "examples", name, "value")
                    _check(where, example, "value", example["value"], node["schema"], lookup, ledger)
    for pointer, node, kind in found:
        if kind == "schema" and "example" in node:
            _other_prefix(pointer, node, prefixes, ledger)


def _own_example(pointer: Pointer, holder: Node, schema: Node, lookup: Lookup, ledger: Ledger) -> None:
    if "example" in holder:
        _check((*pointer, "example"), holder, "example", holder["example"], schema, lookup, ledger)


def _default(
    pointer: Pointer,
    schema: Node,
    lookup: Lookup,
    ledger: Ledger,
    judge: Callable[[], Callable[[Node], str | None]],
) -> None:
    if "default" not in schema:
        return
    fault = next(faults(schema["default"], schema, lookup), None)
    if fault is None:
        left = schema.keys() - _JUDGED_HERE
        if left - ({"format"} if not isinstance(schema["default"], str) else set()):
            fault = _judged(schema, judge())
    if fault is None:
        return
    claims = (
        Claim(schema.source, schema.line or None, f"the schema: {fault}"),
        Claim(schema.source, line_of(schema, "default"), f"the default: {brief(schema['default'])}"),
    )
    reason = "A default that its own schema forbids cannot be sent; it is left out."
    ledger.add(Contradiction("default", (*pointer, "default"), claims, "no default", RULE, reason))
    del schema["default"]


def _judged(schema: Node, judge: Callable[[Node], str | None]) -> str | None:
    """Ask the library that the result must satisfy."""
    try:
        fault = judge(schema)
    except Exception:
        # It follows references of its own accord and stumbles over what was not read either; the
        # validation of the whole document names such a place.
        return None
    return None if fault is None else brief(fault)


def _check(
    pointer: Pointer, holder: Node, key: str, value: Any, schema: Node, lookup: Lookup, ledger: Ledger
) -> None:
    if isinstance(value, dict) and "$ref" in value:
        return  # an example that is shown elsewhere
    fault = next(faults(value, schema, lookup), None)
    if fault is None:
        return
    claims = (
        Claim(schema.source, schema.line or None, f"the schema: {fault}"),
        Claim(holder.source, line_of(holder, key), f"the example: {brief(value)}"),
    )
    reason = "An example shows, a schema promises: the schema stands, and the example is kept as published."
    ledger.add(Contradiction("example", pointer, claims, fault, RULE, reason))


def faults(value: Any, schema: Any, lookup: Lookup, depth: int = 0) -> Iterator[str]:
    """Say in which ways a value breaks a schema. Formats and compositions are not judged."""
    steps = 0
    while isinstance(schema, dict) and isinstance(schema.get("$ref"), str) and steps < _MAXIMUM_DEPTH:
        schema, steps = lookup(schema["$ref"]), steps + 1
    if not isinstance(schema, dict) or depth > _MAXIMUM_DEPTH or "$ref" in schema:
        return
    kinds = schema.get("type")
    kinds = [kinds] if isinstance(kinds, str) else kinds if isinstance(kinds, list) else []
    known = [kind for kind in kinds if kind in _TYPES]
    if known and not any(_is(value, kind) for kind in known):
        yield f"type {' or '.join(known)}"
        return
    enum = schema.get("enum")
    if isinstance(enum, list) and value not in enum:
        yield f"one of {', '.join(map(str, enum))}"
    yield from _limit_faults(value, schema)
    if isinstance(value, dict):
        properties = schema.get("properties")
        required = schema.get("required")
        for name in required if isinstance(required, list) else ():
            if name not in value and not _one_way(properties, name):
                yield f"required {name}"
        for name, item in value.items():
            if isinstance(properties, dict) and name in properties:
                for fault in faults(item, properties[name], lookup, depth + 1):
                    yield f"{name}: {fault}"
    elif isinstance(value, list):
        for item in value[:50]:
            for fault in faults(item, schema.get("items"), lookup, depth + 1):
                yield f"items: {fault}"


def _one_way(properties: Any, name: str) -> bool:
    """Whether a property is in requests only or in responses only, so that half of the examples lack it."""
    shown = properties.get(name) if isinstance(properties, dict) else None
    return isinstance(shown, dict) and bool(shown.get("readOnly") or shown.get("writeOnly"))


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES[kind])


def _limit_faults(value: Any, schema: dict[str, Any]) -> Iterator[str]:
    pattern = schema.get("pattern")
    if isinstance(value, str):
        size: float = len(value)
        low, high = "minLength", "maxLength"
        prefix = isinstance(pattern, str) and re.fullmatch(r"\^([\w:-]*)", pattern)
        if prefix and not value.startswith(prefix[1]):
            yield f"pattern {pattern}"
    elif isinstance(value, list):
        size, low, high = len(value), "minItems", "maxItems"
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        size, low, high = value, "minimum", "maximum"
    else:
        return
    least, most = schema.get(low), schema.get(high)
    if isinstance(least, (int, float)) and size < least:
        yield f"{low} {least}"
    if isinstance(most, (int, float)) and size > most:
        yield f"{high} {most}"


def _prose_without(pointer: Pointer, schema: Node, lookup: Lookup, ledger: Ledger) -> None:
    """A text that says "without x and y fields" above a schema that has them."""
    description = schema.get("description")
    match = _WITHOUT.search(description) if isinstance(description, str) else None
    if match is None:
        return
    inner: Any = schema.get("items", schema)
    if isinstance(inner, dict) and isinstance(inner.get("$ref"), str):
        inner = lookup(inner["$ref"])
    properties = inner.get("properties") if isinstance(inner, dict) else None
    shown = [name for name in match.groups() if name and isinstance(properties, dict) and name in properties]
    if not shown or not isinstance(inner, Node):
        return
    claims = (
        Claim(schema.source, line_of(properties, shown[0]), f"shown: {', '.join(shown)}"),
        Claim(schema.source, line_of(schema, "description"), f'the text: "{match[0]}"'),
    )
    reason = "What the page shows is taken; nothing is required, so a response without it is right as well."
    ledger.add(Contradiction("property", (*pointer, "description"), claims, "kept, optional", RULE, reason))


def _prefix(pointer: Pointer, schema: Node, prefixes: dict[str, tuple[str, Claim]]) -> None:
    """Remember what the ids of a thing start with: of ``schedule.id``, or of ``scheduleId``."""
    description = schema.get("description")
    if not isinstance(description, str) or len(pointer) < 4 or pointer[-2] != "properties":
        return
    if not any(quote in description for quote in "`\"'"):
        return
    for limit in read_limits(description, kinds_of(schema)):
        if limit.keyword == "pattern":
            thing = _thing(pointer)
            if thing:
                claim = Claim(schema.source, line_of(schema, "description"), f'the text: "{limit.words}"')
                prefixes.setdefault(thing, (str(limit.value)[1:].replace("\\", ""), claim))


def _thing(pointer: Pointer) -> str:
    parts = words(str(pointer[-1]))
    if len(parts) > 1 and parts[-1].lower() == "id":
        return "".join(parts[:-1]).lower()
    if len(parts) == 1 and parts[0].lower() == "id" and len(pointer) > 4 and pointer[-4] == "properties":
        return str(pointer[-3]).lower()
    return ""


def _other_prefix(
    pointer: Pointer, schema: Node, prefixes: dict[str, tuple[str, Claim]], ledger: Ledger
) -> None:
    """An example of an id that does not start as the ids of that thing do."""
    example = schema["example"]
    if not isinstance(example, str) or len(pointer) < 2 or pointer[-2] != "properties":
        return
    name = str(pointer[-1])
    promise = prefixes.get(name.lower()) or prefixes.get(_thing(pointer))
    described = str(schema.get("description", "")).lower()
    if promise is None or example.startswith(promise[0]) or " id" not in f" {described}":
        return
    claims = (promise[1], Claim(schema.source, line_of(schema, "example"), f"the example: {example}"))
    reason = "The text that promises the prefix stands; the example is kept as published."
    ledger.add(Contradiction("example", (*pointer, "example"), claims, promise[0], RULE, reason))
