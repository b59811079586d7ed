"""Sessions: made with a run of their task, found by their id or by their maker's own, closed for good."""

from __future__ import annotations

from typing import Any

from trigger_contract.mock import dates
from trigger_contract.mock.ids import new_id
from trigger_contract.mock.listquery import MACHINES, read_moment, read_period
from trigger_contract.mock.messages import Answer
from trigger_contract.mock.platform import answers, bodies
from trigger_contract.mock.platform.bodies import Is
from trigger_contract.mock.platform.front import Function, Visit
from trigger_contract.mock.platform.pages import cursor_page, read_milliseconds, refused, sized
from trigger_contract.mock.platform.things import Thing
from trigger_contract.mock.platform.triggering import Refused, Triggering
from trigger_contract.mock.platform.world import World

_KIND = "session"
_LARGEST = 32 * 1024
_STATUSES = ("ACTIVE", "CLOSED", "EXPIRED")
_ITEM = ("type", "taskIdentifier", "currentRunId", "tags", "metadata")
_TIMES = ("closedAt", "closedReason", "expiresAt", "createdAt", "updatedAt")
_FIXED = (
    "externalId cannot be changed after creation; "
    "close this session and create a new one with the desired externalId"
)


def _date_fault(value: Any) -> str | None:
    return None if value is None or read_moment(str(value)) is not None else "Invalid date"


def _key_fault(value: Any) -> str | None:
    if not value.strip():
        return "String must contain at least 1 character(s)"
    if value.strip().startswith("session_"):
        return "externalId cannot start with 'session_' (reserved prefix for internal friendlyIds)"
    return None


_TAG = Is("string", most=128)
_KEY = Is("string", optional=True, most=256, check=_key_fault)
_CONFIG = Is(
    "object",
    fields={
        "basePayload": Is("object"),
        "machine": Is("string", optional=True, among=MACHINES),
        "queue": Is("string", optional=True, most=128),
        "tags": Is("array", optional=True, most=5, of=_TAG),
        "maxAttempts": Is("number", optional=True, whole=True, least=1, greatest=10),
        "maxDuration": Is("number", optional=True, whole=True, least=1),
        "lockToVersion": Is("string", optional=True),
        "region": Is("string", optional=True),
        "idleTimeoutInSeconds": Is("number", optional=True, whole=True, least=1, greatest=3600),
    },
)
_SESSION = Is(
    "object",
    fields={
        "type": Is("string", fewest=1, most=64),
        "externalId": _KEY,
        "taskIdentifier": Is("string", fewest=1, most=128),
        "triggerConfig": _CONFIG,
        "tags": Is("array", optional=True, most=10, of=_TAG),
        "metadata": Is("object", optional=True),
        "expiresAt": Is("any", optional=True, check=_date_fault),
    },
)
_CHANGE = Is(
    "object",
    fields={
        "tags": Is("array", optional=True, most=10, of=_TAG),
        "metadata": Is("object", optional=True, also=Is("null")),
        "externalId": _KEY,
    },
)
_CLOSE = Is("object", fields={"reason": Is("string", optional=True, most=256)})


