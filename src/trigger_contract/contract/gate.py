"""How many requests are out at once: as many as allowed, fewer where the server does not bear them."""

from __future__ import annotations

import threading

_SLACK = 1.0
_STEEP = 4.0
# How much the last answer weighs in what is usual.
_NEWEST = 0.1


class Gate:
    """Lets requests out side by side.

    A refusal for too many requests (429, 503), a broken connection, or a time far above what was usual
    before halve what is allowed; every good answer gives a little back. What is usual follows the times, so
    that a server of which some answers always take long is not asked one thing after the other.

    Args:
        most: How many at once at most.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._allowed = float(most)
        self._out = 0
        self._usual: float | None = None
        self._cut_at = 0.0
        self._free = threading.Condition()

    def enter(self) -> None:
        """Wait for a place."""
        with self._free:
            while self._out >= max(1, int(self._allowed)):
                self._free.wait(0.25)
            self._out += 1

    def leave(self, began: float, ended: float, *, is_trouble: bool) -> None:
        """Give the place back and learn from how it went.

        Args:
            began: When the request was sent, monotonic seconds.
            ended: When its answer was there.
            is_trouble: Whether the server refused it for being too much, or broke off.
        """
        with self._free:
            elapsed = ended - began
            usual = elapsed if self._usual is None else self._usual
            is_steep = elapsed > _STEEP * usual + _SLACK
            self._usual = usual + _NEWEST * (elapsed - usual)
            self._out -= 1
            # Those that were out already when the number was cut say nothing about the new number.
            if (is_trouble or is_steep) and began >= self._cut_at:
                self._allowed = max(1.0, self._allowed / 2)
                self._cut_at = ended
            elif not is_trouble and not is_steep:
                self._allowed = min(self._most, self._allowed + 0.5 / self._allowed)
            self._free.notify()

    @property
    def allowed(self) -> int:
        """How many may be out at once now."""
        return max(1, int(self._allowed))
