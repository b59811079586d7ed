"""Documents the runs model knows nothing of."""

from __future__ import annotations

import json
import re

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trigger_contract.document.operations import operations, response_schema
from trigger_contract.mock.collections.making import Maker
from trigger_contract.mock.judging import Judge
from trigger_contract.mock.pattern import matching

NOW = 1_760_000_000_000
WIDGET = {
    "type": "object",
    "required": ["id", "size"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "size": {"type": "integer", "minimum": 5, "maximum": 9},
        "code": {"type": "string", "pattern": "^[A-Z]{3}-[0-9]{2,4}$"},
        "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Widget"}},
    },
}


def sixty() -> dict:
    """Return a document of sixty operations: every method, parameter place and kind of answer."""
    paths: dict = {}
    for number in range(12):
        error = {
            "description": "no",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
        }
        ok = {
            "description": "yes",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Widget"}}},
        }
        listed = {
            "type": "object",
            "required": ["items"],
            "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Widget"}}},
        }
        body = {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Widget"}}},
        }
        one = [{"in": "path", "name": "id", "required": True, "schema": {"type": "integer", "minimum": 1}}]
        paths[f"/things{number}"] = {
            "get": {
                "operationId": f"list{number}",
                "parameters": [
                    {"in": "query", "name": "limit", "schema": {"type": "integer", "maximum": 10}}
                ],
                "responses": {
                    "200": {"description": "yes", "content": {"application/json": {"schema": listed}}},
                    "400": error,
                    "401": error,
                },
            },
            "post": {
                "operationId": f"create{number}",
                "requestBody": body,
                "responses": {"201": ok, "422": error, "401": error},
            },
        }
        paths[f"/things{number}/{{id}}"] = {
            "parameters": one,
            "get": {"operationId": f"get{number}", "responses": {"200": ok, "404": error, "401": error}},
            "delete": {
                "operationId": f"delete{number}",
                "responses": {"204": {"description": "gone"}, "401": error},
            },
            "patch": {
                "operationId": f"change{number}",
                "parameters": [
                    {"in": "header", "name": "If-Match", "required": True, "schema": {"type": "string"}}
                ],
                "requestBody": body,
                "responses": {"200": ok, "400": error, "401": error},
            },
        }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Sixty", "version": "1"},
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": {
                "Widget": WIDGET,
                "Error": {
                    "type": "object",
                    "required": ["message"],
                    "properties": {"message": {"type": "string"}},
                },
            },
            "securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "key"}},
        },
    }


GOOD = json.dumps({"id": "3fa85f64-5717-4562-b3fc-2c963f66afa6", "size": 7}).encode()


@pytest.fixture
def asker(make):
    built = make(document=sixty(), runs=0)
    built.token = None
    return built


def test_all_sixty_operations_are_served_as_documented(asker):
    document = sixty()
    served = list(operations(document))
    assert len(served) == 60
    for operation in served:
        path = operation.path.replace("{id}", "7")
        body = GOOD if "requestBody" in operation.definition else b""
        options = {"method": operation.method.upper(), "body": body, "headers": {"if-match": "x"}}
        assert asker.answer(path, **options).status == 401
        asker.service.reset()
        answer = asker.answer(path, "key=tr_dev_mock", **options)
        expected = next(name for name in operation.definition["responses"] if name[0] == "2")
        assert str(answer.status) == expected
        schema = response_schema(document, operation, expected)
        if schema is None:
            assert answer.body == b""
            continue
        whole = {"allOf": [schema], "components": document["components"]}
        jsonschema_rs.Draft202012Validator(whole, validate_formats=True).validate(json.loads(answer.body))
        assert asker.answer(path, "key=tr_dev_mock", **options) == answer, (
            "the same question, the same answer"
        )


