"""Deployments: those given by a file, else one for each version that runs of the environment have."""

from __future__ import annotations

import hashlib
import math
from typing import Any

from trigger_contract.mock import dates
from trigger_contract.mock.listquery import read_moment, read_number, read_period
from trigger_contract.mock.messages import Answer
from trigger_contract.mock.platform import answers, bodies
from trigger_contract.mock.platform.bodies import Is
from trigger_contract.mock.platform.front import Function, Visit
from trigger_contract.mock.platform.pages import refused
from trigger_contract.mock.platform.things import Thing
from trigger_contract.mock.platform.world import World
from trigger_contract.mock.query import Reading
from trigger_contract.mock.store import TIE_BITS

KIND = "deployment"
_STATUSES = ("PENDING", "BUILDING", "DEPLOYING", "DEPLOYED", "FAILED", "CANCELED", "TIMED_OUT")
_MINUTE = 60_000
_FEWEST, _USUAL, _MOST = 5, 20, 100
_LISTED = (
    "id",
    "createdAt",
    "shortCode",
    "version",
    "runtime",
    "runtimeVersion",
    "status",
    "deployedAt",
    "git",
)
_SHORT = ("id", "status", "contentHash", "shortCode", "version", "imageReference")
_WHOLE = (*_SHORT, "imagePlatform", "commitSHA", "externalBuildData", "errorData", "canceledReason")
_VERSIONS = f"SELECT version, min(key)>>{TIE_BITS} FROM runs WHERE version IS NOT NULL GROUP BY version"
_NEVER = "Deployment is not associated with a worker and cannot be promoted."


