"""Limits and defaults that stand in prose: "between 1 and 64 characters", "Default 20, max 100".

Only phrases that leave no doubt are read. Of each keyword the first row that states it counts. A text that
says the same as its schema is no news; one that says something else, or says it alone, is noted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from trigger_contract.document.phrases import Phrase
from trigger_contract.normalize.checks.draft import Draft
from trigger_contract.normalize.checks.phrases import rows
from trigger_contract.normalize.located import Node, Pointer, kinds_of
from trigger_contract.normalize.model import claim, quoted

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
    *("with `", 'with "', "with '", "prefix", "iso", "between", "char", "up to", "most", "least", "max"),
    *("min", "limit", "exceed", "than", "from", "range", "based", "default", "<", ">", "≤", "≥"),
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
    **dict.fromkeys(BOUNDS, ("integer", "number")),
}
Arguments = Callable[[re.Match[str]], dict[str, Any]]
_PAIRS = [(f"min{what}", f"max{what}") for what in ("imum", "Length", "Items", "Properties")]
_DATES = frozenset(("date-time", "date", "time", "duration"))
_IMPOSSIBLE = "No value can be right; which of the two is meant, only the page's owner can say."
_SILENT = "The schema is silent, so nothing is broken; whether the text is a rule is for a person to say."
_STANDS = "Where the text and the schema of one page differ, the schema stands: machines read it."
Part = tuple[Pointer, Node]


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


def _numbers(match: re.Match[str]) -> list[int | float]:
    return [number(group) for group in match.groups() if group]


def _between(match: re.Match[str]) -> dict[str, Any]:
    low, high = _numbers(match)
    units = {unit.lower() for unit in _TIMES.findall(match.string)}
    certain = low < high and (len(units) < 2 or not _TIMES.search(match[0]))
    return {"minimum": low, "maximum": high} if certain else {}


def _default(read: Callable[[str], Any]) -> Arguments:
    return lambda match: {"default": read(next(group for group in match.groups() if group))}


_READ: dict[str, tuple[str, Arguments]] = {
    "prefix": ("pattern", lambda match: {"pattern": "^" + match[2].replace(".", "\\.")}),
    "time": ("format", lambda _: {"format": "date-time"}),
    "between": ("minimum", _between),
    "fewer": ("maxLength", lambda match: {"maxLength": _numbers(match)[0] - 1}),
    "default number": ("default", _default(number)),
    "default switch": ("default", _default(lambda text: text.lower() == "true")),
    "default text": ("default", _default(str)),
}
"""How rows are read that do not just give their keywords the numbers of a match, in their order."""


def _limit(row: Phrase) -> Phrase:
    def in_order(match: re.Match[str]) -> dict[str, Any]:
        return dict(zip(row.kind.split(), _numbers(match), strict=False))

    kind, arguments = _READ.get(row.kind, (row.kind.split()[0], in_order))
    return replace(row, kind=kind, arguments=arguments)


LIMITS: tuple[Phrase, ...] = tuple(
    _limit(row)
    for row in rows(rf"""
