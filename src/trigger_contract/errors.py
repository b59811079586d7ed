"""The one exception that a user's mistake becomes."""

from __future__ import annotations

from pathlib import Path


class UserError(Exception):
    """Something the user can put right: bad input, bad usage, an unreachable server.

    The command line prints the message as one line on stderr and exits with 2.

    Args:
        message: What is wrong and what to do about it, without a line break.
        source: The file, URL or option that is at fault.
        line: The line of ``source``, counted from 1.
    """

    def __init__(self, message: str, *, source: str | Path | None = None, line: int | None = None) -> None:
        self.message = " ".join(message.split())
        self.source = None if source is None else str(source)
        self.line = line
        super().__init__(str(self))

    def __str__(self) -> str:
        place = self.source or ""
        if self.line is not None:
            place += f":{self.line}"
        return f"{place}: {self.message}" if place else self.message
