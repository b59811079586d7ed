from __future__ import annotations

import json
from typing import Any

import pytest

from trigger_contract.document.yaml import dump
from trigger_contract.errors import UserError
from trigger_contract.normalize import Age, Page, normalize, read_overlay
from trigger_contract.normalize.pipeline import build


def page(name: str, published: str, thing: dict[str, Any], **operation: Any) -> Page:
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Things", "version": "1"},
        "paths": {
            "/things": {
                "get": {
                    "operationId": "list_things",
                    "responses": {
                        "200": {
                            "description": "Things",
                            "content": {
                                "application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}
                            },
                        }
                    },
                    **operation,
                }
            }
        },
        "components": {"schemas": {"Thing": {"type": "object", **thing}}},
    }
    return Page(name, f"# List things\n\n````yaml GET /things\n{dump(document)}````\n", Age(published))


STATE = {"properties": {"state": {"type": "string", "enum": ["on", "off"]}}}


def thing(result: Any) -> Any:
    return result.document["components"]["schemas"]["Thing"]


@pytest.mark.parametrize(
    ("newer", "older", "kind"),
    [
        ({"properties": {"a": {"enum": [1, 2]}}}, {"properties": {"a": {"enum": [1, 3]}}}, "enum"),
        ({"required": ["a"]}, {"required": ["b"]}, "required"),
        ({"properties": {"a": {"type": "string"}}}, {"properties": {"a": {"type": "integer"}}}, "type"),
        ({"properties": {"a": {"maxLength": 5}}}, {"properties": {"a": {"maxLength": 9}}}, "maxLength"),
        ({"properties": {"a": {}}}, {"properties": {"a": {}, "b": {}}}, "property"),
        ({"properties": {"a": {}}}, {"properties": {"a": {"maxLength": 9}}}, "maxLength"),
        ({"description": "New words"}, {"description": "Old words"}, "text"),
        ({"properties": {"a": {}}}, {"properties": {"a": {"deprecated": True}}}, "deprecated"),
        ({"properties": {"a": {"readOnly": True}}}, {"properties": {"a": {}}}, "readOnly"),
        ({"additionalProperties": True}, {"additionalProperties": {"type": "string"}}, "value"),
        ({"allOf": [{"minProperties": 1}]}, {"allOf": [True]}, "value"),
    ],
)
def test_every_difference_is_noted_and_the_newer_page_wins(newer, older, kind):
    pages = [page("a.md", "2025-01", older), page("b.md", "2026-01", newer)]
    result = build(pages)
    (entry,) = [
        entry for entry in result.contradictions if entry.pointer[:3] == ("components", "schemas", "Thing")
    ]
    assert entry.kind == kind
    assert [claim.source for claim in entry.claims] == ["b.md", "a.md"]
    assert entry.settled == "age"
    assert "2026-01" in entry.reason
    assert "2025-01" in entry.reason
    alone = build([page("b.md", "2026-01", newer)])
    if kind != "property":  # a property that only the older page shows is kept
        assert result.document["components"] == alone.document["components"]
    else:
        assert set(thing(result)["properties"]) == {"a", "b"}
        assert entry.reason.startswith("a.md (2025-01) is the newest page that speaks")


@pytest.mark.parametrize(
    ("newer", "older", "kind", "chosen"),
    [
        ({}, {"style": "spaceDelimited", "explode": False}, "style", {}),
        ({}, {"explode": False}, "explode", {}),
        ({"required": True}, {}, "required", {"required": True}),
        ({}, {"required": True}, "required", {}),
        ({}, {"deprecated": True}, "deprecated", {}),
        ({"style": "form", "explode": True, "required": False}, {}, None, {}),
    ],
)
def test_what_is_left_out_of_a_parameter_says_the_default(newer, older, kind, chosen):
    plain = {"name": "sizes", "in": "query", "schema": {"type": "array", "items": {"type": "integer"}}}
    pages = [
        page("a.md", "2025-01", {}, parameters=[{**plain, **older}]),
        page("b.md", "2026-01", {}, parameters=[{**plain, **newer}]),
    ]
    result = build(pages)
    assert {entry.kind for entry in result.contradictions} >= ({kind} if kind else set())
    assert bool(result.contradictions) == (kind is not None)
    (parameter,) = result.document["paths"]["/things"]["get"]["parameters"]
    said = {key: value for key, value in parameter.items() if key in chosen or value is not False}
    assert chosen.items() <= said.items()
    assert kind is None or said.keys() - plain.keys() == chosen.keys()


def test_equal_pages_are_one_and_contradict_nothing():
    result = build([page("a.md", "", STATE), page("b.md", "", STATE)])
    assert result.contradictions == ()
    assert result.provenance["/components/schemas/Thing"][0].startswith("a.md:")
    assert result.provenance["/components/schemas/Thing"][1].startswith("b.md:")


