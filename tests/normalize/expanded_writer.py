"""Writes an operation in the expanded dialect, the way documentation sites do."""

from __future__ import annotations

import copy
import json
from typing import Any

from trigger_contract.document.yaml import dump

_LIMITS_DOWN = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")


def write_expanded(document: dict[str, Any], path: str, method: str) -> str:
    operation = document["paths"][path][method]
    security = operation.get("security", document.get("security"))
    endpoint: dict[str, Any] = {
        "path": path,
        "method": method,
        "servers": operation.get("servers", document.get("servers")),
        "request": {
            "security": [_security(document, requirement) for requirement in security or []],
            "parameters": _parameters(document, operation),
            "body": _content(document, operation.get("requestBody", {}), True),
        },
        "response": {
            status: _response(document, response) for status, response in operation["responses"].items()
        },
        "deprecated": bool(operation.get("deprecated")),
        "type": "path",
    }
    referenced = _referenced(document, endpoint)
    block = dump({"paths": endpoint, "components": {"schemas": referenced}})
    summary, description = operation.get("summary"), operation.get("description", "")
    quote = f"> {description}" if description else ""
    return f"# {summary}\n\n{quote}\n\n## OpenAPI\n\n````yaml {method} {path}\n{block}\n````"


def _security(document: dict[str, Any], requirement: dict[str, Any]) -> dict[str, Any]:
    groups: dict[str, dict[str, Any]] = {"query": {}, "header": {}, "cookie": {}}
    for name in requirement:
        scheme = document["components"]["securitySchemes"][name]
        rest = {key: value for key, value in scheme.items() if key not in ("name", "in")}
        groups[scheme.get("in", "header")][scheme.get("name", "Authorization")] = rest
    title = " & ".join(name.replace("_", " ").replace("-", " ") for name in requirement)
    return {"title": title, "parameters": groups}


def _parameters(document: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    groups: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "header": {}, "cookie": {}}
    for parameter in operation.get("parameters", []):
        entries = []
        for entry in _alternatives(document, parameter["schema"]):
            shown = dict(entry)
            shown.pop("refIdentifier", None)
            if parameter.get("required"):
                shown["required"] = True
            if "description" in parameter:
                shown["description"] = parameter["description"]
            entries.append(shown)
        entry: dict[str, Any] = {"schema": entries}
        for word in ("style", "explode"):
            if word in parameter:
                entry[word] = parameter[word]
        groups[parameter["in"]][parameter["name"]] = entry
    return groups


def _content(document: dict[str, Any], body: dict[str, Any], request: bool) -> dict[str, Any]:
    result = {}
    for media_type, value in body.get("content", {}).items():
        entries = _alternatives(document, value.get("schema", {}))
        if request and "required" in body:
            entries = [{**entry, "required": body["required"]} for entry in entries]
        result[media_type] = {"schemaArray": entries, "examples": {"example": {"value": "<unknown>"}}}
        if "description" in body:
            result[media_type]["description"] = body["description"]
    return result


def _response(document: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
    if "content" in response:
        return _content(document, response, False)
    if not response["description"]:
        return {}
    entry = {"type": "any", "description": response["description"]}
    return {
        "_mintlify/placeholder": {
            "schemaArray": [entry],
            "examples": {},
            "description": response["description"],
        }
    }


def _alternatives(document: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Write a root: references followed, ``allOf`` merged, alternatives side by side."""
    identifier = None
    while "$ref" in schema:
        identifier = schema["$ref"]
        target = document["components"]["schemas"][identifier.rpartition("/")[2]]
        schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
    members = schema.get("anyOf") or schema.get("oneOf")
    if members:
        rest = {key: value for key, value in schema.items() if key not in ("anyOf", "oneOf")}
        return [{**rest, **entry} for member in members for entry in _alternatives(document, member)]
    if isinstance(schema.get("type"), list):
        entries = []
        for kind in schema["type"]:
            if kind == "null":
                entries.append({"type": "null"})
            else:
                enum = [value for value in schema.get("enum", []) if value is not None]
                entries.append(
                    _entry({**schema, "type": kind, **({"enum": enum} if enum else {})}, identifier)
                )
        return entries
    return [_entry(schema, identifier)]


def _entry(schema: dict[str, Any], identifier: str | None) -> dict[str, Any]:
    entry: dict[str, Any] = {"type": schema.get("type", "any")}
    if "enum" in schema:
        entry["type"] = f"enum<{schema['type']}>"
    for key, value in schema.items():
        if key in ("type", "required"):
            continue
        if key == "properties":
            value = {name: {"allOf": [copy.deepcopy(below)]} for name, below in value.items()}
        elif key in ("items", "additionalProperties") and isinstance(value, dict):
            value = {"allOf": [value]}
        elif key in ("exclusiveMinimum", "exclusiveMaximum"):
            entry[key.replace("exclusiveM", "m")] = value
            value = True
        entry[key] = value
    if schema.get("type") == "object":
        entry.setdefault("properties", {})
    if identifier:
        entry["refIdentifier"] = identifier
    if "required" in schema:
        entry["requiredProperties"] = schema["required"]
    return entry


def _referenced(document: dict[str, Any], value: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    stack = [value]
    while stack:
        text = json.dumps(stack.pop())
        for name, schema in document["components"]["schemas"].items():
            if f'"$ref": "#/components/schemas/{name}"' in text and name not in found:
                found[name] = schema
                stack.append(schema)
    return found
