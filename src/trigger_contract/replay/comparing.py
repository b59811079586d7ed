"""Two answers side by side: what a client could tell apart."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trigger_contract.replay.learned import Learned
from trigger_contract.replay.recording import Received

HEADERS = ("allow", "location", "x-should-retry", "access-control-expose-headers")
"""Headers held against each other beside the media type; others belong to a server's surroundings."""

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,}(?:Z|[+-][0-9]{2}:?[0-9]{2})?")
_NANOSECONDS = re.compile(r"[0-9]{16,19}")
_CUT = re.compile(r"…\([0-9]+ characters\)$")
_STANDS_FOR = re.compile(r"<(?:html page of|gzip|binary) .*>", re.DOTALL)
_HOST = re.compile(r"https?://[^/\s\"]+|<host>")
_JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*|<jwt>")
_VOLATILE = re.compile(r"(?:^|[^a-z])(?:traceId|spanId|parentSpanId|publicAccessToken|hash|reset)$")
_SURROUNDINGS = re.compile(r"/env/(?:id|name|user)$|/environments?/[0-9]+/(?:id|shortcode|userName)$")
_ALIKE = 0.5
_WAIT = re.compile(r"[0-9]+(?= seconds)")


@dataclass(frozen=True)
class Difference:
    """One thing that differs.

    Attributes:
        kind: ``status``, ``type``, ``header``, ``shape`` or ``value``.
        place: Where, as a JSON pointer; empty for the answer as a whole.
        recorded: What was recorded.
        given: What the server gave.
    """

    kind: str
    place: str
    recorded: str
    given: str

    def __str__(self) -> str:
        place = f" at {self.place}" if self.place else ""
        return f"{self.kind}{place}: recorded {self.recorded}, now {self.given}"


def compare(
    recorded: Received, given: Received, learned: Learned, *, made: bool = True
) -> tuple[Difference, ...]:
    """Return everything in which an answer differs from the recorded one.

    Args:
        recorded: The recorded answer.
        given: The server's.
        learned: The names of things.
        made: Whether the request may have made what the answer lists.

    Names are compared through ``learned``; what depends on when and where a server runs (times of things
    that were made just now, hosts, signatures) is not held against it.
    """
    if recorded.status != given.status:
        # Bodies of different statuses differ in everything: the status says it all.
        shown = [f"{answer.status} {_short(answer.body)}" for answer in (recorded, given)]
        return (Difference("status", "", *shown),)
    return (*_headers(recorded, given, learned), *_Bodies(learned, made).walk(recorded.body, given.body))


def _headers(recorded: Received, given: Received, learned: Learned) -> Iterator[Difference]:
    kinds = [_media_type(answer) for answer in (recorded, given)]
    if kinds[0] != kinds[1]:
        yield Difference("type", "", kinds[0] or "none", kinds[1] or "none")
    for name in HEADERS:
        there, here = recorded.headers.get(name), given.headers.get(name)
        if (there is None) != (here is None) or (there and here and _tidy(there, learned) != _tidy(here)):
            yield Difference("header", name, str(there), str(here))


def _media_type(answer: Received) -> str:
    return answer.headers.get("content-type", "").replace(" ", "").lower()


def _tidy(text: str, learned: Learned | None = None) -> str:
    text = learned.translate(text) if learned else text
    return ", ".join(sorted(part.strip() for part in _HOST.sub("", text).split(",")))


