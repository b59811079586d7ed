"""A few things of each kind, so that a server that has runs has everything."""

from __future__ import annotations

from trigger_contract.mock.platform.things import Thing, Things
from trigger_contract.mock.seed import SCHEDULES, TASKS

_DAY = 86_400_000


def seed(things: Things, now: int) -> None:
    """Make things that go with the seeded runs.

    Args:
        things: Keeps them.
        now: The time, in milliseconds.
    """
    for number, name in enumerate(SCHEDULES):
        schedule: Thing = {"id": name, "task": TASKS[number], "cron": ("0 9 * * *", "0 * * * *")[number]}
        schedule |= {"timezone": ("Europe/Paris", "UTC")[number], "active": number == 0}
        things.put("schedule", name, schedule | {"externalId": f"user_{number}", "key": f"dedup_{number}"})
    for name, value, secret in (("API_URL", "https://example.com", False), ("API_KEY", "abc", True)):
        things.put("variable", name, {"name": name, "value": value, "isSecret": secret})
    for number, status in enumerate(("TIMED_OUT", "COMPLETED", "WAITING")):
        made, ended = now - (3 - number) * _DAY, status != "WAITING"
        token: Thing = {"id": f"waitpoint_c{number:024d}", "status": status, "key": f"key-{number}"}
        token |= {"given": number == 1, "keyUntil": None, "createdAt": made, "tags": [f"user_{number}"]}
        token |= {"timeoutAt": made + (3600_000 if status == "TIMED_OUT" else 9 * _DAY)}
        token |= {"completedAt": made + 3600_000 if ended else None, "isError": status == "TIMED_OUT"}
        output = '{"code":"TRIGGER_WAITPOINT_TIMEOUT"}' if token["isError"] else '{"json":{"ok":true}}'
        token |= {"output": output if ended else None}
        token |= {"outputType": "application/super+json" if status == "COMPLETED" else "application/json"}
        things.put("waitpoint", token["id"], token)
