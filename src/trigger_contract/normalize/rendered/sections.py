"""A rendered page cut into its parts: endpoint, code, JSON bodies, sections, and what is above them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from trigger_contract.document.shape import METHODS
from trigger_contract.document.yaml import load
from trigger_contract.errors import UserError
from trigger_contract.normalize.model import Headline
from trigger_contract.normalize.rendered.lines import at_marks, starts_field
from trigger_contract.normalize.rendered.markup import HEADING, MARK, TITLE, Line, without_marks
from trigger_contract.normalize.rendered.request import Request, read_curl, read_endpoint, shows_curl
from trigger_contract.normalize.rendered.types import is_type, may_be_type

_SECTIONS = {
    "authorizations": "security",
    "authorization": "security",
    **dict.fromkeys(("path parameters", "path params"), "path"),
    **dict.fromkeys(("query parameters", "query params"), "query"),
    **dict.fromkeys(("header parameters", "header params", "headers", "request headers"), "header"),
    **dict.fromkeys(("cookies", "cookie parameters", "cookie params"), "cookie"),
    **dict.fromkeys(("body", "request body", "body parameters", "body params"), "body"),
    "response": "response",
    "responses": "response",
}
_NOISE = frozenset(
    (
        *("skip to main content", "was this page helpful?", "yes", "no", "copy", "copy page", "try it"),
        *("send", "show child attributes", "hide child attributes", "on this page", "ask ai", "search..."),
        *("chevron-right", "required scopes", "this endpoint requires the following scopes:"),
        *("curl", "python", "javascript", "typescript", "php", "go", "java", "ruby"),
    )
)
_END = frozenset(
    (
        *("was this page helpful?", "was this helpful?", "powered by mintlify", "last updated", "⌘i"),
        *("ctrl+i", "responses are generated using ai and may contain mistakes."),
    )
)
_ELSEWHERE = frozenset(
    (
        *("example request", "example requests", "request example", "request examples", "request samples"),
        *("example response", "example responses", "response example", "response examples"),
        *("example response (200)", "response samples", "code example", "code examples", "code samples"),
        *("errors", "error codes", "error responses", "rate limits"),
    )
)
_BUTTONS = re.compile(r"Copy page|Try it|(?<=\w)Copy(?=Ask AI)")
_STATUS = re.compile(r"(?:[1-5](?:\d\d|XX)|default)\Z")
_ENDPOINT = re.compile(rf"`?({'|'.join(METHODS)})\s+(?:https?://[^/\s]+)?(/\S*?)`?\Z", re.IGNORECASE)
_FIELD = re.compile(r"[A-Za-z_$][\w.$-]*\Z")
_OF_BODY = "response body"
# What tools that copy pages write above the text that they found.
_OF_COPY = re.compile(r"(?P<what>Title|URL Source|Source|Published Time|Markdown Content):\s*(?P<text>.*)\Z")
_SITE = re.compile(r"\s{1,9}[-|\u2013]\s{1,9}[^-|\u2013]{1,200}\Z")
_CODE = re.compile(r"[\[\]{}\"'<>$(`]|(?:import|from|const|let|var|print|return)\b")


@dataclass
class Parts:
    """The page cut into its parts. Line numbers count from 1.

    Attributes:
        request: Endpoint and curl command.
        headline: Title and description.
        response_example: The first JSON value above the sections.
        example_line: Where it stands.
        statuses: Those whose answers can be chosen from above the sections.
        sections: The lines of each section, with a mark before each field that has an anchor.
        preamble: The lines above the sections.
        flat: Whether attributes of an answer's objects follow them with nothing that tells where they end.
        unknown: Headings below the endpoint that are those of no section.
    """

    request: Request = field(default_factory=Request)
    headline: Headline = field(default_factory=Headline)
    response_example: Any = None
    example_line: int = 0
    statuses: list[Line] = field(default_factory=list)
    sections: dict[str, list[Line]] = field(default_factory=dict)
    preamble: list[Line] = field(default_factory=list)
    flat: bool = False
    unknown: list[Line] = field(default_factory=list)


def cut(name: str, marked: list[str], before: int) -> Parts:
    """Walk the lines once.

    Args:
        name: The page's name.
        marked: Its lines, or those of one operation, with marks.
        before: How many lines of the page stand above them.

    Raises:
        UserError: Fields stand below no heading that is known, or further operations below headings.
    """
    cutter = _Cutter(name, marked, before)
    cutter.run()
    found = cutter.found
    found.request.settle()
    found.headline = read_headline(found.preamble, found.request.line if found.request.path else None)
    _check_preamble(name, found)
    cutter.check_endpoints()
    return found


class _Cutter:
    """The walk over the lines of a page."""

    def __init__(self, name: str, marked: list[str], before: int) -> None:
        self.name, self.marked, self.before = name, marked, before
        self.lines = [without_marks(line) for line in marked]
        self.found = Parts()
        self.section: list[Line] | None = None
        self.statuses: list[Line] = []
        self.opening = next((index for index, line in enumerate(self.lines) if line.strip()), 0)

    def run(self) -> None:
        """Walk from the first line to the last that is part of the page."""
        index = 0
        while index < len(self.lines) and not self._ends(index):
            index = self._code(index) or self._line(index)

    def _ends(self, index: int) -> bool:
        if self.section is None:
            return False
        lines, line = self.lines, self.lines[index].strip()
        # Nothing but the page's assistant comes from here on.
        last = line == "Assistant" and not any(text.strip() for text in lines[index + 1 : index + 9])
        return last or (line.lower() in _END and not self._is_field(index))

    def _code(self, index: int) -> int:
        """Take an endpoint, a command or a JSON value; return the line after it, or 0."""
        found, line, number = self.found, self.lines[index].strip(), self.before + index + 1
        if self.section is None and not found.request.path:
            end = read_endpoint(self.lines, index, found.request)
            if end:
                found.request.line = number
                return end
        if shows_curl(self.lines, index) and (self.section is None or line.startswith("curl")):
            first = not found.request.url
            end = read_curl(self.lines, index, found.request)
            if first:
                found.request.curl_line = number
            self.statuses = []
            return end
        return self._json(index, number) if line in ("{", "[", "{}", "[]") else 0

    def _json(self, index: int, number: int) -> int:
        end, value = _json(self.name, self.lines, index, self.before)
        if end and self.section is None and self.found.response_example is None:
            self.found.response_example, self.found.example_line = value, number
            self.found.statuses = self.statuses
        elif end and self.section and self.section[-1][1].lower().rstrip(":") in ("example", "examples"):
            self.section.append((number, json.dumps(value)))
        return end

    def _line(self, index: int) -> int:
        """Take a heading, a line of a section or one above all sections; return the line after it."""
        line, number = self.lines[index].strip(), self.before + index + 1
        word = line.lower()
        if self.section is None and _STATUS.match(line):
            self.statuses.append((number, line))  # those whose answers can be chosen from
            return index + 1
        is_field = self._is_field(index)
        if self.section is not None and word in _ELSEWHERE and not is_field:
            self.section = []  # code and tables of errors, which show no fields
        heading = None if is_field else _SECTIONS.get(word)
        if TITLE in self.marked[index] or (index == self.opening and not self.found.request.path):
            heading = None  # a title that reads like a section
        sections = self.found.sections
        if heading and not (heading in sections and heading in ("body", "header", "security")):
            self.section = sections.setdefault(heading, [])
        elif self.section is not None and word == _OF_BODY:
            self.found.flat = True
            below = self._below(index)
            return below + 1 if below and is_type(self.lines[below].strip()) else index + 1
        elif self.section is not None:
            if word not in _NOISE or is_field:
                self.section.extend(at_marks((number, self.marked[index].replace(HEADING, "").strip())))
        elif line and (word not in _NOISE or is_field):
            if HEADING in self.marked[index] and self.found.request.path:
                self.found.unknown.append((number, line))
            self._above(number, self.marked[index].replace(HEADING, ""))
        return index + 1

    def _below(self, index: int) -> int:
        """The next line with a text, or 0."""
        following = range(index + 1, min(index + 6, len(self.lines)))
        return next((below for below in following if self.lines[below].strip()), 0)

    def _is_field(self, index: int) -> bool:
        """Whether a line is the name of a field, though it reads like a heading or a button."""
        word = self.lines[index].strip()
        if not word or HEADING in self.marked[index] or TITLE in self.marked[index] or " " in word:
            return False
        below = self._below(index)
        kind = self.lines[below].strip() if below else ""
        above = next((text for text in reversed(self.marked[max(0, index - 4) : index]) if text.strip()), "")
        if MARK in above and not without_marks(above).strip():
            return is_type(kind) or may_be_type(kind)
        opens = _SECTIONS.get(word.lower()) in ("body", "response")  # perhaps with the type of the whole
        return (word == word.lower() or not opens) and starts_field([word, kind], 0)

    def _above(self, number: int, marked: str) -> None:
        """Take a line above the sections, without the buttons that a copy may have glued to it."""
        title = TITLE in marked
        request = self.found.request
        for piece in _BUTTONS.split(without_marks(marked)):
            text = piece.strip()
            glued = Request()
            if not text or text.lower() in _NOISE:
                continue
            if not request.path and read_endpoint([text], 0, glued):
                request.method, request.path, request.line = glued.method, glued.path, number
            else:
                self.found.preamble.append((number, TITLE + text if title else text))

    def check_endpoints(self) -> None:
        """Refuse a page of several operations each of which has a heading: only the first would be read."""
        shown = (self.found.request.method, self.found.request.path)
        for number, marked in enumerate(self.marked, self.before + 1):
            text = without_marks(marked).strip() if HEADING in marked else ""
            endpoint = _ENDPOINT.match(text)
            if endpoint and (endpoint[1].lower(), endpoint[2]) != shown:
                raise UserError(
                    f"shows a further operation under the heading `{text}`; "
                    "this form of page is not read: give each operation a page of its own",
                    source=self.name,
                    line=number,
                )


def _check_preamble(name: str, found: Parts) -> None:
    """Refuse fields below headings that nobody knows, such as those of another language.

    Below such a heading their types may be of that language, too: a name and one more word make a field.
    """
    if not found.request.path:
        return
    lines = [(number, text) for number, text in found.preamble if number > found.request.line]
    texts = [text for _, text in lines]
    for index, text in enumerate(texts):
        headings = [heading for number, heading in found.unknown if number < lines[index][0]]
        foreign = headings and any(kind.isalpha() for kind in texts[index + 1 : index + 2])
        if _FIELD.match(text) and (foreign or starts_field(texts, index)):
            below = headings[-1:] or texts[max(0, index - 1) : index]
            above = f" (`{below[0]}`)" if below else ""
            raise UserError(
                f"the field `{text}` stands below no heading that is known{above}; the page cannot be read",
                source=name,
                line=lines[index][0],
            )


def _json(name: str, lines: list[str], index: int, before: int) -> tuple[int, Any]:
    """Read a JSON value that starts on this line; return the line after it, or 0."""
    text = "\n".join(lines[index:])
    offset = len(text) - len(text.lstrip())
    try:
        value, length = json.JSONDecoder().raw_decode(text, offset)
    except (ValueError, RecursionError):
        return 0, None
    found = text[offset:length]
    end = index + text[:length].count("\n") + 1
    try:
        # JSON is YAML, and only our YAML reader knows on which line each part stands.
        return end, load(found, name, first_line=before + index + 1)
    except UserError:
        return end, value


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
