"""A whole recording asked again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from trigger_contract.errors import UserError
from trigger_contract.replay.asking import Asker, body_bytes
from trigger_contract.replay.comparing import Difference, compare
from trigger_contract.replay.learned import Learned
from trigger_contract.replay.playing import Ask, Player
from trigger_contract.replay.providing import Provider, latest
from trigger_contract.replay.recording import Exchange, Received
from trigger_contract.replay.roles import NoKey, Roles

_HOUR = 3600
_SHAPE = ("status", "type", "shape")


@dataclass(frozen=True)
class Outcome:
    """What came of one exchange; ``missing`` names the role whose key was not given."""

    exchange: Exchange
    differences: tuple[Difference, ...] = ()
    missing: str | None = None

    @property
    def equal(self) -> bool:
        """Whether nothing differs."""
        return not self.differences

    @property
    def same_shape(self) -> bool:
        """Whether status, media type and fields are those of the recording."""
        return not any(difference.kind in _SHAPE for difference in self.differences)


@dataclass
class Share:
    """How many exchanges of an operation were asked, equal, and equal in status and shape."""

    asked: int = 0
    equal: int = 0
    shape: int = 0
    skipped: int = 0


@dataclass
class Summary:
    """The shares of a replay, by operation."""

    shares: dict[str, Share] = field(default_factory=dict)

    def add(self, outcome: Outcome) -> None:
        """Count an outcome."""
        share = self.shares.setdefault(outcome.exchange.operation or "(none)", Share())
        if outcome.missing:
            share.skipped += 1
            return
        share.asked += 1
        share.equal += outcome.equal
        share.shape += outcome.same_shape

    @property
    def total(self) -> Share:
        """All operations together."""
        every = self.shares.values()
        return Share(*(sum(getattr(share, name) for share in every) for name in Share.__dataclass_fields__))


class _Server:
    """The server's clock: one that can be moved is moved, another is waited for."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._moment = self._clock("GET", None)

    @property
    def is_told(self) -> bool:
        """Whether the server can be told what happens: it is a mock whose clock stands."""
        return self._moment is not None

    @property
    def begun(self) -> str:
        """The time of the server's clock, as its answers have it."""
        return datetime.fromtimestamp(self._moment or 0, UTC).isoformat(timespec="milliseconds")[:23]

    def now(self) -> int:
        """Return seconds since 1970."""
        return int(time.time()) if self._moment is None else int(self._moment)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        if self._moment is None:
            time.sleep(seconds)
        elif seconds:
            self._moment = self._clock("POST", {"advance": seconds})

    def reach(self, moment: str) -> None:
        """Move the clock on to a time of the recording, where it is one of the next hour."""
        if self._moment is None or not moment:
            return
        at = datetime.fromisoformat(moment).timestamp()
        if 0 < at - self._moment < _HOUR:
            self.wait(at - self._moment)

    def pass_by(self, seconds: float) -> None:
        """Let so much time pass as an answer took, where that takes none of ours."""
        if self._moment is not None:
            self.wait(seconds)

    def control(self, method: str, path: str, body: Any) -> Received:
        """Ask the control door."""
        headers = {} if body is None else {"content-type": "application/json"}
        return self._asker.ask(method, f"/__mock{path}", headers, body_bytes(body))

    def _clock(self, method: str, body: dict[str, float] | None) -> float | None:
        answer = self.control(method, "/clock", body)
        if answer.status != 200 or not isinstance(answer.body, dict) or not answer.body.get("frozen"):
            return None
        return datetime.fromisoformat(answer.body["now"]).timestamp()


