"""What a call sends: every content type, nulls, files, and what cannot be sent twice."""

from __future__ import annotations

import asyncio
import email
import json
from collections.abc import AsyncIterator
from pathlib import Path
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


FILE = {"type": "string", "format": "binary"}
FORM: dict[str, Any] = {
    "schema": {
        "type": "object",
        "properties": {
            "file": FILE,
            "sheets": {"type": "array", "items": FILE},
            "name": TEXT,
            "about": {"type": "object", "properties": {"who": TEXT}},
            "rows": {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "integer"}}}},
            "table": TEXT,
            "due": {"type": "string", "format": "date"},
        },
    },
    "encoding": {"file": {"contentType": "image/png, image/*"}, "table": {"contentType": "text/csv"}},
}


def test_parts_of_an_upload_have_their_names_and_types(client_of: Build, tmp_path: Path) -> None:
    request = {"content": {"multipart/form-data": FORM, "text/plain": {"schema": TEXT}}}
    request["content"]["application/octet-stream"] = {"schema": FILE}
    spec = document({"/x": {"post": operation("send_x", "t", {}, requestBody=request)}})
    seen: list[tuple[str, list[Any]]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        kind = request.headers["content-type"]
        whole = email.message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + request.read())
        parts = whole.get_payload() if whole.is_multipart() else [whole]
        seen.append(
            (
                kind,
                [
                    (each.get_filename(), each["content-type"], each.get_payload(decode=True))
                    for each in parts
                ],
            )
        )
        return httpx.Response(200, json={})

    (tmp_path / "a.jpg").write_bytes(b"J")
    client = talk(client_of(spec), "WidgetsClient", answer).t
    client.send_x(file=b"\x01", sheets=[("s.txt", b"T"), ("t", b"U", "text/x")], name="é")
    client.send_x(file=tmp_path / "a.jpg", about={"who": "me"}, rows=[{"n": 1}, {"n": 2}], table="a;b")
    client.send_x(body={"name": "only", "file": (None, b"")})
    client.send_x(body=b"\x02")
    client.send_x(body="text")
    one, two, three, four, five = [parts for _, parts in seen]
    assert one == [
        ("file", "image/png", b"\x01"),
        ("s.txt", "text/plain", b"T"),
        ("t", "text/x", b"U"),
        (None, None, "é".encode()),
    ]
    assert two == [
        ("a.jpg", "image/jpeg", b"J"),
        (None, "application/json", b'{"who":"me"}'),
        (None, "application/json", b'{"n":1}'),
        (None, "application/json", b'{"n":2}'),
        (None, "text/csv", b"a;b"),
    ]
    assert three[0] == (None, None, b"only")
    assert four == [(None, "application/octet-stream", b"\x02")]
    assert five == [(None, "text/plain", b"text")]
    with pytest.raises(TypeError, match=r"file must be bytes, .* not a text"):
        client.send_x(file="a.jpg")
    with pytest.raises(ValueError, match=r"due must be a .* or a text such as"):
        client.send_x(due="tomorrow")
    assert len(seen) == 5


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


@pytest.mark.parametrize("is_async", [False, True])
def test_a_body_is_sent_again_unless_it_is_used_up(client_of: Build, tmp_path: Path, is_async: bool) -> None:
    request = {"content": {"text/plain": {"schema": TEXT}, "multipart/form-data": FORM}}
    module = client_of(document({"/x": {"put": operation("put_x", "t", {}, requestBody=request)}}))
    sent: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.content)
        return httpx.Response(503)

    async def answer_later(request: httpx.Request) -> httpx.Response:
        await request.aread()
        return answer(request)

    def answer_now(request: httpx.Request) -> httpx.Response:
        request.read()
        return answer(request)

    policy = module.RetryPolicy(initial_delay=0)
    if is_async:
        over = httpx.AsyncClient(transport=httpx.MockTransport(answer_later))
        client = module.AsyncWidgetsClient(http_client=over, retry_policy=policy)
    else:
        client = talk(module, "WidgetsClient", answer_now, retry_policy=policy)
    path = tmp_path / "a.txt"
    path.write_bytes(b"often")
    file = path.open("rb")
    for given, content, attempts in (
        ({"body": iter([b"once"])}, b"once", 1),
        ({"body": b"often"}, b"often", 3),
        ({"body": path}, b"often", 3),
        ({"body": file}, b"often", 3),
        ({"file": b"often"}, b"often", 3),
        ({"file": path}, b"often", 3),
    ):
        sent.clear()
        with pytest.raises(module.InternalServerError):
            asyncio.run(client.t.put_x(**given)) if is_async else client.t.put_x(**given)
        assert [content in each for each in sent] == [True] * attempts
    file.close()


def test_only_an_asynchronous_client_sends_what_comes_so(client_of: Build) -> None:
    request = body(TEXT, media_type="text/plain")
    module = client_of(document({"/x": {"put": operation("put_x", "t", {}, requestBody=request)}}))

    async def parts() -> AsyncIterator[bytes]:
        yield b"x"

    client = talk(module, "WidgetsClient", lambda request: httpx.Response(500))
    with pytest.raises(TypeError, match="body comes asynchronously"):
        client.t.put_x(body=parts())
    with pytest.raises(TypeError, match="timeout must be seconds"):
        client.t.put_x(body="x", timeout="soon")


def test_a_content_type_with_a_star_is_made_one(client_of: Build, tmp_path: Path) -> None:
    (tmp_path / "a.webp").write_bytes(b"w")
    file = {"schema": {"type": "string", "format": "binary"}}
    contents: dict[str, Any] = {
        "image": {"image/*": file},
        "images": {"image/png": file, "image/webp": file},
        "whatever": {"*/*": {}},
        "words": {"text/*": {}},
        "either": {"application/json": {"schema": {"type": "object"}}, "application/octet-stream": file},
        "nothing": {"application/json": {"schema": {"type": ["object", "null"], "properties": {"a": TEXT}}}},
    }
    spec = document(
        {
            f"/{name}": {"post": operation(name, "t", {}, requestBody={"required": True, "content": content})}
            for name, content in contents.items()
        }
    )
    sent: list[tuple[str, bytes]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append((request.headers["content-type"], request.read()))
        return httpx.Response(200, json={})

    t = talk(client_of(spec), "WidgetsClient", answer).t
    t.image(body=tmp_path / "a.webp")
    t.image(body=b"x", content_type="image/gif")
    t.image(body=b"x")
    t.images(body=tmp_path / "a.webp")
    t.whatever(body={"a": 1})
    t.whatever(body=b"x")
    t.words(body="ä")
    t.either(body="x")
    t.nothing(body=None)
    assert sent == [
        ("image/webp", b"w"),
        ("image/gif", b"x"),
        ("application/octet-stream", b"x"),
        ("image/webp", b"w"),
        ("application/json", b'{"a":1}'),
        ("application/octet-stream", b"x"),
        ("text/plain", "ä".encode()),
        ("application/octet-stream", b"x"),
        ("application/json", b"null"),
    ]
    with pytest.raises(ValueError, match="content_type must be one of"):
        t.image(body=b"x", content_type="text/csv")
