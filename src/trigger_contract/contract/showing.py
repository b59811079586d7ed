"""How values are shown: as JSON, in one line, without secrets, and only then cut."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

_SHOWN = 200


def spelled(value: Any) -> str:
    """Spell a value as JSON; a text stands for itself."""
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (TypeError, ValueError):
        return str(value)


def quoted(value: Any) -> str:
    """Spell a value as JSON within a sentence; a text stands in quotes."""
    return json.dumps(value, ensure_ascii=False, default=str)


def one_line(value: Any, redact: Callable[[str], str], limit: int = _SHOWN) -> str:
    """Show a value within a line.

    Secrets are taken out of the whole text before it is cut, since half of one would not be known.

    Args:
        value: Anything; what is no text is spelled as JSON.
        redact: Replaces secrets in a text.
        limit: Characters at most.
    """
    text = " ".join(redact(spelled(value)).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
