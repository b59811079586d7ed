"""Exchanges as odd recorders write them, requests as odd clients send them, and what contradicts what."""

from __future__ import annotations

import base64
import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from trigger_contract.contract.proposing.inference import inferred
from trigger_contract.contract.settings import Settings
from trigger_contract.contract.traffic.judging import Traffic
from trigger_contract.contract.traffic.matching import Matcher
from trigger_contract.contract.traffic.reading import Recorded, read_requests, read_traffic
from trigger_contract.contract.traffic.secrets import secrets_of
from trigger_contract.errors import UserError

TEXT, WHOLE = {"type": "string"}, {"type": "integer"}
PLAN = {"type": "object", "properties": {"from": TEXT | {"format": "date-time"}, "steps": WHOLE}}
THING = {
    "type": "object",
    "required": ["id", "key"],
    "properties": {
        "id": TEXT | {"readOnly": True}, "key": TEXT, "plan": PLAN, "rank": WHOLE,
        "parts": {"type": "array", "items": {"type": "object", "required": ["made"], "properties": {
            "made": TEXT | {"readOnly": True}}}},
    },
}  # fmt: skip
JSON = {"content-type": "application/json"}


def gives(schema: Any) -> dict[str, Any]:
    return {"description": "It.", "content": {"application/json": {"schema": schema}}}


def query(name: str, schema: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema, **more}


def document(**more: Any) -> dict[str, Any]:
    one = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "maxLength": 9}}
    listed = {"type": "object", "properties": {"data": {"type": "array", "items": THING}}}
    wrapped = {"type": "object", "properties": {"data": THING}}
    asked = [
        query("limit", WHOLE), query("on", {"type": "boolean"}), query("none", {"type": ["integer", "null"]}),
        query("filter", {"type": "object"}, style="deepObject"),
        query("tag", {"type": "array", "items": WHOLE}),
        {"name": "X-Tenant", "in": "header", "required": True, "schema": TEXT},
    ]  # fmt: skip
    body = {"required": True, "content": {"application/json": {"schema": THING}}}
    return {
        "openapi": "3.1.0", "info": {"title": "Things", "version": "1"}, "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "components": {"securitySchemes": {
            "key": {"type": "apiKey", "in": "query", "name": "sig"},
            "basic": {"type": "http", "scheme": "basic"},
        }},
        "paths": {
            "/things": {
                "get": {"operationId": "list", "parameters": asked, "responses": {"200": gives(listed)}},
                "post": {"operationId": "make", "requestBody": body, "responses": {"201": gives(wrapped)}},
                "delete": {"operationId": "clear", "responses": {"204": {"description": "All are gone."}}},
            },
            "/things/{id}": {
                "get": {"operationId": "read", "parameters": [one], "responses": {
                    "200": gives(wrapped), "404": {"description": "None."}}},
                "put": {"operationId": "put", "parameters": [one], "requestBody": body,
                        "responses": {"200": gives(wrapped)}},
            },
        },
        **more,
    }  # fmt: skip


def entry(
    method: str, path: str, status: Any = 200, body: Any = None, sent: Any = None, **headers: str
) -> dict:
    fields = {"x-tenant": "t", **(JSON if sent is not None else {}), **headers}
    request = {"method": method, "path": path, "headers": fields, "body": sent}
    return {"request": request, "response": {"status": status, "headers": JSON, "body": body}}


def read(tmp_path: Path, *entries: Any) -> list[Recorded]:
    path = tmp_path / "t.jsonl"
    path.write_text("".join(json.dumps(item) + "\n" for item in entries))
    return list(read_traffic(path))


def found(tmp_path: Path, *entries: Any) -> list[tuple[str, str]]:
    """Return law and place of each finding."""
    traffic = Traffic(document(), Settings(url="http://things.test"))
    return [
        (taken.finding.law, taken.finding.place)
        for one in read(tmp_path, *entries)
        for taken in traffic.take(one)
    ]


# Requests


@pytest.mark.parametrize(
    ("asked", "law", "place"),
    [
        ("limit=5&on=true&sig=abc&filter[any]=x&tag=1&tag=2", None, ""),
        ("limit=x", "request/parameter-value", "limit"), ("on=maybe", "request/parameter-value", "on"),
        ("none=x", "request/parameter-value", "none"), ("tag=1&tag=x", "request/parameter-value", "tag"),
        ("none=", "request/parameter-value", "none"),  # no query can spell null
        ("colour=red", "request/known-parameter", "colour"),
    ],
)  # fmt: skip
def test_a_query_is_held_against_what_may_be_asked(
    tmp_path: Path, asked: str, law: str | None, place: str
) -> None:
    wanted = [] if law is None else [(law, place)]
    assert found(tmp_path, entry("GET", f"/things?{asked}", body={"data": []})) == wanted


