"""Limits and defaults that stand in prose: "between 1 and 64 characters", "Default 20, max 100".

Only phrases that leave no doubt are read. Of each keyword the first row that states it counts. A text that
says the same as its schema is no news; one that says something else, or says it alone, is noted.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any, NamedTuple

from trigger_contract.document.phrases import Phrase
from trigger_contract.normalize.checks.draft import SILENT, Draft, Part
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
# A text without any of these states no limit, which is what most texts are.
_MARKS = (
    *("with `", 'with "', "with '", "prefix", "iso", "between", "char", "up to", "most", "least", "max"),
    *("min", "limit", "exceed", "than", "from", "range", "based", "default", "<", ">", "≤", "≥"),
)
_RANGE = re.compile(rf"\d(?:{_DASH}| to )\d")

# The keyword that bounds the same end of a number in the other way, and how much more it is of whole numbers:
# "min. 1" is `exclusiveMinimum: 0`.
_BOUNDS = {
    "minimum": ("exclusiveMinimum", -1),
    "maximum": ("exclusiveMaximum", 1),
    "exclusiveMinimum": ("minimum", 1),
    "exclusiveMaximum": ("maximum", -1),
}
_KINDS = {
    **dict.fromkeys(("minLength", "maxLength", "pattern", "format"), ("string",)),
    **dict.fromkeys(_BOUNDS, ("integer", "number")),
}
_OF_LISTS = ("minItems", "maxItems")
_PAIRS = [(f"min{what}", f"max{what}") for what in ("imum", "Length", "Items", "Properties")]
_DATES = frozenset(("date-time", "date", "time", "duration"))
_IMPOSSIBLE = "No value can be right; which of the two is meant, only the page's owner can say."


class Limit(NamedTuple):
    """What a text says about a schema: the keyword that would say it, its value, and the words."""

    keyword: str
    value: Any
    words: str


def number(text: str) -> int | float:
    """Read a number in digits, with thousands apart or not, or a small one in words."""
    if text.lower() in _WORDS:
        return _WORDS.index(text.lower())
    value = float(text.replace(",", ""))
    return int(value) if value.is_integer() else value


LIMITS: tuple[Phrase, ...] = tuple(
    rows(rf"""
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
default: integer number
    \bdefaults?(?: value)?(?: to| is|:)? (?:[`\"']?){_NUMBER}[`\"']?(?![\w%]|[,.]\d)
    + Defaults to `25`.
    - The default 25% of it
default: boolean
    \bdefaults?(?: to| is|:) [`\"']?(true|false)\b
    + Defaults to false.
    - The default is right
default: string
    \bdefaults?(?: to| is|:) (?:`([^`\s]+)`|\"([^\"\s]+)\"|'([^'\s]+)'|(?-i:([A-Z][A-Z0-9_]+)\b))
    + The default is `small`
    - Defaults to the size of the shop
""")
)
"""A row is called after the keywords that it states, or after the way in which ``stated`` reads it."""


def stated(row: Phrase, match: re.Match[str]) -> dict[str, Any]:
    """Return the keywords that words state by a row, with their values; none where that is not certain."""
    said = [group for group in match.groups() if group]
    if row.kind == "prefix":
        return {"pattern": "^" + said[1].replace(".", "\\.")}
    if row.kind == "time":
        return {"format": "date-time"}
    if row.kind == "default" and "integer" not in row.on:
        return {"default": said[0].lower() == "true" if "boolean" in row.on else said[0]}
    numbers = [number(group) for group in said]
    if row.kind == "fewer":
        return {"maxLength": numbers[0] - 1}
    if row.kind == "between":
        units = {unit.lower() for unit in _TIMES.findall(match.string)}
        certain = numbers[0] < numbers[1] and (len(units) < 2 or not _TIMES.search(match[0]))
        return dict(zip(("minimum", "maximum"), numbers, strict=True)) if certain else {}
    return dict(zip(row.kind.split(), numbers, strict=False))


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
        if row.on and set(row.on).isdisjoint(kinds):
            continue
        several = row.kind == "prefix"
        for match in islice(row.pattern.finditer(text), None if several else 1):
            limits = stated(row, match)
            if several or said.isdisjoint(limits):
                said.update(limits)
                yield from (Limit(keyword, value, match[0]) for keyword, value in limits.items())
    if "string" in kinds and "default" not in said:
        yield from _marked_default(text, enum)


def _marked_default(text: str, enum: Collection[Any]) -> Iterator[Limit]:
    """Read "small (default) or large": the last of the values before the mark."""
    before, *marked = re.split(r"\(default\)", text, maxsplit=1, flags=re.IGNORECASE)
    named = {
        found.start(): value
        for value in enum
        if isinstance(value, str)
        for found in re.finditer(rf"(?<![\w-]){re.escape(value)}(?![\w-])", before)
    }
    if named and marked:
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
        around = draft.described_at.get(pointer[:-1]) if pointer[-1] == "items" else None
        outer = [] if around is None else [(pointer[:-1], around)]
        for limit in read_limits(text, kinds, enum) if parts else ():
            of_list = limit.keyword in _OF_LISTS
            fitting = [*(outer if of_list else ()), *_about(limit, parts)]
            known = {limit.keyword, _BOUNDS.get(limit.keyword, ("",))[0]}
            having = [part for part in fitting if not known.isdisjoint(part[1])]
            for place, part in (having or fitting)[:1]:
                _compare(draft, limit, place, part, node)


def _about(limit: Limit, parts: list[Part]) -> Iterator[Part]:
    """Yield the parts of a schema that a limit may be about."""
    for pointer, part in parts:
        kinds, items = kinds_of(part), part.get("items")
        if limit.keyword in _OF_LISTS:
            if "array" in kinds:
                yield pointer, part
        elif "array" in kinds and isinstance(items, Node) and "$ref" not in items:
            yield (*pointer, "items"), items
        elif limit.keyword not in _KINDS or not set(_KINDS[limit.keyword]).isdisjoint(kinds):
            yield pointer, part


def _possible(draft: Draft, pointer: Pointer, schema: Node) -> None:
    """A least that is more than the most: no value can be right."""
    for low, high in _PAIRS:
        least, most = schema.get(low), schema.get(high)
        if isinstance(least, (int, float)) and isinstance(most, (int, float)) and least > most:
            claims = [claim(schema, word, f"{word}: {schema[word]}") for word in (low, high)]
            draft.ledger.rule("limit", (*pointer, low), _IMPOSSIBLE, *claims, chosen="both, as published")


def _compare(draft: Draft, limit: Limit, pointer: Pointer, schema: Node, text: Node) -> None:
    other, _ = _BOUNDS.get(limit.keyword, (limit.keyword, 0))
    keyword = limit.keyword if limit.keyword in schema or other not in schema else other
    known = schema.get(keyword)
    if _same(limit, schema, keyword, known):
        return
    word = limit.keyword if limit.keyword in ("default", "format") else "limit"
    place, said = (*pointer, keyword), quoted(text, limit.words)
    if known is None:
        shown = claim(schema, "", f"the schema: no {limit.keyword}")
        draft.ledger.only_said(word, place, SILENT, shown, said)
    else:
        draft.stands(word, place, schema, f"the schema: {keyword} {known}", said, f"{keyword}: {known}")


def _same(limit: Limit, schema: Node, keyword: str, known: object) -> bool:
    """Whether the schema says the same, or something that takes it in."""
    if limit.keyword == "pattern":
        return str(known).startswith(limit.value)
    if limit.keyword == "format":
        return known in _DATES or "pattern" in schema
    other, more = _BOUNDS.get(limit.keyword, ("", 0))
    if other in schema and schema.get("type") == "integer" and schema[other] == limit.value + more:
        return True
    same = known == limit.value and isinstance(known, bool) == isinstance(limit.value, bool)
    return same and keyword == limit.keyword
