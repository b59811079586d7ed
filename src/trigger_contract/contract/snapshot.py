"""What a list holds: walks over its pages, and which items did not change meanwhile."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeGuard

from trigger_contract.contract.exchange import Exchange
from trigger_contract.contract.places import NothingKnown
from trigger_contract.contract.steps import Step, at_path, link_of, target_of
from trigger_contract.contract.subjects import Subject
from trigger_contract.contract.values import upper_bound
from trigger_contract.document.wire import QueryLeaf

if TYPE_CHECKING:
    from trigger_contract.contract.session import Session

_PAGES = 4000
# How many items servers show where nobody says how many are wanted.
_USUAL = frozenset({10, 20, 25, 30, 50, 100, 200, 250, 500, 1000})
_SIZES = ("limit", "size", "per_page", "perPage", "page_size", "pageSize")


@dataclass(frozen=True)
class Page:
    """One answer of a list.

    Attributes:
        exchange: The exchange.
        items: Its items; those that are no objects are left out.
        next: The cursor or the target of the next page, if one is named.
        previous: The cursor or the target of the previous page, if one is named.
    """

    exchange: Exchange
    items: tuple[Mapping[str, Any], ...]
    next: str | None
    previous: str | None

    @property
    def is_good(self) -> bool:
        """Whether the server answered with a list at all."""
        return 200 <= self.exchange.status < 300

    def ids(self, identity: str) -> list[str]:
        """Return the identities of the items, in order."""
        return [key for item in self.items if (key := key_of(item, identity))]


@dataclass(frozen=True)
class Walk:
    """Every page from the first to the last.

    Attributes:
        pages: The pages in the order they were read.
        identity: Name of the field that identifies an item; empty where only its whole content does.
        trouble: Why the walk ended before the end, or empty.
    """

    pages: tuple[Page, ...]
    identity: str
    trouble: str = ""

    @cached_property
    def items(self) -> tuple[Mapping[str, Any], ...]:
        """The items in order; one that was seen before is left out."""
        return tuple(self.by_id.values())

    @cached_property
    def by_id(self) -> dict[str, Mapping[str, Any]]:
        """The items by identity, in order."""
        found: dict[str, Mapping[str, Any]] = {}
        for page in self.pages:
            for item in page.items:
                if key := key_of(item, self.identity):
                    found.setdefault(key, item)
        return found

    @cached_property
    def order(self) -> list[str]:
        """Every identity once, in the order read."""
        return list(self.by_id)

    @cached_property
    def positions(self) -> dict[str, int]:
        """Where each identity stands in the order."""
        return {identity: index for index, identity in enumerate(self.by_id)}

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Every identity in the order read, repeated ones too."""
        return tuple(key for page in self.pages for key in page.ids(self.identity))

    @property
    def is_whole(self) -> bool:
        """Whether the walk reached the end."""
        return not self.trouble

    @property
    def started(self) -> datetime:
        """When the first page was asked for."""
        return self.pages[0].exchange.started

    @property
    def exchange(self) -> Exchange:
        """The first exchange."""
        return self.pages[0].exchange


def key_of(item: Mapping[str, Any], identity: str) -> str:
    """Return what tells an item from others: a text or number of it, or all it says; empty where unknown."""
    if not identity:
        return json.dumps(item, sort_keys=True, default=str)
    value = item.get(identity)
    return str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""


def stable(before: Walk, after: Walk) -> dict[str, Mapping[str, Any]]:
    """Return the items that are in both walks and equal: nothing happened to them in between."""
    if before is after:
        return before.by_id
    later = after.by_id
    return {identity: item for identity, item in before.by_id.items() if later.get(identity) == item}


def read_page(
    session: Session,
    subject: Subject,
    values: Mapping[str, Any],
    purpose: str,
    *,
    address: str | None = None,
    path: Mapping[str, str] | None = None,
) -> Page:
    """Read one page.

    Args:
        session: The run.
        subject: A list operation.
        values: A value for each query name.
        purpose: Why, in a few words.
        address: The target of the page, where an answer named one; it is asked for instead.
        path: Below which thing; by default below one that has something.

    Raises:
        NothingKnown: The list stands below a thing of which none is known.
    """
    if path is None and session.places.home(subject) is None:
        raise NothingKnown(f"no list names a {subject.id_parameter['name']} for it")
    if address is None:
        exchange = session.ask(subject, path=path, values=values, purpose=purpose)
    else:
        exchange = session.ask_raw(subject, address, purpose, lenient=False)
    good = 200 <= exchange.status < 300
    found = subject.items_in(exchange.json) if good else None
    fields = subject.item_schema.get("properties")
    items = tuple(_documented(fields, item) for item in found or () if isinstance(item, Mapping))
    return Page(exchange, items, *(_neighbours(subject, exchange) if good else (None, None)))


def _neighbours(subject: Subject, exchange: Exchange) -> tuple[str | None, str | None]:
    """Return what leads to the next and to the previous page: cursors, or targets of requests."""
    pages, body = subject.pages, exchange.json
    if pages is None:
        return None, None
    if pages.kind == "link":
        named = link_of(exchange, "next"), link_of(exchange, "prev")
    else:
        named = _token(at_path(body, pages.next)), _token(at_path(body, pages.previous))
    if pages.kind not in ("url", "link"):
        return named
    following, before = (target_of(exchange, address) if address else None for address in named)
    return following, before


