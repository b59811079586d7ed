"""Secrets stay out of everything that is written: reports, terminal, exceptions, in whatever spelling."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import quote

_SHORTEST = 4
# Escapes of single characters begin with one of these; without them a text needs no slow search.
_ESCAPES = re.compile(r"\\|%|&#")


class Redactor:
    """Replaces each secret, and what was derived from it, by the name of its variable.

    A secret is known as it is, in base64 at any offset, in hex, and with any of its characters escaped as
    JSON, URLs and HTML do. One that is registered later is replaced from then on, so everything sent is
    registered before it is sent.
    """

    def __init__(self) -> None:
        self._shown: dict[str, str] = {}
        self._ordered: tuple[tuple[str, str], ...] = ()
        self._known: dict[str, str] = {}

    def register(self, secret: str, shown: str) -> None:
        """Replace ``secret`` by ``shown`` in every spelling."""
        # Very short texts would match everywhere and hide what the report is about.
        if len(secret) < _SHORTEST or secret in self._known:
            return
        self._known[secret] = shown
        for spelling in _spellings(secret):
            self._shown.setdefault(spelling, shown)
        # Longest first, or the part of a longer secret would be replaced and the rest left.
        self._ordered = tuple(sorted(self._shown.items(), key=lambda item: -len(item[0])))

    def text(self, text: str) -> str:
        """Return the text without secrets."""
        for secret, shown in self._ordered:
            if secret in text:
                text = text.replace(secret, shown)
        if _ESCAPES.search(text):
            for secret in sorted(self._known, key=len, reverse=True):
                shown = self._known[secret].replace("\\", "\\\\")
                text = _escaped(secret).sub(shown, text)
        return text


def _spellings(secret: str) -> Iterator[str]:
    """Yield a secret as it is, quoted, in hex and in base64."""
    data = secret.encode("utf-8", "replace")
    yield secret
    yield quote(secret, safe="")
    yield json.dumps(secret)[1:-1]
    if len(secret) < 2 * _SHORTEST:
        return
    yield data.hex()
    yield data.hex().upper()
    for offset in range(3):
        # What stands before and after shifts the groups of six bits; between them nothing changes.
        whole = base64.b64encode(b"\0" * offset + data).decode().rstrip("=")
        start = -(-offset * 8 // 6)
        end = len(whole) if (offset + len(data)) % 3 == 0 else len(whole) - 1
        yield whole[start:end]
        yield whole[start:end].replace("+", "-").replace("/", "_")


@lru_cache(maxsize=256)
def _escaped(secret: str) -> re.Pattern[str]:
    """Return a pattern that finds a secret with any of its characters escaped."""
    parts = []
    for character in secret:
        number = ord(character)
        # The character has its own case; the digits of an escape may have any.
        code = "".join(f"[{digit}{digit.upper()}]" for digit in f"{number:02x}")
        long = "".join(f"[{digit}{digit.upper()}]" for digit in f"{number:04x}")
        forms = [rf"\\*{re.escape(character)}", rf"\\+u{long}", rf"\\+x{code}", rf"%(?:25)*{code}"]
        forms += [f"&#0*{number};?", f"&#[xX]0*{code};?"]
        parts.append(f"(?:{'|'.join(forms)})")
    return re.compile("".join(parts))
