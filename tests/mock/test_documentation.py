"""What docs/reference/mock.md says is so; its examples are run with those of the other pages."""

from __future__ import annotations

import re
from pathlib import Path

from trigger_contract.cli.mock import command
from trigger_contract.mock.pytest_plugin import _OPTIONS

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "mock.md").read_text(encoding="utf-8")


def test_every_option_named_exists():
    known = {option for parameter in command.params for option in parameter.opts}
    named = set(re.findall(r"--[a-z][a-z-]*", PAGE))
    assert named
    assert named <= known
    marker = PAGE.partition("The marker `trigger_mock` takes")[2].partition(".")[0]
    assert set(re.findall(r"`(\w+)`", marker)) == set(_OPTIONS)
