"""What the network may do: drip, grow, fork, change loops, echo keys; and what a caller can look at."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import logging
import os
import pickle
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import trigger_dev_client as tdc
from trigger_dev_client import AsyncTriggerClient, TriggerClient

from .conftest import retrieved

KEY = "tr_dev_A1b2C3d4/E5+f6="
Send = Callable[[bytes], None]


@contextlib.contextmanager
def serving(talk: Callable[[Send, bytes], None]) -> Iterator[str]:
    """A server that lets ``talk`` send whatever it likes, once for each request of a connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            data = b""
            while not over.is_set():
                while b"\r\n\r\n" not in data:
                    more = connection.recv(65536)
                    if not more:
                        return
                    data += more
                head, _, data = data.partition(b"\r\n\r\n")
                talk(connection.sendall, head)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def whole(body: bytes, headers: str = "") -> bytes:
    return f"HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\n{headers}\r\n".encode() + body


def drip(start: bytes) -> Callable[[Send, bytes], None]:
    def talk(send: Send, head: bytes) -> None:
        send(start)
        for _ in range(200):
            time.sleep(0.05)
            send(b"a")

    return talk


_NAMING = re.compile(r"^\s*(?:import|from) httpx\b", re.MULTILINE)
HEADERS = b"HTTP/1.1 200 OK\r\nx-slow: "
BODY = b'HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n{"id":"'


@pytest.mark.parametrize("start", [HEADERS, BODY], ids=["headers", "body"])
@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_total_time_is_kept_whatever_drips(start: bytes, asynchronous: bool) -> None:
    # Without the private names that _transport leans on, dripping headers have no end: see _new_client there.
    with serving(drip(start)) as url:
        settings: dict[str, Any] = {
            "secret_key": KEY,
            "base_url": url,
            "max_retries": 0,
            "total_timeout": 0.4,
        }
        began = time.monotonic()

        async def call_async() -> None:
            async with AsyncTriggerClient(**settings) as client:
                await client.runs.retrieve("run_1")

        def call() -> None:
            with TriggerClient(**settings) as client:
                client.runs.retrieve("run_1")

        with pytest.raises(tdc.APITimeoutError):
            asyncio.run(call_async()) if asynchronous else call()
        assert time.monotonic() - began < 5


def test_a_given_http_client_keeps_the_total_time_between_parts() -> None:
    with serving(drip(BODY)) as url, httpx.Client() as http_client:
        client = TriggerClient(
            secret_key=KEY, base_url=url, max_retries=0, total_timeout=0.4, http_client=http_client
        )
        with pytest.raises(tdc.APITimeoutError):
            client.runs.retrieve("run_1")


def test_an_answer_has_a_bound_packed_or_not() -> None:
    bomb = gzip.compress(b"[" + b"0," * 5_000_000 + b"0]")
    chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1e8481\r\n" + b"x" * 2_000_001
    answers = [
        whole(b"x" * 2_000_001),
        whole(bomb, "content-encoding: gzip\r\n"),
        chunked + b"\r\n0\r\n\r\n",
        whole(gzip.compress(bomb), "content-encoding: gzip, gzip\r\n"),
        whole(b"no gzip", "content-encoding: gzip\r\n"),
    ]
    with serving(lambda send, head: send(answers.pop(0))) as url:
        for error in [tdc.ResponseTooLargeError] * 3 + [tdc.APIConnectionError] * 2:
            with (
                TriggerClient(secret_key=KEY, base_url=url, max_response_size=2_000_000) as client,
                pytest.raises(error),
            ):
                client.runs.retrieve("run_1")


def test_a_packed_answer_is_unpacked() -> None:
    content = json.dumps(retrieved(id="run_1", padding="x" * 300_000)).encode()
    for packed, name in ((gzip.compress(content), "gzip"), (content, "identity")):
        answer = whole(packed, f"content-encoding: {name}\r\n")
        with (
            serving(lambda send, head, answer=answer: send(answer)) as url,  # type: ignore[misc]  # bound at once
            TriggerClient(secret_key=KEY, base_url=url, max_response_size=1_000_000) as client,
        ):
            assert client.runs.retrieve("run_1").id == "run_1"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_each_process_has_connections_of_its_own() -> None:
    ports: list[bytes] = []

    def talk(send: Send, head: bytes) -> None:
        ports.append(head.split(b" ")[1].rpartition(b"/")[2])
        send(whole(json.dumps(retrieved(id=ports[-1].decode())).encode()))

    with serving(talk) as url, TriggerClient(secret_key=KEY, base_url=url, timeout=5) as client:
        client.runs.retrieve("run_0")
        before = client._connections.current()
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            fresh = client._connections.current() is not before
            os.write(writing, f"{fresh}".encode())
            os._exit(0)
        os.waitpid(child, 0)
        assert os.read(reading, 99) == b"True"
        assert client._connections.current() is before
        os.close(reading)
        os.close(writing)


