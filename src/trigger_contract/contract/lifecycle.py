"""When a thing is finished, and which operation answers only then."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from trigger_contract.contract.subjects import Subject
from trigger_contract.document.references import resolve

# Names of states in which nothing more happens, and of those in which something will.
FINAL = frozenset({"COMPLETED", "CANCELED", "CANCELLED", "FAILED", "CRASHED", "SYSTEM_FAILURE", "SUCCEEDED"})
OPEN = frozenset(
    {"PENDING", "PENDING_VERSION", "WAITING_FOR_DEPLOY", "DELAYED", "QUEUED", "DEQUEUED"}
    | {"EXECUTING", "RUNNING", "REATTEMPTING", "FROZEN", "PAUSED", "WAITING"}
)
SUCCESS = frozenset({"COMPLETED", "SUCCEEDED"})

_ONLY_FINISHED = re.compile(r"(?:n't|not)(?: yet)? (?:finished|completed)", re.IGNORECASE)
_SUCCESSFULLY = re.compile(r"whether .* (?:completed|finished|succeeded)\b.*success", re.IGNORECASE)
_PRESENT = re.compile(r"present (?:only )?(?:when|if) (?P<name>\w+) is (?P<value>true|false)", re.IGNORECASE)


def answers_when_finished(subject: Subject) -> bool:
    """Answers for an item only when the item is finished, as its description says."""
    return (
        len(subject.path_parameters) == 1
        and not subject.is_detail
        and bool(_ONLY_FINISHED.search(str(subject.operation.definition.get("description", ""))))
    )


def success_field(subject: Subject) -> str | None:
    """Return the boolean that says whether the item completed successfully, if there is one."""
    for name, raw in subject.answer_schema.get("properties", {}).items():
        schema = resolve(subject.document, raw)
        described = f"whether {schema.get('description', '')}"
        if schema.get("type") == "boolean" and _SUCCESSFULLY.search(
            described.replace("whether Whether", "whether")
        ):
            return str(name)
    return None


def conditional_fields(subject: Subject) -> Iterator[tuple[str, str, bool]]:
    """Yield fields that are present when a boolean beside them has some value.

    Source: descriptions such as "(present when ok is true)".

    Yields:
        The field, the boolean and its value.
    """
    for name, raw in subject.answer_schema.get("properties", {}).items():
        found = _PRESENT.search(str(resolve(subject.document, raw).get("description", "")))
        if found:
            yield name, found["name"], found["value"].lower() == "true"


def is_finished(item: Mapping[str, Any], *, tells_finish: bool) -> bool | None:
    """Tell whether an item is finished; None where its state and its dates leave it open.

    Args:
        item: The item, with its status and perhaps the time it finished.
        tells_finish: Whether items of this server carry the time they finished at all.
    """
    status = str(item.get("status", "")).upper()
    has_time = item.get("finishedAt") is not None
    if has_time and status not in OPEN:
        return True
    if status in FINAL:
        # A final state without the time, where others have it, may be one the server writes later.
        return True if not tells_finish or status in SUCCESS else None
    if status in OPEN:
        return None if has_time else False
    return None
