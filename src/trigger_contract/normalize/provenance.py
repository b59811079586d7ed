"""Where each part of the document comes from: page and line, for operations down to properties."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from trigger_contract.document.references import join_pointer
from trigger_contract.document.shape import MAP, children, field_shape
from trigger_contract.document.yaml import LocatedMapping
from trigger_contract.normalize.located import Node

_MAXIMUM_ORIGINS = 20


def provenance(document: Node) -> dict[str, list[str]]:
    """Return ``page:line`` for each operation, parameter, response, component and property.

    Keys are JSON Pointers into the document. At most ``_MAXIMUM_ORIGINS`` places are named for each.
    """
    found: dict[str, list[str]] = {}
    stack: list[tuple[tuple[str | int, ...], Any, str]] = [((), document, "document")]
    while stack:
        pointer, value, kind = stack.pop()
        if not isinstance(value, dict):
            continue
        below = []
        for tokens, child, child_kind, _ in children(kind, value):
            where = (*pointer, *tokens)
            if child_kind != "components":
                origins = _origins(child, value, str(tokens[0]), tokens[-1], kind)
                if origins:
                    found[join_pointer(*where)] = origins
            below.append((where, child, child_kind))
        stack.extend(reversed(below))
    return found


def _origins(child: Any, parent: Mapping[str, Any], field: str, key: str | int, kind: str) -> list[str]:
    places: dict[str, None] = {}
    for node in (child, *_merged(child)):
        if isinstance(node, LocatedMapping) and node.source and node.line:
            places[f"{node.source}:{node.line}"] = None
    if not places:
        for node in (parent, *_merged(parent)):
            holder: Any = node
            shape = field_shape(kind, field)
            if shape and shape[0] == MAP and isinstance(node, dict):
                holder = node.get(field)
            if isinstance(holder, LocatedMapping) and holder.source and key in holder.lines:
                places[f"{holder.source}:{holder.lines[str(key)]}"] = None
    return list(places)[:_MAXIMUM_ORIGINS]


def _merged(value: Any) -> Iterator[Any]:
    """Yield everything that was merged into a node, at any remove."""
    stack = list(getattr(value, "also", ()))[::-1]
    seen: set[int] = set()
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        stack.extend(list(getattr(node, "also", ()))[::-1])


def write_provenance(found: Mapping[str, list[str]]) -> str:
    """Write the side file: one line for each pointer."""
    lines = [f"{json.dumps(pointer)}: {json.dumps(origins)}" for pointer, origins in found.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n" if lines else "{}\n"
