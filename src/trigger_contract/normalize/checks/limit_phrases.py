"""Phrases that state a limit: "between 1 and 64 characters", "up to 5 tags", "Default 20, max 100".

Only phrases that leave no doubt are read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBER = rf"((?:(?<![\w.)])-)?(?:\d{{1,3}}(?:,\d{{3}})+|\d{{1,18}}(?:\.\d{{1,18}})?)|{'|'.join(_WORDS)})"
_ALONE = r"(?![,.]?\d|\s*(?!inclusive\b)[\w%])"
_START = r"(?:\A|(?<=[.;!(])|(?<=[.;!] ))"
_UNIT = r"(?:\s?(?:milliseconds?|ms|seconds?|secs?|s|minutes?|hours?|days?|bytes|pixels|px|percent|%)(?!\w))?"
# "Between 1 and 60 minutes, in seconds": which of the two units the number has, is not certain.
_TIMES = re.compile(r"\b(millisecond|second|minute|hour|day)", re.IGNORECASE)
_COUNTS = re.compile(r"\d|\b(?:up to|at most|least|max|than|between|based|default)\b", re.IGNORECASE)
_CHARACTERS = r"\s*(?:characters?|chars?)\b"
_COUNTED = r"\s+(?:unique |different )?(?:items?|elements?|entries|values|tags?|[a-z]+s)\b"
# "2024-01" and "24-7" are no ranges: a dash counts only where a word, a bracket or the whole text says so.
_DASH = r"\s?[\u2013\u2014-]\s?"
_BETWEEN_CHARACTERS = re.compile(
    rf"(?:between {_NUMBER} and|(?<![\w.,-])(\d+){_DASH}(?=\d)) ?{_NUMBER}{_CHARACTERS}", re.IGNORECASE
)
_ITEMS = r"\s+(?:items?|elements?|entry|entries|values?|tags?)\b"
_BETWEEN_ITEMS = re.compile(rf"\bbetween {_NUMBER} and {_NUMBER}{_ITEMS}", re.IGNORECASE)
_BETWEEN = re.compile(
    rf"(?:\b(?:must be|is|value|number)\s+|(?:\A|[.;!]\s)\s*)between {_NUMBER} and {_NUMBER}"
    rf"{_UNIT}{_ALONE}",
    re.IGNORECASE,
)
_RANGE = re.compile(
    rf"\((\d+){_DASH}(\d+){_UNIT}\)"
    rf"|\b(?:between|range(?: is| of|:)?) (\d+){_DASH}(\d+){_UNIT}(?![\w-]|[,.]\d|\s+(?!inclusive)\w)"
    rf"|\A(\d+)(?:{_DASH}| to )(\d+){_UNIT}\.?\Z",
    re.IGNORECASE,
)
_FROM_TO = re.compile(
    rf"(?:\b(?:values?|numbers?|integers?|ranges|ranging|rating|score|scale|percentage) from|{_START}from"
    rf"|range(?: of| from| is|:)?) {_NUMBER} to {_NUMBER}{_UNIT}{_ALONE}",
    re.IGNORECASE,
)
_NOT_MORE = r"\b(?:must|may|can|should)(?: ?not|n't) (?:exceed|be (?:more|greater|higher|larger|longer) than)"
_MAX_CHARACTERS = re.compile(
    r"(?:up to|at most|max(?:imum)?(?: length)?(?: of| is|:)?|no (?:more|longer) than|limited to"
    rf"|{_NOT_MORE}) {_NUMBER}{_CHARACTERS}"
    rf"|max(?:imum)? length(?: of| is|:)? {_NUMBER}"
    rf"|{_NUMBER}{_CHARACTERS} (?:or (?:less|fewer)|at most|max(?:imum)?)\b",
    re.IGNORECASE,
)
_BELOW_CHARACTERS = re.compile(
    rf"\b(?:less than|fewer than|shorter than|under|below) {_NUMBER}{_CHARACTERS}", re.IGNORECASE
)
_MIN_CHARACTERS = re.compile(
    rf"\b(?:at least|min(?:imum)?(?: length)?(?: of| is|:)?) {_NUMBER}{_CHARACTERS}"
    rf"|min(?:imum)? length(?: of| is|:)? {_NUMBER}",
    re.IGNORECASE,
)
_UP_TO = re.compile(
    rf"(?:can have|may have|contains?|with) (?:up to|at most|a maximum of) {_NUMBER}{_COUNTED}", re.IGNORECASE
)
_MOST_ITEMS = re.compile(
    rf"\b(?:max(?:imum)?(?: of)?|up to|at most|no more than|limited to|limit of"
    rf"|(?:not|cannot|can't) (?:exceed|(?:contain|have|include) more than)) {_NUMBER}{_ITEMS}"
    rf"|\((?:up to|at most|max(?:imum)?\.?) {_NUMBER}\)",
    re.IGNORECASE,
)
_LEAST_ITEMS = re.compile(
    rf"\b(?:min(?:imum)?(?: of)?|at least|no fewer than|not be fewer than) {_NUMBER}{_ITEMS}", re.IGNORECASE
)
_IS = r"(?: (?:is|of|value is|value of|value))?[:= ] ?"
_MAXIMUM = re.compile(
    rf"\bmax(?:imum)?\.?{_IS}{_NUMBER}(?![\w,]*{_CHARACTERS}|\.?\d|\w)",
    re.IGNORECASE,
)
_MINIMUM = re.compile(
    rf"\bmin(?:imum)?\.?{_IS}{_NUMBER}(?!{_CHARACTERS}|[,.]?\d|\w)",
    re.IGNORECASE,
)
_MUST = r"\b(?:must|should|has to|needs to) be"
_ABOVE = re.compile(
    rf"{_MUST} (?:strictly )?(?:>|(?:greater|more|larger|higher) than) {_NUMBER}{_ALONE}",
    re.IGNORECASE,
)
_BELOW = re.compile(
    rf"{_MUST} (?:strictly )?(?:<|(?:less|smaller|lower) than) {_NUMBER}{_ALONE}",
    re.IGNORECASE,
)
_AT_LEAST = re.compile(
    rf"(?:{_MUST} (?:at least|>=|≥|(?:greater|more|larger) than or equal to)|{_START}at least)"
    rf" {_NUMBER}{_ALONE}",
    re.IGNORECASE,
)
_AT_MOST = re.compile(
    rf"(?:{_MUST} (?:at most|no more than|<=|≤|(?:less|smaller) than or equal to)"
    rf"|{_NOT_MORE}|{_START}(?:at most|no more than|up to)) {_NUMBER}{_ALONE}",
    re.IGNORECASE,
)
_BASED = re.compile(r"\b([01]|zero|one)-based\b", re.IGNORECASE)
_BOUND_PHRASES = {
    "maximum": (_MAXIMUM, _AT_MOST),
    "minimum": (_MINIMUM, _BASED, _AT_LEAST),
    "exclusiveMinimum": (_ABOVE,),
    "exclusiveMaximum": (_BELOW,),
}
_DEFAULT = re.compile(
    rf"\bdefaults?(?: value)?(?: to| is|:)? ([`\"']?){_NUMBER}\1(?![\w%]|[,.]\d)", re.IGNORECASE
)
_DEFAULT_SWITCH = re.compile(r"\bdefaults?(?: to| is|:) [`\"']?(true|false)\b", re.IGNORECASE)
_DEFAULT_WORD = re.compile(
    r"\b[Dd]efaults?(?: to| is|:) (?:`([^`\s]+)`|\"([^\"\s]+)\"|'([^'\s]+)'|([A-Z][A-Z0-9_]+)\b)"
)
_MARKED_DEFAULT = re.compile(r"\(default\)", re.IGNORECASE)
_PREFIX = re.compile(
    r"(?<!not )(?<!n't )(?:prefixed with|starts? with|begins? with|starting with) (?:the prefix )?"
    r"([`\"'])([\w.:-]+)\1",
    re.IGNORECASE,
)
_DATE = re.compile(r"\bISO[- ]?8601\b(?! duration)(?![^.]*\bor\b)", re.IGNORECASE)

# Each bound of a number, and the keyword that bounds the same end in the other way.
BOUNDS = {
    "minimum": "exclusiveMinimum",
    "maximum": "exclusiveMaximum",
    "exclusiveMinimum": "minimum",
    "exclusiveMaximum": "maximum",
}


@dataclass(frozen=True)
class Limit:
    """What a text says about a schema.

    Attributes:
        keyword: The JSON Schema keyword that would say it.
        value: Its value.
        words: The words of the text.
        outer: Whether it is about the list around the schema rather than the schema itself.
    """

    keyword: str
    value: Any
    words: str
    outer: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        """The types that have such a keyword."""
        if self.keyword in ("minLength", "maxLength", "pattern", "format"):
            return ("string",)
        if self.keyword in ("minItems", "maxItems"):
            return ("array",)
        return ("integer", "number") if self.keyword in BOUNDS else ()


def read_limits(text: str, kinds: Collection[str], enum: Collection[Any] = ()) -> Iterator[Limit]:
    """Read the limits that a text states.

    Args:
        text: The description.
        kinds: The types of the schema that it describes.
        enum: The values of that schema, where it lists them.
    """
    is_text = "string" in kinds
    for found in _PREFIX.finditer(text) if is_text else ():
        yield Limit("pattern", "^" + found[2].replace(".", "\\."), found[0])
    if is_text and (match := _DATE.search(text)):
        yield Limit("format", "date-time", match[0])
    counted = _COUNTS.search(text) is not None
    if counted:
        yield from _sizes(text, kinds)
    if counted and not {"integer", "number"}.isdisjoint(kinds):
        yield from _numbers(text)
    elif (said := _default(text, kinds, enum)) is not None:
        yield said


def _sizes(text: str, kinds: Collection[str]) -> Iterator[Limit]:
    if match := _BETWEEN_CHARACTERS.search(text):
        yield Limit("minLength", number(match[1] or match[2]), match[0])
        yield Limit("maxLength", number(match[3]), match[0])
    elif not {"string", "array"}.isdisjoint(kinds):
        if match := _MAX_CHARACTERS.search(text):
            yield Limit("maxLength", number(match[1] or match[2] or match[3]), match[0])
        elif match := _BELOW_CHARACTERS.search(text):
            yield Limit("maxLength", number(match[1]) - 1, match[0])
        if match := _MIN_CHARACTERS.search(text):
            yield Limit("minLength", number(match[1] or match[2]), match[0])
    most = _UP_TO.search(text)
    if most:
        yield Limit("maxItems", number(most[1]), most[0], outer=True)
    elif "array" in kinds and (both := _BETWEEN_ITEMS.search(text)):
        yield Limit("minItems", number(both[1]), both[0], outer=True)
        yield Limit("maxItems", number(both[2]), both[0], outer=True)
    elif "array" in kinds and (most := _MOST_ITEMS.search(text)):
        yield Limit("maxItems", number(most[1] or most[2]), most[0], outer=True)
    if "array" in kinds and (least := _LEAST_ITEMS.search(text)):
        yield Limit("minItems", number(least[1]), least[0], outer=True)


def _numbers(text: str) -> Iterator[Limit]:
    if match := _BETWEEN.search(text) or _FROM_TO.search(text) or _RANGE.search(text):
        low, high = (number(group) for group in match.groups() if group)
        units = {unit.lower() for unit in _TIMES.findall(text)}
        if low < high and (len(units) < 2 or not _TIMES.search(match[0])):
            yield Limit("minimum", low, match[0])
            yield Limit("maximum", high, match[0])
    for keyword, phrases in _BOUND_PHRASES.items():
        found = next(filter(None, (phrase.search(text) for phrase in phrases)), None)
        if found:
            yield Limit(keyword, number(found[1]), found[0])
    if match := _DEFAULT.search(text):
        yield Limit("default", number(match[2]), match[0])


def _default(text: str, kinds: Collection[str], enum: Collection[Any]) -> Limit | None:
    """Read a default that is no number."""
    if "boolean" in kinds and (match := _DEFAULT_SWITCH.search(text)):
        return Limit("default", match[1].lower() == "true", match[0])
    if "string" not in kinds:
        return None
    if match := _DEFAULT_WORD.search(text):
        return Limit("default", next(group for group in match.groups() if group), match[0])
    marked = _MARKED_DEFAULT.search(text) if enum else None
    if marked is None:
        return None
    before = text[: marked.start()]
    named = {
        found.start(): value
        for value in enum
        if isinstance(value, str)
        for found in re.finditer(rf"(?<![\w-]){re.escape(value)}(?![\w-])", before)
    }
    return Limit("default", named[max(named)], f"{before[max(named) :]}(default)") if named else None


def number(text: str) -> int | float:
    """Read a number in digits, with thousands apart or not, or a small one in words."""
    if text.lower() in _WORDS:
        return _WORDS.index(text.lower())
    value = float(text.replace(",", ""))
    return int(value) if value.is_integer() else value
