"""The pytest fixtures, used as their users do."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime

import httpx
import pytest
from library_document import library

from trigger_contract.mock import MockServer, Settings
from trigger_contract.mock.control import ControlError

pytest_plugins = ["pytester"]


@pytest.fixture(params=["trigger_mock", "trigger_mock_server"])
def mock(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def client(mock):
    with httpx.Client(base_url=mock.url, headers={"authorization": f"Bearer {mock.token}"}) as client:
        yield client


def test_runs_are_created_changed_and_finished(mock, client):
    made = mock.runs.create(task_identifier="mine", status="EXECUTING", tags=["only-this"], payload=[1])
    assert (
        client.get("/api/v1/runs", params={"filter[tag]": "only-this"}).json()["data"][0]["id"] == made["id"]
    )
    assert client.get(f"/api/v1/runs/{made['id']}/result").status_code == 404
    mock.runs.update(made["id"], tags=["other"])
    assert client.get("/api/v1/runs", params={"filter[tag]": "only-this"}).json()["data"] == []
    mock.runs.finish(made["id"], output={"done": True})
    result = client.get(f"/api/v1/runs/{made['id']}/result").json()
    assert (result["ok"], result["output"]) == (True, '{"done":true}')


def test_a_failed_run_says_why(mock, client):
    made = mock.runs.create(error={"message": "no", "name": "NoError", "stackTrace": "here"})
    assert client.get(f"/api/v3/runs/{made['id']}").json()["attempts"][0]["error"]["name"] == "NoError"
    result = client.get(f"/api/v1/runs/{made['id']}/result").json()
    assert result["error"] == {
        "type": "BUILT_IN_ERROR",
        "name": "NoError",
        "message": "no",
        "stackTrace": "here",
    }


def test_children_name_their_parent(mock, client):
    parent = mock.runs.create()
    child = mock.runs.create(parent_id=parent["id"])
    grandchild = mock.runs.create(parent_id=child["id"])
    related = client.get(f"/api/v3/runs/{grandchild['id']}").json()["relatedRuns"]
    assert (related["parent"]["id"], related["root"]["id"]) == (child["id"], parent["id"])
    assert (
        client.get(f"/api/v3/runs/{parent['id']}").json()["relatedRuns"]["children"][0]["id"] == child["id"]
    )


@pytest.mark.trigger_mock(progression="manual:2", runs=0)
def test_a_run_moves_with_each_second_retrieval(mock, client):
    made = mock.runs.create(output=1)
    seen = [client.get(f"/api/v3/runs/{made['id']}").json()["status"] for _ in range(8)]
    assert seen == [
        "QUEUED",
        "EXECUTING",
        "EXECUTING",
        "EXECUTING",
        "EXECUTING",
        "COMPLETED",
        "COMPLETED",
        "COMPLETED",
    ]


@pytest.mark.trigger_mock(progression="time:10", runs=0)
def test_a_run_moves_with_the_clock(mock, client):
    mock.clock.freeze()
    made = mock.runs.create(outcome="CRASHED")
    seen = []
    for _ in range(4):
        seen.append(client.get("/api/v1/runs").json()["data"][0]["status"])
        mock.clock.advance(10)
    assert seen == ["QUEUED", "EXECUTING", "EXECUTING", "CRASHED"]
    whole = client.get(f"/api/v3/runs/{made['id']}").json()
    assert whole["durationMs"] == 10_000


def test_the_clock_is_set(mock, client):
    mock.clock.freeze()
    moment = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert mock.clock.set(moment) == mock.clock.now() == moment
    assert mock.runs.create()["createdAt"] == "2030-01-02T03:04:05.000Z"
    with pytest.raises(ValueError, match="time zone"):
        mock.clock.set(datetime(2030, 1, 2))


def test_faults_strike_the_calls_they_name(mock, client):
    mock.faults.add(path="/api/v1/runs", nth=2, status=429, retry_after=3, should_retry=False)
    answers = [client.get("/api/v1/runs") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 429, 200]
    assert answers[1].headers["retry-after"] == "3"
    assert answers[1].headers["x-should-retry"] == "false"
    assert int(answers[1].headers["x-ratelimit-reset"]) > 1e12
    assert mock.faults.list()[0]["matched"] == 3
    mock.faults.clear()
    mock.faults.add(
        operation="list_runs_v1", query={"filter[status]": None}, body="<html>", content_type="text/html"
    )
    assert client.get("/api/v1/runs").headers["content-type"].startswith("application/json")
    assert client.get("/api/v1/runs", params={"filter[status]": "FAILED"}).text == "<html>"


@pytest.mark.parametrize("cut", [-1, 0, 20])
def test_a_cut_connection_is_an_error_of_the_transport(mock, client, cut):
    mock.faults.add(cut=cut, times=1)
    with pytest.raises(httpx.TransportError):
        client.get("/api/v1/runs")
    assert client.get("/api/v1/runs").status_code == 200


def test_a_truncated_body_is_whole_http_and_half_json(mock, client):
    mock.faults.add(truncate=5)
    answer = client.get("/api/v1/runs")
    assert answer.status_code == 200
    with pytest.raises(ValueError, match="line 1 column"):
        answer.json()


def test_the_journal_says_what_was_probably_meant(mock, client):
    client.get("/api/v1/runs", params={"status": "QUEUED", "filter[taskIdentifer]": "x", "limit": 3})
    hints = mock.requests.last["hints"]
    assert "`status` was ignored; did you mean `filter[status]`?" in hints
    assert "`filter[taskIdentifer]` was ignored; did you mean `filter[taskIdentifier]`?" in hints
    assert "`limit` was ignored; did you mean `page[size]`?" in hints
    client.get("/api/v2/runs")
    assert "/api/v1/runs" in mock.requests.last["hints"][0]
    assert [entry["status"] for entry in mock.requests] == [200, 404]
    assert "tr_dev_mock" not in str(mock.requests.list())


def test_each_test_begins_afresh(mock):
    assert len(mock.requests) == len(mock.faults.list()) == 0
    assert len(mock.runs) == 300


def test_reset_begins_afresh_within_a_test(mock, client):
    ids = [run["id"] for run in mock.runs.list(10)]
    mock.runs.create()
    mock.faults.add(status=500)
    mock.reset()
    assert [run["id"] for run in mock.runs.list(10)] == ids
    assert client.get("/api/v1/runs").status_code == 200
    mock.reset(runs=3, seed=9)
    assert len(mock.runs) == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonsense": 1},
        {"status": "NOPE"},
        {"tags": "no list"},
        {"tags": ["x"] * 11},
        {"tags": ["y" * 129]},
        {"id": "no-prefix"},
        {"created_at": "yesterday"},
        {"created_at": 1e30},
        {"parent_id": "run_nobody"},
        {"is_test": "yes"},
        {"error": 3},
        {"error": {"type": "NEW"}},
        {"depth": 4},
        {"task_identifier": "\ud800"},
        {"schedule": {"id": "sched_x"}},
    ],
)
def test_a_run_the_document_forbids_is_not_created(mock, wrong):
    with pytest.raises(ControlError):
        mock.runs.create(**wrong)
    assert len(mock.runs) == 300


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonsense": 1},
        {"status": 99},
        {"nth": 0},
        {"delay": -1},
        {"headers": {"a": "b\r\nc: d"}},
        {"times": "x"},
    ],
)
def test_a_fault_that_makes_no_sense_is_not_added(mock, wrong):
    with pytest.raises(ControlError):
        mock.faults.add(**wrong)
    assert mock.faults.list() == []


@pytest.mark.trigger_mock(profile="real")
def test_a_marker_chooses_the_profile(mock, client):
    assert client.get("/api/v3/runs/run_missing").json() == {"error": "Not found"}


def test_in_process_calls_to_the_real_servers_are_answered(trigger_mock):
    for url, key in (
        ("https://api.trigger.dev/api/v1/runs", trigger_mock.token),
        ("https://recoup-api.vercel.app/api/tasks/runs", trigger_mock.recoup_token),
    ):
        assert httpx.get(url, headers={"authorization": f"Bearer {key}"}).status_code == 200


@pytest.mark.anyio
async def test_in_process_calls_may_be_async(trigger_mock):
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {trigger_mock.token}"}) as client:
        assert (await client.get("https://api.trigger.dev/api/v1/runs")).status_code == 200


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def lean(pytester, monkeypatch):
    """Return pytester without the other plugins installed here, which take seconds to import."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_PLUGINS", "trigger_contract.mock.pytest_plugin")
    return pytester


