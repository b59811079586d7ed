"""``trigger-contract fetch``."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from trigger_contract.cli.examples import epilog
from trigger_contract.cli.ranges import Number, Whole
from trigger_contract.document.locate import checkout
from trigger_contract.errors import UserError
from trigger_contract.fetch import (
    Limits,
    Outcome,
    Source,
    Status,
    parse_url_map,
    read_sources,
    refresh,
    select,
)
from trigger_contract.normalize import Page
from trigger_contract.normalize.reading.pages import read_page


@click.command(
    "fetch",
    epilog=epilog(
        "trigger-contract fetch",
        "trigger-contract fetch trigger-list-runs",
        "trigger-contract fetch --url-map https://trigger.dev=http://127.0.0.1:8000",
    ),
)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--sources",
    type=click.Path(path_type=Path),
    help="The list of pages.  [default: openapi/sources.yaml of the checkout]",
)
@click.option(
    "--url-map",
    multiple=True,
    metavar="PREFIX=REPLACEMENT",
    help="Ask another server for URLs that start so; the only way to plain http.",
)
@click.option("--timeout", type=Number(0.1, 600), default=30.0, show_default=True, help="Seconds a page.")
@click.option("--max-bytes", type=Whole(1), default=Limits.size, show_default=True, help="Size of a page.")
def command(
    names: tuple[str, ...], sources: Path | None, url_map: tuple[str, ...], timeout: float, max_bytes: int
) -> int:
    """Refresh the published pages from their URLs: those named, or all that have one.

    A page that no longer parses, or no longer describes its operation, is kept as it was, and so is one
    that cannot be fetched.

    Exit codes: 0 all pages are fresh; 1 one was kept; 2 one could not be fetched.
    """
    listing = sources or checkout() / "openapi" / "sources.yaml"
    chosen = select(read_sources(listing), names, listing)
    console = Console(stderr=True)
    with console.status("") as status:

        def started(source: Source) -> None:
            status.update(f"{source.name} …")

        def finished(outcome: Outcome) -> None:
            detail = f": {outcome.detail}" if outcome.detail else ""
            click.echo(f"{outcome.status.value:<9} {outcome.source.name}{detail}")

        outcomes = refresh(
            listing,
            chosen,
            _described,
            url_map=parse_url_map(url_map),
            limits=Limits(max_bytes, timeout),
            started=started,
            progress=lambda size: status.update(f"{size:,} bytes …"),
            finished=finished,
        )
    if failed := [outcome for outcome in outcomes if outcome.status is Status.FAILED]:
        more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
        raise UserError(f"{failed[0].detail}{more}", source=failed[0].source.name)
    return int(any(outcome.status is Status.KEPT for outcome in outcomes))


def _described(name: str, text: str) -> frozenset[str]:
    fragments = read_page(Page(name, text))
    operations = (operation for fragment in fragments for operation in fragment.operations())
    found = frozenset(f"{method.upper()} {path}" for _, path, method, _ in operations)
    if not found:
        raise UserError("describes no operation", source=name)
    return found
