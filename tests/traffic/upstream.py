"""A small server of the test's document that answers in every way HTTP allows, and broken where asked."""

from __future__ import annotations

import contextlib
import gzip
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

GOOD = {"id": "t1", "name": "first"}
BIG = b'{"id": "big", "name": "' + b"x" * (9 * 1024 * 1024) + b'"}'
SLOW_SECONDS = 0.5


class Upstream(ThreadingHTTPServer):
    """What was sent is kept for the test to look at."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []

    def handle_error(self, *_: Any) -> None:
        """A client that goes away is part of the test."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Upstream

    def log_message(self, *_: Any) -> None:
        pass

    def _answer(self) -> None:
        body = self._body()
        self.server.seen.append(
            (self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
        )
        name = self.path.partition("?")[0].rpartition("/")[2]
        if self.command == "DELETE":
            self._send(204)
        elif self.command == "POST":
            self._json({**GOOD, **json.loads(body or b"{}")}, 201)
        elif name == "things":
            self._json({"items": [GOOD]})
        elif hasattr(self, f"_as_{name}"):
            getattr(self, f"_as_{name}")()
        else:
            self._json(GOOD)

    do_GET = do_HEAD = do_POST = do_DELETE = do_OPTIONS = _answer

    def _body(self) -> bytes:
        if self.headers.get("transfer-encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body
        return self.rfile.read(int(self.headers.get("content-length", 0)))

    def _send(self, status: int, body: bytes | None = None, **fields: str) -> None:
        self.send_response(status)
        for field, value in fields.items():
            self.send_header(field.replace("_", "-"), value)
        if body is not None:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if body is not None and self.command != "HEAD":
            self.wfile.write(body)

    def _json(self, value: Any, status: int = 200) -> None:
        self._send(status, json.dumps(value).encode(), Content_Type="application/json")

    def _as_broken(self) -> None:
        self._json({"id": 3})

    def _as_failing(self) -> None:
        self._json({"error": "x"}, 500)

    def _as_big(self) -> None:
        self._send(200, BIG, Content_Type="application/json")

    def _as_zipped(self) -> None:
        body = gzip.compress(json.dumps(GOOD).encode(), mtime=0)
        self._send(200, body, Content_Type="application/json", Content_Encoding="gzip")

    def _as_unchanged(self) -> None:
        self._send(304, None, ETag='"a"')

    def _as_cookies(self) -> None:
        self.send_response(200)
        self.send_header("Set-Cookie", "a=1; Path=/")
        self.send_header("Set-Cookie", "b=2; Path=/")
        self.send_header("Content-Type", "application/json")
        self.send_header("Connection", "X-Hop")
        self.send_header("X-Hop", "here only")
        body = json.dumps(GOOD).encode()
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _as_moved(self) -> None:
        self._send(302, b"", Location="/api/things/t1")

    def _as_chunked(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for part in (b'{"id": "t1", ', b'"name": "first"}', b""):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))

    def _as_events(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for number in range(3):
            part = b"data: %d\n\n" % number
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            self.wfile.flush()
            time.sleep(SLOW_SECONDS)
        self.wfile.write(b"0\r\n\r\n")

    def _as_cut(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b'{"id": ')
        self.close_connection = True


@contextlib.contextmanager
def serving() -> Iterator[Upstream]:
    """Serve until the test is over."""
    server = Upstream()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
