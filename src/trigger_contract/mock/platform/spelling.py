"""Requests that pages describe otherwise than the service's own clients send them.

Where the pages' promises are kept, a request is brought to the pages' form before the document judges it.
"""

from __future__ import annotations

import json
from dataclasses import replace

from trigger_contract.mock.messages import Request

_JSON = b"application/json"


def variables(request: Request) -> Request:
    """Return an import with its variables as a list; the official client sends an object of texts."""
    try:
        body = json.loads(request.body or b"")
    except (ValueError, RecursionError):
        return request
    given = body.get("variables") if isinstance(body, dict) else None
    if not isinstance(given, dict):
        return request
    listed = [{"name": name, "value": value} for name, value in given.items()]
    return replace(request, body=json.dumps(body | {"variables": listed}).encode())


def callback(request: Request) -> Request:
    """Return a call of a token's own address as JSON: what is none counts as an empty object."""
    if request.body is None:
        return request
    try:
        json.loads(request.body)
    except (ValueError, RecursionError):
        return replace(request, headers={**request.headers, b"content-type": _JSON}, body=b"{}")
    return replace(request, headers={**request.headers, b"content-type": _JSON})
