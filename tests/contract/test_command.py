"""The command and the pytest door over real sockets."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from socket_servers import KEYS, serving

from inside import called
from trigger_contract.mock import MockServer, Settings
from trigger_contract.mock.messages import json_answer

ROOT = Path(__file__).resolve().parents[2]
OPTIONS = [
    "--token",
    KEYS["token"],
    "--public-token",
    KEYS["public_token"],
    "--recoup-token",
    KEYS["recoup_token"],
]
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("TRIGGER_", "RECOUP_"))}


def run(*arguments, cwd=None):
    return called("test", *arguments, cwd=cwd)


def without_status(request, answering):
    answer = answering(request)
    if request.path == b"/api/v1/runs" and answer.status == 200:
        value = json.loads(answer.body)
        for item in value["data"]:
            item.pop("isTest", None)
        return json_answer(200, value)
    return answer


def is_one_line(text):
    return text.count("\n") == 1 and text.startswith("trigger-contract: ") and "Traceback" not in text


def test_a_server_that_keeps_its_promises_passes_and_reports_hold_no_secret(tmp_path):
    with MockServer(settings=Settings(runs=12, **KEYS)) as mock:
        done = run(
            "--url",
            mock.url,
            *OPTIONS,
            "--seed",
            3,
            "--examples",
            1,
            "--probe",
            "errors",
            "--probe",
            "schema",
            "--report",
            tmp_path / "report",
            "--allure",
            tmp_path / "allure",
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "seed 3" in done.stdout
    assert "list_runs_v1" in done.stdout
    texts = {path.name: path.read_text() for path in (tmp_path / "report").iterdir()}
    results = [json.loads(path.read_text()) for path in (tmp_path / "allure").iterdir()]
    assert {item["status"] for item in results} == {"passed"}
    assert set(texts) == {"report.html", "report.json", "junit.xml", "traffic.har", "badge.svg"}
    assert not any(key in text for text in [*texts.values(), done.stdout] for key in KEYS.values())
    assert json.loads(texts["report.json"])["good"] is True
    assert json.loads(texts["traffic.har"])["log"]["entries"]
    assert ElementTree.fromstring(texts["junit.xml"]).find("testsuite").get("failures") == "0"
    assert not re.search(r'(?:src|href)="[^#]', texts["report.html"])


def test_a_broken_promise_is_told_with_its_sentence_and_can_be_known(tmp_path):
    known, report = tmp_path / "known.yaml", tmp_path / "report"
    chosen = ["--probe", "schema/list", *OPTIONS]
    with MockServer(settings=Settings(runs=20, **KEYS), hook=without_status) as mock:
        url = mock.url
        done = run("--url", url, *chosen, "--write-known", known, "--report", report)
        assert run("--url", url, *chosen, "--known", known).returncode == 0
    assert done.returncode == 1
    assert "schema/response" in done.stdout
    assert "/data/*/isTest required" in done.stdout
    assert "trigger-list-runs.md:" in done.stdout
    assert re.search(r'curl .*\$TRIGGER_SECRET_KEY" .*' + re.escape(url), done.stdout)
    page = (report / "report.html").read_text()
    assert "/data/*/isTest required" in page
    failures = [
        case.get("name")
        for case in ElementTree.parse(report / "junit.xml").iter("testcase")
        if case.find("failure") is not None
    ]
    assert "schema/list" in failures
    with MockServer(settings=Settings(runs=20, **KEYS)) as mock:
        gone = run("--url", mock.url, *chosen, "--known", known)
    assert gone.returncode == 1
    assert "GONE" in gone.stdout


def test_an_empty_store_passes_and_fails_where_everything_must_be_exercised():
    with MockServer(settings=Settings(runs=0, **KEYS)) as mock:
        assert run("--url", mock.url, *OPTIONS, "--examples", 1).returncode == 0
        done = run("--url", mock.url, *OPTIONS, "--probe", "filters", "--require-exercised")
    assert done.returncode == 1
    assert "Not exercised" in done.stdout


def test_a_run_that_a_limit_cuts_short_is_not_called_good(tmp_path):
    with MockServer(settings=Settings(runs=12, **KEYS)) as mock:
        chosen = ["--url", mock.url, *OPTIONS, "--max-requests", 60, "--report", tmp_path / "report"]
        done = run(*chosen)
        allowed = run(*chosen, "--allow-incomplete")
    assert (done.returncode, allowed.returncode) == (2, 0)
    assert is_one_line(done.stderr)
    assert re.search(r"60 requests.* of \d+ laws did not run to their end; --max-requests helps", done.stderr)
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    assert report["complete"] is False
    assert report["good"] is False
    assert report["counts"]["not run"] > 20
    assert "skipped" in (tmp_path / "report" / "junit.xml").read_text()


def test_pytest_takes_the_same_options_and_shares_the_work(tmp_path):
    spec = tmp_path / "openapi.yaml"
    text = (ROOT / "openapi" / "openapi.yaml").read_text()
    # What pytest calls a set without members is a name like any other.
    spec.write_text(text.replace("list_runs_v1", "list_NOTSET_things"))
    with MockServer(settings=Settings(runs=15, **KEYS)) as mock:
        chosen = ("--url", mock.url, *OPTIONS, "--spec", spec, "--probe", "auth", "-n", "2")
        command = [sys.executable, "-m", "pytest", ROOT / "contract_tests", *chosen]
        done = subprocess.run(command, capture_output=True, text=True, timeout=170, check=False, env=CLEAN)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "kind of promise" in done.stdout
    assert "list_NOTSET_things" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ([], "--url"),
        (["--url", "ftp://x"], "--url ftp://x"),
        (["--url", "http://127.0.0.1:1", *OPTIONS], "http://127.0.0.1:1"),
        (["--url", "http://127.0.0.1:1", "--token", "a\tb"], "--token"),
        (["--url", "http://127.0.0.1:1", *OPTIONS, "--tag", "nothing"], "--tag nothing"),
        (["--url", "http://127.0.0.1:1", *OPTIONS, "--known", "/no/such"], "/no/such"),
        (["--url", "http://127.0.0.1:1", *OPTIONS, "--max-requests", "0"], "--max-requests"),
        (["--url", "http://127.0.0.1:1", *OPTIONS, "--nothing"], "--nothing"),
    ],
)
def test_what_the_user_got_wrong_is_one_line_and_exit_2(arguments, named, tmp_path):
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert is_one_line(done.stderr), done.stderr
    assert named in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_wrong_key_and_a_wrong_server_are_one_line_and_exit_2():
    with MockServer(settings=Settings(runs=3, **KEYS)) as mock:
        key = run("--url", mock.url, "--token", "tr_dev_wrong")
        law = run("--url", mock.url, *OPTIONS, "--probe", "nothing")
        other = run("--url", mock.url + "/elsewhere", *OPTIONS)
    assert [done.returncode for done in (key, law, other)] == [2, 2, 2]
    assert all(is_one_line(done.stderr) for done in (key, law, other))
    assert "--token" in key.stderr
    assert "--probe nothing" in law.stderr
    assert "/elsewhere" in other.stderr


def test_a_server_that_dies_midway_is_one_line_and_exit_2():
    with serving(dies_after=60) as url:
        done = run("--url", url, *OPTIONS)
    assert done.returncode == 2
    assert is_one_line(done.stderr), done.stderr
    assert url in done.stderr
