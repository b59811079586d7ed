"""Limits that stand in prose, held against the keywords of the schema they are about.

Only phrases that leave no doubt are read: "between 1 and 64 characters", "up to 5 tags", "Maximum is
100", "Default 20, max 100", "min. 1", "prefixed with `run_`". A text that says the same as its schema
is no news; one that says something else, or says it alone, is noted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from trigger_contract.normalize.model import (
    RULE,
    Claim,
    Contradiction,
    Found,
    Ledger,
    Node,
    Pointer,
    line_of,
)

_NUMBER = r"(\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)"
_CHARACTERS = r"\s*(?:characters?|chars?)\b"
_COUNTED = r"\s+(?:unique |different )?(?:items?|elements?|entries|values|tags?|[a-z]+s)\b"
_BETWEEN_CHARACTERS = re.compile(rf"between {_NUMBER} and {_NUMBER}{_CHARACTERS}", re.IGNORECASE)
_BETWEEN = re.compile(
    rf"(?:\b(?:must be|is|value|number)\s+|(?:\A|[.;!]\s)\s*)between {_NUMBER} and {_NUMBER}(?!\s*[\w%])",
    re.IGNORECASE,
)
_MAX_CHARACTERS = re.compile(
    rf"(?:up to|at most|max(?:imum)?(?: length)?(?: of| is|:)?|no more than) {_NUMBER}{_CHARACTERS}"
    rf"|max(?:imum)? length(?: of| is|:)? {_NUMBER}",
    re.IGNORECASE,
)
_UP_TO = re.compile(
    rf"(?:can have|may have|contains?|with) (?:up to|at most) {_NUMBER}{_COUNTED}", re.IGNORECASE
)
_MOST_ITEMS = re.compile(
    rf"\b(?:max(?:imum)?(?: of)?|up to|at most) {_NUMBER}\s+(?:items|elements|entries|values|tags)\b",
    re.IGNORECASE,
)
_MAXIMUM = re.compile(
    rf"\bmax(?:imum)?\.?(?: (?:is|of|value is|value of))?[: ] ?{_NUMBER}(?![\w,]*{_CHARACTERS}|\.?\d)",
    re.IGNORECASE,
)
_MINIMUM = re.compile(
    rf"\bmin(?:imum)?\.?(?: (?:is|of|value is|value of))?[: ] ?{_NUMBER}(?!{_CHARACTERS}|\.?\d)",
    re.IGNORECASE,
)
_DEFAULT = re.compile(rf"\bdefaults?(?: to| is|:)? {_NUMBER}(?![\w%]|\.\d)", re.IGNORECASE)
_PREFIX = re.compile(
    r"(?:prefixed with|starts? with|begins? with|starting with) (?:the prefix )?`([\w.:-]+)`", re.IGNORECASE
)


_PAIRS = (
    ("minimum", "maximum"),
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
)


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


def check_limits(found: Iterable[Found], ledger: Ledger) -> None:
    """Note each limit in prose that its schema does not have, or has with another value."""
    nodes: dict[Pointer, Node] = {}
    for pointer, node, kind in found:
        if kind not in ("schema", "parameter"):
            continue
        nodes[pointer] = node
        if kind == "schema":
            _possible(pointer, node, ledger)
        description = node.get("description")
        if not isinstance(description, str):
            continue
        schema = node if kind == "schema" else node.get("schema")
        if not isinstance(schema, Node) or "$ref" in schema:
            continue
        where = pointer if kind == "schema" else (*pointer, "schema")
        for limit in read_limits(description, schema.get("type")):
            about, place = schema, where
            if limit.outer:
                if schema.get("type") != "array":
                    outer = nodes.get(pointer[:-1]) if pointer[-1] == "items" else None
                    if outer is None:
                        continue
                    about, place = outer, pointer[:-1]
            elif schema.get("type") == "array" and isinstance(schema.get("items"), Node):
                about, place = schema["items"], (*where, "items")
            _compare(limit, about, place, node, ledger)


def _possible(pointer: Pointer, schema: Node, ledger: Ledger) -> None:
    """A least that is more than the most: no value can be right."""
    for low, high in _PAIRS:
        least, most = schema.get(low), schema.get(high)
        if isinstance(least, (int, float)) and isinstance(most, (int, float)) and least > most:
            claims = (
                Claim(schema.source, line_of(schema, low), f"{low}: {least}"),
                Claim(schema.source, line_of(schema, high), f"{high}: {most}"),
            )
            reason = "No value can be right; which of the two is meant, only the page's owner can say."
            ledger.add(Contradiction("limit", (*pointer, low), claims, "both, as published", RULE, reason))


def _compare(limit: Limit, schema: Node, pointer: Pointer, text: Node, ledger: Ledger) -> None:
    known = schema.get(limit.keyword)
    if known == limit.value or (limit.keyword == "pattern" and str(known).startswith(str(limit.value))):
        return
    if limit.keyword in ("minimum", "maximum") and _exclusive(schema, limit):
        return
    said = Claim(text.source, line_of(text, "description"), f'the text: "{limit.words}"')
    if known is None:
        shown = Claim(schema.source, schema.line or None, f"the schema: no {limit.keyword}")
        kind, chosen = "limit in prose only", "stays in prose"
        reason = (
            "The schema is silent, so nothing is broken; whether the text is a rule is for a person to say."
        )
    else:
        shown = Claim(schema.source, line_of(schema, limit.keyword), f"the schema: {limit.keyword} {known}")
        kind, chosen = "limit", f"{limit.keyword}: {known}"
        reason = "Where the text and the schema of one page differ, the schema stands: machines read it."
    place = (*pointer, limit.keyword)
    ledger.add(Contradiction(kind, place, (shown, said), chosen, RULE, reason))


def _exclusive(schema: Node, limit: Limit) -> bool:
    """Whether an exclusive bound says the same for whole numbers: "min. 1" is ``exclusiveMinimum: 0``."""
    if schema.get("type") != "integer":
        return False
    if limit.keyword == "minimum":
        return bool(schema.get("exclusiveMinimum") == limit.value - 1)
    return bool(schema.get("exclusiveMaximum") == limit.value + 1)


def read_limits(text: str, kind: Any) -> Iterator[Limit]:
    """Read the limits that a text states.

    Args:
        text: The description.
        kind: The ``type`` of the schema that it describes.
    """
    for found in _PREFIX.finditer(text):
        if _may_be(kind, "string"):
            yield Limit("pattern", "^" + found[1].replace(".", "\\."), found[0])
    if not any(character.isdigit() for character in text):
        return
    if match := _BETWEEN_CHARACTERS.search(text):
        yield Limit("minLength", _value(match[1]), match[0])
        yield Limit("maxLength", _value(match[2]), match[0])
    elif _may_be(kind, "string", "array") and (match := _MAX_CHARACTERS.search(text)):
        yield Limit("maxLength", _value(match[1] or match[2]), match[0])
    most = _UP_TO.search(text) or (_MOST_ITEMS.search(text) if _may_be(kind, "array") else None)
    if match := most:
        yield Limit("maxItems", _value(match[1]), match[0], outer=True)
    if _may_be(kind, "integer", "number"):
        if match := _BETWEEN.search(text):
            yield Limit("minimum", _value(match[1]), match[0])
            yield Limit("maximum", _value(match[2]), match[0])
        if match := _MAXIMUM.search(text):
            yield Limit("maximum", _value(match[1]), match[0])
        if match := _MINIMUM.search(text):
            yield Limit("minimum", _value(match[1]), match[0])
        if match := _DEFAULT.search(text):
            yield Limit("default", _value(match[1]), match[0])


def _may_be(kind: Any, *wanted: str) -> bool:
    kinds = [kind] if isinstance(kind, str) else kind if isinstance(kind, list) else []
    return any(name in kinds for name in wanted)


def _value(text: str) -> int | float:
    number = float(text.replace(",", ""))
    return int(number) if number.is_integer() else number
