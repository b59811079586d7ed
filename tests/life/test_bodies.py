"""Bodies keep the schema of a request, whatever form that has."""

from __future__ import annotations

import json
from typing import Any

import pytest

from trigger_contract.contract.assembling import contract_from
from trigger_contract.contract.life.bodies import Bodies, samples
from trigger_contract.contract.life.content import content_of
from trigger_contract.contract.life.making import Maker
from trigger_contract.contract.life.media import encoded
from trigger_contract.document.composition import composition
from trigger_contract.document.operations import operations


def _bodies(schema: Any, kind: str = "application/json", **components: Any) -> Bodies:
    document = {
        "openapi": "3.1.0",
        "info": {"title": "It", "version": "1"},
        "components": {"schemas": components},
        "paths": {
            "/it": {
                "post": {
                    "requestBody": {"required": True, "content": {kind: {"schema": schema}}},
                    "responses": {"201": {"description": "Made."}},
                }
            }
        },
    }
    return Bodies(document, next(operations(document)))


_LETTER = {"enum": ["x", "y", "z"]}
_COUNT = {"type": ["null", "integer"]}
_FORMS: dict[str, Any] = {
    "what is only read and required": {
        "type": "object", "required": ["id", "name"],
        "properties": {"id": {"type": "string", "readOnly": True}, "name": {"type": "string"}},
    },
    "composed": {
        "allOf": [
            {"$ref": "#/components/schemas/Base"},
            {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer", "multipleOf": 5}}},
        ]
    },
    "bounds": {
        "type": "object", "required": ["a", "b", "c"],
        "properties": {
            "a": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
            "b": {"type": "string", "pattern": "^[A-Z]{3}-[0-9]{4}$"},
            "c": {"type": "array", "minItems": 2, "maxItems": 3, "uniqueItems": True, "items": _LETTER},
        },
    },
    "formats": {
        "type": "object",
        "properties": {
            name: {"type": "string", "format": name}
            for name in ("date-time", "date", "email", "uuid", "uri", "ipv4", "ipv6", "hostname")
        },
    },
    "within": {
        "type": "object", "required": ["o"],
        "properties": {"o": {"type": "object", "required": ["p"], "properties": {"p": _COUNT}}},
    },
}  # fmt: skip
_BASE = {"type": "object", "required": ["base"], "properties": {"base": {"type": "string", "maxLength": 9}}}


@pytest.mark.parametrize("form", _FORMS)
def test_what_should_keep_the_schema_keeps_it(form: str) -> None:
    bodies = _bodies(_FORMS[form], Base=_BASE)
    marks = (f"mark-{number}" for number in range(1000))
    cases = list(bodies.cases(lambda: next(marks)))
    assert cases
    assert [label for label, body in cases if not bodies.keeps(body)] == []
    assert "id" not in cases[0][1]


@pytest.mark.parametrize("form", _FORMS)
def test_what_should_break_the_schema_breaks_it(form: str) -> None:
    bodies = _bodies(_FORMS[form], Base=_BASE)
    broken = [item for item in bodies.broken("mark-1") if item.is_read]
    assert broken
    for item in broken:
        assert not bodies.keeps(json.loads(item.body)), item.label
    assert len({item.label for item in broken}) == len(broken)


def test_a_value_is_neither_the_default_nor_null_nor_what_it_was() -> None:
    schema = {
        "type": "object",
        "properties": {
            "s": {"type": ["null", "string"], "enum": ["a", "b", "c", None], "default": "a"},
            "f": {"type": "boolean", "default": True},
            "n": {"type": "integer", "minimum": 1, "maximum": 3, "default": 2},
        },
    }
    bodies = _bodies(schema)
    assert bodies.whole("x") == {"s": "b", "f": False, "n": 3}
    assert bodies.value("s", "x", other_than="b") == "c"
    assert bodies.value("n", "x", other_than=3) == 1
    assert list(bodies.others("s", "x", "b")) == ["c", None]


def test_a_form_with_a_file_is_sent_in_parts() -> None:
    schema = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "file": {"type": "string", "format": "binary"}},
    }
    bodies = _bodies(schema, "multipart/form-data")
    assert bodies.media is not None
    content, kind = encoded(bodies.whole("mark"), bodies.media)
    boundary = kind.partition("boundary=")[2].encode()
    assert content.count(b"--" + boundary) == 3
    assert b'name="file"; filename="' in content


