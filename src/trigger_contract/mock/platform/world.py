"""What the operations of the service share."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from trigger_contract.mock import dates
from trigger_contract.mock.clock import Clock
from trigger_contract.mock.listquery import read_moment
from trigger_contract.mock.platform.signing import token
from trigger_contract.mock.platform.things import Things
from trigger_contract.mock.progress import Progress
from trigger_contract.mock.store import Store

_TYPES = {"dev": "DEVELOPMENT", "prod": "PRODUCTION", "stg": "STAGING", "staging": "STAGING"}


@dataclass(frozen=True)
class World:
    """One environment of one project.

    Attributes:
        store: The runs.
        things: All else.
        clock: The time.
        progress: Moves runs.
        secret: The secret key of the environment.
        on: The deviations that are on.
    """

    store: Store
    things: Things
    clock: Clock
    progress: Progress
    secret: str
    on: frozenset[str]

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment's ``id``, ``name``, perhaps ``user`` and ``project``."""
        return self.store.environment

    @property
    def is_dev(self) -> bool:
        """Whether this is an environment of somebody's own."""
        return self.environment["name"] == "dev"

    @property
    def kind(self) -> str:
        """The type of the environment."""
        return _TYPES.get(self.environment["name"], "PREVIEW")

    def is_named(self, names: Iterable[str]) -> bool:
        """Whether the environment is one of these; ``stg`` and ``staging`` are the same."""
        return self.kind in {_TYPES.get(name, "PREVIEW") for name in names}

    def now(self) -> str:
        """The time as answers have it."""
        return dates.to_text(self.clock.now())

    def sign(self, scopes: list[str]) -> str:
        """Return a public access token of this environment."""
        claims = {"sub": self.environment["id"], "pub": True, "scopes": scopes}
        return token(claims, self.secret, self.clock.now() // 1000)

    def headers(self, scopes: list[str] | None = None) -> list[tuple[bytes, bytes]]:
        """Return the headers that let a client make a public access token of its own."""
        claims: dict[str, Any] = {"sub": self.environment["id"], "pub": True}
        if scopes is not None:
            claims["scopes"] = scopes
        signed = token(claims, self.secret, self.clock.now() // 1000)
        said = json.dumps(claims, separators=(",", ":"))
        return [(b"x-trigger-jwt", signed.encode()), (b"x-trigger-jwt-claims", said.encode())]


def moment_of(value: Any, now: int) -> int | None:
    """Read a delay or timeout: a duration from now, or a date that is not past; None where it is neither.

    What is no text is milliseconds since 1970, as JavaScript makes a date of it.
    """
    if isinstance(value, int | float):
        return int(min(max(value, 0), dates.LATEST))
    if not isinstance(value, str):
        return None
    lasts = dates.read_duration(value)
    moment = read_moment(value) if lasts is None else now + lasts
    return None if moment is None or moment <= now else int(min(moment, dates.LATEST))
