"""What goes over the wire, word for word."""

from __future__ import annotations

import asyncio
import datetime
import uuid
from typing import Any
from urllib.parse import parse_qsl, quote

import httpx
import pytest
import respx
from hypothesis import given, settings
from hypothesis import strategies as st
from trigger_dev_client import AsyncTriggerClient, RecoupClient, RunStatus, TriggerClient
from trigger_dev_client._transport import Base

UTC = datetime.UTC
CEST = datetime.timezone(datetime.timedelta(hours=2))

GOLDEN: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({}, []),
    ({"size": 100}, [("page[size]", "100")]),
    ({"after": "run_1"}, [("page[after]", "run_1")]),
    ({"before": "run_1"}, [("page[before]", "run_1")]),
    ({"status": ["QUEUED", "EXECUTING"]}, [("filter[status]", "QUEUED,EXECUTING")]),
    ({"status": [RunStatus.QUEUED, "NEW"]}, [("filter[status]", "QUEUED,NEW")]),
    ({"status": RunStatus.CRASHED}, [("filter[status]", "CRASHED")]),
    ({"status": []}, []),
    ({"task_identifier": ("a", "b")}, [("filter[taskIdentifier]", "a,b")]),
    ({"version": "20240523.1"}, [("filter[version]", "20240523.1")]),
    ({"bulk_action": "bulk_1"}, [("filter[bulkAction]", "bulk_1")]),
    ({"schedule": "sched_1"}, [("filter[schedule]", "sched_1")]),
    ({"is_test": False}, [("filter[isTest]", "false")]),
    ({"is_test": True}, [("filter[isTest]", "true")]),
    ({"tag": ["user 1", "ä&b=c"]}, [("filter[tag]", "user 1,ä&b=c")]),
    ({"created_at_period": "1d"}, [("filter[createdAt][period]", "1d")]),
    (
        {"created_at_from": datetime.datetime(2024, 4, 1, tzinfo=UTC)},
        [("filter[createdAt][from]", "2024-04-01T00:00:00Z")],
    ),
    (
        {"created_at_to": datetime.datetime(2024, 4, 1, 12, 30, 15, 250000, tzinfo=CEST)},
        [("filter[createdAt][to]", "2024-04-01T12:30:15.250000+02:00")],
    ),
    ({"size": None, "status": None, "tag": None}, []),
]


@pytest.mark.parametrize(("arguments", "query"), GOLDEN)
def test_list_sends_exactly_the_documented_query(
    api: respx.MockRouter, trigger: TriggerClient, arguments: dict[str, Any], query: list[tuple[str, str]]
) -> None:
    route = api.get("/api/v1/runs").respond(json={"data": [], "pagination": {}})
    trigger.runs.list(**arguments)
    sent = route.calls.last.request.url.query.decode()
    assert parse_qsl(sent, keep_blank_values=True) == query


@pytest.mark.parametrize(("arguments", "query"), GOLDEN)
def test_the_asynchronous_client_sends_the_same(
    api: respx.MockRouter,
    async_trigger: AsyncTriggerClient,
    arguments: dict[str, Any],
    query: list[tuple[str, str]],
) -> None:
    route = api.get("/api/v1/runs").respond(json={"data": [], "pagination": {}})

    async def call() -> None:
        async with async_trigger as client:
            await client.runs.list(**arguments)

    asyncio.run(call())
    sent = route.calls.last.request.url.query.decode()
    assert parse_qsl(sent, keep_blank_values=True) == query


def test_brackets_are_percent_encoded(api: respx.MockRouter, trigger: TriggerClient) -> None:
    route = api.get("/api/v1/runs").respond(json={"data": []})
    trigger.runs.list(size=10, created_at_period="1d")
    assert route.calls.last.request.url.query == b"page%5Bsize%5D=10&filter%5BcreatedAt%5D%5Bperiod%5D=1d"


def test_the_key_and_the_client_name_itself_in_headers(api: respx.MockRouter, trigger: TriggerClient) -> None:
    route = api.get("/api/v1/runs").respond(json={"data": []})
    trigger.runs.list()
    headers = route.calls.last.request.headers
    assert headers["authorization"] == "Bearer tr_dev_secret"
    assert headers["accept"] == "application/json"
    assert headers["user-agent"].startswith("trigger-dev-client/")
    assert "document 2024-04" in headers["user-agent"]
    assert "x-trigger-api-version" not in headers


def test_the_api_version_is_a_header(api: respx.MockRouter) -> None:
    route = api.get("/api/v1/runs").respond(json={"data": []})
    with TriggerClient(secret_key="tr_dev_1", api_version="2025-07-16") as trigger:
        trigger.runs.list()
    assert route.calls.last.request.headers["x-trigger-api-version"] == "2025-07-16"


def test_a_call_can_add_headers_and_query(api: respx.MockRouter, trigger: TriggerClient) -> None:
    route = api.get("/api/v1/runs").respond(json={"data": []})
    trigger.runs.list(
        size=10,
        extra_headers={"X-One": "1", "user-AGENT": "me"},
        extra_query={"filter[queue]": "q", "x": [1, True]},
    )
    request = route.calls.last.request
    assert request.headers["x-one"] == "1"
    assert request.headers.get_list("user-agent") == ["me"]
    assert parse_qsl(request.url.query.decode()) == [
        ("page[size]", "10"),
        ("filter[queue]", "q"),
        ("x", "1"),
        ("x", "true"),
    ]


