"""Sessions, bulk actions and groups of errors as the `real` profile lives them."""

from __future__ import annotations

import base64
import json

import pytest
from tests.mock.living import SESSION

BOOM = {"type": "BUILT_IN_ERROR", "name": "TypeError", "message": "boom", "stackTrace": "TypeError: boom"}


# Sessions


def test_a_session_starts_a_run_and_is_found_by_both_of_its_names(world):
    made = world.said("POST", "/api/v1/sessions", {**SESSION, "externalId": " chat/1 "}, 201)
    assert (made["externalId"], made["isCached"], made["runId"]) == ("chat/1", False, made["currentRunId"])
    assert world.said("GET", f"/api/v3/runs/{made['runId']}")["taskIdentifier"] == "my-chat"
    for name in (made["id"], "chat%2F1"):
        assert world.said("GET", f"/api/v1/sessions/{name}")["id"] == made["id"]
    again = world.said("POST", "/api/v1/sessions", {**SESSION, "type": "other", "externalId": "chat/1"})
    assert (again["id"], again["type"], again["isCached"]) == (made["id"], "chat", True)
    (listed,) = world.said("GET", "/api/v1/sessions")["data"]
    assert listed["id"] == made["id"]
    assert "triggerConfig" not in listed


def test_a_session_that_is_over_keeps_its_name(world):
    one = world.said("POST", "/api/v1/sessions", {**SESSION, "externalId": "x"}, 201)
    closed = world.said("POST", "/api/v1/sessions/x/close", {"reason": "first"})
    assert world.said("POST", "/api/v1/sessions/x/close", {"reason": "second"}) == closed
    assert (closed["id"], closed["closedReason"]) == (one["id"], "first")
    past = {**SESSION, "externalId": "y", "expiresAt": "2020-01-01T00:00:00Z"}
    for body, word in (({**SESSION, "externalId": "x"}, "closed"), (past, "expired"), (past, "expired")):
        assert f"Session is {word};" in world.said("POST", "/api/v1/sessions", body, 409)["error"]
    assert world.said("GET", "/api/v1/sessions/y")["currentRunId"] is None
    by_status = {
        status: [
            one["externalId"]
            for one in world.said("GET", f"/api/v1/sessions?filter[status]={status}")["data"]
        ]
        for status in ("ACTIVE", "CLOSED", "EXPIRED")
    }
    assert by_status == {"ACTIVE": [], "CLOSED": ["x"], "EXPIRED": ["y"]}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"type": ""}, 'String must contain at least 1 character(s) at "type"'),
        ({"type": "x" * 65}, 'String must contain at most 64 character(s) at "type"'),
        ({"externalId": " "}, 'String must contain at least 1 character(s) at "externalId"'),
        ({"externalId": "session_1"}, "externalId cannot start with 'session_'"),
        ({"tags": ["x"] * 11}, 'Array must contain at most 10 element(s) at "tags"'),
        ({"tags": [1]}, 'Expected string, received number at "tags[0]"'),
        ({"expiresAt": "soon"}, 'Invalid date at "expiresAt"'),
        ({"triggerConfig": {}}, 'Required at "triggerConfig.basePayload"'),
        (
            {"triggerConfig": {"basePayload": {}, "maxAttempts": 11}},
            'Number must be less than or equal to 10 at "triggerConfig.maxAttempts"',
        ),
        (
            {"triggerConfig": {"basePayload": {}, "maxDuration": 1.5}},
            'Expected integer, received float at "triggerConfig.maxDuration"',
        ),
    ],
)
def test_a_session_is_judged_in_the_words_of_the_service(world, change, said):
    assert said in world.said("POST", "/api/v1/sessions", SESSION | change, 400)["error"]
    assert world.said("GET", "/api/v1/sessions") == {"data": [], "pagination": {}}


