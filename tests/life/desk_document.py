"""What the help desk promises: a document with every form of writing."""

from __future__ import annotations

from typing import Any

KEY = "key_desk_1"
_CONTACT = {
    "type": "object",
    "required": ["mail"],
    "properties": {
        "mail": {"type": "string", "format": "email"},
        "phone": {"type": ["string", "null"], "maxLength": 30},
        "language": {"type": "string", "enum": ["en", "de", "fr"], "default": "en"},
    },
}
_TICKET = {
    "title": {"type": "string", "minLength": 3, "maxLength": 60},
    "kind": {"type": "string", "enum": ["fault", "wish", "question"]},
    "weight": {"type": "number", "exclusiveMinimum": 0, "maximum": 10, "default": 1},
    "urgent": {"type": "boolean", "default": False},
    "due": {"type": ["string", "null"], "format": "date-time"},
    "tags": {"type": "array", "maxItems": 3, "items": {"type": "string", "maxLength": 30}, "default": []},
    "contact": _CONTACT,
}
_SECRET = {"pin": {"type": "string", "maxLength": 30, "writeOnly": True}}
_DEDUP = {"deduplicationKey": {"type": "string", "maxLength": 64, "writeOnly": True}}


def _gives(schema: Any, text: str = "It.", kind: str = "application/json") -> dict[str, Any]:
    return {"description": text, "content": {kind: {"schema": schema}}}


def _takes(schema: Any, kind: str = "application/json", **more: Any) -> dict[str, Any]:
    return {"required": True, "content": {kind: {"schema": schema, **more}}}


def _object(properties: Any, required: list[str], **more: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties, **more}


def _path(name: str) -> list[dict[str, Any]]:
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}}]


def _list(schema: Any) -> dict[str, Any]:
    array = {"type": "array", "items": schema}
    return _object(
        {"items": array, "total": {"type": "integer", "description": "How many there are."}}, ["items"]
    )


ERROR = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
_REFUSED = {"422": _gives(ERROR), "401": _gives(ERROR)}
_ABSENT = {"404": _gives(ERROR), "401": _gives(ERROR)}


