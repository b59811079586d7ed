"""Items that mention each other: parents, children, roots, found by the form of the schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trigger_contract.contract.subjects import Subject
from trigger_contract.document.composition import composition
from trigger_contract.document.conjunction import types_of


@dataclass(frozen=True)
class Mention:
    """An item inside another item's answer.

    Attributes:
        place: Where it stands, as a JSON Pointer with ``*`` for an index.
        name: The name of the field, for example ``parent``.
        item: What is said of it.
    """

    place: str
    name: str
    item: Mapping[str, Any]


@dataclass(frozen=True)
class Kinship:
    """Where a detail tells of its relatives.

    Attributes:
        group: The object that holds them, for example ``relatedRuns``.
        parent: The field of the parent, if there is one.
        children: The field of the children, if there is one.
        root: The field of the root, if there is one.
        depth: The field that counts generations, if there is one.
    """

    group: str
    parent: str | None
    children: str | None
    root: str | None
    depth: str | None


def is_detail(subject: Subject) -> bool:
    """Answers with one item of a list, in more detail."""
    return subject.is_detail


def has_kinship(subject: Subject) -> bool:
    """A detail that tells of parent or children."""
    return is_detail(subject) and kinship(subject) is not None


def kinship(subject: Subject) -> Kinship | None:
    """Find where a detail tells of its relatives."""
    properties = subject.answer_schema.get("properties", {})
    for group, raw in properties.items():
        inner = composition(subject.document).properties(raw)
        named = {name.lower(): name for name in inner}
        if "parent" in named or "children" in named:
            depth = next((name for name in ("depth", "level") if name in properties), None)
            return Kinship(group, named.get("parent"), named.get("children"), named.get("root"), depth)
    return None


def embedded_items(subject: Subject, body: Mapping[str, Any], identity: str) -> Iterator[Mention]:
    """Yield every item inside an answer: objects whose schema shares most of the answer's fields."""
    for place, name, path in _places(subject, identity):
        value: Any = body
        for token in path:
            value = value.get(token) if isinstance(value, Mapping) else None
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, Mapping):
                yield Mention(place, name, item)


def embedded_places(subject: Subject, identity: str) -> list[str]:
    """Return where items stand inside an answer, as JSON Pointers."""
    return [place for place, _, _ in _places(subject, identity)]


def _places(subject: Subject, identity: str) -> list[tuple[str, str, tuple[str, ...]]]:
    whole = set(subject.answer_schema.get("properties", {}))
    found = []
    for path, schema in _objects(subject, subject.answer_schema, ()):
        fields = set(schema.get("properties", {}))
        if path and identity in fields and len(fields & whole) * 2 > len(whole):
            found.append(("/" + "/".join(path), path[-1], path))
    return found


def _objects(
    subject: Subject, schema: Mapping[str, Any], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    yield path, schema
    if len(path) >= 3:
        return
    for name, raw in (schema.get("properties") or {}).items():
        views = composition(subject.document)
        inner = views.view(raw)
        if "array" in types_of(inner):
            inner = views.items(inner)
        if inner.get("properties"):
            yield from _objects(subject, inner, (*path, name))
