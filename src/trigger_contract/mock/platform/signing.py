"""Public access tokens made by the server. Source: RFC 7519 with HS256 (RFC 7518 section 3.2)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from trigger_contract.mock.platform.gate import AUDIENCE, ISSUER

_HOUR = 3600


def token(claims: Mapping[str, Any], secret: str, now: int) -> str:
    """Sign a token that is good for an hour.

    Args:
        claims: What it says beside issuer, audience and times.
        secret: The secret key of the environment.
        now: Seconds since 1970.
    """
    said = {**claims, "iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": now + _HOUR}
    parts = [_encode(json.dumps(part, separators=(",", ":")).encode()) for part in ({"alg": "HS256"}, said)]
    signed = ".".join(parts)
    return f"{signed}.{_encode(hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest())}"


def digest(text: str, secret: str) -> str:
    """Return what proves that this server has written a text."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
