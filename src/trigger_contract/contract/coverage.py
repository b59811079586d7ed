"""What of the contract a run has touched, and what it never met."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from trigger_contract.contract.exchange import Exchange
from trigger_contract.contract.subjects import Contract, Subject
from trigger_contract.document.composition import composition
from trigger_contract.document.operations import response_schema
from trigger_contract.document.urls import split_url
from trigger_contract.document.wire import split_list

_MOST_PLACES = 20_000
"""How many places of one answer are counted."""

ASPECTS = ("operations", "parameters", "responses", "properties", "enum values")


@dataclass(frozen=True)
class Coverage:
    """What the document promises, and what of it was met, one set of names for each aspect.

    Attributes:
        promised: Everything the document names.
        met: The part of it that the run sent or received.
    """

    promised: Mapping[str, frozenset[str]]
    met: Mapping[str, frozenset[str]]

    def missed(self, aspect: str) -> list[str]:
        """Return what was never met, sorted."""
        return sorted(self.promised[aspect] - self.met[aspect])

    def to_dict(self) -> dict[str, Any]:
        """Return what the JSON report holds."""
        return {
            name: {
                "met": len(self.met[name]),
                "promised": len(self.promised[name]),
                "missed": self.missed(name),
                "names": sorted(self.met[name] & self.promised[name]),
            }
            for name in ASPECTS
        }

    def by_operation(self) -> dict[str, dict[str, tuple[int, int]]]:
        """Return of each operation how much of each aspect was met, and how much there is."""
        names = self.promised["operations"]
        found = {name: dict.fromkeys(ASPECTS, (0, 0)) for name in sorted(names)}
        for aspect in ASPECTS:
            for item in self.promised[aspect]:
                counts = found[_operation_of(item, names)]
                met, total = counts[aspect]
                counts[aspect] = met + (item in self.met[aspect]), total + 1
        return found

    def joined(self, other: Coverage) -> Coverage:
        """Return what two runs have met together."""
        return Coverage(
            {name: self.promised[name] | other.promised[name] for name in ASPECTS},
            {name: self.met[name] | other.met[name] for name in ASPECTS},
        )


def coverage_from(data: Mapping[str, Any]) -> Coverage:
    """Restore a coverage from ``to_dict``."""
    met = {name: frozenset(data[name]["names"]) for name in ASPECTS}
    return Coverage({name: met[name] | frozenset(data[name]["missed"]) for name in ASPECTS}, met)


def _operation_of(item: str, names: frozenset[str]) -> str:
    """Return whose a name is; an operation without an operationId goes by method and path."""
    parts = item.split(" ", 2)
    return parts[0] if parts[0] in names else " ".join(parts[:2])


class Books:
    """Keeps account while a run goes on, from every thread.

    Args:
        contract: The operations under check.
        writes: Whether those that write are among them.
    """

    def __init__(self, contract: Contract, *, writes: bool = False) -> None:
        subjects = (*contract.subjects, *(contract.writing if writes else ()))
        self._books = [_Book(contract.document, subject) for subject in subjects]
        self._by_form: defaultdict[tuple[str, int], list[_Book]] = defaultdict(list)
        for book in self._books:
            self._by_form[book.subject.operation.method, len(book.parts)].append(book)
        self._lock = threading.Lock()

    def enter(self, exchange: Exchange) -> None:
        """Note what was sent and received."""
        path = split_url(exchange.request.target).path
        method = exchange.request.method.lower()
        parts = path.split("/")
        alike = self._by_form.get((method, len(parts)), ())
        book = next((item for item in alike if item.answers(parts)), None)
        if book is not None:
            with self._lock:
                book.enter(exchange)

    def result(self) -> Coverage:
        """Compare what was exchanged so far with what the document names."""
        with self._lock:
            return Coverage(
                {name: frozenset().union(*(book.promised[name] for book in self._books)) for name in ASPECTS},
                {
                    name: frozenset().union(*(book.met[name] & book.promised[name] for book in self._books))
                    for name in ASPECTS
                },
            )


def coverage(contract: Contract, exchanges: Iterable[Exchange], *, writes: bool = False) -> Coverage:
    """Compare what was exchanged with what the document names.

    Args:
        contract: The operations under check.
        exchanges: Everything that was sent and received.
        writes: Whether the operations that write are among those under check.
    """
    books = Books(contract, writes=writes)
    for exchange in exchanges:
        books.enter(exchange)
    return books.result()


class _Book:
    """What one operation promises and what of it was met."""

    def __init__(self, document: Mapping[str, Any], subject: Subject) -> None:
        self.views = composition(document)
        self.subject = subject
        self.parts = subject.operation.path.split("/")
        self.leaves = {leaf.name: leaf for leaf in subject.leaves}
        self.responses = {
            status: response_schema(document, subject.operation, status)
            for status in subject.operation.definition.get("responses", {})
            if not status.startswith("x-")
        }
        self.known_items: set[str] = set()
        self.known_bodies: set[tuple[str, int]] = set()
        self.met: dict[str, set[str]] = {name: set() for name in ASPECTS}
        self.promised: dict[str, set[str]] = {name: set() for name in ASPECTS}
        self.promised["operations"] = {subject.name}
        self.promised["parameters"] = {f"{subject.name} {name}" for name in self.leaves}
        self.promised["responses"] = {f"{subject.name} {status}" for status in self.responses}
        for leaf in subject.leaves:
            self._promise_values(leaf.name, self.views.view(leaf.schema.get("items", leaf.schema)))
        for status, schema in self.responses.items():
            self._promise(schema, status)

    def answers(self, parts: list[str]) -> bool:
        """Whether a path of as many parts as this operation's is one of its paths."""
        return all(
            part == given or (part.startswith("{") and given)
            for part, given in zip(self.parts, parts, strict=True)
        )

    def enter(self, exchange: Exchange) -> None:
        """Note what a request sent and what its answer holds."""
        status = self._status(exchange.status)
        if status is None:
            return
        self.met["operations"].add(self.subject.name)
        self.met["responses"].add(f"{self.subject.name} {status}")
        for name, value in parse_qsl(split_url(exchange.request.target).query, keep_blank_values=True):
            self.met["parameters"].add(f"{self.subject.name} {name}")
            if leaf := self.leaves.get(name):
                self.met["enum values"].update(
                    f"{self.subject.name} {name}={item}" for item in split_list(leaf, value)
                )
        # The same page is read by one law after the other.
        body = (status, hash(exchange.body))
        if body not in self.known_bodies and exchange.is_json:
            self.known_bodies.add(body)
            self._meet(self.responses[status], exchange.json, status, "")

    def _status(self, status: int) -> str | None:
        keys = (str(status), f"{status // 100}XX", "default")
        return next((key for key in keys if key in self.responses), None)

    def _promise_values(self, place: str, schema: Mapping[str, Any]) -> None:
        for value in _values(schema):
            self.promised["enum values"].add(f"{self.subject.name} {place}={value}")

    def _promise(self, schema: Any, status: str) -> None:
        """Note what an answer may hold, the outermost first: a tower has more places than are counted."""
        waiting: deque[tuple[Any, str, frozenset[int]]] = deque([(schema, status, frozenset())])
        for _ in range(_MOST_PLACES):
            if not waiting:
                break
            raw, place, above = waiting.popleft()
            for view in self.views.alternatives(raw):
                if id(view) in above:
                    continue
                self._promise_values(place, view)
                inside = above | {id(view)}
                for name, child in (view.get("properties") or {}).items():
                    self.promised["properties"].add(f"{self.subject.name} {place}.{name}")
                    waiting.append((child, f"{place}.{name}", inside))
                if "items" in view:
                    waiting.append((view["items"], f"{place}[]", inside))

    def _meet(self, raw: Any, value: Any, status: str, below: str) -> None:
        place = f"{status}{below}"
        for view in self.views.alternatives(raw):
            if not isinstance(value, (dict, list)) and ("enum" in view or "const" in view):
                self.met["enum values"].add(f"{self.subject.name} {place}={value}")
            if isinstance(value, dict):
                for name, child in (view.get("properties") or {}).items():
                    if name in value:
                        self.met["properties"].add(f"{self.subject.name} {place}.{name}")
                        self._meet(child, value[name], status, f"{below}.{name}")
            elif isinstance(value, list) and "items" in view:
                for item in self._new(value, place):
                    self._meet(view["items"], item, status, f"{below}[]")

    def _new(self, items: list[Any], place: str) -> Iterator[Any]:
        """Leave out what was met before: the pages of a list repeat the same things many times."""
        for item in items:
            identity = item.get("id") if isinstance(item, dict) else None
            if isinstance(identity, (str, int)):
                key = f"{place} {identity} {len(item)}"
                if key in self.known_items:
                    continue
                self.known_items.add(key)
            yield item


def _values(schema: Mapping[str, Any]) -> list[Any]:
    return [schema["const"]] if "const" in schema else list(schema.get("enum") or [])
