"""``trigger-contract proxy``."""

from __future__ import annotations

from pathlib import Path

import click

from trigger_contract.cli.examples import epilog
from trigger_contract.cli.ranges import Whole

_FILE = click.Path(path_type=Path)


@click.command(
    "proxy",
    context_settings={"show_default": True},
    epilog=epilog(
        "trigger-contract proxy --upstream http://127.0.0.1:3000 --port 8000",
        "trigger-contract proxy --upstream https://staging.example.com --report out",
        "trigger-contract proxy --upstream http://127.0.0.1:3000 --enforce",
    ),
)
@click.option("--upstream", required=True, metavar="URL", help="The server that requests are passed on to.")
@click.option("--host", default="127.0.0.1", help="Address to listen on.")
@click.option("--port", default=0, type=Whole(0, 65535), help="Port; 0 takes a free one.")
@click.option("--enforce", is_flag=True, help="Answer 502 with what is broken, not a broken answer.")
@click.option(
    "--spec", type=_FILE, metavar="FILE", help="Judge by this document.  [default: the canonical one]"
)
@click.option("--known", type=_FILE, metavar="FILE", help="Known deviations, which do not fail.")
@click.option("--write-known", type=_FILE, metavar="FILE", help="Record what is found as known.")
@click.option(
    "--propose", type=_FILE, metavar="FILE", help="Write what would make the document true, as an Overlay."
)
@click.option("--report", type=_FILE, metavar="DIR", help="Write JUnit, JSON, HAR and HTML reports here.")
@click.option("--strict", is_flag=True, help="Advisory findings fail too.")
def command(
    upstream: str,
    host: str,
    port: int,
    enforce: bool,
    spec: Path | None,
    known: Path | None,
    write_known: Path | None,
    propose: Path | None,
    report: Path | None,
    strict: bool,
) -> int:
    """Pass requests on to a server unchanged, and judge what passes by, until it is stopped.

    The first line on stdout names its URL. Exit codes: 0 every promise holds; 1 one is broken; 2 it could not
    begin.
    """
    from rich.console import Console

    from trigger_contract.contract.settings import Settings, checked_url
    from trigger_contract.contract.traffic.passing import run_proxy

    settings = Settings(
        url=checked_url(upstream, "--upstream"),
        spec=spec,
        known=known,
        write_known=write_known,
        propose=propose,
        report=report,
        strict=strict,
    )
    console = Console()
    console = console if console.is_terminal else Console(width=120)
    return run_proxy(settings, console, host=host, port=port, enforces=enforce)
