"""What the real server does beside the pages, each departure as it was recorded."""

from __future__ import annotations

import base64
import copy
import json
from datetime import UTC, datetime, timedelta

import pytest
from calling import call, retrieved, trigger

from trigger_contract.mock.editing import Editor
from trigger_contract.mock.platform.gate import AUDIENCE, ISSUER
from trigger_contract.replay.recording import Token
from trigger_contract.replay.roles import sign

PERSONAL = {"authorization": "Bearer tr_pat_mock"}


@pytest.fixture
def service(make, whole_document):
    return make("real", runs=20, document=whole_document)


def test_d23_a_key_needs_no_scheme_and_the_scheme_one_spelling(service):
    for header, status in (
        ("Bearer tr_dev_mock", 200), ("tr_dev_mock", 200), ("Bearer   tr_dev_mock ", 200),
        ("bearer tr_dev_mock", 401), ("Token tr_dev_mock", 401), ("Bearer", 401),
        ("Bearer\ttr_dev_mock", 401),
    ):  # fmt: skip
        assert service.answer("/api/v1/runs", headers={"authorization": header}).status == status, header
    refused = service.answer("/api/v1/runs", headers={"x-trigger-branch": "mine"})
    assert json.loads(refused.body) == {"error": "No matching branch env"}


def test_d24_an_id_is_judged_before_scopes_where_it_is_read_and_after_where_it_is_acted_on(service):
    claims = {"pub": True, "sub": "cl1234", "iss": ISSUER, "aud": AUDIENCE}

    def status(method, path, **more):
        signed = sign(Token("HS256", {**claims, **more}, {}, ""), "tr_dev_mock", 0)
        headers = {"authorization": f"Bearer {signed}", "content-length": "2"}
        return service.answer(path, method=method, headers=headers, body=b"{}").status

    run_id = trigger(service)
    assert status("GET", "/api/v3/runs/run_x", scopes=[]) == 404
    assert status("GET", f"/api/v3/runs/{run_id}", scopes=[]) == 403
    assert status("POST", "/api/v2/runs/run_x/cancel", scopes=[]) == 403
    assert status("POST", "/api/v2/runs/run_x/cancel", scopes=["write:all"]) == 404
    for scope in ("read:runs", "read:all", "admin", "*:all", f"read:runs:{run_id}"):
        assert status("GET", f"/api/v3/runs/{run_id}", scopes=[scope]) == 200, scope
    for scope in ("read", "read:*", "admin:all", "READ:RUNS", "write:runs", "read:runs:run_x"):
        assert status("GET", f"/api/v3/runs/{run_id}", scopes=[scope]) == 403, scope
    for wrong in ({"iss": "x"}, {"aud": "x"}, {"exp": 1}, {"nbf": 9e12}, {"pub": False}, {"sub": ""}):
        assert status("GET", f"/api/v3/runs/{run_id}", scopes=["admin"], **wrong) == 401, wrong
    assert status("GET", f"/api/v1/runs/{run_id}/result", scopes=["admin"]) == 401


def test_d25_other_methods_get_the_frameworks_answers(service):
    unexpected = {"message": "Unexpected Server Error"}
    assert call(service, "POST", "/api/v1/runs", status=405) == unexpected
    assert call(service, "GET", "/api/v2/runs/run_x/cancel", status=400) == unexpected
    assert call(service, "PUT", "/api/v1/schedules", {}, status=200) == {
        "status": 405,
        "body": "Method Not Allowed",
    }
    assert service.answer("/api/v1/runs", method="FOO").status == 400
    assert service.answer("/api/v1/runs", method="TRACE").status == 500
    replay = service.answer("/api/v1/runs/run_x/replay", method="PUT")
    assert (replay.status, dict(replay.headers)[b"allow"]) == (405, b"POST")
    service.token = None
    preflight = service.answer("/api/v1/runs", method="OPTIONS", headers={"origin": "https://app.example"})
    assert (preflight.status, json.loads(preflight.body)) == (200, {})
    assert dict(preflight.headers)[b"access-control-allow-origin"] == b"https://app.example"
    assert service.answer("/api/v1/queues", method="OPTIONS").status == 401


def test_operations_without_a_life_of_their_own_have_the_services_doors(service):
    assert service.answer("/api/v1/bulk-actions").status == 200
    assert call(service, "DELETE", "/api/v1/errors", status=405) == {"message": "Unexpected Server Error"}
    assert call(service, "PUT", "/api/v1/deployments", {}) == {"status": 405, "body": "Method Not Allowed"}
    claims = {"pub": True, "sub": "x", "iss": ISSUER, "aud": AUDIENCE, "scopes": []}
    signed = sign(Token("HS256", claims, {}, ""), "tr_dev_mock", 0)
    service.token = signed
    service.get("/api/v1/errors", status=403)
    service.get("/api/v1/bulk-actions", status=401)


