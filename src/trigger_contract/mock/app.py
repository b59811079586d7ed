"""The mock server as an ASGI application. Source: ASGI 3.0, HTTP protocol."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from trigger_contract.mock.messages import Answer, Request, json_answer
from trigger_contract.mock.protocol import TRANSPORT
from trigger_contract.mock.service import Service
from trigger_contract.mock.settings import Settings

if TYPE_CHECKING:
    from trigger_contract.mock.admin import Admin

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Hook = Callable[[Request, Callable[[Request], Answer]], Answer]

ADMIN = b"/__mock"
BODY_TIMEOUT = 10.0
"""Seconds a client may take to send a body."""

_SMALL = 64 * 1024
"""So much of a body that nobody wants is read all the same: its client then sees the answer, not a reset."""

_CLOSE = (b"connection", b"close")


class ConnectionCut(Exception):
    """Raised inside the server to close a connection in the middle of an answer."""


class MockApp:
    """Serves one ``Service`` over ASGI.

    Args:
        service: Answers the API's requests.
        hook: Called with each request of the API and the function that answers it; what it returns is
            sent. It may change the request, the answer, or both.
        host: The host it is told to listen on, a name under which the control door opens too.
    """

    def __init__(self, service: Service, hook: Hook | None = None, host: str = "127.0.0.1") -> None:
        self.host = host
        self.service = service
        self.hook = hook
        self._admin = _LazyAdmin(service) if service.settings.admin else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
        headers: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name, value)
        method: str = scope["method"]
        request = Request(method, raw_path.split(b"?", 1)[0], scope["query_string"], headers)
        connection = scope.get("extensions", {}).get(TRANSPORT)
        answer = self._refuse_host(request, scope) if connection is not None else None
        unread = False
        if answer is None and self._has_body(request):
            body, unread = await _read_body(receive, self.service.settings.max_body, headers)
            if isinstance(body, HTTPStatus):
                answer = json_answer(body, {"error": f"{body.phrase}: {body.description}"})
            else:
                request.body = body
        elif _announced(headers) > _SMALL:
            unread = True
        answer = answer or self._answer(request)
        if unread:
            # Nobody reads what is left of the body: it must not be taken for the next request.
            answer = answer.with_headers(_CLOSE)
        if answer.delay:
            await asyncio.sleep(answer.delay)
        if answer.cut_after == -1:
            if connection is not None:
                connection.abort()
            raise ConnectionCut
        await _send(answer, method == "HEAD", send)

    def _is_control(self, request: Request) -> bool:
        return self._admin is not None and request.path[: len(ADMIN) + 1] in (ADMIN, ADMIN + b"/")

    def _has_body(self, request: Request) -> bool:
        """Whether a request may have a body that matters; a 401, 404 or 405 is known without it."""
        if request.method in ("GET", "HEAD"):
            return False
        return self._is_control(request) or not self.service.turns_away(request)

    def _refuse_host(self, request: Request, scope: Scope) -> Answer | None:
        """Refuse a request over a socket that says it is meant for another host."""
        host = request.headers.get(b"host")
        if host is None and scope["http_version"] == "1.1":
            return json_answer(400, {"error": "The Host header is missing"})  # RFC 9112 section 3.2
        if host is not None and self._is_control(request) and not is_own_host(host, self.host):
            text = "The control door is not open under this host name; use the server's address"
            return json_answer(403, {"error": text})
        return None

    def answer(self, request: Request) -> Answer:
        """Answer a request without ASGI: the control door's own, the API's through the hook."""
        if self._admin is not None and self._is_control(request):
            return self._admin.answer(request)
        if self.hook is not None:
            return self.hook(request, self.service.respond)
        return self.service.respond(request)

    def _answer(self, request: Request) -> Answer:
        try:
            return self.answer(request)
        except Exception:
            # A fault of ours (or of a hook) must be seen, and must not take the connection with it.
            logging.getLogger(__name__).exception("%s %s failed", request.method, request.path)
            return json_answer(500, {"error": "The mock server failed; its log says why"})


class _LazyAdmin:
    """The control door, built when it is first used: most servers start and stop without it."""

    def __init__(self, service: Service) -> None:
        self._service = service

    @cached_property
    def _door(self) -> Admin:
        from trigger_contract.mock.admin import Admin

        return Admin(self._service)

    def answer(self, request: Request) -> Answer:
        return self._door.answer(request)


async def _send(answer: Answer, head: bool, send: Send) -> None:
    # RFC 9110 sections 15.3.5 and 15.4.5: these have no content; bytes after one would begin the next answer.
    body = b"" if answer.status in (204, 304) else answer.body
    length = (b"content-length", b"%d" % len(body))
    headers = [*answer.headers] if answer.status in (204, 304) else [*answer.headers, length]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if answer.cut_after is not None:
        await send({"type": "http.response.body", "body": body[: answer.cut_after], "more_body": True})
        raise ConnectionCut
    await send({"type": "http.response.body", "body": b"" if head else body})


def is_own_host(given: bytes, configured: str) -> bool:
    """Whether a ``Host`` header names this machine, so that no page of another site can have sent it.

    A page whose name is made to point here (DNS rebinding) sends that name. Addresses, ``localhost`` and
    names without a dot, as containers have them, are none that a site can own.
    """
    try:
        name = urlsplit("//" + given.decode("ascii")).hostname or ""
    except ValueError:
        return False
    if name == configured.lower() or name.endswith(".localhost") or "." not in name:
        return bool(name)
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _announced(headers: Mapping[bytes, bytes]) -> int:
    """Return how long a body is said to be; one of unknown length counts as long."""
    if b"transfer-encoding" in headers:
        return _SMALL + 1
    given = headers.get(b"content-length", b"0")
    return int(given) if given.isdigit() and len(given) < 16 else 1 << 60


async def _read_body(
    receive: Receive, most: int, headers: Mapping[bytes, bytes]
) -> tuple[bytes | HTTPStatus | None, bool]:
    """Read a body of at most so many bytes; returns also whether a part of it was left unread.

    Of a larger one nothing is kept and little is read; one that is far too large or does not come is
    answered with a status.
    """
    announced = 0 if b"transfer-encoding" in headers else _announced(headers)
    if announced > 64 * most:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, True
    if announced > most + _SMALL:
        return None, True
    try:
        async with asyncio.timeout(BODY_TIMEOUT):
            return await _receive_body(receive, most)
    except TimeoutError:
        return HTTPStatus.REQUEST_TIMEOUT, True


async def _receive_body(receive: Receive, most: int) -> tuple[bytes | None, bool]:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            break
        part = message.get("body", b"")
        size += len(part)
        if size <= most:
            parts.append(part)
        if not message.get("more_body"):
            break
        if size > most + _SMALL:
            return None, True
    return (b"".join(parts) if size <= most else None), False


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def create_app(
    document: Mapping[str, Any] | None = None,
    settings: Settings | None = None,
    hook: Hook | None = None,
    told: Callable[[int], None] = lambda _: None,
) -> MockApp:
    """Make a mock server for use inside this process.

    Args:
        document: The OpenAPI document; the canonical one by default.
        settings: What the server is told.
        hook: See ``MockApp``.
        told: Called now and then with how many runs were seeded.
    """
    if document is None:
        from trigger_contract.document.locate import read_document

        document = read_document()
    return MockApp(Service(document, settings or Settings(), told=told), hook)


__all__ = ["Answer", "MockApp", "Request", "create_app", "json_answer"]
