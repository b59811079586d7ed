"""What lasts in the `real` profile: keys, delays, tokens, queues and what lists say of them."""

from __future__ import annotations

import json

import pytest

from trigger_contract.mock.platform.giving import give

TRIGGER, TOKENS, QUEUES = "/api/v1/tasks/t/trigger", "/api/v1/waitpoints/tokens", "/api/v1/queues"
SCHEDULES, ERRORS, BULK = "/api/v1/schedules", "/api/v1/errors", "/api/v1/bulk-actions"
MINUTE, HOUR = 60, 3_600


def _started(world, **options):
    made = world.said("POST", TRIGGER, {"payload": 1, "options": options})
    return made["id"], world.said("GET", f"/api/v3/runs/{made['id']}")


# Runs


def test_a_debounced_run_is_the_same_until_its_delay_is_over(world):
    bounce = {"debounce": {"key": "d1", "delay": "5s"}}
    first, shown = _started(world, **bounce)
    assert shown["status"] == "DELAYED"
    again = world.said("POST", TRIGGER, {"payload": 2, "options": bounce})
    assert again == {"id": first, "isCached": False}
    world.service.clock.advance(6)
    assert _started(world, **bounce)[0] != first


@pytest.mark.parametrize(("given", "shown"), [(60, "1m"), (90_061, "1d1h1m1s"), (0, None), ("nope", "nope")])
def test_a_time_to_live_in_seconds_is_shown_in_words(world, given, shown):
    assert _started(world, ttl=given)[1].get("ttl") == shown


def test_a_run_that_its_parent_waits_for_says_so(world):
    parent, _ = _started(world)
    _, child = _started(world, parentRunId=parent, resumeParentOnCompletion=True)
    _, other = _started(world, parentRunId=parent)
    assert (child["triggerFunction"], other["triggerFunction"]) == ("triggerAndWait", "trigger")


def test_a_batch_of_the_same_key_is_the_batch_that_is_there(world):
    def send(key):
        body = json.dumps({"items": [{"task": "t"}, {"task": "u"}]}).encode()
        headers = {"content-length": str(len(body)), "idempotency-key": key}
        answer = world.asker.answer("/api/v1/tasks/batch", method="POST", body=body, headers=headers)
        assert answer.status == 202
        return json.loads(answer.body)

    first, second, other = send("k"), send("k"), send("another")
    assert (first["isCached"], second["isCached"], first["idempotencyKey"]) == (False, True, "k")
    assert first["id"] == second["id"] != other["id"]
    assert [(run["id"], run["isCached"]) for run in second["runs"]] == [
        (run["id"], True) for run in first["runs"]
    ]
    whole = world.said("GET", f"/api/v1/batches/{first['id']}")
    assert whole["runs"] == [run["id"] for run in first["runs"]]


def test_a_batch_that_only_its_runs_tell_of_is_there(world):
    runs = [world.run(batchId="batch_cx", status=status) for status in ("CANCELED", "EXECUTING")]
    batch = world.said("GET", "/api/v1/batches/batch_cx")
    assert (batch["status"], batch["runCount"], sorted(batch["runs"])) == ("PENDING", 2, sorted(runs))
    (ended,) = world.said("GET", "/api/v1/batches/batch_cx/results")["items"]
    assert (ended["ok"], ended["id"]) == (False, runs[0])


def test_a_delay_of_null_makes_a_run_due_at_once_and_fails_all_the_same(world):
    run, _ = _started(world, delay="1h")
    path = f"/api/v1/runs/{run}/reschedule"
    assert world.said("POST", path, {"delay": None}, 500) == {
        "error": "Something went wrong, please try again."
    }
    assert world.said("GET", f"/api/v3/runs/{run}")["status"] == "QUEUED"
    late = world.said("POST", path, {"delay": "2h"}, 400)
    assert late == {"error": "Cannot reschedule a run that is not delayed"}


def test_what_a_run_that_ended_long_ago_still_takes(world):
    ended = world.service.clock.now() - 2 * HOUR * 1000
    run = world.run(status="COMPLETED", createdAt=ended - 1000, finishedAt=ended, tags=["a"])
    path = f"/api/v1/runs/{run}"
    refused = world.said("PUT", f"{path}/metadata", {"metadata": {"m": 1}}, 422)
    assert refused == {"error": "Cannot update metadata for a completed run"}
    assert world.said("POST", f"{path}/tags", {"tags": "b"}) == {"message": "Successfully set 1 new tags."}
    assert world.said("POST", f"{path}/tags", {"tags": ["a", ""]}) == {"message": "No new tags to add"}
    assert world.said("GET", f"{path}/trace", status=404) == {"error": "Trace not found"}
    assert world.said("GET", f"{path}/events") == {"events": []}


def test_a_row_of_the_old_engine_cannot_be_canceled(world):
    run = world.run(engine="V1")
    assert world.said("POST", f"/api/v2/runs/{run}/cancel", {}, 500) == {"error": "Internal Server Error"}


