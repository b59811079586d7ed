"""Values made from a schema: such as keep it, are neither null nor the default, and carry the run's mark."""

from __future__ import annotations

import re
import uuid
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from unittest import SkipTest

from hypothesis import strategies as st
from hypothesis.errors import HypothesisException

from trigger_contract.contract.drawing import draw
from trigger_contract.document.composition import Composition, View
from trigger_contract.document.conjunction import types_of

LONGEST = 5000
_DEEPEST = 4
_TRIES = 40
_FIXED = {
    "date-time": ("2031-02-03T04:05:06Z", "2032-03-04T05:06:07Z"),
    "date": ("2031-02-03", "2032-03-04"),
    "time": ("04:05:06Z", "05:06:07Z"),
    "duration": ("P1D", "P2D"),
    "ipv4": ("192.0.2.1", "192.0.2.2"),
    "ipv6": ("2001:db8::1", "2001:db8::2"),
    "byte": ("AAEC", "AwQF"),
    "regex": ("^a+$", "^b+$"),
    "json-pointer": ("/a", "/b"),
}
_MARKED: Mapping[str, Callable[[str], str]] = {
    "email": lambda mark: f"{mark}@example.com",
    "uri": lambda mark: f"https://example.com/{mark}",
    "url": lambda mark: f"https://example.com/{mark}",
    "uri-reference": lambda mark: f"/{mark}",
    "hostname": lambda mark: f"{mark}.example.com",
    "uuid": lambda mark: str(uuid.uuid5(uuid.NAMESPACE_URL, mark)),
}
FORMATS = frozenset((*_FIXED, *_MARKED))


@dataclass(frozen=True)
class File:
    """The content of a file that is sent as one part of a body."""

    content: bytes
    name: str = "contract-test.bin"
    kind: str = "application/octet-stream"


@dataclass(frozen=True)
class Maker:
    """Makes values.

    Attributes:
        views: The views of the document.
        by_example: Whether what the document gives as an example comes first: a server may ask for more
            than the schema says, for a time zone, say.
        has_files: Whether text of the format ``binary`` is a file.
    """

    views: Composition
    by_example: bool = False
    has_files: bool = field(default=False)

    def value(self, view: View, mark: str, avoided: Sequence[Any] = (), depth: int = 0) -> Any:
        """Return a value.

        Args:
            view: Its schema.
            mark: What it carries where it may be any text.
            avoided: Values that it should not be, the most important first.
            depth: How deep it stands.
        """
        view = next(iter(self.views.alternatives(view)), view)
        if "const" in view:
            return view["const"]
        if view.get("enum"):
            return _chosen([item for item in view["enum"] if item is not None], avoided)
        if self.by_example and (shown := [item for item in examples(view) if item not in avoided]):
            return shown[0]
        kind = kind_of(view)
        if kind == "boolean":
            return _chosen([True, False], avoided)
        if kind in ("integer", "number"):
            return _chosen(list(_numbers(view)), avoided)
        if kind == "array":
            return self._array(view, mark, depth)
        if kind == "object":
            return self._object(view, mark, depth)
        if self.has_files and is_file(view):
            return File(f"{mark}\n".encode(), kind=str(view.get("contentMediaType", File.kind)))
        return text(view, mark, avoided)

    def _array(self, view: View, mark: str, depth: int) -> list[Any]:
        if depth >= _DEEPEST and not view.get("minItems"):
            return []
        return self.items(view, mark, max(1, int(view.get("minItems", 0))), depth)

    def items(self, view: View, mark: str, count: int, depth: int = 0) -> list[Any]:
        """Return some items of an array, no two the same where that can be."""
        inner = self.views.items(view)
        made: list[Any] = []
        for index in range(count):
            made.append(self.value(inner, f"{mark}{index or ''}", made, depth + 1))
        return made

    def _object(self, view: View, mark: str, depth: int) -> dict[str, Any]:
        needed = view.get("required") or ()
        shown = self.views.properties(view)
        made = {
            name: self.value(inner, mark, [inner.get("default")], depth + 1)
            for name, inner in shown.items()
            if not inner.get("readOnly") and (name in needed or depth < _DEEPEST)
        }
        further = view.get("additionalProperties", True)
        if not shown and further is not False and depth < _DEEPEST:
            inner = self.views.view(further) if isinstance(further, Mapping) else {"type": "string"}
            made["note"] = self.value(inner, mark, (), depth + 1)
        return made


def kind_of(view: View) -> str:
    """Return the JSON type that a value is made of: the first that is not null."""
    kind = next((item for item in types_of(view) if item != "null"), None)
    if kind is None:
        kind = "object" if "properties" in view else "array" if "items" in view else "string"
    return kind


def is_file(view: View) -> bool:
    """Whether a text is the content of a file. Source: OpenAPI 3.1.0, 4.8.14.2 (file uploads)."""
    is_binary = view.get("format") == "binary" or "contentMediaType" in view
    return is_binary and kind_of(view) == "string"


