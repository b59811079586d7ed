"""Bulk actions: many runs canceled or replayed by one call."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any
from urllib.parse import urlencode

from trigger_contract.mock import dates, states
from trigger_contract.mock.ids import new_id
from trigger_contract.mock.listquery import MACHINES
from trigger_contract.mock.messages import Answer
from trigger_contract.mock.platform import answers, bodies
from trigger_contract.mock.platform.actions import Actions
from trigger_contract.mock.platform.bodies import Is
from trigger_contract.mock.platform.front import Function, Visit
from trigger_contract.mock.platform.pages import refused, sized
from trigger_contract.mock.platform.runs import Reading
from trigger_contract.mock.platform.things import Thing
from trigger_contract.mock.platform.world import World
from trigger_contract.mock.records import to_record
from trigger_contract.mock.store import TIE_BITS

_KIND = "bulk"
_MOST_RUNS = 500
_MOST_REPLAYS = 3
_TAKES = 1000
"""How long an action is under way, in milliseconds."""
_TEXTS = Is("string", optional=True, also=Is("array", of=Is("string")))
_STATUS = Is("string", among=states.NEW_NAMES)
_MACHINE = Is("string", among=MACHINES)
_QUEUE = Is("object", fields={"type": Is("string", among=("task", "custom")), "name": Is("string")})
_TEXT = Is("string", optional=True)
_DATE = Is("string", optional=True, also=Is("number"))
_FILTER = {
    "status": Is("string", optional=True, among=states.NEW_NAMES, also=Is("array", of=_STATUS)),
    "taskIdentifier": _TEXTS,
    "version": _TEXTS,
    "from": _DATE,
    "to": _DATE,
    "period": _TEXT,
    "bulkAction": _TEXT,
    "tag": _TEXTS,
    "schedule": _TEXT,
    "isTest": Is("boolean", optional=True),
    "batch": _TEXT,
    "queue": Is("object", optional=True, fields=_QUEUE.fields, also=Is("array", of=_QUEUE)),
    "machine": Is("string", optional=True, among=MACHINES, also=Is("array", of=_MACHINE)),
    "region": _TEXTS,
}
_ACTION = {
    "name": Is("string", optional=True, most=255, said="Name must be less than 255 characters"),
    "runIds": Is("array", optional=True, fewest=1, of=Is("string")),
    "filter": Is("object", optional=True, fields=_FILTER),
}
_ONE_OF = "Exactly one of filter or runIds must be provided"
_BUSY = (
    f"You can only run {_MOST_REPLAYS} bulk replays at a time in this environment. "
    "Wait for an in-progress replay to finish before starting another."
)


class BulkActions:
    """Cancels and replays runs by the hundred.

    Args:
        world: Where actions are kept.
        reading: Selects runs.
        actions: Cancels and replays one.
    """

    def __init__(self, world: World, reading: Reading, actions: Actions) -> None:
        self._world = world
        self._reading = reading
        self._actions = actions
        self.functions: dict[str, Function] = {
            "list_bulk_actions": self._list,
            "create_bulk_action": self._create,
            "retrieve_bulk_action": self._retrieve,
            "abort_bulk_action": self._abort,
        }

    # What there is

    def _all(self) -> list[Thing]:
        """Return the actions, the newest first, those too that are known by their runs alone."""
        kept = {thing["id"]: thing for thing in self._world.things.all(_KIND)}
        for name in self._world.store.distinct("bulk") - kept.keys():
            kept[name] = self._world.things.put(_KIND, name, self._of_runs(name))
        every = [self._timed(thing) for thing in kept.values()]
        return sorted(every, key=lambda thing: (thing["createdAt"], thing["id"]), reverse=True)

    def _of_runs(self, name: str) -> Thing:
        sql = f"SELECT max(key)>>{TIE_BITS} FROM runs WHERE bulk=?"
        (latest,) = self._world.store.database.execute(sql, (name,)).fetchone()
        return _thing(name, "REPLAY", latest, None)

    def _find(self, name: str) -> Thing | None:
        return next((thing for thing in self._all() if thing["id"] == name), None)

    def _timed(self, thing: Thing) -> Thing:
        """Complete an action whose time is over."""
        if thing["status"] != "PENDING" or thing["due"] is None or thing["due"] > self._world.clock.now():
            return thing
        return self._keep(thing | {"status": "COMPLETED", "completedAt": thing["due"]})

    def _keep(self, thing: Thing) -> Thing:
        return self._world.things.put(_KIND, thing["id"], thing)

    # Operations

    def _create(self, visit: Visit) -> Answer:
        body = bodies.read(visit, Is("object"))
        if isinstance(body, Answer):
            return body
        if body.get("action") not in ("cancel", "replay"):
            said = "Invalid discriminator value. Expected 'cancel' | 'replay'"
            return bodies.invalid([{"message": said, "path": ["action"]}])
        region = Is("never", optional=True) if body["action"] == "cancel" else _TEXT
        if faults := bodies.judge(body, Is("object", fields=_ACTION | {"targetRegion": region})):
            return bodies.invalid(faults)
        if "filter" in body and not _FILTER.keys() & body["filter"].keys():
            return bodies.invalid([{"message": "At least one filter must be provided", "path": ["filter"]}])
        if ("runIds" in body) == ("filter" in body):
            return bodies.invalid([{"message": _ONE_OF, "path": []}])
        if len(body.get("runIds", ())) > _MOST_RUNS:
            said = f"Too many runIds ({len(body['runIds'])}). Maximum is {_MOST_RUNS}."
            return answers.error(400, f"{said} Use a filter to select more runs.")
        return self._start(visit, body)

    def _start(self, visit: Visit, body: dict[str, Any]) -> Answer:
        replays = [
            thing for thing in self._all() if (thing["type"], thing["status"]) == ("REPLAY", "PENDING")
        ]
        if body["action"] == "replay" and len(replays) >= _MOST_REPLAYS:
            return answers.error(429, _BUSY, [answers.NO_RETRY])
        now = self._world.clock.now()
        thing = _thing(new_id(_KIND, now), body["action"].upper(), now, now + _TAKES)
        if body.get("name"):
            thing["name"] = body["name"]
        if "runIds" in body:
            chosen = list(dict.fromkeys(body["runIds"]))
        else:
            chosen = self._reading.select(visit, _query(body["filter"]))
        rows = [row for name in chosen if (row := self._world.store.get(name)) is not None]
        for row in rows:
            if body["action"] == "cancel":
                self._actions.cancel(row)
            else:
                self._actions.replay(row, bulk=thing["id"])
            changed = self._world.store.get(row.id) or row
            record = to_record(changed) | {"bulkAction": thing["id"]}
            self._world.store.replace(changed.key, record, changed.due)
        thing |= {"total": len(rows), "success": len(rows)}
        self._keep(thing)
        return answers.given(202, {"id": thing["id"]})

    def _retrieve(self, visit: Visit) -> Answer:
        thing = self._find(visit.path[0])
        if thing is None:
            return answers.error(404, "Not found", [answers.NO_RETRY])
        return answers.given(200, _shown(thing))

    def _abort(self, visit: Visit) -> Answer:
        thing = self._find(visit.path[0])
        if thing is None:
            return answers.error(404, "Resource not found")
        if thing["status"] != "PENDING":
            said = f"Bulk action group already {thing['status'].lower()}: {thing['id']}"
            return answers.error(409, said)
        self._keep(thing | {"status": "ABORTED"})
        return answers.given(200, {"id": thing["id"]})

    def _list(self, visit: Visit) -> Answer:
        reading = sized(visit, 25)
        if reading.details:
            return refused(reading)
        after, before = (visit.query.get(f"page[{name}]", "") for name in ("after", "before"))
        edges = [_read_cursor(text) if text else None for text in (after, before)]
        if (after and edges[0] is None) or (before and edges[1] is None):
            return answers.failed()
        return answers.given(200, _page(self._all(), edges[0], edges[1], reading.values["page[size]"]))


def _thing(name: str, kind: str, created: int, due: int | None) -> Thing:
    counts = {"total": 0, "success": 0, "failure": 0}
    return {"id": name, "type": kind, "status": "PENDING", "createdAt": created, "due": due, **counts}


def _shown(thing: Thing) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    shown |= {name: thing[name] for name in ("id", "name", "type", "status") if name in thing}
    shown["counts"] = {name: thing[name] for name in ("total", "success", "failure")}
    shown |= {name: dates.to_text(thing[name]) for name in ("createdAt", "completedAt") if name in thing}
    return shown


def _query(chosen: dict[str, Any]) -> bytes:
    """Return the query of the list of runs that selects what a filter does."""
    pairs = []
    for name in _FILTER.keys() & chosen.keys():
        values = chosen[name] if isinstance(chosen[name], list) else [chosen[name]]
        texts = [_text(value) for value in values]
        whole = f"filter[createdAt][{name}]" if name in ("from", "to", "period") else f"filter[{name}]"
        pairs.append((whole, ",".join(texts)))
    return urlencode(pairs).encode()


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ("task/" if value["type"] == "task" else "") + str(value["name"])
    return str(value).lower() if isinstance(value, bool) else str(value)


# Pages, by a cursor that names the moment and the id of an action

_Edge = tuple[int, str]


def _edge(thing: Thing) -> _Edge:
    return thing["createdAt"], str(thing["id"]).removeprefix(f"{_KIND}_")


def _cursor(thing: Thing) -> str:
    created, name = _edge(thing)
    said = json.dumps({"createdAt": created, "id": name}, separators=(",", ":"))
    return base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")


def _read_cursor(text: str) -> _Edge | None:
    try:
        said = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return int(said["createdAt"]), str(said["id"])
    except (ValueError, TypeError, KeyError, binascii.Error):
        return None


def _page(every: list[Thing], after: _Edge | None, before: _Edge | None, size: int) -> dict[str, Any]:
    if before is not None and after is None:
        newer = [thing for thing in every if _edge(thing) > before]
        data, more, left = newer[-size:], len(newer) > size, True
    else:
        older = [thing for thing in every if after is None or _edge(thing) < after]
        data, more, left = older[:size], after is not None, len(older) > size
    links = {"next": _cursor(data[-1])} if left and data else {}
    links |= {"previous": _cursor(data[0])} if more and data else {}
    return {"data": [_shown(thing) for thing in data], "pagination": links}
