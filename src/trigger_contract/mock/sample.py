"""A value for a schema: what the document shows first, else one made up, always the same."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from trigger_contract.document.composition import composition
from trigger_contract.document.references import resolve

FORMATS = {
    "date-time": "2024-01-02T03:04:05Z",
    "date": "2024-01-02",
    "time": "03:04:05Z",
    "duration": "PT1H",
    "uuid": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "email": "user@example.com",
    "idn-email": "user@example.com",
    "hostname": "example.com",
    "idn-hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "iri": "https://example.com/",
    "uri-reference": "/",
    "json-pointer": "/a",
    "regex": ".*",
    "byte": "dGV4dA==",
}
_DEPTH = 12


def sample(document: Mapping[str, Any], schema: Any, depth: int = 0) -> Any:
    """Return a value for a schema.

    Examples come first, then ``const``, ``default``, ``enum``, then a value made from the keywords.
    Source: JSON Schema 2020-12, validation vocabulary.
    """
    schema = resolve(document, schema)
    if not isinstance(schema, Mapping):
        return {}
    for key in ("example", "const", "default"):
        if key in schema:
            return schema[key]
    for key in ("examples", "enum"):
        if isinstance(schema.get(key), list) and schema[key]:
            return schema[key][0]
    for key in ("oneOf", "anyOf"):
        if schema.get(key):
            return _alternative(document, schema, key, depth)
    if schema.get("allOf"):
        return _together(document, schema, depth)
    return _by_type(document, schema, depth)


def _alternative(document: Mapping[str, Any], schema: Mapping[str, Any], key: str, depth: int) -> Any:
    rest = {name: value for name, value in schema.items() if name != key}
    choices = [resolve(document, choice) for choice in schema[key]]
    # An alternative that leads deeper into a recursive schema is the wrong one to follow for ever.
    choices.sort(key=lambda choice: depth > _DEPTH // 2 and _kind(choice) in ("object", "array"))
    value = sample(document, choices[0], depth + 1)
    if isinstance(value, dict) and (rest.get("properties") or rest.get("allOf")):
        outer = sample(document, rest, depth + 1)
        value = {**outer, **value} if isinstance(outer, dict) else value
    return value


def _together(document: Mapping[str, Any], schema: Mapping[str, Any], depth: int) -> Any:
    """Make a value for all parts of an ``allOf``; what cannot be told as one schema adds its own fields."""
    view = composition(document).view(schema)
    value = sample(document, {name: part for name, part in view.items() if name != "allOf"}, depth + 1)
    for part in view.get("allOf", ()):
        inner = sample(document, part, depth + 1) if {"oneOf", "anyOf"} & set(part) else None
        if isinstance(inner, dict) and isinstance(value, dict):
            value = {**inner, **value}
    return value


def _kind(schema: Mapping[str, Any]) -> str:
    declared = schema.get("type")
    if isinstance(declared, list):
        declared = next((kind for kind in declared if kind != "null"), "null")
    if declared:
        return str(declared)
    for keyword, kind in (("properties", "object"), ("additionalProperties", "object"), ("items", "array")):
        if keyword in schema:
            return kind
    for keyword, kind in (
        ("minimum", "number"),
        ("maximum", "number"),
        ("pattern", "string"),
        ("format", "string"),
    ):
        if keyword in schema:
            return kind
    return "object"


def _by_type(document: Mapping[str, Any], schema: Mapping[str, Any], depth: int) -> Any:
    match _kind(schema):
        case "object":
            return _object(document, schema, depth)
        case "array":
            return _array(document, schema, depth)
        case "integer":
            return _number(schema, whole=True)
        case "number":
            return _number(schema, whole=False)
        case "boolean":
            return True
        case "null":
            return None
        case _:
            return _string(schema)


def _object(document: Mapping[str, Any], schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
    required = set(schema.get("required", ()))
    value = {}
    for name, raw in (schema.get("properties") or {}).items():
        if depth < _DEPTH or (name in required and depth < 4 * _DEPTH):
            resolved = resolve(document, raw)
            if isinstance(resolved, Mapping) and resolved.get("writeOnly") is True:
                continue
            value[name] = sample(document, resolved, depth + 1)
    for name in sorted(required - value.keys()):
        extra = schema.get("additionalProperties")
        value[name] = sample(document, extra, depth + 1) if isinstance(extra, Mapping) else "value"
    return value


def _array(document: Mapping[str, Any], schema: Mapping[str, Any], depth: int) -> list[Any]:
    least = int(schema.get("minItems", 0))
    prefix = [sample(document, item, depth + 1) for item in schema.get("prefixItems", ())]
    if schema.get("items") is False or depth > _DEPTH:
        return prefix
    count = min(max(least, 1), int(schema.get("maxItems", 1) if least <= 1 else least), 100)
    items: list[Any] = list(prefix)
    while len(items) < count:
        item = sample(document, schema.get("items") or {}, depth + 1)
        if schema.get("uniqueItems") and item in items:
            item = _another(item, len(items))
        items.append(item)
    return items


def _another(item: Any, number: int) -> Any:
    """Return a value unlike the ones before, where the item's type allows one."""
    if isinstance(item, bool):
        return not item
    if isinstance(item, (int, float)):
        return item + number
    return f"{item}{number}" if isinstance(item, str) else item


def _number(schema: Mapping[str, Any], *, whole: bool) -> float:
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    value: float = 1
    if low is not None and (
        value < low or ("exclusiveMinimum" in schema and value <= schema["exclusiveMinimum"])
    ):
        value = low + (1 if "exclusiveMinimum" in schema else 0)
    if high is not None and (
        value > high or ("exclusiveMaximum" in schema and value >= schema["exclusiveMaximum"])
    ):
        value = high - (1 if "exclusiveMaximum" in schema else 0)
        if low is not None and value < low:
            value = (low + high) / 2
    if step := schema.get("multipleOf"):
        value = math.ceil(value / step) * step
        value = value - step if high is not None and value > high else value
    return math.ceil(value) if whole else value


def _string(schema: Mapping[str, Any]) -> str:
    if schema.get("format") in FORMATS:
        return FORMATS[schema["format"]]
    least, most = int(schema.get("minLength", 0)), schema.get("maxLength")
    if pattern := schema.get("pattern"):
        from trigger_contract.mock.pattern import matching

        return matching(pattern, least)
    text = "string"
    if len(text) < least:
        text = (text * math.ceil(least / len(text)))[:least]
    return text if most is None else text[: int(most)]


def is_json(media_type: str) -> bool:
    """Whether a media type is JSON. Source: RFC 6839 section 3.1 (the ``+json`` suffix)."""
    return bool(re.fullmatch(r"application/(?:[^;]+\+)?json", media_type.split(";")[0].strip().lower()))
