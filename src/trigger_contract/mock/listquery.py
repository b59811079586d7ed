"""The query of the list of runs as the real server reads it."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from trigger_contract.mock import dates
from trigger_contract.mock.deviations import Deviation
from trigger_contract.mock.query import MAX_QUERY, Reading, pairs

MACHINES = ("micro", "small-1x", "small-2x", "medium-1x", "medium-2x", "large-1x", "large-2x")
_LISTS = ("status", "taskIdentifier", "version", "tag", "queue", "machine", "region", "error")
_ONE = ("schedule", "bulkAction", "batch")
_LATEST = 8_640_000_000_000_000
"""The largest time JavaScript's dates have, in milliseconds."""

_RADIX = {"0x": 16, "0o": 8, "0b": 2}
_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,400}\.?[0-9]{0,400}|\.[0-9]{1,400})(?:[eE][+-]?[0-9]{1,4})?")
# Source: the grammar of the npm package parse-duration, version 2.
_PERIOD = re.compile(
    r"((?:[0-9]{1,16}(?:\.[0-9]{1,16})?|\.[0-9]{1,16})(?:[eE][-+]?[0-9]{1,4})?)\s?([^\W\d_]{0,14})"
)
_YEAR = 365.25 * dates.DAY
_UNITS = {
    "ms": 1, "millisecond": 1, "s": 1000, "sec": 1000, "second": 1000, "m": 60_000, "min": 60_000,
    "minute": 60_000, "h": 3_600_000, "hr": 3_600_000, "hour": 3_600_000, "d": dates.DAY, "day": dates.DAY,
    "w": 7 * dates.DAY, "wk": 7 * dates.DAY, "week": 7 * dates.DAY, "mo": _YEAR / 12, "month": _YEAR / 12,
    "b": _YEAR / 12, "y": _YEAR, "yr": _YEAR, "year": _YEAR,
}  # fmt: skip


class ListReader:
    """Reads the query of a list of runs.

    Args:
        names: Every name of the query, for hints about misspelt ones.
        on: The deviations that are on.
        smallest: The smallest page.
    """

    def __init__(self, names: Collection[str], on: frozenset[str], smallest: int) -> None:
        self.names = list(names)
        self._on = on
        self._smallest = smallest

    def read(self, query: bytes, enums: Mapping[str, Collection[str]] | None = None) -> Reading:
        """Read a query; of a repeated name the last counts, and an empty value is none.

        Args:
            query: The raw query string.
            enums: The values that a filter takes, by name.
        """
        reading = Reading()
        if len(query) > MAX_QUERY and Deviation.D21 not in self._on:
            reading.refuse("query", f"The query string is longer than {MAX_QUERY} bytes", "too_big")
            return reading
        given = dict(pairs(query))
        if (size := given.get("page[size]")) is not None:
            floors = ((0, False), (1, True)) if self._smallest == 1 else ((self._smallest, True),)
            read_whole("page[size]", size, floors, 100, reading)
        statuses = (enums or {}).get("filter[status]", ())
        self._filters(("status", "isTest"), given, statuses, reading)
        self._dates(given, reading)
        self._filters((*_LISTS[1:], *_ONE), given, (), reading)
        for name in ("filter[createdAt][period]", "page[after]", "page[before]"):
            if text := given.get(name):
                reading.values[name] = text
        return reading

    def _filters(
        self,
        names: Iterable[str],
        given: Mapping[str, str],
        statuses: Collection[str],
        reading: Reading,
    ) -> None:
        for name in names:
            if text := given.get(whole := f"filter[{name}]"):
                known = {"status": statuses, "machine": MACHINES}.get(name)
                wrong = [] if known is None else [item for item in self._items(text) if item not in known]
                if wrong:
                    reading.refuse(whole, f"Invalid {name} values: {', '.join(wrong)}")
                elif name == "isTest" and text not in ("true", "false"):
                    reading.refuse(whole, f"Invalid value for isTest: {text}")
                else:
                    reading.values[whole] = self._value(name, text)

    @staticmethod
    def _dates(given: Mapping[str, str], reading: Reading) -> None:
        for name in ("from", "to"):
            if text := given.get(whole := f"filter[createdAt][{name}]"):
                moment = read_moment(text)
                if moment is None:
                    fault = {"code": "invalid_date", "path": [whole], "message": "Invalid date"}
                    reading.details.append(fault)
                elif moment:  # the beginning of 1970 counts as none
                    reading.values[whole] = moment

    def _items(self, text: str) -> list[str]:
        items = text.split(",")
        if Deviation.D20 in self._on:
            return items
        return [item.strip() for item in items if item.strip()]

    def _value(self, name: str, text: str) -> Any:
        if name == "isTest":
            return text == "true"
        if name in _LISTS or Deviation.D22 not in self._on:
            return self._items(text)
        prefix = {"bulkAction": "bulk_", "batch": "batch_"}.get(name, "")
        return [text if text.startswith(prefix) else prefix + text]


