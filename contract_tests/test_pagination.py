"""Pages: every item exactly once and in order, sizes, bounds, defaults, both directions, both ends."""

from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

from trigger_contract.contract import Check, is_limited, is_paginated, law
from trigger_contract.contract.filtering import instructive_singles
from trigger_contract.contract.forms import has_pages_by_id, has_pages_by_place, has_totals
from trigger_contract.contract.listing import everything, judge_walk
from trigger_contract.contract.paging import (
    judge_backward,
    judge_default,
    judge_forward,
    judge_prefix,
    judge_walk_backward,
    sizes,
)
from trigger_contract.contract.properties import for_all
from trigger_contract.contract.showing import quoted
from trigger_contract.contract.snapshot import Page, key_of, read_page, size_leaf
from trigger_contract.contract.steps import is_addressable, start_at
from trigger_contract.contract.totals import judge_last_page, judge_same_totals, judge_totals

_BRACKETS = (("%5B", "%5D"), ("%5b", "%5d"))
_PAGES_A_WALK = 40
_ITEMS_A_WALK = 2000


@law("pagination/exactly-once", "documented", applies=is_paginated)
def test_every_item_is_listed_exactly_once(check: Check) -> None:
    """Whatever the size of a page, the pages hold every item exactly once and in one order."""
    total = len(check.session.snapshot(check.subject).ids)
    if not total:
        return
    for size in sizes(check):
        judge_walk(check, {}, everything, label=f"pages of {size}", size=size, most=size * _PAGES_A_WALK)
    if not sizes(check):
        judge_walk(check, {}, everything, label="pages", most=_ITEMS_A_WALK)


@law("pagination/size", "documented", applies=is_limited)
def test_a_page_holds_as_many_items_as_asked_for(check: Check) -> None:
    """A page holds as many items as asked for, unless there are no more."""
    for size in sizes(check):
        judge_prefix(check, size)


@law("pagination/default", "documented", applies=is_limited)
def test_without_a_size_the_documented_default_holds(check: Check) -> None:
    """A request without a size is answered as one with the documented default."""
    judge_default(check)


@law("pagination/forward", "documented", applies=has_pages_by_place)
def test_a_page_after_an_item_starts_right_behind_it(check: Check) -> None:
    """The page after any item holds the items right behind it."""
    ids = list(check.session.snapshot(check.subject).by_id)
    if not ids or not sizes(check):
        return
    draws = st.tuples(_positions(ids), st.sampled_from(sizes(check)))
    for_all(check, draws, lambda drawn: judge_forward(check, *drawn), times=25)


@law("pagination/backward", "documented", applies=has_pages_by_id)
def test_a_page_before_an_item_ends_right_before_it(check: Check) -> None:
    """The page before any item holds the items right before it."""
    pages = check.subject.pages
    ids = list(check.session.snapshot(check.subject).by_id)
    if not ids or pages is None or pages.before is None or not sizes(check):
        return
    draws = st.tuples(_positions(ids), st.sampled_from(sizes(check)))
    for_all(check, draws, lambda drawn: judge_backward(check, *drawn), times=25)


@law("pagination/there-and-back", "derived", applies=is_paginated)
def test_the_previous_cursor_leads_back(check: Check) -> None:
    """From any page what it names as the previous one leads back to the page before it."""
    pages = check.subject.pages
    if pages is None or (pages.previous is None and pages.kind != "link"):
        check.skip("no page names the one before it")
        return
    values: dict[str, Any] = {**_required(check), **_smallest(check)}
    first = read_page(check.session, check.subject, values, "read the first page")
    for _ in range(6):
        if first.next is None:
            return
        second = _led(check, values, first.next, backward=False)
        if second is None:
            return
        if second.previous is not None and (back := _led(check, values, second.previous, backward=True)):
            check.saw()
            name = check.session.identity(check.subject)
            expected, received = set(first.ids(name)), set(back.ids(name))
            if expected != received and _is_still(check, expected | received):
                check.fail(
                    "The previous cursor does not lead back to the page before.",
                    expected=sorted(expected),
                    received=sorted(received),
                    exchange=back.exchange,
                    at=check.subject.leaf_pointer(pages.before) if pages.before else None,
                )
        first = second


