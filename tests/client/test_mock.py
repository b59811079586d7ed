"""The client against the mock server over a socket, in both of its profiles."""

from __future__ import annotations

import asyncio
import datetime
from typing import Any

import pytest
from trigger_dev_client import (
    APIConnectionError,
    APITimeoutError,
    AsyncTriggerClient,
    AuthenticationError,
    BadRequestError,
    InternalServerError,
    NotFoundError,
    RecoupClient,
    ResponseValidationError,
    RetryPolicy,
    RunStatus,
    TriggerClient,
    WaitTimeoutError,
)

BOTH = [
    pytest.param("docs", marks=pytest.mark.trigger_mock(profile="docs", runs=120)),
    pytest.param("real", marks=pytest.mark.trigger_mock(profile="real", runs=120)),
]
QUICK = RetryPolicy(initial_delay=0.01, max_delay=0.02)


@pytest.fixture
def trigger(trigger_mock_server: Any) -> Any:
    with TriggerClient(
        secret_key=trigger_mock_server.token, base_url=trigger_mock_server.url, retry_policy=QUICK
    ) as client:
        yield client


def since(server: Any) -> dict[str, Any]:
    """A filter that takes in every run, in the profile that lists only recent ones too."""
    return {"created_at_from": server.clock.now() - datetime.timedelta(days=3650)}


@pytest.mark.parametrize("profile", BOTH)
def test_every_run_is_listed_once_and_in_order(
    trigger: TriggerClient, trigger_mock_server: Any, profile: str
) -> None:
    runs = list(trigger.runs.list(size=25, **since(trigger_mock_server)))
    assert len(runs) == len({run.id for run in runs}) == len(trigger_mock_server.runs)
    assert [run.created_at for run in runs] == sorted((run.created_at for run in runs), reverse=True)


@pytest.mark.parametrize("profile", BOTH)
def test_the_asynchronous_client_lists_the_same(
    trigger: TriggerClient, trigger_mock_server: Any, profile: str
) -> None:
    async def walk() -> list[str]:
        settings = {"secret_key": trigger_mock_server.token, "base_url": trigger_mock_server.url}
        async with AsyncTriggerClient(**settings) as client:
            return [run.id async for run in client.runs.list(size=50, **since(trigger_mock_server))]

    assert asyncio.run(walk()) == [run.id for run in trigger.runs.list(size=50, **since(trigger_mock_server))]


@pytest.mark.parametrize("profile", BOTH)
def test_pages_go_forth_and_back(trigger: TriggerClient, trigger_mock_server: Any, profile: str) -> None:
    first = trigger.runs.list(size=10, **since(trigger_mock_server))
    second = first.get_next_page()
    assert {run.id for run in first.data}.isdisjoint(run.id for run in second.data)
    assert {run.id for run in second.get_previous_page().data} == {run.id for run in first.data}


@pytest.mark.parametrize("profile", BOTH)
def test_filters_reach_the_server(trigger: TriggerClient, trigger_mock_server: Any, profile: str) -> None:
    made = trigger_mock_server.runs.create(
        task_identifier="only-this", tags=["a b", "ü&="], is_test=True, status="QUEUED"
    )
    found = list(trigger.runs.list(task_identifier="only-this"))
    assert [run.id for run in found] == [made["id"]]
    assert found[0].is_test
    assert [run.id for run in trigger.runs.list(tag=["ü&=", "nothing"])] == [made["id"]]
    assert list(trigger.runs.list(task_identifier="only-this", is_test=False)) == []
    assert list(trigger.runs.list(task_identifier=["only-this"], status=RunStatus.COMPLETED)) == []
    later = found[0].created_at + datetime.timedelta(seconds=1)
    assert list(trigger.runs.list(task_identifier="only-this", created_at_from=later)) == []


@pytest.mark.parametrize("profile", BOTH)
def test_every_listed_run_can_be_retrieved(
    trigger: TriggerClient, trigger_mock_server: Any, profile: str
) -> None:
    for listed in trigger.runs.list(size=20, **since(trigger_mock_server)).data:
        run = trigger.runs.retrieve(listed.id)
        assert (run.id, run.task_identifier, run.created_at) == (
            listed.id,
            listed.task_identifier,
            listed.created_at,
        )


@pytest.mark.trigger_mock(profile="docs", progression="manual:2")
def test_a_run_is_waited_for_and_its_result_read(trigger: TriggerClient, trigger_mock_server: Any) -> None:
    made = trigger_mock_server.runs.create(task_identifier="t", output={"answer": 42})
    with pytest.raises(NotFoundError, match=r"isn't|not finished"):
        trigger.runs.get_result(made["id"])
    run = trigger.runs.poll(made["id"], timeout=20, interval=0.01)
    assert run.is_success
    assert run.output == {"answer": 42}
    result = trigger.runs.get_result(made["id"])
    assert result.ok
    assert result.output == '{"answer":42}'


