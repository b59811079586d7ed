"""Faults of what the service keeps beside the mock's tables, and what a run leaves there."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from trigger_contract.contract.life.cleaning import clean_up
from trigger_contract.contract.runner import judge, planned
from trigger_contract.contract.session import Session
from trigger_contract.contract.settings import Settings
from trigger_contract.document.locate import read_document
from trigger_contract.mock.app import create_app
from trigger_contract.mock.plants import plants
from trigger_contract.mock.settings import Settings as MockSettings
from trigger_contract.power.trial import Bench, InProcess, Way

KINDS = (
    "create-stores-nothing", "required-not-asked-for", "refused-but-stored", "created-is-not-listed",
    "removed-is-listed", "replace-not-kept", "change-of-a-neighbour", "action-without-effect",
    "removed-is-readable", "removed-twice", "unknown-answered", "property-missing",
)  # fmt: skip
_TEXT = {"type": "string"}
_ASKED = {
    "task": _TEXT,
    "cron": {"type": "string", "example": "0 0 * * *"},
    "timezone": {"type": "string", "example": "UTC"},
    "deduplicationKey": _TEXT,
    "externalId": _TEXT,
}
_SCHEDULE = {
    "type": "object",
    "required": ["id", "task", "active"],
    "properties": {
        **{name: view for name, view in _ASKED.items() if name != "cron"},
        "id": _TEXT,
        "active": {"type": "boolean"},
    },
}
_BATCH = {"type": "object", "required": ["batchId"], "properties": {"batchId": _TEXT}}
_KNOWN = {"type": "object", "required": ["id", "status"], "properties": {"id": _TEXT, "status": _TEXT}}


def _does(name: str, schema: Any, *statuses: str, sent: Any = None, **more: Any) -> dict[str, Any]:
    responses = {status: {"description": "It is refused."} for status in ("401", *statuses)}
    done = {"description": "It is done.", "content": {"application/json": {"schema": schema}}}
    made = {"operationId": name, "responses": {"200": done, **responses}, **more}
    if sent is not None:
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": sent}}}
    return made


def _sent(properties: Any, *required: str) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties}


def service_document() -> dict[str, Any]:
    """Return the canonical document with schedules and batches."""
    made: dict[str, Any] = copy.deepcopy(json.loads(json.dumps(read_document())))
    runs = made["paths"]["/api/v1/runs"]["get"]
    for name in [name for name in made["paths"] if name != "/api/v1/runs"]:
        del made["paths"][name]
    pages = {"type": "object", "properties": {"totalPages": {"type": "integer"}}}
    listed = _sent({"data": {"type": "array", "items": _SCHEDULE}, "pagination": pages})
    one = {"name": "scheduleId", "in": "path", "required": True, "schema": _TEXT}
    batch = {"name": "batchId", "in": "path", "required": True, "schema": _TEXT}
    task = _sent({"task": _TEXT}, "task")
    made["paths"] |= {
        "/api/v1/schedules": {
            "get": _does("listSchedules", listed),
            "post": _does("addSchedule", _SCHEDULE, "400", "422",
                          sent=_sent(_ASKED, "task", "cron", "deduplicationKey")),
        },
        "/api/v1/schedules/{scheduleId}": {
            "parameters": [one],
            "get": _does("seeSchedule", _SCHEDULE, "404"),
            "put": _does("putSchedule", _SCHEDULE, "400", "404", "422", sent=_sent(
                {name: _ASKED[name] for name in ("task", "cron", "externalId")}, "task", "cron")),
            "delete": _does("dropSchedule", _sent({"id": _TEXT}), "404"),
        },
        "/api/v1/schedules/{scheduleId}/deactivate": {
            "parameters": [one], "post": _does("deactivateSchedule", _SCHEDULE, "404")},
        "/api/v1/schedules/{scheduleId}/activate": {
            "parameters": [one], "post": _does("activateSchedule", _SCHEDULE, "404")},
        "/api/v1/tasks/batch": {
            "post": _does("startBatch", _BATCH, "400",
                          sent=_sent({"items": {"type": "array", "minItems": 1, "items": task}}, "items"))},
        "/api/v1/batches/{batchId}": {"parameters": [batch], "get": _does("seeBatch", _KNOWN, "404")},
    }  # fmt: skip
    for path, item in made["paths"].items():
        for method in set(item) & {"get", "post", "put", "delete"} if path != "/api/v1/runs" else ():
            item[method] |= {"security": runs["security"], "servers": runs["servers"], "tags": ["service"]}
    return made


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    way = Way(service_document(), write=True, probe=("life", "schema", "errors"), examples=0)
    made = Bench(way)
    yield made
    made.close()


def test_faults_of_what_is_kept_elsewhere_are_caught(bench):
    assert bench.clean.troubles == ()
    standing = [plant for plant in plants(bench.service) if bench.why_not(plant) is None]
    trials = [bench.judge(plant) for plant in standing if plant.kind in KINDS]
    assert [trial.fault for trial in trials if trial.state != "caught"] == []
    assert {trial.kind for trial in trials} == set(KINDS)
    # What no list holds is known by the answer that names it.
    assert {trial.law for trial in trials if trial.operation == "seeBatch"} >= {"schema/response"}


def test_a_run_leaves_as_many_schedules_as_there_were(bench):
    assert len(bench.session.ledger.entries) > 1
    clean_up(bench.session)
    fresh = create_app(bench.session.contract.document, MockSettings(runs=120, admin=False))
    before, after = fresh.service.things.kinds(), bench.service.things.kinds()
    fresh.service.close()
    assert after["schedule"] == before["schedule"] > 0


def test_an_interrupted_run_leaves_as_many_too():
    document = service_document()
    app = create_app(document, MockSettings(runs=0, admin=False))
    settings = Settings(
        "http://127.0.0.1:1", token="tr_dev_mock", probe=("life/listed",), write=True, settle=0
    )
    session = Session(settings, document, InProcess(app))
    before = app.service.things.rows()

    def interrupt(check: Any) -> None:
        raise KeyboardInterrupt

    judged = judge(session, planned(session), done=interrupt)
    assert isinstance(judged.interrupt, KeyboardInterrupt)
    clean_up(session)
    assert app.service.things.rows() == before
    session.close()
    app.service.close()