def document() -> dict[str, Any]:
    """Return the document of the desk."""
    made = {"id": {"type": "string", "readOnly": True}, "rev": {"type": "integer", "readOnly": True}}
    state = {"state": {"type": "string", "enum": ["open", "closed"], "readOnly": True}}
    ticket = _object({**made, **state, **_TICKET}, ["id", "rev", "state", "title", "kind"])
    new = _object({**_TICKET, **_SECRET, **_DEDUP}, ["title", "kind"])
    patch = _object({**_TICKET, "contact": {**_CONTACT, "required": []}, **_SECRET}, [])
    note = _object({"id": {"type": "string", "readOnly": True}, "text": {"type": "string"}}, ["id", "text"])
    queue = _object(
        {
            "id": {"type": "string"},
            "paused": {"type": "boolean"},
            "limit": {"type": "integer"},
            "overriddenAt": {"type": ["string", "null"]},
        },
        ["id", "paused", "limit", "overriddenAt"],
    )
    job = _object({"id": {"type": "string"}, "command": {"type": "string"}}, ["id", "command"])
    label = _object(
        {"name": {"type": "string", "readOnly": True}, "color": {"type": "string"}}, ["name", "color"]
    )
    file = _object(
        {"id": {"type": "string"}, "title": {"type": "string"}, "size": {"type": "integer"}}, ["id", "title"]
    )
    upload = _object(
        {"title": {"type": "string", "minLength": 1}, "content": {"type": "string", "format": "binary"}},
        ["title", "content"],
    )
    once = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}}
    kind = {"name": "kind", "in": "query", "schema": _TICKET["kind"]}
    status = {"name": "state", "in": "query", "schema": state["state"]}
    acts = {"200": _gives(ticket), **_ABSENT}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Desk", "version": "1"},
        "security": [{"key": []}],
        "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
        "paths": {
            "/tickets": {
                "get": {
                    "operationId": "listTickets",
                    "parameters": [kind, status],
                    "responses": {"200": _gives(_list(ticket)), **_REFUSED},
                },
                "post": {
                    "operationId": "addTicket",
                    "parameters": [once],
                    "requestBody": _takes(new),
                    "responses": {"201": _gives(ticket), **_REFUSED},
                },
            },
            "/tickets/{ticketId}": {
                "parameters": _path("ticketId"),
                "get": {"operationId": "seeTicket", "responses": {"200": _gives(ticket), **_ABSENT}},
                "put": {
                    "operationId": "replaceTicket",
                    "description": "Replaces it.",
                    "requestBody": _takes(new),
                    "responses": {"200": _gives(ticket), **_ABSENT, **_REFUSED},
                },
                "patch": {
                    "operationId": "mergeTicket",
                    "requestBody": _takes(patch, "application/merge-patch+json"),
                    "responses": {"200": _gives(ticket), **_ABSENT, **_REFUSED},
                },
                "delete": {
                    "operationId": "dropTicket",
                    "description": "Removes the ticket and its notes.",
                    "responses": {"204": {"description": "Gone."}, **_ABSENT},
                },
            },
            "/tickets/{ticketId}/close": {
                "post": {"operationId": "closeTicket", "parameters": _path("ticketId"), "responses": acts}
            },
            "/tickets/{ticketId}/reopen": {
                "post": {"operationId": "reopenTicket", "parameters": _path("ticketId"), "responses": acts}
            },
            "/tickets/{ticketId}/notes": {
                "parameters": _path("ticketId"),
                "get": {"operationId": "listNotes", "responses": {"200": _gives(_list(note)), **_ABSENT}},
                "post": {
                    "operationId": "addNote",
                    "requestBody": _takes(_object({"text": {"type": "string", "minLength": 1}}, ["text"])),
                    "responses": {"201": {"description": "Made; see Location."}, **_ABSENT, **_REFUSED},
                },
            },
            "/tickets/{ticketId}/notes/{noteId}": {
                "parameters": [*_path("ticketId"), *_path("noteId")],
                "get": {"operationId": "seeNote", "responses": {"200": _gives(note), **_ABSENT}},
            },
            "/queues": {
                "get": {"operationId": "listQueues", "responses": {"200": _gives(_list(queue)), **_REFUSED}}
            },
            "/queues/{queueId}": {
                "get": {
                    "operationId": "seeQueue",
                    "parameters": _path("queueId"),
                    "responses": {"200": _gives(queue), **_ABSENT},
                }
            },
            "/queues/{queueId}/pause": {
                "post": {
                    "operationId": "pauseQueue",
                    "parameters": _path("queueId"),
                    "requestBody": _takes(
                        _object({"action": {"type": "string", "enum": ["pause", "resume"]}}, ["action"])
                    ),
                    "responses": {"200": _gives(queue), **_ABSENT, **_REFUSED},
                }
            },
            "/queues/{queueId}/limit/override": {
                "post": {
                    "operationId": "overrideLimit",
                    "parameters": _path("queueId"),
                    "requestBody": _takes(
                        _object({"limit": {"type": "integer", "minimum": 1, "maximum": 50}}, ["limit"])
                    ),
                    "responses": {"200": _gives(queue), **_ABSENT, **_REFUSED},
                }
            },
            "/queues/{queueId}/limit/reset": {
                "post": {
                    "operationId": "resetLimit",
                    "parameters": _path("queueId"),
                    "responses": {"200": _gives(queue), **_ABSENT},
                }
            },
            "/jobs": {
                "get": {"operationId": "listJobs", "responses": {"200": _gives(_list(job)), **_REFUSED}},
                "post": {
                    "operationId": "startJob",
                    "requestBody": _takes(
                        _object({"command": {"type": "string", "minLength": 1}}, ["command"])
                    ),
                    "responses": {"202": _gives(job), **_REFUSED},
                },
            },
            "/jobs/{jobId}": {
                "get": {
                    "operationId": "seeJob",
                    "parameters": _path("jobId"),
                    "responses": {"200": _gives(job), **_ABSENT},
                }
            },
            "/labels": {
                "get": {"operationId": "listLabels", "responses": {"200": _gives(_list(label)), **_REFUSED}}
            },
            "/labels/{name}": {
                "parameters": [
                    {
                        "name": "name",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string", "pattern": "^[a-z][a-z0-9-]{2,40}$"},
                    }
                ],
                "get": {"operationId": "seeLabel", "responses": {"200": _gives(label), **_ABSENT}},
                "put": {
                    "operationId": "putLabel",
                    "requestBody": _takes(
                        _object({"color": {"type": "string", "pattern": "^#[0-9a-f]{6}$"}}, ["color"])
                    ),
                    "responses": {"200": _gives(label), "201": _gives(label), **_REFUSED},
                },
                "delete": {
                    "operationId": "dropLabel",
                    "responses": {"204": {"description": "Gone."}, **_ABSENT},
                },
            },
            "/files": {
                "get": {"operationId": "listFiles", "responses": {"200": _gives(_list(file)), **_REFUSED}},
                "post": {
                    "operationId": "addFile",
                    "requestBody": _takes(upload, "multipart/form-data"),
                    "responses": {"201": _gives(file), **_REFUSED},
                },
            },
            "/files/{fileId}": {
                "parameters": _path("fileId"),
                "get": {"operationId": "seeFile", "responses": {"200": _gives(file), **_ABSENT}},
                "delete": {
                    "operationId": "dropFile",
                    "responses": {"204": {"description": "Gone."}, **_ABSENT},
                },
            },
            "/files/{fileId}/content": {
                "parameters": _path("fileId"),
                "get": {
                    "operationId": "seeContent",
                    "responses": {"200": _gives({"type": "string"}, kind="text/plain"), **_ABSENT},
                },
                "put": {
                    "operationId": "putContent",
                    "requestBody": _takes({"type": "string"}, "text/plain"),
                    "responses": {"204": {"description": "Kept."}, **_ABSENT},
                },
            },
            "/rooms": {
                "get": {"operationId": "listRooms", "responses": {"200": _gives(_list(label)), **_REFUSED}},
                "post": {
                    "operationId": "addRoom",
                    "requestBody": _takes(
                        _object(
                            {
                                "name": {"type": "string", "minLength": 2, "maxLength": 40},
                                "color": {"type": "string", "default": "white"},
                            },
                            ["name"],
                        ),
                        "application/x-www-form-urlencoded",
                    ),
                    "responses": {"201": _gives(label), **_REFUSED},
                },
            },
            "/rooms/{name}": {
                "parameters": _path("name"),
                "get": {"operationId": "seeRoom", "responses": {"200": _gives(label), **_ABSENT}},
                "delete": {
                    "operationId": "dropRoom",
                    "responses": {"204": {"description": "Gone."}, **_ABSENT},
                },
            },
        },
    }
