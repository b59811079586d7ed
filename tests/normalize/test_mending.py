"""Slips of form that real pages live with: kept as OpenAPI writes them, noted where something was said."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml

from trigger_contract.document.references import resolve
from trigger_contract.normalize import Page, normalize

BASE: Any = yaml.safe_load("""
openapi: 3.1.0
info: {title: T, version: '1'}
servers: [{url: 'https://shop.test'}]
security: [{key: []}]
paths:
  /carts/{id}:
    post:
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Cart'}}}}
      responses:
        '200': {description: Ok, content: {application/json: {schema: {$ref: '#/components/schemas/Cart'}}}}
components:
  schemas: {Cart: {type: object, properties: {a: {type: string}, b: {type: integer}}}}
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
""")
OPERATION = ("paths", "/carts/{id}", "post")
CART = ("components", "schemas", "Cart")
A = (*CART, "properties", "a")
SCHEME = ("components", "securitySchemes", "key")
GONE = object()


def result(*place: Any, value: Any) -> Any:
    document = copy.deepcopy(BASE)
    holder = document
    for token in place[:-1]:
        holder = holder[token]
    if value is GONE:
        del holder[place[-1]]
    else:
        holder[place[-1]] = value
    return normalize([Page("page.md", f"````yaml POST /carts/{{id}}\n{yaml.safe_dump(document)}````\n")])


def found(document: Any, *place: Any) -> Any:
    for token in place:
        document = document.get(token) if isinstance(document, dict) else document[token]
    return resolve(document, document) if isinstance(document, dict) and "$ref" in document else document


@pytest.mark.parametrize(
    ("place", "value", "seen", "expected"),
    [
        ((*OPERATION, "responses", "200", "description"), GONE, None, ""),
        ((*OPERATION, "responses", "404"), None, None, {"description": ""}),
        ((*OPERATION, "requestBody", "content", "application/json"), None, None, {}),
        ((*OPERATION, "tags"), None, None, None),
        ((*OPERATION, "tags"), "carts", None, ["carts"]),
        ((*OPERATION, "security"), {"key": None}, None, [{"key": []}]),
        ((*A, "minLength"), "3", None, 3),
        ((*A, "deprecated"), "true", None, True),
        ((*A, "title"), 5, None, "5"),
        ((*A, "pattern"), None, None, None),
        ((*CART, "properties", "a"), None, None, {}),
        ((*CART, "properties", "a"), {"type": None}, None, {"type": "null"}),
        ((*CART, "discriminator"), "a", None, {"propertyName": "a"}),
        ((*CART, "anyOf"), [], None, None),
        ((*SCHEME, "type"), "oauth2", (*SCHEME, "flows"), {}),
    ],
)
def test_what_says_nothing_is_read_as_nothing_and_not_noted(place, value, seen, expected):
    made = result(*place, value=value)
    assert found(made.document, *(seen or place)) == expected
    if place[-1] != "type":
        assert not made.contradictions


@pytest.mark.parametrize(
    ("place", "value", "seen", "expected", "says"),
    [
        ((*A, "required"), True, (*CART, "required"), ["a"], "required: true in a schema"),
        ((*CART, "required"), ["b", "a", "b"], (*CART, "required"), ["b", "a"], "required: b twice"),
        ((*A, "required"), False, (*CART, "required"), None, "required: false in a schema"),
        ((*A, "type"), "datetime", A, {"type": "string", "format": "date-time"}, "type: datetime"),
        ((*A, "type"), "Integer", A, {"type": "integer"}, "type: Integer"),
        ((*A, "type"), "any", A, {}, "type: any"),
        (
            (*CART, "properties", "a"),
            {"type": "array", "items": [{"type": "string"}]},
            (*A, "items"),
            {"type": "string"},
            "a list of items",
        ),
        (
            (*OPERATION, "parameters", 0),
            {"name": "id", "in": "path", "required": False, "type": "string", "minLength": 2},
            (*OPERATION, "parameters", 0),
            {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "minLength": 2}},
            "type: string",
        ),
        ((*OPERATION, "consumes"), ["text/csv"], (*OPERATION, "consumes"), None, 'consumes: ["text/csv"]'),
        (
            ("servers",),
            [{"url": "https://{shop}.test", "variables": {"shop": {"description": "Yours."}}}],
            (*OPERATION, "servers", 0, "variables", "shop", "default"),
            "shop",
            "no default for shop",
        ),
        (
            A,
            {"$ref": "31a68629-cdb7-4daf-9513-a3ecd607266c"},
            A,
            {},
            "$ref: 31a68629-cdb7-4daf-9513-a3ecd607266c",
        ),
        (
            (*A, "description"),
            {"$ref": "#/info/title"},
            (*A, "description"),
            "T",
            'description: {"$ref": "#/info/title"}',
        ),
        (SCHEME, {"type": "bearer"}, (*SCHEME, "scheme"), "bearer", "type: bearer"),
    ],
)
def test_what_is_said_in_another_form_is_kept_and_noted(place, value, seen, expected, says):
    made = result(*place, value=value)
    assert found(made.document, *seen) == expected
    noted = [entry for entry in made.contradictions if entry.kind == "form"]
    assert says in [claim.says for entry in noted for claim in entry.claims]
    assert all(claim.line for entry in noted for claim in entry.claims)


def test_examples_in_a_list_get_names_and_bare_ones_their_wrapping():
    content = {"schema": {"type": "object"}, "examples": [{"a": "x"}, {"value": {"a": "y"}}]}
    made = result(*OPERATION, "requestBody", "content", "application/json", value=content)
    examples = found(made.document, *OPERATION, "requestBody", "content", "application/json", "examples")
    assert examples == {"1": {"value": {"a": "x"}}, "2": {"value": {"a": "y"}}}


def test_a_required_parameter_may_say_so_in_its_schema():
    query = {"name": "q", "in": "query", "schema": {"type": "string", "required": True}}
    made = result(
        *OPERATION, "parameters", value=[*BASE["paths"]["/carts/{id}"]["post"]["parameters"], query]
    )
    parameter = found(made.document, *OPERATION, "parameters", 1)
    assert parameter == {"name": "q", "in": "query", "required": True, "schema": {"type": "string"}}


def test_a_path_parameter_without_a_place_in_the_path_is_left_out_and_noted():
    other = {"name": "shop", "in": "path", "required": True, "schema": {"type": "string"}}
    own = BASE["paths"]["/carts/{id}"]["post"]["parameters"]
    made = result(*OPERATION, "parameters", value=[other, *own])
    assert [parameter["name"] for parameter in found(made.document, *OPERATION, "parameters")] == ["id"]
    (entry,) = made.contradictions
    assert (entry.kind, entry.chosen, entry.claims[0].says) == (
        "parameter",
        "left out",
        "parameters: shop in the path",
    )


@pytest.mark.parametrize(
    ("name", "reference"), [("Page<Cart>", "Page<Cart>"), ("My cart/v2", "My%20cart~1v2")]
)
def test_a_component_whose_name_is_no_key_gets_one_wherever_it_is_referred_to(name, reference):
    schemas = {
        name: {"type": "object", "properties": {"next": {"$ref": f"#/components/schemas/{reference}"}}}
    }
    schemas["Cart"] = {"anyOf": [{"$ref": f"#/components/schemas/{reference}"}, {"type": "string"}]}
    made = result("components", "schemas", value=schemas)
    (legal,) = set(made.document["components"]["schemas"]) - {"Cart"}
    assert made.document["components"]["schemas"]["Cart"]["anyOf"][0] == {
        "$ref": f"#/components/schemas/{legal}"
    }
    assert f"components: {name}" in [claim.says for entry in made.contradictions for claim in entry.claims]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "format": "time", "default": "12:00"},
        {"type": "string", "const": "a", "default": "b"},
        {"oneOf": [{"type": "string"}, {"type": ["integer", "string"]}], "default": "a"},
        {"allOf": [{"$ref": "#/components/schemas/Cart"}], "default": 5},
    ],
)
def test_a_default_that_only_a_validator_can_judge_is_noted_and_left_out(schema):
    normalized = result(*A, value=schema)
    left = {key: value for key, value in schema.items() if key != "default"}
    assert found(normalized.document, *A).items() <= left.items()
    assert [entry.kind for entry in normalized.contradictions] == ["default"]
    good = result(*A, value={"type": "string", "format": "date", "default": "2026-01-01"})
    assert found(good.document, *A)["default"] == "2026-01-01"


def test_a_required_name_may_be_left_undefined_in_what_is_composed():
    made = result(*CART, value={"allOf": [{"type": "object", "properties": {"a": {}}}], "required": ["c"]})
    assert found(made.document, *CART, "required") == ["c"]


def test_a_schema_that_refers_to_itself_in_the_words_of_an_older_draft_is_read():
    schema = {"$recursiveAnchor": True, "type": "object", "properties": {"a": {"$recursiveRef": "#"}}}
    made = result(*CART, value=schema)
    assert found(made.document, *CART, "properties")["a"] == {"$ref": "#/components/schemas/Cart"}
    assert made.document["components"]["schemas"]["Cart"].keys() == {"type", "properties"}


def test_an_alternative_that_may_be_null_needs_no_second_one():
    nullable = [{"type": "string", "nullable": True}, {"type": "integer"}]
    made = result(*A, value={"nullable": True, "oneOf": nullable})
    assert found(made.document, *A, "oneOf") == [{"type": ["string", "null"]}, {"type": "integer"}]
