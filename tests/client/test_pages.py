"""Walking lists: every item once, whatever happens meanwhile, and always to an end."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trigger_dev_client import AsyncTriggerClient, ListRunItem, TriggerClient

from .conftest import run


class Server:
    """Lists runs newest first, with cursors, while new ones may arrive between pages."""

    def __init__(self, count: int, arrivals: list[int] | None = None) -> None:
        self.ids = [f"run_{number:04}" for number in reversed(range(count))]
        self.arrivals = list(arrivals or [])
        self.queries: list[dict[str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        query = dict(request.url.params)
        self.queries.append(query)
        size = int(query.get("page[size]", 25))
        start = 0
        if "page[before]" in query:
            end = self.ids.index(query["page[before]"])
            start = max(0, end - size)
            chunk = self.ids[start:end]
        else:
            if "page[after]" in query:
                start = self.ids.index(query["page[after]"]) + 1
            chunk = self.ids[start : start + size]
        pagination = {}
        if start + size < len(self.ids):
            pagination["next"] = chunk[-1]
        if start > 0:
            pagination["previous"] = chunk[0]
        for _ in range(self.arrivals.pop(0) if self.arrivals else 0):
            self.ids.insert(0, f"run_{len(self.ids):04}")
        return httpx.Response(200, json={"data": [run(id=name) for name in chunk], "pagination": pagination})


def client(handler: Any) -> TriggerClient:
    return TriggerClient(
        secret_key="k", max_retries=0, http_client=httpx.Client(transport=httpx.MockTransport(handler))
    )


def async_client(handler: Any) -> AsyncTriggerClient:
    http_client = httpx.AsyncClient(transport=httpx.MockTransport(handler))
    return AsyncTriggerClient(secret_key="k", max_retries=0, http_client=http_client)


@settings(max_examples=40, deadline=None)
@given(count=st.integers(0, 60), size=st.integers(1, 30), arrivals=st.lists(st.integers(0, 5), max_size=5))
def test_every_run_is_listed_exactly_once(count: int, size: int, arrivals: list[int]) -> None:
    server = Server(count, arrivals)
    before = list(server.ids)
    assert [item.id for item in client(server).runs.list(size=size)] == before


@settings(max_examples=20, deadline=None)
@given(count=st.integers(0, 60), size=st.integers(1, 30), arrivals=st.lists(st.integers(0, 5), max_size=5))
def test_every_run_is_listed_exactly_once_asynchronously(count: int, size: int, arrivals: list[int]) -> None:
    server = Server(count, arrivals)
    before = list(server.ids)

    async def walk() -> list[str]:
        return [item.id async for item in async_client(server).runs.list(size=size)]

    assert asyncio.run(walk()) == before


def test_a_page_is_a_page() -> None:
    server = Server(25)
    page = client(server).runs.list(size=10, status="QUEUED")
    assert len(page.data) == 10
    assert isinstance(page.data[0], ListRunItem)
    assert page.has_next_page()
    assert not page.has_previous_page()
    second = page.get_next_page()
    assert second.data[0].id == "run_0014"
    assert second.has_previous_page()
    assert second.get_previous_page().data[-1].id == "run_0015"
    last = second.get_next_page()
    assert not last.has_next_page()
    with pytest.raises(LookupError, match="has_next_page"):
        last.get_next_page()
    assert [len(each.data) for each in page.iter_pages()] == [10, 10, 5]
    assert all(
        query["filter[status]"] == "QUEUED" and query["page[size]"] == "10" for query in server.queries
    )
    assert all(not {"page[after]", "page[before]"} <= set(query) for query in server.queries)


def test_an_asynchronous_page_is_a_page() -> None:
    async def walk() -> list[int]:
        trigger = async_client(Server(25))
        page = await trigger.runs.list(size=10)
        second = await page.get_next_page()
        back = await second.get_previous_page()
        sizes = [len(page.data), len(second.data), len(back.data)]
        sizes += [len(each.data) async for each in trigger.runs.list(size=10).iter_pages()]
        return sizes

    assert asyncio.run(walk()) == [10, 10, 10, 10, 10, 5]


def test_nothing_is_asked_before_it_is_needed() -> None:
    server = Server(100)
    iterator = iter(client(server).runs.list(size=10))
    for _ in range(10):
        next(iterator)
    assert len(server.queries) == 1
    next(iterator)
    assert len(server.queries) == 2
    assert asyncio.iscoroutinefunction(async_client(server).runs.list) is False


@pytest.mark.parametrize("cursors", [["run_1"] * 5, ["a", "b", "a", "b", "a"], ["a", "b", "c", "b", "c"]])
def test_a_cursor_that_goes_in_circles_ends_the_walk(cursors: list[str]) -> None:
    asked: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params.get("page[after]"))
        cursor = cursors[(len(asked) - 1) % len(cursors)]
        return httpx.Response(
            200, json={"data": [run(id=f"run_{len(asked)}")], "pagination": {"next": cursor}}
        )

    items = [item.id for item in client(answer).runs.list()]
    assert len(items) == len(asked) == len(set(asked)) <= len(set(cursors)) + 1


@pytest.mark.parametrize("pagination", [{}, {"next": None}, {"next": ""}, None])
def test_the_last_page_can_say_so_in_many_ways(pagination: Any) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"data": [run()], "pagination": pagination})

    page = client(answer).runs.list()
    assert not page.has_next_page()
    assert len(list(page)) == 1


def test_an_empty_page_in_the_middle_does_not_end_the_walk() -> None:
    pages = [([run(id="run_1")], "a"), ([], "b"), ([run(id="run_2")], None)]

    def answer(request: httpx.Request) -> httpx.Response:
        data, cursor = pages[{None: 0, "a": 1, "b": 2}[request.url.params.get("page[after]")]]
        return httpx.Response(200, json={"data": data, "pagination": {"next": cursor}})

    assert [item.id for item in client(answer).runs.list()] == ["run_1", "run_2"]


def test_a_missing_list_is_an_empty_page() -> None:
    page = client(lambda request: httpx.Response(200, json={})).runs.list()
    assert page.data == []
    assert list(page) == []
