"""The one place requests go out from: budget, rate, waiting when told to, and a journal."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from trigger_contract.contract.exchange import Exchange, Request
from trigger_contract.contract.settings import Settings
from trigger_contract.errors import UserError

TIMEOUT = 30.0
_ATTEMPTS_WHEN_LIMITED = 12
_RECONNECTION_PAUSES = (0.1, 0.4, 1.0)
_LONGEST_WAIT = 60.0
# HTTPX would add fields of its own; a request holds what the journal says and nothing else.
_PLAIN_HEADERS = {
    "accept": "application/json",
    "accept-encoding": "gzip, deflate",
    "user-agent": "trigger-contract",
}


class BudgetExhausted(Exception):
    """The limit of requests or of time is reached; what is left is not exercised."""


class Client:
    """Sends requests one at a time within the budget and keeps what was exchanged.

    Args:
        settings: Address, budget and rate.
        transport: Carries the requests; None opens sockets.
        sleep: Waits; replaced where nothing should.
    """

    def __init__(
        self,
        settings: Settings,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self._sleep = sleep
        self._base = httpx.URL(settings.url)
        self._prefix = self._base.raw_path.decode("ascii").rstrip("/")
        # trust_env is off: a proxy from the environment must not stand between the suite and the server.
        self._http = httpx.Client(
            transport=transport, timeout=TIMEOUT, trust_env=False, follow_redirects=False
        )
        self._http.headers = httpx.Headers(_PLAIN_HEADERS)
        self._start = time.monotonic()
        self._next_slot = 0.0
        self.journal: list[Exchange] = []
        self.sent = 0

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    @property
    def remaining(self) -> int:
        """How many requests may still go out."""
        return max(0, self._settings.max_requests - self.sent)

    @property
    def elapsed(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self._start

    @property
    def is_exhausted(self) -> bool:
        """Whether requests or time are used up."""
        return self.remaining == 0 or self.elapsed > self._settings.time_limit

    def send(self, request: Request) -> Exchange:
        """Send a request; wait and repeat while the server answers 429.

        Source: RFC 6585, section 4 (429), and RFC 9110, section 10.2.3 (Retry-After).

        Raises:
            BudgetExhausted: Nothing more may be sent.
            UserError: The server is gone.
        """
        for attempt in range(_ATTEMPTS_WHEN_LIMITED):
            exchange = self._send_once(request)
            if exchange.status != 429:
                return exchange
            pause = min(_pause(exchange, attempt), _LONGEST_WAIT)
            if self.elapsed + pause > self._settings.time_limit:
                raise BudgetExhausted
            self._sleep(pause)
        return exchange

    def _send_once(self, request: Request) -> Exchange:
        exchange = self._attempt(request)
        if exchange.status == 0:
            # A connection kept alive may be closed under a request; a second try tells that from an
            # answer that never comes.
            exchange = self._attempt(request)
            if exchange.status == 0 and not self._is_alive():
                raise UserError(
                    f"the server stopped answering ({exchange.trouble})", source=self._settings.url
                )
        self.journal.append(exchange)
        return exchange

    def _attempt(self, request: Request) -> Exchange:
        url = self._base.copy_with(raw_path=(self._prefix + request.target).encode("ascii"))
        for pause in (*_RECONNECTION_PAUSES, None):
            self._spend()
            started, clock = datetime.now(UTC), time.monotonic()
            try:
                response = self._http.request(
                    request.method,
                    url,
                    headers=[(name.encode("ascii"), _encoded(value)) for name, value in request.headers],
                )
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                if pause is None or self.elapsed > self._settings.time_limit:
                    raise UserError(
                        f"cannot be reached: {_reason(error)}", source=self._settings.url
                    ) from None
                self._sleep(pause)
                continue
            except httpx.LocalProtocolError:
                # The request itself is wrong: a fault of a law, never the server's.
                raise
            except (httpx.TransportError, httpx.DecodingError) as error:
                elapsed = time.monotonic() - clock
                return Exchange(request, str(url), 0, {}, b"", started, elapsed, _reason(error))
            return Exchange(
                request,
                str(url),
                response.status_code,
                {name.lower(): value for name, value in response.headers.items()},
                response.content,
                started,
                time.monotonic() - clock,
            )
        raise AssertionError("the last attempt returns or raises")

    def _spend(self) -> None:
        if self.is_exhausted:
            raise BudgetExhausted
        self.sent += 1
        if self._settings.rate:
            now = time.monotonic()
            if self._next_slot > now:
                self._sleep(self._next_slot - now)
            self._next_slot = max(now, self._next_slot) + 1 / self._settings.rate

    def _is_alive(self) -> bool:
        """Whether the server still answers anything at all."""
        probe = Request("GET", "/", (), (), "see whether the server still answers")
        try:
            return self._attempt(probe).status != 0
        except UserError:
            return False


def _pause(exchange: Exchange, attempt: int) -> float:
    """Seconds to wait after a 429: Retry-After, then a reset time in unix milliseconds, then doubling."""
    after = exchange.headers.get("retry-after", "").strip()
    if after.isdigit():
        return float(after)
    if after:
        try:
            moment = parsedate_to_datetime(after)
            return max(0.0, (moment - datetime.now(moment.tzinfo or UTC)).total_seconds())
        except (ValueError, TypeError):
            pass
    try:
        return max(0.0, float(after))
    except ValueError:
        pass
    reset = exchange.headers.get("x-ratelimit-reset", "")
    if reset.isdigit():
        return max(0.0, int(reset) / 1000 - time.time())
    return min(0.25 * 2.0**attempt, 8.0)


def _encoded(value: str) -> bytes:
    # RFC 9110, section 5.5: octets above 127 are opaque; latin-1 lets a law choose each of them.
    return value.encode("latin-1")


def _reason(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
