"""``trigger-contract report``."""

from __future__ import annotations

from pathlib import Path

import click

from trigger_contract.cli.examples import epilog

_FOLDER = click.Path(path_type=Path)


@click.command(
    "report",
    epilog=epilog(
        "trigger-contract report --join shard1 shard2 shard3",
        "trigger-contract report --join reading writing traffic --report all",
    ),
)
@click.argument("folders", nargs=-1, required=True, metavar="DIR...", type=_FOLDER)
@click.option("--join", is_flag=True, help="Show these runs as one; it is what is done in any case.")
@click.option("--report", type=_FOLDER, metavar="DIR", help="Write the joined reports here.")
def command(folders: tuple[Path, ...], join: bool, report: Path | None) -> int:
    """Show what runs came to, several as one: shards, reading, writing and traffic add up.

    DIR is what --report has written. Exit codes: 0 every promise was judged and holds; 1 one is broken; 2 too
    little was judged.
    """
    from rich.console import Console

    from trigger_contract.contract.report.joining import join_reports

    console = Console()
    return join_reports(folders, report, console if console.is_terminal else Console(width=120))
