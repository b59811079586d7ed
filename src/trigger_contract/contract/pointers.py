"""Where the parts of a composed schema are written, so that a finding cites the right sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trigger_contract.contract.citations import Pointer, follow

_PARTS = ("allOf", "anyOf", "oneOf")
_DEEPEST = 12


def property_pointer(document: Mapping[str, Any], pointer: Pointer, path: Sequence[str]) -> Pointer:
    """Return where a property below a schema is written, in the schema or in a part it is composed of.

    Args:
        document: The document.
        pointer: Where the schema stands.
        path: Names of properties, from the outside in.
    """
    for name in path:
        found = next(_declaring(document, pointer, "properties", name), pointer)
        pointer = (*found, "properties", name)
    return pointer


def items_pointer(document: Mapping[str, Any], pointer: Pointer) -> Pointer:
    """Return where the items of the array at a pointer are written."""
    return (*next(_declaring(document, pointer, "items"), pointer), "items")


def _declaring(document: Mapping[str, Any], pointer: Pointer, *tokens: str) -> Iterator[Pointer]:
    """Yield the parts of a schema, itself first, that declare something."""
    waiting: list[tuple[Pointer, int]] = [(pointer, 0)]
    while waiting:
        place, depth = waiting.pop(0)
        written, schema = list(follow(document, place))[-1]
        value: Any = schema
        for token in tokens:
            value = value.get(token) if isinstance(value, Mapping) else None
        if value is not None:
            yield written
        for key in _PARTS if isinstance(schema, Mapping) and depth < _DEEPEST else ():
            parts = schema.get(key)
            count = len(parts) if isinstance(parts, list) else 0
            waiting += [((*written, key, index), depth + 1) for index in range(count)]
