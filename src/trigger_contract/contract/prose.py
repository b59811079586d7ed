"""What is promised of single values beyond their schemas, and how each promise is judged."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from trigger_contract.contract.citations import Pointer, follow
from trigger_contract.contract.findings import Tier
from trigger_contract.document.promises import Promise, promises
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


_DURATION_TEXT = re.compile(r"(?:\d+(?:\.\d+)?\s*[a-zA-Z]+)+|\d+")
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(?:\s*;.*)?")
_CRON_FIELD = re.compile(r"[\w*/,\-?#LW]+")
_DEPTH = 8


def rules(document: Mapping[str, Any], pointer: Pointer) -> list[Rule]:
    """Collect what is promised of the values below a schema.

    Args:
        document: The document.
        pointer: Where the schema of an answer stands.
    """
    return list(_collect(document, pointer, {}, (), 0))


def _collect(
    document: Mapping[str, Any], pointer: Pointer, node: Any, path: tuple[str, ...], depth: int
) -> Iterator[Rule]:
    """Yield what is promised of a node, which stands at a pointer, and of all below it."""
    place, schema = list(follow(document, pointer))[-1]
    if not isinstance(schema, Mapping) or depth > _DEPTH:
        return
    yield from _rules_of(document, node, path, place)
    for name, below in (schema.get("properties") or {}).items():
        yield from _collect(document, (*place, "properties", name), below, (*path, name), depth + 1)
    if isinstance(schema.get("items"), Mapping):
        yield from _collect(document, (*place, "items"), schema["items"], (*path, "*"), depth + 1)


def _rules_of(
    document: Mapping[str, Any], node: Any, path: tuple[str, ...], place: Pointer
) -> Iterator[Rule]:
    for promise in promises(document, node):
        if make := _TESTS.get(promise.kind):
            yield Rule(path, place, promise.kind, promise.tier, make(promise))


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


def _is_at_least(least: float) -> Test:
    def test(value: Any, _: Mapping[str, Any]) -> str | None:
        is_below = isinstance(value, (int, float)) and not isinstance(value, bool) and value < least
        return f"not less than {least:g}" if is_below else None

    return test


def _is_media_type(value: Any, _: Mapping[str, Any]) -> str | None:
    return None if isinstance(value, str) and _MEDIA_TYPE.fullmatch(value) else "a content type"


def _is_cron(value: Any, _: Mapping[str, Any]) -> str | None:
    fields = value.split() if isinstance(value, str) else []
    if len(fields) == 1 and fields[0].startswith("@"):
        return None
    good = 5 <= len(fields) <= 7 and all(_CRON_FIELD.fullmatch(field) for field in fields)
    return None if good else "a cron expression"


_TESTS: Mapping[str, Callable[[Promise], Test]] = {
    "prefix": lambda promise: _has_prefix(promise["text"]),
    "length": lambda promise: _has_length(promise["least"], promise["most"]),
    "count": lambda promise: _has_at_most(promise["most"]),
    "least": lambda promise: _is_at_least(promise["value"]),
    "duration": lambda promise: _is_duration(promise.get("least", 0)),
    "instead-of": lambda promise: _stands_in_for(promise["property"]),
    "url": lambda _: _is_url,
    "expires": lambda promise: _expires_in(promise["seconds"]),
    "media-type": lambda _: _is_media_type,
    "cron": lambda _: _is_cron,
}


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
