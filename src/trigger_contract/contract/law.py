"""Laws: one small decorated function a promise, and the check that runs it on one operation."""

from __future__ import annotations

import time
import unittest
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from trigger_contract.contract.citations import Pointer
from trigger_contract.contract.client import BudgetExhausted
from trigger_contract.contract.exchange import Exchange, curl_line
from trigger_contract.contract.findings import Finding, Outcome, Tier
from trigger_contract.contract.har import har_entry
from trigger_contract.contract.notes import Noted, Notes, current, noting
from trigger_contract.contract.session import Session
from trigger_contract.contract.settings import Settings
from trigger_contract.contract.subjects import Contract, Subject
from trigger_contract.errors import UserError, place_of

_FINDINGS_A_LAW = 25
_LONGEST_MESSAGE = 400
T = TypeVar("T")

Judgement = Callable[["Check"], None]
Applies = Callable[[Subject], bool]


@dataclass(frozen=True)
class Law:
    """A promise and how to tell whether a server keeps it.

    Attributes:
        code: ``kind/name``, stable.
        tier: How firmly it stands: written on a page, derived from what is, or good manners only.
        title: The promise in one line.
        sentence: The words it rests on, where no description of the document says them.
        applies: Whether an operation makes this promise.
        judge: Asks the server and reports to the check.
        option: The setting without which it does not run, if there is one.
    """

    code: str
    tier: Tier
    title: str
    sentence: str | None
    applies: Applies
    judge: Judgement
    option: str | None = None

    @property
    def kind(self) -> str:
        """The kind of promise."""
        return self.code.partition("/")[0]

    @property
    def writes(self) -> bool:
        """Whether it is about what writes, one law after the other, behind all that only read."""
        return self.option == "write"


def law(
    code: str, tier: Tier, *, applies: Applies, sentence: str | None = None, option: str | None = None
) -> Callable[[Judgement], Judgement]:
    """Make a law of a test function; its docstring's first line is the title.

    The function stays a function, so pytest collects it; ``law_of`` finds what was said here.

    Args:
        code: ``kind/name``, stable.
        tier: How firmly it stands.
        applies: Whether an operation makes this promise.
        sentence: The words it rests on, where no description of the document says them.
        option: The setting without which it does not run, if there is one.
    """

    def decorate(judge: Judgement) -> Judgement:
        title = (judge.__doc__ or code).strip().splitlines()[0].rstrip(".")
        judge.__dict__["law"] = Law(code, tier, title, sentence, applies, judge, option)
        return judge

    return decorate


def law_of(function: object) -> Law | None:
    """Return the law a test function was made into, if it was."""
    found = getattr(function, "__dict__", {}).get("law")
    return found if isinstance(found, Law) else None


