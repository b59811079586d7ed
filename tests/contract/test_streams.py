"""Answers that are no JSON text are judged as far as the document says what they are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from trigger_contract.contract.assembling import contract_from
from trigger_contract.contract.exchange import Exchange, Request
from trigger_contract.contract.universal import Judge

_THING = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}
_PNG = b"\x89PNG\r\n\x1a\n...."


def _laws(kind: str, schema: Any, body: bytes, *, word: str = "schema", charset: str = "") -> list[str]:
    media = {} if schema is None else {word: schema}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Streams", "version": "1"},
        "components": {"schemas": {"Thing": _THING}},
        "paths": {
            "/it": {
                "get": {
                    "operationId": "it",
                    "responses": {"200": {"description": "It.", "content": {kind: media}}},
                }
            }
        },
    }
    fields = {"content-type": kind + charset}
    answer = Exchange(Request("GET", "/it"), "http://x/it", 200, fields, body, datetime.now(UTC), 0.0)
    subject = contract_from(document).subjects[0]
    return [
        f"{breach.law} {breach.place}".strip()
        for breach in Judge(document).judge(subject, answer, lenient=False)
    ]


_ROW = {"$ref": "#/components/schemas/Thing"}
_ROWS = {"type": "array", "items": _ROW}


@pytest.mark.parametrize(
    ("kind", "schema", "body"),
    [
        ("application/x-ndjson", _ROW, b'{"n": 1}\n{"n": 2}\n'),
        ("application/jsonl", _ROWS, b'{"n": 1}\n\n{"n": 2}'),
        ("application/json-seq", _ROW, b'\x1e{"n": 1}\n\x1e{"n": 2}\n'),
        ("text/event-stream", _ROW, b': hi\n\nevent: ping\ndata: {}\n\ndata: {"n": 1}\n\ndata: [DONE]\n\n'),
        ("text/event-stream", {"type": "string"}, b"data: anything at all\n\n"),
        ("text/csv", _ROWS, b'n,note\r\n1,"a, b"\r\n2,\r\n'),
        ("text/csv", {"type": "string"}, b""),
        ("text/plain", {"type": "string", "pattern": "^[a-z ]+$"}, b"just text"),
        ("text/plain", None, b"\x00"),
        ("image/png", {"type": "string", "format": "binary"}, _PNG),
        ("application/octet-stream", None, bytes(range(256))),
    ],
)  # fmt: skip
def test_what_is_as_the_document_says_is_right(kind: str, schema: Any, body: bytes) -> None:
    assert _laws(kind, schema, body) == []


@pytest.mark.parametrize(
    ("kind", "schema", "body", "law"),
    [
        ("application/x-ndjson", _ROW, b'{"n": 1}\n{"n": "x"}\n', "schema/response /n type"),
        ("application/x-ndjson", None, b'{"n": 1}\n{"n": \n', "schema/valid-json"),
        ("application/jsonl", _ROWS, b'{"m": 1}\n', "schema/response /n required"),
        ("text/event-stream", _ROW, b'data: {"n": "x"}\n\n', "schema/response /n type"),
        ("text/event-stream", _ROW, b"data: no json\n\n", "schema/valid-json"),
        ("text/csv", _ROWS, b"n,note\r\n1,2,3\r\n", "schema/response rows"),
        ("text/csv", _ROWS, b"m,note\r\n1,2\r\n", "schema/response n"),
        ("text/plain", {"type": "string", "maxLength": 3}, b"too long", "schema/response / maxLength"),
        ("text/plain", {"type": "string"}, b"\xff\xfe", "schema/response"),
        ("image/png", {"type": "string", "format": "binary"}, b"GIF89a", "schema/response"),
    ],
)
def test_what_is_not_is_found(kind: str, schema: Any, body: bytes, law: str) -> None:
    assert _laws(kind, schema, body) == [law]


def test_an_event_as_a_whole_is_held_against_the_schema_of_items() -> None:
    event = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
    assert _laws("text/event-stream", event, b"id: 1\ndata: x\n\n", word="itemSchema") == []
    assert _laws("text/event-stream", event, b"data: x\n\n", word="itemSchema") == [
        "schema/response /id required"
    ]


def test_text_is_read_in_the_charset_that_it_names() -> None:
    schema = {"type": "string", "maxLength": 4}
    assert _laws("text/plain", schema, b"caf\xe9", charset="; charset=iso-8859-1") == []
