"""Small documents around one list, one thing or one key."""

from __future__ import annotations

from typing import Any

from trigger_contract.document.operations import Operation, operations

Schema = dict[str, Any]

THING: Schema = {"type": "object", "properties": {"id": {"type": "string"}, "name": {"type": "string"}}}


def answering(schema: Any = None, *, status: str = "200", **more: Any) -> Schema:
    """An operation that answers with this schema."""
    content = {} if schema is None else {"content": {"application/json": {"schema": schema}}}
    return {"responses": {status: {"description": "ok", **content}}, **more}


def document(paths: dict[str, Schema], **more: Any) -> Schema:
    """A document with these operations, each under ``"METHOD /path"``."""
    found: dict[str, Schema] = {}
    for label, operation in paths.items():
        method, path = label.split(" ")
        found.setdefault(path, {})[method.lower()] = operation
    return {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": found, **more}


def only(whole: Schema) -> Operation:
    """The one operation of a document."""
    (found,) = operations(whole)
    return found


def query(*names: str, kind: str = "string", **more: Any) -> list[Schema]:
    """Query parameters of one type."""
    return [{"name": name, "in": "query", "schema": {"type": kind}, **more} for name in names]


def listing(items: Any = None, **beside: Any) -> Schema:
    """A body that lists things under ``data``."""
    array = {"type": "array", "items": THING if items is None else items}
    return {"type": "object", "properties": {"data": array, **beside}}
