"""Writes an operation in the expanded dialect, the way the converter of documentation sites does.

Written from what that converter puts out, and held against it by ``benchmarks/dialects.py``.
"""

from __future__ import annotations

import copy
import json
from typing import Any

from expanded_products import combined, products

from trigger_contract.document.yaml import dump

_STRUCTURED = ("multipart/form-data", "application/json", "application/x-www-form-urlencoded")
_SHARED = ("title", "description", "readOnly", "writeOnly", "deprecated", "refIdentifier", "examples")
_NUMBER = ("multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum")
_OWN: dict[str, tuple[str, ...]] = {
    "boolean": (),
    "null": (),
    "number": (*_NUMBER, "const"),
    "integer": (*_NUMBER, "const"),
    "string": ("format", "maxLength", "minLength", "const"),
    "array": ("maxItems", "minItems"),
    "object": ("additionalProperties", "maxProperties", "minProperties"),
}


def write_expanded(document: dict[str, Any], path: str, method: str, group: str = "paths") -> str:
    """Write one page; ``group`` is ``paths`` or ``webhooks``."""
    item = document[group][path]
    operation = item[method]
    endpoint = expanded_endpoint(document, path, method, group)
    block = dump({"paths": endpoint, "components": {"schemas": _referenced(document, endpoint)}})
    description = operation.get("description", item.get("description", ""))
    quote = f"> {description}\n\n" if description else ""
    info = f"{method} {path}" if group == "paths" else f"webhook {path}"
    title = operation.get("summary", "null")
    return f"# {title}\n\n{quote}\n## OpenAPI\n\n````yaml openapi.json {info}\n{block}\n````"


def expanded_endpoint(
    document: dict[str, Any], path: str, method: str, group: str = "paths"
) -> dict[str, Any]:
    """Return what the dialect writes under ``paths``."""
    item = document[group][path]
    operation = item[method]
    above = document if group == "paths" else {}
    security = operation.get("security", above.get("security"))
    servers = operation.get("servers", item.get("servers", document.get("servers")))
    parameters = [*item.get("parameters", []), *operation.get("parameters", [])]
    body = _target(document, operation.get("requestBody", {}))
    responses = operation.get("responses", {})
    endpoint: dict[str, Any] = {"path": path, "method": method}
    if servers:
        endpoint["servers"] = [_server(server) for server in servers]
    endpoint["request"] = {
        "security": _security(document, security or []),
        "parameters": _parameters(document, parameters),
        "body": _content(document, body, "request"),
    }
    if "x-codeSamples" in operation:
        endpoint["request"]["codeSamples"] = operation["x-codeSamples"]
    endpoint["response"] = {
        status: _content(document, _target(document, response), "response")
        for status, response in responses.items()
    }
    endpoint["deprecated"] = bool(operation.get("deprecated"))
    endpoint["type"] = group.removesuffix("s")
    return endpoint


def _target(document: dict[str, Any], value: Any) -> Any:
    while isinstance(value, dict) and isinstance(value.get("$ref"), str):
        _, _, group, name = value["$ref"].split("/", 3)
        value = document.get("components", {}).get(group, {}).get(name, {})
    return value


def _server(server: dict[str, Any]) -> dict[str, Any]:
    shown = {key: server[key] for key in ("url", "description") if key in server}
    for name, variable in server.get("variables", {}).items():
        kind = (
            {"type": "enum<string>", "enum": variable["enum"]} if "enum" in variable else {"type": "string"}
        )
        texts = {key: variable[key] for key in ("description", "default") if key in variable}
        shown.setdefault("variables", {})[name] = {**kind, **texts}
    return shown


def _security(document: dict[str, Any], requirements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    schemes = document.get("components", {}).get("securitySchemes")
    shown = []
    for requirement in requirements if schemes is not None else ():
        groups: dict[str, dict[str, Any]] = {"query": {}, "header": {}, "cookie": {}}
        for name in requirement:
            scheme = _target(document, schemes.get(name, {}))
            kind, words = scheme.get("type"), ("type", "scheme", "description")
            entry = {key: scheme[key] for key in words if key in scheme}
            if kind == "apiKey":
                groups[scheme["in"]][scheme["name"]] = entry
            elif kind == "oauth2" or (kind == "http" and scheme.get("scheme") in ("basic", "bearer")):
                groups["header"]["Authorization"] = entry
        title = " & ".join(name.replace("_", " ").replace("-", " ") for name in requirement)
        shown.append({"title": title, "parameters": groups})
    return shown


def _parameters(document: dict[str, Any], parameters: list[dict[str, Any]]) -> dict[str, Any]:
    groups: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "header": {}, "cookie": {}}
    for parameter in (_target(document, parameter) for parameter in parameters):
        if "schema" not in parameter:
            continue
        schema = dict(_target(document, parameter["schema"]))
        schema |= {key: parameter[key] for key in ("description", "deprecated") if key in parameter}
        required = True if parameter["in"] == "path" else parameter.get("required")
        entry = {"schema": alternatives(document, schema, "", required)}
        entry |= {word: parameter[word] for word in ("style", "explode") if word in parameter}
        groups[parameter["in"]][parameter["name"]] = entry
    return groups


