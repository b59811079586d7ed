"""What a run of the suite is asked to do: one table of options for the command line and for pytest."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from trigger_contract.errors import UserError


@dataclass(frozen=True)
class Option:
    """One option, the same on the command line and in pytest.

    Attributes:
        name: The option without its dashes.
        help: One sentence.
        kind: What turns the text into the value; ``bool`` for a flag.
        default: The value where neither option nor environment gives one.
        environment: Variables read in this order where the option is absent.
        many: Whether it may be given several times.
        metavar: What stands for the value in the help.
    """

    name: str
    help: str
    kind: Callable[[str], Any] | type = str
    default: Any = None
    environment: tuple[str, ...] = ()
    many: bool = False
    metavar: str | None = None

    @property
    def field(self) -> str:
        """The name of the field in ``Settings``."""
        return self.name.replace("-", "_")


OPTIONS: tuple[Option, ...] = (
    Option(
        "url", "Where the server is, for example http://127.0.0.1:8080.", environment=("TRIGGER_API_URL",)
    ),
    Option(
        "token",
        "The secret key that reads everything.",
        environment=("TRIGGER_SECRET_KEY", "TRIGGER_ACCESS_TOKEN"),
    ),
    Option("public-token", "A public key, for what it must not see.", environment=("TRIGGER_PUBLIC_KEY",)),
    Option("recoup-token", "The key of the other service's operations.", environment=("RECOUP_API_KEY",)),
    Option("tag", "Check only operations with this tag; may be repeated.", many=True),
    Option("seed", "Repeat a run: the seed it printed.", kind=int, metavar="N"),
    Option("examples", "Generated requests for each operation and mode.", kind=int, default=15, metavar="N"),
    Option("time-limit", "Start nothing new after this many seconds.", kind=float, default=90.0, metavar="S"),
    Option("max-requests", "Send no more requests than this.", kind=int, default=8000, metavar="N"),
    Option("rate", "Send no more requests a second than this.", kind=float, metavar="N"),
    Option("known", "Known deviations, which do not fail.", kind=Path, metavar="FILE"),
    Option("write-known", "Record what this run found as known deviations.", kind=Path, metavar="FILE"),
    Option("report", "Write JUnit, JSON, HAR and HTML reports here.", kind=Path, metavar="DIR"),
    Option("strict", "Advisory findings fail too.", kind=bool, default=False),
    Option("require-exercised", "A promise that had no data to work on fails.", kind=bool, default=False),
    Option("probe-methods", "Also send methods that could change data.", kind=bool, default=False),
    Option("probe", "Run only this law or kind of law, for example pagination; may be repeated.", many=True),
    Option("spec", "Check against this document, not the canonical one.", kind=Path, metavar="FILE"),
)


@dataclass(frozen=True)
class Settings:
    """What one run is asked to do. Secrets never show in its representation."""

    url: str
    token: str | None = field(default=None, repr=False)
    public_token: str | None = field(default=None, repr=False)
    recoup_token: str | None = field(default=None, repr=False)
    tag: tuple[str, ...] = ()
    seed: int = 0
    examples: int = 15
    time_limit: float = 90.0
    max_requests: int = 8000
    rate: float | None = None
    known: Path | None = None
    write_known: Path | None = None
    report: Path | None = None
    strict: bool = False
    require_exercised: bool = False
    probe_methods: bool = False
    probe: tuple[str, ...] = ()
    spec: Path | None = None


def settings_from(values: Mapping[str, Any]) -> Settings:
    """Gather options, environment and defaults.

    Args:
        values: A value for each ``Option.field``; None or empty where the option was not given.

    Raises:
        UserError: The address is missing or no HTTP address, or a number is out of range.
    """
    chosen: dict[str, Any] = {}
    for option in OPTIONS:
        value = values.get(option.field)
        if value is None or value == ():
            value = next((os.environ[name] for name in option.environment if os.environ.get(name)), None)
        if value is None:
            value = () if option.many else option.default
        chosen[option.field] = tuple(value) if option.many else value
    if chosen["seed"] is None:
        chosen["seed"] = random.SystemRandom().randrange(2**32)
    chosen["url"] = _checked_url(chosen["url"])
    for name in ("token", "public_token", "recoup_token"):
        _check_token(name, chosen[name])
    for name, least in (("examples", 0), ("max_requests", 1), ("time_limit", 0.001), ("rate", 0.001)):
        if chosen[name] is not None and chosen[name] < least:
            raise UserError(f"must be at least {least}", source="--" + name.replace("_", "-"))
    return Settings(**{item.name: chosen[item.name] for item in fields(Settings)})


def _checked_url(url: str | None) -> str:
    if not url:
        raise UserError("is missing: give the address of the server to check", source="--url")
    if not _is_http(url):
        raise UserError("is not an http or https address", source=f"--url {_without_password(url)}")
    parts = urlsplit(url)
    if parts.query or parts.fragment or parts.username or parts.password:
        raise UserError(
            "give the address without user, query and fragment; keys go in --token", source="--url"
        )
    return url.rstrip("/")


def _is_http(url: str) -> bool:
    """Whether a client can send requests there: RFC 3986, with the names of RFC 5891 and a real port."""
    try:
        parsed = httpx.URL(url)
        # Neither of the two alone refuses everything that a request would stumble over.
        port = urlsplit(url).port
    except (httpx.InvalidURL, ValueError):  # a UnicodeError is a ValueError
        return False
    legal_host = parsed.host and not re.search(r"[\s\x00-\x20\x7f]|%20", parsed.host)
    labels = parsed.raw_host.split(b".")
    fits = len(parsed.raw_host) <= 253 and all(len(label) <= 63 for label in labels)
    return parsed.scheme in ("http", "https") and bool(legal_host) and fits and (port is None or port >= 0)


def _without_password(url: str) -> str:
    return re.sub(r"//[^/@]*@", "//…@", url)


def _check_token(name: str, value: str | None) -> None:
    # RFC 9110, section 5.5: a field value holds visible characters; anything else cannot be sent.
    if value is not None and (not value.isascii() or not value.isprintable() or " " in value):
        raise UserError(
            "holds characters that cannot stand in a header", source="--" + name.replace("_", "-")
        )
