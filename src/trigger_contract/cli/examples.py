"""Examples at the end of a command's help, kept line by line."""

from __future__ import annotations

_HEAD = "\b\nExamples:\n"


def epilog(*lines: str) -> str:
    """Return lines of shell as the epilog of a command; click does not wrap it."""
    return _HEAD + "\n".join(f"  {line}" for line in lines)


def examples(text: str | None) -> list[str]:
    """Return the lines of shell in an epilog."""
    return [line.strip() for line in (text or "").removeprefix(_HEAD).splitlines()]