def test_one_asynchronous_client_serves_several_event_loops() -> None:
    with serving(lambda send, head: send(whole(json.dumps(retrieved()).encode()))) as url:
        client = AsyncTriggerClient(secret_key=KEY, base_url=url)

        async def call() -> str:
            return str((await client.runs.retrieve("run_1")).id)

        assert {asyncio.run(call()) for _ in range(3)} == {"run_1234"}


def spelled() -> list[bytes]:
    """The key as servers may write it."""
    escaped = "".join(f"\\u{ord(mark):04x}" for mark in KEY)
    percent = "".join(f"%{ord(mark):02X}" for mark in KEY)
    return [KEY.encode(), escaped.encode(), percent.encode(), KEY.replace("/", "\\/").encode()]


def everything(error: BaseException) -> str:
    """All that an error shows or holds."""
    import traceback

    response = getattr(error, "response", None)
    parts = [str(error), repr(error), repr(error.args), *traceback.format_exception(error)]
    parts += [
        repr(getattr(error, "body", "")),
        repr(getattr(error, "raw_body", "")),
        repr(pickle.dumps(error.args)),
    ]
    if response is not None:
        parts += [
            response.text,
            response.reason_phrase,
            repr(response.headers.raw),
            repr(response.request.headers),
        ]
    return "".join(parts)


@pytest.mark.parametrize("written", spelled(), ids=["plain", "json", "percent", "slash"])
@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 400 no KEY\r\ncontent-length: 0\r\n\r\n",
        b'HTTP/1.1 401 No\r\ncontent-length: 9999\r\n\r\n{"error": "bad key KEY", "a": ["KEY"]}',
        b"HTTP/1.1 200 OK\r\ncontent-type: text/KEY\r\nx-echo: KEY\r\ncontent-length: 9999\r\n\r\n{KEY}",
        b"garbage KEY\r\n\r\n",
    ],
    ids=["reason", "body", "header", "status line"],
)
def test_a_key_is_in_no_part_of_an_error(
    answer: bytes, written: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "trigger_dev_client")
    head, _, body = answer.replace(b"KEY", written).partition(b"\r\n\r\n")
    sent = head.replace(b"9999", str(len(body)).encode()) + b"\r\n\r\n" + body

    def talk(send: Send, head: bytes) -> None:
        send(sent)
        raise OSError("closed")

    settings: dict[str, Any] = {"secret_key": KEY, "max_retries": 0, "response_validation": "strict"}
    with (
        serving(talk) as url,
        TriggerClient(base_url=url, **settings) as client,
        pytest.raises(tdc.APIError) as caught,
    ):
        client.runs.retrieve("run_1")
    shown = everything(caught.value) + caplog.text
    assert not any(form.decode() in shown for form in spelled())
    assert "E5+f6=" not in shown


def test_a_header_that_cannot_be_sent_is_not_quoted(trigger: TriggerClient) -> None:
    for value in ("Bearer tr_dev_other\nX: y", "Bearer tr_dev_öther"):
        with pytest.raises(ValueError, match="Authorization") as caught:
            trigger.runs.retrieve("run_1", extra_headers={"Authorization": value})
        assert "tr_dev" not in everything(caught.value).replace("trigger_dev", "")
    with pytest.raises(tdc.ConfigurationError, match="X-Key"):
        TriggerClient(secret_key=KEY, default_headers={"X-Key": "a\nb"})


