"""``trigger-contract diff``."""

from __future__ import annotations

from pathlib import Path

import click

from trigger_contract.changes import Severity, api_version, as_json, as_markdown, as_text, compare, propose
from trigger_contract.cli.examples import epilog
from trigger_contract.document.blame import blaming
from trigger_contract.document.files import write_files
from trigger_contract.document.locate import read_document

_FORMATS = {"text": as_text, "json": as_json, "markdown": as_markdown}


@click.command(
    "diff",
    epilog=epilog(
        "trigger-contract diff before.yaml openapi/openapi.yaml",
        "trigger-contract diff v1.yaml v2.json --format markdown -o changes.md",
        "trigger-contract diff v1.yaml v2.yaml --current 1.4.2",
        "trigger-contract diff v1.yaml v2.yaml --fail-on risky",
    ),
)
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(list(_FORMATS)),
    default="text",
    show_default=True,
    help="What to print.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Write to this file, not to the terminal."
)
@click.option(
    "--current",
    metavar="VERSION",
    help="The client's version now; its next one is proposed.  [default: OLD's own, if it is a semantic one]",
)
@click.option(
    "--fail-on",
    type=click.Choice([*(severity.value for severity in Severity), "nothing"]),
    default=Severity.BREAKING.value,
    show_default=True,
    help="Exit with 1 for changes of this class or a worse one.",
)
def command(old: Path, new: Path, form: str, output: Path | None, current: str | None, fail_on: str) -> int:
    """Say what changed from OLD to NEW, two OpenAPI documents, and what breaks for a client.

    Exit codes: 0 nothing breaks; 1 a client can break; 2 the documents could not be compared.
    """
    documents = read_document(old), read_document(new)
    with blaming(*zip(documents, (old, new), strict=True)):
        comparison = compare(*documents, old_name=str(old), new_name=str(new))
    text = _FORMATS[form](
        comparison, propose(comparison, api_version(documents[0]) if current is None else current)
    )
    if output is None:
        click.echo(text, nl=False)
    else:
        write_files({output: text})
    if comparison.worst is None or fail_on == "nothing":
        return 0
    return int(comparison.worst.rank <= Severity(fail_on).rank)