def test_a_run_that_does_not_move_is_given_up(trigger: TriggerClient, trigger_mock_server: Any) -> None:
    made = trigger_mock_server.runs.create(status="EXECUTING")
    with pytest.raises(WaitTimeoutError, match="EXECUTING") as caught:
        trigger.runs.poll(made["id"], timeout=0.2, interval=0.05)
    assert caught.value.last.id == made["id"]


@pytest.mark.parametrize("profile", BOTH)
def test_refusals_are_their_errors(trigger: TriggerClient, trigger_mock_server: Any, profile: str) -> None:
    with pytest.raises(NotFoundError):
        trigger.runs.retrieve("run_nothere")
    with pytest.raises(NotFoundError):
        trigger.runs.get_result("run_nothere")
    with pytest.raises(BadRequestError) as caught:
        trigger.runs.list(size=1000)
    assert caught.value.body["error"]
    with TriggerClient(secret_key="tr_dev_wrong", base_url=trigger_mock_server.url) as stranger:
        for call in (stranger.runs.list, lambda: stranger.runs.retrieve("run_1")):
            with pytest.raises(AuthenticationError):
                call()


def test_a_public_key_does_not_see_payload_and_output(
    trigger: TriggerClient, trigger_mock_server: Any
) -> None:
    made = trigger_mock_server.runs.create(payload={"secret": 1}, output=[1], status="COMPLETED")
    assert trigger.runs.retrieve(made["id"]).payload == {"secret": 1}
    with TriggerClient(
        secret_key=trigger_mock_server.public_token, base_url=trigger_mock_server.url
    ) as public:
        run = public.runs.retrieve(made["id"])
    assert run.payload is None
    assert run.output is None


@pytest.mark.parametrize(
    "fault", [{"status": 503}, {"status": 429, "retry_after": 0}, {"cut": -1}, {"cut": 20}]
)
def test_passing_faults_are_not_noticed(
    trigger: TriggerClient, trigger_mock_server: Any, fault: dict[str, Any]
) -> None:
    trigger_mock_server.faults.add(operation="list_runs_v1", times=2, **fault)
    assert len(trigger.runs.list(size=10).data) == 10
    assert len([sent for sent in trigger_mock_server.requests if sent["operation"] == "list_runs_v1"]) == 3


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 500, "body": "<html>", "content_type": "text/html"}, InternalServerError),
        ({"cut": -1}, APIConnectionError),
        ({"truncate": 5}, ResponseValidationError),
        ({"delay": 3}, APITimeoutError),
    ],
)
def test_lasting_faults_become_errors(
    trigger: TriggerClient, trigger_mock_server: Any, fault: dict[str, Any], error: type[Exception]
) -> None:
    trigger_mock_server.faults.add(operation="list_runs_v1", **fault)
    quick = TriggerClient(
        secret_key=trigger_mock_server.token, base_url=trigger_mock_server.url, max_retries=0
    )
    with quick, pytest.raises(error):
        quick.runs.list(timeout=0.3)


@pytest.mark.trigger_mock(profile="real")
def test_the_version_header_changes_what_the_server_says(trigger_mock_server: Any) -> None:
    made = trigger_mock_server.runs.create(status="FROZEN")
    settings = {"secret_key": trigger_mock_server.token, "base_url": trigger_mock_server.url}
    with TriggerClient(**settings) as old, TriggerClient(**settings, api_version="2025-07-16") as new:
        before, after = old.runs.retrieve(made["id"]).status, new.runs.retrieve(made["id"]).status
    assert (before, before.is_known) == ("FROZEN", True)
    assert (after, after.is_known) == ("WAITING", False)


@pytest.mark.parametrize("profile", BOTH)
def test_the_other_server_answers_its_own_client(trigger_mock_server: Any, profile: str) -> None:
    with RecoupClient(api_key=trigger_mock_server.recoup_token, base_url=trigger_mock_server.url) as recoup:
        runs = recoup.tasks.list_runs(limit=5).runs
        assert runs is not None
        assert len(runs) == 5
        one = recoup.tasks.list_runs(run_id=runs[0].id).runs
    assert one is not None
    assert [run.id for run in one] == [runs[0].id]


def test_everything_works_in_process_too(trigger_mock: Any) -> None:
    with TriggerClient(secret_key=trigger_mock.token) as trigger:
        assert len(trigger.runs.list(size=10).data) == 10
    with TriggerClient(secret_key=trigger_mock.token, base_url=trigger_mock.url) as trigger:
        assert len(trigger.runs.list(size=10).data) == 10