@pytest.mark.parametrize(
    ("operations", "left"),
    [
        ([{"type": "remove", "key": "n", "value": 1}], {"n": 1, "l": [1, 2, 1]}),  # no list: nothing
        ([{"type": "remove", "key": "l", "value": 1}], {"n": 1, "l": [2]}),
        ([{"type": "append", "key": "n", "value": 2}], {"n": [1, 2], "l": [1, 2, 1]}),
        ([{"type": "append", "key": "new", "value": 2}], {"n": 1, "l": [1, 2, 1], "new": [2]}),
        ([{"type": "delete", "key": "l"}, {"type": "increment", "key": "l", "value": 2}], {"n": 1, "l": 2}),
        ([{"type": "update", "value": {"a": 1}}], {"a": 1}),
    ],
)
def test_operations_change_metadata(world, operations, left):
    run = world.run(metadata={"n": 1, "l": [1, 2, 1]})
    path = f"/api/v1/runs/{run}/metadata"
    assert world.said("PUT", path, {"operations": operations}) == {"metadata": left}
    assert json.loads(world.said("GET", path)["metadata"]) == left


# Waitpoint tokens


def test_a_key_stands_for_a_token_until_its_time_is_over(world):
    body = {"idempotencyKey": "k", "idempotencyKeyTTL": "1m", "tags": "x"}
    first = world.said("POST", TOKENS, body)
    assert world.said("POST", TOKENS, body) == first | {"isCached": True}
    shown = world.said("GET", f"{TOKENS}/{first['id']}")
    assert (shown["idempotencyKey"], shown["tags"]) == ("k", ["x"])
    assert shown["idempotencyKeyExpiresAt"] > shown["createdAt"]
    world.service.clock.advance(2 * MINUTE)
    assert world.said("POST", TOKENS, body)["id"] != first["id"]


@pytest.mark.parametrize(
    ("data", "kind", "output"),
    [
        ({"data": "done"}, "text/plain", "done"), ({"data": ""}, "application/json", None),
        ({}, "application/json", None), ({"data": [1]}, "application/super+json", '{"json":[1]}'),
    ],
)  # fmt: skip
def test_what_a_token_is_completed_with_is_kept_as_text(world, data, kind, output):
    token = world.said("POST", TOKENS, {})["id"]
    for given in (data, {"data": "too late"}):
        assert world.said("POST", f"{TOKENS}/{token}/complete", given) == {"success": True}
    shown = world.said("GET", f"{TOKENS}/{token}")
    assert (shown["status"], shown["outputType"], shown.get("output")) == ("COMPLETED", kind, output)


def test_a_callback_that_is_no_json_counts_as_an_empty_object(world):
    made = world.said("POST", TOKENS, {})
    path = "/api/" + made["url"].partition("/api/")[2]
    assert world.said("POST", f"{path}x", {}, 401) == {"error": "Invalid URL, hash doesn't match"}
    world.said("POST", path, b"{nope")
    assert world.said("GET", f"{TOKENS}/{made['id']}")["output"] == '{"json":{}}'


def test_tokens_are_found_by_what_they_have_and_walked_both_ways(world):
    made = []
    for number in range(4):
        made.append(world.said("POST", TOKENS, {"tags": [f"t{number % 2}"], "timeout": "1h"})["id"])
        world.service.clock.advance(HOUR / 2)

    def listed(query):
        page = world.said("GET", f"{TOKENS}?{query}")
        return [made.index(one["id"]) for one in page["data"]], page["pagination"]

    for query, found in (
        ("", [3, 2, 1, 0]), ("filter[tags]=t1", [3, 1]), ("filter[status]=TIMED_OUT", [2, 1, 0]),
        ("filter[createdAt][period]=80m", [3, 2]), ("filter[createdAt][period]=soon", [3, 2, 1, 0]),
        ("filter[createdAt][to]=2020-01-01", []), ("filter[idempotencyKey]=none", []),
    ):  # fmt: skip
        assert listed(query)[0] == found, query
    first, links = listed("page[size]=3")
    assert (first, "previous" in links) == ([3, 2, 1], False)
    second, back = listed(f"page[size]=3&page[after]={links['next']}")
    assert (second, "next" in back) == ([0], False)
    before, ends = listed(f"page[size]=2&page[before]={back['previous']}")
    assert (before, sorted(ends)) == ([2, 1], ["next", "previous"])
    assert listed(f"page[size]=2&page[before]={made[3]}") == ([], {})


# Queues, schedules, variables


def test_a_queue_is_limited_by_a_share_of_the_environment(world):
    for percent, limit in ((100, 5), (50, 2), (1, 1)):
        path = f"{QUEUES}/emails/concurrency/override"
        shown = world.said("POST", path, {"type": "custom", "percent": percent})
        assert shown["concurrencyLimit"] == limit
    whole = world.said("GET", f"{QUEUES}/emails?type=custom")
    assert (whole["concurrencyLimitOverridePercent"], whole["concurrency"]["base"]) == (1, 5)


