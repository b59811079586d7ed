"""The secrets of an exchange: whatever is sent where credentials are."""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl

from trigger_contract.contract.redaction import Redactor
from trigger_contract.contract.traffic.reading import Recorded
from trigger_contract.document.security import schemes
from trigger_contract.document.urls import split_url

# Source: the names that RFC 9110, 11.6 and 11.7, RFC 6265 and wide custom give to credentials.
_FIELDS = frozenset(
    {"authorization", "proxy-authorization", "x-api-key", "api-key", "x-auth-token", "x-csrf-token"}
)


# Members of bodies that hold credentials, however written. Sources: RFC 6749 and RFC 7009 (parameters),
# and wide custom.
_MEMBERS = re.compile(
    r"token|(?:access|refresh|id|auth|session|bearer|csrf)token|.*(?:secret|secretkey|password|passwd|apikey)"
    r"|privatekey|clientassertion"
)
_DEEP = 12
_ITEMS = 100
# How many secrets are counted before those that came least are forgotten.
_MOST = 20_000

# A key that comes again and again may be echoed anywhere; of tokens made for one call there may be thousands.
_RECURRING = 20

Redact = Callable[[str], str]


class Secrets:
    """Replaces the secrets of recorded traffic by the names of where they stood.

    Args:
        document: The document, whose security schemes say where keys are sent.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._counts: Counter[tuple[str, str]] = Counter()
        self._redactors: dict[tuple[str, str], Redactor] = {}

    def learn(self, recorded: Recorded) -> None:
        """Count the secrets of an exchange."""
        self._counts.update(set(secrets_of(self._document, recorded)))
        if len(self._counts) > _MOST:
            self._counts = Counter(dict(self._counts.most_common(_MOST // 10)))
            self._redactors.clear()

    def of(self, recorded: Recorded) -> Redact:
        """Return what takes the secrets of an exchange, and those that recur, out of a text."""
        recurring = [secret for secret, count in self._counts.most_common(_RECURRING) if count > 1]
        found = dict.fromkeys((*secrets_of(self._document, recorded), *recurring))
        ordered = sorted(found, key=lambda pair: -len(pair[0]))

        def redact(text: str) -> str:
            for pair in ordered:
                text = self._redactor(pair).text(text)
            return text

        return redact

    def _redactor(self, pair: tuple[str, str]) -> Redactor:
        if pair not in self._redactors:
            self._redactors[pair] = Redactor()
            self._redactors[pair].register(*pair)
        return self._redactors[pair]


def secrets_of(document: Mapping[str, Any], recorded: Recorded) -> Iterator[tuple[str, str]]:
    """Yield each secret of an exchange with the name that is shown in its place."""
    request = recorded.exchange.request
    declared = [item for item in schemes(document).values() if item.parameter]
    fields = _FIELDS | {item.parameter.lower() for item in declared if item.kind == "header"}
    for name, value in request.headers:
        if name.lower() in fields:
            shown = "$" + name.upper().replace("-", "_")
            yield value.rpartition(" ")[2], shown
            yield value, shown
            yield from _password(value, shown)
        elif name.lower() == "cookie":
            yield from _cookies(value)
    for name, value in recorded.exchange.headers.items():
        if name.lower() == "set-cookie":
            yield from _cookies(value)
    names = {item.parameter for item in declared if item.kind == "query"} | {
        "api_key",
        "access_token",
        "token",
    }
    for name, value in parse_qsl(split_url(request.target).query):
        if name in names:
            yield value, f"${name.upper()}"
    sent = dict(request.headers).get("content-type", "")
    if sent.startswith("application/x-www-form-urlencoded"):
        text = (recorded.body or b"").decode("utf-8", "replace")
        for name, value in parse_qsl(text):
            if _is_secret(name):
                yield value, f"${name.upper()}"
    elif recorded.body:
        yield from _members(_parsed(recorded.body))
    if recorded.exchange.body:
        yield from _members(recorded.exchange.json)


def _members(value: Any, depth: int = _DEEP) -> Iterator[tuple[str, str]]:
    """Yield what stands in a body under a name that credentials go by."""
    if isinstance(value, dict):
        for name, item in value.items():
            if isinstance(item, str) and _is_secret(name):
                yield item, f"${name.upper()}"
            elif depth:
                yield from _members(item, depth - 1)
    elif isinstance(value, list) and depth:
        for item in value[:_ITEMS]:
            yield from _members(item, depth - 1)


def _is_secret(name: str) -> bool:
    return bool(_MEMBERS.fullmatch(name.lower().replace("_", "").replace("-", "")))


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _password(value: str, shown: str) -> Iterator[tuple[str, str]]:
    """What user and password are made of. Source: RFC 7617, section 2."""
    scheme, _, encoded = value.partition(" ")
    if scheme.lower() == "basic":
        try:
            password = base64.b64decode(encoded).decode().partition(":")[2]
        except ValueError:
            return
        yield password, shown


def _cookies(text: str) -> Iterator[tuple[str, str]]:
    try:
        for name, morsel in SimpleCookie(text).items():
            yield morsel.value, f"$COOKIE_{name.upper()}"
    except CookieError:
        yield text, "$COOKIE"
