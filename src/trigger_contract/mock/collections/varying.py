"""Texts like a given one: other ids in the form of an example, other names of the same kind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from random import Random
from typing import Any

_ALNUM = re.compile(r"[0-9A-Za-z]+")
_HEX = re.compile(r"(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{6,}")
_LENGTH = re.compile(r"(?:[0-9]{1,9}(?:ms|[smhdw]))+")
_ENDING = re.compile(r"[0-9]{1,15}$")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+")

# By the words of its name or description, as the formats that nobody wrote down.
_USUAL = (
    ("content type,media type,mime type", "application/json"),
    ("email,e-mail", "user{0}@example.com"),
    ("time ?zone", "UTC"),
    ("cron", "{0} * * * *"),
    ("url,uri,href,link", "https://example.com/{0}"),
    ("currency", "EUR"),
    ("locale,language", "en"),
    ("ip address", "192.0.2.1"),
    ("user agent", "agent/{0}.0"),
    ("version", "1.0.{0}"),
)


def another(text: str, number: int) -> Iterator[str]:
    """Yield texts in the form of one, the likeliest first; number 0 is the text itself.

    ``run_1234`` gives ``run_1235``, ``a1B2c3`` other letters and digits in the same places, ``Lamp`` gives
    ``Lamp 2``. Whether one fits its schema is for the caller to say.
    """
    if number == 0:
        yield text
    if _LENGTH.fullmatch(text):
        yield re.sub(r"^[0-9]+", lambda digits: str(int(digits[0]) + number), text)
    parts = list(_ALNUM.finditer(text))
    if parts:
        last = parts[-1]
        word = last[0]
        if word.isdigit():
            yield text[: last.start()] + str(int(word) + number).zfill(len(word)) + text[last.end() :]
        elif not _looks_random(word) and (digits := _ENDING.search(word)):
            count = int(digits[0]) + number
            yield (
                text[: last.start() + digits.start()] + str(count).zfill(len(digits[0])) + text[last.end() :]
            )
        elif _looks_random(word) or (len(parts) > 1 and "_" in text):
            yield text[: last.start()] + _like(word, number) + text[last.end() :]
    yield f"{text} {number + 1}"
    yield f"{text}-{number + 1}"
    yield f"{text}{number + 1}"
    if parts:
        longest = max(parts, key=lambda part: len(part[0]))
        yield text[: longest.start()] + _like(longest[0], number) + text[longest.end() :]
        yield "".join(_like(text, number))
    yield text


def _looks_random(word: str) -> bool:
    """Whether a word is rather an id than a word: it mixes digits with letters, or cases in its middle."""
    digits = sum(character.isdigit() for character in word)
    return len(word) >= 6 and (digits >= 2 or not (word[1:].islower() or word.isupper()))


def _like(word: str, number: int) -> str:
    """Return a text with letters where letters stand, digits where digits stand."""
    random = Random(f"{word}/{number}")
    digits = "0123456789abcdef" if _HEX.fullmatch(word) else "0123456789"
    letters = "abcdef" if _HEX.fullmatch(word) else _LETTERS
    return "".join(
        random.choice(digits[:10])
        if character.isdigit()
        else random.choice(letters)
        if character.islower()
        else random.choice(_LETTERS.upper())
        if character.isupper() and character.isascii()
        else character
        for character in word
    )


def usual(name: str, description: str, number: int) -> str | None:
    """Return what a text usually is that is called or described so, or None where nothing is usual."""
    text = _usual(name, description[:200])
    return text.format(number + 1) if text is not None else None


@lru_cache(maxsize=4096)
def _usual(name: str, description: str) -> str | None:
    said = f"{' '.join(part.lower() for part in _WORD.findall(name))} {description.lower()}"
    patterns = ((rf"\b(?:{words.replace(',', '|')})\b", text) for words, text in _USUAL)
    return next((text for pattern, text in patterns if re.search(pattern, said)), None)


def titled(name: str, number: int) -> str:
    """Return words for a member of that name: ``displayName`` gives ``Display name 3``."""
    words = " ".join(part.lower() for part in _WORD.findall(name)) or "text"
    return f"{words[0].upper()}{words[1:]} {number + 1}"


def fitted(text: str, view: Mapping[str, Any]) -> str:
    """Return a text with the length that a schema asks for; what tells texts apart, their end, stays."""
    least, most = int(view.get("minLength") or 0), view.get("maxLength")
    if most is not None and len(text) > int(most):
        digits = re.search(r"[0-9]*$", text)
        end = digits[0] if digits else ""
        text = text[: max(int(most) - len(end), 0)] + end
        text = text[-int(most) :] if int(most) else ""
    while 0 < len(text) < least:
        text = text[: max(least - len(text), 0)] + text if len(text) * 2 > least else text * 2
    return text
