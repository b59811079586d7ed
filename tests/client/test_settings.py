"""Setting up a client: arguments, environment, timeouts, and what cannot work."""

from __future__ import annotations

import asyncio
import datetime
from typing import Any

import httpx
import pytest
import respx
import trigger_dev_client
from hypothesis import given, settings
from hypothesis import strategies as st
from trigger_dev_client import AsyncTriggerClient, ConfigurationError, RecoupClient, TriggerClient
from trigger_dev_client._operation import encode
from trigger_dev_client.api.runs.list_runs_v1 import OPERATION

from trigger_contract.document.locate import read_document
from trigger_contract.document.operations import operations
from trigger_contract.document.wire import encode_query, query_leaves


@pytest.mark.parametrize("variable", ["TRIGGER_SECRET_KEY", "TRIGGER_ACCESS_TOKEN"])
def test_the_environment_is_read_when_a_client_is_made(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    with pytest.raises(ConfigurationError, match=f"secret_key.*{variable}"):
        TriggerClient()
    monkeypatch.setenv(variable, "tr_dev_env")
    monkeypatch.setenv("TRIGGER_API_URL", "https://self-hosted.example/")
    with respx.mock() as router:
        route = router.get("https://self-hosted.example/api/v1/runs").respond(json={"data": []})
        with TriggerClient() as trigger:
            monkeypatch.setenv(variable, "later")
            trigger.runs.list()
    assert route.calls.last.request.headers["authorization"] == "Bearer tr_dev_env"


def test_arguments_win_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECOUP_API_KEY", "env")
    monkeypatch.setenv("RECOUP_API_URL", "https://env.example")
    with respx.mock() as router:
        route = router.get("https://arg.example/api/tasks/runs").respond(
            json={"status": "success", "runs": []}
        )
        with RecoupClient(api_key="arg", base_url="https://arg.example") as recoup:
            recoup.tasks.list_runs()
    assert route.calls.last.request.headers["x-api-key"] == "arg"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"base_url": "api.trigger.dev"}, "base_url must be an absolute"),
        ({"base_url": "ftp://api.trigger.dev"}, "base_url must be an absolute"),
        ({"base_url": "https://"}, "base_url must be an absolute"),
        ({"base_url": "https://x.example/?a=1"}, "base_url cannot have a query"),
        ({"base_url": "http://[bad"}, "base_url"),
        ({"secret_key": ""}, "secret_key must be"),
        ({"secret_key": "a\nb"}, "secret_key must be"),
        ({"secret_key": "schlüssel"}, "secret_key must be"),
        ({"http_client": httpx.AsyncClient()}, "http_client must be an httpx.Client"),
        ({"max_retries": -1}, "max_retries"),
        ({"retry_policy": 5}, "retry_policy must be a RetryPolicy"),
        ({"max_response_size": "1 GB"}, "max_response_size must be a positive number of bytes"),
        ({"on_request": "print"}, "on_request must be a function"),
        ({"default_headers": {"x-one": 1}}, "header 'x-one' must be text, not int"),
    ],
)
def test_what_cannot_work_is_said_at_once(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        TriggerClient(**{"secret_key": "k", **arguments})
    assert "schlüssel" not in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"max_retries": "2"}, "max_retries must be a whole number"),
        ({"extra_headers": 5}, "extra_headers must be a mapping"),
        ({"extra_headers": {"x-one": 1}}, "header 'x-one' must be text, not int"),
        ({"extra_query": "a=1"}, "extra_query must be a mapping"),
    ],
)
def test_a_call_says_which_of_its_options_cannot_work(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        TriggerClient(secret_key="k").runs.retrieve("run_1", **arguments)


def seen_timeout(route: respx.Route) -> dict[str, Any]:
    return dict(route.calls.last.request.extensions["timeout"])


def test_timeouts_default_to_a_minute_and_can_be_changed(api: respx.MockRouter) -> None:
    route = api.get("/api/v1/runs").respond(json={"data": []})
    with TriggerClient(secret_key="k") as trigger:
        trigger.runs.list()
        assert seen_timeout(route) == {"connect": 5.0, "read": 60.0, "write": 60.0, "pool": 60.0}
        trigger.runs.list(timeout=3)
        assert seen_timeout(route)["read"] == seen_timeout(route)["connect"] == 3
        trigger.runs.list(timeout=None)
        assert seen_timeout(route)["read"] is None
    with TriggerClient(secret_key="k", timeout=httpx.Timeout(7, read=9)) as trigger:
        trigger.runs.list()
        assert seen_timeout(route) == {"connect": 7, "read": 9, "write": 7, "pool": 7}
    for own, read in ((httpx.Client(), 60.0), (httpx.Client(timeout=11), 11)):
        with own:
            TriggerClient(secret_key="k", http_client=own).runs.list()
            assert seen_timeout(route)["read"] == read


def test_a_client_closes_only_what_is_its_own() -> None:
    with httpx.Client() as given:
        with TriggerClient(secret_key="k", http_client=given):
            pass
        assert not given.is_closed
    trigger = TriggerClient(secret_key="k")
    trigger.close()
    with pytest.raises(RuntimeError, match="closed"):
        trigger.runs.list()

    async def close() -> bool:
        async with httpx.AsyncClient() as given:
            await AsyncTriggerClient(secret_key="k", http_client=given).close()
            return given.is_closed

    assert asyncio.run(close()) is False


def test_a_given_http_client_may_change_between_calls(api: respx.MockRouter) -> None:
    route = api.get("/api/v1/runs").respond(json={"data": []})

    def sent(name: str) -> str | None:
        trigger.runs.list()
        request = route.calls.last.request
        assert request.headers["authorization"] == "Bearer k"
        assert request.headers["host"] == "api.trigger.dev"
        return request.headers.get(name)

    with httpx.Client(headers={"X-One": "1", "User-Agent": "theirs"}) as given:
        trigger = TriggerClient(secret_key="k", http_client=given)
        assert sent("x-one") == sent("x-one") == "1"
        assert str(sent("user-agent")).startswith("trigger-dev-client/")
        given.headers["X-One"] = "2"
        assert sent("x-one") == "2"
        del given.headers["X-One"]
        assert sent("x-one") is None
        given.cookies.set("a", "b")
        assert sent("cookie") == "a=b"
        given.params = httpx.QueryParams({"p": "q"})
        trigger.runs.list()
        assert route.calls.last.request.url.params["p"] == "q"


def test_an_empty_identifier_is_refused_wherever_it_stands() -> None:
    with respx.mock() as router, RecoupClient(api_key="k") as recoup:
        for arguments in ({"run_id": ""}, {"account_id": ""}):
            with pytest.raises(ValueError, match="cannot be empty"):
                recoup.tasks.list_runs(**arguments)
    assert not router.calls


def test_every_public_name_is_exported_from_the_root() -> None:
    for name in trigger_dev_client.__all__:
        assert getattr(trigger_dev_client, name) is not None
    with pytest.raises(AttributeError, match="Nonsense"):
        _ = trigger_dev_client.Nonsense  # type: ignore[attr-defined]  # that it does not exist is the point
    assert {
        "TriggerClient",
        "AsyncTriggerClient",
        "NotFoundError",
        "ListRunItem",
        "RunStatus",
        "Page",
    } <= set(dir(trigger_dev_client))


LIST = next(
    operation for operation in operations(read_document()) if operation.operation_id == "list_runs_v1"
)
LEAVES = query_leaves(read_document(), LIST)
WORDS = st.text("ab ä&=[]%", min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_client_and_document_write_the_same_query(data: st.DataObject) -> None:
    values: dict[str, Any] = {}
    kinds: dict[str, st.SearchStrategy[Any]] = {"integer": st.integers(1, 100), "boolean": st.booleans()}
    for leaf in LEAVES:
        if leaf.schema.get("format") == "date-time":
            values[leaf.name] = data.draw(st.none() | st.datetimes(timezones=st.just(datetime.UTC)))
        elif leaf.is_list:
            values[leaf.name] = data.draw(st.none() | st.lists(WORDS, min_size=1, max_size=3))
        else:
            values[leaf.name] = data.draw(st.none() | kinds.get(str(leaf.schema.get("type")), WORDS))
    names = {parameter.wire: parameter.name for parameter in OPERATION.parameters}
    arguments = {names[wire]: value for wire, value in values.items()}
    assert encode(OPERATION, arguments).query == encode_query(LEAVES, values)
