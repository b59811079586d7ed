"""Two spellings of one meaning are no change."""

from __future__ import annotations

from typing import Any

import pytest
from small_documents import an_object, asking, document, query, receiving, sending

from trigger_contract.changes import compare

STRING = {"type": "string"}
REF = {"$ref": "#/components/schemas/Name"}
NAMED = {"Name": {"type": "string", "minLength": 2, "description": "A name"}}


def silent(old: Any, new: Any) -> None:
    assert compare(old, new).changes == ()
    assert compare(new, old).changes == ()


PAIRS = [
    (REF, {"allOf": [REF]}),
    (REF, {"oneOf": [REF]}),
    (REF, {"type": "string", "minLength": 2, "description": "A name"}),
    ({**REF, "description": "Of a run"}, {"allOf": [REF], "description": "Of a run"}),
    ({"anyOf": [REF, {"type": "null"}]}, {"allOf": [REF], "nullable": True}),
    (STRING, {"type": ["string"]}),
    ({"type": ["string", "null"]}, {"type": ["null", "string"]}),
    ({"type": ["string", "null"]}, {"type": "string", "nullable": True}),
    ({"type": ["string", "null"]}, {"anyOf": [STRING, {"type": "null"}]}),
    ({"type": ["string", "integer"]}, {"oneOf": [STRING, {"type": "integer"}]}),
    (
        {"oneOf": [STRING, {"type": "object"}]},
        {"oneOf": [STRING, {"type": "object", "additionalProperties": True}]},
    ),
    ({"type": "string", "nullable": True, "enum": ["a"]}, {"type": ["string", "null"], "enum": ["a", None]}),
    (
        {"type": "string", "nullable": True, "oneOf": [{"enum": ["a", "b"]}, {"enum": [None]}]},
        {"type": "string", "nullable": True, "enum": [None, "a", "b"]},
    ),
    ({"const": 1}, {"enum": [1]}),
    ({"enum": [1, 2]}, {"enum": [2, 1.0]}),
    ({"example": 1}, {"examples": [1]}),
    ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
    ({"minLength": 0, "uniqueItems": False, "deprecated": False}, {}),
    ({"minimum": 1}, {"minimum": 1.0}),
    (an_object(["b", "a"], a=STRING, b=STRING), an_object(["a", "b"], b=STRING, a=STRING)),
    ({"type": "object"}, {"type": "object", "properties": {}, "required": [], "additionalProperties": True}),
    ({"type": "array"}, {"type": "array", "items": {}}),
    (True, {}),
    ({"allOf": [an_object(a=STRING), an_object(["a"], b=STRING)]}, an_object(["a"], a=STRING, b=STRING)),
    ({"oneOf": [REF, an_object(a=STRING)]}, {"oneOf": [an_object(a=STRING), REF]}),
    (
        {"type": ["array", "string"], "items": REF, "maxItems": 3, "maxLength": 9},
        {"oneOf": [{"type": "string", "maxLength": 9}, {"type": "array", "items": REF, "maxItems": 3}]},
    ),
    ({"type": ["object", "boolean"], "required": ["a"]}, {"anyOf": [{"type": "boolean"}, an_object(["a"])]}),
    (
        {"anyOf": [REF, {"anyOf": [{"type": "integer"}, {"type": "boolean"}]}]},
        {"anyOf": [REF, {"type": "integer"}, {"type": "boolean"}]},
    ),
    (
        {**an_object(a=STRING, b=STRING), "oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
        {"oneOf": [an_object(["a"], a=STRING, b=STRING), an_object(["b"], a=STRING, b=STRING)]},
    ),
    ({**STRING, "format": "byte"}, {**STRING, "contentEncoding": "base64"}),
    ({**STRING, "format": "byte"}, {**STRING, "contentEncoding": "base64", "contentMediaType": "image/png"}),
    ({**STRING, "format": "binary"}, {"contentMediaType": "application/octet-stream"}),
    ({**STRING, "format": "binary"}, {**STRING, "contentMediaType": "application/octet-stream"}),
    # Listed values, in one list or as alternatives
    ({"const": "a"}, {"type": "string", "enum": ["a"]}),
    ({"anyOf": [{"const": 1}, {"const": 2}]}, {"type": "integer", "enum": [2, 1]}),
    (
        {"oneOf": [{"type": "string", "enum": ["a"]}, {"enum": ["b", "c"]}, {"type": "null"}]},
        {"type": ["string", "null"], "enum": ["a", "b", "c", None]},
    ),
    (
        {"anyOf": [{"enum": ["a"]}, {"enum": ["b"]}, an_object()]},
        {"anyOf": [an_object(), {"enum": ["a", "b"]}]},
    ),
    ({"type": "boolean"}, {"enum": [False, True]}),
    # Whole numbers
    (
        {"type": "integer", "minimum": 1, "exclusiveMaximum": 10},
        {"type": "integer", "exclusiveMinimum": 0, "maximum": 9},
    ),
    ({"type": "number", "minimum": 0, "exclusiveMinimum": 0}, {"type": "number", "exclusiveMinimum": 0}),
    ({"type": "number", "multipleOf": 1}, {"type": "integer"}),
    # Bytes
    ({"type": "string", "format": "byte"}, {"type": "string", "format": "byte", "contentEncoding": "base64"}),
    # Unions in unions, and what stands beside one
    (
        {"anyOf": [{"description": "Both", "anyOf": [REF, an_object(a=STRING)]}, {"type": "boolean"}]},
        {"anyOf": [{"type": "boolean"}, an_object(a=STRING), REF]},
    ),
    (
        {"oneOf": [{"anyOf": [an_object(["a"]), {"type": "null"}]}, {"type": "boolean"}]},
        {"oneOf": [{"type": ["object", "null"], "required": ["a"], "properties": {}}, {"type": "boolean"}]},
    ),
    (
        {"type": "object", "oneOf": [an_object(["a"]), an_object(["b"])]},
        {"oneOf": [an_object(["b"]), an_object(["a"])]},
    ),
    (
        {"type": "string", "maxLength": 9, "anyOf": [{"format": "uuid"}, {"format": "uri"}]},
        {"anyOf": [{"type": "string", "maxLength": 9, "format": one} for one in ("uri", "uuid")]},
    ),
    (
        {
            "allOf": [
                {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
                {"anyOf": [{"maxProperties": 1}, {"minProperties": 9}]},
            ]
        },
        {
            "allOf": [
                {"anyOf": [{"maxProperties": 1}, {"minProperties": 9}]},
                {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
            ]
        },
    ),
    ({"dependentRequired": {"a": ["b"]}}, {"dependentSchemas": {"a": {"required": ["b"]}}}),
]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({**STRING, "format": "byte"}, {**STRING, "contentEncoding": "base32"}),
        ({**STRING, "format": "binary"}, {**STRING, "contentMediaType": "image/png"}),
        ({**STRING, "format": "date"}, {**STRING, "contentEncoding": "base64"}),
        ({"type": ["array", "string"], "items": REF}, {"oneOf": [STRING, {"type": "array"}]}),
        ({"type": ["array", "string"], "enum": ["a"]}, {"oneOf": [STRING, {"type": "array"}]}),
        ({"oneOf": [{"enum": ["a", "b"]}, {"enum": ["b", "c"]}]}, {"enum": ["a", "b", "c"]}),
        ({"anyOf": [{"const": "a"}, {"const": "b"}]}, {"type": "string", "enum": ["a", "c"]}),
        ({"type": "number", "minimum": 1}, {"type": "number", "exclusiveMinimum": 0}),
        ({"type": "object", "anyOf": [STRING, an_object(["a"])]}, {"anyOf": [STRING, an_object(["a"])]}),
        (
            {**an_object(a=STRING, b=STRING), "anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
            {"anyOf": [an_object(["a"], a=STRING), an_object(["b"], a=STRING, b={"type": "integer"})]},
        ),
    ],
)
@pytest.mark.parametrize("make", [sending, receiving])
def test_what_only_looks_alike_is_told(make: Any, old: Any, new: Any) -> None:
    assert compare(make(old, schemas=NAMED), make(new, schemas=NAMED)).changes
    assert compare(make(new, schemas=NAMED), make(old, schemas=NAMED)).changes


@pytest.mark.parametrize(("old", "new"), PAIRS)
@pytest.mark.parametrize("make", [sending, receiving])
def test_schemas_that_mean_the_same(make: Any, old: Any, new: Any) -> None:
    silent(make(old, schemas=NAMED), make(new, schemas=NAMED))
    silent(make(an_object(p=old), schemas=NAMED), make(an_object(p=new), schemas=NAMED))


def test_a_component_that_only_changes_its_name() -> None:
    new = {"Title": NAMED["Name"]}
    silent(receiving(REF, schemas=NAMED), receiving({"$ref": "#/components/schemas/Title"}, schemas=new))


def test_a_recursive_component_that_only_changes_its_name() -> None:
    def tree(name: str) -> Any:
        reference = {"$ref": f"#/components/schemas/{name}"}
        return receiving(reference, schemas={name: an_object(left=reference, right=reference, v=STRING)})

    silent(tree("Tree"), tree("Node"))


def test_alternatives_under_other_names() -> None:
    def pet(*names: str) -> Any:
        schemas = {
            name: an_object(**{key: STRING}) for name, key in zip(names, ("meow", "bark"), strict=True)
        }
        return receiving(
            {"oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in names]}, schemas=schemas
        )

    silent(pet("Cat", "Dog"), pet("Katze", "Hund"))


def test_two_generations_of_openapi() -> None:
    old = {"type": "object", "properties": {"a": {"type": "string", "nullable": True, "example": "x"}}}
    new = {"type": "object", "properties": {"a": {"type": ["string", "null"], "examples": ["x"]}}}
    silent(receiving(old, version="3.0.3"), receiving(new, version="3.1.0"))


def test_parameters_of_the_path_or_of_the_operation() -> None:
    old = asking(query())
    new = asking()
    new["paths"]["/things"]["parameters"] = [{"$ref": "#/components/parameters/q"}]
    new["components"]["parameters"] = {"q": query()}
    silent(old, new)


def test_defaults_of_style_explode_and_required() -> None:
    silent(asking(query()), asking(query(style="form", explode=True, required=False, deprecated=False)))


def test_servers_and_security_of_the_document_or_of_the_operation() -> None:
    key = {"type": "apiKey", "in": "header", "name": "X-Key"}
    other = {"type": "apiKey", "in": "header", "name": "x-key"}
    servers = [{"url": "https://api.example.com"}]
    old = document(servers=servers, security=[{"key": []}])
    new = document(
        {"responses": {"204": {"description": "Done"}}, "servers": servers, "security": [{"token": []}]}
    )
    old["components"]["securitySchemes"] = {"key": key}
    new["components"]["securitySchemes"] = {"token": other}
    silent(old, new)


def test_case_of_headers_and_of_media_types() -> None:
    def answer(header: str, media_type: str) -> Any:
        response = {
            "description": "Done",
            "headers": {header: {"schema": STRING}},
            "content": {media_type: {"schema": STRING}},
        }
        return document({"responses": {"200": response}})

    silent(answer("X-Total", "application/json"), answer("x-total", "application/json"))
    changes = compare(answer("X", "application/json"), answer("X", "Application/JSON; charset=utf-8")).changes
    assert [change.severity.value for change in changes] == ["additive"]


def test_lines_of_a_description() -> None:
    flat, folded = "One line, and more of it.", "One line,\nand more of it.\n"
    silent(sending({**STRING, "description": flat}), sending({**STRING, "description": folded}))
    silent(asking(query(description=flat)), asking(query(description=folded)))
    silent(*(document({"description": text, "responses": {}}) for text in (flat, folded)))


def test_order_of_paths_parameters_and_keys() -> None:
    old = asking(query("a"), query("b"))
    old["paths"]["/other"] = {"get": {"responses": {}}}
    new = asking(query("b"), query("a"))
    new["paths"] = {"/other": {"get": {"responses": {}}}, **new["paths"]}
    silent(old, dict(reversed(new.items())))


def _answers(**schemas: Any) -> Any:
    responses = {
        status: {"description": "ok", "content": {"application/json": {"schema": schema}}}
        for status, schema in schemas.items()
    }
    return document({"responses": {status.removeprefix("s"): one for status, one in responses.items()}})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (_answers(s200=STRING), _answers(s2XX=STRING)),
        (_answers(s200=STRING), _answers(default=STRING)),
        (_answers(s200=STRING, s404=STRING), _answers(s200=STRING, s4XX=STRING)),
        (_answers(s200=STRING, s201=STRING), _answers(s2XX=STRING)),
        (_answers(s200=STRING, s201=STRING, s2XX=STRING), _answers(s2XX=STRING)),
        (_answers(s2XX=STRING, s4XX=STRING), _answers(default=STRING)),
        (_answers(s200=STRING, s404=STRING), _answers(s200=STRING, default=STRING)),
    ],
)
def test_a_status_and_its_range(old: Any, new: Any) -> None:
    for one, other in ((old, new), (new, old)):
        changes = compare(one, other).changes
        assert changes
        assert all("respelled" in change.code for change in changes)
        assert not compare(one, other).breaking


def test_a_range_is_compared_with_the_status_it_holds() -> None:
    (found,) = [
        change
        for change in compare(_answers(s200=STRING), _answers(s2XX={"type": "integer"})).changes
        if change.severity.value == "breaking"
    ]
    assert found.code == "response-body-type-changed"
    apart = compare(_answers(s2XX=STRING), _answers(s201={"type": "integer"}, s2XX=STRING))
    assert [one.code for one in apart.changes if one.severity.value == "breaking"] == [found.code]
    gone = compare(_answers(s200=STRING, s404=STRING), _answers(s4XX=STRING))
    assert [one.code for one in gone.changes if one.severity.value == "breaking"] == [
        "response-success-status-removed"
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("https://a.test/v1", "https://A.test:443/v1/"),
        ("https://{r}.test/{v}", "https://{region}.test/{version}"),
    ],
)
def test_other_spellings_of_a_servers_address(old: str, new: str) -> None:
    told = compare(document(servers=[{"url": old}]), document(servers=[{"url": new}])).changes
    assert [(one.code, one.severity.value) for one in told] == [("api-server-respelled", "text")]


