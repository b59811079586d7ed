"""``trigger-contract generate``."""

from __future__ import annotations

from pathlib import Path

import click

from trigger_contract.cli.examples import epilog
from trigger_contract.cli.progress import tell
from trigger_contract.document.locate import checkout, read_document, resource
from trigger_contract.document.operations import operations
from trigger_contract.generate.omissions import summary
from trigger_contract.generate.project import generate


@click.command(
    "generate",
    epilog=epilog(
        "trigger-contract generate",
        "trigger-contract generate --spec openapi.json -o my-client",
        "trigger-contract generate --spec acme.json -o acme --package acme",
    ),
)
@click.option(
    "--spec", type=click.Path(path_type=Path), help="The document.  [default: openapi/openapi.yaml]"
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Folder of the client.  [default: generated]"
)
@click.option(
    "--package",
    metavar="NAME",
    help="Name of the package, such as acme_client.  [default: x-client of info, or the title]",
)
@click.option(
    "--package-version",
    metavar="VERSION",
    help="Version of the distribution.  [default: x-client of info, or this program's]",
)
def command(spec: Path | None, output: Path | None, package: str | None, package_version: str | None) -> None:
    """Build the Python client of a document: a distribution with its own pyproject.toml.

    The folder is replaced as a whole. The same document always gives the same bytes.
    """
    target = output or checkout() / "generated"
    source = spec or resource("openapi", "openapi.yaml")
    tell(f"Reading {source}")
    document = read_document(spec)
    tell(f"Building the client of {sum(1 for _ in operations(document))} operations")
    built = generate(document, target, source, package=package, version=package_version)
    click.echo(f"{len(built.files)} files in {target}")
    for change in built.renamed:
        click.echo(f"renamed: {change}", err=True)
    if built.left_out:
        click.echo(f"left out, as its api.md says: {summary(built.left_out)}", err=True)
