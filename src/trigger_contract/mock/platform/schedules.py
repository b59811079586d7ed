"""Schedules that are made by a call, and the time zones they may have."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from trigger_contract.mock import dates
from trigger_contract.mock.deviations import Deviation
from trigger_contract.mock.ids import short_id
from trigger_contract.mock.messages import Answer
from trigger_contract.mock.platform import answers, bodies
from trigger_contract.mock.platform.bodies import Is
from trigger_contract.mock.platform.cron import BadCron, Cron
from trigger_contract.mock.platform.firing import KIND, in_run
from trigger_contract.mock.platform.front import Function, Visit
from trigger_contract.mock.platform.pages import offset_page, pages
from trigger_contract.mock.platform.things import Thing
from trigger_contract.mock.platform.world import World

_MINUTE = 60_000
_OPTIONAL = Is("string", optional=True)
_FIELDS = {
    "task": Is("string"),
    "cron": Is("string"),
    "externalId": _OPTIONAL,
    "timezone": _OPTIONAL,
    "window": _OPTIONAL,
}
_REGIONS = frozenset(
    {"Africa", "America", "Antarctica", "Arctic", "Asia"}
    | {"Atlantic", "Australia", "Europe", "Indian", "Pacific"}
)


class _Refused(Exception):
    """A schedule is not what the service takes."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer


