"""What a run of the suite is asked to do: one table of options for the command line and for pytest."""

from __future__ import annotations

import math
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
    Option(
        "key",
        "The key of one security scheme, by its name, header, query name or cookie; may be repeated. "
        "The variable CONTRACT_KEY_<NAME> gives it too.",
        many=True,
        metavar="NAME=VALUE",
    ),
    Option("token-command", "Prints a fresh token; run again when it expires.", metavar="CMD"),
    Option("tag", "Check only operations with this tag; may be repeated.", many=True),
    Option(
        "header", "Send this field with every request; may be repeated.", many=True, metavar="'NAME: VALUE'"
    ),
    Option(
        "cookie", "Send this cookie with every request; may be repeated.", many=True, metavar="NAME=VALUE"
    ),
    Option(
        "include",
        "Check only operations that match; see --exclude; may be repeated.",
        many=True,
        metavar="PATTERN",
    ),
    Option(
        "exclude",
        "Leave out operations: operationId, path or `METHOD path`, with * for anything; may be repeated.",
        many=True,
        metavar="PATTERN",
    ),
    Option("seed", "Repeat a run: the seed it printed.", kind=int, metavar="N"),
    Option("examples", "Generated requests for each operation and mode.", kind=int, default=15, metavar="N"),
    Option(
        "time-limit",
        "Start nothing new after this many seconds; by default as long as the server's pace asks for.",
        kind=float,
        metavar="S",
    ),
    Option(
        "max-requests",
        "Send no more requests than this; by default 8000, and more for more operations.",
        kind=int,
        metavar="N",
    ),
    Option("concurrency", "Requests that are out at once at most.", kind=int, default=8, metavar="N"),
    Option("rate", "Send no more requests a second than this.", kind=float, metavar="N"),
    Option("wait", "Wait this many seconds for a server that is starting.", kind=float, metavar="S"),
    Option("cacert", "Trust the authorities of this PEM file.", kind=Path, metavar="FILE"),
    Option("cert", "Client certificate, PEM; with its key, or --cert-key.", kind=Path, metavar="FILE"),
    Option("cert-key", "Key of the client certificate, PEM.", kind=Path, metavar="FILE"),
    Option("insecure", "Do not check the server's certificate.", kind=bool, default=False),
    Option("use-proxy", "Go through the proxy that the environment names.", kind=bool, default=False),
    Option("known", "Known deviations, which do not fail.", kind=Path, metavar="FILE"),
    Option("write-known", "Record what this run found as known deviations.", kind=Path, metavar="FILE"),
    Option(
        "propose",
        "Write what would make the document true of what was found, as an OpenAPI Overlay.",
        kind=Path,
        metavar="FILE",
    ),
    Option("report", "Write JUnit, JSON, HAR and HTML reports here.", kind=Path, metavar="DIR"),
    Option("allure", "Write results for Allure here.", kind=Path, metavar="DIR"),
    Option("strict", "Advisory findings fail too.", kind=bool, default=False),
    Option("require-exercised", "A promise that had no data to work on fails.", kind=bool, default=False),
    Option("probe-methods", "Also send methods that could change data.", kind=bool, default=False),
    Option("write", "Also judge what writes, and remove what was made.", kind=bool, default=False),
    Option(
        "settle", "Ask again for this long for what is not listed yet.", kind=float, default=2.0, metavar="S"
    ),
    Option("label", "Begin what is made with this text.", default="contract-test", metavar="TEXT"),
    Option("yes", "Write to any address without asking.", kind=bool, default=False),
    Option(
        "webhook-port",
        "Receive webhooks on this port of 127.0.0.1 during the run, and judge them; 0 takes a free one.",
        kind=int,
        metavar="PORT",
    ),
    Option(
        "webhook-seconds", "Receive webhooks for so long at least.", kind=float, default=10.0, metavar="S"
    ),
    Option(
        "webhooks",
        "Judge webhooks recorded in this file; may be repeated.",
        kind=Path,
        many=True,
        metavar="FILE",
    ),
    Option("probe", "Run only this law or kind of law, for example pagination; may be repeated.", many=True),
    Option("shard", "Judge one of several parts, together all; joined by `report --join`.", metavar="K/N"),
    Option("laws", "Take the laws of this folder too; may be repeated.", kind=Path, many=True, metavar="DIR"),
    Option("allow-incomplete", "A run that a limit cut short may pass.", kind=bool, default=False),
    Option("spec", "Check against this document, not the canonical one.", kind=Path, metavar="FILE"),
)

