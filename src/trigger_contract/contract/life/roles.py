"""What an operation that writes is for the thing that it writes."""

from __future__ import annotations

from trigger_contract.contract.subjects import Subject
from trigger_contract.document.operations import Operation
from trigger_contract.document.resources import Resource, resources

_KEYS = ("idempotencykey", "xidempotencykey")


def role_of(subject: Subject) -> str | None:
    """Return what an operation is for its resource, see ``Resources.role``."""
    return resources(subject.document).role(subject.operation)


def resource_of(subject: Subject) -> Resource:
    """Return the resource that an operation belongs to."""
    found = resources(subject.document).of(subject.operation)
    assert found is not None
    return found


def makes(subject: Subject) -> bool:
    """Whether an operation makes a thing whose identity is known."""
    return role_of(subject) == "create" and resource_of(subject).identity is not None


def makes_below(subject: Subject) -> bool:
    """Whether an operation makes a thing below another."""
    return makes(subject) and bool(subject.path_parameters) and resource_of(subject).parent is not None


def makes_once(subject: Subject) -> bool:
    """Whether an operation takes a key that makes it safe to repeat."""
    return makes(subject) and key_of(subject.operation) is not None


def changes(subject: Subject) -> bool:
    """Whether an operation changes or replaces what another makes."""
    return role_of(subject) in ("change", "replace") and resource_of(subject).create is not None


def replaces(subject: Subject) -> bool:
    """Whether an operation replaces what another makes."""
    return role_of(subject) == "replace" and resource_of(subject).create is not None


def acts(subject: Subject) -> bool:
    """Whether an operation does something to what another makes."""
    return role_of(subject) == "action" and resource_of(subject).create is not None


def removes(subject: Subject) -> bool:
    """Whether an operation removes what another makes."""
    return role_of(subject) == "remove" and resource_of(subject).create is not None


def is_guarded(subject: Subject) -> bool:
    """Whether an operation that writes asks for a key."""
    placed = role_of(subject) not in (None, "other", "list")
    return bool(placed and subject.operation.security) and resource_of(subject).create is not None


def key_of(operation: Operation) -> str | None:
    """Return the name of the header whose value makes a request safe to repeat, if it takes one."""
    for item in operation.parameters:
        if item["in"] == "header" and item["name"].replace("-", "").replace("_", "").lower() in _KEYS:
            return str(item["name"])
    return None
