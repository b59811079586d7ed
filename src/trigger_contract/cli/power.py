"""``trigger-contract power``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from trigger_contract.cli.examples import epilog
from trigger_contract.cli.ranges import Number, Whole
from trigger_contract.errors import UserError, printable


@click.command(
    "power",
    context_settings={"show_default": True},
    epilog=epilog(
        "trigger-contract power --spec openapi.yaml",
        "trigger-contract power --spec openapi.yaml --write --report power.html",
        "trigger-contract power --spec openapi.yaml --sample 40 --time-limit 60",
        "trigger-contract power --spec openapi.yaml --kind filter-ignored",
    ),
)
@click.option(
    "--spec",
    type=click.Path(path_type=Path),
    help="The document.  [default: the canonical one]",
)
@click.option("--write", is_flag=True, help="Judge what writes too, as test --write does.")
@click.option("--kind", multiple=True, metavar="NAME", help="Try only this kind of fault; may be repeated.")
@click.option("--sample", type=Whole(1), metavar="N", help="Try this many faults, of each kind as many.")
@click.option(
    "--time-limit",
    type=Number(0, min_open=True),
    metavar="S",
    help="Begin no fault after this many seconds.",
)
@click.option("--jobs", default=1, type=Whole(1, 64), help="Faults that are tried side by side.")
@click.option("--seed", default=1, help="Chooses data, requests and sample.")
@click.option(
    "--known", type=click.Path(path_type=Path), help="Known deviations of the mock without a fault."
)
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write everything here as JSON.")
@click.option("--report", type=click.Path(path_type=Path), help="Write a page with the whole matrix here.")
def command(
    spec: Path | None,
    write: bool,
    kind: tuple[str, ...],
    sample: int | None,
    time_limit: float | None,
    jobs: int,
    seed: int,
    known: Path | None,
    json_file: Path | None,
    report: Path | None,
) -> int:
    """Say how much the suite catches on an API: serve its mock with one fault at a time, and judge each.

    Nothing is sent to any address. Exit codes: 0 every fault that was tried was caught; 1 one was missed, or
    the mock without a fault is not green; 2 the document cannot be used.
    """
    from rich.console import Console

    from trigger_contract.contract.baseline import read_deviations
    from trigger_contract.contract.progress import bar
    from trigger_contract.document.files import write_files
    from trigger_contract.document.locate import read_document
    from trigger_contract.mock.plants import KINDS
    from trigger_contract.power.course import Limits, measure
    from trigger_contract.power.telling import lines, page
    from trigger_contract.power.trial import Way

    names = [one.name for one in KINDS]
    for name in kind:
        if name not in names:
            raise UserError(f"there is no such kind; kinds are {', '.join(names)}", source=f"--kind {name}")
    deviations = read_deviations(known) if known is not None else []
    way = Way(read_document(spec), write=write, seed=seed, known=deviations)
    with bar(Console(stderr=True)) as shown:
        task = shown.add_task("reading", total=None)

        def told(what: str, done: int, of: int) -> None:
            shown.update(task, description=what, completed=done, total=of)

        power = measure(way, Limits(sample, time_limit, jobs, kind), told)
    for line in lines(power):
        click.echo(printable(line))
    files = {}
    if json_file is not None:
        files[json_file] = json.dumps(power.to_dict(), indent=2) + "\n"
    if report is not None:
        files[report] = page(power)
    if files:
        write_files(files)
    return 1 if power.clean.troubles or power.missed() else 0
