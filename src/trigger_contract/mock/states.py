"""Stored run states, and the names and flags they have on the wire."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

FINISHED = frozenset(
    {"COMPLETED", "CANCELED", "FAILED", "CRASHED", "INTERRUPTED", "SYSTEM_FAILURE", "EXPIRED", "TIMED_OUT"}
)

# For each stored state: the older name, the newer name, and what a fixed enumeration without the
# older name may have in its place. An expired run was removed from the queue and never executed,
# which is a cancellation; a run that took too long has failed.
_NAMES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "DELAYED": ("DELAYED", "DELAYED", ("QUEUED",)),
    "WAITING_FOR_DEPLOY": ("WAITING_FOR_DEPLOY", "PENDING_VERSION", ("PENDING_VERSION",)),
    "PENDING_VERSION": ("PENDING_VERSION", "PENDING_VERSION", ("WAITING_FOR_DEPLOY", "QUEUED")),
    "PENDING": ("QUEUED", "QUEUED", ()),
    "DEQUEUED": ("EXECUTING", "DEQUEUED", ()),
    "EXECUTING": ("EXECUTING", "EXECUTING", ()),
    "RETRYING": ("REATTEMPTING", "EXECUTING", ("EXECUTING",)),
    "PAUSED": ("FROZEN", "WAITING", ("WAITING", "EXECUTING")),
    "WAITING_TO_RESUME": ("FROZEN", "WAITING", ("WAITING", "EXECUTING")),
    "COMPLETED": ("COMPLETED", "COMPLETED", ()),
    "CANCELED": ("CANCELED", "CANCELED", ()),
    "FAILED": ("FAILED", "FAILED", ()),
    "CRASHED": ("CRASHED", "CRASHED", ("FAILED",)),
    "INTERRUPTED": ("INTERRUPTED", "FAILED", ("FAILED",)),
    "SYSTEM_FAILURE": ("SYSTEM_FAILURE", "SYSTEM_FAILURE", ("FAILED",)),
    "EXPIRED": ("EXPIRED", "EXPIRED", ("CANCELED",)),
    "TIMED_OUT": ("TIMED_OUT", "TIMED_OUT", ("FAILED",)),
}
STATES = tuple(_NAMES)

# Names of the database that differ from ours, which are shorter.
_STORED = {
    "COMPLETED_SUCCESSFULLY": "COMPLETED",
    "COMPLETED_WITH_ERRORS": "FAILED",
    "RETRYING_AFTER_FAILURE": "RETRYING",
}

# What a filter selects on the real server, in whatever version; some select less than is shown by their name.
_SELECTED: dict[str, tuple[str, ...]] = {
    "DELAYED": ("DELAYED",),
    "PENDING_VERSION": ("PENDING_VERSION",),
    "WAITING_FOR_DEPLOY": ("WAITING_FOR_DEPLOY",),
    "QUEUED": ("PENDING",),
    "DEQUEUED": ("DEQUEUED",),
    "EXECUTING": ("EXECUTING",),
    "REATTEMPTING": ("RETRYING",),
    "FROZEN": ("PAUSED", "WAITING_TO_RESUME"),
    "WAITING": ("WAITING_TO_RESUME",),
    "COMPLETED": ("COMPLETED",),
    "CANCELED": ("CANCELED",),
    "FAILED": ("FAILED",),
    "CRASHED": ("CRASHED",),
    "INTERRUPTED": ("INTERRUPTED",),
    "SYSTEM_FAILURE": ("SYSTEM_FAILURE",),
    "EXPIRED": ("EXPIRED",),
    "TIMED_OUT": ("TIMED_OUT",),
}

NEW_NAMES = tuple(dict.fromkeys(newer for _, newer, _ in _NAMES.values()))
"""The newer names, which newer operations take alone."""

NEW_NAMES_SINCE = "2025-07-16"
"""The value of ``x-trigger-api-version`` from which on the newer names are sent."""

_QUEUED = {"QUEUED", "WAITING_FOR_DEPLOY", "DELAYED", "PENDING_VERSION"}
_EXECUTING = {"EXECUTING", "REATTEMPTING", "FROZEN", "DEQUEUED"}
_COMPLETED = {"COMPLETED", "CANCELED", "FAILED", "CRASHED", "INTERRUPTED", "SYSTEM_FAILURE"}


@dataclass(frozen=True)
class Naming:
    """One way of naming states.

    Attributes:
        shown: The name of each state.
        fragments: For each state the JSON members ``status`` and the flags, without braces.
        states: For each name that a filter may use the states it selects.
    """

    shown: Mapping[str, str]
    fragments: Mapping[str, str]
    states: Mapping[str, tuple[str, ...]]


def newer_naming() -> Naming:
    """Return the names sent to a client that asks for version 2025-07-16 or later."""
    return _naming({state: names[1] for state, names in _NAMES.items()})


def older_naming() -> Naming:
    """Return the names the real server sends to a client that asks for no version; filters take both sets."""
    older = {state: names[0] for state, names in _NAMES.items()}
    accepted: dict[str, list[str]] = {}
    for state, (old, new, _) in _NAMES.items():
        for name in dict.fromkeys((old, new)):
            accepted.setdefault(name, []).append(state)
    return _naming(older, {name: tuple(states) for name, states in accepted.items()})


def recorded_naming(*, newer: bool) -> Naming:
    """Return the names of the real server with its own filters, which take the names of both versions."""
    return _naming({state: names[1] if newer else names[0] for state, names in _NAMES.items()}, _SELECTED)


def documented_naming(enum: Collection[str]) -> Naming:
    """Return names that stay inside a documented enumeration."""
    shown = {}
    for state, (older, _, fallbacks) in _NAMES.items():
        candidates = (older, *fallbacks, *sorted(enum))
        shown[state] = next((name for name in candidates if name in enum), older)
    naming = _naming(shown)
    # A documented name that no state has is still a valid filter: it selects nothing.
    return _naming(shown, {**dict.fromkeys(enum, ()), **naming.states})


def flags(name: str) -> dict[str, bool]:
    """Return the boolean helpers that the official SDK requires beside a status of this name."""
    completed = name in _COMPLETED
    success = name == "COMPLETED"
    return {
        "isQueued": name in _QUEUED,
        "isExecuting": name in _EXECUTING,
        "isWaiting": name == "WAITING",
        "isCompleted": completed,
        "isSuccess": success,
        "isFailed": completed and not success,
        "isCancelled": name == "CANCELED",
    }


_SAID = {"PENDING": "Queued", "RETRYING": "Reattempting", "WAITING_TO_RESUME": "Waiting"}


def word(state: str) -> str:
    """Return how a state is written where it is read by people: in words."""
    return _SAID.get(state, state.capitalize().replace("_", " "))


STORED_WORDS = tuple(dict.fromkeys(map(word, STATES)))
"""All these words."""


def state_of(name: str) -> str | None:
    """Return the stored state a status name of any set stands for, or None for an unknown name."""
    if name in _NAMES or name in _STORED:
        return _STORED.get(name, name)
    for column in (1, 0):
        for state, names in _NAMES.items():
            if names[column] == name:
                return state
    return None


def _naming(shown: Mapping[str, str], states: Mapping[str, tuple[str, ...]] | None = None) -> Naming:
    fragments = {}
    by_name: dict[str, tuple[str, ...]] = {}
    for state, name in shown.items():
        members = "".join(f',"{flag}":{"true" if value else "false"}' for flag, value in flags(name).items())
        fragments[state] = f'"status":"{name}"{members}'
        by_name[name] = (*by_name.get(name, ()), state)
    return Naming(shown, fragments, by_name if states is None else states)
