"""Rendered pages that were saved as Markdown, brought back to the lines that a reader sees.

Tools that save pages put in headings, links, anchors, escapes and fences around code; tools for other
languages than the shell show what the curl command shows as well. Every line keeps its number.
"""

from __future__ import annotations

import re

_MARKDOWN = re.compile(r"^(?:```|#{1,6} )|\]\((?:https?:|#|/)", re.MULTILINE)
_FENCE = re.compile(r"\s*`{3,}[\w{}=\" -]*\Z")
_HEADING = re.compile(r"#{1,6}\s+")
_IMAGE_OR_ANCHOR = re.compile(r"!\[[^\]]*\]\([^)]*\)|\[\s*\]\([^)]*\)")
_LINK = re.compile(r"\[([^\[\]]*)\]\((?:[^()\s]|\([^()]*\))*\)")
_ONLY_LINKS = re.compile(r"\s*(?:[-*+]\s+)?(?:\[[^\]]*\]\([^)]*\)\s*)+\Z")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!|<>~-])")
_BROKEN_JSON = re.compile(r"(?<=[\[\]{},\"\d])\\\Z")
_SHOWN_CODE = re.compile(r"\s*`?\s*(?:curl\b|[\[{])")


def plain_lines(text: str) -> list[str]:
    """Return the lines of a rendered page without markup; those that are nothing but markup are empty."""
    lines = text.split("\n")
    if not _MARKDOWN.search(text):
        return lines
    _blank_front_matter(lines)
    index = 0
    while index < len(lines):
        index = _fence(lines, index) if _FENCE.match(lines[index]) else _prose(lines, index)
    return lines


def _blank_front_matter(lines: list[str]) -> None:
    if lines[0].strip() == "---":
        end = next((index for index, line in enumerate(lines) if index and line.strip() == "---"), 0)
        lines[: end + 1] = [""] * (end + 1)


def _fence(lines: list[str], start: int) -> int:
    """Keep shell commands and JSON, which the page is read by, and blank code of other languages."""
    end = next((i for i in range(start + 1, len(lines)) if _FENCE.match(lines[i])), len(lines) - 1)
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
            for blank in range(index, end + 1):
                lines[blank] = ""
            return end + 1
    line = _IMAGE_OR_ANCHOR.sub("", line)
    if _ONLY_LINKS.match(line) or line.lstrip().startswith("<!--"):
        line = "Powered by Mintlify" if "[Powered by" in line else ""
    line = _LINK.sub(r"\1", _HEADING.sub("", line, count=1) if _HEADING.match(line) else line)
    lines[index] = _ESCAPE.sub(r"\1", line)
    return index + 1
