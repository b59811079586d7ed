"""Values in one short line, as the report quotes them."""

from __future__ import annotations

import json
from typing import Any


def contrast(first: Any, second: Any) -> tuple[str, str]:
    """Write two values in one short line each; of long texts only what is around the difference."""
    if not (isinstance(first, str) and isinstance(second, str) and max(len(first), len(second)) > 200):
        return brief(first), brief(second)
    ours, theirs = first.split(), second.split()
    start = next((i for i, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), 0)
    end = next((i for i, (a, b) in enumerate(zip(ours[::-1], theirs[::-1], strict=False)) if a != b), 0)
    start, end = max(0, start - 6), max(0, end - 6)

    def cut(text: list[str]) -> str:
        middle = " ".join(text[start : max(start + 1, len(text) - end)])
        return f"{'… ' if start else ''}{brief(middle)}{' …' if end else ''}"

    return cut(ours), cut(theirs)


def brief(value: Any) -> str:
    """Write a value in one short line."""
    if isinstance(value, str):
        text = " ".join(value.split())
    else:
        text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 300 else text[:297] + "…"
