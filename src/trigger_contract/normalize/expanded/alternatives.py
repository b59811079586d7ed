"""What the expanded dialect shows of a schema at the root of a body, a response or a parameter.

Sites write such a root as a sum of products: references followed, every combination of ``oneOf``,
``anyOf``, ``allOf`` and the types of a list multiplied out, each product merged into one plain schema,
and of that only the keywords that its type has words for. Two roots, one of either dialect, say the same
if they show the same. Below the root a schema stands as its source has it.
Source: the site generator's own converter, read and tried out; see benchmarks/dialects.py.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from operator import ge, le
from typing import Any, Literal

from trigger_contract.document.conjunction import is_number, merge
from trigger_contract.normalize.located import Lookup, as_map, follow, list_of, map_of, text_of

# Shown where a page shows them, but lost by most versions of the generator.
_MAYBE_LOST = frozenset(("pattern", "uniqueItems"))
_MAXIMUM = 256

_ENDS = ("default", "example")
_NUMBER = ("multipleOf", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "const", *_ENDS)
_KEPT: dict[str, tuple[str, ...]] = {
    "boolean": _ENDS,
    "null": (),
    "number": _NUMBER,
    "integer": _NUMBER,
    "string": ("format", "pattern", "minLength", "maxLength", "const", *_ENDS),
    "array": ("items", "minItems", "maxItems", "uniqueItems", *_ENDS),
    "object": (*("properties", "required", "additionalProperties", "minProperties", "maxProperties"), *_ENDS),
}
# Compositions and references stand at roots that older versions of the generator wrote.
_ROOT = frozenset(word for words in _KEPT.values() for word in words) | {
    *("type", "enum", "title", "description", "readOnly", "writeOnly", "deprecated", "examples"),
    *("contentEncoding", "contentMediaType", "x-ref-identifier"),
    *("$ref", "allOf", "anyOf", "oneOf", "not", "nullable", "discriminator"),
}
_COMPOSED = frozenset(("type", "$ref", "allOf", "anyOf", "oneOf"))
_TYPED = frozenset(("properties", "items", "enum", "required"))
_FILES = ("image/", "audio/", "video/")
_ARCHIVES = frozenset(
    f"application/{name}"
    for name in (
        *("octet-stream", "pdf", "zip", "gzip", "x-gzip", "x-zip-compressed", "x-tar"),
        *("x-7z-compressed", "vnd.rar", "x-rar-compressed"),
    )
)

Place = Literal["request", "response", ""]
_Simple = Mapping[str, Any]
_Product = list[tuple[int, _Simple]]


def same_root(
    shown: Any, shown_lookup: Lookup, full: Any, full_lookup: Lookup, place: Place | None = None
) -> bool:
    """Whether a root of the expanded dialect is what that dialect shows of another root.

    Args:
        shown: The root as it was read from an expanded page.
        shown_lookup: Returns what a reference on that page points to, or None.
        full: The root of a page whose dialect loses nothing.
        full_lookup: The same for that page.
        place: Where both stand: a request does not show what is read-only, a response not what is
            write-only. None if the schema is known from no place: then either may be missing.
    """
    if _unheard_of(shown, full):
        return False
    ours = _shown(shown, shown_lookup, "" if place is not None else None)
    theirs = _shown(full, full_lookup, place)
    if ours is None or theirs is None:
        return False
    pairs = [
        {index for index, other in enumerate(theirs) if _same(alternative, other, place, full_lookup)}
        for alternative in ours
    ]
    matched = set().union(*pairs)
    # Null beside a composition shows only where it is an alternative of its own, not as `nullable`.
    return all(pairs) and all(
        index in matched or other == {"type": "null"} for index, other in enumerate(theirs)
    )


def _unheard_of(shown: Any, full: Any) -> bool:
    """Whether a root has words that the dialect never writes, and that are not the other root's either.

    It never writes what a value of some type has to be without the type.
    """
    roots = [shown, *list_of(shown, "anyOf")]
    known = _ROOT.union(as_map(full))
    for root in map(as_map, roots):
        untyped = _COMPOSED.isdisjoint(root) and not _TYPED.isdisjoint(root)
        if untyped or not known.issuperset(root):
            return True
    return False


def _same(first: dict[str, Any], second: dict[str, Any], place: Place | None, lookup: Lookup) -> bool:
    for key in first.keys() | second.keys():
        if key == "properties":
            ours, theirs = first.get(key, {}), second.get(key, {})
            hidden = ours.keys() ^ theirs.keys() if place is None else ()
            if any(name not in hidden and ours.get(name) != theirs.get(name) for name in ours | theirs):
                return False
            if not all(_one_way(ours.get(name, theirs.get(name)), lookup) for name in hidden):
                return False
        elif key in first and key in second:
            if _unordered(first[key]) != _unordered(second[key]):
                return False
        elif not (key in _MAYBE_LOST and key in second) and key not in ("description", "example"):
            return False
    return True


def _one_way(schema: Any, lookup: Lookup) -> bool:
    schema = as_map(follow(schema, lookup))
    return bool(schema.get("readOnly") or schema.get("writeOnly"))


def _unordered(value: Any) -> Any:
    if isinstance(value, str):
        return value.split()
    if isinstance(value, list) and not any(isinstance(item, (dict, list)) for item in value):
        return sorted(map(repr, value))
    return value


def _shown(schema: Any, lookup: Lookup, place: Place | None) -> list[dict[str, Any]] | None:
    """Return the alternatives of a root; None where there are too many."""
    products = _products(schema, lookup, 0, frozenset(), root=True)
    if products is None:
        return None
    found: list[dict[str, Any]] = []
    for product in products:
        merged = _merged(product, lookup, place)
        alternative = _kept(merged, alone=len(product) == 1) if merged is not None else None
        if alternative is not None and alternative not in found:
            found.append(alternative)
    return found or [{}]


def _products(
    schema: Any, lookup: Lookup, depth: int, seen: frozenset[str], root: bool = False
) -> list[_Product] | None:
    """Write a schema as a sum of products of plain schemas; None where there are too many."""
    if not isinstance(schema, Mapping):
        return [[(depth, {})]]
    reference = schema.get("$ref")
    whole = False
    if isinstance(reference, str):
        target = follow(schema, lookup)
        if reference in seen or not isinstance(target, Mapping):
            return [[(depth, {})]]
        seen, whole = seen | {reference}, True
        texts = {word: schema[word] for word in ("title", "description") if word in schema}
        schema = {**target, **texts}
    if root:
        schema = _discriminated(schema)
    types = schema.get("type")
    if not isinstance(types, list) and not any(schema.get(word) for word in ("oneOf", "anyOf", "allOf")):
        return [[(depth, schema)]]
    base = {key: value for key, value in schema.items() if key not in ("oneOf", "anyOf", "allOf", "not")}
    factors: list[list[_Product]] = []
    for word in ("oneOf", "anyOf", "allOf"):
        if not isinstance(schema.get(word), list):
            continue
        below = [_products(member, lookup, depth + 1, seen) for member in schema[word]]
        sums = [member for member in below if member is not None]
        if len(sums) < len(below):
            return None
        factors.extend(sums if word == "allOf" else [[product for member in sums for product in member]])
    if base or whole:
        kinds = types if isinstance(types, list) else [types]
        own = {key: value for key, value in base.items() if key != "type"}
        factors.append([[(depth, own if kind is None else {**own, "type": kind})] for kind in kinds])
    return _multiplied(factors)


def _discriminated(schema: _Simple) -> _Simple:
    """Multiply a root by what its discriminator maps to, where no alternatives are written out."""
    mapping = map_of(schema.get("discriminator"), "mapping")
    if not mapping or schema.get("type") == "array":
        return schema
    written = {text_of(member, "$ref") for member in list_of(schema, "anyOf")} - {""}
    if schema.get("oneOf") or schema.get("allOf") or written == set(mapping.values()):
        return schema
    return {**schema, "allOf": [{"oneOf": [{"$ref": reference} for reference in mapping.values()]}]}


def _multiplied(factors: list[list[_Product]]) -> list[_Product] | None:
    result: list[_Product] = [[]]
    for factor in factors:
        if len(result) * len(factor) > _MAXIMUM:
            return None
        result = [[*product, *other] for product in result for other in factor]
    return result


def _merged(product: _Product, lookup: Lookup, place: Place | None) -> dict[str, Any] | None:
    """Merge one product, from the outside in; None if nothing can satisfy all of it."""
    inside_out = sorted(product, key=lambda entry: (entry[0], "type" not in entry[1]))
    parts = [_visible(part, lookup, place or "") for _, part in inside_out]
    result = merge(parts, _joined)
    if {"not": {}} in result.pop("allOf", ()):
        return None
    for bound, exclusive, tighter in (
        ("minimum", "exclusiveMinimum", ge),
        ("maximum", "exclusiveMaximum", le),
    ):
        if bound in result and exclusive in result:
            both = is_number(result[bound]) and is_number(result[exclusive])
            del result[bound if not both or tighter(result[exclusive], result[bound]) else exclusive]
    steps = [part["multipleOf"] for part in parts if "multipleOf" in part]
    if all(isinstance(step, int) for step in steps[1:]) and len(steps) > 1:
        result["multipleOf"] = math.lcm(*steps)
    if place != "" and "required" in result:
        # What is hidden because it goes the other way only is not required on this way.
        result["required"] = [name for name in result["required"] if name in result.get("properties", {})]
    return result


def _visible(part: _Simple, lookup: Lookup, place: Place) -> dict[str, Any]:
    """Return what shows of one factor: without what goes the other way only, the first example for all."""
    hidden = {"request": "readOnly", "response": "writeOnly"}.get(place, "")
    shown = {key: value for key, value in part.items() if key not in ("properties", "examples")}
    if "properties" in part:
        shown["properties"] = {
            name: schema
            for name, schema in map_of(part, "properties").items()
            if not (hidden and as_map(follow(schema, lookup)).get(hidden))
        }
    if "example" not in part and list_of(part, "examples"):
        shown["example"] = part["examples"][0]
    return shown


def _joined(schemas: Sequence[Any]) -> Any:
    """Write what several factors say of one thing as ``allOf``."""
    if any(schema is False for schema in schemas):
        return False
    said = [schema for schema in schemas if isinstance(schema, Mapping)]
    return said[0] if len(said) == 1 else {"allOf": said}


def _kept(merged: dict[str, Any], alone: bool) -> dict[str, Any] | None:
    """Return what shows of a merged product: the keywords that its type has words for."""
    enum = merged.get("enum")
    kind = merged.get("type") or _inferred(merged)
    kept: dict[str, Any] = {} if kind is None else {"type": kind}
    if alone and "description" in merged and kind != "null":
        kept["description"] = merged["description"]
    if kind is None:
        return kept
    if kind == "string" and (encoding := _file(merged)):
        return {"type": "file", "encoding": encoding, "contentMediaType": merged.get("contentMediaType")}
    words: Iterable[str] = _KEPT.get(str(kind), ())
    if isinstance(enum, list) and kind in ("string", "number", "integer"):
        wanted: Any = str if kind == "string" else (int, float)
        kept["enum"] = [value for value in enum if isinstance(value, wanted) and not isinstance(value, bool)]
        words = ("const", *_ENDS)
    for word in words:
        if word in merged:
            kept[word] = merged[word]
    if kind == "array":
        kept.setdefault("items", {})
    for word in ("properties", "required"):
        if not kept.get(word):
            kept.pop(word, None)
    return kept


def _file(merged: dict[str, Any]) -> str | None:
    form = merged.get("format")
    if form in ("binary", "base64"):
        return str(form)
    media_type = text_of(merged, "contentMediaType").partition(";")[0].strip().lower()
    if media_type.startswith(_FILES) or media_type in _ARCHIVES:
        return "base64" if merged.get("contentEncoding") in ("base64", "base64url") else "binary"
    return None


def _inferred(merged: dict[str, Any]) -> str | None:
    """Tell the type of a schema without one by its keywords, if only one fits."""
    enum = merged.get("enum")
    signs = {
        "string": ("format", "contentMediaType", "minLength", "maxLength"),
        "number": ("multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
        "array": ("items", "minItems", "maxItems"),
        "object": ("additionalProperties", "properties", "minProperties", "maxProperties"),
    }
    kinds = {kind for kind, words in signs.items() if any(word in merged for word in words)}
    if isinstance(enum, list):
        kinds |= {"string"} if all(isinstance(value, str) for value in enum) else set()
        kinds |= {"number"} if all(isinstance(value, (int, float)) for value in enum) else set()
    return kinds.pop() if len(kinds) == 1 else None
