"""What a run has made on a server and has to remove again."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from trigger_contract.contract.client import BudgetExhausted
from trigger_contract.contract.exchange import Exchange
from trigger_contract.contract.subjects import Subject


@dataclass(frozen=True)
class Entry:
    """One thing that was made, or something done to a thing that has to be undone.

    Attributes:
        remover: The operation that removes or undoes it, None where there is none.
        path: A value for each parameter of that operation's path.
        exchange: The request that made it and its answer.
        maker: The name of the operation that made it.
        headers: Header fields that undo it.
        body: The content that undoes it.
    """

    remover: Subject | None
    path: Mapping[str, str]
    exchange: Exchange
    maker: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None


class Ledger:
    """Remembers what was made until it is removed, and lets a run end between two writes only."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._lock = threading.RLock()
        self._stopped = threading.Event()

    def add(self, entry: Entry) -> None:
        """Enter what was made; the same thing is entered once."""
        if not any(_is_same(entry, known) for known in self._entries):
            self._entries.append(entry)

    def drop(self, entry: Entry) -> None:
        """Strike out what is gone."""
        self._entries = [known for known in self._entries if not _is_same(entry, known)]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What there is to remove, in the order in which it was made."""
        return tuple(self._entries)

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Keep the run from being ended until it is known what a write has made.

        Raises:
            BudgetExhausted: The run is to end.
        """
        with self._lock:
            if self._stopped.is_set():
                raise BudgetExhausted("an interrupt")
            yield

    def stop(self, seconds: float) -> None:
        """Let no write begin any more, and wait for the one that is under way.

        Args:
            seconds: How long at most.
        """
        self._stopped.set()
        if self._lock.acquire(timeout=seconds):
            self._lock.release()

    def resume(self) -> None:
        """Let writes begin again, to clean up."""
        self._stopped.clear()


def _is_same(one: Entry, other: Entry) -> bool:
    if one.remover is None or other.remover is None:
        return one is other
    return one.remover.name == other.remover.name and dict(one.path) == dict(other.path)
