"""Every command explains itself."""

from __future__ import annotations

import importlib
import os
import re
import shlex
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from trigger_contract import __version__
from trigger_contract.cli import COMMANDS, group
from trigger_contract.cli.examples import examples
from trigger_contract.cli.extras import EXTRAS
from trigger_contract.errors import UserError

ROOT = Path(__file__).resolve().parents[2]


def test_the_version_is_shown():
    own, client = CliRunner().invoke(group, ["--version"]).output.splitlines()
    assert own == f"trigger-contract {__version__}"
    assert client == f"trigger-dev-client {metadata.version('trigger-dev-client')}"


def test_without_a_command_the_help_is_shown():
    shown = CliRunner().invoke(group, [])
    assert shown.exit_code == 0
    assert shown.output == CliRunner().invoke(group, ["--help"]).output


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (["tset"], "did you mean 'test'?"),
        (["xyz"], f"there are {', '.join(COMMANDS)}"),
        (["mock", "--profile", "reel"], "did you mean 'real'?"),
        (["mock", "--profile", "x"], "choose from docs, real"),
        (["mock", "--deviation", "backward-ordr"], "did you mean 'backward-order'?"),
        (["test", "--url", "http://127.0.0.1:9", "--probe", "pagnation"], "did you mean 'pagination'?"),
        (["test", "--url", "http://127.0.0.1:9", "--probe", "x"], "kinds are schema, auth"),
        (["mock", "--port", "99999"], "must be a whole number from 0 to 65535, not 99999"),
        (["fetch", "--timeout", "soon"], "must be a number from 0.1 to 600, not soon"),
        (["test", "--url", "http://127.0.0.1:1", "--token", "x"], "nothing listens there"),
        (["test", "--url", "http://no.such.host.invalid", "--token", "x"], "there is no host of that name"),
    ],
)
def test_what_was_mistyped_is_told_in_a_persons_words(line, told):
    with pytest.raises((click.UsageError, UserError), match=re.escape(told)):
        group.main(line, standalone_mode=False)


def test_every_command_without_its_libraries_names_its_extra(tmp_path):
    names = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    # An installation without extras: click, PyYAML and this package.
    for name in ("click", "yaml", "trigger_contract"):
        place = Path(importlib.import_module(name).__file__)
        (tmp_path / place.parent.name).symlink_to(place.parent)
    spec = ROOT / "openapi" / "openapi.yaml"
    given = {
        "normalize": ["x.md"],
        "mock": ["--port", "0"],
        "diff": [spec, spec],
        "test": ["--url", "http://x"],
        "check": ["traffic.har"],
        "report": ["report"],
        "proxy": ["--upstream", "http://x"],
    }
    for command in COMMANDS:
        line = [sys.executable, "-S", "-m", "trigger_contract", command, *given.get(command, [])]
        environment = {"PYTHONPATH": str(tmp_path), "PATH": os.environ["PATH"]}
        done = subprocess.run(
            line, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        extras = EXTRAS.get(command)
        if extras is None:
            assert "not installed" not in done.stderr
            continue
        assert done.returncode == 2
        assert f"pip install 'trigger-contract[{','.join(extras)}]'" in done.stderr, done.stderr
        assert set(extras) <= set(names)


def test_the_list_of_commands_is_true():
    for name in COMMANDS:
        command = importlib.import_module(f"trigger_contract.cli.{name}").command
        assert isinstance(command, click.Command)
        assert command.name == name


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_is_for(name):
    shown = CliRunner().invoke(group, [name, "--help"])
    assert shown.exit_code == 0
    command = importlib.import_module(f"trigger_contract.cli.{name}").command
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.opts}"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_example_can_be_parsed_and_fits_a_terminal(name):
    command = importlib.import_module(f"trigger_contract.cli.{name}").command
    lines = examples(command.epilog)
    assert lines
    shown = CliRunner().invoke(group, [name, "--help"], terminal_width=80).output
    for line in lines:
        program, called, *arguments = shlex.split(line)
        assert (program, called) == ("trigger-contract", name)
        command.make_context(name, list(arguments))
        assert f"  {line}\n" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_commands_and_options_complete_in_bash():
    folder = Path(sys.executable).parent
    script = 'eval "$(_TRIGGER_CONTRACT_COMPLETE=bash_source trigger-contract)"\n' + "".join(
        f"COMP_WORDS=(trigger-contract {words}) COMP_CWORD={words.count(' ') + 1}\n"
        '_trigger_contract_completion trigger-contract; echo "${COMPREPLY[@]}"; COMPREPLY=()\n'
        for words in (
            "reg",
            "mock --pro",
            "diff --format m",
            "mock --profile r",
            "mock --deviation back",
            "test --tag ru",
            "test --exclude list_",
            "test --probe pagination/t",
        )
    )
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euc", script], env={**os.environ, "PATH": path}, capture_output=True, text=True
    )
    assert done.stdout.splitlines() == [
        "regenerate",
        "--profile --progression",
        "markdown",
        "real",
        "backward-order",
        "runs",
        "list_task_runs list_runs_v1",
        "pagination/there-and-back pagination/totals",
    ], done.stderr


def test_on_a_terminal_a_long_command_says_what_it_is_at(tmp_path):
    pty = pytest.importorskip("pty")
    main, other = pty.openpty()
    command = [sys.executable, "-m", "trigger_contract", "generate", "-o", str(tmp_path / "client")]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=other, check=True, text=True)
    os.close(other)
    said = os.read(main, 4096).decode()
    os.close(main)
    assert re.search(r"Reading \S+openapi.yaml …\s+Building the client of 4 operations …", said)
    # What goes to a file or a pipe are results only.
    assert re.fullmatch(r"\d+ files in \S+\n", done.stdout)
