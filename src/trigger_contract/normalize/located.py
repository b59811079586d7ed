"""Nodes of the draft, which know where they were written, and typed ways to read what stands in them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from trigger_contract.document.references import lookup
from trigger_contract.document.shape import METHODS, is_extension, walk
from trigger_contract.document.yaml import LocatedMapping, LocatedSequence
from trigger_contract.errors import UserError

Pointer = tuple[str | int, ...]
Lookup = Callable[[str], Any]
"""Returns what a reference points to, or None."""

_MOST_REFERENCES = 50


class Node(LocatedMapping):
    """A mapping of the draft: knows where it was written and which equal ones were merged into it.

    Attributes:
        also: Mappings of other pages, or other places, that say the same or lost against this one.
    """

    __slots__ = ("also",)

    def __init__(self) -> None:
        super().__init__()
        self.also: list[LocatedMapping] = []


Found = tuple[Pointer, Node, str]
"""A place in the draft, what stands there, and its kind (see ``shape``)."""


def node_like(other: Any, **entries: Any) -> Node:
    """Return a node that was written where ``other`` was, with some entries."""
    node = Node()
    if isinstance(other, (LocatedMapping, LocatedSequence)):
        node.line, node.source = other.line, other.source
    for key, value in entries.items():
        put(node, key, value)
    return node


def put(node: LocatedMapping, key: str, value: Any, line: int | None = None) -> None:
    """Set a key together with the line it comes from; without one, the node's own line."""
    node[key] = value
    node.lines[key] = node.line if line is None else line


def take(
    node: LocatedMapping, holder: LocatedMapping, *keys: str, but: Collection[str] | None = None
) -> None:
    """Put what another mapping has under some keys, or under all but some, each with its line."""
    for key in keys if but is None else [key for key in holder if key not in but]:
        if key in holder:
            put(node, key, holder[key], line_of(holder, key))


def line_of(container: Any, key: str | int) -> int | None:
    """Return the line on which a key or an item was written, if it was read from a file."""
    if isinstance(container, LocatedMapping):
        return container.lines.get(str(key)) or container.line or None
    if isinstance(container, LocatedSequence) and isinstance(key, int) and key < len(container.lines):
        return container.lines[key]
    return None


def text_of(holder: Any, key: str) -> str:
    """Return the text under a key of a mapping; an empty text where there is no such thing."""
    value = holder.get(key) if isinstance(holder, dict) else None
    return value if isinstance(value, str) else ""


def list_of(holder: Any, key: str) -> list[Any]:
    """Return the list under a key of a mapping; an empty list where there is no such thing."""
    value = holder.get(key) if isinstance(holder, dict) else None
    return value if isinstance(value, list) else []


def map_of(holder: Any, key: str) -> dict[str, Any]:
    """Return the mapping under a key of a mapping; an empty one where there is no such thing."""
    value = holder.get(key) if isinstance(holder, dict) else None
    return value if isinstance(value, dict) else {}


def node_of(holder: Any, key: str) -> LocatedMapping:
    """Return the mapping with lines under a key of a mapping; an empty one where there is no such thing."""
    value = holder.get(key) if isinstance(holder, dict) else None
    return value if isinstance(value, LocatedMapping) else node_like(holder)


def nodes_in(holder: Any) -> list[tuple[str, LocatedMapping]]:
    """Return the entries of a mapping that are mappings with lines, under their names."""
    return [(key, value) for key, value in as_map(holder).items() if isinstance(value, LocatedMapping)]


def as_map(value: Any) -> dict[str, Any]:
    """Return a value that is a mapping; an empty mapping for any other."""
    return value if isinstance(value, dict) else {}


def maps_of(holder: Any, key: str) -> list[dict[str, Any]]:
    """Return the mappings in the list under a key of a mapping."""
    return [item for item in list_of(holder, key) if isinstance(item, dict)]


