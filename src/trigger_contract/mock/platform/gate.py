"""Keys and tokens as the service reads them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from trigger_contract.mock.deviations import Deviation
from trigger_contract.mock.messages import Answer, Request
from trigger_contract.mock.platform import answers
from trigger_contract.mock.platform.routes import Route
from trigger_contract.mock.settings import Settings

ISSUER = "https://id.trigger.dev"
AUDIENCE = "https://api.trigger.dev"
INVALID = "Invalid API key"


@dataclass(frozen=True)
class Bearer:
    """Who asks.

    Attributes:
        scopes: Those of a public access token; None for a secret key, which may do everything.
        once: Whether the token is good for one trigger.
        personal: Whether it is the token of a person.
        text: The key itself.
    """

    scopes: tuple[str, ...] | None = None
    once: bool = False
    personal: bool = False
    text: str = ""

    def may(self, action: str, resources: Mapping[str, Iterable[str]], *, every: str | None = None) -> bool:
        """Whether the scopes allow an action on one of several resources.

        Args:
            action: ``read``, ``write``, ``trigger`` …
            resources: Ids by type; no ids mean the whole of a type.
            every: The type of which all ids must be allowed, not only one.
        """
        if self.scopes is None:
            return True
        return any(_allows(scope, action, resources, every) for scope in self.scopes)


def _allows(scope: str, action: str, resources: Mapping[str, Iterable[str]], every: str | None) -> bool:
    if scope == "admin":
        return True
    done, _, rest = scope.partition(":")
    kind, _, wanted = rest.partition(":")
    if done not in (action, "*") and not (done == "write" and action in ("trigger", "batchTrigger")):
        return False
    if kind == "all":
        return not wanted
    if kind not in resources:
        return False
    ids = list(resources[kind])
    if not wanted:
        return True
    return bool(ids) and (all if kind == every else any)(item == wanted for item in ids)


class Gate:
    """Reads the authorization of a request.

    Args:
        settings: The keys of the server.
        now: The time in milliseconds.
        environment: Returns the environment's id, and whether it was given to the server.
    """

    def __init__(
        self, settings: Settings, now: Callable[[], int], environment: Callable[[], tuple[str, bool]]
    ) -> None:
        self._settings = settings
        self._now = now
        self._environment = environment
        self._on = settings.deviations
        self._secret = settings.token.encode()

    def enter(self, route: Route, request: Request) -> Bearer | Answer:
        """Say who asks, or how the request is refused."""
        if route.key == "none":
            return Bearer()
        key = self._key(route, request)
        if key.startswith(b"tr_pat_") or route.key == "personal":
            known = hmac.compare_digest(key, self._settings.personal_token.encode())
            if known and route.key in ("personal", "either"):
                return Bearer(personal=True, text=key.decode("latin-1"))
            return answers.error(401, route.refusal)
        if hmac.compare_digest(key, self._secret):
            if request.headers.get(b"x-trigger-branch", b"").strip() and Deviation.D23 in self._on:
                return answers.error(401, route.refusal if route.hand else "No matching branch env")
            return Bearer(text=key.decode("latin-1"))
        if Deviation.D8 not in self._on and hmac.compare_digest(key, self._settings.public_token.encode()):
            return Bearer(scopes=("read:runs",))
        claims = _claims(key)
        if not route.tokens or claims is None or claims.get("pub") is not True:
            return answers.error(401, route.refusal)
        return self._token(key, claims)

    def _key(self, route: Route, request: Request) -> bytes:
        value = request.headers.get(b"authorization", b"").strip()
        if Deviation.D23 not in self._on:
            scheme, _, key = value.partition(b" ")
            return key.strip() if scheme.lower() == b"bearer" else b""
        key = value.removeprefix(b"Bearer ")
        # Older routes take one blank away, newer ones all.
        return key if route.hand else key.strip(b" ")

    def _token(self, key: bytes, claims: Mapping[str, Any]) -> Bearer | Answer:
        strict = Deviation.D24 in self._on
        sub = claims.get("sub")
        environment, told = self._environment()
        # A server that was not told its environment takes the token's word for it.
        if strict and (not isinstance(sub, str) or not sub or (told and not _could_be(sub, environment))):
            return answers.error(401, "Invalid Public Access Token")
        if not self._is_signed(key, claims, strict) or (strict and told and sub != environment):
            return answers.error(401, "Public Access Token is invalid")
        scopes = claims.get("scopes")
        return Bearer(
            scopes=tuple(map(str, scopes)) if isinstance(scopes, list) else (),
            once=claims.get("otu") is True,
            text=key.decode("latin-1"),
        )

    def _is_signed(self, key: bytes, claims: Mapping[str, Any], strict: bool) -> bool:
        """Whether a token is ours and in force. Source: RFC 7519 sections 4.1 and 7.2, HS256 only."""
        signed, _, given = key.rpartition(b".")
        digest = hmac.new(self._secret, signed, hashlib.sha256).digest()
        if _json(signed.split(b".")[0]).get("alg") != "HS256" or not hmac.compare_digest(digest, _raw(given)):
            return False
        if strict and (claims.get("iss") != ISSUER or claims.get("aud") != AUDIENCE):
            return False
        now = self._now() / 1000
        expires, begins = claims.get("exp"), claims.get("nbf")
        return not (
            (isinstance(expires, int | float) and expires <= now)
            or (isinstance(begins, int | float) and begins > now)
        )


def _could_be(sub: str, environment: str) -> bool:
    """Whether an id is that of an environment of the same project: ours, or one that is made like ours."""
    return sub == environment or (len(sub) == len(environment) and sub[:4] == environment[:4])


def _claims(key: bytes) -> dict[str, Any] | None:
    parts = key.split(b".")
    return _json(parts[1]) or None if len(parts) == 3 else None


def _json(part: bytes) -> dict[str, Any]:
    try:
        read = json.loads(_raw(part))
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def _raw(part: bytes) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))
    except (ValueError, binascii.Error):
        return b""
