"""Every server of the second world: broken ones, by form and by hand, and right ones."""

from __future__ import annotations

import functools

from mutants.yard import Yard, planted
from mutants.yard_rights import RIGHTS
from mutants.yard_servers import ANSWERS, STATE

# Of the faults that single answers show, every so-manieth; of what is kept, all.
_EVERY = 9


@functools.cache
def broken(*, quick: bool = False) -> tuple[Yard, ...]:
    """Return the broken servers; the clean one is judged first."""
    found = planted(quick=quick)
    answers = [one for one in found if not one.of_state]
    return (*STATE, *ANSWERS, *(one for one in found if one.of_state), *answers[::_EVERY])


__all__ = ["RIGHTS", "broken"]
