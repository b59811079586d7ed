"""Runs as the service's database has them, brought to the members a run of the mock has."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

NAMES = frozenset(
    {"internalId", "idempotencyKeyUser", "idempotencyKeyScope", "bulkActions", "parent", "root"}
)
"""Members of a stored run that have another name or none in an answer."""

DAILY = {"type": "CRON", "expression": "0 9 * * *", "description": "At 09:00 AM"}
"""The generator of a schedule that is known by its id only."""


def members(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of a run of the mock for those of a stored one; others stay as they are.

    Raises:
        ValueError: Two members contradict each other or one has a wrong type.
    """
    fields = {name: value for name, value in given.items() if name not in NAMES}
    if "internalId" in given and given.get("id") not in (None, f"run_{given['internalId']}"):
        raise ValueError("internalId: the id is `run_` and the internal id")
    if "internalId" in given:
        fields["id"] = f"run_{given['internalId']}"
    for old, new in (("parent", "parentId"), ("root", "rootId")):
        if old in given:
            fields.setdefault(new, given[old])
    shown = given.get("idempotencyKeyUser", given.get("idempotencyKeyStored"))
    if shown is not None:
        fields.setdefault("idempotencyKey", shown)
    if actions := given.get("bulkActions"):
        if not isinstance(actions, list):
            raise ValueError("bulkActions must be a list")
        fields["bulkAction"] = actions[-1]
    if isinstance(fields.get("schedule"), Mapping):
        fields["schedule"] = _schedule(fields["schedule"])
    elif isinstance(fields.get("schedule"), str):
        fields["schedule"] = {"id": fields["schedule"], "generator": DAILY}
    _read_packets(fields)
    if "engine" in given or "resumeParentOnCompletion" in given:
        waits = bool(given.get("resumeParentOnCompletion"))
        how = "batchTrigger" if fields.get("batchId") else "trigger"
        fields.setdefault("triggerFunction", how + ("AndWait" if waits else ""))
    return fields


def decoded(text: str, kind: str) -> Any:
    """Return the value that stands in a stored payload or output.

    Args:
        text: As it is stored.
        kind: Its media type; of superjson only the JSON in it is shown.
    """
    if kind not in ("application/json", "application/super+json"):
        return text
    try:
        value = json.loads(text)
    except ValueError:
        return text
    if kind == "application/super+json" and isinstance(value, Mapping) and "json" in value:
        return value["json"]
    return value


def _read_packets(fields: dict[str, Any]) -> None:
    for name in ("payload", "output"):
        kind, text = fields.get(f"{name}Type"), fields.get(name)
        if kind is None:
            continue
        if text is None:
            fields.pop(name, None)
        elif isinstance(text, str):
            fields[name] = decoded(text, str(kind))
            if name == "output":
                fields["outputText"] = text


def _schedule(given: Mapping[str, Any]) -> dict[str, Any]:
    if "userProvidedDeduplicationKey" not in given:
        return dict(given)
    schedule = {name: value for name, value in given.items() if value is not None}
    # A key that the service made itself is not shown.
    if schedule.pop("userProvidedDeduplicationKey") is not True:
        schedule.pop("deduplicationKey", None)
    return {"generator": DAILY} | schedule
