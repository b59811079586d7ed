"""What is kept of an exchange that passes by: its fields, and of each body no more than can be judged."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from trigger_contract.contract.exchange import Exchange, Request
from trigger_contract.contract.traffic.reading import Recorded

BODY_LIMIT = 8 * 1024 * 1024
_PLAIN_LIMIT = 32 * 1024 * 1024
# Source: RFC 9110, section 8.4.1; zlib tells the two forms of `deflate` that are in use apart by itself.
_WINDOWS = {"gzip": 31, "x-gzip": 31, "deflate": 47}


@dataclass
class Half:
    """A request or an answer.

    Attributes:
        status: The status of an answer; 0 where there is none.
        headers: The header fields as they stand.
        body: The beginning of the content as it came.
        is_cut: Whether there was more of it than is kept, or it did not end.
        trouble: Why there is no answer, or no whole one.
    """

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)
    is_cut: bool = False
    trouble: str = ""

    def keep(self, chunk: bytes) -> None:
        """Keep of what comes what fits."""
        room = BODY_LIMIT - len(self.body)
        self.body += chunk[:room]
        self.is_cut = self.is_cut or len(chunk) > room

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """The header fields as text, names in lower case. Source: RFC 9110, section 5.5 (opaque octets)."""
        return tuple(
            (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in self.headers
        )

    @property
    def media(self) -> str:
        """The media type without parameters."""
        return dict(self.fields).get("content-type", "").split(";")[0].strip().lower()

    @property
    def plain(self) -> tuple[bytes, bool]:
        """The content with its coding undone, and whether it is all there."""
        coding = dict(self.fields).get("content-encoding", "").strip().lower()
        data = bytes(self.body)
        if not data or coding in ("", "identity"):
            return data, not self.is_cut
        if coding not in _WINDOWS:
            return b"", False
        try:
            unpacker = zlib.decompressobj(wbits=_WINDOWS[coding])
            return unpacker.decompress(data, _PLAIN_LIMIT), unpacker.eof and not self.is_cut
        except zlib.error:
            return data, False


def recorded(method: str, url: str, target: str, sent: Half, answer: Half, elapsed: float) -> Recorded:
    """Put a request and its answer together.

    Args:
        method: The method.
        url: The whole address.
        target: Path and query as they were sent.
        sent: The request.
        answer: The answer.
        elapsed: Seconds until the whole answer was there.
    """
    request = Request(method, target, sent.fields, sent.fields, "passed by")
    body, is_whole = answer.plain
    asked, is_asked_whole = sent.plain
    exchange = Exchange(
        request=request,
        url=url,
        # What breaks off within its content is no answer.
        status=0 if answer.trouble else answer.status,
        headers=dict(answer.fields),
        body=body,
        started=datetime.now(UTC) - timedelta(seconds=elapsed),
        elapsed=elapsed,
        trouble=answer.trouble,
        is_partial=not is_whole,
    )
    return Recorded(
        exchange, asked if is_asked_whole and asked else None, f"{method} {target.partition('?')[0]}"
    )
