"""The standard dialect: OpenAPI 3.0 and 3.1, a whole document or the part of one that a page shows.

Spellings of 3.0 inside schemas become those of 3.1; pages that call themselves 3.1 misuse them just as often,
so they are looked for in both.
Sources: OpenAPI 3.0.3, Schema Object (``nullable``, boolean ``exclusiveMinimum``); JSON Schema 2020-12.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from trigger_contract.document.shape import METHODS, REFERENCE_KINDS, children, is_extension, walk
from trigger_contract.document.yaml import LocatedMapping
from trigger_contract.normalize.located import (
    Node,
    Pointer,
    copy_value,
    find,
    follow,
    kinds_of,
    map_of,
    node_like,
    objects,
    put,
    refusal,
    sequence_of,
    take,
    text_of,
)
from trigger_contract.normalize.model import RULE, Claim, Contradiction, Slip
from trigger_contract.normalize.reading.forms import check_form
from trigger_contract.normalize.reading.names import make_keys_legal, settle_references, unknown_keywords

_VERSIONS = ("3.0", "3.1")
_ANNOTATIONS = (
    *("title", "description", "deprecated", "readOnly", "writeOnly", "default"),
    *("example", "examples", "externalDocs", "xml"),
)
_COMPOSED = ("$ref", "allOf", "anyOf", "oneOf")


def check_version(document: LocatedMapping) -> None:
    """Refuse what is not OpenAPI 3.0 or 3.1.

    Raises:
        UserError: It is Swagger 2, another version, or does not say.
    """
    if "swagger" in document:
        message = f"is Swagger {document['swagger']}; only OpenAPI 3.0 and 3.1 are read, convert it first"
        raise refusal(document, "swagger", message)
    version = str(document.get("openapi"))
    if not version.startswith(_VERSIONS):
        raise refusal(document, "openapi", f"is OpenAPI {version}; only 3.0 and 3.1 are read")


def read_document(
    document: LocatedMapping, slips: list[Slip], *, expanded: bool = False
) -> tuple[Node, tuple[Contradiction, ...]]:
    """Turn a loaded document into a fragment: 3.1 spellings, everything on the operation it applies to.

    Args:
        document: The document.
        slips: Those that have been put right in it before.
        expanded: Whether it was made of an expanded page, which has words of the site's own in schemas.

    Returns:
        The fragment, and what is to be noted: slips of form that were put right, and unknown keywords.

    Raises:
        UserError: It does not have the form of an OpenAPI document, or a reference leaves it.
    """
    make_keys_legal(document, slips)
    check_form(document, "document", slips)
    noted = tuple(_noted(document, slips)) if slips else ()
    result = convert(document)
    push_down(result)
    found = list(objects(result, *REFERENCE_KINDS))
    unknown = () if expanded else tuple(unknown_keywords(found))
    settle_references(result, found)
    return result, (*noted, *unknown)


def convert(document: LocatedMapping) -> Node:
    """Copy a document with its lines into nodes of the draft, schemas in the spelling of 3.1."""
    result: Node = copy_value(document)
    found: list[tuple[Pointer, Any, str, Any]] = [((), result, "document", None)]
    for _, value, kind, _ in found:  # which grows by what is below
        if isinstance(value, Node):
            found += children(kind, value)
    for tokens, value, kind, container in reversed(found):
        if not isinstance(value, Node):
            continue
        if kind == "schema":
            _settle_mapping(value)
            value = container[tokens[-1]] = upgrade_schema(value)
        elif kind in ("operation", "pathItem"):
            _without_marks(value)
        if isinstance(container, Node):
            value.line = container.lines[str(tokens[-1])]
    return result


def _without_marks(node: Node) -> None:
    """Remove what the generator of fragments leaves behind in callbacks, which it does not turn back.

    It marks each operation with its method and type and each path item with its path, and writes a
    requirement as a reference beside its scopes.
    """
    for mark in ("method", "type", "path"):
        node.pop(mark, None)
    for requirement in node.get("security") or ():
        for name, scopes in requirement.items() if isinstance(requirement, dict) else ():
            if isinstance(scopes, dict) and isinstance(scopes.get("scopes"), list):
                requirement[name] = scopes["scopes"]


def _settle_mapping(schema: Node) -> None:
    """Make names of the references that sites write into a discriminator's mapping.

    Source: OpenAPI 3.1.0, 4.8.25 Discriminator Object: the mapping's values are texts.
    """
    mapping = map_of(schema.get("discriminator"), "mapping")
    for key, value in mapping.items():
        if isinstance(value, dict) and list(value) == ["$ref"]:
            mapping[key] = value["$ref"]


def push_down(document: Node) -> None:
    """Move what stands above the operations to each operation: path parameters, servers, security.

    Source: OpenAPI 3.1, Path Item Object and Operation Object (an operation's own value wins).
    Two services may meet in the draft, so nothing at the top of one page may apply to the other's.
    """
    popped = {key: document.pop(key) for key in ("servers", "security") if key in document}
    # Sites write an empty list where a document says nothing, and it means the same.
    above = {key: value for key, value in popped.items() if value != []}
    for group in ("paths", "webhooks"):
        items = document.get(group, {})
        for path in items:
            if not is_extension("document", group, path):
                items[path] = _inline_path_item(document, items[path])
    for _, item, _ in objects(document, "pathItem"):
        if "$ref" not in item:
            _push_item(document, item, above)


def _push_item(document: Node, item: Node, above: dict[str, Any]) -> None:
    parameters = item.pop("parameters", [])
    _identities(document, parameters)
    servers = item.pop("servers", None)
    for method in METHODS:
        operation = item.get(method)
        if not isinstance(operation, Node):
            continue
        own = operation.get("parameters", [])
        known = _identities(document, own)
        inherited = [parameter for parameter in parameters if _identity(document, parameter) not in known]
        if inherited:
            merged = [*(copy_value(parameter) for parameter in inherited), *own]
            put(operation, "parameters", sequence_of(operation, merged))
        if servers is not None and "servers" not in operation:
            put(operation, "servers", copy_value(servers))
        for key, value in above.items():
            if key not in operation:
                put(operation, key, copy_value(value))


def _identities(document: Node, parameters: Any) -> set[tuple[Any, Any]]:
    """What the parameters of one list are known by; one that stands there twice is refused."""
    known: set[tuple[Any, Any]] = set()
    for parameter in parameters:
        identity = _identity(document, parameter)
        if identity in known:
            name = f"{identity[1] or 'parameter'} {identity[0]!r}"
            raise refusal(parameter, "", f"{name} stands twice in one list of parameters")
        known.add(identity)
    return known


def _identity(document: Node, parameter: Any) -> tuple[Any, Any]:
    """What makes two parameters one: name and place; the reference itself where it cannot be followed."""
    target = follow(parameter, partial(find, document))
    if target is None:
        return (text_of(parameter, "$ref"), None)
    return (target.get("name"), target.get("in"))


def _inline_path_item(document: Node, item: Node) -> Node:
    if not isinstance(item.get("$ref"), str):
        return item
    target = follow(item, partial(find, document))
    if not isinstance(target, dict):
        raise refusal(item, "$ref", f"reference {item['$ref']!r} does not lead to a path item")
    copied: Node = copy_value(target)
    take(copied, item, but=("$ref",))
    return copied


def _noted(document: LocatedMapping, slips: list[Slip]) -> Iterator[Contradiction]:
    """Find the place of each slip in its document, and say what was done about it."""
    places: dict[int, Pointer] = {}
    for pointer, node, _ in walk("document", document):
        places.setdefault(id(node), pointer)
    for slip in slips:
        where = (*places.get(id(slip.node), ()), slip.name)
        claims = (
            Claim(slip.node.source, slip.line, slip.says),
            Claim(slip.node.source, slip.line, "OpenAPI has no such thing there"),
        )
        reason = "A slip of form: what is said is kept in the form that OpenAPI has for it, if it has one."
        yield Contradiction("form", where, claims, slip.chosen, RULE, reason)


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
        schema["examples"] = sequence_of(schema, values)
    if "nullable" not in schema or not isinstance(schema["nullable"], bool):
        return schema
    nullable, line = schema["nullable"], schema.lines.get("nullable")
    del schema["nullable"]
    return _with_null(schema, line) if nullable else schema


def _with_null(schema: Node, line: int | None) -> Node:
    if kinds := kinds_of(schema):
        schema["type"] = schema["type"] if "null" in kinds else sequence_of(schema, [*kinds, "null"])
        return schema
    null = node_like(schema)
    put(null, "type", "null", line)
    for keyword in ("anyOf", "oneOf"):
        members = schema.get(keyword)
        if isinstance(members, list) and not any(key in schema for key in _COMPOSED if key != keyword):
            if not any("null" in kinds_of(member) for member in members):  # a second one would take it too
                schema[keyword] = sequence_of(schema, [*members, null])
            return schema
    if not any(key in schema for key in _COMPOSED):
        return schema
    inner, outer = node_like(schema), node_like(schema)
    for key, value in schema.items():
        put(outer if key in _ANNOTATIONS else inner, key, value, schema.lines.get(key))
    members = inner.get("allOf")
    if len(inner) == 1 and isinstance(members, list) and len(members) == 1 and isinstance(members[0], Node):
        inner = members[0]
    put(outer, "anyOf", sequence_of(schema, [inner, null]), line)
    return outer
