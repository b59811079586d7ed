"""Slips of form that published pages live with, put right where what is meant leaves no doubt.

Sites show pages that OpenAPI's own schema refuses: a response without a description, ``required: true`` on
a property, a type of another language, an empty key. What such a place says is kept in the form that OpenAPI
has for it; what OpenAPI has no place for is left out. Either is noted, unless nothing was said at all.
Source: OpenAPI 3.1.0, chapter 4.8, the fixed fields of each object.
"""

from __future__ import annotations

from trigger_contract.document.shape import METHODS, SHAPE
from trigger_contract.document.yaml import LocatedMapping, LocatedSequence
from trigger_contract.normalize.ledger import brief
from trigger_contract.normalize.located import line_of, node_like, put, sequence_of
from trigger_contract.normalize.reading.mending_schemas import mend_recursion, mend_schema
from trigger_contract.normalize.reading.slips import Slip

_VALUES = frozenset(("default", "example", "const", "value"))
_PARAMETER_FIELDS = {
    *("name", "in", "description", "required", "deprecated", "allowEmptyValue", "style", "explode"),
    *("allowReserved", "schema", "content", "example", "examples", "$ref", "summary"),
}
_FIELDS: dict[str, set[str]] = {
    "document": {
        *("openapi", "info", "jsonSchemaDialect", "servers", "paths", "webhooks", "components", "security"),
        *("tags", "externalDocs"),
    },
    "info": {"title", "summary", "description", "termsOfService", "contact", "license", "version"},
    "components": set(SHAPE["components"]),
    "pathItem": {*METHODS, "parameters", "servers", "summary", "description", "$ref", "path"},
    "operation": {
        *("tags", "summary", "description", "externalDocs", "operationId", "parameters", "requestBody"),
        *("responses", "callbacks", "deprecated", "security", "servers", "method", "type", "path"),
    },
    "parameter": _PARAMETER_FIELDS,
    "header": _PARAMETER_FIELDS - {"name", "in"},
    "requestBody": {"description", "content", "required", "$ref", "summary"},
    "mediaType": {"schema", "example", "examples", "encoding"},
    "response": {"description", "headers", "content", "links", "$ref"},
    "server": {"url", "description", "variables"},
    "tag": {"name", "description", "externalDocs"},
}
_SCHEME_FIELDS = {
    "apiKey": {"type", "description", "name", "in"},
    "http": {"type", "description", "scheme", "bearerFormat"},
    "oauth2": {"type", "description", "flows"},
    "openIdConnect": {"type", "description", "openIdConnectUrl"},
    "mutualTLS": {"type", "description"},
}
# What Swagger 2 has on a parameter or a header, and OpenAPI 3 in its schema.
_OF_SCHEMA = frozenset(
    (
        *("type", "format", "enum", "items", "default", "pattern", "minimum", "maximum", "minLength"),
        *("maxLength", "minItems", "maxItems", "uniqueItems", "nullable", "title", "multipleOf"),
    )
)


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
        mend_schema(value, slips)
        return
    fields = _FIELDS.get(kind)
    if fields is not None and not fields.issuperset(value):
        _drop_unknown(value, kind, fields, slips)
    special = _SPECIAL.get(kind)
    if special is not None and "$ref" not in value:
        special(value, slips)


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


def _drop_unknown(value: LocatedMapping, kind: str, fields: set[str], slips: list[Slip]) -> None:
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


def _header(value: LocatedMapping, slips: list[Slip]) -> None:
    if "schema" not in value and "content" not in value:
        put(value, "schema", node_like(value))
    _media_type(value, slips)


