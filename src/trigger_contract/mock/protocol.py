"""The wire's side of the server: bounded request heads and connections that can be cut."""

from __future__ import annotations

import asyncio
import json
import re
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD = 128 * 1024
"""Largest request line and headers together, in bytes; what comes after is refused with 400."""

HEAD_TIMEOUT = 10.0
"""Seconds a client may take to send a request line and headers."""

TRANSPORT = "trigger_mock.transport"
"""The ASGI extension under which the application finds the connection."""

_START = 512
"""How many bytes of a request are kept to see why it could not be read."""

# RFC 9112 section 3, for methods the parser does not know: those it knows fail for another reason.
_REQUEST_LINE = re.compile(
    rb"(?!(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE|CONNECT) )"
    rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+ /[!-~]* HTTP/1\.[01]\r?\n"
)


class Protocol(HttpToolsProtocol):
    """HTTP/1.1 as uvicorn speaks it, with a bound on what is kept of a request before it is answered."""

    _head = 0
    _in_head = True
    _start = b""
    _latest = b""
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._deadline = self.loop.call_later(HEAD_TIMEOUT, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadline."""
        self._on_time()
        super().connection_lost(exc)

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "The request line and headers did not come in time.")

    def _on_time(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP; a request line that is right but for its method is a 405."""
        # On a connection that is used again the start comes before the parser has told of it.
        if _REQUEST_LINE.match(self._start or self._latest):
            self._refuse(HTTPStatus.METHOD_NOT_ALLOWED, "Method not allowed")
        else:
            self._refuse(HTTPStatus.BAD_REQUEST, msg)

    def _refuse(self, status: HTTPStatus, text: str) -> None:
        """Answer in JSON like every other error, and close."""
        body = json.dumps({"error": text}).encode()
        head = (
            f"HTTP/1.1 {status} {status.phrase}\r\ncontent-type: application/json; charset=utf-8\r\n".encode()
        )
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            head += b"allow: GET, HEAD\r\n"  # RFC 9110 section 15.5.6
        rest = b"content-length: %d\r\nconnection: close\r\n\r\n" % len(body)
        self.transport.write(head + rest + body)
        self.transport.close()

    def data_received(self, data: bytes) -> None:
        """Count the bytes of a request's head, then read them."""
        self._latest = data[:_START]
        if self._in_head:
            self._start = (self._start + data)[:_START]
            self._head += len(data)
            if self._head > MAX_HEAD and not self.transport.is_closing():
                self.send_400_response("The request line and headers are too large.")
                return
        if not self.transport.is_closing():
            super().data_received(data)

    def on_message_begin(self) -> None:
        """Start a request."""
        super().on_message_begin()
        self._in_head = True
        if self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_TIMEOUT, self._give_up)
        self.scope["extensions"] = {TRANSPORT: self.transport}  # type: ignore[dict-item]  # our own extension

    def on_headers_complete(self) -> None:
        """Hand the request to the application."""
        self._in_head, self._head, self._start = False, 0, b""
        self._on_time()
        super().on_headers_complete()


class BareProtocol(Protocol):
    """HTTP/1.1 as Node speaks it: what is not HTTP gets a status and nothing else."""

    def _refuse(self, status: HTTPStatus, text: str) -> None:
        late = status is HTTPStatus.REQUEST_TIMEOUT
        line = b"408 Request Timeout" if late else b"400 Bad Request"
        self.transport.write(b"HTTP/1.1 " + line + b"\r\nconnection: close\r\n\r\n")
        self.transport.close()