@pytest.mark.parametrize(
    ("run_id", "path"),
    [
        ("run_1", b"/api/v3/runs/run_1"),
        ("run/1", b"/api/v3/runs/run%2F1"),
        ("run_?#1", b"/api/v3/runs/run_%3F%231"),
        ("ä", b"/api/v3/runs/%C3%A4"),
        ("../../v1/secret", b"/api/v3/runs/..%2F..%2Fv1%2Fsecret"),
        ("%2e%2e", b"/api/v3/runs/%252e%252e"),
    ],
)
def test_an_id_stays_one_segment_of_the_path(trigger: TriggerClient, run_id: str, path: bytes) -> None:
    with respx.mock() as router:
        route = router.route(host="api.trigger.dev").respond(404, json={"error": "Run not found"})
        with pytest.raises(Exception, match="Run not found"):
            trigger.runs.retrieve(run_id)
    assert route.calls.last.request.url.raw_path == path


@pytest.mark.parametrize("run_id", ["", " ", ".", ".."])
@pytest.mark.parametrize("method", ["retrieve", "get_result", "poll"])
def test_an_id_that_names_nothing_is_refused(
    api: respx.MockRouter, trigger: TriggerClient, method: str, run_id: str
) -> None:
    with pytest.raises(ValueError, match="run_id"):
        getattr(trigger.runs, method)(run_id)
    assert not api.calls


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"tag": ["a,b"]}, ValueError, "tag: an item cannot contain ','"),
        ({"status": "QUEUED,EXECUTING"}, ValueError, "status: an item cannot contain ','"),
        ({"created_at_from": datetime.datetime(2024, 4, 1)}, ValueError, "created_at_from: .*time zone"),
        ({"created_at_from": "2024-04-01"}, ValueError, "datetime or a text such as 2024-05-01T10:00:00Z"),
        ({"created_at_from": datetime.date(2024, 4, 1)}, TypeError, "created_at_from must be a datetime"),
        ({"size": "10"}, TypeError, "size must be an integer"),
        ({"size": True}, TypeError, "size must be an integer"),
        ({"size": 1.5}, TypeError, "size must be an integer"),
        ({"is_test": "false"}, TypeError, "is_test must be a boolean"),
        ({"is_test": 1}, TypeError, "is_test must be a boolean"),
        ({"tag": [1]}, TypeError, "tag must be a string"),
        ({"after": 1}, TypeError, "after must be a string"),
        ({"sttaus": "QUEUED"}, TypeError, "sttaus"),
        ({"tag": "x" * 70_000}, ValueError, "list_runs_v1: the address is too long or not valid"),
    ],
)
def test_a_mistake_is_an_error_before_any_request(
    api: respx.MockRouter,
    trigger: TriggerClient,
    arguments: dict[str, Any],
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error, match=message):
        trigger.runs.list(**arguments)
    assert not api.calls


def test_the_other_server_has_its_own_client() -> None:
    with respx.mock(base_url="https://recoup-api.vercel.app") as router:
        route = router.get("/api/tasks/runs").respond(json={"status": "success", "runs": []})
        with RecoupClient(api_key="key_1") as recoup:
            account = uuid.UUID("6f1f3f0e-7a2b-4c59-9b57-3c3c54c9a2a1")
            recoup.tasks.list_runs(run_id="run_1", limit=5, account_id=account)
    request = route.calls.last.request
    assert request.headers["x-api-key"] == "key_1"
    assert "authorization" not in request.headers
    assert parse_qsl(request.url.query.decode()) == [
        ("runId", "run_1"),
        ("limit", "5"),
        ("account_id", str(account)),
    ]


def test_an_address_may_have_a_path(api: respx.MockRouter) -> None:
    with respx.mock() as router:
        route = router.get("http://localhost:3030/trigger/api/v1/runs").respond(json={"data": []})
        with TriggerClient(secret_key="k", base_url="http://localhost:3030/trigger/") as trigger:
            trigger.runs.list()
    assert route.called


def test_a_given_http_client_keeps_its_own_headers_and_query(api: respx.MockRouter) -> None:
    route = api.get("/api/v1/runs").respond(json={"data": []})
    with httpx.Client(headers={"X-Team": "a"}, params={"team": "a"}) as http_client:
        trigger = TriggerClient(secret_key="k", http_client=http_client)
        trigger.runs.list(size=10)
        trigger.close()
        assert not http_client.is_closed
    request = route.calls.last.request
    assert request.headers["x-team"] == "a"
    assert ("team", "a") in request.url.params.multi_items()
    assert ("page[size]", "10") in request.url.params.multi_items()


SEGMENT = st.text("aZ0-_.~%/ é:@[]", max_size=6)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["https://a.example", "http://a.example:8080/v1", "https://é.example/b%20c/d"]),
    st.lists(SEGMENT.map(lambda text: quote(text, safe="")) | SEGMENT, max_size=3),
    st.lists(st.tuples(st.sampled_from(["a", "page[size]"]), SEGMENT), max_size=3),
)
def test_an_address_that_is_not_parsed_whole_is_the_same(
    base: str, segments: list[str], query: list[tuple[str, str]]
) -> None:
    path = "".join(f"/{segment}" for segment in segments)
    assert Base(base).below(path, query) == httpx.URL(base + path, params=query or None)
