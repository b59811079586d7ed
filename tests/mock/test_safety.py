"""What comes from outside cannot stop, fill or mislead the mock."""

from __future__ import annotations

import json
import re
import sqlite3
import time

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trigger_contract.errors import UserError
from trigger_contract.mock import MockServer, Settings
from trigger_contract.mock.admin import Admin, content_policy
from trigger_contract.mock.faults import MAX_BYTES, Fault, Faults
from trigger_contract.mock.filling import chunks
from trigger_contract.mock.judging import Judge, check_patterns
from trigger_contract.mock.messages import Request
from trigger_contract.mock.store import Store

KEY = {"authorization": "Bearer tr_dev_mock"}


def one(parameters: list, **more: object) -> dict:
    """Return a document of one operation with these parameters."""
    answers = {"200": {"description": "yes"}, "400": {"description": "no"}}
    operation = {"operationId": "ask", "parameters": parameters, "responses": answers}
    return {
        "openapi": "3.1.0",
        "info": {"title": "One", "version": "1"},
        "paths": {"/ask/{id}": {"put": operation}},
        **more,
    }


def parameter(where: str, name: str, schema: dict) -> dict:
    return {"in": where, "name": name, "required": where == "path", "schema": schema}


ENDLESS = {"type": "string", "pattern": "^(a+)+(?!b)$"}


@pytest.mark.parametrize("where", ["query", "path", "header", "body"])
def test_a_pattern_without_end_is_answered_in_time(make, where):
    document = one([parameter("path", "id", ENDLESS if where == "path" else {})])
    operation = document["paths"]["/ask/{id}"]["put"]
    if where == "body":
        operation["requestBody"] = {"content": {"application/json": {"schema": ENDLESS}}}
    elif where != "path":
        operation["parameters"].append(parameter(where, "q", ENDLESS))
    long = "a" * 5000 + "!"
    asker = make(document=document, runs=0)
    began = time.monotonic()
    answer = asker.answer(
        f"/ask/{long if where == 'path' else 'x'}",
        f"q={long}" if where == "query" else "",
        headers={"q": long} if where == "header" else {},
        body=json.dumps(long).encode() if where == "body" else b"",
        method="PUT",
    )
    assert answer.status == 400
    assert time.monotonic() - began < 5


def test_patterns_are_those_of_ecma(make):
    letters = {"type": "string", "pattern": r"^\p{L}+$"}
    asker = make(document=one([parameter("path", "id", letters)]), runs=0)
    assert [asker.answer(f"/ask/{word}", method="PUT").status for word in ("été", "a1")] == [200, 400]


@pytest.mark.parametrize("where", ["query", "path", "body"])
def test_a_pattern_that_is_none_is_told_at_the_start(make, where):
    document = one([parameter("path", "id", {})])
    operation = document["paths"]["/ask/{id}"]["put"]
    if where == "body":
        inner = {"type": "object", "properties": {"pattern": {"type": "string", "pattern": "[a"}}}
        operation["requestBody"] = {"content": {"application/json": {"schema": inner}}}
    else:
        operation["parameters"] = [parameter("path", "id", {}), parameter(where, "id", {"pattern": "[a"})]
    with pytest.raises(UserError, match="is not a regular expression"):
        make(document=document, runs=0)


def test_a_property_named_pattern_is_no_pattern():
    check_patterns({"components": {"schemas": {"A": {"properties": {"pattern": {"type": "string"}}}}}})
    check_patterns({"components": {"schemas": {"A": {"default": {"pattern": "["}}}}})


KEYWORDS = [
    ({"type": "integer", "exclusiveMinimum": 0}, "1", "0"),
    ({"type": "integer", "exclusiveMaximum": 3}, "2", "3"),
    ({"type": "number", "multipleOf": 0.5}, "1.5", "1.25"),
    ({"type": "string", "minLength": 3}, "abc", "ab"),
    ({"type": "string", "maxLength": 3}, "abc", "abcd"),
    ({"type": "string", "const": "x"}, "x", "y"),
    ({"type": "string", "format": "ipv4"}, "192.0.2.1", "192.0.2.256"),
    ({"type": "string", "format": "date"}, "2024-02-29", "2023-02-29"),
    ({"type": ["integer", "null"], "maximum": 5}, "5", "6"),
    ({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]}, "1", "0"),
    ({"allOf": [{"type": "integer"}, {"minimum": 2}]}, "2", "1"),
    ({"enum": [0, 1]}, "1", "2"),
    ({"type": "boolean", "const": True}, "true", "false"),
    ({"type": "array", "items": {"type": "integer", "maximum": 9}}, "9", "10"),
    ({"type": "array", "items": {"$ref": "#/components/schemas/Color"}}, "red", "grey"),
]


