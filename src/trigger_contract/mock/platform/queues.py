"""Queues: those of tasks, and those that runs were put into by name."""

from __future__ import annotations

import math
from typing import Any
from urllib.parse import unquote

from trigger_contract.mock.deviations import Deviation
from trigger_contract.mock.messages import Answer
from trigger_contract.mock.platform import answers, bodies
from trigger_contract.mock.platform.bodies import Is
from trigger_contract.mock.platform.front import Function, Visit
from trigger_contract.mock.platform.pages import offset_page, pages
from trigger_contract.mock.platform.things import Thing
from trigger_contract.mock.platform.world import World

_KIND = "queue"
_LIMIT = 5
"""The concurrency limit of the environment."""
_ONE_OF = "Provide exactly one of `concurrencyLimit` or `percent`"
_TYPE = Is("string", optional=True, among=("task", "custom", "id"))


class Queues:
    """Lists and changes queues.

    Args:
        world: Where they are kept; a queue is there as soon as a run is in it.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.functions: dict[str, Function] = {
            "list_queues": self._list,
            "retrieve_queue": self._retrieve,
            "pause_queue": self._pause,
            "override_queue": self._override,
            "reset_queue": self._reset,
        }

    def _all(self) -> list[Thing]:
        kept = {thing["stored"]: thing for thing in self._world.things.all(_KIND)}
        for stored in sorted(self._world.store.distinct("queue") | {"emails"} | _tasks(self._world)):
            if stored not in kept:
                kept[stored] = self._world.things.put(_KIND, stored, _new(stored))
        return [kept[stored] for stored in sorted(kept)]

    def _find(self, name: str, kind: str) -> Thing | None:
        for thing in self._all():
            if kind == "id" and thing["id"] == name:
                return thing
            wanted = f"task/{name.removeprefix('task/')}" if kind == "task" else name
            if kind != "id" and thing["stored"] in (wanted, unquote(wanted)):
                return thing
        return None

    def _shown(self, thing: Thing, *, whole: bool = True) -> dict[str, Any]:
        stored, override, base = thing["stored"], thing.get("override"), thing.get("base")
        task = stored.startswith("task/")
        current = override if override is not None else base
        waiting, running = self._world.store.queued(stored)
        concurrency: dict[str, Any] = {
            "current": current,
            "base": base if override is not None else None,
            "override": override,
            "overriddenBy": None,
            "overriddenAt": thing.get("overriddenAt"),
        }
        if Deviation.D34 not in self._world.on:
            # Without null there is a number, or nothing at all: half of an override is none for a client.
            current = _LIMIT if current is None else current
            told = {"base": _LIMIT if base is None else base, "overriddenBy": "api"}
            concurrency = {} if override is None else concurrency | told
        shown = {
            "id": thing["id"],
            "name": stored.removeprefix("task/"),
            "type": "task" if task else "custom",
            "running": running,
            "queued": waiting,
            "paused": thing["paused"],
            "concurrencyLimit": current,
            "releaseConcurrencyOnWaitpoint": True,
        }
        shown |= {"concurrency": concurrency} if concurrency else {}
        return shown | ({"concurrencyLimitOverridePercent": thing.get("percent")} if whole else {})

    def _list(self, visit: Visit) -> Answer:
        reading = pages(visit)
        if reading.details:
            return answers.given(400, {"error": "Query Error", "details": reading.details})
        every = self._all()
        return answers.given(200, offset_page([self._shown(thing) for thing in every], reading, 25))

    def _retrieve(self, visit: Visit) -> Answer:
        kind = visit.query.get("type", "id")
        if kind not in _TYPE.among:
            return answers.given(
                400, {"error": "Query Error", "details": bodies.judge({"type": kind}, _query())}
            )
        if not visit.bearer.may("read", {"queues": [visit.path[0]]}):
            return answers.forbidden()
        if visit.path[0] == "%":
            return answers.failed()
        thing = self._find(visit.path[0], kind)
        return answers.given(200, self._shown(thing)) if thing else answers.error(404, "queue-not-found")

    def _pause(self, visit: Visit) -> Answer:
        fields = {"type": _TYPE, "action": Is("string", among=("pause", "resume"))}
        body = bodies.read(visit, Is("object", fields=fields))
        if isinstance(body, Answer):
            return body
        thing = self._find(visit.path[0], body.get("type", "id"))
        if thing is None:
            return answers.error(404, "queue-not-found")
        return self._keep(thing | {"paused": body["action"] == "pause"})

    def _override(self, visit: Visit) -> Answer:
        fields = {
            "type": _TYPE,
            "concurrencyLimit": Is("number", optional=True, whole=True, least=0, greatest=100_000),
            "percent": Is("number", optional=True, above=0, greatest=100),
        }
        body = bodies.read(visit, Is("object", fields=fields))
        if isinstance(body, Answer):
            return body
        limit, percent = body.get("concurrencyLimit"), body.get("percent")
        if (limit is None) == (percent is None):
            return bodies.invalid([{"message": _ONE_OF, "path": []}])
        thing = self._find(visit.path[0], body.get("type", "id"))
        if thing is None:
            return answers.error(404, "Queue not found")
        if limit is not None and limit > _LIMIT:
            text = f"Concurrency limit ({limit}) cannot exceed the environment limit ({_LIMIT})"
            return answers.error(400, text)
        if percent is not None:
            limit = max(1, math.floor(_LIMIT * percent / 100))
        changed = {"override": limit, "percent": percent, "overriddenAt": self._world.now()}
        return self._keep(thing | changed)

    def _reset(self, visit: Visit) -> Answer:
        body = bodies.read(visit, _query())
        if isinstance(body, Answer):
            return body
        thing = self._find(visit.path[0], body.get("type", "id"))
        if thing is None:
            return answers.error(404, "Queue not found")
        if thing.get("override") is None:
            return answers.error(400, "Queue is not overridden")
        return self._keep({name: thing[name] for name in ("id", "stored", "paused", "base")})

    def _keep(self, thing: Thing) -> Answer:
        self._world.things.put(_KIND, thing["stored"], thing)
        return answers.given(200, self._shown(thing, whole=False))


def _query() -> Is:
    return Is("object", fields={"type": _TYPE})


def _new(stored: str) -> Thing:
    name = "".join(sign if sign.isalnum() else "_" for sign in stored.removeprefix("task/"))
    kind = "task_" if stored.startswith("task/") else ""
    return {"id": f"queue_{kind}{name}", "stored": stored, "paused": False, "base": None if kind else _LIMIT}


def _tasks(world: World) -> set[str]:
    return {f"task/{name}" for name in world.store.distinct("task")}
