"""What docs/mock.md says is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from trigger_contract.cli.mock import command
from trigger_contract.mock.deviations import DEVIATIONS
from trigger_contract.mock.pytest_plugin import _OPTIONS

pytest_plugins = ["pytester"]
PAGE = Path(__file__).parents[2] / "docs" / "mock.md"


@pytest.fixture(scope="module")
def page():
    if not PAGE.exists():
        pytest.skip("the documentation is not part of this installation")
    return PAGE.read_text()


def test_every_example_runs(page, pytester, monkeypatch):
    # The other plugins installed here take seconds to import.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_PLUGINS", "trigger_contract.mock.pytest_plugin")
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    pytester.makepyfile(**{f"test_example_{number}": block for number, block in enumerate(blocks)})
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=sum(block.count("def test_") for block in blocks))


def test_every_deviation_is_listed_as_the_server_has_it(page):
    assert dict(re.findall(r"^\| `([\w-]+)` \| (.*) \|$", page, re.MULTILINE)).items() >= DEVIATIONS.items()


def test_every_option_named_exists(page):
    known = {option for parameter in command.params for option in parameter.opts}
    assert set(re.findall(r"--[a-z][a-z-]*", page)) <= known
    marker = page.partition("The marker `trigger_mock` takes")[2].partition(".")[0]
    assert set(re.findall(r"`(\w+)`", marker)) == set(_OPTIONS)