def test_an_environment_variable_aims_the_same_tests_elsewhere(lean, monkeypatch):
    lean.makepyfile(
        """
        import httpx, pytest

        @pytest.mark.trigger_mock(runs=7)
        @pytest.mark.parametrize("name", ["trigger_mock", "trigger_mock_server"])
        def test_it(request, name):
            mock = request.getfixturevalue(name)
            headers = {"authorization": f"Bearer {mock.token}"}
            assert len(httpx.get(f"{mock.url}/api/v1/runs", headers=headers).json()["data"]) == 7
            assert len(mock.requests) == 1

        @pytest.mark.trigger_mock(profile="real")
        def test_other(trigger_mock):
            raise AssertionError("not reached")
        """
    )
    with MockServer(settings=Settings()) as server:
        monkeypatch.setenv("TRIGGER_MOCK_URL", server.url)
        result = lean.runpytest_subprocess("-p", "no:cacheprovider")
        result.assert_outcomes(passed=2, skipped=1)


def test_a_marker_with_an_unknown_keyword_is_a_mistake(lean):
    lean.makepyfile(
        """
        import pytest

        @pytest.mark.trigger_mock(colour="blue")
        def test_it(trigger_mock):
            pass
        """
    )
    lean.runpytest_subprocess("-p", "no:cacheprovider").stdout.fnmatch_lines(["*takes the keywords*"])