class _Bodies:
    """Walks two JSON values at once."""

    def __init__(self, learned: Learned, made: bool) -> None:
        self._learned = learned
        self._learns = made
        self._made = False

    def walk(self, recorded: Any, given: Any) -> Iterator[Difference]:
        """Yield what differs; all ids first, as they tell whether a thing was made during the replay."""
        self._meet(recorded, given)
        yield from self._walk(recorded, given, "")

    def _meet(self, recorded: Any, given: Any) -> None:
        if isinstance(recorded, Mapping) and isinstance(given, Mapping):
            known = {recorded.get("name"), given.get("name")}
            ids = recorded.get("id"), given.get("id")
            if len(known) == 1 and None not in known and all(isinstance(name, str) for name in ids):
                self._learned.name(*map(str, ids))
            if self._learns and isinstance(ids[0], str):
                self._learned.is_made(ids[0])
            for name in recorded:
                if name in given:
                    self._meet(recorded[name], given[name])
        elif isinstance(recorded, list) and isinstance(given, list):
            self._meet_all(recorded, given)
        elif isinstance(recorded, str) and isinstance(given, str) and recorded != given:
            self._made = bool(self._learned.meets(recorded, given)) or self._made
        elif isinstance(recorded, str) and isinstance(given, str):
            self._learned.meets(recorded, given)

    def _meet_all(self, recorded: list[Any], given: list[Any]) -> None:
        """Meet the items of two lists, those of one name, else those of one place that are alike."""
        named = {item["name"]: item for item in given if isinstance(item, Mapping) and "name" in item}
        for there, here in zip(recorded, given, strict=False):
            if isinstance(there, Mapping) and there.get("name") in named:
                self._meet(there, named[there["name"]])
            elif self._learns or _are_scheduled(there, here):
                self._meet(there, here)
            elif (alike := self._alike(there, given)) is not None:
                self._meet(there, alike)

    def _alike(self, there: Any, given: list[Any]) -> Any:
        """Return the one item that has most of another's members, where neither has been met yet.

        Only of a kind that no call makes: of others the calls tell which is which.
        """
        if not isinstance(there, Mapping) or not self._learned.is_new(there.get("id")):
            return None
        ranked = sorted(
            (_likeness(there, here), -index)
            for index, here in enumerate(given)
            if isinstance(here, Mapping) and self._learned.is_new(here.get("id"), here=True)
        )
        if not ranked or ranked[-1][0] <= _ALIKE or (len(ranked) > 1 and ranked[-1][0] == ranked[-2][0]):
            return None
        return given[-ranked[-1][1]]

    def _walk(self, recorded: Any, given: Any, place: str) -> Iterator[Difference]:
        if isinstance(recorded, Mapping) and isinstance(given, Mapping):
            yield from self._objects(recorded, given, place)
        elif isinstance(recorded, list) and isinstance(given, list):
            yield from self._lists(recorded, given, place)
        elif isinstance(recorded, str) and _STANDS_FOR.fullmatch(recorded):
            return
        elif _kind(recorded) != _kind(given):
            yield Difference("shape", place, _short(recorded), _short(given))
        elif recorded != given and not self._same(recorded, given, place):
            yield Difference("value", place, _short(recorded), _short(given))

    def _objects(
        self, recorded: Mapping[str, Any], given: Mapping[str, Any], place: str
    ) -> Iterator[Difference]:
        for name in {**recorded, **given}:
            below = f"{place}/{name.replace('~', '~0').replace('/', '~1')}"
            if name not in given:
                yield Difference("shape", below, _short(recorded[name]), "absent")
            elif name not in recorded:
                yield Difference("shape", below, "absent", _short(given[name]))
            else:
                yield from self._walk(recorded[name], given[name], below)

    def _lists(self, recorded: list[Any], given: list[Any], place: str) -> Iterator[Difference]:
        cut = bool(recorded) and isinstance(recorded[-1], dict) and set(recorded[-1]) == {"$more"}
        recorded = recorded[:-1] if cut else recorded
        if bool(recorded) != bool(given):
            yield Difference("shape", place, f"{len(recorded)} items", f"{len(given)} items")
        elif len(recorded) != len(given) and not (cut and len(given) > len(recorded)):
            yield Difference("value", place, f"{len(recorded)} items", f"{len(given)} items")
        pairs = self._pairs(recorded, given)
        for index, there, here in pairs:
            yield from self._walk(there, here, f"{place}/{index}")
        met = {index for index, _, _ in pairs}
        for index in range(len(recorded)):
            if index not in met and index < len(given):
                yield Difference("value", f"{place}/{index}", _short(recorded[index]), "not among the items")

    def _pairs(self, recorded: list[Any], given: list[Any]) -> list[tuple[int, Any, Any]]:
        """Put items of one id side by side; where there are none, or an id stands twice, those of a place."""
        ids = [
            [item.get("id") if isinstance(item, Mapping) else None for item in side]
            for side in (recorded, given)
        ]
        if all(all(isinstance(name, str) for name in side) and len(set(side)) == len(side) for side in ids):
            here = dict(zip(ids[1], given, strict=True))
            names = [self._learned.translate(str(name)) for name in ids[0]]
            found = [(i, recorded[i], here[name]) for i, name in enumerate(names) if name in here]
            if found:
                return found
        return [(i, there, item) for i, (there, item) in enumerate(zip(recorded, given, strict=False))]

    def _same(self, recorded: Any, given: Any, place: str) -> bool:
        if not (isinstance(recorded, str) and isinstance(given, str)):
            return isinstance(recorded, int | float) and self._made and bool(_VOLATILE.search(place))
        if _SURROUNDINGS.search(place):
            return self._learned.take(recorded, given)
        listed = any(part.isdecimal() for part in place.split("/"))
        if (same := self._learned.meets(recorded, given, learn=self._learns or not listed)) is not None:
            self._made = self._made or (same and recorded != given)
            return same
        if _VOLATILE.search(place):
            return True
        if _CUT.search(recorded):
            return given.startswith(_CUT.sub("", recorded))
        if self._made and _MOMENT.fullmatch(recorded) and _MOMENT.fullmatch(given):
            return True
        if self._made and _NANOSECONDS.fullmatch(recorded) and _NANOSECONDS.fullmatch(given):
            return True
        return self._neutral(self._learned.translate(recorded)) == self._neutral(given)

    @staticmethod
    def _neutral(text: str) -> str:
        return _WAIT.sub("N", _JWT.sub("<jwt>", _HOST.sub("", text)))


def _are_scheduled(*items: Any) -> bool:
    """Whether these are runs that no request made, but a schedule: their place tells which is which."""
    return all(isinstance(item, Mapping) and item.get("taskKind") == "SCHEDULED" for item in items)


def _likeness(there: Mapping[str, Any], here: Mapping[str, Any]) -> float:
    """Return the share of texts in which two things agree, their names aside; none where one is older."""
    if there.get("createdAt") != here.get("createdAt"):
        return 0.0
    told = [name for name, value in there.items() if isinstance(value, str) and name != "id"]
    return sum(here.get(name) == there[name] for name in told) / len(told) if told else 0.0


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "null" if value is None else type(value).__name__


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(text.split())
    return text if len(text) <= 160 else text[:160] + "…"
