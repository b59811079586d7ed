"""Whether a server is told the same whatever the number of requests at once: every fingerprint, not only the verdict."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from mutants.catalogue import MUTANTS, VARIANTS
from mutants.harness import judge
from mutants.hooks import Server

SIDE_BY_SIDE = (1, 8, 32)


@dataclass(frozen=True)
class Told:
    """What runs said of one server.

    Attributes:
        name: The server.
        runs: The fingerprints and the laws that were not exercised, by seed and by requests at once.
    """

    name: str
    runs: dict[int, dict[int, frozenset[str]]] = field(default_factory=dict)

    @property
    def differing(self) -> list[str]:
        """One line for each seed with which not every number of requests at once said the same."""
        lines = []
        for seed, said in self.runs.items():
            always = frozenset.intersection(*said.values())
            for count, found in said.items():
                if extra := sorted(found - always):
                    lines.append(
                        f"{self.name}: seed {seed}, only with {count} at once: {'; '.join(extra[:4])}"
                    )
        return lines

    @property
    def hangs_on_seed(self) -> bool:
        """Whether another seed says something else."""
        return len({said[SIDE_BY_SIDE[0]] for said in self.runs.values()}) > 1


def _told(job: tuple[int, int]) -> Told:
    number, seeds = job
    server = [*MUTANTS, *VARIANTS][number]
    told = Told(server.name)
    for seed in range(1, seeds + 1):
        told.runs[seed] = {}
        for count in SIDE_BY_SIDE:
            found = judge(server, stop_early=False, seed=seed, concurrency=count, time_limit=600.0)
            idle = (f"not exercised: {law}" for law in found.idle)
            told.runs[seed][count] = frozenset((*(item.fingerprint for item in found.findings), *idle))
    return told


def repeat(servers: Sequence[Server], processes: int, seeds: int) -> bool:
    """Judge each server with some seeds and numbers of requests at once, and print where that makes a difference.

    Args:
        servers: The servers.
        processes: How many at a time.
        seeds: How many seeds.

    Returns:
        Whether the number of requests at once made no difference.
    """
    every = [*MUTANTS, *VARIANTS]
    jobs = [(every.index(server), seeds) for server in servers]
    by_seed = differing = 0
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        for told in pool.imap(_told, jobs):
            lines = told.differing
            differing += bool(lines)
            by_seed += told.hangs_on_seed
            sys.stderr.write("!" if lines else ".")
            sys.stderr.flush()
            for line in lines:
                print(line, flush=True)
    counts = ", ".join(map(str, SIDE_BY_SIDE))
    print(
        f"\n{len(servers) - differing} of {len(servers)} servers are told the same with {counts} requests at once; "
        f"of {by_seed} another of {seeds} seeds finds more or less."
    )
    return not differing
