"""One operation on two pages, of which one is written in the dialect that loses something."""

from __future__ import annotations

import copy

import pytest
from expanded_writer import write_expanded

from trigger_contract.document.yaml import dump
from trigger_contract.normalize import Age, Page, ReadPage, normalize

STANDARD = """\
````yaml GET /things
openapi: 3.1.0
info: {title: T, version: '1'}
security: [{apiKey: [], orgId: []}]
paths:
  /things:
    get:
      responses:
        '200': {description: Fine, headers: {X-Left: {schema: {type: integer}}}}
components:
  securitySchemes:
    apiKey: {type: apiKey, in: header, name: KEY}
    orgId: {type: apiKey, in: query, name: ORG}
````
"""
EXPANDED = """\
````yaml GET /things
paths:
  path: /things
  method: get
  request:
    security:
    - title: apiKey & orgId
      parameters:
        query: {ORG: {type: apiKey}}
        header: {KEY: {type: apiKey}}
        cookie: {}
    parameters: {path: {}, query: {}, header: {}, cookie: {}}
    body: {}
  response:
    '200': {_mintlify/placeholder: {schemaArray: [{type: any, description: Fine}], description: Fine}}
  deprecated: false
  type: path
components: {schemas: {}}
````
"""


def pages(newer: str, older: str, key: str = "x-api-key", org: str = "org") -> list[Page]:
    texts = [text.replace("KEY", key).replace("ORG", org) for text in (older, newer)]
    return [Page("a.md", texts[0], Age("2025-01")), Page("b.md", texts[1], Age("2026-01"))]


@pytest.mark.parametrize(("newer", "older"), [(STANDARD, EXPANDED), (EXPANDED, STANDARD)])
@pytest.mark.parametrize(("key", "org"), [("x-api-key", "org"), ("first", "second")])
def test_what_a_dialect_cannot_show_is_no_contradiction(newer, older, key, org):
    result = normalize(pages(newer, older, key, org))
    assert result.contradictions == ()
    response = result.document["paths"]["/things"]["get"]["responses"]["200"]
    assert response["headers"] == {"X-Left": {"schema": {"type": "integer"}}}
    schemes = result.document["components"]["securitySchemes"]
    assert schemes["apiKey"] == {"type": "apiKey", "in": "header", "name": key}
    assert schemes["orgId"] == {"type": "apiKey", "in": "query", "name": org}


def test_alone_the_names_of_the_parameters_tell_which_scheme_is_which():
    text = EXPANDED.replace("KEY", "x-api-key").replace("ORG", "org")
    schemes = normalize([Page("a.md", text)]).document["components"]["securitySchemes"]
    assert (schemes["apiKey"]["name"], schemes["orgId"]["name"]) == ("x-api-key", "org")


def test_the_result_tells_what_was_found_on_each_page():
    assert normalize(pages(EXPANDED, STANDARD)).pages == (
        ReadPage("b.md", "expanded", "2026-01", ("GET /things",)),
        ReadPage("a.md", "standard", "2025-01", ("GET /things",)),
    )


def test_callbacks_keep_the_security_and_the_servers_of_their_document():
    text = (
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\nservers: [{url: 'https://a.test'}]\n"
        "security: [{key: []}]\npaths:\n  /x:\n    post:\n      responses: {'200': {description: Fine}}\n"
        "      callbacks: {done: {'{$request.body#/url}': {post: {responses: {'200': {description: Ok}}}}}}\n"
        "components: {securitySchemes: {key: {type: http, scheme: bearer}}}\n"
    )
    operation = normalize([Page("x.yaml", text)]).document["paths"]["/x"]["post"]
    inner = operation["callbacks"]["done"]["{$request.body#/url}"]["post"]
    assert inner["security"] == operation["security"] == [{"key": []}]
    assert inner["servers"] == operation["servers"] == [{"url": "https://a.test"}]


