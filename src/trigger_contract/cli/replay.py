"""``trigger-contract replay``."""

from __future__ import annotations

from pathlib import Path

import click

from trigger_contract.cli.examples import epilog
from trigger_contract.cli.ranges import Number, Whole


@click.command(
    "replay",
    context_settings={"show_default": True},
    epilog=epilog(
        "trigger-contract replay calls.jsonl --url http://127.0.0.1:8000 --role k=KEY",
        "trigger-contract replay calls.jsonl.gz --url URL --role k=KEY --by shape",
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--url", required=True, help="The server to ask.")
@click.option(
    "--role", "roles", multiple=True, metavar="ROLE=VALUE", help="The key of a role; may be repeated."
)
@click.option("--only", multiple=True, metavar="NAME", help="Only this operation or group; may be repeated.")
@click.option("--show", default=20, type=Whole(0), help="How many differing exchanges to print.")
@click.option("--least", default=100.0, type=Number(0, 100), help="Percent that must be equal.")
@click.option("--by", type=click.Choice(["value", "shape"]), default="value", help="What equal means.")
@click.option("--settle", default=0.0, type=Number(0, 60), help="Seconds between a write and a read.")
@click.option("--timeout", default=30.0, type=Number(0.1), help="Seconds to wait for an answer.")
@click.option("--json", "as_json", is_flag=True, help="Print the shares as JSON.")
def command(
    file: Path,
    url: str,
    roles: tuple[str, ...],
    only: tuple[str, ...],
    show: int,
    least: float,
    by: str,
    settle: float,
    timeout: float,
    as_json: bool,
) -> int:
    """Ask a server what was recorded from another, and print what it answers otherwise.

    Exchanges whose key is not given are left out and counted. Requests that write are sent too.

    Exit codes: 0 enough is equal; 1 too much differs; 2 it could not be asked.
    """
    from trigger_contract.errors import UserError
    from trigger_contract.replay import replaying
    from trigger_contract.replay.asking import Asker
    from trigger_contract.replay.recording import read_recording
    from trigger_contract.replay.roles import read_roles

    exchanges = replaying.select(read_recording(file), only)
    asker = Asker(url, timeout)
    summary = replaying.Summary()
    shown = 0
    try:
        for outcome in replaying.replay(exchanges, asker, read_roles(roles), settle):
            summary.add(outcome)
            if outcome.differences and not (by == "shape" and outcome.same_shape) and shown < show:
                shown += 1
                request = outcome.exchange.request
                click.echo(f"{outcome.exchange.id}  {request.method} {request.path[:200]}", err=as_json)
                for difference in outcome.differences[:8]:
                    click.echo(f"    {difference}", err=as_json)
    finally:
        asker.close()
    total = summary.total
    if not total.asked:
        raise UserError("no key of the recording was given; name one as --role ROLE=VALUE", source="--role")
    if as_json:
        click.echo(replaying.as_json(summary))
    else:
        click.echo(replaying.table(summary))
    good = total.equal if by == "value" else total.shape
    return 0 if good * 100 >= least * total.asked else 1
