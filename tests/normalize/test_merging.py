from __future__ import annotations

from typing import Any

import pytest

from trigger_contract.document.yaml import dump
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
    found = {entry.pointer[-1]: entry.kind for entry in build([page("a.md", "", schema)]).contradictions}
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