def test_what_a_token_may_do_with_sessions(world):
    world.said("POST", "/api/v1/sessions", {**SESSION, "externalId": "x"}, 201)
    one = f"read:sessions:{world.said('GET', '/api/v1/sessions/x')['id']}"
    listing, of_task = "/api/v1/sessions", "/api/v1/sessions?filter[taskIdentifier]=my-chat"
    for scopes, path, status in (
        (["read:sessions"], listing, 200), ([one], listing, 403), ([one], "/api/v1/sessions/x", 200),
        (["read:tasks:my-chat"], listing, 403), (["read:tasks:my-chat"], of_task, 200),
        (["read:tasks:my-chat"], "/api/v1/sessions/x", 403), ([], "/api/v1/sessions/nobody", 404),
    ):  # fmt: skip
        assert world.status("GET", path, scopes=scopes) == status, (scopes, path)
    for scopes, status in ((["write:sessions"], 200), (["write:tasks:my-chat"], 200), (["read:all"], 403)):
        body = {**SESSION, "externalId": "x"}
        assert world.status("POST", "/api/v1/sessions", body, scopes=scopes) == status
    for scopes, status in ((["write:all"], 403), (["admin"], 200)):
        assert world.status("PATCH", "/api/v1/sessions/x", {"tags": ["a"]}, scopes=scopes) == status
        assert world.status("POST", "/api/v1/sessions/x/close", {}, scopes=scopes) == status
    fixed = world.said("PATCH", "/api/v1/sessions/x", {"externalId": "y"}, 422)["error"]
    assert "cannot be changed" in fixed


# Bulk actions


def test_a_bulk_action_takes_its_time_and_marks_its_runs(world):
    chosen = [world.run(tags=["mine"]), world.run(tags=["mine"])]
    other = world.run(tags=["other"])
    body = {"action": "cancel", "filter": {"tag": "mine", "status": ["EXECUTING"]}, "name": "mine"}
    made = world.said("POST", "/api/v1/bulk-actions", body, 202)["id"]
    path = f"/api/v1/bulk-actions/{made}"
    assert world.said("GET", path)["status"] == "PENDING"
    world.service.clock.advance(2)
    done = world.said("GET", path)
    assert (done["status"], done["name"], done["type"]) == ("COMPLETED", "mine", "CANCEL")
    assert done["counts"] == {"total": 2, "success": 2, "failure": 0}
    states = [world.said("GET", f"/api/v3/runs/{name}")["status"] for name in (*chosen, other)]
    assert states == ["CANCELED", "CANCELED", "EXECUTING"]
    found = world.said("GET", f"/api/v1/runs?filter[bulkAction]={made}")["data"]
    assert {run["id"] for run in found} == set(chosen)
    assert "already completed" in world.said("POST", f"{path}/abort", {}, 409)["error"]


def test_replays_by_the_dozen_make_new_runs_three_actions_at_a_time(world):
    old = world.run(status="FAILED", tags=["old"])
    body = {"action": "replay", "runIds": [old, old, "run_nobody"]}
    made = [world.said("POST", "/api/v1/bulk-actions", body, 202)["id"] for _ in range(3)]
    assert len(world.said("GET", "/api/v1/runs?filter[tag]=old")["data"]) == 4
    busy = world.call("POST", "/api/v1/bulk-actions", body)
    assert (busy.status, dict(busy.headers)[b"x-should-retry"]) == (429, b"false")
    assert world.said("POST", f"/api/v1/bulk-actions/{made[0]}/abort", {}) == {"id": made[0]}
    assert world.status("POST", "/api/v1/bulk-actions", body) == 202
    world.service.clock.advance(2)
    assert world.said("GET", f"/api/v1/bulk-actions/{made[0]}")["status"] == "ABORTED"


def test_bulk_actions_are_listed_and_walked_those_too_that_only_runs_know(world):
    world.run(bulkActions=["bulk_cthere0000000000000000"])
    world.service.clock.advance(1)
    cancel = {"action": "cancel", "runIds": ["run_nobody"]}
    made = [world.said("POST", "/api/v1/bulk-actions", cancel, 202)["id"] for _ in range(3)]
    found, query = [], "page[size]=2"
    while query:
        page = world.said("GET", f"/api/v1/bulk-actions?{query}")
        found += [one["id"] for one in page["data"]]
        after = page["pagination"].get("next")
        query = f"page[size]=2&page[after]={after}" if after else ""
    assert found == [*made[::-1], "bulk_cthere0000000000000000"]
    back = world.said(
        "GET", f"/api/v1/bulk-actions?page[size]=2&page[before]={page['pagination']['previous']}"
    )
    assert [one["id"] for one in back["data"]] == found[:2]
    for wrong in ("nope", "bulk_nope"):
        assert world.status("GET", f"/api/v1/bulk-actions?page[after]={wrong}") == 500


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"runIds": ["run_x"]}, "Invalid discriminator value. Expected 'cancel' | 'replay' at \"action\""),
        ({"action": "cancel"}, "Exactly one of filter or runIds must be provided"),
        ({"action": "cancel", "runIds": []}, "Array must contain at least 1 element(s)"),
        ({"action": "cancel", "filter": {"colour": 1}}, "At least one filter must be provided"),
        ({"action": "cancel", "filter": {"status": "FROZEN"}}, "filter.status"),
        ({"action": "cancel", "runIds": ["x"], "targetRegion": "eu"}, "Expected never, received string"),
        ({"action": "cancel", "runIds": ["x"] * 501}, "Too many runIds (501). Maximum is 500."),
        (b"null", "Invalid JSON"),
        (b"", "Request body is empty"),
    ],
)
def test_a_bulk_action_is_judged_in_the_words_of_the_service(world, body, said):
    assert said in world.said("POST", "/api/v1/bulk-actions", body, 400)["error"]


