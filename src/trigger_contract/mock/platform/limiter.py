"""The limiter in front of the service: one budget for each key, told in every answer."""

from __future__ import annotations

from trigger_contract.mock.clock import Clock
from trigger_contract.mock.messages import Answer, Request
from trigger_contract.mock.platform import answers

USUAL = 750
"""What an answer tells of where nothing is limited. Source: the service's default."""

_MINUTE = 60_000
_MOST_KEYS = 10_000


class Limiter:
    """Counts requests.

    Args:
        limit: Requests a minute for each key; None lets everything through.
        clock: The time.
    """

    def __init__(self, limit: int | None, clock: Clock) -> None:
        self._limit = limit
        self._clock = clock
        self._minute = -1
        self._used: dict[bytes, int] = {}
        self._told: tuple[int, int, tuple[tuple[bytes, bytes], ...]] = (0, 0, ())

    def count(self, request: Request) -> int:
        """Count a request and return how many are left to its key; fewer than none were refused."""
        if self._limit is None:
            return USUAL
        minute = self._clock.now() // _MINUTE
        if minute != self._minute or len(self._used) > _MOST_KEYS:
            self._minute = minute
            self._used.clear()
        key = request.headers.get(b"authorization", b"").removeprefix(b"Bearer ").strip()[:256]
        used = self._used[key] = self._used.get(key, 0) + (request.method != "OPTIONS")
        return self._limit - used

    @property
    def _reset(self) -> int:
        return (self._clock.now() // _MINUTE + 1) * _MINUTE

    def refuse(self, left: int) -> Answer | None:
        """Return the refusal of a request that was one too many, else None."""
        if self._limit is None or left >= 0:
            return None
        seconds = -((self._clock.now() - self._reset) // 1000)
        return answers.limited(self._limit, left, self._reset, seconds)

    def headers(self, left: int) -> tuple[tuple[bytes, bytes], ...]:
        """Return what every answer tells of the budget."""
        reset = self._reset
        if self._told[:2] != (left, reset):
            told = (
                (b"x-ratelimit-limit", b"%d" % (self._limit or USUAL)),
                (b"x-ratelimit-remaining", b"%d" % max(left, 0)),
                (b"x-ratelimit-reset", b"%d" % reset),
            )
            self._told = (left, reset, told)
        return self._told[2]