def test_a_header_that_is_needed_is_missed_and_a_path_that_is_none_told(tmp_path: Path) -> None:
    bare = entry("GET", "/things", body={"data": []})
    bare["request"]["headers"] = {}
    ((law, place),) = found(tmp_path, bare)
    assert (law, "X-Tenant" in place) == ("request/required-parameter", True)
    assert found(tmp_path, entry("GET", f"/things/{'x' * 10}", 404)) == [("request/parameter-value", "id")]


def test_a_body_that_is_no_json_or_lacks_more_than_what_may_only_be_read_is_told(tmp_path: Path) -> None:
    made = {"data": {"id": "a", "key": "k"}}
    broken = entry("POST", "/things", 201, made, "{nope")
    assert found(tmp_path, broken) == [("request/body", "/ json")]
    # A client cannot send what may only be read, however deep it stands.
    assert found(tmp_path, entry("POST", "/things", 201, made, {"key": "k", "parts": [{}]})) == []
    lacking = found(tmp_path, entry("POST", "/things", 201, made, {"rank": "x"}))
    assert {law for law, _ in lacking} == {"request/body"}


# Agreement


def test_what_was_made_is_read_as_it_was_sent_however_a_date_is_spelled(tmp_path: Path) -> None:
    sent = {"key": "k", "plan": {"from": "2026-01-01T00:00:00Z"}}
    shown = {"id": "a", "key": "k", "plan": {"from": "2026-01-01T01:00:00+01:00", "steps": 3}}
    make = entry("POST", "/things", 201, {"data": {**shown}}, sent)
    assert found(tmp_path, make, entry("GET", "/things/a", body={"data": shown})) == []
    other = {**shown, "plan": {"from": "2027-01-01T00:00:00Z"}}
    (breach,) = found(tmp_path, make, entry("GET", "/things/a", body={"data": other}))
    assert breach[0] == "agreement/created-is-read"


def test_what_may_have_changed_everything_contradicts_nothing(tmp_path: Path) -> None:
    one, other = ({"id": "a", "key": key} for key in "kl")
    listed, between = (
        entry("GET", "/things", body={"data": [one, "x", {}]}),
        entry("GET", "/things/a", body={"data": other}),
    )
    wrong = {law for law, _ in found(tmp_path, listed, between, listed)}
    assert "agreement/list-and-item" in wrong
    for changing in (
        entry("DELETE", "/things", 204),
        entry("PUT", "/things/a", body={"data": one}, sent=one),
    ):
        calm = {law for law, _ in found(tmp_path, listed, between, changing, listed)}
        assert "agreement/list-and-item" not in calm


def test_a_thing_without_an_id_is_nobodys(tmp_path: Path) -> None:
    make = entry("POST", "/things", 201, {"data": {"key": "k"}}, {"key": "k"})
    laws = {law for law, _ in found(tmp_path, make, entry("GET", "/things/a", body={"data": None}))}
    assert laws == {"schema/response"}


# Recorders


