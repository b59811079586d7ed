"""Receives what a service sends, on this machine, and reads what was recorded of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from trigger_contract.contract.traffic.reading import read_requests
from trigger_contract.contract.webhooks.hooks import Sent
from trigger_contract.errors import UserError

_LARGEST = 16 * 1024 * 1024
_READ_SECONDS = 10.0


class Receiver:
    """A small server that takes whatever is sent to it.

    Args:
        port: Where it listens on 127.0.0.1; 0 for a free port.
        answer: Returns the status for what was sent.

    Raises:
        UserError: The port is in use.
    """

    def __init__(self, port: int, answer: Callable[[Sent], int]) -> None:
        self.sent: list[Sent] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            timeout = _READ_SECONDS

            def log_message(self, *_: object) -> None:
                """Say nothing: what came is told in the end."""

            def _take(self) -> None:
                length = self.headers.get("content-length", "0")
                size = int(length) if length.isdigit() else 0
                if size > _LARGEST:
                    self.send_error(413)
                    return
                body = self.rfile.read(size)
                fields = {name.lower(): value for name, value in self.headers.items()}
                number = len(receiver.sent) + 1
                sent = Sent(self.command, self.path, fields, body, f"received as number {number}")
                receiver.sent.append(sent)
                self.send_response(answer(sent))
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_POST = do_PUT = do_PATCH = do_GET = do_DELETE = _take

        try:
            self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        except OSError as error:
            reason = error.strerror or error
            raise UserError(f"cannot be listened on: {reason}", source=f"--webhook-port {port}") from None
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take nothing more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def recorded(path: Path) -> Iterator[Sent]:
    """Yield what a file of recorded requests holds.

    Raises:
        UserError: The file cannot be read, or holds no requests.
    """
    for item in read_requests(path):
        request = item.exchange.request
        yield Sent(request.method, request.target, dict(request.headers), item.body or b"", item.where)