def walk(
    session: Session,
    subject: Subject,
    values: Mapping[str, Any],
    purpose: str,
    *,
    most: int | None = None,
    path: Mapping[str, str] | None = None,
) -> Walk:
    """Follow the pages of a list to its end.

    Args:
        session: The run.
        subject: A list operation.
        values: A value for each query name, the size of a page among them.
        purpose: Why, in a few words.
        most: Stop when this many items were read.
        path: Below which thing; by default below one that has something.
    """
    identity = session.identity(subject)
    pages: list[Page] = []
    seen: set[str] = set()
    count = 0
    step = Step()
    while True:
        page = read_page(
            session, subject, {**values, **step.values}, purpose, address=step.address, path=path
        )
        pages.append(page)
        count += len(page.items)
        if not page.is_good:
            return Walk(tuple(pages), identity, f"status {page.exchange.status} on page {len(pages)}")
        further = following(subject, page, len(pages), count, values)
        if further is None:
            return Walk(tuple(pages), identity)
        step = further
        if step.name in seen:
            return Walk(tuple(pages), identity, f"{step.name} comes a second time")
        if len(pages) >= _PAGES or (most is not None and count >= most):
            return Walk(tuple(pages), identity, "stopped early")
        seen.add(step.name)


def following(
    subject: Subject, page: Page, number: int, count: int, values: Mapping[str, Any]
) -> Step | None:
    """Return what leads from a page to the next one, or None where the page is the last.

    Args:
        subject: The list.
        page: The page.
        number: How many pages were read, this one among them.
        count: How many items were read, those of this page among them.
        values: What the walk asks for, the size of a page among it.
    """
    pages = subject.pages
    if pages is None:
        return None
    if pages.kind in ("url", "link"):
        return None if page.next is None else Step(address=page.next)
    if pages.after is None:
        return None
    if pages.kind == "cursor":
        return None if page.next is None else Step({pages.after.name: page.next})
    if not page.items or not _has_more(subject, page, number, count, values):
        return None
    if pages.kind == "last-id":
        ids = page.ids(pages.identity or subject.identity)
        return Step({pages.after.name: ids[-1]}) if ids else None
    return Step({pages.after.name: pages.first + (count if pages.kind == "offset" else number)})


def _has_more(subject: Subject, page: Page, number: int, count: int, values: Mapping[str, Any]) -> bool:
    """Whether another page follows one that names none, as the answer says or its length lets expect."""
    assert subject.pages is not None
    body, pages = page.exchange.json, subject.pages
    if isinstance(more := at_path(body, pages.has_more), bool):
        return more
    if _is_count(total := at_path(body, pages.total_pages)):
        return bool(number < total)
    if _is_count(total := at_path(body, pages.total)):
        return bool(count < total)
    size = values.get(pages.size.name) if pages.size is not None else None
    return size is None or len(page.items) >= int(size)


def _is_count(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def whole(session: Session, subject: Subject) -> Walk:
    """Read everything a list shows, in the largest pages there are."""
    values: dict[str, Any] = dict(session.required_values(subject))
    size = None
    if (leaf := size_leaf(subject)) is not None and (size := largest(leaf)) is not None:
        values[leaf.name] = size
    found = walk(session, subject, values, "read the whole list", most=session.most_items)
    if not identifies(found) and not session.contract.relations_of(subject):
        found = Walk(found.pages, "", found.trouble)
    if subject.pages is None and _may_have_more(len(found.ids), leaf is not None, size):
        # There may be more, but no way to ask for it.
        return Walk(found.pages, found.identity, "stopped early")
    return found


def _may_have_more(count: int, is_limited: bool, size: int | None) -> bool:
    """Whether a list without pages may hold more than it shows: it is full, or as long as a usual page."""
    return (size is None or count >= size) if is_limited else count in _USUAL


def identifies(walk: Walk) -> bool:
    """Whether a field that was guessed tells items apart: no two that differ have the same on one page."""
    for page in walk.pages:
        items = [item for item in page.items if key_of(item, walk.identity)]
        if len(items) < len(page.items):
            return False
        counts = Counter(key_of(item, walk.identity) for item in items)
        for key in (key for key, count in counts.items() if count > 1):
            same = [item for item in items if key_of(item, walk.identity) == key]
            if any(item != same[0] for item in same):
                return False
    return True


def size_leaf(subject: Subject) -> QueryLeaf | None:
    """Return the query name that sets how many items come, if there is one."""
    if subject.pages is not None and subject.pages.size is not None:
        return subject.pages.size
    for leaf in subject.leaves:
        if leaf.schema.get("type") == "integer" and leaf.last_name in _SIZES:
            return leaf
    return None


def largest(leaf: QueryLeaf) -> int | None:
    """Return the largest page that is surely allowed; None where the document says nothing about it."""
    found = upper_bound(leaf.schema)
    found = leaf.schema.get("default") if found is None else found
    return int(found) if _is_count(found) else None


def _documented(fields: Mapping[str, Any] | None, item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave out what no page documents: nothing is promised about it, not even that it stays the same."""
    if not fields or item.keys() <= fields.keys():
        return item
    return {name: value for name, value in item.items() if name in fields}


def _token(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
