"""What a shell is offered for the value of an option."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import click

from trigger_contract.errors import UserError

Completer = Callable[[click.Context, click.Parameter, str], list[str]]


def offering(names: Callable[[click.Context], Iterable[str]]) -> Completer:
    """Make a completer of a function that tells every value; of what it cannot read it offers nothing."""

    def complete(context: click.Context, _: click.Parameter, begun: str) -> list[str]:
        try:
            return [name for name in names(context) if name.casefold().startswith(begun.casefold())]
        except UserError:
            return []

    return complete


def operation_ids(context: click.Context) -> Sequence[str]:
    """Every operation of the document that ``--spec`` gives."""
    from trigger_contract.document.locate import read_document
    from trigger_contract.document.operations import operations

    return [operation.operation_id for operation in operations(read_document(_spec(context)))]


def tags(context: click.Context) -> Sequence[str]:
    """Every tag that an operation of the document has."""
    from trigger_contract.document.locate import read_document
    from trigger_contract.document.operations import operations

    every = operations(read_document(_spec(context)))
    return sorted({tag for operation in every for tag in operation.definition.get("tags", ())})


def laws(context: click.Context) -> Sequence[str]:
    """Every kind of law, then every law, those of ``--laws`` too."""
    from trigger_contract.contract.loader import every_law

    every = every_law(tuple(map(Path, context.params.get("laws") or ())))
    return list(dict.fromkeys([law.kind for law in every] + [law.code for law in every]))


def profiles(_: click.Context) -> Sequence[str]:
    """The mock's profiles."""
    from trigger_contract.mock.deviations import PROFILES

    return list(PROFILES)


def deviations(_: click.Context) -> Sequence[str]:
    """The mock's deviations."""
    from trigger_contract.mock.deviations import DEVIATIONS

    return list(DEVIATIONS)


def progressions(_: click.Context) -> Sequence[str]:
    """The forms of the mock's progression."""
    return ["instant", "time:", "manual:"]


def _spec(context: click.Context) -> Path | None:
    given = context.params.get("spec")
    return None if given is None else Path(given)
