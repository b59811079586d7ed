"""Resolving a reference and merging ``allOf`` at the root, as the expanded dialect shows a schema."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from trigger_contract.normalize.located import Node, copy_value, node_like, put, sequence_of

_LOWER = ("maximum", "maxLength", "maxItems", "maxProperties", "exclusiveMaximum")
_HIGHER = ("minimum", "minLength", "minItems", "minProperties", "exclusiveMinimum")
_MAXIMUM_STEPS = 50


def flatten(node: Node, lookup: Callable[[str], Any], steps: int = 0) -> Node | None:
    """Return a copy with the reference at its root followed and its ``allOf`` merged, or None.

    Args:
        node: A schema, or another object that may be a reference.
        lookup: Returns what a reference points to, or None.
        steps: How many references have been followed already.
    """
    while isinstance(node, Node) and isinstance(node.get("$ref"), str):
        steps += 1
        target = lookup(node["$ref"])
        if not isinstance(target, Node) or steps > _MAXIMUM_STEPS:
            return None
        siblings = {key: value for key, value in node.items() if key != "$ref"}
        if siblings:
            merged = copy_value(target)
            for key, value in siblings.items():
                put(merged, key, value, node.lines.get(key))
            node = merged
        else:
            node = target
    members = node.get("allOf")
    if not isinstance(members, list):
        return node
    result = node_like(node)
    own = node_like(node)
    for key, value in node.items():
        if key != "allOf":
            put(own, key, value, node.lines.get(key))
    for member in [*members, own]:
        flat = flatten(member, lookup, steps + 1) if isinstance(member, Node) else None
        if flat is None:
            return None
        _absorb(result, flat)
    return result


def _absorb(result: Node, part: Node) -> None:
    for key, value in part.items():
        line = part.lines.get(key)
        known = result.get(key)
        if known is None:
            put(result, key, copy_value(value), line)
        elif key == "properties" and isinstance(known, Node):
            for name, schema in value.items():
                put(known, name, copy_value(schema), value.lines.get(name))
        elif key == "required" and isinstance(known, list):
            known.extend(item for item in value if item not in known)
        elif key == "enum" and isinstance(known, list):
            result[key] = sequence_of(known, [item for item in known if item in value])
        elif key in _LOWER:
            result[key] = min(known, value)
        elif key in _HIGHER:
            result[key] = max(known, value)
        elif key == "description" and known != value:
            result[key] = f"{known}\n{value}"
        else:
            put(result, key, copy_value(value), line)
