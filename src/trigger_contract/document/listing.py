"""Where the items of a list stand in its answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trigger_contract.document import page_names
from trigger_contract.document.composition import Composition, View, composition
from trigger_contract.document.conjunction import types_of
from trigger_contract.document.operations import Operation, json_media, response_of, success_statuses
from trigger_contract.document.paths import template
from trigger_contract.document.wire import query_leaves
from trigger_contract.document.words import flat, singular

_CONVENTIONAL = (
    "data", "items", "results", "records", "entries", "values", "list", "content", "rows", "elements",
    "nodes", "objects", "edges", "resources", "collection", "hits", "documents", "members",
)  # fmt: skip
"""What the array of a list is called where it is not named after its items, the most telling first."""

_ENVELOPE = frozenset((
    "object", "type", "kind", "status", "success", "ok", "code", "message", "error", "errors", "warnings",
    "requestid", "url", "uri", "href", "self", "links", "link", "meta", "metadata", "pagination", "paging",
    "pageinfo", "page", "pages", "cursor", "cursors", "count", "total", "size", "limit", "offset", "more",
    "included", "jsonapi", "version", "schema", "etag", "timestamp", "first", "last", "next", "previous",
    "prev", "after", "before", "firstid", "lastid", "apiversion", "responsemetadata", "query",
    "filters", "sort",
))  # fmt: skip
"""What stands beside the items and belongs to the answer, not to a thing."""


def answer_schema(document: Mapping[str, Any], operation: Operation) -> View | None:
    """Return the view of the schema of an operation's successful JSON answer, or None where it has none."""
    for status in success_statuses(operation):
        response = response_of(document, operation, status)
        media = json_media(response.get("content")) if response else None
        if media is not None and "schema" in media:
            return composition(document).view(media["schema"])
    return None


def items_of(document: Mapping[str, Any], operation: Operation) -> tuple[str, ...] | None:
    """Return the path to the items in the answer of a list, also where it is not paged.

    Returns:
        Names of properties from the body down to the array; empty where the body itself is the array. None
        where the answer is no list of things.
    """
    declared = operation.definition.get("x-pagination")
    if declared is False or operation.method != "get":
        return None
    if isinstance(declared, Mapping) and isinstance(declared.get("items"), str):
        return tuple(name for name in declared["items"].split(".") if name)
    body = answer_schema(document, operation)
    if body is None:
        return None
    views = composition(document)
    for alternative in views.alternatives(body):
        found = _items(views, alternative, operation.path, asked=_asks_for_pages(document, operation))
        if found is not None:
            return found
    return None


def item_schema(document: Mapping[str, Any], operation: Operation, items: tuple[str, ...]) -> View:
    """Return the view of one item of a list, given the path to its items."""
    views = composition(document)
    for alternative in views.alternatives(answer_schema(document, operation) or {}):
        array = views.at(alternative, items)
        if array is not None:
            return views.items(array)
    return {}


def thing_of(document: Mapping[str, Any], operation: Operation) -> tuple[tuple[str, ...], View] | None:
    """Return where the one thing stands that an operation answers with, and its view.

    Returns:
        The path, empty where the body is the thing itself, and the thing's view; None where the answer is no
        JSON object or is a list.
    """
    body = answer_schema(document, operation)
    if body is None or "array" in types_of(body):
        return None
    views = composition(document)
    for alternative in views.alternatives(body):
        properties = views.properties(alternative)
        nouns = {singular(flat(part)) for part in operation.path.split("/") if part and part[0] != "{"}
        for name, view in properties.items():
            named = flat(name) in ("data", "item", "result", "response", "object") or flat(name) in nouns
            if named and "properties" in view and _is_envelope([n for n in properties if n != name], ""):
                return (name,), view
    return (), body


def _asks_for_pages(document: Mapping[str, Any], operation: Operation) -> bool:
    """Whether the query says which page is wanted, and of what size."""
    names = {flat(leaf.last_name) for leaf in query_leaves(document, operation)}
    which = page_names.NUMBER | page_names.AFTER | page_names.OFFSET
    return bool(names & page_names.SIZE) and bool(names & which)


def _items(views: Composition, body: View, path: str, *, asked: bool) -> tuple[str, ...] | None:
    if "array" in types_of(body):
        return ()
    properties = views.properties(body)
    of_an_item = path.rstrip("/").endswith("}")
    name = _array(views, properties, path)
    if name is not None:
        telling = flat(name) in (*_CONVENTIONAL, flat(template(path).noun))
        # Beside an array that is named as the items are, another one sums up: facets, errors.
        others = [
            other
            for other, view in properties.items()
            if other != name and not (telling and "array" in types_of(view))
        ]
        if _is_envelope(others, path) and (telling or not of_an_item):
            return (name,)
        told = any(flat(other) in ("pagination", "paging", "hasmore", "nextcursor") for other in others)
        paged = (telling and told) or (asked and "id" not in properties)
        return (name,) if paged else None
    for outer, view in properties.items():
        inner = views.properties(view)
        name = _array(views, inner, path)
        if name is None or not _is_envelope([other for other in properties if other != outer], path):
            continue
        if outer == "_embedded" or (flat(outer) in (*_CONVENTIONAL, "response", "result") and not of_an_item):
            beside = [other for other in inner if other != name]
            if outer == "_embedded" or _is_envelope(beside, path):
                return (outer, name)
    return None


def _array(views: Composition, properties: Mapping[str, View], path: str) -> str | None:
    """Choose the one property that holds the items, if there is one."""
    arrays = [name for name, view in properties.items() if "array" in types_of(view)]
    if len(arrays) < 2:
        return arrays[0] if arrays else None
    for wanted in (*_CONVENTIONAL, flat(template(path).noun)):
        named = [name for name in arrays if flat(name) == wanted]
        if named:
            return named[0]
    of_objects = [name for name in arrays if "object" in types_of(views.items(properties[name]))]
    return of_objects[0] if len(of_objects) == 1 else None


def _is_envelope(names: list[str], path: str) -> bool:
    """Whether names that stand beside an array belong to the answer, or to the thing above it."""
    owned = "id" if "{" in path and not path.rstrip("/").endswith("}") else None
    return all(_belongs(name) or flat(name) == owned for name in names)


def _belongs(name: str) -> bool:
    plain = flat(name)
    if name.startswith(("_", "@", "$")) or plain in _ENVELOPE or singular(plain) in _ENVELOPE:
        return True
    starts = ("total", "next", "prev", "has", "page", "perpage", "current", "last", "first", "request", "num")
    return plain.startswith(starts) or plain.endswith(("count", "total", "cursor", "token", "page", "pages"))
