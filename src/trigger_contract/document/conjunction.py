"""Several schemas that hold at once, written as one.

Source: JSON Schema 2020-12, Core, chapter 10.2.1.1 (``allOf``) and Validation, chapter 6. Closed objects are
read as people mean them: ``additionalProperties: false`` in one part closes what all parts together declare.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Join = Callable[[Sequence[Any]], Any]
"""Makes one schema of several that hold for the same value; the same ones always give the same object."""

TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")

_HIGHEST = frozenset(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains"))
_LOWEST = frozenset(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains"))
_ANY_TRUE = frozenset(("uniqueItems", "readOnly", "writeOnly", "deprecated"))
_JOINED = frozenset((
    "items", "additionalProperties", "propertyNames", "unevaluatedProperties", "unevaluatedItems",
    "contentSchema",
))  # fmt: skip
_JOINED_MAPS = frozenset(("properties", "patternProperties", "dependentSchemas"))
# Two different ones cannot be told as one.
_APART = ("oneOf", "anyOf", "not", "const", "pattern", "format", "multipleOf", "contains", "prefixItems")
_CONDITION = ("if", "then", "else")


def merge(parts: Sequence[Mapping[str, Any]], join: Join) -> dict[str, Any]:
    """Return one schema that allows what all parts allow together.

    Args:
        parts: Schemas without ``allOf`` and ``$ref``; what only annotates is taken from the last.
        join: How schemas of one property, or of all items, become one.
    """
    merged: dict[str, Any] = {}
    apart: list[dict[str, Any]] = []
    for key in dict.fromkeys(key for part in parts for key in part):
        values = [part[key] for part in parts if key in part]
        if key in _APART:
            values = distinct(values)
            apart += [{key: value} for value in values[:-1]]
            merged[key] = values[-1]
        elif key not in _CONDITION:
            merged[key] = values[0] if len(values) == 1 else _merged(key, values, join)
    _conditions(parts, merged, apart)
    if merged.get("type") == []:
        del merged["type"]
        apart.append({"not": {}})
    if apart:
        merged["allOf"] = apart
    return merged


def _conditions(
    parts: Sequence[Mapping[str, Any]], merged: dict[str, Any], apart: list[dict[str, Any]]
) -> None:
    """Keep each ``if`` together with its own ``then`` and ``else``."""
    conditions = [{key: part[key] for key in _CONDITION if key in part} for part in parts]
    conditions = distinct([condition for condition in conditions if "if" in condition])
    if conditions:
        merged.update(conditions[-1])
        apart += conditions[:-1]


def _merged(key: str, values: list[Any], join: Join) -> Any:
    if key == "type":
        return _common_types(values)
    if key == "enum":
        return [item for item in values[0] if all(_holds(value, item) for value in values[1:])]
    if key == "required":
        return list(dict.fromkeys(name for value in values if isinstance(value, list) for name in value))
    if key in _HIGHEST or key in _LOWEST:
        numbers = [value for value in values if is_number(value)]
        return (max if key in _HIGHEST else min)(numbers) if numbers else values[-1]
    if key in _ANY_TRUE:
        return any(value is True for value in values)
    if key in _JOINED:
        return join(values)
    if key in _JOINED_MAPS:
        maps = [value for value in values if isinstance(value, Mapping)]
        names = dict.fromkeys(name for value in maps for name in value)
        return {name: join([value[name] for value in maps if name in value]) for name in names}
    if key == "dependentRequired":
        names = dict.fromkeys(name for value in values for name in value)
        return {name: _merged("required", [v[name] for v in values if name in v], join) for name in names}
    return values[-1]


def types_of(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the types that a schema names, in its order; none where it names none."""
    kinds = schema.get("type")
    if isinstance(kinds, str):
        return (kinds,)
    return tuple(kind for kind in kinds if isinstance(kind, str)) if isinstance(kinds, list) else ()


def _common_types(values: list[Any]) -> Any:
    """Return what all lists of types have in common; a whole number is a number."""
    common = list(types_of({"type": values[0]}))
    for value in values[1:]:
        allowed = set(types_of({"type": value}))
        kept = [kind for kind in common if kind in allowed or (kind == "integer" and "number" in allowed)]
        if "number" in common and "integer" in allowed and not {"integer", "number"} & set(kept):
            kept.append("integer")
        common = kept
    return common[0] if len(common) == 1 else common


def with_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema that allows null beside what it allows, by its type and its listed values."""
    wider = dict(schema)
    kinds = types_of(schema)
    if kinds and "null" not in kinds:
        wider["type"] = [*kinds, "null"]
    if isinstance(values := schema.get("enum"), list) and None not in values:
        wider["enum"] = [*values, None]
    elif "const" in schema and schema["const"] is not None:
        del wider["const"]
        wider["enum"] = [schema["const"], None]
    return wider


def is_number(value: Any) -> bool:
    """Whether a value is a number of JSON; Python takes true and false for numbers too."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_same(one: Any, other: Any) -> bool:
    """Whether two values of JSON are equal; ``1`` is ``1.0`` and not ``true``."""
    if one is other:
        return True
    if isinstance(one, (Mapping, list)) or isinstance(other, (Mapping, list)):
        return type(one) is type(other) and json.dumps(one, sort_keys=True) == json.dumps(
            other, sort_keys=True
        )
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)


def distinct(values: Sequence[Any]) -> list[Any]:
    """Return the values without those that are equal to an earlier one."""
    found: list[Any] = []
    for value in values:
        if not _holds(found, value):
            found.append(value)
    return found


def _holds(values: Any, item: Any) -> bool:
    return isinstance(values, list) and any(is_same(value, item) for value in values)
