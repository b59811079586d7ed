"""Parts of the expanded dialect in words of their own: roots, which are lists of alternatives, and security.

Security has titles such as ``API key & Org``, and the schemes in groups.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice, permutations, takewhile
from typing import Any

from trigger_contract.document.yaml import LocatedMapping, LocatedSequence
from trigger_contract.normalize.located import (
    Node,
    line_of,
    list_of,
    map_of,
    mapping_of,
    node_like,
    nodes_in,
    objects,
    put,
    refusal,
    sequence_of,
    take,
    text_of,
)
from trigger_contract.normalize.naming.words import folded, words

HINT = "x-ref-identifier"

_ENUM = re.compile(r"enum<(.+)>\Z")
_REPEATED = ("title", "deprecated", "readOnly", "writeOnly", "default", "example", "examples")
_SCALARS = ("string", "integer", "number", "boolean", "array")
_MARKS = ("isOneOf", "isAnyOf", "isAllOf", "_depth")
UNKNOWN_SCHEME = "The page does not show how this scheme is sent."
_MOST_ORDERS = 120


def alternatives_of(entry: LocatedMapping, key: str = "schemaArray") -> list[LocatedMapping]:
    """Return the alternatives of a root.

    Raises:
        UserError: One of them is no schema.
    """
    value = entry.get(key)
    items = value if isinstance(value, list) else [] if value is None else [value]
    result = [item for item in items if isinstance(item, LocatedMapping)]
    if len(result) != len(items):
        raise refusal(entry, key, f"`{key}` must hold schemas")
    return result


def read_root(entry: LocatedMapping, alternatives: list[LocatedMapping]) -> Node:
    """Turn the alternatives into one schema: one alone is the schema, several are an ``anyOf``.

    A name that is required and that no property has is left out. Roots of requests do not show what is
    read-only and those of responses not what is write-only, yet both list its name as required; and
    such a property is required on its own way only (OpenAPI 3.0.3, Schema Object, ``readOnly``).
    """
    schemas = [_root(alternative) for alternative in alternatives]
    if len(schemas) == 1:
        return schemas[0]
    result = node_like(entry)
    if not schemas:
        return result
    _gather_texts(result, schemas)
    whole = _of_types(schemas)
    if whole is not None:
        take(whole, result, but=())
        return whole
    put(result, "anyOf", sequence_of(entry, list(schemas)))
    return result


def _gather_texts(result: Node, schemas: list[Node]) -> None:
    """Say once what all alternatives repeat, because the source says it of the whole."""
    for word in _REPEATED:
        if all(word in schema and schema[word] == schemas[0].get(word) for schema in schemas):
            put(result, word, schemas[0][word], schemas[0].lines.get(word))
            for schema in schemas:
                del schema[word]
    texts = [schema.get("description") for schema in schemas]
    lines = [text.split("\n") if isinstance(text, str) else [] for text in texts]
    columns = zip(*lines, strict=False)
    shared = len([*takewhile(lambda column: len(set(column)) == 1, columns)])
    if not shared:
        return
    # The text of the whole comes first, then that of the alternative on a line of its own.
    put(result, "description", "\n".join(lines[0][:shared]), schemas[0].lines.get("description"))
    for schema, text in zip(schemas, lines, strict=True):
        if text[shared:]:
            schema["description"] = "\n".join(text[shared:])
        else:
            del schema["description"]


def _of_types(schemas: list[Node]) -> Node | None:
    """Write bare types, or a scalar and null, as one schema of several types, as most documents do."""
    kinds = [text_of(schema, "type") for schema in schemas]
    others = [schema for schema in schemas if list(schema) != ["type"]]
    whole = others[0] if others else schemas[0]
    kind = text_of(whole, "type")
    scalar_or_null = kind in _SCALARS and sorted(kinds) == sorted((kind, "null"))
    if not all(kinds) or (others and not scalar_or_null):
        return None
    whole["type"] = sequence_of(whole, [kind, "null"] if others else kinds)
    if list_of(whole, "enum") and None not in whole["enum"]:  # the dialect drops a null among the values
        whole["enum"] = sequence_of(whole, [*whole["enum"], None])
    return whole


def _root(entry: LocatedMapping) -> Node:
    """Turn one root-level entry, with its own keywords, into a standard schema."""
    schema, kind = node_like(entry), entry.get("type")
    # Whether it is required belongs to the parameter or the body.
    take(schema, entry, but=("required", "requiredProperties", "refIdentifier"))
    component = text_of(entry, "refIdentifier")
    if component.startswith("#/components/schemas/"):
        put(schema, HINT, component.rpartition("/")[2], line_of(entry, "refIdentifier"))
    if "requiredProperties" in entry:
        named, known = entry["requiredProperties"], map_of(entry, "properties")
        if isinstance(named, list) and all(isinstance(name, str) for name in named):
            named = sequence_of(named, [name for name in named if name in known])
        put(schema, "required", named, line_of(entry, "requiredProperties"))
    if isinstance(entry.get("properties"), LocatedMapping):
        properties = schema["properties"] = node_like(entry["properties"])
        for name, item in entry["properties"].items():
            put(properties, name, _unwrap(item), line_of(entry["properties"], name))
    for word in ("items", "additionalProperties"):
        if word in entry:
            schema[word] = _unwrap(entry[word])
    for word in ("required", "properties", "enum"):  # null was the only value, and the dialect drops that
        if word in schema and schema[word] in ([], {}):
            del schema[word]
    if kind == "any":
        del schema["type"]
    elif kind == "file":
        schema["type"] = "string"
        _file(schema, line_of(entry, "type"))
    elif isinstance(kind, str) and (match := _ENUM.match(kind)):
        schema["type"] = match[1]
    return schema


def _file(schema: Node, line: int | None) -> None:
    """A file is shown by its format where the source had one, by its media type otherwise."""
    if "contentMediaType" not in schema:
        line = schema.lines.get("contentEncoding", line)
        put(schema, "format", schema.pop("contentEncoding", schema.get("format", "binary")), line)
    elif schema.get("contentEncoding") == "binary":
        del schema["contentEncoding"]


def _unwrap(value: Any) -> Any:
    """Undo ``{allOf: [schema]}``, in which the dialect wraps everything right below a root."""
    members = list_of(value, "allOf")
    return members[0] if len(members) == 1 and len(value) == 1 else value


def without_marks(document: Node) -> Node:
    """Remove, in place, what the site's converter leaves behind in schemas that it has gone through.

    It notes on the members of a composition of which component they are part, and how deep it found them.
    """
    for _, node, _ in objects(document, "schema"):
        for mark in _MARKS:
            node.pop(mark, None)
    return document


def read_security(request: LocatedMapping) -> tuple[LocatedSequence | None, Node]:
    """Read the alternatives of security; names are made up again from the titles.

    Args:
        request: The endpoint's ``request``.

    Returns:
        The alternatives, or None where the page shows none, and the schemes by name.

    Raises:
        UserError: ``security`` does not have the dialect's form.
    """
    alternatives, schemes = request.get("security"), node_like(request)
    if not isinstance(alternatives, LocatedSequence):
        return None, schemes
    shown = []
    for alternative in alternatives:
        if not isinstance(alternative, LocatedMapping):
            raise refusal(request, "security", "`security` must hold alternatives")
        names = [component_key(part) for part in str(alternative.get("title", "")).split(" & ")]
        shown.append((alternative, [name for name in names if name], list(_schemes(alternative))))
    # Where a page shows every scheme of an alternative, there is nothing to guess for the others.
    for alternative, names, definitions in sorted(
        shown, key=lambda entry: (len(entry[1]) != len(entry[2]), len(entry[1]))
    ):
        for name, definition in _by_title(names, definitions, schemes).items():
            put(schemes, name, definition)
        for name in names:
            if name not in schemes:
                # The dialect leaves nothing of openIdConnect and of unknown http schemes but the name.
                put(schemes, name, unknown_scheme(alternative))
    requirements = []
    for alternative, names, _ in shown:
        requirement = node_like(alternative)
        for name in names:
            put(requirement, name, sequence_of(alternative, []), line_of(alternative, "title"))
        requirements.append(requirement)
    return sequence_of(alternatives, requirements), schemes


def unknown_scheme(like: Any) -> Node:
    """Define a scheme of which only the name is known, as far as that goes: the commonest way is assumed."""
    return node_like(like, type="http", scheme="bearer", description=UNKNOWN_SCHEME)


def _by_title(names: list[str], definitions: list[Node], known: Node) -> dict[str, Node]:
    """Give the schemes of one alternative to the names in its title, as far as words and other titles tell.

    The title has its own order, the schemes stand grouped by where they are sent; and of two that are
    both sent as ``Authorization`` the page shows only the second. A scheme goes with the name that has
    the most words in common with it; where words do not tell, the order of the page does.
    """
    rest = [scheme for scheme in definitions if scheme not in [known.get(name) for name in names]]
    left = [name for name in names if name not in known]

    def likeness(order: Iterable[str]) -> int:
        pairs = zip(order, rest, strict=False)
        return sum(word in folded(name) for name, scheme in pairs for word in _told(scheme))

    # The first of equals is the order as published; with fewer schemes than names, the last names.
    orders = list(islice(permutations(left, min(len(rest), len(left))), _MOST_ORDERS))
    if len(rest) < len(left):
        orders.reverse()
    return dict(zip(max(orders, key=likeness), rest, strict=False))


def _told(scheme: Node) -> Iterator[str]:
    """Words that a scheme's name may well have: of its parameter, else of its type and place."""
    key = f"{scheme.get('name')} api key {scheme.get('in')}"
    told = key if scheme.get("type") == "apiKey" else f"{scheme.get('type')} {scheme.get('scheme')}"
    return (word.casefold() for word in words(told) if len(word) > 1)


def component_key(title: str) -> str:
    """Make a legal component key of a title, in which ``_`` and ``-`` were turned into blanks."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", title.strip()).strip("_")


def _schemes(alternative: LocatedMapping) -> Iterator[Node]:
    groups = mapping_of(alternative, "parameters")
    for place in ("query", "header", "cookie"):
        for name, entry in nodes_in(mapping_of(groups, place)):
            scheme = node_like(entry)
            take(scheme, entry, but=())
            if entry.get("type") == "apiKey":
                put(scheme, "name", name)
                put(scheme, "in", place)
            yield scheme
