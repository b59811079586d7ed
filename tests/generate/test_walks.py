"""Walking lists of every form: each item comes once, in order, and the walk ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .documents import document, operation, query
from .packages import TEXT, imported

ITEM = {"type": "object", "required": ["id"], "properties": {"id": TEXT}}
ITEMS = {"type": "array", "items": ITEM}
NUMBER = {"type": "integer"}


def listed(name: str, parameters: list[Any], **properties: Any) -> dict[str, Any]:
    """A list with these query parameters and properties beside its items."""
    schema = {"type": "object", "properties": {"data": ITEMS, **properties}}
    limit = query("limit", NUMBER)
    return {"get": operation(f"list_{name}", name, schema, parameters=[limit, *parameters])}


LINKED = operation("list_linked", "linked", ITEMS, parameters=[query("page", NUMBER), query("limit", NUMBER)])
LINKED["responses"]["200"]["headers"] = {"Link": {"schema": TEXT}}
SPEC = document(
    {
        "/zeros": listed("zeros", [query("page", {**NUMBER, "default": 0})], total_pages=NUMBER),
        "/told": listed("told", [query("page", NUMBER)], total=NUMBER, page=NUMBER),
        "/follows": listed("follows", [], paging={"type": "object", "properties": {"next": TEXT}}),
        "/ones": listed("ones", [query("page", NUMBER)], total=NUMBER),
        "/endless": listed("endless", [query("page", NUMBER)]),
        "/offsets": listed("offsets", [query("offset", NUMBER)], total=NUMBER),
        "/cursors": listed("cursors", [query("cursor", TEXT)], next_cursor={"type": ["string", "null"]}),
        "/lasts": listed("lasts", [query("starting_after", TEXT)], has_more={"type": "boolean"}),
        "/addresses": listed("addresses", [], next={"type": ["string", "null"], "format": "uri"}),
        "/linked": {"get": LINKED},
        "/counted": {
            "get": operation(
                "list_counted",
                "counted",
                {"type": "array", "items": NUMBER},
                parameters=[query("page", NUMBER), query("limit", NUMBER)],
            )
        },
    }
)


class Server:
    """Answers pages of the items ``0`` to ``count - 1`` in every form.

    Attributes:
        asked: The paths and queries that were asked for.
    """

    def __init__(self, count: int) -> None:
        self._items = [{"id": str(number)} for number in range(count)]
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        given = request.url.params
        size = min(int(given.get("limit", 3)), 4)
        form = request.url.path.strip("/")
        first = 0 if form in ("zeros", "told") else 1
        start = {
            "follows": lambda: int(given.get("from", 0)),
            "offsets": lambda: int(given.get("offset", 0)),
            "cursors": lambda: int(given.get("cursor", "c0")[1:]),
            "lasts": lambda: int(given.get("starting_after", -1)) + 1,
            "addresses": lambda: int(given.get("from", 0)),
        }.get(form, lambda: (int(given.get("page", first)) - first) * size)()
        items, end, count = self._items[start : start + size], start + size, len(self._items)
        more = end < count
        if form == "linked":
            place = f"<https://elsewhere.example/linked?page={end // size + 1}&limit={size}>"
            return httpx.Response(200, json=items, headers={"link": f'{place}; rel="next"'} if more else {})
        beside = {
            "zeros": {"total_pages": -(-count // size)},
            "told": {"total": count, "page": start // size},
            "follows": {"paging": {"next": f"/follows?from={end}&limit={size}"} if more else {}},
            "ones": {"total": count},
            "offsets": {"total": count},
            "cursors": {"next_cursor": f"c{end}" if more else None},
            "lasts": {"has_more": more},
            "addresses": {"next": f"/addresses?from={end}&limit={size}" if more else None},
        }.get(form, {})
        return httpx.Response(200, json={"data": items, **beside})


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    with imported(SPEC, tmp_path_factory.mktemp("walks")) as module:
        yield module


def client_of(package: ModuleType, server: Callable[[httpx.Request], httpx.Response]) -> Any:
    return package.WidgetsClient(http_client=httpx.Client(transport=httpx.MockTransport(server)))


FORMS = [path.strip("/") for path in SPEC["paths"] if path != "/counted"]


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=25, deadline=None)
@given(count=st.integers(0, 13), size=st.none() | st.integers(1, 6))
def test_every_item_comes_once_and_the_walk_ends(
    package: ModuleType, form: str, count: int, size: int | None
) -> None:
    server = Server(count)
    pages = getattr(client_of(package, server), form).list(limit=size)
    assert [item.id for item in pages] == [str(number) for number in range(count)]
    assert len(server.asked) <= count + 2
    assert all(url.startswith("https://api.widgets.example/") for url in server.asked)


def test_where_the_end_is_told_no_page_beyond_it_is_asked_for(package: ModuleType) -> None:
    for form in set(FORMS) - {"endless"}:
        server = Server(6)
        assert len(list(getattr(client_of(package, server), form).list(limit=3).iter_pages())) == 2, form
        assert len(server.asked) == 2, form


def test_pages_lead_back_where_the_form_can(package: ModuleType) -> None:
    client = client_of(package, Server(9))
    for form, arguments in (("zeros", {"page": 1}), ("ones", {"page": 2}), ("offsets", {"offset": 3})):
        page = getattr(client, form).list(limit=3, **arguments)
        assert [item.id for item in page.get_previous_page().data] == ["0", "1", "2"], form
        assert not page.get_previous_page().has_previous_page()


def test_a_server_that_names_the_same_page_again_is_left(package: ModuleType) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            200, json={"data": [{"id": "a"}], "next_cursor": "same", "next": "/addresses?x=1"}
        )

    client = client_of(package, answer)
    assert [item.id for item in client.cursors.list()] == ["a"]
    assert [item.id for item in client.addresses.list()] == ["a"]


def test_the_asynchronous_client_walks_alike(package: ModuleType) -> None:
    async def walk() -> list[list[str]]:
        async with httpx.AsyncClient(transport=httpx.MockTransport(Server(7))) as http_client:
            client = package.AsyncWidgetsClient(http_client=http_client)
            return [[item.id async for item in getattr(client, form).list(limit=3)] for form in FORMS]

    assert asyncio.run(walk()) == [[str(number) for number in range(7)]] * len(FORMS)


@pytest.mark.parametrize("name", ["endless", "counted"])
def test_a_server_that_gives_its_last_page_for_ever_is_left(package: ModuleType, name: str) -> None:
    asked = 0

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        assert asked < 9, "the walk has no end"
        number = int(request.url.params.get("page", 1))
        if (
            name == "counted"
        ):  # plain values may be the same on two full pages, and are not on one that is not full
            return httpx.Response(200, json=[5, 5] if number < 4 else [5])
        return httpx.Response(200, json={"data": [{"id": str(min(number, 3))}]})

    with package.WidgetsClient(http_client=httpx.Client(transport=httpx.MockTransport(answer))) as client:
        if name == "counted":
            assert list(client.counted.list(limit=2)) == [5] * 7
        else:
            assert [item.id for item in client.endless.list()] == ["1", "2", "3"]
            assert len(list(client.endless.list().iter_pages())) == 3
    asked = 0

    async def walk() -> list[Any]:
        transport = httpx.MockTransport(answer)
        async with package.AsyncWidgetsClient(http_client=httpx.AsyncClient(transport=transport)) as client:
            return [item async for item in getattr(client, name).list(limit=2)]

    assert len(asyncio.run(walk())) == (7 if name == "counted" else 3)
