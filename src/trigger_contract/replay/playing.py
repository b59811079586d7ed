"""What no request of a recording did: the steps of workers, and runs that were started in another part of it.

Only a mock can be told of it: through its control door, and by triggering runs as anybody does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote

from trigger_contract.replay.learned import Learned
from trigger_contract.replay.recording import Exchange, Received

Ask = Callable[[str, str, Any], Received]
"""Sends method, path and JSON body, and returns the answer."""

_RUN = re.compile(r"run_[a-z0-9]{16,}")
_VERSION = "x-trigger-api-version"
_MOVED = ("version", "startedAt", "finishedAt", "durationMs", "output")
_STARTED = ("version", "startedAt")
_FINISHED = frozenset({"COMPLETED", "FAILED", "CRASHED", "SYSTEM_FAILURE", "INTERRUPTED", "TIMED_OUT"})
_OPTIONS = (("tags", "tags"), ("ttl", "ttl"), ("isTest", "test"), ("delayedUntil", "delay"))
# What a run enters by a call or by the clock; all else is the work of a worker.
_CALLED = frozenset({"QUEUED", "PENDING", "DELAYED", "CANCELED", "EXPIRED"})
_OF_WHAT_IS_THERE = frozenset({403, 409, 422})
"""Refusals that a run gets which is there."""
_FAULT = re.compile(r"trigger\.dev internal error \((\w+)\)")


class Player:
    """Brings the runs of a mock to where the next answer of a recording shows them.

    Args:
        exchanges: The recording.
        control: Asks the control door.
        learned: The names of things.
        made: What ran while the recording was made: the earliest creation, as ISO text.
    """

    def __init__(self, exchanges: Iterable[Exchange], control: Ask, learned: Learned, made: str) -> None:
        self._control = control
        self._learned = learned
        self._views: dict[str, Mapping[str, Any]] = {}
        self._asked: set[str] = set()
        self._environment = self._ask_environment()
        for exchange in exchanges:
            for view in _views(exchange.response.body):
                known = self._views.get(view["id"], {})
                if view.get("createdAt", "") >= made and len(view) > len(known) * 2:
                    self._views[view["id"]] = view  # the first, but a whole run rather than a mention

    def _ask_environment(self) -> Any:
        """Return the id of the server's environment, which its runs show, or None."""
        body = self._control("GET", "/runs?limit=1", None).body
        runs = body.get("runs") if isinstance(body, Mapping) else None
        return runs[0]["env"].get("id") if runs and isinstance(runs[0].get("env"), Mapping) else None

    def before(self, exchange: Exchange, trigger: Ask) -> None:
        """Do what must have happened before an exchange.

        Args:
            exchange: It will be asked next.
            trigger: Asks the server with a key of the exchange's environment.
        """
        if exchange.response.status >= 400 and exchange.response.status not in _OF_WHAT_IS_THERE:
            return
        named = _named(exchange)
        shown = {view["id"]: view for view in _views(exchange.response.body)}
        reading = exchange.request.method == "GET"
        for name in [*named, *(shown if reading else ())]:
            # Who may not act on a run is not told whether there is one.
            told = reading or exchange.response.status != 403
            if self._is_missing(name, told and f"/{name}" in exchange.request.path):
                self._asked.add(name)
                self._start(name, trigger)
        for name, view in shown.items() if reading else ():
            if name in self._views and ("attemptCount" in view or view["status"] in _FINISHED):
                self._move(self._learned.translate(name), view, exchange)

    def _is_missing(self, name: str, in_path: bool) -> bool:
        """Whether a run of the recording's time, and of this environment, was not made yet."""
        view = self._views.get(name)
        if view is None and in_path and _RUN.fullmatch(name):
            view = {}  # no answer shows more of it than its name
        if view is None or name in self._asked or self._learned.translate(name) != name:
            return False
        if "schedule" in view or view.get("taskKind") == "SCHEDULED":
            return False  # the clock starts it
        where = view.get("env")
        return not isinstance(where, Mapping) or where.get("id") == self._environment

    def _start(self, name: str, trigger: Ask) -> None:
        """Trigger a run that the server does not know, and bring it to where it was first seen."""
        if self._control("GET", f"/runs/{quote(name, safe='')}", None).status != 404:
            return
        view = self._views.get(name, {"id": name, "status": "QUEUED"})
        options = {ours: view[theirs] for theirs, ours in _OPTIONS if view.get(theirs)}
        body = {name: view[name] for name in ("payload",) if name in view} | {"options": options}
        path = f"/api/v1/tasks/{quote(str(view.get('taskIdentifier', 'task')), safe='')}/trigger"
        answer = trigger("POST", path, body)
        if answer.status != 200 or not isinstance(answer.body, Mapping):
            return
        self._learned.meets(name, str(answer.body.get("id")))
        made = str(answer.body["id"])
        known = ("idempotencyKey",) if "idempotencyKey" in view else ()
        if view["status"] == "CANCELED":
            self._change(made, None, view, (*_STARTED, *known))
            trigger("POST", f"/api/v2/runs/{made}/cancel", {})
        elif view["status"] not in ("QUEUED", "PENDING", "DELAYED"):
            self._change(made, _state(view, ""), view, (*_MOVED, *known))
        elif known:
            self._change(made, None, view, known)

    def _move(self, name: str, view: Mapping[str, Any], exchange: Exchange) -> None:
        """Take a run the steps that a worker took."""
        answer = self._control("GET", f"/runs/{quote(name, safe='')}", None)
        if answer.status != 200 or not isinstance(answer.body, Mapping):
            return
        version = {key.lower(): value for key, value in exchange.request.headers.items()}.get(_VERSION, "")
        state = _state(view, version.strip())
        if view.get("status") in _CALLED:
            if "startedAt" in view and "startedAt" not in answer.body:
                self._change(name, None, view, _STARTED)
        elif state != answer.body.get("state"):
            self._change(name, state, view, _MOVED)
        elif view.get("attemptCount", 1) != answer.body.get("attemptCount"):
            self._change(name, None, view, ())

    def _change(self, name: str, state: str | None, view: Mapping[str, Any], members: Iterable[str]) -> None:
        changes = {member: view[member] for member in members if member in view}
        changes["attemptNumber"] = view.get("attemptCount", 1 if "startedAt" in view else 0)
        if state is not None:
            changes["status"] = state
            if isinstance(error := view.get("error"), Mapping):
                changes["error"] = _error(error)
        self._control("PATCH", f"/runs/{quote(name, safe='')}", changes)


