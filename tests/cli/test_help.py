"""Every command explains itself."""

from __future__ import annotations

import importlib
import os
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from trigger_contract import __version__
from trigger_contract.cli import COMMANDS, group
from trigger_contract.cli.examples import examples


def test_the_version_is_shown():
    assert CliRunner().invoke(group, ["--version"]).output.strip().endswith(__version__)


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
        for words in ("reg", "mock --pro", "diff --format m")
    )
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euc", script], env={**os.environ, "PATH": path}, capture_output=True, text=True
    )
    assert done.stdout.splitlines() == ["regenerate", "--profile --progression", "markdown"], done.stderr