class Sessions:
    """Makes, changes and closes sessions.

    Args:
        world: Where they are kept.
        triggering: Starts their runs.
    """

    def __init__(self, world: World, triggering: Triggering) -> None:
        self._world = world
        self._triggering = triggering
        self.functions: dict[str, Function] = {
            "list_sessions": self._list,
            "create_session": self._create,
            "retrieve_session": self._retrieve,
            "update_session": self._update,
            "close_session": self._close,
        }

    def _find(self, name: str) -> Thing | None:
        """Return a session by its id or by its maker's own id."""
        if name.startswith("session_"):
            return self._world.things.get(_KIND, name)
        return self._keyed(name.strip())

    def _keyed(self, key: str) -> Thing | None:
        return next((s for s in self._world.things.all(_KIND) if key and s["externalId"] == key), None)

    def _status(self, thing: Thing) -> str:
        if thing["closedAt"] is not None:
            return "CLOSED"
        expired = thing["expiresAt"] is not None and thing["expiresAt"] <= self._world.clock.now()
        return "EXPIRED" if expired else "ACTIVE"

    # Operations

    def _create(self, visit: Visit) -> Answer:
        body = bodies.read(visit, _SESSION, largest=_LARGEST)
        if isinstance(body, Answer):
            return body if visit.bearer.may("write", {"sessions": []}) else answers.forbidden()
        if not visit.bearer.may("write", {"sessions": [], "tasks": [body["taskIdentifier"]]}):
            return answers.forbidden()
        thing = self._keyed((body.get("externalId") or "").strip())
        known = thing is not None
        if thing is None:
            thing = self._world.things.put(_KIND, *self._new(body))
        if (status := self._status(thing)) != "ACTIVE":
            said = f"Session is {status.lower()}; use a different externalId to create a new session"
            return answers.error(409, said)
        if thing["currentRunId"] is None:
            try:
                thing["currentRunId"] = self._start(body)
            except Refused as refusal:
                return refusal.answer
            self._world.things.put(_KIND, thing["id"], thing)
        names = [name for name in (thing["id"], thing["externalId"]) if name]
        scopes = [f"{action}:sessions:{name}" for name in names for action in ("read", "write")]
        made = {
            "runId": thing["currentRunId"],
            "publicAccessToken": self._world.sign(scopes),
            "isCached": known,
        }
        return answers.given(200 if known else 201, self._shown(thing) | made)

    def _new(self, body: dict[str, Any]) -> tuple[str, Thing]:
        now = self._world.clock.now()
        thing: Thing = {
            "id": new_id(_KIND, now),
            "externalId": (body.get("externalId") or "").strip() or None,
        }
        thing |= {name: body[name] for name in ("type", "taskIdentifier", "triggerConfig")}
        thing |= {"currentRunId": None, "tags": body.get("tags", []), "metadata": body.get("metadata")}
        until = body.get("expiresAt")
        thing["expiresAt"] = None if until is None else int(read_moment(str(until)) or 0)
        return thing["id"], thing | {
            "closedAt": None,
            "closedReason": None,
            "createdAt": now,
            "updatedAt": now,
        }

    def _start(self, body: dict[str, Any]) -> str:
        config = body["triggerConfig"]
        options = {
            name: config[name] for name in ("machine", "tags", "lockToVersion", "region") if name in config
        }
        if "queue" in config:
            options["queue"] = {"name": config["queue"]}
        return self._triggering.start(
            body["taskIdentifier"], {"payload": config["basePayload"], "options": options}
        )[0]

    def _retrieve(self, visit: Visit) -> Answer:
        thing = self._find(visit.path[0])
        if thing is None:
            return answers.error(404, "Not found", [answers.NO_RETRY])
        if not visit.bearer.may("read", {"sessions": [thing["id"], str(thing["externalId"])]}):
            return answers.forbidden()
        return answers.given(200, self._shown(thing))

    def _update(self, visit: Visit) -> Answer:
        body = bodies.read(visit, _CHANGE, largest=_LARGEST)
        thing, refusal = self._changeable(visit, body)
        if thing is None or isinstance(body, Answer):
            return refusal
        if "externalId" in body and body["externalId"] != thing["externalId"]:
            return answers.error(422, _FIXED)
        thing |= {name: body[name] for name in ("tags", "metadata") if name in body}
        return self._keep(thing)

    def _close(self, visit: Visit) -> Answer:
        body = bodies.read(visit, _CLOSE, largest=_LARGEST)
        thing, refusal = self._changeable(visit, body)
        if thing is None or isinstance(body, Answer):
            return refusal
        if thing["closedAt"] is None:  # what came first stays
            thing |= {"closedAt": self._world.clock.now(), "closedReason": body.get("reason")}
            return self._keep(thing)
        return answers.given(200, self._shown(thing))

    def _changeable(self, visit: Visit, body: dict[str, Any] | Answer) -> tuple[Thing | None, Answer]:
        """Return the session that a request may change, or else the refusal."""
        if not visit.bearer.may("admin", {}):
            return None, answers.forbidden()
        if isinstance(body, Answer):
            return None, body
        return self._find(visit.path[0]), answers.error(404, "Session not found")

    def _keep(self, thing: Thing) -> Answer:
        thing["updatedAt"] = self._world.clock.now()
        return answers.given(200, self._shown(self._world.things.put(_KIND, thing["id"], thing)))

    # The list

    def _list(self, visit: Visit) -> Answer:
        query, reading = visit.query, sized(visit, 20)
        status = query.get("filter[status]")
        if status is not None and status not in _STATUSES:
            rule = Is("string", among=_STATUSES, also=Is("array"))
            reading.details += bodies.judge(status, rule, ("filter[status]",))
        for name in ("from", "to"):
            read_milliseconds(visit, f"filter[createdAt][{name}]", reading)
        if reading.details:
            return refused(reading)
        if query.get("page[after]") and query.get("page[before]"):
            fault = {"code": "custom", "message": "Cannot use both page[after] and page[before]", "path": []}
            return answers.given(400, {"error": "Query Error", "details": [fault]})
        asked = [query["filter[taskIdentifier]"]] if query.get("filter[taskIdentifier]") else []
        if not visit.bearer.may("read", {"sessions": [], "tasks": asked} if asked else {"sessions": []}):
            return answers.forbidden()
        period = read_period(query.get("filter[createdAt][period]", ""))
        since = reading.values.get("filter[createdAt][from]", 0)
        since = self._world.clock.now() - period if period is not None else since
        until = reading.values.get("filter[createdAt][to]", dates.LATEST)
        found = [
            self._listed(thing)
            for thing in sorted(self._world.things.all(_KIND), key=_identity, reverse=True)
            if since <= thing["createdAt"] <= until
            and all(
                not (wanted := query.get(f"filter[{name}]")) or thing[name] == wanted
                for name in ("type", "taskIdentifier", "externalId")
            )
            and (not (tag := query.get("filter[tags]")) or tag in thing["tags"])
            and (status is None or self._status(thing) == status)
        ]
        return answers.given(200, cursor_page(found, query, reading.values["page[size]"]))

    @staticmethod
    def _listed(thing: Thing) -> dict[str, Any]:
        shown = {name: thing[name] for name in ("id", "externalId", *_ITEM)}
        for name in _TIMES:
            at = thing[name]
            shown[name] = at if at is None or name == "closedReason" else dates.to_text(at)
        return shown

    def _shown(self, thing: Thing) -> dict[str, Any]:
        return self._listed(thing) | {"triggerConfig": thing["triggerConfig"]}


def _identity(thing: Thing) -> str:
    return str(thing["id"])
