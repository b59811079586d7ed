"""The control door: what tests and people do to the server, under ``/__mock``."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
import sqlite3
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from trigger_contract import __version__
from trigger_contract.errors import UserError
from trigger_contract.mock import dates
from trigger_contract.mock.editing import Editor
from trigger_contract.mock.faults import Fault
from trigger_contract.mock.inspecting import Inspector
from trigger_contract.mock.messages import Answer, Request, json_answer
from trigger_contract.mock.query import pairs
from trigger_contract.mock.records import Row
from trigger_contract.mock.selection import Selection
from trigger_contract.mock.service import Service
from trigger_contract.mock.settings import MAX_RUNS, Progression

PREFIX = "/__mock"
_HTML = (b"content-type", b"text/html; charset=utf-8")
# What a browser must not do with an answer: keep it, guess its type, show it inside of another page.
_SAFE = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
)
_LISTED = 50
_SEARCHED = 1000
"""Among so many of the newest runs a text is looked for."""

Handler = Callable[[Request, Any], Answer]


class Admin:
    """Answers the requests under ``/__mock``."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._editor = Editor(service.document, service.store, service.clock, service.progress)
        self._fixed: dict[tuple[str, str], Handler] = {
            ("GET", "/health"): self._health,
            ("POST", "/reset"): self._reset,
            ("GET", "/runs"): self._list_runs,
            ("POST", "/runs"): self._create_run,
            ("DELETE", "/runs"): self._clear_runs,
            ("GET", "/faults"): self._list_faults,
            ("POST", "/faults"): self._add_fault,
            ("DELETE", "/faults"): self._clear_faults,
            ("GET", "/clock"): self._tell_time,
            ("POST", "/clock"): self._set_clock,
            ("GET", "/progression"): self._tell_progression,
            ("POST", "/progression"): self._set_progression,
            ("GET", "/requests"): self._list_requests,
            ("DELETE", "/requests"): self._clear_requests,
            ("GET", "/collections"): self._list_collections,
            ("POST", "/collections"): self._give,
            ("GET", "/openapi.json"): self._document,
            ("GET", ""): self._page,
            ("GET", "/"): self._page,
        }

    def answer(self, request: Request) -> Answer:
        """Answer one request; whatever is wrong with it becomes a 400, 404 or 405 with its reason."""
        if not _same_origin(request):
            return json_answer(403, {"error": "Requests from other sites are refused"}, _SAFE)
        path = request.path.decode("latin-1").removeprefix(PREFIX)
        method = "GET" if request.method == "HEAD" else request.method
        try:
            body = _body(request)
            with self._service.lock:
                handler = self._fixed.get((method, path))
                answer = handler(request, body) if handler else self._by_id(request, method, path, body)
        except ValueError as error:
            return json_answer(400, {"error": str(error)[:1000]}, _SAFE)
        except sqlite3.OperationalError as error:
            # Another process writes to the file: nothing of this request was done.
            return json_answer(503, {"error": f"the database cannot be written now: {error}"}, _SAFE)
        return answer.with_headers(*_SAFE)

    # The server

    def _health(self, request: Request, body: Any) -> Answer:
        settings = self._service.settings
        store = self._service.store
        return json_answer(
            200,
            {
                "status": "ok",
                "version": __version__,
                "runs": store.count(),
                "states": store.counts(),
                "deviations": sorted(settings.deviations),
                "seed": self._service.seed,
                "progression": self._service.progress.progression.kind,
                "now": dates.to_text(self._service.clock.now()),
                "frozen": self._service.clock.frozen,
                "statuses": self._statuses(),
                "operations": [operation.operation_id for operation in self._service.operations],
            },
        )

    def _statuses(self) -> list[str]:
        """Return the names that a run is shown with, which are those that it may be made with."""
        if not any(map(self._service.keeps_runs, self._service.operations)):
            return []
        return [name for name, states in self._service.model.documented_naming().states.items() if states]

    def _reset(self, request: Request, body: Any) -> Answer:
        given = _members(body, "runs", "seed")
        for name in given:
            if not isinstance(given[name], int) or isinstance(given[name], bool):
                raise ValueError(f"{name} must be a whole number")
        if not 0 <= given.get("runs", 0) <= MAX_RUNS:
            raise ValueError(f"runs must be between 0 and {MAX_RUNS}")
        self._service.reset(**given)
        return json_answer(200, {"runs": self._service.store.count()})

    def _document(self, request: Request, body: Any) -> Answer:
        return Answer(200, self._service.document_json)

    def _page(self, request: Request, body: Any) -> Answer:
        from importlib.resources import files

        page = (files("trigger_contract.mock") / "admin.html").read_bytes()
        return Answer(200, page, (_HTML, (b"content-security-policy", content_policy(page))))

    # Runs

    def _list_runs(self, request: Request, body: Any) -> Answer:
        limit, search = _limit(request, _LISTED), _search(request)
        rows = self._service.store.page(Selection(), _SEARCHED if search else limit)
        found = (self._service.store.get(run_id) for _, run_id, _, _ in rows)
        told = (self._tell(row) for row in found if row)
        shown = (run for run in told if not search or search in json.dumps(run, ensure_ascii=False).lower())
        return json_answer(200, {"runs": list(itertools.islice(shown, limit))})

    def _create_run(self, request: Request, body: Any) -> Answer:
        given = dict(_members(body))
        environment = _environment(given)
        row = self._editor.create(given)
        if environment.items() - self._service.store.environment.items():
            self._service.adopt(environment)
        return json_answer(201, self._tell(row))

    def _clear_runs(self, request: Request, body: Any) -> Answer:
        self._service.store.clear()
        self._service.things.clear()
        self._service.give()
        self._service.progress.forget()
        return json_answer(200, {"runs": 0})

    def _tell(self, row: Row) -> dict[str, Any]:
        naming = self._service.model.documented_naming()
        said: dict[str, Any] = json.loads(self._service.views.whole(row, naming, "", env=True))
        return said | {"state": row.state, "moving": row.plan is not None}

    # Things

    @cached_property
    def _inspector(self) -> Inspector:
        return Inspector(self._service)

    def _list_collections(self, request: Request, body: Any) -> Answer:
        return json_answer(200, {"collections": self._inspector.collections()})

    def _give(self, request: Request, body: Any) -> Answer:
        given = _members(body)
        for name, items in given.items():
            if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                raise ValueError(f"{name} must be a list of things")
        try:
            self._service.give_more(given)
        except (UserError, KeyError) as error:
            raise ValueError(str(error)) from None
        return json_answer(201, {"given": sum(map(len, given.values()))})

    def _list_things(self, request: Request, name: str) -> Answer:
        found = self._inspector.items(name, _limit(request, _LISTED), _search(request))
        return json_answer(200, {"name": name, "items": found})

    # Faults

    def _list_faults(self, request: Request, body: Any) -> Answer:
        return json_answer(200, {"faults": self._service.faults.describe()})

    def _add_fault(self, request: Request, body: Any) -> Answer:
        fault = Fault.read(_members(body))
        self._service.check_fault(fault)
        number = self._service.faults.add(fault)
        return json_answer(201, {"id": number})

    def _clear_faults(self, request: Request, body: Any) -> Answer:
        self._service.faults.clear()
        return json_answer(200, {"faults": []})

    # Clock and progression

    def _tell_time(self, request: Request, body: Any) -> Answer:
        clock = self._service.clock
        now = clock.now()
        return json_answer(200, {"now": dates.to_text(now), "milliseconds": now, "frozen": clock.frozen})

    def _set_clock(self, request: Request, body: Any) -> Answer:
        given = _members(body, "set", "advance", "freeze", "reset")
        clock = self._service.clock
        if given.get("reset"):
            clock.reset()
        if "set" in given:
            at = dates.read(str(given["set"]))
            if at is None or not 0 <= at <= dates.LATEST:
                raise ValueError("set must be a date-time or milliseconds between 1970 and 2109")
            clock.set(int(at), freeze=clock.frozen)
        if "advance" in given:
            seconds = given["advance"]
            if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not abs(seconds) < 1e9:
                raise ValueError("advance must be a number of seconds")
            if not 0 <= clock.now() + seconds * 1000 <= dates.LATEST:
                raise ValueError("advance would leave the years 1970 to 2109")
            clock.advance(seconds)
        if given.get("freeze"):
            clock.freeze()
        self._service.progress.tick()
        return self._tell_time(request, body)

    def _tell_progression(self, request: Request, body: Any) -> Answer:
        now = self._service.progress.progression
        return json_answer(200, {"kind": now.kind, "step": now.step})

    def _set_progression(self, request: Request, body: Any) -> Answer:
        given = _members(body, "progression").get("progression")
        if not isinstance(given, str):
            raise ValueError("progression must be a text such as manual:3")
        try:
            self._service.progress.progression = Progression.parse(given)
        except Exception as error:
            raise ValueError(str(error)) from None
        return self._tell_progression(request, body)

    # Journal

    def _list_requests(self, request: Request, body: Any) -> Answer:
        host = request.headers.get(b"host", b"").decode("latin-1")
        settings = self._service.settings
        keys = (settings.token, settings.public_token, settings.recoup_token, settings.personal_token)
        told = self._service.journal.describe(
            _limit(request, 1000), _search(request), f"http://{host}" if host else "", keys
        )
        return json_answer(200, {"requests": told})

    def _clear_requests(self, request: Request, body: Any) -> Answer:
        self._service.journal.clear()
        return json_answer(200, {"requests": []})

    # One run or fault

    def _by_id(self, request: Request, method: str, path: str, body: Any) -> Answer:
        kind, _, rest = path.lstrip("/").partition("/")
        if kind == "collections" and method == "GET" and rest:
            return self._list_things(request, unquote(rest))
        name, _, action = rest.partition("/")
        if kind == "faults" and method == "DELETE" and name.isdecimal() and len(name) < 10:
            if self._service.faults.remove(int(name)):
                return json_answer(200, {})
            return json_answer(404, {"error": f"there is no fault {name}"})
        if kind == "runs" and name:
            return self._run(method, name, action, body)
        methods = sorted(known for known, fixed in self._fixed if fixed == path)
        if methods:
            return json_answer(
                405, {"error": "Method not allowed"}, [(b"allow", ", ".join(methods).encode())]
            )
        return json_answer(404, {"error": "Not found"})

    def _run(self, method: str, run_id: str, action: str, body: Any) -> Answer:
        self._service.progress.tick()
        row = self._service.store.get(run_id)
        if row is None:
            return json_answer(404, {"error": f"there is no run {run_id}"})
        match method, action:
            case "GET", "":
                pass
            case "PATCH", "":
                row = self._editor.change(row, _members(body))
            case "POST", "finish":
                row = self._editor.finish(row, _members(body))
            case "POST", "advance":
                row = self._service.progress.advance(row)
            case _:
                return json_answer(405, {"error": "Method not allowed"})
        return json_answer(200, self._tell(row))


