"""Texts that say something else than the keywords beside them: values, whether a thing is required, counts.

Only phrases that leave no doubt are read. Where a text and a keyword differ, the keyword stands,
because machines read it; the report tells which page to put right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from trigger_contract.normalize.merge import brief
from trigger_contract.normalize.model import RULE, Claim, Contradiction, Found, Ledger, Node, Pointer, line_of
from trigger_contract.normalize.standard import find

_REASON = "Where the text and the schema of one page differ, the schema stands: machines read it."
_VALUE = r"""(?:`[^`\n]+`|"[^"\n]+"|'[^'\n]+')"""
_ONE_OF = re.compile(
    rf"\b(?:one of|either)(?: the following)?:?\s+({_VALUE}(?:(?:\s*,\s*|\s*,?\s+(?:or|and)\s+){_VALUE})+)"
    rf"(?!\s*,|\s*(?:etc|and so on|…))",
    re.IGNORECASE,
)
_REQUIRED = re.compile(r"\A\s*[(\[*_]*(required|optional)[)\]*_]*(?:[.:,;]|\s*$|\s+-)", re.IGNORECASE)
_COUNT = re.compile(r"\b(?:maximum of|up to|at most|no more than) (\d+) ([a-z]\w+)\b", re.IGNORECASE)


def check_prose(draft: Node, found: Sequence[Found], ledger: Ledger) -> None:
    """Note each text that contradicts a keyword of what it describes."""
    nodes = {pointer: node for pointer, node, kind in found if kind in ("schema", "parameter")}
    for pointer, node, kind in found:
        text = node.get("description")
        if not isinstance(text, str):
            continue
        if kind == "parameter":
            schema = node.get("schema")
            _values(pointer, node, text, schema if isinstance(schema, Node) else node, ledger)
            _required(pointer, node, text, node.get("required") is True, node, ledger)
        elif kind == "schema":
            _values(pointer, node, text, node, ledger)
            parent = nodes.get(pointer[:-2])
            if parent is not None and len(pointer) > 2 and pointer[-2] == "properties":
                names = parent.get("required")
                required = isinstance(names, list) and pointer[-1] in names
                _required(pointer, node, text, required, parent, ledger)
        elif kind == "operation":
            _counts(draft, pointer, node, text, ledger)


def _note(kind: str, pointer: Pointer, keyword: str, schema: Node, text: Node, says: str, words: str) -> Any:
    claims = (
        Claim(schema.source, line_of(schema, keyword) or schema.line or None, says),
        Claim(text.source, line_of(text, "description"), f'the text: "{words}"'),
    )
    return Contradiction(kind, pointer, claims, says, RULE, _REASON)


def _values(pointer: Pointer, holder: Node, text: str, schema: Node, ledger: Ledger) -> None:
    """A list of values in the text that is not the list of the schema."""
    place = pointer if holder is schema else (*pointer, "schema")
    if "enum" not in schema and isinstance(schema.get("items"), Node):
        schema, place = schema["items"], (*place, "items")
    enum, match = schema.get("enum"), _ONE_OF.search(" ".join(text.split()))
    if not isinstance(enum, list) or match is None:
        return
    said = [value[1:-1] for value in re.findall(_VALUE, match[1])]
    if set(said) != {str(value) for value in enum if value is not None}:
        says = f"enum: {brief(enum)}"
        ledger.add(_note("enum", (*place, "enum"), "enum", schema, holder, says, match[0]))


def _required(
    pointer: Pointer, holder: Node, text: str, required: bool, parent: Node, ledger: Ledger
) -> None:
    match = _REQUIRED.match(text)
    if match is None or (match[1].casefold() == "required") == required:
        return
    says = "required" if required else "not required"
    ledger.add(_note("required", (*pointer, "required"), "required", parent, holder, says, match[1]))


def _counts(draft: Node, pointer: Pointer, operation: Node, text: str, ledger: Ledger) -> None:
    """How many of something the text of an operation allows, against the list of that name in it."""
    counts = {match[2].casefold(): match for match in _COUNT.finditer(text)}
    for place, name, schema in _lists(draft, pointer, operation) if counts else ():
        match = counts.get(name.casefold())
        known = schema.get("maxItems")
        if match is None or known is None or known == int(match[1]):
            continue
        says = f"maxItems: {known}"
        ledger.add(_note("limit", (*place, "maxItems"), "maxItems", schema, operation, says, match[0]))


def _lists(draft: Node, pointer: Pointer, operation: Node) -> Iterator[tuple[Pointer, str, Node]]:
    """Yield the parameters of an operation and the properties of its body by name."""
    for index, parameter in enumerate(operation.get("parameters") or ()):
        schema = _followed(draft, _followed(draft, parameter).get("schema"))
        if isinstance(schema, Node):
            name = str(_followed(draft, parameter).get("name"))
            yield (*pointer, "parameters", index, "schema"), name, schema
    content = _followed(draft, operation.get("requestBody")).get("content") or {}
    for media_type, value in content.items():
        body = _followed(draft, _followed(draft, value).get("schema"))
        for name, property_schema in (body.get("properties") or {}).items():
            schema = _followed(draft, property_schema)
            if isinstance(schema, Node):
                where = (*pointer, "requestBody", "content", media_type, "schema", "properties", name)
                yield where, name, schema


def _followed(draft: Node, value: Any) -> Any:
    steps = 0
    while isinstance(value, dict) and isinstance(value.get("$ref"), str) and steps < 20:
        value, steps = find(draft, value["$ref"]), steps + 1
    return value if isinstance(value, dict) else {}
