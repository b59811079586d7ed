"""`trigger-contract check`: recorded traffic of every form, judged from outside."""

from __future__ import annotations

import base64
import gzip
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from inside import called

THING = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {
        "id": {"type": "string", "readOnly": True},
        "name": {"type": "string", "maxLength": 20},
        "colour": {"enum": ["red", "blue"]},
        "made": {"type": "string", "format": "date-time"},
    },
}
REF = {"$ref": "#/components/schemas/Thing"}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Things", "version": "1"},
    "servers": [{"url": "https://things.test/api"}],
    "security": [{"key": []}],
    "paths": {
        "/things": {
            "get": {
                "operationId": "list_things",
                "parameters": [
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 50}},
                    {"name": "colour", "in": "query", "schema": {"enum": ["red", "blue"]}},
                ],
                "responses": {
                    "200": {
                        "description": "ok",
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "required": ["items"],
                                    "properties": {"items": {"type": "array", "items": REF}},
                                }
                            }
                        },
                    }
                },
            },
            "post": {
                "operationId": "create_thing",
                "requestBody": {"required": True, "content": {"application/json": {"schema": REF}}},
                "responses": {
                    "201": {"description": "made", "content": {"application/json": {"schema": REF}}},
                    "400": {"description": "no"},
                },
            },
        },
        "/things/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "get": {
                "operationId": "get_thing",
                "responses": {
                    "200": {"description": "ok", "content": {"application/json": {"schema": REF}}},
                    "404": {"description": "none"},
                },
            },
            "delete": {"operationId": "delete_thing", "responses": {"204": {"description": "gone"}}},
        },
    },
    "components": {
        "schemas": {"Thing": THING},
        "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Things-Key"}},
    },
}
KEY = "things-key-4711-abcdef"
GOOD = {"id": "t1", "name": "first", "colour": "red"}


def exchange(method: str, path: str, status: int, body: Any = None, sent: Any = None) -> dict[str, Any]:
    """An exchange in the form of our own recordings."""
    fields = {"x-things-key": KEY, **({"content-type": "application/json"} if sent is not None else {})}
    return {
        "request": {"method": method, "path": f"/api{path}", "headers": fields, "body": sent},
        "response": {"status": status, "headers": {"content-type": "application/json"}, "body": body},
    }


def lines(*exchanges: dict[str, Any]) -> str:
    return "".join(json.dumps(item) + "\n" for item in exchanges)


