"""The kill matrix: broken servers by the law that caught them, and unusual ones that were left alone."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mutants.catalogue import MUTANTS, VARIANTS
from mutants.harness import Verdict, judge
from mutants.hooks import Server
from mutants.peer import EVERY, catches, complaints
from mutants.repeat import repeat

TARGET = Path(__file__).resolve().parents[2] / "contract_tests" / "KILL_MATRIX.md"


def _judge(job: tuple[int, frozenset[str] | None]) -> Verdict:
    number, usual = job
    server = [*MUTANTS, *VARIANTS][number]
    found = judge(server, stop_early=bool(server.kind))
    peer = ""
    if usual is not None:
        peer = "caught" if catches(server, set(usual)) else "missed"
    # The hook holds functions that no other process could take.
    return replace(
        found, server=Server(server.name, server.kind, dict), seconds=round(found.seconds, 1), peer=peer
    )


def run(servers: Sequence[Server], processes: int, *, with_peer: bool) -> list[Verdict]:
    """Judge servers, several at a time.

    Args:
        servers: The servers.
        processes: How many at a time.
        with_peer: Whether plain schemathesis is asked about some of them too.
    """
    every = [*MUTANTS, *VARIANTS]
    usual = frozenset(complaints(VARIANTS[0])) if with_peer else frozenset()
    jobs = [
        (
            number,
            usual
            if with_peer and number < len(MUTANTS) and number % EVERY == 0 and not every[number].document
            else None,
        )
        for number in map(every.index, servers)
    ]
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        found = []
        for verdict in pool.imap(_judge, jobs):
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
        *_peer_lines(broken),
        "",
        "| kind of promise | caught |",
        "|---|---|",
        *(f"| {kind} | {kills[kind]} of {count} |" for kind, count in sorted(kinds.items())),
        "",
        "## Broken servers",
        "",
        "| broken promise | caught by | on | seconds | plain schemathesis |",
        "|---|---|---|---|---|",
    ]
    for verdict in broken:
        first = verdict.findings[0] if verdict.findings else None
        by = f"`{first.law}` | {first.operation}" if first else "**missed** | "
        lines.append(f"| {verdict.server.name} | {by} | {verdict.seconds:.1f} | {verdict.peer} |")
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


def _peer_lines(broken: Sequence[Verdict]) -> list[str]:
    asked = [verdict for verdict in broken if verdict.peer]
    if not asked:
        return []
    caught = sum(verdict.peer == "caught" for verdict in asked)
    return [
        f"- of every {EVERY}th broken server, shown to plain `schemathesis run` too, that caught",
        f"  **{caught} of {len(asked)}** (what it says of the unchanged mock does not count)",
    ]


def main() -> None:
    """Write the matrix, or show some rows of it."""
    parser = argparse.ArgumentParser(prog="scripts/kill-matrix", description=__doc__)
    parser.add_argument(
        "words", nargs="*", help="only servers whose name holds one of these; nothing is written"
    )
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument(
        "--repeat",
        type=int,
        metavar="SEEDS",
        help="see instead whether 1, 8 and 32 requests at once say the same, with so many seeds",
    )
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth server, to repeat")
    options = parser.parse_args()
    chosen = [
        server
        for server in (*MUTANTS, *VARIANTS)
        if not options.words or any(word in server.name for word in options.words)
    ]
    if options.repeat:
        sys.exit(not repeat(chosen[:: options.every], options.processes, options.repeat))
    verdicts = run(chosen, options.processes, with_peer=not options.words)
    for verdict in verdicts:
        if options.words or verdict.is_red is not bool(verdict.server.kind):
            shown = ", ".join(finding.fingerprint for finding in verdict.findings[:4]) or "nothing found"
            print(f"{verdict.server.name}: {shown} ({verdict.seconds} s, {verdict.requests} requests)")
    if not options.words:
        TARGET.write_text(table(verdicts), encoding="utf-8")
    sys.exit(any(verdict.is_red is not bool(verdict.server.kind) for verdict in verdicts))
