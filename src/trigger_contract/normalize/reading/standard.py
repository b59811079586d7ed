"""The standard dialect: OpenAPI 3.0 and 3.1, a whole document or the part of one that a page shows.

Spellings of 3.0 inside schemas become those of 3.1; pages that call themselves 3.1 misuse them just as often,
so they are looked for in both.
Sources: OpenAPI 3.0.3, Schema Object (``nullable``, boolean ``exclusiveMinimum``); JSON Schema 2020-12.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from trigger_contract.document.composition import ANNOTATIONS
from trigger_contract.document.shape import METHODS, REFERENCE_KINDS, children, is_extension, walk
from trigger_contract.document.yaml import LocatedMapping
from trigger_contract.normalize.located import (
    Node,
    Pointer,
    as_map,
    copy_value,
    find,
    follow,
    kinds_of,
    list_of,
    map_of,
    maps_of,
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
_SLIP = "A slip of form: what is said is kept in the form that OpenAPI has for it, if it has one."
_OUTSIDE = ANNOTATIONS - {"discriminator"}  # of what may be null
_MARKS = {
    **dict.fromkeys(("operation", "pathItem"), ("method", "type", "path")),
    "schema": ("isOneOf", "isAnyOf", "isAllOf", "_depth"),
}
_COMPOSED = ("$ref", "allOf", "anyOf", "oneOf")
_HOLDS_PATH_ITEMS = frozenset(("components", "pathItem", "operation", "callback"))


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
        _without_marks(value, kind)
        if kind == "schema":
            value = container[tokens[-1]] = upgrade_schema(value)
        if isinstance(container, Node):
            value.line = container.lines[str(tokens[-1])]
    return result


def _without_marks(node: Node, kind: str) -> None:
    """Remove what sites leave behind in parts of a document that they have gone through but not turned back.

    They mark operations and path items with their method, type and path, and members of compositions with
    what they are part of. In callbacks they write a requirement as a reference beside its scopes, and in the
    mapping of a discriminator, whose values are texts (OpenAPI 3.1.0, 4.8.25), references.
    """
    for mark in _MARKS.get(kind, ()):
        node.pop(mark, None)
    for requirement in maps_of(node, "security") if kind == "operation" else ():
        for name, scopes in requirement.items():
            requirement[name] = map_of(requirement, name).get("scopes", scopes)
    mapping = map_of(node.get("discriminator"), "mapping") if kind == "schema" else {}
    for name, value in mapping.items():
        mapping[name] = text_of(value, "$ref") or value


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
    waiting: list[tuple[str, Any]] = [("document", document)]
    for kind, value in waiting:  # which grows by what holds path items
        if not isinstance(value, Node):
            continue
        if kind == "pathItem" and "$ref" not in value:
            _push_item(document, value, above)
        below = children(kind, value)
        waiting += [(name, child) for _, child, name, _ in below if name in _HOLDS_PATH_ITEMS]


def _push_item(document: Node, item: Node, above: dict[str, Any]) -> None:
    parameters = _by_identity(document, item.pop("parameters", []))
    if "servers" in item:
        above = {**above, "servers": item.pop("servers")}
    for method in METHODS:
        operation = item.get(method)
        if not isinstance(operation, Node):
            continue
        own = _by_identity(document, operation.get("parameters", []))
        inherited = [copy_value(parameters[identity]) for identity in parameters if identity not in own]
        if inherited:
            put(operation, "parameters", sequence_of(operation, [*inherited, *own.values()]))
        for key, value in above.items():
            if key not in operation:
                put(operation, key, copy_value(value))


def _by_identity(document: Node, parameters: Any) -> dict[tuple[Any, Any], Any]:
    """Return parameters by name and place, or by the reference where it cannot be followed.

    Raises:
        UserError: One stands there twice.
    """
    known: dict[tuple[Any, Any], Any] = {}
    for parameter in parameters:
        target = follow(parameter, partial(find, document))
        lost = (text_of(parameter, "$ref"), None)
        identity = lost if target is None else (target.get("name"), target.get("in"))
        if identity in known:
            name = f"{identity[1] or 'parameter'} {identity[0]!r}"
            raise refusal(parameter, "", f"{name} stands twice in one list of parameters")
        known[identity] = parameter
    return known


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
        said = (slip.says, "OpenAPI has no such thing there")
        claims = tuple(Claim(slip.node.source, slip.line, text) for text in said)
        yield Contradiction("form", where, claims, slip.chosen, RULE, _SLIP)


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
        values = [as_map(item).get("value", item) for item in named.values()]
        schema["examples"] = sequence_of(schema, values)
    nullable, line = schema.get("nullable"), schema.lines.get("nullable")
    if not isinstance(nullable, bool):
        return schema
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
        put(outer if key in _OUTSIDE else inner, key, value, schema.lines.get(key))
    members = list_of(inner, "allOf")
    if len(inner) == len(members) == 1 and isinstance(members[0], Node):
        inner = members[0]
    put(outer, "anyOf", sequence_of(schema, [inner, null]), line)
    return outer
