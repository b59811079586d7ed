"""A run as the model keeps it, and the pieces of JSON it is answered with.

Every run is serialised once, when it is written. A request then joins finished pieces: the status
(which depends on who asks), the members every view shares, and those of the view asked for.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import orjson

from trigger_contract.mock import dates

Record = dict[str, Any]
"""A run by the names of the wire, times as milliseconds, plus what only the model knows:

``state`` (a stored state), ``parentId``, ``rootId``, ``bulkAction``, ``queue``, ``machine``, ``region``,
``error`` (as the result endpoint sends it) and ``plan`` (the states still to come). A member that
has no value is absent.
"""

COMMON = (
    "id", "taskIdentifier", "version", "idempotencyKey", "createdAt", "updatedAt", "isTest", "startedAt",
    "finishedAt", "delayedUntil", "ttl", "expiredAt", "tags", "costInCents", "baseCostInCents", "durationMs",
)  # fmt: skip
DETAIL = ("metadata", "depth", "batchId", "triggerFunction")
TIMES = frozenset({"createdAt", "updatedAt", "startedAt", "finishedAt", "delayedUntil", "expiredAt"})
_ATTEMPT_TIMES = ("createdAt", "updatedAt", "startedAt", "completedAt")
MODEL_ONLY = ("state", "parentId", "rootId", "bulkAction", "queue", "machine", "region", "plan")

PAYLOAD, OUTPUT = 1, 2
LARGE = 128 * 1024
"""Serialised payloads and outputs above this many bytes are answered by a presigned URL."""


def encode(value: Any) -> str:
    """Spell a value as JSON without spaces."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        # Integers above 64 bits, which JSON allows, are beyond the quick encoder.
        return json.dumps(value, separators=(",", ":"))


class Row(NamedTuple):
    """One row of the ``runs`` table, in the order of its columns."""

    key: int
    id: str
    state: str
    task: str
    version: str | None
    schedule: str | None
    bulk: str | None
    is_test: int
    batch: str | None
    queue: str | None
    machine: str | None
    region: str | None
    parent: str | None
    root: str | None
    plan: str | None
    due: int | None
    common: str
    detail: str
    schedule_json: str
    attempts: str
    attempt_count: int
    payload: str
    output: str
    error: str
    large: int


def to_row(record: Record, key: int, due: int | None = None) -> Row:
    """Serialise a run.

    Args:
        record: The run.
        key: Its place in the list, which also tells its creation.
        due: When the next step of its plan is due, in milliseconds.
    """
    get = record.get
    common = {
        name: dates.to_text(record[name]) if name in TIMES else record[name]
        for name in COMMON
        if name in record
    }
    schedule, attempts, plan = get("schedule"), get("attempts"), get("plan")
    payload, output = _optional(record, "payload"), _optional(record, "output")
    # In the order of the columns: by name, a million runs would take seconds longer.
    return Row(
        key,
        record["id"],
        record["state"],
        record["taskIdentifier"],
        get("version"),
        schedule["id"] if schedule else None,
        get("bulkAction"),
        int(record["isTest"]),
        get("batchId"),
        get("queue"),
        get("machine"),
        get("region"),
        get("parentId"),
        get("rootId"),
        encode(plan) if plan else None,
        due,
        encode(common)[1:-1],
        encode({name: record[name] for name in DETAIL if name in record})[1:-1],
        encode(schedule) if schedule else "",
        encode([_attempt_out(attempt) for attempt in attempts]) if attempts else "[]",
        len(attempts) if attempts else 0,
        payload,
        output,
        _optional(record, "error"),
        (PAYLOAD if len(payload) > LARGE else 0) | (OUTPUT if len(output) > LARGE else 0),
    )


def to_record(row: Row) -> Record:
    """Read a run back from its row; the inverse of ``to_row``."""
    record: Record = json.loads("{" + ",".join(part for part in (row.common, row.detail) if part) + "}")
    for name in TIMES:
        if name in record:
            record[name] = _milliseconds(record[name])
    attempts = json.loads(row.attempts)
    for attempt in attempts:
        for name in _ATTEMPT_TIMES:
            if name in attempt:
                attempt[name] = _milliseconds(attempt[name])
    record["attempts"] = attempts
    record["state"] = row.state
    columns = {"bulkAction": row.bulk, "queue": row.queue, "machine": row.machine, "region": row.region}
    columns |= {"parentId": row.parent, "rootId": row.root}
    record.update({name: value for name, value in columns.items() if value is not None})
    texts = {"schedule": row.schedule_json, "payload": row.payload, "output": row.output}
    texts |= {"error": row.error, "plan": row.plan or ""}
    record.update({name: json.loads(text) for name, text in texts.items() if text})
    return record


def _optional(record: Record, name: str) -> str:
    return encode(record[name]) if name in record else ""


def _attempt_out(attempt: dict[str, Any]) -> dict[str, Any]:
    spelt = dict(attempt)
    for name in _ATTEMPT_TIMES:
        if name in spelt:
            spelt[name] = dates.to_text(spelt[name])
    return spelt


def _milliseconds(text: str) -> int:
    value = dates.read(text)
    assert value is not None, "times are written by dates.to_text"
    return round(value)
