"""Nothing that OpenAPI allows is lost: every field in every place, and what a second page adds to it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from trigger_contract.document.operations import operations
from trigger_contract.document.yaml import load
from trigger_contract.normalize import Age, Page, normalize
from trigger_contract.normalize.pipeline import build

TEXT = (Path(__file__).parent / "every_field.yaml").read_text()


def leaves(value: Any, key: str = "") -> Counter[tuple[str, str]]:
    """Count the scalars of a document by the key that they stand under; lists are passed through."""
    if isinstance(value, dict) and value:
        return sum((leaves(item, name) for name, item in value.items()), Counter())
    if isinstance(value, list) and value:
        return sum((leaves(item, key) for item in value), Counter())
    return Counter([(key, repr(value))])


@pytest.mark.parametrize("name", ["every_field.yaml", "every-field.md"])
def test_no_field_of_openapi_is_lost(name):
    page = f"# Everything\n\n````yaml get /things/{{thingId}}\n{TEXT}````\n"
    result = normalize([Page(name, TEXT if name.endswith(".yaml") else page)])
    lost = leaves(load(TEXT, name)) - leaves(result.document)
    # Path items are written out, and a definition that is referred to is a component of its own.
    gone = (
        "#/components/pathItems/Shared",
        "#/components/pathItems/Hook",
        "#/components/schemas/Thing/$defs/inner",
    )
    # The only schema that a dynamic reference can lead to is referred to as any other.
    assert set(lost) == {*(("$ref", repr(reference)) for reference in gone), ("$dynamicRef", "'#node'")}
    assert load(result.text, "openapi.yaml") == result.document


def test_extensions_beside_paths_are_no_path_items():
    document = normalize([Page("every_field.yaml", TEXT)]).document
    assert document["paths"]["x-paths"] == {"a": 1}
    assert document["paths"]["/things/{thingId}"]["get"]["responses"]["x-responses"] == {"c": 3}
    assert "x-paths" not in {operation.path for operation in operations(document)}
    assert document["webhooks"]["x-hook"]["post"]["operationId"] == "oddHook"


def whole(year: str, schema: str, extra: str) -> Page:
    text = f"""
openapi: 3.1.0
info: {{title: T, version: '1'}}
jsonSchemaDialect: https://example.com/{year}
x-top: {year}
paths: {{x-beside: [{year}]}}
components:
  x-there: {{year: {year}}}
  schemas: {{A: {schema}, B: {{properties: {{c: {schema}}}}}}}
{extra}"""
    return Page(f"{year}.yaml", text, Age(year))


def test_what_there_can_be_one_of_only_is_noted_where_two_pages_differ():
    result = build([whole("2024", "true", ""), whole("2025", "{type: string}", "")])
    noted = {
        entry.where: [(claim.source, claim.says) for claim in entry.claims] for entry in result.contradictions
    }
    newer, older = "2025.yaml", "2024.yaml"
    assert noted == {
        "/jsonSchemaDialect": [(newer, "https://example.com/2025"), (older, "https://example.com/2024")],
        "/x-top": [(newer, "2025"), (older, "2024")],
        "/paths/x-beside": [(newer, "[2025]"), (older, "[2024]")],
        "/components/x-there": [(newer, '{"year": 2025}'), (older, '{"year": 2024}')],
        "/components/schemas/A": [(newer, '{"type": "string"}'), (older, "true")],
        "/components/schemas/B/properties/c": [(newer, '{"type": "string"}'), (older, "true")],
    }


def test_a_word_that_is_no_section_of_a_document_is_noted():
    result = build([whole("2025", "true", "servrs: [{url: https://a.example.com}]")])
    assert [(entry.kind, entry.where) for entry in result.contradictions] == [("form", "/servrs")]


ENDPOINT = """
paths:
  path: /a
  method: get
  type: path
  request:
    security: []
    parameters:
      query: {q: {schema: [{type: string, required: false}]}}
    body: {}
  response:
    '200':
      application/json: {schemaArray: [{type: string, description: D}], examples: {}, description: D}
    '404':
      _mintlify/placeholder: {schemaArray: [{type: any, description: N}], examples: {}, description: N}
  deprecated: false
components: {}
"""
CHANGES = {
    "/paths/~1a/get/methd": ("method: get", "method: get\n  methd: put"),
    "/paths/~1a/get/request/paremeters": ("security: []", "security: []\n    paremeters: {query: {}}"),
    "/paths/~1a/get/request/parameters/querry": ("query:", "querry:"),
    "/paths/~1a/get/request/parameters/query/q/scheme": ("{schema:", "{scheme: 1, schema:"),
    "/paths/~1a/get/request/parameters/query/q/required": ("required: false", "required: [a]"),
    "/paths/~1a/get/response/200/application~1json/requiredProperties/x": (
        "{type: string, description: D}",
        "{type: string, description: D, requiredProperties: [x]}",
    ),
    "/paths/~1a/get/response/200/application~1json/example": ("examples: {}", "example: 5, examples: {}"),
    "/paths/~1a/get/response/404/_mintlify~1placeholder/description": (
        "description: N}]",
        "description: M}]",
    ),
}


def test_words_that_the_expanded_dialect_does_not_have_are_noted():
    def noted(text: str) -> set[str]:
        page = Page("a.md", f"# A\n\n````yaml get /a{text}````\n")
        return {entry.where for entry in build([page]).noticed}

    assert noted(ENDPOINT) == set()
    assert {where: noted(ENDPOINT.replace(*change, 1)) for where, change in CHANGES.items()} == {
        where: {where} for where in CHANGES
    }
