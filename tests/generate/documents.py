"""Documents that no one has published: many operations, awkward names, every kind of schema."""

from __future__ import annotations

from typing import Any

JSON = "application/json"


def document(paths: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A whole document around some paths."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Synthetic API", "version": "7.0"},
        "servers": [{"url": "https://api.widgets.example"}],
        "paths": paths,
        **more,
    }


def operation(operation_id: str, tag: str, schema: Any, **more: Any) -> dict[str, Any]:
    """An operation that answers 200 with a schema."""
    return {
        "operationId": operation_id,
        "tags": [tag],
        "responses": {"200": {"description": "OK", "content": {JSON: {"schema": schema}}}},
        **more,
    }


def body(schema: Any, *, required: bool = True, media_type: str = JSON) -> dict[str, Any]:
    """A request body of a schema."""
    return {"required": required, "content": {media_type: {"schema": schema}}}


def query(name: str, schema: Any, **more: Any) -> dict[str, Any]:
    """A query parameter."""
    return {"name": name, "in": "query", "schema": schema, **more}


def path(name: str) -> dict[str, Any]:
    """A path parameter."""
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


KEYWORDS = ("class", "from", "import", "None", "async", "lambda", "self", "print", "type", "list", "str")
AWKWARD = (
    "page[size]",
    "größe",
    "日本語",
    "1st",
    "x-y.z",
    "__init__",
    "_",
    "$ref",
    "a b",
    "size",
    "Size",
    "timeout",
    "body",
)


def nested_union(depth: int) -> dict[str, Any]:
    """A union of inline objects that hold lists of unions of inline objects, and so on."""
    if depth == 0:
        return {"type": "string"}
    return {
        "oneOf": [
            {
                "type": "object",
                "required": ["kind"],
                "properties": {
                    "kind": {"type": "string", "enum": [f"a{depth}"]},
                    "items": {"type": "array", "items": nested_union(depth - 1)},
                },
            },
            {
                "type": "object",
                "required": ["kind"],
                "properties": {
                    "kind": {"type": "string", "enum": [f"b{depth}"]},
                    "inner": nested_union(depth - 1),
                },
            },
            {"type": "null"},
        ]
    }


