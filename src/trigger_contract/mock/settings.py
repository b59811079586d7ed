"""What a mock server can be told."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trigger_contract.errors import UserError
from trigger_contract.mock.deviations import PROFILES

DEFAULT_TOKEN = "tr_dev_mock"
DEFAULT_PUBLIC_TOKEN = "pk_dev_mock"
DEFAULT_RECOUP_TOKEN = "recoup_mock"
DEFAULT_PERSONAL_TOKEN = "tr_pat_mock"
MAX_RUNS = 5_000_000
DEVELOPMENT = {"id": "cl1234", "name": "dev", "user": "Anna"}


@dataclass(frozen=True)
class Progression:
    """How a run without a fixed status moves through its life.

    Attributes:
        kind: ``instant`` (finished when created), ``time`` (one step each ``step`` seconds of the clock)
            or ``manual`` (one step each ``step`` retrievals, or when told to).
        step: Seconds for ``time``, retrievals for ``manual``; 0 with ``manual`` means only when told to.
    """

    kind: str = "instant"
    step: float = 0.0

    @classmethod
    def parse(cls, text: str) -> Progression:
        """Read ``instant``, ``time[:SECONDS]`` or ``manual[:POLLS]``.

        Raises:
            UserError: Anything else.
        """
        kind, colon, amount = text.partition(":")
        if kind == "instant" and not colon:
            return cls()
        try:
            if kind == "time" and 0 < (seconds := float(amount or "1")) < 1e9:
                return cls("time", seconds)
            if kind == "manual" and 0 <= (polls := int(amount or "0")) < 10**6:
                return cls("manual", float(polls))
        except ValueError:
            pass
        raise UserError(
            f"{text!r} is not instant, time[:SECONDS] or manual[:POLLS]", source="--progression"
        ) from None


@dataclass(frozen=True)
class Settings:
    """Everything a mock server is told at its start.

    Attributes:
        token: The secret key of the runs API.
        public_token: The public key of the runs API.
        recoup_token: The key of the tasks API.
        personal_token: The personal access token of the one user there is.
        runs: How many runs to seed.
        seed: Chooses the seeded data; the same seed gives the same data.
        deviations: Names of the real server's departures that are on.
        strict_query: Refuse query parameters the document does not have.
        admin: Serve the control door under ``/__mock``.
        progression: How unfixed runs move.
        database: File that keeps the runs; None keeps them in memory.
        rate_limit: Requests a minute for each key; None for no limit.
        index_delay: Seconds until a run that a call has started is in the list.
        max_body: Largest request body read, in bytes.
        data: Things that take the place of seeded ones, by the path of their collection.
    """

    token: str = field(default=DEFAULT_TOKEN, repr=False)
    public_token: str = field(default=DEFAULT_PUBLIC_TOKEN, repr=False)
    recoup_token: str = field(default=DEFAULT_RECOUP_TOKEN, repr=False)
    personal_token: str = field(default=DEFAULT_PERSONAL_TOKEN, repr=False)
    runs: int = 300
    seed: int = 0
    deviations: frozenset[str] = PROFILES["docs"]
    strict_query: bool = False
    admin: bool = True
    progression: Progression = Progression()
    database: Path | None = None
    rate_limit: int | None = None
    index_delay: float = 0.0
    max_body: int = 1 << 20
    data: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.runs <= MAX_RUNS:
            raise UserError(f"must be between 0 and {MAX_RUNS}", source="--runs")
        if self.rate_limit is not None and self.rate_limit < 1:
            raise UserError("must be at least 1 request a minute", source="--rate-limit")
        if not 0 <= self.index_delay <= 3600:
            raise UserError("must be between 0 and 3600 seconds", source="--index-delay")
        keys = {
            "--token": self.token,
            "--public-token": self.public_token,
            "--recoup-token": self.recoup_token,
            "--personal-token": self.personal_token,
        }
        for option, key in keys.items():
            # RFC 6750 section 2.1: a bearer token is visible ASCII without spaces.
            if not key or not key.isascii() or not key.isprintable() or " " in key:
                raise UserError("must be visible ASCII characters without spaces", source=option)
        if self.token == self.public_token:
            raise UserError("must differ from --token", source="--public-token")


def default_keys(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the three keys, from the environment where it names them."""
    return {
        "token": environ.get("TRIGGER_SECRET_KEY") or environ.get("TRIGGER_ACCESS_TOKEN") or DEFAULT_TOKEN,
        "public_token": environ.get("TRIGGER_PUBLIC_KEY") or DEFAULT_PUBLIC_TOKEN,
        "recoup_token": environ.get("RECOUP_API_KEY") or DEFAULT_RECOUP_TOKEN,
    }


def environment(token: str) -> dict[str, str]:
    """Return the environment a secret key belongs to: its name is the middle of ``tr_prod_…``."""
    kind = token.split("_")[1] if token.startswith("tr_") and token.count("_") > 1 else "dev"
    return dict(DEVELOPMENT) if kind == "dev" else {"id": f"cl{kind}1234", "name": kind}
