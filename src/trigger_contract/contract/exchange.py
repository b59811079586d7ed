"""One request and its answer."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

_NOT_JSON = object()


@dataclass(frozen=True)
class Request:
    """A request as it goes out.

    Attributes:
        method: The method in upper case.
        target: Path and query as they stand in the request line, percent-encoded.
        headers: Header fields as sent. They hold secrets and show nowhere.
        shown_headers: The same with secrets replaced by variables.
        purpose: Why it is sent, in a few words.
        is_absolute: Whether the path stands below the host itself, not below the path of the address.
        body: What is sent as content; None for a request without any.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    shown_headers: tuple[tuple[str, str], ...] = ()
    purpose: str = ""
    is_absolute: bool = False
    body: bytes | None = None


@dataclass(frozen=True)
class Exchange:
    """A request and its answer.

    Attributes:
        request: What was sent.
        url: The address it was sent to.
        status: The status; 0 where the server closed the connection or did not answer in time.
        headers: Header fields, names in lower case; the last of a repeated one wins.
        body: The body with its content coding undone.
        started: When it was sent, in UTC.
        elapsed: Seconds until the whole answer was there.
        trouble: Why there is no answer, or empty.
        number: Which exchange of the run it is; 0 outside of one.
        is_overrun: Whether there is no answer because it did not end in time or was too large.
        is_partial: Whether the body is only the beginning of a stream.
    """

    request: Request
    url: str
    status: int
    headers: dict[str, str]
    body: bytes
    started: datetime
    elapsed: float
    trouble: str = ""
    number: int = 0
    is_overrun: bool = False
    is_partial: bool = False

    @cached_property
    def _parsed(self) -> Any:
        try:
            value = json.loads(self.body.decode("utf-8"), parse_constant=_refuse_constant)
            # RFC 8259, section 8.2: half a character may be escaped in JSON, but stands for no text.
            return _without_halves(value) if _HALF.search(self.body) else value
        except (ValueError, RecursionError):
            return _NOT_JSON

    @property
    def is_json(self) -> bool:
        """Whether the body is JSON text. Source: RFC 8259 (UTF-8, no NaN or Infinity)."""
        return self._parsed is not _NOT_JSON

    @property
    def json(self) -> Any:
        """The parsed body, or None where it is not JSON."""
        return None if self._parsed is _NOT_JSON else self._parsed

    @property
    def media_type(self) -> str:
        """The media type without parameters, in lower case. Source: RFC 9110, section 8.3.1."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()


_HALF = re.compile(rb"\\u[dD][89a-fA-F]")


def _without_halves(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_without_halves(item) for item in value]
    if isinstance(value, dict):
        return {_without_halves(name): _without_halves(item) for name, item in value.items()}
    return value


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def curl_line(exchange: Exchange) -> str:
    """Return one line for a shell that repeats the request; secrets stand as variables."""
    request = exchange.request
    parts = ["curl", "-sS", "-i"]
    if request.method == "HEAD":
        parts.append("--head")
    elif request.method != "GET":
        parts += ["-X", request.method]
    for name, value in request.shown_headers:
        parts += ["-H", _double_quoted(f"{name}: {value}")]
    if re.search(r"[\[\]{}]", exchange.url):
        parts.append("--globoff")
    if request.body is not None:
        parts += ["--data-binary", shlex.quote(request.body.decode("utf-8", "replace"))]
    parts.append(shlex.quote(exchange.url))
    return " ".join(parts)


def _double_quoted(text: str) -> str:
    """Quote for a shell so that ``$TRIGGER_SECRET_KEY`` is still expanded."""
    return '"' + re.sub(r'(["\\`])', r"\\\1", text) + '"'
