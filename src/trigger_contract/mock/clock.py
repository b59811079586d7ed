"""The server's clock: the machine's time, moved or stopped at will."""

from __future__ import annotations

import time


class Clock:
    """Tells the time in milliseconds since 1970, as the stored runs do."""

    def __init__(self, frozen_at: int | None = None) -> None:
        self._offset = 0
        self._frozen = frozen_at

    def now(self) -> int:
        """Return the time in milliseconds."""
        if self._frozen is not None:
            return self._frozen
        return time.time_ns() // 1_000_000 + self._offset

    @property
    def frozen(self) -> bool:
        """Whether the clock stands still."""
        return self._frozen is not None

    def advance(self, seconds: float) -> int:
        """Move the clock by some seconds and return the new time."""
        milliseconds = round(seconds * 1000)
        if self._frozen is not None:
            self._frozen += milliseconds
        else:
            self._offset += milliseconds
        return self.now()

    def set(self, at: int, *, freeze: bool = False) -> int:
        """Set the clock to a time in milliseconds and return it; with ``freeze`` it stands still there."""
        self._frozen = at if freeze else None
        self._offset = 0 if freeze else at - time.time_ns() // 1_000_000
        return self.now()

    def freeze(self) -> int:
        """Stop the clock and return its time."""
        self._frozen = self.now()
        return self._frozen

    def reset(self) -> None:
        """Follow the machine's time again."""
        self._offset, self._frozen = 0, None
