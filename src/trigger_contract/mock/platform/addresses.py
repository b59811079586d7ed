"""Paths as the service's servers read them."""

from __future__ import annotations

import re
from urllib.parse import quote_from_bytes

from trigger_contract.mock.messages import Answer
from trigger_contract.mock.platform import answers

_SEGMENT = re.compile(rb"(?:[^%]|%[0-9A-Fa-f]{2})*")
_DOT = re.compile(rb"(?:\.|%2[eE]){1,2}")


def read(raw: bytes, query: bytes) -> Answer | bytes:
    """Return a path with its dot segments resolved, or the answer to one that is not right.

    Args:
        raw: The path as it was sent, percent-encoded.
        query: The query as it was sent, which a redirect keeps.
    """
    if not raw.startswith(b"/"):
        return answers.html(500, "Internal Server Error")  # `*` or a whole URL
    raw = raw.split(b"#", 1)[0]
    if raw == b"/":
        return answers.moved(302, "/login?redirectTo=%2F")
    if raw.endswith(b"/"):
        rest = b"?" + query if query else b""
        return answers.moved(301, quote_from_bytes(raw[:-1] + rest, safe="/%?&=[]"))
    segments: list[bytes] = []
    for segment in raw[1:].split(b"/"):
        if _DOT.fullmatch(segment):
            if len(segment.replace(b"%2e", b".").replace(b"%2E", b".")) == 2 and segments:
                segments.pop()
            continue
        segments.append(segment)
    return b"/" + b"/".join(segments)


def is_broken(raw: bytes) -> bool:
    """Whether a path has an escape that is none, or bytes that are not UTF-8."""
    if not _SEGMENT.fullmatch(raw):
        return True
    try:
        re.sub(rb"%([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), raw).decode()
    except UnicodeDecodeError:
        return True
    return False