def _media_type(value: LocatedMapping, _slips: list[Slip]) -> None:
    """Name examples that stand in a list, and wrap those that are the value itself."""
    examples = value.get("examples")
    if isinstance(examples, list):
        named = node_like(value)
        for number, item in enumerate(examples, 1):
            put(named, str(number), item, line_of(examples, number - 1))
        value["examples"] = examples = named
    if isinstance(examples, LocatedMapping):
        for name, item in examples.items():
            known = isinstance(item, dict) and item.keys() & {"value", "$ref", "externalValue", "summary"}
            if not known:
                wrapped = node_like(value)
                put(wrapped, "value", item, line_of(examples, name))
                examples[name] = wrapped


def _response(value: LocatedMapping, _slips: list[Slip]) -> None:
    if "description" not in value:
        put(value, "description", "")


def _request_body(value: LocatedMapping, _slips: list[Slip]) -> None:
    if "content" not in value:
        put(value, "content", node_like(value))


def _server(value: LocatedMapping, slips: list[Slip]) -> None:
    variables = value.get("variables")
    if not isinstance(variables, LocatedMapping):
        return
    for name, variable in variables.items():
        if not isinstance(variable, LocatedMapping):
            continue
        options = variable.get("enum")
        if options == []:
            del variable["enum"]
        default = variable.get("default")
        if default is None:
            # OpenAPI wants one; where the page names none, the placeholder itself stays visible in the URL.
            default = options[0] if options else name
            put(variable, "default", default)
            slips.append(Slip(value, "server", variable.line, f"no default for {name}", str(default)))
        elif not isinstance(default, str) and not isinstance(default, (dict, list)):
            variable["default"] = brief(default)


def _security_scheme(value: LocatedMapping, slips: list[Slip]) -> None:
    kind = value.get("type")
    if kind in ("basic", "bearer"):
        slips.append(Slip(value, "type", line_of(value, "type"), f"type: {kind}", f"http, {kind}"))
        value["type"] = "http"
        put(value, "scheme", kind, value.lines.get("type"))
        kind = "http"
    if kind == "oauth2":
        if "flows" not in value:
            put(value, "flows", node_like(value))
        flows = value["flows"]
        for flow in flows.values() if isinstance(flows, LocatedMapping) else ():
            if isinstance(flow, LocatedMapping) and flow.get("scopes") is None:
                put(flow, "scopes", node_like(flow))
    fields = _SCHEME_FIELDS.get(kind) if isinstance(kind, str) else None
    if fields is not None and not fields.issuperset(value):
        _drop_unknown(value, "securityScheme", fields, slips)


def _operation(value: LocatedMapping, slips: list[Slip]) -> None:
    _documented(value, slips)
    if isinstance(value.get("security"), LocatedMapping):
        value["security"] = sequence_of(value, [value["security"]])
    if value.get("responses") == {}:
        del value["responses"]
    security = value.get("security")
    for requirement in security if isinstance(security, LocatedSequence) else ():
        if isinstance(requirement, LocatedMapping):
            for name in [name for name, scopes in requirement.items() if scopes is None]:
                requirement[name] = sequence_of(requirement, [])
    tags = value.get("tags")
    if isinstance(tags, str):
        value["tags"] = sequence_of(value, [tags])


def _documented(value: LocatedMapping, _slips: list[Slip]) -> None:
    """A link, a licence or a tag that lacks what makes it one is none."""
    for name, needed in (("externalDocs", "url"), ("license", "name")):
        below = value.get(name)
        if isinstance(below, dict) and not below.get(needed):
            del value[name]


def _document(value: LocatedMapping, slips: list[Slip]) -> None:
    _operation(value, slips)
    tags = value.get("tags")
    if isinstance(tags, LocatedSequence):
        for index, tag in enumerate(tags):
            if isinstance(tag, str):
                named = node_like(value)
                put(named, "name", tag, line_of(tags, index))
                tags[index] = named


_SPECIAL = {
    "components": mend_recursion,
    "document": _document,
    "info": _documented,
    "operation": _operation,
    "parameter": _parameter,
    "header": _header,
    "mediaType": _media_type,
    "requestBody": _request_body,
    "response": _response,
    "server": _server,
    "securityScheme": _security_scheme,
    "tag": _documented,
}
