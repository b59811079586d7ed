"""One recorded request sent to a server exactly as it is written, however odd."""

from __future__ import annotations

import contextlib
import http.client
import json
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from trigger_contract.errors import UserError, why
from trigger_contract.replay.recording import Received

_MOST = 64 * 1024 * 1024


class _Plain(http.client.HTTPConnection):
    """Sends what a recording holds: also methods and paths that no client library would let through."""

    def _validate_method(self, method: str) -> None:
        if any(sign in method for sign in " \r\n"):
            raise ValueError(f"{method!r} cannot stand in a request line")

    def _validate_path(self, url: str) -> None:
        if any(sign in url for sign in " \r\n"):
            raise ValueError(f"{url!r} cannot stand in a request line")


class _Secure(_Plain, http.client.HTTPSConnection):
    pass


class Asker:
    """Asks one server over one connection at a time.

    Args:
        url: The server: scheme, host, perhaps a port.
        timeout: Seconds to wait for an answer.

    Raises:
        UserError: The URL is none.
    """

    def __init__(self, url: str, timeout: float = 30.0) -> None:
        parts = urlsplit(url)
        try:
            self._port = parts.port
        except ValueError:
            raise UserError(f"{url} has no right port", source="--url") from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UserError(f"{url!r} is no http or https URL", source="--url")
        self.url = url
        self.host = parts.netloc.rpartition("@")[2]
        self._name = parts.hostname
        self._secure = parts.scheme == "https"
        self._timeout = timeout
        self._connection: http.client.HTTPConnection | None = None

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Received:
        """Send a request and return the answer; a redirect is an answer like any other.

        Raises:
            UserError: The server does not answer.
        """
        for attempt in (1, 2):
            fresh = self._connection is None
            try:
                return self._ask(self._connect(), method, path, headers, body)
            except (OSError, http.client.HTTPException) as error:
                self.close()
                # A connection that was left open may be gone; a new one that fails is the server's word.
                if fresh or attempt == 2:
                    raise UserError(
                        f"does not answer {method} {path[:100]}: {why(error)}", source=self.url
                    ) from None
        raise AssertionError("the loop returns or raises")

    def _connect(self) -> http.client.HTTPConnection:
        if self._connection is None:
            if self._secure:
                context = ssl.create_default_context()
                self._connection = _Secure(self._name, self._port, timeout=self._timeout, context=context)
            else:
                self._connection = _Plain(self._name, self._port, timeout=self._timeout)
        return self._connection

    def _ask(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes | None,
    ) -> Received:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        names = {name.lower() for name in headers}
        if "host" not in names:
            connection.putheader("Host", self.host)
        for name, value in headers.items():
            connection.putheader(name, value.encode("utf-8"))
        # A length among the headers was announced and nothing was sent.
        announced = "content-length" in names
        if body is not None and not announced:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders()
        if body and not announced:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.send(body)  # a server may answer a large body before it has read it
        answer = connection.getresponse()
        content = answer.read(_MOST)
        received = {name.lower(): value for name, value in answer.getheaders()}
        if announced or answer.will_close:
            self.close()
        return Received(answer.status, received, _content(content, received))


def _content(content: bytes, headers: Mapping[str, str]) -> Any:
    """Return a body as a recording has it: JSON, text, or None for none."""
    if not content:
        return None
    if "content-encoding" in headers:
        return f"<{headers['content-encoding']} {len(content)} bytes>"
    text = content.decode("utf-8", "replace")
    if "json" in headers.get("content-type", ""):
        with contextlib.suppress(ValueError, RecursionError):
            return json.loads(text)
    return text


def body_bytes(body: Any) -> bytes | None:
    """Return a recorded body as it went over the wire."""
    if body is None or isinstance(body, str):
        return None if body is None else body.encode("utf-8")
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
