"""Values that keep a schema, values that break it, and odd ones that must not bring a server down."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeGuard
from unittest import SkipTest
from urllib.parse import quote

from hypothesis import strategies as st
from hypothesis.errors import HypothesisException

from trigger_contract.contract.drawing import draw
from trigger_contract.document.composition import Composition, composition
from trigger_contract.document.conjunction import types_of
from trigger_contract.document.wire import QueryLeaf, encode_query, encode_scalar

UNKNOWN_WORD = "NO_SUCH_VALUE"
_PERIOD = re.compile(r"\d{1,6}[a-z]{1,2}")
_TRIES = 60
_ANY = ("array", "boolean", "integer", "null", "number", "object", "string")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
# One value of each format that a text in a query may have. Source: JSON Schema, Validation, section 7.3.
_OF_FORMAT = {
    "date-time": "2024-01-01T00:00:00Z",
    "date": "2024-01-01",
    "time": "00:00:00Z",
    "duration": "P1D",
    "uuid": "6f1e0c1e-1111-4222-8333-444455556666",
    "email": "someone@example.com",
    "uri": "https://example.com/",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
}


def invalid_values(document: Mapping[str, Any], leaf: QueryLeaf) -> Iterator[tuple[str, str]]:
    """Yield values that break a leaf's schema however they are read, each with what is wrong with it.

    Nothing is yielded where a lenient reading could make sense of every text.
    """
    item = item_schema(document, leaf)
    if _is_period(leaf, item):
        yield "no-period", "no period such as the document's example"
    for value, why in invalid_scalars(item):
        yield value, why
        valid = _valid_scalar(item)
        if leaf.is_list and leaf.separator and valid is not None:
            yield f"{valid}{leaf.separator}{value}", f"{why}, behind a valid value"
            yield f"{value}{leaf.separator}{valid}", f"{why}, before a valid value"


def _is_period(leaf: QueryLeaf, item: Mapping[str, Any]) -> bool:
    """Whether a value is a number and a unit, as the text or the example of the document shows it."""
    if item.get("type") != "string" or {"enum", "format", "pattern"} & set(item):
        return False
    shown = [item.get("example"), *(item["examples"] if isinstance(item.get("examples"), list) else ())]
    return leaf.last_name == "period" and any(_PERIOD.fullmatch(str(value)) for value in shown)


def invalid_scalars(schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield texts that break the schema of one scalar however they are read, each with what is wrong."""
    kind = schema.get("type")
    if "enum" in schema:
        yield UNKNOWN_WORD, "a value that is not documented"
    elif kind in ("integer", "number"):
        yield "abc", "no number"
        if kind == "integer":
            yield "10.5", "no whole number"
        yield from _outside(schema)
    elif kind == "boolean":
        yield "maybe", "neither true nor false"
    elif schema.get("format") == "date-time":
        yield "not-a-date", "no date"
        yield "2024-13-45T00:00:00Z", "a date that does not exist"
    elif schema.get("format") == "date":
        yield "not-a-date", "no date"
    elif schema.get("format") == "uuid":
        yield "not-a-uuid", "no UUID"


