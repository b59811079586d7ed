"""The command line: parse, call, print. One module a command, each imported only when it is called."""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import importlib.metadata
import os
import signal
import sys
import traceback
from collections.abc import Iterator

import click

from trigger_contract import __version__
from trigger_contract.cli.examples import epilog
from trigger_contract.cli.extras import missing_extra
from trigger_contract.document.uncollected import uncollected
from trigger_contract.errors import UserError, meant, one_line

COMMANDS = {
    "normalize": "Build the canonical document from published pages.",
    "generate": "Build the Python client from the document.",
    "regenerate": "Rebuild document and client and say what changed.",
    "explain": "Say what was found out about a document, and why.",
    "diff": "Say what changed between two documents and what breaks.",
    "fetch": "Refresh the published pages from their URLs.",
    "mock": "Run the mock server.",
    "test": "Check a server against the contract.",
    "power": "Say how much the suite catches on an API.",
    "check": "Judge traffic that was recorded.",
    "proxy": "Judge what passes between a client and a server.",
    "report": "Show several runs as one.",
    "replay": "Ask a server again what was recorded.",
}


class _LazyGroup(click.Group):
    """Knows its commands by name and loads the module of the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        try:
            with uncollected():
                command: click.Command = importlib.import_module(f"trigger_contract.cli.{cmd_name}").command
        except ModuleNotFoundError as error:
            raise missing_extra(cmd_name, error) or error from None
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            told = meant(args[0], COMMANDS, among="there are")
            raise click.UsageError(f"no command {args[0]!r}; {told}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            raise missing_extra(ctx.invoked_subcommand, error) or error from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _show_versions(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if not asked:
        return
    click.echo(f"trigger-contract {__version__}")
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        click.echo(f"trigger-dev-client {importlib.metadata.version('trigger-dev-client')}")
    ctx.exit()


@click.group(
    cls=_LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=epilog(
        "trigger-contract mock --port 8000",
        "trigger-contract test --url http://127.0.0.1:8000 --token tr_dev_mock",
        "trigger-contract regenerate --help",
        'eval "$(_TRIGGER_CONTRACT_COMPLETE=bash_source trigger-contract)"',
    ),
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_versions,
    help="Show the versions of this program and of the client beside it.",
)
@click.pass_context
def group(ctx: click.Context) -> None:
    """Keep one true OpenAPI document of Trigger.dev's runs API, and a client, a mock and a contract suite.

    Exit codes: 0 good; 1 the thing checked is not right; 2 the command could not do its work.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main() -> None:
    """Run the command line; what the user did wrong becomes one line on stderr and exit code 2.

    A signal ends it with 128 and the signal's number, after everything temporary has been removed.
    """
    # What is left at the end goes with the process: looking through it for cycles first takes a while.
    atexit.register(gc.freeze)
    try:
        with _terminable():
            code = group.main(standalone_mode=False)
    except UserError as error:
        _fail(str(error))
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else "trigger-contract"
        _fail(f"{one_line(error.format_message())} (see '{path} --help')")
    except click.ClickException as error:
        _fail(one_line(error.format_message()))
    except (click.Abort, KeyboardInterrupt):
        sys.exit(128 + signal.SIGINT)
    except BrokenPipeError:
        # The reader went away (`… | head`), which is no fault.
        _close_stdout()
        sys.exit(0)
    except MemoryError:
        _fail("the input needs more memory than there is")
    except OSError as error:
        # Files are reported where they are opened; what is left is a full disk behind standard output.
        _close_stdout()
        _fail(f"{one_line(str(error.filename or 'standard output'))}: {error.strerror or error}")
    except Exception as error:
        if sys.flags.dev_mode:
            raise
        _fail(_own_fault(error))
    sys.exit(code if isinstance(code, int) else 0)


def _own_fault(error: Exception) -> str:
    """Say where this program is at fault. The error's own message may quote a key, so it is left out."""
    package = os.path.dirname(os.path.dirname(__file__))
    frames = traceback.extract_tb(error.__traceback__)
    frame = next((frame for frame in reversed(frames) if frame.filename.startswith(package)), frames[-1])
    where = f"{os.path.relpath(frame.filename, package)}:{frame.lineno}"
    return (
        f"a fault of its own ({type(error).__name__} at {where}); please report it with what it was given "
        "(`python -X dev -m trigger_contract …` shows the traceback, which may hold keys)"
    )


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM unwind the stack: its default action would leave temporary files behind."""

    def terminated(number: int, frame: object) -> None:
        sys.exit(128 + number)

    previous = signal.signal(signal.SIGTERM, terminated)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


def _close_stdout() -> None:
    """Keep the interpreter from complaining at shutdown that it cannot flush."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(message: str) -> None:
    with contextlib.suppress(OSError):  # a full disk may be behind standard error too
        click.echo(f"trigger-contract: {message}", err=True)
    sys.exit(2)
