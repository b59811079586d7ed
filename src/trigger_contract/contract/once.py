"""What several laws need and one of them reads: each thing once a run, with what was found in reading it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from trigger_contract.contract.client import BudgetExhausted
from trigger_contract.contract.notes import Notes, current, noting

T = TypeVar("T")
Key = tuple[str, ...]
_SLICE = 0.5


class _Shared:
    """One thing, with the notes of reading it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holder = 0
        self.notes = Notes()
        self.value: Any = None
        self.is_read = False

    @contextlib.contextmanager
    def held(self, over: Callable[[], str]) -> Iterator[None]:
        """Keep others from reading it too; whoever waits for it waits no longer than the run lasts.

        Raises:
            BudgetExhausted: The run is over.
            RuntimeError: It is read for the sake of itself, so it would wait for ever.
        """
        if self._holder == threading.get_ident():
            raise RuntimeError("what is read once needs itself")
        while not self._lock.acquire(timeout=_SLICE):
            if reason := over():
                raise BudgetExhausted(reason)
        self._holder = threading.get_ident()
        try:
            yield
        finally:
            self._holder = 0
            self._lock.release()

    def read(self, make: Callable[[], Any]) -> None:
        """Read it, into notes of its own."""
        notes = Notes()
        with noting(notes):
            self.value = make()
        self.notes, self.is_read = notes, True


class Once:
    """Keeps what was read, for every thread.

    Args:
        over: Tells why the run is over, or nothing while it goes on.
    """

    def __init__(self, over: Callable[[], str]) -> None:
        self._over = over
        self._lock = threading.Lock()
        self._shared: dict[Key, _Shared] = {}
        # Notes are known again by their identity, so none of them may go while the run lasts.
        self._kept: list[_Shared] = []

    def get(self, key: Key, make: Callable[[], T]) -> T:
        """Return something, read now where it was not; whoever asks is told what was found in reading it.

        Args:
            key: What it is.
            make: Reads it.

        Raises:
            BudgetExhausted: The run ended while another read it.
            RuntimeError: Reading it needs it.
        """
        with self._lock:
            shared = self._shared.get(key)
            if shared is None:
                shared = self._shared[key] = _Shared()
                self._kept.append(shared)
        with shared.held(self._over):
            if not shared.is_read:
                shared.read(make)
        value: T = self._noted(shared)
        return value

    def again(self, key: Key, make: Callable[[], T]) -> T:
        """Read something anew; that is what it is from then on."""
        shared = _Shared()
        shared.read(make)
        with self._lock:
            self._kept.append(shared)
            self._shared[key] = shared
        value: T = self._noted(shared)
        return value

    def known(self, key: Key) -> Any:
        """Return something as far as it was read, or None."""
        shared = self._shared.get(key)
        return shared.value if shared is not None and shared.is_read else None

    @staticmethod
    def _noted(shared: _Shared) -> Any:
        if (mine := current()) is not None:
            mine.take(shared.notes)
        return shared.value
