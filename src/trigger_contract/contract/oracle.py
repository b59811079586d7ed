"""What a filter selects, told from the items alone: the oracle the server is held against."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from trigger_contract.contract.steps import is_by_id
from trigger_contract.contract.subjects import Subject
from trigger_contract.contract.values import item_schema
from trigger_contract.document.promises import promise
from trigger_contract.document.references import resolve
from trigger_contract.document.wire import QueryLeaf

if TYPE_CHECKING:
    from trigger_contract.contract.session import Session

Verdict = bool | None
_INCLUSIVE = re.compile(r"\binclusive|\b(?:at|on) or (?:after|before|later|earlier)\b|[<>]=", re.IGNORECASE)
_EXCLUSIVE = re.compile(r"\bexclusive|\bstrictly\b", re.IGNORECASE)
_BIRTH = re.compile(r"\bcreat(?:ed|ion)\b", re.IGNORECASE)
_BORN = ("createdAt", "created_at", "created", "creationDate", "creation_date", "dateCreated", "date_created")
_FRACTION = re.compile(r":\d\d\.(\d+)")
_FROM = ("from", "since", "start", "gte", "after")
_NAMES = ("id", "name", "key", "slug", "code")
"""What an object that a filter names is told by."""
_TO = ("to", "until", "end", "lte", "before")


@dataclass(frozen=True)
class Filter:
    """A query name that selects items by one of their fields.

    Attributes:
        leaf: The query name.
        field: The item's field.
        kind: ``equals``, ``contains`` (a list field), ``tagged``, ``from`` or ``to``.
        prefix: What stands before the value in the field, for ``tagged``.
        has_bound: Whether the moment itself is within the bounds; None where no page says.
    """

    leaf: QueryLeaf
    field: str
    kind: str
    prefix: str = ""
    has_bound: bool | None = None

    def selects(self, item: Mapping[str, Any], values: Sequence[str]) -> Verdict:
        """Tell whether an item is selected; None where the item does not show it.

        Args:
            item: The item.
            values: The values, one of which must fit.
        """
        return self.selector(values)(item)

    def selector(self, values: Sequence[str]) -> Callable[[Mapping[str, Any]], Verdict]:
        """Return ``selects`` for some values, made ready for many items.

        Args:
            values: The values, one of which must fit.
        """
        field, fits = self.field, self._fits(values)
        # The same few texts stand in thousands of items, and the same items are met again and again.
        known: dict[str, Verdict] = {}

        def selects(item: Mapping[str, Any]) -> Verdict:
            found = item.get(field)
            if type(found) is not str:
                # An optional field that is absent says nothing about what the server knows.
                return None if found is None else fits(found)
            if found not in known:
                known[found] = fits(found)
            return known[found]

        return selects

    def _fits(self, values: Sequence[str]) -> Callable[[Any], Verdict]:
        """Return what tells whether a value that an item shows is selected."""
        if self.kind in ("contains", "tagged"):
            wanted = [self.prefix + value for value in values]
            return lambda found: any(value in found for value in wanted) if isinstance(found, list) else None
        if self.kind not in ("from", "to"):
            plain = frozenset(values)
            return lambda found: (
                self._is_named(found, plain) if isinstance(found, Mapping) else spelled(found) in plain
            )
        bound, is_lower = parse_moment(values[0]), self.kind == "from"

        def is_within(found: Any) -> Verdict:
            moment = parse_moment(found)
            if moment is None or bound is None:
                return None
            if moment == bound:
                return self.has_bound
            return (moment > bound) is is_lower

        return is_within

    def _is_named(self, found: Mapping[str, Any], values: frozenset[str]) -> Verdict:
        """Tell whether an object is named by a value; None where no value of the filter names it."""
        texts = _names_of(found)
        if texts & values:
            return True
        schema = self.leaf.schema
        closed = set(map(spelled, (schema.get("items") or schema).get("enum") or ()))
        return False if texts & closed else None


def filters(subject: Subject) -> tuple[Filter, ...]:
    """Find the query names that select items by a field that the items show.

    Source: the name of the query parameter is the name of the item's field, or its plural; ranges
    are named from and to below the field; it may be promised what items are tagged with.
    """
    found = []
    pages = subject.pages
    cursors = {leaf.name for leaf in (pages.after, pages.before, pages.size) if leaf} if pages else set()
    fields = subject.item_schema.get("properties", {})
    for leaf in subject.leaves:
        if leaf.name not in cursors and (made := _filter(subject, leaf, fields)):
            found.append(made)
    return tuple(found)


def _filter(subject: Subject, leaf: QueryLeaf, fields: Mapping[str, Any]) -> Filter | None:
    names = leaf.names
    name = names[-1]
    tagged = promise(subject.document, leaf.described, "tagged")
    if tagged:
        field = next((item for item in ("tags", "tag", "labels") if item in fields), None)
        return Filter(leaf, field, "tagged", tagged["prefix"]) if field else None
    bounded = names[-2] if len(names) > 1 else born(leaf, fields)
    if bounded is not None and bounded in fields and name in (*_FROM, *_TO):
        kind = "from" if name in _FROM else "to"
        return Filter(leaf, bounded, kind, has_bound=_has_bound(name, leaf.description))
    for field in (name, name + "s"):
        if field in fields:
            kind = resolve(subject.document, fields[field]).get("type")
            return Filter(leaf, field, "contains" if kind == "array" else "equals")
    selects = promise(subject.document, leaf.described, "selects")
    if selects and selects["property"] in fields:
        return Filter(leaf, selects["property"], "equals")
    return None


def born(leaf: QueryLeaf, fields: Mapping[str, Any]) -> str | None:
    """Return the field that tells when an item was made, for a bound that is said to be about that."""
    is_said = _BIRTH.search(leaf.description) is not None
    return next((name for name in _BORN if name in fields), None) if is_said else None


def _has_bound(name: str, description: str) -> bool | None:
    """Tell from a bound's name or text whether what is exactly there is within; None where neither says."""
    if name in ("gte", "lte") or _INCLUSIVE.search(description):
        return True
    return False if _EXCLUSIVE.search(description) else None


