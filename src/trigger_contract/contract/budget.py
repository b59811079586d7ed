"""How a run's requests and time are shared, so that the last law is not the one that starves."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from contextvars import ContextVar

from trigger_contract.contract.client import BudgetExhausted, Client

_KEPT = 0.5


class Budget:
    """Shares what a client may send between the checks of a run.

    Half of everything is kept for checks that have not begun, each the same share of it. A check that has
    used its own share goes on as long as what is left is more than what is kept for the others.

    Args:
        client: The client whose requests and time are shared.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._planned = 0
        self._waiting = 0
        self._spent: ContextVar[list[int] | None] = ContextVar("spent", default=None)

    def plan(self, checks: int) -> None:
        """Say how many checks there are."""
        self._planned = self._waiting = checks

    @contextlib.contextmanager
    def share(self) -> Iterator[None]:
        """Let one check spend its share."""
        with self._lock:
            self._waiting = max(0, self._waiting - 1)
        token = self._spent.set([0])
        try:
            yield
        finally:
            self._spent.reset(token)

    def spend(self) -> None:
        """Count a request of the check this thread works for.

        Raises:
            BudgetExhausted: What is left is kept for checks that have not begun.
        """
        spent = self._spent.get()
        if spent is None or not self._planned:
            return
        spent[0] += 1
        client = self._client
        share = _KEPT / self._planned
        if not self._waiting or spent[0] <= share * client.most:
            return
        kept = share * self._waiting
        if client.remaining < kept * client.most:
            raise BudgetExhausted(f"the limit of {client.most} requests")
        if client.elapsed > (1 - kept) * client.seconds:
            raise BudgetExhausted(f"the time limit of {client.seconds:g} s")