# Groups of errors


def test_failed_runs_are_grouped_by_task_and_error(world):
    for task in ("a", "a", "b"):
        world.run(status="FAILED", taskIdentifier=task, error=BOOM, version="20260101.1")
    world.run(status="FAILED", taskIdentifier="a", error={"type": "STRING_ERROR", "raw": "no"})
    world.run(status="CANCELED", taskIdentifier="a", error=BOOM)
    rows = world.said("GET", "/api/v1/errors")["data"]
    assert [(row["taskIdentifier"], row["count"]) for row in rows if row["errorMessage"] == "boom"] == [
        ("a", 2), ("b", 1),
    ]  # fmt: skip
    assert len({row["id"] for row in rows}) == 2
    group = world.said("GET", f"/api/v1/errors/{rows[0]['id']}")
    assert (group["taskIdentifier"], group["count"], group["affectedVersions"]) == ("a", 2, ["20260101.1"])
    assert (group["errorType"], group["status"]) == ("BUILT_IN_ERROR", "unresolved")
    assert group["id"] == f"error_{group['fingerprint']}"


def test_decisions_about_an_error_replace_each_other(world):
    world.run(status="FAILED", error=BOOM)
    (row,) = world.said("GET", "/api/v1/errors")["data"]
    path = f"/api/v1/errors/{row['id']}"
    assert world.said("POST", f"{path}/resolve", {"resolvedInVersion": "v9"})["resolvedInVersion"] == "v9"
    ignored = world.said("POST", f"{path}/ignore", {"duration": 60_000, "reason": "noise"})
    assert (ignored["status"], ignored["resolvedAt"], ignored["ignoredReason"]) == ("ignored", None, "noise")
    assert [len(world.said("GET", f"/api/v1/errors?filter[status]={status}")["data"])
            for status in ("unresolved", "resolved", "ignored")] == [0, 0, 1]  # fmt: skip
    world.service.clock.advance(61)
    assert world.said("GET", path)["status"] == "unresolved"  # its time is over
    for body, said in ((b"", "Request body is empty"), ({"duration": 0}, "Number must be greater than 0")):
        assert said in world.said("POST", f"{path}/ignore", body, 400)["error"]
    assert world.said("POST", f"/api/v1/errors/{row['fingerprint']}/unresolve", b"{nope")["id"] == row["id"]
    assert world.status("GET", "/api/v1/errors/error_%00") == 404


def test_errors_are_walked_in_the_order_of_their_count(world):
    for number in range(5):
        for _ in range(number + 1):
            world.run(status="FAILED", error={"type": "STRING_ERROR", "raw": f"e{number}"})
    whole = [row["errorMessage"] for row in world.said("GET", "/api/v1/errors")["data"]]
    assert whole == ["e4", "e3", "e2", "e1", "e0"]
    first = world.said("GET", "/api/v1/errors?page[size]=2")
    second = world.said("GET", f"/api/v1/errors?page[size]=2&page[after]={first['pagination']['next']}")
    assert [row["errorMessage"] for row in second["data"]] == ["e2", "e1"]
    back = world.said("GET", f"/api/v1/errors?page[size]=2&page[before]={second['pagination']['previous']}")
    assert back["data"] == first["data"]
    assert "previous" not in back["pagination"]
    cursor = json.loads(base64.urlsafe_b64decode(first["pagination"]["next"] + "=="))
    assert cursor["occurrenceCount"] == 4
    assert world.said("GET", "/api/v1/errors?page[after]=nope")["data"][0]["errorMessage"] == "e4"
    assert world.said("GET", "/api/v1/errors?filter[to]=2020-01-01")["data"] == []
    assert world.said("GET", "/api/v1/errors?filter[search]=E3")["data"][0]["count"] == 4
