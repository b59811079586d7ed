"""Runs laws side by side, without pytest: for the command, and wherever only the outcomes count."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from trigger_contract.contract.findings import Outcome
from trigger_contract.contract.law import Check, applicable
from trigger_contract.contract.loader import every_law
from trigger_contract.contract.notes import Noted
from trigger_contract.contract.preflight import preflight
from trigger_contract.contract.session import Session
from trigger_contract.contract.settings import shard_of
from trigger_contract.errors import UserError, place_of

# What is being asked is given up at once; this is for what is being computed.
_LAST_SECONDS = 0.4


@dataclass
class Judged:
    """What a run came to.

    Attributes:
        outcomes: One for each law and operation, in the order of the laws.
        reached: What each of them reached, see ``Deviation.was_reached``.
        trouble: Why the run had to end, if the server or the key went.
        interrupt: What ended it from outside: ``KeyboardInterrupt`` or ``SystemExit``, if it was.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    reached: list[frozenset[str]] = field(default_factory=list)
    trouble: UserError | None = None
    interrupt: BaseException | None = None


def planned(session: Session) -> list[Check]:
    """Return one check for each law and operation that a run asks for, in the order of the laws."""
    laws = every_law(session.settings.laws)
    checks = [
        Check(law, subject, session)
        for law in laws
        for subject in applicable(law, session.contract, session.settings)
    ]
    return sharded(checks, session.settings.shard)


def sharded(checks: list[Check], shard: str | None) -> list[Check]:
    """Return what one shard judges; what writes is the first one's, for it must not run twice.

    Args:
        checks: Everything, in an order that all shards have.
        shard: Which part of how many, such as ``2/5``; None for everything.
    """
    part, parts = shard_of(shard)
    reading = [check for check in checks if not check.law.writes]
    mine = {id(check) for check in reading[part - 1 :: parts]}
    return [check for check in checks if id(check) in mine or (check.law.writes and part == 1)]


def run_laws(
    session: Session, enough: Callable[[Outcome], bool] = lambda outcome: False
) -> list[tuple[Outcome, frozenset[str]]]:
    """Judge a server by every law.

    Args:
        session: The run.
        enough: Tells after each outcome whether to stop.

    Returns:
        Each outcome with what its law reached, see ``Deviation.was_reached``.

    Raises:
        UserError: The server is not there, not the right one, or refuses the keys.
    """
    preflight(session)
    judged = judge(session, planned(session), enough=enough)
    if judged.trouble or judged.interrupt:
        raise judged.trouble or judged.interrupt or AssertionError
    return list(zip(judged.outcomes, judged.reached, strict=True))


def judge(
    session: Session,
    checks: Sequence[Check],
    *,
    done: Callable[[Check], None] = lambda check: None,
    enough: Callable[[Outcome], bool] = lambda outcome: False,
) -> Judged:
    """Run checks side by side and put what came of them in their order.

    Args:
        session: The run; that the server is there has been seen.
        checks: What is to be judged.
        done: Is told of each check that has ended.
        enough: Tells after each outcome whether to stop.
    """
    session.budget.plan(len(checks))
    session.client.adapt(len(session.contract.subjects))
    ended: queue.SimpleQueue[tuple[Check, BaseException | None]] = queue.SimpleQueue()
    judged = Judged()
    finished: set[int] = set()

    def run(check: Check) -> None:
        try:
            check.run()
        except BaseException as error:
            ended.put((check, error))
        else:
            ended.put((check, None))

    def take(seconds: float | None) -> bool:
        check, error = ended.get(timeout=seconds)
        finished.add(id(check))
        if isinstance(error, UserError):
            judged.trouble = judged.trouble or error
        elif error is not None:
            check.outcome.fault = place_of(error)
        done(check)
        return judged.trouble is not None or enough(check.outcome)

    try:
        is_over = False
        for phase in _phases(checks):
            for check in phase:
                session.pool.start(lambda check=check: run(check))  # type: ignore[misc]  # mypy: lambda's default
            while not is_over and any(id(check) not in finished for check in phase):
                is_over = take(None)
            if is_over:
                session.client.abort("what was enough")
                break
    except (KeyboardInterrupt, SystemExit) as interrupt:
        judged.interrupt = interrupt
        # What is being written is answered first, so that it is known what there is to remove.
        session.ledger.stop(_LAST_SECONDS * 4)
        session.client.abort("an interrupt")
        _drain(take, lambda: len(finished) < len(checks))
    over = [check for check in checks if id(check) in finished]
    if judged.interrupt or judged.trouble:
        for check in checks:
            if id(check) not in finished:
                check.outcome.cut = session.client.exhausted or "the end of the run"
                check.outcome.reason = f"not run: {check.outcome.cut} came first"
        settled(over)
        over = list(checks)
    else:
        settled(over)
    judged.outcomes = [check.outcome for check in over]
    judged.reached = [
        frozenset(check.notes.reached) if id(check) in finished else frozenset() for check in over
    ]
    return judged


def _phases(checks: Sequence[Check]) -> list[list[Check]]:
    """Return what may run side by side: all that reads, then one law of writing after the other."""
    reading = [check for check in checks if not check.law.writes]
    return [reading, *([check] for check in checks if check.law.writes)]


def _drain(take: Callable[[float], bool], is_open: Callable[[], bool]) -> None:
    """Take what ends within a moment after everything was called off."""
    ends = time.monotonic() + _LAST_SECONDS
    while is_open() and (left := ends - time.monotonic()) > 0:
        try:
            take(left)
        except queue.Empty:
            return


def settled(checks: Sequence[Check]) -> None:
    """See that each finding is told once, by the first law that met it.

    How often a finding was met is how many exchanges of the run show it.
    """
    first: dict[str, tuple[Outcome, Noted]] = {}
    for check in checks:
        for name, noted in check.notes.findings.items():
            if name not in first:
                first[name] = (check.outcome, Noted(noted.finding, noted.exchange, set(noted.seen)))
            else:
                first[name][1].seen.update(noted.seen)
    for check in checks:
        outcome = check.outcome
        outcome.findings = [item for item in outcome.findings if first[item.fingerprint][0] is outcome]
        outcome.repeats = {
            item.fingerprint: len(first[item.fingerprint][1].seen) for item in outcome.findings
        }