def sixty() -> dict[str, Any]:
    """Sixty operations under ten tags on three servers."""
    tags = [*KEYWORDS[:5], "runs", "größen", "日本", "A-B", "list"]
    paths: dict[str, Any] = {}
    for number in range(60):
        tag = tags[number % len(tags)]
        kind = number // len(tags)
        server = (
            {}
            if number % 3
            else {
                "servers": [{"url": f"https://{'other' if number % 2 else 'more'}.example.org/v{number % 2}"}]
            }
        )
        record = {
            "type": "object",
            "required": ["id"],
            "properties": {
                "id": {"type": "string"},
                "status": {"type": "string", "enum": ["COMPLETED", "QUEUED", "x-y", "", "None"]},
                **{name: {"type": ["string", "null"]} for name in (*KEYWORDS, *AWKWARD)},
                "union": nested_union(3 if number % 6 == 0 else 1),
                "self_list": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}},
                f"only{number}": {
                    "type": "object",
                    "properties": {"at": {"type": "string", "format": "date-time"}},
                },
            },
        }
        parameters = [query(name, {"type": "string"}) for name in AWKWARD if name != "_"]
        if kind == 0:
            paths[f"/things{number}"] = {
                "get": operation(
                    f"list_{tag}_{number}_v1",
                    tag,
                    {"type": "array", "items": record},
                    parameters=parameters,
                    **server,
                )
            }
        elif kind == 1:
            paths[f"/things{number}/{{id}}"] = {
                "get": operation(
                    f"retrieve{number}",
                    tag,
                    record,
                    parameters=[path("id"), query("id", {"type": "integer"})],
                    **server,
                )
            }
        elif kind == 2:
            paths[f"/things{number}"] = {
                "post": operation(f"create {tag} {number}", tag, record, requestBody=body(record), **server)
            }
        elif kind == 3:
            paths[f"/things{number}/{{class}}/{{x-y}}"] = {
                "put": operation(
                    f"replace-{number}",
                    tag,
                    {"$ref": "#/components/schemas/Node"},
                    parameters=[path("class"), path("x-y")],
                    requestBody=body(nested_union(2), required=False),
                    **server,
                )
            }
        elif kind == 4:
            paths[f"/things{number}/{{id}}"] = {
                "delete": {
                    "operationId": f"delete.{number}",
                    "tags": [tag],
                    "parameters": [path("id")],
                    "responses": {"204": {"description": "Gone"}},
                    **server,
                }
            }
        else:
            paths[f"/things{number}"] = {
                "patch": operation(
                    f"update/{number}",
                    tag,
                    {},
                    requestBody=body({"type": "array", "items": {"$ref": "#/components/schemas/Shape"}}),
                    parameters=[
                        {"name": "X-Trace", "in": "header", "schema": {"type": "string"}},
                        {"name": "sid", "in": "cookie", "schema": {"type": "string"}},
                    ],
                    **server,
                )
            }
    return document(
        paths,
        components={
            "schemas": {
                "Node": {
                    "type": "object",
                    "properties": {
                        "children": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}},
                        "value": {"$ref": "#/components/schemas/Value"},
                        "parent": {"anyOf": [{"$ref": "#/components/schemas/Node"}, {"type": "null"}]},
                    },
                },
                "Value": {
                    "oneOf": [
                        {"type": "string"},
                        {"type": "array", "items": {"$ref": "#/components/schemas/Value"}},
                        {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Value"}},
                    ]
                },
                "Shape": {
                    "oneOf": [
                        {"$ref": "#/components/schemas/Circle"},
                        {"$ref": "#/components/schemas/Square"},
                    ],
                    "discriminator": {
                        "propertyName": "kind",
                        "mapping": {"circle": "#/components/schemas/Circle"},
                    },
                },
                "Circle": {
                    "allOf": [
                        {"$ref": "#/components/schemas/Base"},
                        {
                            "type": "object",
                            "required": ["radius"],
                            "properties": {"radius": {"type": "number"}},
                        },
                    ]
                },
                "Square": {
                    "allOf": [
                        {"$ref": "#/components/schemas/Base"},
                        {"properties": {"side": {"type": "number"}}},
                    ]
                },
                "Base": {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}},
                "Model": {"type": "object", "properties": {"a": {"type": "string"}}},
                "Any": {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/Model"}}},
                "none": {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/Any"}}},
            },
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "key": {"type": "apiKey", "in": "query", "name": "key"},
                "both": {"type": "oauth2", "flows": {}},
            },
        },
        security=[{"token": []}, {"key": []}],
    )


def sample(document: dict[str, Any], schema: Any) -> Any:
    """A value that a schema allows, with every property."""
    if not isinstance(schema, dict) or not schema:
        return {"any": [1, None]}
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        # Recursive components stop at their first level.
        return {"Node": {"value": ["x"]}, "Value": {"k": ["x"]}}.get(name) or sample(
            document, document["components"]["schemas"][name]
        )
    if "discriminator" in schema:
        return {"kind": "circle", "radius": 1.5}
    for key in ("oneOf", "anyOf"):
        if key in schema:
            return sample(document, schema[key][0])
    if "allOf" in schema:
        merged: dict[str, Any] = {}
        for part in schema["allOf"]:
            merged.update(sample(document, part))
        return merged
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "object")
    if isinstance(kind, list):
        kind = kind[0]
    if kind == "object":
        return {name: sample(document, value) for name, value in schema.get("properties", {}).items()}
    if kind == "array":
        return [sample(document, schema.get("items"))]
    if schema.get("format") == "date-time":
        return "2024-05-23T10:00:00Z"
    return {"string": "text", "integer": 3, "number": 1.5, "boolean": True, "null": None}[kind]