@pytest.mark.parametrize("schema", [None, {}, {"contentMediaType": "image/png"}])
def test_bytes_of_a_body_need_no_schema(schema: Any) -> None:
    def answering(one: Any) -> Any:
        media_type = {} if one is None else {"schema": one}
        return document({"responses": {"200": {"description": "", "content": {"image/png": media_type}}}})

    silent(answering({**STRING, "format": "binary"}), answering(schema))


def test_headers_that_are_no_parameters() -> None:
    header = {"name": "Content-Type", "in": "header", "required": True, "schema": STRING}
    (told,) = compare(asking(), asking(header)).changes
    assert told.severity.value == "text"


def test_order_and_words_of_the_variables_of_a_server() -> None:
    def served(**variable: Any) -> Any:
        return document(servers=[{"url": "https://{r}.x.test", "variables": {"r": variable}}])

    old = served(default="eu", enum=["eu", "us"])
    silent(old, served(default="eu", enum=["us", "eu"]))
    told = compare(old, served(default="eu", enum=["eu", "us"], description="Region"))
    assert [one.severity.value for one in told.changes] == ["text"]
    (more,) = compare(old, served(default="eu", enum=["eu", "us", "ap"])).changes
    assert more.severity.value == "additive"
    for other in (served(default="us", enum=["eu", "us"]), served(default="eu", enum=["eu"])):
        assert [one.severity.value for one in compare(old, other).changes] == ["risky"]
