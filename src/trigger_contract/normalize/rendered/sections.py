"""A rendered page cut into its parts: endpoint, code, JSON bodies, sections, and what is above them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from operator import itemgetter
from typing import Any

from trigger_contract.document.yaml import load
from trigger_contract.errors import UserError
from trigger_contract.normalize.model import Headline
from trigger_contract.normalize.rendered.lines import at_marks, is_sentence, kind_of, starts_field
from trigger_contract.normalize.rendered.markup import (
    HEADING,
    MARK,
    TITLE,
    Line,
    without_marks,
    without_tables,
)
from trigger_contract.normalize.rendered.request import Request, read_curl, read_endpoint
from trigger_contract.normalize.rendered.types import is_type, may_be_type

_SECTIONS = {
    **dict.fromkeys(("authorizations", "authorization"), "security"),
    **dict.fromkeys(("path parameters", "path params", "url parameters", "path variables"), "path"),
    **dict.fromkeys(("query parameters", "query params", "query string parameters"), "query"),
    **dict.fromkeys(("header parameters", "header params", "headers", "request headers"), "header"),
    **dict.fromkeys(("cookies", "cookie parameters", "cookie params"), "cookie"),
    **dict.fromkeys(("body", "request", "request body", "body parameters", "body params"), "body"),
    "request body parameters": "body",
    **dict.fromkeys(("response", "responses"), "response"),
}
_NOISE = frozenset(
    (
        *("skip to main content", "was this page helpful?", "yes", "no", "copy", "copy page", "try it"),
        *("add string", "add object", "add integer", "add number"),
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


class Parts:
    """A page, or one operation of it, cut into its parts by one walk over its lines.

    Args:
        name: The page's name.
        marked: Its lines, or those of one operation, with marks.
        before: How many lines of the page stand above them.

    Raises:
        UserError: Fields stand below no heading that is known, or further operations below headings.
    """

    def __init__(self, name: str, marked: list[str], before: int) -> None:
        self.request = Request()
        self.response_example: Any = None  # the first JSON value above the sections
        self.example_line = 0
        self.statuses: list[Line] = []  # those whose answers can be chosen from above the sections
        self.flat = False  # whether nothing tells where the attributes of an answer's objects end
        self._name, self._marked, self._before = name, marked, before
        self._lines = [without_marks(line) for line in marked]
        self._opening = next((index for index, line in enumerate(self._lines) if line.strip()), 0)
        self._chosen: list[Line] = []  # statuses above a JSON value
        self._preamble: list[Line] = []  # the lines above the sections
        self._section: list[Line] | None = None
        self._sections: dict[str, list[Line]] = {}
        self._bases: list[str] = []  # what stands below or behind "Base URL"; empty while it is to come
        self._elsewhere: list[Line] = []  # the lines below headings in the sections that are those of none
        index = 0
        while index < len(marked) and not self._ends(index):
            index = self._code(index) or self._line(index)
        self.request.servers = self.request.servers or [url.rstrip("/") for url in self._bases if url]
        self.request.settle()
        self.sections = {place: without_tables(lines) for place, lines in self._sections.items()}
        self.headline = _headline(self._preamble, self.request.line if self.request.path else None)
        self._check()

    def _ends(self, index: int) -> bool:
        """Whether nothing comes from here on but the site's own."""
        lines, line = self._lines, self._lines[index].strip()
        last = line == "Assistant" and not any(text.strip() for text in lines[index + 1 : index + 9])
        return self._section is not None and (last or (line.lower() in _END and not self._is_field(index)))

    def _code(self, index: int) -> int:
        """Take an endpoint, a command or a JSON value; return the line after it, or 0."""
        request, line, number = self.request, self._lines[index].strip(), self._before + index + 1
        if self._section is None and not request.path and (end := read_endpoint(self._lines, index, request)):
            request.line = number
            return end
        first = not request.url
        if (self._section is None or line.startswith("curl")) and (
            end := read_curl(self._lines, index, request)
        ):
            request.curl_line = number if first else request.curl_line
            self._chosen = []
            return end
        return self._json(index, number) if line in ("{", "[", "{}", "[]") else 0

    def _json(self, index: int, number: int) -> int:
        text = "\n".join(self._lines[index:]).lstrip()
        try:
            value, length = json.JSONDecoder().raw_decode(text)
        except (ValueError, RecursionError):
            return 0
        with suppress(UserError):  # JSON is YAML, and only our YAML reader knows where each part stands
            value = load(text[:length], self._name, first_line=number)
        if self._section is None and self.response_example is None:
            self.response_example, self.example_line, self.statuses = value, number, self._chosen
        elif self._section and self._section[-1][1].lower().rstrip(":") in ("example", "examples"):
            self._section.append((number, json.dumps(value)))
        return index + text.count("\n", 0, length) + 1

    def _line(self, index: int) -> int:
        """Take a heading, a line of a section or one above all sections; return the line after it."""
        line, number = self._lines[index].strip(), self._before + index + 1
        marked, word = self._marked[index].replace(HEADING, ""), line.lower()
        if self._section is None and _STATUS.match(line):
            self._chosen.append((number, line))  # those whose answers can be chosen from
            return index + 1
        is_field = self._is_field(index)
        if self._section is not None and _ELSEWHERE.fullmatch(line) and not is_field:
            self._section = []  # code and tables of errors, which show no fields
        titled = HEADING in self._marked[index] and bool(self.request.path)
        plain = line.replace("`", "").strip("*: ") if titled else line
        answer = _ANSWER.match(plain) if titled else None
        heading = None if is_field else "response" if answer else _SECTIONS.get(plain.lower())
        if TITLE in marked or (index == self._opening and not self.request.path):
            heading = None  # a title that reads like a section
        if heading and not (heading in self._sections and heading in ("body", "header", "security")):
            self._section = self._sections.setdefault(heading, [])
            if answer:
                said = answer["text"].strip() if answer["text"][:1].isupper() else ""
                self._section.append((number, f"{answer['status']}{said}"))
        elif self._section is not None and word == _OF_BODY:
            self.flat = True
            below = self._below(index)
            return below + 1 if below and is_type(self._lines[below].strip()) else index + 1
        elif word in _NOISE and not is_field:
            pass
        elif titled and self._section is not None and kind_of(line)[0] != "owner":
            self._section = self._elsewhere
        elif self._section is not None:
            self._section.extend(at_marks((number, marked.strip())))
        elif line:
            self._above(number, marked)
        return index + 1

    def _below(self, index: int) -> int:
        """The next line with a text, or 0."""
        following = range(index + 1, min(index + 6, len(self._lines)))
        return next((below for below in following if self._lines[below].strip()), 0)

    def _is_field(self, index: int) -> bool:
        """Whether a line is the name of a field, though it reads like a heading or a button."""
        word, marked = self._lines[index].strip(), self._marked[index]
        if not word or HEADING in marked or TITLE in marked or " " in word:
            return False
        below = self._below(index)
        kind = self._lines[below].strip() if below else ""
        above = next((text for text in reversed(self._marked[max(0, index - 4) : index]) if text.strip()), "")
        if MARK in above and not without_marks(above).strip():
            return is_type(kind) or may_be_type(kind)
        opens = _SECTIONS.get(word.lower()) in ("body", "response")  # perhaps with the type of the whole
        return (word == word.lower() or not opens) and starts_field([word, kind], 0)

    def _above(self, number: int, marked: str) -> None:
        """Take a line above the sections, without the buttons that a copy may have glued to it."""
        request = self.request
        title = TITLE if TITLE in marked else ""
        for piece in _BUTTONS.split(without_marks(marked)):
            text = piece.strip()
            if not text or text.lower() in _NOISE:
                continue
            base = _BASE.match(text)
            if base or (self._bases == [""] and text.startswith(("http://", "https://"))):
                self._bases = [base["url"] or "" if base else text]
            elif not request.path and read_endpoint([text], 0, request):
                request.line = number
            else:
                self._preamble.append((number, title + text))

    def _check(self) -> None:
        """Refuse fields below headings that nobody knows, such as those of another language, and operations.

        Below such a heading their types may be of that language, too: a name and one more word make a field.
        """
        request = self.request
        marked = enumerate(self._marked, self._before + 1)
        headings = [(number, without_marks(text).strip()) for number, text in marked if HEADING in text]
        outside = [*self._preamble, *filter(itemgetter(1), self._elsewhere)]
        lines = without_tables([line for line in outside if request.path and line[0] > request.line])
        texts = [text for _, text in lines]
        for index, (line, text) in enumerate(lines):
            above = [heading for number, heading in headings if request.line < number < line]
            foreign = above and any(kind.isalpha() for kind in texts[index + 1 : index + 2])
            if _FIELD.match(text) and (foreign or starts_field(texts, index)):
                below = above[-1:] or texts[max(0, index - 1) : index]
                shown = f" (`{below[0]}`)" if below else ""
                message = f"the field `{text}` stands below no heading that is known{shown}"
                message += "; the page cannot be read"
                raise UserError(message, source=self._name, line=line)
        for line, text in headings:
            further = Request()
            same = (request.method, request.path)
            if read_endpoint([text], 0, further) and (further.method, further.path) != same:
                message = f"shows a further operation under the heading `{text}`; "
                message += "this form of page is not read: give each operation a page of its own"
                raise UserError(message, source=self._name, line=line)


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
