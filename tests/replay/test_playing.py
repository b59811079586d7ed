"""What nobody asks for in a recording and yet happens: workers, runs made elsewhere, time that passes."""

from __future__ import annotations

import json

import pytest

from trigger_contract.mock import MockServer, Settings
from trigger_contract.mock.deviations import choose
from trigger_contract.replay import replaying
from trigger_contract.replay.asking import Asker, body_bytes
from trigger_contract.replay.comparing import compare
from trigger_contract.replay.learned import Learned
from trigger_contract.replay.recording import Received, read_recording
from trigger_contract.replay.roles import read_roles

RUN, OTHER = "run_c4aaaaaaaaaaaaaaaaaaaaaaaa", "run_c4bbbbbbbbbbbbbbbbbbbbbbbb"
JSON = {"content-type": "application/json; charset=utf-8"}


@pytest.fixture
def server(whole):
    with MockServer(whole, settings=Settings(runs=0, deviations=choose("real"))) as server:
        control(server, "POST", "/clock", {"set": "2026-01-01T12:00:00Z", "freeze": True})
        yield server


@pytest.fixture(scope="module")
def whole():
    """Return the canonical document with trigger and cancel, which a replay needs for runs of other parts."""
    from trigger_contract.document.locate import read_document

    document = json.loads(json.dumps(read_document()))
    of_runs = document["paths"]["/api/v1/runs"]["get"]
    for path, name in (("/api/v1/tasks/{name}/trigger", "trigger"), ("/api/v2/runs/{name}/cancel", "cancel")):
        document["paths"][path] = {
            "post": {
                "operationId": name,
                "tags": ["runs"],
                "security": of_runs["security"],
                "servers": of_runs["servers"],
                "parameters": [
                    {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}
                ],
                "responses": {"200": {"description": "It is done."}},
            }
        }
    return document


def control(server, method, path, body=None):
    asker = Asker(server.url)
    try:
        return asker.ask(
            method, f"/__mock{path}", {"content-type": "application/json"}, body_bytes(body)
        ).body
    finally:
        asker.close()


def exchange(number, method, path, body, *, sent=None, status=200, headers=None, **more):
    request = {"method": method, "path": path, "body": sent}
    request["headers"] = {"authorization": "Bearer <secret>", **(headers or {})}
    response = {"status": status, "headers": JSON, "body": body}
    return {
        "id": f"x-{number}",
        "order": number,
        "key": "secret",
        "request": request,
        "response": response,
        **more,
    }


def replayed(tmp_path, server, *exchanges):
    path = tmp_path / "calls.jsonl"
    path.write_text("\n".join(json.dumps(one) for one in exchanges))
    asker = Asker(server.url)
    try:
        return list(replaying.replay(read_recording(path), asker, read_roles(("secret=tr_dev_mock",))))
    finally:
        asker.close()


def shown(run_id, status, **more):
    """Return a run as an answer shows it, with the little that a replay needs."""
    return {"id": run_id, "status": status, "taskIdentifier": "hello", "attemptCount": 0,
            "createdAt": "2026-01-01T12:00:05.000Z", **more}  # fmt: skip


def states(server):
    return [run["state"] for run in control(server, "GET", "/runs")["runs"]]


TRIGGER = ("POST", "/api/v1/tasks/hello/trigger", {"id": RUN, "isCached": False})
SLOW = {"message": "trigger.dev internal error (SLOW)"}
STARTED = {"attemptCount": 1, "startedAt": "2026-01-01T12:00:06.000Z", "version": "20260101.1"}


@pytest.mark.parametrize(
    ("view", "version", "state"),
    [
        (shown(RUN, "QUEUED"), "", "PENDING"),
        (shown(RUN, "EXECUTING"), "", "DEQUEUED"),
        (shown(RUN, "EXECUTING", **STARTED), "", "EXECUTING"),
        (shown(RUN, "DEQUEUED"), "2025-07-16", "DEQUEUED"),
        (shown(RUN, "REATTEMPTING", **STARTED), "", "RETRYING"),
        (shown(RUN, "COMPLETED", output={"a": 1}, **STARTED), "", "COMPLETED"),
        (shown(RUN, "TIMED_OUT", error=SLOW, **STARTED), "", "TIMED_OUT"),
    ],
)  # fmt: skip
def test_a_run_is_brought_to_where_a_worker_had_it(tmp_path, server, view, version, state):
    headers = {"x-trigger-api-version": version} if version else {}
    replayed(
        tmp_path, server, exchange(1, *TRIGGER, sent={}),
        exchange(2, "GET", f"/api/v3/runs/{RUN}", view, headers=headers),
    )  # fmt: skip
    (run,) = control(server, "GET", "/runs")["runs"]
    assert run["state"] == state
    for name in ("version", "startedAt", "output", "error"):
        assert run.get(name) == view.get(name)