def test_the_plugin_costs_nothing_where_it_is_not_used():
    # What an installation loads at every start (a `.pth` file may) is none of the plugin's.
    code = "import sys; there = set(sys.modules); import trigger_contract.mock.pytest_plugin; "
    code += "print(sorted(set(sys.modules) - there))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    for heavy in ("httpx", "uvicorn", "respx", "sqlite3", "jsonschema_rs", "trigger_contract.document"):
        assert f"'{heavy}'" not in loaded


def test_a_session_that_does_not_use_the_fixtures_loads_nothing_for_them():
    program = (
        "import sys, pytest\nbefore = set(sys.modules)\nimport trigger_contract.mock.pytest_plugin\n"
        "print(sorted({name.partition('.')[0] for name in set(sys.modules) - before}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['trigger_contract']"


def test_a_fault_that_never_struck_is_told_at_the_end(lean):
    lean.makepyfile(
        """
        def test_it(trigger_mock):
            trigger_mock.faults.add(status=503, operation="list_runs_v1")
        """
    )
    result = lean.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*never struck (no call matched)*list_runs_v1*"])


SHARED = """
    import json, urllib.request
    import pytest

    pytestmark = pytest.mark.trigger_mock(runs=4)

    def ask(mock, path, body=None):
        headers = {"authorization": f"Bearer {mock.token}"}
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(mock.url + path, data, headers)) as answer:
            return json.loads(answer.read())
"""


@pytest.mark.parametrize("scope", ["module", "session"])
def test_a_server_of_a_wider_scope_keeps_what_tests_do_to_it(lean, scope):
    lean.makeconftest(
        """
        import pytest

        @pytest.fixture(scope="session")
        def trigger_mock_options():
            return {"profile": "real", "runs": 4}
        """
    )
    lean.makepyfile(
        SHARED
        + f"""
    seen = []

    def test_first(trigger_mock_server_{scope}):
        seen.append(trigger_mock_server_{scope}.url)
        trigger_mock_server_{scope}.runs.create(status="COMPLETED")

    def test_second(trigger_mock_server_{scope}):
        assert seen == [trigger_mock_server_{scope}.url]
        assert len(trigger_mock_server_{scope}.runs) == 5
    """
    )
    lean.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=2)


def test_a_failed_test_shows_its_own_requests_and_their_hints(lean):
    lean.makepyfile(
        SHARED
        + """
    def test_before(trigger_mock_server_session):
        ask(trigger_mock_server_session, "/api/v1/runs?filter%5Btag%5D=earlier")

    def test_good(trigger_mock_server):
        ask(trigger_mock_server, "/api/v1/runs?filter%5Btag%5D=good")

    def test_bad(trigger_mock_server_session, trigger_mock_server):
        ask(trigger_mock_server, "/api/v1/runs?status=QUEUED")
        ask(trigger_mock_server_session, "/api/v1/runs")
        assert False
    """
    )
    result = lean.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines_random(
        [
            "*trigger_mock_server: 1 requests*",
            "200 GET /api/v1/runs?status=QUEUED (list_runs_v1)",
            "    hint: `status` was ignored; did you mean `filter[[]status[]]`?",
            "*trigger_mock_server_session: 1 requests*",
        ]
    )
    assert "earlier" not in (said := str(result.stdout)).partition("requests")[2]
    assert "tag]=good" not in said


def test_any_document_is_served(lean):
    lean.makefile(".json", library=json.dumps(library()))
    lean.makepyfile(
        """
        import httpx, pytest

        @pytest.mark.trigger_mock(spec="library.json")
        @pytest.mark.parametrize("name", ["trigger_mock", "trigger_mock_server"])
        def test_it(request, name):
            mock = request.getfixturevalue(name)
            mock.faults.add(operation="listBooks", status=503, times=1)
            assert httpx.get(f"{mock.url}/books").status_code == 503
            assert len(httpx.get(f"{mock.url}/books").json()["items"]) == 20
            assert [call["operation"] for call in mock.requests] == ["listBooks", "listBooks"]
        """
    )
    lean.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=2)
