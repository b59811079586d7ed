"""A recording asked again: of a server that answers as recorded, and of others."""

from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inside import called
from trigger_contract.errors import UserError
from trigger_contract.mock import MockServer, Settings
from trigger_contract.mock.deviations import choose
from trigger_contract.replay import replaying
from trigger_contract.replay.asking import Asker
from trigger_contract.replay.comparing import compare
from trigger_contract.replay.learned import Learned
from trigger_contract.replay.recording import Received, expand, read_recording
from trigger_contract.replay.roles import Roles, read_roles

quick = settings(max_examples=60, deadline=None, database=None, derandomize=True)
KEY = {"authorization": "Bearer <secret>"}


def exchange(number, method, path, status, body=None, *, sent=None, headers=None, **more):
    """Return an exchange as a recording has it."""
    kind = {"content-type": "application/json; charset=utf-8"} if body is not None else {}
    return {
        "id": f"x-{number}",
        "order": number,
        "op": more.pop("op", "some"),
        "key": "secret",
        "request": {"method": method, "path": path, "headers": {**KEY, **(headers or {})}, "body": sent},
        "response": {"status": status, "headers": kind | more.pop("answered", {}), "body": body},
        **more,
    }


@pytest.fixture
def written(tmp_path):
    """Return a function that writes a recording."""

    def write(*exchanges, packed=False):
        text = "\n".join(json.dumps(item) for item in exchanges).encode()
        path = tmp_path / "calls.jsonl"
        path.write_bytes(gzip.compress(text) if packed else text)
        return path

    return write


@pytest.fixture(scope="module")
def url():
    with MockServer(settings=Settings(runs=30, deviations=choose("real"))) as server:
        yield server.url


def outcomes(path, url, roles=("secret=tr_dev_mock",)):
    asker = Asker(url)
    try:
        return list(replaying.replay(read_recording(path), asker, read_roles(roles)))
    finally:
        asker.close()


def recorded(url):
    """Record a few calls of the server at a URL: two pages of a list, a run, and what is refused."""
    asker = Asker(url)
    found = []

    def call(method, path, headers=None, **more):
        real = {"authorization": "Bearer tr_dev_mock"} | (headers or {})
        answer = asker.ask(method, path, real, None)
        shown = {"status": answer.status, "headers": dict(answer.headers), "body": answer.body}
        found.append(exchange(len(found), method, path, 0, headers=headers, **more) | {"response": shown})
        return answer.body

    try:
        page = call("GET", "/api/v1/runs?page[size]=3", op="list")
        call("GET", f"/api/v1/runs?page[size]=3&page[after]={page['pagination']['next']}", op="list")
        call("GET", f"/api/v3/runs/{page['data'][0]['id']}", op="retrieve")
        call("GET", "/api/v3/runs/run_nobody", op="retrieve")
        call("FOO", "/api/v1/runs", op="list")
        call("HEAD", "/API/v1/./runs/", op="list")
    finally:
        asker.close()
    return found


@pytest.mark.parametrize("packed", [False, True])
def test_the_recorded_server_is_equal_to_itself(written, url, packed):
    path = written(*recorded(url), packed=packed)
    found = outcomes(path, url)
    assert [str(difference) for outcome in found for difference in outcome.differences] == []
    summary = replaying.Summary()
    for outcome in found:
        summary.add(outcome)
    assert (summary.total.asked, summary.total.equal) == (6, 6)
    assert "list" in replaying.table(summary)


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (lambda answer: answer | {"status": 201}, "status"),
        (lambda answer: answer | {"headers": answer["headers"] | {"content-type": "text/plain"}}, "type"),
        (lambda answer: answer | {"headers": answer["headers"] | {"x-should-retry": "false"}}, "header"),
        (lambda answer: answer | {"body": answer["body"] | {"more": 1}}, "shape"),
        (lambda answer: answer | {"body": {k: v for k, v in answer["body"].items() if k != "tags"}}, "shape"),
        (lambda answer: answer | {"body": answer["body"] | {"depth": "0"}}, "shape"),
        (lambda answer: answer | {"body": answer["body"] | {"taskIdentifier": "other"}}, "value"),
        (
            lambda answer: answer | {"body": answer["body"] | {"createdAt": "2020-01-01T00:00:00.000Z"}},
            "value",
        ),
    ],
)
def test_whatever_differs_is_told(written, url, spoil, kind):
    items = recorded(url)
    items[2]["response"] = spoil(items[2]["response"])
    found = outcomes(written(*items), url)
    assert [{difference.kind for difference in outcome.differences} for outcome in found[:3]] == [
        set(), set(), {kind},
    ]  # fmt: skip


