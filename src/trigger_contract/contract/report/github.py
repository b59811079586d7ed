"""What GitHub Actions shows of a run: annotations beside the log, and a summary of the step.

Source: GitHub Docs, "Workflow commands for GitHub Actions".
"""

from __future__ import annotations

from collections.abc import Iterator

from trigger_contract.contract.report.text import printable
from trigger_contract.contract.summary import Summary

# GitHub shows ten annotations of a step and drops the others.
_MOST = 10


def workflow_commands(summary: Summary) -> Iterator[str]:
    """Yield one workflow command for each cause that fails or warns."""
    for cause in [item for item in summary.causes if item.state != "known"][:_MOST]:
        level = "error" if cause.state == "failed" else "warning"
        finding = cause.first
        title = _property(f"{finding.law} on {finding.operation}")
        yield f"::{level} title={title}::{_data(printable(finding.message))}"
    if summary.shortfall:
        yield f"::warning title=incomplete::{_data(summary.shortfall)}"


def step_summary(summary: Summary) -> str:
    """Return the run as Markdown."""
    total = len(summary.outcomes)
    verdict = f"{summary.broken} of {total} promises broken" if summary.broken else "every promise holds"
    if not summary.broken and not summary.is_whole:
        verdict = "incomplete"
    lines = [f"### Contract of {_cell(summary.settings.url)}: {verdict}", ""]
    if summary.shortfall:
        lines += [_cell(summary.shortfall), ""]
    causes = [item for item in summary.causes if item.state != "known"]
    if causes:
        lines += ["| promise | operation | what came | exchanges |", "| --- | --- | --- | ---: |"]
        lines += [
            f"| `{item.first.law}` | {_cell(item.first.operation)} | {_cell(item.first.message)} "
            f"| {item.exchanges} |"
            for item in causes[:50]
        ]
        lines.append("")
    lines.append(f"{summary.requests} requests in {summary.seconds:.1f} s, seed {summary.settings.seed}")
    return "\n".join(lines) + "\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _cell(text: str) -> str:
    """Spell a text of the server so that it stays in its cell and makes no markup."""
    shown = printable(" ".join(text.split()))
    for mark in "\\`*_[]<>|#!":
        shown = shown.replace(mark, "\\" + mark)
    return shown
