"""Waiting for a run: until it is finished, or until the time is over."""

from __future__ import annotations

import asyncio
import pickle
from typing import Any

import httpx
import pytest
from trigger_dev_client import (
    APITimeoutError,
    AsyncTriggerClient,
    InternalServerError,
    NotFoundError,
    TriggerClient,
    WaitTimeoutError,
    _waiting,
)

from .conftest import retrieved


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 50.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    async def sleep_async(self, seconds: float) -> None:
        self.sleep(seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(_waiting.time, "monotonic", clock.monotonic)
    monkeypatch.setattr(_waiting.time, "sleep", clock.sleep)
    monkeypatch.setattr(_waiting.anyio, "sleep", clock.sleep_async)
    return clock


@pytest.fixture(params=["sync", "async"])
def poll(request: pytest.FixtureRequest, clock: Clock) -> Any:
    def call(statuses: list[Any], **arguments: Any) -> Any:
        left = list(statuses)

        def answer(sent: httpx.Request) -> httpx.Response:
            status = left.pop(0) if len(left) > 1 else left[0]
            if isinstance(status, int):
                return httpx.Response(status, json={"error": "Run not found"})
            return httpx.Response(200, json=retrieved(status=status))

        transport = httpx.MockTransport(answer)
        if request.param == "sync":
            with httpx.Client(transport=transport) as http_client:
                trigger = TriggerClient(secret_key="k", http_client=http_client)
                return trigger.runs.poll("run_1", **arguments)

        async def run() -> Any:
            async with httpx.AsyncClient(transport=transport) as http_client:
                trigger = AsyncTriggerClient(secret_key="k", http_client=http_client)
                return await trigger.runs.poll("run_1", **arguments)

        return asyncio.run(run())

    return call


def test_it_ends_when_the_run_is_finished(poll: Any, clock: Clock) -> None:
    found = poll(["QUEUED", "EXECUTING", "SOMETHING_NEW", "COMPLETED"])
    assert found.is_success
    assert len(clock.slept) == 3


@pytest.mark.parametrize(
    "status",
    ["COMPLETED", "CANCELED", "FAILED", "CRASHED", "INTERRUPTED", "SYSTEM_FAILURE", "EXPIRED", "TIMED_OUT"],
)
def test_every_terminal_status_ends_it_at_once(poll: Any, clock: Clock, status: str) -> None:
    assert poll([status]).status == status
    assert clock.slept == []


@pytest.mark.parametrize("status", ["QUEUED", "WAITING", "SOMETHING_NEW"])
def test_the_time_is_over_at_its_end_and_not_later(poll: Any, clock: Clock, status: str) -> None:
    with pytest.raises(WaitTimeoutError, match=f"not finished after 60 s: the status is {status}") as caught:
        poll([status], timeout=60)
    assert sum(clock.slept) == pytest.approx(60)
    assert caught.value.last.status == status
    assert caught.value.timeout == 60
    assert isinstance(caught.value, TimeoutError)
    assert pickle.loads(pickle.dumps(caught.value)).last == caught.value.last


def test_no_time_means_one_look(poll: Any, clock: Clock) -> None:
    with pytest.raises(WaitTimeoutError):
        poll(["QUEUED"], timeout=0)
    assert clock.slept == []


def test_pauses_grow_up_to_their_bound(poll: Any, clock: Clock) -> None:
    with pytest.raises(WaitTimeoutError):
        poll(["QUEUED"], timeout=100, interval=1, max_interval=3)
    assert clock.slept[:4] == [1, 1.5, 2.25, 3]
    assert max(clock.slept) == 3


def test_a_run_that_is_not_there_is_not_waited_for(poll: Any, clock: Clock) -> None:
    with pytest.raises(NotFoundError):
        poll([404])


@pytest.mark.parametrize(
    "arguments",
    [
        {"timeout": None},
        {"timeout": True},
        {"timeout": -1},
        {"timeout": float("nan")},
        {"interval": -1},
        {"max_interval": -1},
    ],
)
def test_times_without_sense_are_refused(poll: Any, arguments: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(arguments))):
        poll(["QUEUED"], **arguments)


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_server_that_does_not_answer_does_not_hold_it_up(clock: Clock, asynchronous: bool) -> None:
    limits: list[float] = []

    def answer(sent: httpx.Request) -> httpx.Response:
        limits.append(sent.extensions["timeout"]["read"])
        clock.now += limits[-1]
        raise httpx.ReadTimeout("made up")

    transport = httpx.MockTransport(answer)

    def block() -> None:
        with httpx.Client(transport=transport) as http_client:
            TriggerClient(secret_key="k", http_client=http_client).runs.poll("run_1", timeout=20)

    async def run() -> None:
        async with httpx.AsyncClient(transport=transport) as http_client:
            await AsyncTriggerClient(secret_key="k", http_client=http_client).runs.poll("run_1", timeout=20)

    with pytest.raises(WaitTimeoutError, match="no answer within 20 s") as caught:
        asyncio.run(run()) if asynchronous else block()
    assert limits == [20]
    assert caught.value.last is None
    assert isinstance(caught.value.__cause__, APITimeoutError)


def test_a_failure_before_the_time_is_over_is_told(clock: Clock) -> None:
    transport = httpx.MockTransport(lambda sent: httpx.Response(503, headers={"retry-after": "50"}))
    with httpx.Client(transport=transport) as http_client, pytest.raises(InternalServerError):
        TriggerClient(secret_key="k", http_client=http_client).runs.poll("run_1", timeout=20)
    assert clock.slept == []
