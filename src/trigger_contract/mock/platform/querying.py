"""Queries over runs: what SQLite makes of them, on a copy that holds what the service's table shows."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from trigger_contract.mock import dates
from trigger_contract.mock.listquery import read_moment, read_period
from trigger_contract.mock.messages import Answer
from trigger_contract.mock.platform import answers, bodies
from trigger_contract.mock.platform.bodies import Is
from trigger_contract.mock.platform.catalogue import CORE, RUNS
from trigger_contract.mock.platform.front import Function, Visit
from trigger_contract.mock.platform.world import World
from trigger_contract.mock.records import Row, to_record
from trigger_contract.mock.states import FINISHED, word
from trigger_contract.mock.store import TIE_BITS

TABLES = (
    "runs",
    "metrics",
    "llm_metrics",
    "llm_models",
    "queue_metrics",
    "env_metrics",
    "queue_metrics_by_key",
)
"""The tables of the service; all but the first are empty here."""
_COLUMNS = tuple(column.name for column in RUNS)
_BODY = Is(
    "object",
    fields={
        "query": Is("string"),
        "scope": Is("string", optional=True, among=("organization", "project", "environment")),
        "period": Is("string", optional=True, also=Is("null")),
        "from": Is("string", optional=True, also=Is("null")),
        "to": Is("string", optional=True, also=Is("null")),
        "format": Is("string", optional=True, among=("json", "csv")),
    },
)
_WEEK = 7 * dates.DAY
_MOST_ROWS = 100_000
"""How many runs a query looks at, the newest first."""
_MOST_STEPS = 20_000_000
"""How much work a query may be, in steps of SQLite's machine."""
_LONGEST = 1_000_000
"""The longest text that a query makes, in bytes."""
_TABLE = re.compile(r"\b(?:FROM|JOIN)\s+([A-Za-z_][A-Za-z0-9_]{0,60})", re.IGNORECASE)
_NO_COLUMN = re.compile(r"no such column: ([\w.]+)")
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_STAR = re.compile(r"\bSELECT\s+\*\s+FROM\s+runs\b", re.IGNORECASE)
_AGO = re.compile(r"\bnow\(\)\s*-\s*INTERVAL\s+([0-9]{1,6})\s+([A-Za-z]{1,7})", re.IGNORECASE)
_NOW = re.compile(r"\bnow\(\)", re.IGNORECASE)
_READING = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION})


class Querying:
    """Answers queries.

    Args:
        world: The runs.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.functions: dict[str, Function] = {"query": self._query}

    def _query(self, visit: Visit) -> Answer:
        body = bodies.read(visit, _BODY)
        if isinstance(body, Answer):
            return body if visit.bearer.may("read", {"query": []}) else answers.forbidden()
        asked = _COMMENT.sub(" ", body["query"]).strip().rstrip(";")
        tables = [name.lower() for name in _TABLE.findall(asked)]
        if not visit.bearer.may("read", {"query": tables}, every="query"):
            return answers.forbidden()
        if not re.match(r"(?:SELECT|WITH)\b", asked, re.IGNORECASE):
            word = asked.split(None, 1)[0][:100] if asked else "<EOF>"
            return answers.error(400, f"Syntax error at line 1:0: mismatched input '{word}'")
        if unknown := next((name for name in tables if name not in TABLES), None):
            known = ", ".join(TABLES)
            return answers.error(400, f'Table "{unknown}" is not accessible. Available tables: {known}')
        if not tables:
            return answers.error(400, "A query needs a table")
        try:
            names, rows = self._run(asked, body)
        except (ValueError, sqlite3.Error) as error:
            return answers.error(400, _reason(error))
        if body.get("format") == "csv":
            return answers.given(200, {"format": "csv", "results": _as_csv(names, rows)})
        found = [dict(zip(names, row, strict=True)) for row in rows]
        return answers.given(200, {"format": "json", "results": found})

    def _run(self, asked: str, body: dict[str, Any]) -> tuple[list[str], list[tuple[Any, ...]]]:
        now = self._world.clock.now()
        core = ", ".join(CORE)
        asked = _STAR.sub(f"SELECT {core} FROM runs", asked)
        asked = _AGO.sub(lambda ago: f"'{_ago(now, ago[1], ago[2])}'", asked)
        asked = _NOW.sub(f"'{_stamp(now)}'", asked)
        timed = "triggered_at" in asked.lower().partition("where")[2]
        since, until = (0, dates.LATEST) if timed else _window(body, now)
        db = sqlite3.connect(":memory:")
        try:
            db.execute(f"CREATE TABLE runs ({', '.join(_COLUMNS)})")
            for name in TABLES[1:]:
                db.execute(f"CREATE TABLE {name} (triggered_at, run_id)")
            marks = ",".join("?" * len(_COLUMNS))
            db.executemany(f"INSERT INTO runs VALUES ({marks})", self._rows(since, until, asked))
            db.commit()
            # From here on nothing but reading, and not for ever.
            db.set_authorizer(_only_reading)
            db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
            steps = iter(range(_MOST_STEPS // 10_000))
            db.set_progress_handler(lambda: next(steps, None) is None, 10_000)
            cursor = db.execute(asked)
            return [column[0] for column in cursor.description], cursor.fetchmany(_MOST_ROWS)
        finally:
            db.close()

    def _rows(self, since: float, until: float, asked: str) -> Iterable[tuple[Any, ...]]:
        """Yield what the table tells of each run; of columns that nobody asks for nothing."""
        wanted = {name for name in _COLUMNS if name in asked}
        for row in self._world.store.between(int(since), int(until), _MOST_ROWS):
            told = self._plain(row)
            if wanted - told.keys():
                told |= _more(row)
            yield tuple(told.get(name) for name in _COLUMNS)

    def _plain(self, row: Row) -> dict[str, Any]:
        """Return what stands in a run's row as it is."""
        known = self._world.environment
        told: dict[str, Any] = {"run_id": row.id, "status": word(row.state), "task_identifier": row.task}
        told |= {"environment": known["name"], "project": known.get("project")}
        told |= {"environment_type": self._world.kind, "attempt_count": row.attempt_count}
        told |= {"queue": row.queue, "batch_id": row.batch, "region": row.region, "machine": row.machine}
        told |= {"root_run_id": row.root, "parent_run_id": row.parent, "task_version": row.version}
        told |= {"is_root_run": int(row.parent is None), "is_child_run": int(row.parent is not None)}
        told |= {"is_test": row.is_test, "is_finished": int(row.state in FINISHED)}
        told |= {"output": row.output or None, "error": row.error or None}
        told |= {"bulk_action_group_ids": json.dumps([row.bulk] if row.bulk else [])}
        return told | {"triggered_at": _stamp(row.key >> TIE_BITS)}


