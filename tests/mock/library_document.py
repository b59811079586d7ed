"""A document of our own in which every form of list, identity and write occurs."""

from __future__ import annotations

from typing import Any

GENRES = ["novel", "poetry", "science"]


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def gives(schema: Any, text: str = "It.", media: str = "application/json", **more: Any) -> dict[str, Any]:
    return {"description": text, "content": {media: {"schema": schema}}, **more}


def listed(name: str, **around: Any) -> dict[str, Any]:
    items = {"items": {"type": "array", "items": ref(name)}}
    return {"type": "object", "required": ["items"], "properties": {**items, **around}}


def query(name: str, **schema: Any) -> dict[str, Any]:
    return {"in": "query", "name": name, "schema": schema}


def path(name: str, **schema: Any) -> dict[str, Any]:
    return {"in": "path", "name": name, "required": True, "schema": schema or {"type": "string"}}


def sent(name: str, media: str = "application/json") -> dict[str, Any]:
    return {"required": True, "content": {media: {"schema": ref(name)}}}


NUMBER = {"type": "integer", "minimum": 0}
ERRORS = {
    "400": gives(ref("Problem"), "Wrong.", "application/problem+json"),
    "404": gives(ref("Problem"), "None."),
}
PAGES: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]] = {
    "cursor": (
        [query("limit", type="integer", minimum=1, maximum=40), query("cursor", type="string")],
        {"next_cursor": {"type": ["string", "null"]}, "total": NUMBER},
    ),
    "number": (
        [query("page", type="integer", minimum=0, default=0), query("per_page", type="integer", default=7)],
        {"total_pages": NUMBER, "page": NUMBER, "per_page": NUMBER},
    ),
    "offset": (
        [query("offset", type="integer", minimum=0, default=0), query("limit", type="integer", minimum=1)],
        {"total": NUMBER},
    ),
    "last-id": (
        [query("starting_after", type="string"), query("limit", type="integer", minimum=1)],
        {"has_more": {"type": "boolean"}},
    ),
    "url": (
        [query("limit", type="integer", minimum=1), query("cursor", type="string")],
        {"next": {"type": ["string", "null"], "format": "uri"}},
    ),
}


def book(identity: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a book."""
    return {
        "type": "object",
        "required": ["id", "title", "genre", "status", "createdAt", "pages", "author"],
        "properties": {
            "id": {**identity, "readOnly": True},
            "title": {"type": "string", "minLength": 1, "maxLength": 60, "example": "Emma"},
            "genre": {"enum": GENRES},
            "status": {"type": "string", "enum": ["available", "archived"], "readOnly": True},
            "pages": {"type": "integer", "minimum": 1, "default": 100},
            "note": {"type": ["string", "null"], "maxLength": 50},
            "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 4, "default": []},
            "author": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
            "createdAt": {"type": "string", "format": "date-time", "readOnly": True},
            "updatedAt": {"type": "string", "format": "date-time", "readOnly": True},
            "supplier": {"type": "string", "writeOnly": True},
        },
    }


def library(form: str = "cursor", identity: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the document.

    Args:
        form: How the books are walked, a key of ``PAGES``.
        identity: The schema of a book's id.
    """
    ident = identity or {"type": "string", "example": "bk_1a2b3c"}
    names, around = PAGES[form]
    filters = [
        query("genre", type="array", items={"enum": GENRES}), query("status", enum=["available", "archived"]),
        query("min_pages", type="integer"), query("created_after", type="string", format="date-time"),
        query("tag", type="string"), query("q", type="string"), query("sort", type="string"),
    ]  # fmt: skip
    filters[0] |= {"style": "form", "explode": False}
    one = {"parameters": [path("bookId", **ident)]}
    once = {"in": "header", "name": "Idempotency-Key", "schema": {"type": "string"}}
    found = {"200": gives(ref("Book")), **ERRORS}

    def act(name: str, text: str) -> dict[str, Any]:
        return {**one, "post": {"operationId": f"{name}Book", "description": text, "responses": found}}

    new = {**book(ident)["properties"]}
    for name in ("id", "status", "createdAt", "updatedAt"):
        del new[name]
    loan = {
        "type": "object",
        "required": ["number", "bookId", "reader"],
        "properties": {
            "number": {"type": "integer", "readOnly": True}, "bookId": ident, "reader": {"type": "string"}
        },
    }  # fmt: skip
    return {
        "openapi": "3.1.0",
        "info": {"title": "Library", "version": "1"},
        "paths": {
            "/books": {
                "get": {
                    "operationId": "listBooks",
                    "parameters": [*names, *filters],
                    "responses": {"200": gives(listed("Book", **around)), "400": ERRORS["400"]},
                },
                "post": {
                    "operationId": "createBook",
                    "parameters": [once],
                    "requestBody": sent("NewBook"),
                    "responses": {"201": gives(ref("Book")), "400": ERRORS["400"]},
                },
            },
            "/books/{bookId}": {
                **one,
                "get": {"operationId": "getBook", "responses": found},
                "put": {"operationId": "replaceBook", "requestBody": sent("NewBook"), "responses": found},
                "patch": {
                    "operationId": "changeBook",
                    "requestBody": {
                        "content": {
                            "application/json": {"schema": ref("BookPatch")},
                            "application/merge-patch+json": {"schema": ref("BookPatch")},
                        }
                    },
                    "responses": found,
                },
                "delete": {
                    "operationId": "deleteBook",
                    "responses": {"204": {"description": "Gone."}, "404": ERRORS["404"]},
                },
            },
            "/books/{bookId}/archive": act("archive", "Sets the status to archived."),
            "/books/{bookId}/restore": act("restore", "Sets the status to available."),
            "/books/{bookId}/loans": {
                **one,
                "get": {
                    "operationId": "listLoans",
                    "responses": {"200": gives({"type": "array", "items": ref("Loan")}), **ERRORS},
                },
                "post": {
                    "operationId": "lend",
                    "requestBody": sent("NewLoan"),
                    "responses": {"201": gives(ref("Loan")), **ERRORS},
                },
            },
            "/books/{bookId}/loans/{number}": {
                "parameters": [*one["parameters"], path("number", type="integer")],
                "get": {"operationId": "getLoan", "responses": {"200": gives(ref("Loan")), **ERRORS}},
            },
            "/settings": {
                "get": {"operationId": "getSettings", "responses": {"200": gives(ref("Settings"))}},
                "put": {
                    "operationId": "putSettings",
                    "requestBody": sent("Settings"),
                    "responses": {"200": gives(ref("Settings"))},
                },
            },
            "/search": {"post": {"operationId": "search", "responses": {"200": gives({"type": "object"})}}},
        },
        "components": {
            "schemas": {
                "Book": book(ident),
                "NewBook": {
                    "type": "object",
                    "required": ["title", "genre", "author"],
                    "properties": new,
                    "additionalProperties": False,
                },
                "BookPatch": {"type": "object", "minProperties": 1, "properties": new},
                "Loan": loan,
                "NewLoan": {
                    "type": "object",
                    "required": ["reader"],
                    "properties": {"reader": {"type": "string"}},
                },
                "Settings": {
                    "type": "object",
                    "required": ["theme"],
                    "properties": {"theme": {"enum": ["light", "dark"]}},
                },
                "Problem": {
                    "type": "object",
                    "required": ["title", "status"],
                    "properties": {"title": {"type": "string"}, "status": {"type": "integer"}},
                },
            }
        },
    }
