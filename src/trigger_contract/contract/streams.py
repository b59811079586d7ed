"""What bodies say that are no JSON text: lines, events, tables, texts, files."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trigger_contract.contract.exchange import Exchange
from trigger_contract.document.composition import Composition, View
from trigger_contract.document.conjunction import types_of

LINES = frozenset(
    f"application/{name}"
    for name in ("x-ndjson", "ndjson", "jsonl", "x-jsonlines", "json-lines", "json-seq", "stream+json")
)
EVENTS = "text/event-stream"
TABLE = "text/csv"
# How files of a kind begin. Source: the formats' own specifications.
_BEGINNINGS: Mapping[str, tuple[bytes, ...]] = {
    "application/pdf": (b"%PDF-",),
    "application/zip": (b"PK\x03\x04", b"PK\x05\x06"),
    "application/gzip": (b"\x1f\x8b",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/webp": (b"RIFF",),
}
# Events that only keep a connection alive, and texts that only end a stream.
_ALIVE = frozenset(("ping", "heartbeat", "keepalive", "keep-alive"))
_ENDS = frozenset(("[DONE]", ""))
_DONE = object()


class Malformed(Exception):
    """A body is not what its media type says.

    Args:
        message: What is wrong, in one sentence.
        received: What was there.
        place: What tells it from what else may be wrong.
        is_json: Whether it should have been JSON.
    """

    def __init__(self, message: str, received: str, place: str = "", *, is_json: bool = False) -> None:
        super().__init__(message)
        self.message, self.received, self.place, self.is_json = message, received, place, is_json


@dataclass(frozen=True)
class Part:
    """One value of a body, to be held against a schema.

    Attributes:
        label: Which it is, in a few words.
        value: The value.
        is_sure: Whether the media type says that it is what the schema describes.
    """

    label: str
    value: Any
    is_sure: bool = True


def parts_of(exchange: Exchange, media: Mapping[str, Any], views: Composition) -> tuple[list[Part], bool]:
    """Return the values of a body that a schema describes, as far as its media type tells them.

    Args:
        exchange: The answer.
        media: The Media Type Object.
        views: The views of the document.

    Returns:
        The values, and whether each is an item of the array that the schema describes.

    Raises:
        Malformed: The body is not what its media type says.
    """
    kind, schema = exchange.media_type, media.get("itemSchema", media.get("schema"))
    has_items = "itemSchema" in media
    are_texts = schema is None or (not has_items and _is_text(views, schema))
    if kind in LINES:
        lines = list(lines_of(exchange))
        return ([], False) if are_texts else (lines, not has_items and _is_array(views, schema))
    if kind == EVENTS:
        if has_items:
            return [Part("an event", event) for event in events_of(exchange)], False
        return ([], False) if are_texts else (list(data_of(exchange)), _is_array(views, schema))
    if kind == TABLE:
        if not exchange.is_partial:
            hold_rows(exchange, _columns(views, schema))
    elif kind.startswith("text/") and not exchange.is_partial:
        text = text_of(exchange)
        return ([Part("the text", text)] if are_texts and schema is not None else []), False
    else:
        hold_file(exchange)
    return [], False


def lines_of(exchange: Exchange) -> Iterator[Part]:
    """Yield the values of a body of one JSON text a line. Source: NDJSON; RFC 7464 for ``json-seq``.

    Raises:
        Malformed: A line is not JSON.
    """
    body = _whole(exchange).replace(b"\x1e", b"")
    for number, line in enumerate(_text(body).split("\n"), start=1):
        if line.strip():
            try:
                yield Part(f"line {number}", json.loads(line))
            except ValueError:
                raise Malformed(f"Line {number} of the body is not JSON.", line[:200], is_json=True) from None


def events_of(exchange: Exchange) -> Iterator[dict[str, str]]:
    """Yield the events of a stream. Source: HTML, section 9.2.6 (interpreting an event stream).

    Raises:
        Malformed: The body is not UTF-8.
    """
    text = re.sub(r"\r\n?", "\n", _text(_whole(exchange)).removeprefix("\ufeff"))
    blocks = text.split("\n\n")
    # What no empty line ends is not yet, or never, an event.
    for block in blocks[:-1]:
        event: dict[str, str] = {}
        for line in block.split("\n"):
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "data" and "data" in event:
                event["data"] += "\n" + value
            elif name in ("data", "event", "id", "retry"):
                event[name] = value
        if event:
            yield event


def data_of(exchange: Exchange) -> Iterator[Part]:
    """Yield what the events of a stream hold, where that is JSON."""
    for number, event in enumerate(events_of(exchange), start=1):
        data = event.get("data", "")
        if data.strip() in _ENDS or event.get("event", "") in _ALIVE:
            continue
        value = _json(data)
        is_plain = event.get("event", "message") == "message"
        if value is not _DONE:
            yield Part(f"event {number}", value, is_sure=is_plain)
        elif is_plain:
            raise Malformed(f"The data of event {number} is not JSON.", data[:200], is_json=True)


def hold_rows(exchange: Exchange, required: Sequence[str]) -> None:
    """Hold a table against RFC 4180 and the columns that a schema asks for.

    Raises:
        Malformed: A row has more or fewer fields than the first, or a column is not there.
    """
    text = _text(exchange.body).removeprefix("\ufeff")
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except csv.Error as error:
        raise Malformed(f"The table cannot be read: {error}.", text[:200]) from None
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            message = f"Row {number} of the table has {len(row)} fields, the first has {len(rows[0])}."
            raise Malformed(message, ",".join(row)[:200], "rows")
    for name in required:
        if not rows or name not in rows[0]:
            raise Malformed(f"The table has no column {name}.", ",".join(rows[0] if rows else ()), name)


def hold_file(exchange: Exchange) -> None:
    """Hold the beginning of a file against its media type.

    Raises:
        Malformed: It begins otherwise.
    """
    wanted = _BEGINNINGS.get(exchange.media_type)
    if wanted and exchange.body and not exchange.body.startswith(wanted):
        raise Malformed(f"The body is no {exchange.media_type}.", repr(exchange.body[:40]))


def text_of(exchange: Exchange) -> str:
    """Return a body as text, in the charset that it names. Source: RFC 9110, section 8.3.2.

    Raises:
        Malformed: It is not text in that charset.
    """
    found = re.search(r"charset=\"?([\w.:-]+)", exchange.headers.get("content-type", ""), re.IGNORECASE)
    return _text(exchange.body, found[1] if found else "utf-8")


def _whole(exchange: Exchange) -> bytes:
    """Return the body, of one that was cut off only whole lines."""
    body = exchange.body
    return body[: body.rfind(b"\n") + 1] if exchange.is_partial else body


def _text(body: bytes, charset: str = "utf-8") -> str:
    try:
        return body.decode(charset)
    except (UnicodeDecodeError, LookupError):
        raise Malformed(f"The body is not text in {charset}.", repr(body[:80])) from None


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return _DONE


def _is_text(views: Composition, schema: Any) -> bool:
    """Whether a schema may describe plain text."""
    return schema is None or any(
        not types_of(item) or "string" in types_of(item) for item in _kinds(views, schema)
    )


def _is_array(views: Composition, schema: Any) -> bool:
    """Whether a schema describes the whole of what comes in parts."""
    return all("array" in types_of(item) for item in _kinds(views, schema))


def _kinds(views: Composition, schema: Any) -> Sequence[View]:
    return views.alternatives(schema) or ({},)


def _columns(views: Composition, schema: Any) -> list[str]:
    """Return the columns that each row of a table must have."""
    view = views.view(schema) if schema is not None else {}
    needed = views.items(view).get("required") if "items" in view else None
    return [str(name) for name in needed or ()]
