"""Examples and defaults held against their own schemas and texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from trigger_contract.document.yaml import LocatedSequence
from trigger_contract.normalize.checks.example_faults import faults
from trigger_contract.normalize.checks.limit_phrases import read_limits
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

_WITH_EXAMPLES = frozenset(("parameter", "header", "mediaType"))
_WITHOUT = re.compile(
    r"\bwithout (?:the )?`?(\w+)`?(?:,? (?:and|or) `?(\w+)`?)? (?:fields?|properties|property)\b"
)
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
        elif kind in _WITH_EXAMPLES and isinstance(node.get("schema"), Node):
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
    shown = holder.get("examples")
    if holder is schema and isinstance(shown, LocatedSequence):
        for index, value in enumerate(shown):
            if "example" not in schema or value != schema["example"]:
                _check((*pointer, "examples", index), shown, index, value, schema, lookup, ledger)


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
    pointer: Pointer,
    holder: Node | LocatedSequence,
    key: str | int,
    value: Any,
    schema: Node,
    lookup: Lookup,
    ledger: Ledger,
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
