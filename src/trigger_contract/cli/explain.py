"""``trigger-contract explain``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from trigger_contract.cli.examples import epilog
from trigger_contract.document.blame import blaming
from trigger_contract.document.explanation import as_text, explain
from trigger_contract.document.locate import read_document
from trigger_contract.document.references import check_references


@click.command(
    "explain",
    epilog=epilog(
        "trigger-contract explain",
        "trigger-contract explain --spec openapi.json --json",
    ),
)
@click.option(
    "--spec", type=click.Path(path_type=Path), help="The document.  [default: openapi/openapi.yaml]"
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON with stable keys.")
def command(spec: Path | None, as_json: bool) -> None:
    """Say what the document's form shows: resources, identities, pages, credentials, and why.

    What is wrong or missing, the extensions x-resource and x-pagination put right.
    """
    document = read_document(spec)
    with blaming((document, spec)):
        check_references(document)
        found = explain(document)
    click.echo(json.dumps(found, indent=2, ensure_ascii=False) if as_json else as_text(found), nl=as_json)
