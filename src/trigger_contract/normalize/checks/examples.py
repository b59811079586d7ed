"""Examples held against their own schemas and texts, and in which ways a value breaks its schema.

Written for pages: a reference is followed in the draft, what is in requests or in responses only may be
missing, and of very large examples or compositions without end only so much is judged as makes sense.
Source: JSON Schema 2020-12, core, chapters 10 and 11, and validation, chapters 6 and 7.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from trigger_contract.document.yaml import LocatedSequence
from trigger_contract.normalize.checks.draft import Draft
from trigger_contract.normalize.checks.limits import read_limits
from trigger_contract.normalize.located import (
    Lookup,
    Node,
    Pointer,
    as_map,
    follow,
    kinds_of,
    list_of,
    map_of,
    text_of,
)
from trigger_contract.normalize.model import Claim, brief, claim, quoted
from trigger_contract.normalize.naming.words import words

_SHOWS = "An example shows, a schema promises: the schema stands, and the example is kept as published."
_PREFIX = "The text that promises the prefix stands; the example is kept as published."
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
# Formats that every reader takes alike; of a time, pages often show only hours and minutes.
_FORMATS = frozenset(("date-time", "date", "uuid", "email", "uri", "ipv4", "ipv6"))
# A keyword, the values that it is about, and whether one of them breaks it.
_RULES: tuple[tuple[str, Any, Callable[[Any, Any], bool]], ...] = (
    ("minLength", str, lambda value, least: len(value) < least),
    ("maxLength", str, lambda value, most: len(value) > most),
    ("minItems", list, lambda value, least: len(value) < least),
    ("maxItems", list, lambda value, most: len(value) > most),
    ("minProperties", dict, lambda value, least: len(value) < least),
    ("maxProperties", dict, lambda value, most: len(value) > most),
    ("pattern", str, lambda value, pattern: not _conforms("pattern", pattern, value)),
    ("format", str, lambda value, form: form in _FORMATS and not _conforms("format", form, value)),
    ("minimum", (int, float), operator.lt),
    ("maximum", (int, float), operator.gt),
    ("exclusiveMinimum", (int, float), operator.le),
    ("exclusiveMaximum", (int, float), operator.ge),
    ("multipleOf", (int, float), lambda value, step: not _is_multiple(value, step)),
)
_MAXIMUM_DEPTH = 12
_MAXIMUM_STEPS = 5_000
_MOST_ITEMS = 50


def check_examples(draft: Draft) -> None:
    """Note examples that break their schema, a prefix or a text."""
    prefixes: dict[str, tuple[str, Claim]] = {}
    for pointer, node, kind in draft.found:
        schema = node if kind == "schema" else node.get("schema")
        if schema is None or kind not in ("schema", "parameter", "header", "mediaType"):
            continue
        if "example" in node:
            _check(draft, (*pointer, "example"), node, schema)
        if kind != "schema":
            for name, example in map_of(node, "examples").items():
                if "value" in as_map(example):
                    _check(draft, (*pointer, "examples", name, "value"), example, schema)
            continue
        shown = node.get("examples")
        for index, value in enumerate(shown if isinstance(shown, LocatedSequence) else ()):
            if "example" not in node or value != node["example"]:
                _check(draft, (*pointer, "examples", index), shown, node)
        _prefix(pointer, node, prefixes)
    for pointer, node in draft.schemas():
        _other_prefix(draft, pointer, node, prefixes)


def _check(draft: Draft, pointer: Pointer, holder: Any, schema: Any) -> None:
    """Judge the example that stands in a holder under the last token of its place."""
    value = holder[pointer[-1]]
    fault = next(faults(value, schema, draft.lookup), None)
    if fault is not None and "$ref" not in as_map(value):  # else it is shown elsewhere
        shown, other = f"the schema: {fault}", claim(holder, pointer[-1], f"the example: {brief(value)}")
        draft.ledger.rule("example", pointer, _SHOWS, claim(schema, "", shown), other, chosen=fault)


def _prefix(pointer: Pointer, schema: Node, prefixes: dict[str, tuple[str, Claim]]) -> None:
    """Remember what the ids of a thing start with."""
    text = text_of(schema, "description")
    thing = _thing(pointer) if any(mark in text for mark in "`\"'") else ""
    for limit in read_limits(text, kinds_of(schema)) if thing else ():
        if limit.keyword == "pattern":
            prefix = limit.value[1:].replace("\\", "")
            prefixes.setdefault(thing, (prefix, quoted(schema, limit.words)))


def _thing(pointer: Pointer) -> str:
    """What a property is the id of: the schedule, of ``schedule.id`` or ``scheduleId``."""
    *thing, last = [word.lower() for word in words(str(pointer[-1]))] or [""]
    if pointer[-2] != "properties" or last != "id":
        return ""
    inner = not thing and len(pointer) > 4 and pointer[-4] == "properties"
    return str(pointer[-3]).lower() if inner else "".join(thing)


def _other_prefix(
    draft: Draft, pointer: Pointer, schema: Node, prefixes: dict[str, tuple[str, Claim]]
) -> None:
    """An example of an id that does not start as the ids of that thing do."""
    example, text = text_of(schema, "example"), text_of(schema, "description")
    if not example or pointer[-2] != "properties" or " id" not in f" {text}".lower():
        return
    promise = prefixes.get(str(pointer[-1]).lower()) or prefixes.get(_thing(pointer))
    if promise is not None and not example.startswith(promise[0]):
        shown = claim(schema, "example", f"the example: {example}")
        draft.ledger.rule("example", (*pointer, "example"), _PREFIX, promise[1], shown, chosen=promise[0])


def faults(value: Any, schema: Any, lookup: Lookup) -> Iterator[str]:
    """Say in which ways a value breaks a schema.

    Args:
        value: The value.
        schema: Its schema.
        lookup: Returns what a reference points to, or None.
    """
    left = iter(range(_MAXIMUM_STEPS))

    def judged(value: Any, schema: Any, depth: int) -> Iterator[str]:
        schema = follow(schema, lookup)
        if next(left, None) is None or not isinstance(schema, dict) or depth > _MAXIMUM_DEPTH:
            return
        known = [kind for kind in kinds_of(schema) if kind in _TYPES]
        if known and not any(_is(value, kind) for kind in known):
            yield f"type {' or '.join(known)}"
            return
        if isinstance(enum := schema.get("enum"), list) and value not in enum:
            yield f"one of {', '.join(map(str, enum))}"
        if "const" in schema and value != schema["const"]:
            yield f"always {brief(schema['const'])}"
        for word, kind, breaks in _RULES:
            about = word in schema and isinstance(value, kind) and not isinstance(value, bool)
            if about and breaks(value, schema[word]):
                yield f"{word} {schema[word]}"
        if isinstance(value, dict):
            yield from _names(value, schema)
            others = None if "patternProperties" in schema else schema.get("additionalProperties")
            for name, item in value.items():
                found = judged(item, map_of(schema, "properties").get(name, others), depth + 1)
                yield from (f"{name}: {fault}" for fault in found)
        for item in value[:_MOST_ITEMS] if isinstance(value, list) else ():
            yield from (f"items: {fault}" for fault in judged(item, schema.get("items"), depth + 1))
        for member in list_of(schema, "allOf"):
            yield from judged(value, member, depth + 1)
        for members in filter(None, (list_of(schema, word) for word in ("anyOf", "oneOf"))):
            first = [next(judged(value, member, depth + 1), None) for member in members]
            if None not in first:
                yield str(first[0]) if len(first) == 1 else f"one of {len(first)} alternatives"

    return judged(value, schema, 0)


def _names(value: dict[str, Any], schema: dict[str, Any]) -> Iterator[str]:
    properties = map_of(schema, "properties")
    for name in list_of(schema, "required"):
        # What is in requests only or in responses only is lacking in half of the examples.
        shown = as_map(properties.get(name))
        if name not in value and not shown.get("readOnly") and not shown.get("writeOnly"):
            yield f"required {name}"
    if schema.get("additionalProperties") is False and "patternProperties" not in schema:
        yield from (f"no property {name}" for name in value if name not in properties)


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES[kind])


def _is_multiple(value: float, step: float) -> bool:
    """As the numbers are written, so that 0.3 is a multiple of 0.1."""
    try:
        return step <= 0 or Decimal(str(value)) % Decimal(str(step)) == 0
    except InvalidOperation:
        return True


def _conforms(word: str, text: str, value: str) -> bool:
    judge = _judge(word, text)
    return judge is None or bool(judge.is_valid(value))


@lru_cache(maxsize=1024)
def _judge(word: str, text: str) -> Any:
    """Return what judges one pattern or format, in bounded time; None for what is no pattern there.

    The library's patterns are those of ECMA-262. It is imported here because few documents need it.
    """
    import jsonschema_rs

    try:
        return jsonschema_rs.Draft202012Validator({word: text}, validate_formats=True)
    except (ValueError, jsonschema_rs.ValidationError):
        return None
