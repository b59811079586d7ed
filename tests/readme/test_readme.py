"""Every command, snippet and link of the README is true."""

from __future__ import annotations

import datetime
import importlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from page_server import serving

from trigger_contract.document.locate import read_document
from trigger_contract.generate.project import generate
from trigger_contract.mock import MockServer, Progression, Settings
from workspace import workspace

ROOT = Path(__file__).resolve().parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
COMMANDS = [
    line.partition(" #")[0].strip()
    for language, block in BLOCKS
    if language == "sh"
    for line in block.splitlines()
    # To write the checkout would disturb other tests; the next line does the same with --check.
    if re.match(r"trigger-contract (?!regenerate +#)", line)
]
# These two run this very test; that they exist and can be run is what is checked here.
SCRIPTS = re.findall(r"^(scripts/\w+) ", README, re.MULTILINE)
PYTHON = [block for language, block in BLOCKS if language == "python"]


@pytest.fixture
def environment(trigger_mock_server, tmp_path):
    """What a reader has set: the scripts on the path, a server and its keys."""
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "generated"),
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
    assert len(COMMANDS) >= 3
    assert len(PYTHON) == 2


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_scripts_can_be_run(name):
    assert os.access(ROOT / name, os.X_OK)
    subprocess.run(["bash", "-n", str(ROOT / name)], check=True)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_works_as_written(command, environment, tmp_path):
    if command == "trigger-contract fetch":
        with serving() as server:
            copy = published(server, tmp_path / "openapi")
            run(
                f"{command} --sources {copy} --url-map https://trigger.dev={server.url}",
                environment,
                tmp_path,
            )
        return
    # One kind of law in place of all: the whole suite has its own tests.
    command = command.replace("trigger-contract test", "trigger-contract test --probe errors")
    run(command, environment, workspace(tmp_path / "checkout"))


def published(server, folder: Path) -> Path:
    """Put the pages on a server of this machine; return a copy of their list to refresh."""
    shutil.copytree(ROOT / "openapi", folder)
    for source in yaml.safe_load((folder / "sources.yaml").read_text(encoding="utf-8"))["sources"]:
        if "url" in source:
            path = source["url"].removeprefix("https://trigger.dev")
            server.routes[path] = (folder / "sources" / source["file"]).read_bytes()
    return folder / "sources.yaml"


@pytest.mark.parametrize("block", PYTHON, ids=["test", "script"])
def test_every_python_snippet_works_as_written(block, environment, tmp_path):
    path = tmp_path / "test_snippet.py"
    path.write_text(block, encoding="utf-8")
    if "def test_" not in block:
        assert "run_" in run([sys.executable, str(path)], environment, tmp_path)
        return
    # With our plugin only: the other ones that are installed here take seconds to import.
    environment |= {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTEST_PLUGINS": "trigger_contract.mock.pytest_plugin",
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(path)]
    assert "1 passed" in run(command, environment, tmp_path)


def test_each_line_that_writes_works_as_written(tmp_path, monkeypatch):
    (lines,) = (block for language, block in BLOCKS if language == "py")
    spec = read_document(ROOT / "docs" / "examples" / "trigger.yaml")
    generate(spec, tmp_path / "trigger")
    monkeypatch.syspath_prepend(str(tmp_path / "trigger"))
    made = importlib.import_module("trigger_all_client")
    settings = Settings(runs=10, progression=Progression("manual", 1))
    with (
        MockServer(spec, settings) as server,
        made.TriggerClient(secret_key="tr_dev_mock", base_url=server.url) as trigger,
    ):
        names = {"trigger": trigger, "datetime": datetime}
        exec(compile(lines, "README", "exec"), names)
    assert names["finished"].id == names["again"].id
    assert names["finished"].is_success
    assert len(lines.splitlines()) == 11


def test_the_step_for_github_passes_what_the_action_takes():
    (step,) = yaml.safe_load(next(block for language, block in BLOCKS if language == "yaml"))
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["inputs"]
    assert set(step["with"]) <= set(action)
    assert {name for name, told in action.items() if told.get("required")} <= set(step["with"])


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)\)", README))))
def test_every_link_leads_somewhere(target):
    assert not target.startswith("http"), "the README links only to this repository"
    assert (ROOT / target).exists()
