"""What a comparison of two documents consists of."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class Severity(enum.StrEnum):
    """What a change means for a client written against the old document, worst first."""

    BREAKING = "breaking"
    RISKY = "risky"
    ADDITIVE = "additive"
    TEXT = "text"

    @property
    def rank(self) -> int:
        """Position from 0 (breaking) to 3 (text)."""
        return list(Severity).index(self)


MEANING: Mapping[Severity, str] = {
    Severity.BREAKING: "a client that kept to the old document can fail",
    Severity.RISKY: "a client can fail, the documents alone cannot tell",
    Severity.ADDITIVE: "a client that kept to the old document goes on working",
    Severity.TEXT: "words only, nothing on the wire",
}


@dataclass(frozen=True)
class Change:
    """One thing that is different, however many operations reach it.

    Attributes:
        code: Stable name of the kind of change, for example ``response-property-became-optional``.
        severity: What it means for a client.
        message: One sentence for a person.
        operations: Those it reaches, for example ``GET /api/v1/runs``; empty for the document itself.
        old: The old value where a single one tells the story, else None.
        new: The new value where a single one tells the story, else None.
        old_line: Line in the old file, counted from 1, where known.
        new_line: Line in the new file, counted from 1, where known.
        place: The schema that changed, for example ``Run.status``; None where no schema changed, or a
            whole body did.
    """

    code: str
    severity: Severity
    message: str
    operations: tuple[str, ...]
    old: Any = None
    new: Any = None
    old_line: int | None = None
    new_line: int | None = None
    place: str | None = None


@dataclass(frozen=True)
class Comparison:
    """All changes from one document to another, worst first."""

    changes: tuple[Change, ...]

    def of(self, severity: Severity) -> tuple[Change, ...]:
        """Return the changes of one severity."""
        return tuple(change for change in self.changes if change.severity is severity)

    @property
    def counts(self) -> dict[Severity, int]:
        """How many changes there are of each severity, zeros included."""
        found = Counter(change.severity for change in self.changes)
        return {severity: found[severity] for severity in Severity}

    @property
    def worst(self) -> Severity | None:
        """The worst severity, or None where nothing changed."""
        return min((change.severity for change in self.changes), key=lambda one: one.rank, default=None)

    @property
    def breaking(self) -> bool:
        """Whether any change breaks a client."""
        return self.worst is Severity.BREAKING