def examples(view: View) -> list[Any]:
    """Return what the document shows as values of a schema."""
    many = view.get("examples")
    found = [view.get("example"), *(many if isinstance(many, list) else ())]
    return [item for item in found if item is not None]


def _chosen(values: Sequence[Any], avoided: Sequence[Any]) -> Any:
    """Return the first value that is not avoided; where all are, one that is not the most important."""
    for those in (list(avoided), list(avoided)[:1], []):
        found = [value for value in values if not any(_is(value, item) for item in those)]
        if found:
            return found[0]
    return None


def _is(one: Any, other: Any) -> bool:
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _numbers(view: View) -> Iterator[Any]:
    """Yield numbers that keep the bounds, whole ones first."""
    low = view.get("minimum", view.get("exclusiveMinimum"))
    high = view.get("maximum", view.get("exclusiveMaximum"))
    step = view.get("multipleOf") or 1
    first = -(-low // step) * step if low is not None else min(7, high) // step * step if high else 7 * step
    candidates = [first + index * step for index in (1, 2, 3, 4, 0)]
    candidates += [first - index * step for index in (1, 2)] if low is None else []
    if kind_of(view) == "number" and low is not None and high is not None:
        candidates += [low + (high - low) / 2, low + (high - low) / 4]
    yield from (value for value in candidates if is_within(view, value))
    yield first


def is_within(view: View, value: Any) -> bool:
    """Whether a number keeps the bounds of its schema."""
    return bool(
        view.get("minimum", value) <= value <= view.get("maximum", value)
        and ("exclusiveMinimum" not in view or value > view["exclusiveMinimum"])
        and ("exclusiveMaximum" not in view or value < view["exclusiveMaximum"])
    )


def text(view: View, mark: str, avoided: Sequence[Any] = ()) -> str:
    """Return a text that keeps its schema, with the mark in it where that may be."""
    form = str(view.get("format", ""))
    least, most = int(view.get("minLength", 0)), int(view.get("maxLength", LONGEST))
    for candidate in (mark, f"{mark}x"):
        if form in _FIXED:
            found = str(_chosen(_FIXED[form], avoided))
        elif form in _MARKED:
            found = _MARKED[form](candidate)
        elif isinstance(view.get("pattern"), str):
            found = _patterned(view["pattern"], candidate, (least, most), avoided)
        else:
            # The end of a mark is what tells it from others.
            found = (candidate[-most:] if len(candidate) > most else candidate).ljust(least, "x")
        if found not in avoided:
            break
    return found


def _patterned(pattern: str, mark: str, bounds: tuple[int, int], avoided: Sequence[Any]) -> str:
    least, most = bounds
    number = zlib.crc32(mark.encode())
    tail = re.sub(r"[^a-z0-9]", "", mark)[-10:]
    digits = str(number % 10**8)
    plain = (mark, tail, mark.upper(), tail.upper(), f"{tail}x", digits, f"x{digits}")
    for text in plain:
        if matches(pattern, text) and least <= len(text) <= most and text not in avoided:
            return text
    drawn = [text for text in _drawn(pattern, least, most) if text not in avoided]
    return drawn[number % len(drawn)] if drawn else mark


@lru_cache(maxsize=512)
def _drawn(pattern: str, least: int, most: int) -> tuple[str, ...]:
    """Return printable texts that a pattern matches; none where none is found."""
    try:
        texts = st.from_regex(re.compile(pattern), fullmatch=True, alphabet=st.characters(max_codepoint=126))
        found = draw(texts, _TRIES, seed=0)
    except (re.error, HypothesisException, OverflowError, RecursionError, SkipTest):
        return ()
    return tuple(
        text for text in dict.fromkeys(found) if least <= len(text) <= most and text.isprintable() and text
    )


def matches(pattern: str, value: str) -> bool:
    """Whether a pattern is found in a text; not where Python does not know the pattern."""
    try:
        return re.search(pattern, value) is not None
    except re.error:
        return False


def ends(maker: Maker, view: View, mark: str) -> Iterator[tuple[str, Any]]:
    """Yield values at the bounds of a schema, and the keyword of each."""
    kinds = types_of(view)
    if "string" in kinds and not {"enum", "pattern", "format", "const"} & set(view):
        for word in ("minLength", "maxLength"):
            if 0 < (size := int(view.get(word, 0))) <= LONGEST:
                yield word, mark[-size:].ljust(size, "x")
    if {"integer", "number"} & set(kinds) and not {"enum", "const", "multipleOf"} & set(view):
        for word in ("minimum", "maximum"):
            if word in view:
                yield word, view[word]
    if "array" in kinds:
        for word in ("minItems", "maxItems"):
            if word in view and int(view[word]) <= _TRIES:
                yield word, maker.items(view, mark, int(view[word]))
