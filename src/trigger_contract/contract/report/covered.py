"""Coverage by operation: what of each was asked, answered, seen and judged, in one table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from trigger_contract.contract.summary import Summary

COLUMNS = ("asked", "parameters", "statuses", "properties", "values", "promises")
_ASPECTS = ("operations", "parameters", "responses", "properties", "enum values")
_ROWS = 40


@dataclass(frozen=True)
class Row:
    """One operation.

    Attributes:
        operation: Its operationId.
        cells: Of each column how many were met, and how many there are.
    """

    operation: str
    cells: tuple[tuple[int, int], ...]

    @property
    def share(self) -> float:
        """How much of everything was met, from 0 to 1."""
        return sum(met for met, _ in self.cells) / max(1, sum(total for _, total in self.cells))


def rows(summary: Summary) -> Iterator[Row]:
    """Yield each operation of the document that was under check, in its order, those never asked last."""
    coverage = summary.coverage
    if coverage is None:
        return
    judged: dict[str, list[bool]] = {}
    for item in summary.outcomes:
        judged.setdefault(item.operation, []).append(bool(item.exercised or item.findings))
    counts = coverage.by_operation()
    asked = [name for name in summary.operations if name in counts]
    for name in dict.fromkeys([*asked, *counts]):
        promises = judged.get(name, [])
        cells = tuple(counts[name][aspect] for aspect in _ASPECTS)
        yield Row(name, (*cells, (sum(promises), len(promises))))


def coverage_table(summary: Summary) -> Table | None:
    """Return the table; of many operations those of which least was met."""
    found = list(rows(summary))
    if not found:
        return None
    shown = found if len(found) <= _ROWS else sorted(found, key=lambda row: row.share)[:_ROWS]
    more = f", the {_ROWS} least covered of {len(found)} operations" if len(shown) < len(found) else ""
    table = Table(title=f"Coverage{more}", title_justify="left")
    table.add_column("operation", overflow="fold")
    for name in COLUMNS:
        table.add_column(name, justify="right")
    for row in shown:
        table.add_row(row.operation, *(_cell(met, total) for met, total in row.cells))
    return table


def _cell(met: int, total: int) -> Text:
    style = "dim" if not total else "green" if met == total else "yellow" if met else "red"
    return Text(f"{met}/{total}" if total else "-", style=style)
