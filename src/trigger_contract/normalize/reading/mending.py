"""Slips of form that published pages live with, put right where what is meant leaves no doubt.

Sites show pages that OpenAPI's own schema refuses: a response without a description, ``required: true`` on
a property, a type of another language, an empty key. What such a place says is kept in the form that OpenAPI
has for it; what OpenAPI has no place for is left out. Either is noted, unless nothing was said at all.
Sources: OpenAPI 3.0.3 and 3.1.0, chapter 4.8; JSON Schema 2019-09, 8.2.4.2 (``$recursiveRef``).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from trigger_contract.document.references import join_pointer
from trigger_contract.document.shape import walk
from trigger_contract.document.yaml import LocatedMapping, LocatedSequence
from trigger_contract.normalize.located import line_of, list_of, node_like, nodes_in, put, sequence_of
from trigger_contract.normalize.model import Slip, brief
from trigger_contract.normalize.reading.fields import FIELDS, SCHEME_FIELDS

_VALUES = frozenset(("default", "example", "const", "value"))
# What Swagger 2 has on a parameter or a header, and OpenAPI 3 in its schema.
_OF_SCHEMA = frozenset(
    (
        *("type", "format", "enum", "items", "default", "pattern", "minimum", "maximum", "minLength"),
        *("maxLength", "minItems", "maxItems", "uniqueItems", "nullable", "title", "multipleOf"),
    )
)
PLAIN = ("string", "number", "integer", "boolean", "array", "object", "null")
"""The types of JSON Schema."""
TYPES: dict[str, dict[str, str]] = {
    **{name: {"type": "string"} for name in ("str", "text")},
    **{
        name: {"type": "string", "format": name}
        for name in (
            *("date", "date-time", "time", "duration", "uuid", "uri", "email", "hostname", "ipv4", "ipv6"),
            *("password", "byte", "binary"),
        )
    },
    **{name: {"type": "string", "format": "date-time"} for name in ("datetime", "timestamp")},
    **{name: {"type": "integer", "format": name} for name in ("int32", "int64")},
    **{name: {"type": "number", "format": name} for name in ("float", "double")},
    **{name: {"type": "object"} for name in ("map", "dict")},
    **{name: {} for name in ("any", "mixed", "json", "enum", "")},
    "url": {"type": "string", "format": "uri"},
    "file": {"type": "string", "format": "binary"},
    "int": {"type": "integer"},
    "long": {"type": "integer", "format": "int64"},
    "decimal": {"type": "number"},
    "bool": {"type": "boolean"},
    "list": {"type": "array"},
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


def _numbered(holder: LocatedMapping, items: Any) -> Any:
    named = node_like(holder)
    for index, item in enumerate(items):
        put(named, str(index + 1), item, line_of(items, index))
    return named


def _wrapped(holder: LocatedMapping, examples: Any) -> Any:
    """Wrap examples that are the value itself."""
    for name, item in examples.items():
        if not isinstance(item, dict) or item.keys().isdisjoint(_OF_EXAMPLE):
            examples[name] = wrapped = node_like(holder)
            put(wrapped, "value", item, line_of(examples, name))
    return examples


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
    ("parameter header mediaType", "examples", _is(list), _numbered),
    ("parameter header mediaType", "examples", _is(LocatedMapping), _wrapped),
    ("requestBody", "content", _is_just(None), lambda holder, _: node_like(holder)),
    ("response", "description", _is_just(None), lambda *_: ""),
    ("schema", "allOf", _is_just([]), None),
    ("schema", "anyOf", _is_just([]), None),
    ("schema", "oneOf", _is_just([]), None),
    ("schema", "items", _is_just([]), None),
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
        _schema(value, slips)
        return
    fields = FIELDS.get(kind)
    if fields is not None and not fields.issuperset(value):
        _drop_unknown(value, kind, fields, slips)
    if "$ref" not in value:
        if kind in _SPECIAL:
            _SPECIAL[kind](value, slips)
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
        if kind == "schema" and name == "type":
            if len(value) == 1 or set(value) <= {"type", "description", "title"}:
                value[name] = "null"
            else:
                del value[name]
        elif kind != "example" and name not in _VALUES and not name.startswith("x-"):
            del value[name]


# -- what is said in another form: mended, and noted ---------------------------------------------------


def _drop_unknown(
    value: LocatedMapping, kind: str, fields: frozenset[str] | set[str], slips: list[Slip]
) -> None:
    for name in [name for name in value if name not in fields and not name.startswith("x-")]:
        line, said = line_of(value, name), value[name]
        if "$ref" in value and kind != "pathItem":
            continue  # what stands beside a reference is ignored anyway
        moved = kind in ("parameter", "header") and name in _OF_SCHEMA and "content" not in value
        if moved:
            schema = value.get("schema") or node_like(value)
            if isinstance(schema, LocatedMapping) and name not in schema and "$ref" not in schema:
                put(schema, name, said, line)
                put(value, "schema", schema, value.lines.get("schema", line))
        del value[name]
        chosen = f"{name} of its schema" if moved else "left out"
        slips.append(Slip(value, name, line, f"{name}: {brief(said)}", chosen))


def _parameter(value: LocatedMapping, slips: list[Slip]) -> None:
    if value.get("in") == "path" and value.get("required") is not True:
        line = line_of(value, "required")
        said = "required: false" if "required" in value else "no required"
        put(value, "required", True, line)
        slips.append(Slip(value, "required", line, f"{said} in a path parameter", "required: true"))
    _header(value, slips)


def _header(value: LocatedMapping, _: list[Slip]) -> None:
    if "schema" not in value and "content" not in value:
        put(value, "schema", node_like(value))


def _server(value: LocatedMapping, slips: list[Slip]) -> None:
    for name, variable in nodes_in(value.get("variables")):
        options = list_of(variable, "enum")
        if variable.get("enum") == []:
            del variable["enum"]
        default = variable.get("default")
        if default is None:
            # OpenAPI wants one; where the page names none, the placeholder itself stays visible in the URL.
            default = options[0] if options else name
            put(variable, "default", default)
            slips.append(Slip(value, "server", variable.line, f"no default for {name}", str(default)))
        elif not isinstance(default, (str, dict, list)):
            variable["default"] = brief(default)


def _security_scheme(value: LocatedMapping, slips: list[Slip]) -> None:
    kind = value.get("type")
    if kind in ("basic", "bearer"):
        slips.append(Slip(value, "type", line_of(value, "type"), f"type: {kind}", f"http, {kind}"))
        value["type"] = "http"
        put(value, "scheme", kind, value.lines.get("type"))
    elif kind == "oauth2":
        if "flows" not in value:
            put(value, "flows", node_like(value))
        for _, flow in nodes_in(value["flows"]):
            if flow.get("scopes") is None:
                put(flow, "scopes", node_like(flow))
    fields = SCHEME_FIELDS.get(str(value.get("type")))
    if fields is not None and not fields.issuperset(value):
        _drop_unknown(value, "securityScheme", fields, slips)


def _recursion(value: LocatedMapping, slips: list[Slip]) -> None:
    """Write components that refer to themselves in the words of JSON Schema 2019-09 in those of today."""
    for name, schema in nodes_in(value.get("schemas")):
        if "$recursiveAnchor" not in schema:
            continue
        line = line_of(schema, "$recursiveAnchor")
        del schema["$recursiveAnchor"]
        reference = "#" + join_pointer("components", "schemas", name)
        for _, node, _ in walk("schema", schema):
            if isinstance(node, LocatedMapping) and node.get("$recursiveRef") == "#":
                put(node, "$ref", reference, line_of(node, "$recursiveRef"))
                del node["$recursiveRef"]
        slips.append(Slip(schema, "$recursiveAnchor", line, "$recursiveRef: #", f"$ref: {reference}"))


_SPECIAL = {
    "components": _recursion,
    "parameter": _parameter,
    "header": _header,
    "server": _server,
    "securityScheme": _security_scheme,
}


def _schema(value: LocatedMapping, slips: list[Slip]) -> None:
    """Put right one schema; ``mend_required`` does what is said of it elsewhere."""
    declared = value.get("type", "string")
    if declared.__class__ is str and declared not in PLAIN:
        _type(value, declared, slips)
    if not _ODD.isdisjoint(value):
        _mend_rows(value, "schema")
        _repeated(value, slips)
        _several_items(value, slips)
    reference = value.get("$ref")
    if reference.__class__ is str and _LOST.match(reference):
        del value["$ref"]
        slips.append(Slip(value, "$ref", value.line, f"$ref: {reference}", "any value"))


def _type(value: LocatedMapping, declared: str, slips: list[Slip]) -> None:
    lowered = declared.strip().lower()
    meant = {"type": lowered} if lowered in PLAIN else TYPES.get(lowered)
    if meant is None:
        return
    line = line_of(value, "type")
    del value["type"]
    for key, text in meant.items():
        if key == "type" or key not in value:
            put(value, key, text, line)
    chosen = " of format ".join(meant.values()) or "no type"
    slips.append(Slip(value, "type", line, f"type: {declared}", chosen))


def _repeated(value: LocatedMapping, slips: list[Slip]) -> None:
    required = list_of(value, "required")
    once = list(dict.fromkeys(required)) if all(isinstance(name, str) for name in required) else required
    if len(once) < len(required):
        twice = ", ".join(sorted({name for name in required if required.count(name) > 1}))
        slips.append(Slip(value, "required", line_of(value, "required"), f"required: {twice} twice", "once"))
        value["required"] = sequence_of(value, once)


def _several_items(value: LocatedMapping, slips: list[Slip]) -> None:
    items = list_of(value, "items")
    if items:
        line, name = line_of(value, "items"), "items" if len(items) == 1 else "prefixItems"
        put(value, name, items[0] if len(items) == 1 else value.pop("items"), line)
        slips.append(Slip(value, "items", line, "a list of items", name))


def mend_required(value: LocatedMapping, holder: LocatedMapping | None, name: str, slips: list[Slip]) -> None:
    """Move ``required: true`` from a schema to the object or the parameter that it belongs to.

    Args:
        value: The schema, which has it.
        holder: The schema whose property it is, or the parameter whose schema it is, if it is either.
        name: Name of the property; empty for a parameter.
        slips: Where it is noted.
    """
    flag, line = value.pop("required"), line_of(value, "required")
    if holder is None or not flag:
        chosen = "not required" if not flag else "left out"
    elif not name:
        if "required" not in holder:
            put(holder, "required", True, line)
        chosen = "the parameter is required"
    else:
        listed = holder.get("required")
        if not isinstance(listed, LocatedSequence):
            listed = sequence_of(holder, [])
            put(holder, "required", listed, line)
        if name not in listed:
            listed.append(name)
            listed.lines.append(line or 0)
        chosen = f"required: [{name}] in the object"
    slips.append(Slip(value, "required", line, f"required: {str(flag).lower()} in a schema", chosen))