_LEAST: dict[str, float] = {
    "examples": 0,
    "max_requests": 1,
    "time_limit": 0.001,
    "rate": 0.001,
    "concurrency": 1,
    "wait": 0,
    "settle": 0,
    "webhook_port": 0,
    "webhook_seconds": 0,
}
_MOST: dict[str, float] = {"concurrency": 256, "webhook_port": 65535}


@dataclass(frozen=True)
class Settings:
    """What one run is asked to do. Secrets never show in its representation."""

    url: str
    token: str | None = field(default=None, repr=False)
    public_token: str | None = field(default=None, repr=False)
    recoup_token: str | None = field(default=None, repr=False)
    key: tuple[str, ...] = field(default=(), repr=False)
    token_command: str | None = field(default=None, repr=False)
    tag: tuple[str, ...] = ()
    header: tuple[str, ...] = field(default=(), repr=False)
    cookie: tuple[str, ...] = field(default=(), repr=False)
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    seed: int = 0
    examples: int = 15
    time_limit: float | None = None
    max_requests: int | None = None
    concurrency: int = 8
    rate: float | None = None
    wait: float | None = None
    cacert: Path | None = None
    cert: Path | None = None
    cert_key: Path | None = None
    insecure: bool = False
    use_proxy: bool = False
    known: Path | None = None
    write_known: Path | None = None
    propose: Path | None = None
    report: Path | None = None
    allure: Path | None = None
    strict: bool = False
    require_exercised: bool = False
    probe_methods: bool = False
    write: bool = False
    settle: float = 2.0
    label: str = "contract-test"
    yes: bool = False
    webhook_port: int | None = None
    webhook_seconds: float = 10.0
    webhooks: tuple[Path, ...] = ()
    probe: tuple[str, ...] = ()
    shard: str | None = None
    laws: tuple[Path, ...] = ()
    allow_incomplete: bool = False
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
    # What was sent by itself can be judged without asking anybody.
    is_asking = chosen["url"] or (chosen["webhook_port"] is None and not chosen["webhooks"])
    chosen["url"] = checked_url(chosen["url"]) if is_asking else ""
    for name in ("token", "public_token", "recoup_token"):
        _check_token(name, chosen[name])
    for name, least in _LEAST.items():
        if chosen[name] is not None and not least <= chosen[name] <= _MOST.get(name, math.inf):
            most = f" and at most {_MOST[name]}" if name in _MOST else ""
            raise UserError(f"must be at least {least}{most}", source="--" + name.replace("_", "-"))
    for name, separator, form in (
        ("header", ":", "NAME: VALUE"),
        ("cookie", "=", "NAME=VALUE"),
        ("key", "=", "NAME=VALUE"),
    ):
        for text in chosen[name]:
            if not _is_field(text, separator):
                raise UserError(f"must be `{form}`, in characters that a header may hold", source=f"--{name}")
    if chosen["shard"] is not None:
        shard_of(chosen["shard"])
    return Settings(**{item.name: chosen[item.name] for item in fields(Settings)})


def shard_of(text: str | None) -> tuple[int, int]:
    """Return which part of how many is to be judged; the only one of one where nothing is said.

    Raises:
        UserError: It is no part of a whole.
    """
    part, _, parts = (text or "1/1").partition("/")
    if not (part.isascii() and parts.isascii() and part.isdigit() and parts.isdigit()):
        raise UserError("must be K/N, such as 2/5", source=f"--shard {text}")
    if not 1 <= int(part) <= int(parts):
        raise UserError("must be one of its parts, such as 2/5", source=f"--shard {text}")
    return int(part), int(parts)


def checked_url(url: str | None, option: str = "--url") -> str:
    """Return the address of a server without a slash at its end.

    Raises:
        UserError: It is missing, no HTTP address, or holds more than one.
    """
    if not url:
        raise UserError("is missing: give the address of the server to check", source=option)
    if not _is_http(url):
        raise UserError("is not an http or https address", source=f"{option} {_without_password(url)}")
    parts = urlsplit(url)
    if parts.query or parts.fragment or parts.username or parts.password:
        raise UserError(
            "give the address without user, query and fragment; keys go in --token", source=option
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


def _is_field(text: str, separator: str) -> bool:
    """Whether a text names a field and its value. Source: RFC 9110, section 5.1 and 5.5."""
    name, found, value = text.partition(separator)
    return bool(found and re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name) and _is_visible(value.strip()))


def _is_visible(text: str) -> bool:
    # RFC 9110, section 5.5: a field value holds visible characters and, between them, spaces.
    return text.isascii() and text.isprintable() and text == text.strip()


def _check_token(name: str, value: str | None) -> None:
    if value is not None and not _is_visible(value):
        raise UserError(
            "holds characters that cannot stand in a header", source="--" + name.replace("_", "-")
        )
