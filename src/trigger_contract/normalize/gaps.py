"""What a page uses without defining it: names that are required, placeholders of a path."""

from __future__ import annotations

import re
from collections.abc import Iterable

from trigger_contract.document.yaml import LocatedSequence
from trigger_contract.normalize.model import (
    RULE,
    Claim,
    Contradiction,
    Found,
    Ledger,
    Node,
    line_of,
    node_like,
    put,
)
from trigger_contract.normalize.shape import METHODS
from trigger_contract.normalize.standard import find

_PLACEHOLDER = re.compile(r"\{([^{}/]+)\}")


def check_gaps(found: Iterable[Found], ledger: Ledger) -> None:
    """Note gaps and fill them with what they imply and no more: any value, a path parameter of text."""
    root: Node | None = None
    for pointer, node, kind in found:
        if kind == "document":
            root = node
        elif kind == "schema":
            _required(pointer, node, ledger)
        elif kind == "pathItem" and root is not None and pointer[0] == "paths":
            for method in METHODS:
                if isinstance(node.get(method), Node):
                    _placeholders(root, str(pointer[1]), (*pointer, method), node[method], ledger)


def _required(pointer: tuple[str | int, ...], schema: Node, ledger: Ledger) -> None:
    required, properties = schema.get("required"), schema.get("properties")
    if not isinstance(required, list) or not isinstance(properties, Node):
        return
    if any(word in schema for word in ("allOf", "anyOf", "oneOf", "$ref", "patternProperties")):
        return  # the property may be defined by another part
    for name in required:
        if not isinstance(name, str) or name in properties:
            continue
        line = line_of(schema, "required")
        claims = (
            Claim(schema.source, line, f"required: {name}"),
            Claim(schema.source, line_of(schema, "properties"), f"properties: no {name}"),
        )
        reason = "A required name may be left undefined, but then nothing is known of it: any value."
        entry = Contradiction(
            "required", (*pointer, "required", name), claims, "required, any value", RULE, reason
        )
        ledger.add(entry)
        put(properties, name, node_like(schema), line)


def _placeholders(
    root: Node, path: str, pointer: tuple[str | int, ...], operation: Node, ledger: Ledger
) -> None:
    parameters = operation.get("parameters", [])
    known = set()
    for parameter in parameters:
        while isinstance(parameter, dict) and isinstance(parameter.get("$ref"), str):
            parameter = find(root, parameter["$ref"]) or {}
        if isinstance(parameter, dict) and parameter.get("in") == "path":
            known.add(parameter.get("name"))
    for name in dict.fromkeys(_PLACEHOLDER.findall(path)):
        if name in known:
            continue
        claims = (
            Claim(operation.source, operation.line or None, f"the path: {{{name}}}"),
            Claim(operation.source, operation.line or None, "parameters: none of that name"),
        )
        reason = "A path cannot be called without its placeholders; a text is all that is known of it."
        entry = Contradiction(
            "parameter", (*pointer, "parameters", name), claims, "a required text", RULE, reason
        )
        ledger.add(entry)
        parameter, schema = node_like(operation), node_like(operation)
        put(schema, "type", "string")
        for key, value in (("name", name), ("in", "path"), ("required", True), ("schema", schema)):
            put(parameter, key, value)
        if not isinstance(parameters, LocatedSequence):
            parameters = LocatedSequence()
            parameters.source, parameters.line = operation.source, operation.line
        parameters.insert(0, parameter)
        parameters.lines.insert(0, operation.line)
        put(operation, "parameters", parameters)
