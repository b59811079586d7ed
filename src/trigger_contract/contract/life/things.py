"""Things that a run has made, and how they are found again in answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from trigger_contract.contract.exchange import Exchange
from trigger_contract.contract.life.making import File
from trigger_contract.contract.oracle import spelled
from trigger_contract.contract.subjects import Subject
from trigger_contract.document.composition import Composition, View, composition
from trigger_contract.document.conjunction import types_of
from trigger_contract.document.paths import is_parameter, template
from trigger_contract.document.resources import Resource, resources


@dataclass(frozen=True)
class Thing:
    """Something that is on the server; a run has made it, or found it there.

    Attributes:
        resource: What it is one of.
        path: A value for each parameter of its path.
        parents: Those of the path of its collection.
        identity: What tells it from others.
        sent: The body that it was made of; empty for one that was found.
        shown: It as an answer showed it.
        exchange: The request that made it, or that found it.
    """

    resource: Resource
    path: Mapping[str, str]
    parents: Mapping[str, str]
    identity: str
    sent: Mapping[str, Any]
    shown: Mapping[str, Any]
    exchange: Exchange


def full_path(subject: Subject, parents: Mapping[str, str], identity: str) -> dict[str, str]:
    """Return a value for each parameter of an item's path, by position."""
    names = [item["name"] for item in subject.path_parameters]
    return dict(zip(names, [*parents.values(), identity], strict=False))


def item_of(resource: Resource, exchange: Exchange) -> Mapping[str, Any] | None:
    """Return the item that an answer shows: its body, or the one member that holds the identity."""
    body = exchange.json
    if not isinstance(body, Mapping):
        return None
    name = resource.identity.field if resource.identity else None
    if name is None or name in body:
        return body
    inner = [value for value in body.values() if isinstance(value, Mapping) and name in value]
    return inner[0] if len(inner) == 1 else body


def identity_in(resource: Resource, item: Mapping[str, Any] | None) -> str | None:
    """Return what tells an item from others, as a path spells it."""
    value = item.get(resource.identity.field) if item and resource.identity else None
    is_plain = isinstance(value, (str, int)) and not isinstance(value, bool) and value != ""
    return spelled(value) if is_plain else None


def shows_another(subject: Subject, exchange: Exchange, identity: str) -> bool:
    """Whether an answer names itself by another identity than it was asked for."""
    resource = resources(subject.document).of(subject.operation)
    if resource is None or resource.identity is None:
        return False
    # What stands below the thing that was asked for has an identity of its own.
    is_own = resource.identity.parameter == subject.id_parameter["name"] and not subject.is_list
    own = identity_in(resource, item_of(resource, exchange)) if is_own else None
    return own is not None and own != identity


def identity_at(resource: Resource, exchange: Exchange) -> str | None:
    """Return the identity in the address of what was made. Source: RFC 9110, section 10.2.2 (Location)."""
    location = urlsplit(exchange.headers.get("location", "")).path
    if not location or resource.item_path is None:
        return None
    wanted = template(resource.item_path).segments
    found = [part for part in location.split("/") if part][-len(wanted) :]
    fits = len(found) == len(wanted) and all(
        is_parameter(part) or part == other for part, other in zip(wanted, found, strict=True)
    )
    return unquote(found[-1]) if fits and is_parameter(wanted[-1]) else None


def may_be(views: Composition, schema: View, value: Any) -> bool:
    """Whether a schema has room for a value of this type; what is sent as a text may be shown as a list."""
    kinds = {kind for item in views.alternatives(schema) for kind in types_of(item)}
    if not kinds or isinstance(value, File):
        return not kinds
    kind = next((name for name, types in _TYPES if isinstance(value, types)), "null")
    return kind in kinds or (kind == "integer" and "number" in kinds)


def shown_members(resource: Resource, sent: Mapping[str, Any], document: Mapping[str, Any]) -> list[str]:
    """Return the names of what was sent that a thing shows such as it was sent."""
    views = composition(document)
    shown = [views.properties(item) for item in views.alternatives(resource.schema)]
    return [
        name
        for name, value in sent.items()
        if any(name in item and may_be(views, item[name], value) for item in shown)
    ]


_TYPES: tuple[tuple[str, type | tuple[type, ...]], ...] = (
    ("boolean", bool),
    ("integer", int),
    ("number", float),
    ("string", str),
    ("array", list),
    ("object", Mapping),
)


def differing(
    expected: Mapping[str, Any], found: Mapping[str, Any], names: Sequence[str] | None = None
) -> list[str]:
    """Return the members in which one thing is not as expected, among those that it shows."""
    chosen = expected if names is None else names
    return [name for name in chosen if name in expected and not is_same(expected[name], found.get(name))]


def is_same(expected: Any, found: Any) -> bool:
    """Whether a value came back as it was sent; an object may have gained members."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        return all(name in found and is_same(value, found[name]) for name, value in expected.items())
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(is_same, expected, found))
    if isinstance(expected, str) and isinstance(found, str) and expected != found:
        # One moment is written in several ways (RFC 3339).
        return expected[10:11] == "T" and expected[:19] == found[:19]
    if isinstance(expected, File):
        return True
    return (type(expected) is type(found) and bool(expected == found)) or (
        _is_number(expected) and _is_number(found) and bool(expected == found)
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
