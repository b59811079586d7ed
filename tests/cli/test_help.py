"""Every command explains itself."""

from __future__ import annotations

import importlib

import click
import pytest
from click.testing import CliRunner

from trigger_contract import __version__
from trigger_contract.cli import COMMANDS, group


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