def test_d26_paths_are_read_as_the_services_servers_do(service):
    for path in ("/API/V1/RUNS", "/api/v1/./runs", "/api/v1/x/../runs", "/api/v1/ru%6es"):
        assert service.answer(path).status == 200, path
    moved = service.answer("/api/v1/runs/", "page[size]=1")
    assert (moved.status, dict(moved.headers)[b"location"]) == (301, b"/api/v1/runs?page[size]=1")
    for path, status in (
        ("/api/v1/nothing", 404), ("//api/v1/runs", 404),
        ("/api/v3/runs/%zz", 400), ("/api/v3/runs/run_%FF", 400),
    ):  # fmt: skip
        answer = service.answer(path)
        assert (answer.status, b"html" in dict(answer.headers)[b"content-type"]) == (status, True), path


def test_d27_a_key_has_one_budget_with_and_without_its_scheme(make, document):
    asker = make("real", runs=0, rate_limit=2)
    answers = [
        asker.respond("/api/v1/runs", headers={"authorization": header})
        for header in ("Bearer tr_dev_mock", "tr_dev_mock", "Bearer tr_dev_mock")
    ]
    assert [answer.status for answer in answers] == [200, 200, 429]
    headers, problem = dict(answers[2].headers), json.loads(answers[2].body)
    assert headers[b"content-type"].startswith(b"application/problem+json")
    assert b"retry-after" not in headers
    assert (problem["limit"], problem["remaining"]) == (2, -1)
    assert [dict(answer.headers)[b"x-ratelimit-remaining"] for answer in answers] == [b"1", b"0", b"0"]
    asker.service.clock.advance(60)
    assert asker.respond("/api/v1/runs").status == 200


def test_d28_what_the_service_cannot_cope_with_is_500(service):
    for query in ({"filter[bulkAction]": "a,b"}, {"filter[createdAt][period]": "9999999999d"}):
        service.get("/api/v1/runs", query, status=500)
    service.get("/api/v3/runs/run_%00", status=500)


def test_d16_to_d22_the_list_is_read_and_shown_as_recorded(service):
    moment = datetime.fromtimestamp(service.service.clock.now() / 1000, UTC) - timedelta(days=2)
    own = service.service
    editor = Editor(own.document, own.store, own.clock, own.progress)
    stored = {"createdAt": moment.isoformat(), "engine": "V2", "tags": ["mark"], "batchId": "batch_cx"}
    keys = {"idempotencyKeyStored": "hash", "idempotencyKeyUser": "mine"}
    taken = {"status": "DEQUEUED", "bulkActions": ["bulk_cy"], "attemptRecords": 0}
    waiting = editor.create(stored | keys | taken)
    free = editor.create({**stored, "tags": ["free"], "status": "DEQUEUED"})
    ended = editor.create(stored | {"status": "EXPIRED", "finishedAt": moment.isoformat()})

    def listed(**query):
        wanted = {"filter[tag]": "mark", "filter[createdAt][period]": "9d", **query}
        return service.get("/api/v1/runs", wanted)["data"]

    by_id = {run["id"]: run for run in listed()}
    assert by_id[waiting.id]["idempotencyKey"] == "hash"
    assert "startedAt" in by_id[waiting.id]
    assert "finishedAt" in by_id[ended.id]
    assert [(run["id"], "startedAt" in run) for run in listed(**{"filter[tag]": "free"})] == [
        (free.id, False)
    ]
    shown = retrieved(service, waiting.id)
    assert (shown["idempotencyKey"], "startedAt" in shown) == ("mine", False)
    assert "finishedAt" not in retrieved(service, ended.id)
    for query, found in (
        ({"filter[tag]": "x, mark"}, 0), ({"filter[tag]": "x,mark"}, 2), ({"page[size]": "0x1"}, 1),
        ({"page[size]": "1e0"}, 1), ({"filter[batch]": "cx"}, 2), ({"filter[bulkAction]": "cy"}, 1),
        ({"filter[createdAt][period]": "1 day"}, 0), ({"filter[createdAt][period]": "2d1h"}, 2),
        ({"filter[createdAt][period]": "whenever", "filter[createdAt][from]": "2100"}, 2),
        ({"filter[status]": "DEQUEUED"}, 1), ({"filter[status]": "EXECUTING"}, 0),
    ):  # fmt: skip
        assert len(listed(**query)) == found, query
    refused = service.get("/api/v1/runs", {"page[size]": "-1"}, status=400)["details"]
    assert [fault["minimum"] for fault in refused] == [0, 1]
    older = service.answer(f"/api/v3/runs/{waiting.id}", headers={"x-trigger-api-version": "2025-07-17"})
    assert json.loads(older.body)["status"] == "EXECUTING"


