"""Holding a walk against the snapshot, and telling a fault from data that moved meanwhile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from trigger_contract.contract.citations import Pointer
from trigger_contract.contract.exchange import Exchange
from trigger_contract.contract.law import Check
from trigger_contract.contract.oracle import Verdict
from trigger_contract.contract.showing import quoted
from trigger_contract.contract.snapshot import Walk, key_of, largest, size_leaf, stable, walk
from trigger_contract.contract.steps import is_addressable

Select = Callable[[Mapping[str, Any]], Verdict]


def everything(item: Mapping[str, Any]) -> Verdict:
    """Select every item."""
    return True


@dataclass(frozen=True)
class Difference:
    """One way in which what was read is not what the snapshot says.

    Attributes:
        kind: ``missing``, ``extra``, ``order`` or ``phantom``.
        ids: The items it is about.
        message: One sentence.
        expected: What the snapshot says.
        received: What came.
        exchange: The exchange that shows it.
    """

    kind: str
    ids: tuple[str, ...]
    message: str
    expected: object
    received: object
    exchange: Exchange


def judge_walk(
    check: Check,
    values: Mapping[str, Any],
    select: Select,
    *,
    label: str,
    at: Pointer | None = None,
    size: int | None = None,
    most: int | None = None,
    may_refuse: bool = False,
) -> Walk:
    """Walk a list with some query and report where it is not exactly what it should be.

    Args:
        check: The law's check.
        values: A value for each query name but the size.
        select: Tells which items should come.
        label: What tells this from other walks of the law.
        at: Where the promise stands.
        size: Items a page; by default as many as there may be.
        most: Stop when this many items were read.
        may_refuse: Whether a refusal keeps the promise too.
    """
    session, subject = check.session, check.subject
    before = session.snapshot(subject)
    required = session.required_values(subject)
    query = {**required, **values}
    # With another value of what has to be asked for, the whole list is another one.
    is_other = any(query[name] not in (value, [value]) for name, value in required.items())
    leaf = size_leaf(subject)
    asked = (size or largest(leaf)) if leaf is not None else None
    if leaf is not None and asked is not None:
        query[leaf.name] = asked
    read = walk(session, subject, query, f"walk with {label}", most=most)
    if leaf is not None and subject.pages is None and (asked is None or len(read.ids) >= asked):
        # There may be more, but no way to ask for it.
        read = Walk(read.pages, read.identity, "stopped early")
    if may_refuse and 400 <= read.pages[0].exchange.status < 500:
        return read
    check.saw()
    check.reached.add(f"{subject.name} {check.law.code} {label}")
    report_trouble(check, read, label, at)
    if asked is not None:
        _report_short_pages(check, read, asked, label)
    wrong = [item for item in read.items if select(item) is False]
    if wrong:
        first = key_of(wrong[0], read.identity)
        page = next(page for page in read.pages if wrong[0] in page.items)
        check.fail(
            f"With {label} come items that do not fit.",
            expected="only items that fit",
            received=f"{len(wrong)} of {len(read.items)}, {first} among them: {quoted(wrong[0])}",
            exchange=page.exchange,
            place=f"{label} unfit",
            at=at,
        )
    for difference in confirmed(check, before, read, select):
        if is_other and difference.kind == "phantom":
            continue
        check.fail(
            f"With {label}: {difference.message}",
            expected=difference.expected,
            received=difference.received,
            exchange=difference.exchange,
            place=f"{label} {difference.kind}",
            at=at,
        )
    return read


def _report_short_pages(check: Check, read: Walk, size: int, label: str) -> None:
    """Report a page that is not full although more follow; with opaque cursors full ones are not promised."""
    for page, following in pairwise(read.pages):
        if page.is_good and following.items and len(page.items) != size:
            check.fail(
                f"With {label} a page that is not the last holds {len(page.items)} items.",
                expected=f"{size} items",
                received=f"{len(page.items)} items",
                exchange=page.exchange,
                place=f"{label} page",
                at=check.subject.leaf_pointer(size_leaf(check.subject) or check.subject.leaves[0]),
                tier="derived" if is_addressable(check.subject) else "advisory",
            )
            return


def report_trouble(check: Check, read: Walk, label: str, at: Pointer | None) -> None:
    """Report a walk that did not reach its end because of the server."""
    last = read.pages[-1].exchange
    if read.trouble and 400 <= last.status < 500:
        before = check.session.snapshot(check.subject)
        if _is_moving(before, check.session.refresh(check.subject)):
            # What was asked for may be what went.
            return
    if read.trouble and read.trouble != "stopped early" and last.status < 500:
        check.fail(
            f"The walk with {label} does not come to an end: {read.trouble}.",
            expected="every page once, the last without a next cursor",
            received=read.trouble,
            exchange=last,
            place=f"{label} end",
            at=at,
        )
    twice = [identity for identity, count in Counter(read.ids).items() if count > 1]
    if twice and read.identity and not _may_shift(check):
        check.fail(
            f"With {label} an item comes more than once.",
            expected="each item once",
            received=f"{len(twice)} items more than once, {twice[0]} among them",
            exchange=last,
            place=f"{label} twice",
            at=at,
        )


def confirmed(check: Check, before: Walk, read: Walk, select: Select) -> list[Difference]:
    """Return the differences that data moving meanwhile does not explain.

    What is wrong against the snapshot from before is held against a second one from after: only items
    that are equal in both count, so whatever happened to them happened to what was read.
    """
    found = differences(before, before, read, select)
    if not found:
        return []
    after = check.session.refresh(check.subject)
    found = differences(before, after, read, select)
    if _is_moving(before, after) and _is_counted(check):
        return []
    if any(item.kind == "phantom" for item in found):
        # An item in neither snapshot may have come and gone; one that comes again did not go.
        latest = check.session.refresh(check.subject)
        found = [item for item in found if item.kind != "phantom" or not set(item.ids) <= set(latest.ids)]
        if any(_is_moving(one, other) for one, other in ((before, after), (after, latest))):
            found = [item for item in found if item.kind != "phantom"]
    return found


def _is_counted(check: Check) -> bool:
    """Whether pages are found by counting items, so that one that comes or goes moves all that follow."""
    pages = check.subject.pages
    return pages is not None and not (pages.kind == "last-id" or pages.cursor_is_id)


def _may_shift(check: Check) -> bool:
    """Whether items that came or went may have moved others from one page to the next."""
    if not _is_counted(check):
        return False
    before = check.session.snapshot(check.subject)
    return _is_moving(before, check.session.refresh(check.subject))


def _is_moving(before: Walk, after: Walk) -> bool:
    return set(before.ids) != set(after.ids)


def differences(before: Walk, after: Walk, read: Walk, select: Select) -> list[Difference]:
    """Compare what was read with what two snapshots agree on.

    Args:
        before: A snapshot from before.
        after: One from after; the same where nothing is in doubt yet.
        read: What was read in between.
        select: Tells which items should have come.
    """
    if not read.pages[-1].is_good:
        return []
    sure = stable(before, after)
    if before is after:
        order, positions = before.order, before.positions
    else:
        order = [identity for identity in before.by_id if identity in sure]
        positions = {identity: index for index, identity in enumerate(order)}
        if order != [identity for identity in after.by_id if identity in sure]:
            return []
    seen = list(dict.fromkeys(read.ids))
    exchange = read.pages[-1].exchange
    found: list[Difference] = []
    # Nobody read behind the last item seen of a list that was not read to its end.
    within = order if read.is_whole else _within(seen, order, positions)
    verdicts = {identity: select(sure[identity]) for identity in within}
    expected = [identity for identity, verdict in verdicts.items() if verdict]
    unknown = {identity for identity, verdict in verdicts.items() if verdict is None}
    met = set(seen)
    missing = [identity for identity in expected if identity not in met]
    if missing:
        found.append(
            Difference(
                "missing",
                tuple(missing),
                f"{len(missing)} of {len(expected)} items that fit are missing.",
                f"{missing[0]}: {quoted(sure[missing[0]])}",
                f"{len(seen)} items without it",
                exchange,
            )
        )
    common = [identity for identity in seen if identity in sure and identity not in unknown]
    ranks = [positions[identity] for identity in common]
    if ranks != sorted(ranks):
        found.append(
            Difference(
                "order",
                tuple(common),
                "the items come in another order than in the whole list.",
                [order[rank] for rank in sorted(ranks)][:8],
                common[:8],
                exchange,
            )
        )
    strangers = [
        identity for identity in seen if identity not in before.by_id and identity not in after.by_id
    ]
    if strangers and before.is_whole and after.is_whole:
        found.append(
            Difference(
                "phantom",
                tuple(strangers),
                "items come that the whole list does not have.",
                "only items of the whole list",
                strangers[:5],
                exchange,
            )
        )
    return found


def _within(seen: Sequence[str], order: Sequence[str], positions: Mapping[str, int]) -> Sequence[str]:
    """Return what stands up to the last item seen."""
    return order[: max((positions[identity] for identity in seen if identity in positions), default=-1) + 1]
