"""Which things a query selects, by the names of their properties, and in which order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from trigger_contract.document.composition import View
from trigger_contract.document.conjunction import types_of
from trigger_contract.document.wire import QueryLeaf
from trigger_contract.document.words import flat, singular, words
from trigger_contract.mock import dates
from trigger_contract.mock.collections.shaping import Path, Shaper, take

Test = Literal["equal", "unequal", "from", "after", "to", "before", "contains", "search", "period", "sort"]

_TESTS: dict[str, Test] = {
    "from": "from", "gte": "from", "ge": "from", "since": "from", "min": "from", "start": "from",
    "minimum": "from", "gt": "after", "after": "after", "to": "to", "lte": "to", "le": "to", "until": "to",
    "max": "to", "maximum": "to", "end": "to", "lt": "before", "before": "before", "ne": "unequal",
    "not": "unequal", "eq": "equal", "in": "equal", "contains": "contains", "like": "contains",
    "period": "period",
}  # fmt: skip
_SEARCHES = frozenset(("q", "query", "search", "searchterm", "text", "keyword", "keywords", "term", "find"))
_SORTS = frozenset(("sort", "sortby", "orderby", "ordering", "sortfield", "sortkey", "order"))
_DIRECTIONS = frozenset(("order", "direction", "sortdirection", "sortorder", "dir", "sortdir", "orderdir"))
_OUTER = frozenset(("filter", "filters", "where"))
_CREATED = ("createdat", "created", "createdon", "creationdate", "datecreated", "timestamp", "time", "date")
_SUBSTRING = re.compile(r"\b(?:contain|partial|substring|search|match(?:es|ing)|like|starts? with)", re.I)


@dataclass(frozen=True)
class Filter:
    """What one name of a query does to a list.

    Attributes:
        name: The name on the wire.
        path: The property it looks at; empty for a search through all texts, and for an order.
        test: How the property is compared.
    """

    name: str
    path: Path
    test: Test

    def __str__(self) -> str:
        what = ".".join(self.path) or "all texts"
        return f"{self.name} ({what})" if self.test == "equal" else f"{self.name} ({what}, {self.test})"


class Filters:
    """The filters of one list.

    Args:
        shaper: Knows what properties a thing has.
        thing: The view of one item of the list.
        leaves: The names of the query, but for those that page.
    """

    def __init__(self, shaper: Shaper, thing: View, leaves: Sequence[QueryLeaf]) -> None:
        self._properties: dict[str, tuple[Path, View]] = {}
        self._gather(shaper, thing)
        self.all: dict[str, Filter] = {}
        self.direction: str | None = None
        self.periods: list[str] = []
        self.unknown: list[str] = []
        for leaf in leaves:
            found = self._filter(leaf)
            if found is not None:
                self.all[leaf.name] = found
            elif _is_direction(leaf):
                self.direction = leaf.name
            else:
                self.unknown.append(leaf.name)
            if found.test == "period" if found is not None else _is_period(leaf):
                self.periods.append(leaf.name)

    def _gather(self, shaper: Shaper, thing: View) -> None:
        declared = shaper.declared(thing)
        for name, view in declared.items():
            self._properties.setdefault(flat(name), ((name,), view))
        for name, view in declared.items():
            if "object" in types_of(view):
                for inner, below in shaper.declared(view).items():
                    self._properties.setdefault(flat(name) + flat(inner), ((name, inner), below))

    def _filter(self, leaf: QueryLeaf) -> Filter | None:
        tokens = [token for token in re.split(r"[\[\].]+", leaf.name) if token]
        if len(tokens) > 1 and flat(tokens[0]) in _OUTER:
            tokens = tokens[1:]
        last = flat(tokens[-1])
        if len(tokens) > 1 and last in _TESTS:
            return self._bound(leaf.name, "".join(map(flat, tokens[:-1])), _TESTS[last])
        whole = "".join(map(flat, tokens))
        found = self._property(whole)
        if found is not None:
            contains = types_of(found[1])[:1] == ("string",) and _SUBSTRING.search(leaf.description)
            return Filter(leaf.name, found[0], "contains" if contains and "enum" not in found[1] else "equal")
        if last in _SEARCHES:
            return Filter(leaf.name, (), "search")
        if last in _SORTS and not (last == "order" and _is_direction(leaf)):
            return Filter(leaf.name, (), "sort")
        parts = words(tokens[-1])
        for rest, word in ((parts[:-1], parts[-1:]), (parts[1:], parts[:1])):
            if word and word[0] in _TESTS:
                return self._bound(leaf.name, "".join(rest), _TESTS[word[0]])
        return None

    def _property(self, plain: str) -> tuple[Path, View] | None:
        for name in (plain, singular(plain), f"{plain}s", f"{plain}es", f"{plain}id", f"{singular(plain)}id"):
            if name in self._properties:
                return self._properties[name]
        return None

    def _bound(self, name: str, plain: str, test: Test) -> Filter | None:
        if not plain:
            return self._of_creation(name, test)
        for candidate in (plain, f"{plain}at", f"{plain}on", f"{plain}date", f"{plain}time"):
            found = self._property(candidate)
            if found is not None:
                return Filter(name, found[0], test)
        return self._of_creation(name, test) if plain in ("date", "time", "period") else None

    def _of_creation(self, name: str, test: Test) -> Filter | None:
        """A bound that names no property is meant for the time of creation."""
        if test not in ("from", "after", "to", "before", "period"):
            return None
        found = next((self._properties[plain] for plain in _CREATED if plain in self._properties), None)
        return Filter(name, found[0], test) if found else None

    def select(
        self, states: Iterable[Mapping[str, Any]], values: Mapping[str, Any], now: int
    ) -> list[Mapping[str, Any]]:
        """Return the states that a query selects, in their order.

        Args:
            states: The states of all things of the list, in its order.
            values: The query, read; dates in milliseconds.
            now: The time in milliseconds.
        """
        chosen = list(states)
        for name, rule in self.all.items():
            if name not in values or rule.test == "sort":
                continue
            test = _tester(rule, values[name], now)
            chosen = [state for state in chosen if test(state)]
        return chosen

    def ordered(self, states: list[Mapping[str, Any]], values: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Return all states of a list in the order that a query asks for."""
        for name, rule in self.all.items():
            if rule.test == "sort" and name in values:
                states = self._sorted(states, values[name], values)
        return states

    def unreadable(self, values: Mapping[str, Any]) -> str | None:
        """Return the name of a period in a query that is none, such as ``soon``; None where there is none."""
        given = (name for name in self.periods if values.get(name))
        return next((name for name in given if dates.read_period(str(values[name])) is None), None)

    def _sorted(
        self, states: list[Mapping[str, Any]], wanted: Any, values: Mapping[str, Any]
    ) -> list[Mapping[str, Any]]:
        for text in reversed(wanted if isinstance(wanted, list) else str(wanted).split(",")):
            name, _, ending = re.sub(r"[:\s]+(asc|desc)$", r" \1", str(text).strip().lower()).partition(" ")
            given = str(values.get(self.direction or "", ""))
            falling = name.startswith("-") or ending == "desc" or "desc" in given.lower()
            found = self._property(flat(name)) or self._property(f"{flat(name)}at")
            if found is not None:
                states = sorted(states, key=lambda state: _rank(take(state, found[0])), reverse=falling)
        return states