def answered(**settings: Any) -> tuple[TriggerClient, list[httpx.Request]]:
    """A client whose every call is answered with a run, or with 401 while the key is old."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        old = request.headers["authorization"] == "Bearer old"
        return httpx.Response(401 if old else 200, json={"error": "old"} if old else retrieved())

    http_client = httpx.Client(transport=httpx.MockTransport(answer))
    return TriggerClient(http_client=http_client, **settings), seen


def test_a_function_may_give_the_key_and_is_asked_again_after_401() -> None:
    keys = ["first", "old", "newer"]
    client, seen = answered(secret_key=lambda: keys.pop(0))
    client.runs.retrieve("run_1")
    client.runs.retrieve("run_1")
    assert [request.headers["authorization"] for request in seen] == [
        "Bearer first",
        "Bearer old",
        "Bearer newer",
    ]
    client, seen = answered(secret_key=lambda: "old")
    with pytest.raises(tdc.AuthenticationError):
        client.runs.retrieve("run_1")
    assert len(seen) == 1


def test_hooks_see_every_attempt_and_no_key() -> None:
    told: list[str] = []
    client, _ = answered(
        secret_key=KEY,
        on_request=lambda request: told.append(f"{request.url} {request.headers}"),
        on_response=lambda response: told.append(f"{response.status_code} {response.request.headers}"),
    )
    client.runs.retrieve("run_1")
    assert len(told) == 2
    assert told[1].startswith("200")
    assert KEY not in "".join(told)


def test_hooks_are_awaited_where_calls_are() -> None:
    told: list[str] = []

    async def tell(request: httpx.Request) -> None:
        await asyncio.sleep(0)
        told.append(request.method)

    async def call() -> None:
        transport = httpx.MockTransport(lambda sent: httpx.Response(200, json=retrieved()))
        http_client = httpx.AsyncClient(transport=transport)
        async with (
            http_client,
            AsyncTriggerClient(secret_key=KEY, http_client=http_client, on_request=tell) as client,
        ):
            await client.runs.retrieve("run_1")

    asyncio.run(call())
    assert told == ["GET"]
    client, _ = answered(secret_key=KEY, on_request=tell)
    with pytest.raises(tdc.ConfigurationError, match="by the asynchronous client only"):
        client.runs.retrieve("run_1")


def test_options_make_another_client_on_the_same_connections() -> None:
    client, seen = answered(secret_key=KEY)
    runs = client.runs
    other = client.with_options(max_retries=7, timeout=3, total_timeout=None, default_headers={"X-One": "1"})
    assert (client.max_retries, other.max_retries) == (2, 7)
    other.runs.retrieve("run_1")
    assert seen[-1].headers["x-one"] == "1"
    assert seen[-1].extensions["timeout"]["read"] == 3
    assert other.runs is not runs
    other.close()
    client.runs.retrieve("run_1")
    assert "x-one" not in seen[-1].headers


def test_what_the_document_lacks_can_be_called() -> None:
    client, seen = answered(secret_key=KEY)
    assert client.get("/api/v3/runs/run_1", cast_to=tdc.RetrieveRunResponse).id == "run_1234"
    with pytest.raises(TypeError, match="a model of this package, or a list or dict"):
        client.get("/api/v3/runs/run_1", cast_to=list[int])
    http_client = httpx.Client(
        transport=httpx.MockTransport(lambda sent: httpx.Response(200, json=[retrieved()]))
    )
    many = tdc.TriggerClient(secret_key=KEY, http_client=http_client)
    assert [run.id for run in many.get("/x", cast_to=list[tdc.RetrieveRunResponse])] == ["run_1234"]
    assert many.get("/x", cast_to=list[dict[str, Any]])[0]["id"] == "run_1234"
    assert json.loads(many.get("/x", cast_to=bytes)) == json.loads(many.get("/x", cast_to=str))
    assert client.request("HEAD", "/x") is None
    assert seen[-1].method == "HEAD"
    with pytest.raises(ValueError, match="method must be"):
        client.request("GET /", "/x")
    made: Any = client.post("/api/v9/things", body={"a": 1}, query={"b": True}, headers={"X-One": "1"})
    assert made["id"] == "run_1234"
    assert str(seen[-1].url) == "https://api.trigger.dev/api/v9/things?b=true"
    assert (seen[-1].content, seen[-1].headers["authorization"]) == (b'{"a":1}', f"Bearer {KEY}")
    for wrong in ("https://other.example/", "things", "/a/../b", "/a?b"):
        with pytest.raises(ValueError, match="path"):
            client.get(wrong)


def test_only_one_module_names_the_transport() -> None:
    package = Path(tdc.__file__).parent
    naming = {path.name for path in package.rglob("*.py") if _NAMING.search(path.read_text(encoding="utf-8"))}
    assert naming == {"_transport.py"}
