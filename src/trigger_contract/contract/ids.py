"""Ids: live ones, unknown ones, malformed ones and odd ones."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from trigger_contract.contract.subjects import Subject
from trigger_contract.document.promises import promise

if TYPE_CHECKING:
    from trigger_contract.contract.law import Check

UNKNOWN_TEXT = "no-such-value-0000"


def addresses(check: Check, live: int) -> Iterator[dict[str, str]]:
    """Yield path parameters for requests to an operation: some live ids and an unknown one.

    An operation without an id in its path is asked once.
    """
    if not check.subject.path_parameters:
        yield {}
        return
    name = check.subject.path_parameters[0]["name"]
    relation = check.session.contract.relation_to(check.subject)
    if relation is not None:
        for identity in check.session.ids(relation)[:live]:
            yield {name: identity}
    yield {name: unknown_id(check.subject)}


def prefix_of(parameter: Mapping[str, Any]) -> str:
    """Return the prefix of an id as its pattern shows it or a promise says, or an empty text."""
    pattern = re.match(r"\^([A-Za-z0-9]+[_-])", str((parameter.get("schema") or {}).get("pattern", "")))
    if pattern:
        return pattern[1]
    found = promise({}, parameter, "prefix")
    return str(found["text"]) if found else ""


def unknown_id(subject: Subject) -> str:
    """Return a well-formed id that belongs to nothing."""
    return prefix_of(subject.path_parameters[0]) + "nosuchthing00000000000000"


def unknown_ids(subject: Subject, live: list[str]) -> Iterator[tuple[str, str]]:
    """Yield well-formed ids that belong to nothing, each with what it is.

    Args:
        subject: The operation that takes them.
        live: Ids that exist; some of those yielded are almost the same.
    """
    prefix = prefix_of(subject.path_parameters[0])
    yield unknown_id(subject), "an unknown id"
    yield prefix + "x", "a short unknown id"
    yield prefix + "z" * 200, "a long unknown id"
    if prefix:
        yield prefix + "%", "the prefix and a percent sign"
        yield prefix + "_" * 20, "the prefix and underscores"
    for identity in live[:2]:
        body = identity.removeprefix(prefix)
        if len(body) > 3:
            other = "b" if identity[-1] == "a" else "a"
            yield identity[:-1] + other, "a live id with another last character"
            yield identity[:-1], "a live id without its last character"
        yield identity + "0", "a live id with a character more"


def is_shaped_like(identity: str, live: list[str]) -> bool:
    """Whether an id has the length and the sort of characters of ids that exist.

    What else is a valid id no page says, so any other may be refused as malformed.
    """
    alphabet = {character for known in live for character in known}
    return any(len(identity) == len(known) for known in live) and set(identity) <= alphabet


def malformed_ids(subject: Subject, live: list[str]) -> Iterator[tuple[str, str]]:
    """Yield ids that are none, where the document says how an id begins."""
    prefix = prefix_of(subject.path_parameters[0])
    if not prefix:
        return
    yield "1234", "an id without its prefix"
    yield "x" + prefix + "1234", "an id with something before its prefix"
    yield prefix[:-1] + "-1234", "an id with another separator"
    yield "00000000-0000-4000-8000-000000000000", "a UUID"
    for identity in live[:1]:
        yield identity.removeprefix(prefix), "a live id without its prefix"
