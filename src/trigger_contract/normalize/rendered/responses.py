"""The section of responses on a rendered page, cut at the statuses that it shows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

Line = tuple[int, str]

# The names that are in use; a text that is glued to one would be taken for a part of it otherwise.
_KNOWN = (
    r"application/(?:(?:problem|ld|hal|vnd\.[\w.-]+)\+)?(?:json|xml)(?:-patch\+json)?|application/"
    r"(?:x-ndjson|ndjson|jsonl|pdf|zip|octet-stream|x-www-form-urlencoded)|multipart/form-data|"
    r"text/(?:plain|html|csv|event-stream|xml)|image/(?:png|jpeg|svg\+xml|\*)|audio/(?:mpeg|wav|\*)|video/mp4"
)
MEDIA_TYPE = re.compile(rf"(?:{_KNOWN}|[a-z]{1, 40}/[a-z0-9.+-]{1, 80})\Z")
_STATUS = re.compile(
    r"(?:[•*-]\s+)?\**(?P<status>[1-5](?:\d\d|XX)|default)\**"
    rf"(?:\s*-?\s*`?(?P<media_type>{_KNOWN}|[a-z]+/[a-z0-9.+-]+)`?\s*(?P<behind>.*)|(?P<text>[A-Z].*))?\Z"
)

_OF_EACH = "Example (from schema)"


@dataclass
class Shown:
    """What a page shows of one response.

    Attributes:
        line: Where its status stands.
        status: The status; empty where none is shown.
        media_type: Empty where none is shown.
        lines: What stands below it.
        text: What is said of it on the line of the status.
    """

    line: int
    status: str
    media_type: str = ""
    lines: list[Line] = field(default_factory=list)
    text: str = ""


def by_status(section: Sequence[Line]) -> list[Shown]:
    """Cut the section at its statuses.

    Where statuses follow one another with nothing in between they are those that can be chosen from, and what
    comes below is what the page shows of the first.

    Returns:
        The responses in their order; the first without a status where something stands above any status.
    """
    shown: list[Shown] = []
    for number, text in section:
        match = _STATUS.match(text)
        if match and _starts(match, shown):
            shown.append(Shown(number, match["status"], match["media_type"] or ""))
            behind = (match["behind"] or match["text"] or "").strip()
            if behind[:1].isupper():
                shown[-1].text = behind
            elif behind:
                shown[-1].lines.append((number, behind))
            continue
        if not text:
            continue
        if not shown:
            shown.append(Shown(number, ""))
        target = shown[-1]
        if MEDIA_TYPE.match(text) and not target.media_type:
            target.media_type = text
        else:
            target.lines.append((number, text))
    return _chosen(shown)


def _starts(match: re.Match[str], shown: list[Shown]) -> bool:
    """Whether the line is a status and no value of an example, nor a number in a list of options."""
    before = shown[-1].lines[-1][1].lower().rstrip(":") if shown and shown[-1].lines else ""
    return before not in ("example", "examples", "default", "available options")


def _chosen(shown: list[Shown]) -> list[Shown]:
    """Give the first of several statuses in a row what stands below the last of them."""
    first = 0
    while first < len(shown) and shown[first].status == "":
        first += 1
    last = first
    while (
        last + 1 < len(shown)
        and not shown[last].lines
        and not shown[last].media_type
        and not shown[last].text
    ):
        last += 1
    if last > first:
        taken, given = shown[first], shown[last]
        if any(text.lstrip("•*- ") == _OF_EACH for _, text in given.lines):
            given.lines, given.text = [], ""  # of all of them, and nothing tells where the next one starts
        taken.media_type, taken.lines, taken.text = given.media_type, given.lines, given.text
        given.media_type, given.lines, given.text = "", [], ""
    return shown
