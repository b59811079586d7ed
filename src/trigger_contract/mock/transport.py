"""A mock server inside the process, behind httpx and without a socket."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

import httpx

from trigger_contract.mock.app import MockApp
from trigger_contract.mock.messages import Request


def answer_httpx(app: MockApp, request: httpx.Request) -> httpx.Response:
    """Answer an httpx request; a connection that is to be cut raises what httpx raises then."""
    target = urlsplit(request.url.raw_path.decode("ascii"))
    headers: dict[bytes, bytes] = {}
    for name, value in request.headers.raw:
        headers.setdefault(name.lower(), value)
    most = app.service.settings.max_body
    body = request.content
    answer = app.answer(
        Request(
            request.method,
            target.path.encode(),
            target.query.encode(),
            headers,
            body if len(body) <= most else None,
        )
    )
    if answer.delay:
        time.sleep(answer.delay)
    if answer.cut_after == -1:
        raise httpx.RemoteProtocolError("Server disconnected without sending a response.", request=request)
    if answer.cut_after is not None:
        raise httpx.RemoteProtocolError(
            "peer closed connection without sending complete message body", request=request
        )
    content = b"" if request.method == "HEAD" else answer.body
    return httpx.Response(answer.status, headers=list(answer.headers), content=content, request=request)
