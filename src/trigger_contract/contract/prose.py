"""Promises in prose: descriptions that say more than the schema beside them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from trigger_contract.contract.citations import Pointer, follow
from trigger_contract.contract.findings import Tier
from trigger_contract.document.urls import split_url

# Takes a value and the object it stands in; returns what was expected where the promise is broken.
Test = Callable[[Any, Mapping[str, Any]], str | None]


@dataclass(frozen=True)
class Rule:
    """A promise about one field.

    Attributes:
        path: The field's path in the answer, ``*`` for any index.
        pointer: Where the description stands in the document.
        name: What it is about, for fingerprints.
        tier: How firmly it stands.
        test: Tells what was expected where a value breaks it.
    """

    path: tuple[str, ...]
    pointer: Pointer
    name: str
    tier: Tier
    test: Test


_PREFIX = re.compile(r"(?:prefixed with|starts? with) `(?P<prefix>[^`]+)`")
_LENGTH = re.compile(r"between (?P<low>\d+) and (?P<high>\d+) characters")
_COUNT = re.compile(r"up to (?P<most>\d+) (?P<noun>\w+)")
_TOO_LARGE = re.compile(r"only be included if (?:the )?(?P<name>\w+) is too large", re.IGNORECASE)
_EXPIRES = re.compile(r"expires in (?P<minutes>\d+) minutes?", re.IGNORECASE)
_DURATION = re.compile(r"`1h42m`|in this format: `\d+[a-z]")
_LEAST = re.compile(r"number of seconds \(min\. (?P<least>\d+)\)")
_DURATION_TEXT = re.compile(r"(?:\d+(?:\.\d+)?\s*[a-zA-Z]+)+|\d+")
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(?:\s*;.*)?")
_CRON_FIELD = re.compile(r"[\w*/,\-?#LW]+")
_DEPTH = 8


def rules(document: Mapping[str, Any], pointer: Pointer) -> list[Rule]:
    """Collect the promises that descriptions make below a schema.

    Args:
        document: The document.
        pointer: Where the schema of an answer stands.
    """
    return list(_collect(document, pointer, (), 0))


def _collect(
    document: Mapping[str, Any], pointer: Pointer, path: tuple[str, ...], depth: int
) -> Iterator[Rule]:
    trail = list(follow(document, pointer))
    place, schema = trail[-1]
    if not isinstance(schema, Mapping) or depth > _DEPTH:
        return
    if path:
        yield from _rules_of(schema, path, place)
    for name in schema.get("properties") or {}:
        yield from _collect(document, (*place, "properties", name), (*path, name), depth + 1)
    if isinstance(schema.get("items"), Mapping):
        yield from _collect(document, (*place, "items"), (*path, "*"), depth + 1)


def _rules_of(schema: Mapping[str, Any], path: tuple[str, ...], place: Pointer) -> Iterator[Rule]:
    text = " ".join(str(schema.get("description", "")).split())
    if not text:
        return
    if (found := _PREFIX.search(text)) and "pattern" not in schema:
        yield Rule(path, place, "prefix", "documented", _has_prefix(found["prefix"]))
    if (found := _LENGTH.search(text)) and "maxLength" not in schema:
        test = _has_length(int(found["low"]), int(found["high"]))
        yield Rule(path, place, "length", "documented", test)
    if (found := _COUNT.search(text)) and path[-1] == "*":
        # Said of one item, the number is about the list it stands in.
        yield Rule(path[:-1], place, "count", "documented", _has_at_most(int(found["most"])))
    if found := _TOO_LARGE.search(text):
        yield Rule(path, place, "too-large", "documented", _stands_in_for(found["name"]))
    if "presigned URL" in text or "presigned url" in text:
        yield Rule(path, place, "url", "derived", _is_url)
        if found := _EXPIRES.search(text):
            yield Rule(path, place, "expiry", "derived", _expires_in(int(found["minutes"]) * 60))
    if _DURATION.search(text):
        least = _LEAST.search(text)
        yield Rule(path, place, "duration", "derived", _is_duration(float(least["least"]) if least else 0))
    if re.search(r"\bduration\b.*\bmilliseconds\b", text, re.IGNORECASE) and "minimum" not in schema:
        yield Rule(path, place, "negative", "derived", _is_not_negative)
    if re.search(r"\bcost\b.*\bcents\b", text, re.IGNORECASE) and "minimum" not in schema:
        yield Rule(path, place, "negative", "derived", _is_not_negative)
    if re.match(r"The content type of", text):
        yield Rule(path, place, "media-type", "derived", _is_media_type)
    if re.match(r"The cron expression", text):
        yield Rule(path, place, "cron", "derived", _is_cron)


def _has_prefix(prefix: str) -> Test:
    def test(value: Any, _: Mapping[str, Any]) -> str | None:
        return f"a text that starts with {prefix!r}" if not str(value).startswith(prefix) else None

    return test


def _has_length(low: int, high: int) -> Test:
    def test(value: Any, _: Mapping[str, Any]) -> str | None:
        if isinstance(value, str) and not low <= len(value) <= high:
            return f"between {low} and {high} characters"
        return None

    return test


def _has_at_most(most: int) -> Test:
    def test(value: Any, _: Mapping[str, Any]) -> str | None:
        return f"at most {most}" if isinstance(value, list) and len(value) > most else None

    return test


def _stands_in_for(name: str) -> Test:
    def test(value: Any, whole: Mapping[str, Any]) -> str | None:
        return f"no address beside {name!r}" if value is not None and whole.get(name) is not None else None

    return test


def _is_url(value: Any, _: Mapping[str, Any]) -> str | None:
    parts = split_url(value) if isinstance(value, str) else None
    if parts is None or parts.scheme not in ("http", "https") or not parts.netloc:
        return "an http or https address"
    return None


def _expires_in(seconds: int) -> Test:
    def test(value: Any, _: Mapping[str, Any]) -> str | None:
        given = parse_qs(split_url(value).query).get("X-Amz-Expires") if isinstance(value, str) else None
        return f"X-Amz-Expires={seconds}" if given and given != [str(seconds)] else None

    return test


def _is_duration(least: float) -> Test:
    def test(value: Any, _: Mapping[str, Any]) -> str | None:
        if isinstance(value, str) and not _DURATION_TEXT.fullmatch(value.strip()):
            return "a text such as 1h42m"
        if isinstance(value, (int, float)) and not isinstance(value, bool) and value < least:
            return f"a number of seconds, at least {least:g}"
        return None

    return test


def _is_not_negative(value: Any, _: Mapping[str, Any]) -> str | None:
    is_negative = isinstance(value, (int, float)) and not isinstance(value, bool) and value < 0
    return "not less than 0" if is_negative else None


def _is_media_type(value: Any, _: Mapping[str, Any]) -> str | None:
    return None if isinstance(value, str) and _MEDIA_TYPE.fullmatch(value) else "a content type"


def _is_cron(value: Any, _: Mapping[str, Any]) -> str | None:
    fields = value.split() if isinstance(value, str) else []
    if len(fields) == 1 and fields[0].startswith("@"):
        return None
    good = 5 <= len(fields) <= 7 and all(_CRON_FIELD.fullmatch(field) for field in fields)
    return None if good else "a cron expression"


def values_at(body: Any, path: tuple[str, ...]) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    """Yield each value at a path with the object it stands in."""

    def descend(
        value: Any, rest: tuple[str, ...], holder: Mapping[str, Any]
    ) -> Iterator[tuple[Any, Mapping[str, Any]]]:
        if not rest:
            yield value, holder
        elif rest[0] == "*":
            for item in value if isinstance(value, list) else ():
                yield from descend(item, rest[1:], holder)
        elif isinstance(value, Mapping) and rest[0] in value:
            yield from descend(value[rest[0]], rest[1:], value)

    yield from descend(body, path, {})