@pytest.mark.parametrize(
    ("cron", "said"),
    [
        ("*/5 * * * *", "Every 5 minutes"), ("*/5 9 * * *", "Every 5 minutes, at 9"),
        ("0 9 * JAN MON-FRI", "At 09:00 AM, Monday through Friday, only in January"),
        ("0 0 * * *", "At 12:00 AM"), ("0 * * * *", "Every hour"),
        ("7 * * * *", "At 7 minutes past the hour"),
        ("0 12 1 * *", "At 12:00 PM, on day 1 of the month"),
        ("0 13 L * *", "At 01:00 PM, on the last day of the month"),
        ("0 9 * * 0,6", "At 09:00 AM, Sunday, Saturday"),
        ("0 9 * 6-8 *", "At 09:00 AM, only in June through August"),
        ("1,31 8-9 * * *", "At 1,31 minutes past the hour, at 8-9"),
    ],
)  # fmt: skip
def test_a_schedule_says_its_cron_expression_in_words(world, cron, said):
    made = world.said("POST", SCHEDULES, {"task": "t", "cron": cron, "deduplicationKey": "k"})
    assert made["generator"] == {"type": "CRON", "expression": cron, "description": said}


def test_an_empty_time_zone_is_kept_and_breaks_the_list_until_it_is_gone(world):
    body = {"task": "t", "cron": "0 0 * * *", "deduplicationKey": "k", "timezone": ""}
    world.said("POST", SCHEDULES, body, 500)
    assert world.call("GET", SCHEDULES).body == b"Unexpected Server Error"
    world.said("DELETE", f"{SCHEDULES}/k")
    assert world.said("GET", SCHEDULES)["data"] == []


def test_utc_is_the_first_time_zone_and_may_be_left_out(world):
    names = world.said("GET", "/api/v1/timezones")["timezones"]
    assert names[0] == "UTC"
    assert world.said("GET", "/api/v1/timezones?excludeUtc=true")["timezones"] == names[1:]


def test_a_variable_is_changed_and_removed(world):
    path = "/api/v1/projects/proj_x/envvars/dev"
    world.said("POST", path, {"name": "A", "value": "1", "isSecret": True})
    world.said("PUT", f"{path}/A", {"value": "2"})
    assert world.said("GET", f"{path}/A") == {"name": "A", "value": "<redacted>", "isSecret": True}
    world.said("DELETE", f"{path}/A", {})
    assert world.said("GET", path) == []


# Errors, bulk actions, queries, deployments


def test_errors_are_found_by_task_version_and_age(world):
    now = world.service.clock.now()
    for task, version, hours in (("a", "v1", 0), ("b", "v2", 3), ("c", "v2", 30)):
        error = {"type": "STRING_ERROR", "raw": task}
        created = now - hours * HOUR * 1000
        world.run(status="FAILED", taskIdentifier=task, version=version, createdAt=created, error=error)
    for query, tasks in (
        ("", "ab"), ("filter[taskIdentifier]=a,c", "a"), ("filter[version]=v2", "b"),
        ("filter[period]=2d", "abc"), ("filter[period]=1h", "a"), ("filter[period]=soon", "ab"),
        ("filter[from]=2020-01-01", "abc"),
    ):  # fmt: skip
        found = world.said("GET", f"{ERRORS}?{query}")["data"]
        assert {row["taskIdentifier"] for row in found} == set(tasks), query


def test_a_bulk_action_selects_by_queue(world):
    chosen = world.run(queue="emails"), world.run(queue="task/mails")
    named = {"type": "custom", "name": "emails"}, {"type": "task", "name": "mails"}
    for queue, run in zip(named, chosen, strict=True):
        body = {"action": "cancel", "filter": {"queue": queue}}
        made = world.said("POST", BULK, body, 202)["id"]
        assert world.said("GET", f"{BULK}/{made}")["counts"]["total"] == 1
        assert world.said("GET", f"/api/v3/runs/{run}")["status"] == "CANCELED"


def test_a_query_is_bounded_by_its_dates(world):
    world.run()
    count = {"query": "SELECT count() AS n FROM runs"}
    for bounds, found in (
        ({"to": "2020-01-01"}, 0),
        ({"from": "2020-01-01"}, 1),
        ({"from": "", "to": ""}, 1),
    ):
        assert world.said("POST", "/api/v1/query", count | bounds)["results"] == [{"n": found}], bounds


def test_the_latest_deployment_is_one_that_somebody_else_runs(world):
    given = [
        {
            "id": f"deployment_{number}",
            "version": f"v{number}",
            "type": kind,
            "createdAt": f"2025-01-0{number}",
        }
        for number, kind in enumerate(("UNMANAGED", "UNMANAGED", "MANAGED"), 1)
    ]
    give(world.service.things, {"/api/v1/deployments": given[2:]}, 0)
    assert world.said("GET", "/api/v1/deployments/latest", status=404) == {"error": "Deployment not found"}
    give(world.service.things, {"/api/v1/deployments": given}, 0)
    assert world.said("GET", "/api/v1/deployments/latest")["version"] == "v2"
