"""Pages: every item exactly once and in order, sizes, bounds, defaults, both directions, both ends."""

from typing import Any

from hypothesis import strategies as st

from trigger_contract.contract import Check, is_limited, is_paginated, law
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
from trigger_contract.contract.snapshot import read_page

_PAGES_A_WALK = 40


@law("pagination/exactly-once", "documented", applies=is_paginated)
def test_every_item_is_listed_exactly_once(check: Check) -> None:
    """Whatever the size of a page, the pages hold every item exactly once and in one order."""
    total = len(check.session.snapshot(check.subject).ids)
    if not total:
        return
    for size in sizes(check):
        judge_walk(check, {}, everything, label=f"pages of {size}", size=size, most=size * _PAGES_A_WALK)


@law("pagination/size", "documented", applies=is_limited)
def test_a_page_holds_as_many_items_as_asked_for(check: Check) -> None:
    """A page holds as many items as asked for, unless there are no more."""
    for size in sizes(check):
        judge_prefix(check, size)


@law("pagination/default", "documented", applies=is_limited)
def test_without_a_size_the_documented_default_holds(check: Check) -> None:
    """A request without a size is answered as one with the documented default."""
    judge_default(check)


@law("pagination/forward", "documented", applies=is_paginated)
def test_a_page_after_an_item_starts_right_behind_it(check: Check) -> None:
    """The page after any item holds the items right behind it."""
    ids = list(check.session.snapshot(check.subject).by_id)
    if not ids:
        return
    draws = st.tuples(_positions(ids), st.sampled_from(sizes(check)))
    for_all(check, draws, lambda drawn: judge_forward(check, *drawn), times=25)


@law("pagination/backward", "documented", applies=is_paginated)
def test_a_page_before_an_item_ends_right_before_it(check: Check) -> None:
    """The page before any item holds the items right before it."""
    pages = check.subject.pages
    ids = list(check.session.snapshot(check.subject).by_id)
    if not ids or pages is None or pages.before is None:
        return
    draws = st.tuples(_positions(ids), st.sampled_from(sizes(check)))
    for_all(check, draws, lambda drawn: judge_backward(check, *drawn), times=25)


@law("pagination/there-and-back", "derived", applies=is_paginated)
def test_the_previous_cursor_leads_back(check: Check) -> None:
    """From any page the previous cursor leads back to the page before it."""
    pages = check.subject.pages
    if pages is None or pages.before is None or pages.size is None:
        return
    size = sizes(check)[0]
    values: dict[str, Any] = {pages.size.name: size}
    first = read_page(check.session, check.subject, values, "read the first page")
    for _ in range(6):
        if first.next is None:
            return
        second = read_page(
            check.session, check.subject, {**values, pages.after.name: first.next}, "read the next page"
        )
        if second.previous is not None:
            back = read_page(
                check.session,
                check.subject,
                {**values, pages.before.name: second.previous},
                "go back to the page before",
            )
            check.saw()
            name = check.session.identity(check.subject)
            expected = {str(item.get(name)) for item in first.items}
            received = {str(item.get(name)) for item in back.items}
            if expected != received and _is_still(check, expected | received):
                check.fail(
                    "The previous cursor does not lead back to the page before.",
                    expected=sorted(expected),
                    received=sorted(received),
                    exchange=back.exchange,
                    at=check.subject.leaf_pointer(pages.before),
                )
        first = second


