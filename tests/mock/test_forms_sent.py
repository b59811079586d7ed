"""What is sent as a form lives on like what is sent as JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from library_document import gives, library, ref

from trigger_contract.mock.messages import Request

PARTS = (
    b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\nEmma\r\n'
    b'--x\r\nContent-Disposition: form-data; name="pages"\r\n\r\n7\r\n'
    b'--x\r\nContent-Disposition: form-data; name="shown"\r\n\r\ntrue\r\n'
    b'--x\r\nContent-Disposition: form-data; name="tags"\r\n\r\na\r\n'
    b'--x\r\nContent-Disposition: form-data; name="tags"\r\n\r\nb\r\n'
    b'--x\r\nContent-Disposition: form-data; name="text"; filename="a.txt"\r\n'
    b"Content-Type: text/plain\r\n\r\nhello\r\n--x--\r\n"
)
PLAIN = b"title=Emma&pages=7&shown=true&tags=a&tags=b&text=hello"


@pytest.fixture
def service(make):
    made = library()
    cover = {
        "title": {"type": "string", "maxLength": 10},
        "pages": {"type": "integer"},
        "shown": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}},
    }
    sent = {"text": {"type": "string", "format": "binary", "writeOnly": True}}
    made["components"]["schemas"] |= {
        "Cover": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}, **cover}},
        "NewCover": {"type": "object", "required": ["title", "text"], "properties": {**cover, **sent}},
    }
    media = {"schema": ref("NewCover")}
    body = {"multipart/form-data": media, "application/x-www-form-urlencoded": media}
    listed = {"type": "array", "items": ref("Cover")}
    wrong = gives(ref("Problem"), "Wrong.")
    made["paths"] |= {
        "/covers": {
            "get": {"operationId": "listCovers", "responses": {"200": gives(listed)}},
            "post": {
                "operationId": "addCover",
                "requestBody": {"required": True, "content": body},
                "responses": {"201": gives(ref("Cover")), "400": wrong},
            },
        },
        "/covers/{id}": {
            "parameters": [{"in": "path", "name": "id", "required": True, "schema": {"type": "string"}}],
            "get": {"operationId": "getCover", "responses": {"200": gives(ref("Cover"))}},
        },
    }
    return make(document=made, runs=0).service


def post(service: Any, body: bytes, kind: str) -> Any:
    headers = {b"content-type": kind.encode()}
    return service.respond(Request("POST", b"/covers", b"", headers, body))


@pytest.mark.parametrize(
    ("body", "kind"),
    [(PARTS, "multipart/form-data; boundary=x"), (PLAIN, "application/x-www-form-urlencoded")],
)
def test_a_form_makes_a_thing_of_its_fields(service, body, kind):
    made = post(service, body, kind)
    assert made.status == 201
    shown = json.loads(made.body)
    wanted = {"title": "Emma", "pages": 7, "shown": True, "tags": ["a", "b"]}
    assert {name: shown[name] for name in wanted} == wanted
    assert "text" not in shown
    read = service.respond(Request("GET", f"/covers/{shown['id']}".encode(), b"", {}))
    assert json.loads(read.body) == shown


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"title=Emma", "application/x-www-form-urlencoded"),
        (PLAIN.replace(b"7", b"many"), "application/x-www-form-urlencoded"),
        (PLAIN.replace(b"Emma", b"much too long"), "application/x-www-form-urlencoded"),
        (b"none", "multipart/form-data; boundary=x"),
        (b"none", "multipart/form-data"),
        (b"\xff\x00--x", "multipart/form-data; boundary=\xff"),
    ],
)
def test_a_form_that_breaks_the_schema_is_refused(service, body, kind):
    assert post(service, body, kind).status == 400
