"""A rendered page cut into its parts: endpoint, code, JSON bodies, sections, and what is above them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from trigger_contract.document.yaml import load
from trigger_contract.errors import UserError
from trigger_contract.normalize.model import Headline
from trigger_contract.normalize.rendered.lines import at_marks, is_sentence, kind_of, starts_field
from trigger_contract.normalize.rendered.markup import HEADING, MARK, TITLE, Line, without_marks
from trigger_contract.normalize.rendered.request import Request, read_curl, read_endpoint
from trigger_contract.normalize.rendered.types import is_type, may_be_type

_SECTIONS = {
    **dict.fromkeys(("authorizations", "authorization"), "security"),
    **dict.fromkeys(("path parameters", "path params", "url parameters", "path variables"), "path"),
    **dict.fromkeys(("query parameters", "query params", "query string parameters"), "query"),
    **dict.fromkeys(("header parameters", "header params", "headers", "request headers"), "header"),
    **dict.fromkeys(("cookies", "cookie parameters", "cookie params"), "cookie"),
    **dict.fromkeys(
        ("body", "request body", "body parameters", "body params", "request body parameters"), "body"
    ),
    **dict.fromkeys(("response", "responses"), "response"),
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
_ELSEWHERE = re.compile(
    r"examples? (?:requests?|responses?)|(?:requests?|responses?|code) (?:examples?|samples?)"
    r"|errors|error (?:codes|responses)|rate limits|example response \(200\)",
    re.IGNORECASE,
)
_BUTTONS = re.compile(r"Copy page|Try it|(?<=\w)Copy(?=Ask AI)")
_ANSWER = re.compile(
    r"(?:[a-z ]{0,30}\b(?:responses?|status(?: code)?|success|errors?|http)\b[ (:-]{0,3})?"
    r"(?P<status>[1-5]\d\d)\b[ ):-]{0,4}(?P<text>.{0,40})\Z",
    re.IGNORECASE,
)
_BASE = re.compile(
    r"(?:(?:base|server|api|root) ?(?:url|uri|address|host)|server|host)s?:?(?:\s+`?(?P<url>https?://[^\s`]+)`?)?\Z",
    re.IGNORECASE,
)
_STATUS = re.compile(r"(?:[1-5](?:\d\d|XX)|default)\Z")
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
        flat: Whether attributes of an answer's objects follow them with nothing that tells where they end.
    """

    request: Request = field(default_factory=Request)
    headline: Headline = field(default_factory=Headline)
    response_example: Any = None
    example_line: int = 0
    statuses: list[Line] = field(default_factory=list)
    sections: dict[str, list[Line]] = field(default_factory=dict)
    flat: bool = False


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
    index = 0
    while index < len(marked) and not cutter.ends(index):
        index = cutter.code(index) or cutter.line(index)
    found, request = cutter.found, cutter.found.request
    request.servers = request.servers or [url.rstrip("/") for url in cutter.bases if url]
    request.settle()
    shown = (request.method, request.path)
    found.headline = _headline(cutter.preamble, request.line if request.path else None)
    headings = [
        (number, without_marks(text).strip())
        for number, text in enumerate(marked, before + 1)
        if HEADING in text
    ]
    _check_preamble(name, request, [*cutter.preamble, *filter(itemgetter(1), cutter.elsewhere)], headings)
    for number, text in headings:
        further = Request()
        if read_endpoint([text], 0, further) and (further.method, further.path) != shown:
            raise UserError(
                f"shows a further operation under the heading `{text}`; "
                "this form of page is not read: give each operation a page of its own",
                source=name,
                line=number,
            )
    return found


