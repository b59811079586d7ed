"""Runs the suite for the command line: pytest without its terminal, with progress of our own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from trigger_contract.contract.baseline import read_deviations
from trigger_contract.contract.law import law_of
from trigger_contract.contract.plugin import HANDOFF, Handoff, is_judged
from trigger_contract.contract.preflight import preflight
from trigger_contract.contract.report.text import closing_lines, finding_text, summary_table
from trigger_contract.contract.session import Session
from trigger_contract.contract.settings import Settings
from trigger_contract.contract.summary import Summary
from trigger_contract.document.locate import resource
from trigger_contract.errors import UserError

_SHOWN = 20


class _Progress:
    """Shows how far the run is: a bar on a terminal, one line a kind of promise elsewhere."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._kind = ""
        self._counts = {"passed": 0, "failed": 0, "skipped": 0}
        self._kinds: dict[str, str] = {}
        self.broken: list[tuple[str, str]] = []
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("reading the server")

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Learn how much there is to do."""
        for item in session.items:
            law = law_of(getattr(item, "function", None))
            self._kinds[item.nodeid] = law.kind if law else ""
        self._bar.update(self._task, total=len(session.items))
        self._bar.start()

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Name the kind that starts."""
        kind = self._kinds.get(nodeid, "")
        if kind != self._kind:
            self._tell()
            self._kind = kind
            self._bar.update(self._task, description=kind)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count what is done."""
        if report.failed and not is_judged(report):
            self.broken.append((report.nodeid, report.longreprtext))
        if report.when == "call":
            self._counts[report.outcome] += 1
            self._bar.advance(self._task)

    def pytest_sessionfinish(self) -> None:
        """Leave the terminal as it was."""
        self._tell()
        self._bar.stop()

    def _tell(self) -> None:
        passed, failed, skipped = self._counts.values()
        if self._kind and not self._console.is_terminal:
            parts = [f"{passed} passed"]
            parts += [f"{failed} failed"] if failed else []
            parts += [f"{skipped} not exercised"] if skipped else []
            self._console.print(f"{self._kind}: {', '.join(parts)}", soft_wrap=True)
        self._counts = dict.fromkeys(self._counts, 0)


def run_suite(settings: Settings, console: Console) -> int:
    """Check a server and print what came of it.

    Args:
        settings: What the run is asked to do.
        console: Where progress and results go.

    Returns:
        0 if the server keeps its promises, 1 if not.

    Raises:
        UserError: The run could not do its work.
    """
    folder = resource("contract_tests")
    session = Session(settings)
    if settings.known:
        read_deviations(settings.known)
    try:
        with console.status("Asking whether the server is there …"):
            preflight(session)
    except UserError as error:
        session.close()
        raise UserError(session.redactor.text(str(error))) from None
    console.print(f"Checking {settings.url} (seed {settings.seed})", soft_wrap=True, highlight=False)
    handoff = Handoff(session)
    progress = _Progress(console)
    code = pytest.main(_arguments(folder), plugins=[_Named(handoff), progress])
    if handoff.trouble:
        raise UserError(handoff.trouble)
    if handoff.summary is None:
        raise UserError(f"the suite could not run (pytest ended with {int(code)})", source=folder)
    print_summary(handoff.summary, console)
    if progress.broken:
        name, text = progress.broken[0]
        console.print(text, markup=False, highlight=False, soft_wrap=True)
        raise UserError(f"{len(progress.broken)} laws could not be judged, {name} first; please report this")
    return 0 if handoff.summary.is_good and code == 0 else 1


class _Named:
    """Registers the handoff under the name the plugin looks for."""

    def __init__(self, handoff: Handoff) -> None:
        self._handoff = handoff

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Register it before the plugin reads it."""
        config.pluginmanager.register(self._handoff, HANDOFF)


def _arguments(folder: Path) -> list[str]:
    configuration = folder / "pytest.ini"
    return [str(folder), "-c", str(configuration), "--rootdir", str(folder), "-p", "no:terminal", "-s"]


def print_summary(summary: Summary, console: Console) -> None:
    """Print each finding, the table and what follows it."""
    shown = [item for item in summary.findings if summary.meaning(item) != "known"]
    for finding in shown[:_SHOWN]:
        style: Any = "red" if summary.meaning(finding) == "failed" else "yellow"
        text = finding_text(finding, summary.repeats(finding))
        console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)
    if len(shown) > _SHOWN:
        console.print(f"… and {len(shown) - _SHOWN} more; --report DIR tells all", soft_wrap=True)
    console.print(summary_table(summary, console.width))
    for line in closing_lines(summary):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
