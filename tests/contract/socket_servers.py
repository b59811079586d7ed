"""Plain threaded servers around the mock, for what only shows on a socket."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from trigger_contract.mock import Settings, create_app
from trigger_contract.mock.messages import Request

KEYS = {"token": "tr_dev_0c71be55f2", "public_token": "pk_dev_88aa10be42", "recoup_token": "recoup_sk_55e0"}


@contextlib.contextmanager
def serving(
    *,
    protocol: str = "HTTP/1.1",
    chunked: bool = False,
    close: bool = False,
    delay: float = 0.0,
    dies_after: int | None = None,
    runs: int = 30,
) -> Iterator[str]:
    """Serve the mock's answers in some unusual way.

    Args:
        protocol: The version the server speaks.
        chunked: Whether bodies come in chunks.
        close: Whether every connection is closed after one answer.
        delay: Seconds before each answer.
        dies_after: Stop listening after this many answers.
        runs: How many runs there are.

    Yields:
        The server's URL.
    """
    app = create_app(settings=Settings(runs=runs, **KEYS))
    lock = threading.Lock()
    answered = 0

    class Handler(BaseHTTPRequestHandler):
        protocol_version = protocol
        # Two small writes would wait for each other's acknowledgement.
        disable_nagle_algorithm = True

        def _answer(self) -> None:
            nonlocal answered
            path, _, query = self.path.encode("latin-1").partition(b"?")
            headers = {
                name.lower().encode("latin-1"): value.encode("latin-1")
                for name, value in self.headers.items()
            }
            with lock:
                answer = app.service.answer(Request(self.command, path, query, headers))
                answered += 1
                if dies_after is not None and answered > dies_after:
                    threading.Thread(target=server.shutdown).start()
                    server.socket.close()
                    self.close_connection = True
                    return
            time.sleep(delay)
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name.decode(), value.decode("latin-1"))
            body = b"" if self.command == "HEAD" else answer.body
            if close:
                self.send_header("Connection", "close")
                self.close_connection = True
            if chunked and self.command != "HEAD":
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for start in range(0, len(body), 700):
                    part = body[start : start + 700]
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
                self.wfile.write(b"0\r\n\r\n")
                return
            if not protocol.endswith("1.0"):
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_HEAD = do_OPTIONS = _answer

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
        app.service.close()
