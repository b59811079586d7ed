"""Plain text for terminals: the table of operations and kinds of promise, and each failure."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from trigger_contract.contract.findings import STATES, Finding, Outcome, State
from trigger_contract.contract.report.covered import coverage_table
from trigger_contract.contract.report.shares import line
from trigger_contract.contract.settings import Settings
from trigger_contract.contract.summary import Cause, Summary

SIGNS: dict[State | None, tuple[str, str]] = {
    "passed": ("ok", "green"),
    "failed": ("FAIL", "bold red"),
    "warned": ("warn", "yellow"),
    "known": ("known", "cyan"),
    "not exercised": ("-", "dim"),
    "not run": ("cut", "yellow"),
    "not judged": ("?", "bold yellow"),
    None: ("", "dim"),
}
_SHOWN = 12
_MOST = 20
_ACROSS = 8


def failure_text(outcome: Outcome, settings: Settings) -> str:
    """Return what a failing law says: every finding with expected, received, source and a curl line."""
    parts = [
        finding_text(item, outcome.repeats.get(item.fingerprint, 1)) for item in outcome.findings[:_SHOWN]
    ]
    if len(outcome.findings) > _SHOWN:
        parts.append(f"… and {len(outcome.findings) - _SHOWN} more of other kinds")
    parts.append(f"Repeat with --seed {settings.seed} --probe {outcome.law}")
    return "\n".join(parts)


def finding_text(finding: Finding, repeats: int = 1) -> str:
    """Return one finding in a few lines."""
    times = f" ({repeats} times)" if repeats > 1 else ""
    lines = [
        f"{finding.law} [{finding.tier}] {finding.operation}: {finding.message}{times}",
        f"  expected: {finding.expected}",
        f"  received: {finding.received}",
    ]
    citation = finding.citation
    if citation.sentence:
        place = ", ".join(citation.places) or citation.pointer
        lines.append(f"  promise:  “{citation.sentence}” ({place})")
    if finding.curl:
        lines.append(f"  repeat:   {finding.curl}")
    lines.append(f"  fingerprint: {finding.fingerprint}")
    return "\n".join(lines)


def print_summary(summary: Summary, console: Console) -> None:
    """Print each cause, the table and what follows it."""
    shown = [item for item in summary.causes if item.state != "known"]
    for cause in shown[:_MOST]:
        _print_cause(cause, console)
    if len(shown) > _MOST:
        console.print(f"… and {len(shown) - _MOST} more; --report DIR tells all", soft_wrap=True)
    console.print(summary_table(summary, console.width))
    if (table := coverage_table(summary)) is not None:
        console.print(table)
    for text in closing_lines(summary):
        console.print(printable(text), markup=False, highlight=False, soft_wrap=not console.is_terminal)


def _print_cause(cause: Cause, console: Console) -> None:
    """Print what is wrong: coloured and wrapped between words on a terminal, one line a fact elsewhere."""
    head, *facts = printable(finding_text(cause.first, cause.exchanges)).splitlines()
    if cause.others:
        facts.append(f"  also:     {cause.others}")
    if not console.is_terminal:
        console.print("\n".join([head, *facts, ""]), markup=False, highlight=False, soft_wrap=True)
        return
    console.print(Text(head, style="bold red" if cause.state == "failed" else "bold yellow"))
    grid = Table.grid(padding=(0, 1))
    grid.add_column(style="dim", no_wrap=True)
    # A long word, such as a URL, is broken where the line ends, and nothing is cut.
    grid.add_column(overflow="fold")
    for fact in facts:
        label, _, value = fact.strip().partition(":")
        grid.add_row(f"  {label}", Text(value.strip()))
    console.print(grid)
    console.print()


def printable(text: str) -> str:
    """Spell out what could drive a terminal: control, escape and direction characters, half characters."""
    return "".join(
        item if item.isprintable() or item == "\n" else item.encode("unicode_escape").decode()
        for item in text
    )


def summary_table(summary: Summary, width: int) -> Table:
    """Return the table of operations and kinds of promise; long names are broken to fit."""
    table = Table(title=f"Contract of {summary.settings.url}", title_justify="left")
    if len(summary.operations) > _ACROSS:
        return _long_table(summary, table)
    # The first column and the borders, in the narrow form.
    room = width - 16 - 3 * len(summary.operations)
    wide = sum(map(len, summary.operations)) + 3 > room
    table.add_column("kind of\npromise" if wide else "kind of promise", no_wrap=True)
    for operation in summary.operations:
        table.add_column(operation.replace("_", "_\n") if wide else operation, justify="center")
    for kind in summary.kinds:
        cells = []
        for operation in summary.operations:
            state, counts = summary.cell(operation, kind)
            sign, style = SIGNS[state]
            number = f" {counts[state]}" if state and state != "not exercised" else ""
            cells.append(Text(sign + number, style=style))
        table.add_row(kind, *cells)
    return table


def _long_table(summary: Summary, table: Table) -> Table:
    """List many operations down the page: how many laws came to what, and which kinds are broken."""
    states = [state for state in STATES if summary.count(state)]
    table.add_column("operation", overflow="fold")
    for state in states:
        table.add_column(state, justify="right")
    table.add_column("broken")
    found: dict[str, Counter[State]] = {}
    for item in summary.outcomes:
        found.setdefault(item.operation, Counter())[summary.state(item)] += 1
    for operation, counts in found.items():
        broken = [kind for kind in summary.kinds if summary.cell(operation, kind)[0] == "failed"]
        cells = [Text(str(counts[state] or ""), style=SIGNS[state][1]) for state in states]
        table.add_row(operation, *cells, Text(", ".join(broken), style="bold red"))
    return table


def closing_lines(summary: Summary) -> Iterable[str]:
    """Yield what follows the table."""
    comparison = summary.comparison
    for deviation in comparison.gone:
        yield f"GONE: a known deviation does not show any more, remove it: {deviation.fingerprint}"
    for deviation in comparison.expired:
        yield f"EXPIRED on {deviation.expires}: {deviation.fingerprint} ({deviation.why})"
    if summary.broken:
        yield f"{summary.broken} of {len(summary.outcomes)} promises broken"
    counts = [
        f"{summary.count(state)} {state}"
        for state in STATES
        if summary.count(state) or state in ("passed", "failed", "not exercised")
    ]
    yield (
        ", ".join(counts)
        + f"; {summary.requests} requests in {summary.seconds:.1f} s; seed {summary.settings.seed}"
    )
    if summary.coverage:
        yield line(summary)
    idle = [item for item in summary.outcomes if item.state() == "not exercised"]
    if idle:
        names = ", ".join(f"{item.law} ({item.operation})" for item in idle[:6])
        yield f"Not exercised: {names}{' …' if len(idle) > 6 else ''}"
    yield from summary.hints
    for text in summary.left_out_for:
        yield f"Left out: {text}"
    if summary.shortfall:
        yield f"{'INTERRUPTED' if summary.interrupted else 'INCOMPLETE'}: {summary.shortfall}"
    if summary.settings.report:
        yield f"Report: {summary.settings.report / 'report.html'}"


def summary_text(summary: Summary, width: int = 110) -> str:
    """Return table and closing lines as plain text."""
    stream = io.StringIO()
    console = Console(file=stream, width=max(width, 110), color_system=None, highlight=False)
    console.print(summary_table(summary, console.width))
    for text in closing_lines(summary):
        console.print(text, soft_wrap=True, markup=False)
    return stream.getvalue()
