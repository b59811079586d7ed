"""Answers that come bit by bit, lead elsewhere, or are not JSON."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from .documents import body, document, path
from .packages import TEXT, Build, imported, talk

EVENT = {"type": "object", "properties": {"delta": TEXT}}
ASK = {"type": "object", "properties": {"stream": {"type": "boolean"}, "text": TEXT}}


def answering(content: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Responses with one success of these content types."""
    return {"200": {"description": "OK", "content": content}, **more}


SPEC = document(
    {
        "/chat": {
            "post": {
                "operationId": "create_chat",
                "tags": ["chat"],
                "requestBody": body(ASK),
                "responses": answering(
                    {"application/json": {"schema": {}}, "text/event-stream": {"schema": EVENT}}
                ),
            }
        },
        "/log": {
            "get": {
                "operationId": "follow_log",
                "tags": ["logs"],
                "parameters": [{"name": "Last-Event-ID", "in": "header", "schema": TEXT}],
                "responses": answering({"text/event-stream": {"schema": EVENT}}),
            }
        },
        "/rows": {
            "get": {
                "operationId": "list_rows",
                "tags": ["rows"],
                "responses": answering({"application/x-ndjson": {"schema": EVENT}}),
            }
        },
        "/files/{id}": {
            "get": {
                "operationId": "download_file",
                "tags": ["files"],
                "parameters": [path("id")],
                "responses": answering({"application/pdf": {}}, **{"302": {"description": "there"}}),
            }
        },
        "/dump": {
            "get": {
                "operationId": "get_dump",
                "tags": ["files"],
                "responses": answering({"text/plain": {"schema": {"type": "string", "format": "binary"}}}),
            }
        },
    },
    security=[{"token": []}],
    components={"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    with imported(SPEC, tmp_path_factory.mktemp("streams")) as module:
        yield module


def client_of(package: ModuleType, answer: Callable[[httpx.Request], httpx.Response], **settings: Any) -> Any:
    http_client = httpx.Client(transport=httpx.MockTransport(answer))
    return package.WidgetsClient(token="secret-token", http_client=http_client, **settings)


class Parts(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body in these parts that then ends, or breaks.

    Attributes:
        closed: Whether the client has let go of it.
    """

    def __init__(self, *parts: bytes, breaks: bool = False) -> None:
        self._parts, self._breaks, self.closed = parts, breaks, False

    def __iter__(self) -> Iterator[bytes]:
        yield from self._parts
        if self._breaks:
            raise httpx.ReadError("cut")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self:
            yield part

    def close(self) -> None:
        self.closed = True

    async def aclose(self) -> None:
        self.close()


def events(*parts: bytes, breaks: bool = False) -> httpx.Response:
    return httpx.Response(
        200, headers={"content-type": "text/event-stream"}, stream=Parts(*parts, breaks=breaks)
    )


def test_events_come_one_by_one_and_are_asked_for(package: ModuleType) -> None:
    seen: list[httpx.Request] = []
    parts = Parts(
        b'data: {"del', b'ta":"a"}\r\n\r\ndata: {"delta":"b"}\n\ndata: [DONE]\n\ndata: {"delta":"c"}\n\n'
    )

    def answer(request: httpx.Request) -> httpx.Response:
        request.read()
        seen.append(request)
        return httpx.Response(200, stream=parts)

    stream = client_of(package, answer).chat.create_stream(text="hello")
    assert [event.delta for event in stream] == ["a", "b"]
    assert seen[0].headers["accept"] == "text/event-stream"
    assert seen[0].content == b'{"stream":true,"text":"hello"}'
    assert parts.closed
    with pytest.raises(TypeError, match="call create_stream"):
        client_of(package, answer).chat.create(text="hello", stream=True)
    assert len(seen) == 1
    with pytest.raises(package.ResponseValidationError, match="is a stream"):
        client_of(package, lambda request: events(b"data: 1\n\n")).chat.create(text="hello")


def test_a_part_that_is_something_else_ends_no_stream(package: ModuleType) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return events(b'data: ping\n\ndata: [1]\n\ndata: {"delta":"a"}\n\n')

    ping, other, event = client_of(package, answer).logs.follow()
    assert (ping, other, event.delta) == ("ping", [1], "a")
    with pytest.raises(package.ResponseValidationError, match="not JSON"):
        list(client_of(package, answer, response_validation="strict").logs.follow())
    whole = httpx.Response(200, json={"delta": "all at once"})
    assert [event.delta for event in client_of(package, lambda _: whole).logs.follow()] == ["all at once"]


def test_the_schema_of_a_stream_is_that_of_its_parts(client_of: Build) -> None:
    inner = {"contentMediaType": "application/json", "contentSchema": EVENT}
    fields = {"type": "object", "properties": {"data": TEXT, "event": TEXT}}
    contents: dict[str, Any] = {
        "fields": {
            "text/event-stream": {"itemSchema": {**fields, "oneOf": [{"properties": {"data": inner}}]}}
        },
        "texts": {"text/event-stream": {"itemSchema": fields}},
        "list": {"text/event-stream": {"schema": {"type": "array", "items": EVENT}}},
        "lines": {"application/jsonl": {"schema": {"type": "array", "items": EVENT}}},
    }
    spec = document(
        {
            f"/{name}": {
                "get": {"operationId": f"get_{name}", "tags": ["t"], "responses": answering(content)}
            }
            for name, content in contents.items()
        }
    )

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            200, content=b'{"delta":"a"}' if "lines" in str(request.url) else b'data: {"delta":"a"}'
        )

    t = talk(client_of(spec), "WidgetsClient", answer).t
    assert list(t.get_texts()) == ['{"delta":"a"}']
    for name in ("fields", "list", "lines"):
        assert [event.delta for event in getattr(t, f"get_{name}")()] == ["a"], name


def test_a_stream_that_is_left_gives_its_connection_back(package: ModuleType) -> None:
    parts = Parts(*[b'data: {"delta":"a"}\n\n'] * 9)
    with client_of(package, lambda request: httpx.Response(200, stream=parts)).logs.follow() as stream:
        for event in stream:
            assert event.delta == "a"
            break
    assert parts.closed


def test_a_stream_that_breaks_goes_on_where_it_was(package: ModuleType) -> None:
    asked: list[str | None] = []
    answers = [
        events(
            b'id: 1\ndata: {"delta":"a"}\n\nid: 2\ndata: {"delta":"b"}\n\nid: 3\ndata: {"del', breaks=True
        ),
        events(b'id: 3\ndata: {"delta":"c"}\n\n'),
    ]

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers.get("last-event-id"))
        return answers.pop(0)

    policy = package.RetryPolicy(initial_delay=0)
    stream = client_of(package, answer, retry_policy=policy).logs.follow()
    assert [event.delta for event in stream] == ["a", "b", "c"]
    assert asked == [None, "2"]


def test_a_stream_without_a_way_back_says_that_it_broke(package: ModuleType) -> None:
    stream = client_of(package, lambda request: events(b'{"delta":"a"}\n', breaks=True)).rows.list()
    with pytest.raises(package.APIConnectionError):
        list(stream)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8), max_size=6), st.data())
def test_lines_are_the_same_however_they_are_cut(
    package: ModuleType, texts: list[str], data: st.DataObject
) -> None:
    import importlib

    streams = importlib.import_module(f"{package.__name__}._streams")
    ends = [data.draw(st.sampled_from(["\n", "\r", "\r\n"])) for _ in texts]
    lines = [text.lstrip("\ufeff") + "x" for text in texts]
    whole = "".join(line + end for line, end in zip(lines, ends, strict=True)).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=5)))
    parser = streams.LineParser(1000)
    found: list[str] = []
    for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        found += parser.feed(whole[start:end])
    found += parser.feed(b"", final=True)
    assert found == lines


def test_the_asynchronous_client_streams_too(package: ModuleType, tmp_path: Path) -> None:
    async def call() -> tuple[list[str], list[str], int]:
        def answer(request: httpx.Request) -> httpx.Response:
            if request.url.path == "/chat":
                return events(b'data: {"delta":"a"}\n\n')
            if request.url.path == "/rows":
                return httpx.Response(200, stream=Parts(b'{"delta":"a"}\n{"del', b'ta":"b"}'))
            return httpx.Response(200, stream=Parts(b"one", b"two"))

        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http_client:
            client = package.AsyncWidgetsClient(token="t", http_client=http_client)
            chat = [event.delta async for event in await client.chat.create_stream(text="x")]
            rows = [row.delta async for row in await client.rows.list()]
            async with client.files.with_streaming_response.download("1") as response:
                await response.stream_to_file(tmp_path / "file")
            return chat, rows, response.status_code

    assert asyncio.run(call()) == (["a"], ["a", "b"], 200)
    assert (tmp_path / "file").read_bytes() == b"onetwo"


def test_a_documented_redirect_is_followed_without_the_key(package: ModuleType, tmp_path: Path) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        place = {"api.widgets.example": "/here", "/here": "https://cdn.example/f?sig=1"}
        if request.url.host == "api.widgets.example":
            return httpx.Response(302, headers={"location": place.get(request.url.path, "/here")})
        return httpx.Response(200, content=b"%PDF")

    client = client_of(package, answer, default_headers={"X-Own": "secret"})
    assert client.files.download("1") == b"%PDF"
    assert [request.headers.get("authorization") for request in seen] == ["Bearer secret-token"] * 2 + [None]
    assert "x-own" not in seen[-1].headers
    assert seen[0].headers["accept"] == "application/pdf"
    with client.files.with_streaming_response.download("1") as response:
        response.stream_to_file(tmp_path / "file.pdf")
    assert (tmp_path / "file.pdf").read_bytes() == b"%PDF"
    assert [found.name for found in tmp_path.iterdir()] == ["file.pdf"]


@pytest.mark.parametrize(
    "target", ["http://cdn.example/f", "file:///etc/passwd", "https://api.widgets.example/again"]
)
def test_a_redirect_that_leads_nowhere_good_is_an_error(package: ModuleType, target: str) -> None:
    client = client_of(package, lambda request: httpx.Response(302, headers={"location": target}))
    with pytest.raises(package.APIError, match="redirect"):
        client.files.download("1")


def test_what_a_change_has_made_is_fetched_where_it_stands(client_of: Build) -> None:
    responses = answering({"application/json": {"schema": EVENT}}, **{"303": {"description": "there"}})
    post = {"operationId": "make_x", "tags": ["t"], "requestBody": body(ASK), "responses": responses}
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return (
            httpx.Response(303, headers={"location": "/x/1"})
            if request.method == "POST"
            else httpx.Response(200, json={"delta": "a"})
        )

    made = talk(client_of(document({"/x": {"post": post}})), "WidgetsClient", answer).t.make_x(text="b")
    assert (made.delta, seen[1].method, seen[1].url.path, seen[1].content) == ("a", "GET", "/x/1", b"")
    assert "content-type" not in seen[1].headers


def test_bytes_stay_bytes(package: ModuleType) -> None:
    response = httpx.Response(200, content=b"\xff\x00", headers={"content-type": "text/plain"})
    assert client_of(package, lambda request: response).files.get_dump() == b"\xff\x00"
