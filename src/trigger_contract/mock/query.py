"""Reading a query string by the document, with one detail for each fault."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_to_bytes

from trigger_contract.document.wire import QueryLeaf, split_list
from trigger_contract.mock import dates
from trigger_contract.mock.judging import Fault, Judge

MAX_QUERY = 16 * 1024
"""Longest query string read, in bytes."""

_INTEGER = re.compile(r"-?[0-9]{1,19}")
_NUMBER = re.compile(r"-?[0-9]{1,300}(?:\.[0-9]{1,300})?(?:[eE][+-]?[0-9]{1,3})?")


@dataclass
class Reading:
    """What a query says.

    Attributes:
        values: The value of each leaf that was given and is right; dates in milliseconds.
        defaults: The document's default of each leaf that has one.
        details: One entry for each fault, as the list page's ``ErrorDetail``.
    """

    values: dict[str, Any] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    details: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, name: str, message: str, code: str = "custom") -> None:
        """Note what is wrong with one parameter."""
        self.details.append({"code": code, "message": message, "path": [name]})


def pairs(query: bytes) -> list[tuple[str, str]]:
    """Split a query string into decoded names and values; bytes that are not UTF-8 become U+FFFD."""
    found = []
    for part in query.split(b"&"):
        if part:
            name, _, value = part.partition(b"=")
            found.append((_decode_name(name) if len(name) < 100 else _decode(name), _decode(value)))
    return found


def _decode(text: bytes) -> str:
    if b"+" in text:
        text = text.replace(b"+", b" ")
    if b"%" in text:
        text = unquote_to_bytes(text)
    return text.decode("utf-8", "replace")


# A server is asked with the same few names again and again.
_decode_name = lru_cache(maxsize=1024)(_decode)


class QueryReader:
    """Reads the query of one operation.

    Args:
        judge: Says what fits a schema of the document.
        leaves: The names the document has.
        extra: Names read although the document does not have them; a strict reader refuses them.
        strict: Refuse names the document does not have.
        loose_dates: Read every date that JavaScript reads.
        minimums: Smallest values that replace the document's, by name.
    """

    def __init__(
        self,
        judge: Judge,
        leaves: Sequence[QueryLeaf],
        *,
        extra: Sequence[QueryLeaf] = (),
        strict: bool = False,
        loose_dates: bool = False,
        minimums: Mapping[str, int] | None = None,
    ) -> None:
        self.known = {leaf.name: leaf for leaf in leaves}
        extras = {leaf.name: leaf for leaf in extra if leaf.name not in self.known}
        self._rules = {
            name: _Rule(judge, leaf, loose_dates, (minimums or {}).get(name))
            for name, leaf in (self.known | extras).items()
        }
        self._strict = strict
        self._defaults = {leaf.name: leaf.schema["default"] for leaf in leaves if "default" in leaf.schema}
        self._required = [leaf.name for leaf in leaves if leaf.required]

    @property
    def names(self) -> list[str]:
        """Every name that is read."""
        return list(self._rules)

    def read(self, query: bytes, enums: Mapping[str, Collection[str]] | None = None) -> Reading:
        """Read a query string.

        Of a repeated name the last value counts; a name without a value counts as absent where
        the value is text, a list or a date.

        Args:
            query: The raw query string.
            enums: Values allowed instead of the document's, by name.
        """
        reading = Reading(defaults=self._defaults)
        if not query and not self._required:
            return reading
        if len(query) > MAX_QUERY:
            reading.refuse("query", f"The query string is longer than {MAX_QUERY} bytes", "too_big")
            return reading
        given: dict[str, list[str]] = {}
        for name, value in pairs(query):
            given.setdefault(name, []).append(value)
        for name, values in given.items():
            rule = self._rules.get(name)
            if self._strict and name not in self.known:
                reading.refuse(name, f"Unrecognized parameter: {name[:200]}", "unrecognized_keys")
            elif rule is not None:
                rule.read(values, reading, (enums or {}).get(name))
        for name in self._required:
            if name not in given:
                reading.refuse(name, "Required", "invalid_type")
        return reading


class _Rule:
    """How the values of one name are read and judged."""

    def __init__(self, judge: Judge, leaf: QueryLeaf, loose_dates: bool, minimum: int | None) -> None:
        self._judge = judge
        self._leaf = leaf
        self._loose = loose_dates
        self._schema = leaf.schema if minimum is None else {**leaf.schema, "minimum": minimum}
        self._kinds = judge.kinds(self._schema)
        self._is_date = self._schema.get("format") == "date-time" and "array" not in self._kinds
        if self._is_date:
            # A date is read by what the service reads, which is more than the format has.
            self._schema = {key: value for key, value in self._schema.items() if key != "format"}
        self._items = judge.resolved(self._schema.get("items") or {})
        free = {key: value for key, value in self._schema.items() if key != "enum"}
        if "enum" in self._items:
            free["items"] = {key: value for key, value in self._items.items() if key != "enum"}
        self._free = free

    def read(self, values: list[str], reading: Reading, enum: Collection[str] | None) -> None:
        """Read the texts of one name; what they mean or what is wrong goes into the reading."""
        leaf = self._leaf
        if "array" in self._kinds:
            texts = split_list(leaf, values[-1]) if leaf.separator else values
            items = [text.strip() for text in texts if text.strip()]
            if leaf.separator is None and len(leaf.path) > 1 and not self._fits_list(items):
                # How a list inside of an object is sent is left open by OpenAPI; most join it by commas.
                items = [part.strip() for text in items for part in text.split(",") if part.strip()]
            if items:
                self._judge_list(items, reading, enum)
            return
        text = values[-1]
        if "object" in self._kinds and self._kinds <= {"object", "null"}:
            reading.values[leaf.name] = text  # how an object is spelled outside of brackets is left open
            return
        if text == "" and not {"integer", "number"} & self._kinds and not leaf.required:
            return
        self._judge_scalar(text, reading, enum)

    def _fits_list(self, items: list[str]) -> bool:
        kinds = self._judge.kinds(self._items)
        return self._judge.fits(self._schema, [next(readings(kinds, item), item) for item in items])

    def _judge_list(self, items: list[str], reading: Reading, enum: Collection[str] | None) -> None:
        kinds = self._judge.kinds(self._items)
        read = [next(readings(kinds, item), item) for item in items]
        if enum is not None:
            wrong = [item for item in items if item not in enum]
        else:
            wrong = [
                items[int(fault.path[0])]
                for fault in self._judge.faults(self._schema, read)
                if fault.path and fault.keyword in ("enum", "const")
            ]
        if wrong:
            said = _shorten(", ".join(wrong))
            reading.refuse(self._leaf.name, f"Invalid {_label(self._leaf)} values: {said}")
            return
        fault = next(self._judge.faults(self._schema if enum is None else self._free, read), None)
        if fault is None:
            reading.values[self._leaf.name] = read
        else:
            self._refuse(fault, reading)

    def _judge_scalar(self, text: str, reading: Reading, enum: Collection[str] | None) -> None:
        name = self._leaf.name
        moment = dates.read(text, loose=self._loose) if self._is_date else None
        if self._is_date and moment is None:
            reading.refuse(name, "Invalid date", "invalid_date")
            return
        if enum is not None and text not in enum:
            reading.refuse(name, f"Invalid {_label(self._leaf)} value: {_shorten(text)}")
            return
        schema = self._schema if enum is None else self._free
        candidates = list(readings(self._kinds, text))
        for value in candidates:
            if self._judge.fits(schema, value):
                reading.values[name] = value if moment is None else moment
                return
        if candidates:
            fault = next(self._judge.faults(schema, candidates[0]), None)
            if fault is not None:
                self._refuse(fault, reading)
            return
        self._refuse_type(text, reading)

    def _refuse_type(self, text: str, reading: Reading) -> None:
        """Say that a text cannot be read as any type the schema has."""
        if "boolean" in self._kinds:
            reading.refuse(self._leaf.name, f"Invalid value for {_label(self._leaf)}: {_shorten(text)}")
            return
        kind = "number" if "number" in self._kinds else next(iter(sorted(self._kinds)), "another value")
        if kind == "number" and _NUMBER.fullmatch(text):
            reading.refuse(self._leaf.name, "Expected a finite number", "invalid_type")
            return
        message = f"Expected {kind}, received {_shorten(text) or 'nothing'}"
        reading.refuse(self._leaf.name, message, "invalid_type")

    def _refuse(self, fault: Fault, reading: Reading) -> None:
        message, code = spell(fault, _label(self._leaf))
        reading.refuse(self._leaf.name, message, code)


_SPELLED = {
    "minimum": ("Number must be greater than or equal to {limit}", "too_small"),
    "maximum": ("Number must be less than or equal to {limit}", "too_big"),
    "exclusiveMinimum": ("Number must be greater than {limit}", "too_small"),
    "exclusiveMaximum": ("Number must be less than {limit}", "too_big"),
    "multipleOf": ("Number must be a multiple of {limit}", "not_multiple_of"),
    "minLength": ("String must contain at least {limit} character(s)", "too_small"),
    "maxLength": ("String must contain at most {limit} character(s)", "too_big"),
    "minItems": ("Array must contain at least {limit} element(s)", "too_small"),
    "maxItems": ("Array must contain at most {limit} element(s)", "too_big"),
    "uniqueItems": ("Array must not contain an element twice", "custom"),
    "enum": ("Invalid {label} value: {text}", "custom"),
    "const": ("Invalid {label} value: {text}", "custom"),
    "pattern": ("Invalid {label}: {text}", "invalid_string"),
    "format": ("Invalid {limit}: {text}", "invalid_string"),
}


def spell(fault: Fault, label: str) -> tuple[str, str]:
    """Return the message and the code of a fault, in the words of the list page's ``ErrorDetail``."""
    message, code = _SPELLED.get(fault.keyword, ("{message}", "invalid_type"))
    limit = f"{fault.limit:g}" if isinstance(fault.limit, float) else fault.limit
    return message.format(limit=limit, label=label, text=_shorten(fault.value), message=fault.message), code


def readings(kinds: Collection[str], text: str) -> Iterator[Any]:
    """Yield what a text may mean as a value of these types, the narrowest first.

    Args:
        kinds: Types of JSON Schema; none at all mean any.
        text: What stands in a query, a path or a header.
    """
    if {"integer", "number"} & set(kinds):
        whole = "number" not in kinds
        if _INTEGER.fullmatch(text):
            yield int(text)
        elif not whole and _NUMBER.fullmatch(text) and math.isfinite(float(text)):
            yield float(text)
    if "boolean" in kinds and text in ("true", "false"):
        yield text == "true"
    if not kinds or "string" in kinds:
        yield text


def _label(leaf: QueryLeaf) -> str:
    return leaf.name.rstrip("]").rpartition("[")[2]


def _shorten(text: str) -> str:
    return text if len(text) <= 200 else text[:200] + "…"
