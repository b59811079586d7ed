"""The document that belongs to a form of the small server."""

from __future__ import annotations

from typing import Any

from mutants.shelf import COLOURS, DEFAULT, LARGEST, Form
from trigger_contract.document.version30 import upgrade


def document(form: Form) -> dict[str, Any]:
    """Return the document of a form; without links, as nearly all documents are."""
    base, parents = (
        ("/shelves/{shelfId}", [_path("shelfId", {"type": "string"})]) if form.shelves else ("", [])
    )
    one = "thingId" if form.identity == "id" else form.identity
    schema = {"integer": {"type": "integer"}, "uuid": {"type": "string", "format": "uuid"}}
    identity = schema.get(form.kind, {"type": "string"})
    paths: dict[str, Any] = {
        f"{base}/things": {"get": _list(form, parents)},
        f"{base}/things/{{{one}}}": {"get": _detail(form, [*parents, _path(one, identity)])},
    }
    if form.shelves:
        shelf = {"type": "object", "properties": {"id": {"type": "string"}, "label": {"type": "string"}}}
        body = {"type": "object", "properties": {"shelves": {"type": "array", "items": shelf}}}
        paths["/shelves"] = {
            "get": {"operationId": "shelves", "responses": {"200": _json("ok", body), "401": _error()}}
        }
    made: dict[str, Any] = {
        "openapi": form.version,
        "info": {"title": "Things", "version": "1"},
        "servers": [{"url": "http://server.test"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Thing": thing(form, identity)},
        },
    }
    upgrade(made)
    return made


def thing(form: Form, identity: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a thing in the words of the document's version."""
    if form.version.startswith("3.0"):
        note: dict[str, Any] = {"type": "string", "nullable": True}
        weight: dict[str, Any] = {"type": "integer", "minimum": -1, "exclusiveMinimum": True}
    else:
        note = {"anyOf": [{"type": "string"}, {"type": "null"}]}
        weight = {"type": "integer", "exclusiveMinimum": -1}
    return {
        "allOf": [
            {"type": "object", "required": [form.identity], "properties": {form.identity: identity}},
            {
                "type": "object",
                "required": ["label", "colour", "secret"],
                "properties": {
                    "label": {"type": "string"},
                    "colour": {"type": "string", "enum": list(COLOURS)},
                    "weight": weight,
                    "note": note,
                    "createdAt": {"type": "string", "format": "date-time"},
                    "secret": {"type": "string", "writeOnly": True},
                },
            },
        ]
    }


def _path(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"in": "path", "name": name, "required": True, "schema": schema}


def _query(name: str, schema: dict[str, Any], description: str = "") -> dict[str, Any]:
    return {"in": "query", "name": name, "schema": schema, "description": description}


def _list(form: Form, parents: list[dict[str, Any]]) -> dict[str, Any]:
    found = [*parents, _query("colour", {"type": "string", "enum": list(COLOURS)})]
    if form.pages != "none":
        limit = {"type": "integer", "minimum": 1, "maximum": LARGEST, "default": DEFAULT}
        found.append(_query("limit", limit))
    if form.pages in ("number", "zero", "url", "link"):
        least = 0 if form.pages == "zero" else 1
        found.append(_query("page", {"type": "integer", "minimum": least, "default": least}))
    elif form.pages == "offset":
        found.append(_query("offset", {"type": "integer", "minimum": 0, "default": 0}))
    elif form.pages != "none":
        text = (
            "An opaque cursor." if form.pages == "cursor" else "The ID of the thing to start the page after."
        )
        found.append(_query("after", {"type": "string"}, text))
    answer = _json("The things.", _body(form), form.media)
    if form.pages == "link":
        answer["headers"] = {"Link": {"schema": {"type": "string"}}}
    responses = {form.status: answer, "401": _error(), "404": _error()}
    if form.refusal:
        responses[str(form.refusal)] = _error()
    return {"operationId": "list_things", "parameters": found, "responses": responses}


def _body(form: Form) -> dict[str, Any]:
    body: dict[str, Any] = {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}
    for name in reversed(form.items):
        body = {"type": "object", "required": [name], "properties": {name: body}}
    beside = body.get("properties", {})
    maybe = (
        {"type": "string", "nullable": True}
        if form.version.startswith("3.0")
        else {"type": ["string", "null"]}
    )
    if form.pages in ("cursor", "cursor-id"):
        text = "The cursor of the next page." if form.pages == "cursor" else "The ID of the last thing."
        beside["next"] = {**maybe, "description": text}
    if form.pages == "url":
        beside["next"] = {**maybe, "format": "uri", "description": "The URL of the next page."}
    if form.pages == "last-id":
        beside["has_more"] = {"type": "boolean"}
    if form.total:
        beside["total"] = {"type": "integer"}
        if form.pages in ("number", "zero"):
            beside["total_pages"] = {"type": "integer"}
    return body


def _detail(form: Form, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Thing"}
    responses = {form.status: _json("One thing.", schema, form.media), "401": _error()}
    if form.missing:
        responses["404"] = _error()
    if form.kind == "integer":
        responses["422"] = _error()
    return {"operationId": "read_thing", "parameters": parameters, "responses": responses}


def _json(text: str, schema: dict[str, Any], media: str = "application/json") -> dict[str, Any]:
    return {"description": text, "content": {media: {"schema": schema}}}


def _error() -> dict[str, Any]:
    return _json(
        "Refused.", {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
    )
