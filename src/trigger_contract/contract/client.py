"""The one place requests go out from: budget, deadlines, how many at once, waiting when told to."""

from __future__ import annotations

import itertools
import math
import re
import string
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from statistics import median
from urllib.parse import quote

import httpx

from trigger_contract.contract.exchange import Exchange, Request
from trigger_contract.contract.gate import Gate
from trigger_contract.contract.settings import Settings
from trigger_contract.contract.sockets import Aborted, Overrun, Sockets, is_stream
from trigger_contract.errors import UserError, why

ANSWER_SECONDS = 30.0
_ANSWER_BYTES = 64 * 1024 * 1024
_STREAM_BYTES = 65_536
_ATTEMPTS_WHEN_LIMITED = 12
_RECONNECTION_PAUSES = (0.1, 0.4, 1.0)
_LONGEST_WAIT = 60.0
# A target that httpx would send as it is.
_PLAIN = re.compile(r"(?:/(?:[\w.~:@-]|%[0-9A-Fa-f]{2})+)+(?:\?(?:[\w.~&+,:=-]|%[0-9A-Fa-f]{2})+)?", re.ASCII)
# What may have been done already must not be done twice. Source: RFC 9110, section 9.2.2.
_ONCE = frozenset(("POST", "PATCH"))
# httpx would add fields of its own; a request holds what is said here and nothing else.
_PLAIN_HEADERS = (
    ("accept", "application/json"),
    ("accept-encoding", "gzip, deflate"),
    ("user-agent", "trigger-contract"),
)


class BudgetExhausted(Exception):
    """Nothing more may be sent; what is left of a law does not run.

    Args:
        limit: What is used up, in a few words.
    """

    def __init__(self, limit: str = "the limit of requests or time") -> None:
        super().__init__(limit)
        self.limit = limit


