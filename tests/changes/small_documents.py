"""Small documents around the one thing a test is about."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def document(
    operation: Schema | None = None,
    *,
    schemas: Schema | None = None,
    version: str = "3.1.0",
    path: str = "/things",
    method: str = "post",
    **top: Any,
) -> Schema:
    """A document with one operation."""
    return {
        "openapi": version,
        "info": {"title": "Things", "version": "1"},
        "paths": {path: {method: operation or {"responses": {"204": {"description": "Done"}}}}},
        "components": {"schemas": schemas or {}},
        **top,
    }


def sending(schema: Any, **more: Any) -> Schema:
    """A document whose request body has this schema."""
    body = {"content": {"application/json": {"schema": schema}}}
    return document({"requestBody": body, "responses": {"204": {"description": "Done"}}}, **more)


def receiving(schema: Any, **more: Any) -> Schema:
    """A document whose 200 response has this schema."""
    response = {"description": "Done", "content": {"application/json": {"schema": schema}}}
    return document({"responses": {"200": response}}, **more)


def asking(*parameters: Schema, **more: Any) -> Schema:
    """A document whose operation has these parameters."""
    operation = {"parameters": list(parameters), "responses": {"204": {"description": "Done"}}}
    return document(operation, **more)


def query(name: str = "q", schema: Any = None, **more: Any) -> Schema:
    """A query parameter."""
    return {"name": name, "in": "query", "schema": schema or {"type": "string"}, **more}


def an_object(required: list[str] | None = None, **properties: Any) -> Schema:
    """An object schema."""
    schema: Schema = {"type": "object", "properties": properties}
    return {**schema, "required": required} if required else schema
