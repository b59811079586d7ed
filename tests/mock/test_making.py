"""Values made of schemas: what a schema says shows in them, and what it forbids does not."""

from __future__ import annotations

import json
import re

import pytest

from trigger_contract.mock.collections.making import Maker
from trigger_contract.mock.judging import Judge
from trigger_contract.mock.pattern import matching
from trigger_contract.mock.service import Service
from trigger_contract.mock.settings import Settings

NOW = 1_760_000_000_000
TEXT = {"type": "string"}
TREE = {"type": "object", "required": ["name", "next"], "properties": {
    "name": TEXT, "next": {"anyOf": [{"$ref": "#/components/schemas/Tree"}, {"type": "null"}]}}}  # fmt: skip


def made(schema, number=0, **options):
    document = {"openapi": "3.1.0", "components": {"schemas": {"Tree": TREE}}}
    judge = Judge(document, sent=False)
    value = Maker(document, judge, NOW).make(schema, number, **options)
    assert judge.fits(schema, value), value
    return value


@pytest.mark.parametrize(
    ("schema", "number", "value"),
    [
        ({"type": "string", "enum": ["a", 1]}, 1, "a"),  # what the type forbids is not chosen
        ({"type": "null"}, 0, None),
        ({"const": 7}, 3, 7),
        ({"type": "boolean", "default": False}, 0, True),
        ({"type": "object", "example": {"shown": 1}}, 0, {"shown": 1}),
        ({"type": "object", "required": ["more"]}, 0, {"more": "more"}),
        ({"type": "object", "required": ["more"], "additionalProperties": {"const": 3}}, 4,
         {"more": 3}),
        ({"type": "object", "minProperties": 2, "additionalProperties": {"const": 1}}, 0,
         {"key1": 1, "key2": 1}),
        ({"type": "object", "required": ["secret"], "properties": {"secret": TEXT | {"writeOnly": True}}}, 0,
         {}),
        ({"type": "array", "prefixItems": [{"const": 1}, {"const": 2}], "items": False}, 0, [1, 2]),
        ({"type": "array", "items": TEXT, "example": ["x", "y", "z"], "maxItems": 2}, 0, ["x", "y"]),
        ({"type": "array", "items": {"enum": ["a", "b"]}, "uniqueItems": True, "minItems": 2}, 0,
         ["a", "b"]),
        ({"type": "array", "items": {"const": 1}, "example": [2]}, 0, [1]),
        ({"type": "number", "minimum": 0.25, "maximum": 0.5}, 0, 0.25),
        ({"type": "integer", "multipleOf": 5, "minimum": 11, "maximum": 19}, 9, 15),
        ({"maximum": -3}, 0, -3),
        ({"type": "string", "minLength": 12, "example": "short"}, 0, "shshortshort"),
        ({"type": "string", "example": "30d"}, 2, "32d"),
        ({"oneOf": [{"type": "integer"}, {"type": "number"}], "example": 1.5}, 0, 1.5),
    ],
)  # fmt: skip
def test_what_a_schema_says_is_made(schema, number, value):
    assert made(schema, number) == value


@pytest.mark.parametrize(
    "form",
    [
        "date-time", "date", "time", "duration", "uuid", "email", "idn-email", "uri", "uri-reference",
        "iri", "hostname", "ipv4", "ipv6", "json-pointer", "regex", "byte",
    ],
)  # fmt: skip
def test_texts_of_a_format_are_of_it_and_differ(form):
    texts = [made({"type": "string", "format": form}, number, name="code") for number in (0, 30, 60)]
    assert len(set(texts)) == 3
    assert all(texts)


def test_a_format_that_nobody_knows_asks_for_nothing():
    assert made({"type": "string", "format": "colour"}, name="shade") == "Shade 1"


def test_a_tree_without_end_ends_with_null():
    tree, depth = made({"$ref": "#/components/schemas/Tree"}), 0
    while tree is not None:
        tree, depth = tree["next"], depth + 1
    assert 1 < depth < 30


@pytest.mark.parametrize(
    ("pattern", "least"),
    [
        ("^(?:red|blue)$", 0), ("[^a-z0-9]{2}", 0), (r"^[^\d\s\w]$", 0), ("^[a-c]+$", 5), ("^(x{2})+$", 7),
        (r"^\w+@\w+$", 12), (r"^[^-]\S\D\W$", 0), ("^.+!$", 3), (r"^(a)(b)?\1$", 0),
    ],
)  # fmt: skip
def test_a_text_for_a_pattern_matches_it_and_is_long_enough(pattern, least):
    text = matching(pattern, least)
    assert re.search(pattern, text)
    assert len(text) >= least


def test_a_pattern_that_only_another_language_reads_gives_plain_text():
    assert matching(r"^\p{Lu}(?<name>x)$") == "string"


# Answers that break the document, and errors of any shape


def _served(responses, **operation):
    responses = {
        status: {"description": "It.", "content": {"application/json": {"schema": schema}}}
        for status, schema in responses.items()
    }
    document = {
        "openapi": "3.1.0", "info": {"title": "One", "version": "1"},
        "paths": {"/one/{size}": {"get": {"operationId": "one", "responses": responses, **operation}}},
    }  # fmt: skip
    return Service(document, Settings(runs=0))


@pytest.mark.parametrize(
    ("schema", "body"),
    [
        ({"required": ["error", "code"], "properties": {
            "error": {"const": "No size"}, "code": {"type": "string", "enum": ["bad", "worse"]}}},
         {"error": "No size", "code": "bad"}),
        ({"required": ["message"], "properties": {"message": {"type": "string", "enum": ["wrong", "lost"]}}},
         {"message": "wrong"}),
        ({"required": ["title", "status"], "properties": {"title": TEXT, "status": {"type": "integer"}}},
         {"title": "size: Expected integer", "status": 400}),
        ({"required": ["errors"], "properties": {"errors": {"type": "array", "items": TEXT}, "more": TEXT}},
         {"errors": ["size: Expected integer"]}),
        ({"required": ["details"], "properties": {"details": {"type": "array", "items": {
            "required": ["hint"], "properties": {"hint": {"const": "look"}, "code": {"enum": ["other"]}}}}}},
         {"details": [{"code": "other", "hint": "look", "path": ["size"],
                       "message": "Expected integer"}]}),
    ],
)  # fmt: skip
def test_an_error_has_what_its_schema_asks_for(make, schema, body):
    schema = {"type": "object", **schema}
    parameter = {"in": "path", "name": "size", "required": True, "schema": {"type": "integer"}}
    service = _served({"200": {"type": "object"}, "400": schema}, parameters=[parameter])
    asker = make(document=service.document, runs=0)
    service.close()
    assert asker.get("/one/x", status=400) == body


def test_what_nothing_can_satisfy_is_answered_by_the_example_that_is_shown(make):
    never = {"type": "integer", "minimum": 2, "maximum": 1}
    service = _served({"200": never})
    content = service.document["paths"]["/one/{size}"]["get"]["responses"]["200"]["content"]
    content["application/json"]["example"] = 5
    asker = make(document=service.document, runs=0)
    service.close()
    assert asker.get("/one/x") == 5
    assert json.loads(asker.answer("/one/y").body) == 5
