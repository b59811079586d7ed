"""What the page about security promises is held by tests that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from fuzz.surfaces import SURFACES

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "explanation" / "security.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)
PROMISES = re.findall(r"^- (.*?)(?=^- |^#|^$)", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("path", "function"), NAMED, ids=[function for _, function in NAMED])
def test_a_named_test_is_there(path: str, function: str) -> None:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert function in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_promise_names_its_test() -> None:
    assert len(PROMISES) > 15
    assert [promise for promise in PROMISES if "Held by `tests/" not in promise] == []


def test_every_surface_that_is_fuzzed_is_told() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == set(SURFACES)
