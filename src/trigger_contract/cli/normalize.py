"""``trigger-contract normalize``."""

from __future__ import annotations

from pathlib import Path

import click

from trigger_contract.cli.examples import epilog
from trigger_contract.cli.progress import tell
from trigger_contract.document.files import write_files
from trigger_contract.normalize.files import Request, normalize_files

_FILE = click.Path(path_type=Path)


@click.command(
    "normalize",
    epilog=epilog(
        "trigger-contract normalize",
        "trigger-contract normalize openapi/sources/trigger-list-runs.md -o list.yaml",
        "trigger-contract normalize *.md --report contradictions.md --strict",
    ),
)
@click.argument("pages", nargs=-1, metavar="[PAGE]...", type=_FILE)
@click.option(
    "-o", "--output", type=_FILE, help="Where the document goes.  [default: standard output for PAGEs]"
)
@click.option("--overlay", type=_FILE, help="Decisions, as an OpenAPI Overlay 1.0 with a reason for each.")
@click.option("--sources", type=_FILE, help="The list of pages with their age.")
@click.option("--report", type=_FILE, help="Where the list of contradictions goes, as Markdown.")
@click.option("--provenance", type=_FILE, help="Where page and line of each part go, as JSON.")
@click.option("--strict", is_flag=True, help="Exit 1 while age alone settles a contradiction.")
def command(
    pages: tuple[Path, ...],
    output: Path | None,
    overlay: Path | None,
    sources: Path | None,
    report: Path | None,
    provenance: Path | None,
    strict: bool,
) -> int:
    """Build one OpenAPI 3.1 document from published pages.

    Without PAGE: all pages of openapi/sources.yaml with the decisions of openapi/overlay.yaml become
    openapi/openapi.yaml, NORMALIZATION.md and provenance.json. With PAGE: those pages, of any dialect
    and in any order, and only the decisions of --overlay.
    """
    request = Request(pages, sources, overlay, output, report, provenance)
    tell("Reading the pages")
    result, files = normalize_files(request)
    write_files(files)
    if output is None and output not in files and pages:
        click.echo(result.text, nl=False)
    else:
        for path in files:
            click.echo(f"Wrote {path}")
    unsettled = result.unsettled
    if strict and unsettled:
        for entry in unsettled:
            click.echo(f"{entry.kind} at {entry.where}: settled by age alone", err=True)
        return 1
    return 0
