"""Carries requests over sockets; an answer as a whole has a deadline, not only each read of it.

httpx's timeouts begin anew with every byte, so that a server which sends one byte a second, or one
``100 Continue`` after another, is listened to for ever. Below httpx lies httpcore, which lets its network
be replaced; here every read and write asks how much time is left.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
import urllib.request
from collections.abc import Iterable, Iterator
from typing import Any

import httpcore
import httpx

from trigger_contract.contract.settings import Settings
from trigger_contract.errors import UserError

STREAM_SECONDS = 1.0
# Bodies of these types may go on for as long as somebody listens, so they are read for a moment only.
STREAMS = frozenset(
    {
        "text/event-stream",
        "multipart/x-mixed-replace",
        "application/x-ndjson",
        "application/ndjson",
        "application/jsonl",
        "application/json-seq",
        "application/stream+json",
    }
)
# A server that writes head and body of an answer one after the other holds the body back until the head is
# acknowledged, which the kernel puts off for 40 ms to save a packet. Linux lets a reader ask for it at once.
_AT_ONCE = getattr(socket, "TCP_QUICKACK", None)
# How long a thread waits at most before it sees that the run is to end.
_SLICE = 0.25
_FAILURES: tuple[tuple[type[Exception], type[httpx.TransportError]], ...] = (
    (httpcore.ConnectTimeout, httpx.ConnectTimeout),
    (httpcore.ConnectError, httpx.ConnectError),
    (httpcore.ProxyError, httpx.ConnectError),
    (httpcore.UnsupportedProtocol, httpx.ConnectError),
    (httpcore.LocalProtocolError, httpx.LocalProtocolError),
    (httpcore.RemoteProtocolError, httpx.RemoteProtocolError),
    (httpcore.TimeoutException, httpx.ReadTimeout),
    (httpcore.NetworkError, httpx.ReadError),
)


class Overrun(Exception):
    """An answer was not whole when its time was over."""


class Aborted(Exception):
    """The run is to end at once; what is being asked is given up."""


class _Clock(threading.local):
    """When the answer that this thread waits for has to be whole."""

    deadline = float("inf")


class _Stream(httpcore.NetworkStream):
    """A connection that gives up when the time of the answer is over."""

    def __init__(self, inner: httpcore.NetworkStream, clock: _Clock, aborted: threading.Event) -> None:
        self._inner = inner
        self._clock = clock
        self._aborted = aborted

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        while True:
            left = self._left()
            self._acknowledge_at_once()
            try:
                return self._inner.read(max_bytes, min(left, _SLICE))
            except httpcore.ReadTimeout:
                continue

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._left())
        return _Stream(inner, self._clock, self._aborted)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    def _acknowledge_at_once(self) -> None:
        carrier = self._inner.get_extra_info("socket")
        if _AT_ONCE is not None and isinstance(carrier, socket.socket):
            # The kernel forgets it again, so it is said before each read.
            with contextlib.suppress(OSError):
                carrier.setsockopt(socket.IPPROTO_TCP, _AT_ONCE, 1)

    def _left(self) -> float:
        if self._aborted.is_set():
            raise Aborted
        left = self._clock.deadline - time.monotonic()
        if left <= 0:
            raise Overrun
        return left


class _Network(httpcore.NetworkBackend):
    def __init__(self, clock: _Clock, aborted: threading.Event) -> None:
        self._inner = httpcore.SyncBackend()
        self._clock = clock
        self._aborted = aborted

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        left = min(10.0, max(0.001, self._clock.deadline - time.monotonic()))
        inner = self._inner.connect_tcp(host, port, left, local_address, socket_options)
        return _Stream(inner, self._clock, self._aborted)


class Sockets(httpx.BaseTransport):
    """Opens connections as the settings say.

    Args:
        settings: Certificates, proxies and how many requests go out side by side.
        aborted: Set where everything that is being asked is to be given up.

    Raises:
        UserError: A certificate cannot be read.
    """

    def __init__(self, settings: Settings, aborted: threading.Event) -> None:
        self._clock = _Clock()
        common: dict[str, Any] = {
            "ssl_context": _tls(settings),
            "max_connections": settings.concurrency + 2,
            "max_keepalive_connections": settings.concurrency + 2,
            "network_backend": _Network(self._clock, aborted),
        }
        proxy = _proxy(settings)
        self._pool = httpcore.HTTPProxy(proxy, **common) if proxy else httpcore.ConnectionPool(**common)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request.

        Its extension ``deadline`` says until when the answer has to be whole, ``target`` what stands in its
        first line where that is not the path and the query of its address.

        Raises:
            Overrun: The answer's head was not there in time.
            Aborted: The run is to end.
        """
        self._clock.deadline = request.extensions.get("deadline", float("inf"))
        url = request.url
        target = request.extensions.get("target", url.raw_path)
        with _translated():
            answer = self._pool.handle_request(
                httpcore.Request(
                    request.method,
                    httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=target),
                    headers=request.headers.raw,
                    content=request.read() or None,
                )
            )
        response = httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))
        if is_stream(response):
            self._clock.deadline = min(self._clock.deadline, time.monotonic() + STREAM_SECONDS)
        return response

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()


def is_stream(response: httpx.Response) -> bool:
    """Whether an answer's body may have no end."""
    kind: str = response.headers.get("content-type", "").split(";")[0].strip().lower()
    return kind in STREAMS


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _translated():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        with contextlib.suppress(httpcore.NetworkError, httpcore.ProtocolError, Overrun, Aborted):
            self._answer.close()


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """Raise what httpx raises, so that the rest does not know what carries its requests."""
    try:
        yield
    except tuple(ours for ours, _ in _FAILURES) as error:
        kind = next(theirs for ours, theirs in _FAILURES if isinstance(error, ours))
        raise kind(str(error)) from None


def _tls(settings: Settings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=settings.cacert)
    except OSError as error:
        raise UserError(_why(error), source=f"--cacert {settings.cacert}") from None
    if settings.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if settings.cert:
        try:
            context.load_cert_chain(settings.cert, settings.cert_key)
        except OSError as error:
            raise UserError(_why(error), source=f"--cert {settings.cert}") from None
    return context


def _why(error: OSError) -> str:
    # OpenSSL's own words for a file that holds no certificate tell the user nothing.
    return "holds no certificate (PEM)" if isinstance(error, ssl.SSLError) else str(error.strerror or error)


def _proxy(settings: Settings) -> str | None:
    """Return the proxy of the environment where it was asked for, unless the host is exempt."""
    url = httpx.URL(settings.url)
    if not settings.use_proxy or urllib.request.proxy_bypass(url.host):
        return None
    return urllib.request.getproxies().get(url.scheme)
