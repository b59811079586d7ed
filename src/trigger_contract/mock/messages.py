"""A request and its answer, free of any server's types."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

JSON_TYPE = (b"content-type", b"application/json; charset=utf-8")
Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(slots=True)
class Request:
    """What came over the wire.

    Attributes:
        method: In capitals.
        path: The path as it was sent, still percent-encoded.
        query: The query as it was sent, without the question mark.
        headers: Values by lower-case name; of a repeated header the first.
        body: The body; None where it was larger than the server reads.
    """

    method: str
    path: bytes
    query: bytes = b""
    headers: Mapping[bytes, bytes] = field(default_factory=dict)
    body: bytes | None = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back.

    Attributes:
        status: The status code.
        body: The body's bytes.
        headers: All headers except those the transport adds (length, date).
        delay: Seconds to wait before answering.
        cut_after: Close the connection after this many bytes of the body; None sends it whole.
    """

    status: int
    body: bytes = b""
    headers: Headers = (JSON_TYPE,)
    delay: float = 0.0
    cut_after: int | None = None

    def with_headers(self, *headers: tuple[bytes, bytes]) -> Answer:
        """Return the answer with more headers."""
        return Answer(self.status, self.body, (*self.headers, *headers), self.delay, self.cut_after)


def json_answer(status: int, value: Any, headers: Iterable[tuple[bytes, bytes]] = ()) -> Answer:
    """Return an answer with a JSON body."""
    text = json.dumps(value, separators=(",", ":"))
    return Answer(status, text.encode(), (JSON_TYPE, *headers))