@law("pagination/backward-walk", "derived", applies=has_pages_by_id)
def test_walking_backward_leads_to_the_start(check: Check) -> None:
    """Following the previous cursors leads through every item to the start, and ends there."""
    every = sizes(check)
    if not every:
        return
    for size in dict.fromkeys((every[0], every[len(every) // 2])):
        judge_walk_backward(check, size, most=_PAGES_A_WALK)


@law("pagination/ends", "documented", applies=has_pages_by_id)
def test_cursors_name_pages_that_are_there(check: Check) -> None:
    """A cursor is named only where there is a page to name, at both ends."""
    pages = check.subject.pages
    ids = list(check.session.snapshot(check.subject).by_id)
    if pages is None or not ids or pages.kind != "cursor":
        return
    ends = [(pages.after, "next")] + ([(pages.before, "previous")] if pages.before else [])
    for leaf, name in ends:
        edge = ids[-1] if name == "next" else ids[0]
        for size in sizes(check)[:2]:
            values = {pages.size.name: size} if pages.size else {}
            page = _edge_page(check, values, edge, name)
            cursor = page.next if name == "next" else page.previous
            check.saw()
            if cursor is None or leaf is None:
                continue
            beyond = read_page(
                check.session, check.subject, {**values, leaf.name: cursor}, f"follow {name} at the end"
            )
            again = _edge_page(check, values, edge, name)
            same = (again.next if name == "next" else again.previous) == cursor
            if beyond.is_good and not beyond.items and same:
                check.fail(
                    f"{name!r} names a page although there is none.",
                    expected=f"no {name!r}",
                    received=f"{quoted(cursor)}, which leads to an empty page",
                    exchange=again.exchange,
                    place=name,
                    at=check.subject.field_pointer(
                        *((pages.next if name == "next" else pages.previous) or ())
                    ),
                )


@law("pagination/last-page", "derived", applies=is_paginated)
def test_the_last_page_is_said_to_be_the_last(check: Check) -> None:
    """No page says that another follows where none does, and behind the last page there is nothing."""
    judge_last_page(check)


@law("pagination/totals", "derived", applies=has_totals)
def test_the_totals_are_those_of_the_list(check: Check) -> None:
    """The numbers of items and of pages that are told are those of the list, filtered or not."""
    judge_totals(check, {}, everything, "the whole list")
    judge_same_totals(check)
    for condition in instructive_singles(check):
        values = {condition.filter.leaf.name: condition.sent}
        judge_totals(check, values, condition.selects, f"{condition.filter.leaf.name} of a value")


@law("pagination/cursor-is-id", "documented", applies=has_pages_by_id)
def test_cursors_are_ids_of_items(check: Check) -> None:
    """Where the page says that a cursor is an ID, it is the ID of an item."""
    pages = check.subject.pages
    snapshot = check.session.snapshot(check.subject)
    if pages is None or not snapshot.ids:
        return
    for name in ("next", "previous"):
        path = pages.next if name == "next" else pages.previous
        if path is None or pages.after is None:
            continue
        pointer = check.subject.field_pointer(*path)
        size = {pages.size.name: sizes(check)[0]} if pages.size else {}
        first = read_page(check.session, check.subject, size, "read the first page")
        second = read_page(
            check.session, check.subject, {**size, pages.after.name: snapshot.ids[0]}, "read a page behind"
        )
        for page in (*snapshot.pages, first, second):
            cursor = page.next if name == "next" else page.previous
            if cursor is None:
                continue
            check.saw()
            known = set(page.ids(snapshot.identity)) | set(snapshot.ids)
            if cursor not in known and cursor not in check.session.refresh(check.subject).by_id:
                check.fail(
                    f"{name!r} is not the ID of an item.",
                    expected="the ID of an item",
                    received=cursor,
                    exchange=page.exchange,
                    place=name,
                    at=pointer,
                )
                break


@law(
    "pagination/repeatable",
    "derived",
    applies=is_paginated,
    sentence="RFC 9110, section 9.2.2: GET is idempotent.",
)
def test_the_same_page_asked_for_twice_is_the_same(check: Check) -> None:
    """Asking for the same page again gives the same items, however the query is spelled."""
    ids = list(check.session.snapshot(check.subject).by_id)
    pairs = [*_required(check).items(), *_smallest(check).items(), *_inside(check, ids).items()]
    if not ids or not all(isinstance(value, (str, int)) for _, value in pairs):
        return
    query = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in pairs)
    other = "&".join(reversed(query.split("&")))
    spellings = (query, other, *(query.replace("[", left).replace("]", right) for left, right in _BRACKETS))
    answers: dict[str, Any] = {}
    for spelling in (*spellings, *spellings):
        exchange = check.session.ask(check.subject, raw_query=spelling, purpose="ask for a page once more")
        check.saw()
        items = check.subject.items_in(exchange.json)
        name = check.session.identity(check.subject)
        found = (
            [key_of(item, name) for item in items if isinstance(item, dict)] if items is not None else None
        )
        answers.setdefault(str(found), exchange)
    if len(answers) > 1 and _is_still(check, set(ids)):
        check.fail(
            "The same page is answered differently when it is asked for again.",
            expected=next(iter(answers)),
            received=list(answers)[1],
            exchange=list(answers.values())[1],
        )


def _required(check: Check) -> dict[str, Any]:
    return dict(check.session.required_values(check.subject))


def _smallest(check: Check) -> dict[str, Any]:
    leaf, every = size_leaf(check.subject), sizes(check)
    return {leaf.name: every[0]} if leaf is not None and every else {}


def _inside(check: Check, ids: list[str]) -> dict[str, Any]:
    """Return the query of a page inside the list, where one can be asked for."""
    if not ids or not is_addressable(check.subject) or not sizes(check):
        return {}
    return start_at(check.subject, ids, len(ids) // 3 + 1, sizes(check)[0])[1]


def _led(check: Check, values: dict[str, Any], named: str, *, backward: bool) -> Page | None:
    """Read the page that another names, by cursor or by address."""
    pages = check.subject.pages
    assert pages is not None
    purpose = "go back to the page before" if backward else "read the next page"
    if pages.kind in ("url", "link"):
        return read_page(check.session, check.subject, {}, purpose, address=named)
    leaf = (pages.before if backward else None) or pages.after
    return read_page(check.session, check.subject, {**values, leaf.name: named}, purpose) if leaf else None


def _positions(ids: list[str]) -> st.SearchStrategy[int]:
    ends = [0, len(ids) - 1, min(1, len(ids) - 1), max(0, len(ids) - 2)]
    return st.one_of(st.sampled_from(ends), st.integers(0, len(ids) - 1))


def _is_still(check: Check, ids: set[str]) -> bool:
    """Whether the list did not change while it was read."""
    before = check.session.snapshot(check.subject)
    after = check.session.refresh(check.subject)
    return list(before.by_id) == list(after.by_id) and ids <= set(after.by_id)


def _edge_page(check: Check, values: dict[str, Any], edge: str, name: str) -> Page:
    """Return the last page for ``next``, the first for ``previous``."""
    pages = check.subject.pages
    assert pages is not None
    assert pages.after is not None
    if name == "previous":
        return read_page(check.session, check.subject, values, "read the first page")
    size = int(values.get(pages.size.name, 25)) if pages.size else 25
    ids = list(check.session.snapshot(check.subject).by_id)
    behind = ids[max(0, len(ids) - size) - 1] if len(ids) > size else None
    values = {**values, pages.after.name: behind} if behind else values
    return read_page(check.session, check.subject, values, "read the last page")
