"""Several processes that serve one file of runs on one socket."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
from collections.abc import Callable
from functools import partial

from trigger_contract.errors import UserError
from trigger_contract.mock.app import MockApp
from trigger_contract.mock.server import serve
from trigger_contract.mock.settings import Settings


def check(settings: Settings) -> None:
    """Refuse what several processes cannot share: all they have in common is the file.

    Raises:
        UserError: Names the option.
    """
    if not hasattr(os, "fork"):
        raise UserError("needs a system on which processes can be forked", source="--workers")
    if settings.database is None:
        raise UserError("needs --db: the file of runs is what the processes share", source="--workers")
    if settings.progression.kind != "instant" or settings.rate_limit is not None:
        raise UserError(
            "takes neither --progression nor --rate-limit: each process would count for itself",
            source="--workers",
        )


def serve_together(
    make: Callable[[], MockApp], listener: socket.socket, workers: int, started: Callable[[], None]
) -> None:
    """Serve from several processes until SIGTERM or SIGINT.

    Args:
        make: Makes the application of one process, which opens the file for itself.
        listener: A socket from ``bind``, which all accept from.
        workers: How many processes.
        started: Called once, when all of them answer.

    Raises:
        UserError: One of them ended by itself; the others were ended.
    """
    ready, tell = os.pipe()
    # Nobody writes to this pipe: it ends when this process does, however that ends.
    alive, hold = os.pipe()
    children = [_fork(make, listener, (tell, alive), (ready, hold)) for _ in range(workers)]
    os.close(tell)
    os.close(alive)
    is_stopping = False

    def stop(number: int = signal.SIGTERM, frame: object = None) -> None:
        nonlocal is_stopping
        is_stopping = True
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGTERM)

    previous = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    ended = 0
    try:
        if all(os.read(ready, 1) for _ in range(workers)):
            started()
        for _ in range(workers):
            child, status = os.waitpid(-1, 0)
            children.remove(child)
            if not is_stopping:
                ended = os.waitstatus_to_exitcode(status) or 1
                stop()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
        listener.close()
        os.close(ready)
        os.close(hold)
    if ended:
        raise UserError(f"a process ended by itself ({ended}); the others were ended", source="--workers")


def _fork(
    make: Callable[[], MockApp], listener: socket.socket, own: tuple[int, int], others: tuple[int, int]
) -> int:
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        tell, alive = own
        for other in others:
            os.close(other)
        threading.Thread(target=_watch, args=(alive,), daemon=True).start()
        serve(make(), listener, partial(_tell, tell))
        status = 0
    finally:
        os._exit(status)


def _tell(pipe: int) -> None:
    os.write(pipe, b".")


def _watch(alive: int) -> None:
    """End this process when the one that made it has gone."""
    os.read(alive, 1)
    os.kill(os.getpid(), signal.SIGTERM)
