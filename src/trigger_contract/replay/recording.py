"""The file of a recording: one exchange a line, as JSON. Source: docs/reference/recordings.md."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trigger_contract.errors import UserError

MAX_FILE = 256 * 1024 * 1024
"""Largest recording read, in bytes of text."""


@dataclass(frozen=True)
class Token:
    """What a public access token says, so that it can be made anew.

    Attributes:
        alg: ``HS256`` or ``none``.
        claims: Everything but the times.
        times: ``iat`` and ``exp``, relative to the request (``now``, ``now+3600``), if they are sent.
        signed_with: The role whose key signs it, or ``the text …``.
    """

    alg: str
    claims: Mapping[str, Any]
    times: Mapping[str, str]
    signed_with: str


@dataclass(frozen=True)
class Sent:
    """A request as it was recorded: keys stand in it as ``<role>``."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Received:
    """An answer: header names in lower case; the body as JSON, as text, or None for none."""

    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Exchange:
    """One request and the answer it brought; ``waited`` and ``took`` are seconds before and during it."""

    id: str
    operation: str | None
    group: str
    key: str
    token: Token | None
    waited: float
    request: Sent
    response: Received
    line: int
    took: float = 0.0


def read_recording(path: Path) -> list[Exchange]:
    """Read a recording, plain or compressed with gzip, in the order it was made.

    Raises:
        UserError: The file cannot be read or a line is no exchange.
    """
    found = [(_number(raw, "order", index), _exchange(raw, path, line))
             for index, (line, raw) in enumerate(_lines(path))]  # fmt: skip
    if not found:
        raise UserError("holds no exchange", source=path)
    return [exchange for _, exchange in sorted(found, key=lambda pair: pair[0])]


def _lines(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        raw = path.read_bytes()
        text = _unpack(raw, path) if raw[:2] == b"\x1f\x8b" else raw
    except OSError as error:
        raise UserError(f"cannot be read: {error.strerror or error}", source=path) from None
    if len(text) > MAX_FILE:
        raise UserError(f"is larger than {MAX_FILE >> 20} MiB", source=path)
    for number, line in enumerate(text.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            raise UserError(
                "is not JSON; an exchange is one JSON object a line", source=path, line=number
            ) from None
        if not isinstance(value, Mapping):
            raise UserError("is no object; an exchange is one JSON object a line", source=path, line=number)
        yield number, value


def _unpack(raw: bytes, path: Path) -> bytes:
    try:
        unpacker = zlib.decompressobj(wbits=31)
        text = unpacker.decompress(raw, MAX_FILE + 1)
        while unpacker.eof and unpacker.unused_data and len(text) <= MAX_FILE:
            rest, unpacker = unpacker.unused_data, zlib.decompressobj(wbits=31)
            text += unpacker.decompress(rest, MAX_FILE + 1)
        if not unpacker.eof and len(text) <= MAX_FILE:
            raise EOFError("it ends in the middle")
    except (zlib.error, EOFError, gzip.BadGzipFile) as error:
        raise UserError(f"cannot be unpacked: {error}", source=path) from None
    return text


def _exchange(raw: Mapping[str, Any], path: Path, line: int) -> Exchange:
    def member(holder: Mapping[str, Any], name: str, kind: type, where: str = "") -> Any:
        value = holder.get(name)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise UserError(f"an exchange needs {where + name!r}, as {_KINDS[kind]}", source=path, line=line)
        return value

    request, response = member(raw, "request", dict), member(raw, "response", dict)
    sent = Sent(
        member(request, "method", str, "request."),
        member(request, "path", str, "request."),
        _headers(request.get("headers") or {}, path, line),
        expand(request.get("body")),
    )
    received = Received(
        member(response, "status", int, "response."),
        {name.lower(): value for name, value in _headers(response.get("headers") or {}, path, line).items()},
        response.get("body"),
    )
    operation, waited = raw.get("op"), raw.get("waited")
    return Exchange(
        id=str(raw.get("id", f"line {line}")),
        operation=operation if isinstance(operation, str) else None,
        group=str(raw.get("group", "")),
        key=str(raw.get("key", "none")),
        token=_token(raw.get("token"), path, line),
        waited=float(waited) if isinstance(waited, int | float) and 0 < waited < 3600 else 0.0,
        request=sent,
        response=received,
        line=line,
        took=min(max(_number(raw, "ms", 0), 0), 60_000) / 1000,
    )


_KINDS = {str: "a text", int: "a number", dict: "an object"}


def _headers(raw: Any, path: Path, line: int) -> dict[str, str]:
    if not isinstance(raw, Mapping):
        raise UserError("the headers of an exchange are an object", source=path, line=line)
    return {str(name): str(value) for name, value in raw.items()}


def _token(raw: Any, path: Path, line: int) -> Token | None:
    if raw is None:
        return None
    if not isinstance(raw, Mapping) or not isinstance(raw.get("claims"), Mapping):
        raise UserError("a `token` needs `claims`, an object", source=path, line=line)
    times = {name: str(raw[name]) for name in ("iat", "exp") if raw.get(name) is not None}
    return Token(str(raw.get("alg", "HS256")), raw["claims"], times, str(raw.get("signedWith", "")))


def _number(raw: Mapping[str, Any], name: str, default: float) -> float:
    value = raw.get(name)
    return value if isinstance(value, int | float) else default


def expand(body: Any) -> Any:
    """Write out what a recorded request body abbreviates.

    ``{"$repeat": "x", "$times": 3}`` is ``"xxx"``; a last item ``{"$more": 2}`` repeats the item before it.
    """
    if isinstance(body, dict):
        if set(body) == {"$repeat", "$times"}:
            return str(body["$repeat"]) * min(int(body["$times"]), MAX_FILE)
        return {name: expand(value) for name, value in body.items()}
    if isinstance(body, list):
        items: list[Any] = []
        for item in body:
            if isinstance(item, dict) and set(item) == {"$more"} and items:
                items.extend([items[-1]] * min(int(item["$more"]), 100_000))
            else:
                items.append(expand(item))
        return items
    return body
