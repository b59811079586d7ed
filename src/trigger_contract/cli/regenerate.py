"""``trigger-contract regenerate``."""

from __future__ import annotations

import click

from trigger_contract.changes import as_text
from trigger_contract.cli.examples import epilog
from trigger_contract.cli.progress import tell
from trigger_contract.document.locate import checkout
from trigger_contract.regenerate import regenerate, stale_lines, summary_lines


@click.command(
    "regenerate", epilog=epilog("trigger-contract regenerate", "trigger-contract regenerate --check")
)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if anything is not as the pages give it.")
def command(check: bool) -> int:
    """Rebuild openapi/ and generated/ from the pages in openapi/sources/, and say what changed.

    Exit codes: 0 done, or nothing stale with --check; 1 something is stale; 2 the pages are unusable.
    """
    result = regenerate(checkout(), check=check, progress=tell)
    for line in summary_lines(result):
        click.echo(line)
    if result.comparison is not None and result.proposal is not None and result.comparison.changes:
        click.echo(as_text(result.comparison, result.proposal), nl=False)
    for line in stale_lines(result.stale, "Stale" if check else "Wrote"):
        click.echo(line)
    if not result.stale:
        click.echo("Everything is up to date.")
    if check and result.stale:
        click.echo("Run 'trigger-contract regenerate' and commit what it writes.", err=True)
        return 1
    return 0
