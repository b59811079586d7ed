"""Exchanges in the shape of an HTTP Archive. Source: HAR 1.2."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

from trigger_contract import __version__
from trigger_contract.contract.exchange import Exchange, Request
from trigger_contract.document.urls import split_url

_BODY_LIMIT = 16_384


def har_entry(exchange: Exchange, redact: Callable[[str], str], limit: int = _BODY_LIMIT) -> dict[str, Any]:
    """Return one entry without secrets.

    Args:
        exchange: The exchange.
        redact: Replaces secrets in a text.
        limit: Characters of the body that are kept.
    """
    url = redact(exchange.url)
    body = redact(exchange.body.decode("utf-8", "replace"))
    query = parse_qsl(split_url(url).query, keep_blank_values=True)
    milliseconds = round(exchange.elapsed * 1000, 3)
    return {
        "startedDateTime": exchange.started.isoformat(),
        "time": milliseconds,
        "request": {
            "method": exchange.request.method,
            "url": url,
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": [{"name": name, "value": value} for name, value in exchange.request.shown_headers],
            "queryString": [{"name": name, "value": value} for name, value in query],
            "headersSize": -1,
            "bodySize": len(exchange.request.body or b""),
            **_sent(exchange.request, redact, limit),
        },
        "response": {
            "status": exchange.status,
            "statusText": exchange.trouble,
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": [{"name": name, "value": redact(value)} for name, value in exchange.headers.items()],
            "content": {
                "size": len(exchange.body),
                "mimeType": exchange.headers.get("content-type", ""),
                "text": body[:limit],
            },
            "redirectURL": redact(exchange.headers.get("location", "")),
            "headersSize": -1,
            "bodySize": len(exchange.body),
        },
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "comment": exchange.request.purpose,
    }


def _sent(request: Request, redact: Callable[[str], str], limit: int) -> dict[str, Any]:
    """Return the content of a request as HAR 1.2 has it, where there is any."""
    if request.body is None:
        return {}
    kind = next((value for name, value in request.headers if name.lower() == "content-type"), "")
    text = redact(request.body.decode("utf-8", "replace"))[:limit]
    return {"postData": {"mimeType": kind, "text": text}}


def har_archive(entries: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return a whole archive."""
    creator = {"name": "trigger-contract", "version": __version__}
    return {"log": {"version": "1.2", "creator": creator, "entries": list(entries)}}
