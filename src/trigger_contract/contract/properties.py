"""Hypothesis drives a law: many drawn cases, one smallest finding, nothing replayed without need."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hypothesis import strategies as st

from trigger_contract.contract.drawing import draw
from trigger_contract.contract.law import Check

T = TypeVar("T")


def for_all(check: Check, cases: st.SearchStrategy[T], judge: Callable[[T], object], *, times: int) -> None:
    """Judge cases drawn from a strategy, side by side; the seed of the run decides which.

    What a case reports is recorded by the check. Judging goes on until enough was found, so a server
    that breaks a promise in several ways is told so once.

    Args:
        check: The law's check.
        cases: Draws the cases.
        judge: Asks the server and reports to the check.
        times: How many cases to draw.

    Raises:
        BudgetExhausted: Nothing more may be sent.
        UserError: The server is gone.
    """
    seed = check.session.random(check.law.code, check.subject.name).randrange(2**32)
    check.each(draw(cases, times, seed), judge, enough=3)
