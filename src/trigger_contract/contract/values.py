"""Values that a query parameter must refuse, and odd ones that must not bring a server down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trigger_contract.document.references import resolve
from trigger_contract.document.wire import QueryLeaf

UNKNOWN_WORD = "NO_SUCH_VALUE"


def invalid_values(document: Mapping[str, Any], leaf: QueryLeaf) -> Iterator[tuple[str, str]]:
    """Yield values that break a leaf's schema however they are read, each with what is wrong with it.

    Nothing is yielded where a lenient reading could make sense of every text.
    """
    item = item_schema(document, leaf)
    for value, why in _invalid_scalars(item):
        yield value, why
        valid = _valid_scalar(item)
        if leaf.is_list and leaf.separator and valid is not None:
            yield f"{valid}{leaf.separator}{value}", f"{why}, behind a valid value"
            yield f"{value}{leaf.separator}{valid}", f"{why}, before a valid value"


def _invalid_scalars(schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
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
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None:
        yield str(low - 1), "just below the minimum"
        for far in (0, -1):
            if far < low - 1:
                yield str(far), "below the minimum"
        if low > -1000:
            yield "-1000", "far below the minimum"
    if high is not None:
        yield str(high + 1), "just above the maximum"
        yield str(high * 100), "far above the maximum"
        yield "99999999999999999999", "beyond every number"


def valid_value(document: Mapping[str, Any], leaf: QueryLeaf) -> str | None:
    """Return one value that keeps a leaf's schema, where the schema alone is enough to tell."""
    return _valid_scalar(item_schema(document, leaf))


def _valid_scalar(schema: Mapping[str, Any]) -> str | None:
    if schema.get("enum"):
        return str(schema["enum"][len(schema["enum"]) // 2])
    kind = schema.get("type")
    if kind in ("integer", "number"):
        return str(schema.get("default", schema.get("minimum", schema.get("maximum", 1))))
    if kind == "boolean":
        return "true"
    return {
        "date-time": "2024-01-01T00:00:00Z",
        "date": "2024-01-01",
        "uuid": "6f1e0c1e-1111-4222-8333-444455556666",
    }.get(schema.get("format", ""))


def item_schema(document: Mapping[str, Any], leaf: QueryLeaf) -> Mapping[str, Any]:
    """Return the resolved schema of one value of a leaf, of one item where it is a list."""
    found: Mapping[str, Any] = (
        resolve(document, leaf.schema.get("items", {})) if leaf.is_list else leaf.schema
    )
    return found


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
