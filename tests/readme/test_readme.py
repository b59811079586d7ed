"""Every command, snippet and link of the README is true."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
COMMANDS = [
    line.partition(" #")[0].strip()
    for language, block in BLOCKS
    if language == "sh"
    for line in block.splitlines()
    if line.startswith("trigger-contract")
]
# These two run this very test; that they exist and can be run is what is checked here.
SCRIPTS = re.findall(r"^(scripts/\w+) ", README, re.MULTILINE)
PYTHON = [block for language, block in BLOCKS if language == "python"]


@pytest.fixture
def environment(trigger_mock_server, tmp_path):
    """What a reader has set: the scripts on the path, a scratch folder, a server and its keys."""
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "generated"),
        "SCRATCH": str(tmp_path),
        "TRIGGER_API_URL": trigger_mock_server.url,
        "TRIGGER_SECRET_KEY": trigger_mock_server.token,
        "TRIGGER_PUBLIC_KEY": trigger_mock_server.public_token,
    }


def run(command: list[str] | str, environment: dict[str, str], cwd: Path) -> str:
    done = subprocess.run(
        command,
        shell=isinstance(command, str),
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_readme_has_what_is_tested_here():
    assert SCRIPTS == ["scripts/run", "scripts/test"]
    assert len(COMMANDS) >= 8
    assert len(PYTHON) == 2


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_scripts_can_be_run(name):
    assert os.access(ROOT / name, os.X_OK)
    subprocess.run(["bash", "-n", str(ROOT / name)], check=True)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_works_as_written(command, environment):
    if command == "trigger-contract regenerate":
        # Writing the checkout under other tests would disturb them; --check does all the rest.
        command += " --check"
    run(command, environment, ROOT)


@pytest.mark.parametrize("block", PYTHON, ids=["test", "script"])
def test_every_python_snippet_works_as_written(block, environment, tmp_path):
    path = tmp_path / "test_snippet.py"
    path.write_text(block, encoding="utf-8")
    runner = ["-m", "pytest", "-q", "-p", "no:cacheprovider"] if "def test_" in block else []
    shown = run([sys.executable, *runner, str(path)], environment, tmp_path)
    assert "1 passed" in shown if runner else "run_" in shown


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)\)", README))))
def test_every_link_leads_somewhere(target):
    assert not target.startswith("http"), "the README links only to this repository"
    assert (ROOT / target).exists()
