"""Roots of the expanded dialect, lists of alternatives in words of their own, as standard schemas."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from trigger_contract.document.yaml import LocatedMapping
from trigger_contract.normalize.located import Node, line_of, node_like, objects, put, refusal, sequence_of

HINT = "x-ref-identifier"

_ENUM = re.compile(r"enum<(.+)>\Z")
_REPEATED = ("title", "deprecated", "readOnly", "writeOnly", "default", "example", "examples")
_SCALARS = ("string", "integer", "number", "boolean", "array")
_MARKS = ("isOneOf", "isAnyOf", "isAllOf")


def alternatives_of(entry: LocatedMapping, key: str = "schemaArray") -> list[LocatedMapping]:
    """Return the alternatives of a root.

    Raises:
        UserError: One of them is no schema.
    """
    value = entry.get(key)
    items = value if isinstance(value, list) else [] if value is None else [value]
    result = [item for item in items if isinstance(item, LocatedMapping)]
    if len(result) != len(items):
        raise refusal(entry, key, f"`{key}` must hold schemas")
    return result


def read_root(entry: LocatedMapping, alternatives: list[LocatedMapping]) -> Node:
    """Turn the alternatives into one schema: one alone is the schema, several are an ``anyOf``.

    A name that is required and that no property has is left out. Roots of requests do not show what is
    read-only and those of responses not what is write-only, yet both list its name as required; and
    such a property is required on its own way only (OpenAPI 3.0.3, Schema Object, ``readOnly``).
    """
    schemas = [_root(alternative) for alternative in alternatives]
    if len(schemas) == 1:
        return schemas[0]
    result = node_like(entry)
    if not schemas:
        return result
    _gather_texts(result, schemas)
    if all(list(schema) == ["type"] and isinstance(schema["type"], str) for schema in schemas):
        put(result, "type", sequence_of(schemas[0], [schema["type"] for schema in schemas]))
        return result
    nullable = _scalar_or_null(schemas)
    if nullable is not None:
        for key, value in result.items():
            put(nullable, key, value, result.lines.get(key))
        return nullable
    put(result, "anyOf", sequence_of(entry, list(schemas)))
    return result


def _gather_texts(result: Node, schemas: list[Node]) -> None:
    """Say once what all alternatives repeat, because the source says it of the whole."""
    for word in _REPEATED:
        if all(word in schema and schema[word] == schemas[0].get(word) for schema in schemas):
            put(result, word, schemas[0][word], schemas[0].lines.get(word))
            for schema in schemas:
                del schema[word]
    texts = [schema.get("description") for schema in schemas]
    lines = [text.split("\n") if isinstance(text, str) else [] for text in texts]
    shared = 0
    while all(shared < len(text) and text[shared] == lines[0][shared] for text in lines):
        shared += 1
    if not shared:
        return
    # The text of the whole comes first, then that of the alternative on a line of its own.
    put(result, "description", "\n".join(lines[0][:shared]), schemas[0].lines.get("description"))
    for schema, text in zip(schemas, lines, strict=True):
        if text[shared:]:
            schema["description"] = "\n".join(text[shared:])
        else:
            del schema["description"]


def _scalar_or_null(schemas: list[Node]) -> Node | None:
    """Write "a scalar or null" as one schema with two types, as most documents do."""
    others = [schema for schema in schemas if dict(schema) != {"type": "null"}]
    if len(schemas) != 2 or len(others) != 1:
        return None
    schema = others[0]
    kind = schema.get("type")
    if kind not in _SCALARS:
        return None
    schema["type"] = sequence_of(schema, [kind, "null"])
    enum = schema.get("enum")
    if isinstance(enum, list) and None not in enum:  # the dialect drops a null among the values
        schema["enum"] = sequence_of(schema, [*enum, None])
    return schema


def _root(entry: LocatedMapping) -> Node:
    """Turn one root-level entry, with its own keywords, into a standard schema."""
    schema = node_like(entry)
    for word, value, line in _translated(entry):
        put(schema, word, value, line)
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if schema.get(exclusive) is False:
            del schema[exclusive]
        elif schema.get(exclusive) is True and bound in schema:
            put(schema, exclusive, schema.pop(bound), line_of(entry, bound))
    return schema


def _translated(entry: LocatedMapping) -> Iterator[tuple[str, Any, int | None]]:
    for word, value in entry.items():
        line = line_of(entry, word)
        if word == "required":
            continue  # belongs to the parameter or the body
        if word == "type":
            yield from _type(entry, value, line)
        elif word == "requiredProperties":
            yield from _required(entry, value, line)
        elif word == "refIdentifier":
            if isinstance(value, str) and value.startswith("#/components/schemas/"):
                yield HINT, value.rpartition("/")[2], line
        elif word == "properties" and isinstance(value, LocatedMapping):
            if value:
                properties = node_like(value)
                for name, item in value.items():
                    put(properties, name, _unwrap(item), line_of(value, name))
                yield word, properties, line
        elif word in ("items", "additionalProperties") and isinstance(value, LocatedMapping):
            yield word, _unwrap(value), line
        elif word == "enum" and value == []:
            continue  # null was its only member, and the dialect drops that
        elif word == "contentEncoding" and entry.get("type") == "file":
            yield from _encoding(entry, value, line)
        else:
            yield word, value, line


def _required(entry: LocatedMapping, value: Any, line: int | None) -> Iterator[tuple[str, Any, int | None]]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        yield "required", value, line
        return
    properties = entry.get("properties")
    shown = [name for name in value if isinstance(properties, Mapping) and name in properties]
    if shown:
        yield "required", sequence_of(value, shown), line


def _type(entry: LocatedMapping, value: Any, line: int | None) -> Iterator[tuple[str, Any, int | None]]:
    if value == "any":
        return
    if value == "file":
        yield "type", "string", line
        if "contentEncoding" not in entry and "format" not in entry and "contentMediaType" not in entry:
            yield "format", "binary", line
        return
    match = _ENUM.match(value) if isinstance(value, str) else None
    yield "type", match[1] if match else value, line


def _encoding(entry: LocatedMapping, value: Any, line: int | None) -> Iterator[tuple[str, Any, int | None]]:
    """Undo how a file is shown: by its format where the source had one, by its media type otherwise."""
    if "contentMediaType" not in entry:
        yield "format", value, line
    elif value != "binary":
        yield "contentEncoding", value, line


def _unwrap(value: Any) -> Any:
    """Undo ``{allOf: [schema]}``, in which the dialect wraps everything right below a root."""
    if isinstance(value, Mapping) and list(value) == ["allOf"] and isinstance(value["allOf"], list):
        if len(value["allOf"]) == 1:
            return value["allOf"][0]
        return value
    return value


def without_marks(document: Node) -> Node:
    """Remove, in place, what the site's converter leaves behind in schemas that it has gone through.

    It notes on the members of a composition of which component they are part, and how deep it found them.
    """
    for _, node, _ in objects(document, "schema"):
        for mark in _MARKS:
            if str(node.get(mark, "")).startswith("#/components/"):
                del node[mark]
        if isinstance(node.get("_depth"), int):
            del node["_depth"]
    return document
