"""References in other forms than ``#/components/…/name``, rewritten to the form that later steps follow.

Those by anchor, ``$ref: '#tree'``, and those into the middle of something, such as
``#/components/schemas/Run/properties/status``. Both are legal, but what they point to may get a name or be
merged with another page's. So a schema that is referred to in this way becomes a component at once, and
anything else is copied to its place. Source: JSON Schema 2020-12, core specification, 8.2.2 (``$anchor``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from trigger_contract.document.references import join_pointer, split_pointer
from trigger_contract.document.shape import COMPONENT_KINDS, ONE, REFERENCE_KINDS, field_shape, walk
from trigger_contract.normalize.located import (
    Found,
    Node,
    copy_value,
    find,
    node_like,
    objects,
    put,
    refusal,
    text_of,
)
from trigger_contract.normalize.naming import component_key, pascal, singular

_FILLERS = frozenset(
    ("properties", "items", "schema", "content", "paths", "components", "schemas", "responses")
)
_MAXIMUM_ROUNDS = 20


def settle_references(document: Node, found: Sequence[Found]) -> None:
    """Make every reference point to a named component, in place.

    References that lead nowhere are left for the check of the whole draft, since another page may have
    what is missing.

    Args:
        document: The document.
        found: All in it that may be a reference.

    Raises:
        UserError: A reference leads into itself, names an anchor that no schema has, or the whole document.
    """
    _settle_anchors(found)
    for _ in range(_MAXIMUM_ROUNDS):
        deep = [
            (node, kind)
            for _, node, kind in found
            if _is_deep(node.get("$ref")) and find(document, node["$ref"]) is not None
        ]
        if not deep:
            return
        _check_kinds(document, deep)
        for node, kind in deep:
            _settle(document, node, kind)
        found = list(objects(document, *REFERENCE_KINDS))
    raise refusal(deep[0][0], "$ref", f"reference {deep[0][0]['$ref']!r} leads into itself")


def _settle_anchors(found: Sequence[Found]) -> None:
    """Rewrite every reference to an anchor; the anchors that were used are removed."""
    references = [
        node
        for _, node, _ in found
        if text_of(node, "$ref").startswith("#") and not node["$ref"].startswith("#/")
    ]
    if not references:
        return
    anchors = {
        f"#{node['$anchor']}": (f"#{join_pointer(*pointer)}", node)
        for pointer, node, kind in reversed(found)
        if kind == "schema" and text_of(node, "$anchor")
    }
    for node in references:
        if node["$ref"] not in anchors:
            what = "the whole document" if node["$ref"] == "#" else "an anchor that no schema has"
            message = f"reference {node['$ref']!r} points to {what}; refer to a component"
            raise refusal(node, "$ref", message)
    for node in references:
        node["$ref"], anchored = anchors[node["$ref"]]
        anchored.pop("$anchor", None)


def _check_kinds(document: Node, deep: list[tuple[Node, str]]) -> None:
    """Refuse a reference to something else than what belongs in its place, such as ``#/paths``."""
    kinds: dict[int, str] = {}
    for _, node, kind in walk("document", document):
        kinds[id(node)] = kind
        for name, below in node.items() if isinstance(node, Node) else ():
            shape = field_shape(kind, name)
            if shape is not None and shape[0] != ONE and isinstance(below, (dict, list)):
                kinds[id(below)] = f"{shape[0]} of objects"
    for node, kind in deep:
        target = find(document, node["$ref"])
        there = kinds.get(id(target), kind) if isinstance(target, (dict, list)) else kind
        if there != kind:
            message = f"reference {node['$ref']!r} points to a {there}, but a {kind} belongs here"
            raise refusal(node, "$ref", message)


def _is_deep(reference: Any) -> bool:
    if not isinstance(reference, str) or not reference.startswith("#"):
        return False
    tokens = reference.split("/")
    return not (len(tokens) == 4 and tokens[1] == "components" and tokens[2] in COMPONENT_KINDS)


def _settle(document: Node, node: Node, kind: str) -> None:
    reference = node["$ref"]
    target = find(document, reference)
    if target is None or not _is_deep(reference):
        return
    if target is node:
        raise refusal(node, "$ref", f"reference {reference!r} only points to itself")
    if kind != "schema" or not isinstance(target, Node):
        copied = copy_value(target)
        siblings = {key: value for key, value in node.items() if key != "$ref"}
        node.clear()
        node.update(copied if isinstance(copied, dict) else {})
        node.update(siblings)
        return
    if isinstance(target.get("$ref"), str) and len(target) == 1:
        node["$ref"] = target["$ref"]
        return
    tokens = split_pointer(unquote(reference[1:]))
    components = document.setdefault("components", node_like(document))
    schemas = components.setdefault("schemas", node_like(components))
    name = _name(document, tokens, schemas)
    moved = node_like(target)
    for key, value in target.items():
        put(moved, key, value, target.lines.get(key))
    put(schemas, name, moved, target.line)
    target.clear()
    put(target, "$ref", f"#/components/schemas/{name}")
    node["$ref"] = target["$ref"]


def _name(document: Node, tokens: list[str], taken: Node) -> str:
    if tokens[0] in ("paths", "webhooks") and len(tokens) > 3:
        base = _name_in_operation(document, tokens)
    else:
        base = "".join(pascal(word) for word in _spoken(tokens))
    base = component_key(base) or "Shared"
    name, number = base, 2
    while name in taken:
        name, number = f"{base}{number}", number + 1
    return name


def _name_in_operation(document: Node, tokens: list[str]) -> str:
    """Call a body after its operation, and what is inside it after the thing that the path is about."""
    path, method = tokens[1], tokens[2]
    operation = document[tokens[0]][path].get(method)
    inner = tokens[tokens.index("schema") + 1 :] if "schema" in tokens else []
    static = [part for part in path.split("/") if part and not part.startswith("{")]
    if _spoken(inner):
        return "".join(map(pascal, [singular(static[-1]) if static else "", *_spoken(inner)]))
    identifier = operation.get("operationId") if isinstance(operation, dict) else None
    named = pascal(identifier) if isinstance(identifier, str) else "".join(map(pascal, [method, *static]))
    part = {"responses": "Response", "requestBody": "RequestBody"}.get(tokens[3], "Parameter")
    return f"{named}{part}{'Item' if inner[-1:] == ['items'] else ''}"


def _spoken(tokens: list[str]) -> list[str]:
    return [token for token in tokens if token not in _FILLERS and not token.isdigit() and "/" not in token]
