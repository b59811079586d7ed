"""What a text above a schema may be about: the schema, what it refers to, its parts and alternatives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from trigger_contract.normalize.model import Node, Pointer

Lookup = Callable[[str], Any]
_MOST_STEPS = 8


def leaves(pointer: Pointer, schema: Any, lookup: Lookup, steps: int = 0) -> Iterator[tuple[Pointer, Node]]:
    """Yield the schema itself, or what it is made of by ``$ref``, ``allOf``, ``anyOf`` and ``oneOf``.

    Args:
        pointer: Where it stands.
        schema: The schema.
        lookup: Returns what a reference points to, or None.
        steps: How many steps have been taken already.
    """
    if not isinstance(schema, Node) or steps > _MOST_STEPS:
        return
    reference = schema.get("$ref")
    if isinstance(reference, str):
        if reference.startswith("#/"):
            where: Pointer = tuple(reference[2:].split("/"))
            yield from leaves(where, lookup(reference), lookup, steps + 1)
        return
    composed = False
    for keyword in ("allOf", "anyOf", "oneOf"):
        members = schema.get(keyword)
        for index, member in enumerate(members if isinstance(members, list) else ()):
            composed = True
            yield from leaves((*pointer, keyword, index), member, lookup, steps + 1)
    if not composed or "type" in schema:
        yield pointer, schema


def kinds_of(schema: Node) -> list[str]:
    """The types that a schema names."""
    kind = schema.get("type")
    return [kind] if isinstance(kind, str) else [name for name in kind or () if isinstance(name, str)]