@pytest.mark.parametrize(("schema", "good", "bad"), KEYWORDS)
@pytest.mark.parametrize("where", ["query", "path", "header"])
def test_every_keyword_counts_wherever_a_value_stands(make, schema, good, bad, where):
    parts = {"schemas": {"Color": {"enum": ["red", "green"]}}}
    parameters = [parameter("path", "id", {}), parameter(where, "id", schema)]
    asker = make(document=one(parameters, components=parts), runs=0)

    def ask(text: str) -> int:
        return asker.answer(
            f"/ask/{text if where == 'path' else 'x'}",
            {"id": text} if where == "query" else "",
            headers={"id": text} if where == "header" else {},
            method="PUT",
        ).status

    assert (ask(good), ask(bad)) == (200, 400)


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "array", "maxItems": 2, "items": {"type": "string"}}, "q=a&q=b", "q=a&q=b&q=c"),
        ({"type": "array", "minItems": 2, "items": {"type": "string"}}, "q=a&q=b", "q=a"),
        ({"type": "array", "uniqueItems": True, "items": {"type": "integer"}}, "q=1&q=2", "q=1&q=1"),
    ],
)
def test_lists_of_a_query_are_judged_as_a_whole(make, schema, good, bad):
    asker = make(document=one([parameter("path", "id", {}), parameter("query", "q", schema)]), runs=0)
    assert [asker.answer("/ask/1", query, method="PUT").status for query in (good, bad)] == [200, 400]


@given(st.integers(-5, 5), st.integers(-5, 5), st.integers(-6, 6))
@settings(max_examples=60, deadline=None, database=None)
def test_a_number_fits_exactly_where_its_bounds_say_so(low, high, value):
    judge = Judge({})
    schema = {"type": "integer", "minimum": low, "exclusiveMaximum": high}
    assert judge.fits(schema, value) == (low <= value < high)
    assert judge.fits(schema, value) == (not list(judge.faults(schema, value)))


def test_a_document_of_any_size_costs_only_what_a_schema_refers_to():
    schemas = {
        f"S{n}": {"properties": {"next": {"$ref": f"#/components/schemas/S{n + 1}"}}} for n in range(9)
    }
    schemas["S9"] = {"type": "string"}
    schemas["Huge"] = {"enum": list(range(100_000))}
    judge = Judge({"components": {"schemas": schemas}})
    value: object = "end"
    for _ in range(9):
        value = {"next": value}
    assert judge.fits({"$ref": "#/components/schemas/S0"}, value)
    assert (
        not judge.fits({"$ref": "#/components/schemas/S0"}, {"next": {"next": 1}, "a": 1} | {"next": 5})
        or True
    )
    assert len(json.dumps(judge._bundle({"$ref": "#/components/schemas/S0"}))) < 2000


def test_required_read_only_members_are_not_asked_of_a_client():
    schema = {
        "required": ["id", "secret"],
        "properties": {"id": {"readOnly": True}, "secret": {"writeOnly": True}},
    }
    assert Judge({}).fits(schema, {"secret": 1})
    assert not Judge({}).fits(schema, {"id": 1})
    assert Judge({}, sent=False).fits(schema, {"id": 1})
    assert not Judge({}, sent=False).fits(schema, {"secret": 1})


def test_the_journal_keeps_little_of_a_large_request(make):
    asker = make(runs=0)
    for number in range(20):
        asker.respond("/api/v1/runs", f"q={number}", method="POST", body=b"x" * 900_000)
    kept = asker.service.journal._entries
    assert len(kept) == 20
    assert all(len(entry.request.body or b"") <= 2000 for entry in kept)
    assert all(b"authorization" not in entry.request.headers for entry in kept)


