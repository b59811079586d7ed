"""The wire's side of the server: bounded request heads and connections that can be cut."""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD = 128 * 1024
"""Largest request line and headers together, in bytes; what comes after is refused with 400."""

TRANSPORT = "trigger_mock.transport"
"""The ASGI extension under which the application finds the connection."""


class Protocol(HttpToolsProtocol):
    """HTTP/1.1 as uvicorn speaks it, with a bound on what is kept of a request before it is answered."""

    _head = 0
    _in_head = True

    def data_received(self, data: bytes) -> None:
        """Count the bytes of a request's head, then read them."""
        if self._in_head:
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
        self.scope["extensions"] = {TRANSPORT: self.transport}  # type: ignore[dict-item]  # our own extension

    def on_headers_complete(self) -> None:
        """Hand the request to the application."""
        self._in_head, self._head = False, 0
        super().on_headers_complete()
