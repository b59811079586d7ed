"""The fixture `contract_watch`: an application's own tests become contract tests, whatever carries them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_check import DOCUMENT, KEY
from upstream import Upstream, serving

PLUGIN = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "trigger_contract.watch"}


def tried(folder: Path, code: str, *options: str, ini: str = "") -> tuple[int, dict[str, str], str]:
    """Run tests in a session of their own; return its exit code, what became of each test, what was said."""
    (folder / "spec.json").write_text(json.dumps(DOCUMENT))
    (folder / "test_mine.py").write_text(f"import httpx, requests\nKEY = {{'X-Things-Key': {KEY!r}}}\n{code}")
    (folder / "pytest.ini").write_text(f"[pytest]\ncontract_watch_spec = spec.json\n{ini}")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-rA", "-p", "no:cacheprovider", *options],
        cwd=folder,
        env={**os.environ, **PLUGIN},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    lines = [line.split() for line in done.stdout.splitlines()]
    words = {"PASSED", "FAILED", "ERROR"}
    ended = {
        line[1].rpartition(":")[2]: line[0]
        for line in lines
        if line[:1] and line[0] in words and len(line) > 1
    }
    return done.returncode, ended, done.stdout + done.stderr


CARRIED = """
import asyncio, json
import respx
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

GOOD, BAD = {"id": "t1", "name": "first"}, {"id": 3}

def app(request):
    return JSONResponse(BAD if request.url.path.endswith("broken") else GOOD)

def over(transport, target):
    with httpx.Client(transport=transport, base_url="https://things.test/api", headers=KEY) as client:
        return client.get(target).json()

def mocked(request):
    return httpx.Response(200, json=BAD if request.url.path.endswith("broken") else GOOD)

def test_mock_transport_good(contract_watch):
    over(httpx.MockTransport(mocked), "/things/t1")
    assert contract_watch.count == 1 and not contract_watch.findings

def test_mock_transport_bad(contract_watch):
    over(httpx.MockTransport(mocked), "/things/broken")

def test_again_bad(contract_watch):
    over(httpx.MockTransport(mocked), "/things/broken")

def test_async_bad(contract_watch):
    async def ask():
        async with httpx.AsyncClient(transport=httpx.MockTransport(mocked)) as client:
            return await client.get("https://things.test/api/things/broken", headers=KEY)
    asyncio.run(ask())

def test_application_inside_bad(contract_watch):
    client = TestClient(Starlette(routes=[Route("/things/{id}", app)]))
    client.get("/things/broken", headers=KEY)

def test_application_inside_good(contract_watch):
    client = TestClient(Starlette(routes=[Route("/things/{id}", app)]))
    client.get("/things/t1", headers=KEY)

@respx.mock
def test_respx_bad(contract_watch):
    respx.get("https://things.test/api/things/broken").respond(json=BAD)
    httpx.get("https://things.test/api/things/broken", headers=KEY)

def test_elsewhere_good(contract_watch):
    httpx.Client(transport=httpx.MockTransport(mocked)).get("https://elsewhere.test/api/things/broken")

def test_not_watched_good():
    over(httpx.MockTransport(mocked), "/things/broken")

def test_looked_at_good(contract_watch):
    over(httpx.MockTransport(mocked), "/things/t1")
    assert contract_watch.findings == []

def test_own_fault_bad(contract_watch):
    assert over(httpx.MockTransport(mocked), "/things/t1") is None
"""

SOCKETS = """
def test_httpx_good(contract_watch):
    httpx.get(URL + "/api/things?limit=5", headers=KEY)
    assert httpx.post(URL + "/api/things", json={"name": "x"}, headers=KEY).status_code == 201

def test_httpx_bad(contract_watch):
    httpx.get(URL + "/api/things/broken", headers=KEY)

def test_redirected_good(contract_watch):
    answer = httpx.get(URL + "/api/things/t1", headers=KEY, follow_redirects=True)
    assert answer.json()["id"] == "t1"

def test_requests_good(contract_watch):
    assert requests.get(URL + "/api/things/zipped", headers=KEY).json()["id"] == "t1"

def test_requests_bad(contract_watch):
    requests.get(URL + "/api/things/broken", headers=KEY)

def test_what_is_sent_bad(contract_watch):
    requests.get(URL + "/api/things", params={"limit": 500}, headers=KEY)

def test_streams_good(contract_watch):
    with httpx.stream("GET", URL + "/api/things/big", headers=KEY) as answer:
        assert next(answer.iter_bytes(10)) == b'{"id": "bi'
    answer = requests.get(URL + "/api/things/big", headers=KEY, stream=True)
    assert len(next(answer.iter_content(10))) == 10
    answer.close()

def test_stream_read_bad(contract_watch):
    with httpx.stream("GET", URL + "/api/things/broken", headers=KEY) as answer:
        assert answer.read()
"""


def as_named(ended: dict[str, str]) -> None:
    assert ended == {name: "PASSED" if name.endswith("good") else "FAILED" for name in ended}, ended


def test_whatever_carries_an_exchange_it_is_judged(tmp_path: Path) -> None:
    code, ended, said = tried(tmp_path, CARRIED, "--contract-watch-report", "report")
    assert code == 1
    assert len(ended) == 11, said
    as_named(ended)
    assert "schema/response [documented] get_thing" in said
    assert "Contract of what the tests sent" in said
    assert "elsewhere.test: no server of the document (1 exchanges)" in said
    written = "".join(path.read_text() for path in (tmp_path / "report").glob("*.*"))
    assert "report.html" in said
    assert KEY not in written + said


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    with serving() as server:
        yield server


def test_sockets_are_watched_with_either_library(tmp_path: Path, upstream: Upstream) -> None:
    code, ended, said = tried(tmp_path, f"URL = {upstream.url!r}\n{SOCKETS}")
    assert code == 1
    assert len(ended) == 8, said
    as_named(ended)


QUIET = """
def test_one():
    httpx.Client(transport=httpx.MockTransport(lambda sent: httpx.Response(200, json={"id": 3}))).get(
        "https://things.test/api/things/t1", headers=KEY
    )
"""


def test_all_tests_can_be_watched_and_only_the_session_told(tmp_path: Path) -> None:
    ini = "usefixtures = contract_watch\ncontract_watch = report\ncontract_watch_propose = proposed.yaml\n"
    code, ended, said = tried(tmp_path, QUIET, ini=ini)
    assert (code, ended) == (1, {"test_one": "PASSED"})
    assert "schema/response" in said
    assert (tmp_path / "proposed.yaml").is_file()


@pytest.mark.parametrize(
    ("ini", "told"),
    [
        ("contract_watch = sometimes\n", "fail or report, not 'sometimes'"),
        ("contract_watch_known = no.yaml\n", "no.yaml"),
    ],
)
def test_what_is_set_wrongly_is_one_line(tmp_path: Path, ini: str, told: str) -> None:
    code, _, said = tried(tmp_path, QUIET, ini=f"usefixtures = contract_watch\n{ini}")
    assert code == 2
    assert told in said
    assert "Traceback" not in said


def test_a_session_that_does_not_use_it_loads_nothing_of_it(tmp_path: Path) -> None:
    code = (
        "import sys, pytest, trigger_contract.watch;"
        "print([name for name in sys.modules if 'contract.' in name], 'httpx' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "['trigger_contract.errors', 'trigger_contract.watch'] False\n"
