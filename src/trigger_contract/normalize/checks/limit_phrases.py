"""Phrases that state a limit: "between 1 and 64 characters", "up to 5 tags", "Default 20, max 100".

Only phrases that leave no doubt are read. Of each keyword the first row that states it counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from trigger_contract.document.phrases import Phrase

_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBER = rf"((?:(?<![\w.)])-)?(?:\d{{1,3}}(?:,\d{{3}})+|\d{{1,18}}(?:\.\d{{1,18}})?)|{'|'.join(_WORDS)})"
_ALONE = r"(?![,.]?\d|\s*(?!inclusive\b)[\w%])"
_START = r"(?:\A|(?<=[.;!(])|(?<=[.;!] ))"
_UNIT = r"(?:\s?(?:milliseconds?|ms|seconds?|secs?|s|minutes?|hours?|days?|bytes|pixels|px|percent|%)(?!\w))?"
_CHARACTERS = r"\s*(?:characters?|chars?)\b"
_COUNTED = r"\s+(?:unique |different )?(?:items?|elements?|entries|values|tags?|[a-z]+s)\b"
_ITEMS = r"\s+(?:items?|elements?|entry|entries|values?|tags?)\b"
# "2024-01" and "24-7" are no ranges: a dash counts only where a word, a bracket or the whole text says so.
_DASH = r"\s?[\u2013\u2014-]\s?"
_NOT_MORE = r"\b(?:must|may|can|should)(?: ?not|n't) (?:exceed|be (?:more|greater|higher|larger|longer) than)"
_IS = r"(?: (?:is|of|value is|value of|value))?[:= ] ?"
_MUST = r"\b(?:must|should|has to|needs to) be"
# "Between 1 and 60 minutes, in seconds": which of the two units the number has, is not certain.
_TIMES = re.compile(r"\b(millisecond|second|minute|hour|day)", re.IGNORECASE)
_MARKED_DEFAULT = re.compile(r"\(default\)", re.IGNORECASE)
# A text without any of these states no limit, which is what most texts are.
_MARKS = (
    *(
        "with `",
        'with "',
        "with '",
        "prefix",
        "iso",
        "between",
        "char",
        "up to",
        "most",
        "least",
        "max",
        "min",
    ),
    *("limit", "exceed", "than", "from", "range", "based", "default", "<", ">", "≤", "≥"),
)
_RANGE = re.compile(rf"\d(?:{_DASH}| to )\d")

# Each bound of a number, and the keyword that bounds the same end in the other way.
BOUNDS = {
    "minimum": "exclusiveMinimum",
    "maximum": "exclusiveMaximum",
    "exclusiveMinimum": "minimum",
    "exclusiveMaximum": "maximum",
}
_KINDS = {
    **dict.fromkeys(("minLength", "maxLength", "pattern", "format"), ("string",)),
    **dict.fromkeys(("minItems", "maxItems"), ("array",)),
    **dict.fromkeys(BOUNDS, ("integer", "number")),
}


@dataclass(frozen=True)
class Limit:
    """What a text says about a schema.

    Attributes:
        keyword: The JSON Schema keyword that would say it.
        value: Its value.
        words: The words of the text.
    """

    keyword: str
    value: Any
    words: str

    @property
    def kinds(self) -> tuple[str, ...]:
        """The types that have such a keyword."""
        return _KINDS.get(self.keyword, ())

    @property
    def outer(self) -> bool:
        """Whether it is about the list around the schema rather than the schema itself."""
        return self.keyword in ("minItems", "maxItems")


def number(text: str) -> int | float:
    """Read a number in digits, with thousands apart or not, or a small one in words."""
    if text.lower() in _WORDS:
        return _WORDS.index(text.lower())
    value = float(text.replace(",", ""))
    return int(value) if value.is_integer() else value


Arguments = Callable[[re.Match[str]], dict[str, Any]]


def _numbers(match: re.Match[str]) -> list[int | float]:
    return [number(group) for group in match.groups() if group]


def _says(*keywords: str, less: int = 0) -> Arguments:
    """The numbers of a match, in their order, as the values of keywords."""
    return lambda match: {
        keyword: value - less for keyword, value in zip(keywords, _numbers(match), strict=False)
    }


def _between(match: re.Match[str]) -> dict[str, Any]:
    low, high = _numbers(match)
    units = {unit.lower() for unit in _TIMES.findall(match.string)}
    certain = low < high and (len(units) < 2 or not _TIMES.search(match[0]))
    return {"minimum": low, "maximum": high} if certain else {}


def _default(read: Callable[[str], Any]) -> Arguments:
    return lambda match: {"default": read(next(group for group in match.groups() if group))}


def _prefix(match: re.Match[str]) -> dict[str, Any]:
    return {"pattern": "^" + match[2].replace(".", "\\.")}


def _row(on: str, words: str, arguments: Arguments, example: str, never: str) -> Phrase:
    pattern = re.compile(words, re.IGNORECASE)
    found = pattern.search(example)
    kind = next(iter(arguments(found)), "") if found else ""
    return Phrase(kind, tuple(on.split()), pattern, example, never, arguments=arguments)


LIMITS: tuple[Phrase, ...] = (
    _row(
        "string",
        r"(?<!not )(?<!n't )(?:prefixed with|starts? with|begins? with|starting with) (?:the prefix )?"
        r"([`\"'])([\w.:-]+)\1",
        _prefix,
        "The id, which starts with `order_`",
        "It must not start with `order_`",
    ),
    _row(
        "string",
        r"\bISO[- ]?8601\b(?! duration)(?![^.]*\bor\b)",
        lambda _: {"format": "date-time"},
        "When it was ordered (ISO 8601)",
        "An ISO 8601 duration",
    ),
    _row(
        "",
        rf"(?:between {_NUMBER} and|(?<![\w.,-])(\d+){_DASH}(?=\d)) ?{_NUMBER}{_CHARACTERS}",
        _says("minLength", "maxLength"),
        "Between 1 and 64 characters",
        "Between 1 and 64 seconds",
    ),
    _row(
        "string array",
        r"(?:up to|at most|max(?:imum)?(?: length)?(?: of| is|:)?|no (?:more|longer) than|limited to"
        rf"|{_NOT_MORE}) {_NUMBER}{_CHARACTERS}"
        rf"|max(?:imum)? length(?: of| is|:)? {_NUMBER}"
        rf"|{_NUMBER}{_CHARACTERS} (?:or (?:less|fewer)|at most|max(?:imum)?)\b",
        _says("maxLength"),
        "A name of up to 40 characters",
        "A name of about 40 characters",
    ),
    _row(
        "string array",
        rf"\b(?:less than|fewer than|shorter than|under|below) {_NUMBER}{_CHARACTERS}",
        _says("maxLength", less=1),
        "Less than ten characters",
        "Less than ten orders",
    ),
    _row(
        "string array",
        rf"\b(?:at least|min(?:imum)?(?: length)?(?: of| is|:)?) {_NUMBER}{_CHARACTERS}"
        rf"|min(?:imum)? length(?: of| is|:)? {_NUMBER}",
        _says("minLength"),
        "Minimum length is 3",
        "The minimum of 3 orders",
    ),
    _row(
        "",
        rf"(?:can have|may have|contains?|with) (?:up to|at most|a maximum of) {_NUMBER}{_COUNTED}",
        _says("maxItems"),
        "An order can have up to 5 labels",
        "An order with about 5 labels",
    ),
    _row(
        "array",
        rf"\bbetween {_NUMBER} and {_NUMBER}{_ITEMS}",
        _says("minItems", "maxItems"),
        "Between 1 and five items",
        "Between 1 and 5 days",
    ),
    _row(
        "array",
        rf"\b(?:max(?:imum)?(?: of)?|up to|at most|no more than|limited to|limit of"
        rf"|(?:not|cannot|can't) (?:exceed|(?:contain|have|include) more than)) {_NUMBER}{_ITEMS}"
        rf"|\((?:up to|at most|max(?:imum)?\.?) {_NUMBER}\)",
        _says("maxItems"),
        "The newest orders (up to 20)",
        "The newest 20 orders",
    ),
    _row(
        "array",
        rf"\b(?:min(?:imum)?(?: of)?|at least|no fewer than|not be fewer than) {_NUMBER}{_ITEMS}",
        _says("minItems"),
        "At least two entries",
        "At least two days",
    ),
    _row(
        "integer number",
        rf"(?:\b(?:must be|is|value|number)\s+|(?:\A|[.;!]\s)\s*)between {_NUMBER} and {_NUMBER}"
        rf"{_UNIT}{_ALONE}",
        _between,
        "Between 1 and 100.",
        "Between 1 and 60 minutes, in seconds",
    ),
    _row(
        "integer number",
        rf"(?:\b(?:values?|numbers?|integers?|ranges|ranging|rating|score|scale|percentage) from|{_START}from"
        rf"|range(?: of| from| is|:)?) {_NUMBER} to {_NUMBER}{_UNIT}{_ALONE}",
        _between,
        "A value from 1 to 10",
        "The distance from 1 to 10 o'clock",
    ),
    _row(
        "integer number",
        rf"\((\d+){_DASH}(\d+){_UNIT}\)"
        rf"|\b(?:between|range(?: is| of|:)?) (\d+){_DASH}(\d+){_UNIT}(?![\w-]|[,.]\d|\s+(?!inclusive)\w)"
        rf"|\A(\d+)(?:{_DASH}| to )(\d+){_UNIT}\.?\Z",
        _between,
        "How long it may take (0-3600 seconds)",
        "Open 24-7, as since 2024-01",
    ),
    _row(
        "integer number",
        rf"\bmax(?:imum)?\.?{_IS}{_NUMBER}(?![\w,]*{_CHARACTERS}|\.?\d|\w)",
        _says("maximum"),
        "Default 20, max 100",
        "Max. 100 chars",
    ),
    _row(
        "integer number",
        rf"(?:{_MUST} (?:at most|no more than|<=|≤|(?:less|smaller) than or equal to)"
        rf"|{_NOT_MORE}|{_START}(?:at most|no more than|up to)) {_NUMBER}{_ALONE}",
        _says("maximum"),
        "It must not exceed 50.",
        "It is at most 50 cents",
    ),
    _row(
        "integer number",
        rf"\bmin(?:imum)?\.?{_IS}{_NUMBER}(?!{_CHARACTERS}|[,.]?\d|\w)",
        _says("minimum"),
        "A number of seconds (min. 1)",
        "Min. 1 characters",
    ),
    _row(
        "integer number",
        r"\b([01]|zero|one)-based\b",
        _says("minimum"),
        "The page, zero-based",
        "A set-based number",
    ),
    _row(
        "integer number",
        rf"(?:{_MUST} (?:at least|>=|≥|(?:greater|more|larger) than or equal to)|{_START}at least)"
        rf" {_NUMBER}{_ALONE}",
        _says("minimum"),
        "Has to be at least 1.",
        "It took at least 1 hour",
    ),
    _row(
        "integer number",
        rf"{_MUST} (?:strictly )?(?:>|(?:greater|more|larger|higher) than) {_NUMBER}{_ALONE}",
        _says("exclusiveMinimum"),
        "It must be greater than zero.",
        "It is greater than zero.",
    ),
    _row(
        "integer number",
        rf"{_MUST} (?:strictly )?(?:<|(?:less|smaller|lower) than) {_NUMBER}{_ALONE}",
        _says("exclusiveMaximum"),
        "It must be less than 10.",
        "It must be less than 10 orders",
    ),
    _row(
        "integer number",
        rf"\bdefaults?(?: value)?(?: to| is|:)? (?:[`\"']?){_NUMBER}[`\"']?(?![\w%]|[,.]\d)",
        _default(number),
        "Defaults to `25`.",
        "The default 25% of it",
    ),
    _row(
        "boolean",
        r"\bdefaults?(?: to| is|:) [`\"']?(true|false)\b",
        _default(lambda text: text.lower() == "true"),
        "Defaults to false.",
        "The default is right",
    ),
    _row(
        "string",
        r"\bdefaults?(?: to| is|:) (?:`([^`\s]+)`|\"([^\"\s]+)\"|'([^'\s]+)'|(?-i:([A-Z][A-Z0-9_]+)\b))",
        _default(str),
        "The default is `small`",
        "Defaults to the size of the shop",
    ),
)


def read_limits(text: str, kinds: Collection[str], enum: Collection[Any] = ()) -> Iterator[Limit]:
    """Read the limits that a text states.

    Args:
        text: The description.
        kinds: The types of the schema that it describes.
        enum: The values of that schema, where it lists them.
    """
    lowered = text.lower()
    if not any(mark in lowered for mark in _MARKS) and not _RANGE.search(lowered):
        return
    said: set[str] = set()
    for row in LIMITS:
        if row.on and not set(row.on) & set(kinds):
            continue
        for match in row.pattern.finditer(text):
            stated = row.arguments(match)
            if row.kind == "pattern" or said.isdisjoint(stated):
                said.update(stated)
                yield from (Limit(keyword, value, match[0]) for keyword, value in stated.items())
            if row.kind != "pattern":
                break
    if "string" in kinds and enum and "default" not in said:
        yield from _marked_default(text, enum)


def _marked_default(text: str, enum: Collection[Any]) -> Iterator[Limit]:
    """Read "small (default) or large": the last of the values before the mark."""
    marked = _MARKED_DEFAULT.search(text)
    before = text[: marked.start()] if marked else ""
    named = {
        found.start(): value
        for value in enum
        if isinstance(value, str)
        for found in re.finditer(rf"(?<![\w-]){re.escape(value)}(?![\w-])", before)
    }
    if named:
        yield Limit("default", named[max(named)], f"{before[max(named) :]}(default)")
