"""Documents of OpenAPI 3.0, read as 3.1, which is JSON Schema as the validator knows it.

Sources: OpenAPI 3.0.3 and 3.1.0, Schema Object (``nullable``, boolean ``exclusiveMinimum``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_BOUNDS = (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum"))
# The keys below these are the author's names, of which "default" may be one.
_NAMED = frozenset(
    {"properties", "schemas", "responses", "parameters", "headers", "requestBodies", "content", "paths"}
)
# Below these keys there are values, not parts of the description.
_VALUES = frozenset({"example", "examples", "default", "enum", "const"})


def from_30(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document of OpenAPI 3.0 as one of 3.1; the given one stays as it is."""
    read: dict[str, Any] = _node(document, named=False)
    return read | {"openapi": "3.1.0"}


def _node(node: Any, *, named: bool) -> Any:
    """Copy a part of the document.

    Args:
        node: The part.
        named: Whether its keys are names of the author's, as those of ``properties`` are.
    """
    if isinstance(node, list):
        return [_node(item, named=False) for item in node]
    if not isinstance(node, Mapping):
        return node
    if named:
        return {name: _node(value, named=False) for name, value in node.items()}
    read = {
        key: value if key in _VALUES else _node(value, named=key in _NAMED) for key, value in node.items()
    }
    for bound, exclusive in _BOUNDS:
        if isinstance(flag := read.get(exclusive), bool):
            del read[exclusive]
            if flag and bound in read:
                read[exclusive] = read.pop(bound)
    if isinstance(read.get("nullable"), bool):
        return _or_null(read) if read.pop("nullable") else read
    return read


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Let a schema be null too: by its type, or where it has none as an alternative."""
    kind = schema.get("type")
    if not isinstance(kind, str):
        return {"anyOf": [schema, {"type": "null"}]}
    read = schema | {"type": [kind, "null"]}
    values = read.get("enum")
    if isinstance(values, list) and None not in values:
        read["enum"] = [*values, None]
    return read
