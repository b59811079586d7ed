"""The same thing in several answers: values that one operation closes and another leaves open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trigger_contract.contract.citations import Pointer
from trigger_contract.contract.pointers import items_pointer, property_pointer
from trigger_contract.contract.subjects import Contract, Subject
from trigger_contract.document.composition import Composition, composition
from trigger_contract.document.conjunction import types_of
from trigger_contract.document.paths import template
from trigger_contract.document.words import singular

_DEEPEST = 3
Path = tuple[str, ...]


@dataclass(frozen=True)
class Choice:
    """A text that an answer leaves open, while the same field of the same thing is closed elsewhere.

    Attributes:
        path: Where it stands in a thing, ``*`` for any index.
        values: The values it has elsewhere.
        operation: Where they are documented.
        pointer: Where they are written.
    """

    path: Path
    values: tuple[Any, ...]
    operation: str
    pointer: Pointer


def open_choices(contract: Contract, subject: Subject) -> list[Choice]:
    """Return the texts of a thing that another operation, answering with the same thing, closes.

    Source: two answers are of the same thing where they share an identity and nearly all fields of both, or
    most of the briefer one where the paths name the same.

    Args:
        contract: All operations.
        subject: The operation whose answers leave something open.
    """
    mine = thing_of(subject)
    found: dict[Path, Choice] = {}
    views = composition(contract.document)
    if "properties" not in mine:
        return []
    opened = {path for path, view in _texts(views, mine) if "enum" not in view and "const" not in view}
    for other in contract.subjects:
        theirs = thing_of(other)
        if other.name == subject.name or not _is_same(mine, theirs, _noun(subject) == _noun(other)):
            continue
        for path, view in _texts(views, theirs):
            if path in opened and "enum" in view and len(view["enum"]) > 1:
                known = found.get(path)
                values = tuple(dict.fromkeys((*(known.values if known else ()), *view["enum"])))
                found[path] = Choice(path, values, other.name, _pointer(other, path))
    return list(found.values())


def thing_of(subject: Subject) -> Mapping[str, Any]:
    """Return the view of one thing that an operation answers with."""
    return subject.item_schema if subject.items is not None else subject.answer_schema


def _noun(subject: Subject) -> str:
    return singular(template(subject.operation.path).noun.lower())


def _is_same(one: Mapping[str, Any], other: Mapping[str, Any], is_named_alike: bool) -> bool:
    first, second = (one.get("properties") or {}).keys(), (other.get("properties") or {}).keys()
    if "id" not in first or "id" not in second:
        return False
    if is_named_alike:
        return len(first & second) * 2 > min(len(first), len(second))
    return len(first & second) * 4 > max(len(first), len(second)) * 3


def _texts(
    views: Composition, thing: Mapping[str, Any], path: Path = ()
) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield the texts of a thing and of the objects in it, each with where it stands."""
    if len(path) > _DEEPEST:
        return
    for name, view in views.properties(thing).items():
        is_array = "array" in types_of(view)
        inner = views.items(view) if is_array else view
        below = (*path, name, "*") if is_array else (*path, name)
        if "properties" in inner:
            yield from _texts(views, inner, below)
        elif "string" in types_of(inner):
            yield below, inner


def _pointer(subject: Subject, path: Path) -> Pointer:
    """Return where a field of an operation's thing is described."""
    place = subject.item_pointer if subject.items is not None else subject.response_pointer
    for token in path:
        is_item = token == "*"
        place = (
            items_pointer(subject.document, place)
            if is_item
            else property_pointer(subject.document, place, (token,))
        )
    return place
