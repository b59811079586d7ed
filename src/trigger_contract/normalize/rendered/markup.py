"""Rendered pages that were saved as Markdown, brought back to the lines that a reader sees.

Tools that save pages put in headings, links, anchors, escapes and fences around code; tools for other
languages than the shell show what the curl command shows as well. Every line keeps its number. What a
reader does not see and yet tells where things start is kept as a mark: the anchor before a field, with its
address, an invisible character on a line of its own, the heading of the page. What lies otherwise than the
commonest kind of page is brought to its form: several operations on a page, and tables of parameters.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from trigger_contract.document.shape import METHODS

_MARKDOWN = re.compile(r"^(?:```|#{1,6} )|\]\((?:https?:|#|/)", re.MULTILINE)
_FENCE = re.compile(r"\s{0,99}(?:Copy ?)?(?:Ask AI ?)?`{3,99}[\w{}=\" -]{0,200}\Z")
_SECTION = re.compile(r"#{2,6}\s+\S")
_HEADING = re.compile(r"#{1,6}\s+")
_BOLD = re.compile(r"\s{0,3}(?:\*\*|__)([^*_]{1,99}?):?(?:\*\*|__):?\s*\Z")
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_ANCHOR = re.compile(r"\[\s*\]\(([^)]*)\)")
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"
_LINK = re.compile(r"\[([^\[\]]*)\]\((?:[^()\s]|\([^()]*\))*\)")
_ONLY_LINKS = re.compile(
    r"\s{0,99}(?:[-*+]\s{1,9})?(?:\[(?!https?://)[^\]]{0,400}\]\([^)]{0,2000}\)\s{0,9})+\Z"
)
_LINKED_WORD = re.compile(
    r"\[[\w<>.-]{1,60}(?:\\?\[\\?\])?\]\([^)]{0,2000}\)(?:\\?\[\\?\])?\s*\Z"
)  # maybe a type
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!|<>~-])")
_ESCAPE_IN_TABLE = re.compile(r"\\([\\`*_{}\[\]()#+.!<>~-])")
_BROKEN_JSON = re.compile(r"(?<=[\[\]{},\"\d])\\\Z")
_SHOWN_CODE = re.compile(r"\s*+`?\s*+(?:curl\b|[\[{])")

Line = tuple[int, str]

MARK, TITLE, HEADING = "\ue000", "\ue001", "\ue002"
"""What stands before a field, around the address of its anchor if it has one; before the page's title; and
before another heading."""
_MARKS = re.compile(f"{MARK}[^{MARK}]*{MARK}|[{MARK}{TITLE}{HEADING}]")
_SECTIONS = "Authorizations|Path parameters|Query parameters|Header parameters|Body|Responses"
_NEXT = re.compile(rf"(?P<path>/\S*?)(?P<next>{'|'.join(METHODS)}|{_SECTIONS})?(?:Last updated.*)?\Z")
_RULE = re.compile(r"\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*\Z")
_CELL = re.compile(r"(?<!\\)\|")
_COLUMNS = {
    **dict.fromkeys(("name", "parameter", "field", "property", "attribute", "header", "key"), "name"),
    **dict.fromkeys(("type", "data type"), "type"),
    **dict.fromkeys(("required", "required?", "mandatory"), "required"),
    **dict.fromkeys(("location", "in"), "place"),
    **dict.fromkeys(("default", "default value"), "default"),
    **dict.fromkeys(("status", "code", "status code", "http status"), "status"),
    **dict.fromkeys(("description", "details", "notes", "meaning"), "text"),
}
_YES = frozenset(("yes", "true", "required", "✓", "✔", "✅", "y"))
_NONE = frozenset(("", "-", "\u2013", "\u2014", "none", "n/a", "null"))


def plain_lines(text: str) -> list[str]:
    """Return the lines of a rendered page without markup; those that are nothing but markup are empty."""
    blank = str.maketrans("", "", _INVISIBLE + MARK + TITLE + HEADING)
    lines = [
        MARK * 2 if line.strip(" \t") and not line.strip(_INVISIBLE + " \t") else line.translate(blank)
        for line in text.split("\n")
    ]
    if not _MARKDOWN.search(text):
        return lines
    index = 0
    if lines[0].strip() == "---":  # front matter
        index = next((i for i, line in enumerate(lines) if i and line.strip() == "---"), 0) + 1
        lines[:index] = [""] * index
    while index < len(lines):
        index = _fence(lines, index) if _FENCE.match(lines[index]) else _prose(lines, index)
    return lines


def without_marks(line: str) -> str:
    """Return a line as a reader sees it."""
    return _MARKS.sub("", line) if MARK in line or TITLE in line or HEADING in line else line


def _fence(lines: list[str], start: int) -> int:
    """Keep shell commands and JSON, which the page is read by, and blank code of other languages."""
    end = next((i for i in range(start + 1, len(lines)) if _FENCE.match(lines[i])), len(lines) - 1)
    section = next((i for i in range(start + 1, end) if _SECTION.match(lines[i])), end)
    if section < end and not _SHOWN_CODE.match(lines[start + 1]):
        lines[start] = ""  # the end of a block whose beginning was not copied
        return start + 1
    inside = range(start + 1, end)
    first = next((index for index in inside if lines[index].strip()), end)
    shown = first < end and _SHOWN_CODE.match(lines[first])
    for index in inside:
        line = _BROKEN_JSON.sub("", lines[index]).strip("`") if shown else ""
        lines[index] = line
    lines[start] = lines[end] = ""
    return end + 1


def _prose(lines: list[str], index: int) -> int:
    line = lines[index]
    if line.strip() == "[":  # an anchor broken over lines
        end = next((i for i in range(index + 1, min(index + 4, len(lines))) if "](" in lines[i]), None)
        if end is not None and not "".join(lines[index + 1 : end]).strip():
            address = "".join(lines[index : end + 1])
            for blank in range(index, end + 1):
                lines[blank] = ""
            lines[end] = _ANCHOR.sub(_mark, address)
            return end + 1
    line = _ANCHOR.sub(_mark, _IMAGE.sub("", line))
    if (
        MARK not in line and _ONLY_LINKS.match(line) and not _LINKED_WORD.match(line)
    ) or line.lstrip().startswith("<!--"):
        line = "Powered by Mintlify" if "[Powered by" in line else ""
    heading = _HEADING.match(line)
    if heading:
        line = (TITLE if heading[0].strip() == "#" else HEADING) + line[heading.end() :]
    line = _BOLD.sub(r"\1", line)
    escape = _ESCAPE if not line.lstrip().startswith("|") else _ESCAPE_IN_TABLE
    line = escape.sub(r"\1", _LINK.sub(r"\1", line.removeprefix("> ")))
    lines[index] = html.unescape(line) if "&" in line else line
    return index + 1


def _mark(anchor: re.Match[str]) -> str:
    return MARK + anchor[1].rpartition("#")[2] + MARK


def operations_of(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Cut a page at the operations that end with their endpoint.

    Yields:
        Number of lines before the part, and its lines; the endpoint stands where the method stood first. A
        page without such operations comes back whole.
    """
    start, glued, found = 0, "", False
    for index, line in enumerate(lines[:-1]):
        match = _NEXT.match(lines[index + 1].strip()) if line.strip() in METHODS else None
        if match is None:
            continue
        shown = line.strip()
        part = list(lines[start:index])
        if glued and len(part) > 1:
            part[:2] = [shown, "" if glued in METHODS else glued]
        place = next((i for i, text in enumerate(part) if text.strip() == shown), 0)
        if not part or (index - start < 2 and not glued):
            continue
        part[place] = f"{shown.upper()} {match['path']}"
        yield start, part
        found, glued = True, match["next"] or ""
        start = index + (0 if glued else 2)  # what follows may be glued to the path
    if not found:
        yield from _by_method(lines)


