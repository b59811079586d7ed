"""What the client makes of responses: lenient where the document lets it, exact where it must be."""

from __future__ import annotations

import copy
import datetime
import json
import pickle
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import respx
from trigger_dev_client import (
    ListRunItem,
    ResponseValidationError,
    RetrieveRunResponse,
    RunResult,
    RunStatus,
    TriggerClient,
)

from .conftest import URL, Caller, respelt, retrieved, run

ID = "/api/v3/runs/run_1234"


def test_a_run_is_read_with_types(api: respx.MockRouter, call: Caller) -> None:
    api.get("/api/v1/runs").respond(json={"data": [run()], "pagination": {"next": "run_9"}})
    page = call("runs.list")
    item = page.data[0]
    assert item.id == "run_1234"
    assert item.status is RunStatus.COMPLETED
    assert item.created_at == datetime.datetime(2024, 5, 23, 10, tzinfo=datetime.UTC)
    assert item.updated_at.microsecond == 500_000
    assert item.env.name == "dev"
    assert item.tags == ["user_1", "org_2"]
    assert item.finished_at is None
    assert page.response.pagination.next == "run_9"
    assert page.pagination.next == "run_9"


def test_an_unknown_status_is_kept_and_comparable(api: respx.MockRouter, call: Caller) -> None:
    api.get("/api/v1/runs").respond(json={"data": [run(status="WAITING"), run()]})
    first, second = call("runs.list").data
    assert first.status == "WAITING"
    assert f"{first.status}" == "WAITING"
    assert isinstance(first.status, RunStatus)
    assert not first.status.is_known
    assert second.status.is_known
    assert {first.status: 1}["WAITING"] == 1
    assert first.status != second.status
    assert pickle.loads(pickle.dumps(first.status)) == first.status
    assert copy.deepcopy(first.status) is first.status
    assert not first.is_completed


@pytest.mark.parametrize(
    "name", ["startedAt", "relatedRuns", "tags", "ttl", "costInCents", "schedule", "triggerFunction"]
)
def test_null_for_an_optional_property_reads_as_absent(
    api: respx.MockRouter, call: Caller, name: str
) -> None:
    api.get(ID).respond(json=retrieved(**{name: ...}))
    found = call("runs.retrieve", "run_1234")
    api.get(ID).respond(json=retrieved(**{name: None}))
    assert found == call("runs.retrieve", "run_1234")


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"id": None}, "$.data[1].id"),
        ({"id": ...}, "$.data[1].id"),
        ({"id": 5}, "$.data[1].id"),
        ({"status": None}, "$.data[1].status"),
        ({"status": 5}, "$.data[1].status"),
        ({"status": ["QUEUED"]}, "$.data[1].status"),
        ({"createdAt": "yesterday"}, "$.data[1].createdAt"),
        ({"createdAt": "2024-05-23T10:00:00"}, "$.data[1].createdAt"),
        ({"createdAt": 1716458400000}, "$.data[1].createdAt"),
        ({"startedAt": "garbage"}, "$.data[1].startedAt"),
        ({"isTest": "false"}, "$.data[1].isTest"),
        ({"isTest": 0}, "$.data[1].isTest"),
        ({"env": "dev"}, "$.data[1].env"),
        ({"env": {"id": "1"}}, "$.data[1].env.name"),
        ({"tags": "user_1"}, "$.data[1].tags"),
        ({"tags": ["a", 1]}, "$.data[1].tags[1]"),
        ({"durationMs": "491"}, "$.data[1].durationMs"),
        ({"durationMs": True}, "$.data[1].durationMs"),
    ],
)
def test_what_is_missing_or_mistyped_is_named(
    api: respx.MockRouter, call: Caller, change: dict[str, Any], path: str
) -> None:
    body = {"data": [run(), run(**change)], "pagination": {}}
    api.get("/api/v1/runs").respond(json=body)
    with pytest.raises(ResponseValidationError) as caught:
        call("runs.list", settings={"response_validation": "strict"})
    error = caught.value
    assert error.path == path
    assert path in str(error)
    assert json.loads(error.raw_body) == body
    assert error.body == body
    assert error.status_code == 200
    assert error.request is not None

    good, faulty = call("runs.list").data
    assert good == ListRunItem.from_dict(run())
    assert good.problems == ()
    assert [problem.path for problem in faulty.problems] == [path]
    # Nothing of the answer is lost, the value at fault included.
    assert respelt(faulty.to_dict()) == respelt(body["data"][1])


