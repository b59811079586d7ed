"""What a server calls the things that the recorded server called otherwise."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any

# An id: a prefix of letters with a long tail, or a long tail alone as databases make them. Long enough
# that no word, status or key of a user's own looks like one.
_ID = re.compile(r"\b(?:[a-z]+_)?(?=[a-z0-9]*[0-9])[a-z0-9]{16,}\b")
_WHOLE_ID = re.compile(r"(?:[a-z]+_)?(?=[a-z0-9]*[0-9])[a-z0-9]{16,}")
_CURSOR = re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\b")
_CALLBACK = "/callback/<callback-hash>"


def is_name(text: str) -> bool:
    """Whether a text is a name that a server has given, and no word of a path."""
    return _WHOLE_ID.fullmatch(text) is not None


class Learned:
    """Names of the recording and what stands for each on the server that is asked."""

    def __init__(self) -> None:
        self._there: dict[str, str] = {}
        self._here: dict[str, str] = {}
        self._callbacks: dict[str, str] = {}
        self._made: set[str] = set()
        self._odd: re.Pattern[str] | None = None

    def translate(self, text: str) -> str:
        """Return a text of a recorded request with the server's own names in it."""
        if "/callback/" in text:
            thing = text.split("/callback/")[0].rpartition("/")[2]
            if (known := self._callbacks.get(thing)) is not None:
                text = text.replace(_CALLBACK, "/callback/" + known, 1)
        if not self._there:
            return text
        if self._odd is not None:
            text = self._odd.sub(lambda match: self._there[match[0]], text)
        text = _CURSOR.sub(lambda match: self._cursor(match[0]), text)
        return _ID.sub(lambda match: self._there.get(match[0], match[0]), text)

    def translate_value(self, value: Any) -> Any:
        """Return a recorded body with the server's own names in it."""
        if isinstance(value, str):
            return self.translate(value)
        if isinstance(value, dict):
            return {self.translate(name): self.translate_value(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self.translate_value(item) for item in value]
        return value

    def meets(self, recorded: str, given: str, *, learn: bool = True) -> bool | None:
        """Say whether two texts name the same thing; None where they are no names.

        Args:
            recorded: A text of a recorded answer.
            given: The text in its place.
            learn: Whether a pair that is seen for the first time is one: things in a list may be others.
        """
        if _CURSOR.fullmatch(recorded):
            self._there.setdefault(recorded, given)
            return bool(given)
        if "/callback/" in recorded and "/callback/" in given:
            thing = recorded.split("/callback/")[0].rpartition("/")[2]
            self._callbacks[thing] = given.split("/callback/", 1)[1]
            return True
        if not (_WHOLE_ID.fullmatch(recorded) and _WHOLE_ID.fullmatch(given)):
            return None
        prefix, _, tail = recorded.rpartition("_")
        given_prefix, _, given_tail = given.rpartition("_")
        if prefix != given_prefix:
            return False
        if (known := self._there.get(recorded)) is not None:
            return known == given
        if self._here.get(given, recorded) != recorded or (not learn and recorded != given):
            if learn:
                self._there[recorded] = given  # what it stood for was removed in another part
            return False
        self._learn(recorded, given)
        # The same tail stands with and without its prefix: both are names of one thing.
        if prefix and tail not in self._there and given_tail not in self._here:
            self._learn(tail, given_tail)
        return True

    def is_new(self, name: Any, *, here: bool = False) -> bool:
        """Whether a text is a name that has not been met yet, of a kind that calls have not to do with.

        Args:
            name: Whatever stands in its place.
            here: Whether it is the asked server's, not the recording's.
        """
        known = self._here if here else self._there
        if not isinstance(name, str) or name in known or name.rpartition("_")[0] in self._made:
            return False
        return bool(_WHOLE_ID.fullmatch(name))

    def is_made(self, name: str) -> None:
        """Note that a call has made or changed something of this name's kind."""
        self._made.add(name.rpartition("_")[0])

    def take(self, recorded: str, given: str) -> bool:
        """Learn what a server calls the surroundings it stands in, whatever it looks like."""
        if _WHOLE_ID.fullmatch(recorded):
            self._there[recorded] = given
        return True

    def name(self, recorded: str, given: str) -> None:
        """Learn the id of a thing that was there before, in whatever form ids are."""
        self._there.setdefault(recorded, given)
        odd = [name for name in self._there if not _WHOLE_ID.fullmatch(name) and not _CURSOR.fullmatch(name)]
        longest = sorted(odd, key=len, reverse=True)
        self._odd = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in longest)) if odd else None

    def _learn(self, recorded: str, given: str) -> None:
        self._there[recorded] = given
        self._here[given] = recorded

    def _cursor(self, text: str) -> str:
        """Return the server's own cursor, else the recorded one with the names inside translated."""
        if (known := self._there.get(text)) is not None:
            return known
        try:
            inside = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        except (ValueError, binascii.Error):
            return text
        turned = self.translate_value(inside)
        if turned == inside:
            return text
        raw = json.dumps(turned, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")
