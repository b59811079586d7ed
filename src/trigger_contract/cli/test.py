"""``trigger-contract test``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from trigger_contract.cli.completion import laws, offering, operation_ids, tags
from trigger_contract.cli.examples import epilog
from trigger_contract.contract.settings import OPTIONS, Option, settings_from

_COMPLETERS = {
    "tag": offering(tags),
    "include": offering(operation_ids),
    "exclude": offering(operation_ids),
    "probe": offering(laws),
}


def _decorated(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(OPTIONS):
        function = click.option(f"--{option.name}", option.field, **_details(option))(function)
    return function


def _details(option: Option) -> dict[str, Any]:
    text = option.help
    if option.environment:
        text += f"  [env: {', '.join(option.environment)}]"
    if option.kind is bool:
        return {"is_flag": True, "default": None, "help": text}
    if option.default is not None:
        shown = option.default if isinstance(option.default, str) else f"{option.default:g}"
        text += f"  [default: {shown}]"
    return {
        "type": option.kind,
        "multiple": option.many,
        "default": None,
        "metavar": option.metavar,
        "shell_complete": _COMPLETERS.get(option.name),
        "help": text,
    }


@click.command(
    "test",
    epilog=epilog(
        "trigger-contract test --url https://api.trigger.dev --tag runs",
        "trigger-contract test --url http://127.0.0.1:8000 --token tr_dev_mock",
        "trigger-contract test --tag runs --known known.yaml --report report",
        "trigger-contract test --tag runs --probe pagination --seed 7",
    ),
)
@_decorated
def command(**values: Any) -> int:
    """Check any server against the contract; reads only, whatever the server holds.

    Exit codes: 0 every promise was judged and holds; 1 a promise is broken; 2 the check could not be made,
    or a limit or a missing key left part of it unjudged; 130 or 143 after a signal.
    """
    settings = settings_from(values)
    # Imported late: pytest and schemathesis take a second that a wrong option should not.
    from rich.console import Console

    from trigger_contract.contract.suite import run_suite

    console = Console()
    # A log file has no width; the table needs some.
    return run_suite(settings, console if console.is_terminal else Console(width=120))