def test_lines_and_forms_are_spelled_as_their_media_type_says() -> None:
    form = _bodies(
        {"type": "object", "properties": {"a": {"type": "array"}}}, "application/x-www-form-urlencoded"
    )
    assert form.media is not None
    assert encoded({"a": ["x", "y"], "b": True}, form.media)[0] == b"a=x&a=y&b=true"
    lines = _bodies({"type": "object"}, "application/x-ndjson")
    assert lines.media is not None
    assert encoded([{"n": 1}, {"n": 2}], lines.media)[0] == b'{"n": 1}\n{"n": 2}\n'


def test_a_member_that_is_given_stays_as_it_is_given() -> None:
    text = {"type": "string", "minLength": 3}
    schema = {"type": "object", "required": ["shelf"], "properties": {"shelf": text, "title": text}}
    document = {
        "openapi": "3.1.0", "info": {"title": "It", "version": "1"},
        "paths": {"/it": {"post": {
            "x-codeSamples": [{"source": "create({ title: 'Emma', pages: \"9\" })"}, {"lang": "curl"}],
            "requestBody": {"content": {"application/json": {"schema": schema}}},
            "responses": {"201": {"description": "Made."}},
        }}},
    }  # fmt: skip
    operation = next(operations(document))
    bodies = Bodies(document, operation, {"shelf": "sh"})
    made = [body for _, body in bodies.cases(iter(f"mark{number}" for number in range(99)).__next__)]
    assert {body["shelf"] for body in made} == {"sh"}
    assert not bodies.keeps_member("shelf", "shelf")  # nothing else is tried for it
    assert samples(operation) == {"title": "Emma", "pages": "9"}


@pytest.mark.parametrize(
    ("kind", "schema", "content", "named"),
    [
        ("application/x-ndjson", {"type": "object", "properties": {"a": {"type": "string"}}},
         b'{"a": "m0"}\n{"a": "m1"}\n{"a": "m2"}\n', "application/x-ndjson"),
        ("application/x-ndjson", {"type": "array", "items": {"type": "string"}}, b'"m0"\n"m1"\n"m2"\n',
         "application/x-ndjson"),
        ("text/csv", {}, b"name,note\r\nm,1\r\n", "text/csv"), ("text/plain", {}, b"m", "text/plain"),
        ("image/png", {}, b"m" + bytes(range(32)), "image/png"),
    ],
)  # fmt: skip
def test_content_is_of_the_kind_that_an_operation_takes(
    kind: str, schema: Any, content: bytes, named: str
) -> None:
    document = {
        "openapi": "3.1.0", "info": {"title": "It", "version": "1"},
        "paths": {"/it": {"get": {"responses": {"200": {"description": "It."}}}, "put": {
            "requestBody": {"content": {kind: {"schema": schema}}},
            "responses": {"204": {"description": "Kept."}},
        }}},
    }  # fmt: skip
    (subject,) = contract_from(document).writing
    assert content_of(subject, "m") == (content, named)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"const": 5}, 5), ({"type": "object"}, {"note": "m"}),
        ({"properties": {"a": {"const": 1}}}, {"a": 1}),
        ({"type": "object", "additionalProperties": {"type": "integer", "const": 3}}, {"note": 3}),
        ({"type": "object", "additionalProperties": False}, {}), ({"items": {"const": 2}}, [2]),
        ({"enum": [None, "x"]}, "x"),
    ],
)  # fmt: skip
def test_a_value_is_made_of_whatever_a_schema_says(schema: Any, value: Any) -> None:
    assert Maker(composition({"openapi": "3.1.0"})).value(schema, "m") == value
