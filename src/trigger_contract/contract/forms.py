"""Which operations a law applies to, told by their form."""

from __future__ import annotations

from trigger_contract.contract.filtering import hidden_leaves, is_combinable, period_of
from trigger_contract.contract.kindred import thing_of
from trigger_contract.contract.oracle import filters, text_filters
from trigger_contract.contract.prose import rules
from trigger_contract.contract.snapshot import size_leaf
from trigger_contract.contract.steps import is_addressable, is_by_id
from trigger_contract.contract.subjects import Subject
from trigger_contract.contract.wording import (
    dev_fields,
    excluded_fields,
    ignored_parameters,
    omitted_lists,
    place_field,
    promised_order,
    required_lists,
)


def every_operation(subject: Subject) -> bool:
    """Whatever it is."""
    return True


def has_filters(subject: Subject) -> bool:
    """A list with parameters that select items by their fields."""
    return subject.is_list and bool(filters(subject))


def has_text_filters(subject: Subject) -> bool:
    """A list with parameters that select items by free text."""
    return subject.is_list and bool(text_filters(subject))


def has_list_filters(subject: Subject) -> bool:
    """A list with filters that take several values."""
    return subject.is_list and any(
        item.leaf.is_list and item.leaf.separator is not None for item in filters(subject)
    )


def has_ranges(subject: Subject) -> bool:
    """A list that can be bounded by dates."""
    return subject.is_list and any(item.kind in ("from", "to") for item in filters(subject))


def has_filters_to_spell(subject: Subject) -> bool:
    """A list with filters whose names hold brackets or whose values hold a separator."""
    return subject.is_list and any("[" in item.leaf.name or item.leaf.is_list for item in filters(subject))


def has_filters_and_pages(subject: Subject) -> bool:
    """A filtered list in pages."""
    return has_filters(subject) and is_paginated(subject)


def has_identity_filter(subject: Subject) -> bool:
    """A list that can be asked for one item by its id."""
    return subject.is_list and any(not is_combinable(item) for item in filters(subject))


def has_period(subject: Subject) -> bool:
    """A list that can be cut to a period up to now."""
    return subject.is_list and any(period_of(subject, leaf) for leaf in subject.leaves)


def has_hidden_filters(subject: Subject) -> bool:
    """A list with parameters that select items by what the items do not show."""
    return subject.is_list and bool(hidden_leaves(subject))


def is_list(subject: Subject) -> bool:
    """Needs no id and answers with items."""
    return subject.is_list


def is_paginated(subject: Subject) -> bool:
    """A list in pages, of whatever form."""
    return subject.is_list and subject.pages is not None


def has_pages_by_place(subject: Subject) -> bool:
    """A list in pages of which any can be asked for: by an item's id, a number or an offset."""
    return subject.is_list and is_addressable(subject)


def has_pages_by_id(subject: Subject) -> bool:
    """A list in pages that are asked for by the id of an item."""
    return subject.is_list and is_by_id(subject)


def has_totals(subject: Subject) -> bool:
    """A list that tells how many items or pages there are."""
    pages = subject.pages
    return subject.is_list and pages is not None and bool(pages.total or pages.total_pages)


def is_limited(subject: Subject) -> bool:
    """A list with a parameter that sets how many items come."""
    return subject.is_list and size_leaf(subject) is not None


def has_date_query(subject: Subject) -> bool:
    """Takes dates in its query."""
    return any(leaf.schema.get("format") == "date-time" for leaf in subject.leaves)


def has_required_lists(subject: Subject) -> bool:
    """A detail with a list that is always there."""
    return subject.is_detail and bool(required_lists(subject))


def has_lists_to_omit(subject: Subject) -> bool:
    """A detail with a list that is said to be left out where it is empty."""
    return subject.is_detail and bool(omitted_lists(subject))


def has_several_filters(subject: Subject) -> bool:
    """A list with at least two filters that can be combined."""
    return subject.is_list and sum(is_combinable(item) for item in filters(subject)) > 1


def has_promises_in_words(subject: Subject) -> bool:
    """The descriptions in its answer say more than the schema."""
    return bool(rules(subject.document, subject.response_pointer))


def has_dev_costs(subject: Subject) -> bool:
    """A list with fields that are said not to apply to DEV."""
    return subject.is_list and bool(dev_fields(subject))


def has_excluded_fields(subject: Subject) -> bool:
    """A list whose items are said not to have some fields."""
    return subject.is_list and bool(excluded_fields(subject))


def has_ignored_parameters(subject: Subject) -> bool:
    """A list with a parameter that is said to be ignored beside another."""
    return subject.is_list and any(True for _ in ignored_parameters(subject))


def has_dates(subject: Subject) -> bool:
    """A list whose items carry times."""
    return subject.is_list and "createdAt" in subject.item_schema.get("properties", {})


def has_order(subject: Subject) -> bool:
    """A list that is promised to come in an order."""
    return subject.is_list and promised_order(subject) is not None


def has_fields(subject: Subject) -> bool:
    """Answers with things that have fields."""
    return "properties" in thing_of(subject)


def has_one_place(subject: Subject) -> bool:
    """A list of what is in one place, with items that tell their place."""
    return subject.is_list and place_field(subject) is not None


def takes_id(subject: Subject) -> bool:
    """Has an id in its path."""
    return bool(subject.path_parameters)


def is_secured(subject: Subject) -> bool:
    """Nobody gets in without a key."""
    security = subject.operation.security
    return bool(security) and all(security)


def has_public_key(subject: Subject) -> bool:
    """Takes an id, and a public key as well as a secret one."""
    names = [name for item in subject.operation.security for name in item]
    return takes_id(subject) and any("public" in name.lower() for name in names)


def is_secured_by_id(subject: Subject) -> bool:
    """Nobody gets in without a key, and there is an id in its path."""
    return is_secured(subject) and takes_id(subject)


def has_refusal_text(subject: Subject) -> bool:
    """The document gives the exact text with which a wrong key is refused."""
    return is_secured(subject) and subject.error_text(401) is not None


def has_query(subject: Subject) -> bool:
    """Takes query parameters."""
    return bool(subject.leaves)