def test_what_a_browser_gave_up_is_no_answer(tmp_path: Path) -> None:
    assert found(tmp_path, entry("GET", "/things", 0)) == []


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda one: one | {"response": 5}, "has no `response`"),
        (lambda one: one | {"request": one["request"] | {"path": ""}}, "its request has no URL"),
        (lambda one: one | {"response": one["response"] | {"status": "x"}}, "its answer has no status"),
        (lambda one: one | {"response": one["response"] | {"status": True}}, "its answer has no status"),
    ],
)
def test_an_exchange_that_lacks_a_part_is_one_line(tmp_path: Path, spoil: Any, said: str) -> None:
    with pytest.raises(UserError, match=said) as caught:
        read(tmp_path, entry("GET", "/things"), spoil(entry("GET", "/things")))
    assert "t.jsonl:2" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (gzip.compress(b"{}")[:-4], "is cut off, or unpacks to more than 256 MiB"),
        (b"\x1f\x8b\x00nothing", "cannot be unpacked"), (b'{"a":\n "\xff"}', "t.har:2: is not UTF-8 text"),
        (b"a: 1\nb: !!binary '!'\n", "t.har:2: what is tagged as binary is no base64"),
        (b'"text"', "is no recorded traffic"), (b"[" * 99_999, "t.har"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "t.har"
    path.write_bytes(content)
    with pytest.raises(UserError) as caught:
        list(read_traffic(path))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_cassette_keeps_bodies_in_many_ways(tmp_path: Path) -> None:
    packed = gzip.compress(b'{"data": []}')
    bodies: list[Any] = [
        {"string": b'{"data": []}'}, {"string": packed}, '{"data": []}', None,
        {"base64_string": base64.b64encode(b'{"data": []}').decode()}, {"base64_string": "!"},
    ]  # fmt: skip
    zipped = {"Content-Type": ["application/json"], "Content-Encoding": ["gzip"]}
    items = [
        {
            "request": {"method": "GET", "uri": "http://things.test/things", "headers": {}, "body": None},
            "response": {"status": {"code": "200"}, "headers": zipped, "body": body},
            "recorded_at": datetime(2026, 1, 1),
        }
        for body in bodies
    ]  # fmt: skip
    path = tmp_path / "t.yaml"
    path.write_text(yaml.safe_dump({"http_interactions": items}))
    said = [one.exchange.body for one in read_traffic(path)]
    assert said == [b'{"data": []}'] * 3 + [b"", b'{"data": []}', b""]
    assert {one.exchange.status for one in read_traffic(path)} == {200}
    assert {one.exchange.started.tzinfo for one in read_traffic(path)} == {UTC}


def test_requests_alone_need_no_answer(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    asked = {"request": entry("GET", "/things")["request"]}
    path.write_text(json.dumps(asked) + "\n")
    (one,) = read_requests(path)
    assert (one.exchange.request.method, one.exchange.status) == ("GET", 200)
    path.write_text(json.dumps({"log": {"entries": [entry("GET", "/things")]}}))
    assert len(list(read_requests(path))) == 1


# Whose it is, and what is secret


@pytest.mark.parametrize(
    ("server", "url", "known"),
    [
        ("/api", "https://any.test/api/things", True),
        ("http://x.localhost:8/", "http://y.localhost/things", True),
        ("https://u@things.test:443", "https://things.test/things", True),
        ("https://things.test", "https://other.test/things", False),
        ("https://things.test", "http://[::1]:9/things", True),
        ("https://things.test", "http://127.0.0.2/things", True),
    ],
)  # fmt: skip
def test_an_exchange_is_the_documents_by_its_server_or_by_this_machine(
    server: str, url: str, known: bool
) -> None:
    assert Matcher(document(servers=[{"url": server}])).knows(url) == known


def test_secrets_are_found_wherever_credentials_go(tmp_path: Path) -> None:
    password = base64.b64encode(b"user:pass-word-1").decode()
    (one,) = read(tmp_path, entry(
        "POST", "/things?sig=signature-1&limit=1", sent="client_secret=form-secret-1&a=b", body={
            "deep": [{"access_token": "answer-token-1"}], "name": "plain"},
        authorization=f"Basic {password}", cookie="sid=cookie-1; theme=dark",
        **{"content-type": "application/x-www-form-urlencoded"},
    ))  # fmt: skip
    secrets = {value for value, _ in secrets_of(document(), one)}
    assert {"pass-word-1", "signature-1", "form-secret-1", "answer-token-1", "cookie-1"} <= secrets
    assert not {"plain", "b", "1"} & secrets
    (odd,) = read(tmp_path, entry("GET", "/things", authorization="Basic !", cookie="a[]=b; =c"))
    assert all(isinstance(value, str) for value, _ in secrets_of(document(), odd))


# What is inferred


@pytest.mark.parametrize(
    ("values", "schema"),
    [
        ([], {}), ([True], {"type": "boolean"}), ([1, 2.5], {"type": "number"}),
        ([1, None], {"type": ["integer", "null"]}),
        ([[], [1]], {"type": "array", "items": {"type": "integer"}}), ([{}], {"type": "object"}),
        ([{"a": 1, "b": "x"}, {"a": 2}], {"type": "object", "required": ["a"], "properties": {
            "a": {"type": "integer"}, "b": {"type": "string"}}}),
        ([{f"k{number}": number for number in range(999)}],
         {"type": "object", "additionalProperties": {"type": "integer"}}),
    ],
)  # fmt: skip
def test_a_schema_is_inferred_that_every_value_keeps(values: list[Any], schema: Any) -> None:
    assert inferred(values) == schema
