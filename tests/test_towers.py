"""Schemas whose levels each refer to the next one twice cost every room as much as they have levels."""

from __future__ import annotations

import json

import pytest

from trigger_contract.changes import compare
from trigger_contract.contract.assembling import contract_from
from trigger_contract.contract.coverage import coverage
from trigger_contract.mock.collections.making import Maker
from trigger_contract.mock.judging import Judge

LEVELS = 40
FORMS = {
    "allOf": lambda below: {"allOf": [below, below]},
    "oneOf": lambda below: {"oneOf": [below, {"allOf": [below]}]},
    "anyOf": lambda below: {"anyOf": [below, {"allOf": [below], "description": "another name"}]},
    "properties": lambda below: {"type": "object", "properties": {"left": below, "right": below}},
    "items": lambda below: {"type": "array", "prefixItems": [below, below], "items": below},
}


def tower(form, foot):
    levels = {f"L{n}": FORMS[form]({"$ref": f"#/components/schemas/L{n + 1}"}) for n in range(LEVELS)}
    schema = {"$ref": "#/components/schemas/L0"}
    answer = {"description": "It.", "content": {"application/json": {"schema": schema}}}
    operation = {"operationId": "read", "responses": {"200": answer}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tower", "version": "1"},
        "paths": {"/tower": {"get": operation}},
        "components": {"schemas": {**levels, f"L{LEVELS}": {"type": "object", "properties": {"x": foot}}}},
    }


@pytest.mark.parametrize("form", FORMS)
def test_a_change_at_the_foot_of_a_tower_is_told(form):
    assert compare(tower(form, {"type": "string"}), tower(form, {"type": "integer"})).changes


@pytest.mark.parametrize("form", FORMS)
def test_a_value_of_a_tower_is_made_and_judged(form):
    document = tower(form, {"type": "string"})
    schema = document["components"]["schemas"]["L0"]
    judge = Judge(document, sent=False)
    value = Maker(document, judge, 0).make(schema)
    assert len(json.dumps(value)) < 100_000
    # Nothing is one of two that are the same.
    assert judge.fits(schema, value) is (form != "oneOf")
    assert [*judge.faults(schema, {"x": 1} if form != "items" else 1)] or form == "properties"


@pytest.mark.parametrize("form", FORMS)
def test_what_an_answer_may_hold_is_counted_to_an_end(form):
    promised = coverage(contract_from(tower(form, {"type": "string"})), ()).promised
    assert promised["operations"] == {"read"}
