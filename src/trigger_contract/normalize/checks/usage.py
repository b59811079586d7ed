"""What texts say about how things go together, where no keyword says it: "must be used with `to`".

Read are names of things that stand beside the one with the text, and fields that an answer leaves out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from trigger_contract.normalize.model import (
    RULE,
    Claim,
    Contradiction,
    Found,
    Ledger,
    Node,
    Pointer,
    line_of,
    operations_of,
)
from trigger_contract.normalize.reach import Lookup, leaves

_NAMED = r"[`'\"]?([A-Za-z_][\w.\[\]-]*)[`'\"]?"
_TOGETHER = re.compile(
    r"\b(?:(?P<never>cannot|can't|can not|must not|may not)|must(?: always)?|(?:can|may) only|only)"
    r" be (?:used|combined|specified|provided|set|sent|given)(?: together| along| in combination)? with"
    rf"(?: the)? {_NAMED}(?:(?:\s*[/,]\s*|\s+(?:and|or)\s+){_NAMED})?",
    re.IGNORECASE,
)
_LEFT_OUT = re.compile(
    r"\b(?:omits?|leaves? out|(?:do|does) not (?:include|contain|return|have)|never (?:includes?|contains?))"
    r" (?:the )?`([A-Za-z_]\w*)`",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"\b(?:if|when|unless|where|with|without|may|can|for|by default)\b", re.IGNORECASE)
_ALONE = "No keyword of a parameter can say so; whoever calls has to know."
_BESIDE = "The schema does not say so; whether the text is a rule is for a person to say."
_SHOWN = "Where the text and the schema of one page differ, the schema stands: machines read it."


def check_usage(draft: Node, found: Sequence[Found], lookup: Lookup, ledger: Ledger) -> None:
    """Note dependencies that only a text tells of, and fields that a text denies and the schema shows.

    Args:
        draft: The draft.
        found: Everything in it.
        lookup: Returns what a reference points to.
        ledger: Where it is noted.
    """
    for group, path, method, operation in operations_of(draft):
        where: Pointer = (group, path, method)
        parameters = [_followed(lookup, parameter) for parameter in operation.get("parameters") or ()]
        known = {str(parameter.get("name")) for parameter in parameters}
        for index, parameter in enumerate(parameters):
            place = (*where, "parameters", index)
            _together(place, str(parameter.get("name")), parameter, known, _ALONE, ledger)
        _left_out(where, operation, lookup, ledger)
    for pointer, node, kind in found:
        properties = node.get("properties") if kind == "schema" else None
        if isinstance(properties, Node) and "dependentRequired" not in node:
            for name, schema in properties.items():
                place = (*pointer, "properties", name)
                _together(place, name, schema, set(properties), _BESIDE, ledger)


def _together(place: Pointer, name: str, holder: Any, known: set[str], reason: str, ledger: Ledger) -> None:
    """Note a text that makes one thing hang on another that stands beside it."""
    text = holder.get("description") if isinstance(holder, Node) else None
    match = _TOGETHER.search(" ".join(text.split())) if isinstance(text, str) else None
    if match is None or name in match.groups() or match[2] not in known:
        return
    without = f"`{name}` goes {'with' if match['never'] else 'without'} `{match[2]}`"
    claims = (
        Claim(holder.source, holder.line or None, f"the schema: {without}"),
        Claim(holder.source, line_of(holder, "description"), f'the text: "{match[0]}"'),
    )
    where = (*place, "description")
    ledger.add(Contradiction("dependency in prose only", where, claims, "stays in prose", RULE, reason))


def _left_out(pointer: Pointer, operation: Node, lookup: Lookup, ledger: Ledger) -> None:
    """Note a field that, as the text of an operation says, answers do not have, and that the schema has."""
    text = operation.get("description")
    for sentence in re.split(r"(?<=[.;!])\s+|\n\n", text) if isinstance(text, str) else ():
        match = _LEFT_OUT.search(sentence)
        if match is None or _CONDITION.search(sentence):
            continue
        for where, schema in _answers(pointer, operation, lookup):
            if match[1] in schema["properties"]:
                required = match[1] in (schema.get("required") or ())
                says = f"properties: {match[1]}{', required' if required else ''}"
                claims = (
                    Claim(schema.source, line_of(schema["properties"], match[1]), says),
                    Claim(operation.source, line_of(operation, "description"), f'the text: "{match[0]}"'),
                )
                place = (*where, "properties", match[1])
                ledger.add(Contradiction("property", place, claims, says, RULE, _SHOWN))


def _answers(pointer: Pointer, operation: Node, lookup: Lookup) -> Iterator[tuple[Pointer, Node]]:
    """Yield objects that are answered, and those in lists right below them."""
    for status, response in (operation.get("responses") or {}).items():
        content = _followed(lookup, response).get("content") if status.startswith("2") else None
        for media_type, value in (content or {}).items():
            start = (*pointer, "responses", status, "content", media_type, "schema")
            stack = [(start, _followed(lookup, value).get("schema"), 0)]
            while stack:
                where, schema, depth = stack.pop()
                for place, leaf in leaves(where, schema, lookup):
                    if "items" in leaf:
                        stack.append(((*place, "items"), leaf["items"], depth))
                    if not isinstance(leaf.get("properties"), Node):
                        continue
                    yield place, leaf
                    for name, below in leaf["properties"].items() if depth == 0 else ():
                        stack.append(((*place, "properties", name), below, depth + 1))


def _followed(lookup: Lookup, value: Any) -> Any:
    steps = 0
    while isinstance(value, dict) and isinstance(value.get("$ref"), str) and steps < 20:
        value, steps = lookup(value["$ref"]), steps + 1
    return value if isinstance(value, dict) else {}
