"""Ids: live ones, unknown ones, malformed ones and odd ones."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from trigger_contract.contract.steps import is_by_id
from trigger_contract.contract.subjects import Subject
from trigger_contract.contract.validators import compiled
from trigger_contract.contract.values import invalid_scalars, lower_bound, plain, some_scalar, upper_bound
from trigger_contract.document.composition import composition
from trigger_contract.document.promises import promise

if TYPE_CHECKING:
    from trigger_contract.contract.law import Check

UNKNOWN_TEXT = "no-such-value-0000"
_UNKNOWN_NUMBER = 2_000_000_011
_UNKNOWN_UUID = "0badc0de-0000-4000-8000-00000000dead"


def addresses(check: Check, live: int) -> Iterator[dict[str, str]]:
    """Yield path parameters for requests to an operation: some live ids and an unknown one.

    An operation without an id in its path is asked once; the session fills in the ids before the last.
    """
    if not check.subject.path_parameters:
        yield {}
        return
    name = check.subject.id_parameter["name"]
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


def item_prefix(subject: Subject) -> str:
    """Return the prefix of the ids of a list's items, or an empty text."""
    fields = composition(subject.document).properties(subject.item_schema)
    return prefix_of({**fields.get(subject.identity, {}), "schema": fields.get(subject.identity, {})})


def identity_leaves(subject: Subject) -> frozenset[str]:
    """Return the query names that take the id of an item, as far as pages do."""
    pages = subject.pages
    found = (pages.after, pages.before) if pages is not None and is_by_id(subject) else ()
    return frozenset(leaf.name for leaf in found if leaf is not None)


def unknown_id(subject: Subject) -> str:
    """Return a well-formed id that belongs to nothing, for the last parameter of the path."""
    return unknown_value(subject.document, subject.id_parameter)


def unknown_path(subject: Subject) -> dict[str, str]:
    """Return well-formed values that belong to nothing for every parameter of the path."""
    return {item["name"]: unknown_value(subject.document, item) for item in subject.path_parameters}


def unknown_value(document: Mapping[str, Any], parameter: Mapping[str, Any]) -> str:
    """Return a value for a path parameter that keeps its schema and belongs to nothing.

    Of a closed choice there is no such value; one of the choice is returned.
    """
    schema = plain(document, parameter.get("schema"))
    if schema.get("type") in ("integer", "number"):
        low, high = lower_bound(schema), upper_bound(schema)
        return str(min(max(_UNKNOWN_NUMBER, low or 0), _UNKNOWN_NUMBER if high is None else high))
    if schema.get("format") == "uuid":
        return _UNKNOWN_UUID
    prefix = prefix_of(parameter)
    least, most = int(schema.get("minLength", 0)), int(schema.get("maxLength", 4000))
    told = (prefix + "nosuchthing00000000000000").ljust(least, "0")[:most]
    pattern = {"pattern": schema["pattern"]} if isinstance(schema.get("pattern"), str) else {}
    if prefix and compiled(pattern).is_valid(told):
        return told
    if {"enum", "const", "pattern", "format"} & set(schema):
        bare = {key: value for key, value in schema.items() if key not in ("default", "example", "examples")}
        return some_scalar(bare) or UNKNOWN_TEXT
    return told


def unknown_ids(subject: Subject, live: list[str]) -> Iterator[tuple[str, str]]:
    """Yield well-formed ids that belong to nothing, each with what it is.

    Args:
        subject: The operation that takes them.
        live: Ids that exist; some of those yielded are almost the same.
    """
    schema = plain(subject.document, subject.id_parameter.get("schema"))
    if {"enum", "const"} & set(schema):
        return
    yield unknown_id(subject), "an unknown id"
    if schema.get("type") in ("integer", "number"):
        numbers = [int(identity) for identity in live if identity.isdigit()]
        if numbers:
            yield str(max(numbers) + 1_000_003), "a number far above those of live ids"
        return
    if schema.get("format") == "uuid":
        for identity in live[:2]:
            yield (
                identity[:-1] + ("b" if identity[-1] == "a" else "a"),
                "a live id with another last character",
            )
        return
    if "pattern" in schema and not prefix_of(subject.id_parameter):
        return
    yield from _unknown_texts(prefix_of(subject.id_parameter), live)


def _unknown_texts(prefix: str, live: list[str]) -> Iterator[tuple[str, str]]:
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


def is_well_formed(subject: Subject, identity: str, live: list[str]) -> bool:
    """Whether an id is surely valid: its schema allows nothing else, or it is shaped like ids that exist."""
    schema = plain(subject.document, subject.id_parameter.get("schema"))
    if schema.get("type") in ("integer", "number") or schema.get("format") == "uuid":
        return True
    return is_shaped_like(identity, live)


def is_shaped_like(identity: str, live: list[str]) -> bool:
    """Whether an id has the length and the sort of characters of ids that exist.

    What else is a valid id no page says, so any other may be refused as malformed.
    """
    alphabet = {character for known in live for character in known}
    return any(len(identity) == len(known) for known in live) and set(identity) <= alphabet


def malformed_ids(subject: Subject, live: list[str]) -> Iterator[tuple[str, str]]:
    """Yield ids that are none, where the document says what an id looks like."""
    schema = plain(subject.document, subject.id_parameter.get("schema"))
    prefix = prefix_of(subject.id_parameter)
    if not prefix:
        yield from invalid_scalars(schema)
        return
    yield "1234", "an id without its prefix"
    yield "x" + prefix + "1234", "an id with something before its prefix"
    yield prefix[:-1] + "-1234", "an id with another separator"
    yield "00000000-0000-4000-8000-000000000000", "a UUID"
    for identity in live[:1]:
        yield identity.removeprefix(prefix), "a live id without its prefix"
