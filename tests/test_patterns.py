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
_SMALL, _LARGE = 400, 3200


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


def _seconds(pattern: re.Pattern[str], anchored: bool, piece: str, size: int, times: int) -> float:
    text, best = piece * (size // len(piece)), float("inf")
    for _ in range(times):
        start = time.perf_counter()
        if anchored:
            pattern.match(text)
            pattern.match(text, len(text) // 2)
        else:
            for _ in pattern.finditer(text):
                pass
        best = min(best, time.perf_counter() - start)
    return best


@pytest.mark.parametrize("module", sorted(_modules()))
def test_a_text_eight_times_as_long_takes_about_eight_times_as_long(module):
    for name, pattern, anchored in _patterns(module):
        for piece in _pieces(pattern):
            if _seconds(pattern, anchored, piece, _LARGE, 1) < 0.01:
                continue  # too quick to be anything but linear
            small = _seconds(pattern, anchored, piece, _SMALL, 5)
            large = _seconds(pattern, anchored, piece, _LARGE, 5)
            assert large < 40 * small + 0.01, f"{name} of {piece!r}: {small:.5f} s, {large:.5f} s"
