"""Secrets stay out of everything that is written: reports, terminal, exceptions."""

from __future__ import annotations

import json
from urllib.parse import quote


class Redactor:
    """Replaces each secret, and what was derived from it, by the name of its variable.

    A secret that is registered later is replaced from then on, so everything sent is registered
    before it is sent.
    """

    def __init__(self) -> None:
        self._shown: dict[str, str] = {}
        self._ordered: tuple[tuple[str, str], ...] = ()

    def register(self, secret: str, shown: str) -> None:
        """Replace ``secret`` by ``shown``, also where it is percent-encoded or escaped for JSON."""
        # Very short texts would match everywhere and hide what the report is about.
        if len(secret) < 4 or secret in self._shown:
            return
        for spelling in (secret, quote(secret, safe=""), json.dumps(secret)[1:-1]):
            self._shown.setdefault(spelling, shown)
        # Longest first, or the part of a longer secret would be replaced and the rest left.
        self._ordered = tuple(sorted(self._shown.items(), key=lambda item: -len(item[0])))

    def text(self, text: str) -> str:
        """Return the text without secrets."""
        for secret, shown in self._ordered:
            if secret in text:
                text = text.replace(secret, shown)
        return text
