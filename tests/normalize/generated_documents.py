"""Strategies for OpenAPI documents, and what two of them have in common when names do not matter."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

NAMES = st.sampled_from(
    [
        "id",
        "name",
        "status",
        "type",
        "items",
        "properties",
        "required",
        "enum",
        "description",
        "format",
        "allOf",
        "createdAt",
        "error_code",
        "user-id",
        "x",
        "$ref2",
        "default",
        "example",
        "n",
        "on",
        "yes",
        "200",
    ]
)
TEXTS = st.sampled_from(
    ["A text.", "Between lines:\nanother one", "colon: and #hash", "`code` and 'quotes'", "ünïcode → arrow"]
)
WORDS = st.sampled_from(["alpha", "beta", "gamma", "2024-01-01", "on", "1", "20240523.1", "null", "a b"])


@st.composite
def scalar_schemas(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["string", "integer", "number", "boolean"]))
    schema: dict[str, Any] = {"type": kind}
    if draw(st.booleans()):
        schema["description"] = draw(TEXTS)
    if kind == "string":
        choice = draw(st.integers(0, 4))
        if choice == 0:
            schema["enum"] = draw(st.lists(WORDS, min_size=1, max_size=4, unique=True))
        elif choice == 1:
            schema["format"] = draw(st.sampled_from(["date-time", "uuid", "byte"]))
        elif choice == 2:
            schema["minLength"] = draw(st.integers(0, 3))
            schema["maxLength"] = draw(st.integers(3, 9))
        elif choice == 3:
            schema["pattern"] = "^[a-z]+$"
            schema["default"] = "abc"
    elif kind != "boolean":
        choice = draw(st.integers(0, 3))
        if choice == 0:
            schema["minimum"] = draw(st.integers(-5, 5))
        elif choice == 1:
            schema["exclusiveMaximum"] = draw(st.integers(6, 9))
        elif choice == 2:
            schema["multipleOf"] = 2
            schema["example"] = 4
    if draw(st.integers(0, 5)) == 0:
        schema["type"] = [schema["type"], "null"]
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    return schema


def schemas(components: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    leaves = [scalar_schemas(), st.just({}), st.just({"type": "object"})]
    if components:
        leaves.append(st.sampled_from(components).map(lambda name: {"$ref": f"#/components/schemas/{name}"}))
    return st.recursive(st.one_of(leaves), _composed, max_leaves=4)


def _composed(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of(
        objects(inner),
        objects(inner),
        inner.map(lambda schema: {"type": "array", "items": schema, "maxItems": 7}),
        inner.map(lambda schema: {"type": "object", "additionalProperties": schema}),
        st.lists(inner, min_size=2, max_size=2).map(lambda members: {"oneOf": members}),
        st.lists(inner, min_size=2, max_size=2).map(lambda members: {"anyOf": members}),
    )


@st.composite
def objects(draw: st.DrawFn, inner: st.SearchStrategy[dict[str, Any]]) -> dict[str, Any]:
    properties = draw(st.dictionaries(NAMES, inner, min_size=1, max_size=4))
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    required = draw(st.lists(st.sampled_from(sorted(properties)), unique=True))
    if required:
        schema["required"] = required
    way = draw(st.sampled_from([None, None, None, "readOnly", "writeOnly"]))
    first = properties[min(properties)]
    if way and "$ref" not in first:
        properties[min(properties)] = {**first, way: True}
    if draw(st.integers(0, 3)) == 0:
        schema["additionalProperties"] = False
    if draw(st.integers(0, 2)) == 0:
        schema["description"] = draw(TEXTS)
    return schema


@st.composite
def parameters(draw: st.DrawFn, path: str, components: list[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if "{" in path:
        name = path.partition("{")[2].partition("}")[0]
        found.append({"name": name, "in": "path", "required": True, "schema": {"type": "string"}})
    for name in draw(
        st.lists(st.sampled_from(["limit", "after", "filter[x]", "type"]), unique=True, max_size=3)
    ):
        parameter: dict[str, Any] = {"name": name, "in": draw(st.sampled_from(["query", "header"]))}
        if draw(st.booleans()):
            parameter["required"] = True
        if draw(st.booleans()):
            parameter["description"] = draw(TEXTS)
        schema = draw(scalar_schemas().filter(lambda schema: isinstance(schema["type"], str)))
        schema.pop("description", None)
        parameter["schema"] = schema
        found.append(parameter)
    return found


def compositions(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Roots of several branches, which the expanded dialect multiplies out."""
    base = {"type": "object", "properties": {"base": {"type": "string"}}, "required": ["base"]}
    return st.one_of(
        st.lists(objects(inner), min_size=1, max_size=2).map(lambda parts: {"allOf": [*parts, base]}),
        st.lists(objects(inner), min_size=2, max_size=2).map(lambda parts: {**base, "oneOf": parts}),
        objects(inner).map(lambda part: {"anyOf": [part, {"type": "null"}], "description": "Or nothing."}),
    )