prefix: string
    (?<!not )(?<!n't )(?:prefixed with|starts? with|begins? with|starting with) (?:the prefix )?
    ([`\"'])([\w.:-]+)\1
    + The id, which starts with `order_`
    - It must not start with `order_`
time: string
    \bISO[- ]?8601\b(?! duration)(?![^.]*\bor\b)
    + When it was ordered (ISO 8601)
    - An ISO 8601 duration
minLength maxLength:
    (?:between {_NUMBER} and|(?<![\w.,-])(\d+){_DASH}(?=\d)) ?{_NUMBER}{_CHARACTERS}
    + Between 1 and 64 characters
    - Between 1 and 64 seconds
maxLength: string array
    (?:up to|at most|max(?:imum)?(?: length)?(?: of| is|:)?|no (?:more|longer) than|limited to
    |{_NOT_MORE}) {_NUMBER}{_CHARACTERS}
    |max(?:imum)? length(?: of| is|:)? {_NUMBER}
    |{_NUMBER}{_CHARACTERS} (?:or (?:less|fewer)|at most|max(?:imum)?)\b
    + A name of up to 40 characters
    - A name of about 40 characters
fewer: string array
    \b(?:less than|fewer than|shorter than|under|below) {_NUMBER}{_CHARACTERS}
    + Less than ten characters
    - Less than ten orders
minLength: string array
    \b(?:at least|min(?:imum)?(?: length)?(?: of| is|:)?) {_NUMBER}{_CHARACTERS}
    |min(?:imum)? length(?: of| is|:)? {_NUMBER}
    + Minimum length is 3
    - The minimum of 3 orders
maxItems:
    (?:can have|may have|contains?|with) (?:up to|at most|a maximum of) {_NUMBER}{_COUNTED}
    + An order can have up to 5 labels
    - An order with about 5 labels
minItems maxItems: array
    \bbetween {_NUMBER} and {_NUMBER}{_ITEMS}
    + Between 1 and five items
    - Between 1 and 5 days
maxItems: array
    \b(?:max(?:imum)?(?: of)?|up to|at most|no more than|limited to|limit of
    |(?:not|cannot|can't) (?:exceed|(?:contain|have|include) more than)) {_NUMBER}{_ITEMS}
    |\((?:up to|at most|max(?:imum)?\.?) {_NUMBER}\)
    + The newest orders (up to 20)
    - The newest 20 orders
minItems: array
    \b(?:min(?:imum)?(?: of)?|at least|no fewer than|not be fewer than) {_NUMBER}{_ITEMS}
    + At least two entries
    - At least two days
between: integer number
    (?:\b(?:must be|is|value|number)\s+|(?:\A|[.;!]\s)\s*)between {_NUMBER} and {_NUMBER}{_UNIT}{_ALONE}
    + Between 1 and 100.
    - Between 1 and 60 minutes, in seconds
between: integer number
    (?:\b(?:values?|numbers?|integers?|ranges|ranging|rating|score|scale|percentage) from|{_START}from
    |range(?: of| from| is|:)?) {_NUMBER} to {_NUMBER}{_UNIT}{_ALONE}
    + A value from 1 to 10
    - The distance from 1 to 10 o'clock
between: integer number
    \((\d+){_DASH}(\d+){_UNIT}\)
    |\b(?:between|range(?: is| of|:)?) (\d+){_DASH}(\d+){_UNIT}(?![\w-]|[,.]\d|\s+(?!inclusive)\w)
    |\A(\d+)(?:{_DASH}| to )(\d+){_UNIT}\.?\Z
    + How long it may take (0-3600 seconds)
    - Open 24-7, as since 2024-01
maximum: integer number
    \bmax(?:imum)?\.?{_IS}{_NUMBER}(?![\w,]*{_CHARACTERS}|\.?\d|\w)
    + Default 20, max 100
    - Max. 100 chars
maximum: integer number
    (?:{_MUST} (?:at most|no more than|<=|≤|(?:less|smaller) than or equal to)
    |{_NOT_MORE}|{_START}(?:at most|no more than|up to)) {_NUMBER}{_ALONE}
    + It must not exceed 50.
    - It is at most 50 cents
minimum: integer number
    \bmin(?:imum)?\.?{_IS}{_NUMBER}(?!{_CHARACTERS}|[,.]?\d|\w)
    + A number of seconds (min. 1)
    - Min. 1 characters
minimum: integer number
    \b([01]|zero|one)-based\b
    + The page, zero-based
    - A set-based number
minimum: integer number
    (?:{_MUST} (?:at least|>=|≥|(?:greater|more|larger) than or equal to)|{_START}at least) {_NUMBER}{_ALONE}
    + Has to be at least 1.
    - It took at least 1 hour
exclusiveMinimum: integer number
    {_MUST} (?:strictly )?(?:>|(?:greater|more|larger|higher) than) {_NUMBER}{_ALONE}
    + It must be greater than zero.
    - It is greater than zero.
exclusiveMaximum: integer number
    {_MUST} (?:strictly )?(?:<|(?:less|smaller|lower) than) {_NUMBER}{_ALONE}
    + It must be less than 10.
    - It must be less than 10 orders
default number: integer number
    \bdefaults?(?: value)?(?: to| is|:)? (?:[`\"']?){_NUMBER}[`\"']?(?![\w%]|[,.]\d)
    + Defaults to `25`.
    - The default 25% of it
default switch: boolean
    \bdefaults?(?: to| is|:) [`\"']?(true|false)\b
    + Defaults to false.
    - The default is right
default text: string
    \bdefaults?(?: to| is|:) (?:`([^`\s]+)`|\"([^\"\s]+)\"|'([^'\s]+)'|(?-i:([A-Z][A-Z0-9_]+)\b))
    + The default is `small`
    - Defaults to the size of the shop
""")
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


def check_limits(draft: Draft) -> None:
    """Note each limit in prose that its schema does not have, or has with another value."""
    for pointer, node in draft.schemas():
        _possible(draft, pointer, node)
    for pointer, node, kind, text in draft.described():
        where, schema = (pointer, node) if kind == "schema" else ((*pointer, "schema"), node.get("schema"))
        parts = list(draft.leaves(where, schema))
        kinds = {name for _, part in parts for name in kinds_of(part)}
        enum = next((part["enum"] for _, part in parts if isinstance(part.get("enum"), list)), ())
        outer = draft.described_at.get(pointer[:-1]) if pointer[-1] == "items" else None
        for limit in read_limits(text, kinds, enum) if parts else ():
            around = [(pointer[:-1], outer)] if limit.outer and outer is not None else []
            about = _about(limit, parts, around)
            if about is not None:
                _compare(draft, limit, *about, node)


def _about(limit: Limit, parts: list[Part], around: list[Part]) -> Part | None:
    """The part of a schema that a limit is about: of several the one that has the keyword."""
    fitting = list(around)
    for pointer, part in parts:
        kinds, items = kinds_of(part), part.get("items")
        if limit.outer:
            if "array" in kinds:
                fitting.append((pointer, part))
        elif "array" in kinds and isinstance(items, Node) and "$ref" not in items:
            fitting.append(((*pointer, "items"), items))
        elif not limit.kinds or not set(limit.kinds).isdisjoint(kinds):
            fitting.append((pointer, part))
    known = {limit.keyword, BOUNDS.get(limit.keyword, limit.keyword)}
    return next((part for part in fitting if not known.isdisjoint(part[1])), fitting[0] if fitting else None)


def _possible(draft: Draft, pointer: Pointer, schema: Node) -> None:
    """A least that is more than the most: no value can be right."""
    for low, high in _PAIRS:
        least, most = schema.get(low), schema.get(high)
        if isinstance(least, (int, float)) and isinstance(most, (int, float)) and least > most:
            claims = [claim(schema, word, f"{word}: {schema[word]}") for word in (low, high)]
            draft.ledger.rule("limit", (*pointer, low), _IMPOSSIBLE, *claims, chosen="both, as published")


def _compare(draft: Draft, limit: Limit, pointer: Pointer, schema: Node, text: Node) -> None:
    other = BOUNDS.get(limit.keyword, limit.keyword)
    keyword = limit.keyword if limit.keyword in schema or other not in schema else other
    known = schema.get(keyword)
    if _same(limit, schema, keyword, known):
        return
    place = (*pointer, keyword)
    word = limit.keyword if limit.keyword in ("default", "format") else "limit"
    said = quoted(text, limit.words)
    if known is None:
        shown = claim(schema, "", f"the schema: no {limit.keyword}")
        draft.ledger.only_said(word, place, _SILENT, shown, said)
    else:
        shown = claim(schema, keyword, f"the schema: {keyword} {known}")
        draft.ledger.rule(word, place, _STANDS, shown, said, chosen=f"{keyword}: {known}")


def _same(limit: Limit, schema: Node, keyword: str, known: object) -> bool:
    """Whether the schema says the same, or something that takes it in."""
    if limit.keyword == "pattern":
        return str(known).startswith(str(limit.value))
    if limit.keyword == "format":
        return known in _DATES or "pattern" in schema
    if limit.keyword in BOUNDS and _same_bound(schema, limit):
        return True
    same = known == limit.value and isinstance(known, bool) == isinstance(limit.value, bool)
    return same and keyword == limit.keyword


def _same_bound(schema: Node, limit: Limit) -> bool:
    """Whether the other bound says the same for whole numbers: "min. 1" is ``exclusiveMinimum: 0``."""
    step = 1 if limit.keyword in ("minimum", "exclusiveMaximum") else -1
    return schema.get("type") == "integer" and bool(schema.get(BOUNDS[limit.keyword]) == limit.value - step)
