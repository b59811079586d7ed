"""What a list holds: walks over its pages, and which items did not change meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from trigger_contract.contract.exchange import Exchange
from trigger_contract.contract.subjects import Subject
from trigger_contract.document.wire import QueryLeaf

if TYPE_CHECKING:
    from trigger_contract.contract.session import Session

_PAGES = 4000


@dataclass(frozen=True)
class Page:
    """One answer of a list.

    Attributes:
        exchange: The exchange.
        items: Its items; those that are no objects are left out.
        next: The cursor to the next page, if one is named.
        previous: The cursor to the previous page, if one is named.
    """

    exchange: Exchange
    items: tuple[Mapping[str, Any], ...]
    next: str | None
    previous: str | None

    @property
    def is_good(self) -> bool:
        """Whether the server answered with a list at all."""
        return self.exchange.status == 200


@dataclass(frozen=True)
class Walk:
    """Every page from the first to the last.

    Attributes:
        pages: The pages in the order they were read.
        identity: Name of the field that identifies an item.
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
                if isinstance(item.get(self.identity), str):
                    found.setdefault(item[self.identity], item)
        return found

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Every identity in the order read, repeated ones too."""
        return tuple(
            item[self.identity]
            for page in self.pages
            for item in page.items
            if isinstance(item.get(self.identity), str)
        )

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


def stable(before: Walk, after: Walk) -> dict[str, Mapping[str, Any]]:
    """Return the items that are in both walks and equal: nothing happened to them in between."""
    later = after.by_id
    return {identity: item for identity, item in before.by_id.items() if later.get(identity) == item}


def read_page(session: Session, subject: Subject, values: Mapping[str, Any], purpose: str) -> Page:
    """Read one page.

    Args:
        session: The run.
        subject: A list operation.
        values: A value for each query name.
        purpose: Why, in a few words.
    """
    exchange = session.ask(subject, values=values, purpose=purpose)
    body = exchange.json if exchange.status == 200 and isinstance(exchange.json, Mapping) else {}
    raw = body.get(subject.items or "")
    items = (
        tuple(_documented(subject, item) for item in raw if isinstance(item, Mapping))
        if isinstance(raw, list)
        else ()
    )
    pages = subject.pages
    if pages is None or pages.kind != "cursor":
        return Page(exchange, items, None, None)
    return Page(exchange, items, _cursor(body, pages.next), _cursor(body, pages.previous))


def walk(
    session: Session,
    subject: Subject,
    values: Mapping[str, Any],
    purpose: str,
    *,
    most: int | None = None,
) -> Walk:
    """Follow the pages of a list to its end.

    Args:
        session: The run.
        subject: A list operation.
        values: A value for each query name, the size of a page among them.
        purpose: Why, in a few words.
        most: Stop when this many items were read.
    """
    identity = session.identity(subject)
    pages: list[Page] = []
    seen: set[str] = set()
    values = dict(values)
    count = 0
    while True:
        page = read_page(session, subject, values, purpose)
        pages.append(page)
        count += len(page.items)
        trouble = "" if page.is_good else f"status {page.exchange.status} on page {len(pages)}"
        cursor = _following(subject, page, len(pages))
        if trouble or cursor is None:
            return Walk(tuple(pages), identity, trouble)
        if cursor in seen:
            return Walk(tuple(pages), identity, f"the cursor {cursor!r} comes a second time")
        if len(pages) >= _PAGES or (most is not None and count >= most):
            return Walk(tuple(pages), identity, "stopped early")
        seen.add(cursor)
        assert subject.pages is not None
        values[subject.pages.after.name] = cursor


def whole(session: Session, subject: Subject) -> Walk:
    """Read everything a list shows, in the largest pages there are."""
    values: dict[str, Any] = dict(session.required_values(subject))
    size = None
    if (leaf := size_leaf(subject)) is not None:
        size = values[leaf.name] = leaf.schema.get("maximum", leaf.schema.get("default"))
    found = walk(session, subject, values, "read the whole list", most=session.most_items)
    if subject.pages is None and size is not None and len(found.items) >= size:
        # There may be more, but no way to ask for it.
        return Walk(found.pages, found.identity, "stopped early")
    return found


def size_leaf(subject: Subject) -> QueryLeaf | None:
    """Return the query name that sets how many items come, if there is one."""
    if subject.pages is not None and subject.pages.size is not None:
        return subject.pages.size
    for leaf in subject.leaves:
        if leaf.schema.get("type") == "integer" and leaf.path[-1] in ("limit", "size", "per_page", "perPage"):
            return leaf
    return None


def _documented(subject: Subject, item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave out what no page documents: nothing is promised about it, not even that it stays the same."""
    fields = subject.item_schema.get("properties")
    return {name: value for name, value in item.items() if name in fields} if fields else item


def _cursor(body: Mapping[str, Any], path: tuple[str, ...] | None) -> str | None:
    value: Any = body
    for name in path or ("",):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) and value else None


def _following(subject: Subject, page: Page, number: int) -> str | None:
    if subject.pages is None:
        return None
    if subject.pages.kind == "cursor":
        return page.next
    body = page.exchange.json
    total: Any = body
    for name in subject.pages.next:
        total = total.get(name) if isinstance(total, Mapping) else None
    return str(number + 1) if isinstance(total, int) and number < total else None
