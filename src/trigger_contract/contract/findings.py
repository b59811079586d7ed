"""What a law found, and how equal findings are told to be equal."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

Tier = Literal["documented", "derived", "advisory"]
State = Literal["passed", "failed", "warned", "known", "not exercised", "not run", "not judged"]
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True)
class Citation:
    """What a promise rests on.

    Attributes:
        sentence: The words themselves.
        pointer: JSON Pointer into the canonical document.
        places: ``file:line`` of each published page that says so, the newest first.
    """

    sentence: str
    pointer: str = ""
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """One way in which a server broke one promise.

    Attributes:
        law: Code of the law, ``kind/name``.
        tier: How firmly the promise stands.
        operation: The operationId.
        status: The status of the answer in which it showed, 0 where there was none.
        place: JSON Pointer into the answer with indexes as ``*``, or what else tells findings apart.
        message: One sentence.
        expected: What the promise asks for.
        received: What came.
        citation: What the promise rests on.
        curl: One line that shows it, or empty.
        exchange: The exchange that shows it, in the shape of a HAR entry, or None.
        cause: What findings of the law with the same reason share; empty where that is the place.
    """

    law: str
    tier: Tier
    operation: str
    status: int
    place: str
    message: str
    expected: str
    received: str
    citation: Citation
    curl: str = ""
    exchange: dict[str, Any] | None = None
    cause: str = ""

    @property
    def fingerprint(self) -> str:
        """The same for equal findings of every run, seed and server."""
        return " ".join((self.operation, self.law, str(self.status), self.place)).rstrip()

    @property
    def kind(self) -> str:
        """The kind of promise."""
        return self.law.partition("/")[0]

    def to_dict(self) -> dict[str, Any]:
        """Return what the reports hold."""
        return asdict(self) | {"fingerprint": self.fingerprint}


def finding_from(data: dict[str, Any]) -> Finding:
    """Restore a finding from ``to_dict``."""
    data = {key: value for key, value in data.items() if key != "fingerprint"}
    citation = dict(data["citation"])
    data["citation"] = Citation(**{**citation, "places": tuple(citation["places"])})
    return Finding(**data)


@dataclass
class Outcome:
    """What came of one law on one operation.

    Attributes:
        law: Code of the law.
        tier: How firmly the law stands.
        title: The law in a few words.
        operation: The operationId.
        sentence: The words the law rests on.
        exercised: How many times it had something to judge.
        reason: Why it was not exercised, or empty.
        findings: What it found, each kind once.
        repeats: How often each fingerprint was seen.
        seconds: How long it took.
        cut: Which limit ended it before its end, or empty.
        fault: Where the law itself failed, or empty.
    """

    law: str
    tier: Tier
    title: str
    operation: str
    sentence: str = ""
    exercised: int = 0
    reason: str = ""
    findings: list[Finding] = field(default_factory=list)
    repeats: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    cut: str = ""
    fault: str = ""

    @property
    def kind(self) -> str:
        """The kind of promise."""
        return self.law.partition("/")[0]

    def state(self, known: Container[str] = (), *, strict: bool = False) -> State:
        """Tell what this outcome means, given the fingerprints of known deviations."""
        new = [finding for finding in self.findings if finding.fingerprint not in known]
        if any(strict or finding.tier != "advisory" for finding in new):
            return "failed"
        if new:
            return "warned"
        if self.cut:
            return "not run"
        if self.fault:
            return "not judged"
        if self.findings:
            return "known"
        return "passed" if self.exercised else "not exercised"

    def to_dict(self) -> dict[str, Any]:
        """Return what the reports hold, without the findings' exchanges spelled twice."""
        return {**asdict(self), "findings": [finding.to_dict() for finding in self.findings]}


def outcome_from(data: dict[str, Any]) -> Outcome:
    """Restore an outcome from ``to_dict``."""
    return Outcome(**{**data, "findings": [finding_from(item) for item in data["findings"]]})