@st.composite
def operations(
    draw: st.DrawFn, number: int, path: str, components: list[str], unions: bool
) -> dict[str, Any]:
    roots = schemas(components)
    if unions:
        roots = st.one_of(roots, roots, compositions(schemas(components)))
    else:
        roots = roots.filter(lambda schema: not {"anyOf", "oneOf"} & set(schema))
        roots = roots.filter(lambda schema: not isinstance(schema.get("type"), list))
    operation: dict[str, Any] = {"summary": f"Do thing {number}", "description": draw(TEXTS)}
    found = draw(parameters(path, components))
    if found:
        operation["parameters"] = found
    if draw(st.booleans()):
        media_type = draw(
            st.sampled_from(["application/json", "multipart/form-data", "application/x-ndjson"])
        )
        operation["requestBody"] = {
            "required": draw(st.just(True)),
            "content": {media_type: {"schema": draw(roots)}},
        }
    responses: dict[str, Any] = {}
    for status in draw(
        st.lists(st.sampled_from(["200", "201", "404", "4XX", "default"]), min_size=1, unique=True)
    ):
        responses[status] = {"description": draw(TEXTS)}
        if draw(st.integers(0, 3)):
            responses[status]["content"] = {"application/json": {"schema": draw(roots)}}
    operation["responses"] = responses
    if draw(st.booleans()):
        operation["security"] = draw(
            st.sampled_from([[], [{"bearerAuth": []}], [{"bearerAuth": []}, {"key": []}]])
        )
    return operation


PATHS = ["/v1/things", "/v1/things/{thingId}", "/v2/things/{thingId}/parts"]
SCHEMES = {
    "bearerAuth": {"type": "http", "scheme": "bearer", "description": "A token."},
    "key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
}


@st.composite
def documents(draw: st.DrawFn, unions: bool = True) -> dict[str, Any]:
    """Documents with one operation a path, named components, some of them recursive.

    Without ``unions`` no body is an alternative of several: the expanded dialect shows all ways to
    write those alike.
    """
    names = draw(st.lists(st.sampled_from(["Thing", "Part", "Problem", "Choice"]), unique=True))
    paths = draw(st.lists(st.sampled_from(PATHS), min_size=1, unique=True))
    items = {
        path: {draw(st.sampled_from(["get", "post"])): draw(operations(number, path, names, unions))}
        for number, path in enumerate(paths)
    }
    components = {name: draw(objects(schemas(names))) for name in names}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Things", "version": "1"},
        "servers": [{"url": "https://api.example.com/base"}],
        "paths": items,
        "components": {"schemas": components, "securitySchemes": SCHEMES},
    }


def meaning(document: dict[str, Any]) -> dict[str, Any]:
    """What a document says, with references followed and spellings made one.

    What lies deeper than a few schemas is cut off, since components may contain themselves.
    """
    result: dict[str, Any] = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            merged = dict(operation)
            merged.pop("operationId", None)
            merged.setdefault("servers", document.get("servers"))
            merged.setdefault("security", document.get("security"))
            merged["security"] = (
                None
                if merged["security"] is None
                else [
                    {name: document["components"]["securitySchemes"][name] for name in requirement}
                    for requirement in merged["security"]
                ]
            )
            merged["parameters"] = sorted(
                (_follow(parameter, document) for parameter in operation.get("parameters", [])),
                key=lambda parameter: (parameter["in"], parameter["name"]),
            )
            for part in ("requestBody", "responses"):
                if part in merged:
                    merged[part] = _follow(merged[part], document)
            result[f"{method} {path}"] = merged
    return result


def _follow(value: Any, document: dict[str, Any], depth: int = 0) -> Any:
    if depth > 16 and isinstance(value, (dict, list)):
        return "deeper"
    if isinstance(value, list):
        return [_follow(item, document, depth + 1) for item in value]
    if not isinstance(value, dict):
        return value
    reference = value.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/"):
        target: Any = document
        for token in reference[2:].split("/"):
            target = target[token.replace("~1", "/").replace("~0", "~")]
        siblings = {key: item for key, item in value.items() if key != "$ref"}
        return _follow({**target, **siblings}, document, depth)
    return spelled({key: _follow(item, document, depth + 1) for key, item in value.items()})


def spelled(schema: dict[str, Any]) -> dict[str, Any]:
    """Give equal spellings of a schema one form."""
    schema = dict(schema)
    if isinstance(schema.get("oneOf"), list):
        schema["anyOf"] = schema.pop("oneOf")
    if isinstance(schema.get("type"), list):
        schema["type"] = sorted(set(schema["type"]))
    if isinstance(schema.get("required"), list):
        schema["required"] = sorted(schema["required"])
    return schema


def differences(first: Any, second: Any, where: str = "") -> list[str]:
    """Where two values differ, for a failure that can be read."""
    if isinstance(first, dict) and isinstance(second, dict):
        return [
            line
            for key in sorted(first.keys() | second.keys(), key=str)
            for line in differences(first.get(key, "absent"), second.get(key, "absent"), f"{where}/{key}")
        ]
    if isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        pairs = enumerate(zip(first, second, strict=True))
        return [line for index, (a, b) in pairs for line in differences(a, b, f"{where}/{index}")]
    return [] if first == second else [f"{where}: {first!r} is not {second!r}"]
