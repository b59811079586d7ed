"""What the `real` profile refuses, and in which words, as it was recorded."""

from __future__ import annotations

import json

import pytest
from tests.mock.living import SESSION, World

from trigger_contract.mock.platform.signing import token

TRIGGER, BATCH, OF_TASK = "/api/v1/tasks/t/trigger", "/api/v1/tasks/batch", "/api/v1/tasks/t/batch"
TOKENS, QUEUES, ERRORS = "/api/v1/waitpoints/tokens", "/api/v1/queues", "/api/v1/errors"
VARIABLES, SCHEDULES = "/api/v1/projects/proj_x/envvars/dev", "/api/v1/schedules"
SESSIONS, BULK, DEPLOYED = "/api/v1/sessions", "/api/v1/bulk-actions", "/api/v1/deployments"
QUERY, RUN = "/api/v1/query", "/api/v1/runs/run_nobody"
FORBIDDEN = {
    "error": "Unauthorized", "code": "unauthorized", "param": "access_token", "type": "authorization",
}  # fmt: skip
ELEVEN = [f"t{number}" for number in range(11)]
TOO_MANY = "Runs can only have 10 tags, you're trying to set 11."


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "said"),
    [
        # Runs that are started
        ("POST", TRIGGER, {"options": {"tags": ELEVEN}}, 422, TOO_MANY),
        ("POST", TRIGGER, {"payload": "x" * 600_000}, 500, "Failed to upload large payload to object store"),
        ("POST", TRIGGER, {"options": {"lockToVersion": "nope"}}, 500, "Something went wrong"),
        ("POST", BATCH, {"items": []}, 403, "Unauthorized"),
        ("POST", BATCH, {}, 400, 'Validation error: Required at "items"'),
        ("POST", BATCH, {"items": [{"task": "t"}] * 501}, 400,
         "Too many items. Maximum allowed batch size is 500."),
        ("POST", BATCH, {"items": [{"task": "t", "options": {"tags": ELEVEN}}]}, 422, TOO_MANY),
        ("POST", OF_TASK, {"items": []}, 400, "No items to trigger"),
        ("POST", OF_TASK, {"items": {}}, 400,
         'Validation error: Expected array, received object at "items"'),
        ("POST", OF_TASK, {"items": [{}] * 101}, 400, "Too many items. Maximum allowed batch size is 100."),
        ("POST", OF_TASK, {"items": [{"options": {"tags": ELEVEN}}]}, 400, TOO_MANY),
        # Runs that are there
        ("POST", f"{RUN}/reschedule", {}, 400, "Invalid request body"),
        ("POST", f"{RUN}/reschedule", {"delay": []}, 400, "Invalid request body"),
        ("POST", f"{RUN}/reschedule", {"delay": "2020-01-01"}, 400, "Invalid delay: 2020-01-01"),
        ("POST", f"{RUN}/reschedule", {"delay": "5h"}, 404, "Run not found"),
        ("POST", f"{RUN}/tags", {"tags": 5}, 400, "Invalid request body"),
        ("POST", f"{RUN}/tags", b"{nope", 500, "Something went wrong, please try again."),
        ("POST", f"{RUN}/tags", {"tags": ["zz"]}, 404, "Run not found"),
        ("PUT", f"{RUN}/metadata", {"metadata": None}, 400,
         'Validation error: Expected object, received null at "metadata"'),
        ("PUT", f"{RUN}/metadata", {"metadata": {"big": "x" * 300_000}}, 413,
         "Metadata exceeds maximum size of 262144 bytes"),
        ("PUT", f"{RUN}/metadata", {"metadata": {}}, 404, "Task Run not found"),
        ("GET", f"{RUN}/metadata", None, 404, "Run not found"),
        ("GET", f"{RUN}/events", None, 404, "Not found"),
        ("GET", f"{RUN}/trace", None, 404, "Not found"),
        ("GET", "/api/v1/batches/nope/results", None, 404, "Batch not found"),
        # Waitpoint tokens
        ("POST", TOKENS, [], 400, "Validation error: Expected object, received array"),
        ("POST", TOKENS, {"tags": ELEVEN}, 422, "Waitpoints can only have 10 tags, you're trying to set 11."),
        ("POST", TOKENS, {"pad": "y" * 12_000}, 413, "Request body too large"),
        ("POST", f"{TOKENS}/waitpoint_nope/complete", b"null", 400, "Invalid JSON"),
        ("POST", f"{TOKENS}/waitpoint_nope/complete", {}, 404, "Waitpoint not found"),
        ("POST", f"{TOKENS}/waitpoint_nope/callback/abc", {}, 404, "Waitpoint not found"),
        # Queues
        ("GET", f"{QUEUES}/%25", None, 500, "Internal Server Error"),
        ("POST", f"{QUEUES}/queue_nope/pause", {"action": "pause"}, 404, "queue-not-found"),
        ("POST", f"{QUEUES}/queue_emails/pause", {"action": "PAUSE"}, 400,
         "Validation error: Invalid enum value. Expected 'pause' | 'resume', received 'PAUSE' at \"action\""),
        ("POST", f"{QUEUES}/queue_nope/concurrency/override", {"concurrencyLimit": 1}, 404,
         "Queue not found"),
        *(
            ("POST", f"{QUEUES}/queue_emails/concurrency/override", body, 400, f"Validation error: {said}")
            for body, said in (
                ({}, "Provide exactly one of `concurrencyLimit` or `percent`"),
                ({"percent": 50, "concurrencyLimit": 2},
                 "Provide exactly one of `concurrencyLimit` or `percent`"),
                ({"concurrencyLimit": -1},
                 'Number must be greater than or equal to 0 at "concurrencyLimit"'),
                ({"concurrencyLimit": 1.5}, 'Expected integer, received float at "concurrencyLimit"'),
                ({"concurrencyLimit": 100_001},
                 'Number must be less than or equal to 100000 at "concurrencyLimit"'),
                ({"percent": 0}, 'Number must be greater than 0 at "percent"'),
                ({"percent": 101}, 'Number must be less than or equal to 100 at "percent"'),
                ({"concurrencyLimit": None},
                 'Expected number, received null at "concurrencyLimit"'),
            )
        ),
        ("POST", f"{QUEUES}/queue_emails/concurrency/reset", b"a=1", 400, "Invalid JSON"),
        ("POST", f"{QUEUES}/queue_nope/concurrency/reset", {}, 404, "Queue not found"),
        # Variables
        ("POST", VARIABLES, {"name": "TRIGGER_API_URL", "value": "x"}, 400,
         "You must set at least one valid variable. All the variables submitted are not allowed."),
        ("POST", VARIABLES, {"name": "N", "value": 5}, 400, "Invalid request body"),
        ("PUT", f"{VARIABLES}/A", {}, 400, "Invalid request body"),
        ("PUT", f"{VARIABLES}/A", {"value": "x"}, 404, "Environment variable not found"),
        ("PUT", f"{VARIABLES}/A", b"{nope", 500, "Something went wrong, please try again."),
        ("PUT", f"{VARIABLES}/A", b"", 500, "Internal Server Error"),
        ("DELETE", f"{VARIABLES}/A", {}, 404, "Environment variable not found"),
        # What else there is
        ("POST", f"{BULK}/nope/abort", {}, 404, "Resource not found"),
        ("GET", f"{BULK}/nope", None, 404, "Not found"),
        ("GET", f"{DEPLOYED}/deployment_nope", None, 404, "Deployment not found"),
        ("POST", f"{ERRORS}/error_nope/ignore", {}, 404, "Resource not found"),
        ("POST", QUERY, {"query": 5}, 400,
         'Validation error: Expected string, received number at "query"'),
        ("POST", QUERY, {"query": "SELECT run_id FROM runs", "from": "nope"}, 400,
         "Cannot read DateTime: nope"),
    ],
)  # fmt: skip
def test_a_request_is_refused_in_the_words_of_the_service(world, method, path, body, status, said):
    assert world.said(method, path, body, status)["error"] == said


