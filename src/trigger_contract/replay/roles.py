"""The keys of a recording: each stands in it as the role it plays."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from trigger_contract.errors import UserError
from trigger_contract.replay.recording import Exchange, Token

_PLACE = re.compile(r"<([^<>]+)>")
_NEVER_A_KEY = {"host", "callback-hash", "redacted"}
_FORMS: Mapping[str, Callable[[str], str]] = {
    "upper case": lambda key: key.upper(),
    "lower case": lambda key: key.lower(),
    "last character cut": lambda key: key[:-1],
    "base64 of KEY and a colon": lambda key: base64.b64encode(f"{key}:".encode()).decode(),
}
_UNKNOWN_PERSONAL = "tr_pat_" + "0" * 40


class NoKey(Exception):
    """An exchange needs the key of a role that was not given."""


class Roles:
    """Puts keys in the place of their roles.

    Args:
        keys: The key of each role.
    """

    def __init__(self, keys: Mapping[str, str]) -> None:
        self._keys = {"pat-unknown": _UNKNOWN_PERSONAL, **keys}

    def fill(self, text: str, exchange: Exchange, now: int) -> str:
        """Return a text with every role in it replaced.

        Args:
            text: A header, path or text of the recording.
            exchange: The exchange it belongs to, which says what a token holds.
            now: Seconds since 1970, on the server's clock; tokens are dated by it.

        Raises:
            NoKey: The key of a role was not given.
        """
        return _PLACE.sub(lambda match: self._key(match, exchange, now), text) if "<" in text else text

    def has_secret(self, exchange: Exchange) -> bool:
        """Whether an exchange was asked with an environment's own key, or with what is signed by it."""
        key = self._keys.get(exchange.token.signed_with if exchange.token else exchange.key, "")
        return exchange.key == "raw" or (bool(key) and not key.startswith(("pk_", "tr_pat_")))

    def secret(self, exchange: Exchange) -> str:
        """Return the secret key of the environment that an exchange was asked of, or one that was given."""
        signed = exchange.token.signed_with if exchange.token is not None else ""
        known = [self._keys[role] for role in (signed, exchange.key) if role in self._keys]
        secret = [key for key in (*known, *self._keys.values()) if not key.startswith(("pk_", "tr_pat_"))]
        return secret[0] if secret else ""

    def _key(self, match: re.Match[str], exchange: Exchange, now: int) -> str:
        role, _, form = match[1].partition("|")
        if role.startswith("jwt:"):
            return self._token(exchange, now) if exchange.token else "not.a.token"
        if role in self._keys:
            return _FORMS[form](self._keys[role]) if form in _FORMS else self._keys[role]
        if role in _NEVER_A_KEY or (role != exchange.key and exchange.key != "raw"):
            return match[0]
        raise NoKey(role)

    def _token(self, exchange: Exchange, now: int) -> str:
        token = exchange.token
        assert token is not None
        given = token.signed_with.removeprefix("the text ")
        if given == token.signed_with and given not in self._keys:
            raise NoKey(given)
        return sign(token, self._keys.get(given, given), now)


def sign(token: Token, key: str, now: int) -> str:
    """Make a token. Source: RFC 7519 with HS256 (RFC 7518 section 3.2), or unsecured (section 3.6)."""
    claims: dict[str, Any] = dict(token.claims)
    for name, text in {**{n: v for n, v in claims.items() if isinstance(v, str)}, **token.times}.items():
        if match := re.fullmatch(r"now(?:([+-])([0-9]{1,12}))?", text):
            claims[name] = now + int(f"{match[1]}{match[2]}" if match[1] else 0)
    header = {"alg": token.alg, "typ": "JWT"}
    parts = [_encode(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims)]
    signed = ".".join(parts)
    digest = hmac.new(key.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{'' if token.alg == 'none' else _encode(digest)}"


def read_roles(given: tuple[str, ...]) -> Roles:
    """Read ``ROLE=VALUE`` options.

    Raises:
        UserError: One has no value.
    """
    keys = {}
    for text in given:
        role, equals, value = text.partition("=")
        if not equals or not role or not value:
            raise UserError("a role is given as ROLE=VALUE", source="--role")
        if not value.isascii() or not value.isprintable():
            raise UserError(f"the key of {role!r} must be visible ASCII characters", source="--role")
        keys[role] = value
    return Roles(keys)


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
