"""Example values that a documentation site made up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

_MADE_UP_TEXT = frozenset(
    (
        "<string>",
        "<any>",
        "<unknown>",
        "<object>",
        "<array>",
        "",
        "2023-11-07T05:31:56Z",
        "2023-12-25",
        "jsmith@example.com",
        "aSDinaTvuI8gbWludGxpZnk=",
        "3c90c3cc-0d44-4b50-8888-8dd25736052a",
    )
)
_MAXIMUM_DEPTH = 20
_MADE_UP_NUMBERS = (123, 1, 2, 0.5)

UNKNOWN = frozenset(("<unknown>", "<any>"))


def is_made_up(value: Any, schema: Any, lookup: Callable[[str], Any], depth: int = 0) -> bool:
    """Whether every value of an example follows from the schema or is one of the site's fillers.

    Args:
        value: The example.
        schema: Its schema.
        lookup: Returns what a reference points to, or None where that is cut off the page.
        depth: How many references and members of compositions have been gone through.
    """
    if not isinstance(schema, Mapping):
        schema = {}
    if isinstance(value, str) and value in UNKNOWN:
        return True
    if value == schema.get("example", ...) or value == schema.get("default", ...):
        return True
    if isinstance(schema.get("examples"), list) and value in schema["examples"][:1]:
        return True
    if isinstance(schema.get("enum"), list):
        return bool(value in schema["enum"])
    if value == schema.get("const", ...):
        return True
    if depth > _MAXIMUM_DEPTH:
        return True
    if isinstance(schema.get("$ref"), str):
        target = lookup(schema["$ref"])
        return target is None or is_made_up(value, target, lookup, depth + 1)
    if any(schema.get(word) for word in ("anyOf", "oneOf", "allOf")):
        return True
    if isinstance(value, dict):
        properties = schema.get("properties")
        if not isinstance(properties, Mapping):  # a component whose form has not been looked at yet
            properties = {}
        extra = schema.get("additionalProperties", {})
        if properties and not extra and not value.keys() <= properties.keys():
            return False
        return all(
            is_made_up(item, properties.get(name, extra), lookup, depth) for name, item in value.items()
        )
    if isinstance(value, list):
        items = schema.get("items", {})
        return len(value) <= 1 and all(is_made_up(item, items, lookup, depth) for item in value)
    if isinstance(value, str):
        return value in _MADE_UP_TEXT
    if isinstance(value, bool) or value is None:
        return value is not False
    least, most = schema.get("minimum"), schema.get("maximum")
    if isinstance(least, (int, float)) and isinstance(most, (int, float)) and value in _middle(least, most):
        return True
    return value in _MADE_UP_NUMBERS or value in (least, most)


def _middle(least: float, most: float) -> tuple[float, float]:
    """What a site makes up between two bounds: the middle, for an integer the whole number below it."""
    return (least + most) / 2, (least + most) // 2