def kinds_of(schema: Any) -> list[str]:
    """Return the types that a schema names."""
    kind = schema.get("type") if isinstance(schema, dict) else None
    return [kind] if isinstance(kind, str) else [name for name in kind or () if isinstance(name, str)]


def in_any_order(value: Any) -> Any:
    """Return a list so that it is equal to one with the same members, and any other value as it is."""
    return sorted(map(repr, value)) if isinstance(value, list) else value


def objects(document: Any, *kinds: str, kind: str = "document") -> Iterator[Found]:
    """Find every object of some kinds that stands in a draft, or in another object of one.

    Args:
        document: The document or object.
        kinds: The kinds that are asked for; all of them where none is named.
        kind: What kind of object ``document`` is.
    """
    found = walk(kind, document)
    if kinds:
        found = (entry for entry in found if entry[2] in kinds)
    return (entry for entry in found if isinstance(entry[1], Node))


def mappings(value: Any) -> Iterator[LocatedMapping]:
    """Yield every mapping in a value, whatever it is, once each."""
    stack, seen = [value], set()
    while stack:
        value = stack.pop()
        if id(value) in seen:
            continue  # an alias leads to the same value again
        seen.add(id(value))
        if isinstance(value, LocatedMapping):
            yield value
        below = value.values() if isinstance(value, dict) else value
        stack.extend(item for item in below if isinstance(item, (dict, list)))


def find(document: Any, reference: str) -> Any:
    """Return what a local reference points to, or None."""
    try:
        return lookup(document, reference) if reference.startswith("#/") else None
    except UserError:
        return None


def follow(value: Any, lookup: Lookup) -> Any:
    """Return what stands at the end of a row of references; None where they end nowhere."""
    for _ in range(_MOST_REFERENCES):
        if not isinstance(value, dict) or not isinstance(value.get("$ref"), str):
            return value
        value = lookup(value["$ref"])
    return None


def refusal(holder: Any, key: str | int, message: str) -> UserError:
    """Return the error that names where a key, or with an empty key the whole, was read.

    Args:
        holder: The mapping or list that the error is about.
        key: The key or the index in it.
        message: What is wrong.
    """
    return UserError(message, source=getattr(holder, "source", None) or None, line=line_of(holder, key))


def mapping_of(container: LocatedMapping, key: str) -> LocatedMapping:
    """Return what stands under a key, an empty mapping where nothing does.

    Raises:
        UserError: Something else than a mapping stands there.
    """
    value = container.get(key)
    if value is None:
        return node_like(container)
    if not isinstance(value, LocatedMapping):
        raise refusal(container, key, f"`{key}` must be a mapping")
    return value


def sequence_of(like: Any, items: list[Any]) -> LocatedSequence:
    """Return a list written where ``like`` was, each item on its own line."""
    sequence = LocatedSequence()
    sequence.source, sequence.line = getattr(like, "source", ""), getattr(like, "line", 0)
    sequence.extend(items)
    sequence.lines = [getattr(item, "line", sequence.line) or sequence.line for item in items]
    return sequence


def copy_value(value: Any) -> Any:
    """Copy a value with its lines, so that nothing is shared through YAML anchors any more."""
    if isinstance(value, dict):
        node = node_like(value)
        if isinstance(value, LocatedMapping):
            node.lines = dict(value.lines)
        for key, item in value.items():
            node[key] = copy_value(item) if isinstance(item, (dict, list)) else item
        return node
    if isinstance(value, list):
        sequence = LocatedSequence()
        if isinstance(value, LocatedSequence):
            sequence.line, sequence.source, sequence.lines = value.line, value.source, list(value.lines)
        sequence.extend(copy_value(item) if isinstance(item, (dict, list)) else item for item in value)
        return sequence
    return value


def operations_of(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str, Node]]:
    """Yield ``(paths | webhooks, path, method, operation)`` of each operation, without those of callbacks."""
    for group in ("paths", "webhooks"):
        for path, item in document.get(group, {}).items():
            if not is_extension("document", group, path):
                for method in METHODS:
                    if method in item:
                        yield group, path, method, item[method]
