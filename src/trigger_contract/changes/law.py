"""From what a change does to the set of accepted values to what it means for a client.

A client is hurt when the server accepts less than before, or sends more than before. That one law
gives the default severity of every change, as in oasdiff's checks: narrowing a request or widening a
response breaks, what cannot be decided is risky, the rest is safe. A rule that departs from it says so
where it reports.
"""

from __future__ import annotations

import enum

from trigger_contract.changes.model import Severity


class Effect(enum.Enum):
    """What a change does to the values that the document allows at a place."""

    NARROWS = "narrows"
    WIDENS = "widens"
    INCOMPARABLE = "incomparable"
    UNKNOWN = "unknown"
    NONE = "none"
    TEXT = "text"


class Flow(enum.Enum):
    """Which way the values travel, seen from the client."""

    SENT = "sent"
    RECEIVED = "received"

    @property
    def opposite(self) -> Flow:
        """The other way; webhooks and callbacks turn requests into what a client receives."""
        return Flow.RECEIVED if self is Flow.SENT else Flow.SENT


def severity(effect: Effect, flow: Flow) -> Severity:
    """Return the severity that the law gives to an effect on what flows one way."""
    if effect is Effect.TEXT:
        return Severity.TEXT
    if effect is Effect.INCOMPARABLE:
        return Severity.BREAKING
    if effect is Effect.UNKNOWN:
        return Severity.RISKY
    hurts = Effect.NARROWS if flow is Flow.SENT else Effect.WIDENS
    return Severity.BREAKING if effect is hurts else Severity.ADDITIVE
