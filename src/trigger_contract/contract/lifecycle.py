"""When a thing is finished, and which operation answers only then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trigger_contract.contract.subjects import Subject
from trigger_contract.document.promises import promise
from trigger_contract.document.references import resolve

# Names of states in which nothing more happens, and of those in which something will.
FINAL = frozenset({"COMPLETED", "CANCELED", "CANCELLED", "FAILED", "CRASHED", "SYSTEM_FAILURE", "SUCCEEDED"})
OPEN = frozenset(
    {"PENDING", "PENDING_VERSION", "WAITING_FOR_DEPLOY", "DELAYED", "QUEUED", "DEQUEUED"}
    | {"EXECUTING", "RUNNING", "REATTEMPTING", "FROZEN", "PAUSED", "WAITING"}
)
SUCCESS = frozenset({"COMPLETED", "SUCCEEDED"})


def answers_when_finished(subject: Subject) -> bool:
    """Answers for an item only when the item is finished, as is promised of it."""
    return (
        bool(subject.path_parameters)
        and not subject.is_detail
        and promise(subject.document, subject.operation.definition, "only-finished") is not None
    )


def success_field(subject: Subject) -> str | None:
    """Return the boolean that says whether the item completed successfully, if there is one."""
    for name, raw in subject.answer_schema.get("properties", {}).items():
        is_switch = resolve(subject.document, raw).get("type") == "boolean"
        if is_switch and promise(subject.document, raw, "tells-success"):
            return str(name)
    return None


def conditional_fields(subject: Subject) -> Iterator[tuple[str, str, bool]]:
    """Yield fields that are promised to be present when a boolean beside them has some value.

    Yields:
        The field, the boolean and its value.
    """
    for name, raw in subject.answer_schema.get("properties", {}).items():
        if found := promise(subject.document, raw, "present-when"):
            yield name, found["property"], found["value"]


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
