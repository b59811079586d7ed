"""What a status says, by the vocabulary that APIs share; the client carries the same sets."""

from __future__ import annotations

from collections.abc import Iterable

SUCCESS = frozenset({"COMPLETED", "SUCCEEDED", "SUCCESS"})
CANCELLED = frozenset({"CANCELED", "CANCELLED"})
FAILURE = frozenset({"FAILED", "CRASHED", "INTERRUPTED", "SYSTEM_FAILURE", "EXPIRED", "TIMED_OUT"})
QUEUED = frozenset({"QUEUED", "WAITING_FOR_DEPLOY", "DELAYED", "PENDING_VERSION"})
EXECUTING = frozenset({"EXECUTING", "REATTEMPTING", "FROZEN", "DEQUEUED", "RUNNING", "IN_PROGRESS"})
TERMINAL = SUCCESS | CANCELLED | FAILURE


def is_status(values: Iterable[object]) -> bool:
    """Whether an enum's values say how far something has come: some end it, some do not."""
    names = {str(value).upper().replace("-", "_") for value in values}
    return bool(names & TERMINAL) and bool(names - TERMINAL)