def test_names_are_learned_where_the_server_makes_others():
    learned = Learned()
    old, new = "run_c4aaaaaaaaaaaaaaaaaaaaaaaa", "run_c9bbbbbbbbbbbbbbbbbbbbbbbb"
    json_type = {"content-type": "application/json"}

    def answer(run_id, at):
        return Received(200, json_type, {"id": run_id, "createdAt": at})

    times = "2026-01-01T00:00:00.000Z", "2026-02-02T00:00:00.000Z"
    assert compare(answer(old, times[0]), answer(new, times[1]), learned) == ()
    assert learned.translate(f"/api/v3/runs/{old}?x=1") == f"/api/v3/runs/{new}?x=1"
    assert learned.translate_value({"a": [old]}) == {"a": [new]}
    assert learned.translate(old.removeprefix("run_")) == new.removeprefix("run_")
    # Another thing under a known name is a difference, and so is one of another kind.
    assert compare(answer(old, times[0]), answer("run_c5cccccccccccccccccccccccc", times[0]), learned)
    assert compare(answer(old, times[0]), answer(new.replace("run_", "batch_"), times[0]), learned)


def test_an_exchange_of_a_role_without_a_key_is_not_asked(written, url):
    other = exchange(1, "GET", "/api/v1/runs", 200, {}) | {"key": "other"}
    other["request"]["headers"] = {"authorization": "Bearer <other>"}
    found = outcomes(written(*recorded(url)[:1], other), url)
    assert [outcome.missing for outcome in found] == [None, "other"]


def test_a_token_is_made_anew_and_other_forms_of_a_key_are_known(written, url):
    token = {
        "alg": "HS256", "iat": "now", "exp": "now+60", "signedWith": "secret",
        "claims": {"pub": True, "sub": "cl1234", "iss": "https://id.trigger.dev",
                   "aud": "https://api.trigger.dev", "scopes": ["read:runs"]},
    }  # fmt: skip
    good = exchange(1, "GET", "/api/v3/runs/run_nobody", 404, {"error": "Not found"}) | {"token": token}
    good |= {"key": "jwt:reader"}
    good["response"]["headers"] |= {
        "x-should-retry": "true",
        "access-control-expose-headers": "x-trigger-jwt,x-trigger-jwt-claims",
    }
    good["request"]["headers"] = {"authorization": "Bearer <jwt:reader>"}
    stale = json.loads(json.dumps(good)) | {"order": 2, "token": token | {"exp": "now-60"}}
    cut = json.loads(json.dumps(good)) | {"order": 3, "key": "raw"}
    cut["request"]["headers"] = {"authorization": "<secret|last character cut>"}
    found = outcomes(written(good, stale, cut), url)
    assert [outcome.equal for outcome in found] == [True, False, False]
    assert "401" in found[1].differences[0].given
    assert "401" in found[2].differences[0].given


@quick
@given(
    st.text("ab", min_size=1, max_size=3), st.integers(0, 50), st.lists(st.integers(), min_size=1, max_size=3)
)
def test_what_a_body_abbreviates_is_written_out(text, times, items):
    assert expand({"x": {"$repeat": text, "$times": times}}) == {"x": text * times}
    assert expand([*items, {"$more": times}]) == items + [items[-1]] * times


def test_a_clock_that_stands_is_moved_and_not_waited_for(written):
    with MockServer(settings=Settings(runs=0)) as server:
        asker = Asker(server.url)
        asker.ask("POST", "/__mock/clock", {}, b'{"freeze": true}')
        asker.close()
        before = server.service.clock.now()
        outcomes(written(exchange(1, "GET", "/x", 404, {"error": "Not found"}, waited=3000)), server.url)
        assert server.service.clock.now() == before + 3_000_000


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "holds no exchange"),
        (b"{", "calls.jsonl:1: is not JSON"),
        (b"\n[]", "calls.jsonl:2: is no object"),
        (b'{"request": {}}', "calls.jsonl:1: an exchange needs 'response', as an object"),
        (b'{"request": {"method": 1}, "response": {}}', "needs 'request.method', as a text"),
        (b"\x1f\x8bnothing", "cannot be unpacked"),
    ],
)
def test_a_file_that_is_no_recording_is_refused_by_its_line(tmp_path, content, said):
    path = tmp_path / "calls.jsonl"
    path.write_bytes(content)
    with pytest.raises(UserError, match=said.replace("[", r"\[")):
        read_recording(path)


@pytest.mark.parametrize("given_role", ["x", "=y", "x=", "x=\n"])
def test_a_role_needs_a_key(given_role):
    with pytest.raises(UserError, match="--role"):
        read_roles((given_role,))
    assert isinstance(read_roles(("x=y",)), Roles)


def run(*arguments):
    return called("replay", *arguments)


def test_the_command_tells_the_shares_and_ends_with_1_where_too_much_differs(written, url):
    items = recorded(url)
    items[0]["response"]["status"] = 418
    path = written(*items)
    common = [path, "--url", url, "--role", "secret=tr_dev_mock"]
    done = run(*common)
    assert (done.returncode, done.stderr) == (1, "")
    assert "x-0  GET /api/v1/runs?page[size]=3" in done.stdout
    assert "status: recorded 418" in done.stdout
    assert run(*common, "--least", "80").returncode == 0
    assert json.loads(run(*common, "--json").stdout)["total"]["equal"] == 5
    assert run(path, "--url", url).returncode == 2
    assert run(*common, "--only", "nothing").returncode == 2
    assert "does not answer" in run(path, "--url", "http://127.0.0.1:9").stderr