def test_faults_are_told_once_and_without_what_came(
    api: respx.MockRouter, call: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    items = [run(durationMs="private"), run(durationMs="private"), run(isTest=0)]
    api.get("/api/v1/runs").respond(json={"data": items})
    with caplog.at_level("WARNING", "trigger_dev_client"):
        found = call("runs.list")
    assert [record.getMessage() for record in caplog.records] == [
        "list_runs_v1: $.data[*].durationMs is not what the document promises; see .problems",
        "list_runs_v1: $.data[*].isTest is not what the document promises; see .problems",
    ]
    # The whole answer holds the problems of all that is in it.
    assert found.response.problems == tuple(problem for item in found.data for problem in item.problems)
    assert str(found.data[0].problems[0]) == "$.data[0].durationMs: expected number, got string 'private'"


def test_a_time_without_an_offset_is_read_and_given_back_as_it_came(
    api: respx.MockRouter, call: Caller
) -> None:
    api.get(ID).respond(json=retrieved(createdAt="2024-05-23T10:00:00.25"))
    found = call("runs.retrieve", "run_1234")
    assert found.created_at == datetime.datetime(2024, 5, 23, 10, 0, 0, 250_000)
    assert found.to_dict()["createdAt"] == "2024-05-23T10:00:00.25"
    assert pickle.loads(pickle.dumps(found)).problems == found.problems != ()


def test_a_way_to_validate_that_does_not_exist_is_refused() -> None:
    from trigger_dev_client import ConfigurationError, TriggerClient

    with pytest.raises(ConfigurationError, match="response_validation"):
        TriggerClient(secret_key="k", response_validation="none")  # type: ignore[arg-type]  # the point


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-23T10:00:00Z",
        "2024-05-23T10:00:00z",
        "2024-05-23t10:00:00.000Z",
        "2024-05-23T12:00:00+02:00",
        "2024-05-23T10:00:00.000000000Z",
        "2024-05-23T09:59:60Z",
    ],
)
def test_every_spelling_of_rfc_3339_is_read(api: respx.MockRouter, call: Caller, text: str) -> None:
    api.get(ID).respond(json=retrieved(createdAt=text))
    assert call("runs.retrieve", "run_1234").created_at == datetime.datetime(
        2024, 5, 23, 10, tzinfo=datetime.UTC
    )


@pytest.mark.parametrize(
    "value",
    [None, "text", "", 5, 1.5, True, [], [1, "a", None], {}, {"a": {"b": [1]}}, 2**70 + 1, "\ud800"],
    ids=str,
)
def test_payload_and_output_are_any_json(api: respx.MockRouter, call: Caller, value: Any) -> None:
    api.get(ID).respond(
        content=json.dumps(retrieved(payload=... if value is None else value, output=[value])).encode()
    )
    found = call("runs.retrieve", "run_1234")
    assert found.payload == value
    assert found.output == [value]


@pytest.mark.parametrize("ttl", ["1h42m", 300, 0.5])
def test_ttl_is_a_string_or_a_number(api: respx.MockRouter, call: Caller, ttl: Any) -> None:
    api.get(ID).respond(json=retrieved(ttl=ttl))
    assert call("runs.retrieve", "run_1234").ttl == ttl


def test_unknown_fields_are_kept(api: respx.MockRouter, call: Caller) -> None:
    api.get(ID).respond(
        json=retrieved(attemptCount=3, isCompleted=False, env={"id": "1", "name": "dev", "x": 1})
    )
    found = call("runs.retrieve", "run_1234")
    assert found.extra["attemptCount"] == 3
    assert found.to_dict()["attemptCount"] == 3
    # The server's own flag is an extra property; the client's comes from the status.
    assert found.extra["isCompleted"] is False
    assert found.is_completed


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"<html>Bad gateway</html>", "text/html"),
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"\xff\xfe\xfd", "application/json"),
        (b"[" * 100_000, "application/json"),
    ],
    ids=["html", "empty", "cut", "binary", "deep"],
)
def test_a_body_that_is_not_json_is_a_validation_error(
    api: respx.MockRouter, call: Caller, content: bytes, content_type: str
) -> None:
    api.get(ID).respond(200, content=content, headers={"content-type": content_type})
    with pytest.raises(ResponseValidationError) as caught:
        call("runs.retrieve", "run_1234")
    assert caught.value.path == "$"
    assert caught.value.raw_body == content


@pytest.mark.parametrize("body", [[], "text", 5, None, True])
def test_json_of_another_kind_is_a_validation_error(api: respx.MockRouter, call: Caller, body: Any) -> None:
    api.get(ID).respond(content=json.dumps(body).encode())
    with pytest.raises(ResponseValidationError, match=r"\$: expected object"):
        call("runs.retrieve", "run_1234")


@pytest.mark.parametrize("depth", [10, 200])
def test_models_may_hold_models_in_any_depth(api: respx.MockRouter, call: Caller, depth: int) -> None:
    body: dict[str, Any] = {}
    for _ in range(depth):
        body = {"relatedRuns": {"children": [run(relatedRuns=body)]}}
    api.get(ID).respond(json=retrieved(**body))
    assert call("runs.retrieve", "run_1234").related_runs.children[0].id == "run_1234"