def _environment(given: dict[str, Any]) -> dict[str, str]:
    """Take the members of a run that say where it ran, and return the environment they name."""
    own = {"id": given.pop("environmentId", None), "name": given.pop("environment", None)}
    own["project"] = given.pop("project", None)
    shown = given.pop("env", None)
    own |= shown if isinstance(shown, dict) else {}
    return {name: str(value) for name, value in own.items() if value is not None}


def content_policy(page: bytes) -> bytes:
    """Return the policy that lets a page run its own scripts and nothing else.

    Source: Content Security Policy Level 3, section 2.3.1 (hash sources).
    """

    def digests(name: bytes) -> bytes:
        parts = re.findall(rb"<%s>(.*?)</%s>" % (name, name), page, re.DOTALL)
        return b" ".join(b"'sha256-%s'" % base64.b64encode(hashlib.sha256(part).digest()) for part in parts)

    return (
        b"default-src 'none'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
        b"frame-ancestors 'none'; style-src 'unsafe-inline'; script-src " + (digests(b"script") or b"'none'")
    )


def _same_origin(request: Request) -> bool:
    """Whether no other site's page sent the request: a browser names the page's site in ``Origin``."""
    origin = request.headers.get(b"origin")
    return origin is None or origin.partition(b"://")[2] == request.headers.get(b"host")


def _body(request: Request) -> Any:
    if request.body is None:
        raise ValueError("the body is too large or did not come in time")
    if not request.body.strip():
        return {}
    try:
        return json.loads(request.body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise ValueError("the body is not JSON") from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _members(body: Any, *known: str) -> Mapping[str, Any]:
    if not isinstance(body, dict):
        raise ValueError("the body must be an object")
    if known and (unknown := sorted(set(body) - set(known))):
        raise ValueError(f"unknown member {unknown[0]!r}; known are {', '.join(sorted(known))}")
    return body


def _search(request: Request) -> str:
    return dict(pairs(request.query)).get("search", "").strip().lower()[:200]


def _limit(request: Request, default: int) -> int:
    text = dict(pairs(request.query)).get("limit", str(default))
    if not (text.isdecimal() and text.isascii() and len(text) < 6):
        raise ValueError("limit must be a whole number")
    return min(int(text), 1000)