def _outside(schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    low, high = lower_bound(schema), upper_bound(schema)
    if low is not None:
        yield str(low - 1), "just below the minimum"
        for far in (0, -1):
            if far < low - 1:
                yield str(far), "below the minimum"
        if low > -1000:
            yield "-1000", "far below the minimum"
    if high is not None:
        yield str(high + 1), "just above the maximum"
        if high > 0:
            yield str(high * 100), "far above the maximum"
        yield "99999999999999999999", "beyond every number"


def lower_bound(schema: Mapping[str, Any]) -> Any:
    """Return the least value a number may have; None where there is no bound.

    Of an exclusive bound, the next whole number: the least that is surely valid for an integer.
    """
    exclusive = schema.get("exclusiveMinimum")
    bounds = [schema.get("minimum"), exclusive + 1 if _is_number(exclusive) else None]
    return max((bound for bound in bounds if bound is not None), default=None)


def upper_bound(schema: Mapping[str, Any]) -> Any:
    """Return the greatest value a number may have; None where there is no bound."""
    exclusive = schema.get("exclusiveMaximum")
    bounds = [schema.get("maximum"), exclusive - 1 if _is_number(exclusive) else None]
    return min((bound for bound in bounds if bound is not None), default=None)


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def valid_value(document: Mapping[str, Any], leaf: QueryLeaf) -> str | None:
    """Return one value that keeps a leaf's schema, where the schema alone is enough to tell."""
    return _valid_scalar(item_schema(document, leaf))


def some_value(document: Mapping[str, Any], leaf: QueryLeaf) -> str | list[str] | None:
    """Return one value that keeps a leaf's schema, any text where it asks for no more; None if none is found.

    What the document itself gives as default or example comes first.
    """
    if leaf.is_list and (given := _given(leaf.schema)):
        return [encode_scalar(item) for item in given] if isinstance(given, list) else encode_scalar(given)
    found = some_scalar(item_schema(document, leaf))
    return [found] if leaf.is_list and found is not None else found


def some_scalar(schema: Mapping[str, Any]) -> str | None:
    """Return one text that keeps the schema of a scalar; None if none is found."""
    if (given := _given(schema)) is not None:
        return encode_scalar(given)
    if (found := _valid_scalar(schema)) is not None:
        return found
    least, most = int(schema.get("minLength", 0)), int(schema.get("maxLength", 4000))
    if isinstance(schema.get("pattern"), str):
        return _matching(schema["pattern"], least, most)
    return (_LETTERS * (least // len(_LETTERS) + 1))[: max(least, min(most, 3))]


def _given(schema: Mapping[str, Any]) -> Any:
    examples = schema.get("examples")
    given = [schema.get("default"), schema.get("example"), *(examples if isinstance(examples, list) else ())]
    return next((value for value in given if value is not None and not isinstance(value, Mapping)), None)


@lru_cache(maxsize=256)
def _matching(pattern: str, least: int, most: int) -> str | None:
    """Return a short printable text a pattern matches; None where it asks for more than Python knows."""
    try:
        texts = st.from_regex(re.compile(pattern), fullmatch=True, alphabet=st.characters(max_codepoint=126))
        drawn = draw(texts, _TRIES, seed=0)
    except (re.error, HypothesisException, OverflowError, RecursionError, SkipTest):
        return None
    fitting = [text for text in drawn if least <= len(text) <= most and text.isascii() and text.isprintable()]
    return min(fitting, key=lambda text: (len(text), text), default=None)


def _valid_scalar(schema: Mapping[str, Any]) -> str | None:
    if "const" in schema:
        return encode_scalar(schema["const"])
    if schema.get("enum"):
        return encode_scalar(schema["enum"][len(schema["enum"]) // 2])
    kind = schema.get("type")
    if kind in ("integer", "number"):
        return _valid_number(schema)
    if kind == "boolean":
        return "true"
    return _OF_FORMAT.get(schema.get("format", ""))


def _valid_number(schema: Mapping[str, Any]) -> str:
    if "default" in schema:
        return encode_scalar(schema["default"])
    low, high = lower_bound(schema), upper_bound(schema)
    chosen: Any = low if low is not None else high if high is not None else 1
    step = schema.get("multipleOf")
    if _is_number(step) and step > 0:
        chosen = -(-chosen // step) * step if low is not None else chosen // step * step or step
    return encode_scalar(chosen)


def item_schema(document: Mapping[str, Any], leaf: QueryLeaf) -> Mapping[str, Any]:
    """Return the resolved schema of one value of a leaf, of one item where it is a list."""
    return plain(document, leaf.schema.get("items", {})) if leaf.is_list else leaf.schema


def plain(document: Mapping[str, Any], raw: Any) -> Mapping[str, Any]:
    """Return the view of a schema of what stands in a query or a path, where no null can be spelled."""
    view = composition(document).view(raw)
    kinds = types_of(view)
    named = [kind for kind in kinds if kind != "null"]
    if len(named) < len(kinds):
        view = {**view, "type": named[0] if len(named) == 1 else named}
    if None in (choices := view.get("enum") or ()):
        view = {**view, "enum": [value for value in choices if value is not None]}
    return view


def odd_query(leaves: Sequence[QueryLeaf], beside: Mapping[str, Any], leaf: QueryLeaf, text: str) -> str:
    """Return a query string with any text under one name, half characters too, and valid values beside it."""
    pairs = [*encode_query(leaves, {**beside, leaf.name: None}), (leaf.name, text)]
    return "&".join(
        f"{quote(name, safe='')}={quote(value, safe='', errors='surrogatepass')}" for name, value in pairs
    )


def made_up_values(document: Mapping[str, Any], leaf: QueryLeaf, prefix: str) -> Iterator[tuple[str, str]]:
    """Yield values of the right form that mean nothing, or lie at the end of what can be meant.

    Args:
        document: The document.
        leaf: The query name that takes them.
        prefix: With what an identity that it may take begins, or an empty text.
    """
    item = item_schema(document, leaf)
    if item.get("format") in ("date-time", "date"):
        cut = 10 if item["format"] == "date" else None
        yield from ((text[:cut], what) for text, what in _FAR_DATES)
    elif item.get("type") == "string" and "enum" not in item:
        yield prefix + "nosuchthing00000000000000", "a text that belongs to nothing"
        yield prefix + "x", "a short text that belongs to nothing"
    elif item.get("type") in ("integer", "number"):
        yield "2147483648", "a number beyond 32 bits"
        yield "9223372036854775808", "a number beyond 64 bits"
    valid = _valid_scalar(item)
    if leaf.is_list and leaf.separator and valid is not None:
        yield f"{valid}{leaf.separator}\x00", "a value and a NUL character"
        yield f"{valid}{leaf.separator}", "a value and nothing"


_FAR_DATES = (
    ("0001-01-01T00:00:00Z", "the first of all dates"),
    ("9999-12-31T23:59:59.999Z", "the last of all dates"),
    ("0000-01-01T00:00:00Z", "a date of the year 0"),
    ("2024-02-30T00:00:00Z", "a day that does not exist"),
    ("2016-12-31T23:59:60Z", "a leap second"),
    ("2024-01-01T00:00:00+23:59", "a far offset"),
    ("1969-12-31T23:59:59.999999999Z", "a moment before 1970 in nanoseconds"),
)

ODD_TEXTS: tuple[tuple[str, str], ...] = (
    ("", "nothing at all"),
    (" ", "a space"),
    ("\x00", "a NUL character"),
    ("a\x00b", "a NUL character inside"),
    ("\r\nX-Injected: 1", "a line break"),
    ("ünïcödé", "letters with accents"),
    ("日本語", "letters of another script"),
    ("🏃\u200d♀️", "an emoji"),
    ("\u202eabc", "a change of direction"),
    ("\ud800", "half a character"),
    ("'", "a quote"),
    ('"\\', "a double quote and a backslash"),
    ("' OR '1'='1", "a condition in quotes"),
    ("%", "a percent sign"),
    ("_", "an underscore"),
    ("*", "an asterisk"),
    ("../../etc/passwd", "a path upwards"),
    ("{}", "braces"),
    ("[]", "brackets"),
    ("null", "the word null"),
    ("NaN", "the word NaN"),
    ("-0", "minus zero"),
    ("1e999", "a number beyond every number"),
    ("9" * 400, "a very long number"),
    (",", "a comma"),
    (",,,", "commas"),
    ("a" * 3000, "a very long text"),
)


def may_be_alike(views: Composition, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether values of two schemas may be of one type; an object here may be named by a text there."""

    def kinds(view: Mapping[str, Any]) -> set[str]:
        found = {kind for part in views.alternatives(view) for kind in types_of(part) or _ANY} - {"null"}
        return found | {"integer"} if "number" in found else found

    return bool(kinds(one) & kinds(other))