@pytest.mark.parametrize(
    ("path", "code", "said"),
    [
        (f"{QUEUES}?page=0", "too_small", "Number must be greater than 0"),
        (f"{QUEUES}?page=1.5", "invalid_type", "Expected integer, received float"),
        (f"{QUEUES}/queue_emails?type=nope", "invalid_enum_value",
         "Invalid enum value. Expected 'task' | 'custom' | 'id', received 'nope'"),
        (f"{TOKENS}?page[size]=101", "too_big", "Number must be less than or equal to 100"),
        (f"{TOKENS}?filter[status]=waiting", "custom", "Invalid status values: waiting"),
        (f"{TOKENS}?filter[createdAt][from]=nope", "invalid_date", "Invalid date"),
        (f"{ERRORS}?page[size]=abc", "invalid_type", "Expected number, received nan"),
        (f"{ERRORS}?filter[from]=nope", "invalid_date", "Invalid date"),
        (f"{ERRORS}?filter[status]=RESOLVED", "custom",
         "Invalid status values: RESOLVED. Allowed: unresolved, resolved, ignored."),
        (f"{SESSIONS}?page[size]=0", "too_small", "Number must be greater than or equal to 1"),
        (f"{SESSIONS}?filter[status]=ACTIVE,CLOSED", "invalid_union", "Invalid input"),
        (f"{SESSIONS}?filter[createdAt][from]=2026-01-01", "invalid_type", "Expected number, received nan"),
        (f"{SESSIONS}?page[after]=a&page[before]=b", "custom",
         "Cannot use both page[after] and page[before]"),
        (f"{BULK}?page[size]=101", "too_big", "Number must be less than or equal to 100"),
        (f"{DEPLOYED}?page[size]=101", "too_big", "Limit must be less than or equal to 100"),
        (f"{DEPLOYED}?page[size]=abc", "invalid_type", "Expected number, received nan"),
    ],
)  # fmt: skip
def test_a_query_is_refused_in_the_words_of_the_service(world, path, code, said):
    refused = world.said("GET", path, status=400)
    assert refused["error"] == "Query Error"
    assert (refused["details"][0]["code"], refused["details"][0]["message"]) == (code, said)


