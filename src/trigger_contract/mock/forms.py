"""Bodies that are forms: plain ones, and ones in parts with files. Source: RFC 7578 and the URL Standard."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from trigger_contract.mock.query import readings

PLAIN = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data"


def form_value(
    body: bytes,
    content_type: str,
    properties: Mapping[str, Any],
    kinds: Callable[[Any], Collection[str]],
    items: Callable[[Any], Any],
) -> dict[str, Any]:
    """Return what a form says, each field read as the type of its property.

    Args:
        body: The content.
        content_type: The whole field ``Content-Type``, with the boundary.
        properties: The views of the properties.
        kinds: Tells the types that a schema allows.
        items: Tells the schema of an array's items.

    Raises:
        ValueError: It is no form of this type.
    """
    given: dict[str, list[str]] = {}
    is_plain = content_type.split(";")[0].strip().lower() == PLAIN
    pairs = _plain(body) if is_plain else [(part.name, part.text) for part in parts_of(body, content_type)]
    for name, text in pairs:
        given.setdefault(name, []).append(text)
    found: dict[str, Any] = {}
    for name, texts in given.items():
        schema = properties.get(name, {})
        allowed = kinds(schema)
        if "array" in allowed and "string" not in allowed:
            of_items = kinds(items(schema))
            found[name] = [_read(of_items, text) for text in texts]
        else:
            found[name] = _read(allowed, texts[-1])
    return found


def _read(allowed: Collection[str], text: str) -> Any:
    """Read a text as one of some types; an object is JSON. Source: OpenAPI 3.1.0, Encoding Object."""
    if "object" in allowed and "string" not in allowed:
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    if text == "" and "null" in allowed:
        return None
    return next(readings(allowed, text), text)


def _plain(body: bytes) -> list[tuple[str, str]]:
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=1000)


class Part(NamedTuple):
    """One part of a body: the name of its field, what is in it, and whether it is a file."""

    name: str
    content: bytes
    is_file: bool

    @property
    def text(self) -> str:
        """The content as text."""
        return self.content.decode("utf-8", "replace")


def parts_of(body: bytes, content_type: str) -> list[Part]:
    """Return the parts of a body.

    Args:
        body: The content.
        content_type: The whole field ``Content-Type``, with the boundary.

    Raises:
        ValueError: It has none.
    """
    from email.parser import BytesParser  # takes as long as a dozen other modules, and forms are rare
    from email.policy import HTTP

    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    if not message.is_multipart():
        raise ValueError("it has no parts")
    found = []
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            found.append(Part(name, content, part.get_filename() is not None))
    return found
