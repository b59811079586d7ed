"""What a call sends: every content type, nulls, files, and what cannot be sent twice."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from .documents import body, document, operation
from .packages import TEXT, Build, talk

CONTENT = {
    "json": ("application/json", {"a": 1}, b'{"a":1}', "application/json"),
    "merge": ("application/merge-patch+json", {"a": None}, b'{"a":null}', "application/merge-patch+json"),
    "form": (
        "application/x-www-form-urlencoded",
        {"a": True, "b": ["x", "y"]},
        b"a=true&b=x&b=y",
        "application/x-www-form-urlencoded",
    ),
    "bytes": ("application/octet-stream", b"\x00\x01", b"\x00\x01", "application/octet-stream"),
    "text": ("text/plain", "hello", b"hello", "text/plain"),
}


@pytest.mark.parametrize("kind", CONTENT)
def test_bodies_are_written_in_their_content_type(client_of: Build, kind: str) -> None:
    media_type, value, content, header = CONTENT[kind]
    schema: dict[str, Any] = {"type": "string"} if kind in ("text", "bytes") else {"type": "object"}
    spec = document(
        {"/x": {"post": operation("send_x", "t", {}, requestBody=body(schema, media_type=media_type))}}
    )
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        request.read()
        seen.append(request)
        return httpx.Response(200, json={})

    talk(client_of(spec), "WidgetsClient", answer).t.send_x(body=value)
    assert seen[0].content == content
    assert seen[0].headers["content-type"].startswith(header)


def test_files_are_sent_as_parts(client_of: Build) -> None:
    schema = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}, "name": TEXT}}
    spec = document(
        {
            "/x": {
                "post": operation(
                    "send_x", "t", {}, requestBody=body(schema, media_type="multipart/form-data")
                )
            }
        }
    )
    seen: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.read())
        return httpx.Response(200, json={})

    client = talk(client_of(spec), "WidgetsClient", answer)
    client.t.send_x(body={"file": ("a.bin", b"\x01\x02"), "name": "n"})
    client.t.send_x(body={"name": "only"})
    assert b'filename="a.bin"' in seen[0]
    assert b"\x01\x02" in seen[0]
    assert b'name="name"\r\n\r\nn\r\n' in seen[0]
    assert b'name="name"\r\n\r\nonly\r\n' in seen[1]


def test_a_null_in_a_body_is_sent_where_the_document_allows_it(client_of: Build) -> None:
    schema = {
        "type": "object",
        "required": ["must"],
        "properties": {
            "must": {"type": ["string", "null"]},
            "may": {"type": ["string", "null"]},
            "at": {"type": "string", "format": "date-time"},
        },
    }
    spec = document({"/x": {"patch": operation("update_x", "t", {}, requestBody=body(schema))}})
    seen: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(json.loads(request.content))
        return httpx.Response(200, json={})

    module = client_of(spec)
    client = talk(module, "WidgetsClient", answer)
    client.t.update_x(body=module.UpdateXBody(must=None))
    client.t.update_x(body={"must": None, "may": None})
    assert seen == [{"must": None}, {"must": None, "may": None}]


def test_a_body_that_is_used_up_is_not_sent_again(client_of: Build) -> None:
    spec = document(
        {"/x": {"put": operation("put_x", "t", {}, requestBody=body(TEXT, media_type="text/plain"))}}
    )
    module = client_of(spec)
    sent: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.read())
        return httpx.Response(503)

    client = talk(module, "WidgetsClient", answer, retry_policy=module.RetryPolicy(initial_delay=0))
    for content, attempts in ((iter([b"once"]), 1), (b"often", 3)):
        sent.clear()
        with pytest.raises(module.InternalServerError):
            client.t.put_x(body=content)
        assert len(sent) == attempts
