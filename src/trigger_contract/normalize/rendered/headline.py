"""Title and description of a rendered page: they stand somewhere above its sections."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from trigger_contract.normalize.rendered.markup import TITLE

Line = tuple[int, str]

# What tools that copy pages write above the text that they found.
_OF_COPY = re.compile(r"(?P<what>Title|URL Source|Source|Published Time|Markdown Content):\s*(?P<text>.*)\Z")
_SITE = re.compile(r"\s{1,9}[-|\u2013]\s{1,9}[^-|\u2013]{1,200}\Z")
_CODE = re.compile(r"[\[\]{}\"'<>$(`]|(?:import|from|const|let|var|print|return)\b")


@dataclass(frozen=True)
class Headline:
    """Title and description of a page.

    Attributes:
        title: Empty where there is none.
        line: Where the title stands.
        description: Empty where there is none.
        description_line: Where the description starts.
    """

    title: str = ""
    line: int = 1
    description: str = ""
    description_line: int = 1


def read_headline(preamble: Sequence[Line], endpoint: int | None) -> Headline:
    """Find the title and the text below it; what is above the title is the way through the menu.

    Args:
        preamble: The lines above the sections without code; a mark stands before the page's heading.
        endpoint: Where method and path stand, if a line shows them.
    """
    copied = {match["what"]: (number, match["text"]) for number, text in preamble if (match := _copied(text))}
    lines = [entry for entry in preamble if not _copied(entry[1])]
    above = [entry for entry in lines if endpoint is None or entry[0] < endpoint]
    titles = [index for index, (_, text) in enumerate(above) if text.startswith(TITLE)]
    if titles:
        number, text = above[titles[-1]]
        title = text.removeprefix(TITLE)
        title = _SITE.sub("", title) if "Source" in copied else title
        return Headline(title, number, *_prose(above[titles[-1] + 1 :], title))
    if "Title" in copied:
        number, text = copied["Title"]
        title = _SITE.sub("", text)
        return Headline(title, number, *_prose(above, title))
    described, description = 1, ""
    if len(above) > 1 and (_is_sentence(above[-1][1]) or len(above[-1][1].split()) > 8):
        described, description = above.pop()
    line, title = above[-1] if above else (1, "")
    below = [entry for entry in lines if endpoint is not None and entry[0] > endpoint and entry[1] != title]
    if below and _is_sentence(below[0][1]):
        described, description = (described, description) if description else below[0]
    elif below and not title and len(below[0][1].split()) <= 8:
        line, title = below[0]
    return Headline(title, line, description, described)


def _prose(lines: Sequence[Line], title: str) -> tuple[str, int]:
    """Return what of some lines is text, and the number of its first line."""
    found = [
        (number, text) for number, text in lines if text != title and " " in text and not _CODE.match(text)
    ]
    return " ".join(text for _, text in found), found[0][0] if found else 1


def _is_sentence(text: str) -> bool:
    return text.endswith((".", "!", "?"))


def _copied(text: str) -> re.Match[str] | None:
    return _OF_COPY.match(text)
