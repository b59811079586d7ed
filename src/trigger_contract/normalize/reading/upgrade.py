"""OpenAPI 3.0 spellings inside schemas, turned into those of 3.1.

Pages that call themselves 3.1 misuse them just as often, so they are looked for in both.
Sources: OpenAPI 3.0.3, Schema Object (``nullable``, boolean ``exclusiveMinimum``); JSON Schema 2020-12.
"""

from __future__ import annotations

from typing import Any

from trigger_contract.document.yaml import LocatedSequence
from trigger_contract.normalize.located import Node, node_like, put

_ANNOTATIONS = [
    "title",
    "description",
    "deprecated",
    "readOnly",
    "writeOnly",
    "default",
    "example",
    "examples",
    "externalDocs",
    "xml",
]
_COMPOSED = ("$ref", "allOf", "anyOf", "oneOf")


def upgrade_schema(schema: Node) -> Node:
    """Return the schema in the spelling of 3.1; the schemas below it have been upgraded already.

    ``nullable: true`` adds ``null`` to the type. Where the schema has no type but a reference or a
    composition, which 3.0 leaves without meaning and everybody reads as "or null", it becomes an
    alternative. An ``enum`` stays as written: whether null is among its values is the page's to say.
    ``examples`` with names, which belong to media types and parameters, become a list of values.
    """
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        flag = schema.get(exclusive)
        if isinstance(flag, bool):
            if flag and bound in schema:
                put(schema, exclusive, schema.pop(bound), schema.lines.get(bound))
            else:
                del schema[exclusive]
    named = schema.get("examples")
    if isinstance(named, dict):
        values = [
            item["value"] if isinstance(item, dict) and "value" in item else item for item in named.values()
        ]
        schema["examples"] = _sequence(schema, values)
    if "nullable" not in schema or not isinstance(schema["nullable"], bool):
        return schema
    nullable, line = schema["nullable"], schema.lines.get("nullable")
    del schema["nullable"]
    return _with_null(schema, line) if nullable else schema


def _with_null(schema: Node, line: int | None) -> Node:
    declared = schema.get("type")
    if isinstance(declared, str):
        if declared != "null":
            schema["type"] = _sequence(schema, [declared, "null"])
        return schema
    if isinstance(declared, list):
        if "null" not in declared:
            schema["type"] = _sequence(schema, [*declared, "null"])
        return schema
    null = node_like(schema)
    put(null, "type", "null", line)
    for keyword in ("anyOf", "oneOf"):
        members = schema.get(keyword)
        if isinstance(members, list) and not any(key in schema for key in _COMPOSED if key != keyword):
            if not any(_takes_null(member) for member in members):
                schema[keyword] = _sequence(schema, [*members, null])
            return schema
    if not any(key in schema for key in _COMPOSED):
        return schema
    inner, outer = node_like(schema), node_like(schema)
    for key, value in schema.items():
        put(outer if key in _ANNOTATIONS else inner, key, value, schema.lines.get(key))
    members = inner.get("allOf")
    if len(inner) == 1 and isinstance(members, list) and len(members) == 1 and isinstance(members[0], Node):
        inner = members[0]
    put(outer, "anyOf", _sequence(schema, [inner, null]), line)
    return outer


def _takes_null(member: Any) -> bool:
    """Whether an alternative is null or may be, so that a further one would be the second to take it."""
    kinds = member.get("type") if isinstance(member, dict) else None
    return kinds == "null" or (isinstance(kinds, list) and "null" in kinds)


def _sequence(like: Node, items: list[Any]) -> LocatedSequence:
    sequence = LocatedSequence()
    sequence.line, sequence.source = like.line, like.source
    sequence.extend(items)
    sequence.lines = [like.line] * len(items)
    return sequence
