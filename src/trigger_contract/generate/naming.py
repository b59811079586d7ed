"""Python names for what a document calls its things: valid, unique and never a surprise."""

from __future__ import annotations

import builtins
import hashlib
import keyword
import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache

_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])(?!(?<=O)Auth)|[^\w]+|_+")
_LONGEST = 120
"""Bytes of a name: what file systems take, and far more than anybody reads."""
_REMEMBERED = 8192
"""Names whose spellings are kept: those of properties come many times in a document."""
_VERSION = re.compile(r"v\d+", re.IGNORECASE)

_PYTHONS_OWN = frozenset(dir(builtins)) - {"id"} | {"self", "true", "false", "datetime"}
# Names that annotations in the same class body mean as types.
TYPE_NAMES = frozenset({"str", "int", "float", "bool", "bytes", "list", "dict", "datetime"})


def words(name: str) -> list[str]:
    """Split a name into words at case changes, underscores and anything that no identifier can hold."""
    normal = unicodedata.normalize("NFKC", name)
    return [word for word in _BOUNDARY.split(normal) if word]


@lru_cache(maxsize=_REMEMBERED)
def snake_case(name: str, *, fallback: str = "value") -> str:
    """Turn any name into a valid snake-case identifier; a keyword gets an underscore behind it."""
    text = "_".join(words(name)).lower()
    # Lower-casing can leave characters that are no part of an identifier, or decompose others.
    text = unicodedata.normalize("NFKC", text)
    text = re.sub(r"\W", "_", text).strip("_") or fallback
    if not text.isidentifier():
        text = f"{fallback}_{text}"
    if not text.isidentifier():
        text = f"{fallback}_{text.encode().hex()}"
    text = _bounded(text)
    return f"{text}_" if keyword.iskeyword(text) else text


@lru_cache(maxsize=_REMEMBERED)
def pascal_case(name: str, *, fallback: str = "Value") -> str:
    """Turn any name into a valid class name; capitals inside a word stay as they are."""
    text = unicodedata.normalize("NFKC", "".join(word[:1].upper() + word[1:] for word in words(name)))
    text = re.sub(r"\W", "", text).strip("_") or fallback
    if not text.isidentifier():
        text = fallback + text
    if not text.isidentifier():
        text = fallback + text.encode().hex()
    text = _bounded(text)
    return f"{text}_" if keyword.iskeyword(text) else text


def _bounded(text: str) -> str:
    """Cut a name that is too long, and put the digest of the whole in the place of the rest."""
    if len(text.encode()) <= _LONGEST:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    kept = text.encode()[: _LONGEST - 9].decode(errors="ignore").rstrip("_")
    return f"{kept}_{digest}" if text.islower() else f"{kept}{digest}"


@lru_cache(maxsize=_REMEMBERED)
def constant_case(name: str, *, fallback: str = "VALUE") -> str:
    """Turn any name into a valid constant name, as environment variables and enum members have."""
    text = snake_case(name, fallback=fallback.lower()).rstrip("_").upper()
    return f"{text}_" if keyword.iskeyword(text) or text == "MRO" else text


@lru_cache(maxsize=_REMEMBERED)
def module_name(name: str) -> str:
    """Turn a snake-case name into that of a module, which is never called as something of Python's own."""
    plain = "_".join(part for part in name.split("_") if part)
    return f"{plain}_" if plain in _PYTHONS_OWN or keyword.iskeyword(plain) else plain


class Names:
    """Hands out each name once.

    Args:
        taken: Names that are gone from the start.
        key: What must differ between two names; files need ``str.casefold``.
    """

    def __init__(self, taken: Iterable[str] = (), *, key: Callable[[str], str] = str) -> None:
        self._key = key
        self._taken = set(map(key, taken))

    def __contains__(self, name: str) -> bool:
        return self._key(name) in self._taken

    def take(self, *candidates: str) -> str:
        """Return the first candidate that is free, or the last one with a number behind it."""
        for candidate in candidates:
            if candidate not in self:
                break
        else:
            number = 2
            stem = candidates[-1].rstrip("_")
            while f"{stem}_{number}" in self:
                number += 1
            candidate = f"{stem}_{number}"
        self._taken.add(self._key(candidate))
        return candidate


def is_version(word: str) -> bool:
    """Whether a word only numbers a version, as in ``list_runs_v1``."""
    return _VERSION.fullmatch(word) is not None


def stem(word: str) -> str:
    """What the singular and the plural of an English noun have in common, whichever of the two a word is.

    It tells whether two words mean the same thing, such as a tag's noun in a method's name; it is not shown.
    """
    if word in _OF_THEIR_OWN:
        return _OF_THEIR_OWN[word]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 2:
        word = word[:-1]
    if word.endswith("ie") and len(word) > 3:
        return f"{word[:-2]}y"  # movie, company
    if word.endswith("lve"):
        return f"{word[:-2]}f"  # shelf
    # box and axe, match and cache, status
    return word[:-1] if re.search(r"(?:[sxzo]|[cs]h)e$", word) else word


_OF_THEIR_OWN = {
    **{word: word for word in ("alias", "atlas", "bias", "canvas", "gas", "lens", "news", "series")},
    "people": "person",
    "children": "child",
    "men": "man",
    "women": "woman",
    "criteria": "criterion",
    "analyses": "analysis",
    "indices": "index",
    "matrices": "matrix",
    "vertices": "vertex",
}


def natural(name: str) -> list[str | int]:
    """What names are sorted by as people count: ``item2`` before ``item10``, as import sorters do."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"([0-9]+)", name)]
