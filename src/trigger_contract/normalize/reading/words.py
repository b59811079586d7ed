"""Keywords of a page that no reader knows: misspelt ones, and those with characters that nobody sees.

JSON Schema lets any word stand in a schema, so a validator passes over ``requird``; here it is told of.
Sources: JSON Schema 2020-12, core and validation; OpenAPI 3.0.3 and 3.1.0, Schema Object.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any

from trigger_contract.document.shape import walk
from trigger_contract.document.yaml import LocatedMapping
from trigger_contract.normalize.ledger import RULE, Claim, Contradiction, brief
from trigger_contract.normalize.located import Pointer, line_of
from trigger_contract.normalize.reading.slips import Slip

_INVISIBLE = str.maketrans("", "", "\u200b\u2060\ufeff\u00ad")
_WORDS = frozenset(("type", "format", "in", "style", "$ref", "scheme"))

SCHEMA_KEYWORDS = frozenset(
    (
        *("$schema", "$id", "id", "$anchor", "$ref", "$dynamicRef", "$dynamicAnchor", "$recursiveRef"),
        *("$recursiveAnchor", "$vocabulary", "$comment", "$defs", "definitions", "allOf", "anyOf", "oneOf"),
        *("not", "if", "then", "else", "dependentSchemas", "dependentRequired", "dependencies"),
        *("prefixItems", "items", "additionalItems", "contains", "minContains", "maxContains"),
        *("properties", "patternProperties", "additionalProperties", "propertyNames"),
        *("unevaluatedItems", "unevaluatedProperties", "type", "enum", "const", "multipleOf", "maximum"),
        *("exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength", "pattern"),
        *("maxItems", "minItems", "uniqueItems", "maxProperties", "minProperties", "required", "format"),
        *("contentEncoding", "contentMediaType", "contentSchema", "title", "description", "default"),
        *("deprecated", "readOnly", "writeOnly", "examples", "example", "nullable", "discriminator"),
        *("xml", "externalDocs"),
    )
)
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
    stack: list[Any] = [document]
    while stack:
        value = stack.pop()
        if isinstance(value, LocatedMapping):
            _clean(value, slips)
            stack.extend(item for item in value.values() if isinstance(item, (dict, list)))
        elif isinstance(value, list):
            stack.extend(item for item in value if isinstance(item, (dict, list)))


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
        item = value[key]
        if isinstance(item, str) and item != item.translate(_INVISIBLE):
            said = f"{key}: {item.translate(_INVISIBLE)!r} with a character that is invisible"
            value[key] = item.translate(_INVISIBLE)
            slips.append(Slip(value, key, line_of(value, key), said, value[key]))


def unknown_keywords(document: LocatedMapping) -> Iterator[Contradiction]:
    """Yield a note for each word in the place of a schema's keyword that is none, with all its places."""
    found: dict[str, list[tuple[Pointer, LocatedMapping]]] = {}
    for pointer, schema, kind in walk("document", document):
        if kind == "schema" and isinstance(schema, LocatedMapping) and not SCHEMA_KEYWORDS.issuperset(schema):
            for word in schema:
                if word not in SCHEMA_KEYWORDS and not word.startswith("x-"):
                    found.setdefault(word, []).append(((*pointer, word), schema))
    for word, places in found.items():
        (pointer, schema), *others = places
        near = difflib.get_close_matches(word, SCHEMA_KEYWORDS, 1, 0.75)
        meant = f"; perhaps {near[0]} is meant" if near else ""
        says = f"{word}: {brief(schema[word])}{meant}"
        claims = (Claim(schema.source, line_of(schema, word), says),)
        places_too = tuple(place for place, _ in others)
        yield Contradiction("unknown keyword", pointer, claims, "as written", RULE, _REASON, places_too)
