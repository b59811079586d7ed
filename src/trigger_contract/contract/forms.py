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


def is_secured_by_id(subject: Subject) -> bool:
    """Nobody gets in without a key, and there is an id in its path."""
    return is_secured(subject) and takes_id(subject)


def has_refusal_text(subject: Subject) -> bool:
    """The document gives the exact text with which a wrong key is refused."""
    return is_secured(subject) and subject.error_text(401) is not None


def has_query(subject: Subject) -> bool:
    """Takes query parameters."""
    return bool(subject.leaves)
