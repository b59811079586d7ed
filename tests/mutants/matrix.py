"""The kill matrix: broken servers by the law that caught them, and unusual ones that were left alone."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from mutants.catalogue import MUTANTS, VARIANTS
from mutants.harness import Verdict, judge
from mutants.hooks import Server

TARGET = Path(__file__).resolve().parents[2] / "contract_tests" / "KILL_MATRIX.md"


def _judge(number: int) -> Verdict:
    server = [*MUTANTS, *VARIANTS][number]
    found = judge(server, stop_early=bool(server.kind))
    # The server holds functions of its own making, which no other process could take.
    return Verdict(Server(server.name, server.kind, judge, server.runs), found.findings, *_rest(found))


def _rest(found: Verdict) -> tuple[float, int, tuple[str, ...]]:
    return round(found.seconds, 1), found.requests, found.idle


def run(servers: Sequence[Server], processes: int) -> list[Verdict]:
    """Judge servers, several at a time."""
    every = [*MUTANTS, *VARIANTS]
    numbers = [every.index(server) for server in servers]
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        found = []
        for verdict in pool.imap(_judge, numbers):
            sign = "." if verdict.is_red is bool(verdict.server.kind) else f"\n{verdict.server.name}: wrong\n"
            sys.stderr.write(sign)
            sys.stderr.flush()
            found.append(verdict)
    sys.stderr.write("\n")
    return found


def table(verdicts: Sequence[Verdict]) -> str:
    """Return the matrix as Markdown."""
    broken = [verdict for verdict in verdicts if verdict.server.kind]
    right = [verdict for verdict in verdicts if not verdict.server.kind]
    caught = sum(verdict.is_red for verdict in broken)
    alarms = sum(verdict.is_red for verdict in right)
    kinds = Counter(verdict.server.kind for verdict in broken)
    kills = Counter(verdict.server.kind for verdict in broken if verdict.is_red)
    lines = [
        "# Kill matrix",
        "",
        "Written by `scripts/kill-matrix`: the suite against servers that break one promise each, and",
        "against servers that keep every promise in an unusual way. All are hooks around the mock.",
        "",
        f"- broken servers caught: **{caught} of {len(broken)}**",
        f"- false alarms: **{alarms} of {len(right)}**",
        "",
        "| kind of promise | caught |",
        "|---|---|",
        *(f"| {kind} | {kills[kind]} of {count} |" for kind, count in sorted(kinds.items())),
        "",
        "## Broken servers",
        "",
        "| broken promise | caught by | on | seconds |",
        "|---|---|---|---|",
    ]
    for verdict in broken:
        first = verdict.findings[0] if verdict.findings else None
        by = f"`{first.law}` | {first.operation}" if first else "**missed** | "
        lines.append(f"| {verdict.server.name} | {by} | {verdict.seconds:.1f} |")
    lines += [
        "",
        "## Right but unusual servers",
        "",
        "| server | said to be broken by | not exercised | seconds |",
        "|---|---|---|---|",
    ]
    for verdict in right:
        by = ", ".join(f"`{finding.fingerprint}`" for finding in verdict.findings[:3]) or "-"
        lines.append(f"| {verdict.server.name} | {by} | {len(verdict.idle)} laws | {verdict.seconds:.1f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the matrix, or show some rows of it."""
    parser = argparse.ArgumentParser(prog="scripts/kill-matrix", description=__doc__)
    parser.add_argument(
        "words", nargs="*", help="only servers whose name holds one of these; nothing is written"
    )
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    chosen = [
        server
        for server in (*MUTANTS, *VARIANTS)
        if not options.words or any(word in server.name for word in options.words)
    ]
    verdicts = run(chosen, options.processes)
    for verdict in verdicts:
        if options.words or verdict.is_red is not bool(verdict.server.kind):
            shown = ", ".join(finding.fingerprint for finding in verdict.findings[:4]) or "nothing found"
            print(f"{verdict.server.name}: {shown} ({verdict.seconds} s, {verdict.requests} requests)")
    if not options.words:
        TARGET.write_text(table(verdicts), encoding="utf-8")
    sys.exit(any(verdict.is_red is not bool(verdict.server.kind) for verdict in verdicts))
