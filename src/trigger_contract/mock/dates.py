"""Dates and periods as they are read from and written to the wire."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

# RFC 3339 section 5.6; the letters may be in lower case.
_RFC3339 = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,30}))?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))"
)
_DIGITS = re.compile(r"[+-]?[0-9]{1,16}")
_LOOSE_FORMATS = (
    "%Y-%m-%dT%H:%M:%S.%f",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%Y-%m",
    "%Y/%m/%d",
    "%m/%d/%Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%b %d, %Y %H:%M:%S",
    "%d %b %Y",
    "%d %B %Y",
    "%a %b %d %Y",
    "%a %b %d %Y %H:%M:%S",
    "%Y",
)
# JavaScript prints dates as "Wed Mar 05 2025 10:00:00 GMT+0100 (Central European Standard Time)".
_JS_ZONE = re.compile(r"^(.*?) (?:GMT|UTC)([+-][0-9]{4})?(?: \(.*\))?$")
_PERIOD = re.compile(r"(?:[0-9]{1,6}(?:ms|[smhdw]))+")
_DURATION = re.compile(r"(?:[0-9]{1,12}(?:w|d|hr|h|m|s)){1,50}")
_DURATION_PART = re.compile(r"([0-9]+)([wdhms])")
_PERIOD_PART = re.compile(r"([0-9]+)(ms|[smhdw])")
_UNIT = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}

DAY = _UNIT["d"]
LATEST = (1 << 42) - 1
"""The largest time a run can have, in milliseconds: May 2109."""


# A run's times repeat in its attempts: every second one asked for was asked for a moment ago.
@lru_cache(maxsize=256)
def to_text(milliseconds: int) -> str:
    """Spell a time as the service does: UTC, three decimals, ``Z``."""
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{_minute(minutes)}{rest // 1000:02d}.{rest % 1000:03d}Z"


@lru_cache(maxsize=4096)
def _minute(minutes: int) -> str:
    days, rest = divmod(minutes, 1440)
    return f"{_day(days)}T{rest // 60:02d}:{rest % 60:02d}:"


@lru_cache(maxsize=4096)
def _day(days: int) -> str:
    return (date(1970, 1, 1) + timedelta(days)).isoformat()


def read(text: str, *, loose: bool = False) -> float | None:
    """Read an RFC 3339 date-time or epoch milliseconds in digits.

    Args:
        text: The value from the wire.
        loose: Also read the other forms that JavaScript's ``Date`` reads, as the real server does.

    Returns:
        Milliseconds since 1970, with a fraction where the text has one; None where it is no date.
    """
    if _DIGITS.fullmatch(text):
        if loose and len(text) == 4:
            return _loose(text)
        return float(text)
    if match := _RFC3339.fullmatch(text):
        return _rfc3339(match)
    return _loose(text) if loose else None


def _rfc3339(match: re.Match[str]) -> float | None:
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    fraction, sign, zone_hour, zone_minute = match.groups()[6:]
    offset = 0
    if sign:
        if int(zone_hour) > 23 or int(zone_minute) > 59:
            return None
        offset = (int(zone_hour) * 60 + int(zone_minute)) * (-1 if sign == "-" else 1)
    try:
        # Second 60 is a leap second (RFC 3339 section 5.7); year 0000 is valid there and not in Python,
        # and 400 years are a whole number of days and leap years.
        moment = datetime(year + 400, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        try:
            moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
        except ValueError:
            return None
        shift = 0
    else:
        shift = 146_097 * DAY
    if second > 60:
        return None
    whole = (moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000 - shift
    whole += 1000 if second == 60 else 0
    return whole - offset * 60_000 + (int(fraction) / 10 ** (len(fraction) - 3) if fraction else 0)


def _loose(text: str) -> float | None:
    text = text.strip()
    zone = ""
    if match := _JS_ZONE.match(text):
        text, zone = match[1], match[2] or "+0000"
    for form in _LOOSE_FORMATS:
        try:
            moment = datetime.strptime(text + zone, form + ("%z" if zone else ""))
        except ValueError:
            continue
        return _milliseconds(moment)
    try:
        return _milliseconds(parsedate_to_datetime(text + (f" {zone}" if zone else "")))
    except (ValueError, TypeError, IndexError):
        return None


def _milliseconds(moment: datetime) -> float:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000


def read_duration(text: str) -> int | None:
    """Read how long something waits, such as ``1h30m`` or ``2hr``, in milliseconds; None where it is none.

    Of a unit that is said twice the first counts. Source: the official SDK, which reads it so.
    """
    if not _DURATION.fullmatch(text):
        return None
    said: dict[str, int] = {}
    for amount, unit in _DURATION_PART.findall(text):
        said.setdefault(unit, int(amount) * _UNIT[unit])
    return sum(said.values())


def read_period(text: str) -> int | None:
    """Read a period such as ``1d``, ``12h`` or ``1h30m``, in milliseconds; None where it is none."""
    if not _PERIOD.fullmatch(text):
        return None
    return sum(int(amount) * _UNIT[unit] for amount, unit in _PERIOD_PART.findall(text))