def test_an_overlay_settles_what_it_touches_and_nothing_else():
    pages = [
        page("a.md", "2025", {"properties": {"state": {"enum": ["on"]}, "size": {"maximum": 1}}}),
        page("b.md", "2026", {"properties": {"state": {"enum": ["off"]}, "size": {"maximum": 2}}}),
    ]
    overlay = """
overlay: 1.0.0
info: {title: Decisions, version: '1'}
actions:
- target: $.components.schemas.Thing.properties.state
  update: {enum: ['on']}
  x-reason: Both exist.
"""
    result = normalize(pages, read_overlay(overlay, "decisions.yaml"))
    settled = {entry.kind: entry.settled for entry in result.contradictions}
    assert settled == {"enum": "overlay", "maximum": "age"}
    assert [entry.kind for entry in result.unsettled] == ["maximum"]
    assert sorted(result.document["components"]["schemas"]["ThingState"]["enum"]) == ["off", "on"]
    assert "Both exist." in result.report


def test_two_services_keep_their_own_things():
    other = page("b.md", "2026", {"properties": {"x": {"type": "integer"}}})
    text = (
        other.text.replace("title: Things", "title: Cats")
        .replace("/things", "/cats")
        .replace("list_t", "list_c")
    )
    pages = [page("a.md", "2025", STATE), Page("b.md", text, Age("2026"))]
    result = normalize(pages)
    assert set(result.document["components"]["schemas"]) >= {"Thing", "ThingsThing"}
    assert [(entry.kind, entry.pointer, entry.chosen) for entry in result.contradictions] == [
        ("info", ("info", "title"), "Cats")  # there is room for one title only
    ]
    for path, name in (("/things", "ThingsThing"), ("/cats", "Thing")):
        response = result.document["paths"][path]["get"]["responses"]["200"]
        assert response["content"]["application/json"]["schema"] == {"$ref": f"#/components/schemas/{name}"}


def test_limits_in_prose_are_held_against_the_schema():
    text = "A tag must be between 1 and 64 characters, a run can have up to 5 tags."
    schema = {
        "properties": {
            "tags": {"type": "array", "items": {"type": "string", "maxLength": 32, "description": text}}
        }
    }
    found = {entry.pointer[-1]: entry.kind for entry in build([page("a.md", "", schema)]).noticed}
    assert found == {
        "maxLength": "limit",
        "minLength": "limit in prose only",
        "maxItems": "limit in prose only",
    }


def test_an_example_that_breaks_its_schema_is_noted():
    schema = {
        "properties": {
            "version": {"type": "string", "example": 20240523.1},
            "n": {"type": "integer", "default": "x"},
        }
    }
    result = build([page("a.md", "", schema)])
    assert {entry.kind for entry in result.contradictions} == {"example", "default"}
    assert "default" not in thing(result)["properties"]["n"]


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "string", "pattern": "^a+$"}, "aa", "b"),
        ({"type": "string", "pattern": r"\p{Odd}x"}, "aa", None),
        ({"type": "string", "format": "date-time"}, "2026-01-01T00:00:00Z", "yesterday"),
        ({"type": "string", "format": "of-our-own"}, "a", None),
        ({"type": "number", "exclusiveMinimum": 0}, 0.5, 0),
        ({"type": "number", "multipleOf": 0.1}, 0.3, 0.35),
        ({"type": "object", "properties": {"a": {}}, "additionalProperties": False}, {"a": 1}, {"b": 1}),
        ({"type": "object", "additionalProperties": {"type": "string"}}, {"b": "c"}, {"b": 1}),
        ({"type": "object", "required": ["a"], "properties": {"a": {"writeOnly": True}}}, {}, None),
        ({"const": "a"}, "a", "b"),
        ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, 5, True),
        ({"allOf": [{"$ref": "#/components/schemas/Thing"}]}, {"x": 1}, "x"),
        ({"anyOf": [{"$ref": "#/components/schemas/Loop"}] * 9}, "x", None),
    ],
)
def test_an_example_is_held_to_every_keyword(schema, good, bad):
    def entries(**shown: Any) -> list[str]:
        text = page("a.md", "", {"properties": {"a": {**schema, **shown}}}).text
        loop = f"  schemas:\n    Loop: {json.dumps({'anyOf': [{'$ref': '#/components/schemas/Loop'}] * 9})}\n"
        text = text.replace("  schemas:\n", loop)
        return [entry.kind for entry in build([Page("a.md", text)]).contradictions]

    assert entries(example=good) == []
    assert entries(examples=[good, good]) == []
    if bad is not None:
        assert entries(example=bad) == ["example"]
        assert entries(examples=[good, bad]) == ["example"]
        assert entries(examples=[good], default=bad) == ["default"]


def test_examples_of_parameters_and_headers_are_held_to_their_schemas():
    header = {"schema": {"type": "integer"}, "example": "x"}
    result = build(
        [
            page(
                "a.md",
                "",
                {},
                parameters=[
                    {
                        "name": "n",
                        "in": "query",
                        "schema": {"type": "integer"},
                        "examples": {"e": {"value": "x"}},
                    }
                ],
                responses={"204": {"description": "Done", "headers": {"X-Rate": header}}},
            )
        ]
    )
    assert [(entry.kind, entry.pointer[-1]) for entry in result.contradictions] == [
        ("example", "value"),
        ("example", "example"),
    ]


def test_a_path_without_a_slash_is_blamed_on_its_own_page():
    text = page("b.md", "", {}).text.replace("  /things:", "  things:").replace("list_t", "get_t")
    with pytest.raises(UserError, match=r"^b.md:\d+: path 'things' must begin with a slash"):
        normalize([page("a.md", "", {}), Page("b.md", text)])
