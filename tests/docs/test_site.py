"""The site builds with every link checked, and its generated pages say what the program says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from trigger_contract.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs").rglob("*.md"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(target)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return target


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def text(page: Path) -> str:
    parser = _Text()
    parser.feed(page.read_text(encoding="utf-8"))
    return " ".join("".join(parser.parts).split())


def test_every_page_is_built(site: Path) -> None:
    for page in PAGES:
        relative = page.relative_to(ROOT / "docs")
        built = site / relative.with_suffix("") / "index.html"
        assert (site / "index.html" if relative.name == "index.md" else built).is_file()


def test_every_option_of_every_command_is_told(site: Path) -> None:
    shown = text(site / "reference" / "commands" / "index.html")
    for name in COMMANDS:
        command = [sys.executable, "-m", "trigger_contract", name, "--help"]
        helped = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        options = re.findall(r"^  (?:-\w, )?(--[\w-]+)", helped, re.MULTILINE)
        assert options
        assert f"trigger-contract {name}" in shown
        for option in options:
            assert option in shown


def test_every_law_is_told_with_words_it_defends(site: Path) -> None:
    shown = text(site / "reference" / "laws" / "index.html")
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "contract_tests").glob("*.py"))
    codes = re.findall(r'@law\(\s*"([\w/-]+)"', sources)
    assert len(codes) > 40
    for code in codes:
        assert code in shown
    for place in ("trigger-list-runs.md:", "trigger-retrieve-run.md:", "trigger-retrieve-run-result.md:"):
        assert place in shown


def test_every_class_and_method_of_the_client_is_told(site: Path) -> None:
    shown = text(site / "reference" / "client" / "index.html")
    for name in ("TriggerClient", "AsyncTriggerClient", "RecoupClient", "Runs", "APIStatusError"):
        assert name in shown
    for call in re.findall(r"`runs\.(\w+)`", (ROOT / "generated" / "api.md").read_text(encoding="utf-8")):
        assert call in shown


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_to_elsewhere_are_few_and_https(page: Path) -> None:
    for target in re.findall(r"\]\((\w+:[^)]+)\)", page.read_text(encoding="utf-8")):
        assert re.match(r"https://(www\.oasdiff\.com|spec\.openapis\.org)/", target), target
