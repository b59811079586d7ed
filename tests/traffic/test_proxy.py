"""`trigger-contract proxy`: what passes is unchanged, what is broken is told, and it ends as it should."""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from rich.console import Console
from test_check import DOCUMENT, KEY
from upstream import BIG, GOOD, SLOW_SECONDS, Upstream, serving

from trigger_contract.contract.settings import Settings
from trigger_contract.contract.traffic.passing import run_proxy
from trigger_contract.errors import UserError

HEADERS = {"X-Things-Key": KEY}


def command(folder: Path, *arguments: str | Path) -> list[str]:
    spec = folder / "spec.json"
    spec.write_text(json.dumps(DOCUMENT))
    return [sys.executable, "-m", "trigger_contract", "proxy", "--spec", str(spec), *map(str, arguments)]


class Running:
    """A proxy in a process of its own."""

    def __init__(self, folder: Path, upstream: str, *options: str | Path) -> None:
        self.process = subprocess.Popen(
            command(folder, "--upstream", upstream, *options),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        first = self.process.stdout.readline()
        assert first, self.process.stderr.read() if self.process.stderr else ""
        self.url = first.split()[-1]

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        self.process.send_signal(number)
        said, errors = self.process.communicate(timeout=30)
        assert not errors, errors
        return self.process.returncode, said


@contextlib.contextmanager
def proxying(folder: Path, upstream: str, *options: str | Path) -> Iterator[Running]:
    running = Running(folder, upstream, *options)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
        running.process.communicate()


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    with serving() as server:
        yield server


@pytest.fixture(scope="module")
def proxy(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with proxying(tmp_path_factory.mktemp("proxy"), upstream.url) as running:
        yield running


def asked(
    url: str, method: str, target: str, body: Any = None, **fields: str
) -> tuple[int, list[Any], bytes]:
    """Ask with a client that neither follows, decodes nor tidies up."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    try:
        connection.request(
            method, target, body, {**HEADERS, **fields}, encode_chunked=hasattr(body, "__next__")
        )
        answer = connection.getresponse()
        own = ("date", "server", "connection", "transfer-encoding", "x-hop")
        kept = sorted((name.lower(), value) for name, value in answer.getheaders() if name.lower() not in own)
        return answer.status, kept, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "/api/things?limit=5"),
        ("GET", "/api/things/t1"),
        ("HEAD", "/api/things/t1"),
        ("DELETE", "/api/things/t1"),
        ("OPTIONS", "/api/things"),
        ("GET", "/api/things/chunked"),
        ("GET", "/api/things/zipped"),
        ("GET", "/api/things/unchanged"),
        ("GET", "/api/things/cookies"),
        ("GET", "/api/things/moved"),
        ("GET", "/api/things/broken"),
        ("GET", "/api/things/failing"),
        ("GET", "/api/elsewhere/../%2e%2e/a%2Fb//c?x=[1]&y=%zz&&"),
    ],
)
def test_an_answer_and_its_request_are_those_of_a_direct_call(
    upstream: Upstream, proxy: Running, method: str, target: str
) -> None:
    upstream.seen.clear()
    assert asked(proxy.url, method, target, accept="*/*") == asked(upstream.url, method, target, accept="*/*")
    through, direct = upstream.seen
    assert through == direct


def test_what_belongs_to_a_connection_stays_with_it(upstream: Upstream, proxy: Running) -> None:
    fields = httpx.get(f"{proxy.url}/api/things/cookies", headers=HEADERS).headers
    assert "x-hop" not in fields
    upstream.seen.clear()
    httpx.get(
        f"{proxy.url}/api/things", headers={**HEADERS, "Connection": "keep-alive, X-Mine", "X-Mine": "1"}
    )
    assert "x-mine" not in upstream.seen[0][2]


@pytest.mark.parametrize("body", [b'{"name": "a"}', "in pieces"])
def test_a_body_arrives_however_it_was_sent(upstream: Upstream, proxy: Running, body: Any) -> None:
    upstream.seen.clear()
    sent = iter([b'{"name": ', b'"a"}']) if body == "in pieces" else body
    fields = {"content-type": "application/json"}
    fields |= {"transfer-encoding": "chunked"} if body == "in pieces" else {}
    status, _, answer = asked(proxy.url, "POST", "/api/things", sent, **fields)
    assert status == 201
    assert json.loads(answer)["name"] == "a"
    assert upstream.seen[0][3] == b'{"name": "a"}'


def test_a_body_larger_than_what_is_kept_passes_whole(proxy: Running) -> None:
    assert asked(proxy.url, "GET", "/api/things/big")[2] == BIG


def test_a_stream_is_not_held_up(proxy: Running) -> None:
    begun = time.monotonic()
    with httpx.stream("GET", f"{proxy.url}/api/things/events", headers=HEADERS) as answer:
        parts = answer.iter_raw()
        assert next(parts) == b"data: 0\n\n"
        assert time.monotonic() - begun < SLOW_SECONDS * 2
        assert b"".join(parts) == b"data: 1\n\ndata: 2\n\n"


def test_an_answer_that_breaks_off_breaks_off(proxy: Running) -> None:
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        asked(proxy.url, "GET", "/api/things/cut")


@pytest.mark.parametrize(
    ("target", "code", "law"),
    [("/api/things/t1", 0, ""), ("/api/things/broken", 1, "schema/response")],
)
def test_stopped_it_reports_and_exits(
    upstream: Upstream, tmp_path: Path, target: str, code: int, law: str
) -> None:
    with proxying(tmp_path, upstream.url, "--report", tmp_path / "report") as running:
        asked(running.url, "GET", target)
        if law:
            assert running.process.stdout is not None
            assert law in running.process.stdout.readline()  # as it comes, not at the end
        ended, said = running.stop(signal.SIGINT if law else signal.SIGTERM)
    assert ended == code
    assert "1 requests" in said
    archive = json.loads((tmp_path / "report" / "traffic.har").read_text())
    assert [entry["request"]["url"] for entry in archive["log"]["entries"]] == [upstream.url + target]
    written = "".join(path.read_text() for path in (tmp_path / "report").glob("*.*"))
    assert KEY not in written + said


def test_enforced_a_broken_answer_is_replaced_and_a_good_one_is_not(
    upstream: Upstream, tmp_path: Path
) -> None:
    with proxying(tmp_path, upstream.url, "--enforce") as running:
        for _ in range(2):  # again, though it is known by now
            answer = httpx.get(f"{running.url}/api/things/broken", headers=HEADERS)
            assert answer.status_code == 502
            assert answer.headers["content-type"] == "application/problem+json"
            found = answer.json()["findings"]
            assert {(item["law"], item["operation"]) for item in found} == {("schema/response", "get_thing")}
        assert httpx.get(f"{running.url}/api/things/t1", headers=HEADERS).json() == GOOD
        assert httpx.get(f"{running.url}/api/things/zipped", headers=HEADERS).json() == GOOD
        # What the client sends is the client's fault, and is only told.
        assert httpx.get(f"{running.url}/api/things?limit=500", headers=HEADERS).status_code == 200
        assert asked(running.url, "GET", "/api/things/big")[2] == BIG
        assert asked(running.url, "HEAD", "/api/things/t1")[0] == 200
        assert asked(running.url, "DELETE", "/api/things/t1")[0] == 204
        code, said = running.stop()
    assert code == 1
    assert "request/parameter-value" in said


def test_what_goes_wrong_upstream_is_answered_and_told(tmp_path: Path) -> None:
    with serving() as server:
        running = Running(tmp_path, server.url)
    try:
        answer = httpx.get(f"{running.url}/api/things/t1", headers=HEADERS)
        assert answer.status_code == 502
        assert answer.text.startswith("upstream gives no answer")
        code, said = running.stop()
        assert code == 1
        assert "robustness/always-an-answer" in said
    finally:
        if running.process.poll() is None:
            running.process.kill()
            running.process.communicate()


def test_what_keeps_it_from_beginning_is_one_line(tmp_path: Path, upstream: Upstream) -> None:
    with socket.socket() as closed, socket.socket() as taken:
        closed.bind(("127.0.0.1", 0))
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        dead = f"http://127.0.0.1:{closed.getsockname()[1]}"
        done = subprocess.run(
            command(tmp_path, "--upstream", dead), capture_output=True, text=True, timeout=60, check=False
        )
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert f"--upstream {dead}: nothing answers there" in done.stderr
        settings = Settings(url=upstream.url, spec=tmp_path / "spec.json")
        with pytest.raises(UserError, match=r"--port: cannot listen on 127\.0\.0\.1:\d+: .*; choose another"):
            run_proxy(settings, Console(file=io.StringIO()), host="127.0.0.1", port=taken.getsockname()[1])