def read_whole(
    name: str, text: str, floors: Iterable[tuple[int, bool]], largest: int | None, reading: Reading
) -> None:
    """Read a whole number of a query as the service's validator does.

    Source: the words of zod, version 3.

    Args:
        name: The parameter.
        text: Its value.
        floors: What it must not lie below, and whether it may be that itself; each is judged.
        largest: The largest, or None.
        reading: Takes the number, or what is wrong with it.
    """
    value = read_number(text)
    kind = {"code": "invalid_type", "path": [name]}
    bound = {"type": "number", "exact": False, "path": [name]}
    if math.isnan(value):
        said = "Expected number, received nan"
        reading.details.append({**kind, "expected": "number", "received": "nan", "message": said})
        return
    faults = len(reading.details)
    if not math.isfinite(value) or value != int(value):
        said = "Expected integer, received float"
        reading.details.append({**kind, "expected": "integer", "received": "float", "message": said})
    for least, inclusive in floors:
        if value < least or (value == least and not inclusive):
            said = f"Number must be greater than {'or equal to ' if inclusive else ''}{least}"
            fault = {"code": "too_small", "minimum": least, "inclusive": inclusive, "message": said}
            reading.details.append(fault | bound)
    if largest is not None and value > largest:
        said = f"Number must be less than or equal to {largest}"
        fault = {"code": "too_big", "maximum": largest, "inclusive": True, "message": said}
        reading.details.append(fault | bound)
    if len(reading.details) == faults:
        reading.values[name] = int(value)


def read_number(text: str) -> float:
    """Read a text as JavaScript's ``Number`` does: blanks around it, other radixes, nothing is 0.

    Source: ECMA-262, StringToNumber.
    """
    text = text.strip()
    if not text:
        return 0.0
    if (base := _RADIX.get(text[:2].lower())) and text[2:].isalnum():
        try:
            return float(int(text[2:], base))
        except (ValueError, OverflowError):
            return math.nan
    if text.lstrip("+-") == "Infinity" and len(text) <= 9:
        return -math.inf if text[0] == "-" else math.inf
    return float(text) if _DECIMAL.fullmatch(text) else math.nan


def read_moment(text: str) -> float | None:
    """Read a date as the service does: a number of milliseconds, else whatever JavaScript's dates read."""
    value = read_number(text)
    if math.isnan(value):
        return dates.read(text, loose=True)
    return value if abs(value) <= _LATEST else None


def read_period(text: str) -> float | None:
    """Read a period leniently, in milliseconds; None where it holds none, or none that is not zero."""
    plain = re.sub(r"([0-9])[,_](?=[0-9])", r"\1", text)
    total = 0.0
    before = None
    for amount, unit in _PERIOD.findall(plain):
        unit = unit.lower()
        if not unit:
            unit = "ms" if before is None else next((u for u in _UNITS if _UNITS[u] < _UNITS[before]), "ms")
        unit = unit if unit in _UNITS else unit.removesuffix("s")
        if unit in _UNITS:
            total += float(amount) * _UNITS[unit]
            before = unit
    total = -total if plain.startswith("-") else total
    return total or None


def out_of_range(moment: float) -> bool:
    """Whether a moment is none of JavaScript's."""
    return not -_LATEST <= moment <= _LATEST
