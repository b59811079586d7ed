"""Following ``$ref`` inside one document. Source: RFC 6901 and OpenAPI 3.1, Reference Object."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from trigger_contract.document import shape
from trigger_contract.document.memo import once_per_document
from trigger_contract.errors import UserError

_INDEX = re.compile(r"(?:0|[1-9][0-9]*)\Z")


def lookup(document: Mapping[str, Any], reference: str) -> Any:
    """Return what a local reference such as ``#/components/schemas/TTL`` or ``#anchor`` points to.

    A step that leads through a node that is a reference itself goes on where that one points to.

    Raises:
        UserError: The reference is not local or points to nothing.
    """
    if not reference.startswith("#"):
        raise UserError(
            f"external reference {reference!r} is not supported; put the component into this document"
        )
    if reference[1:2] not in ("", "/"):
        return _anchored(document, reference)
    value: Any = document
    followed: set[int] = set()
    for token in split_pointer(unquote(reference[1:])):
        while isinstance(value, Mapping) and token not in value and isinstance(value.get("$ref"), str):
            if id(value) in followed:
                raise UserError(f"reference {reference!r} only leads to itself")
            followed.add(id(value))
            value = lookup(document, value["$ref"])
        if isinstance(value, Mapping) and token in value:
            value = value[token]
        elif isinstance(value, list) and _INDEX.match(token) and int(token) < len(value):
            value = value[int(token)]
        else:
            raise UserError(f"reference {reference!r} points to nothing")
    return value


def _anchored(document: Mapping[str, Any], reference: str) -> Any:
    try:
        return _anchors(document)[unquote(reference[1:])]
    except KeyError:
        raise UserError(f"reference {reference!r} points to nothing") from None


@once_per_document
def _anchors(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schemas that have a name of their own. Source: JSON Schema 2020-12, Core, chapter 8.2.2."""
    named = (value for _, value, kind in shape.walk("document", document) if kind == "schema")
    return {
        value["$anchor"]: value
        for value in named
        if isinstance(value, Mapping) and isinstance(value.get("$anchor"), str)
    }


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


def references(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    """Yield every reference of a document with the node that is it and the kind of what it stands for.

    Only where OpenAPI has references: data, extensions and properties that are called ``$ref`` hold none.
    """
    return references_below("document", document)


def references_below(kind: str, value: Any) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    """Yield as ``references`` does what stands in a part of a document, given the kind of the part."""
    for _, node, found in shape.walk(kind, value):
        if found in shape.REFERENCE_KINDS and isinstance(node, Mapping) and isinstance(node.get("$ref"), str):
            yield node["$ref"], node, found


def check_references(document: Mapping[str, Any]) -> None:
    """Refuse a document with a reference that ``resolve`` could not follow, or that leads to all of it.

    Raises:
        UserError: Names the line of the first such reference, where the document knows its lines.
    """
    for reference, node, _ in references(document):
        try:
            if reference in ("#", "#/"):
                raise UserError(f"reference {reference!r} points to the whole document")
            resolve(document, {"$ref": reference})
        except UserError as error:
            line = getattr(node, "lines", {}).get("$ref")
            raise UserError(error.message, source=getattr(node, "source", None), line=line) from None


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