class Deployments:
    """Lists and promotes deployments.

    Args:
        world: Where they are kept, and the runs whose versions tell of them; an environment of somebody's
            own has none.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.functions: dict[str, Function] = {
            "list_deployments": self._list,
            "latest_deployment": self._latest,
            "retrieve_deployment": self._retrieve,
            "promote_deployment": self._promote,
        }

    def _all(self) -> list[Thing]:
        """Return the deployments, the newest first."""
        every = self._world.things.all(KIND)
        if not every and not self._world.is_dev:
            every = [_of_version(*row) for row in self._world.store.database.execute(_VERSIONS)]
        return sorted(every, key=lambda thing: (thing["createdAt"], str(thing["id"])), reverse=True)

    def _current(self) -> Thing | None:
        every = [thing for thing in self._all() if thing["status"] == "DEPLOYED"]
        promoted = self._world.things.get("promoted", "") or {}
        return next((thing for thing in every if thing["version"] == promoted.get("version")), None) or next(
            iter(every), None
        )

    def _retrieve(self, visit: Visit) -> Answer:
        if visit.path[0] == "current":
            current = self._current()
            return answers.given(200, _listed(current)) if current else _unknown()
        thing = next((thing for thing in self._all() if thing["id"] == visit.path[0]), None)
        if thing is None:
            return _unknown()
        shown = {name: thing.get(name) for name in _WHOLE}
        if thing["status"] == "DEPLOYED":
            tasks = [_task(thing["id"], name) for name in sorted(self._world.store.tasks())]
            worker = thing["id"].replace("deployment_", "worker_")
            shown["worker"] = thing.get("worker") or {
                "id": worker,
                "version": thing["version"],
                "tasks": tasks,
            }
        return answers.given(200, shown)

    def _latest(self, visit: Visit) -> Answer:
        """Return the newest of those that somebody else than the service runs."""
        thing = next((thing for thing in self._all() if thing.get("type") == "UNMANAGED"), None)
        if thing is None:
            return _unknown()
        return answers.given(200, {name: thing.get(name) for name in (*_SHORT, "errorData")})

    def _promote(self, visit: Visit) -> Answer:
        thing = next((thing for thing in self._all() if thing["version"] == visit.path[0]), None)
        if thing is None:
            return _unknown()
        if thing["status"] != "DEPLOYED":
            return answers.error(400, _NEVER)
        current = self._current()
        if current is not None and current["id"] == thing["id"]:
            return answers.error(400, "Deployment is already the current deployment.")
        older = current is not None and _order(thing["version"]) < _order(current["version"])
        if older and visit.query.get("allowRollbacks") != "true":
            return answers.error(
                400, "Cannot promote a deployment that is older than the current deployment."
            )
        self._world.things.put("promoted", "", {"version": thing["version"]})
        return answers.given(200, {name: thing.get(name) for name in ("id", "version", "shortCode")})

    def _list(self, visit: Visit) -> Answer:
        query, reading = visit.query, Reading()
        size = _read_size(query.get("page[size]"), reading)
        if "status" in query:
            reading.details += bodies.judge(query["status"], Is("string", among=_STATUSES), ("status",))
        if reading.details:
            return refused(reading)
        if not visit.bearer.may("read", {"deployments": []}):
            return answers.forbidden()
        since, until = self._window(query.get("period", ""), query.get("from", ""), query.get("to", ""))
        if since is None or until is None:
            return answers.failed()
        found = [
            thing
            for thing in self._all()
            if since <= thing["createdAt"] <= until and query.get("status") in (None, thing["status"])
        ]
        known = [thing["id"] for thing in found]
        begins = known.index(query["page[after]"]) + 1 if query.get("page[after]") in known else 0
        page = found[begins : begins + size]
        links = {"next": page[-1]["id"]} if len(found) > begins + size else {}
        return answers.given(200, {"data": [_listed(thing) for thing in page], "pagination": links})

    def _window(self, period: str, since: str, until: str) -> tuple[float | None, float | None]:
        """Return the bounds of a list; None for one that cannot be read. An end alone is none."""
        if period:
            lasts = read_period(period)
            return (None if lasts is None else self._world.clock.now() - lasts), dates.LATEST
        if not since:
            return 0, dates.LATEST
        return read_moment(since), read_moment(until) if until else dates.LATEST


def _read_size(text: str | None, reading: Reading) -> int:
    """Read ``page[size]``, which may be broken; fewer than some are never given."""
    if text is None:
        return _USUAL
    value = read_number(text)
    bound = {"type": "number", "inclusive": True, "exact": False, "path": ["page[size]"]}
    if math.isnan(value):
        fault = {"code": "invalid_type", "expected": "number", "received": "nan", "path": ["page[size]"]}
        reading.details.append(fault | {"message": "Expected number, received nan"})
    elif value < 1:
        said = "Limit must be at least 1"
        reading.details.append({"code": "too_small", "minimum": 1, **bound, "message": said})
    elif value > _MOST:
        said = f"Limit must be less than or equal to {_MOST}"
        reading.details.append({"code": "too_big", "maximum": _MOST, **bound, "message": said})
    return max(_FEWEST, min(int(value), _MOST)) if not reading.details else _USUAL


def _of_version(version: str, first: int) -> Thing:
    digest = hashlib.sha256(version.encode()).hexdigest()
    thing: Thing = {"id": f"deployment_{digest[:21]}", "version": version, "status": "DEPLOYED"}
    thing |= {"createdAt": first - 2 * _MINUTE, "deployedAt": first - _MINUTE, "shortCode": digest[:8]}
    thing |= {"contentHash": digest, "imageReference": f"registry.example/{version}"}
    return thing | {"imagePlatform": "linux/amd64", "runtime": "node-22", "runtimeVersion": "22.16.0"}


def _listed(thing: Thing) -> dict[str, Any]:
    shown = {name: thing.get(name) for name in _LISTED}
    for name in ("createdAt", "deployedAt"):
        shown[name] = None if shown[name] is None else dates.to_text(shown[name])
    error = thing.get("errorData") or thing.get("error")
    return shown | ({"error": error} if error and thing["status"] == "FAILED" else {})


def _task(deployment: str, name: str) -> dict[str, str]:
    tail = hashlib.sha256(f"{deployment}\n{name}".encode()).hexdigest()[:21]
    return {"id": f"task_{tail}", "slug": name, "filePath": "src/trigger/tasks.ts", "exportName": "task"}


def _order(version: str) -> list[tuple[int, str]]:
    """Return what versions are ordered by: a day, then a number."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in version.split(".")]


def _unknown() -> Answer:
    return answers.error(404, "Deployment not found")
