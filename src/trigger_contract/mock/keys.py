"""Who is asking: the security of the document checked against the server's keys."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any
from urllib.parse import unquote

from trigger_contract.document.operations import Operation, operations, security_scheme
from trigger_contract.errors import UserError
from trigger_contract.mock.messages import Request
from trigger_contract.mock.query import pairs
from trigger_contract.mock.settings import Settings

_MAX_KEY = 8192
TASKS = "/api/tasks/runs"
"""The path of the API that has a key of its own."""


class Caller(Enum):
    """As whom a request is answered."""

    ANONYMOUS = "anonymous"
    SECRET = "secret"
    PUBLIC = "public"


class Refusal(Enum):
    """Why a request is not answered."""

    MISSING = "missing"
    WRONG = "wrong"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True)
class _Credential:
    """One scheme of one alternative: where its key stands and which keys it takes."""

    find: Callable[[Request], bytes | None]
    name: str


class Doorkeeper:
    """Checks requests for one document and one set of keys."""

    def __init__(self, document: Mapping[str, Any], settings: Settings, now: Callable[[], int]) -> None:
        self._document = document
        self._now = now
        self._secret = settings.token.encode()
        self._recoup = settings.recoup_token.encode()
        self._public = settings.public_token.encode()
        # Whatever its schemes are called: the path is the wire's own name for the tasks API.
        self._of_tasks = {
            name
            for operation in operations(document)
            if operation.path == TASKS
            for alternative in operation.security
            for name in alternative
        }
        self._real_public = "D8" in settings.deviations
        self._scoped = "D13" in settings.deviations

    def alternatives(self, operation: Operation) -> tuple[tuple[_Credential, ...], ...]:
        """Prepare an operation's security; no alternatives mean that everyone may ask."""
        return tuple(
            tuple(self._credential(name) for name in alternative) for alternative in operation.security
        )

    def check(
        self, alternatives: tuple[tuple[_Credential, ...], ...], request: Request, run_id: str | None = None
    ) -> Caller | Refusal:
        """Say as whom a request is answered, or why it is not.

        Args:
            alternatives: What ``alternatives`` returned for the operation.
            request: The request.
            run_id: The run it asks for, for keys that may read some runs only.
        """
        if not alternatives:
            return Caller.ANONYMOUS
        refusal = Refusal.MISSING
        for alternative in alternatives:
            caller = Caller.ANONYMOUS
            for credential in alternative:
                key = credential.find(request)
                verdict = Refusal.MISSING if key is None else self._judge(credential.name, key, run_id)
                if isinstance(verdict, Refusal):
                    if verdict is not Refusal.MISSING and refusal is not Refusal.FORBIDDEN:
                        refusal = verdict
                    break
                caller = verdict
            else:
                return caller
        return refusal

    def _judge(self, scheme: str, key: bytes, run_id: str | None) -> Caller | Refusal:
        if len(key) > _MAX_KEY:
            return Refusal.WRONG
        if scheme == "publicKey":
            return self._judge_public(key, run_id)
        if scheme in self._of_tasks:
            return Caller.SECRET if hmac.compare_digest(key, self._recoup) else Refusal.WRONG
        if hmac.compare_digest(key, self._secret):
            return Caller.SECRET
        # A scheme of another document has no key of its own here: any of the two secret keys opens it.
        if scheme != "secretKey" and hmac.compare_digest(key, self._recoup):
            return Caller.SECRET
        return self._judge_public(key, run_id) if "public" in scheme.lower() else Refusal.WRONG

    def _judge_public(self, key: bytes, run_id: str | None) -> Caller | Refusal:
        if hmac.compare_digest(key, self._public):
            return Refusal.WRONG if self._real_public else Caller.PUBLIC
        claims = read_jwt(key, self._secret, self._now() / 1000)
        if claims is None:
            return Refusal.WRONG
        scopes = claims.get("scopes")
        wanted = {"read:runs", "read:all", "admin", f"read:runs:{run_id}"}
        if not isinstance(scopes, list) or wanted.isdisjoint(str(scope) for scope in scopes):
            return Refusal.FORBIDDEN if self._scoped else Refusal.WRONG
        # D8: with a token made for the front end the real server shows payload and output.
        return Caller.SECRET if self._real_public else Caller.PUBLIC

    def _credential(self, name: str) -> _Credential:
        try:
            scheme = security_scheme(self._document, name)
        except KeyError:
            raise UserError(f"the document has no security scheme {name!r}") from None
        return _Credential(_finder(scheme), name)


def carriers(document: Mapping[str, Any], place: str) -> frozenset[str]:
    """Return the names of a place, ``query`` or ``header``, that carry keys."""
    schemes = (document.get("components") or {}).get("securitySchemes") or {}
    found = (security_scheme(document, name) for name in schemes)
    return frozenset(
        str(scheme.get("name"))
        for scheme in found
        if isinstance(scheme, Mapping) and scheme.get("type") == "apiKey" and scheme.get("in") == place
    )


def read_jwt(token: bytes, secret: bytes, now: float) -> dict[str, Any] | None:
    """Return the claims of a public access token signed with the secret key, or None.

    Source: RFC 7519 with HS256 (RFC 7518 section 3.2), the only algorithm accepted.

    Args:
        token: The compact serialisation.
        secret: The secret key it must be signed with.
        now: Seconds since 1970.
    """
    parts = token.split(b".")
    if len(parts) != 3:
        return None
    signature = hmac.new(secret, parts[0] + b"." + parts[1], hashlib.sha256).digest()
    try:
        header, claims, given = (base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)) for part in parts)
        if not hmac.compare_digest(signature, given):
            return None
        if json.loads(header).get("alg") != "HS256":
            return None
        read: dict[str, Any] = json.loads(claims)
        expires = read.get("exp")
        return None if expires is not None and float(expires) <= now else read
    except (ValueError, TypeError, AttributeError, binascii.Error, RecursionError):
        return None


def _finder(scheme: Mapping[str, Any]) -> Callable[[Request], bytes | None]:
    """Return how a scheme's key is found in a request. Source: OpenAPI 3.1, Security Scheme Object."""
    kind = scheme.get("type")
    if kind == "apiKey":
        name = str(scheme["name"])
        if scheme["in"] == "header":
            header = name.lower().encode()
            return lambda request: request.headers.get(header) or None
        if scheme["in"] == "query":
            return lambda request: (dict(pairs(request.query)).get(name) or "").encode() or None
        return lambda request: _cookie(request, name)
    if kind == "http" and str(scheme.get("scheme", "")).lower() == "basic":
        return _basic
    return _bearer


def _bearer(request: Request) -> bytes | None:
    value = request.headers.get(b"authorization")
    if not value:
        return None
    if value[:7] == b"Bearer ":
        return value[7:].strip() or None
    scheme, _, token = value.partition(b" ")
    # RFC 9110 section 11.1: the scheme's name is not case-sensitive.
    return token.strip() or None if scheme.lower() == b"bearer" else None


def _basic(request: Request) -> bytes | None:
    scheme, _, token = request.headers.get(b"authorization", b"").partition(b" ")
    if scheme.lower() != b"basic":
        return None
    try:
        user, _, password = base64.b64decode(token.strip(), validate=True).partition(b":")
    except binascii.Error:
        return b"?"
    return password or user


def _cookie(request: Request, name: str) -> bytes | None:
    for part in request.headers.get(b"cookie", b"").split(b";"):
        key, _, value = part.strip().partition(b"=")
        if key == name.encode():
            return unquote(value.decode("latin-1")).encode() or None
    return None
