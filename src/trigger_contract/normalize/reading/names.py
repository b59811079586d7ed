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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from trigger_contract.document.paths import template
from trigger_contract.document.references import join_pointer, split_pointer
from trigger_contract.document.shape import COMPONENT_KINDS, ONE, REFERENCE_KINDS, field_shape, walk
from trigger_contract.document.yaml import LocatedMapping
from trigger_contract.normalize.located import (
    Found,
    Node,
    Pointer,
    as_map,
    copy_value,
    find,
    line_of,
    map_of,
    mappings,
    maps_of,
    node_like,
    node_of,
    objects,
    put,
    refusal,
    take,
    text_of,
)
from trigger_contract.normalize.model import RULE, Contradiction, Slip, Unread, brief, claim
from trigger_contract.normalize.naming.words import component_key, pascal, singular
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
    if "\\u" not in text and (text.isascii() or text == text.translate(_INVISIBLE)):
        return
    for value in mappings(document):
        _clean(value, slips)


def _clean(value: LocatedMapping, slips: list[Slip]) -> None:
    for key in list(value):
        clean = key.translate(_INVISIBLE)
        item, line = value.pop(key), line_of(value, key)
        put(value, key if clean in value else clean, item, line)
        if clean != key:
            said = f"{clean!r} with a character that is invisible, such as U+200B"
            slips.append(Slip(value, clean, line, said, clean))
    for key in _WORDS & value.keys():
        item = text_of(value, key)
        clean = item.translate(_INVISIBLE)
        if item != clean:
            value[key] = clean
            said = f"{key}: {clean!r} with a character that is invisible"
            slips.append(Slip(value, key, line_of(value, key), said, clean))


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
    """Rename components whose names OpenAPI forbids, in place; one whose new name is taken is left.

    Args:
        document: The document, its form not checked yet.
        slips: Where each is noted.
    """
    components = node_of(document, "components")
    renamed: dict[tuple[str, str], str] = {}
    for group in COMPONENT_KINDS:
        named = node_of(components, group)
        taken = set(named)
        for name in named:
            legal = component_key(name)
            if legal not in taken:
                taken.add(legal)
                renamed[group, name] = legal
                slips.append(Slip(components, "name", line_of(named, name), f"components: {name}", legal))
    rename_components(document, renamed)


def rename_components(document: LocatedMapping, renamed: Mapping[tuple[str, str], str]) -> None:
    """Rename components and everything that refers to them, in place.

    Args:
        document: The document, which need not have its form yet.
        renamed: New names by group, such as ``schemas``, and old name.
    """
    if not renamed:
        return
    for (group, old), new in renamed.items():
        named = node_of(node_of(document, "components"), group)
        if old in named:
            put(named, new, named.pop(old), named.lines.get(old))
    for _, node, kind in walk("document", document):
        _refer(node, "$ref", renamed)
        mapping = map_of(as_map(node).get("discriminator"), "mapping") if kind == "schema" else {}
        for key, value in mapping.items():
            mapping[key] = renamed.get(("schemas", str(value)), value)
            _refer(mapping, key, renamed)
            _refer(value, "$ref", renamed)
        for requirement in maps_of(node, "security") if kind in ("document", "operation") else ():
            for name in list(requirement):
                requirement[renamed.get(("securitySchemes", name), name)] = requirement.pop(name)


def _refer(holder: Any, key: str, renamed: Mapping[tuple[str, str], str]) -> None:
    reference = text_of(holder, key)
    if reference.startswith("#/components/"):
        _, group, *name = split_pointer(unquote(reference[1:]))
        new = renamed.get((group, "/".join(name)))  # a slash in a name is often written as it is
        if new:
            holder[key] = "#" + join_pointer("components", group, new)


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
        node["$ref"], anchored = anchors[node["$ref"]]
        anchored.pop("$anchor", None)


def _kind_at(tokens: Sequence[str]) -> str | None:
    """What a pointer leads to; None where that is nothing of which OpenAPI builds its objects."""
    kind, rest = "document", iter(tokens)
    for token in rest:
        shape = field_shape(kind, token)
        if shape is None:
            return None
        form, kind = shape
        if form != ONE and next(rest, None) is None:
            return f"{form} of objects"
    return kind


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
    tokens = split_pointer(unquote(reference[1:]))
    there = _kind_at(tokens)
    if there not in (kind, None):
        message = f"reference {reference!r} points to a {there}, but a {kind} belongs here"
        raise refusal(node, "$ref", message)
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
    in_operation = tokens[0] in ("paths", "webhooks") and len(tokens) > 3
    base = _name_in_operation(document, tokens) if in_operation else pascal(_spoken(tokens))
    base = component_key(base) if base else "Shared"
    name, number = base, 2
    while name in taken:
        name, number = f"{base}{number}", number + 1
    return name


def _name_in_operation(document: Node, tokens: list[str]) -> str:
    """Call a body after its operation, and what is inside it after the thing that the path is about."""
    group, path, method, place = tokens[:4]
    inner = tokens[tokens.index("schema") + 1 :] if "schema" in tokens else []
    if spoken := _spoken(inner):
        return pascal(f"{singular(template(path).noun)} {spoken}")
    named = text_of(document[group][path].get(method), "operationId") or f"{method} {path}"
    part = {"responses": "Response", "requestBody": "RequestBody"}.get(place, "Parameter")
    return f"{pascal(named)}{part}{'Item' if inner[-1:] == ['items'] else ''}"


def _spoken(tokens: list[str]) -> str:
    return " ".join(t for t in tokens if t not in _FILLERS and not t.isdigit() and "/" not in t)
