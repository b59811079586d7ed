"""What a query string means by the document, and what is said of one that breaks it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from little_documents import answering, document, only

from trigger_contract.document.wire import query_leaves
from trigger_contract.mock.judging import Judge
from trigger_contract.mock.query import MAX_QUERY, QueryReader, Reading, pairs, readings

TEXT, WHOLE, REAL, FLAG = {"type": "string"}, {"type": "integer"}, {"type": "number"}, {"type": "boolean"}


def reader(*parameters: dict[str, Any], **more: Any) -> QueryReader:
    whole = document({"GET /things": answering(parameters=[{"in": "query", **one} for one in parameters])})
    return QueryReader(Judge(whole), query_leaves(whole, only(whole)), **more)


def read(schema: Any, query: str, *, parameter: dict[str, Any] | None = None, **more: Any) -> Reading:
    return reader({"name": "a", "schema": schema, **(parameter or {})}, **more).read(query.encode())


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (b"", []),
        (b"&&", []),
        (b"a", [("a", "")]),
        (b"a=", [("a", "")]),
        (b"=b", [("", "b")]),
        (b"a=b=c&a=d", [("a", "b=c"), ("a", "d")]),
        (b"a+b=c+d", [("a b", "c d")]),
        (b"a%5Bb%5D=%2B%26", [("a[b]", "+&")]),
        (b"a=%zz%", [("a", "%zz%")]),
        (b"a=%ff", [("a", "\ufffd")]),
        (b"a=\xff", [("a", "\ufffd")]),
        (b"x" * 200 + b"%41=1", [("x" * 200 + "A", "1")]),
    ],
)
def test_a_query_string_is_taken_apart(query: bytes, found: list[tuple[str, str]]) -> None:
    assert pairs(query) == found


@pytest.mark.parametrize(
    ("schema", "query", "value"),
    [
        (TEXT, "a=b", "b"),
        (TEXT, "a=12", "12"),
        (WHOLE, "a=-12", -12),
        (WHOLE, "a=9223372036854775807", 2**63 - 1),
        (REAL, "a=1.5", 1.5),
        (REAL, "a=-2e-3", -0.002),
        (REAL, "a=2", 2),
        (FLAG, "a=true", True),
        (FLAG, "a=false", False),
        (WHOLE, "a=1&a=2", 2),
        ({"type": ["integer", "string"]}, "a=7", 7),
        ({"type": ["integer", "string"]}, "a=x", "x"),
        ({"type": ["boolean", "string"]}, "a=maybe", "maybe"),
        ({"type": ["integer", "string"], "enum": ["7"]}, "a=7", "7"),
        ({}, "a=7", "7"),
        ({"type": "array", "items": WHOLE}, "a=1&a=2", [1, 2]),
        ({"type": "array", "items": TEXT}, "a=+x+&a=", ["x"]),
        ({"type": ["array", "null"], "items": FLAG}, "a=true", [True]),
        ({"type": "object"}, "a=x", "x"),
        ({"type": ["object", "null"]}, "a=", ""),
        ({"type": "string", "format": "date-time"}, "a=1970-01-01T00:00:01Z", 1000),
        ({"type": "integer", "minimum": 1, "maximum": 3}, "a=1", 1),
        ({"type": "integer", "minimum": 1, "maximum": 3}, "a=3", 3),
    ],
)
def test_a_value_is_read_as_its_schema_says(schema: Any, query: str, value: Any) -> None:
    found = read(schema, query)
    assert (found.details, found.values) == ([], {"a": value})
    assert isinstance(found.values["a"], bool) == isinstance(value, bool)


@pytest.mark.parametrize(
    ("schema", "query", "message", "code"),
    [
        (WHOLE, "a=1.5", "Expected integer, received 1.5", "invalid_type"),
        (WHOLE, "a=", "Expected integer, received nothing", "invalid_type"),
        (WHOLE, "a=" + "1" * 20, f"Expected integer, received {'1' * 20}", "invalid_type"),
        (REAL, "a=x", "Expected number, received x", "invalid_type"),
        (REAL, "a=1e999", "Expected a finite number", "invalid_type"),
        ({"type": ["boolean", "integer"]}, "a=x", "Invalid value for a: x", "custom"),
        ({"type": "null"}, "a=x", "Expected null, received x", "invalid_type"),
        ({"type": "integer", "minimum": 2}, "a=1", "Number must be greater than or equal to 2", "too_small"),
        ({"type": "integer", "maximum": 2}, "a=3", "Number must be less than or equal to 2", "too_big"),
        ({"type": "number", "exclusiveMinimum": 2}, "a=2", "Number must be greater than 2", "too_small"),
        ({"type": "number", "exclusiveMaximum": 0.5}, "a=0.5", "Number must be less than 0.5", "too_big"),
        ({"type": "integer", "multipleOf": 5}, "a=7", "Number must be a multiple of 5", "not_multiple_of"),
        (
            {"type": "string", "minLength": 3},
            "a=ab",
            "String must contain at least 3 character(s)",
            "too_small",
        ),
        ({"type": "string", "maxLength": 1}, "a=ab", "String must contain at most 1 character(s)", "too_big"),
        ({"type": "string", "enum": ["x", "y"]}, "a=z", "Invalid a value: z", "custom"),
        ({"type": "string", "const": "x"}, "a=z", "Invalid a value: z", "custom"),
        ({"type": "string", "pattern": "^x"}, "a=z", "Invalid a: z", "invalid_string"),
        ({"type": "string", "format": "uuid"}, "a=z", "Invalid uuid: z", "invalid_string"),
        ({"type": "string", "format": "date-time"}, "a=yesterday", "Invalid date", "invalid_date"),
        (
            {"type": "array", "items": WHOLE, "minItems": 2},
            "a=1",
            "Array must contain at least 2 element(s)",
            "too_small",
        ),
        (
            {"type": "array", "items": WHOLE, "maxItems": 1},
            "a=1&a=2",
            "Array must contain at most 1 element(s)",
            "too_big",
        ),
        (
            {"type": "array", "items": WHOLE, "uniqueItems": True},
            "a=1&a=1",
            "Array must not contain an element twice",
            "custom",
        ),
        ({"type": "array", "items": {"enum": ["x", "y"]}}, "a=x&a=p&a=q", "Invalid a values: p, q", "custom"),
        ({"type": "array", "items": {"const": "x"}}, "a=q", "Invalid a values: q", "custom"),
        (
            {"type": "array", "items": {"type": "integer", "maximum": 2}},
            "a=3",
            "Number must be less than or equal to 2",
            "too_big",
        ),
        ({"type": "string", "enum": ["x"]}, "a=" + "z" * 201, f"Invalid a value: {'z' * 200}…", "custom"),
        ({"type": "string", "enum": ["x"]}, "a=" + "z" * 200, f"Invalid a value: {'z' * 200}", "custom"),
    ],
)
def test_what_breaks_its_schema_is_told_once(schema: Any, query: str, message: str, code: str) -> None:
    found = read(schema, query)
    assert found.details == [{"code": code, "message": message, "path": ["a"]}]
    assert not found.values


def test_the_items_of_a_list_come_as_the_document_sends_them() -> None:
    schema = {"type": "array", "items": TEXT}
    joined = {"explode": False}
    assert read(schema, "a=x,y, z,,", parameter=joined).values == {"a": ["x", "y", "z"]}
    assert read(schema, "a=p&a=x,y", parameter=joined).values == {"a": ["x", "y"]}
    assert read(schema, "a=x,y").values == {"a": ["x,y"]}
    assert read(schema, "a=,", parameter=joined).values == {}
    # Inside of an object OpenAPI leaves it open: a comma parts what would not fit as one.
    filter_ = {
        "name": "f",
        "style": "deepObject",
        "schema": {"type": "object", "properties": {"n": {"type": "array", "items": WHOLE}, "t": schema}},
    }
    both = reader(filter_).read(b"f[n]=1,2&f[n]=3&f[t]=x,y")
    assert both.values == {"f[n]": [1, 2, 3], "f[t]": ["x,y"]}
    assert reader(filter_).read(b"f[n]=x").details[0]["path"] == ["f[n]"]


def test_an_empty_text_counts_as_absent_unless_it_is_required() -> None:
    for schema in (TEXT, FLAG, {"type": "string", "format": "date-time"}):
        assert read(schema, "a=") == Reading()
        assert read(schema, "a") == Reading()
    assert read(TEXT, "a=", parameter={"required": True}).values == {"a": ""}
    assert read({"type": "string", "minLength": 1}, "a=", parameter={"required": True}).details


def test_what_is_required_is_asked_for_also_of_an_empty_query() -> None:
    for query in ("", "b=1"):
        found = read(WHOLE, query, parameter={"required": True})
        assert found.details == [{"code": "invalid_type", "message": "Required", "path": ["a"]}]
    assert read(WHOLE, "b=1").details == []
    assert read(WHOLE, "a=1", parameter={"required": True}).details == []


def test_defaults_are_those_of_the_document() -> None:
    for query in ("", "a=3"):
        assert read({**WHOLE, "default": 7}, query).defaults == {"a": 7}
    assert read(WHOLE, "a=3").defaults == {}


def test_a_strict_reader_refuses_what_the_document_does_not_have() -> None:
    whole = document({"GET /x": answering(parameters=[{"in": "query", "name": "extra", "schema": WHOLE}])})
    extra = query_leaves(whole, only(whole))
    lenient = reader({"name": "a", "schema": WHOLE}, extra=extra)
    strict = reader({"name": "a", "schema": WHOLE}, extra=extra, strict=True)
    assert lenient.names == strict.names == ["a", "extra"]
    assert lenient.read(b"a=1&extra=2&other=3").values == {"a": 1, "extra": 2}
    found = strict.read(b"a=1&extra=2&" + b"o" * 300 + b"=3")
    assert found.values == {"a": 1}
    assert found.details == [
        {"code": "unrecognized_keys", "message": "Unrecognized parameter: extra", "path": ["extra"]},
        {"code": "unrecognized_keys", "message": f"Unrecognized parameter: {'o' * 200}", "path": ["o" * 300]},
    ]


def test_a_service_may_read_other_values_than_the_document_has() -> None:
    schema = {"type": "string", "enum": ["x"], "maxLength": 3}
    asked = reader(
        {"name": "a", "schema": schema}, {"name": "b", "schema": {"type": "array", "items": schema}}
    )
    enums = {"a": {"y", "long one"}, "b": {"y", "z", "long one"}}
    assert asked.read(b"a=y&b=y&b=z", enums).values == {"a": "y", "b": ["y", "z"]}
    found = asked.read(b"a=x&b=y&b=x&b=q", enums)
    assert [detail["message"] for detail in found.details] == ["Invalid a value: x", "Invalid b values: x, q"]
    assert [detail["code"] for detail in asked.read(b"a=long+one&b=long+one", enums).details] == [
        "too_big",
        "too_big",
    ]


def test_a_smallest_value_and_lenient_dates_can_be_given() -> None:
    schema = {"type": "integer", "minimum": 10}
    assert read(schema, "a=1", minimums={"a": 1}).values == {"a": 1}
    assert read(schema, "a=0", minimums={"a": 1}).details[0]["message"].endswith("equal to 1")
    assert read(schema, "a=9", minimums={"b": 1}).details
    moment = {"type": "string", "format": "date-time"}
    assert read(moment, "a=1970-01-02", loose_dates=True).values == {"a": 86_400_000}
    assert read(moment, "a=1970-01-02").details
    # What a date is, the service says; what else the schema asks for still holds.
    assert read({**moment, "minLength": 30}, "a=1970-01-01T00:00:01Z").details


def test_a_query_that_is_too_long_is_not_read() -> None:
    longest = "a=" + "x" * (MAX_QUERY - 2)
    assert read(TEXT, longest).values
    found = read(TEXT, longest + "x")
    assert (found.values, found.details[0]["code"], found.details[0]["path"]) == ({}, "too_big", ["query"])
    assert str(MAX_QUERY) in found.details[0]["message"]


@given(st.integers(-(2**62), 2**62) | st.floats(allow_nan=False, allow_infinity=False) | st.booleans())
def test_a_scalar_is_read_back_as_it_was_spelled(value: float) -> None:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    kind = "boolean" if isinstance(value, bool) else "integer" if isinstance(value, int) else "number"
    assert list(readings({kind}, text)) == [value]
    assert list(readings({kind, "string"}, text)) == [value, text]
    assert list(readings((), text)) == [text]
