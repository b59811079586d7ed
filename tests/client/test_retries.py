"""What is tried again, how often, after which wait; the clock and the connection are both made up."""

from __future__ import annotations

import asyncio
import datetime
import email.utils
from collections.abc import Callable, Iterator
from typing import Any

import anyio
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trigger_dev_client import (
    APIConnectionError,
    APIError,
    AsyncTriggerClient,
    InternalServerError,
    NotFoundError,
    RateLimitError,
    RetryPolicy,
    TriggerClient,
    _client,
)
from trigger_dev_client._retries import requested_wait

from .conftest import retrieved

Fault = httpx.Response | type[Exception]


class Clock:
    """A clock that only sleeping moves.

    Attributes:
        slept: Every wait in seconds.
    """

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    async def sleep_async(self, seconds: float) -> None:
        self.sleep(seconds)


class FaultyTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Fails as told, then answers with a run.

    Attributes:
        requests: Everything that was sent.
        closed: How many of the faulty responses were closed.
    """

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if not self.faults:
            return httpx.Response(200, json=retrieved())
        fault = self.faults.pop(0)
        if isinstance(fault, httpx.Response):
            return fault
        raise fault("made up")

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(_client.time, "monotonic", clock.monotonic)
    monkeypatch.setattr(_client.time, "sleep", clock.sleep)
    monkeypatch.setattr(anyio, "sleep", clock.sleep_async)
    return clock


Retrieve = Callable[..., tuple[Any, FaultyTransport]]


@pytest.fixture(params=["sync", "async"])
def retrieve(request: pytest.FixtureRequest, clock: Clock) -> Retrieve:
    def call(faults: list[Fault], **settings: Any) -> tuple[Any, FaultyTransport]:
        transport = FaultyTransport(faults)
        outcome: Any
        try:
            if request.param == "sync":
                with httpx.Client(transport=transport) as http_client:
                    outcome = TriggerClient(
                        secret_key="k", http_client=http_client, **settings
                    ).runs.retrieve("run_1")
            else:

                async def run() -> Any:
                    async with httpx.AsyncClient(transport=transport) as http_client:
                        client = AsyncTriggerClient(secret_key="k", http_client=http_client, **settings)
                        return await client.runs.retrieve("run_1")

                outcome = asyncio.run(run())
        except APIError as error:
            outcome = error
        return outcome, transport

    return call


def response(status: int, **headers: str) -> httpx.Response:
    return httpx.Response(
        status, headers={name.replace("_", "-"): value for name, value in headers.items()}, json={}
    )


@pytest.mark.parametrize(
    "fault",
    [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError, 408, 429, 500, 502, 503, 504, 520],
)
def test_what_may_pass_is_tried_again(retrieve: Retrieve, fault: Any) -> None:
    faults: list[Fault] = [response(fault) if isinstance(fault, int) else fault for _ in range(2)]
    outcome, transport = retrieve(faults)
    assert outcome.id == "run_1234"
    assert len(transport.requests) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 418, 422])
def test_what_will_not_pass_is_not_tried_again(retrieve: Retrieve, clock: Clock, status: int) -> None:
    outcome, transport = retrieve([response(status)])
    assert outcome.status_code == status
    assert len(transport.requests) == 1
    assert clock.slept == []


@pytest.mark.parametrize("retries", [0, 1, 5])
def test_retries_are_counted(retrieve: Retrieve, retries: int) -> None:
    outcome, transport = retrieve([response(503)] * 10, max_retries=retries)
    assert isinstance(outcome, InternalServerError)
    assert len(transport.requests) == 1 + retries


def test_connection_errors_end_as_what_they_are(retrieve: Retrieve) -> None:
    outcome, transport = retrieve([httpx.ConnectError] * 10)
    assert isinstance(outcome, APIConnectionError)
    assert len(transport.requests) == 3


def test_each_attempt_sends_the_same(retrieve: Retrieve) -> None:
    _, transport = retrieve([response(503), httpx.ReadError])
    assert len({(str(sent.url), sent.headers["authorization"]) for sent in transport.requests}) == 1


def test_waits_double_and_vary_below_their_bound(retrieve: Retrieve, clock: Clock) -> None:
    retrieve([response(503)] * 10, max_retries=6)
    bounds = [0.5, 1, 2, 4, 8, 8]
    assert len(clock.slept) == len(bounds)
    assert all(0.75 * bound <= wait <= bound for wait, bound in zip(clock.slept, bounds, strict=True))


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry_after": "3"}, 3),
        ({"retry_after": "0.25"}, 0.25),
        ({"retry_after": "0"}, 0),
        ({"retry_after_ms": "1500", "retry_after": "9"}, 1.5),
        ({"retry_after": "5", "x_ratelimit_reset": "99999999999999"}, 5),
    ],
)
def test_the_server_says_how_long_to_wait(
    retrieve: Retrieve, clock: Clock, headers: dict[str, str], wait: float
) -> None:
    outcome, _ = retrieve([response(429, **headers)])
    assert outcome.id == "run_1234"
    assert clock.slept == [wait]


@pytest.mark.parametrize(
    "text", ["", "soon", "nan", "inf", "-5", "Wed, 99 Foo 2024", "Wed, 21 Oct 2015 07:28:00 GMT"]
)
def test_nonsense_about_waiting_is_ignored(retrieve: Retrieve, clock: Clock, text: str) -> None:
    outcome, _ = retrieve([response(429, retry_after=text)])
    assert outcome.id == "run_1234"
    assert 0.375 <= clock.slept[0] <= 0.5


NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC).timestamp()


@pytest.mark.parametrize(
    ("headers", "status", "wait"),
    [
        ({"retry-after": email.utils.formatdate(NOW + 30, usegmt=True)}, 503, 30),
        ({"retry-after": email.utils.formatdate(NOW - 30, usegmt=True)}, 503, None),
        ({"x-ratelimit-reset": str(int((NOW + 12) * 1000))}, 429, 12),
        ({"x-ratelimit-reset": str(int(NOW + 12))}, 429, 12),
        ({"x-ratelimit-reset": "12"}, 429, 12),
        ({"x-ratelimit-reset": str(int((NOW - 12) * 1000))}, 429, None),
        ({"x-ratelimit-reset": "12"}, 503, None),
        ({}, 429, None),
    ],
)
def test_every_way_to_ask_for_a_wait_is_read(
    headers: dict[str, str], status: int, wait: float | None
) -> None:
    assert requested_wait(httpx.Headers(headers), status, now=NOW) == wait


@pytest.mark.parametrize(
    ("advice", "status", "attempts"),
    [("true", 404, 3), ("false", 503, 1), ("FALSE", 429, 1), ("maybe", 503, 3)],
)
def test_the_server_knows_best_whether_to_try_again(
    retrieve: Retrieve, advice: str, status: int, attempts: int
) -> None:
    outcome, transport = retrieve([response(status, x_should_retry=advice) for _ in range(5)])
    assert outcome.status_code == status
    assert len(transport.requests) == attempts


def test_a_wait_above_the_cap_is_refused(retrieve: Retrieve, clock: Clock) -> None:
    outcome, transport = retrieve([response(429, retry_after="3600")])
    assert isinstance(outcome, RateLimitError)
    assert len(transport.requests) == 1
    assert clock.slept == []


def test_all_attempts_stay_within_the_budget(retrieve: Retrieve, clock: Clock) -> None:
    policy = RetryPolicy(max_retries=100, total_budget=60)
    outcome, _ = retrieve([response(429, retry_after="25")] * 100, retry_policy=policy)
    assert isinstance(outcome, RateLimitError)
    assert clock.slept == [25, 25]


def test_discarded_responses_are_closed(clock: Clock) -> None:
    closed: list[int] = []

    class Stream(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield b"{}"

        def close(self) -> None:
            closed.append(1)

    transport = FaultyTransport([httpx.Response(503, stream=Stream()), httpx.Response(404, stream=Stream())])
    with httpx.Client(transport=transport) as http_client, pytest.raises(NotFoundError):
        TriggerClient(secret_key="k", http_client=http_client).runs.retrieve("run_1")
    assert len(closed) >= 2


POSTED = httpx.Request("POST", "https://api.example/")
KEYED = httpx.Request("POST", "https://api.example/", headers={"Idempotency-Key": "1"})


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (httpx.Response(429), None),
        (httpx.Response(503, headers={"retry-after": "1"}), None),
        (httpx.Response(409, headers={"x-should-retry": "true"}), None),
        (None, httpx.ConnectError("refused")),
        (None, httpx.PoolTimeout("full")),
    ],
)
def test_what_the_server_has_not_done_is_tried_again(
    answer: httpx.Response | None, failure: httpx.HTTPError | None
) -> None:
    assert RetryPolicy().wait(0, 0, POSTED, answer, failure=failure) is not None


@pytest.mark.parametrize("answer", [None, httpx.Response(503), httpx.Response(500)])
def test_only_idempotent_calls_are_tried_again(answer: httpx.Response | None) -> None:
    policy = RetryPolicy()
    assert policy.wait(0, 0, POSTED, answer) is None
    assert policy.wait(0, 0, KEYED, answer) is not None
    for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS"):
        assert policy.wait(0, 0, httpx.Request(method, "https://api.example/"), answer) is not None


@settings(max_examples=100, deadline=None)
@given(
    attempt=st.integers(0, 200),
    elapsed=st.floats(0, 1e6),
    status=st.integers(400, 599),
    after=st.none()
    | st.floats(allow_nan=True, allow_infinity=True).map(str)
    | st.text("0123456789.eE-:, ", max_size=12),
    reset=st.none() | st.integers(-(10**15), 10**15).map(str),
)
def test_a_wait_is_never_negative_nor_above_cap_or_budget(
    attempt: int, elapsed: float, status: int, after: str | None, reset: str | None
) -> None:
    policy = RetryPolicy(max_retries=100)
    headers = {
        name: value
        for name, value in (("retry-after", after), ("x-ratelimit-reset", reset))
        if value is not None
    }
    wait = policy.wait(
        attempt,
        elapsed,
        httpx.Request("GET", "https://api.example/"),
        httpx.Response(status, headers=headers),
    )
    assert wait is None or (0 <= wait <= policy.max_wait and elapsed + wait <= policy.total_budget)


@pytest.mark.parametrize("settings", [{"max_retries": -1}, {"jitter": 2}])
def test_a_policy_without_sense_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(settings))):
        RetryPolicy(**settings)
