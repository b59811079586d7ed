"""A run as the model keeps it, and the pieces of JSON it is answered with.

Every run is serialised once, when it is written. A request then joins finished pieces: the status
(which depends on who asks), the members every view shares, and those of the view asked for.
"""

from __future__ import annotations

import json
import unicodedata
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

import orjson

from trigger_contract.mock import dates

Record = dict[str, Any]
"""A run by the names of the wire, times as milliseconds, plus what only the model knows:

``state`` (a stored state), ``parentId``, ``rootId``, ``bulkAction``, ``queue``, ``machine``, ``region``,
``error`` (as the result endpoint sends it), ``plan`` (the states still to come) and those of ``MORE``. A
member that has no value is absent.
"""

COMMON = (
    "id", "taskIdentifier", "version", "createdAt", "updatedAt", "isTest", "delayedUntil", "ttl",
    "expiredAt", "tags", "costInCents", "baseCostInCents", "durationMs",
)  # fmt: skip
"""What every view of a run has."""
ENDS = ("idempotencyKey", "startedAt", "finishedAt")
"""What every view has, too, but the real server's list has otherwise."""
DETAIL = ("metadata", "depth", "batchId", "triggerFunction")
MORE = (
    "engine", "workerQueue", "payloadType", "outputType", "outputText", "attemptNumber", "attemptRecords",
    "idempotencyKeyStored", "resumeParentOnCompletion", "lockedAt", "taskKind", "span", "options", "region",
)  # fmt: skip
"""What shows only in what the server does: how it stores a run, and what it was triggered with.

``payloadType`` and ``outputType`` are media types, ``outputText`` the output as it was stored,
``attemptNumber`` and ``attemptRecords`` count attempts of the newer and the older engine, ``lockedAt`` is
when a worker took the run, ``span`` its place in a trace, and ``options`` what a replay needs.
"""
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
    ends: str
    listed: str
    more: str
    fingerprint: str | None


def to_row(record: Record, key: int, due: int | None = None) -> Row:
    """Serialise a run.

    Args:
        record: The run.
        key: Its place in the list, which also tells its creation.
        due: When the next step of its plan is due, in milliseconds.
    """
    get = record.get
    common, ends = _members(record, COMMON), _members(record, ENDS)
    listed = _listed(record, ends)
    common["tags"] = sorted(record["tags"], key=collation)
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
        listed["region"],
        get("parentId"),
        get("rootId"),
        encode(plan) if plan else None,
        due,
        encode(common)[1:-1],
        encode({name: record[name] for name in DETAIL if name in record})[1:-1],
        encode(schedule) if schedule else "",
        encode([_attempt_out(attempt) for attempt in attempts]) if attempts else "[]",
        _count(record, attempts),
        payload,
        output,
        _optional(record, "error"),
        _large(record, payload, output),
        _joined(ends),
        _joined(listed),
        encode(more) if (more := {name: record[name] for name in MORE if name in record}) else "",
        fingerprint(record),
    )


def fingerprint(record: Record) -> str | None:
    """Return the id of the group of errors that a failed run belongs to, or None where it has none."""
    if (error := record.get("error")) is None or record["state"] == "CANCELED":
        return None
    said = encode([error.get(name) for name in ("type", "name", "message", "code", "raw")])
    return "error_" + sha256(said.encode()).hexdigest()[:16]


def _members(record: Record, names: tuple[str, ...]) -> Record:
    return {
        name: dates.to_text(record[name]) if name in TIMES else record[name]
        for name in names
        if name in record
    }


def _large(record: Record, payload: str, output: str) -> int:
    """Say what is answered by a URL; of a run that a call has started the payload is kept inline."""
    outside = PAYLOAD if len(payload) > LARGE and "span" not in record else 0
    return outside | (OUTPUT if len(output) > LARGE else 0)


def _joined(members: Record) -> str:
    """Spell members so that they can stand behind others."""
    return "," + encode(members)[1:-1] if members else ""


_TAKEN = frozenset({"lockedAt", "attemptRecords"})
"""What is stored of a run that a worker has taken: when, or how many attempts it made of it."""


def _listed(record: Record, ends: Record) -> Record:
    """Return what the real server's list shows of a run beside ``COMMON``; elsewhere it shows other ends."""
    listed = dict(ends)
    if "idempotencyKeyStored" in record:
        listed["idempotencyKey"] = record["idempotencyKeyStored"]
    taken = "engine" not in record or _TAKEN & record.keys()
    if "startedAt" not in record and record["state"] == "DEQUEUED" and taken:
        # There a run has started when a worker has taken it, which it does within a second.
        listed["startedAt"] = dates.to_text(record.get("lockedAt", record["createdAt"] + 900))
    listed["depth"] = record["depth"]
    if isinstance(metadata := record.get("metadata"), dict):
        listed["metadata"] = {name: value for name, value in metadata.items() if not name.startswith("$$")}
    elif metadata is not None:
        listed["metadata"] = metadata
    listed["taskKind"] = record.get("taskKind", "STANDARD")
    listed["region"] = record.get("region") or record.get("workerQueue", "main")
    return listed


def _count(record: Record, attempts: Any) -> int:
    """Count attempts: as the record says, else those that have begun."""
    for name in ("attemptNumber", "attemptRecords"):
        if record.get(name):
            return int(record[name])
    return sum(attempt["status"] != "PENDING" for attempt in attempts or ())


# Punctuation in the order of the root collation (Unicode Technical Standard 10), before digits and letters.
_PUNCTUATION = {sign: index for index, sign in enumerate(" _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$")}


@lru_cache(maxsize=4096)
def collation(text: str) -> tuple[list[tuple[int, str]], str]:
    """Return a key that sorts texts as the service sorts tags: case and accents decide last."""
    plain = (sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))
    return [(_PUNCTUATION.get(sign, 99), sign.casefold()) for sign in plain], text.swapcase()


def to_record(row: Row) -> Record:
    """Read a run back from its row; the inverse of ``to_row``."""
    parts = (row.common, row.ends[1:], row.detail, row.more[1:-1])
    record: Record = json.loads("{" + ",".join(part for part in parts if part) + "}")
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
    columns = {"bulkAction": row.bulk, "queue": row.queue, "machine": row.machine}
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
