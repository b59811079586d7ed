"""Sixty operations with awkward names: every one becomes a method that can be called."""

from __future__ import annotations

import asyncio
import inspect
import json
import re
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import httpx
import pytest

from .documents import sample, sixty

DOCUMENT = sixty()


def routes() -> list[tuple[str, re.Pattern[str], Any]]:
    """Method, path pattern and a 200 body (``...`` for none) of every operation."""
    found = []
    for path, item in DOCUMENT["paths"].items():
        pattern = re.compile(".*" + re.sub(r"\\\{.*?\\\}", "[^/]+", re.escape(path)) + "$")
        for method, operation in item.items():
            schema = (
                operation["responses"]
                .get("200", {})
                .get("content", {})
                .get("application/json", {})
                .get("schema")
            )
            body = ... if "204" in operation["responses"] else sample(DOCUMENT, schema)
            found.append((method.upper(), pattern, body))
    return found


ROUTES = routes()


def answer(request: httpx.Request) -> httpx.Response:
    for method, pattern, body in ROUTES:
        if method == request.method and pattern.match(request.url.path):
            return httpx.Response(204) if body is ... else httpx.Response(200, json=body)
    return httpx.Response(404, json={"error": f"no route for {request.method} {request.url}"})


def methods(client: Any) -> Iterator[tuple[str, str, Callable[..., Any]]]:
    """Every public method of every resource of a client."""
    for attribute in sorted(vars(type(client))):
        resource = getattr(client, attribute, None)
        if attribute.startswith("_") or not hasattr(resource, "with_raw_response"):
            continue
        for name in sorted(vars(type(resource))):
            if not name.startswith(("_", "with_")):
                yield attribute, name, getattr(resource, name)


def arguments(method: Callable[..., Any]) -> dict[str, Any]:
    """Values for what a method needs, and for the options that every method has."""
    values: dict[str, Any] = {"extra_headers": {"x-test": "1"}}
    for name, parameter in inspect.signature(method).parameters.items():
        if parameter.default is inspect.Parameter.empty or (name == "body" and "body" not in values):
            values[name] = {"kind": "circle", "radius": 1} if name == "body" else "x"
        elif parameter.annotation == "str | None":
            values[name] = "value"
    return values


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    from .packages import imported

    with imported(DOCUMENT, tmp_path_factory.mktemp("sixty")) as module:
        yield module


def test_each_server_has_its_clients(package: ModuleType) -> None:
    clients = sorted(name for name in package.__all__ if name.endswith("Client"))
    assert clients == [
        "AsyncExampleClient",
        "AsyncOtherExampleClient",
        "AsyncWidgetsClient",
        "ExampleClient",
        "OtherExampleClient",
        "WidgetsClient",
    ]


def test_every_operation_is_a_method_that_works(package: ModuleType) -> None:
    called = 0
    for name in ("ExampleClient", "OtherExampleClient", "WidgetsClient"):
        with httpx.Client(transport=httpx.MockTransport(answer)) as http_client:
            client = getattr(package, name)(token="t", http_client=http_client)
            for attribute, method_name, method in methods(client):
                result = method(**arguments(method))
                raw = getattr(getattr(client, attribute).with_raw_response, method_name, None)
                if raw is not None:
                    called += 1
                    assert raw(**arguments(raw)).parse() == result
    assert called == 60


def test_the_asynchronous_methods_work_too(package: ModuleType) -> None:
    async def call_all() -> int:
        called = 0
        for name in ("AsyncExampleClient", "AsyncOtherExampleClient", "AsyncWidgetsClient"):
            async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http_client:
                client = getattr(package, name)(token="t", http_client=http_client)
                for attribute, method_name, method in methods(client):
                    result = await method(**arguments(method))
                    raw = getattr(getattr(client, attribute).with_raw_response, method_name, None)
                    if raw is not None:
                        called += 1
                        assert (await raw(**arguments(raw))).parse() == result
        return called

    assert asyncio.run(call_all()) == 60


def test_every_public_name_can_be_imported(package: ModuleType) -> None:
    for name in package.__all__:
        assert getattr(package, name) is not None
    assert set(package.__all__) <= set(dir(package))


def test_awkward_properties_are_read_and_written_back(package: ModuleType) -> None:
    seen: list[Any] = []

    def record(request: httpx.Request) -> httpx.Response:
        seen.append(json.loads(request.content))
        return httpx.Response(200, json=seen[-1])

    schema = DOCUMENT["paths"]["/things20"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    value = sample(DOCUMENT, schema)
    with httpx.Client(transport=httpx.MockTransport(record)) as http_client:
        client = package.WidgetsClient(token="t", http_client=http_client)
        resource = next(
            getattr(client, attribute) for attribute, name, _ in methods(client) if name == "create_20"
        )
        first = resource.create_20(body=value)
        again = resource.create_20(body=first)
    assert seen[0] == seen[1] == value
    assert first == again
