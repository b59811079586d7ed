"""Waitpoint tokens: made, waited for, completed by a call or by their own URL."""

from __future__ import annotations

import hmac
import json
from typing import Any

from trigger_contract.mock import dates
from trigger_contract.mock.deviations import Deviation
from trigger_contract.mock.ids import new_id, short_id
from trigger_contract.mock.listquery import read_moment, read_period, read_whole
from trigger_contract.mock.messages import Answer
from trigger_contract.mock.platform import answers, bodies
from trigger_contract.mock.platform.bodies import Is
from trigger_contract.mock.platform.front import Function, Visit
from trigger_contract.mock.platform.pages import cursor_page
from trigger_contract.mock.platform.signing import digest
from trigger_contract.mock.platform.things import Thing
from trigger_contract.mock.platform.world import World, moment_of
from trigger_contract.mock.query import Reading

_KIND = "waitpoint"
_LARGEST = 10 * 1024
_STATUSES = ("WAITING", "COMPLETED", "TIMED_OUT")
_LONG = "idempotencyKey must be 2048 characters or less"


def _date_fault(value: Any) -> str | None:
    return "Invalid date" if isinstance(value, list | dict) else None


def _timeout(body: dict[str, Any], now: int) -> int | None:
    """Return when a token is no longer waited for; null is 1970, as JavaScript makes a date of it."""
    given = body.get("timeout", "")
    return 0 if given is None else moment_of(given, now)


TAG = Is("string", most=128, said="Tags must be less than 128 characters")
TAGS = Is("string", optional=True, most=128, said=TAG.said, also=Is("array", of=TAG))
"""One tag or a list of them."""
_TOKEN = Is(
    "object",
    fields={
        "timeout": Is("string", optional=True, also=Is("any", check=_date_fault)),
        "idempotencyKey": Is("string", optional=True, most=2048, said=_LONG),
        "idempotencyKeyTTL": Is("string", optional=True),
        "tags": TAGS,
    },
)


