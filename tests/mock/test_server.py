from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys

import httpx
import pytest

from trigger_contract.document.listening import bind
from trigger_contract.errors import UserError
from trigger_contract.mock import MockServer, Settings


def start(*options: str) -> tuple[subprocess.Popen[str], str]:
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("TRIGGER_", "RECOUP_"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "trigger_contract", "mock", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environ,
    )
    line = process.stdout.readline()
    assert "http://" in line, process.stderr.read()
    return process, next(word for word in line.split() if word.startswith("http://"))


KEY = b"Authorization: Bearer tr_dev_mock"


@pytest.fixture(scope="module")
def server():
    with MockServer(settings=Settings(runs=60)) as running:
        yield running


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_serves_until_it_is_told_to_stop(number):
    process, url = start("--runs", "40")
    try:
        headers = {"authorization": "Bearer tr_dev_mock"}
        assert len(httpx.get(f"{url}/api/v1/runs", headers=headers).json()["data"]) == 25
        process.send_signal(number)
        assert process.wait(timeout=10) == 0
        assert process.stderr.read() == ""
    finally:
        process.kill()
        process.communicate()


def test_a_port_in_use_is_one_line_and_exit_code_2(server):
    port = server.url.rpartition(":")[2]
    done = subprocess.run(
        [sys.executable, "-m", "trigger_contract", "mock", "--port", port],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert port in done.stderr


@pytest.mark.parametrize(
    "options",
    [
        ["--profile", "prod"],
        ["--deviation", "D99"],
        ["--progression", "sometimes"],
        ["--runs", "-1"],
        ["--token", ""],
        ["--spec", "no-such-file.yaml"],
        ["--db", "/no/such/folder/runs.db"],
        ["--host", "no such host"],
    ],
)
def test_a_wrong_option_is_one_line_and_exit_code_2(options):
    done = subprocess.run(
        [sys.executable, "-m", "trigger_contract", "mock", *options],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr


def test_two_servers_cannot_share_a_port(server):
    with pytest.raises(UserError, match="choose another port"):
        bind("127.0.0.1", int(server.url.rpartition(":")[2]))


def test_a_hook_may_change_any_answer():
    def hook(request, answer):
        given = answer(request)
        return given.with_headers((b"x-seen", request.path))

    with MockServer(settings=Settings(runs=0), hook=hook) as server:
        assert httpx.get(f"{server.url}/api/v1/runs").headers["x-seen"] == "/api/v1/runs"


@pytest.mark.parametrize(
    "raw",
    [
        b"GET /api/v1/runs?%ff=%80&filter[status]=%ff HTTP/1.1\r\nHost: x\r\n" + KEY + b"\r\n\r\n",
        b"GET /api/v3/runs/%ff%00%2f.. HTTP/1.1\r\nHost: x\r\n" + KEY + b"\r\n\r\n",
        b"GET /api/v3/runs/run_\xff\xfe HTTP/1.1\r\nHost: x\r\n" + KEY + b"\r\n\r\n",
        b"GET /api/v1/runs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \xff\xfe\r\n\r\n",
        b"\x00\x01\x02\r\n\r\n",
        b"GET /%\xff%zz HTTP/1.1\r\nHost: x\r\n\r\n",
        b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /api/v1/runs?" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: x\r\n" + KEY + b"\r\n\r\n",
    ],
)
def test_any_bytes_get_a_refusal(server, raw):
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(raw)
        status = connection.recv(4096).split(b" ")[1]
    assert status[:1] == b"4"


def test_a_server_without_a_control_door_has_none():
    with MockServer(settings=Settings(runs=0, admin=False)) as server:
        assert httpx.get(f"{server.url}/__mock/health").status_code == 404
        assert httpx.post(f"{server.url}/__mock/reset").status_code == 404


def test_a_failing_hook_is_an_answer_and_a_log_entry(caplog):
    def hook(request, answer):
        raise RuntimeError("on purpose")

    with MockServer(settings=Settings(runs=0), hook=hook) as server:
        assert httpx.get(f"{server.url}/api/v1/runs").status_code == 500
        assert httpx.get(f"{server.url}/__mock/health").status_code == 200
    assert "on purpose" in caplog.text


def test_a_server_stops_although_a_request_is_still_waiting():
    process, url = start("--runs", "0")
    try:
        httpx.post(f"{url}/__mock/faults", json={"delay": 60})
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(b"GET /api/v1/runs HTTP/1.1\r\nHost: x\r\n\r\n")
            httpx.get(f"{url}/__mock/health")
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=20) == 0
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("openapi: 4.0.0\ninfo: {title: x, version: '1'}\npaths: {}\n", "4.0.0"),
        ("openapi: 3.1.0\npaths: {}\n", "info"),
        (
            "openapi: 3.1.0\ninfo: {title: x, version: '1'}\npaths: {/a: {get: {parameters: [{name: x}]}}}\n",
            "paths",
        ),
        (
            "openapi: 3.1.0\ninfo: {title: x, version: '1'}\n"
            "paths: {/a: {get: {security: [{no: []}], responses: {'200': {description: x}}}}}\n",
            "'no'",
        ),
        ("just: text\n", "openapi"),
        ("a: [\n", "openapi.yaml"),
    ],
)
def test_a_document_that_cannot_be_served_is_one_line(tmp_path, text, said):
    file = tmp_path / "openapi.yaml"
    file.write_text(text)
    command = [sys.executable, "-m", "trigger_contract", "mock", "--spec", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert said in done.stderr


def exchange(server, raw):
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(raw)
        return connection.recv(65536)


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"POST /api/v1/runs HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\nabcde", b"405"),
        (b"POST /api/v1/runs HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{}", b"405"),
        (b"POST /__mock/runs HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n{}", b"413"),
        (b"POST /__mock/runs HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{}", b"408"),
        (b"GET /api/v1/ru", b"408"),
        (b"GET / HTTP/1.1\r\nHost", b"408"),
    ],
)
def test_a_request_that_never_ends_is_not_waited_for(server, monkeypatch, raw, status):
    monkeypatch.setattr("trigger_contract.mock.app.BODY_TIMEOUT", 0.2)
    monkeypatch.setattr("trigger_contract.mock.protocol.HEAD_TIMEOUT", 0.2)
    assert exchange(server, raw).split(b" ")[1] == status


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"FOO /api/v1/runs HTTP/1.1\r\nHost: x\r\n\r\n", b"405"),
        (b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n", b"400"),
        (b"GET /api/v1/runs HTTP/1.1\r\n\r\n", b"400"),
        (b"FOO BAR BAZ\r\n\r\n", b"400"),
    ],
)
def test_what_is_not_http_is_refused_in_json(server, raw, status):
    answer = exchange(server, raw)
    assert answer.split(b" ")[1] == status
    assert isinstance(json.loads(answer.partition(b"\r\n\r\n")[2])["error"], str)