class Check:
    """One law on one operation: asks, judges, remembers.

    Args:
        law: The law.
        subject: The operation.
        session: The run it belongs to.
    """

    def __init__(self, law: Law, subject: Subject, session: Session) -> None:
        self.law = law
        self.subject = subject
        self.session = session
        self.outcome = Outcome(law.code, law.tier, law.title, subject.name, law.sentence or "")
        self.notes = Notes()

    def run(self) -> Outcome:
        """Run the law and return what came of it; a law that fails inside is told, and stops nothing else.

        Raises:
            UserError: The server is gone.
        """
        start = time.monotonic()
        with noting(self.notes), self.session.budget.share():
            try:
                self.law.judge(self)
            except BudgetExhausted as stop:
                self.outcome.cut = stop.limit
            except unittest.SkipTest as nothing:
                self.skip(str(nothing) or "nothing of the kind can be made")
            except UserError:
                raise
            except Exception as error:
                self.outcome.fault = place_of(error)
        self.outcome.seconds = time.monotonic() - start
        return self._settled()

    def _settled(self) -> Outcome:
        outcome, notes = self.outcome, self.notes
        outcome.exercised = notes.exercised
        outcome.reason = notes.reason
        if outcome.exercised and not outcome.cut:
            notes.reached.add(f"{self.subject.name} {self.law.code}")
        elif outcome.cut:
            outcome.reason = f"not run to its end: {outcome.cut} was reached"
        elif outcome.fault:
            outcome.reason = f"it could not be judged: {outcome.fault}"
        elif not outcome.reason:
            outcome.reason = "the server had no data for it"
        if not outcome.sentence:
            outcome.sentence = self.session.citations.at(self.subject.pointer).sentence
        outcome.findings = [self._shown(noted) for noted in notes.findings.values()]
        outcome.repeats = {name: len(noted.seen) for name, noted in notes.findings.items()}
        return outcome

    @property
    def reached(self) -> set[str]:
        """What the run reached, see ``Deviation.was_reached``."""
        return self._notes.reached

    @property
    def _notes(self) -> Notes:
        return current() or self.notes

    def saw(self, count: int = 1) -> None:
        """Count what was judged."""
        self._notes.exercised += count

    def skip(self, reason: str) -> None:
        """Say why there is nothing to judge."""
        self._notes.reason = reason

    @property
    def is_full(self) -> bool:
        """Whether enough was found; more of the same would only cost time."""
        return len(self._own(self._notes)) >= _FINDINGS_A_LAW

    def each(
        self, cases: Iterable[T], judge: Callable[[T], object], *, enough: int = _FINDINGS_A_LAW
    ) -> None:
        """Judge cases side by side; what comes of them is put together in their order.

        Where enough was found the rest is left, so which findings there are does not hang on how many
        requests go out at once.

        Args:
            cases: The cases.
            judge: Asks for one case and reports to this check.
            enough: How many findings of this law will do.
        """

        def noted(case: T) -> tuple[Notes, BudgetExhausted | None]:
            with noting(Notes()) as notes:
                try:
                    judge(case)
                except BudgetExhausted as stop:
                    return notes, stop
            return notes, None

        mine = self._notes
        known = len(self._own(mine))
        for notes, stop in self.session.pool.each(noted, cases):
            mine.add(notes)
            if stop is not None:
                raise stop
            if len(self._own(mine)) - known >= enough:
                return

    def _own(self, notes: Notes) -> list[str]:
        return [name for name, noted in notes.findings.items() if noted.finding.law == self.law.code]

    def fail(
        self,
        message: str,
        *,
        expected: object = "",
        received: object = "",
        exchange: Exchange | None = None,
        place: str = "",
        at: Pointer | None = None,
        sentence: str | None = None,
        tier: Tier | None = None,
        cause: str = "",
    ) -> None:
        """Report that the promise is broken.

        Args:
            message: One sentence.
            expected: What the promise asks for.
            received: What came.
            exchange: The exchange that shows it.
            place: What tells this finding from others of the law.
            at: Where the promise stands in the document; by default the operation.
            sentence: The words, if they are not the description found there.
            tier: If it stands less firmly than the law.
            cause: What it shares with others of the law that have the same reason, such as the parameter
                whose values all are let through; by default the place.
        """
        shown = self.session.shown
        self._notes.note(
            Finding(
                law=self.law.code,
                tier=tier or self.law.tier,
                operation=self.subject.name,
                status=exchange.status if exchange else 0,
                place=self.session.redactor.text(place),
                message=shown(message, _LONGEST_MESSAGE),
                expected=shown(expected),
                received=shown(received),
                citation=self.session.citations.at(at or self.subject.pointer, sentence or self.law.sentence),
                cause=cause,
            ),
            exchange,
        )

    def _shown(self, noted: Noted) -> Finding:
        """Return a finding with the exchange that shows it, spelled for the reports."""
        if noted.exchange is None:
            return noted.finding
        redact = self.session.redactor.text
        return replace(
            noted.finding, curl=redact(curl_line(noted.exchange)), exchange=har_entry(noted.exchange, redact)
        )


def applicable(law: Law, contract: Contract, settings: Settings) -> list[Subject]:
    """Return the operations on which a law is to run.

    Args:
        law: The law.
        contract: The operations under check; a law of writing is about those that write.
        settings: Which laws are asked for.
    """
    asked = not settings.probe or law.code in settings.probe or law.kind in settings.probe
    if not asked or (law.option and not getattr(settings, law.option)):
        return []
    subjects = contract.writing if law.writes else contract.subjects
    return [subject for subject in subjects if law.applies(subject)]