def test_a_list_written_by_hand_calls_the_same_faults_issues(world):
    refused = world.said("GET", f"{SCHEDULES}?perPage=abc", status=400)
    assert (refused["error"], refused["issues"][0]["path"]) == ("Invalid request parameters", ["perPage"])


@pytest.mark.parametrize("path", [VARIABLES, f"{VARIABLES}/import", f"{RUN}/reschedule", SCHEDULES])
def test_older_routes_fail_at_a_body_that_is_no_json(world, path):
    answer = world.call("POST", path, b"{nope")
    assert (answer.status, answer.body) == (500, b"Unexpected Server Error")


@pytest.mark.parametrize(
    ("method", "path", "body", "scopes", "status"),
    [
        ("POST", TRIGGER, {"payload": 1}, [], 403),
        ("POST", TRIGGER, {"payload": 1}, ["trigger:tasks:t"], 200),
        ("POST", BATCH, {}, [], 403),
        ("POST", BATCH, {}, ["batchTrigger:tasks"], 400),  # scopes stand before the body
        ("POST", BATCH, {"items": [{"task": "t"}]}, ["trigger:tasks"], 403),
        ("POST", f"{TOKENS}/waitpoint_nope/complete", {}, ["read:waitpoints"], 403),
        ("POST", f"{TOKENS}/waitpoint_nope/complete", {}, ["write:waitpoints"], 404),
        ("GET", f"{QUEUES}/queue_emails", None, [], 403),
        ("GET", f"{QUEUES}/queue_emails", None, ["read:queues"], 200),
        ("GET", DEPLOYED, None, ["write:all"], 403),
        ("GET", DEPLOYED, None, ["read:deployments"], 200),
        ("POST", f"{ERRORS}/error_nope/resolve", {}, ["read:errors"], 403),
        ("POST", f"{ERRORS}/error_nope/resolve", {}, ["write:errors"], 404),
        ("PATCH", f"{SESSIONS}/x", [], [], 403),
        ("PATCH", f"{SESSIONS}/x", [], ["admin"], 400),
        ("POST", QUERY, {}, [], 403),
        ("POST", QUERY, {}, ["read:query"], 400),
        ("GET", "/api/v1/runs", None, ["write:runs"], 403),
        ("GET", "/api/v1/runs?page[size]=x", None, [], 400),  # the query stands before the scopes
    ],
)
def test_what_a_token_of_some_scopes_may_do(world, method, path, body, scopes, status):
    answer = world.call(method, path, body, scopes=scopes)
    assert answer.status == status, answer.body
    if status == 403:
        assert json.loads(answer.body) == FORBIDDEN


