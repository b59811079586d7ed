"""Slips of form in schemas: types of other languages, ``required`` on a property, words of other drafts.

Sources: OpenAPI 3.0.3 and 3.1.0, Schema Object; JSON Schema 2019-09, 8.2.4.2 (``$recursiveRef``).
"""

from __future__ import annotations

import re

from trigger_contract.document.references import join_pointer
from trigger_contract.document.shape import walk
from trigger_contract.document.yaml import LocatedMapping, LocatedSequence
from trigger_contract.normalize.located import line_of, node_like, put, sequence_of
from trigger_contract.normalize.reading.slips import Slip

_TYPES: dict[str, dict[str, str]] = {
    **{name: {"type": "integer"} for name in ("int", "long")},
    **{name: {"type": "number"} for name in ("float", "double", "decimal")},
    **{name: {"type": "string"} for name in ("str", "text")},
    **{name: {"type": "object"} for name in ("map", "dict")},
    **{name: {} for name in ("any", "mixed", "json", "enum", "")},
    **{name: {"type": "string", "format": name} for name in ("date", "date-time", "uuid", "uri", "email")},
    **{name: {"type": "string", "format": "date-time"} for name in ("datetime", "timestamp")},
    **{name: {"type": "string", "format": "binary"} for name in ("file", "binary")},
    "bool": {"type": "boolean"},
    "list": {"type": "array"},
}
_PLAIN = ("string", "number", "integer", "boolean", "array", "object", "null")
# What a site knows a schema by inside and has failed to turn back into its name.
_LOST = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_ODD = frozenset(("allOf", "anyOf", "oneOf", "items", "discriminator", "examples", "required"))


def mend_schema(value: LocatedMapping, slips: list[Slip]) -> None:
    """Put right what can be in one schema, in place; ``mend_required`` does what is said of it elsewhere."""
    declared = value.get("type", "string")
    if declared.__class__ is str and declared not in _PLAIN:
        _mend_type(value, declared, slips)
    if not _ODD.isdisjoint(value):
        _mend_words(value, slips)
    reference = value.get("$ref")
    if reference.__class__ is str and _LOST.match(reference):
        del value["$ref"]
        slips.append(Slip(value, "$ref", value.line, f"$ref: {reference}", "any value"))


def mend_required(value: LocatedMapping, holder: LocatedMapping | None, name: str, slips: list[Slip]) -> None:
    """Move ``required: true`` from a schema to the object or the parameter that it belongs to.

    Args:
        value: The schema, which has it.
        holder: The schema whose property it is, or the parameter whose schema it is, if it is either.
        name: Name of the property; empty for a parameter.
        slips: Where it is noted.
    """
    flag, line = value.pop("required"), line_of(value, "required")
    if holder is None or not flag:
        chosen = "not required" if not flag else "left out"
    elif not name:
        if "required" not in holder:
            put(holder, "required", True, line)
        chosen = "the parameter is required"
    else:
        listed = holder.get("required")
        if not isinstance(listed, LocatedSequence):
            listed = sequence_of(holder, [])
            put(holder, "required", listed, line)
        if name not in listed:
            listed.append(name)
            listed.lines.append(line or 0)
        chosen = f"required: [{name}] in the object"
    slips.append(Slip(value, "required", line, f"required: {str(flag).lower()} in a schema", chosen))


def _mend_type(value: LocatedMapping, declared: str, slips: list[Slip]) -> None:
    lowered = declared.strip().lower()
    meant = {"type": lowered} if lowered in _PLAIN else _TYPES.get(lowered)
    if meant is None:
        return
    line = line_of(value, "type")
    del value["type"]
    for key, text in meant.items():
        if key == "type" or key not in value:
            put(value, key, text, line)
    chosen = " of format ".join(meant.values()) or "no type"
    slips.append(Slip(value, "type", line, f"type: {declared}", chosen))


def _mend_words(value: LocatedMapping, slips: list[Slip]) -> None:
    """Leave out what composes a schema of nothing, and read forms of other versions."""
    for name in ("allOf", "anyOf", "oneOf"):
        if value.get(name) == []:
            del value[name]
    items, discriminator, required = value.get("items"), value.get("discriminator"), value.get("required")
    if isinstance(required, list) and all(isinstance(name, str) for name in required):
        twice = sorted({name for name in required if required.count(name) > 1}) if _repeats(required) else []
        if twice:
            line = line_of(value, "required")
            value["required"] = sequence_of(value, list(dict.fromkeys(required)))
            slips.append(Slip(value, "required", line, f"required: {', '.join(twice)} twice", "once"))
    if items == []:
        del value["items"]
    elif isinstance(items, list):
        line = line_of(value, "items")
        name = "items" if len(items) == 1 else "prefixItems"
        put(value, name, items[0] if len(items) == 1 else value.pop("items"), line)
        slips.append(Slip(value, "items", line, "a list of items", name))
    if isinstance(discriminator, str):
        named = node_like(value)
        put(named, "propertyName", discriminator, line_of(value, "discriminator"))
        value["discriminator"] = named
    elif isinstance(discriminator, dict) and not discriminator.get("propertyName"):
        del value["discriminator"]
    examples = value.get("examples")
    if "examples" in value and not isinstance(examples, (list, dict)):
        value["examples"] = sequence_of(value, [examples])


def _repeats(names: list[str]) -> bool:
    return len(set(names)) < len(names)


def mend_recursion(value: LocatedMapping, slips: list[Slip]) -> None:
    """Write components that refer to themselves in the words of JSON Schema 2019-09 in those of today."""
    schemas = value.get("schemas")
    for name, schema in schemas.items() if isinstance(schemas, LocatedMapping) else ():
        if not isinstance(schema, LocatedMapping) or "$recursiveAnchor" not in schema:
            continue
        line = line_of(schema, "$recursiveAnchor")
        del schema["$recursiveAnchor"]
        reference = "#" + join_pointer("components", "schemas", name)
        for _, node, _ in walk("schema", schema):
            if isinstance(node, LocatedMapping) and node.get("$recursiveRef") == "#":
                put(node, "$ref", reference, line_of(node, "$recursiveRef"))
                del node["$recursiveRef"]
        slips.append(Slip(schema, "$recursiveAnchor", line, "$recursiveRef: #", f"$ref: {reference}"))