@pytest.mark.parametrize(
    ("method", "path", "query", "headers", "body", "status", "said"),
    [
        ("GET", "/things3", "limit=11", {}, b"", 400, "less than or equal to 10"),
        ("POST", "/things3", "", {}, b"", 422, "Required"),
        ("POST", "/things3", "", {}, b"{", 422, "not JSON"),
        ("POST", "/things3", "", {}, b'{"id": 1, "size": 7}', 422, "not of type"),
        ("POST", "/things3", "", {"content-type": "text/csv"}, b"a,b", 422, "media type"),
        ("PATCH", "/things3/7", "", {}, GOOD, 400, "Required"),
        ("PATCH", "/things3/0", "", {"if-match": "x"}, GOOD, 400, "greater than or equal to 1"),
        ("PATCH", "/things3/x", "", {"if-match": "x"}, GOOD, 400, "Expected integer"),
    ],
)
def test_what_is_wrong_with_a_request_is_said(asker, method, path, query, headers, body, status, said):
    answer = asker.answer(path, f"key=tr_dev_mock&{query}", method=method, headers=headers, body=body)
    assert answer.status == status
    assert said in json.loads(answer.body)["message"]


def test_examples_of_the_document_come_first(make):
    document = sixty()
    response = document["paths"]["/things0"]["get"]["responses"]["200"]["content"]["application/json"]
    response["examples"] = {"first": {"value": {"items": [], "shown": True}}, "second": {"value": {}}}
    asker = make(document=document, runs=0)
    assert asker.get("/things0", "key=tr_dev_mock") == {"items": [], "shown": True}


@pytest.mark.parametrize(
    "pattern",
    [
        "^run_",
        "^[A-Z]{3}-[0-9]{2,4}$",
        r"^\d+\.\d+$",
        "a|b",
        "^(?:x|y)+z?$",
        r"[^a]\w\s",
        "^$",
        "^.{8,}$",
        r"(ab)\1",
        "^(?!x)y",
    ],
)
def test_a_text_for_a_pattern_matches_it(pattern):
    assert re.search(pattern, matching(pattern))


def schemas():
    leaves = st.one_of(
        st.builds(
            lambda low, span: {"type": "integer", "minimum": low, "maximum": low + span},
            st.integers(-50, 50),
            st.integers(0, 9),
        ),
        st.builds(
            lambda low, span: {"type": "string", "minLength": low, "maxLength": low + span},
            st.integers(0, 20),
            st.integers(0, 9),
        ),
        st.builds(
            lambda values: {"enum": values}, st.lists(st.integers() | st.text(), min_size=1, max_size=3)
        ),
        st.sampled_from(
            [
                {"type": "boolean"},
                {"type": ["string", "null"]},
                {"type": "null"},
                {"const": 7},
                {"type": "number", "exclusiveMinimum": 3},
            ]
        ),
        st.sampled_from(
            [{"type": "string", "format": f} for f in ("date-time", "uuid", "email", "uri", "ipv4", "date")]
        ),
    )
    names = st.sampled_from("abcd")

    def array(items, least):
        return {"type": "array", "items": items, "minItems": least}

    def record(properties, closed):
        names = sorted(properties)
        return {
            "type": "object",
            "properties": properties,
            "required": names,
            "additionalProperties": not closed,
        }

    def deeper(inner):
        return st.one_of(
            st.builds(array, inner, st.integers(0, 3)),
            st.builds(record, st.dictionaries(names, inner, max_size=3), st.booleans()),
            st.builds(lambda options: {"oneOf": options[:1]}, st.lists(inner, min_size=1, max_size=2)),
            st.builds(lambda options: {"anyOf": options}, st.lists(inner, min_size=1, max_size=2)),
        )

    return st.recursive(leaves, deeper, max_leaves=8)


@settings(max_examples=100, deadline=None, database=None, derandomize=True)
@given(schemas())
def test_a_value_made_for_a_schema_satisfies_it(schema):
    def made():
        maker = Maker({"openapi": "3.1.0"}, Judge({"openapi": "3.1.0"}, sent=False), NOW)
        return [maker.make(schema, number) for number in range(3)]

    values = made()
    judge = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    assert all(judge.is_valid(value) for value in values)
    assert made() == values


def test_a_body_that_breaks_what_everything_is_composed_of_has_one_fault():
    levels = {
        f"L{n}": {"allOf": [{"$ref": f"#/components/schemas/L{n + 1}"}] * 2, "minProperties": n}
        for n in range(40)
    }
    foot = {"type": "object", "properties": {"a": {"type": "integer"}}}
    judge = Judge({"openapi": "3.1.0", "components": {"schemas": {**levels, "L40": foot}}})
    (fault,) = judge.faults({"$ref": "#/components/schemas/L1"}, {"a": "x", **{str(n): n for n in range(40)}})
    assert (fault.path, fault.keyword) == (("a",), "type")