ORDER = {
    "openapi": "3.1.0",
    "info": {"title": "Orders", "version": "1"},
    "paths": {
        "/orders/{id}": {
            "parameters": [{"$ref": "#/components/parameters/id"}],
            "post": {
                "summary": "Change an order",
                "parameters": [
                    {"name": "as", "in": "query", "content": {"application/json": {"schema": {}}}},
                    {
                        "name": "by",
                        "in": "query",
                        "schema": {"type": "string", "pattern": "^a"},
                        "example": "a",
                    },
                ],
                "requestBody": {
                    "required": False,
                    "content": {
                        "multipart/form-data": {
                            "schema": {"$ref": "#/components/schemas/Order"},
                            "encoding": {"file": {"contentType": "image/png"}},
                            "example": {"kind": "gift", "total": 17},
                        }
                    },
                },
                "responses": {
                    "200": {
                        "description": "Fine",
                        "headers": {"X-Left": {"schema": {"type": "integer"}}},
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}},
                    },
                    "404": {"$ref": "#/components/responses/Missing"},
                },
                "security": [{"oauth-2": ["orders:write"]}],
            },
        }
    },
    "components": {
        "parameters": {"id": {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}},
        "responses": {"Missing": {"description": "No such order"}},
        "schemas": {
            "Base": {
                "type": "object",
                "properties": {
                    "total": {"type": "integer", "exclusiveMinimum": 0},
                    "kind": {"type": "string", "enum": ["gift", "sale"]},
                    "id": {"type": "string", "readOnly": True},
                },
                "required": ["id", "kind"],
            },
            "Gift": {
                "allOf": [{"$ref": "#/components/schemas/Base"}, {"properties": {"to": {"type": "string"}}}]
            },
            "Order": {
                "oneOf": [{"$ref": "#/components/schemas/Gift"}, {"$ref": "#/components/schemas/Base"}],
                "discriminator": {"propertyName": "kind"},
                "not": {"required": ["none"]},
            },
        },
        "securitySchemes": {
            "oauth-2": {
                "type": "oauth2",
                "flows": {
                    "clientCredentials": {"tokenUrl": "https://a.test/t", "scopes": {"orders:write": ""}}
                },
            }
        },
    },
}


def both(shown: dict, newest: str):
    """Normalize the whole document with an expanded page of another one."""
    ages = {"full": "2025", "shown": "2025", newest: "2026"}
    page = write_expanded(shown, "/orders/{id}", "post")
    pages = [Page("full.yaml", dump(ORDER), Age(ages["full"])), Page("shown.md", page, Age(ages["shown"]))]
    return normalize(pages)


@pytest.mark.parametrize("newest", ["full", "shown"])
def test_an_expanded_page_adds_nothing_to_a_document_that_says_the_same(newest):
    alone = normalize([Page("full.yaml", dump(ORDER))])
    result = both(ORDER, newest)
    assert result.document == alone.document
    assert result.contradictions == alone.contradictions


def change(path: str, value: object) -> dict:
    changed = copy.deepcopy(ORDER)
    *before, last = path.split(".")
    place = changed
    for token in before:
        place = place[token]
    place[last] = value
    return changed


OPERATION = "paths./orders/{id}.post"


@pytest.mark.parametrize("newest", ["full", "shown"])
@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("components.schemas.Base.required", ["kind"]),
        ("components.schemas.Base.properties.total", {"type": "integer", "minimum": 0}),
        ("components.schemas.Base.properties.kind.enum", ["gift"]),
        ("components.schemas.Base.properties.more", {"type": "string"}),
        ("components.schemas.Order.oneOf", [{"$ref": "#/components/schemas/Gift"}]),
        ("components.responses.Missing.description", "Another text"),
        (f"{OPERATION}.requestBody.required", True),
        (f"{OPERATION}.security", []),
        ("components.parameters.id.schema.type", "integer"),
    ],
)
def test_an_expanded_page_that_says_something_else_is_contradicted(path, value, newest):
    known = {(entry.kind, entry.pointer) for entry in normalize([Page("f.yaml", dump(ORDER))]).contradictions}
    found = {(entry.kind, entry.pointer) for entry in both(change(path, value), newest).contradictions}
    assert found - known
