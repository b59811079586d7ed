"""The page on measuring the suite shows what the command prints, and the table that the code has."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from click.testing import CliRunner

from trigger_contract.cli import group
from trigger_contract.mock.plants import KINDS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how-to" / "measure-the-suite.md").read_text(encoding="utf-8")


def without_figures(text: str) -> str:
    """Leave out what differs from run to run: requests and seconds."""
    return re.sub(r"\d+ (requests|s)\b", r"N \1", text)


def test_the_page_shows_what_is_printed(monkeypatch):
    block = re.search(r"^```console\n\$ (.*?)\n```$", PAGE, re.MULTILINE | re.DOTALL)
    assert block is not None
    text = block[1].replace("\\\n", " ")
    line, _, shown = text.partition("\n")
    monkeypatch.chdir(ROOT)
    done = CliRunner().invoke(group, shlex.split(line)[1:], standalone_mode=False)
    assert done.return_value == 0
    assert without_figures(done.output.rstrip()) == without_figures(shown)


def test_the_page_names_the_kinds_for_each_operator():
    rows = dict(re.findall(r"^\| ([A-Z0-9]{3,4}) \| (.*?) \|$", PAGE, re.MULTILINE))
    wanted: dict[str, list[str]] = {}
    for kind in KINDS:
        for code in kind.operators:
            wanted.setdefault(code, []).append(f"`{kind.name}`")
    assert rows == {code: ", ".join(names) for code, names in wanted.items()}
