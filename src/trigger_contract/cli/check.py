"""``trigger-contract check``."""

from __future__ import annotations

from pathlib import Path

import click

from trigger_contract.cli.examples import epilog


@click.command(
    "check",
    epilog=epilog(
        "trigger-contract check traffic.har",
        "trigger-contract check tests/cassettes/*.yaml --spec my-openapi.yaml",
        "trigger-contract check traffic.har --known known.yaml --report report",
        "trigger-contract check traffic.har --propose proposed.yaml",
    ),
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option(
    "--spec",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Judge by this document.  [default: the canonical one]",
)
@click.option("--url", default="", metavar="URL", help="Judge only what was sent to addresses that begin so.")
@click.option(
    "--known", type=click.Path(path_type=Path), metavar="FILE", help="Known deviations, which do not fail."
)
@click.option(
    "--write-known", type=click.Path(path_type=Path), metavar="FILE", help="Record what is found as known."
)
@click.option(
    "--propose",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write what would make the document true, as an OpenAPI Overlay.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write JUnit, JSON, HAR and HTML reports here.",
)
@click.option("--strict", is_flag=True, help="Advisory findings fail too.")
def command(
    files: tuple[Path, ...],
    spec: Path | None,
    url: str,
    known: Path | None,
    write_known: Path | None,
    propose: Path | None,
    report: Path | None,
    strict: bool,
) -> int:
    """Judge recorded traffic: HTTP Archives, VCR cassettes, recordings as JSON lines. Nothing is sent.

    Exit codes: 0 every promise holds; 1 one is broken; 2 it could not be judged.
    """
    from rich.console import Console

    from trigger_contract.contract.settings import Settings
    from trigger_contract.contract.traffic.checking import check_files

    settings = Settings(
        url=url or "recorded traffic",
        spec=spec,
        known=known,
        write_known=write_known,
        propose=propose,
        report=report,
        strict=strict,
    )
    console = Console()
    return check_files(files, settings, console if console.is_terminal else Console(width=120), url)
