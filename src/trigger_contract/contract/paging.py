"""Single pages held against the snapshot."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from trigger_contract.contract.law import Check
from trigger_contract.contract.showing import quoted
from trigger_contract.contract.snapshot import Page, Walk, largest, read_page, size_leaf, stable
from trigger_contract.contract.steps import at_path, is_addressable, is_by_id, start_at
from trigger_contract.contract.subjects import Subject
from trigger_contract.contract.values import lower_bound
from trigger_contract.contract.wording import promised_order
from trigger_contract.document.wire import QueryLeaf

Part = Callable[[Sequence[str]], Sequence[str]]
_FEW = 10


def sizes(check: Check) -> list[int]:
    """Return sizes of a page worth trying: the bounds, the default, some between; the smallest first.

    Where no page gives a greatest size, nothing beyond the default is tried: a server may give less.
    """
    leaf = size_leaf(check.subject)
    if leaf is None:
        return []
    low = max(1, int(lower_bound(leaf.schema) or 1))
    high = max(low, largest(leaf) or _FEW)
    middle = int(leaf.schema.get("default", low))
    drawn = check.session.random("sizes", check.subject.name)
    chosen = {
        low,
        min(low + 1, high),
        middle,
        high - 1,
        high,
        drawn.randint(low, high),
        drawn.randint(low, high),
    }
    return sorted(size for size in chosen if low <= size <= high)


def judge_prefix(check: Check, size: int) -> None:
    """A page of some size from the start holds the first items of the whole list."""
    leaf = size_leaf(check.subject)
    assert leaf is not None
    page = _read(check, {leaf.name: size}, f"ask for {size} items")
    _judge(check, page, leaf, size, lambda order: order[:size], f"a size of {size}")


def judge_default(check: Check) -> None:
    """A page without a size holds as many items as documented, on the first page and behind it."""
    leaf = size_leaf(check.subject)
    if leaf is None or "default" not in leaf.schema:
        check.skip("no default is documented")
        return
    subject, pages = check.subject, check.subject.pages
    size = int(leaf.schema["default"])
    page = _read(check, {}, "ask for no size")
    _judge(check, page, leaf, size, lambda order: order[:size], "no size")
    ids = list(check.session.snapshot(subject).by_id)
    if pages is None or not ids or not is_addressable(subject):
        return
    start, values = start_at(subject, ids, size if pages.kind == "number" else 1, size)
    page = _read(check, values, "ask for no size behind the first item")
    _judge(check, page, leaf, size, _behind(subject, ids, start, size), "no size and a cursor")
    if pages.before is not None and is_by_id(subject) and len(ids) > size + 1:
        page = _read(check, {pages.before.name: ids[-1]}, "ask for no size before the last item")
        _judge(
            check, page, leaf, size, _before(ids[-1], size), "no size and a cursor backward", backward=True
        )


def judge_forward(check: Check, position: int, size: int) -> None:
    """The page after an item holds the items right behind it."""
    subject, pages = check.subject, check.subject.pages
    ids = list(check.session.snapshot(subject).by_id)
    if pages is None or pages.after is None or position >= len(ids):
        return
    start, values = start_at(subject, ids, position + 1, size)
    if pages.size is not None:
        values[pages.size.name] = size
    page = _read(check, values, "ask for the page after an item")
    if pages.kind in ("number", "offset") and start >= len(ids) and 400 <= page.exchange.status < 500:
        check.saw()  # whether there is a page behind the last one, no form says
        return
    part = _behind(subject, ids, start, size)
    _judge(check, page, pages.after, size, part, "a page after")
    _judge_more(check, page, part, size, pages.after)
    if (
        is_by_id(subject)
        and pages.previous is not None
        and page.is_good
        and page.items
        and page.previous is None
        and _has_cursors(page, pages.previous)
        and _is_listed(check, ids[position])
    ):
        check.fail(
            "A page after an item names no previous one, though that item comes before.",
            expected="a previous cursor",
            received=at_path(page.exchange.json, pages.previous[:1]),
            exchange=page.exchange,
            place="previous",
            at=subject.leaf_pointer(pages.after),
            tier="derived",
        )


def judge_backward(check: Check, position: int, size: int) -> None:
    """The page before an item holds the items right before it."""
    subject, pages = check.subject, check.subject.pages
    ids = list(check.session.snapshot(subject).by_id)
    if pages is None or pages.before is None or position >= len(ids):
        return
    anchor = ids[position]
    values: dict[str, Any] = {pages.before.name: anchor}
    if pages.size is not None:
        values[pages.size.name] = size
    page = _read(check, values, "ask for the page before an item")
    _judge(check, page, pages.before, size, _before(anchor, size), "a page before", backward=True)
    if (
        pages.next is not None
        and page.is_good
        and page.items
        and page.next is None
        and _has_cursors(page, pages.next)
        and _is_listed(check, anchor)
    ):
        check.fail(
            "A page before an item names no next one, though that item follows.",
            expected="a next cursor",
            received=at_path(page.exchange.json, pages.next[:1]),
            exchange=page.exchange,
            place="next of a page before",
            at=subject.leaf_pointer(pages.before),
            tier="derived",
        )


def says_more(subject: Subject, page: Page) -> bool | None:
    """Whether a page says that another follows; None where it does not say."""
    pages = subject.pages
    if pages is None or not page.is_good:
        return None
    told = at_path(page.exchange.json, pages.has_more)
    if isinstance(told, bool):
        return told
    return page.next is not None if pages.next is not None or pages.kind == "link" else None


def _judge_more(check: Check, page: Page, part: Part, size: int, leaf: QueryLeaf) -> None:
    """A full page with more behind it says so."""
    subject = check.subject

    def has_more(walk: Walk) -> bool:
        order = list(walk.by_id)
        expected = part(order)
        return len(expected) == size and expected[-1] != order[-1]

    if (
        says_more(subject, page) is not False
        or not page.items
        or not has_more(check.session.snapshot(subject))
    ):
        return
    if has_more(check.session.refresh(subject)):
        pages = subject.pages
        told = (pages.has_more or pages.next or ())[:1] if pages else ()
        check.fail(
            "More items follow, but the page names no next one.",
            expected="a next page",
            received=at_path(page.exchange.json, told) if told else page.exchange.headers.get("link"),
            exchange=page.exchange,
            place="next",
            at=subject.leaf_pointer(leaf),
        )


def judge_walk_backward(check: Check, size: int, most: int) -> None:
    """Following the previous cursors from the end leads through every item to the start, and ends there."""
    pages = check.subject.pages
    order = list(check.session.snapshot(check.subject).by_id)
    if pages is None or pages.before is None or pages.size is None or len(order) < 2:
        return
    cursor = order[-1]
    is_whole = False
    seen: list[str] = []
    visited: set[str] = set()
    while len(visited) < most:
        visited.add(cursor)
        values = {pages.size.name: size, pages.before.name: cursor}
        page = _read(check, values, "walk backward")
        if not page.is_good:
            return
        seen = [*page.ids(check.session.identity(check.subject)), *seen]
        if page.previous is None:
            is_whole = True
            break
        if page.previous in visited:
            check.fail(
                "Walking backward does not come to an end.",
                expected="a first page without a previous one",
                received=f"the cursor {quoted(page.previous)} a second time",
                exchange=page.exchange,
                place="backward end",
                at=check.subject.leaf_pointer(pages.before),
            )
            return
        cursor = page.previous
    check.saw()
    latest = list(check.session.refresh(check.subject).by_id)
    if is_whole and latest == order and set(seen) != set(order[:-1]):
        met = set(seen)
        missing = [identity for identity in order[:-1] if identity not in met]
        check.fail(
            "Walking backward does not lead through every item.",
            expected=f"{len(order) - 1} items",
            received=f"{len(set(seen))} items, without {quoted(missing[:3])}",
            exchange=page.exchange,
            place="backward items",
            at=check.subject.leaf_pointer(pages.before),
        )


def _has_cursors(page: Page, path: tuple[str, ...]) -> bool:
    """Whether a page carries the object its cursors stand in; that may be left out as a whole."""
    return len(path) == 1 or isinstance(at_path(page.exchange.json, path[:-1]), Mapping)


def _is_listed(check: Check, identity: str) -> bool:
    return identity in check.session.refresh(check.subject).by_id


def _read(check: Check, values: Mapping[str, Any], purpose: str) -> Page:
    required = check.session.required_values(check.subject)
    return read_page(check.session, check.subject, {**required, **values}, purpose)


def _judge(
    check: Check, page: Page, leaf: QueryLeaf, size: int, part: Part, label: str, *, backward: bool = False
) -> None:
    """Hold a page against the part of the whole list it should be.

    A page reached backward may come the other way round, where no page promises an order.
    """
    session, subject = check.session, check.subject
    reversible = backward and promised_order(subject) is None
    check.saw()
    if not page.is_good:
        if page.exchange.status < 500:
            check.fail(
                f"A page with {label} is refused.",
                expected="status 200",
                received=f"status {page.exchange.status}",
                exchange=page.exchange,
                place=f"{label} refused",
                at=subject.leaf_pointer(leaf),
            )
        return
    before = session.snapshot(subject)
    ids = page.ids(before.identity)
    if len(ids) > size:
        check.fail(
            f"A page with {label} holds more items than asked for.",
            expected=f"at most {size} items",
            received=f"{len(ids)} items",
            exchange=page.exchange,
            place=f"{_general(label)} more",
            cause=_general(label),
            at=subject.leaf_pointer(leaf),
        )
    expected = part(list(before.by_id))
    if not before.is_whole and ids[: len(expected)] == list(expected):
        # Nobody read behind the end of the snapshot, so what comes there is as good as anything.
        return
    if _fits(ids, expected, reversible=reversible) or not before.identity:
        return
    after = session.refresh(subject)
    if _explained(before, after, ids, part, reversible=reversible):
        return
    check.fail(
        f"A page with {label} does not hold the items it should.",
        expected=f"{len(expected)} items: {quoted(list(expected[:6]))}",
        received=f"{len(ids)} items: {quoted(ids[:6])}",
        exchange=page.exchange,
        place=f"{_general(label)} items",
        cause=_general(label),
        at=subject.leaf_pointer(leaf),
    )


def _fits(ids: Sequence[str], expected: Sequence[str], *, reversible: bool) -> bool:
    return list(ids) == list(expected) or (reversible and list(ids) == list(reversed(expected)))


def _explained(before: Walk, after: Walk, ids: Sequence[str], part: Part, *, reversible: bool) -> bool:
    """Whether data that moved meanwhile explains a page.

    Items that both snapshots share keep their places; what the page should hold of them is the same
    in both unless items came or went around it.
    """
    if list(before.by_id) == list(after.by_id):
        return False
    if _fits(ids, part(list(after.by_id)), reversible=reversible):
        return True
    sure = set(stable(before, after))
    shared = [identity for identity in ids if identity in sure]
    order = [identity for identity in before.by_id if identity in sure]
    ranks = [order.index(identity) for identity in shared]
    orders = (sorted(ranks), sorted(ranks, reverse=True)) if reversible else (sorted(ranks),)
    return ranks in orders and (not ranks or max(ranks) - min(ranks) < len(ranks))


def _behind(subject: Subject, ids: Sequence[str], start: int, size: int) -> Part:
    """The part of a list that begins at a place, or behind an item where pages are asked for by id."""

    def part(order: Sequence[str]) -> Sequence[str]:
        if not is_by_id(subject) or start == 0:
            return order[start : start + size]
        anchor = ids[start - 1]
        begin = list(order).index(anchor) + 1 if anchor in order else len(order)
        return order[begin : begin + size]

    return part


def _before(anchor: str, size: int) -> Part:
    def part(order: Sequence[str]) -> Sequence[str]:
        end = list(order).index(anchor) if anchor in order else 0
        return order[max(0, end - size) : end]

    return part


def _general(label: str) -> str:
    """A label without its number, so that findings of every size are one."""
    return "".join(character for character in label if not character.isdigit()).strip()
