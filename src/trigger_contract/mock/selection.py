"""Which runs a list shows, and the statements that read them, each along one index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

TIE_BITS = 20
"""How many bits of a run's key tell runs of one millisecond apart."""
PREFIX = len("run_")
"""What stands before an internal id in the id of a run."""
# Which filter leads where several are given: the one that usually selects the fewest runs.
_LEADERS = (
    "schedule",
    "batch",
    "bulk",
    "tag",
    "task",
    "version",
    "queue",
    "machine",
    "region",
    "state",
    "is_test",
)


Listed = tuple[int, str, str, str]
"""What a list needs of a run: key, id, state and shared JSON members."""


@dataclass(frozen=True)
class Selection:
    """Which runs a list shows.

    Attributes:
        equal: For each column (or ``tag``) the values of which one must match; none at all match nothing.
        since: Earliest creation, in milliseconds, inclusive.
        until: Latest creation, in milliseconds, inclusive.
        below: Only runs whose internal id is a smaller text than this.
        above: Only runs whose internal id is a greater text than this.
    """

    equal: Mapping[str, tuple[str | int, ...]] = field(default_factory=dict)
    since: int | None = None
    until: int | None = None
    below: str | None = None
    above: str | None = None

    @property
    def everything(self) -> bool:
        """Whether every run is shown, so that the run at a cursor is one of the list."""
        return not self.equal and (self.since, self.until, self.below, self.above) == (None,) * 4


def statements(
    selection: Selection, ends: str, low: int | None, high: int | None, forward: bool, limit: int
) -> Iterator[tuple[str, list[str | int]]]:
    """Yield one ordered statement for each value of the leading filter.

    Asking for all values in one statement would make SQLite sort every match before the first page.
    """
    equal = selection.equal
    leader = next((name for name in _LEADERS if name in equal), None)
    order = "DESC" if forward else "ASC"
    conditions: list[str] = []
    shared: list[str | int] = []
    for name, values in equal.items():
        if name == leader:
            continue
        marks = ",".join("?" * len(values))
        if name == "tag":
            conditions.append(f"EXISTS (SELECT 1 FROM tags t WHERE t.tag IN ({marks}) AND t.key=runs.key)")
        else:
            # The unary plus keeps SQLite from choosing this column's index instead of the leader's.
            conditions.append(f"+runs.{name} IN ({marks})")
        shared.extend(values)
    key = "lead.key" if leader == "tag" else "runs.key"
    for bound, sign in ((low, ">="), (high, "<=")):
        if bound is not None:
            conditions.append(f"{key}{sign}?")
            shared.append(bound)
    for text, sign in ((selection.below, "<"), (selection.above, ">")):
        if text is not None:
            conditions.append(f"substr(runs.id,{PREFIX + 1}){sign}?")
            shared.append(text)
    columns = f"runs.key, runs.id, runs.state, runs.common || runs.{ends}"
    source = "tags AS lead CROSS JOIN runs ON runs.key=lead.key" if leader == "tag" else "runs"
    lead = "lead.tag=?" if leader == "tag" else f"runs.{leader}=?"
    for value in dict.fromkeys(equal[leader]) if leader else (None,):
        where = [*([lead] if leader else []), *conditions]
        parameters = [*([] if value is None else [value]), *shared, limit]
        clause = f"WHERE {' AND '.join(where)}" if where else ""
        yield f"SELECT {columns} FROM {source} {clause} ORDER BY {key} {order} LIMIT ?", parameters
