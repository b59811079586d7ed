"""A short text that matches a regular expression."""

from __future__ import annotations

import importlib
import re
from typing import Any

# The parser of the standard library's own `re`: private by name, unchanged in shape since Python 2.
# Loaded by name because type checkers disagree on whether a private module is there.
codes: Any = importlib.import_module("re._constants")
parser: Any = importlib.import_module("re._parser")

_CLASSES = {
    codes.CATEGORY_DIGIT: "1",
    codes.CATEGORY_WORD: "a",
    codes.CATEGORY_SPACE: " ",
    codes.CATEGORY_NOT_DIGIT: "a",
    codes.CATEGORY_NOT_WORD: "-",
    codes.CATEGORY_NOT_SPACE: "a",
}
_CANDIDATES = "a1A_- ~!.\u00e9"


def matching(pattern: str, least: int = 0) -> str:
    """Return a text that a schema's ``pattern`` matches, or plain text where none is found.

    Args:
        pattern: An ECMA-262 expression, of which the part common with Python's is read.
        least: The shortest text wanted, in characters.
    """
    try:
        compiled = re.compile(pattern)
        tree = parser.parse(pattern)
    except (re.error, RecursionError, OverflowError):
        return "string"
    text = _write(tree, [])
    for padded in (text, text.ljust(least, "a"), text.ljust(least, "1"), text.rjust(least, "a")):
        if len(padded) >= least and compiled.search(padded):
            return padded
    for extra in range(1, 65):
        longer = _write(tree, [], extra)
        if len(longer) >= least and compiled.search(longer):
            return longer
    return text


def _write(tree: Any, groups: list[str], extra: int = 0) -> str:
    return "".join(_piece(code, value, groups, extra) for code, value in tree)


def _piece(code: Any, value: Any, groups: list[str], extra: int) -> str:
    if code is codes.LITERAL:
        return chr(value)
    if code is codes.NOT_LITERAL:
        return next(c for c in _CANDIDATES if ord(c) != value)
    if code is codes.ANY:
        return "a"
    if code is codes.IN:
        return _member(value)
    if code is codes.BRANCH:
        return _write(value[1][0], groups, extra)
    if code is codes.SUBPATTERN:
        text = _write(value[-1], groups, extra)
        groups.append(text)
        return text
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
        low, high, inner = value
        count = min(int(low) + extra, int(high)) if extra else int(low)
        return "".join(_write(inner, groups, extra) for _ in range(min(count, 1000)))
    if code is codes.GROUPREF:
        return groups[value - 1] if value <= len(groups) else ""
    return ""


def _member(choices: list[tuple[Any, Any]]) -> str:
    if choices[0][0] is codes.NEGATE:
        banned = re.compile("[" + "".join(_spell(choice) for choice in choices[1:]) + "]")
        return next((c for c in _CANDIDATES if not banned.match(c)), "a")
    code, value = choices[0]
    if code is codes.LITERAL:
        return chr(value)
    if code is codes.RANGE:
        return chr(value[0])
    return _CLASSES.get(value, "a")


def _spell(choice: tuple[Any, Any]) -> str:
    code, value = choice
    if code is codes.LITERAL:
        return re.escape(chr(value))
    if code is codes.RANGE:
        return f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
    names = {codes.CATEGORY_DIGIT: r"\d", codes.CATEGORY_WORD: r"\w", codes.CATEGORY_SPACE: r"\s"}
    return names.get(value, "")
