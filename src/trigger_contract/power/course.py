"""All faults of a document, one at a time, in as many processes as wished."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, replace

from trigger_contract.document.operations import operations
from trigger_contract.mock.plants import Plant, plants
from trigger_contract.power.model import Clean, Power, Trial
from trigger_contract.power.trial import Bench, Way


@dataclass(frozen=True)
class Limits:
    """How much is tried.

    Attributes:
        sample: How many faults are tried, of each kind as many as of another; None for all.
        seconds: After so many seconds nothing new is begun; None for no limit.
        jobs: Processes that try faults side by side.
        kinds: The kinds that are tried; all where there are none.
    """

    sample: int | None = None
    seconds: float | None = None
    jobs: int = 1
    kinds: tuple[str, ...] = ()


def measure(
    way: Way, limits: Limits = Limits(), told: Callable[[str, int, int], None] = lambda what, done, of: None
) -> Power:
    """Find out what the suite catches on a document.

    Args:
        way: The document, and how servers are judged.
        limits: How much is tried.
        told: Is told what is done, how much of it, and how much there is.

    Raises:
        UserError: The document cannot be served or checked.
    """
    began = time.monotonic()
    told("the mock without a fault", 0, 1)
    bench = Bench(way)
    try:
        told("the mock without a fault", 1, 1)
        names = tuple(operation.operation_id for operation in operations(way.document))
        title = str((way.document.get("info") or {}).get("title") or "")
        trials: list[Trial] = []
        if not bench.clean.troubles:
            found = [one for one in plants(bench.service) if not limits.kinds or one.kind in limits.kinds]
            trials = _tried(bench, way, limits, began, found, told)
        return Power(title, names, bench.clean, tuple(trials), time.monotonic() - began, way.write)
    finally:
        bench.close()


def _tried(
    bench: Bench,
    way: Way,
    limits: Limits,
    began: float,
    found: Sequence[Plant],
    told: Callable[[str, int, int], None],
) -> list[Trial]:
    """Return what came of all faults, in the order of the table's kinds."""
    kinds = list(dict.fromkeys(plant.kind for plant in found))
    found = sorted(found, key=lambda plant: kinds.index(plant.kind))
    done: dict[str, Trial] = {}
    wanted: list[Plant] = []
    for plant in found:
        reason = bench.why_not(plant)
        if reason is None:
            wanted.append(plant)
        else:
            done[plant.id] = _untried(plant, "not plantable", reason)
    order = _spread(wanted, way.seed)
    chosen = order[: limits.sample]
    ends = None if limits.seconds is None else began + limits.seconds
    for number, trial in enumerate(_each(bench, way, limits.jobs, chosen, ends), 1):
        done[trial.fault] = trial
        told("faults", number, len(chosen))
    for plant in order[len(chosen) :]:
        done[plant.id] = _untried(plant, "not tried", "it is not in the sample")
    for plant in chosen:
        if plant.id not in done:
            done[plant.id] = _untried(plant, "not tried", "the time limit came first")
    return [done[plant.id] for plant in found]


def _untried(plant: Plant, state: str, reason: str) -> Trial:
    made = Trial(plant.id, plant.kind, plant.operation, plant.says, "not tried", reason=reason)
    return replace(made, state="not plantable") if state == "not plantable" else made


def _spread(found: Sequence[Plant], seed: int) -> list[Plant]:
    """Return faults so that each kind comes as early as another: whatever is cut off, the rest shows all."""
    piles: dict[str, list[Plant]] = {}
    for plant in found:
        piles.setdefault(plant.kind, []).append(plant)
    for kind, pile in piles.items():
        random.Random(f"{seed}:{kind}").shuffle(pile)
    rounds = range(max(map(len, piles.values()), default=0))
    return [pile[number] for number in rounds for pile in piles.values() if number < len(pile)]


def _each(bench: Bench, way: Way, jobs: int, chosen: Sequence[Plant], ends: float | None) -> Iterator[Trial]:
    """Yield what comes of faults until the time is over."""
    if jobs < 2 or len(chosen) < 2:
        for plant in chosen:
            if ends is not None and time.monotonic() > ends:
                return
            yield bench.judge(plant)
        return
    waiting = iter(chosen)
    running: set[Future[Trial]] = set()
    with ProcessPoolExecutor(jobs, initializer=_begin, initargs=(way, bench.clean)) as processes:
        try:
            while True:
                while len(running) < jobs * 2 and (ends is None or time.monotonic() <= ends):
                    following = next(waiting, None)
                    if following is None:
                        break
                    running.add(processes.submit(_judge, following))
                if not running:
                    return
                over, running = wait(running, return_when=FIRST_COMPLETED)
                for future in over:
                    yield future.result()
        finally:
            processes.shutdown(cancel_futures=True)


_BENCH: list[Bench] = []
"""The bench of a process that tries faults; empty in the one that hands them out."""


def _begin(way: Way, clean: Clean) -> None:
    _BENCH.append(Bench(way, clean))


def _judge(plant: Plant) -> Trial:
    return _BENCH[0].judge(plant)