def test_d30_a_result_is_what_was_stored(make, whole_document):
    for profile in ("docs", "real"):
        asker = make(profile, runs=0, document=whole_document)
        own = asker.service
        editor = Editor(own.document, own.store, own.clock, own.progress)
        old = {"status": "COMPLETED", "engine": "V1", "attemptRecords": 1}
        said = asker.get(f"/api/v1/runs/{editor.create(old).id}/result")
        assert ("usage" in said, "output" in said) == (profile == "docs",) * 2
        spaced = editor.create(old | {"output": '{"a": 1}', "outputType": "application/json"})
        said = asker.get(f"/api/v1/runs/{spaced.id}/result")["output"]
        assert said == ('{"a": 1}' if profile == "real" else '{"a":1}')


def test_d31_the_generations_of_routes_refuse_in_their_own_ways(make, whole_document):
    real, docs = (make(profile, runs=0, document=whole_document) for profile in ("real", "docs"))
    built = call(real, "POST", "/api/v1/tasks/x/trigger", {"options": {"machine": "huge"}}, status=400)
    assert built["error"].startswith("Validation error: Invalid enum value.")
    hand = call(real, "POST", "/api/v1/schedules", {"task": 1}, status=400)
    assert hand["error"] == "Invalid request body"
    assert [fault["path"] for fault in hand["issues"]] == [["task"], ["cron"], ["deduplicationKey"]]
    for path, status in (("/api/v1/tasks/x/trigger", 400), ("/api/v1/schedules", 500)):
        answer = real.answer(path, method="POST", body=b"{nope", headers={"content-length": "5"})
        assert answer.status == status
        documented = docs.answer(path, method="POST", body=b"{nope", headers={"content-length": "5"})
        assert 400 <= documented.status < 500
    person = {"authorization": "Bearer tr_pat_mock"}
    assert real.answer("/api/v1/projects/p/runs", headers=person).status == 500
    assert docs.answer("/api/v1/projects/p/runs").status == 200


def test_a_cursor_holds_the_time_and_the_internal_id(service):
    page = service.get("/api/v1/runs", {"page[size]": 2, "filter[createdAt][period]": "99d"})
    cursor = page["pagination"]["next"]
    said = json.loads(base64.urlsafe_b64decode(cursor + "=="))
    assert f"run_{said['r']}" == page["data"][-1]["id"]
    assert datetime.fromtimestamp(said["c"] / 1000, UTC) == datetime.fromisoformat(
        page["data"][-1]["createdAt"]
    )


def test_runs_of_a_project_are_listed_for_a_person_and_one_environment(service):
    path = "/api/v1/projects/proj_x/runs"
    assert service.answer(path, {"filter[env]": "dev"}).status == 401
    assert service.answer(path, {"filter[env]": "dev"}, headers=PERSONAL).status == 200
    assert service.answer(path, headers=PERSONAL).status == 500


def test_d32_list_and_detail_of_a_thing_agree_where_the_pages_say_so(make, whole_document):
    for profile in ("docs", "real"):
        asker = make(profile, runs=20, document=whole_document)
        agree = []
        for path in ("/api/v1/schedules", "/api/v1/waitpoints/tokens"):
            for listed in call(asker, "GET", path)["data"]:
                alone = call(asker, "GET", f"{path}/{listed['id']}")
                names = listed.keys() | {"idempotencyKey"}
                agree.append(all(alone.get(name) == listed.get(name) for name in names))
        assert all(agree) == (profile == "docs")


def test_d33_only_what_is_documented_shows_of_payload_and_output(make, document):
    closed = copy.deepcopy(document)
    run = closed["components"]["schemas"]["RetrieveRunResponse"]
    parts = [part.get("properties", {}) for part in (run, *run.get("allOf", ()))]
    shown = next(part for part in parts if "payload" in part)
    shown["payload"]["type"] = "object"
    shown["output"]["type"] = ["array", "integer"]
    for profile in ("docs", "real"):
        asker = make(profile, document=closed)
        runs = [retrieved(asker, run["id"]) for run in asker.walk({"filter[createdAt][period]": "99d"})]
        payloads = {type(run["payload"]) for run in runs if "payload" in run}
        outputs = {type(run["output"]) for run in runs if "output" in run}
        assert (payloads == {dict}, outputs <= {list, int, float}) == (profile == "docs",) * 2
