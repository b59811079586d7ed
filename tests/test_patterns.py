"""Every pattern that published text meets takes time linear in the text."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import time
from collections.abc import Iterator

import pytest

import trigger_contract.document
import trigger_contract.fetch
import trigger_contract.normalize

_ROOMS = (trigger_contract.document, trigger_contract.fetch, trigger_contract.normalize)
_COMMON = (*"a1`([{|- \t\n", "a ", "1,", "'a", "- ", ", ", "\n- ", "a.")
_SMALL, _LARGE = 1000, 8000
_SHORT = 0.01
"""Seconds within which no pattern can be anything but linear in a text of that length."""
_TRIES = 10


def _modules() -> Iterator[str]:
    for room in _ROOMS:
        yield from (module.name for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."))


def _patterns(module: str) -> Iterator[tuple[str, re.Pattern[str], bool]]:
    """Yield name and pattern of each in a module, and whether it is only matched where a text begins."""
    loaded = importlib.import_module(module)
    source = inspect.getsource(loaded)
    for name, value in vars(loaded).items():
        if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
            matched = re.search(rf"\b{name}\.(?:full)?match\(", source)
            elsewhere = re.search(rf"\b{name}(?!\w|\.(?:full)?match\(| = )", source)
            yield name, value, bool(matched and not elsewhere)


def _pieces(pattern: re.Pattern[str]) -> list[str]:
    """Texts whose repetition may be read in many ways: common marks, and the words of the pattern."""
    plain = re.sub(r"\(\?P<\w+>|\\[A-Za-z]|\{\d*,?\d*\}", "", pattern.pattern)
    words = re.findall(r"[A-Za-z]{2,}", plain)
    return list(dict.fromkeys((*_COMMON, *words[:9], *(f"{word} " for word in words[:9]))))


def _seconds(pattern: re.Pattern[str], anchored: bool, piece: str, size: int) -> float:
    """Return the processor time of one search; that of other processes does not count."""
    text = piece * (size // len(piece))
    start = time.process_time()
    if anchored:
        pattern.match(text)
        pattern.match(text, len(text) // 2)
    else:
        for _ in pattern.finditer(text):
            pass
    return time.process_time() - start


def _is_linear(pattern: re.Pattern[str], anchored: bool, piece: str) -> bool:
    """Whether a text eight times as long takes about eight times as long, in the shortest of many tries.

    What is linear shows it in the first tries and costs no more; what is quadratic takes 64 times as long in
    all of them, however slow the machine is.
    """
    small = large = float("inf")
    for _ in range(_TRIES):
        large = min(large, _seconds(pattern, anchored, piece, _LARGE))
        if large < _SHORT:
            return True
        small = min(small, *(_seconds(pattern, anchored, piece, _SMALL) for _ in range(5)))
        if large < 24 * small:
            return True
    return False


@pytest.mark.parametrize("module", sorted(_modules()))
def test_a_text_eight_times_as_long_takes_about_eight_times_as_long(module):
    for name, pattern, anchored in _patterns(module):
        for piece in _pieces(pattern):
            assert _is_linear(pattern, anchored, piece), f"{name} of {piece!r}"


@pytest.mark.parametrize("pattern", [r"(?:a|b)*c", r"\s*x"])
def test_a_pattern_that_begins_anew_at_every_character_is_found_out(pattern):
    found = re.compile(pattern)
    assert not all(_is_linear(found, False, piece) for piece in _pieces(found))