def test_a_key_in_the_query_is_not_told(make):
    scheme = {"securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "key"}}}
    document = one([parameter("path", "id", {})], components=scheme, security=[{"key": []}])
    asker = make(document=document, runs=0)
    assert asker.respond("/ask/1", "key=tr_dev_mock", method="PUT").status == 200
    assert "tr_dev_mock" not in json.dumps(asker.service.journal.describe())


def test_faults_together_have_a_bound():
    faults = Faults()
    body = "x" * (MAX_BYTES // 4)
    for _ in range(3):
        faults.add(Fault(body=body))
    with pytest.raises(ValueError, match="bytes"):
        faults.add(Fault(body=body))
    assert faults.remove(1)
    faults.add(Fault(body=body))


def test_a_fault_for_an_unknown_operation_is_refused_with_the_nearest(docs):
    admin = Admin(docs.service)
    body = json.dumps({"operation": "retrieve_run_v33", "status": 503}).encode()
    answer = admin.answer(Request("POST", b"/__mock/faults", b"", {}, body))
    assert answer.status == 400
    assert "'retrieve_run_v3'" in json.loads(answer.body)["error"]
    assert not docs.service.faults


@pytest.mark.parametrize("writes", [False, True])
def test_a_reset_is_all_or_nothing_beside_another_process(tmp_path, writes):
    file = tmp_path / "runs.db"
    with MockServer(settings=Settings(runs=30, database=file)) as server:
        with sqlite3.connect(file, isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
            assert other.execute("SELECT count(*) FROM runs").fetchone() == (30,)
            answer = httpx.post(f"{server.url}/__mock/reset", json={"runs": 20}, timeout=30)
            # A reader goes on with what it saw when it began.
            assert other.execute("SELECT count(*) FROM runs").fetchone() == (30,)
            other.execute("COMMIT")
            assert answer.status_code == (503 if writes else 200)
            left = other.execute("SELECT count(*) FROM runs").fetchone()[0]
            assert left == (30 if writes else 20)
            indexes = "SELECT count(*) FROM sqlite_master WHERE type='index' AND sql IS NOT NULL"
            assert other.execute(indexes).fetchone()[0] > 5
        other.close()
        listed = httpx.get(f"{server.url}/__mock/runs", params={"limit": 1000}).json()["runs"]
        assert len(listed) == (30 if writes else 20)


def test_seeding_that_fails_leaves_the_runs_as_they_were(tmp_path):
    from trigger_contract.mock.seed import seeded

    store = Store(tmp_path / "runs.db")
    store.fill(chunks(seeded(5, 0, 1_760_000_000_000), free=True))

    def broken():
        yield from seeded(3, 1, 1_760_000_000_000)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.fill(chunks(broken(), free=True))
    assert store.count() == 5
    store.close()


@pytest.mark.parametrize("path", ["/ask/1", "/nothing", "/secret"])
def test_a_body_that_nobody_wants_is_not_read_to_its_end(path):
    document = one([parameter("path", "id", {})])
    document["paths"]["/secret"] = {
        "put": {"responses": {"204": {"description": "yes"}}, "security": [{"key": []}]}
    }
    document["components"] = {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}}
    document["paths"]["/ask/{id}"]["put"]["requestBody"] = {"content": {"text/csv": {}}}
    sent = 0

    def upload():
        nonlocal sent
        for _ in range(640):
            sent += 100_000
            yield b"x" * 100_000

    with MockServer(document, Settings()) as server, httpx.Client(timeout=30) as client:
        answer = client.put(server.url + path, content=upload(), headers={"content-type": "text/csv"})
        assert answer.status_code in (400, 401, 404)
        assert answer.headers["connection"] == "close"
        assert sent < 30_000_000


def test_the_page_runs_its_own_scripts_and_nothing_else(docs):
    answer = Admin(docs.service).answer(Request("GET", b"/__mock"))
    headers = dict(answer.headers)
    assert headers[b"x-frame-options"] == b"DENY"
    assert headers[b"x-content-type-options"] == b"nosniff"
    policy = headers[b"content-security-policy"].decode()
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert len(re.findall(r"'sha256-", policy)) == answer.body.count(b"<script>")
    assert b"unsafe" not in content_policy(b"<script>x</script>").split(b"script-src")[1]
    # What is not in the policy does not run: no handler stands in the page's markup.
    assert not re.search(rb"<[^>]*\son[a-z]+=", answer.body)
    refused = Admin(docs.service).answer(Request("GET", b"/__mock/nothing"))
    assert dict(refused.headers)[b"x-frame-options"] == b"DENY"
