"""From what the document knows of a list to how the client walks it."""

from __future__ import annotations

from collections.abc import Mapping

from trigger_contract.document.pagination import Pagination
from trigger_contract.generate.plan import Method, Page
from trigger_contract.generate.reading import SchemaReader
from trigger_contract.generate.schemas import ArrayOf, Named, Nullable, Scalar, Type


def read_page(
    found: Pagination, method: Method, by_wire: Mapping[str, str], reader: SchemaReader
) -> Page | None:
    """Return how a list is walked in terms of arguments and attributes.

    None where the answer has no one type that holds the items.
    """
    if len(method.result_types) != 1 or method.result_types[0] is None or method.verb != "GET":
        return None
    answer = method.result_types[0]
    items, holder = _attributes(found.items, answer, reader)
    array = _plain(holder)
    if not isinstance(array, ArrayOf):
        return None

    def path(keys: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return None if keys is None else _attributes(keys, answer, reader)[0]

    after = by_wire.get(found.after.name) if found.after else None
    if after is None and found.kind not in ("url", "link"):
        return None
    return Page(
        kind=found.kind,
        items=items,
        item=array.item,
        size=by_wire.get(found.size.name) if found.size else None,
        after=after,
        before=by_wire.get(found.before.name) if found.before else None,
        next=path(found.next),
        previous=path(found.previous),
        has_more=path(found.has_more),
        total=path(found.total),
        total_pages=path(found.total_pages),
        number=path(found.number),
        first=found.first,
        identity=_identity(found, array.item, reader),
    )


def _identity(found: Pagination, item: Type, reader: SchemaReader) -> str | None:
    """The attribute that tells items apart: what the list itself goes by, else a text called ``id``."""
    plain = _plain(item)
    model = None if plain is None else reader.model(plain)
    for wire in (found.identity, "id"):
        for entry in model.fields if model else ():
            if entry.wire == wire and entry.type in (Scalar("string"), Scalar("integer"), Scalar("uuid")):
                return entry.name
    return None


def _attributes(
    keys: tuple[str, ...], type_: Type, reader: SchemaReader
) -> tuple[tuple[str, ...], Type | None]:
    """Turn names in the JSON into attributes of the models they lead through, and say what stands there."""
    names: list[str] = []
    here: Type | None = type_
    for key in keys:
        plain = None if here is None else _plain(here)
        model = reader.model(plain) if isinstance(plain, Named) else None
        entry = next((entry for entry in model.fields if entry.wire == key), None) if model else None
        names.append(entry.name if entry else key)
        here = entry.type if entry else None
    return tuple(names), here


def _plain(type_: Type | None) -> Type | None:
    return type_.inner if isinstance(type_, Nullable) else type_
