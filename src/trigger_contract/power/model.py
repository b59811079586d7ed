"""What came of each fault, and the sums of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

State = Literal["caught", "missed", "not plantable", "not tried"]


@dataclass(frozen=True)
class Trial:
    """One kind of fault at one operation, and what the suite said.

    Attributes:
        fault: The fault's id, as ``mock --plant`` takes it.
        kind: The kind's name.
        operation: The operation's id.
        says: What the server does wrong.
        state: What came of it.
        law: The law that saw it; empty where none did.
        finding: The finding's fingerprint, empty where there is none.
        reason: The finding's message, or why the fault was missed, not planted or not tried.
        seconds: How long it took.
    """

    fault: str
    kind: str
    operation: str
    says: str
    state: State
    law: str = ""
    finding: str = ""
    reason: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Clean:
    """The suite's run on the mock without a fault.

    Attributes:
        seconds: How long it took.
        requests: How many requests went out.
        troubles: What it found that no known deviation covers, or could not judge; empty where it is green.
        seconds_of: Seconds of each check, by law and operation.
        touched: The operations that each check asked, by law and operation.
        succeeded: The operations that were answered with a success at least once.
        quiet: Why an operation that no check asked was left alone, by its id.
        findings: Fingerprints of what was found all the same: advice and known deviations.
    """

    seconds: float
    requests: int
    troubles: tuple[str, ...]
    seconds_of: Mapping[tuple[str, str], float]
    touched: Mapping[tuple[str, str], frozenset[str]]
    succeeded: frozenset[str]
    quiet: Mapping[str, str]
    findings: frozenset[str]


@dataclass(frozen=True)
class Power:
    """What the suite catches on a document.

    Attributes:
        title: What the document calls itself.
        operations: The ids of its operations, in its order.
        clean: The run without a fault.
        trials: What came of each fault; empty where the clean mock is not green.
        seconds: How long everything took.
        write: Whether what writes was judged too.
    """

    title: str
    operations: tuple[str, ...]
    clean: Clean
    trials: tuple[Trial, ...]
    seconds: float
    write: bool

    def count(self, *states: State) -> int:
        """Return how many faults came to one of these."""
        return sum(trial.state in states for trial in self.trials)

    @property
    def share(self) -> float:
        """The share of the faults tried that was caught; 1 where none was tried."""
        tried = self.count("caught", "missed")
        return self.count("caught") / tried if tried else 1.0

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of faults, in the order of their table."""
        return tuple(dict.fromkeys(trial.kind for trial in self.trials))

    def of(self, kind: str) -> tuple[Trial, ...]:
        """Return the faults of one kind."""
        return tuple(trial for trial in self.trials if trial.kind == kind)

    def missed(self) -> tuple[Trial, ...]:
        """Return the faults that no law saw."""
        return tuple(trial for trial in self.trials if trial.state == "missed")

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data."""
        return {
            "format": 1,
            "title": self.title,
            "operations": list(self.operations),
            "write": self.write,
            "seconds": round(self.seconds, 3),
            "clean": {
                "green": not self.clean.troubles,
                "seconds": round(self.clean.seconds, 3),
                "requests": self.clean.requests,
                "troubles": list(self.clean.troubles),
            },
            "totals": {
                "caught": self.count("caught"),
                "missed": self.count("missed"),
                "not plantable": self.count("not plantable"),
                "not tried": self.count("not tried"),
                "share": round(self.share, 4),
            },
            "faults": [_plain(trial) for trial in self.trials],
        }


def _plain(trial: Trial) -> dict[str, Any]:
    return {**vars(trial), "seconds": round(trial.seconds, 3)}


def laws_of(trials: Iterable[Trial]) -> list[tuple[str, int]]:
    """Return the laws that saw faults, the most frequent first."""
    return Counter(trial.law for trial in trials if trial.law).most_common()