def check(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    spec = folder / "spec.json"
    spec.write_text(json.dumps(DOCUMENT))
    return called("check", "--spec", spec, *arguments, cwd=folder)


def judged(folder: Path, *exchanges: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return law, operation and state of each finding."""
    path = folder / "traffic.jsonl"
    path.write_text(lines(*exchanges))
    done = check(folder, path, "--report", folder / "report")
    report = json.loads((folder / "report" / "report.json").read_text())
    found = [(item["law"], item["operation"], item["state"]) for item in report["findings"]]
    assert done.returncode == (1 if any(state == "failed" for *_, state in found) else 0), done.stderr
    assert KEY not in done.stdout + "".join(path.read_text() for path in (folder / "report").glob("*.*"))
    return found


SECOND = {**GOOD, "id": "t2"}
LIFE = (
    exchange("GET", "/things?limit=5&colour=red", 200, {"items": [GOOD]}),
    exchange("POST", "/things", 201, {**GOOD, "id": "t2"}, {"name": "first", "colour": "red"}),
    exchange("GET", "/things/t2", 200, {**GOOD, "id": "t2"}),
    exchange("DELETE", "/things/t2", 204),
    exchange("GET", "/things/t2", 404),
)


def test_a_server_and_a_client_that_keep_the_contract_pass(tmp_path: Path) -> None:
    assert judged(tmp_path, *LIFE) == []


@pytest.mark.parametrize(
    ("broken", "law"),
    [
        (exchange("GET", "/things/t9", 200, {"id": "t9"}), "schema/response"),
        (exchange("POST", "/things", 201, {"id": 3, "name": "x"}, {"name": "x"}), "schema/response"),
        (exchange("GET", "/things", 418, {}), "status/documented"),
        (exchange("DELETE", "/things/t1", 500), "robustness/no-server-error"),
        (exchange("GET", "/things?limit=5&limit=6", 200, {"items": []}), "request/parameter-once"),
        (exchange("GET", "/things?limit=500", 200, {"items": []}), "request/parameter-value"),
        (exchange("GET", "/things?colour=green", 200, {"items": []}), "request/parameter-value"),
        (exchange("POST", "/things", 201, GOOD), "request/body"),
        (exchange("POST", "/things", 201, GOOD, {"colour": "red"}), "request/body"),
        (exchange("POST", "/things", 201, GOOD, {"name": "x" * 21}), "request/body"),
    ],
)
def test_what_breaks_the_contract_is_found_and_named(
    tmp_path: Path, broken: dict[str, Any], law: str
) -> None:
    assert [(found, state) for found, _, state in judged(tmp_path, broken)] == [(law, "failed")]


def test_what_the_server_refused_is_told_and_fails_nothing(tmp_path: Path) -> None:
    refused = exchange("POST", "/things", 400, None, {"colour": "red"})
    assert [(law, state) for law, _, state in judged(tmp_path, refused)] == [("request/body", "warned")]


@pytest.mark.parametrize(
    ("told", "law"),
    [
        (
            (*LIFE[:2], exchange("GET", "/things/t2", 200, {**GOOD, "id": "t2", "colour": "blue"})),
            "created-is-read",
        ),
        ((*LIFE[:4], exchange("GET", "/things/t2", 200, {**GOOD, "id": "t2"})), "removed-is-gone"),
        (
            (LIFE[0], exchange("GET", "/things/t1", 200, {**GOOD, "name": "other"}), LIFE[0]),
            "list-and-item",
        ),
    ],
)
def test_exchanges_that_contradict_each_other_are_found(
    tmp_path: Path, told: tuple[dict[str, Any], ...], law: str
) -> None:
    assert [(found, state) for found, _, state in judged(tmp_path, *told)] == [(f"agreement/{law}", "failed")]


def test_a_thing_that_somebody_changed_in_between_is_no_contradiction(tmp_path: Path) -> None:
    changed = exchange("GET", "/things/t1", 200, {**GOOD, "name": "other"})
    later = exchange("GET", "/things", 200, {"items": [{**GOOD, "name": "other"}]})
    assert judged(tmp_path, LIFE[0], changed, later) == []


def har(*exchanges: dict[str, Any]) -> str:
    entries = []
    for item in exchanges:
        request, response = item["request"], item["response"]
        body = b"" if response["body"] is None else json.dumps(response["body"]).encode()
        fields = [{"name": name, "value": value} for name, value in request["headers"].items()]
        posted = {"postData": {"mimeType": "application/json", "text": json.dumps(request["body"])}}
        entries.append(
            {
                "startedDateTime": "2026-01-01T00:00:00Z",
                "request": {
                    "method": request["method"],
                    "url": f"https://things.test{request['path']}",
                    "headers": fields,
                    **(posted if request["body"] is not None else {}),
                },
                "response": {
                    "status": response["status"],
                    "headers": [{"name": "Content-Type", "value": "application/json"}],
                    "content": {"text": base64.b64encode(body).decode(), "encoding": "base64"},
                },
            }
        )
    return json.dumps({"log": {"version": "1.2", "entries": entries}})


def cassette(*exchanges: dict[str, Any]) -> str:
    interactions = []
    for item in exchanges:
        request, response = item["request"], item["response"]
        sent = None if request["body"] is None else json.dumps(request["body"])
        interactions.append(
            {
                "request": {
                    "method": request["method"],
                    "uri": f"https://things.test{request['path']}",
                    "headers": {name: [value] for name, value in request["headers"].items()},
                    "body": sent,
                },
                "response": {
                    "status": {"code": response["status"], "message": "x"},
                    "headers": {"Content-Type": ["application/json"]},
                    "body": {"string": "" if response["body"] is None else json.dumps(response["body"])},
                },
            }
        )
    return yaml.safe_dump({"version": 1, "interactions": interactions})


@pytest.mark.parametrize(("name", "form"), [("t.har", har), ("t.yaml", cassette), ("t.jsonl", lines)])
def test_every_form_of_recording_says_the_same(tmp_path: Path, name: str, form: Any) -> None:
    (tmp_path / name).write_text(form(*LIFE))
    assert check(tmp_path, name).returncode == 0
    (tmp_path / name).write_text(form(*LIFE, exchange("GET", "/things/t9", 200, {"id": "t9"})))
    done = check(tmp_path, name)
    assert done.returncode == 1
    assert "schema/response" in done.stdout
    (tmp_path / f"{name}.gz").write_bytes(gzip.compress((tmp_path / name).read_bytes()))
    assert check(tmp_path, f"{name}.gz").returncode == 1


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("cut.har", har(*LIFE)[:-40], "is cut off or no JSON"),
        ("cut.jsonl", lines(*LIFE)[:-20], "cut.jsonl:5: is no exchange"),
        (
            "other.har",
            har({**LIFE[0], "request": {**LIFE[0]["request"], "path": "/elsewhere"}}),
            "none of an operation",
        ),
        ("list.json", "[1, 2]", "holds no recorded exchange"),
        ("text.yaml", "a: b\n", "is no recorded traffic"),
        ("empty.har", "", "is empty"),
    ],
)
def test_what_cannot_be_judged_is_one_line(tmp_path: Path, name: str, content: str, told: str) -> None:
    (tmp_path / name).write_text(content)
    done = check(tmp_path, name)
    assert done.returncode == 2
    assert told in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_known_deviation_does_not_fail_and_can_be_recorded(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text(lines(exchange("GET", "/things/t9", 200, {"id": "t9"})))
    assert check(tmp_path, "t.jsonl", "--write-known", "known.yaml").returncode == 1
    assert check(tmp_path, "t.jsonl", "--known", "known.yaml").returncode == 0


def test_exchanges_of_no_operation_are_counted(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text(lines(*LIFE, exchange("GET", "/health", 200, {})))
    done = check(tmp_path, "t.jsonl")
    assert done.returncode == 0
    assert "GET /api/health: no operation of the document (1 exchanges)" in done.stdout


def moved(text: str, host: str) -> str:
    return text.replace("https://things.test/", f"https://{host}/")


def test_what_went_to_another_server_is_passed_over_and_named(tmp_path: Path) -> None:
    broken = har(exchange("GET", "/things/t9", 200, {"id": "t9"}))
    both = json.loads(har(*LIFE))
    both["log"]["entries"] += json.loads(moved(broken, "cdn.test"))["log"]["entries"]
    (tmp_path / "both.har").write_text(json.dumps(both))
    done = check(tmp_path, "both.har")
    assert done.returncode == 0, done.stdout
    assert "cdn.test: no server of the document (1 exchanges)" in done.stdout
    (tmp_path / "staging.har").write_text(moved(broken, "staging.test"))
    done = check(tmp_path, "staging.har")
    assert done.returncode == 2
    assert "--url https://staging.test judges it anyway" in done.stderr
    assert done.stderr.count("\n") == 1
    assert check(tmp_path, "staging.har", "--url", "https://staging.test").returncode == 1
    # What is recorded on this machine is what somebody tests.
    (tmp_path / "here.har").write_text(broken.replace("https://things.test/", "http://127.0.0.1:3000/"))
    assert check(tmp_path, "here.har").returncode == 1


def test_secrets_in_bodies_show_nowhere(tmp_path: Path) -> None:
    secret, token = "hunter2-hunter2", "tok-9f8e7d6c5b4a"
    login = exchange("POST", "/things", 201, {"id": "t9", "access_token": token}, {"password": secret})
    (tmp_path / "t.jsonl").write_text(lines(login))
    done = check(tmp_path, "t.jsonl", "--report", tmp_path / "report", "--propose", tmp_path / "o.yaml")
    assert done.returncode == 1
    written = done.stdout + (tmp_path / "o.yaml").read_text()
    written += "".join(path.read_text() for path in (tmp_path / "report").glob("*.*"))
    assert secret not in written
    assert token not in written
    assert "$PASSWORD" in written
