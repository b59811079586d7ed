"""Faults on request: refusals, delays, broken connections and bodies for chosen calls."""

from __future__ import annotations

import fnmatch
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from http import HTTPStatus
from typing import Any

from trigger_contract.mock.clock import Clock
from trigger_contract.mock.messages import JSON_TYPE, Answer, Request, json_answer
from trigger_contract.mock.query import pairs

MAX_DELAY = 120.0
MAX_FAULTS = 1000
MAX_BYTES = 16 << 20
"""How large all faults together may be, as JSON."""


@dataclass(frozen=True)
class Fault:
    """Which calls a fault strikes, and what it does to them.

    A call is struck when it matches ``method``, ``path``, ``operation`` and ``query``; of the
    matching calls, ``nth`` picks one (counted from 1), or ``after`` lets the first ones pass and
    ``times`` limits how many are struck.

    Attributes:
        method: The method, or None for any.
        path: The path, where ``*`` stands for anything, or None for any.
        operation: The operationId, or None for any.
        query: Query parameters the call must have, by name; a value of None accepts any value.
        nth: Strike only this matching call.
        after: Let this many matching calls pass first.
        times: Strike this many calls, then no more; None for no limit.
        status: Answer with this status instead; None keeps the true answer.
        body: The body of that answer: text as it is, anything else as JSON.
        headers: More headers.
        retry_after: Seconds in ``Retry-After``, and the time in ``x-ratelimit-reset`` of a 429.
        should_retry: The value of ``x-should-retry``.
        delay: Seconds to wait before answering.
        cut: Close the connection after this many bytes of the body; -1 sends nothing at all.
        truncate: Leave out this many bytes at the end of the body, with a length that fits.
        content_type: The body's media type.
    """

    method: str | None = None
    path: str | None = None
    operation: str | None = None
    query: Mapping[str, str | None] | None = None
    nth: int | None = None
    after: int = 0
    times: int | None = None
    status: int | None = None
    body: Any = None
    headers: Mapping[str, str] | None = None
    retry_after: float | None = None
    should_retry: bool | None = None
    delay: float = 0.0
    cut: int | None = None
    truncate: int = 0
    content_type: str | None = None

    def __post_init__(self) -> None:
        for name, low, high in (
            ("nth", 1, 1e9), ("after", 0, 1e9), ("times", 1, 1e9), ("status", 200, 599),
            ("retry_after", 0, 1e6), ("delay", 0, MAX_DELAY), ("cut", -1, 1e9), ("truncate", 0, 1e9),
        ):  # fmt: skip
            value = getattr(self, name)
            whole = name not in ("retry_after", "delay")
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
                raise ValueError(f"{name} must be a {'whole ' if whole else ''}number")
            if not low <= value <= high:
                raise ValueError(f"{name} must be between {low:g} and {high:g}")
        for name in ("method", "path", "operation", "content_type"):
            if not isinstance(getattr(self, name), str | None):
                raise ValueError(f"{name} must be a text")
        if not isinstance(self.should_retry, bool | None):
            raise ValueError("should_retry must be true or false")
        for name in ("query", "headers"):
            value = getattr(self, name)
            if value is None:
                continue
            if not isinstance(value, Mapping) or not all(isinstance(v, str | None) for v in value.values()):
                raise ValueError(f"{name} must map names to texts")
        for text in (
            *(self.headers or {}),
            *(v or "" for v in (self.headers or {}).values()),
            self.content_type or "",
        ):
            # RFC 9110 section 5.5: a line break in a field value would start a new field.
            if not text.isascii() or (text and not text.isprintable()):
                raise ValueError("headers must be printable ASCII")

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Fault:
        """Make a fault from an object of JSON.

        Raises:
            ValueError: A member is unknown or has a wrong value.
        """
        known = {field.name for field in fields(cls)}
        if unknown := sorted(set(given) - known):
            raise ValueError(f"unknown member {unknown[0]!r}; known are {', '.join(sorted(known))}")
        return cls(**given)

    def matches(self, request: Request, operation: str | None) -> bool:
        """Whether a call is one of those meant."""
        if self.method is not None and self.method.upper() != request.method:
            return False
        if self.path is not None and not fnmatch.fnmatchcase(request.path.decode("latin-1"), self.path):
            return False
        if self.operation is not None and self.operation != operation:
            return False
        if self.query:
            given = dict(pairs(request.query))
            return all(name in given and value in (None, given[name]) for name, value in self.query.items())
        return True

    def strike(self, answer: Answer, now: int) -> Answer:
        """Return the answer as the fault leaves it.

        Args:
            answer: The true answer.
            now: The time, in milliseconds.
        """
        headers = dict(answer.headers)
        status, body = answer.status, answer.body
        if self.status is not None:
            status = self.status
            fresh = json_answer(status, {"error": _phrase(status)})
            body, headers = fresh.body, dict(fresh.headers)
        if self.body is not None:
            text = isinstance(self.body, str)
            body = (self.body if text else json.dumps(self.body)).encode("utf-8", "replace")
            headers[JSON_TYPE[0]] = b"text/plain; charset=utf-8" if text else JSON_TYPE[1]
        if self.content_type is not None:
            headers[JSON_TYPE[0]] = self.content_type.encode()
        if self.truncate:
            body = body[: max(0, len(body) - self.truncate)]
        headers |= self._waiting(status, now)
        headers |= {
            name.lower().encode(): (value or "").encode() for name, value in (self.headers or {}).items()
        }
        return Answer(status, body, tuple(headers.items()), self.delay, self.cut)

    def _waiting(self, status: int, now: int) -> dict[bytes, bytes]:
        headers: dict[bytes, bytes] = {}
        wait = self.retry_after if self.retry_after is not None else 1.0 if status == 429 else None
        if wait is not None:
            # RFC 9110 section 10.2.3: whole seconds.
            headers[b"retry-after"] = b"%d" % -(-wait // 1)
        if status == 429 and wait is not None:
            headers |= limit_headers(0, 0, now + round(wait * 1000))
        if self.should_retry is not None:
            headers[b"x-should-retry"] = b"true" if self.should_retry else b"false"
        return headers


def limit_headers(limit: int, remaining: int, reset: int) -> dict[bytes, bytes]:
    """Return the real server's rate limit headers; ``reset`` is a time in milliseconds."""
    return {
        b"x-ratelimit-limit": b"%d" % limit,
        b"x-ratelimit-remaining": b"%d" % remaining,
        b"x-ratelimit-reset": b"%d" % reset,
    }


class Faults:
    """The faults of one server; the first one that strikes a call wins."""

    def __init__(self) -> None:
        self._faults: dict[int, Fault] = {}
        self._seen: dict[int, int] = {}
        self._struck: dict[int, int] = {}
        self._sizes: dict[int, int] = {}
        self._numbers = itertools.count(1)

    def __bool__(self) -> bool:
        return bool(self._faults)

    def add(self, fault: Fault) -> int:
        """Add a fault and return its number.

        Raises:
            ValueError: There are too many.
        """
        if len(self._faults) >= MAX_FAULTS:
            raise ValueError(f"there are {MAX_FAULTS} faults already; remove some")
        size = len(json.dumps(_told(fault)))
        if sum(self._sizes.values()) + size > MAX_BYTES:
            raise ValueError(f"all faults together are more than {MAX_BYTES} bytes; remove some")
        number = next(self._numbers)
        self._faults[number] = fault
        self._sizes[number] = size
        self._seen[number] = self._struck[number] = 0
        return number

    def remove(self, number: int) -> bool:
        """Remove a fault; returns whether there was one."""
        self._sizes.pop(number, None)
        return self._faults.pop(number, None) is not None

    def clear(self) -> None:
        """Remove every fault."""
        self._sizes.clear()
        self._faults.clear()

    def describe(self) -> list[dict[str, Any]]:
        """Return every fault with how many calls matched it and how many it struck."""
        return [
            {"id": number, **_told(fault), "matched": self._seen[number], "struck": self._struck[number]}
            for number, fault in self._faults.items()
        ]

    def strike(self, request: Request, operation: str | None) -> Fault | None:
        """Return the fault that strikes a call, if one does, and count the call."""
        chosen: int | None = None
        for number, fault in self._faults.items():
            if not fault.matches(request, operation):
                continue
            self._seen[number] += 1
            seen = self._seen[number]
            wanted = seen == fault.nth if fault.nth is not None else seen > fault.after
            if chosen is None and wanted and (fault.times is None or self._struck[number] < fault.times):
                chosen = number
        if chosen is None:
            return None
        self._struck[chosen] += 1
        return self._faults[chosen]


class RateLimit:
    """So many requests a minute for each key.

    Args:
        limit: Requests a minute.
        clock: The time.
    """

    def __init__(self, limit: int, clock: Clock) -> None:
        self._limit = limit
        self._clock = clock
        self._minute = -1
        self._used: dict[bytes, int] = {}

    def refuse(self, request: Request) -> Answer | None:
        """Count a request and return the refusal if it is one too many."""
        now = self._clock.now()
        if now // 60_000 != self._minute:
            self._minute = now // 60_000
            self._used.clear()
        key = request.headers.get(b"authorization") or request.headers.get(b"x-api-key") or b""
        if len(self._used) > 10_000:
            self._used.clear()
        used = self._used[key[:256]] = self._used.get(key[:256], 0) + 1
        if used <= self._limit:
            return None
        reset = (self._minute + 1) * 60_000
        headers = {b"retry-after": b"%d" % -((now - reset) // 1000)}
        headers |= limit_headers(self._limit, 0, reset)
        return json_answer(429, {"error": "Rate limit exceeded"}, headers.items())


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def _told(fault: Fault) -> dict[str, Any]:
    """Return the members of a fault that are not the defaults."""
    plain = Fault()
    values = ((field.name, getattr(fault, field.name)) for field in fields(fault))
    return {name: value for name, value in values if value != getattr(plain, name)}
