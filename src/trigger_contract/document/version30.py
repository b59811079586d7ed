"""Documents of OpenAPI 3.0 as documents of 3.1, so that nobody else asks which version a schema is of.

Sources: OpenAPI 3.0.3 and 3.1.0, Schema Object and Reference Object. ``nullable`` is read as it is meant,
also beside a reference or an enumeration without null, where 3.0.3 gives it no effect. The formats ``binary``
and ``byte`` stay: 3.1 allows them beside its own spelling.
"""

from __future__ import annotations

from typing import Any

from trigger_contract.document import shape
from trigger_contract.document.composition import ANNOTATIONS
from trigger_contract.document.conjunction import with_null

_BOUNDS = (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum"))


def upgrade(document: dict[str, Any]) -> None:
    """Turn a document of OpenAPI 3.0 that was just read into one of 3.1; any other is left as it is.

    Args:
        document: Changed in place, so that every node keeps its line.
    """
    if not str(document.get("openapi")).startswith("3.0"):
        return
    # What an anchor stands for is one node in several places, and is changed once.
    schemas = {
        id(node): node
        for _, node, kind in shape.walk("document", document)
        if kind == "schema" and isinstance(node, dict)
    }
    for schema in schemas.values():
        _upgrade(schema)
    document["openapi"] = "3.1.0"


def _upgrade(schema: dict[str, Any]) -> None:
    if isinstance(schema.get("$ref"), str):
        # OpenAPI 3.0: what stands beside a reference is ignored.
        for key in [key for key in schema if key != "$ref" and key not in ANNOTATIONS]:
            del schema[key]
    for bound, exclusive in _BOUNDS:
        if isinstance(flag := schema.get(exclusive), bool):
            del schema[exclusive]
            if flag and bound in schema:
                schema[exclusive] = schema.pop(bound)
    if isinstance(nullable := schema.get("nullable"), bool):
        del schema["nullable"]
        if nullable:
            _allow_null(schema)


def _allow_null(schema: dict[str, Any]) -> None:
    if isinstance(schema.get("type"), str):
        schema.update(with_null(schema))
        if "const" in schema and "enum" in schema:
            del schema["const"]
        return
    inner = {key: value for key, value in schema.items() if key not in ANNOTATIONS}
    if not inner:
        return  # it allows everything
    for key in inner:
        del schema[key]
    members = inner.get("allOf")
    if set(inner) == {"allOf"} and isinstance(members, list) and len(members) == 1:
        inner = members[0]
    schema["anyOf"] = [inner, {"type": "null"}]
