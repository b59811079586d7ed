"""Schemas as the expanded dialect shows them: a list of alternatives, with little said about how they join.

Two roots, one of either dialect, say the same if this is all the same. It costs too little to tell
``oneOf`` from ``anyOf``, or null in a type from null as an alternative, because the dialect cannot.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from trigger_contract.normalize.flatten import flatten
from trigger_contract.normalize.model import Node, node_like, put

# What the expanded dialect cannot show at the root of a schema.
LOST_AT_ROOT = frozenset(
    [
        *("not", "patternProperties", "discriminator", "$defs", "definitions", "if", "then", "else"),
        *("dependentSchemas", "dependentRequired", "contains", "propertyNames", "prefixItems"),
        *("unevaluatedProperties", "unevaluatedItems", "minContains", "maxContains", "$comment", "$id"),
    ]
)
_TEXTS = frozenset(
    [
        *("title", "description", "deprecated", "readOnly", "writeOnly", "example", "examples"),
        *("externalDocs", "xml", "x-ref-identifier"),
    ]
)
_MAXIMUM = 64

Lookup = Callable[[str], Any]


def same_root(first: Node, first_lookup: Lookup, second: Node, second_lookup: Lookup) -> bool:
    """Whether two roots allow the same, as far as the expanded dialect can show."""
    ours, theirs = _alternatives(first, first_lookup), _alternatives(second, second_lookup)
    if ours is None or theirs is None or len(ours) != len(theirs):
        return False
    for alternative in ours:
        match = next((other for other in theirs if _same(alternative, other)), None)
        if match is None:
            return False
        theirs.remove(match)
    return True


def _same(first: dict[str, Any], second: dict[str, Any]) -> bool:
    if first.keys() != second.keys():
        return False
    for key, value in first.items():
        other = second[key]
        if key == "properties" and isinstance(value, dict) and isinstance(other, dict):
            if not _same_properties(value, other):
                return False
        elif key in ("required", "enum") and isinstance(value, list) and isinstance(other, list):
            if sorted(map(repr, value)) != sorted(map(repr, other)):
                return False
        elif value != other:
            return False
    return True


def _same_properties(first: dict[str, Any], second: dict[str, Any]) -> bool:
    """A request does not show what is read-only, a response not what is write-only."""
    for name in first.keys() | second.keys():
        ours, theirs = first.get(name), second.get(name)
        if ours is None or theirs is None:
            shown = ours or theirs
            if not (isinstance(shown, dict) and (shown.get("readOnly") or shown.get("writeOnly"))):
                return False
        elif ours != theirs:
            return False
    return True


def _alternatives(schema: Any, lookup: Lookup) -> list[dict[str, Any]] | None:
    if not isinstance(schema, Node):
        return [{}] if schema is True else None
    flat = flatten(schema, lookup)
    if flat is None:
        return None
    for keyword in ("anyOf", "oneOf"):
        members = flat.get(keyword)
        if isinstance(members, list) and members:
            rest = {key: value for key, value in flat.items() if key != keyword}
            found: list[dict[str, Any]] = []
            for member in members:
                below = _alternatives(_joined(flat, rest, member), lookup)
                if below is None or len(found) > _MAXIMUM:
                    return None
                found.extend(below)
            return _distinct(found)
    return _distinct(_split(flat))


def _joined(like: Node, rest: dict[str, Any], member: Any) -> Any:
    if not rest:
        return member
    joined, outer = node_like(like), node_like(like)
    for key, value in rest.items():
        put(outer, key, value)
    put(joined, "allOf", [member, outer])
    return joined


def _split(schema: Node) -> list[dict[str, Any]]:
    """Make one alternative of each type, without the texts and without what the dialect loses."""
    kept = {key: value for key, value in schema.items() if key not in _TEXTS and key not in LOST_AT_ROOT}
    if kept.get("properties") == {}:
        del kept["properties"]
    if kept.get("additionalProperties") is True:
        del kept["additionalProperties"]
    kinds = kept.get("type")
    if isinstance(kept.get("enum"), list):
        kept["enum"] = [value for value in kept["enum"] if value is not None]
    if not isinstance(kinds, list):
        return [kept]
    return [{"type": "null"} if kind == "null" else {**kept, "type": kind} for kind in kinds]


def _distinct(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    result: list[dict[str, Any]] = []
    for alternative in found:
        if alternative not in result:
            result.append(alternative)
    return result
