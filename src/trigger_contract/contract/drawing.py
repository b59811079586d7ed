"""Cases drawn by Hypothesis: the seed decides which, and nothing is asked while they are drawn."""

from __future__ import annotations

import threading
import unittest
from typing import TypeVar

import hypothesis
from hypothesis import strategies as st

T = TypeVar("T")
# Drawing is pure computing, so threads gain nothing by it, and what they share stays simple.
_ONE_AT_A_TIME = threading.Lock()


def draw(cases: st.SearchStrategy[T], times: int, seed: int) -> list[T]:
    """Draw cases; the same for the same seed.

    Args:
        cases: Draws one case.
        times: How many at most.
        seed: Decides which.

    Raises:
        SkipTest: No case can be made.
    """
    drawn: list[T] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=times,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
        print_blob=False,
    )
    @hypothesis.given(case=cases)
    def collect(case: T) -> None:
        drawn.append(case)

    with _ONE_AT_A_TIME:
        try:
            collect()
        except hypothesis.errors.Unsatisfiable:
            raise unittest.SkipTest("no such request can be made") from None
        except BaseException as error:
            # schemathesis says so by an exception of its own, which is not an Exception.
            if type(error).__name__ == "SkipTest":
                raise unittest.SkipTest("no such request can be made") from None
            raise
    return drawn
