"""The words that names and texts of a document are made of."""

from __future__ import annotations

import re
from functools import lru_cache

_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

_SINGULAR = frozenset(("series", "news", "yes", "alias", "canvas", "gas"))


@lru_cache(maxsize=8192)
def words(name: str) -> tuple[str, ...]:
    """Split a name into words in lower case: ``nextPage_token`` is next, page, token."""
    return tuple(part.lower() for part in _PART.findall(name))


@lru_cache(maxsize=8192)
def flat(name: str) -> str:
    """Return a name without case and separators, so that ``next_cursor`` and ``nextCursor`` are one."""
    return "".join(words(name))


def singular(word: str) -> str:
    """Return a noun without the ending of its plural, as far as English goes by rule."""
    if word.lower() in _SINGULAR:
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    return (
        word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 2 else word
    )