def _more(row: Row) -> dict[str, Any]:
    """Return what must be read out of a run's members."""
    run, created = to_record(row), row.key >> TIE_BITS
    began, ended, waits = run.get("startedAt"), run.get("finishedAt"), run.get("delayedUntil")
    queued, taken = created if waits is None else waits, run.get("lockedAt", began)
    times = {"executed_at": began, "completed_at": ended, "queued_at": queued, "dequeued_at": taken}
    times |= {"delay_until": waits, "expired_at": run.get("expiredAt")}
    told: dict[str, Any] = {name: _stamp(at) for name, at in times.items() if at is not None}
    told |= {"execution_duration": ended - began} if began is not None and ended is not None else {}
    told |= {"total_duration": ended - created} if ended is not None else {}
    told |= {"queued_duration": began - queued} if began is not None else {}
    compute, start = run.get("costInCents", 0) / 100, run.get("baseCostInCents", 0) / 100
    told |= {"compute_cost": compute, "invocation_cost": start, "total_cost": compute + start}
    told |= {"has_delay": int(waits is not None), "depth": run["depth"], "tags": json.dumps(run["tags"])}
    told |= {"usage_duration": run.get("durationMs", 0), "ttl": run.get("ttl")}
    return told | {"idempotency_key": run.get("idempotencyKey")}


def _reason(error: Exception) -> str:
    """Say why a query fails; a column that is not there, as the service says it."""
    text = str(error)[:500]
    if found := _NO_COLUMN.fullmatch(text):
        return f'Unknown column "{found[1]}". Available columns: {", ".join(sorted(_COLUMNS))}'
    return text


def _only_reading(action: int, *_: Any) -> int:
    return sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY


def _window(body: dict[str, Any], now: int) -> tuple[float, float]:
    """Return what of time a query sees: its period, else its dates, else a week."""
    period = read_period(body.get("period") or "")
    if period is not None:
        return now - period, dates.LATEST
    given = {name: body[name] for name in ("from", "to") if body.get(name)}
    read = {name: read_moment(text) for name, text in given.items()}
    for name, moment in read.items():
        if moment is None:
            raise ValueError(f"Cannot read DateTime: {given[name][:100]}")
    if not read:
        return now - _WEEK, dates.LATEST
    return max(read.get("from") or 0, 0), max(min(read.get("to") or dates.LATEST, dates.LATEST), 0)


def _stamp(moment: float) -> str:
    return dates.to_text(int(moment)).replace("T", " ").rstrip("Z")


def _ago(now: int, amount: str, unit: str) -> str:
    period = read_period(f"{amount} {unit.lower()}")
    return _stamp(max(now - (period or 0), 0))


def _as_csv(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow(names)
    table.writerows(rows)
    return written.getvalue()
