"""What the control door takes and refuses, and runs as the service's own database has them."""

from __future__ import annotations

import copy

import pytest

from trigger_contract.mock import faults
from trigger_contract.mock.admin import Admin
from trigger_contract.mock.control import ControlError, near
from trigger_contract.mock.messages import Request

RUN = "/runs/run_one"


@pytest.fixture
def door(make):
    return near(Admin(make(runs=0).service))


@pytest.fixture
def one(door):
    """Return the door of a server with one run."""
    door("POST", "/runs", {"id": "run_one", "status": "EXECUTING", "ttl": "1h", "tags": ["a"]})
    return door


@pytest.mark.parametrize(
    ("method", "path", "body", "said"),
    [
        ("POST", "/reset", {"runs": "5"}, "runs must be a whole number"),
        ("POST", "/reset", {"seed": True}, "seed must be a whole number"),
        ("POST", "/reset", {"runs": -1}, "runs must be between 0 and"),
        ("POST", "/clock", {"set": "soon"}, "set must be a date-time"),
        ("POST", "/clock", {"set": "2110-01-01"}, "between 1970 and 2109"),
        ("POST", "/clock", {"advance": "1h"}, "advance must be a number of seconds"),
        ("POST", "/clock", {"advance": 1e12}, "advance must be a number of seconds"),
        ("POST", "/clock", {"advance": -9e8 * 3}, "advance must be a number of seconds"),
        ("POST", "/progression", {"progression": "slowly"}, "slowly"),
        ("POST", "/progression", {}, "progression must be a text such as manual:3"),
        ("GET", "/requests?limit=all", None, "limit must be a whole number"),
        ("DELETE", "/faults/7", None, "there is no fault 7"),
        ("PUT", RUN, {}, "Method not allowed"),
        ("POST", RUN + "/finish", {"status": "EXECUTING"}, "EXECUTING is not a finished state"),
        ("POST", RUN + "/finish", {"tags": []}, "unknown member 'tags'; known are error, output, status"),
        ("POST", RUN + "/finish", {"status": "FAILED", "output": 1}, "only a completed run has an output"),
        ("PATCH", RUN, {"id": "run_two"}, "id cannot be changed"),
        ("PATCH", RUN, {"nonsense": None}, "unknown member 'nonsense'"),
        ("PATCH", RUN, {"tags": None}, "tags cannot be removed"),
        ("PATCH", RUN, {"status": 5}, "status must be a text"),
        ("POST", "/runs", {"id": "run_one"}, "a run run_one exists already"),
        ("POST", "/runs", {"parentId": "run_one", "depth": 4}, "a child of run_one has depth 1"),
        ("POST", "/runs", {"error": {"type": "STRING_ERROR"}}, "error: raw must be a text"),
        ("POST", "/runs", {"createdAt": -5}, "createdAt must lie between 1970 and 2109"),
        ("POST", "/runs", {"queue": ""}, "queue must be a text"),
        ("POST", "/runs", {"internalId": "c1", "id": "run_c2"}, "internalId: the id is `run_` and"),
        ("POST", "/runs", {"bulkActions": "bulk_1"}, "bulkActions must be a list"),
        ("POST", "/faults", {"status": 500, "method": 5}, "method must be a text"),
        ("POST", "/faults", {"status": 500, "should_retry": "yes"}, "should_retry must be true or false"),
        ("POST", "/faults", {"status": 500, "query": {"a": 1}}, "query must map names to texts"),
        ("POST", "/faults", [], "the body must be an object"),
    ],
)
def test_the_door_says_what_is_wrong(one, method, path, body, said):
    with pytest.raises(ControlError) as caught:
        one(method, path, body)
    assert said in str(caught.value)


def test_the_door_takes_json_and_nothing_like_it(make):
    admin = Admin(make(runs=0).service)
    for body, said in (
        (b"{nope", b"not JSON"), (b'{"advance": NaN}', b"not JSON"), (None, b"too large"),
        (b"[" * 100_000, b"not JSON"),
    ):  # fmt: skip
        answer = admin.answer(Request("POST", b"/__mock/clock", b"", {}, body))
        assert answer.status == 400
        assert said in answer.body
    served = admin.answer(Request("GET", b"/__mock/openapi.json", b"", {}))
    assert served.status == 200
    assert b'"openapi"' in served.body


