"""Bodies as they travel: JSON, forms, parts with files, lines of JSON, text."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from trigger_contract.contract.life.making import File
from trigger_contract.document.operations import Operation, is_json
from trigger_contract.document.references import resolve

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
MERGE_PATCH = "application/merge-patch+json"
LINES = frozenset(
    ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines")
)


@dataclass(frozen=True)
class Media:
    """How the body of a request travels.

    Attributes:
        kind: The media type, without parameters.
        definition: The Media Type Object.
        is_needed: Whether there must be a body.
    """

    kind: str
    definition: Mapping[str, Any]
    is_needed: bool = False

    @property
    def schema(self) -> Any:
        """The schema of the body as it stands in the document; None where there is none."""
        return self.definition.get("schema", self.definition.get("itemSchema"))

    @property
    def is_json(self) -> bool:
        """Whether it is JSON text."""
        return is_json(self.kind)

    @property
    def is_form(self) -> bool:
        """Whether it is a form, plain or in parts, whose values have no types of their own."""
        return self.kind in (FORM, MULTIPART)

    @property
    def is_object(self) -> bool:
        """Whether it has members."""
        return self.is_json or self.is_form


def media_of(document: Mapping[str, Any], operation: Operation) -> Media | None:
    """Return how an operation takes its body: as JSON where it may be, else as a form, else as it says."""
    body = resolve(document, operation.definition.get("requestBody"))
    content = body.get("content") if isinstance(body, Mapping) else None
    found = [
        Media(str(name).split(";")[0].strip().lower(), definition, bool(body.get("required")))
        for name, definition in (content or {}).items()
        if isinstance(definition, Mapping)
    ]
    ranges = [
        Media("application/json", item.definition, item.is_needed)
        for item in found
        if item.kind in ("*/*", "application/*")
    ]
    plain = [item for item in found if "*" not in item.kind]
    # The plain form comes before that of a patch, since more of it can be judged with one request.
    choices: Sequence[list[Media]] = (
        [item for item in plain if item.is_json],
        [item for item in plain if item.kind == FORM],
        [item for item in plain if item.kind == MULTIPART],
        ranges,
        plain,
    )
    return next((items[0] for items in choices if items), None)


def encoded(body: Any, media: Media) -> tuple[bytes, str]:
    """Return the content of a body and its media type, with a boundary where it has parts."""
    if media.kind == FORM:
        return urlencode(list(_fields(body))).encode(), FORM
    if media.kind == MULTIPART:
        return _multipart(body, media)
    if media.kind in LINES:
        lines = body if isinstance(body, list) else [body]
        return b"".join(json.dumps(line).encode() + b"\n" for line in lines), media.kind
    if isinstance(body, File):
        return body.content, media.kind
    if media.is_json or not isinstance(body, str):
        return json.dumps(body).encode(), media.kind
    return body.encode(), media.kind


def _fields(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of a form; a list repeats its name. Source: OpenAPI 3.1.0, Encoding Object."""
    for name, value in body.items():
        for item in value if isinstance(value, list) else [value]:
            yield name, _spelled(item)


def _spelled(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _multipart(body: Mapping[str, Any], media: Media) -> tuple[bytes, str]:
    """Return a body in parts. Source: RFC 7578."""
    encoding = media.definition.get("encoding") or {}
    parts: list[tuple[str, bytes, str, str]] = []
    for name, value in body.items():
        given = str((encoding.get(name) or {}).get("contentType", "")).split(",")[0].strip()
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, File):
                kind = given if given and "*" not in given else item.kind
                parts.append((name, item.content, kind, f'; filename="{item.name}"'))
            elif isinstance(item, (Mapping, list)):
                parts.append((name, json.dumps(item).encode(), given or "application/json", ""))
            else:
                parts.append((name, _spelled(item).encode(), given, ""))
    boundary = f"contract-test-{zlib.crc32(repr(parts).encode()):08x}"
    lines = b""
    for name, content, kind, extra in parts:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n'
        head += f"Content-Type: {kind}\r\n" if kind else ""
        lines += head.encode() + b"\r\n" + content + b"\r\n"
    return lines + f"--{boundary}--\r\n".encode(), f"{MULTIPART}; boundary={boundary}"
