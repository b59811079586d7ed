"""Runs the suite for the command line, with progress of its own."""

from __future__ import annotations

import os
import signal
from typing import Any

from rich.console import Console

from trigger_contract.contract.baseline import read_deviations
from trigger_contract.contract.gathering import Gathering
from trigger_contract.contract.ledger import Entry
from trigger_contract.contract.life.cleaning import ask_leave, clean_up, tell_left
from trigger_contract.contract.loader import check_probes, every_law
from trigger_contract.contract.preflight import preflight
from trigger_contract.contract.progress import Progress
from trigger_contract.contract.proposing.writing import write_proposal
from trigger_contract.contract.report.github import step_summary, workflow_commands
from trigger_contract.contract.report.text import print_summary
from trigger_contract.contract.report.write import check_folders
from trigger_contract.contract.runner import Judged, judge, planned
from trigger_contract.contract.session import KeyLost, Session
from trigger_contract.contract.settings import Settings
from trigger_contract.contract.summary import Summary
from trigger_contract.contract.webhooks.running import Listening, judge_webhooks, listens
from trigger_contract.errors import UserError


def run_suite(settings: Settings, console: Console) -> int:
    """Check a server and print what came of it.

    Args:
        settings: What the run is asked to do.
        console: Where progress and results go.

    Returns:
        0 if every promise was judged and holds, 1 if one is broken, 130 or 143 after a signal.

    Raises:
        UserError: The run could not do its work, or too little of it.
    """
    check_probes(every_law(settings.laws), settings.probe)
    deviations = read_deviations(settings.known) if settings.known else []
    check_folders(settings)
    if not settings.url:
        return judge_webhooks(settings, console)
    if settings.write:
        ask_leave(settings, console)
    session = Session(settings)
    gathering = Gathering(session, deviations)
    listening = None
    try:
        listening = Listening(settings, console, session.redactor) if listens(settings) else None
        with console.status("Asking whether the server is there …"):
            preflight(session)
        console.print(f"Checking {settings.url} (seed {settings.seed})", soft_wrap=True, highlight=False)
        checks = planned(session)
        if not checks:
            raise UserError("no law applies to an operation of the document", source="--probe or --spec")
        with Progress(console, checks, gathering) as progress:
            judged = judge(session, checks, done=progress.done)
        if settings.write:
            tell_left(_cleaned(session, judged), session, console)
        sent = listening.outcomes() if listening is not None and judged.interrupt is None else []
    except UserError as error:
        raise UserError(session.redactor.text(str(error))) from None
    finally:
        session.close()
        if listening is not None:
            listening.close()
    if isinstance(judged.trouble, KeyLost):
        raise UserError(session.redactor.text(str(judged.trouble)))
    gathering.outcomes = [*judged.outcomes, *sent]
    gathering.reached = set().union(*judged.reached)
    gathering.take_over(gathering.sent())
    summary = gathering.summary(interrupted=judged.interrupt is not None)
    print_summary(summary, console)
    _tell_github(summary, console)
    gathering.write(summary)
    if settings.propose:
        write_proposal(session.contract.document, session.evidence, summary, console)
    return _verdict(judged, summary, session)


def _cleaned(session: Session, judged: Judged) -> tuple[Entry, ...]:
    """Remove what was made; an interrupt meanwhile ends the run, but not this."""
    for _ in range(2):
        try:
            return clean_up(session)
        except KeyboardInterrupt as interrupt:
            judged.interrupt = judged.interrupt or interrupt
    return session.ledger.entries


def _tell_github(summary: Summary, console: Console) -> None:
    """Annotate the step and write its summary, where the run is one of GitHub Actions."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return
    for line in workflow_commands(summary):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if path := os.environ.get("GITHUB_STEP_SUMMARY"):
        try:
            with open(path, "a", encoding="utf-8", errors="replace") as file:
                file.write(step_summary(summary))
        except OSError as error:
            console.print(f"the step's summary cannot be written: {error.strerror}", soft_wrap=True)


def _verdict(judged: Judged, summary: Summary, session: Session) -> int:
    if judged.interrupt is not None:
        code: Any = getattr(judged.interrupt, "code", None)
        return code if isinstance(code, int) else 128 + signal.SIGINT
    if judged.trouble is not None:
        raise UserError(session.redactor.text(str(judged.trouble)))
    if summary.exit_code == 2:
        raise UserError(f"incomplete: {summary.shortfall}")
    return summary.exit_code