@law("pagination/backward-walk", "derived", applies=is_paginated)
def test_walking_backward_leads_to_the_start(check: Check) -> None:
    """Following the previous cursors leads through every item to the start, and ends there."""
    every = sizes(check)
    for size in dict.fromkeys((every[0], every[len(every) // 2])):
        judge_walk_backward(check, size, most=_PAGES_A_WALK)


@law("pagination/ends", "derived", applies=is_paginated)
def test_cursors_name_pages_that_are_there(check: Check) -> None:
    """A cursor is named only where there is a page to name, at both ends."""
    pages = check.subject.pages
    ids = list(check.session.snapshot(check.subject).by_id)
    if pages is None or not ids:
        return
    ends = [(pages.after, "next")] + ([(pages.before, "previous")] if pages.before else [])
    for leaf, name in ends:
        edge = ids[-1] if name == "next" else ids[0]
        for size in sizes(check)[:2]:
            values = {pages.size.name: size} if pages.size else {}
            page = _edge_page(check, values, edge, name)
            cursor = page.next if name == "next" else page.previous
            check.saw()
            if cursor is None:
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
                    received=f"{cursor!r}, which leads to an empty page",
                    exchange=again.exchange,
                    place=name,
                    at=(*check.subject.response_pointer, *_property(pages, name)),
                )


@law("pagination/cursor-is-id", "documented", applies=is_paginated)
def test_cursors_are_ids_of_items(check: Check) -> None:
    """Where the page says that a cursor is an ID, it is the ID of an item."""
    pages = check.subject.pages
    snapshot = check.session.snapshot(check.subject)
    if pages is None or not snapshot.ids:
        return
    for name in ("next", "previous"):
        pointer = (*check.subject.response_pointer, *_property(pages, name))
        if " id " not in f" {check.session.citations.at(pointer).sentence.lower()} ":
            continue
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
            known = {str(item.get(snapshot.identity)) for item in page.items} | set(snapshot.ids)
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
    pages = check.subject.pages
    ids = list(check.session.snapshot(check.subject).by_id)
    if pages is None or pages.size is None or not ids:
        return
    size, after = sizes(check)[0], ids[len(ids) // 3]
    spellings = (
        f"{pages.size.name}={size}&{pages.after.name}={after}",
        f"{pages.after.name}={after}&{pages.size.name}={size}",
        f"{pages.size.name}={size}&{pages.after.name}={after}".replace("[", "%5B").replace("]", "%5D"),
        f"{pages.size.name}={size}&{pages.after.name}={after}".replace("[", "%5b").replace("]", "%5d"),
    )
    answers = {}
    for spelling in (*spellings, *spellings):
        exchange = check.session.ask(check.subject, raw_query=spelling, purpose="ask for a page once more")
        check.saw()
        body = exchange.json if isinstance(exchange.json, dict) else {}
        items = body.get(check.subject.items or "")
        name = check.session.identity(check.subject)
        found = (
            [item.get(name) for item in items if isinstance(item, dict)] if isinstance(items, list) else None
        )
        answers.setdefault(str(found), exchange)
    if len(answers) > 1 and _is_still(check, set(ids)):
        check.fail(
            "The same page is answered differently when it is asked for again.",
            expected=next(iter(answers)),
            received=list(answers)[1],
            exchange=list(answers.values())[1],
        )


def _positions(ids: list[str]) -> st.SearchStrategy[int]:
    ends = [0, len(ids) - 1, min(1, len(ids) - 1), max(0, len(ids) - 2)]
    return st.one_of(st.sampled_from(ends), st.integers(0, len(ids) - 1))


def _is_still(check: Check, ids: set[str]) -> bool:
    """Whether the list did not change while it was read."""
    before = check.session.snapshot(check.subject)
    after = check.session.refresh(check.subject)
    return list(before.by_id) == list(after.by_id) and ids <= set(after.by_id)


def _edge_page(check: Check, values: dict[str, Any], edge: str, name: str) -> Any:
    """Return the last page for ``next``, the first for ``previous``."""
    pages = check.subject.pages
    assert pages is not None
    if name == "previous":
        return read_page(check.session, check.subject, values, "read the first page")
    size = int(values.get(pages.size.name, 25)) if pages.size else 25
    ids = list(check.session.snapshot(check.subject).by_id)
    behind = ids[max(0, len(ids) - size) - 1] if len(ids) > size else None
    values = {**values, pages.after.name: behind} if behind else values
    return read_page(check.session, check.subject, values, "read the last page")


def _property(pages: Any, name: str) -> tuple[str, ...]:
    path = pages.next if name == "next" else pages.previous or pages.next
    return tuple(token for part in path for token in ("properties", part))
