"""The contract suite: everything a law needs, and how a run is put together."""

from trigger_contract.contract.exchange import Exchange
from trigger_contract.contract.forms import (
    every_operation,
    has_date_query,
    has_filters,
    has_filters_and_pages,
    has_filters_to_spell,
    has_hidden_filters,
    has_identity_filter,
    has_list_filters,
    has_period,
    has_query,
    has_ranges,
    has_refusal_text,
    has_several_filters,
    has_text_filters,
    is_limited,
    is_list,
    is_paginated,
    is_secured,
    is_secured_by_id,
    takes_id,
)
from trigger_contract.contract.law import Check, law
from trigger_contract.contract.snapshot import Walk

__all__ = [
    "Check",
    "Exchange",
    "Walk",
    "every_operation",
    "has_date_query",
    "has_filters",
    "has_filters_and_pages",
    "has_filters_to_spell",
    "has_hidden_filters",
    "has_identity_filter",
    "has_list_filters",
    "has_period",
    "has_query",
    "has_ranges",
    "has_refusal_text",
    "has_several_filters",
    "has_text_filters",
    "is_limited",
    "is_list",
    "is_paginated",
    "is_secured",
    "is_secured_by_id",
    "law",
    "takes_id",
]
