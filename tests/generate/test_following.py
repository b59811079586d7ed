"""What a call starts is waited for: found by form, and not by what anything is called."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from operator import attrgetter
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from trigger_contract.document.locate import read_document
from trigger_contract.errors import UserError
from trigger_contract.generate.planning import make_plan
from trigger_contract.mock import MockServer, Progression, Settings

from .documents import body, document, operation, path
from .packages import Build, imported, methods, talk

ROOT = Path(__file__).resolve().parents[2]
TEXT: dict[str, Any] = {"type": "string"}
STATE = {"type": "string", "enum": ["waiting", "running", "succeeded", "failed"]}


def thing(**properties: Any) -> dict[str, Any]:
    """An object that has all of these properties."""
    return {"type": "object", "required": list(properties), "properties": properties}


READ = {"get": operation("show_baking", "oven", thing(code=TEXT, state=STATE), parameters=[path("bread")])}


def started(made: dict[str, Any], reader: Any = READ, **more: Any) -> dict[str, Any]:
    """A document in which one call starts what another one reads."""
    return document(
        {"/dough": {"post": operation("knead", "kitchen", made, **more)}, "/oven/{bread}": reader}
    )


def linked(parameters: dict[str, str]) -> dict[str, Any]:
    """An answer that names the operation that reads what was started."""
    spec = started(thing(ticket=TEXT, note=TEXT))
    answer = spec["paths"]["/dough"]["post"]["responses"]["200"]
    answer["links"] = {"baked": {"operationId": "show_baking", "parameters": parameters}}
    return spec


def shown(prefix: str) -> dict[str, Any]:
    """An id and a path parameter whose examples begin alike."""
    reader = {"get": {**READ["get"], "parameters": [{**path("bread"), "example": "loaf_17"}]}}
    return started(thing(id={**TEXT, "examples": [f"{prefix}_99"]}), reader)


def collection(**more: Any) -> dict[str, Any]:
    """A collection of things that have states."""
    item = thing(number={"type": "integer"}, state=STATE)
    at = [{"name": "number", "in": "path", "required": True, "schema": {"type": "integer"}}]
    return document(
        {
            "/loaves": {
                "get": operation("all", "loaves", {"type": "array", "items": item}),
                "post": operation("bake", "loaves", item, requestBody=body(thing(flour=TEXT)), **more),
            },
            "/loaves/{number}": {"get": operation("one", "loaves", item, parameters=at)},
        }
    )


@pytest.mark.parametrize(
    ("spec", "maker", "attribute"),
    [
        (linked({"bread": "$response.body#/ticket"}), "knead", "ticket"),
        (linked({"path.bread": "$response.body#/ticket"}), "knead", "ticket"),
        (collection(), "bake", "number"),
        (started(thing(bread=TEXT, note=TEXT)), "knead", "bread"),
        (shown("loaf"), "knead", "id"),
        (started(thing(ticket=TEXT), **{"x-client": {"poll": "show_baking"}}), "knead", "ticket"),
    ],
    ids=["link", "link-with-place", "made", "name", "prefix", "said"],
)
def test_how_it_ends_is_found_by_form(spec: dict[str, Any], maker: str, attribute: str) -> None:
    following = methods(make_plan(spec))[maker].following
    assert following is not None
    assert following.name == f"{methods(make_plan(spec))[maker].name}_and_poll"
    assert following.attribute == attribute
    assert following.read.verb == "GET"


STATELESS = {"get": operation("show_baking", "oven", thing(code=TEXT), parameters=[path("bread")])}


@pytest.mark.parametrize(
    ("spec", "maker"),
    [
        (linked({"bread": "$request.body#/ticket"}), "knead"),
        (shown("tin"), "knead"),
        (started(thing(id=TEXT)), "knead"),
        (started(thing(bread=TEXT), STATELESS), "knead"),
        (started(thing(bread=TEXT), requestBody=body(thing(bread=TEXT))), "knead"),
        (collection(**{"x-client": {"poll": False}}), "bake"),
    ],
    ids=["of-the-request", "other-prefix", "anybodys-id", "no-states", "given-by-the-caller", "denied"],
)
def test_what_shows_no_end_is_not_waited_for(spec: dict[str, Any], maker: str) -> None:
    assert methods(make_plan(spec))[maker].following is None


def test_who_reads_it_is_told_by_a_text() -> None:
    with pytest.raises(UserError, match="x-client of bake"):
        make_plan(collection(**{"x-client": {"poll": 3}}))


def call(
    module: ModuleType, name: str, answer: Callable[[httpx.Request], httpx.Response], **given: Any
) -> Any:
    """Call a method of both clients, and return what they both give."""

    async def run() -> Any:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http_client:
            client = module.AsyncWidgetsClient(http_client=http_client)
            return await attrgetter(name)(client)(**given)

    found = attrgetter(name)(talk(module, "WidgetsClient", answer))(**given)
    again = asyncio.run(run())
    assert found == again
    return found


@pytest.fixture(scope="module")
def loaves(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    with imported(collection(), tmp_path_factory.mktemp("loaves")) as module:
        yield module


def test_it_is_started_once_and_looked_at_until_its_end(loaves: ModuleType) -> None:
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(f"{request.method} {request.url.path} {request.headers.get('x-trace')}")
        looks = sent.count("GET /loaves/7 one")
        state = "waiting" if request.method == "POST" else "running" if looks % 3 else "succeeded"
        return httpx.Response(200, json={"number": 7, "state": state})

    found = call(
        loaves, "loaves.bake_and_poll", answer, flour="rye", interval=0, extra_headers={"x-trace": "one"}
    )
    assert found.state == "succeeded"
    assert sent == 2 * ["POST /loaves one", *3 * ["GET /loaves/7 one"]]


def test_times_without_sense_are_refused_before_anything_is_started(loaves: ModuleType) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise AssertionError("nothing must be sent")

    with pytest.raises(ValueError, match="poll_timeout must be a number of seconds, not -1"):
        call(loaves, "loaves.bake_and_poll", answer, flour="rye", poll_timeout=-1)


def test_what_was_started_is_known_when_nothing_answers_in_time(loaves: ModuleType) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            raise httpx.ReadTimeout("made up")
        return httpx.Response(200, json={"number": 7, "state": "waiting"})

    client = talk(loaves, "WidgetsClient", answer, max_retries=0)
    with pytest.raises(loaves.WaitTimeoutError) as caught:
        client.loaves.bake_and_poll(flour="rye", poll_timeout=0)
    assert caught.value.last.number == 7


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ModuleType, MockServer]]:
    """The whole service, as its mock: each run takes a step whenever it is read."""
    spec = read_document(ROOT / "docs" / "examples" / "trigger.yaml")
    settings = Settings(runs=20, progression=Progression("manual", 1))
    with imported(spec, tmp_path_factory.mktemp("service")) as module, MockServer(spec, settings) as server:
        yield module, server


def test_what_triggers_waits_for_the_run_of_the_mock(service: tuple[ModuleType, MockServer]) -> None:
    module, server = service
    settings = {"secret_key": "tr_dev_mock", "base_url": server.url}
    with module.TriggerClient(**settings) as trigger:
        run = trigger.tasks.trigger_and_poll("my-task", payload={"to": "you"}, interval=0.01)
        again = trigger.runs.replay_and_poll(run.id, interval=0.01)

    async def wait() -> Any:
        async with module.AsyncTriggerClient(**settings) as trigger:
            return await trigger.tasks.trigger_and_poll("my-task", payload=1, interval=0.01)

    assert run.is_success
    assert again.is_success
    assert asyncio.run(wait()).is_success
    assert len({run.id, again.id}) == 2


async def ten(trigger: Any) -> None:
    """The ten calls, awaited."""
    run = await trigger.tasks.trigger("my-task", payload={"to": "you"}, delay="1h", tags=["asked"])
    assert (await trigger.tasks.batch_trigger(items=[{"task": "my-task", "options": {"ttl": "1h"}}])).runs
    assert (await trigger.runs.reschedule(run.id, delay="2h")).status == "DELAYED"
    assert (await trigger.runs.cancel(run.id)).id == run.id
    again = await trigger.runs.replay(run.id)
    schedule = await trigger.schedules.create(task="my-task", cron="0 8 * * *", deduplication_key="daily")
    assert (await trigger.schedules.update(schedule.id, task="my-task", cron="0 9 * * *")).id == schedule.id
    assert (await trigger.envvars.upload("proj_1", "dev", variables={"A": "1"}, override=True)).success
    listed = [each.id async for each in trigger.runs.list(tag="asked", created_at_period="1d")]
    assert set(listed) == {run.id, again.id}
    assert (await trigger.runs.poll(again.id, interval=0.01)).is_success
    assert (await trigger.runs.get_result(again.id)).ok


def test_the_ten_calls_can_be_awaited(service: tuple[ModuleType, MockServer]) -> None:
    module, server = service

    async def run() -> None:
        async with module.AsyncTriggerClient(secret_key="tr_dev_mock", base_url=server.url) as trigger:
            await ten(trigger)

    asyncio.run(run())


def test_a_thing_without_an_id_is_no_endless_wait(client_of: Build) -> None:
    module = client_of(started(thing(bread=TEXT, note=TEXT)))
    client = talk(module, "WidgetsClient", lambda request: httpx.Response(200, json={"note": "x"}))
    with pytest.raises((TypeError, ValueError), match="bread"):
        client.kitchen.knead_and_poll()
