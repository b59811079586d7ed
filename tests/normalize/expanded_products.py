"""Schemas multiplied out, as the converter of the expanded dialect does: sums of products, merged."""

from __future__ import annotations

import copy
import itertools
import math
from typing import Any

Product = list[tuple[int, dict[str, Any]]]

_COMPOSED = ("oneOf", "anyOf", "allOf")
_LAST = ("refIdentifier", "examples", "format", "contentMediaType", "contentEncoding", "default", "const")
_CHOOSE = {
    **dict.fromkeys(("maxLength", "maxItems", "maxProperties"), min),
    **dict.fromkeys(("minLength", "minItems", "minProperties"), max),
    "multipleOf": math.lcm,
}


def products(
    document: dict[str, Any], schema: Any, depth: int = 0, seen: frozenset[str] = frozenset()
) -> list[Product]:
    """Write a schema as a sum of products of plain schemas, each with its depth."""
    if not isinstance(schema, dict):
        return [[(depth, {})]]
    whole = "$ref" in schema
    if whole:
        reference = schema["$ref"]
        named = document.get("components", {}).get("schemas", {})
        target = named.get(reference.rpartition("/")[2])
        if reference in seen or not isinstance(target, dict):
            return [[(depth, {})]]
        texts = {word: schema[word] for word in ("title", "description") if word in schema}
        schema, seen = {**target, **texts, "refIdentifier": reference}, seen | {reference}
    kinds = schema.get("type")
    nullable = schema.get("nullable") is True
    if not isinstance(kinds, list) and not nullable and not any(schema.get(word) for word in _COMPOSED):
        return [[(depth, schema)]]
    factors: list[list[Product]] = []
    for word in ("oneOf", "anyOf"):
        if word in schema:
            below = (products(document, member, depth + 1, seen) for member in schema[word])
            factors.append([product for member in below for product in member])
    factors.extend(products(document, member, depth + 1, seen) for member in schema.get("allOf", ()))
    base = {key: value for key, value in schema.items() if key not in (*_COMPOSED, "not", "type")}
    if base or whole or kinds is not None:
        types = [*kinds] if isinstance(kinds, list) else [kinds]
        types += ["null"] if nullable and "null" not in types else []
        factors.append([[(depth, {**base, **({"type": kind} if kind else {})})] for kind in types])
    return [list(itertools.chain(*parts)) for parts in itertools.product(*factors)]


def combined(document: dict[str, Any], product: Product, place: str) -> dict[str, Any] | None:
    """Merge a product from the outside in; None where the types exclude one another."""
    result: dict[str, Any] = {}
    for _, part in sorted(product, key=lambda entry: (entry[0], "type" not in entry[1])):
        kinds = {part[key] for part in (result, part) for key in ("type",) if key in part}
        if kinds == {"integer", "number"}:
            kinds = {"integer"}
        if len(kinds) > 1:
            return None
        if kinds:
            result["type"] = kinds.pop()
        if "title" in part and ("type" in part or "title" not in result):
            result["title"] = part["title"]
        _combine_texts(result, part)
        for key in _LAST:
            if key in part:
                result[key] = part[key]
        for key, choose in _CHOOSE.items():
            if key in part:
                result[key] = choose(result[key], part[key]) if key in result else part[key]
        _combine_bounds(result, part)
        _combine_below(document, result, part, place)
    return result


def _combine_texts(result: dict[str, Any], part: dict[str, Any]) -> None:
    text = part.get("description")
    if text and result.get("description") and text not in result["description"]:
        result["description"] = f"{result['description']}\n{text}"
    elif text and not result.get("description"):
        result["description"] = text
    if "example" in part:
        both = isinstance(part["example"], dict) and isinstance(result.get("example"), dict)
        result["example"] = {**result["example"], **part["example"]} if both else part["example"]
    for key in ("readOnly", "writeOnly", "deprecated"):
        if key in part:
            result[key] = part[key]
    if "required" in part:
        known = result.get("required", [])
        result["required"] = [*known, *(name for name in part["required"] if name not in known)]
    if "enum" in part:
        result["enum"] = [value for value in result.get("enum", part["enum"]) if value in part["enum"]]


def _combine_bounds(result: dict[str, Any], part: dict[str, Any]) -> None:
    """Write an exclusive bound as a flag beside the bound, even where the source is of 3.1."""
    for bound, exclusive, sign in (("minimum", "exclusiveMinimum", -1), ("maximum", "exclusiveMaximum", 1)):
        limits = []
        for schema in (result, part):
            flag = schema.get(exclusive)
            if isinstance(flag, bool) or flag is None:
                limits += [(schema[bound], bool(flag))] if bound in schema else []
            else:
                limits += [(flag, True), *([(schema[bound], False)] if bound in schema else [])]
        if limits:
            result[bound], flag = min(limits, key=lambda limit: (sign * limit[0], not limit[1]))
            result.pop(exclusive, None)
            if flag:
                result[exclusive] = True


def _combine_below(
    document: dict[str, Any], result: dict[str, Any], part: dict[str, Any], place: str
) -> None:
    hidden = {"request": "readOnly", "response": "writeOnly"}.get(place)
    for name, schema in part.get("properties", {}).items():
        target = schema
        while isinstance(target, dict) and "$ref" in target:
            target = document["components"]["schemas"].get(target["$ref"].rpartition("/")[2])
        if not (hidden and isinstance(target, dict) and target.get(hidden)):
            known = result.setdefault("properties", {}).setdefault(name, {"allOf": []})
            known["allOf"].append(copy.deepcopy(schema))
    if "items" in part:
        result.setdefault("items", {"allOf": []})["allOf"].append(part["items"])
    additional = part.get("additionalProperties")
    if additional is False:
        result["additionalProperties"] = False
    elif isinstance(additional, dict) and result.get("additionalProperties") is not False:
        result.setdefault("additionalProperties", {"allOf": []})["allOf"].append(additional)
