"""Groups of errors: what failed runs have in common, and what was decided about it."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from trigger_contract.mock import dates
from trigger_contract.mock.listquery import read_moment, read_period
from trigger_contract.mock.messages import Answer
from trigger_contract.mock.platform import answers, bodies
from trigger_contract.mock.platform.bodies import Is
from trigger_contract.mock.platform.front import Function, Visit
from trigger_contract.mock.platform.pages import refused, sized
from trigger_contract.mock.platform.world import World
from trigger_contract.mock.store import TIE_BITS

_KIND = "error"
_STATUSES = ("unresolved", "resolved", "ignored")
_POSITIVE = Is("number", optional=True, above=0)
_WHOLE = Is("number", optional=True, above=0, whole=True)
_IGNORE = Is(
    "object",
    fields={
        "duration": _WHOLE,
        "occurrenceRate": _POSITIVE,
        "totalOccurrences": _WHOLE,
        "reason": Is("string", optional=True, most=1000),
    },
)
_RESOLVE = Is("object", fields={"resolvedInVersion": Is("string", optional=True)})
# What was canceled or has expired did not fail.
_FAILED = f"""
SELECT fingerprint, task, key>>{TIE_BITS}, version, error FROM runs
WHERE state IN ('FAILED','CRASHED','SYSTEM_FAILURE','INTERRUPTED','TIMED_OUT') AND fingerprint IS NOT NULL
"""
_NOTHING: dict[str, Any] = {
    "status": "unresolved",
    "resolvedAt": None,
    "resolvedInVersion": None,
    "resolvedBy": None,
    "ignoredAt": None,
    "ignoredUntil": None,
    "ignoredReason": None,
    "ignoredByUserId": None,
    "ignoredUntilOccurrenceRate": None,
    "ignoredUntilTotalOccurrences": None,
}


@dataclass(frozen=True)
class _Failure:
    """A run that failed."""

    fingerprint: str
    task: str
    created: int
    version: str | None
    error: dict[str, Any]


class Failures:
    """Lists groups of errors and takes decisions about them.

    Args:
        world: The failed runs, and where decisions are kept.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.functions: dict[str, Function] = {
            "list_errors": self._list,
            "retrieve_error": self._retrieve,
            "resolve_error": lambda visit: self._decide(visit, _RESOLVE, self._resolved),
            "ignore_error": lambda visit: self._decide(visit, _IGNORE, self._ignored),
            "unresolve_error": lambda visit: self._decide(visit, None, lambda body: {}),
        }

    def _failures(self) -> list[_Failure]:
        rows = self._world.store.database.execute(_FAILED)
        return [
            _Failure(fingerprint.removeprefix("error_"), task, created, version, json.loads(error))
            for fingerprint, task, created, version, error in rows
        ]

    def _decision(self, fingerprint: str, task: str) -> dict[str, Any]:
        kept = self._world.things.get(_KIND, f"{fingerprint}\n{task}") or _NOTHING
        over = kept["ignoredUntil"] is not None and kept["ignoredUntil"] <= self._world.clock.now()
        return _NOTHING if over else kept

    # One group: the runs of one task of those that share a fingerprint

    def _of(self, name: str) -> list[_Failure]:
        """Return the runs that an id stands for: those of the task that has most of them."""
        alike = [one for one in self._failures() if one.fingerprint == name.removeprefix("error_")]
        by_task = _grouped(alike)
        return max(by_task.values(), key=len) if by_task else []

    def _shown(self, group: list[_Failure]) -> dict[str, Any]:
        last = max(group, key=lambda one: one.created)
        versions = sorted({one.version for one in group if one.version}, reverse=True)
        decision = self._decision(last.fingerprint, last.task)
        shown: dict[str, Any] = {"id": f"error_{last.fingerprint}", "fingerprint": last.fingerprint}
        shown |= {"taskIdentifier": last.task, "errorType": last.error.get("type", "Error")}
        shown |= {"errorMessage": last.error.get("message") or "Unknown error", "count": len(group)}
        shown |= _seen(group) | {"affectedVersions": versions}
        return shown | {name: _dated(name, value) for name, value in decision.items()}

    def _retrieve(self, visit: Visit) -> Answer:
        group = self._of(visit.path[0])
        if not group:
            return answers.error(404, "Not found", [answers.NO_RETRY])
        if not visit.bearer.may("read", {"errors": _names(visit.path[0])}):
            return answers.forbidden()
        return answers.given(200, self._shown(group))

    def _decide(self, visit: Visit, rule: Is | None, decision: Any) -> Answer:
        if not visit.bearer.may("write", {"errors": _names(visit.path[0])}):
            return answers.forbidden()
        body = bodies.read(visit, rule) if rule is not None else {}
        if isinstance(body, Answer):
            return body
        group = self._of(visit.path[0])
        if not group:
            return answers.error(404, "Resource not found")
        self._world.things.put(_KIND, f"{group[0].fingerprint}\n{group[0].task}", _NOTHING | decision(body))
        return answers.given(200, self._shown(group))

    def _resolved(self, body: dict[str, Any]) -> dict[str, Any]:
        at = self._world.clock.now()
        return {"status": "resolved", "resolvedAt": at, "resolvedInVersion": body.get("resolvedInVersion")}

    def _ignored(self, body: dict[str, Any]) -> dict[str, Any]:
        at, lasts = self._world.clock.now(), body.get("duration")
        return {
            "status": "ignored",
            "ignoredAt": at,
            "ignoredUntil": None if lasts is None else min(at + int(lasts), dates.LATEST),
            "ignoredReason": body.get("reason"),
            "ignoredUntilOccurrenceRate": body.get("occurrenceRate"),
            "ignoredUntilTotalOccurrences": body.get("totalOccurrences"),
        }

    # The list

    def _list(self, visit: Visit) -> Answer:
        query, reading = visit.query, sized(visit, 25)
        wanted = [item for item in query.get("filter[status]", "").split(",") if item]
        if wrong := [item for item in wanted if item not in _STATUSES]:
            said = f"Invalid status values: {', '.join(wrong)}. Allowed: {', '.join(_STATUSES)}."
            reading.refuse("filter[status]", said)
        dated = {name: query.get(f"filter[{name}]") for name in ("from", "to")}
        bounds = {name: read_moment(text) for name, text in dated.items() if text}
        for name in [name for name, moment in bounds.items() if moment is None]:
            fault = {"code": "invalid_date", "path": [f"filter[{name}]"], "message": "Invalid date"}
            reading.details.append(fault)
        if reading.details:
            return refused(reading)
        if not visit.bearer.may("read", {"errors": []}):
            return answers.forbidden()
        since, until = self._window(query.get("filter[period]", ""), bounds)
        chosen = [one for one in self._failures() if since <= one.created <= until]
        for name, member in (("taskIdentifier", "task"), ("version", "version")):
            if text := query.get(f"filter[{name}]"):
                chosen = [one for one in chosen if getattr(one, member) in text.split(",")]
        rows = [self._listed(group, chosen) for group in _grouped(chosen).values()]
        if text := query.get("filter[search]", "").lower():
            rows = [row for row in rows if text in f"{row['errorType']} {row['errorMessage']}".lower()]
        rows = [row for row in rows if not wanted or row["status"] in wanted]
        return answers.given(200, _page(rows, query, reading.values["page[size]"]))

    def _window(self, period: str, bounds: dict[str, float | None]) -> tuple[float, float]:
        now, lasts = self._world.clock.now(), read_period(period)
        if lasts is not None:
            return now - lasts, dates.LATEST
        return bounds.get("from") or now - dates.DAY, bounds.get("to") or dates.LATEST

    def _listed(self, group: list[_Failure], every: list[_Failure]) -> dict[str, Any]:
        one = group[0]
        alike = [other for other in every if other.fingerprint == one.fingerprint]
        decision = self._decision(one.fingerprint, one.task)
        row: dict[str, Any] = {"id": f"error_{one.fingerprint}", "fingerprint": one.fingerprint}
        row |= {"taskIdentifier": one.task} | _told(one.error)
        row |= {"status": decision["status"], "count": len(group)} | _seen(alike)
        return row | {name: _dated(name, decision[name]) for name in ("resolvedAt", "ignoredUntil")}


