"""Which field of a thing tells it from all others."""

from __future__ import annotations

from trigger_contract.document.composition import Composition, View
from trigger_contract.document.conjunction import types_of
from trigger_contract.document.words import flat, singular, words

_CONVENTIONAL = ("id", "uuid", "guid", "key", "slug", "name", "identifier", "code", "handle", "ref", "number")
"""What an identity is called, the surest first."""

_SCALARS = frozenset(("string", "integer", "number"))


def scalar_fields(views: Composition, schema: View) -> dict[str, View]:
    """Return the fields of a thing that can identify it: texts and numbers."""
    fields: dict[str, View] = {}
    for alternative in views.alternatives(schema):
        for name, view in views.properties(alternative).items():
            kinds = set(types_of(view)) - {"null"}
            if (kinds and kinds <= _SCALARS) or (
                not kinds and "properties" not in view and "items" not in view
            ):
                fields.setdefault(name, view)
    return fields


def identity_of(views: Composition, schema: View, parameter: str = "", noun: str = "") -> str | None:
    """Return the name of the field that identifies a thing, or None where none does for certain.

    Args:
        views: The views of the document.
        schema: The thing.
        parameter: The path parameter that takes its identity, ``runId``, where there is one.
        noun: What the thing is called, ``runs``, where that is known.
    """
    fields = scalar_fields(views, schema)
    by_name = {flat(name): name for name in reversed(list(fields))}
    wanted = flat(parameter)
    if wanted and wanted in by_name:
        return by_name[wanted]
    ending = words(parameter)[-1:] if parameter else ()
    thing = singular(flat(noun)) if noun else ""
    last = [word for word in ending if word in _CONVENTIONAL]
    candidates = [*ending, *(thing + word for word in (*last, *_CONVENTIONAL[:4]) if thing), *_CONVENTIONAL]
    return next((by_name[name] for name in candidates if name in by_name), None)
