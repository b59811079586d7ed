"""Deterministic runs: every state, relation and kind of value, in any number."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from trigger_contract.mock import dates
from trigger_contract.mock.lifecycle import enter
from trigger_contract.mock.records import LARGE, Record, collation
from trigger_contract.mock.states import STATES

TASKS = ("send-email", "resize-image", "sync-crm", "generate-report", "my-task")
VERSIONS = ("20240523.1", "20240523.2", "20240601.1", "20240601.10")
ACCOUNTS = ("0b8f4a58-2a5e-4a1c-9d0e-6f1f5f1d7a01", "7c9e6679-7425-40de-944b-e07fc1f90ae7")
SCHEDULES = ("sched_daily", "sched_hourly")
BULK_ACTIONS = ("bulk_replay", "bulk_cancel")
QUEUES, MACHINES, REGIONS = (
    ("task/default", "emails"),
    ("small-1x", "large-2x"),
    ("us-east-1", "eu-central-1"),
)
_TAGS = ("user_1", "user_2", "org_north", "org_süd", "plan:pro", "a b&c=d", "x" * 128)

_FAMILY = 20
"""Runs come in families of this many; relations stay inside a family."""
TOGETHER = 50 * _FAMILY
"""So many runs are handed on together."""
_PARENTS = {1: 0, 2: 0, 3: 0, 4: 1, 5: 4, 11: 10, 12: 10}
_FUNCTIONS = ("trigger", "triggerAndWait", "batchTrigger", "batchTriggerAndWait")
# Who starts a run how changes from family to family, so that every function is seen in every relation.
_TRIGGERS = {0: 0, 1: 1, 2: 2, 3: 2, 4: 1, 5: 3, 10: 1, 11: 3, 12: 3}
# Two states look like others in every answer, so they need no runs of their own.
_SEEDED = tuple(state for state in STATES if state not in ("PENDING_VERSION", "WAITING_TO_RESUME"))
# Most runs of a real environment are finished ones, yet no state may be rare in a small store.
_STATES = (*_SEEDED, "COMPLETED", "COMPLETED", "FAILED", "EXECUTING", "COMPLETED")
_ERRORS: tuple[dict[str, Any], ...] = (
    {"type": "BUILT_IN_ERROR", "name": "TypeError", "message": "x is not a function",
     "stackTrace": "TypeError: x is not a function\n    at run (src/trigger/task.ts:7:3)"},
    {"type": "STRING_ERROR", "raw": "plain text was thrown"},
    {"type": "CUSTOM_ERROR", "raw": '{"reason":"quota","limit":3}'},
)  # fmt: skip
_VALUES: tuple[Any, ...] = (
    {"foo": "bar", "nested": {"list": [1, 2.5, None, True], "text": "Grüße \u2028 \U0001f680"}},
    ["a", 1, {"b": []}],
    "plain text",
    42,
    -0.5,
    True,
    False,
    {},
    [],
    "",
    0,
)
_NOTHING = 11
_LARGE_UNTIL = 2000


def seeded(count: int, seed: int, now: int, part: int = 0, parts: int = 1) -> Iterator[Record]:
    """Yield runs, oldest first, the newest a minute old.

    A quarter is older than a week; some are created in the same millisecond as their neighbour.

    Args:
        count: How many there are.
        seed: The same seed gives the same runs, their times relative to ``now``.
        now: The time, in milliseconds.
        part: Of each so many times ``TOGETHER`` runs only this share is yielded.
        parts: How many shares there are.
    """
    rng = random.Random(seed)
    old = count // 4
    for first in range(0, count, _FAMILY):
        family = first // _FAMILY
        states = rng.sample(_STATES, len(_STATES))
        # The first run, which has the most descendants, is in each state in turn.
        turn = states.index(_SEEDED[family % len(_SEEDED)])
        states[0], states[turn] = states[turn], states[0]
        bits = rng.getrandbits(96 * _FAMILY)
        if first // TOGETHER % parts != part:
            continue
        ids = [f"run_c{bits >> (96 * k) & (1 << 96) - 1:024x}" for k in range(_FAMILY)]
        depths = [0] * _FAMILY
        previous = 0
        for index in range(first, min(first + _FAMILY, count)):
            position = index - first
            created = previous if position in (3, 7, 8) else _created(index, count, old, now)
            previous = created
            record: Record = {
                "id": ids[position],
                "taskIdentifier": TASKS[index % len(TASKS)],
                "createdAt": created,
                "updatedAt": created,
                "isTest": index % 7 in (0, 3),
                "tags": _tags(index),
                "depth": 0,
                "triggerFunction": _FUNCTIONS[
                    (_TRIGGERS[position] + family) % 4 if position in _TRIGGERS else 0
                ],
                "queue": QUEUES[index % 2],
                "machine": MACHINES[index // 2 % 2],
                "region": REGIONS[index // 4 % 2],
            }
            _relate(record, index, position, ids, depths)
            _fill_in(record, index, states[position])
            yield _live(record, states[position], index, now)


def _created(index: int, count: int, old: int, now: int) -> int:
    """Spread the old quarter from 40 to 8 days ago and the others over the last 6 days."""
    if index < old:
        return now - 40 * dates.DAY + 32 * dates.DAY * index // old
    step = (6 * dates.DAY - 60_000) // max(1, count - old)
    return now - 60_000 - step * (count - 1 - index)


def _tags(index: int) -> list[str]:
    """Give a run none, a few or ten tags."""
    account = f"account:{ACCOUNTS[index % 2]}"
    match index % 6:
        case 0:
            return []
        case 5:
            return sorted([account, *_TAGS, "tag 9", f"bucket_{index % 3}"], key=collation)
        case _:
            some = [_TAGS[index % len(_TAGS)], account] if index % 3 else [_TAGS[index // 3 % len(_TAGS)]]
            return sorted(some, key=collation)


def _relate(record: Record, index: int, position: int, ids: list[str], depths: list[int]) -> None:
    parent = _PARENTS.get(position)
    if parent is not None:
        depths[position] = depths[parent] + 1
        record |= {
            "parentId": ids[parent],
            "rootId": ids[10 if position > 10 else 0],
            "depth": depths[position],
        }
    if record["triggerFunction"].startswith("batch"):
        start = 5 if record["triggerFunction"] == "batchTrigger" else 6  # a batch is started in one way
        record["batchId"] = f"batch_{ids[0 if position < 10 else 10][start : start + 15]}"
    if position in (6, 9, 13, 16):
        which = index // _FAMILY % 2 if position in (6, 13) else position // 16
        record["schedule"] = {
            "id": SCHEDULES[which],
            "generator": {"type": "CRON", "expression": "0 0 * * *", "description": "Every day at midnight"},
        }
        if which == 0:
            record["schedule"] |= {"externalId": "user_1", "deduplicationKey": "dedup_daily"}
    if position in (7, 8, 14, 15):
        record["bulkAction"] = BULK_ACTIONS[position % 2]


def _fill_in(record: Record, index: int, state: str) -> None:
    """Give the members that do not depend on what the run has done."""
    if state != "WAITING_FOR_DEPLOY":
        record["version"] = VERSIONS[index // 2 % len(VERSIONS)]
    shifted = index + index // _FAMILY  # else some positions of a family would never have them
    if shifted % 4 == 1:
        record["idempotencyKey"] = f"key_{index}"
    if shifted % 5 == 2:
        record["metadata"] = {"step": index % 10, "user": {"name": "Zoë"}, "done": [True, None]}
    if index % 6 == 3:
        record["ttl"] = ("1h42m", "10m", "1h")[index // 6 % 3]
    kind = index * 7 // 3 % (_NOTHING + 1)
    if kind != _NOTHING:
        record["payload"] = _VALUES[kind]
    if index % 40 == 18 and index < _LARGE_UNTIL:
        record["payload"] = {"blob": "x" * LARGE}


def _live(record: Record, state: str, index: int, now: int) -> Record:
    """Take a new run through its life to a state, all in the past."""
    created = record["createdAt"]
    # Everything has to fit between creation and now, also for the newest run.
    age = min(now - created, 3_600_000)
    started = created + age * (1 + index % 5) // 50
    ended = started + age * (1 + index % 9) // 50
    if state in ("DELAYED", "WAITING_FOR_DEPLOY", "PENDING", "DEQUEUED"):
        if state == "DELAYED":
            record["delayedUntil"] = now + (1 + index % 24) * 3_600_000
        return enter(record, state, created + (0 if state == "DELAYED" else age // 100))
    if state == "EXPIRED":
        return enter(record, state, ended)
    if state == "CANCELED" and index % 2:
        return enter(record, state, started)
    record = enter(record, "EXECUTING", started)
    if state == "FAILED" or (state == "COMPLETED" and index % 5 == 0):
        record = enter(record, "RETRYING", (started + ended) // 2)
        record = enter(record, "EXECUTING", (started + ended) // 2)
    if state == "FAILED":
        record["error"] = _ERRORS[index // 3 % len(_ERRORS)]
    elif state == "COMPLETED":
        kind = index * 5 // 3 % (_NOTHING + 1)
        if kind != _NOTHING:
            record["output"] = _VALUES[kind]
        if index % 30 == 4 and index < _LARGE_UNTIL:
            record["output"] = ["y" * LARGE]
    return record if state == "EXECUTING" else enter(record, state, ended)
