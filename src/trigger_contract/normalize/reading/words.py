"""Names and keywords of a page that OpenAPI does not have: put right where that is possible, else told of.

Names of components such as ``Page<Cart>``, which generators write; characters that nobody sees; words of
OpenAPI 3.0 in a document of 3.1; misspelt keywords. JSON Schema lets any word stand in a schema, so a
validator passes over ``requird``.
Sources: OpenAPI 3.0.3 and 3.1.0, Schema Object; 3.1.0, 4.8.7 Components Object (keys are letters, digits,
dots, hyphens and underscores); JSON Schema 2020-12, core and validation.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from trigger_contract.document.references import join_pointer, split_pointer
from trigger_contract.document.shape import COMPONENT_KINDS
from trigger_contract.document.yaml import LocatedMapping
from trigger_contract.normalize.ledger import RULE, Contradiction, brief, claim
from trigger_contract.normalize.located import Found, Node, Pointer, line_of, mappings, node_of, put, text_of
from trigger_contract.normalize.model import Slip, Unread
from trigger_contract.normalize.naming import component_key, is_component_key
from trigger_contract.normalize.reading.fields import FIELDS

_INVISIBLE = str.maketrans("", "", "\u200b\u2060\ufeff\u00ad")
_WORDS = frozenset(("type", "format", "in", "style", "$ref", "scheme"))

_OLD = "OpenAPI 3.1 knows no such word, so validators pass over it; read as 3.0 means it."
_REASON = "No keyword of a schema is called so, and validators pass over it; it stays as it was written."


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
