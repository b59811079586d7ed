"""Schedules that start runs when the clock comes to their slots."""

from __future__ import annotations

from trigger_contract.mock import dates
from trigger_contract.mock.deviations import Deviation
from trigger_contract.mock.platform.cron import BadCron, Cron
from trigger_contract.mock.platform.things import Thing
from trigger_contract.mock.platform.triggering import Triggering
from trigger_contract.mock.platform.world import World
from trigger_contract.mock.records import to_record

KIND = "schedule"
_LEAD = 7_000
"""So long before a slot its run appears on the real server, in milliseconds."""
_UPCOMING = 10
_MOST = 1_000
"""So many slots are made up for when the clock jumps; the others are passed over."""


class Firing:
    """Starts the runs of schedules.

    Nothing fires in an environment of somebody's own: there the service waits for a session of its command
    line tool.

    Args:
        world: Where schedules are kept.
        triggering: Makes runs.
    """

    def __init__(self, world: World, triggering: Triggering) -> None:
        self._world = world
        self._triggering = triggering
        self._lead = _LEAD if Deviation.D35 in world.on else 0

    def ring(self, now: int) -> int | None:
        """Start what is due and return when the next slot is, in milliseconds."""
        if self._world.is_dev:
            return None
        active = [thing for thing in self._world.things.all(KIND) if thing["active"] and thing["timezone"]]
        times = [at for thing in active if (at := self._fire(thing, now)) is not None]
        return min(times, default=None)

    def _fire(self, thing: Thing, now: int) -> int | None:
        """Start the runs of one schedule, and return when its next one is due."""
        try:
            cron = Cron(thing["cron"])
            last = thing.get("fired")
            since, fired = thing.get("since", now), 0
            slot = cron.next(max(last or 0, since), thing["timezone"])
            while slot - self._lead <= now:
                self._start(thing, cron, slot, last, now)
                last, fired = slot, fired + 1
                since = now if fired == _MOST else since
                slot = cron.next(max(slot, since), thing["timezone"])
        except (BadCron, ValueError):
            return None  # its slots cannot be told
        kept = {"since": since} | ({} if last is None else {"fired": last})
        if kept.items() - thing.items():
            self._world.things.put(KIND, thing["id"], thing | kept)
        return slot - self._lead

    def _start(self, thing: Thing, cron: Cron, slot: int, last: int | None, now: int) -> None:
        upcoming, at = [], slot
        for _ in range(_UPCOMING):
            at = cron.next(at, thing["timezone"])
            upcoming.append(dates.to_text(at))
        payload = {"scheduleId": thing["id"], "type": "IMPERATIVE", "timestamp": dates.to_text(slot)}
        payload |= {"lastTimestamp": None if last is None else dates.to_text(last)}
        payload |= {"externalId": thing["externalId"]} if "externalId" in thing else {}
        payload |= {"timezone": thing["timezone"], "upcoming": upcoming}
        record = self._triggering.new(thing["task"], slot)
        record |= {"payload": payload, "payloadType": "application/json", "taskKind": "SCHEDULED"}
        record["schedule"] = in_run(thing)
        row = self._world.progress.enqueue(record, None, None)
        if now < slot:
            self._world.store.replace(row.key, to_record(row) | {"updatedAt": now}, row.due)


def in_run(thing: Thing) -> Thing:
    """Return a schedule as a run shows the one that started it."""
    generator = {"type": "CRON", "expression": thing["cron"], "description": Cron(thing["cron"]).describe()}
    shown = {"id": thing["id"], "generator": generator}
    shown |= {"externalId": thing["externalId"]} if "externalId" in thing else {}
    return shown | ({"deduplicationKey": thing["key"]} if "key" in thing else {})
