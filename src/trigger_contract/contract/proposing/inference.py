"""The narrowest plain schema that values have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_DEEP = 12
_MEMBERS = 40
_ITEMS = 500


def type_name(value: Any) -> str:
    """Return the type of a value. Source: JSON Schema 2020-12, Validation, section 6.1.1."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return "integer"
    return {float: "number", str: "string", list: "array"}.get(type(value), "object")


def inferred(values: Sequence[Any], depth: int = _DEEP) -> dict[str, Any]:
    """Return a schema that every one of some values satisfies: types, members, and which are always there.

    Args:
        values: The values; of none, everything is allowed.
        depth: How far below the schema goes.
    """
    names = dict.fromkeys(map(type_name, values))
    if "number" in names:
        names.pop("integer", None)
    if not names or not depth:
        return {}
    kinds = list(names)
    schema: dict[str, Any] = {"type": kinds[0] if len(kinds) == 1 else kinds}
    things = [value for value in values if isinstance(value, dict)]
    if things:
        schema |= _members(things, depth)
    if lists := [value for value in values if isinstance(value, list)]:
        schema["items"] = inferred([item for value in lists for item in value[:_ITEMS]], depth - 1)
    return schema


def _members(things: Sequence[dict[str, Any]], depth: int) -> dict[str, Any]:
    members: dict[str, list[Any]] = {}
    for thing in things:
        for name, value in thing.items():
            members.setdefault(name, []).append(value)
    if len(members) > _MEMBERS:
        # So many names are data, not a form.
        return {
            "additionalProperties": inferred(
                [item for found in members.values() for item in found], depth - 1
            )
        }
    required = [name for name, found in members.items() if len(found) == len(things)]
    schema: dict[str, Any] = {"required": required} if required else {}
    if members:
        schema["properties"] = {name: inferred(found, depth - 1) for name, found in members.items()}
    return schema
