"""Hypothesis drives a law: many drawn cases, one smallest finding, nothing replayed without need."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar

import hypothesis
from hypothesis import strategies as st

from trigger_contract.contract.client import BudgetExhausted
from trigger_contract.contract.law import Check
from trigger_contract.errors import UserError

T = TypeVar("T")


def for_all(check: Check, cases: st.SearchStrategy[T], judge: Callable[[T], object], *, times: int) -> None:
    """Judge cases drawn from a strategy; the seed of the run decides which.

    What a case reports is recorded by the check. Drawing goes on until enough was found, so a server
    that breaks a promise in several ways is told so once.

    Args:
        check: The law's check.
        cases: Draws the cases.
        judge: Asks the server and reports to the check.
        times: How many cases to draw where the server is quick.

    Raises:
        BudgetExhausted: Nothing more may be sent.
        UserError: The server is gone.
    """
    trouble: list[BaseException] = []
    found = len(check.outcome.findings)

    @hypothesis.seed(check.session.random(check.law.code, check.subject.name).randrange(2**32))
    @hypothesis.settings(
        max_examples=max(4, math.ceil(times * check.session.pace)),
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
        print_blob=False,
    )
    @hypothesis.given(case=cases)
    def property_holds(case: T) -> None:
        # Hypothesis would replay whatever raises; requests that fail now may not fail then.
        if trouble or len(check.outcome.findings) - found >= 3:
            return
        try:
            judge(case)
        except (BudgetExhausted, UserError) as error:
            trouble.append(error)

    property_holds()
    if trouble:
        raise trouble[0]
