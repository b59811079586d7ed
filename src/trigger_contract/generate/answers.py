"""What an operation answers: the types of its successes, the words of its errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trigger_contract.document.composition import composition
from trigger_contract.document.conjunction import types_of
from trigger_contract.document.references import resolve
from trigger_contract.generate.bodies import LINES, body_kind
from trigger_contract.generate.plan import Response
from trigger_contract.generate.reading import SchemaReader
from trigger_contract.generate.schemas import ANY, Scalar

_ORDER = {"json": 0, "text": 1, "binary": 2, "events": 3, "lines": 4}
_FIELDS = frozenset(("data", "event", "id", "retry", "comment"))
"""Fields of an event. Source: WHATWG HTML, section 9.2.6."""
_REDIRECTS = ("301", "302", "303", "307", "308", "3XX")


def read_responses(
    document: Mapping[str, Any], definition: Mapping[str, Any], base: str, reader: SchemaReader
) -> tuple[list[Response], list[tuple[str, str]], bool]:
    """Read an operation's answers.

    Returns:
        Those that mean success, exact codes first; status codes and words of the errors; whether it may
        lead elsewhere.
    """
    good: list[Response] = []
    bad: list[tuple[str, str]] = []
    redirects = False
    declared = definition.get("responses") or {}
    for status, raw in declared.items():
        response = resolve(document, raw)
        code = str(status).upper()
        if code.startswith("2"):
            first, last = (200, 299) if code == "2XX" else (int(code), int(code))
            good += _of_status(document, first, last, response, f"{base}Response", reader)
        elif code in _REDIRECTS:
            redirects = True
        elif code != "DEFAULT":
            bad.append((code, " ".join(_text(response.get("description")).split())))
    if not good:
        default = resolve(document, declared.get("default"))
        if isinstance(default, Mapping) and default.get("content"):
            good += _of_status(document, 200, 299, default, f"{base}Response", reader)
    if redirects and not any(response.media != "none" for response in good):
        good = [Response(200, 299, Scalar("binary"), "binary", "*/*")]
    # An exact code comes before a range. Source: OpenAPI 3.1, Responses Object.
    return sorted(good, key=lambda item: item.last - item.first), bad, redirects


def media_kind(media_type: str, schema: Any) -> str:
    """How an answer of a media type is read; see ``Response``."""
    plain = media_type.split(";")[0].strip().lower()
    if plain == "text/event-stream":
        return "events"
    if plain in LINES or plain == "application/json-seq":
        return "lines"
    kind = body_kind(media_type)
    # What is binary as a whole is so under any type, also under ``*/*``. Source: OpenAPI 3.0, Data Types.
    is_bytes = isinstance(schema, Mapping) and schema.get("format") == "binary"
    return kind if kind in ("json", "text") and not is_bytes else "binary"


def _of_status(
    document: Mapping[str, Any],
    first: int,
    last: int,
    response: Mapping[str, Any],
    hint: str,
    reader: SchemaReader,
) -> list[Response]:
    """One response for each content type; the result is of the first, and of what comes one by one."""
    found: list[Response] = []
    content: Mapping[str, Any] = response.get("content") or {}
    for media_type, raw in content.items():
        media = raw if isinstance(raw, Mapping) else {}
        schema = media.get("schema")
        kind = media_kind(media_type, resolve(document, schema))
        if kind in ("events", "lines"):
            schema = _part_schema(document, media, kind)
            type_ = Scalar("string") if schema is None else reader.read(schema, f"{hint}Event")
        elif kind == "json":
            type_ = ANY if schema is None else reader.read(schema, hint)
        else:
            type_ = Scalar("string" if kind == "text" else "binary")
        found.append(Response(first, last, type_, kind, media_type))
    if not found:
        return [Response(first, last, None, "none")]
    found.sort(key=lambda item: _ORDER[item.media])
    whole = [item for item in found if not item.is_stream]
    return [
        Response(
            item.first, item.last, item.type, item.media, item.media_type,
            is_preferred=item is (whole[0] if whole else None),
        )
        for item in found
    ]  # fmt: skip


def _part_schema(document: Mapping[str, Any], media: Mapping[str, Any], kind: str) -> Any:
    """The schema of one event's data, or of one line.

    A list stands for the parts of a stream one by one. Source: OpenAPI 3.2, sequential media types: the
    ``itemSchema`` of an event may describe its fields, of which ``data`` holds JSON by its ``contentSchema``.
    """
    views = composition(document)
    schema = media.get("itemSchema", media.get("schema"))
    view = views.view(schema)
    if "itemSchema" not in media and "array" in types_of(view) and "items" in view:
        schema = view["items"]
        view = views.view(schema)
    if kind != "events":
        return schema
    parts = [view, *views.alternatives(view)]
    names = {name for part in parts for name in views.properties(part)}
    if not {"data"} <= names <= _FIELDS or ("itemSchema" not in media and "event" not in names):
        return schema
    found: list[Any] = []
    for part in parts:
        data = views.properties(part).get("data", {})
        inner = data.get("contentSchema", data if {"object", "array"} & set(types_of(data)) else None)
        if inner is not None and inner not in found:
            found.append(inner)
    if "itemSchema" not in media:
        found.append(schema)  # by an older custom, which some follow for the fields and others for the data
    return found[0] if len(found) == 1 else {"anyOf": found} if found else {"type": "string"}


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
