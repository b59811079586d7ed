"""Reading a query string by the document, with one detail for each fault."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_to_bytes

from trigger_contract.document.wire import QueryLeaf, split_list
from trigger_contract.mock import dates

MAX_QUERY = 16 * 1024
"""Longest query string read, in bytes."""

_INTEGER = re.compile(r"-?[0-9]{1,18}")
_NUMBER = re.compile(r"-?[0-9]{1,300}(?:\.[0-9]{1,300})?(?:[eE][+-]?[0-9]{1,3})?")

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


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
        leaves: The names the document has.
        extra: Names read although the document does not have them; a strict reader refuses them.
        strict: Refuse names the document does not have.
        loose_dates: Read every date that JavaScript reads.
        minimums: Smallest values that replace the document's, by name.
    """

    def __init__(
        self,
        leaves: Sequence[QueryLeaf],
        *,
        extra: Sequence[QueryLeaf] = (),
        strict: bool = False,
        loose_dates: bool = False,
        minimums: Mapping[str, int] | None = None,
    ) -> None:
        self.known = {leaf.name: leaf for leaf in leaves}
        self._leaves = self.known | {leaf.name: leaf for leaf in extra if leaf.name not in self.known}
        self._strict = strict
        self._loose = loose_dates
        self._minimums = minimums or {}
        self._defaults = {leaf.name: leaf.schema["default"] for leaf in leaves if "default" in leaf.schema}
        self._required = [leaf.name for leaf in leaves if leaf.required]

    @property
    def names(self) -> list[str]:
        """Every name that is read."""
        return list(self._leaves)

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
            leaf = self._leaves.get(name)
            if self._strict and name not in self.known:
                reading.refuse(name, f"Unrecognized parameter: {name[:200]}", "unrecognized_keys")
            elif leaf is not None:
                self._read_leaf(leaf, values, reading, (enums or {}).get(name))
        for name in self._required:
            if name not in given:
                reading.refuse(name, "Required", "invalid_type")
        return reading

    def _read_leaf(
        self, leaf: QueryLeaf, values: list[str], reading: Reading, enum: Collection[str] | None
    ) -> None:
        if leaf.is_list:
            texts = split_list(leaf, values[-1]) if leaf.separator else values
            items = [text.strip() for text in texts if text.strip()]
            if items:
                self._read_list(leaf, items, reading, enum)
            return
        text = values[-1]
        if text == "" and not _has_type(leaf.schema, "integer", "number") and not leaf.required:
            return
        self._read_scalar(leaf, text, reading, enum)

    def _read_list(
        self, leaf: QueryLeaf, items: list[str], reading: Reading, enum: Collection[str] | None
    ) -> None:
        schema = leaf.schema.get("items") or {}
        allowed = enum if enum is not None else schema.get("enum")
        if allowed is not None and (wrong := [item for item in items if item not in allowed]):
            reading.refuse(leaf.name, f"Invalid {_label(leaf)} values: {_shorten(', '.join(wrong))}")
            return
        reading.values[leaf.name] = items

    def _read_scalar(
        self, leaf: QueryLeaf, text: str, reading: Reading, enum: Collection[str] | None
    ) -> None:
        schema = leaf.schema
        allowed = enum if enum is not None else schema.get("enum")
        if _has_type(schema, "integer", "number"):
            self._read_number(leaf, text, reading)
        elif _has_type(schema, "boolean"):
            if text not in ("true", "false"):
                reading.refuse(leaf.name, f"Invalid value for {_label(leaf)}: {_shorten(text)}")
                return
            reading.values[leaf.name] = text == "true"
        elif schema.get("format") == "date-time":
            if (moment := dates.read(text, loose=self._loose)) is None:
                reading.refuse(leaf.name, "Invalid date", "invalid_date")
                return
            reading.values[leaf.name] = moment
        elif schema.get("format") == "uuid" and not _UUID.fullmatch(text):
            reading.refuse(leaf.name, f"Invalid uuid: {_shorten(text)}", "invalid_string")
        elif allowed is not None and text not in allowed:
            reading.refuse(leaf.name, f"Invalid {_label(leaf)} value: {_shorten(text)}")
        elif (pattern := schema.get("pattern")) and not re.search(pattern, text):
            reading.refuse(leaf.name, f"Invalid {_label(leaf)}: {_shorten(text)}", "invalid_string")
        else:
            reading.values[leaf.name] = text

    def _read_number(self, leaf: QueryLeaf, text: str, reading: Reading) -> None:
        schema = leaf.schema
        whole = _has_type(schema, "integer") and not _has_type(schema, "number")
        if not (_INTEGER if whole else _NUMBER).fullmatch(text):
            kind = "integer" if whole else "number"
            reading.refuse(
                leaf.name, f"Expected {kind}, received {_shorten(text) or 'nothing'}", "invalid_type"
            )
            return
        value: float = int(text) if whole else float(text)
        low = self._minimums.get(leaf.name, schema.get("minimum"))
        high = schema.get("maximum")
        if low is not None and value < low:
            reading.refuse(leaf.name, f"Number must be greater than or equal to {low}", "too_small")
        elif high is not None and value > high:
            reading.refuse(leaf.name, f"Number must be less than or equal to {high}", "too_big")
        elif math.isfinite(value):
            reading.values[leaf.name] = value
        else:
            reading.refuse(leaf.name, "Expected a finite number", "invalid_type")


def _has_type(schema: Mapping[str, Any], *kinds: str) -> bool:
    declared = schema.get("type")
    return any(kind in kinds for kind in ([declared] if isinstance(declared, str) else declared or ()))


def _label(leaf: QueryLeaf) -> str:
    return leaf.name.rstrip("]").rpartition("[")[2]


def _shorten(text: str) -> str:
    return text if len(text) <= 200 else text[:200] + "…"