def test_json_nested_without_end_is_a_validation_error(api: respx.MockRouter, call: Caller) -> None:
    text = json.dumps(retrieved(payload=1)).replace(
        '"payload": 1', '"payload": ' + "[" * 200_000 + "]" * 200_000
    )
    api.get(ID).respond(content=text.encode())
    with pytest.raises(ResponseValidationError) as caught:
        call("runs.retrieve", "run_1234")
    assert caught.value.raw_body == text.encode()


def test_a_result_is_read(api: respx.MockRouter, call: Caller) -> None:
    api.get("/api/v1/runs/run_1/result").respond(
        json={"ok": True, "id": "run_1", "output": '{"a":1}', "outputType": "application/json"}
    )
    result = call("runs.get_result", "run_1")
    assert isinstance(result, RunResult)
    assert result.ok
    assert result.output == '{"a":1}'
    assert result.error is None


STATUSES = {
    "COMPLETED": {"is_completed", "is_success"},
    "CANCELED": {"is_completed", "is_failed", "is_cancelled"},
    "FAILED": {"is_completed", "is_failed"},
    "CRASHED": {"is_completed", "is_failed"},
    "INTERRUPTED": {"is_completed", "is_failed"},
    "SYSTEM_FAILURE": {"is_completed", "is_failed"},
    "EXPIRED": {"is_completed", "is_failed"},
    "TIMED_OUT": {"is_completed", "is_failed"},
    "QUEUED": {"is_queued"},
    "DELAYED": {"is_queued"},
    "PENDING_VERSION": {"is_queued"},
    "WAITING_FOR_DEPLOY": {"is_queued"},
    "EXECUTING": {"is_executing"},
    "REATTEMPTING": {"is_executing"},
    "FROZEN": {"is_executing"},
    "DEQUEUED": {"is_executing"},
    "SOMETHING_NEW": set(),
}
FLAGS = {"is_completed", "is_success", "is_failed", "is_queued", "is_executing", "is_cancelled"}


@pytest.mark.parametrize("status", STATUSES)
def test_flags_say_how_far_a_run_has_come(status: str) -> None:
    found = ListRunItem.from_dict(run(status=status))
    assert {flag for flag in FLAGS if getattr(found, flag)} == STATUSES[status]
    assert {flag for flag in FLAGS if getattr(found.status, flag)} == STATUSES[status]


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_models_compare_and_copy(again: Callable[[Any], Any]) -> None:
    found = RetrieveRunResponse.from_dict(retrieved(payload={"a": [1]}, attemptCount=2))
    twin = again(found)
    assert twin == found
    assert twin is not found
    assert type(twin) is type(found)
    assert twin.extra == {"attemptCount": 2}
    twin.version = "other"
    assert twin != found


def test_a_model_prints_what_it_holds() -> None:
    text = repr(ListRunItem.from_dict(run(attemptCount=1)))
    assert text.startswith("ListRunItem(id='run_1234'")
    assert "status=<RunStatus.COMPLETED: 'COMPLETED'>" in text
    assert "env=RunEnvironment(id='cl1234'" in text
    assert "extra={'attemptCount': 1}" in text
    assert "finished_at" not in text


def test_a_model_can_be_made_by_hand() -> None:
    now = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
    made = RetrieveRunResponse(
        id="run_1",
        status=RunStatus.QUEUED,
        task_identifier="t",
        created_at=now,
        updated_at=now,
        attempts=[],
        extra={"x": 1},
    )
    assert made.to_dict() == {
        "id": "run_1",
        "status": "QUEUED",
        "taskIdentifier": "t",
        "createdAt": "2024-01-01T00:00:00Z",
        "updatedAt": "2024-01-01T00:00:00Z",
        "attempts": [],
        "x": 1,
    }
    assert RetrieveRunResponse.from_dict(made.to_dict()) == made


def test_from_dict_names_what_is_wrong() -> None:
    with pytest.raises(ValueError, match=r"\$\.env\.name: required property is missing"):
        ListRunItem.from_dict(run(env={"id": "1"}))


def test_one_client_serves_many_threads() -> None:
    from concurrent.futures import ThreadPoolExecutor

    from trigger_dev_client import TriggerClient

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=retrieved(id=request.url.path.rpartition("/")[2]))

    http_client = httpx.Client(transport=httpx.MockTransport(answer))
    with (
        http_client,
        TriggerClient(secret_key="k", http_client=http_client) as trigger,
        ThreadPoolExecutor(8) as pool,
    ):
        names = [f"run_{number}" for number in range(200)]
        assert [found.id for found in pool.map(trigger.runs.retrieve, names)] == names


def test_a_text_that_is_no_utf8_where_nobody_looked_costs_only_itself() -> None:
    content = json.dumps(retrieved(note="PLACE")).encode().replace(b"PLACE", b"a\x80b")
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=content))
    with TriggerClient(secret_key="k", base_url=URL, http_client=httpx.Client(transport=transport)) as client:
        run = client.runs.retrieve("run_1234")
    assert run.id == "run_1234"
    assert run.extra["note"] == "a\ufffdb"
    assert run.to_dict()["note"] == "a\ufffdb"
