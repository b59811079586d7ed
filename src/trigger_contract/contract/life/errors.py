"""What is known of the answers to what writes: which errors can be brought about, which places are told."""

from __future__ import annotations

from typing import Any

from trigger_contract.contract.life.bodies import Bodies
from trigger_contract.contract.life.media import media_of
from trigger_contract.contract.life.roles import is_made, makes, role_of
from trigger_contract.contract.life.workshop import Workshop
from trigger_contract.contract.subjects import Subject
from trigger_contract.document.operations import success_statuses
from trigger_contract.document.resources import resources

_ON_A_THING = ("change", "replace", "remove", "action")


def is_about_one(subject: Subject) -> bool:
    """Whether an operation writes to one thing and documents a 404 for one that is not there."""
    # A PUT that makes what is not there says so by 201.
    may_make = "201" in success_statuses(subject.operation)
    known = role_of(subject) in _ON_A_THING and bool(subject.path_parameters)
    return known and not may_make and subject.documents_exactly(404)


def is_closed(subject: Subject) -> bool:
    """Whether an operation asks for a key and documents a 401."""
    return bool(subject.operation.security) and subject.documents_exactly(401)


def errs(subject: Subject) -> bool:
    """Whether an operation that writes documents an error that can be brought about without writing."""
    return is_about_one(subject) or is_closed(subject)


def acts_on_made(subject: Subject) -> bool:
    """Whether an operation changes what another makes."""
    return role_of(subject) in ("change", "replace", "action") and is_made(subject)


def tells_place(subject: Subject) -> bool:
    """Whether an operation says where what it makes is."""
    headers = (
        str(name).lower()
        for status in success_statuses(subject.operation)
        for name in (subject.operation.definition["responses"][status].get("headers") or {})
    )
    return makes(subject) and "location" in headers


def leaves_it_there(subject: Subject) -> bool:
    """Whether a thing is there after an operation: changes leave it, and actions that promise a value."""
    if role_of(subject) != "action":
        return True
    resource = resources(subject.document).of(subject.operation)
    own = (subject.operation.path, subject.operation.method)
    return any(
        item.sets is not None and (item.operation.path, item.operation.method) == own
        for item in (resource.actions if resource else ())
    )


def sender_of(check: Any) -> Workshop:
    """Return what sends requests for a check that makes nothing."""
    return Workshop(check, resources(check.subject.document).all[0])


def smallest_body(subject: Subject, bodies: Bodies, mark: str) -> Any:
    """Return the smallest body that says something, None where the operation takes none."""
    if media_of(subject.document, subject.operation) is None:
        return None
    # A change of nothing may be refused for that alone.
    return bodies.least(mark) or bodies.whole(mark)