def test_a_member_that_is_none_is_taken_away(one):
    assert one("GET", RUN, None)["ttl"] == "1h"
    assert "ttl" not in one("PATCH", RUN, {"ttl": None})
    before = one("GET", RUN, None)["updatedAt"]
    one("POST", "/clock", {"advance": 5})
    assert one("PATCH", RUN, {"updatedAt": before, "tags": ["b"]})["updatedAt"] == before
    assert one("PATCH", RUN, {"tags": ["c"]})["updatedAt"] > before


def test_a_run_walks_on_by_hand(door):
    door("POST", "/progression", {"progression": "manual:0"})
    run = door("POST", "/runs", {"outcome": "CANCELED"})
    shown = [run["status"]]
    for _ in range(4):
        shown.append(door("POST", f"/runs/{run['id']}/advance", {})["status"])
    assert shown[0] == "QUEUED"
    assert shown[-2:] == ["CANCELED", "CANCELED"]


def test_a_run_is_created_as_the_services_database_has_it(door):
    made = door("POST", "/runs", {
        "internalId": "cone", "status": "COMPLETED", "bulkActions": ["bulk_1", "bulk_2"],
        "idempotencyKeyStored": "hash", "idempotencyKeyUser": "mine", "resumeParentOnCompletion": True,
        "batchId": "batch_1", "payloadType": "application/super+json", "payload": '{"json":{"a":1}}',
        "outputType": "text/plain", "output": "plain", "parent": None,
        "schedule": {"id": "sched_1", "userProvidedDeduplicationKey": False, "deduplicationKey": "own",
                     "externalId": None},
    })  # fmt: skip
    assert made["id"] == "run_cone"
    assert (made["payload"], made["output"], made["idempotencyKey"]) == ({"a": 1}, "plain", "mine")
    assert made["triggerFunction"] == "batchTriggerAndWait"
    assert made["schedule"]["id"] == "sched_1"
    assert not {"deduplicationKey", "externalId"} & made["schedule"].keys()
    own = {"id": "sched_2", "userProvidedDeduplicationKey": True, "deduplicationKey": "own"}
    broken = {"payloadType": "application/json", "payload": "{nope", "outputType": "text/plain"}
    child = door("POST", "/runs", {"parent": "run_cone", "schedule": own, "engine": "V2", **broken})
    assert child["schedule"]["deduplicationKey"] == "own"
    assert (child["depth"], child["payload"]) == (1, "{nope")
    assert "output" not in child


def test_of_a_family_that_comes_later_the_child_waits(door):
    child = door("POST", "/runs", {"parentId": "run_later", "rootId": "run_later", "depth": 1})
    assert child["depth"] == 1


def test_no_more_faults_are_kept_than_a_person_reads(door, monkeypatch):
    monkeypatch.setattr(faults, "MAX_FAULTS", 2)
    for _ in range(2):
        door("POST", "/faults", {"status": 500})
    with pytest.raises(ControlError, match="there are 2 faults already"):
        door("POST", "/faults", {"status": 500})


@pytest.mark.parametrize(
    ("meant", "strikes"),
    [
        ({"method": "get"}, True), ({"method": "POST"}, False), ({"path": "/api/v1/*"}, True),
        ({"path": "/api/v3/*"}, False), ({"operation": "list_runs_v1"}, True),
        ({"operation": "retrieve_run_v3"}, False), ({"query": {"page[size]": None}}, True),
        ({"query": {"page[size]": "6"}}, False),
    ],
)  # fmt: skip
def test_a_fault_strikes_the_calls_it_names_and_no_other(docs, meant, strikes):
    docs.service.faults.add(faults.Fault.read({"status": 503, **meant}))
    assert (docs.respond("/api/v1/runs", {"page[size]": 5}).status == 503) == strikes


def test_a_document_without_runs_has_none_to_create(make, document):
    other = copy.deepcopy(document)
    del other["paths"]["/api/v3/runs/{runId}"]
    with pytest.raises(ControlError, match="no runs to create: it has no path"):
        near(Admin(make(document=other, runs=0).service))("POST", "/runs", {"tags": ["a"]})
