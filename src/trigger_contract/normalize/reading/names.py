"""Names, keywords and references that OpenAPI has in another form: put right, or else told of.

Names of components such as ``Page<Cart>``, which generators write; characters that nobody sees; words of
OpenAPI 3.0 in a document of 3.1; misspelt keywords: JSON Schema lets any word stand in a schema, so a
validator passes over ``requird``. References by anchor, ``$ref: '#tree'``, and those into the middle of
something, such as ``#/components/schemas/Run/properties/status``, are legal, but what they point to may get a
name or be merged with another page's: such a schema becomes a component at once, anything else is copied.
Sources: OpenAPI 3.0.3 and 3.1.0, Schema Object; 3.1.0, 4.8.7 Components Object (keys are letters, digits,
dots, hyphens and underscores); JSON Schema 2020-12, core, 8.2.2 (``$anchor``), and validation.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import unquote

from trigger_contract.document.references import join_pointer, split_pointer
from trigger_contract.document.shape import COMPONENT_KINDS, ONE, REFERENCE_KINDS, field_shape, walk
from trigger_contract.document.yaml import LocatedMapping
from trigger_contract.normalize.located import (
    Found,
    Node,
    Pointer,
    copy_value,
    find,
    line_of,
    mappings,
    node_like,
    node_of,
    objects,
    put,
    refusal,
    take,
    text_of,
)
from trigger_contract.normalize.model import RULE, Contradiction, Slip, Unread, brief, claim
from trigger_contract.normalize.naming.words import component_key, is_component_key, pascal, singular
from trigger_contract.normalize.reading.fields import FIELDS

_INVISIBLE = str.maketrans("", "", "\u200b\u2060\ufeff\u00ad")
_WORDS = frozenset(("type", "format", "in", "style", "$ref", "scheme"))

_OLD = "OpenAPI 3.1 knows no such word, so validators pass over it; read as 3.0 means it."
_REASON = "No keyword of a schema is called so, and validators pass over it; it stays as it was written."
_FILLERS = frozenset(
    ("properties", "items", "schema", "content", "paths", "components", "schemas", "responses")
)
_MAXIMUM_ROUNDS = 20


def see_invisible(document: LocatedMapping, text: str, slips: list[Slip]) -> None:
    """Take characters that nobody sees out of keys and of words such as a type, in place, and note each.

    Args:
        document: The loaded document.
        text: What it was loaded from.
        slips: Where is noted what was put right.
    """
    if text.isascii() or text == text.translate(_INVISIBLE):
        return
    for value in mappings(document):
        _clean(value, slips)


def _clean(value: LocatedMapping, slips: list[Slip]) -> None:
    if any(key != key.translate(_INVISIBLE) for key in value):
        items, lines = list(value.items()), dict(value.lines)
        value.clear()
        for key, item in items:
            clean = key.translate(_INVISIBLE)
            value[clean if clean not in value else key] = item
            value.lines[clean] = lines.get(key, value.line)
            if clean != key:
                said = f"{clean!r} with a character that is invisible, such as U+200B"
                slips.append(Slip(value, clean, lines.get(key), said, clean))
    for key in _WORDS & value.keys():
        item = text_of(value, key)
        if item != item.translate(_INVISIBLE):
            said = f"{key}: {item.translate(_INVISIBLE)!r} with a character that is invisible"
            value[key] = item.translate(_INVISIBLE)
            slips.append(Slip(value, key, line_of(value, key), said, value[key]))


def unknown_keywords(found: Iterable[Found]) -> Iterator[Contradiction]:
    """Yield a note for each word in the place of a schema's keyword that is none, with all its places."""
    unknown: dict[str, list[tuple[Pointer, Node]]] = {}
    for pointer, schema, kind in found:
        if kind == "schema" and not FIELDS["schema"].issuperset(schema):
            for word in schema:
                if word not in FIELDS["schema"] and not word.startswith("x-"):
                    unknown.setdefault(word, []).append(((*pointer, word), schema))
    for word, places in unknown.items():
        (pointer, schema), *others = places
        near = difflib.get_close_matches(word, FIELDS["schema"], 1, 0.75)
        meant = f"; perhaps {near[0]} is meant" if near else ""
        says = f"{word}: {brief(schema[word])}{meant}"
        claims = (claim(schema, word, says),)
        places_too = tuple(place for place, _ in others)
        yield Contradiction("unknown keyword", pointer, claims, "as written", RULE, _REASON, places_too)


def make_keys_legal(document: LocatedMapping, slips: list[Slip]) -> None:
    """Rename such components, in place, wherever they are referred to; one whose new name is taken is left.

    Args:
        document: The document, its form not checked yet.
        slips: Where each is noted.
    """
    components = node_of(document, "components")
    renamed: dict[tuple[str, str], str] = {}
    for kind in COMPONENT_KINDS:
        named = node_of(components, kind)
        if all(map(is_component_key, named)):
            continue
        lines = named.lines.copy()
        entries = list(named.items())
        taken = {name for name in named if is_component_key(name)}
        named.clear()
        for name, value in entries:
            legal = name if name in taken else component_key(name)
            if legal != name and legal not in taken:
                taken.add(legal)
                renamed[kind, name] = legal
                slips.append(Slip(components, "name", lines.get(name), f"components: {name}", legal))
            put(named, renamed.get((kind, name), name), value, lines.get(name))
    if renamed:
        for node in mappings(document):
            for key, value in node.items():
                if isinstance(value, str) and value.startswith("#/components/"):
                    node[key] = _renamed(value, renamed)


def _renamed(reference: str, renamed: dict[tuple[str, str], str]) -> str:
    tokens = split_pointer(unquote(reference[1:]))
    name = "/".join(map(str, tokens[2:]))  # a slash in a name is often written as it is
    legal = renamed.get((str(tokens[1]), name)) if len(tokens) > 2 else None
    return "#" + join_pointer("components", tokens[1], legal) if legal else reference


def old_forms(document: LocatedMapping) -> Iterator[Unread]:
    """Yield the use of ``nullable``, a word of OpenAPI 3.0, which 3.1 took out for the type ``null``."""
    if not str(document.get("openapi")).startswith("3.1"):
        return
    lines = [
        line_of(value, "nullable") or 0
        for value in mappings(document)
        if isinstance(value.get("nullable"), bool)
    ]
    if lines:
        says = (
            f"`nullable` in {len(lines)} schema{'s' if len(lines) > 1 else ''} of a document of OpenAPI 3.1"
        )
        yield Unread(("nullable",), min(lines), says, "null as a type", "old form", _OLD)


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
    take(moved, target, but=())
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
