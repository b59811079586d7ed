"""Operations on one thing, held against each other: what they answer under one name has one type."""

from __future__ import annotations

import re
from typing import Any

from trigger_contract.normalize.model import (
    APART,
    Claim,
    Contradiction,
    Ledger,
    Node,
    Pointer,
    line_of,
    operations_of,
)
from trigger_contract.normalize.reach import Lookup, leaves
from trigger_contract.normalize.wording import brief

_PARAMETER = re.compile(r"(?<![^/{}])([^/{}]{1,200})/\{([^{}]{1,200})\}")
_REASON = "Each operation keeps what its own page says, because each may well spell the thing in its own way."

Shown = tuple[Pointer, str, Node]


def check_resources(draft: Node, lookup: Lookup, ledger: Ledger) -> None:
    """Compare the top level of what the operations on one thing (``runs/{runId}``) answer."""
    known: dict[tuple[str, str, str], Shown] = {}
    for group, path, method, operation in operations_of(draft):
        things = _PARAMETER.findall(path)
        if group != "paths" or not things:
            continue
        title = f"{method.upper()} {path}"
        for pointer, schema in _answers(lookup, operation, (group, path, method)):
            for name, value in (schema.get("properties") or {}).items():
                if not isinstance(value, Node) or "type" not in value:
                    continue
                key = (*things[-1], name)
                first = known.setdefault(key, ((*pointer, "properties", name), title, value))
                if first[2]["type"] != value["type"]:
                    _note(name, first, ((*pointer, "properties", name), title, value), ledger)


def _answers(lookup: Lookup, operation: Node, pointer: Pointer) -> list[tuple[Pointer, Node]]:
    found: list[tuple[Pointer, Node]] = []
    for status, response in operation.get("responses", {}).items():
        if not status.startswith("2") or not isinstance(response, dict):
            continue
        for media_type, content in (response.get("content") or {}).items():
            schema: Any = content.get("schema") if isinstance(content, dict) else None
            where: Pointer = (*pointer, "responses", status, "content", media_type, "schema")
            if isinstance(schema, Node):
                parts = leaves(where, schema, lookup)
                found.extend(part for part in parts if isinstance(part[1].get("properties"), dict))
    return found


def _note(name: str, first: Shown, second: Shown, ledger: Ledger) -> None:
    claims = tuple(
        Claim(value.source, line_of(value, "type"), f"{title}: {name}: {brief(value['type'])}")
        for _, title, value in (first, second)
    )
    where, place = (*first[0], "type"), (*second[0], "type")
    ledger.add(Contradiction("type", where, claims, "both, apart", APART, _REASON, (place,)))
