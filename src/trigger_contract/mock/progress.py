"""Moving runs through their lives: at once, by the clock, or by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from trigger_contract.mock import dates
from trigger_contract.mock.clock import Clock
from trigger_contract.mock.lifecycle import enter, route
from trigger_contract.mock.records import Record, Row, to_record
from trigger_contract.mock.settings import Progression
from trigger_contract.mock.states import FINISHED
from trigger_contract.mock.store import Store

Alarm = Callable[[int], int | None]
"""Does what is due at a time, and returns when it wants to be called again; both in milliseconds."""


class Progress:
    """Takes each run with a plan along it.

    A plan is the list of states still to come and what the last one brings: ``output`` or ``error``.
    """

    def __init__(self, store: Store, clock: Clock, progression: Progression) -> None:
        self.progression = progression
        self._store = store
        self._clock = clock
        self._alarms: list[Alarm] = []
        self._polls: dict[str, int] = {}
        self._next_due = store.next_due()

    def start(self, record: Record, target: str) -> Record:
        """Put a new run onto its way to a state and return it as it is at first.

        Args:
            record: The run with everything but its state.
            target: The state it is to end in; its output or error stand in the record already.
        """
        now = record["createdAt"]
        way = route(target)
        result: Record = {key: record.pop(key) for key in ("output", "error") if key in record}
        if self.progression.kind == "instant":
            for state in way:
                if state == way[-1]:
                    record |= result
                record = enter(record, state, now)
            return record
        record = enter(record, way[0], now)
        if way[1:]:
            record["plan"] = {"states": way[1:], "result": result}
        return record

    def enqueue(self, record: Record, delayed_until: int | None, lives: float | None) -> Row:
        """Put a run that a call has started into the queue.

        It waits there until somebody moves it, or goes on to COMPLETED as the progression says.

        Args:
            record: The run with everything but its state.
            delayed_until: When it enters the queue, in milliseconds; None for at once.
            lives: How long it waits in the queue before it expires, in milliseconds.
        """
        now = record["createdAt"]
        begins = now if delayed_until is None else delayed_until
        if self.progression.kind != "instant" and delayed_until is None:
            record = self.start(record, "COMPLETED")
            return self._store.add(record, self.due(record, now))
        record = enter(record, "PENDING" if delayed_until is None else "DELAYED", now)
        return self._store.add(record, self._wait(record, begins, delayed_until is not None, lives))

    def postpone(self, row: Row, record: Record, delayed_until: int) -> Row:
        """Let a delayed run wait for another time; at one that is past it enters the queue at once."""
        now = self._clock.now()
        record["updatedAt"] = max(now, record["createdAt"])
        lives = dates.read_duration(record.get("ttl", ""))
        begins = max(delayed_until, now)
        return self._store.replace(row.key, record, self._wait(record, begins, True, lives))

    def _wait(self, record: Record, begins: int, delayed: bool, lives: float | None) -> int | None:
        """Plan when a waiting run enters the queue and when it expires; return when the first is due."""
        steps = [("PENDING", begins)] if delayed else []
        if lives and lives > 0:
            steps.append(("EXPIRED", int(min(begins + lives, dates.LATEST))))
        if not steps:
            return None
        states, at = [state for state, _ in steps], [moment for _, moment in steps]
        record["plan"] = {"states": states, "result": {}, "at": at}
        self.wake(at[0])
        return at[0]

    def due(self, record: Record, at: int) -> int | None:
        """Return when a run's next step is due, in milliseconds."""
        if self.progression.kind != "time" or not record.get("plan"):
            return None
        due = at + round(self.progression.step * 1000)
        self.wake(due)
        return due

    def tick(self) -> None:
        """Take every step that is due by the clock."""
        if self._next_due is None or self._clock.now() < self._next_due:
            return
        now = self._clock.now()
        later = [alarm(now) for alarm in self._alarms]
        while rows := self._store.due(now):
            for row in rows:
                self._step(row, row.due or now)
        known = [at for at in (self._store.next_due(), *later) if at is not None]
        self._next_due = min(known, default=None)

    def attach(self, alarm: Alarm) -> None:
        """Let something else ring by the clock, at the next tick for the first time."""
        self._alarms.append(alarm)
        self.wake(0)

    def wake(self, at: int) -> None:
        """Ring all alarms at the first tick after a time, in milliseconds."""
        self._next_due = at if self._next_due is None else min(at, self._next_due)

    def visit(self, row: Row) -> Row:
        """Count a retrieval of a run and step it where retrievals move runs."""
        if (
            row.plan is None
            or '"at":' in row.plan
            or self.progression.kind != "manual"
            or not self.progression.step
        ):
            return row
        polls = self._polls.get(row.id, 0) + 1
        if polls < self.progression.step:
            self._polls[row.id] = polls
            return row
        self._polls.pop(row.id, None)
        return self._step(row, self._clock.now())

    def advance(self, row: Row) -> Row:
        """Take one step of a run's plan now; a run without a plan stays as it is."""
        return self._step(row, self._clock.now()) if row.plan else row

    def finish(self, row: Row, state: str | None = None, **result: Any) -> Row:
        """Take a run to its end at once.

        Args:
            row: The run.
            state: The finished state; that of the plan, else COMPLETED, where it is None.
            result: ``output`` or ``error``, replacing the plan's.

        Raises:
            ValueError: The state is not a finished one.
        """
        plan = json.loads(row.plan) if row.plan else {"states": [], "result": {}}
        target = state or (plan["states"][-1] if plan["states"] else "COMPLETED")
        if target not in FINISHED:
            if state:
                raise ValueError(f"{state} is not a finished state")
            target = "COMPLETED"
        record = to_record(row)
        record.pop("plan", None)
        now = self._clock.now()
        if "startedAt" not in record and target not in ("EXPIRED", "CANCELED"):
            record = enter(record, "EXECUTING", now)
        record |= (
            plan["result"] if state is None or not plan["states"] or state == plan["states"][-1] else {}
        ) | result
        return self._store.replace(row.key, enter(record, target, now))

    def forget(self) -> None:
        """Start afresh after the store was cleared."""
        self._polls.clear()
        self._next_due = 0 if self._alarms else self._store.next_due()

    def _step(self, row: Row, at: int) -> Row:
        record = to_record(row)
        plan = record.pop("plan")
        state, *rest = plan["states"]
        times = plan.get("at", [])[1:]
        if rest:
            record["plan"] = {"states": rest, "result": plan["result"]} | ({"at": times} if times else {})
        else:
            record |= plan["result"]
        record = enter(record, state, at)
        return self._store.replace(row.key, record, times[0] if times else self.due(record, at))
