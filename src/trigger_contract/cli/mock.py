"""``trigger-contract mock``."""

from __future__ import annotations

from pathlib import Path

import click

from trigger_contract.cli.completion import deviations, offering, profiles, progressions
from trigger_contract.cli.examples import epilog
from trigger_contract.cli.ranges import Whole


@click.command(
    "mock",
    context_settings={"show_default": True},
    epilog=epilog(
        "trigger-contract mock --port 8000",
        "trigger-contract mock --port 8000 --profile real --no-deviation D7",
        "trigger-contract mock --runs 5000 --db runs.db --progression time:2",
        "trigger-contract mock --spec any-openapi.yaml --strict-query",
        "trigger-contract mock --spec any-openapi.yaml --explain",
        "trigger-contract mock --spec any-openapi.yaml --data things.yaml",
    ),
)
@click.option("--host", default="127.0.0.1", help="Address to listen on.")
@click.option("--port", default=0, type=Whole(0, 65535), help="Port; 0 takes a free one.")
@click.option("--token", help="Secret key.  [env: TRIGGER_SECRET_KEY; default: tr_dev_mock]")
@click.option("--public-token", help="Public key.  [env: TRIGGER_PUBLIC_KEY; default: pk_dev_mock]")
@click.option("--recoup-token", help="Key of the tasks API.  [env: RECOUP_API_KEY; default: recoup_mock]")
@click.option("--personal-token", help="Personal access token.  [default: tr_pat_mock]")
@click.option("--runs", default=300, help="How many runs to seed.")
@click.option("--seed", default=0, help="Chooses the seeded data.")
@click.option(
    "--profile",
    default="docs",
    shell_complete=offering(profiles),
    help="docs: what the pages promise; real: what the server does.",
)
@click.option(
    "--deviation",
    multiple=True,
    metavar="NAME",
    shell_complete=offering(deviations),
    help="Switch one deviation on (D1 … D36).",
)
@click.option(
    "--no-deviation",
    multiple=True,
    metavar="NAME",
    shell_complete=offering(deviations),
    help="Switch one deviation off.",
)
@click.option(
    "--progression",
    default="instant",
    shell_complete=offering(progressions),
    help="instant, time[:SECONDS] or manual[:POLLS].",
)
@click.option("--index-delay", default=0.0, metavar="S", help="Seconds until a triggered run is in the list.")
@click.option("--rate-limit", type=int, metavar="N", help="Requests a minute for each key; then 429.")
@click.option("--strict-query", is_flag=True, help="Refuse query parameters the document does not have.")
@click.option("--no-admin", is_flag=True, help="Do not serve the control door under /__mock.")
@click.option("--db", type=click.Path(path_type=Path), help="Keep the runs in this file.")
@click.option(
    "--spec",
    type=click.Path(path_type=Path),
    help="Serve this document.  [default: the canonical one]",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Things of your own, by the path of their collection, in the place of seeded ones.",
)
@click.option(
    "--workers",
    default=1,
    type=Whole(1, 64),
    metavar="N",
    help="Serve the file of --db from N processes, without the control door.",
)
@click.option("--plant", metavar="ID", help="Serve with one fault planted; list prints all, and ends.")
@click.option("--explain", is_flag=True, help="Print what each operation does, and end.")
def command(
    host: str,
    port: int,
    token: str | None,
    public_token: str | None,
    recoup_token: str | None,
    personal_token: str | None,
    runs: int,
    seed: int,
    profile: str,
    deviation: tuple[str, ...],
    no_deviation: tuple[str, ...],
    progression: str,
    index_delay: float,
    rate_limit: int | None,
    strict_query: bool,
    no_admin: bool,
    db: Path | None,
    spec: Path | None,
    data: Path | None,
    workers: int,
    plant: str | None,
    explain: bool,
) -> None:
    """Run the mock server until it is stopped.

    The first line on stdout names its URL; it can be called from then on.
    """
    from trigger_contract.mock.deviations import choose
    from trigger_contract.mock.main import explain as tell
    from trigger_contract.mock.main import list_plants, run
    from trigger_contract.mock.reading import read_data
    from trigger_contract.mock.settings import DEFAULT_PERSONAL_TOKEN, Progression, Settings, default_keys

    given = {"token": token, "public_token": public_token, "recoup_token": recoup_token}
    keys = default_keys() | {name: key for name, key in given.items() if key is not None}
    settings = Settings(
        token=keys["token"],
        public_token=keys["public_token"],
        recoup_token=keys["recoup_token"],
        personal_token=personal_token or DEFAULT_PERSONAL_TOKEN,
        runs=runs,
        seed=seed,
        deviations=choose(profile, deviation, no_deviation),
        progression=Progression.parse(progression),
        index_delay=index_delay,
        rate_limit=rate_limit,
        strict_query=strict_query,
        admin=not no_admin,
        database=db,
        data=read_data(data) if data is not None else None,
    )
    if explain:
        tell(settings, spec, click.echo)
        return
    if plant == "list":
        list_plants(settings, spec, click.echo)
        return
    run(
        settings,
        host=host,
        port=port,
        spec=spec,
        plant=plant,
        workers=workers,
        say=click.echo,
        note=lambda line: click.echo(line, err=True),
    )