def _names(given: str) -> list[str]:
    return [given, f"error_{given.removeprefix('error_')}"]


def _grouped(failures: Iterable[_Failure]) -> dict[tuple[str, str], list[_Failure]]:
    groups: dict[tuple[str, str], list[_Failure]] = {}
    for one in failures:
        groups.setdefault((one.fingerprint, one.task), []).append(one)
    return groups


def _told(error: dict[str, Any]) -> dict[str, str]:
    """Return what the list says of an error: the name of what was thrown, or the service's own code."""
    kind = error.get("name") or error.get("code") or "Error"
    return {"errorType": kind, "errorMessage": error.get("message") or error.get("raw") or "Unknown error"}


def _seen(group: list[_Failure]) -> dict[str, str]:
    moments = [one.created for one in group]
    return {"firstSeen": dates.to_text(min(moments)), "lastSeen": dates.to_text(max(moments))}


def _dated(name: str, value: Any) -> Any:
    return dates.to_text(value) if name in ("resolvedAt", "ignoredAt", "ignoredUntil") and value else value


# Pages, by a cursor that names how often and what; any other text stands for none

_Edge = tuple[int, str, str]


def _edge(row: dict[str, Any]) -> _Edge:
    return row["count"], row["fingerprint"], row["taskIdentifier"]


def _cursor(row: dict[str, Any]) -> str:
    names = ("occurrenceCount", "fingerprint", "taskIdentifier")
    said = json.dumps(dict(zip(names, _edge(row), strict=True)), separators=(",", ":"))
    return base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")


def _read_cursor(text: str) -> _Edge | None:
    try:
        said = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return int(said["occurrenceCount"]), str(said["fingerprint"]), str(said["taskIdentifier"])
    except (ValueError, TypeError, KeyError, binascii.Error):
        return None


def _page(rows: list[dict[str, Any]], query: Any, size: int) -> dict[str, Any]:
    rows = sorted(rows, key=_edge, reverse=True)
    after, before = (_read_cursor(query.get(f"page[{name}]", "")) for name in ("after", "before"))
    if before is not None and after is None:
        newer = [row for row in rows if _edge(row) > before]
        data, more, left = newer[-size:], len(newer) > size, True
    else:
        older = [row for row in rows if after is None or _edge(row) < after]
        data, more, left = older[:size], after is not None, len(older) > size
    links = {"next": _cursor(data[-1])} if left and data else {}
    return {"data": data, "pagination": links | ({"previous": _cursor(data[0])} if more and data else {})}