def test_what_a_call_or_the_clock_does_is_left_to_the_server(tmp_path, server):
    canceled = shown(RUN, "CANCELED", **STARTED)
    found = replayed(
        tmp_path, server, exchange(1, *TRIGGER, sent={}), exchange(2, "GET", f"/api/v3/runs/{RUN}", canceled)
    )
    assert states(server) == ["PENDING"]
    assert any("/status" in difference.place for difference in found[1].differences)
    assert control(server, "GET", "/runs")["runs"][0]["startedAt"] == STARTED["startedAt"]


def test_a_run_of_another_part_of_the_recording_is_triggered(tmp_path, server):
    view = shown(RUN, "COMPLETED", tags=["a"], output=5, idempotencyKey="mine", **STARTED)
    tags = f"/api/v1/runs/{RUN}/tags"
    unknown = f"/api/v3/runs/{OTHER}"
    replayed(
        tmp_path, server, exchange(1, "POST", tags, {"message": "x"}, sent={"tags": ["b"]}),
        exchange(2, "GET", f"/api/v3/runs/{RUN}", view),
        exchange(3, "GET", unknown, {"error": "Not found"}, status=404),
    )  # fmt: skip
    (run,) = control(server, "GET", "/runs")["runs"]
    assert (run["state"], run["output"], run["tags"], run["idempotencyKey"]) == (
        "COMPLETED",
        5,
        ["a"],
        "mine",
    )


def test_a_canceled_run_of_another_part_is_canceled_by_a_call(tmp_path, server):
    related = {"related": shown(RUN, "CANCELED", startedAt=STARTED["startedAt"])}
    metadata = exchange(1, "PUT", f"/api/v1/runs/{RUN}/metadata", {}, sent={"metadata": {}})
    replayed(tmp_path, server, metadata, exchange(2, "GET", "/api/v1/x", related))
    (run,) = control(server, "GET", "/runs")["runs"]
    assert (run["state"], run["startedAt"]) == ("CANCELED", STARTED["startedAt"])
    assert run["error"]["message"] == "Canceled by user"


@pytest.mark.parametrize("change", [{"createdAt": "2025-12-31T12:00:00.000Z"}, {"env": {"id": "elsewhere"}}])
def test_a_run_of_before_or_of_elsewhere_is_not_made(tmp_path, server, change):
    listed = {"data": [shown(RUN, "QUEUED") | change], "pagination": {}}
    replayed(tmp_path, server, exchange(1, "GET", "/api/v1/runs", listed))
    assert states(server) == []


def test_an_answer_takes_a_stopped_clock_as_long_as_it_took(tmp_path, server):
    before = control(server, "GET", "/clock")["milliseconds"]
    replayed(tmp_path, server, exchange(1, "GET", "/x", {}, ms=1500, waited=2), exchange(2, "GET", "/x", {}))
    assert control(server, "GET", "/clock")["milliseconds"] == before + 3500


# Lists


def answer(*items):
    return Received(200, JSON, {"data": list(items)})


def kinds(recorded, given, learned=None):
    found = compare(recorded, given, learned or Learned(), made=False)
    return sorted((difference.kind, difference.place) for difference in found)


def test_items_of_one_id_are_held_against_each_other_wherever_they_stand():
    one, two = {"id": RUN, "a": None}, {"id": OTHER, "a": 1}
    assert kinds(answer(one, two), answer(two, one)) == []
    assert kinds(answer(two, one), answer(one)) == [("value", "/data"), ("value", "/data/0")]
    assert kinds(answer(one), answer({"id": RUN, "a": 1})) == [("shape", "/data/0/a")]
    # Where nothing is the same, places are all there is.
    assert ("shape", "/data/0/a") in kinds(answer(one), answer(two))


def test_a_thing_that_was_there_before_is_known_by_what_is_said_of_it():
    learned = Learned()
    said = {"message": "boom", "task": "hello", "at": "2026-01-01T00:00:00.000Z"}
    here = [
        {"id": "error_1111111111111111", **said, "task": "other"},
        {"id": "error_2222222222222222", **said},
    ]
    there = {"id": "error_aaaaaaaaaaaaaaa1", **said}
    compare(answer(there), answer(*here), learned, made=False)
    assert learned.translate("/errors/error_aaaaaaaaaaaaaaa1") == "/errors/error_2222222222222222"
    made = {"id": "error_eeeeeeeeeeeeeee1", **said}
    written = Learned()
    compare(Received(200, JSON, made), Received(200, JSON, made), written)
    compare(answer(there), answer(*here), written, made=False)
    assert written.translate("error_aaaaaaaaaaaaaaa1") == "error_aaaaaaaaaaaaaaa1"
    older = {"id": "error_bbbbbbbbbbbbbbb1", **said, "createdAt": "2025-01-01T00:00:00.000Z"}
    compare(answer(older), answer(here[0]), learned, made=False)
    assert learned.translate("error_bbbbbbbbbbbbbbb1") == "error_bbbbbbbbbbbbbbb1"
