"""Clients that never reach a network, and pages of runs for them to read."""

from __future__ import annotations

import asyncio
import copy
import datetime
from collections.abc import Iterator
from operator import attrgetter
from typing import Any

import pytest
import respx
from trigger_dev_client import AsyncTriggerClient, TriggerClient

URL = "https://api.trigger.dev"

RUN: dict[str, Any] = {
    "id": "run_1234",
    "status": "COMPLETED",
    "taskIdentifier": "my-task",
    "version": "20240523.1",
    "env": {"id": "cl1234", "name": "dev", "user": "Anna"},
    "idempotencyKey": "key",
    "isTest": False,
    "createdAt": "2024-05-23T10:00:00.000Z",
    "updatedAt": "2024-05-23T10:00:01.500Z",
    "startedAt": "2024-05-23T10:00:00.250Z",
    "tags": ["user_1", "org_2"],
    "costInCents": 0.00292,
    "durationMs": 491,
}


def run(**changes: Any) -> dict[str, Any]:
    """A run of the list; a change to None takes the property away, ``...`` sets it to null."""
    value = copy.deepcopy(RUN)
    for name, change in changes.items():
        if change is None:
            value.pop(name, None)
        else:
            value[name] = None if change is ... else change
    return value


def retrieved(**changes: Any) -> dict[str, Any]:
    """A run with its details."""
    return run(**{"env": None, "attempts": [], **changes})


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "TRIGGER_SECRET_KEY",
        "TRIGGER_ACCESS_TOKEN",
        "TRIGGER_API_URL",
        "RECOUP_API_KEY",
        "RECOUP_API_URL",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def api() -> Iterator[respx.MockRouter]:
    with respx.mock(base_url=URL, assert_all_called=False) as router:
        yield router


@pytest.fixture
def trigger() -> Iterator[TriggerClient]:
    with TriggerClient(secret_key="tr_dev_secret", max_retries=0) as client:
        yield client


@pytest.fixture
def async_trigger() -> AsyncTriggerClient:
    return AsyncTriggerClient(secret_key="tr_dev_secret", max_retries=0)


class Caller:
    """Calls methods of a synchronous or an asynchronous client alike.

    Attributes:
        asynchronous: Which of the two.
    """

    def __init__(self, asynchronous: bool) -> None:
        self.asynchronous = asynchronous

    def __call__(self, name: str, *args: Any, settings: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        """Call a method such as ``runs.list`` of a fresh client with these settings."""
        settings = {"secret_key": "tr_dev_secret", "max_retries": 0, **(settings or {})}
        if not self.asynchronous:
            with TriggerClient(**settings) as client:
                return attrgetter(name)(client)(*args, **kwargs)

        async def call() -> Any:
            async with AsyncTriggerClient(**settings) as client:
                return await attrgetter(name)(client)(*args, **kwargs)

        return asyncio.run(call())


@pytest.fixture(params=["sync", "async"])
def call(request: pytest.FixtureRequest) -> Caller:
    return Caller(request.param == "async")


def respelt(value: Any) -> Any:
    """JSON whose moments are spelt alike: 10:00:00.000Z is 10:00:00Z."""
    if isinstance(value, dict):
        return {name: respelt(item) for name, item in value.items()}
    if isinstance(value, list):
        return [respelt(item) for item in value]
    try:
        return datetime.datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return value
