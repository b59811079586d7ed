"""Webhooks beside a run of the suite, or by themselves."""

from __future__ import annotations

import time
from datetime import date

from rich.console import Console

from trigger_contract.contract.baseline import compare, dump_deviations, read_deviations
from trigger_contract.contract.citations import Citations, read_provenance
from trigger_contract.contract.findings import Outcome
from trigger_contract.contract.redaction import Redactor
from trigger_contract.contract.report.text import print_summary
from trigger_contract.contract.report.write import check_folders, write_reports
from trigger_contract.contract.settings import Settings
from trigger_contract.contract.summary import Summary
from trigger_contract.contract.webhooks.judging import Webhooks
from trigger_contract.contract.webhooks.receiving import Receiver, recorded
from trigger_contract.document.files import write_files
from trigger_contract.document.locate import read_document


class Listening:
    """Receives and reads what a service sends, from the beginning of a run to its end.

    Args:
        settings: The document, the port, files, and how long to listen at least.
        console: Where the address is told.
        redactor: Takes secrets out of what is shown.

    Raises:
        UserError: The document describes nothing that is sent, a port is in use, or a file cannot be read.
    """

    def __init__(self, settings: Settings, console: Console, redactor: Redactor) -> None:
        document = read_document(settings.spec)
        self._webhooks = Webhooks(document, Citations(document, read_provenance(settings.spec)), redactor)
        self._receiver: Receiver | None = None
        self._ends = time.monotonic() + settings.webhook_seconds
        for path in settings.webhooks:
            for sent in recorded(path):
                self._webhooks.take(sent)
        if settings.webhook_port is not None:
            self._receiver = Receiver(settings.webhook_port, self._webhooks.answer)
            console.print(f"Webhooks are received at {self._receiver.url}", soft_wrap=True, highlight=False)

    def outcomes(self) -> list[Outcome]:
        """Wait as long as was asked for, and return what came of everything that was sent."""
        if self._receiver is not None:
            time.sleep(max(0.0, self._ends - time.monotonic()))
            self.close()
            for sent in self._receiver.sent:
                self._webhooks.take(sent)
        return self._webhooks.outcomes

    def close(self) -> None:
        """Take nothing more."""
        if self._receiver is not None:
            self._receiver.close()


def listens(settings: Settings) -> bool:
    """Whether a run judges what the service sends."""
    return settings.webhook_port is not None or bool(settings.webhooks)


def judge_webhooks(settings: Settings, console: Console) -> int:
    """Judge what a service sends, and nothing else.

    Args:
        settings: The document, the port, files, and how long to listen.
        console: Where the results go.

    Returns:
        0 if every promise holds, 1 if one is broken.

    Raises:
        UserError: The document describes nothing that is sent, a port is in use, or a file cannot be read.
    """
    deviations = read_deviations(settings.known) if settings.known else []
    check_folders(settings)
    began = time.monotonic()
    listening = Listening(settings, console, Redactor())
    try:
        outcomes = tuple(listening.outcomes())
    finally:
        listening.close()
    findings = [finding for item in outcomes for finding in item.findings]
    known = compare(deviations, [finding.fingerprint for finding in findings], (), date.today())
    summary = Summary(settings, outcomes, known, 0, time.monotonic() - began)
    print_summary(summary, console)
    if settings.write_known:
        write_files({settings.write_known: dump_deviations(findings, deviations)})
    if settings.report:
        write_reports(summary, settings.report)
    return 0 if summary.is_good else 1
