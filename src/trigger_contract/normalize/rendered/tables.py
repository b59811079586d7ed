"""Tables of parameters on a rendered page, written as the pages do that have a block for each field."""

from __future__ import annotations

import re
from collections.abc import Sequence

from trigger_contract.normalize.rendered.markup import MARK

Line = tuple[int, str]

_RULE = re.compile(r"\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*\Z")
_CELL = re.compile(r"(?<!\\)\|")
_COLUMNS = {
    **dict.fromkeys(("name", "parameter", "field", "property", "attribute", "header", "key"), "name"),
    **dict.fromkeys(("type", "data type"), "type"),
    **dict.fromkeys(("required", "required?", "mandatory"), "required"),
    **dict.fromkeys(("location", "in"), "place"),
    **dict.fromkeys(("default", "default value"), "default"),
    **dict.fromkeys(("description", "details", "notes", "meaning"), "text"),
}
_YES = frozenset(("yes", "true", "required", "✓", "✔", "✅", "y"))
_NONE = frozenset(("", "-", "\u2013", "\u2014", "none", "n/a", "null"))


def without_tables(lines: Sequence[Line]) -> list[Line]:
    """Turn each row of a table that has columns for name and type into the lines of a field."""
    result: list[Line] = []
    columns: list[str] = []
    for index, (number, text) in enumerate(lines):
        if "|" not in text or not text.startswith("|"):
            columns = []
            result.append((number, text))
        elif index + 1 < len(lines) and _RULE.match(lines[index + 1][1]):
            columns = [_COLUMNS.get(cell.lower(), "") for cell in _cells(text)]
        elif not _RULE.match(text) and {"name", "type"} <= set(columns):
            result.extend((number, part) for part in _field(dict(zip(columns, _cells(text), strict=False))))
    return result


def _cells(row: str) -> list[str]:
    cells = [cell.replace("\\|", "|").strip() for cell in _CELL.split(row.strip())]
    return cells[1:-1] if cells[-1:] == [""] else cells[1:]


def _field(cells: dict[str, str]) -> list[str]:
    name = cells["name"].strip("`* ")
    parts = [MARK, name, cells["type"].strip("`* ") or "any"]
    if cells.get("required", "").strip("`* ").lower() in _YES:
        parts.append("required")
    place = cells.get("place", "").strip("`* ").lower()
    if place in ("query", "header", "cookie", "path", "body"):
        parts.append(place)
    default = cells.get("default", "").strip("`* ")
    if default.lower() not in _NONE:
        parts.append(f"default:{default}")
    if cells.get("text"):
        parts.append(cells["text"])
    return parts