class Schedules:
    """Makes, changes and removes schedules.

    Args:
        world: Where they are kept.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.functions: dict[str, Function] = {
            "list_schedules": self._list,
            "create_schedule": self._create,
            "retrieve_schedule": self._retrieve,
            "update_schedule": self._update,
            "delete_schedule": self._delete,
            "activate_schedule": lambda visit: self._switch(visit, active=True),
            "deactivate_schedule": lambda visit: self._switch(visit, active=False),
            "timezones": _timezones,
            "broken": lambda visit: answers.broken(),
        }

    def _find(self, name: str) -> Thing | None:
        if (thing := self._world.things.get(KIND, name)) is not None:
            return thing
        return next((s for s in self._world.things.all(KIND) if name and s.get("key") == name), None)

    # Operations

    def _list(self, visit: Visit) -> Answer:
        reading = pages(visit)
        if reading.details:
            return bodies.refused(reading.details, "Invalid request parameters")
        page = offset_page(list(reversed(self._world.things.all(KIND))), reading, 50)
        if any(thing["timezone"] == "" for thing in page["data"]):
            return answers.broken()
        return answers.given(200, page | {"data": [self._listed(thing) for thing in page["data"]]})

    def _create(self, visit: Visit) -> Answer:
        return self._write(visit, _FIELDS | {"deduplicationKey": Is("string")}, None)

    def _update(self, visit: Visit) -> Answer:
        # An id that is not known makes a new schedule.
        return self._write(visit, _FIELDS, self._find(visit.path[0]))

    def _write(self, visit: Visit, fields: dict[str, Is], known: Thing | None) -> Answer:
        try:
            body = bodies.read_by_hand(visit, Is("object", fields=fields))
        except ValueError:
            return answers.broken()
        if isinstance(body, list):
            return bodies.refused(body)
        key = body.get("deduplicationKey", "") if "deduplicationKey" in fields else ""
        if key and known is None:
            known = next((s for s in self._world.things.all(KIND) if s.get("key") == key), None)
        try:
            thing = self._judged(visit, body, known)
        except _Refused as refused:
            return refused.answer
        if known is None:
            thing |= {"id": short_id("sched"), "task": body["task"], "active": True}
            thing |= {"key": key} if key else {}
        else:
            kept = ("id", "task", "active", "key", "fired")
            thing = {name: known[name] for name in kept if name in known} | thing
        self._keep(thing)
        if thing["timezone"] == "":
            return answers.went_wrong()  # saved all the same
        return answers.given(200, self._made(thing))

    def _judged(self, visit: Visit, body: dict[str, Any], known: Thing | None) -> Thing:
        try:
            Cron(body["cron"])
        except BadCron as error:
            raise _Refused(answers.error(422, f"Invalid cron expression: {error}")) from None
        except ValueError:
            raise _Refused(answers.went_wrong()) from None
        if (said := self._task_fault(body["task"], new=known is None)) is not None:
            raise _Refused(answers.error(422, f"Task with identifier {body['task']} {said}."))
        zone = body.get("timezone", "UTC")
        if zone and zone not in zones():
            where = f"View the list of valid timezones at {visit.base}/timezones"
            raise _Refused(answers.error(422, f"Invalid IANA timezone: '{zone}'. {where}"))
        thing = {"cron": body["cron"], "timezone": zone}
        return thing | {name: body[name] for name in ("externalId", "window") if name in body}

    def _task_fault(self, task: str, *, new: bool) -> str | None:
        """Say why a task can have no schedule. A server that no run tells of a scheduled task takes any."""
        on_schedule = "SELECT DISTINCT task FROM runs WHERE schedule IS NOT NULL"
        scheduled = {name for (name,) in self._world.store.database.execute(on_schedule)}
        if not scheduled or task in scheduled:
            return None
        if task not in self._world.store.tasks():
            return "not found in project"
        return "is not a scheduled task" if new and Deviation.D31 in self._world.on else None

    def _retrieve(self, visit: Visit) -> Answer:
        thing = self._find(visit.path[0])
        if thing is None:
            return _unknown()
        return answers.given(200, self._shown(thing)) if thing["timezone"] else answers.broken()

    def _delete(self, visit: Visit) -> Answer:
        thing = self._find(visit.path[0])
        if thing is None:
            return _unknown()
        self._world.things.remove(KIND, thing["id"])
        self._world.store.unschedule(thing["id"])
        return answers.given(200, {"id": thing["id"]})

    def _switch(self, visit: Visit, *, active: bool) -> Answer:
        thing = self._find(visit.path[0])
        if thing is None:
            return _unknown()
        thing["active"] = active
        self._keep(thing)
        return answers.given(200, self._shown(thing))

    def _keep(self, thing: Thing) -> None:
        """Keep a schedule whose slots count from now on."""
        now = self._world.clock.now()
        self._world.things.put(KIND, thing["id"], thing | {"since": now})
        self._world.progress.wake(now)

    # Views

    def _next(self, thing: Thing) -> dict[str, str]:
        slot = Cron(thing["cron"]).next(self._world.clock.now(), thing["timezone"])
        # Runs of one minute are spread over it, each schedule at its own place.
        spread = int(hashlib.sha256(thing["id"].encode()).hexdigest()[:8], 16)
        window = dates.read_period(thing.get("window", "")) or _MINUTE
        return {"nextRun": dates.to_text(slot), "nextRunEffectiveAt": dates.to_text(slot + spread % window)}

    def _common(self, thing: Thing) -> dict[str, Any]:
        shown = {"type": "IMPERATIVE", "task": thing["task"], "active": thing["active"]}
        shown |= {"timezone": thing["timezone"]} | in_run(thing)
        return shown | ({"window": thing["window"]} if "window" in thing else {})

    def _made(self, thing: Thing) -> dict[str, Any]:
        known = self._world.environment
        where = {"id": known["id"], "shortcode": known["name"], "type": self._world.kind}
        where |= {"userName": known["user"]} if self._world.is_dev and "user" in known else {}
        return self._common(thing) | self._next(thing) | {"environments": [where]}

    def _shown(self, thing: Thing) -> dict[str, Any]:
        if Deviation.D32 not in self._world.on:
            return self._listed(thing)
        following = self._next(thing) if thing["active"] else {"nextRun": None, "nextRunEffectiveAt": None}
        where = {"id": self._world.environment["id"], "type": self._world.kind}
        return self._common(thing) | following | {"environments": [where]}

    def _listed(self, thing: Thing) -> dict[str, Any]:
        known = self._world.environment
        where = {"id": known["id"], "type": self._world.kind, "slug": known["name"]}
        where |= {"userName": known["user"]} if self._world.is_dev and "user" in known else {}
        own = {"externalId": None} | self._common(thing)
        return own | self._next(thing) | {"environments": [where]}


@cache
def zones() -> tuple[str, ...]:
    """Return the names of time zones that the service knows: UTC, then those of regions by name."""
    regional = sorted(
        name for name in available_timezones() if name.split("/")[0] in _REGIONS and "/" in name
    )
    return ("UTC", *regional)


def _timezones(visit: Visit) -> Answer:
    names = zones()
    if visit.query.get("excludeUtc") == "true":
        names = names[1:]
    return answers.given(200, {"timezones": list(names)})


def _unknown() -> Answer:
    return answers.error(404, "Schedule not found")
