"""Which operations a law applies to, told by their form."""

from __future__ import annotations

from trigger_contract.contract.subjects import Subject


def every_operation(subject: Subject) -> bool:
    """Whatever it is."""
    return True


def is_list(subject: Subject) -> bool:
    """Needs no id and answers with items."""
    return subject.is_list


def is_paginated(subject: Subject) -> bool:
    """A list in pages that a cursor links."""
    return subject.is_list and subject.pages is not None and subject.pages.kind == "cursor"


def takes_id(subject: Subject) -> bool:
    """Has exactly one id in its path."""
    return len(subject.path_parameters) == 1


def is_secured(subject: Subject) -> bool:
    """Nobody gets in without a key."""
    security = subject.operation.security
    return bool(security) and all(security)


def has_query(subject: Subject) -> bool:
    """Takes query parameters."""
    return bool(subject.leaves)
