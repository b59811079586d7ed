"""What an action does to a thing, read from its verb: its opposite, and the state that it leads to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from trigger_contract.document.composition import Composition, View
from trigger_contract.document.conjunction import types_of
from trigger_contract.document.statuses import listed
from trigger_contract.document.words import flat, words

_OPPOSITES = (
    ("enable", "disable"), ("start", "stop"), ("open", "close"), ("pause", "resume"), ("suspend", "resume"),
    ("archive", "restore"), ("delete", "restore"), ("close", "reopen"), ("connect", "disconnect"),
    ("attach", "detach"), ("add", "remove"), ("lock", "release"), ("override", "reset"), ("show", "hide"),
    ("activate", "suspend"), ("grant", "revoke"), ("increment", "decrement"), ("trash", "restore"),
)  # fmt: skip
_PREFIXES = ("un", "de", "dis", "re")

# Participles that do not follow the rule, and adjectives that say the same.
_STATES = {
    "cancel": ("canceled", "cancelled"),
    "stop": ("stopped",),
    "begin": ("begun",),
    "withdraw": ("withdrawn",),
    "freeze": ("frozen",),
    "send": ("sent",),
    "hide": ("hidden",),
    "void": ("voided", "void"),
    "activate": ("active", "activated"),
    "deactivate": ("inactive", "deactivated"),
    "complete": ("completed", "complete"),
    "open": ("open", "opened"),
    "reopen": ("open", "reopened"),
}


def opposite_of(verb: str, others: Iterable[str]) -> str | None:
    """Return which of the other verbs undoes this one, if one does."""
    mine = flat(verb)
    for other in others:
        theirs = flat(other)
        if mine == theirs:
            continue
        if (mine, theirs) in _OPPOSITES or (theirs, mine) in _OPPOSITES:
            return other
        longer, shorter = (mine, theirs) if len(mine) > len(theirs) else (theirs, mine)
        if any(longer == prefix + shorter for prefix in _PREFIXES):
            return other
    return None


def participles(verb: str) -> tuple[str, ...]:
    """Return how a thing is called that this was done to: ``close`` gives closed, ``cancel`` canceled."""
    parts = words(verb)
    stem = parts[0] if parts else ""
    if stem in _STATES:
        return _STATES[stem]
    if stem.endswith("e"):
        return (stem + "d",)
    if stem.endswith("y") and stem[-2:-1] not in "aeou":
        return (stem[:-1] + "ied",)
    return (stem + "ed", stem + stem[-1:] + "ed")


def effect(views: Composition, thing: View, verb: str, status: str | None) -> tuple[str, Any] | None:
    """Return the property that an action sets and the value that it gets, where the thing's schema shows it.

    Args:
        views: The views of the document.
        thing: The thing that is acted on.
        verb: The action's name.
        status: The property that holds the thing's state, if it has one.
    """
    states = participles(verb)
    if not words(verb):
        return None
    for alternative in views.alternatives(thing):
        properties = views.properties(alternative)
        found = _state(views, properties, states, status) or _flag(properties, verb, states)
        if found:
            return found
    return None


def _state(
    views: Composition, properties: Mapping[str, View], states: tuple[str, ...], status: str | None
) -> tuple[str, Any] | None:
    if status is None or status not in properties:
        return None
    by_name = {flat(value): value for value in listed(views, properties[status])}
    return next(((status, by_name[state]) for state in states if state in by_name), None)


def _flag(properties: Mapping[str, View], verb: str, states: tuple[str, ...]) -> tuple[str, Any] | None:
    """Look for a boolean that is called after the state, or after the state that the verb ends."""
    flags = {
        "".join(part for part in words(name) if part != "is"): name
        for name, view in properties.items()
        if set(types_of(view)) - {"null"} == {"boolean"}
    }
    for state in states:
        if state in flags:
            return flags[state], True
    stem = words(verb)[0]
    undone = [stem.removeprefix(prefix) for prefix in _PREFIXES[:3] if stem.startswith(prefix)]
    undone += [one if stem == other else other for one, other in _OPPOSITES if stem in (one, other)]
    for base in undone:
        for state in participles(base):
            if state in flags:
                return flags[state], False
    return None