class _Cutter:
    """The walk over the lines of a page."""

    def __init__(self, name: str, marked: list[str], before: int) -> None:
        self.name, self.marked, self.before = name, marked, before
        self.lines = [without_marks(line) for line in marked]
        self.found = Parts()
        self.preamble: list[Line] = []  # the lines above the sections
        self.section: list[Line] | None = None
        self.statuses: list[Line] = []
        self.bases: list[str] = []  # what stands below or behind "Base URL"; empty while it is to come
        self.elsewhere: list[Line] = []  # the lines below headings in the sections that are those of none
        self.opening = next((index for index, line in enumerate(self.lines) if line.strip()), 0)

    def ends(self, index: int) -> bool:
        """Whether nothing comes from here on but the site's own."""
        lines, line = self.lines, self.lines[index].strip()
        last = line == "Assistant" and not any(text.strip() for text in lines[index + 1 : index + 9])
        return self.section is not None and (last or (line.lower() in _END and not self._is_field(index)))

    def code(self, index: int) -> int:
        """Take an endpoint, a command or a JSON value; return the line after it, or 0."""
        request, line, number = self.found.request, self.lines[index].strip(), self.before + index + 1
        if self.section is None and not request.path and (end := read_endpoint(self.lines, index, request)):
            request.line = number
            return end
        first = not request.url
        if (self.section is None or line.startswith("curl")) and (
            end := read_curl(self.lines, index, request)
        ):
            request.curl_line = number if first else request.curl_line
            self.statuses = []
            return end
        return self._json(index, number) if line in ("{", "[", "{}", "[]") else 0

    def _json(self, index: int, number: int) -> int:
        text = "\n".join(self.lines[index:]).lstrip()
        try:
            value, length = json.JSONDecoder().raw_decode(text)
        except (ValueError, RecursionError):
            return 0
        with suppress(UserError):  # JSON is YAML, and only our YAML reader knows where each part stands
            value = load(text[:length], self.name, first_line=number)
        found = self.found
        if self.section is None and found.response_example is None:
            found.response_example, found.example_line, found.statuses = value, number, self.statuses
        elif self.section and self.section[-1][1].lower().rstrip(":") in ("example", "examples"):
            self.section.append((number, json.dumps(value)))
        return index + text.count("\n", 0, length) + 1

    def line(self, index: int) -> int:
        """Take a heading, a line of a section or one above all sections; return the line after it."""
        line, number = self.lines[index].strip(), self.before + index + 1
        marked, word = self.marked[index].replace(HEADING, ""), line.lower()
        if self.section is None and _STATUS.match(line):
            self.statuses.append((number, line))  # those whose answers can be chosen from
            return index + 1
        is_field = self._is_field(index)
        if self.section is not None and _ELSEWHERE.fullmatch(line) and not is_field:
            self.section = []  # code and tables of errors, which show no fields
        titled = HEADING in self.marked[index] and bool(self.found.request.path)
        plain = line.replace("`", "").strip("*: ") if titled else line
        answer = _ANSWER.match(plain) if titled else None
        heading = None if is_field else "response" if answer else _SECTIONS.get(plain.lower())
        if TITLE in marked or (index == self.opening and not self.found.request.path):
            heading = None  # a title that reads like a section
        sections = self.found.sections
        if heading and not (heading in sections and heading in ("body", "header", "security")):
            self.section = sections.setdefault(heading, [])
            if answer:
                said = answer["text"].strip() if answer["text"][:1].isupper() else ""
                self.section.append((number, f"{answer['status']}{said}"))
        elif self.section is not None and word == _OF_BODY:
            self.found.flat = True
            below = self._below(index)
            return below + 1 if below and is_type(self.lines[below].strip()) else index + 1
        elif word in _NOISE and not is_field:
            pass
        elif (
            titled and self.section is not None and self.section is not self.elsewhere and not _is_owner(line)
        ):
            self.section = self.elsewhere
        elif self.section is not None:
            self.section.extend(at_marks((number, marked.strip())))
        elif line:
            self._above(number, marked)
        return index + 1

    def _below(self, index: int) -> int:
        """The next line with a text, or 0."""
        following = range(index + 1, min(index + 6, len(self.lines)))
        return next((below for below in following if self.lines[below].strip()), 0)

    def _is_field(self, index: int) -> bool:
        """Whether a line is the name of a field, though it reads like a heading or a button."""
        word, marked = self.lines[index].strip(), self.marked[index]
        if not word or HEADING in marked or TITLE in marked or " " in word:
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
        request = self.found.request
        title = TITLE if TITLE in marked else ""
        for piece in _BUTTONS.split(without_marks(marked)):
            text = piece.strip()
            if not text or text.lower() in _NOISE:
                continue
            base = _BASE.match(text)
            if base or (self.bases == [""] and text.startswith(("http://", "https://"))):
                self.bases = [base["url"] or "" if base else text]
            elif not request.path and read_endpoint([text], 0, request):
                request.line = number
            else:
                self.preamble.append((number, title + text))


def _check_preamble(name: str, request: Request, preamble: Sequence[Line], headings: Sequence[Line]) -> None:
    """Refuse fields below headings that nobody knows, such as those of another language.

    Below such a heading their types may be of that language, too: a name and one more word make a field.
    """
    lines = [line for line in preamble if request.path and line[0] > request.line]
    texts = [text for _, text in lines]
    for index, (line, text) in enumerate(lines):
        above = [heading for number, heading in headings if request.line < number < line]
        foreign = above and any(kind.isalpha() for kind in texts[index + 1 : index + 2])
        if _FIELD.match(text) and (foreign or starts_field(texts, index)):
            below = above[-1:] or texts[max(0, index - 1) : index]
            shown = f" (`{below[0]}`)" if below else ""
            raise UserError(
                f"the field `{text}` stands below no heading that is known{shown}; the page cannot be read",
                source=name,
                line=line,
            )


def _headline(preamble: Sequence[Line], endpoint: int | None) -> Headline:
    """Find the title and the text below it; what is above the title is the way through the menu.

    Args:
        preamble: The lines above the sections without code; a mark stands before the page's heading.
        endpoint: Where method and path stand, if a line shows them.
    """
    copied = {
        match["what"]: (number, match["text"]) for number, text in preamble if (match := _OF_COPY.match(text))
    }
    lines = [entry for entry in preamble if not _OF_COPY.match(entry[1])]
    above = [entry for entry in lines if endpoint is None or entry[0] < endpoint]
    last = max((index for index, (_, text) in enumerate(above) if text.startswith(TITLE)), default=-1)
    if last >= 0 or "Title" in copied:
        line, text = above[last] if last >= 0 else copied["Title"]
        title = text.removeprefix(TITLE)
        if last < 0 or "Source" in copied:
            title = _SITE.sub("", title)
        return Headline(title, line, *_prose(above[last + 1 :], title))
    described, description = 1, ""
    if len(above) > 1 and (is_sentence(above[-1][1]) or len(above[-1][1].split()) > 8):
        described, description = above.pop()
    line, title = above[-1] if above else (1, "")
    below = [entry for entry in lines if endpoint is not None and entry[0] > endpoint and entry[1] != title]
    if below and is_sentence(below[0][1]):
        described, description = (described, description) if description else below[0]
    elif below and not title and len(below[0][1].split()) <= 8:
        line, title = below[0]
    return Headline(title, line, description, described)


def _prose(lines: Sequence[Line], title: str) -> tuple[str, int]:
    """Return what of some lines is text, and the number of its first line."""
    found = [line for line in lines if line[1] != title and " " in line[1] and not _CODE.match(line[1])]
    return " ".join(text for _, text in found), found[0][0] if found else 1


def _is_owner(text: str) -> bool:
    return kind_of(text)[0] == "owner"
