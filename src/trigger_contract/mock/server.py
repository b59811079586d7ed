"""Serving over a socket: in the foreground, or in a thread beside a test."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self

import uvicorn

from trigger_contract.document.listening import bind, stopped_by_signals, url_of
from trigger_contract.mock.app import Hook, MockApp, create_app
from trigger_contract.mock.deviations import Deviation
from trigger_contract.mock.protocol import BareProtocol, Protocol
from trigger_contract.mock.service import Service
from trigger_contract.mock.settings import Settings


class _Server(uvicorn.Server):
    """A uvicorn server that leaves the process's signals to ``serve``."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def stop(self, number: int, frame: object) -> None:
        """Stop at a signal; a second one does not wait for requests that are still running."""
        self.force_exit = self.should_exit
        self.should_exit = True


def _server(app: MockApp) -> _Server:
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="critical",
        access_log=False,
        lifespan="off",
        http=BareProtocol if Deviation.D25 in app.service.settings.deviations else Protocol,
        ws="none",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=3,
        timeout_keep_alive=75,
        backlog=1024,
    )
    return _Server(config)


def serve(app: MockApp, listener: socket.socket, started: Callable[[], None] = lambda: None) -> None:
    """Serve until SIGTERM or SIGINT.

    Args:
        app: The application.
        listener: A socket from ``bind``.
        started: Called once, before the first request is answered.
    """
    server = _server(app)
    try:
        # Before anyone is told that the server is there: whoever reads the line may stop it at once.
        with stopped_by_signals(server.stop):
            started()
            server.run(sockets=[listener])
    finally:
        listener.close()
        app.service.close()


class MockServer:
    """A mock server in a thread of its own, for tests.

    Use it as a context manager, or call ``start`` and ``stop``.

    Args:
        document: The OpenAPI document; the canonical one by default.
        settings: What the server is told.
        host: The address it listens on.
        port: The port; 0 takes a free one.
        hook: See ``MockApp``.
    """

    def __init__(
        self,
        document: Mapping[str, Any] | None = None,
        settings: Settings | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        hook: Hook | None = None,
    ) -> None:
        self.app = create_app(document, settings, hook)
        self.app.host = host
        self._host, self._port = host, port
        self._listener: socket.socket | None = None
        self._uvicorn: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def service(self) -> Service:
        """The service behind the socket."""
        return self.app.service

    @property
    def url(self) -> str:
        """The server's URL, once it has started."""
        if self._listener is None:
            raise RuntimeError("the mock server has not been started")
        return url_of(self._listener)

    def start(self) -> Self:
        """Open the socket and serve; returns when requests are answered."""
        self._listener = bind(self._host, self._port)
        self._uvicorn = _server(self.app)
        self._thread = threading.Thread(
            target=self._uvicorn.run, kwargs={"sockets": [self._listener]}, name="trigger-mock", daemon=True
        )
        # The socket listens already: a request that comes before the loop runs waits in the backlog.
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving and close the socket and the store."""
        if self._uvicorn is not None and self._thread is not None:
            self._uvicorn.should_exit = True
            self._thread.join(timeout=10)
        if self._listener is not None:
            self._listener.close()
        self.service.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