def _by_method(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Cut a page above the title of each method that stands on a line of its own, where there are several."""
    shown = [index for index, line in enumerate(lines) if line.strip() in METHODS]
    titles = [
        next((above for above in range(index - 1, -1, -1) if lines[above].strip()), 0) for index in shown
    ]
    if len(shown) < 2:
        yield 0, list(lines)
        return
    plain = [("" if line.strip() in METHODS else line) for line in lines]
    for start, end in zip([0, *titles[1:]], [*titles[1:], len(lines)], strict=True):
        yield start, plain[start:end]


def without_tables(lines: Sequence[Line]) -> list[Line]:
    """Turn each row of a table that shows fields or statuses into the lines of one; others stay texts."""
    result: list[Line] = []
    columns: list[str] = []
    for (number, text), (_, below) in zip(lines, [*lines[1:], (0, "")], strict=False):
        row = text.startswith("|")
        heading = row and _RULE.match(below) is not None
        if heading or not row:
            columns = [_COLUMNS.get(cell.lower(), "") for cell in _cells(text)] if row else []
        cells, parts = dict(zip(columns, _cells(text), strict=False)), [text]
        if {"name", "type"} <= cells.keys():
            parts = [] if heading else _field(cells)
        elif "status" in cells:
            parts = [] if heading else [cells["status"].strip("`* "), cells.get("text") or "-"]
        if not (row and _RULE.match(text)):
            result += [(number, part) for part in parts]
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
