"""A document of OpenAPI 3.0 is read as what it says in 3.1."""

from __future__ import annotations

import copy
import json

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trigger_contract.document.locate import read_document
from trigger_contract.document.version30 import upgrade


def read(schema):
    document = {"openapi": "3.0.3", "paths": {}, "components": {"schemas": {"A": copy.deepcopy(schema)}}}
    upgrade(document)
    assert document["openapi"] == "3.1.0"
    return document["components"]["schemas"]["A"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "nullable": False}, {"type": "string"}),
        (
            {"type": "string", "nullable": True, "enum": ["a"]},
            {"type": ["string", "null"], "enum": ["a", None]},
        ),
        ({"nullable": True, "description": "x"}, {"description": "x"}),
        (
            {"nullable": True, "allOf": [{"$ref": "#/x"}], "description": "x"},
            {"description": "x", "anyOf": [{"$ref": "#/x"}, {"type": "null"}]},
        ),
        ({"$ref": "#/x", "nullable": True}, {"anyOf": [{"$ref": "#/x"}, {"type": "null"}]}),
        ({"$ref": "#/x", "type": "string", "description": "d"}, {"$ref": "#/x", "description": "d"}),
        ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
        ({"minimum": 1, "exclusiveMinimum": False}, {"minimum": 1}),
        ({"maximum": 9, "exclusiveMaximum": True}, {"exclusiveMaximum": 9}),
        ({"exclusiveMaximum": True}, {}),
        ({"type": "string", "format": "binary"}, {"type": "string", "format": "binary"}),
        (
            {"properties": {"nullable": {"type": "string", "nullable": True}}, "default": {"nullable": True}},
            {"properties": {"nullable": {"type": ["string", "null"]}}, "default": {"nullable": True}},
        ),
    ],
)
def test_a_schema_says_the_same_in_the_words_of_31(old, new):
    assert read(old) == new


def test_other_versions_are_left_alone():
    document = {"openapi": "3.1.0", "paths": {}, "components": {"schemas": {"A": {"nullable": True}}}}
    before = copy.deepcopy(document)
    upgrade(document)
    assert document == before


VALUES = [None, 0, 1, 2, 3, "a", True]


@given(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["integer", "number"])},
        optional={
            "minimum": st.integers(0, 3),
            "maximum": st.integers(0, 3),
            "exclusiveMinimum": st.booleans(),
            "exclusiveMaximum": st.booleans(),
            "nullable": st.booleans(),
        },
    )
)
def test_the_same_values_are_allowed(schema):
    """The draft that 3.0 is made from, with null beside it where the schema says so."""
    plain = {key: value for key, value in schema.items() if key != "nullable"}
    bounded = {
        key: value
        for key, value in plain.items()
        if not key.startswith("exclusive") or key.replace("exclusiveM", "m") in plain
    }
    old, new = jsonschema_rs.Draft4Validator(bounded), jsonschema_rs.Draft202012Validator(read(schema))
    for value in VALUES:
        allowed = old.is_valid(value) or (value is None and schema.get("nullable", False))
        assert new.is_valid(value) == allowed, (schema, value)


def test_a_file_keeps_its_lines(tmp_path):
    path = tmp_path / "api.yaml"
    path.write_text(
        "openapi: 3.0.1\npaths: {}\ncomponents:\n  schemas:\n    A:\n"
        "      type: string\n      nullable: true\n"
    )
    document = read_document(path)
    schema = document["components"]["schemas"]["A"]
    assert json.loads(json.dumps(schema)) == {"type": ["string", "null"]}
    assert schema.lines["type"] == 6