@pytest.mark.parametrize("status", [204, 304])
def test_a_fault_without_content_leaves_the_connection_whole(status):
    with MockServer(settings=Settings(runs=0)) as server, httpx.Client(base_url=server.url) as client:
        client.post("/__mock/faults", json={"status": status, "nth": 1})
        assert [client.get("/api/v1/runs").status_code for _ in range(2)] == [status, 401]


def test_a_head_request_has_the_headers_and_no_body(server):
    headers = {"authorization": "Bearer tr_dev_mock"}
    got = httpx.get(f"{server.url}/api/v1/runs", headers=headers)
    head = httpx.head(f"{server.url}/api/v1/runs", headers=headers)
    assert head.headers["content-length"] == got.headers["content-length"]
    assert head.content == b""


def test_another_method_is_405_and_names_the_right_ones(server):
    answer = httpx.post(f"{server.url}/api/v1/runs", content=b"x" * 3_000_000)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("evil.example", 403),
        ("127.0.0.1.evil.example:80", 403),
        ("localhost:9", 200),
        ("[::1]:9", 200),
        ("10.0.0.7", 200),
        ("mock:4010", 200),
    ],
)
def test_the_control_door_is_closed_to_names_that_a_site_can_own(server, host, status):
    assert httpx.get(f"{server.url}/__mock/health", headers={"host": host}).status_code == status
    answer = httpx.get(f"{server.url}/api/v1/runs", headers={"host": host})
    assert answer.status_code == 401


def test_a_tag_that_no_filter_could_name_is_refused(server):
    answer = httpx.post(f"{server.url}/__mock/runs", json={"tags": ["a,b"]})
    assert answer.status_code == 400
    assert "comma" in answer.json()["error"]


@pytest.mark.parametrize("path", ["/api/v3/runs/run_x", "/api/v1/runs/run_x/result", "/api/v1/runs"])
def test_a_strict_query_names_the_unknown_parameter(path):
    with MockServer(settings=Settings(runs=0, strict_query=True)) as strict:
        headers = {"authorization": "Bearer tr_dev_mock"}
        answer = httpx.get(f"{strict.url}{path}", params={"foo": "1"}, headers=headers)
    assert answer.status_code == 400
    assert "foo" in answer.text


OLD = """
openapi: 3.0.3
info: {title: x, version: '1'}
paths:
  /things:
    post:
      operationId: makeThing
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
      responses:
        '201': {description: x, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
        default: {description: x}
components:
  schemas:
    Thing:
      type: object
      required: [name, size, nullable]
      properties:
        name: {type: string, nullable: true}
        nullable: {type: boolean}
        size: {type: integer, minimum: 0, exclusiveMinimum: true}
        colour: {type: string, nullable: true, enum: [red]}
        other: {nullable: true, allOf: [{$ref: '#/components/schemas/Thing'}]}
"""


def test_a_document_of_openapi_3_0_is_served(tmp_path):
    file = tmp_path / "openapi.yaml"
    file.write_text(OLD)
    process, url = start("--spec", str(file))
    try:
        right = {"name": None, "nullable": True, "size": 1, "colour": None, "other": None}
        assert httpx.post(f"{url}/things", json=right).status_code == 201
        for wrong in ({"size": 0}, {"name": 1}, {"nullable": None}, {"colour": "blue"}, {"other": 1}):
            answer = httpx.post(f"{url}/things", json=right | wrong)
            assert answer.status_code == 400
            assert next(iter(wrong)) in answer.json()["error"]
    finally:
        process.kill()
        process.communicate()


def test_workers_serve_one_file_together_and_end_together(tmp_path):
    process, url = start("--workers", "2", "--db", str(tmp_path / "runs.db"), "--runs", "40")
    try:
        headers = {"authorization": "Bearer tr_dev_mock"}
        lists = [
            httpx.get(f"{url}/api/v1/runs", headers=headers, params={"page[size]": 40}).content
            for _ in range(8)
        ]
        assert len(set(lists)) == 1
        assert httpx.get(f"{url}/__mock/health").status_code == 404
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=15) == 0
        assert process.stderr.read() == ""
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{url}/api/v1/runs", headers=headers)
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "--workers: needs --db"),
        (["--db", "x.db", "--rate-limit", "5"], "takes neither --progression nor --rate-limit"),
        (["--db", "x.db", "--progression", "time:1"], "takes neither --progression nor --rate-limit"),
    ],
)
def test_what_workers_cannot_share_is_refused(tmp_path, options, said):
    command = [sys.executable, "-m", "trigger_contract", "mock", "--workers", "2", *options]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert not list(tmp_path.iterdir())