def _views(body: Any) -> Iterator[Mapping[str, Any]]:
    """Yield every run that an answer shows, the outermost first."""
    if isinstance(body, Mapping):
        name = body.get("id")
        if isinstance(name, str) and _RUN.fullmatch(name) and "status" in body:
            yield body
        for value in body.values():
            yield from _views(value)
    elif isinstance(body, list):
        for value in body:
            yield from _views(value)


def _named(exchange: Exchange) -> list[str]:
    """Return the runs that a request names, those of routes too that take an id without its prefix."""
    said = unquote(exchange.request.path) + json.dumps(exchange.request.body)
    bare = re.findall(r"/runs/([a-z0-9]{20,})/", said)
    return list(dict.fromkeys([*_RUN.findall(said), *(f"run_{tail}" for tail in bare)]))


def _state(view: Mapping[str, Any], version: str) -> str:
    """Return the stored state behind a status; older names stand for several."""
    status = str(view["status"])
    if status == "EXECUTING" and not version and view.get("attemptCount") == 0:
        return "DEQUEUED"
    return {"FROZEN": "WAITING_TO_RESUME", "REATTEMPTING": "RETRYING"}.get(status, status)


def _error(error: Mapping[str, Any]) -> dict[str, Any]:
    """Return the error that a run shows as it is stored."""
    if "name" in error:
        return dict(error)
    text = str(error.get("message", ""))
    fault = _FAULT.fullmatch(text)
    return {"type": "INTERNAL_ERROR", "code": fault[1]} if fault else {"type": "STRING_ERROR", "raw": text}