def _is_period(leaf: QueryLeaf) -> bool:
    """Whether a name that selects nothing takes a period: it is called so, and its example is one."""
    shown = [leaf.schema.get("example"), *(leaf.schema.get("examples") or ())]
    return flat(leaf.last_name) == "period" and any(
        isinstance(text, str) and dates.read_period(text) is not None for text in shown
    )


def _is_direction(leaf: QueryLeaf) -> bool:
    values = {str(value).lower() for value in leaf.schema.get("enum") or ()}
    return flat(leaf.name) in _DIRECTIONS and bool(values & {"asc", "desc", "ascending", "descending"})


def _rank(value: Any) -> tuple[int, float, str]:
    if value is None:
        return (0, 0.0, "")
    if isinstance(value, (bool, int, float)):
        return (1, float(value), "")
    return (2, 0.0, str(value))


def _tester(rule: Filter, wanted: Any, now: int) -> Callable[[Mapping[str, Any]], bool]:
    if rule.test == "search":
        text = str(wanted).lower()
        return lambda state: any(text in found.lower() for found in _texts(state))
    if rule.test == "period":
        length = dates.read_period(str(wanted))
        since = now - length if length is not None else 0
        return lambda state: (_number(take(state, rule.path)) or 0) >= since
    listed = wanted if isinstance(wanted, list) else [wanted]
    if rule.test in ("equal", "unequal", "contains"):
        return lambda state: _agrees(rule.test, take(state, rule.path), listed)
    bound = _number(listed[-1])

    def within(state: Mapping[str, Any]) -> bool:
        value = _number(take(state, rule.path))
        if value is None or bound is None:
            return False
        return {
            "from": value >= bound, "after": value > bound, "to": value <= bound, "before": value < bound,
        }[rule.test]  # fmt: skip

    return within


def _agrees(test: Test, value: Any, listed: list[Any]) -> bool:
    values = value if isinstance(value, list) else [value]
    if test == "contains":
        return any(str(text).lower() in str(one).lower() for one in values for text in listed if one)
    same = any(_same(one, text) for one in values for text in listed)
    return same != (test == "unequal")


def _same(value: Any, wanted: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_same(value.get(name), wanted) for name in ("id", "name", "key", "slug"))
    if value is None or isinstance(value, bool) is not isinstance(wanted, bool):
        return str(value).lower() == str(wanted).lower() if value is not None else False
    if isinstance(value, str) and isinstance(wanted, (int, float)):
        return dates.read(value) == wanted or value == str(wanted)
    return bool(value == wanted) or str(value) == str(wanted)


def _number(value: Any) -> float | None:
    """Read a number, or a date as milliseconds."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        return dates.read(value, loose=True)
    return None


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
