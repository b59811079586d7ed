"""Ids in the forms the service makes them."""

from __future__ import annotations

import itertools
import secrets

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_counter = itertools.count()


def internal_id(now: int) -> str:
    """Return an id of the database: ``c``, the time, a counter and chance, so that later ones are greater.

    Source: cuid, version 1.

    Args:
        now: Milliseconds since 1970.
    """
    chance = "".join(secrets.choice(_DIGITS) for _ in range(12))
    return f"c{_base36(now, 8)}{_base36(next(_counter) % 36**4, 4)}{chance}"


def new_id(kind: str, now: int) -> str:
    """Return the id of a new thing, such as ``run_c…``."""
    return f"{kind}_{internal_id(now)}"


def short_id(kind: str) -> str:
    """Return an id in the shorter form of schedules: 21 letters and digits without order."""
    return f"{kind}_" + "".join(secrets.choice(_DIGITS) for _ in range(21))


def _base36(value: int, width: int) -> str:
    text = ""
    while value:
        value, rest = divmod(value, 36)
        text = _DIGITS[rest] + text
    return text.rjust(width, "0")
