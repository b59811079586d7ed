"""The expanded dialect of documentation sites, turned back into a standard fragment.

One endpoint under ``paths``, schemas as lists of alternatives, parameters in groups, security as
titles. What the dialect loses (operationId, tags, response headers, OAuth flows …) is not invented.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from trigger_contract.document.conjunction import is_number
from trigger_contract.document.shape import METHODS
from trigger_contract.document.yaml import LocatedMapping
from trigger_contract.normalize.expanded.parts import HINT as HINT
from trigger_contract.normalize.expanded.parts import alternatives_of, read_root, read_security
from trigger_contract.normalize.located import (
    Lookup,
    Node,
    as_map,
    copy_value,
    find,
    line_of,
    list_of,
    map_of,
    mapping_of,
    node_like,
    node_of,
    nodes_in,
    put,
    refusal,
    sequence_of,
    take,
    text_of,
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
    return bool(text_of(endpoint, "path") and text_of(endpoint, "method"))


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
    path, method = endpoint["path"], endpoint["method"].lower()
    if method not in METHODS:
        raise refusal(endpoint, "method", f"unknown method {endpoint['method']!r}")
    request = mapping_of(endpoint, "request")
    operation = node_like(endpoint)
    operation.line = line_of(endpoint, "method") or endpoint.line
    lookup = partial(find, document)
    security, schemes = read_security(request)
    for key, value, holder, place in (
        ("summary", title or None, endpoint, "method"),
        ("description", description or None, endpoint, "method"),
        ("parameters", _parameters(request), request, "parameters"),
        ("requestBody", _body(request, lookup, slips), request, "body"),
        ("responses", _responses(endpoint, lookup, slips), endpoint, "response"),
        ("deprecated", endpoint.get("deprecated") is True or None, endpoint, "deprecated"),
        ("security", security, request, "security"),
        ("servers", _servers(endpoint), endpoint, "servers"),
        ("x-codeSamples", request.get("codeSamples") or None, request, "codeSamples"),
    ):
        if value is not None:
            put(operation, key, value, line_of(holder, place))
    item, items = node_like(endpoint), node_like(endpoint)
    put(item, method, operation, operation.line)
    put(items, path, item, line_of(endpoint, "path"))
    result, components = node_like(document, openapi="3.1.0"), node_like(document)
    webhook = endpoint.get("type") == "webhook" or not path.startswith("/")
    put(result, "webhooks" if webhook else "paths", items, line_of(document, "paths"))
    take(components, node_of(document, "components"), but=())
    if schemes:
        put(components, "securitySchemes", schemes)
    if components:
        put(result, "components", components, line_of(document, "components"))
    return result


def _servers(endpoint: LocatedMapping) -> Any:
    """Copy the servers without the ``type`` that the dialect adds to their variables."""
    if not isinstance(endpoint.get("servers"), list):
        return None
    servers = copy_value(endpoint["servers"])
    for server in servers:
        for _, variable in nodes_in(map_of(server, "variables")):
            variable.pop("type", None)
    return servers


def _parameters(request: LocatedMapping) -> Any:
    groups = mapping_of(request, "parameters")
    found = []
    for place in ("path", "query", "header", "cookie"):
        group = mapping_of(groups, place)
        for name in group:
            entry = mapping_of(group, name)
            found.append(_parameter(name, place, entry, line_of(group, name) or entry.line))
    return sequence_of(groups, found) if found else None


def _parameter(name: str, place: str, entry: LocatedMapping, line: int) -> Node:
    parameter = node_like(entry)
    parameter.line = line
    put(parameter, "name", name)
    put(parameter, "in", place)
    alternatives = alternatives_of(entry, "schema")
    schema = read_root(entry, alternatives)
    take(parameter, schema, "description", "deprecated")
    for key in ("description", "deprecated"):
        schema.pop(key, None)
    if place == "path" or any(alternative.get("required") is True for alternative in alternatives):
        put(parameter, "required", True)
    take(parameter, entry, "style", "explode")
    put(parameter, "schema", schema, line_of(entry, "schema"))
    return parameter


def _body(request: LocatedMapping, lookup: Lookup, slips: list[Slip]) -> Node | None:
    media_types = mapping_of(request, "body")
    if not media_types:
        return None
    body = _carrier(media_types, media_types.line, lookup, slips)
    roots = [root for _, entry in nodes_in(media_types) for root in alternatives_of(entry)]
    if any(root.get("required") is True for root in roots):
        put(body, "required", True)
    return body


def _responses(endpoint: LocatedMapping, lookup: Lookup, slips: list[Slip]) -> Node | None:
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
    return responses or None


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
    examples = node_of(entry, "examples")
    if examples:
        check_form(schema, "schema", slips)
        kept = node_like(examples)
        for name, example in examples.items():
            unnamed = name == "example" and isinstance(example, dict) and not set(example) - {"value"}
            if not (unnamed and is_made_up(example.get("value"), schema, lookup)):
                put(kept, name, example, line_of(examples, name))
        if kept:
            put(result, "examples", kept, line_of(entry, "examples"))
    return result


def is_made_up(value: Any, schema: Any, lookup: Lookup, depth: int = 0) -> bool:
    """Whether every value of an example follows from the schema or is one of the site's fillers.

    Args:
        value: The example.
        schema: Its schema.
        lookup: Returns what a reference points to, or None where that is cut off the page.
        depth: How many references and members of compositions have been gone through.
    """
    schema = as_map(schema)
    said = [schema[word] for word in ("example", "default", "const") if word in schema]
    if value in [*said, *list_of(schema, "examples")[:1], *list_of(schema, "enum")]:
        return True
    if isinstance(value, str) and value in UNKNOWN:
        return True
    if "enum" in schema:
        return False
    if depth > _MOST_REFERENCES or any(schema.get(word) for word in ("anyOf", "oneOf", "allOf")):
        return True
    if text_of(schema, "$ref"):
        target = lookup(schema["$ref"])
        return target is None or is_made_up(value, target, lookup, depth + 1)
    if isinstance(value, dict):
        properties, extra = map_of(schema, "properties"), schema.get("additionalProperties", {})
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