def replay(
    exchanges: Iterable[Exchange], asker: Asker, roles: Roles, settle: float = 0.0
) -> Iterable[Outcome]:
    """Ask each exchange again, in order, and yield what came of it.

    Args:
        exchanges: The recording.
        asker: Asks the server.
        roles: The keys. An exchange whose key is not among them is left out.
        settle: Seconds to wait before each read that follows a write, for a server whose lists lag behind.

    Raises:
        UserError: The server does not answer.
    """
    learned, server, wrote = Learned(), _Server(asker), False
    exchanges = list(exchanges)
    player = Player(exchanges, server.control, learned, server.begun) if server.is_told else None
    provider = Provider(exchanges, server.control, learned) if server.is_told else None
    for exchange in exchanges:
        request = exchange.request
        server.wait(exchange.waited or (settle if wrote and request.method == "GET" else 0))
        wrote = request.method not in ("GET", "HEAD", "OPTIONS") or (wrote and not settle)
        try:
            fill = _filler(exchange, roles, learned, asker.host, server.now())
            headers = {name: fill(value) for name, value in request.headers.items()}
            path = fill(request.path)
        except NoKey as missing:
            yield Outcome(exchange, missing=str(missing))
            continue
        if player is not None and provider is not None:
            server.reach(latest(exchange))
            ask = _trigger(asker, roles, exchange)
            player.before(exchange, ask)
            if roles.has_secret(exchange):
                provider.before(exchange, ask)
            path = fill(request.path)  # with what has been learned since
        body = learned.translate_value(request.body)
        answer = asker.ask(request.method, path, headers, body_bytes(body))
        server.pass_by(exchange.took)
        if provider is not None:
            provider.after(exchange)
        made = request.method not in ("GET", "HEAD", "OPTIONS")
        yield Outcome(exchange, compare(exchange.response, answer, learned, made=made))


def _trigger(asker: Asker, roles: Roles, exchange: Exchange) -> Ask:
    """Return how the server is asked by whoever holds the secret key of an exchange's environment."""

    def ask(method: str, path: str, body: Any) -> Received:
        key = roles.secret(exchange)
        headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        return asker.ask(method, path, headers, body_bytes(body))

    return ask


def _own(exchange: Exchange, learned: Learned) -> Exchange:
    """Return an exchange whose token names the server's own things."""
    if exchange.token is None:
        return exchange
    claims = learned.translate_value(exchange.token.claims)
    return replace(exchange, token=replace(exchange.token, claims=claims))


def _filler(exchange: Exchange, roles: Roles, learned: Learned, host: str, now: int) -> Callable[[str], str]:
    exchange = _own(exchange, learned)

    def fill(text: str) -> str:
        return roles.fill(learned.translate(text.replace("<host>", host)), exchange, now)

    return fill


def select(exchanges: list[Exchange], only: Iterable[str]) -> list[Exchange]:
    """Return the exchanges of some operations or groups.

    Args:
        exchanges: The recording.
        only: Operation ids or groups; none at all keep everything.

    Raises:
        UserError: There is none of that name.
    """
    wanted = list(only)
    for name in wanted:
        if not any(name in (exchange.operation, exchange.group) for exchange in exchanges):
            raise UserError(f"the recording has no operation or group {name!r}", source="--only")
    return [e for e in exchanges if not wanted or e.operation in wanted or e.group in wanted]


def as_json(summary: Summary) -> str:
    """Spell a summary as JSON."""
    rows = {name: vars(share) for name, share in sorted(summary.shares.items())}
    return json.dumps({"operations": rows, "total": vars(summary.total)}, indent=2)


def table(summary: Summary) -> str:
    """Write a summary for people: one line an operation, the total last."""
    rows = [*sorted(summary.shares.items()), ("all", summary.total)]
    width = max(len(name) for name, _ in rows)
    lines = [f"{'operation':{width}}  asked  equal      shape      not asked"]
    for name, share in rows:
        equal, shape = (_percent(part, share.asked) for part in (share.equal, share.shape))
        lines.append(f"{name:{width}}  {share.asked:5}  {equal:>9}  {shape:>9}  {share.skipped:9}")
    return "\n".join(lines)


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"
