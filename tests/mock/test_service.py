"""The service's own operations: what a call does, and what shows of it afterwards."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from calling import call, retrieved, trigger
from hypothesis import given, settings
from hypothesis import strategies as st

from trigger_contract.mock.platform.actions import changed
from trigger_contract.mock.platform.cron import BadCron, Cron
from trigger_contract.mock.platform.schedules import zones

quick = settings(max_examples=60, deadline=None, database=None, derandomize=True)
PERSONAL = {"authorization": "Bearer tr_pat_mock"}


@pytest.fixture(params=["docs", "real"])
def server(request, make, whole_document):
    return make(request.param, runs=20, document=whole_document)


@pytest.fixture
def service(make, whole_document):
    return make("real", runs=20, document=whole_document)


def test_a_triggered_run_waits_in_the_queue_and_is_listed(server):
    run_id = trigger(server, payload={"a": 1}, options={"tags": ["x", "b"], "metadata": {"m": 1}})
    run = retrieved(server, run_id)
    assert (run["status"], run["payload"], run["tags"], run["metadata"]) == (
        "QUEUED",
        {"a": 1},
        ["b", "x"],
        {"m": 1},
    )
    assert server.get("/api/v1/runs", {"filter[tag]": "x"})["data"][0]["id"] == run_id
    server.get(f"/api/v1/runs/{run_id}/result", status=404)


def test_an_index_delay_hides_a_run_from_the_list_only(make, whole_document):
    asker = make("real", runs=0, document=whole_document, index_delay=2.0)
    run_id = trigger(asker)
    assert asker.get("/api/v1/runs")["data"] == []
    assert retrieved(asker, run_id)["id"] == run_id
    asker.service.clock.advance(2)
    assert [run["id"] for run in asker.get("/api/v1/runs")["data"]] == [run_id]


def test_delay_and_ttl_pass_with_the_clock(server):
    run_id = trigger(server, options={"delay": "1h", "ttl": "5m"})
    assert retrieved(server, run_id)["status"] == "DELAYED"
    server.service.clock.advance(3600)
    assert retrieved(server, run_id)["status"] == "QUEUED"
    server.service.clock.advance(299)
    assert retrieved(server, run_id)["status"] == "QUEUED"
    server.service.clock.advance(1)
    run = server.answer(f"/api/v3/runs/{run_id}", headers={"x-trigger-api-version": "2025-07-16"})
    assert json.loads(run.body)["status"] == "EXPIRED"


def test_a_key_brings_the_same_run_until_it_failed(server):
    first = trigger(server, options={"idempotencyKey": "k"})
    again = call(server, "POST", "/api/v1/tasks/hello/trigger", {"options": {"idempotencyKey": "k"}})
    assert again == {"id": first, "isCached": True}
    assert call(server, "POST", "/api/v1/tasks/other/trigger", {}, idempotency_key="k")["id"] != first
    call(server, "POST", f"/api/v2/runs/{first}/cancel")
    assert trigger(server, options={"idempotencyKey": "k"}) == first
    failing = trigger(server, options={"idempotencyKey": "f"})
    server.service.progress.finish(server.service.store.get(failing), "FAILED")
    assert trigger(server, options={"idempotencyKey": "f"}) != failing
    brief = trigger(server, options={"idempotencyKey": "t", "idempotencyKeyTTL": "1s"})
    server.service.clock.advance(1)
    assert trigger(server, options={"idempotencyKey": "t", "idempotencyKeyTTL": "1s"}) != brief


def test_a_canceled_run_stays_so_and_its_children_wait_on(server):
    parent = trigger(server)
    child = trigger(server, options={"parentRunId": parent})
    for _ in range(2):
        assert call(server, "POST", f"/api/v2/runs/{parent}/cancel") == {"id": parent}
        assert retrieved(server, parent)["status"] == "CANCELED"
    assert retrieved(server, parent)["error"] == {"message": "Canceled by user"}
    assert retrieved(server, child)["status"] == "QUEUED"
    assert retrieved(server, child)["relatedRuns"]["parent"]["id"] == parent
    assert server.get(f"/api/v1/runs/{parent}/result")["ok"] is False
    call(server, "POST", "/api/v2/runs/run_nobody/cancel", status=404)


def test_a_replay_has_the_payload_and_not_the_key(server):
    run_id = trigger(server, payload=[1], options={"idempotencyKey": "k", "tags": "t", "delay": "1h"})
    copy = call(server, "POST", f"/api/v1/runs/{run_id}/replay")["id"]
    run = retrieved(server, copy)
    assert (run["payload"], run["tags"], run["status"]) == ([1], ["t"], "QUEUED")
    assert "idempotencyKey" not in run
    assert "delayedUntil" not in run


def test_only_a_delayed_run_is_rescheduled(server):
    run_id = trigger(server, options={"delay": "1h"})
    moved = call(server, "POST", f"/api/v1/runs/{run_id}/reschedule", {"delay": "2h"})
    assert moved["id"] == run_id
    server.service.clock.advance(3600)
    assert retrieved(server, run_id)["status"] == "DELAYED"
    server.service.clock.advance(3600)
    assert retrieved(server, run_id)["status"] == "QUEUED"
    call(server, "POST", f"/api/v1/runs/{run_id}/reschedule", {"delay": "2h"}, status=400)


def test_a_run_has_ten_tags_at_most(server):
    run_id = trigger(server, options={"tags": ["a"]})
    said = call(server, "POST", f"/api/v1/runs/{run_id}/tags", {"tags": ["a", "b"]})
    assert said == {"message": "Successfully set 1 new tags."}
    assert call(server, "POST", f"/api/v1/runs/{run_id}/tags", {"tags": "b"}) == {
        "message": "No new tags to add"
    }
    call(server, "POST", f"/api/v1/runs/{run_id}/tags", {"tags": [f"t{n}" for n in range(9)]}, status=422)
    assert retrieved(server, run_id)["tags"] == ["a", "b"]


keys = st.sampled_from("abc")
numbers = st.integers(-5, 5)


@quick
@given(st.dictionaries(keys, numbers), keys, numbers)
def test_operations_on_metadata_do_what_they_are_called(start, key, number):
    def after(kind, **more):
        return changed(start, [{"type": kind, "key": key, "value": number, **more}])

    assert after("set") == {**start, key: number}
    assert after("delete") == {name: value for name, value in start.items() if name != key}
    assert after("increment") == {**start, key: start.get(key, 0) + number}
    assert (
        changed(after("increment"), [{"type": "increment", "key": key, "value": -number}]) == {key: 0} | start
    )
    assert after("append")[key][-1] == number
    assert number not in changed(after("append"), [{"type": "remove", "key": key, "value": number}])[key]
    assert changed(start, [{"type": "update", "value": {"z": 1}}]) == {"z": 1}


def test_metadata_is_replaced_and_operated_on(server):
    run_id = trigger(server)
    path = f"/api/v1/runs/{run_id}/metadata"
    assert call(server, "PUT", path, {"metadata": {"a": 1}}) == {"metadata": {"a": 1}}
    call(server, "PUT", path, {"operations": [{"type": "increment", "key": "a", "value": 2}]})
    assert retrieved(server, run_id)["metadata"] == {"a": 3}
    assert json.loads(server.get(path)["metadata"]) == {"a": 3}


def test_events_come_when_a_run_has_ended_and_a_trace_at_once(server):
    run_id = trigger(server)
    assert server.get(f"/api/v1/runs/{run_id}/events") == {"events": []}
    trace = server.get(f"/api/v1/runs/{run_id}/trace")["trace"]
    assert trace["rootSpan"]["data"]["isPartial"]
    call(server, "POST", f"/api/v2/runs/{run_id}/cancel")
    (event,) = server.get(f"/api/v1/runs/{run_id}/events")["events"]
    assert event["isCancelled"]
    assert event["spanId"] == trace["rootSpan"]["id"]


def test_a_batch_has_its_runs_and_the_results_of_those_that_ended(server):
    items = [{"task": "hello", "payload": n, "options": {"idempotencyKey": f"k{n}"}} for n in range(3)]
    batch = call(server, "POST", "/api/v1/tasks/batch", {"items": items})
    ids = [run["id"] for run in batch["runs"]]
    assert server.get(f"/api/v1/batches/{batch['id']}")["runs"] == ids
    listed = server.get("/api/v1/runs", {"filter[batch]": batch["id"]})["data"]
    assert [run["id"] for run in listed] == ids[::-1]
    call(server, "POST", f"/api/v2/runs/{ids[1]}/cancel")
    results = server.get(f"/api/v1/batches/{batch['id']}/results")["items"]
    assert [(result["id"], result["ok"]) for result in results] == [(ids[1], False)]
    again = call(server, "POST", "/api/v1/tasks/batch", {"items": items})
    assert again["id"] != batch["id"]
    assert [(run["id"], run["isCached"]) for run in again["runs"]] == [(run_id, True) for run_id in ids]
    made = call(server, "POST", "/api/v1/tasks/hello/batch", {"items": [{"payload": 1}]})
    assert len(made["runs"]) == 1


@quick
@given(
    st.sampled_from(
        ["* * * * *", "0 9 * * 1-5", "*/15 2,4 * * *", "30 0 1 JAN *", "0 0 L * *", "0 12 13 * FRI"]
    ),
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),
    st.sampled_from(["UTC", "Europe/Paris", "America/New_York"]),
)
def test_the_next_slot_lies_ahead_and_none_lies_between(text, moment, zone):
    cron, now = Cron(text), int(moment.replace(tzinfo=UTC).timestamp() * 1000)
    slot = cron.next(now, zone)
    assert slot > now
    assert slot % 60_000 == 0
    assert cron.next(slot - 1, zone) == slot


@pytest.mark.parametrize(
    "text", ["0 0 31 2 *", "61 * * * *", "* * * * * *", "a * * * *", "5-1 * * * *", "*/0 * * * *"]
)
def test_what_is_no_cron_expression_is_refused(text):
    with pytest.raises(BadCron):
        Cron(text)


def test_a_schedule_lives_by_its_id_and_its_key(server):
    task = server.get("/api/v1/runs")["data"][0]["taskIdentifier"]
    body = {"task": task, "cron": "0 0 * * *", "deduplicationKey": "k", "timezone": "Europe/Paris"}
    made = call(server, "POST", "/api/v1/schedules", body)
    assert call(server, "POST", "/api/v1/schedules", {**body, "cron": "0 1 * * *"})["id"] == made["id"]
    path = f"/api/v1/schedules/{made['id']}"
    assert server.get("/api/v1/schedules/k")["generator"]["expression"] == "0 1 * * *"
    assert not call(server, "POST", f"{path}/deactivate")["active"]
    assert call(server, "POST", f"{path}/activate")["active"]
    assert call(server, "PUT", path, {"task": task, "cron": "0 2 * * *"})["timezone"] == "UTC"
    assert server.get("/api/v1/schedules")["data"][0]["id"] == made["id"]
    assert call(server, "DELETE", path)["id"] == made["id"]
    server.get(path, status=404)
    for wrong in ({"cron": "@x y z a b c"}, {"timezone": "X"}, {"task": "unknown"}):
        call(server, "POST", "/api/v1/schedules", body | wrong, status=422)
    assert server.get("/api/v1/timezones")["timezones"] == list(zones())


def test_variables_are_kept_and_secrets_are_not_shown(server):
    path = "/api/v1/projects/proj_x/envvars/dev"
    call(server, "POST", path, {"name": "A", "value": "1"})
    call(server, "POST", path, {"name": "S", "value": "2", "isSecret": True})
    listed = {item["name"]: item["value"] for item in server.get(path)}
    assert listed == {"API_URL": "https://example.com", "API_KEY": "<redacted>", "A": "1", "S": "<redacted>"}
    call(server, "POST", f"{path}/import", {"variables": {"A": "9", "B": "8"}}, status=400)
    call(server, "POST", f"{path}/import", {"variables": {"A": "9", "B": "8"}, "override": True})
    assert server.get(f"{path}/A")["value"] == "9"
    call(server, "PUT", f"{path}/A", {"value": "7"})
    assert server.get(f"{path}/A")["value"] == "7"
    call(server, "DELETE", f"{path}/A")
    server.get(f"{path}/A", status=404)


def test_a_queue_is_paused_and_its_limit_overridden_and_reset(server):
    trigger(server, options={"queue": {"name": "mine"}})
    queue = next(item for item in server.get("/api/v1/queues")["data"] if item["name"] == "mine")
    path = f"/api/v1/queues/{queue['id']}"
    assert (queue["type"], queue["queued"], queue["paused"]) == ("custom", 1, False)
    assert call(server, "POST", f"{path}/pause", {"action": "pause"})["paused"]
    assert server.get(path)["paused"]
    assert (
        call(server, "POST", f"{path}/concurrency/override", {"concurrencyLimit": 2})["concurrencyLimit"] == 2
    )
    assert server.get("/api/v1/queues/mine", {"type": "custom"})["concurrency"]["override"] == 2
    assert (
        call(server, "POST", f"{path}/concurrency/reset", {})["concurrencyLimit"] == queue["concurrencyLimit"]
    )
    call(server, "POST", f"{path}/concurrency/reset", {}, status=400)
    call(server, "POST", f"{path}/concurrency/override", {"concurrencyLimit": 1000}, status=400)


def test_a_waitpoint_is_completed_once_by_a_call_or_by_its_url(server):
    for way in ("complete", "callback"):
        made = call(server, "POST", "/api/v1/waitpoints/tokens", {"tags": [way], "timeout": "1h"})
        path = f"/api/v1/waitpoints/tokens/{made['id']}"
        assert server.get(path)["status"] == "WAITING"
        callback = "/api" + made["url"].partition("/api")[2]
        where = callback if way == "callback" else f"{path}/complete"
        for number in (1, 2):
            call(server, "POST", where, {"n": number} if way == "callback" else {"data": {"n": number}})
        token = server.get(path)
        assert token["status"] == "COMPLETED"
        assert json.loads(token["output"]) == {"json": {"n": 1}}
        assert [w["id"] for w in server.get("/api/v1/waitpoints/tokens", {"filter[tags]": way})["data"]] == [
            made["id"]
        ]
    call(server, "POST", f"{callback}x", {}, status=401)


def test_a_waitpoint_times_out_with_the_clock(server):
    made = call(server, "POST", "/api/v1/waitpoints/tokens", {"timeout": "1m"})
    server.service.clock.advance(60)
    token = server.get(f"/api/v1/waitpoints/tokens/{made['id']}")
    assert (token["status"], token["outputIsError"]) == ("TIMED_OUT", True)


# The service's own doors
