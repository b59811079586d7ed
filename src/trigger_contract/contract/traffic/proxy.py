"""Passes requests on to a server and its answers back, unchanged, and keeps what is to be judged of them.

An ASGI application in front of a pool of connections: it follows no redirects, undoes no content codings and
normalises no paths. What belongs to a connection stays with it (RFC 9110, section 7.6.1).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from typing import Any

import httpcore

from trigger_contract.contract.traffic.journal import Half, recorded
from trigger_contract.contract.traffic.reading import Recorded

# Source: RFC 9110, section 7.6.1, and RFC 9112, sections 6.1 and 9.6. `Expect` is answered where it arrives.
_OF_CONNECTION = frozenset(
    {b"connection", b"proxy-connection", b"keep-alive", b"te", b"trailer", b"transfer-encoding", b"upgrade"}
    | {b"expect"}
)
_STREAMS = ("text/event-stream", "application/x-ndjson", "application/ndjson", "application/jsonl")
_AT_ONCE = 256
_SECONDS = {"connect": 10.0, "pool": 60.0}
# Source: RFC 9110, sections 15.3.5 and 15.4.5.
_WITHOUT_CONTENT = frozenset({204, 304})
_FAILURES = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError)

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
Judge = Callable[[Recorded], Awaitable[bytes | None]]


class Broken(Exception):
    """An answer that does not end as it should: the connection is closed, as upstream's was."""


class Proxy:
    """The application.

    Args:
        upstream: The server's address; what is asked for stands below its path.
        judge: Judges an exchange; what it returns is answered with status 502, in place of an answer that was
            held back.
        enforces: Whether answers are held back until they are judged.
    """

    def __init__(self, upstream: str, judge: Judge, *, enforces: bool = False) -> None:
        self.url = httpcore.URL(upstream)
        self.upstream = upstream
        self.judge = judge
        self.enforces = enforces
        self.pool = httpcore.AsyncConnectionPool(max_connections=_AT_ONCE, keepalive_expiry=30)
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def close(self) -> None:
        """Close every connection."""
        await self.pool.aclose()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            async with self._slots:
                await _Passage(self, scope, receive, send).run()


class _Passage:
    """One request on its way there, and its answer on its way back."""

    def __init__(self, proxy: Proxy, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        self._proxy, self._scope = proxy, scope
        self._receive, self._send = receive, send
        query: bytes = scope["query_string"]
        path: bytes = scope.get("raw_path") or scope["path"].encode()
        self._target = proxy.url.target.rstrip(b"/") + path + (b"?" + query if query else b"")
        self._sent = Half(headers=_of_message(scope["headers"]))
        self._answer = Half()
        self._begun = asyncio.get_running_loop().time()
        self._gone: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Pass the request on, then the answer back as it comes, or whole once it was judged."""
        try:
            answer = await self._proxy.pool.handle_async_request(self._request())
        except _FAILURES as error:
            self._answer.trouble = _words(error)
            told = await self._judged()
            await self._refuse(told or f"upstream gives no answer: {self._answer.trouble}\n".encode())
            return
        self._answer.status, self._answer.headers = answer.status, _of_message(answer.headers)
        self._gone = asyncio.create_task(self._until_gone())
        try:
            held = await self._passed(answer)
        finally:
            self._gone.cancel()
            with contextlib.suppress(Exception):
                await answer.aclose()
        told = await self._judged()
        if held is not None and told:
            await self._refuse(told)
            return
        if held is not None:
            await self._begin()
            for chunk in held:
                await self._pass(chunk)
        if self._answer.trouble:
            raise Broken(self._answer.trouble)
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    def _request(self) -> httpcore.Request:
        url = self._proxy.url
        host = [(b"host", url.host if url.port is None else b"%b:%d" % (url.host, url.port))]
        fields = [(name, value) for name, value in self._sent.headers if name != b"host"]
        names = {name for name, _ in self._scope["headers"]}
        has_body = bool(names & {b"content-length", b"transfer-encoding"})
        if b"transfer-encoding" in names:
            fields.append((b"transfer-encoding", b"chunked"))
        return httpcore.Request(
            self._scope["method"].encode(),
            httpcore.URL(scheme=url.scheme, host=url.host, port=url.port, target=self._target),
            headers=host + fields,
            content=self._content() if has_body else b"",
            extensions={"timeout": _SECONDS},
        )

    async def _content(self) -> AsyncIterator[bytes]:
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise OSError("the client closed the connection")
            if chunk := message.get("body", b""):
                self._sent.keep(chunk)
                yield chunk
            if not message.get("more_body"):
                return

    async def _passed(self, answer: httpcore.Response) -> list[bytes] | None:
        """Pass an answer back as it comes; return it where it was held back."""
        held: list[bytes] | None = None
        if self._proxy.enforces and self._answer.media not in _STREAMS:
            held = []
        else:
            await self._begin()
        chunks = answer.aiter_stream()
        try:
            while (chunk := await self._next(chunks)) is not None:
                self._answer.keep(chunk)
                if held is None:
                    await self._pass(chunk)
                    continue
                held.append(chunk)
                if self._answer.is_cut:
                    # It is too large to be held back, or to be judged.
                    await self._begin()
                    for item in held:
                        await self._pass(item)
                    held = None
        except _FAILURES as error:
            self._answer.trouble, self._answer.is_cut = _words(error), True
        return held

    async def _next(self, chunks: AsyncIterator[bytes]) -> bytes | None:
        """Return what comes next; None at the end, and where nobody listens any more."""
        assert self._gone is not None
        coming = asyncio.ensure_future(anext(chunks, None))
        await asyncio.wait({coming, self._gone}, return_when=asyncio.FIRST_COMPLETED)
        if coming.done():
            return coming.result()
        coming.cancel()
        self._answer.is_cut = True
        with contextlib.suppress(asyncio.CancelledError, *_FAILURES):
            await coming
        return None

    async def _until_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _begin(self) -> None:
        fields = self._answer.headers
        if self._answer.status in _WITHOUT_CONTENT:
            fields = [(name, value) for name, value in fields if name.lower() != b"content-length"]
        start = {"type": "http.response.start", "status": self._answer.status, "headers": fields}
        await self._send(start)

    async def _pass(self, chunk: bytes) -> None:
        await self._send({"type": "http.response.body", "body": chunk, "more_body": True})

    async def _refuse(self, body: bytes) -> None:
        kind = b"application/problem+json" if body.startswith(b"{") else b"text/plain; charset=utf-8"
        fields = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
        await self._send({"type": "http.response.start", "status": 502, "headers": fields})
        await self._send({"type": "http.response.body", "body": body, "more_body": False})

    async def _judged(self) -> bytes | None:
        elapsed = asyncio.get_running_loop().time() - self._begun
        url = self._proxy.upstream.rstrip("/") + _below(self._scope)
        method = self._scope["method"]
        return await self._proxy.judge(
            recorded(method, url, self._target.decode("latin-1"), self._sent, self._answer, elapsed)
        )


def _below(scope: Mapping[str, Any]) -> str:
    path = scope.get("raw_path") or scope["path"].encode()
    query = scope["query_string"]
    return bytes(path + (b"?" + query if query else b"")).decode("latin-1")


def _of_message(fields: Headers) -> Headers:
    """Return the fields that are passed on: those of the message, without those of the connection."""
    named = b",".join(value for name, value in fields if name.lower() == b"connection")
    own = _OF_CONNECTION | {item.strip().lower() for item in named.split(b",") if item.strip()}
    return [(name, value) for name, value in fields if name.lower() not in own]


def _words(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return text or type(error).__name__
