"""What a whole run came to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from trigger_contract import __version__
from trigger_contract.contract.baseline import Comparison
from trigger_contract.contract.coverage import Coverage
from trigger_contract.contract.findings import STATES, Finding, Outcome, State
from trigger_contract.contract.loader import order_of
from trigger_contract.contract.settings import Settings
from trigger_contract.contract.universal import SITUATIONAL, UNIVERSAL

# So many names are told each in a line of its own.
_FEW = 5
_HELPS = (
    ("requests", "--max-requests"),
    ("time limit", "--time-limit"),
)


_WORST_FIRST: tuple[State, ...] = (
    "failed",
    "not judged",
    "not run",
    "warned",
    "known",
    "passed",
    "not exercised",
)


@dataclass(frozen=True)
class Cause:
    """What breaks the same promise at the same place.

    Attributes:
        findings: The findings, one for each operation or way it showed.
        exchanges: How many exchanges show it.
        state: What it means in this run.
    """

    findings: tuple[Finding, ...]
    exchanges: int
    state: State

    @property
    def first(self) -> Finding:
        """The finding that stands for the others."""
        return self.findings[0]

    @property
    def others(self) -> str:
        """Where else it shows, in a few words."""
        rest = Counter(item.operation for item in self.findings[1:])
        shown = [f"{name} ({count})" if count > 1 else name for name, count in list(rest.items())[:8]]
        more = f" and {len(rest) - 8} more" if len(rest) > 8 else ""
        return ", ".join(shown) + more


@dataclass(frozen=True)
class Summary:
    """A run and what came of it.

    Attributes:
        settings: What was asked.
        outcomes: One for each law and operation, in the order they ran.
        comparison: What the run says about the known deviations.
        requests: How many requests went out.
        seconds: How long it took.
        reached: What the run reached, see ``Deviation.was_reached``.
        entries: Every exchange in the shape of HAR entries; only where a report is asked for.
        coverage: What of the contract the run has met.
        left_out: Operations that were not checked, each with the reason.
        interrupted: Whether the run was ended from outside.
        unasked: Operations whose keys were not given.
        long_lists: Lists of which not every walk was read to its end, each with what is said of that.
        ended: When it ended, in UTC.
        digest: SHA-256 of the document, in hex.
        asks: Whether the run asked of its own, and did not only look at what others exchanged.
    """

    settings: Settings
    outcomes: tuple[Outcome, ...]
    comparison: Comparison
    requests: int
    seconds: float
    reached: frozenset[str] = frozenset()
    entries: tuple[dict[str, Any], ...] = ()
    coverage: Coverage | None = None
    left_out: tuple[str, ...] = ()
    interrupted: bool = False
    unasked: tuple[str, ...] = ()
    long_lists: Mapping[str, str] = field(default_factory=dict)
    ended: datetime = field(default_factory=lambda: datetime.now(UTC))
    digest: str = ""
    asks: bool = True

    def state(self, outcome: Outcome) -> State:
        """Tell what an outcome means in this run."""
        state = outcome.state(self.comparison.known, strict=self.settings.strict)
        if state == "not exercised" and self.settings.require_exercised:
            return "failed"
        return state

    @cached_property
    def findings(self) -> list[Finding]:
        """Every finding once, those that fail first."""
        found = {finding.fingerprint: finding for item in self.outcomes for finding in item.findings}
        return sorted(
            found.values(), key=lambda item: ("failed", "warned", "known").index(self.meaning(item))
        )

    @cached_property
    def causes(self) -> list[Cause]:
        """The findings by cause: the same promise broken at the same place, whatever the operation."""
        groups: dict[tuple[object, ...], list[Finding]] = {}
        for finding in self.findings:
            place = str(finding.status) if finding.law in SITUATIONAL else finding.cause or finding.place
            groups.setdefault((finding.law, self.meaning(finding), place), []).append(finding)
        return [
            Cause(tuple(found), sum(self.repeats(item) for item in found), self.meaning(found[0]))
            for found in groups.values()
        ]

    @property
    def broken(self) -> int:
        """How many laws on operations are broken."""
        return self.count("failed")

    def meaning(self, finding: Finding) -> State:
        """Tell whether a finding fails, warns or is known."""
        if finding.fingerprint in self.comparison.known:
            return "known"
        return "warned" if finding.tier == "advisory" and not self.settings.strict else "failed"

    def repeats(self, finding: Finding) -> int:
        """How often equal findings were met."""
        return self._repeats[finding.fingerprint]

    @cached_property
    def _repeats(self) -> Counter[str]:
        met: Counter[str] = Counter()
        for outcome in self.outcomes:
            met.update(outcome.repeats)
        return met

    @property
    def is_good(self) -> bool:
        """Whether the server keeps its promises, as far as this run could tell."""
        return self.comparison.is_true and not any(self.state(item) == "failed" for item in self.outcomes)

    @property
    def unfinished(self) -> list[Outcome]:
        """The laws that a limit or an interrupt cut short, and those that failed inside."""
        return [item for item in self.outcomes if item.cut or item.fault]

    @property
    def is_whole(self) -> bool:
        """Whether every law that applies was judged or had nothing to judge."""
        return not self.unfinished and not self.unasked

    @property
    def shortfall(self) -> str:
        """One line about what did not run, and which option helps; empty where everything ran."""
        cut = [item for item in self.outcomes if item.cut]
        faults = [item for item in self.outcomes if item.fault]
        parts = []
        if cut:
            option = next((name for words, name in _HELPS if words in cut[-1].cut), "")
            parts.append(
                f"{cut[-1].cut} came after {self.requests} requests; "
                f"{len(cut)} of {len(self.outcomes)} laws did not run to their end"
                + (f"; {option} helps" if option else "")
            )
        if self.unasked:
            parts.append(
                f"{len(self.unasked)} operations were left out because their keys are missing, "
                f"{self.unasked[0]} first; give the keys, or --exclude the operations"
            )
        if faults:
            first = faults[0]
            parts.append(
                f"{len(faults)} of {len(self.outcomes)} laws could not be judged, "
                f"{first.law} on {first.operation} first ({first.fault}); please report this"
            )
        return "; ".join(parts)

    @property
    def exit_code(self) -> int:
        """0 if every promise was judged and holds, 1 if one is broken, 2 if too little was judged."""
        if not self.is_good:
            return 1
        allowed = self.settings.allow_incomplete and not any(item.fault for item in self.outcomes)
        return 0 if self.is_whole or allowed else 2

    @property
    def hints(self) -> list[str]:
        """What a reader should know about how little was found to judge."""
        judged = {item.operation for item in self.outcomes if item.exercised or item.cut}
        idle = [name for name in self.operations if name not in judged]
        found = [f"No law was judged on {name}." for name in _named(idle)]
        kinds = {item.kind for item in self.outcomes if not self.settings.probe}
        if (
            self.asks
            and not self.settings.shard
            and kinds
            and not any(item.law == "schema/list" for item in self.outcomes)
        ):
            found.append("No list was recognised: pages, filters and items were not judged.")
        found += [f"{name} is long: {said}." for name, said in self.long_lists.items()]
        return found

    @property
    def left_out_for(self) -> list[str]:
        """The operations that were not checked, those with the same reason together."""
        reasons: dict[str, list[str]] = {}
        for text in self.left_out:
            name, _, reason = text.partition(": ")
            reasons.setdefault(reason, []).append(name)
        return [f"{name}: {reason}" for reason, names in reasons.items() for name in _named(names)]

    @cached_property
    def operations(self) -> list[str]:
        """The operations, in the order of the document."""
        return list(dict.fromkeys(item.operation for item in self.outcomes))

    @cached_property
    def kinds(self) -> list[str]:
        """The kinds of promise that were checked."""
        met = {item.kind for item in self.outcomes} | {item.kind for item in self.findings}
        met |= {law.partition("/")[0] for _, law in self._universal}
        return sorted(met, key=order_of)

    @cached_property
    def _universal(self) -> frozenset[tuple[str, str]]:
        """The operations on which a law that holds for every answer was judged, each with the law."""
        found = set()
        for key in self.reached:
            for law in UNIVERSAL:
                operation, middle, _ = key.partition(f" {law} ")
                if middle:
                    found.add((operation, law))
        return frozenset(found)

    def cell(self, operation: str, kind: str) -> tuple[State | None, Mapping[State, int]]:
        """Return the worst state of a kind of promise on an operation, and how many laws have each.

        What was found under another kind's law counts for the kind it is of.
        """
        counts = self._cells.get((operation, kind), {})
        return next((state for state in _WORST_FIRST if counts.get(state)), None), counts

    @cached_property
    def _cells(self) -> Mapping[tuple[str, str], Mapping[State, int]]:
        """How many laws of each kind on each operation have each state."""
        cells: defaultdict[tuple[str, str], Counter[State]] = defaultdict(Counter)
        for outcome in self.outcomes:
            state = self.state(outcome)
            # The kind's own findings decide; others are told in their own column.
            if state == "failed" and outcome.findings and not _own(outcome, outcome.kind):
                state = "passed"
            cells[outcome.operation, outcome.kind][state] += 1
        for operation, law in self._universal:
            cells[operation, law.partition("/")[0]]["passed"] += 1
        for finding in self.findings:
            counts, state = cells[finding.operation, finding.kind], self.meaning(finding)
            counts[state] = max(counts[state], 1)
        return cells

    def count(self, state: State) -> int:
        """How many laws have a state."""
        return sum(self.state(item) == state for item in self.outcomes)

    def to_dict(self) -> dict[str, Any]:
        """Return what the JSON report holds."""
        return {
            "url": self.settings.url,
            "seed": self.settings.seed,
            "ended": self.ended.isoformat(timespec="seconds"),
            "version": __version__,
            "document": self.digest,
            "insecure": self.settings.insecure,
            "good": self.is_good and self.is_whole,
            "complete": self.is_whole,
            "shortfall": self.shortfall,
            "left out": list(self.left_out),
            "hints": self.hints,
            "requests": self.requests,
            "seconds": round(self.seconds, 3),
            "counts": {state: self.count(state) for state in STATES},
            "table": {
                operation: {kind: self.cell(operation, kind)[0] for kind in self.kinds}
                for operation in self.operations
            },
            "coverage": self.coverage.to_dict() if self.coverage else {},
            "causes": [
                {
                    "state": cause.state,
                    "exchanges": cause.exchanges,
                    "findings": [item.fingerprint for item in cause.findings],
                }
                for cause in self.causes
            ],
            "findings": [
                {**item.to_dict(), "state": self.meaning(item), "repeats": self.repeats(item)}
                for item in self.findings
            ],
            "laws": [_law_entry(self, item) for item in self.outcomes],
            "deviations": {
                "known": sorted(self.comparison.known),
                "gone": [item.fingerprint for item in self.comparison.gone],
                "expired": [item.fingerprint for item in self.comparison.expired],
            },
        }


def _named(names: list[str]) -> list[str]:
    """Return names as they are, or many of them as one that counts them."""
    if len(names) <= _FEW:
        return names
    return [f"{len(names):,} operations ({', '.join(names[:_FEW])} …)"]


def _own(outcome: Outcome, kind: str) -> bool:
    return any(finding.kind == kind for finding in outcome.findings)


def _law_entry(summary: Summary, outcome: Outcome) -> dict[str, Any]:
    return {
        "law": outcome.law,
        "tier": outcome.tier,
        "title": outcome.title,
        "operation": outcome.operation,
        "sentence": outcome.sentence,
        "state": summary.state(outcome),
        "exercised": outcome.exercised,
        "reason": outcome.reason,
        "findings": [finding.fingerprint for finding in outcome.findings],
        "seconds": round(outcome.seconds, 4),
    }
