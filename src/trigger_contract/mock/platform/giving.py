"""Things that a file gives, as answers show them, turned into what the service keeps of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from trigger_contract.mock import dates
from trigger_contract.mock.platform.things import Thing, Things

Given = Mapping[str, Any]
_ROOT = "/api/v1/"


def give(things: Things, data: Mapping[str, Any], now: int, *, beside: bool = False) -> None:
    """Put the things of a file in the place of those there are of their kind.

    Args:
        things: Keeps them.
        data: Lists of things by the path of their collection or its last word, judged already.
        now: When things without a date were made, in milliseconds.
        beside: Whether those that are there stay.
    """
    for name, items in data.items():
        found = _kind_of(str(name))
        if found is None or not isinstance(items, list):
            continue
        kind, turn = found
        for old in [] if beside else things.all(kind):
            things.remove(kind, old["stored" if kind == "queue" else "name" if kind == "variable" else "id"])
        for item in items:
            things.put(kind, *turn(item, now))


def is_kept(name: str) -> bool:
    """Whether the service itself keeps the things of a collection."""
    return _kind_of(name) is not None


def _kind_of(name: str) -> tuple[str, _Turn] | None:
    return next((kind for pattern, kind in _KINDS if pattern.fullmatch(name)), None)


def _schedule(item: Given, now: int) -> tuple[str, Thing]:
    thing = {"id": item["id"], "task": item["task"], "active": bool(item.get("active", True))}
    thing |= {"cron": item["generator"]["expression"], "timezone": item.get("timezone", "UTC")}
    key = item.get("deduplicationKey")
    thing |= {"key": key} if key else {}
    return item["id"], thing | {name: item[name] for name in ("externalId", "window") if item.get(name)}


def _queue(item: Given, now: int) -> tuple[str, Thing]:
    stored = f"task/{item['name']}" if item.get("type") == "task" else str(item["name"])
    known = item.get("concurrency") or {}
    override = known.get("override")
    base = known.get("base") if override is not None else item.get("concurrencyLimit")
    thing = {"id": item["id"], "stored": stored, "paused": bool(item.get("paused")), "base": base}
    if override is not None:
        thing |= {"override": override, "overriddenAt": known.get("overriddenAt"), "percent": None}
    return stored, thing


def _variable(item: Given, now: int) -> tuple[str, Thing]:
    thing = {
        name: item.get(name, usual) for name, usual in (("name", ""), ("value", ""), ("isSecret", False))
    }
    return thing["name"], thing


def _waitpoint(item: Given, now: int) -> tuple[str, Thing]:
    key = item.get("idempotencyKey")
    thing: Thing = {"id": item["id"], "status": item.get("status", "WAITING"), "tags": item.get("tags", [])}
    thing |= {"key": key or item["id"], "given": key is not None, "output": item.get("output")}
    thing |= {"outputType": item.get("outputType", "application/json")}
    thing |= {"isError": bool(item.get("outputIsError")), "createdAt": _moment(item, "createdAt") or now}
    for name, kept in (("idempotencyKeyExpiresAt", "keyUntil"), ("timeoutAt", "timeoutAt")):
        thing[kept] = _moment(item, name)
    return item["id"], thing | {"completedAt": _moment(item, "completedAt")}


def _session(item: Given, now: int) -> tuple[str, Thing]:
    usual: Thing = {"externalId": None, "type": "session", "triggerConfig": {"basePayload": {}}, "tags": []}
    usual |= {"taskIdentifier": "my-task", "currentRunId": None, "metadata": None, "closedReason": None}
    thing = {"id": item["id"], **{name: item.get(name, value) for name, value in usual.items()}}
    thing |= {name: _moment(item, name) for name in ("closedAt", "expiresAt")}
    return item["id"], thing | {name: _moment(item, name) or now for name in ("createdAt", "updatedAt")}


def _bulk(item: Given, now: int) -> tuple[str, Thing]:
    counts = {name: (item.get("counts") or {}).get(name, 0) for name in ("total", "success", "failure")}
    thing = {name: item[name] for name in ("id", "name", "type", "status") if name in item}
    thing = {"type": "REPLAY", "status": "PENDING", **thing, **counts, "due": None}
    ended = {"completedAt": at} if (at := _moment(item, "completedAt")) is not None else {}
    return item["id"], thing | {"createdAt": _moment(item, "createdAt") or now} | ended


def _deployment(item: Given, now: int) -> tuple[str, Thing]:
    thing: Thing = {"shortCode": None, "version": "", "status": "DEPLOYED", **item}
    thing |= {"createdAt": _moment(item, "createdAt") or now, "deployedAt": _moment(item, "deployedAt")}
    return item["id"], thing


def _moment(item: Given, name: str) -> int | None:
    read = dates.read(str(item[name])) if item.get(name) is not None else None
    return None if read is None else int(read)


def _batch(item: Given, now: int) -> tuple[str, Thing]:
    at = dates.to_text(now)
    usual: Thing = {"status": "PENDING", "createdAt": at, "updatedAt": at, "runs": []}
    return item["id"], {name: item.get(name, value) for name, value in ({"id": ""} | usual).items()}


_Turn = Callable[[Given, int], tuple[str, Thing]]


def _kind(path: str, kind: str, turn: _Turn) -> tuple[re.Pattern[str], tuple[str, _Turn]]:
    last = re.escape(path.rpartition("/")[2])
    return re.compile(f"{re.escape(_ROOT + path)}|{last}"), (kind, turn)


_KINDS = (
    _kind("schedules", "schedule", _schedule),
    _kind("queues", "queue", _queue),
    _kind("batches", "batch", _batch),
    _kind("waitpoints/tokens", "waitpoint", _waitpoint),
    _kind("sessions", "session", _session),
    _kind("bulk-actions", "bulk", _bulk),
    _kind("deployments", "deployment", _deployment),
    (re.compile(re.escape(_ROOT) + "projects/[^/]+/envvars/[^/]+"), ("variable", _variable)),
)
