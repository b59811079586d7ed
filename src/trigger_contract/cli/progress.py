"""What a command is at, for people who wait."""

from __future__ import annotations

import sys

import click


def tell(step: str) -> None:
    """Say on a terminal what is going on; a file or a pipe gets results only."""
    if sys.stderr.isatty():
        click.echo(f"{step} …", err=True)
