"""Pagination found by its form, never by an operation's name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trigger_contract.document.operations import Operation, response_schema
from trigger_contract.document.references import resolve
from trigger_contract.document.wire import QueryLeaf, query_leaves

_AFTER = ("after", "cursor", "starting_after", "startingAfter")
_BEFORE = ("before", "ending_before", "endingBefore")
_SIZE = ("size", "limit", "perPage", "per_page", "pageSize", "page_size")
_NEXT = ("next", "nextCursor", "next_cursor")
_PREVIOUS = ("previous", "prev", "previousCursor", "previous_cursor")
_PAGE = ("page", "currentPage", "pageNumber")
_TOTAL = ("totalPages", "total_pages", "pages")


@dataclass(frozen=True)
class Pagination:
    """How one list operation is walked.

    Attributes:
        kind: ``cursor`` (a next token) or ``number`` (page 1, 2, 3 …).
        items: Name of the array in the response.
        size: Leaf that sets the size of a page, if there is one.
        after: Leaf that takes the next cursor; for ``number`` the leaf that takes the page's number.
        before: Leaf that takes the previous cursor, if there is one.
        next: Where the next cursor stands in the response; for ``number`` the total of pages.
        previous: Where the previous cursor stands in the response; for ``number`` the current page.
    """

    kind: str
    items: str
    size: QueryLeaf | None
    after: QueryLeaf
    before: QueryLeaf | None
    next: tuple[str, ...]
    previous: tuple[str, ...] | None


def pagination(document: Mapping[str, Any], operation: Operation) -> Pagination | None:
    """Recognise a paginated list: one array in the 200 response, a cursor or page total, a matching leaf."""
    schema = response_schema(document, operation, "200")
    if operation.method != "get" or not isinstance(schema, Mapping):
        return None
    resolved = {name: resolve(document, value) for name, value in schema.get("properties", {}).items()}
    # A schema may also be true or false (JSON Schema, Core, section 4.3.2).
    properties = {name: value for name, value in resolved.items() if isinstance(value, Mapping)}
    arrays = [name for name, value in properties.items() if value.get("type") == "array"]
    if len(arrays) != 1:
        return None
    leaves = query_leaves(document, operation)
    size = _leaf(leaves, _SIZE)
    after = _leaf(leaves, _AFTER)
    next_pointer = _find(document, properties, _NEXT, ("string",))
    if after and next_pointer:
        previous = _find(document, properties, _PREVIOUS, ("string",))
        return Pagination("cursor", arrays[0], size, after, _leaf(leaves, _BEFORE), next_pointer, previous)
    number = _leaf(leaves, _PAGE)
    total = _find(document, properties, _TOTAL, ("integer", "number"))
    if number and total:
        current = _find(document, properties, _PAGE, ("integer", "number"))
        return Pagination("number", arrays[0], size, number, None, total, current)
    return None


def _leaf(leaves: tuple[QueryLeaf, ...], names: tuple[str, ...]) -> QueryLeaf | None:
    return next((leaf for leaf in leaves if _last_name(leaf) in names), None)


def _last_name(leaf: QueryLeaf) -> str:
    """The last name of a leaf; a literal ``page[size]`` counts as ``size``."""
    return leaf.name.rstrip("]").rpartition("[")[2] or leaf.name


def _find(
    document: Mapping[str, Any],
    properties: Mapping[str, Mapping[str, Any]],
    names: tuple[str, ...],
    types: tuple[str, ...],
) -> tuple[str, ...] | None:
    """Look for a scalar of one of these names in the response or in an object right below it."""
    for name, value in properties.items():
        if name in names and _has_type(value, types):
            return (name,)
    for name, value in properties.items():
        for below, raw in (value.get("properties") or {}).items():
            if below in names and _has_type(resolve(document, raw), types):
                return (name, below)
    return None


def _has_type(schema: Any, types: tuple[str, ...]) -> bool:
    if not isinstance(schema, Mapping):
        return False
    declared = schema.get("type")
    return any(kind in types for kind in ([declared] if isinstance(declared, str) else declared or []))
