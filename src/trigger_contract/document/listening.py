"""Where a server of ours listens, and how it is asked to stop."""

from __future__ import annotations

import contextlib
import ipaddress
import signal
import socket
from collections.abc import Callable, Iterator
from types import FrameType

from trigger_contract.errors import UserError, why


def bind(host: str, port: int) -> socket.socket:
    """Open the listening socket.

    Raises:
        UserError: The host is unknown or the port is in use.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError):
        raise UserError(f"unknown host {host!r}", source="--host") from None
    listener = socket.socket(family, kind)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(1024)
    except OSError as error:
        listener.close()
        message = f"cannot listen on {host}:{port}: {why(error)}"
        raise UserError(message, source="--port") from None
    return listener


def url_of(listener: socket.socket) -> str:
    """Return the URL of a listening socket."""
    host, port = listener.getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextlib.contextmanager
def stopped_by_signals(stop: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    """Have something called by what asks a program to end, for as long as a block lasts."""
    # Ctrl-Break is how a program on Windows is asked to end by another one.
    names = ("SIGINT", "SIGTERM", "SIGBREAK")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    previous = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
