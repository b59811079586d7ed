"""What is seen while something is asked: counted, found, reached.

Laws run side by side, and so do the cases of one law; each writes into notes of its own, and the notes are
put together in the order of the laws and the cases. So a run says the same however many requests are out.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field

from trigger_contract.contract.exchange import Exchange
from trigger_contract.contract.findings import Finding


@dataclass
class Noted:
    """One finding and where it was seen.

    Attributes:
        finding: The finding, without curl line and exchange.
        exchange: The first exchange that shows it, if there is one.
        seen: Numbers of the exchanges that show it.
    """

    finding: Finding
    exchange: Exchange | None
    seen: set[int] = field(default_factory=set)


@dataclass
class Notes:
    """What was seen.

    Attributes:
        exercised: How many times there was something to judge.
        reached: What the run reached, see ``Deviation.was_reached``.
        findings: What was found, by fingerprint.
        reason: Why there was nothing to judge, or empty.
    """

    exercised: int = 0
    reached: set[str] = field(default_factory=set)
    findings: dict[str, Noted] = field(default_factory=dict)
    reason: str = ""
    _taken: set[int] = field(default_factory=set)

    def note(self, finding: Finding, exchange: Exchange | None) -> None:
        """Add a finding, or where else it was seen."""
        noted = self.findings.setdefault(finding.fingerprint, Noted(finding, exchange))
        # What no exchange shows counts as one more each time.
        noted.seen.add(exchange.number if exchange is not None else -1 - len(noted.seen))

    def add(self, other: Notes) -> None:
        """Take over everything that other notes say."""
        self.exercised += other.exercised
        self.reason = other.reason or self.reason
        self._merge(other)

    def take(self, other: Notes) -> None:
        """Take over what was found and reached while something was read that several laws share.

        Args:
            other: Notes that the run keeps, so that they are known again.
        """
        if id(other) not in self._taken:
            self._taken.add(id(other))
            self._merge(other)

    def _merge(self, other: Notes) -> None:
        self.reached |= other.reached
        for fingerprint, noted in other.findings.items():
            mine = self.findings.setdefault(fingerprint, Noted(noted.finding, noted.exchange))
            mine.seen |= noted.seen


_CURRENT: ContextVar[Notes | None] = ContextVar("notes", default=None)


def current() -> Notes | None:
    """Return where this thread writes, if anywhere."""
    return _CURRENT.get()


@contextlib.contextmanager
def noting(notes: Notes) -> Iterator[Notes]:
    """Write into these notes for a while."""
    token = _CURRENT.set(notes)
    try:
        yield notes
    finally:
        _CURRENT.reset(token)