def test_what_is_there_is_hidden_from_a_token_of_other_scopes(world):
    run = world.run(status="FAILED", batchId="batch_cx", error={"type": "STRING_ERROR", "raw": "no"})
    (group,) = world.said("GET", ERRORS)["data"]
    for path in (
        f"/api/v1/runs/{run}/events", "/api/v1/batches/batch_cx", f"{ERRORS}/{group['id']}",
    ):  # fmt: skip
        assert json.loads(world.call("GET", path, scopes=["read:queues"]).body) == FORBIDDEN, path
        assert world.status("GET", path, scopes=["read:all"]) == 200, path


def test_a_token_for_one_trigger_starts_one_run(world):
    claims = {"sub": world.service.store.environment["id"], "pub": True, "scopes": ["write:tasks:t"]}
    signed = token(claims | {"otu": True}, "tr_dev_mock", world.service.clock.now() // 1000)
    headers = {"authorization": f"Bearer {signed}", "content-length": "2"}
    first, second = (
        world.asker.answer(TRIGGER, method="POST", body=b"{}", headers=headers) for _ in range(2)
    )
    assert first.status == 200
    assert second.status == 422
    assert json.loads(second.body) == {"error": "Failed to trigger t after 2 attempts."}


def test_the_old_engine_is_no_longer_served(world):
    headers = {"x-trigger-engine-version": "V1", "content-length": "2"}
    refused = world.asker.answer(TRIGGER, method="POST", body=b"{}", headers=headers)
    assert refused.status == 422
    assert json.loads(refused.body)["error"].startswith("Trigger.dev v3 is no longer supported.")
    old = world.run(status="DELAYED", engine="V1")
    said = world.said("POST", f"/api/v1/runs/{old}/reschedule", {"delay": "5h"}, 400)["error"]
    assert said.startswith("Trigger.dev v3 is no longer supported.")


@pytest.mark.parametrize(
    ("method", "path", "status", "said"),
    [
        ("POST", TRIGGER, 413, "Request body too large"),
        ("PUT", f"{RUN}/metadata", 413, "Request body too large"),
        ("POST", f"{TOKENS}/x/callback/y", 411, "Content-Length header is required"),
    ],
)
def test_a_body_of_no_length_is_refused_unread(world, method, path, status, said):
    answer = world.asker.answer(path, method=method)
    assert (answer.status, json.loads(answer.body)) == (status, {"error": said})


def test_another_project_is_not_that_of_the_key(make, whole_document):
    world = World(make("real", runs=0, document=whole_document))
    world.service.store.environment = {**world.service.store.environment, "project": "proj_x"}
    other = VARIABLES.replace("proj_x", "proj_other")
    wrong = (
        "Invalid project ref for this API key. "
        "Make sure you are using an API key associated with that project."
    )
    person = {"authorization": "Bearer tr_pat_mock", "content-length": "2"}
    for method, path in (
        ("GET", ""), ("POST", ""), ("POST", "/import"), ("GET", "/A"), ("PUT", "/A"), ("DELETE", "/A"),
    ):  # fmt: skip
        assert world.said(method, other + path, {}, 400) == {"error": wrong}
        for project, slug, said in (
            ("proj_other", "dev", "Project not found"), ("proj_x", "nope", "Environment not found"),
        ):  # fmt: skip
            where = f"/api/v1/projects/{project}/envvars/{slug}{path}"
            answer = world.asker.answer(where, method=method, body=b"{}", headers=person)
            assert (answer.status, json.loads(answer.body)) == (404, {"error": said})
    listed = "/api/v1/projects/proj_other/runs"
    assert world.asker.answer(listed, "filter[env]=dev", headers=person).status == 404
    assert world.asker.answer(listed, "page[size]=x", headers=person).status == 400
    assert world.asker.answer(listed.replace("other", "x"), "filter[env]=dev", headers=person).status == 200


def test_a_session_whose_run_cannot_be_started_is_refused(world):
    config = SESSION["triggerConfig"]
    locked = SESSION | {"triggerConfig": config | {"lockToVersion": "nope"}}
    assert world.said("POST", SESSIONS, locked, 500) == {"error": "Something went wrong"}
    queued = SESSION | {"triggerConfig": config | {"queue": "chats"}}
    started = world.said("POST", SESSIONS, queued, 201)["runId"]
    assert world.service.store.get(started).queue == "chats"