def text_filters(subject: Subject) -> list[Filter]:
    """Return the filters by free text, those by the identity left out."""
    fields = subject.item_schema.get("properties", {})
    return [
        item
        for item in filters(subject)
        if item.kind in ("equals", "contains")
        and item.field != "id"
        and (schema := item_schema(subject.document, item.leaf)).get("type") == "string"
        and not {"enum", "format"} & set(schema)
        and "enum" not in resolve(subject.document, fields[item.field])
    ]


def stands_alone(subject: Subject, item: Filter) -> bool:
    """Whether a filter counts by itself, and not only beside another one."""
    return not promise(subject.document, item.leaf.described, "conditional")


def values_of(chosen: Filter, items: Sequence[Mapping[str, Any]]) -> Counter[str]:
    """Count the values of a filter that items show; those a list could not spell are left out."""
    counts: Counter[str] = Counter()
    for item in items:
        found = item.get(chosen.field)
        if found is None or isinstance(found, Mapping):
            continue  # which of its names a filter takes, no page says
        for value in set(map(spelled, found)) if isinstance(found, list) else {spelled(found)}:
            if chosen.kind == "tagged":
                if not value.startswith(chosen.prefix):
                    continue
                value = value.removeprefix(chosen.prefix)
            if value and not (chosen.leaf.separator and chosen.leaf.separator in value):
                counts[value] += 1
    return counts


def values_seen(session: Session, subject: Subject) -> dict[str, list[str]]:
    """Return a few values seen on the server for each query name that filters or points to an item."""
    if not subject.is_list:
        return {}
    snapshot = session.snapshot(subject)
    found: dict[str, list[str]] = {}
    for item in filters(subject):
        if item.kind not in ("from", "to", "tagged"):
            found[item.leaf.name] = [value for value, _ in values_of(item, snapshot.items).most_common(12)]
    if (pages := subject.pages) is not None and pages.after is not None:
        # Whether there is a page behind the last one, no form says; an opaque cursor cannot be made up.
        counted = [str(pages.first)] if pages.kind in ("number", "offset") else []
        found[pages.after.name] = list(snapshot.by_id)[:20] if is_by_id(subject) else counted
    return found


def spelled(value: Any) -> str:
    """Spell a value of an answer as it stands in a query."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _names_of(value: Mapping[str, Any]) -> set[str]:
    return {spelled(value[name]) for name in _NAMES if isinstance(value.get(name), (str, int))}


def parse_moment(value: Any) -> datetime | None:
    """Read an RFC 3339 date-time; None where it is none."""
    return _parsed(value) if isinstance(value, str) else None


# The same moments are compared by one law after the other.
@lru_cache(maxsize=50_000)
def _parsed(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.upper().replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def fraction_digits(value: object) -> int:
    """Return how many digits of a second a moment is written with."""
    found = _FRACTION.search(str(value))
    return len(found[1]) if found else 0


def period_bounds(days: int, margin: timedelta) -> tuple[datetime, datetime]:
    """Return the moments after and before which an item is surely inside and outside a period up to now."""
    edge = datetime.now(UTC) - timedelta(days=days)
    return edge + margin, edge - margin
