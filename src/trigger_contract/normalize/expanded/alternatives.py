"""What the expanded dialect shows of a schema at the root of a body, a response or a parameter.

Sites write such a root as a sum of products: references followed, every combination of ``oneOf``,
``anyOf``, ``allOf`` and the types of a list multiplied out, each product merged into one plain schema,
and of that only the keywords that its type has words for. Two roots, one of either dialect, say the same
if they show the same once both are multiplied out. Below the root a schema stands as its source has it.
Source: the site generator's own converter, read and tried out; see benchmarks/dialects.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from trigger_contract.document.composition import UNIONS, Composition, composition
from trigger_contract.document.conjunction import is_number, types_of
from trigger_contract.document.references import resolve
from trigger_contract.errors import UserError
from trigger_contract.normalize.located import as_map, list_of, map_of

# Shown where a page shows them, but lost by most versions of the generator, or for some values.
_MAYBE_LOST = frozenset(("pattern", "uniqueItems", "contentMediaType", "contentEncoding"))

_ENDS = ("default", "example")
_NUMBER = ("multipleOf", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "const", *_ENDS)
_FILE = ("contentMediaType", "contentEncoding")
_KEPT: dict[str, tuple[str, ...]] = {
    "boolean": _ENDS,
    "null": (),
    "number": _NUMBER,
    "integer": _NUMBER,
    "string": ("format", "pattern", "minLength", "maxLength", "const", *_FILE, *_ENDS),
    "array": ("items", "minItems", "maxItems", "uniqueItems", *_ENDS),
    "object": (*("properties", "required", "additionalProperties", "minProperties", "maxProperties"), *_ENDS),
}
ROOT = frozenset(word for words in _KEPT.values() for word in words) | {
    *("type", "enum", "title", "description", "readOnly", "writeOnly", "deprecated", "examples"),
    *("x-ref-identifier", "$ref", "allOf", "anyOf", "oneOf", "not", "nullable", "discriminator"),
}
"""What stands at roots; compositions and references at those that older versions of the generator wrote."""

# What tells the type of a schema that does not say it.
_SIGNS = {
    "string": ("format", "contentMediaType", "minLength", "maxLength"),
    "number": ("multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    "array": ("items", "minItems", "maxItems"),
    "object": ("additionalProperties", "properties", "minProperties", "maxProperties"),
}

Place = Literal["request", "response", ""]
_Page = Mapping[str, Any]


def same_root(
    shown: Any,
    page: _Page,
    full: Any,
    full_page: _Page,
    place: Place | None = None,
) -> bool:
    """Whether a root of the expanded dialect is what that dialect shows of another root.

    Args:
        shown: The root as it was read from an expanded page.
        page: The document of that page.
        full: The root of a page whose dialect loses nothing.
        full_page: The document of that page.
        place: Where both stand: a request does not show what is read-only, a response not what is
            write-only. None if the schema is known from no place: then either may be missing.
    """
    known = ROOT.union(as_map(full))
    if not all(known.issuperset(as_map(root)) for root in (shown, *list_of(shown, "anyOf"))):
        return False  # words that the dialect never writes
    try:
        ours = list(_shown(shown, page, "" if place is not None else None))
        theirs = list(_shown(full, full_page, place))
        pairs = [
            {index for index, other in enumerate(theirs) if _same(alternative, other, place, full_page)}
            for alternative in ours
        ]
    except UserError:  # a reference that leads off the page, or a circle
        return False
    matched = set().union(*pairs)
    # Null beside a composition shows only where it is an alternative of its own, not as `nullable`.
    return all(pairs) and all(
        index in matched or other == {"type": "null"} for index, other in enumerate(theirs)
    )


def _same(first: dict[str, Any], second: dict[str, Any], place: Place | None, page: _Page) -> bool:
    for key in first.keys() | second.keys():
        if key == "properties":
            ours, theirs = first.get(key, {}), second.get(key, {})
            hidden = ours.keys() ^ theirs.keys() if place is None else ()
            if any(name not in hidden and ours.get(name) != theirs.get(name) for name in ours | theirs):
                return False
            views = composition(page)
            one_way = (views.view(ours.get(name, theirs.get(name))) for name in hidden)
            if not all(schema.get("readOnly") or schema.get("writeOnly") for schema in one_way):
                return False
        elif key in first and key in second:
            if _unordered(first[key]) != _unordered(second[key]):
                return False
        elif not (key in _MAYBE_LOST and key in second) and key not in ("description", "example"):
            return False
    return True


def _unordered(value: Any) -> Any:
    if isinstance(value, str):
        return value.split()
    if isinstance(value, list) and not any(isinstance(item, (dict, list)) for item in value):
        return sorted(map(repr, value))
    return value


def _shown(schema: Any, page: _Page, place: Place | None) -> Iterator[dict[str, Any]]:
    """Yield the alternatives of a root, each with one type."""
    views = composition(page)
    root = views.view(schema)
    alone = {"allOf", *UNIONS}.isdisjoint(as_map(resolve(page, schema))) and len(types_of(root)) < 2
    if any(types_of(views.view(member)) == ("null",) for word in UNIONS for member in list_of(root, word)):
        yield {"type": "null"}
    for view in views.alternatives(schema):
        if {"not": {}} not in list_of(view, "allOf"):
            visible = _visible(view, views, place)
            for kind in types_of(view) or (_inferred(visible),):
                yield _kept(visible, kind, alone)


def _visible(view: Mapping[str, Any], views: Composition, place: Place | None) -> dict[str, Any]:
    """Return what shows of a view: without what goes the other way only, the first example for all."""
    hidden = {"request": "readOnly", "response": "writeOnly"}.get(place or "", "")
    shown = dict(view)
    if "properties" in view:
        properties = map_of(view, "properties")
        shown["properties"] = {
            name: schema
            for name, schema in properties.items()
            if not (hidden and views.view(schema).get(hidden))
        }
    if place != "" and "required" in view:
        # What is hidden because it goes the other way only is not required on this way.
        shown["required"] = [name for name in view["required"] if name in shown.get("properties", {})]
    if "example" not in view and list_of(view, "examples"):
        shown["example"] = view["examples"][0]
    return shown


def _kept(merged: dict[str, Any], kind: str | None, alone: bool) -> dict[str, Any]:
    """Return what shows of an alternative: the keywords that its type has words for."""
    kept: dict[str, Any] = {} if kind is None else {"type": kind}
    if alone and "description" in merged and kind != "null":
        kept["description"] = merged["description"]
    words = _KEPT.get(str(kind), ())
    if list_of(merged, "enum") and kind in ("string", "number", "integer"):
        kept["enum"] = [value for value in merged["enum"] if value is not None]
        words = ("const", *_ENDS)
    kept |= {word: merged[word] for word in words if word in merged}
    if kind == "array":
        kept.setdefault("items", {})
    return {word: value for word, value in kept.items() if value or word not in ("properties", "required")}


def _inferred(merged: Mapping[str, Any]) -> str | None:
    """Tell the type of a schema without one by its keywords, if only one fits."""
    kinds = {kind for kind, words in _SIGNS.items() if not merged.keys().isdisjoint(words)}
    if values := list_of(merged, "enum"):
        kinds |= {"string"} if all(isinstance(value, str) for value in values) else set()
        kinds |= {"number"} if all(map(is_number, values)) else set()
    return kinds.pop() if len(kinds) == 1 else None
