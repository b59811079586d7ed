"""Laws: one small decorated function a promise, and the check that runs it on one operation."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trigger_contract.contract.citations import Pointer
from trigger_contract.contract.client import BudgetExhausted
from trigger_contract.contract.exchange import Exchange, curl_line
from trigger_contract.contract.findings import Finding, Outcome, Tier
from trigger_contract.contract.har import har_entry
from trigger_contract.contract.places import NothingKnown
from trigger_contract.contract.settings import Settings
from trigger_contract.contract.subjects import Subject
from trigger_contract.contract.universal import shorten

if TYPE_CHECKING:
    from trigger_contract.contract.session import Session

_FINDINGS_A_LAW = 25


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
        self.reached: set[str] = set()

    def run(self) -> Outcome:
        """Run the law and return what came of it.

        Raises:
            UserError: The server is gone.
        """
        start = time.monotonic()
        self.session.current = self
        try:
            if self.session.client.is_exhausted:
                raise BudgetExhausted
            self.law.judge(self)
        except BudgetExhausted:
            self.outcome.reason = "the budget of requests or time was used up"
        except NothingKnown as nothing:
            self.outcome.reason = str(nothing)
        finally:
            self.session.current = None
            self.outcome.seconds = time.monotonic() - start
        if self.outcome.exercised:
            self.reached.add(f"{self.subject.name} {self.law.code}")
        elif not self.outcome.reason:
            self.outcome.reason = "the server had no data for it"
        if not self.outcome.sentence:
            self.outcome.sentence = self.session.citations.at(self.subject.pointer).sentence
        return self.outcome

    def saw(self, count: int = 1) -> None:
        """Count what was judged."""
        self.outcome.exercised += count

    def skip(self, reason: str) -> None:
        """Say why there is nothing to judge."""
        self.outcome.reason = reason

    @property
    def is_full(self) -> bool:
        """Whether enough was found; more of the same would only cost time."""
        return len(self.outcome.findings) >= _FINDINGS_A_LAW

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
        """
        self.report(
            Finding(
                law=self.law.code,
                tier=tier or self.law.tier,
                operation=self.subject.name,
                status=exchange.status if exchange else 0,
                place=place,
                message=self._clean(message),
                expected=self._clean(shorten(expected)),
                received=self._clean(shorten(received)),
                citation=self.session.citations.at(at or self.subject.pointer, sentence or self.law.sentence),
            ),
            exchange,
        )

    def report(self, finding: Finding, exchange: Exchange | None) -> None:
        """Add a finding, or count it where an equal one is there."""
        fingerprint = finding.fingerprint
        repeats = self.outcome.repeats
        repeats[fingerprint] = repeats.get(fingerprint, 0) + 1
        if fingerprint in self.session.fingerprints:
            return
        self.session.fingerprints.add(fingerprint)
        if exchange is not None:
            redact = self.session.redactor.text
            finding = Finding(
                **{
                    **finding.__dict__,
                    "curl": redact(curl_line(exchange)),
                    "exchange": har_entry(exchange, redact),
                }
            )
        self.outcome.findings.append(finding)

    def _clean(self, text: str) -> str:
        return self.session.redactor.text(text)


def applicable(law: Law, subjects: Sequence[Subject], settings: Settings) -> list[Subject]:
    """Return the operations on which a law is to run.

    Args:
        law: The law.
        subjects: The operations under check.
        settings: Which laws are asked for.
    """
    asked = not settings.probe or law.code in settings.probe or law.kind in settings.probe
    if not asked or (law.option and not getattr(settings, law.option)):
        return []
    return [subject for subject in subjects if law.applies(subject)]
