"""How one operation answers where it succeeds: status, media type, headers, and where the thing stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from trigger_contract.document.composition import View
from trigger_contract.document.operations import (
    Operation,
    is_json,
    json_media,
    response_of,
    success_statuses,
)
from trigger_contract.document.references import resolve
from trigger_contract.mock.collections.making import Maker
from trigger_contract.mock.messages import JSON_TYPE, Answer, json_answer

# What the transport says itself, and where the other pages are: an example of those leads to somewhere else.
NOT_MADE = frozenset(("content-type", "content-length", "transfer-encoding", "connection", "link"))


@dataclass(frozen=True)
class Sheet:
    """The successful answer of an operation.

    Attributes:
        status: The status code.
        schema: The schema of its JSON body; None where it has none.
        media: The content type.
        headers: The documented headers, with made values.
        shown: Bodies that the document shows as examples.
    """

    status: int
    schema: Any
    media: tuple[bytes, bytes]
    headers: tuple[tuple[bytes, bytes], ...]
    shown: tuple[Any, ...]

    def answer(self, body: Any, *more: tuple[bytes, bytes]) -> Answer:
        """Return the answer with a body; of a header given here too, that one counts."""
        given = {name for name, _ in more}
        headers = (*(one for one in self.headers if one[0] not in given), *more)
        if self.schema is None or self.status in (204, 205, 304):
            return Answer(self.status, b"", headers)
        return Answer(self.status, _written(body), (self.media, *headers))


def _written(body: Any) -> bytes:
    try:
        return orjson.dumps(body)
    except TypeError:  # a number or a text that only Python's own writer takes
        return json_answer(200, body).body


def sheet(document: Mapping[str, Any], operation: Operation, maker: Maker, *preferred: str) -> Sheet:
    """Return how an operation answers.

    Args:
        document: The document.
        operation: The operation.
        maker: Makes the values of headers.
        preferred: Statuses that are taken where they are documented, before all others.
    """
    names = success_statuses(operation)
    name = next((one for one in preferred if one in names), names[0] if names else "200")
    response = response_of(document, operation, name) or {}
    media = json_media(response.get("content"))
    digits = name.upper().replace("X", "0")
    status = int(digits) if digits.isdigit() else 200
    if status == 200 and not name.isdigit() and preferred:
        status = int(preferred[0]) if media or preferred[0] != "204" else 204
    return Sheet(
        status,
        media.get("schema", True) if media is not None else None,
        _content_type(response.get("content") or {}),
        tuple(response_headers(document, response, maker)),
        tuple(examples_of(document, media or {})),
    )


def _content_type(content: Mapping[str, Any]) -> tuple[bytes, bytes]:
    """Return the documented JSON type where it is more than ``application/json``."""
    name = next((str(name) for name in content if is_json(str(name))), "application/json")
    if name.split(";")[0].strip().lower() == "application/json":
        return JSON_TYPE
    return (b"content-type", name.encode("latin-1", "replace"))


def examples_of(document: Mapping[str, Any], media: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the bodies that a Media Type Object shows as examples."""
    if "example" in media:
        yield media["example"]
    for raw in (media.get("examples") or {}).values():
        example = resolve(document, raw)
        if isinstance(example, Mapping) and "value" in example:
            yield example["value"]


def response_headers(
    document: Mapping[str, Any], response: Mapping[str, Any], maker: Maker
) -> Iterator[tuple[bytes, bytes]]:
    """Yield the documented headers of a response, each with its example or a made value."""
    for name, raw in (response.get("headers") or {}).items():
        header = resolve(document, raw)
        if name.lower() in NOT_MADE or not isinstance(header, Mapping):
            continue
        value = (
            header["example"] if "example" in header else maker.make(header.get("schema", {}), 0, name=name)
        )
        text = value if isinstance(value, str) else json_answer(200, value).body.decode()
        yield name.lower().encode(), text.encode("ascii", "replace").replace(b"\n", b" ").replace(b"\r", b" ")


def thing_view(maker: Maker, schema: Any, path: tuple[str, ...]) -> View | None:
    """Return the view of what stands at a path of a body, in whichever alternative."""
    for alternative in maker.views.alternatives(schema):
        found = maker.views.at(alternative, path)
        if found is not None:
            return found
    return None
