"""Five-field cron expressions: when they are next, and what they say in words."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_NAMES = {
    3: {
        name: number
        for number, name in enumerate(
            ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"], 1
        )
    },
    4: {name: number for number, name in enumerate(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"])},
}
_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_LONGEST = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_MONTHS = (
    "", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_PART = re.compile(r"(\*|[0-9A-Za-z]+)(?:-([0-9A-Za-z]+))?(?:/([0-9]+))?")
_HORIZON = 5 * 366


class BadCron(ValueError):
    """An expression is none; the message says why, in the service's words."""


class Cron:
    """One expression.

    Args:
        text: Minute, hour, day of the month, month, day of the week.

    Raises:
        BadCron: It has seconds, or a field that is none.
        ValueError: It has too few fields, which the service does not expect.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        fields = text.split(" ")
        if len(fields) > 5:
            raise BadCron("CRON expressions with seconds are not allowed")
        if len(fields) < 5:
            raise ValueError(text)
        self._last = fields[2] == "L"
        self._sets = [
            frozenset() if index == 2 and self._last else _read(field, index)
            for index, field in enumerate(fields)
        ]
        self._fields = fields
        days, months = self._sets[2], self._sets[3]
        if days and all(min(days) > _LONGEST[month] for month in months):
            raise BadCron("Invalid explicit day of month definition")

    def next(self, after: int, zone: str) -> int:
        """Return the first time after another, both in milliseconds.

        Args:
            after: A time.
            zone: The IANA name of the time zone the expression is meant in.
        """
        here = ZoneInfo(zone)
        start = datetime.fromtimestamp(after / 1000, here)
        day = start.replace(hour=0, minute=0, second=0, microsecond=0)
        for number in range(_HORIZON):
            date = (day + timedelta(days=number)).date()
            if date.month in self._sets[3] and self._is_day(
                date.year, date.month, date.day, date.isoweekday() % 7
            ):
                for hour in sorted(self._sets[1]):
                    for minute in sorted(self._sets[0]):
                        moment = datetime(date.year, date.month, date.day, hour, minute, tzinfo=here)
                        found = int(moment.astimezone(UTC).timestamp() * 1000)
                        if found > after:
                            return found
        raise BadCron("Invalid explicit day of month definition")

    def _is_day(self, year: int, month: int, day: int, weekday: int) -> bool:
        if self._last:
            return (
                datetime(year, month, day, tzinfo=UTC).month
                != (datetime(year, month, day, tzinfo=UTC) + timedelta(days=1)).month
            )
        in_month, in_week = day in self._sets[2], weekday in {number % 7 for number in self._sets[4]}
        # Where both are restricted, one is enough (POSIX crontab).
        if self._fields[2] != "*" and self._fields[4] != "*":
            return in_month or in_week
        return in_month and in_week

    def describe(self) -> str:
        """Say the expression in words, the common ones as the service says them."""
        minute, hour, day, month, week = self._fields
        if self._fields == ["*"] * 5:
            return "Every minute"
        if found := re.fullmatch(r"\*/([0-9]+)", minute):
            said = f"Every {found[1]} minutes" if hour == "*" else f"Every {found[1]} minutes, at {hour}"
        elif minute.isdecimal() and hour.isdecimal():
            half = "AM" if int(hour) < 12 else "PM"
            said = f"At {(int(hour) + 11) % 12 + 1:02d}:{int(minute):02d} {half}"
        elif minute.isdecimal() and hour == "*":
            said = "Every hour" if int(minute) == 0 else f"At {int(minute)} minutes past the hour"
        else:
            said = f"At {minute} minutes past the hour, at {hour}"
        if self._last:
            said += ", on the last day of the month"
        elif day != "*":
            said += f", on day {day} of the month"
        if week != "*":
            said += f", {_range(self._sets[4], _DAYS)}"
        if month != "*":
            said += f", only in {_range(self._sets[3], _MONTHS)}"
        return said


def _range(numbers: frozenset[int], names: tuple[str, ...]) -> str:
    ordered = sorted(numbers)
    if len(ordered) > 2 and ordered[-1] - ordered[0] == len(ordered) - 1:
        return f"{names[ordered[0]]} through {names[ordered[-1] % len(names)]}"
    return ", ".join(names[number % len(names)] for number in ordered)


def _read(field: str, index: int) -> frozenset[int]:
    low, high = _BOUNDS[index]
    found: set[int] = set()
    for part in field.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise BadCron(f"Invalid characters, got value: {field}")
        first, last, step = match.groups()
        begin = low if first == "*" else _number(first, index)
        alone = high if first == "*" or step else begin
        end = alone if last is None else _number(last, index)
        if not low <= begin <= end <= high or step == "0":
            raise BadCron(f"Constraint error, got value {part} expected range {low}-{high}")
        found.update(range(begin, end + 1, int(step or 1)))
    return frozenset(found)


def _number(text: str, index: int) -> int:
    if text.isdecimal():
        return int(text)
    number = _NAMES.get(index, {}).get(text.upper())
    if number is None:
        raise BadCron(f"Invalid characters, got value: {text}")
    return number
