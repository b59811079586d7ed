"""What stands where in an OpenAPI 3.1 document, as a table that every walk shares.

Only by this table is a property that happens to be *named* ``type`` or ``items`` told from the keyword.
Source: OpenAPI 3.1.0, chapter 4.8; JSON Schema 2020-12, chapters 10 and 11 of the core specification.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

ONE, LIST, MAP = "one", "list", "map"

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

COMPONENT_KINDS = {
    "schemas": "schema",
    "responses": "response",
    "parameters": "parameter",
    "examples": "example",
    "requestBodies": "requestBody",
    "headers": "header",
    "securitySchemes": "securityScheme",
    "links": "link",
    "callbacks": "callback",
    "pathItems": "pathItem",
}

_SCHEMA_ONE = [
    "additionalItems",
    "additionalProperties",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
]
_SCHEMA_LIST = ["allOf", "anyOf", "oneOf", "prefixItems"]
_SCHEMA_MAP = ["$defs", "definitions", "dependentSchemas", "patternProperties", "properties"]

_PARAMETER = {"schema": (ONE, "schema"), "content": (MAP, "mediaType"), "examples": (MAP, "example")}
_OPERATION = {
    "parameters": (LIST, "parameter"),
    "requestBody": (ONE, "requestBody"),
    "responses": (MAP, "response"),
    "callbacks": (MAP, "callback"),
    "servers": (LIST, "server"),
}

SHAPE: dict[str, dict[str, tuple[str, str]]] = {
    "document": {
        "paths": (MAP, "pathItem"),
        "webhooks": (MAP, "pathItem"),
        "components": (ONE, "components"),
        "servers": (LIST, "server"),
        "info": (ONE, "info"),
        "tags": (LIST, "tag"),
    },
    "components": {name: (MAP, kind) for name, kind in COMPONENT_KINDS.items()},
    "pathItem": {
        **dict.fromkeys(METHODS, (ONE, "operation")),
        "parameters": (LIST, "parameter"),
        "servers": (LIST, "server"),
    },
    "operation": _OPERATION,
    "parameter": _PARAMETER,
    "header": _PARAMETER,
    "requestBody": {"content": (MAP, "mediaType")},
    "mediaType": {
        "schema": (ONE, "schema"),
        "examples": (MAP, "example"),
        "encoding": (MAP, "encoding"),
    },
    "encoding": {"headers": (MAP, "header")},
    "response": {
        "headers": (MAP, "header"),
        "content": (MAP, "mediaType"),
        "links": (MAP, "link"),
    },
    "callback": {"*": (ONE, "pathItem")},
    "schema": {
        **dict.fromkeys(_SCHEMA_ONE, (ONE, "schema")),
        **dict.fromkeys(_SCHEMA_LIST, (LIST, "schema")),
        **dict.fromkeys(_SCHEMA_MAP, (MAP, "schema")),
    },
    "link": {},
    "example": {},
    "securityScheme": {},
    "server": {},
    "info": {},
    "tag": {},
}

# Maps whose keys are not all names of the author's: a key with ``x-`` is an extension. A webhook or a
# component may well be called so.
_EXTENSIBLE_MAPS = frozenset((("document", "paths"), ("operation", "responses")))

REFERENCE_KINDS = frozenset(COMPONENT_KINDS.values())
_FIELDS = {kind: frozenset(fields) for kind, fields in SHAPE.items()}


def field_shape(kind: str, name: str) -> tuple[str, str] | None:
    """Return how the field of an object of this kind is built: ``(one | list | map, kind)``, or None."""
    fields = SHAPE[kind]
    if kind == "callback" and not name.startswith("x-") and name != "$ref":
        return fields["*"]
    return fields.get(name)


def is_extension(kind: str, name: str, key: str) -> bool:
    """Whether a key of the map that is the field ``name`` of an object of this kind is an extension.

    Source: OpenAPI 3.1.0, Paths Object and Responses Object; the other maps cannot be extended.
    """
    return key.startswith("x-") and (kind, name) in _EXTENSIBLE_MAPS


Child = tuple[tuple[str | int, ...], Any, str, Any]


def children(kind: str, value: Mapping[str, Any]) -> Iterable[Child]:
    """Return what stands right below an object.

    Returns:
        ``(tokens, child, child's kind, container)`` each: the one or two pointer tokens that lead to the
        child, and the mapping or list in which it stands under the last token.
    """
    # Most objects have nothing below them, and finding that out must be cheap.
    if kind != "callback" and _FIELDS[kind].isdisjoint(value):
        return ()
    return _children(kind, value)


def _children(kind: str, value: Mapping[str, Any]) -> Iterator[Child]:
    # Written out, because every walk over every page spends its time here.
    shapes = SHAPE[kind]
    for name, below in value.items():
        shape = shapes.get(name) if kind != "callback" else field_shape(kind, name)
        if shape is None:
            continue
        form, child_kind = shape
        if form == ONE:
            yield (name,), below, child_kind, value
        elif form == LIST and isinstance(below, list):
            for index, child in enumerate(below):
                yield (name, index), child, child_kind, below
        elif form == MAP and isinstance(below, dict):
            extensible = (kind, name) in _EXTENSIBLE_MAPS
            for key, child in below.items():
                if not (extensible and key.startswith("x-")):
                    yield (name, key), child, child_kind, below


def walk(
    kind: str, value: Any, pointer: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Any, str]]:
    """Yield ``(pointer, object, kind)`` for an object and everything below it, parents first.

    References are yielded, not followed. Recursion is replaced by a stack: nesting is bounded by the reader.
    """
    stack = [(pointer, value, kind)]
    while stack:
        entry = stack.pop()
        yield entry
        pointer, value, kind = entry
        if isinstance(value, dict):
            below = [(pointer + tokens, child, name) for tokens, child, name, _ in children(kind, value)]
            below.reverse()
            stack += below
