"""Which operations are checked: those that match what was asked for, without those that end a session."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from trigger_contract.contract.settings import Settings
from trigger_contract.contract.subjects import Contract, Subject
from trigger_contract.errors import UserError

# What the last word of a path says where even GET takes the key away from whoever asks.
_ENDS = re.compile(r"(?:log|sign)[-_]?(?:out|off)|revoke|invalidate|end[-_]?session|deactivate", re.I)


def scoped(contract: Contract, settings: Settings) -> Contract:
    """Return the contract of the operations that are to be checked; the others are listed with the reason.

    Args:
        contract: Every operation with one of the tags.
        settings: What is to be included and excluded.

    Raises:
        UserError: A pattern fits no operation, or none is left.
    """
    for option, patterns in (("include", settings.include), ("exclude", settings.exclude)):
        for pattern in patterns:
            if not any(matches(pattern, subject) for subject in (*contract.subjects, *contract.writing)):
                raise UserError("fits no operation that is checked", source=f"--{option} {pattern}")
    reasons: dict[str, str] = {}
    for subject in (*contract.subjects, *contract.writing):
        is_asked_for = any(matches(pattern, subject) for pattern in settings.include)
        if any(matches(pattern, subject) for pattern in settings.exclude):
            reasons[subject.name] = "--exclude"
        elif settings.include and not is_asked_for:
            reasons[subject.name] = "not among --include"
        elif ends_session(subject) and not is_asked_for:
            asked = f"{subject.operation.method.upper()} {subject.operation.path}"
            reasons[subject.name] = f"{asked} may end the session of the key; --include it to ask it"
    return without(contract, reasons)


def without(contract: Contract, reasons: Mapping[str, str]) -> Contract:
    """Return the contract without some operations.

    Args:
        contract: The contract.
        reasons: Why each operation is left out, by its name.

    Raises:
        UserError: None is left.
    """
    if not reasons:
        return contract
    left = tuple(item for item in contract.subjects if item.name not in reasons)
    if not left:
        name, reason = next(iter(reasons.items()))
        raise UserError(f"no operation is left to check; {name} was left out: {reason}")
    relations = tuple(
        item
        for item in contract.relations
        if item.source.name not in reasons and item.target.name not in reasons
    )
    # Whose list is left out, its items are known from nowhere.
    targets = {item.target.name for item in relations}
    return replace(
        contract,
        subjects=tuple(replace(item, is_detail=item.is_detail and item.name in targets) for item in left),
        writing=tuple(item for item in contract.writing if item.name not in reasons),
        relations=relations,
        left_out=(
            *contract.left_out,
            *(f"{item.name}: {reasons[item.name]}" for item in contract.subjects if item.name in reasons),
        ),
    )


def matches(pattern: str, subject: Subject) -> bool:
    """Whether a pattern names an operation: by operationId, path or ``METHOD path``, ``*`` for anything."""
    operation = subject.operation
    names = (subject.name, operation.path, f"{operation.method.upper()} {operation.path}")
    form = re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.DOTALL)
    return any(form.fullmatch(name) for name in names)


def ends_session(subject: Subject) -> bool:
    """Whether an operation says by the last word of its path that it takes the key away."""
    parts = [part for part in subject.operation.path.split("/") if part]
    if subject.operation.method.lower() != "get" and any(part.startswith("{") for part in parts[-2:-1]):
        return False  # an action on the thing that is named before it
    words = [part for part in subject.operation.path.split("/") if part and not part.startswith("{")]
    return bool(words) and bool(_ENDS.fullmatch(words[-1]))
