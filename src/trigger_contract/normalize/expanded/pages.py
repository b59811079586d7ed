"""The expanded dialect of documentation sites, turned back into a standard fragment.

One endpoint under ``paths``, schemas as lists of alternatives, parameters in groups, security as
titles. What the dialect loses (operationId, tags, response headers, OAuth flows …) is not invented.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from trigger_contract.document.conjunction import is_number
from trigger_contract.document.shape import METHODS
from trigger_contract.document.yaml import LocatedMapping
from trigger_contract.normalize.expanded.parts import HINT as HINT
from trigger_contract.normalize.expanded.parts import alternatives_of, read_root, read_security
from trigger_contract.normalize.located import (
    Lookup,
    Node,
    copy_value,
    find,
    line_of,
    map_of,
    mapping_of,
    node_like,
    node_of,
    nodes_in,
    put,
    refusal,
    sequence_of,
    take,
)
from trigger_contract.normalize.model import Slip
from trigger_contract.normalize.reading.forms import check_form
from trigger_contract.normalize.rendered.types import UNKNOWN

PLACEHOLDER = "_mintlify/placeholder"
_MADE_UP_TEXT = frozenset(
    (
        *("<string>", "<any>", "<unknown>", "<object>", "<array>", "", "2023-11-07T05:31:56Z", "2023-12-25"),
        *("jsmith@example.com", "aSDinaTvuI8gbWludGxpZnk=", "3c90c3cc-0d44-4b50-8888-8dd25736052a"),
    )
)
_MOST_REFERENCES = 20
_MADE_UP_NUMBERS = (123, 1, 2, 0.5)


def is_expanded(document: LocatedMapping) -> bool:
    """Whether ``paths`` is one endpoint rather than a map of paths."""
    endpoint = document.get("paths")
    return (
        "openapi" not in document
        and "swagger" not in document
        and isinstance(endpoint, LocatedMapping)
        and isinstance(endpoint.get("path"), str)
        and isinstance(endpoint.get("method"), str)
    )


def read_expanded(document: LocatedMapping, title: str, description: str, slips: list[Slip]) -> Node:
    """Turn an expanded block into a standard document of one operation.

    Args:
        document: The loaded block.
        title: The page's title, which becomes the summary.
        description: The page's quoted description, which becomes the operation's.
        slips: Where is noted which slips of form were put right.

    Raises:
        UserError: The endpoint does not have the dialect's form.
    """
    endpoint = mapping_of(document, "paths")
    method = endpoint["method"].lower()
    if method not in METHODS:
        raise refusal(endpoint, "method", f"unknown method {endpoint['method']!r}")
    operation = node_like(endpoint)
    operation.line = line_of(endpoint, "method") or endpoint.line
    if title:
        put(operation, "summary", title)
    if description:
        put(operation, "description", description)
    request = mapping_of(endpoint, "request")
    _parameters(request, operation)

    def lookup(reference: str) -> Any:
        return find(document, reference)

    _body(request, operation, lookup, slips)
    _responses(endpoint, operation, lookup, slips)
    if endpoint.get("deprecated") is True:
        put(operation, "deprecated", True, line_of(endpoint, "deprecated"))
    schemes = read_security(request, operation)
    if isinstance(endpoint.get("servers"), list):
        put(operation, "servers", _servers(endpoint["servers"]), line_of(endpoint, "servers"))
    if request.get("codeSamples"):
        put(operation, "x-codeSamples", request["codeSamples"], line_of(request, "codeSamples"))
    result, items, item = node_like(document), node_like(endpoint), node_like(endpoint)
    put(item, method, operation, operation.line)
    put(items, endpoint["path"], item, line_of(endpoint, "path"))
    put(result, "openapi", "3.1.0")
    webhook = endpoint.get("type") == "webhook" or not endpoint["path"].startswith("/")
    put(result, "webhooks" if webhook else "paths", items, line_of(document, "paths"))
    components = node_like(document)
    source = node_of(document, "components")
    take(components, source, but=())
    if schemes:
        put(components, "securitySchemes", schemes)
    if components:
        put(result, "components", components, line_of(document, "components"))
    return result


def _servers(servers: Any) -> Any:
    """Copy the servers without the ``type`` that the dialect adds to their variables."""
    servers = copy_value(servers)
    for server in servers:
        variables = map_of(server, "variables")
        for name, variable in variables.items():
            if not isinstance(variable, dict):
                raise refusal(variables, name, f"variable {name!r} must be a mapping")
            variable.pop("type", None)
    return servers


def _parameters(request: LocatedMapping, operation: Node) -> None:
    groups = mapping_of(request, "parameters")
    found = []
    for place in ("path", "query", "header", "cookie"):
        group = mapping_of(groups, place)
        for name, entry in group.items():
            if not isinstance(entry, LocatedMapping):
                raise refusal(group, name, f"parameter {name!r} must be a mapping")
            found.append(_parameter(name, place, entry, line_of(group, name)))
    if found:
        put(operation, "parameters", sequence_of(groups, found), line_of(request, "parameters"))


def _parameter(name: str, place: str, entry: LocatedMapping, line: int | None) -> Node:
    parameter = node_like(entry)
    parameter.line = line or entry.line
    put(parameter, "name", name, line)
    put(parameter, "in", place, line)
    alternatives = alternatives_of(entry, "schema")
    schema = read_root(entry, alternatives)
    if "description" in schema:
        put(parameter, "description", schema.pop("description"), schema.lines.get("description"))
    for shown in (schema, *schema.get("anyOf", ())):
        if isinstance(shown, Node) and shown.pop("deprecated", False) is True:
            put(parameter, "deprecated", True, shown.lines.get("deprecated"))
    if place == "path" or any(alternative.get("required") is True for alternative in alternatives):
        flagged = next((item for item in alternatives if "required" in item), None)
        put(parameter, "required", True, line_of(flagged, "required") if flagged else line)
    take(parameter, entry, "style", "explode")
    put(parameter, "schema", schema, line_of(entry, "schema"))
    return parameter


def _body(request: LocatedMapping, operation: Node, lookup: Lookup, slips: list[Slip]) -> None:
    media_types = mapping_of(request, "body")
    if media_types:
        body = _carrier(media_types, media_types.line, lookup, slips)
        if any(
            item.get("required") is True
            for _, entry in nodes_in(media_types)
            for item in alternatives_of(entry)
        ):
            put(body, "required", True)
        put(operation, "requestBody", body, line_of(request, "body"))


def _responses(endpoint: LocatedMapping, operation: Node, lookup: Lookup, slips: list[Slip]) -> None:
    statuses = mapping_of(endpoint, "response")
    responses = node_like(statuses)
    for status, media_types in statuses.items():
        line = line_of(statuses, status)
        response = _carrier(media_types, line, lookup, slips)
        if "description" not in response:
            put(response, "description", "", line)
        if not response["content"]:
            del response["content"]
        put(responses, status, response, line)
    if responses:
        put(operation, "responses", responses, line_of(endpoint, "response"))


def _carrier(media_types: Any, line: int | None, lookup: Lookup, slips: list[Slip]) -> Node:
    """Read a body or a response, each media type of which repeats the description."""
    carrier, content = node_like(media_types), node_like(media_types)
    for media_type, entry in nodes_in(media_types):
        if "description" not in carrier:
            take(carrier, entry, "description")
        if media_type != PLACEHOLDER:
            read = _media_type(media_type, entry, lookup, slips)
            put(content, media_type, read, line_of(media_types, media_type))
    put(carrier, "content", content, line)
    return carrier


def _media_type(media_type: str, entry: LocatedMapping, lookup: Lookup, slips: list[Slip]) -> Node:
    result = node_like(entry)
    alternatives = alternatives_of(entry)
    schema = read_root(entry, alternatives)
    # A media type that has no schema is shown as a file of that media type.
    shown = [{key: value for key, value in each.items() if key != "required"} for each in alternatives]
    if shown and shown != [{"type": "file", "contentMediaType": media_type}]:
        put(result, "schema", schema, line_of(entry, "schemaArray"))
    examples = entry.get("examples")
    if isinstance(examples, LocatedMapping):
        check_form(schema, "schema", slips)
        kept = node_like(examples)
        for name, example in examples.items():
            unnamed = name == "example" and isinstance(example, dict) and not set(example) - {"value"}
            if not (unnamed and is_made_up(example.get("value"), schema, lookup)):
                put(kept, name, example, line_of(examples, name))
        if kept:
            put(result, "examples", kept, line_of(entry, "examples"))
    return result


def is_made_up(value: Any, schema: Any, lookup: Callable[[str], Any], depth: int = 0) -> bool:
    """Whether every value of an example follows from the schema or is one of the site's fillers.

    Args:
        value: The example.
        schema: Its schema.
        lookup: Returns what a reference points to, or None where that is cut off the page.
        depth: How many references and members of compositions have been gone through.
    """
    if not isinstance(schema, Mapping):
        schema = {}
    if isinstance(value, str) and value in UNKNOWN:
        return True
    if value == schema.get("example", ...) or value == schema.get("default", ...):
        return True
    if isinstance(schema.get("examples"), list) and value in schema["examples"][:1]:
        return True
    if isinstance(schema.get("enum"), list):
        return bool(value in schema["enum"])
    if value == schema.get("const", ...):
        return True
    if depth > _MOST_REFERENCES:
        return True
    if isinstance(schema.get("$ref"), str):
        target = lookup(schema["$ref"])
        return target is None or is_made_up(value, target, lookup, depth + 1)
    if any(schema.get(word) for word in ("anyOf", "oneOf", "allOf")):
        return True
    if isinstance(value, dict):
        properties = schema.get("properties")
        if not isinstance(properties, Mapping):  # a component whose form has not been looked at yet
            properties = {}
        extra = schema.get("additionalProperties", {})
        if properties and not extra and not value.keys() <= properties.keys():
            return False
        return all(
            is_made_up(item, properties.get(name, extra), lookup, depth) for name, item in value.items()
        )
    if isinstance(value, list):
        items = schema.get("items", {})
        return len(value) <= 1 and all(is_made_up(item, items, lookup, depth) for item in value)
    if isinstance(value, str):
        return value in _MADE_UP_TEXT
    if isinstance(value, bool) or value is None:
        return value is not False
    least, most = schema.get("minimum"), schema.get("maximum")
    made_up = [*_MADE_UP_NUMBERS, least, most]
    if is_number(least) and is_number(most):
        # Between two bounds a site makes up the middle, for an integer the whole number below it.
        made_up += [(least + most) / 2, (least + most) // 2]
    return value in made_up
