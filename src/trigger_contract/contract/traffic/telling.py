"""The end of everything that judges traffic: what came of it is printed and written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from trigger_contract.contract.baseline import Deviation, dump_deviations
from trigger_contract.contract.proposing.writing import write_proposal
from trigger_contract.contract.report.text import print_summary
from trigger_contract.contract.report.write import write_reports
from trigger_contract.contract.summary import Summary
from trigger_contract.contract.traffic.judging import Traffic
from trigger_contract.document.files import write_files


def tell(
    document: Mapping[str, Any],
    traffic: Traffic,
    summary: Summary,
    deviations: Sequence[Deviation],
    console: Console,
) -> int:
    """Print what came of it, and write what was asked for.

    Args:
        document: The document that was judged by.
        traffic: What was judged.
        summary: What it came to.
        deviations: The known deviations.
        console: Where the results go.

    Returns:
        0 if every promise holds, 1 if one is broken.

    Raises:
        UserError: A file cannot be written.
    """
    settings = summary.settings
    print_summary(summary, console)
    if settings.write_known:
        findings = [finding for item in summary.outcomes for finding in item.findings]
        write_files({settings.write_known: dump_deviations(findings, deviations)})
    if settings.report:
        write_reports(summary, settings.report)
    if settings.propose:
        write_proposal(document, traffic.evidence, summary, console)
    return 0 if summary.is_good else 1
