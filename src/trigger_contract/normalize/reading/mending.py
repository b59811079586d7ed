"""Slips of form that published pages live with, put right where what is meant leaves no doubt.

Sites show pages that OpenAPI's own schema refuses: a response without a description, ``required: true`` on
a property, a type of another language, an empty key. What such a place says is kept in the form that OpenAPI
has for it; what OpenAPI has no place for is left out. Either is noted, unless nothing was said at all.
Sources: OpenAPI 3.0.3 and 3.1.0, chapter 4.8; JSON Schema 2019-09, 8.2.4.2 (``$recursiveRef``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from trigger_contract.document.references import join_pointer
from trigger_contract.document.shape import walk
from trigger_contract.document.yaml import LocatedMapping, LocatedSequence
from trigger_contract.normalize.located import line_of, list_of, node_like, nodes_in, put, sequence_of
from trigger_contract.normalize.model import Slip, brief
from trigger_contract.normalize.reading.fields import FIELDS, SCHEME_FIELDS

_VALUES = frozenset(("default", "example", "const", "value"))
PLAIN = ("string", "number", "integer", "boolean", "array", "object", "null")
"""The types of JSON Schema."""
_FORMATS = "date date-time time duration uuid uri email hostname ipv4 ipv6 password byte binary"
_WORDS = (
    ("string", "=", _FORMATS),
    ("string", "date-time", "datetime timestamp"),
    ("string", "uri", "url"),
    ("string", "binary", "file"),
    ("string", "", "str text"),
    ("integer", "=", "int32 int64"),
    ("integer", "int64", "long"),
    ("integer", "", "int"),
    ("number", "=", "float double"),
    ("number", "", "decimal"),
    ("boolean", "", "bool"),
    ("array", "", "list"),
    ("object", "", "map dict"),
)
TYPES: dict[str, dict[str, str]] = {word: {} for word in ("any", "mixed", "json", "enum", "")} | {
    word: {"type": kind, **({"format": form.replace("=", word)} if form else {})}
    for kind, form, words in _WORDS
    for word in words.split()
}
"""What words mean that pages have for types and JSON Schema has not; nothing where any value is meant."""
# What a site knows a schema by inside and has failed to turn back into its name.
_LOST = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


# -- what says nothing, or says it in a form that is plain: mended without a word ----------------------


def _is(*kinds: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, kinds)


def _is_just(empty: Any) -> Callable[[Any], bool]:
    return lambda value: bool(value == empty)


def _lacks(word: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, dict) and not value.get(word)


def _listed(holder: LocatedMapping, value: Any) -> Any:
    return sequence_of(holder, [value])


def _named_tags(holder: LocatedMapping, tags: Any) -> Any:
    for index, tag in enumerate(tags):
        if isinstance(tag, str):
            tags[index] = named = node_like(holder)
            put(named, "name", tag, line_of(tags, index))
    return tags


def _with_scopes(_: LocatedMapping, requirements: Any) -> Any:
    for requirement in requirements:
        if isinstance(requirement, LocatedMapping):
            for name in [name for name, scopes in requirement.items() if scopes is None]:
                requirement[name] = sequence_of(requirement, [])
    return requirements


def _named_examples(holder: LocatedMapping, examples: Any) -> Any:
    """Give the examples of a list names, and wrap those that are the value itself."""
    named = node_like(holder)
    listed = isinstance(examples, list)
    for key, item in enumerate(examples) if listed else examples.items():
        example, line = item, line_of(examples, key)
        if not isinstance(item, dict) or item.keys().isdisjoint(_OF_EXAMPLE):
            put(example := node_like(holder), "value", item, line)
        put(named, str(key + 1 if listed else key), example, line)
    return named


_OF_EXAMPLE = ("value", "$ref", "externalValue", "summary")

# Kinds of objects, a key, the form in which it is mended, and what it becomes; None if it is left out.
_Row = tuple[str, str, Callable[[Any], bool], Callable[[LocatedMapping, Any], Any] | None]
_ROWS: tuple[_Row, ...] = (
    ("document operation tag", "externalDocs", _lacks("url"), None),
    ("info", "license", _lacks("name"), None),
    ("document operation", "security", _is(LocatedMapping), _listed),
    ("document operation", "security", _is(list), _with_scopes),
    ("document", "tags", _is(list), _named_tags),
    ("operation", "tags", _is(str), _listed),
    ("operation", "responses", _is_just({}), None),
    ("parameter header mediaType", "examples", _is(list, LocatedMapping), _named_examples),
    ("requestBody", "content", _is_just(None), lambda holder, _: node_like(holder)),
    ("response", "description", _is_just(None), lambda *_: ""),
    *(("schema", key, _is_just([]), None) for key in ("allOf", "anyOf", "oneOf", "items")),
    ("schema", "discriminator", _is(str), lambda holder, text: node_like(holder, propertyName=text)),
    ("schema", "discriminator", _lacks("propertyName"), None),
    ("schema", "examples", _is(str, int, float), _listed),
)
_BY_KIND = {
    kind: [row[1:] for row in _ROWS if kind in row[0].split()]
    for kind in " ".join(row[0] for row in _ROWS).split()
}
_ODD = frozenset(row[1] for row in _ROWS if row[0] == "schema") | {"required"}


def mend(value: LocatedMapping, kind: str, slips: list[Slip]) -> None:
    """Put right what can be, in place, before the form of an object is judged.

    Args:
        value: The object.
        kind: What kind of object it is.
        slips: Where is noted what was said in another form than OpenAPI's.
    """
    if None in value.values():
        _drop_nulls(value, kind)
    if kind == "schema":
        slips += _schema(value)
        return
    reference, fields = "$ref" in value, FIELDS.get(kind)
    if fields is not None and not fields.issuperset(value) and (not reference or kind == "pathItem"):
        slips += _drop_unknown(value, kind, fields)  # what else stands beside a reference is ignored anyway
    if not reference:
        if kind in _SPECIAL:
            slips += _SPECIAL[kind](value)
        _mend_rows(value, kind)


def _mend_rows(value: LocatedMapping, kind: str) -> None:
    for key, meets, becomes in _BY_KIND.get(kind, ()):
        if meets(value.get(key)):
            if becomes is None:
                del value[key]
            else:
                put(value, key, becomes(value, value.get(key)), value.lines.get(key))


def _drop_nulls(value: LocatedMapping, kind: str) -> None:
    """An empty key says nothing, but where any value may stand, and ``type`` without quotes means null."""
    for name in [name for name, below in value.items() if below is None]:
        if kind == "schema" and name == "type" and value.keys() <= {"type", "description", "title"}:
            value[name] = "null"
        elif kind != "example" and name not in _VALUES and not name.startswith("x-"):
            del value[name]


# -- what is said in another form: mended, and noted ---------------------------------------------------


def slip(node: LocatedMapping, name: str, says: str, chosen: str) -> Slip:
    """Return the note of what was put right under a key, even if that is gone now."""
    return Slip(node, name, line_of(node, name), says, chosen)


def _drop_unknown(value: LocatedMapping, kind: str, fields: Collection[str]) -> Iterator[Slip]:
    for name in [name for name in value if name not in fields and not name.startswith("x-")]:
        said = value.pop(name)
        # Swagger 2 has on a parameter or a header what OpenAPI 3 has in its schema.
        moved = kind in ("parameter", "header") and name in FIELDS["schema"] and "content" not in value
        if moved:
            schema = value.get("schema") or node_like(value)
            if isinstance(schema, LocatedMapping) and name not in schema and "$ref" not in schema:
                put(schema, name, said, line_of(value, name))
                put(value, "schema", schema, value.lines.get("schema", line_of(value, name)))
        yield slip(value, name, f"{name}: {brief(said)}", f"{name} of its schema" if moved else "left out")


def _parameter(value: LocatedMapping) -> Iterator[Slip]:
    if value.get("in") == "path" and value.get("required") is not True:
        said = "required: false" if "required" in value else "no required"
        put(value, "required", True, line_of(value, "required"))
        yield slip(value, "required", f"{said} in a path parameter", "required: true")
    yield from _header(value)


def _header(value: LocatedMapping) -> Iterator[Slip]:
    if "schema" not in value and "content" not in value:
        put(value, "schema", node_like(value))
    schema = value.get("schema")
    if isinstance(schema, LocatedMapping) and isinstance(schema.get("required"), bool):
        yield _required(schema, value)


def _server(value: LocatedMapping) -> Iterator[Slip]:
    for name, variable in nodes_in(value.get("variables")):
        options = list_of(variable, "enum")
        if variable.get("enum") == []:
            del variable["enum"]
        default = variable.get("default")
        if default is None:
            # OpenAPI wants one; where the page names none, the placeholder itself stays visible in the URL.
            default = options[0] if options else name
            put(variable, "default", default)
            yield Slip(value, "server", variable.line, f"no default for {name}", str(default))
        elif not isinstance(default, (str, dict, list)):
            variable["default"] = brief(default)


def _security_scheme(value: LocatedMapping) -> Iterator[Slip]:
    kind = value.get("type")
    if kind in ("basic", "bearer"):
        value["type"] = "http"
        put(value, "scheme", kind, value.lines.get("type"))
        yield slip(value, "type", f"type: {kind}", f"http, {kind}")
    elif kind == "oauth2":
        if "flows" not in value:
            put(value, "flows", node_like(value))
        for _, flow in nodes_in(value["flows"]):
            if flow.get("scopes") is None:
                put(flow, "scopes", node_like(flow))
    yield from _drop_unknown(value, "securityScheme", SCHEME_FIELDS.get(str(value.get("type")), value))


def _recursion(value: LocatedMapping) -> Iterator[Slip]:
    """Write components that refer to themselves in the words of JSON Schema 2019-09 in those of today."""
    for name, schema in nodes_in(value.get("schemas")):
        if schema.pop("$recursiveAnchor", None) is None:
            continue
        reference = "#" + join_pointer("components", "schemas", name)
        for _, node, _ in walk("schema", schema):
            if isinstance(node, LocatedMapping) and node.get("$recursiveRef") == "#":
                put(node, "$ref", reference, line_of(node, "$recursiveRef"))
                del node["$recursiveRef"]
        yield slip(schema, "$recursiveAnchor", "$recursiveRef: #", f"$ref: {reference}")


_SPECIAL = {
    "components": _recursion,
    "parameter": _parameter,
    "header": _header,
    "server": _server,
    "securityScheme": _security_scheme,
}


def _schema(value: LocatedMapping) -> Iterator[Slip]:
    """Put right one schema, and ``required: true`` in its properties."""
    declared = value.get("type", "string")
    if declared.__class__ is str and declared not in PLAIN:
        lowered = declared.strip().lower()
        meant = {"type": lowered} if lowered in PLAIN else TYPES.get(lowered)
        if meant is not None:
            line = line_of(value, "type")
            del value["type"]
            for key, text in meant.items():
                if key not in value:
                    put(value, key, text, line)
            chosen = " of format ".join(meant.values()) or "no type"
            yield slip(value, "type", f"type: {declared}", chosen)
    for name, below in nodes_in(value.get("properties")):
        if isinstance(below.get("required"), bool):
            yield _required(below, value, name)
    if not _ODD.isdisjoint(value):
        if isinstance(value.get("required"), bool):
            yield _required(value)  # what has it is the property of no object
        _mend_rows(value, "schema")
        required, items = list_of(value, "required"), list_of(value, "items")
        once = set(required) if all(isinstance(name, str) for name in required) else required
        if len(once) < len(required):
            twice = ", ".join(name for name in sorted(once) if required.count(name) > 1)
            value["required"] = sequence_of(value, list(dict.fromkeys(required)))
            yield slip(value, "required", f"required: {twice} twice", "once")
        if items:
            name = "items" if len(items) == 1 else "prefixItems"
            put(value, name, items[0] if len(items) == 1 else value.pop("items"), line_of(value, "items"))
            yield slip(value, "items", "a list of items", name)
    reference = value.get("$ref")
    if reference.__class__ is str and _LOST.match(reference):
        del value["$ref"]
        yield Slip(value, "$ref", value.line, f"$ref: {reference}", "any value")


def _required(schema: LocatedMapping, holder: LocatedMapping | None = None, name: str = "") -> Slip:
    """Move ``required: true`` to the object whose property a schema is, or to the parameter that it is of."""
    flag, line = schema.pop("required"), line_of(schema, "required")
    chosen = "left out" if flag else "not required"
    if holder is not None and flag and name:
        listed = holder.get("required")
        if not isinstance(listed, LocatedSequence):
            listed = sequence_of(holder, [])
            put(holder, "required", listed, line)
        if name not in listed:
            listed.append(name)
            listed.lines.append(line or 0)
        chosen = f"required: [{name}] in the object"
    elif holder is not None and flag:
        put(holder, "required", True, holder.lines.get("required", line))
        chosen = "the parameter is required"
    return slip(schema, "required", f"required: {str(flag).lower()} in a schema", chosen)