class Client:
    """Sends requests within the budget, from as many threads as there are.

    Args:
        settings: Address, budget and rate.
        transport: Carries the requests; None opens sockets.
        sleep: Waits; None for a sleep that ends with the run.

    Attributes:
        sent: How many requests went out.
        most: How many may go out.
        seconds: How long the run may take.
        times: Seconds of each answer so far.
    """

    def __init__(
        self,
        settings: Settings,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        self._settings = settings
        self._aborted = threading.Event()
        self._sleep = sleep or self._nap
        self._base = httpx.URL(settings.url)
        self._prefix = self._base.raw_path.decode("ascii").rstrip("/")
        self._transport = transport or Sockets(settings, self._aborted)
        self._opens_sockets = transport is None
        self._origin = str(self._base.copy_with(raw_path=b"/"))[:-1]
        self._gate = Gate(settings.concurrency)
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._start = time.monotonic()
        self._next_slot = 0.0
        self._not_before = 0.0
        self.sent = 0
        self.most = settings.max_requests or 8000
        self.seconds = settings.time_limit or 300.0
        self.times: list[float] = []
        self.exhausted = ""

    def close(self) -> None:
        """Close every connection."""
        self._transport.close()

    def abort(self, reason: str) -> None:
        """End the run at once: whatever is sent or awaited is given up.

        Args:
            reason: Why, in a few words.
        """
        self.exhausted = self.exhausted or reason
        self._aborted.set()

    def adapt(self, operations: int) -> None:
        """Set the limits that the user left open, by the time an answer takes and what there is to do.

        Args:
            operations: How many operations are checked.
        """
        if self._settings.max_requests is None:
            self.most = max(self.most, 2000 * operations)
        if self._settings.time_limit is None and self.times:
            each = median(self.times) / self._settings.concurrency
            if self._settings.rate:
                each = max(each, 1 / self._settings.rate)
            self.seconds = min(3600.0, max(self.seconds, 1.5 * self.most * each))

    @property
    def remaining(self) -> int:
        """How many requests may still go out."""
        return max(0, self.most - self.sent)

    @property
    def elapsed(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self._start

    @property
    def is_exhausted(self) -> bool:
        """Whether requests or time are used up."""
        return bool(self._limit())

    def _limit(self) -> str:
        if not self.exhausted:
            if self.sent >= self.most:
                self.exhausted = f"the limit of {self.most} requests"
            elif self.elapsed > self.seconds:
                self.exhausted = f"the time limit of {self.seconds:g} s"
        return self.exhausted

    def send(self, request: Request, *, seconds: float = ANSWER_SECONDS) -> Exchange:
        """Send a request; wait and repeat while the server answers 429.

        Source: RFC 6585, section 4 (429), and RFC 9110, section 10.2.3 (Retry-After).

        Args:
            request: The request.
            seconds: Until when the whole answer has to be there.

        Raises:
            BudgetExhausted: Nothing more may be sent.
            UserError: The server is gone.
        """
        for attempt in range(_ATTEMPTS_WHEN_LIMITED):
            exchange = self._send_once(request, seconds)
            if exchange.status != 429:
                return exchange
            pause = min(_pause(exchange, attempt), _LONGEST_WAIT)
            if self.elapsed + pause > self.seconds:
                raise BudgetExhausted(
                    f"the time limit of {self.seconds:g} s, because the server answers 429 and asks to wait "
                    f"{math.ceil(pause)} s"
                )
            moment = time.monotonic() + pause
            self._not_before = max(self._not_before, moment)
            self._sleep(pause)
            # Whoever waited need not wait again, even where the sleep took no time.
            if self._not_before == moment:
                self._not_before = 0.0
        return exchange

    def follow(self, exchange: Exchange, most: int = 5) -> Exchange:
        """Go where an answer sends the request, as long as that is the same origin.

        Source: RFC 9110, section 15.4. A key never goes to another origin.

        Args:
            exchange: An answer with a status 3xx.
            most: How many times at most.

        Returns:
            The last answer, with the request that was asked for at first.
        """
        first = exchange.request
        for _ in range(most):
            location = exchange.headers.get("location", "")
            try:
                url = httpx.URL(exchange.url).join(location)
            except (httpx.InvalidURL, ValueError):
                return exchange
            origin = (self._base.scheme, self._base.host, self._base.port)
            if not location or (url.scheme, url.host, url.port) != origin:
                return exchange
            onward = replace(first, target=url.raw_path.decode("ascii"), is_absolute=True)
            exchange = replace(self.send(onward), request=first)
            if exchange.status not in (301, 302, 307, 308):
                return exchange
        return exchange

    def _send_once(self, request: Request, seconds: float) -> Exchange:
        exchange = self._attempt(request, seconds)
        if exchange.status == 0 and not exchange.is_overrun and request.method not in _ONCE:
            # A connection kept alive may be closed under a request; a second try tells that from an
            # answer that never comes.
            exchange = self._attempt(request, seconds)
            if exchange.status == 0 and not exchange.is_overrun and not self._is_alive():
                raise UserError(
                    f"the server stopped answering ({exchange.trouble})", source=self._settings.url
                )
        return exchange

    def _attempt(self, request: Request, seconds: float) -> Exchange:
        for pause in (*_RECONNECTION_PAUSES, None):
            self._spend()
            self._gate.enter()
            clock, is_trouble = time.monotonic(), True
            try:
                exchange = self._exchange(request, min(seconds, max(0.05, self.seconds - self.elapsed)))
                is_trouble = exchange.status in (0, 429, 503)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                if pause is None or self.elapsed > self.seconds:
                    raise UserError(f"cannot be reached: {why(error)}", source=self._settings.url) from None
            except Aborted:
                raise BudgetExhausted(self.exhausted) from None
            else:
                if exchange.is_overrun and self.elapsed > self.seconds:
                    # Its time was cut short by the limit of the run, so nothing can be said of the server.
                    self._limit()
                    raise BudgetExhausted(
                        f"{self.exhausted}, while an answer to {request.method} {request.target} did not end"
                    )
                self.times.append(exchange.elapsed)
                return exchange
            finally:
                self._gate.leave(clock, time.monotonic(), is_trouble=is_trouble)
            self._sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    def _exchange(self, request: Request, seconds: float) -> Exchange:
        """Send once and read the answer within its bounds of time and size."""
        started, clock = datetime.now(UTC), time.monotonic()
        prefix = "" if request.is_absolute else self._prefix
        # What a law has not encoded is encoded here; what it has is left as it is.
        target = quote(prefix + request.target, safe=string.punctuation, errors="surrogatepass")
        url, raw, address = self._addressed(target)
        status, headers, body, trouble, is_overrun = 0, {}, b"", "", False
        is_partial = False
        try:
            response = self._transport.handle_request(
                httpx.Request(
                    request.method,
                    url,
                    headers=self._fields(request),
                    content=request.body,
                    extensions={"deadline": clock + seconds, "target": raw},
                )
            )
            headers = {name.lower(): value for name, value in response.headers.items()}
            try:
                body, is_partial = _read(response, clock + seconds)
            finally:
                response.close()
            status = response.status_code
        except Overrun:
            trouble, is_overrun = f"no whole answer within {seconds:.3g} s", True
        except _TooLarge:
            trouble, is_overrun = f"an answer of more than {_ANSWER_BYTES >> 20} MiB", True
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.LocalProtocolError):
            # The last is a fault of a law: never the server's.
            raise
        except (httpx.TransportError, httpx.DecodingError, zlib.error) as error:
            trouble = _reason(error)
        return Exchange(
            request,
            address,
            status,
            headers if status else {},
            body,
            started,
            time.monotonic() - clock,
            trouble,
            number=next(self._numbers),
            is_overrun=is_overrun,
            is_partial=is_partial,
        )

    def _addressed(self, target: str) -> tuple[httpx.URL, bytes, str]:
        """Return where a request goes, what stands in its first line, and both as one address.

        What needs no spelling of its own is taken as it is: to put an address together and take it apart
        again costs more than all that the suite does with a usual answer.
        """
        if self._opens_sockets and _PLAIN.fullmatch(target) and "/." not in target:
            return self._base, target.encode("ascii"), self._origin + target
        url = self._base.copy_with(raw_path=target.encode("ascii"))
        return url, url.raw_path, str(url)

    def _fields(self, request: Request) -> list[tuple[bytes, bytes]]:
        given = {name.lower() for name, _ in request.headers}
        fields = [(b"host", self._base.netloc)]
        fields += [(name.encode(), value.encode()) for name, value in _PLAIN_HEADERS if name not in given]
        if request.body is not None:
            fields.append((b"content-length", str(len(request.body)).encode()))
        return fields + [(name.encode("ascii"), _encoded(value)) for name, value in request.headers]

    def _spend(self) -> None:
        with self._lock:
            if limit := self._limit():
                raise BudgetExhausted(limit)
            self.sent += 1
            now = time.monotonic()
            pause = max(0.0, self._not_before - now)
            if self._settings.rate:
                slot = max(now, self._next_slot)
                self._next_slot = slot + 1 / self._settings.rate
                pause = max(pause, slot - now)
        if pause:
            self._sleep(pause)

    def _nap(self, seconds: float) -> None:
        if self._aborted.wait(seconds):
            raise BudgetExhausted(self.exhausted)

    def _is_alive(self) -> bool:
        """Whether the server still answers anything at all."""
        probe = Request("GET", "/", (), (), "see whether the server still answers")
        try:
            exchange = self._attempt(probe, ANSWER_SECONDS)
        except UserError:
            return False
        return exchange.status != 0 or exchange.is_overrun


class _TooLarge(Exception):
    """A body is larger than anything that can be judged."""


def _read(response: httpx.Response, deadline: float) -> tuple[bytes, bool]:
    """Read a body with its content coding undone; of a stream only the beginning.

    Returns:
        The body, and whether it is only the beginning.

    Raises:
        Overrun: It did not end in time.
        _TooLarge: It is too large.
    """
    goes_on = is_stream(response)
    coding = response.headers.get("content-encoding", "").strip().lower()
    unpack = _Unpacking() if coding in ("gzip", "x-gzip", "deflate") else None
    parts: list[bytes] = []
    size = 0
    stream = response.stream
    assert isinstance(stream, httpx.SyncByteStream)
    try:
        for raw in stream:
            part = unpack(raw, _ANSWER_BYTES - size) if unpack else raw
            parts.append(part)
            size += len(part)
            if goes_on and size > _STREAM_BYTES:
                return b"".join(parts), True
            if size >= _ANSWER_BYTES:
                raise _TooLarge
            if time.monotonic() > deadline:
                raise Overrun
    except Overrun:
        if not goes_on:
            raise
        return b"".join(parts), True
    return b"".join(parts), False


class _Unpacking:
    """Undoes gzip and deflate, never further than is wanted. Source: RFC 9110, section 8.4.1."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=47)
        self._is_first = True

    def __call__(self, raw: bytes, most: int) -> bytes:
        try:
            part = self._inner.decompress(raw, most)
        except zlib.error:
            if not self._is_first:
                raise
            # Some send deflate without the zlib header that the RFC asks for.
            self._inner = zlib.decompressobj(wbits=-15)
            part = self._inner.decompress(raw, most)
        self._is_first = False
        return part


def _pause(exchange: Exchange, attempt: int) -> float:
    """Seconds to wait after a 429: Retry-After, then a reset time in unix milliseconds, then doubling."""
    after = exchange.headers.get("retry-after", "").strip()
    if (seconds := _number(after)) is not None:
        return seconds
    if after:
        try:
            moment = parsedate_to_datetime(after)
            return max(0.0, (moment - datetime.now(moment.tzinfo or UTC)).total_seconds())
        except (ValueError, TypeError, OverflowError):
            pass
    reset = _number(exchange.headers.get("x-ratelimit-reset", ""))
    if reset is not None and reset > 1e11:
        return max(0.0, reset / 1000 - time.time())
    return min(0.25 * 2.0**attempt, 8.0)


def _number(text: str) -> float | None:
    """Read a plain number of ASCII digits; ``²`` is a digit for Python, but no number."""
    try:
        found = float(text) if text.isascii() else None
    except ValueError:
        return None
    return found if found is not None and 0 <= found < 1e15 else None


def _encoded(value: str) -> bytes:
    # RFC 9110, section 5.5: octets above 127 are opaque; latin-1 lets a law choose each of them.
    return value.encode("latin-1")


def _reason(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
