"""Following ``$ref`` inside one document. Source: RFC 6901 and OpenAPI 3.1, Reference Object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from trigger_contract.errors import UserError

_DATA = frozenset(("example", "examples", "default", "const", "enum", "value"))


def lookup(document: Mapping[str, Any], reference: str) -> Any:
    """Return what a local reference such as ``#/components/schemas/TTL`` points to.

    Raises:
        UserError: The reference is not local or points to nothing.
    """
    if not reference.startswith("#"):
        raise UserError(
            f"external reference {reference!r} is not supported; put the component into this document"
        )
    value: Any = document
    for token in split_pointer(unquote(reference[1:])):
        try:
            value = value[int(token)] if isinstance(value, list) else value[token]
        except (KeyError, IndexError, ValueError, TypeError):
            raise UserError(f"reference {reference!r} points to nothing") from None
    return value


def resolve(document: Mapping[str, Any], value: Any) -> Any:
    """Follow ``$ref`` until something else stands there; siblings of the reference win.

    Raises:
        UserError: A reference points to nothing, outside the document or only to itself.
    """
    seen: set[str] = set()
    while isinstance(value, Mapping) and isinstance(value.get("$ref"), str):
        reference = value["$ref"]
        if reference in seen:
            raise UserError(f"reference {reference!r} only points to itself")
        seen.add(reference)
        target = lookup(document, reference)
        siblings = {key: item for key, item in value.items() if key != "$ref"}
        value = {**target, **siblings} if siblings and isinstance(target, Mapping) else target
    return value


def check_references(document: Mapping[str, Any]) -> None:
    """Refuse a document with a reference that ``resolve`` could not follow, or that leads to all of it.

    What stands under ``example``, ``default`` and the like is data, whatever it looks like.

    Raises:
        UserError: Names the line of the first such reference, where the document knows its lines.
    """
    for pointer, value in walk(document):
        reference = value.get("$ref") if isinstance(value, Mapping) else None
        if not isinstance(reference, str) or any(token in _DATA for token in pointer):
            continue
        try:
            if reference in ("#", "#/"):
                raise UserError(f"reference {reference!r} points to the whole document")
            resolve(document, {"$ref": reference})
        except UserError as error:
            line = getattr(value, "lines", {}).get("$ref")
            raise UserError(error.message, source=getattr(value, "source", None), line=line) from None


def split_pointer(pointer: str) -> list[str]:
    """Split a JSON Pointer into its unescaped tokens."""
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def join_pointer(*tokens: str | int) -> str:
    """Build a JSON Pointer from unescaped tokens."""
    return "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in tokens)


def walk(value: Any, pointer: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield every mapping and sequence below a value with its pointer, parents first.

    References are yielded, not followed.
    """
    stack: list[tuple[tuple[str | int, ...], Any]] = [(pointer, value)]
    while stack:
        pointer, value = stack.pop()
        children: list[tuple[str | int, Any]]
        if isinstance(value, Mapping):
            children = list(value.items())
        elif isinstance(value, list):
            children = list(enumerate(value))
        else:
            continue
        yield pointer, value
        stack.extend(((*pointer, key), child) for key, child in reversed(children))
