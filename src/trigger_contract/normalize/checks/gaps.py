"""What a page uses without defining it, or defines without use: required names, placeholders of a path."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from trigger_contract.document.shape import METHODS, walk
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
from trigger_contract.normalize.reading.expanded_security import UNKNOWN_SCHEME
from trigger_contract.normalize.reading.standard import find

_ELSEWHERE = ("anyOf", "oneOf", "$ref", "patternProperties")
_PLACEHOLDER = re.compile(r"\{([^{}/]+)\}")


def check_gaps(found: Iterable[Found], ledger: Ledger) -> None:
    """Note gaps and fill them with what they imply and no more: any value, a path parameter of text."""
    root: Node | None = None
    for pointer, node, kind in found:
        if kind == "document":
            root = node
        elif kind == "schema":
            _required(pointer, node, root, ledger)
        elif kind == "pathItem" and root is not None and pointer[0] == "paths" and len(pointer) == 2:
            for method in METHODS:
                if isinstance(node.get(method), Node):
                    _placeholders(root, str(pointer[1]), (*pointer, method), node[method], ledger)


def check_names(draft: Node, expanded: Collection[str], ledger: Ledger) -> None:
    """Note security schemes and schemas of a discriminator that are named and defined nowhere.

    A scheme is defined as far as that goes, so that the need for a key is not lost. A value that maps to
    nothing is left out of the mapping, since sites cut a document down to what is referred to by ``$ref``.

    Args:
        draft: The draft.
        expanded: Names of the pages whose dialect writes out what a mapping refers to and drops its name.
        ledger: Where it is noted.
    """
    components = draft.get("components")
    components = components if isinstance(components, Node) else node_like(draft)
    schemas = components.get("schemas", {})
    for pointer, node, kind in walk("document", draft):
        if kind == "operation" and isinstance(node, Node):
            for requirement in node.get("security") or ():
                for name in requirement:
                    if name not in components.get("securitySchemes", {}):
                        _define_scheme(components, name, requirement, ledger)
        discriminator = node.get("discriminator") if kind == "schema" and isinstance(node, Node) else None
        mapping = discriminator.get("mapping") if isinstance(discriminator, Node) else None
        if not isinstance(mapping, Node) or mapping.source in expanded:
            continue
        for value, target in list(mapping.items()):
            if isinstance(target, str) and target not in schemas and find(draft, target) is None:
                claims = (
                    Claim(mapping.source, line_of(mapping, value), f"the mapping: {value} is {target}"),
                    Claim(mapping.source, node.line or None, "components.schemas: none of that name"),
                )
                reason = "Nothing is known of that schema, so the value is left out of the mapping."
                where = (*pointer, "discriminator", "mapping", value)
                ledger.add(Contradiction("discriminator", where, claims, "left out", RULE, reason))
                del mapping[value]
    if components and "components" not in draft:
        put(draft, "components", components)


def _define_scheme(components: Node, name: str, requirement: Node, ledger: Ledger) -> None:
    line = line_of(requirement, name)
    claims = (
        Claim(requirement.source, line, f"security: {name}"),
        Claim(requirement.source, line, "components.securitySchemes: none of that name"),
    )
    reason = "The page asks for it and does not show how it is sent; the commonest way is assumed."
    where = ("components", "securitySchemes", name)
    ledger.add(Contradiction("security", where, claims, "http, bearer", RULE, reason))
    schemes = components.setdefault("securitySchemes", node_like(requirement))
    scheme = node_like(requirement)
    for key, value in (("type", "http"), ("scheme", "bearer"), ("description", UNKNOWN_SCHEME)):
        put(scheme, key, value, line)
    put(schemes, name, scheme, line)


def _required(pointer: tuple[str | int, ...], schema: Node, root: Node | None, ledger: Ledger) -> None:
    required, properties = schema.get("required"), schema.get("properties")
    if not isinstance(required, list) or not required or root is None:
        return
    if "allOf" in schema:
        defined = {*(properties or ()), *_composed(root, schema)}
    elif not isinstance(properties, Node) or any(word in schema for word in _ELSEWHERE):
        return  # the property may be defined by another part
    else:
        defined = set(properties)
    if properties is None and any(name not in defined for name in required):
        properties = node_like(schema)
        put(schema, "properties", properties, line_of(schema, "required"))
    for name in required:
        if not isinstance(name, str) or name in defined or not isinstance(properties, Node):
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


def _composed(root: Node, schema: Node) -> Iterator[str]:
    """Yield the names of properties of all that a schema is composed of."""
    seen: set[int] = set()
    stack: list[Any] = [schema]
    while stack:
        part = stack.pop()
        while isinstance(part, Node) and isinstance(part.get("$ref"), str) and id(part) not in seen:
            seen.add(id(part))
            part = find(root, part["$ref"])
        if not isinstance(part, Node) or id(part) in seen:
            continue
        seen.add(id(part))
        yield from part.get("properties") or ()
        for word in ("allOf", "anyOf", "oneOf"):
            stack += part.get(word) or ()
        stack += [part[word] for word in ("items", "not") if word in part]


def _placeholders(
    root: Node, path: str, pointer: tuple[str | int, ...], operation: Node, ledger: Ledger
) -> None:
    parameters = operation.get("parameters", [])
    known = set()
    for index in reversed(range(len(parameters))):
        parameter = parameters[index]
        while isinstance(parameter, dict) and isinstance(parameter.get("$ref"), str):
            parameter = find(root, parameter["$ref"]) or {}
        if not isinstance(parameter, dict) or parameter.get("in") != "path":
            continue
        known.add(parameter.get("name"))
        if not any(str(parameter.get("name")) in inner for inner in _PLACEHOLDER.findall(path)):
            _drop_parameter(pointer, path, parameters, index, str(parameter.get("name")), ledger)
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


def _drop_parameter(
    pointer: tuple[str | int, ...], path: str, parameters: list[Node], index: int, name: str, ledger: Ledger
) -> None:
    """Leave out a path parameter that has no place in the path."""
    parameter = parameters.pop(index)
    if isinstance(parameters, LocatedSequence):
        del parameters.lines[index : index + 1]
    claims = (
        Claim(parameter.source, parameter.line or None, f"parameters: {name} in the path"),
        Claim(parameter.source, parameter.line or None, f"the path: {path}"),
    )
    reason = "Nothing in the path can be filled in with it, so it cannot be sent."
    ledger.add(Contradiction("parameter", (*pointer, "parameters", name), claims, "left out", RULE, reason))
