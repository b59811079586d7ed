"""Recorded exchanges out of files: HTTP Archives, VCR cassettes, our own recordings, JSON lines of either.

Sources: HAR 1.2; the cassettes of VCR.py and of Ruby's VCR (``interactions`` or ``http_interactions``);
docs/reference/recordings.md.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from trigger_contract.contract.exchange import Exchange, Request
from trigger_contract.document.files import read_bytes
from trigger_contract.document.urls import split_url
from trigger_contract.document.yaml import load
from trigger_contract.errors import UserError

_LARGEST = 256 * 1024 * 1024


@dataclass(frozen=True)
class Recorded:
    """One exchange and where it stands.

    Attributes:
        exchange: The request and its answer; the headers of the request hold what was recorded.
        body: The body of the request, or None where none was sent.
        where: File and line, or file and number of the entry.
    """

    exchange: Exchange
    body: bytes | None
    where: str


def read_traffic(path: Path) -> Iterator[Recorded]:
    """Yield the exchanges of a file in its order.

    Raises:
        UserError: The file cannot be read, is cut off, or is none of the known forms.
    """
    text = _text(path)
    head = text.lstrip()[:1]
    if head == "{" and (whole := _json(text)) is not None:
        yield from _whole(whole, path)
    elif head == "{" and "\n" in text.strip():
        yield from _lines(text, path)
    elif head in ("{", "["):
        raise _broken(text, path)
    elif head:
        yield from _whole(load(text, str(path), has_bytes=True), path)
    else:
        raise UserError("is empty", source=path)


def read_requests(path: Path) -> Iterator[Recorded]:
    """Yield requests of a file; lines of JSON may leave out how they were answered.

    Raises:
        UserError: The file cannot be read, is cut off, or is none of the known forms.
    """
    text = _text(path)
    lines = [_json(line) for line in text.split("\n") if line.strip()]
    if not lines or not all(isinstance(item, dict) and "request" in item for item in lines):
        yield from read_traffic(path)
        return
    for number, item in enumerate(lines, 1):
        yield _entry({"response": {"status": 200}, **item}, path, f"{path}:{number}")


def _text(path: Path) -> str:
    data = read_bytes(path)
    try:
        if data[:2] == b"\x1f\x8b":
            unpacker = zlib.decompressobj(wbits=31)
            data = unpacker.decompress(data, _LARGEST)
            if not unpacker.eof:
                raise UserError("is cut off, or unpacks to more than 256 MiB", source=path)
        return data.decode("utf-8-sig")
    except (zlib.error, gzip.BadGzipFile):
        raise UserError("cannot be unpacked", source=path) from None
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UserError("is not UTF-8 text", source=path, line=line) from None


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _broken(text: str, path: Path) -> UserError:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return UserError(f"is cut off or no JSON: {error.msg}", source=path, line=error.lineno)
    except (ValueError, RecursionError):
        pass
    return UserError("holds no recorded exchange", source=path)


def _whole(value: Any, path: Path) -> Iterator[Recorded]:
    """A file that is one value: an archive, a cassette or a single exchange."""
    if not isinstance(value, Mapping):
        raise _unknown(path)
    log = value.get("log")
    if isinstance(log, Mapping) and isinstance(log.get("entries"), list):
        for number, entry in enumerate(log["entries"], 1):
            yield _entry(entry, path, f"{path}: entry {number}")
        return
    cassette = value.get("interactions", value.get("http_interactions"))
    if isinstance(cassette, list):
        for number, item in enumerate(cassette, 1):
            yield _interaction(item, path, f"{path}: interaction {number}")
        return
    if "request" in value and "response" in value:
        yield _entry(value, path, f"{path}:1")
        return
    raise _unknown(path)


def _unknown(path: Path) -> UserError:
    return UserError(
        "is no recorded traffic: an HTTP Archive, a VCR cassette or exchanges as JSON lines", source=path
    )


def _lines(text: str, path: Path) -> Iterator[Recorded]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            value = _json(line)
            if not isinstance(value, Mapping) or "request" not in value:
                raise UserError("is no exchange as a line of JSON", source=path, line=number)
            yield _entry(value, path, f"{path}:{number}")


def _entry(entry: Any, path: Path, where: str) -> Recorded:
    """An entry of an archive, or one of our own recordings, which name a path in place of a URL."""
    request, response = _member(entry, "request", where), _member(entry, "response", where)
    content = response.get("content")
    if isinstance(content, Mapping):
        body = _decoded(content.get("text"), content.get("encoding"))
    else:
        body = _body(response.get("body")) or b""
    posted = request.get("postData")
    sent = _body(posted.get("text") if isinstance(posted, Mapping) else request.get("body"))
    fields = _fields(request.get("headers"))
    if isinstance(posted, Mapping) and posted.get("mimeType") and "content-type" not in dict(fields):
        fields = (*fields, ("content-type", str(posted["mimeType"])))
    return _recorded(
        str(request.get("method", "GET")),
        str(request.get("url", request.get("path", ""))),
        fields,
        sent,
        response.get("status"),
        dict(_fields(response.get("headers"))),
        body,
        entry.get("startedDateTime"),
        where,
        size=content.get("size") if isinstance(content, Mapping) else None,
    )


def _interaction(item: Any, path: Path, where: str) -> Recorded:
    """An interaction of a cassette."""
    request, response = _member(item, "request", where), _member(item, "response", where)
    status = response.get("status")
    code = status.get("code") if isinstance(status, Mapping) else response.get("status_code", status)
    return _recorded(
        str(request.get("method", "GET")),
        str(request.get("uri", request.get("url", ""))),
        _fields(request.get("headers")),
        _cassette_body(request.get("body")),
        code,
        dict(_fields(response.get("headers"))),
        _cassette_body(response.get("body", response.get("content"))) or b"",
        item.get("recorded_at"),
        where,
    )


def _member(holder: Any, name: str, where: str) -> Mapping[str, Any]:
    value = holder.get(name) if isinstance(holder, Mapping) else None
    if not isinstance(value, Mapping):
        raise UserError(f"has no `{name}`", source=where)
    return value


def _recorded(
    method: str,
    url: str,
    fields: tuple[tuple[str, str], ...],
    sent: bytes | None,
    status: Any,
    headers: dict[str, str],
    body: bytes,
    started: Any,
    where: str,
    size: Any = None,
) -> Recorded:
    if not url:
        raise UserError("its request has no URL", source=where)
    if isinstance(status, str) and status.isdigit():
        status = int(status)
    if not isinstance(status, int) or isinstance(status, bool):
        raise UserError("its answer has no status", source=where)
    request = Request(method.upper(), _target(url), fields, fields, f"recorded at {where}")
    exchange = Exchange(
        request, url, status, headers, _plain(body, headers), _moment(started), 0.0, number=_number(where)
    )
    if isinstance(size, int) and size > len(body) and not exchange.is_json:
        # A recorder that bounds bodies has kept the beginning only.
        exchange = replace(exchange, is_partial=True)
    return Recorded(exchange, sent, where)


def _target(url: str) -> str:
    """Return path and query as they stood in the request line, however odd they are."""
    if url.startswith("/"):
        return url
    parts = split_url(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _number(where: str) -> int:
    digits = where.rpartition(" ")[2].rpartition(":")[2]
    return int(digits) if digits.isdigit() else 1


def _moment(value: Any) -> datetime:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _fields(raw: Any) -> tuple[tuple[str, str], ...]:
    """Header fields of either form, names in lower case; of several values of one the last."""
    if isinstance(raw, list):
        pairs = [(item.get("name"), item.get("value")) for item in raw if isinstance(item, Mapping)]
    elif isinstance(raw, Mapping):
        pairs = [
            (name, value[-1] if isinstance(value, list) and value else value) for name, value in raw.items()
        ]
    else:
        return ()
    return tuple(
        (str(name).lower(), str(value)) for name, value in pairs if name and not str(name).startswith(":")
    )


def _body(value: Any) -> bytes | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", "surrogatepass" if text.isprintable() else "replace")


def _decoded(text: Any, encoding: Any) -> bytes:
    if encoding == "base64" and isinstance(text, str):
        try:
            return base64.b64decode(text)
        except (binascii.Error, ValueError):
            return b""
    return _body(text) or b""


def _cassette_body(value: Any) -> bytes | None:
    if isinstance(value, bytes):
        return value
    if isinstance(value, Mapping):
        if "base64_string" in value:
            return _decoded(value["base64_string"], "base64")
        return _cassette_body(value.get("string"))
    return _body(value)


def _plain(body: bytes, headers: dict[str, str]) -> bytes:
    """Undo gzip where a recorder kept the body as it came."""
    if headers.get("content-encoding", "").lower() == "gzip" and body[:2] == b"\x1f\x8b":
        try:
            return zlib.decompressobj(wbits=31).decompress(body, _LARGEST)
        except zlib.error:
            return body
    return body
