"""One page of a list in the form that the document gives it: cursors, numbers, offsets, addresses, totals."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard
from urllib.parse import urlencode

from trigger_contract.document import page_names
from trigger_contract.document.composition import View
from trigger_contract.document.conjunction import is_number, types_of
from trigger_contract.document.pagination import Pagination
from trigger_contract.document.wire import QueryLeaf
from trigger_contract.document.words import flat
from trigger_contract.mock.collections.shaping import Path, Shaper, drop, put
from trigger_contract.mock.collections.table import Thing
from trigger_contract.mock.query import Reading, pairs

_SIZE = 20
_CURSOR = "cursor"
"""The name under which an address of the next page carries its place, where the document has none for it."""


@dataclass(frozen=True)
class Page:
    """One page.

    Attributes:
        things: What it shows.
        size: How many it may show.
        start: How many things stand before it.
        count: How many there are on all pages.
        back: What stands right before the page before this one.
    """

    things: Sequence[Thing]
    size: int
    start: int
    count: int
    back: Thing | None = None

    @property
    def more(self) -> bool:
        """Whether there is a page after this one."""
        return self.start + len(self.things) < self.count


class Pager:
    """Cuts one list into pages, and writes what stands around the items.

    Args:
        form: How the list is walked; None for a list that gives all at once.
        shaper: Knows what the answer's schema declares.
        body: The schema of the answer.
        items: Where the items stand in it.
        leaves: What may stand in the query.
    """

    def __init__(
        self,
        form: Pagination | None,
        shaper: Shaper,
        body: Any,
        items: Path,
        leaves: Sequence[QueryLeaf] = (),
    ) -> None:
        self.form = form
        self._sizes = [
            leaf.name
            for leaf in leaves
            if flat(leaf.last_name) in page_names.SIZE and "integer" in types_of(leaf.schema)
        ]
        self._shaper = shaper
        self._items = items
        self._schema = body
        self._body = next(
            (one for one in shaper.views.alternatives(body) if shaper.views.at(one, items) is not None),
            shaper.views.view(body),
        )
        self._around = _scalars(shaper, self._body, items)
        self._envelope: Any = None

    @property
    def names(self) -> frozenset[str]:
        """The names of the query that page, and so filter nothing."""
        form = self.form
        if form is None:
            return frozenset(self._sizes)
        return frozenset(leaf.name for leaf in (form.size, form.after, form.before) if leaf is not None)

    # Which things

    def cut(
        self, things: Sequence[Thing], among: Sequence[Thing], reading: Reading, query: bytes
    ) -> Page | None:
        """Return the page that a query asks for; None where a cursor is none of this server's.

        Args:
            things: All things that the query selects.
            among: All things there are, in the same order: a cursor may be at one that is not selected.
            reading: The query, read.
            query: The query as it was sent, for addresses this server made itself.
        """
        form = self.form
        if form is None:
            most = next((reading.values[name] for name in self._sizes if name in reading.values), None)
            shown = things[: max(int(most), 0)] if _is_number(most) else things
            return Page(shown, max(len(shown), 1), 0, len(things))
        size = self._size(reading)
        values = reading.values
        after = values.get(form.after.name) if form.after else None
        before = values.get(form.before.name) if form.before else None
        if form.after is not None and after is None:
            after = reading.defaults.get(form.after.name)
        if form.kind == "number" or (
            form.kind in ("url", "link") and _is_number_leaf(form, page_names.NUMBER)
        ):
            start = max(int(after) - form.first, 0) * size if _is_number(after) else 0
        elif form.kind == "offset" or (
            form.kind in ("url", "link") and _is_number_leaf(form, page_names.OFFSET)
        ):
            start = max(int(after) - form.first, 0) if _is_number(after) else 0
        else:
            if form.after is None:
                after = dict(pairs(query)).get(_CURSOR)
            found = self._place(things, among, after, before, size)
            if found is None:
                return None
            start, size = found
        back = things[start - size - 1] if size < start <= len(things) + size else None
        return Page(things[start : start + size], size, start, len(things), back)

    def start(self, things: Sequence[Thing], reading: Reading) -> Page:
        """Return the first page."""
        size = self._size(reading)
        return Page(things[:size], size, 0, len(things))

    def _size(self, reading: Reading) -> int:
        leaf = self.form.size if self.form else None
        if leaf is None:
            return _SIZE
        given = reading.values.get(leaf.name, reading.defaults.get(leaf.name))
        most = leaf.schema.get("maximum")
        size = int(given) if _is_number(given) else min(_SIZE, int(most)) if _is_number(most) else _SIZE
        return max(size, 1)

    def _place(
        self, things: Sequence[Thing], among: Sequence[Thing], after: Any, before: Any, size: int
    ) -> tuple[int, int] | None:
        if after is None and before is None:
            return 0, size
        key = self._key(after if before is None else before)
        place = next((index for index, thing in enumerate(among) if thing.key == key), None)
        if place is None:
            return None
        earlier = {id(thing) for thing in among[:place]}
        index = sum(id(thing) in earlier for thing in things)
        if before is not None:
            start = max(index - size, 0)
            return start, index - start
        is_shown = index < len(things) and things[index] is among[place]
        return index + is_shown, size

    def _key(self, cursor: Any) -> str | None:
        return str(cursor) if self._is_id else _decoded(str(cursor))

    @property
    def _is_id(self) -> bool:
        return self.form is not None and (self.form.kind == "last-id" or self.form.cursor_is_id)

    def _cursor(self, thing: Thing) -> str:
        return thing.key if self._is_id else base64.urlsafe_b64encode(f"at:{thing.key}".encode()).decode()

    # What is answered

    def write(self, page: Page, items: list[Any], address: str, query: bytes) -> Any:
        """Return the body of the answer.

        Args:
            page: The page.
            items: Its items as the document shows them.
            address: The address that was asked, without its query.
            query: The query.
        """
        if not self._items:
            return items
        if self._envelope is None:
            self._envelope = self._shaper.maker.make(self._body, 0)
        body = put(self._envelope, self._items, items)
        form = self.form
        for path, view in self._around.items():
            value = self._echo(path, view, page)
            if value is not None and self._shaper.maker.judge.fits(view, value):
                body = put(body, path, value)
        if form is None:
            return body
        body = self._count(body, page)
        if form.has_more:
            body = put(body, form.has_more, page.more)
        for way, forward in ((form.next, True), (form.previous, False)):
            if way is not None:
                body = self._turn(body, way, self._way(page, address, query, forward=forward))
        return body

    def _count(self, body: Any, page: Page) -> Any:
        form = self.form
        if form and form.total:
            body = put(body, form.total, page.count)
        if form and form.total_pages:
            view = self._shaper.views.at(self._body, form.total_pages) or {}
            least = view.get("minimum")
            pages = max(math.ceil(page.count / page.size), int(least) if _is_number(least) else 0)
            body = put(body, form.total_pages, pages)
        return body

    def _turn(self, body: Any, path: Path, value: str | None) -> Any:
        if value is not None:
            return put(body, path, value)
        # At an end: null where the document allows it, else nothing, else an empty text.
        for end in (None, ""):
            written = put(body, path, end)
            view = self._shaper.views.at(self._body, path)
            if view is not None and end is None and "null" in types_of(view):
                return written
            if end is None:
                without = drop(body, path)
                if self._shaper.maker.judge.fits(self._schema, without):
                    return without
        return put(body, path, "")

    def _echo(self, path: Path, view: View, page: Page) -> int | None:
        """Return what a member beside the items tells of the page, where its name says so."""
        if not {"integer", "number"} & set(types_of(view)):
            return None
        name = flat(path[-1])
        form = self.form
        if form is None:
            return page.count if name in page_names.TOTAL | {"count"} else None
        if path in (form.total, form.total_pages):
            return None
        if name in ("count", "returned", "resultcount", "itemsonpage", "numberofelements"):
            return page.count if form.total is None and name == "count" else len(page.things)
        if name in page_names.SIZE - {"count"}:
            return page.size
        if name in page_names.NUMBER:
            return page.start // page.size + form.first
        if name in page_names.OFFSET:
            return page.start
        return page.count if name in page_names.TOTAL else None

    def _way(self, page: Page, address: str, query: bytes, *, forward: bool) -> str | None:
        """Return the cursor or the address of the page beside this one, or None where there is none."""
        form = self.form
        if form is None or (forward and not page.more) or (not forward and page.start == 0):
            return None
        if form.kind in ("cursor", "last-id"):
            if not page.things:
                return None
            return self._cursor(page.things[-1 if forward else 0])
        return self._address(page, address, query, page.start + page.size * (1 if forward else -1))

    def _address(self, page: Page, address: str, query: bytes, start: int) -> str:
        form = self.form
        start = max(start, 0)
        if form and form.after is not None and _is_number_leaf(form, page_names.NUMBER):
            place: str | None = str(start // page.size + form.first)
        elif form and form.after is not None and _is_number_leaf(form, page_names.OFFSET):
            place = str(start + form.first)
        else:
            last = page.things[-1] if page.things and start > page.start else page.back
            place = None if start == 0 or last is None else self._cursor(last)
        name = form.after.name if form and form.after else _CURSOR
        # A name may come several times, as lists are sent.
        given = [pair for pair in pairs(query) if pair[0] != name]
        given += [(name, place)] if place is not None else []
        return f"{address}?{urlencode(given)}" if given else address

    def links(self, page: Page, address: str, query: bytes) -> bytes | None:
        """Return the header ``Link`` of a page (RFC 8288), where the list is walked by it."""
        if self.form is None or self.form.kind != "link":
            return None
        ways = [
            (relation, self._way(page, address, query, forward=forward))
            for relation, forward in (("next", True), ("prev", False))
        ]
        if not any(way for _, way in ways):
            return None
        ways.append(("first", self._address(page, address, query, 0)))
        if _is_number_leaf(self.form, page_names.NUMBER):
            last = max(math.ceil(page.count / page.size) - 1, 0) * page.size
            ways.append(("last", self._address(page, address, query, last)))
        return ", ".join(f'<{way}>; rel="{relation}"' for relation, way in ways if way).encode(
            "latin-1", "replace"
        )


def _is_number(value: Any) -> TypeGuard[float]:
    return is_number(value)


def _is_number_leaf(form: Pagination, names: frozenset[str]) -> bool:
    if form.after is None:
        return False
    last = form.after.name.rstrip("]").rpartition("[")[2]
    return flat(last) in names and bool({"integer", "number"} & set(types_of(form.after.schema)))


def _scalars(shaper: Shaper, body: View, items: Path) -> dict[Path, View]:
    """Return the scalars of a body that stand beside its items, two levels deep."""
    found: dict[Path, View] = {}
    for name, view in shaper.declared(body).items():
        if (name,) == items[:1] and len(items) == 1:
            continue
        inner = shaper.declared(view)
        if inner:
            found |= {(name, below): scalar for below, scalar in inner.items() if (name, below) != items}
        else:
            found[name,] = view
    return found


def _decoded(cursor: str) -> str | None:
    try:
        text = base64.b64decode(cursor.encode(), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    return text.removeprefix("at:") if text.startswith("at:") else None