class Waitpoints:
    """Makes and completes waitpoint tokens.

    Args:
        world: Where they are kept.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.functions: dict[str, Function] = {
            "list_waitpoints": self._list,
            "create_waitpoint": self._create,
            "retrieve_waitpoint": self._retrieve,
            "complete_waitpoint": self._complete,
            "callback": self._callback,
        }

    def _create(self, visit: Visit) -> Answer:
        body = bodies.read(visit, _TOKEN, largest=_LARGEST)
        if isinstance(body, Answer):
            return body
        tags = [body["tags"]] if isinstance(body.get("tags"), str) else body.get("tags", [])
        if len(tags) > 10:
            text = f"Waitpoints can only have 10 tags, you're trying to set {len(tags)}."
            return answers.error(422, text)
        now, key = self._world.clock.now(), body.get("idempotencyKey") or None
        known = next(
            (w for w in self._all() if key and w["key"] == key and not _is_past(w, "keyUntil", now)), None
        )
        thing = known or self._new(body, key, tags, now)
        made = {"id": thing["id"], "isCached": known is not None, "url": self._url(visit, thing)}
        scopes = [f"write:waitpoints:{thing['id']}"]
        return answers.given(200, made, self._world.headers(scopes))

    def _new(self, body: dict[str, Any], key: str | None, tags: list[str], now: int) -> Thing:
        lives = dates.read_duration(body.get("idempotencyKeyTTL") or "")
        thing: Thing = {
            "id": new_id(_KIND, now),
            "status": "WAITING",
            "key": key or short_id("")[1:],
            "given": key is not None,
            "keyUntil": now + lives if key and lives else None,
            "timeoutAt": _timeout(body, now),
            "createdAt": now,
            "completedAt": None,
            "output": None,
            "outputType": "application/json",
            "isError": False,
            "tags": tags,
        }
        return self._world.things.put(_KIND, thing["id"], thing)

    def _all(self) -> list[Thing]:
        """Return the tokens, the newest first, those timed out that should be."""
        newest = sorted(self._world.things.all(_KIND), key=lambda thing: str(thing["id"]), reverse=True)
        return [self._timed(thing) for thing in newest]

    def _find(self, name: str) -> Thing | None:
        whole = name if name.startswith("waitpoint_") else f"waitpoint_{name}"
        thing = self._world.things.get(_KIND, whole)
        return self._timed(thing) if thing else None

    def _timed(self, thing: Thing) -> Thing:
        if thing["status"] != "WAITING" or not _is_past(thing, "timeoutAt", self._world.clock.now()):
            return thing
        at = dates.to_text(thing["timeoutAt"])
        said = {"code": "TRIGGER_WAITPOINT_TIMEOUT", "message": f"Waitpoint timed out at {at}"}
        ended = {"status": "TIMED_OUT", "output": json.dumps(said), "isError": True}
        return self._world.things.put(_KIND, thing["id"], thing | ended | {"completedAt": thing["timeoutAt"]})

    def _url(self, visit: Visit, thing: Thing) -> str:
        proof = digest(thing["id"], self._world.secret)
        return f"{visit.base}/api/v1/waitpoints/tokens/{thing['id']}/callback/{proof}"

    def _shown(self, visit: Visit, thing: Thing, *, whole: bool) -> dict[str, Any]:
        times = {
            name: dates.to_text(thing[kept])
            for name, kept in (
                ("completedAt", "completedAt"),
                ("timeoutAt", "timeoutAt"),
                ("completedAfter", "timeoutAt"),
            )
            if thing[kept] is not None
        }
        shown = {"id": thing["id"], "url": self._url(visit, thing), "status": thing["status"]}
        if thing["keyUntil"] is not None:
            times["idempotencyKeyExpiresAt"] = dates.to_text(int(thing["keyUntil"]))
        shown |= times | {"tags": thing["tags"], "createdAt": dates.to_text(thing["createdAt"])}
        if thing["given"] or (whole and Deviation.D32 in self._world.on):
            shown["idempotencyKey"] = thing["key"]
        if not whole:
            return shown
        output = {"output": thing["output"]} if thing["output"] is not None else {}
        return shown | {
            "type": "MANUAL",
            "userProvidedIdempotencyKey": thing["given"],
            "outputType": thing["outputType"],
            "outputIsError": thing["isError"],
            **output,
        }

    def _retrieve(self, visit: Visit) -> Answer:
        thing = self._find(visit.path[0])
        return answers.given(200, self._shown(visit, thing, whole=True)) if thing else answers.failed()

    def _complete(self, visit: Visit) -> Answer:
        body = bodies.read(visit, Is("object"))
        name = visit.path[0]
        if not visit.bearer.may("write", {"waitpoints": [name]}):
            return answers.forbidden()
        if isinstance(body, Answer):
            return body
        thing = self._find(name)
        if thing is None:
            return answers.error(404, "Waitpoint not found")
        self._end(thing, body.get("data", _NOTHING))
        return answers.given(200, {"success": True})

    def _callback(self, visit: Visit) -> Answer:
        if b"content-length" not in visit.request.headers:
            return answers.error(411, "Content-Length header is required")
        thing = self._find(visit.path[0])
        if thing is None:
            return answers.error(404, "Waitpoint not found")
        if not hmac.compare_digest(digest(thing["id"], self._world.secret).encode(), visit.path[1].encode()):
            return answers.error(401, "Invalid URL, hash doesn't match")
        if visit.request.body is None:
            return answers.error(413, "Request body too large")
        try:
            data = json.loads(visit.request.body)
        except (ValueError, RecursionError):
            data = {}
        self._end(thing, data)
        return answers.given(200, {"success": True})

    def _end(self, thing: Thing, data: Any) -> None:
        if thing["status"] != "WAITING":
            return  # what came first stays
        ended: Thing = {"status": "COMPLETED", "completedAt": self._world.clock.now()}
        if isinstance(data, str):
            ended |= {"output": data, "outputType": "text/plain"} if data else {}
        elif data is not _NOTHING:
            text = json.dumps({"json": data}, separators=(",", ":"), ensure_ascii=False)
            ended |= {"output": text, "outputType": "application/super+json"}
        self._world.things.put(_KIND, thing["id"], thing | ended)

    def _list(self, visit: Visit) -> Answer:
        query, reading = visit.query, Reading()
        if "page[size]" in query:
            read_whole("page[size]", query["page[size]"], ((0, False), (1, True)), 100, reading)
        wanted = [item for item in query.get("filter[status]", "").split(",") if item]
        if wrong := [item for item in wanted if item not in _STATUSES]:
            reading.refuse("filter[status]", f"Invalid status values: {', '.join(wrong)}")
        dated = {name: query.get(f"filter[createdAt][{name}]") for name in ("from", "to")}
        bounds = {name: read_moment(text) for name, text in dated.items() if text}
        for name in [name for name, moment in bounds.items() if moment is None]:
            where = [f"filter[createdAt][{name}]"]
            reading.details.append({"code": "invalid_date", "path": where, "message": "Invalid date"})
        if reading.details:
            return answers.given(400, {"error": "Query Error", "details": reading.details})
        period = read_period(query.get("filter[createdAt][period]", ""))
        if period is not None:
            bounds = {"from": self._world.clock.now() - period}
        tags = [item for item in query.get("filter[tags]", "").split(",") if item]
        key = query.get("filter[idempotencyKey]")
        found = [
            thing
            for thing in self._all()
            if (not wanted or thing["status"] in wanted)
            and (not tags or set(tags) & set(thing["tags"]))
            and (not key or thing["key"] == key)
            and (bounds.get("from") or 0) <= thing["createdAt"] <= (bounds.get("to") or dates.LATEST)
        ]
        shown = [self._shown(visit, thing, whole=False) for thing in found]
        return answers.given(200, cursor_page(shown, query, reading.values.get("page[size]", 25)))


_NOTHING = object()


def _is_past(thing: Thing, name: str, now: int) -> bool:
    return thing[name] is not None and bool(thing[name] <= now)