def _content(document: dict[str, Any], carrier: dict[str, Any], place: str) -> dict[str, Any]:
    description = {"description": carrier["description"]} if "description" in carrier else {}
    if "content" not in carrier:
        if not carrier.get("description"):
            return {}
        anything = {"type": "any", **description}
        return {"_mintlify/placeholder": {"schemaArray": [anything], "examples": {}, **description}}
    result = {}
    for media_type, value in carrier["content"].items():
        entry = {"schemaArray": _media_type(document, media_type, value, place, carrier.get("required"))}
        result[media_type] = {**entry, "examples": _examples(document, value), **description}
    return result


def _media_type(
    document: dict[str, Any], media_type: str, value: dict[str, Any], place: str, required: Any
) -> list[dict[str, Any]]:
    if "schema" in value:
        return alternatives(document, value["schema"], place, required)
    if media_type.startswith(_STRUCTURED):
        return [{"type": "any"}]
    return [{"type": "file", "contentMediaType": media_type}]


def _examples(document: dict[str, Any], media_type: dict[str, Any]) -> dict[str, Any]:
    named = {
        name: {key: example[key] for key in ("summary", "description", "value") if key in example}
        for name, entry in media_type.get("examples", {}).items()
        if "value" in (example := _target(document, entry))
    }
    if named:
        return named
    return {"example": {"value": media_type.get("example", "<unknown>")}}


def alternatives(
    document: dict[str, Any], schema: Any, place: str, required: Any = None
) -> list[dict[str, Any]]:
    """Write a root: a sum of products, each merged into one entry."""
    found = []
    for product in products(document, schema):
        merged = combined(document, product, place)
        if merged is not None:
            found.append(_entry(merged, required))
    return found or [{"type": "any"}]


def _entry(schema: dict[str, Any], required: Any) -> dict[str, Any]:
    shared = {} if required is None else {"required": required}
    shared |= {word: copy.deepcopy(schema[word]) for word in _SHARED if word in schema}
    kind = schema.get("type") or _inferred(schema)
    if kind is None:
        return {"type": "any", **shared}
    own: tuple[str, ...] = _OWN[kind]
    entry: dict[str, Any] = {"type": kind}
    wanted = {"string": (str,), "number": (int, float), "integer": (int, float)}.get(kind)
    if kind == "string" and "enum" not in schema and schema.get("format") in ("binary", "base64"):
        return {"type": "file", "contentEncoding": schema["format"], **shared}
    if "enum" in schema and wanted:
        entry["type"], own = f"enum<{kind}>", ("const",)
        entry["enum"] = [
            value for value in schema["enum"] if isinstance(value, wanted) and not isinstance(value, bool)
        ]
    if kind == "object":
        entry["properties"] = schema.get("properties", {})
    if kind == "array":
        entry["items"] = schema.get("items", {})
    entry |= shared
    if kind == "object" and "required" in schema:
        entry["requiredProperties"] = schema["required"]
    entry |= {word: schema[word] for word in (*own, "default", "example") if word in schema}
    if "example" not in entry and schema.get("examples"):
        entry["example"] = schema["examples"][0]
    return entry


def _inferred(schema: dict[str, Any]) -> str | None:
    enum = schema.get("enum")
    signs = {
        "string": ("format", "contentMediaType", "minLength", "maxLength"),
        "number": _NUMBER,
        "array": ("items", "minItems", "maxItems"),
        "object": ("additionalProperties", "properties", "minProperties", "maxProperties"),
    }
    kinds = [kind for kind, words in signs.items() if any(word in schema for word in words)]
    if enum is not None and all(isinstance(value, str) for value in enum):
        kinds.append("string")
    return kinds[0] if len(set(kinds)) == 1 else None


def _referenced(document: dict[str, Any], value: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    stack = [value]
    while stack:
        text = json.dumps(stack.pop())
        for name, schema in document.get("components", {}).get("schemas", {}).items():
            if f'"$ref": "#/components/schemas/{name}"' in text and name not in found:
                found[name] = schema
                stack.append(schema)
    return found
