"""Single pages held against the snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trigger_contract.contract.law import Check
from trigger_contract.contract.snapshot import Page, Walk, read_page, size_leaf, stable
from trigger_contract.document.wire import QueryLeaf


def sizes(check: Check) -> list[int]:
    """Return sizes of a page worth trying: the bounds, the default, some between; the smallest first."""
    leaf = size_leaf(check.subject)
    if leaf is None:
        return [1]
    low = int(leaf.schema.get("minimum", 1))
    high = int(leaf.schema.get("maximum", max(low, 100)))
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
    size = int(leaf.schema["default"])
    page = _read(check, {}, "ask for no size")
    _judge(check, page, leaf, size, lambda order: order[:size], "no size")
    pages = check.subject.pages
    ids = list(check.session.snapshot(check.subject).by_id)
    if pages is not None and pages.kind == "cursor" and ids:
        page = _read(check, {pages.after.name: ids[0]}, "ask for no size behind the first item")
        _judge(check, page, leaf, size, lambda order: _behind(order, ids[0], size), "no size and a cursor")
        if pages.before is not None and len(ids) > size + 1:
            page = _read(check, {pages.before.name: ids[-1]}, "ask for no size before the last item")
            _judge(
                check,
                page,
                leaf,
                size,
                lambda order: _before(order, ids[-1], size),
                "no size and a cursor backward",
                reversible=True,
            )


def judge_forward(check: Check, position: int, size: int) -> None:
    """The page after an item holds the items right behind it."""
    pages = check.subject.pages
    ids = list(check.session.snapshot(check.subject).by_id)
    if pages is None or position >= len(ids):
        return
    anchor = ids[position]
    values: dict[str, Any] = {pages.after.name: anchor}
    if pages.size is not None:
        values[pages.size.name] = size
    page = _read(check, values, "ask for the page after an item")
    _judge(check, page, pages.after, size, lambda order: _behind(order, anchor, size), "a page after")
    _judge_next(check, page, anchor, size, pages.after)
    if (
        pages.previous is not None
        and page.is_good
        and page.items
        and page.previous is None
        and _has_cursors(page, pages.previous)
        and _is_listed(check, anchor)
    ):
        check.fail(
            "A page after an item names no previous one, though that item comes before.",
            expected="a previous cursor",
            received=page.exchange.json.get(pages.previous[0]),
            exchange=page.exchange,
            place="previous",
            at=check.subject.leaf_pointer(pages.after),
            tier="derived",
        )


def judge_backward(check: Check, position: int, size: int) -> None:
    """The page before an item holds the items right before it, whichever way round they come."""
    pages = check.subject.pages
    ids = list(check.session.snapshot(check.subject).by_id)
    if pages is None or pages.before is None or position >= len(ids):
        return
    anchor = ids[position]
    values: dict[str, Any] = {pages.before.name: anchor}
    if pages.size is not None:
        values[pages.size.name] = size
    page = _read(check, values, "ask for the page before an item")
    _judge(
        check,
        page,
        pages.before,
        size,
        lambda order: _before(order, anchor, size),
        "a page before",
        reversible=True,
    )
    has_cursors = _has_cursors(page, pages.next)
    if page.is_good and page.items and page.next is None and has_cursors and _is_listed(check, anchor):
        check.fail(
            "A page before an item names no next one, though that item follows.",
            expected="a next cursor",
            received=page.exchange.json.get(pages.next[0]),
            exchange=page.exchange,
            place="next of a page before",
            at=check.subject.leaf_pointer(pages.before),
            tier="derived",
        )


def _judge_next(check: Check, page: Page, anchor: str, size: int, leaf: QueryLeaf) -> None:
    """A full page with more behind it names the next one."""
    order = list(check.session.snapshot(check.subject).by_id)
    if anchor not in order or not page.is_good:
        return
    more = len(order) - order.index(anchor) - 1 - size
    if more > 0 and page.next is None and page.items:
        after = list(check.session.refresh(check.subject).by_id)
        if anchor in after and len(after) - after.index(anchor) - 1 - size > 0:
            check.fail(
                "More items follow, but the page names no next one.",
                expected="a next cursor",
                received=page.exchange.json.get(check.subject.pages.next[0]) if check.subject.pages else None,
                exchange=page.exchange,
                place="next",
                at=check.subject.leaf_pointer(leaf),
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
        name = check.session.identity(check.subject)
        seen = [*(str(item.get(name)) for item in page.items), *seen]
        if page.previous is None:
            is_whole = True
            break
        if page.previous in visited:
            check.fail(
                "Walking backward does not come to an end.",
                expected="a first page without a previous one",
                received=f"the cursor {page.previous!r} a second time",
                exchange=page.exchange,
                place="backward end",
                at=check.subject.leaf_pointer(pages.before),
            )
            return
        cursor = page.previous
    check.saw()
    latest = list(check.session.refresh(check.subject).by_id)
    if is_whole and latest == order and set(seen) != set(order[:-1]):
        missing = [identity for identity in order[:-1] if identity not in set(seen)]
        check.fail(
            "Walking backward does not lead through every item.",
            expected=f"{len(order) - 1} items",
            received=f"{len(set(seen))} items, without {missing[:3]}",
            exchange=page.exchange,
            place="backward items",
            at=check.subject.leaf_pointer(pages.before),
        )


def _has_cursors(page: Page, path: tuple[str, ...]) -> bool:
    """Whether a page carries the object its cursors stand in; that may be left out as a whole."""
    body = page.exchange.json
    return len(path) == 1 or (isinstance(body, Mapping) and isinstance(body.get(path[0]), Mapping))


def _is_listed(check: Check, identity: str) -> bool:
    return identity in check.session.refresh(check.subject).by_id


def _read(check: Check, values: Mapping[str, Any], purpose: str) -> Page:
    required = check.session.required_values(check.subject)
    return read_page(check.session, check.subject, {**required, **values}, purpose)


def _judge(
    check: Check,
    page: Page,
    leaf: QueryLeaf,
    size: int,
    part: Any,
    label: str,
    *,
    reversible: bool = False,
) -> None:
    """Hold a page against the part of the whole list it should be."""
    session, subject = check.session, check.subject
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
    ids = [str(item.get(before.identity)) for item in page.items]
    if len(ids) > size:
        check.fail(
            f"A page with {label} holds more items than asked for.",
            expected=f"at most {size} items",
            received=f"{len(ids)} items",
            exchange=page.exchange,
            place=f"{_general(label)} more",
            at=subject.leaf_pointer(leaf),
        )
    expected = part(list(before.by_id))
    if _fits(ids, expected, reversible=reversible):
        return
    after = session.refresh(subject)
    if _explained(before, after, ids, part, reversible=reversible):
        return
    check.fail(
        f"A page with {label} does not hold the items it should.",
        expected=f"{len(expected)} items: {expected[:6]}",
        received=f"{len(ids)} items: {ids[:6]}",
        exchange=page.exchange,
        place=f"{_general(label)} items",
        at=subject.leaf_pointer(leaf),
    )


def _fits(ids: Sequence[str], expected: Sequence[str], *, reversible: bool) -> bool:
    return list(ids) == list(expected) or (reversible and list(ids) == list(reversed(expected)))


def _explained(before: Walk, after: Walk, ids: Sequence[str], part: Any, *, reversible: bool) -> bool:
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
    return ranks in (sorted(ranks), sorted(ranks, reverse=True)) and (
        not ranks or max(ranks) - min(ranks) < len(ranks)
    )


def _behind(order: Sequence[str], anchor: str, size: int) -> list[str]:
    if anchor not in order:
        return []
    start = list(order).index(anchor) + 1
    return list(order[start : start + size])


def _before(order: Sequence[str], anchor: str, size: int) -> list[str]:
    if anchor not in order:
        return []
    end = list(order).index(anchor)
    return list(order[max(0, end - size) : end])


def _general(label: str) -> str:
    """A label without its number, so that findings of every size are one."""
    return "".join(character for character in label if not character.isdigit()).strip()
