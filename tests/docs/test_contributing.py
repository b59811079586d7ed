"""The worked examples of CONTRIBUTING.md work as they stand there, one after the other in one folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from workspace import workspace

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SHOWN = ROOT / "src" / "trigger_contract" / "mock" / "deviations.py"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECTIONS = {
    title: BLOCK.findall(text)
    for title, text in re.findall(r"^### ([^\n]+)\n(.*?)(?=^##|\Z)", TEXT, re.MULTILINE | re.DOTALL)
}
# Where the text tells the reader to put what he writes.
FILES = {"A new law": "laws/test_house.py", "A decision that pages leave open": "overlay.yaml"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return workspace(tmp_path_factory.mktemp("contributing") / "checkout")


@pytest.mark.parametrize("title", SECTIONS)
def test_an_example_works_as_written(title: str, folder: Path, trigger_mock_server: Any) -> None:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "TRIGGER_API_URL": trigger_mock_server.url,
        "TRIGGER_SECRET_KEY": trigger_mock_server.token,
    }
    for language, text in SECTIONS[title]:
        if language == "sh":
            command: list[str] = ["bash", "-euo", "pipefail", "-c", text]
        elif language == "py":
            # A line of the program as it stands there.
            assert text.strip() in SHOWN.read_text(encoding="utf-8")
            continue
        elif title in FILES:
            path = folder / FILES[title]
            assert path.name in TEXT
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            continue
        else:
            assert language == "python"
            command = [sys.executable, "-c", text]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_section_has_an_example_and_the_law_was_judged(folder: Path, trigger_mock_server: Any) -> None:
    assert len(SECTIONS) >= 6
    assert all(SECTIONS.values())
    # Exit code 0 above could mean that nothing was judged.
    command = [sys.executable, "-m", "trigger_contract", "test", "--laws", "laws", "--probe", "house"]
    command += ["--tag", "runs", "--url", trigger_mock_server.url, "--token", trigger_mock_server.token]
    done = subprocess.run(
        [*command, "--report", "told"], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "house/short-pages" in (folder / "told" / "junit.xml").read_text(encoding="utf-8")
    assert "<skipped" not in (folder / "told" / "junit.xml").read_text(encoding="utf-8")


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)\)|\| `([^`*|]+)`", TEXT))))
def test_every_place_it_names_is_there(target: tuple[str, str]) -> None:
    name = target[0] or target[1]
    if "/" in name and " " not in name:
        assert list(ROOT.glob(name)), name
