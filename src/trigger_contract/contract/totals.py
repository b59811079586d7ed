"""What a list says of its own length: totals, and whether another page follows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from trigger_contract.contract.law import Check
from trigger_contract.contract.listing import Select
from trigger_contract.contract.paging import says_more, sizes
from trigger_contract.contract.showing import quoted
from trigger_contract.contract.snapshot import Walk, largest, read_page, size_leaf
from trigger_contract.contract.steps import at_path, is_by_id, start_at


def judge_last_page(check: Check) -> None:
    """No page says that another follows where none does, and behind the last page nothing comes."""
    subject, pages = check.subject, check.subject.pages
    known = check.session.snapshot(subject)
    if pages is None or not known.is_whole or not known.ids:
        return
    check.saw()
    last, before = known.pages[-1], known.pages[-2] if len(known.pages) > 1 else None
    if before is not None and not last.items and says_more(subject, before) and last.is_good:
        again = check.session.refresh(subject)
        if again.by_id.keys() == known.by_id.keys() and not again.pages[-1].items:
            check.fail(
                "A page says that another follows, and that one is empty.",
                expected="the last page to be the last",
                received="an empty page behind it",
                exchange=before.exchange,
                place="empty page",
                # Of an opaque cursor no form says that it is named only where there is something behind it.
                tier=None if pages.kind != "cursor" or is_by_id(subject) else "advisory",
            )
    _judge_beyond(check, known)


def _judge_beyond(check: Check, known: Walk) -> None:
    """Behind the last page there is nothing, as far as pages are counted."""
    subject, pages = check.subject, check.subject.pages
    if pages is None or pages.after is None or pages.kind not in ("number", "offset"):
        return
    every, leaf = sizes(check), size_leaf(subject)
    size = every[-1] if every else max(len(page.items) for page in known.pages)
    count = len(known.ids)
    further = pages.first + (count if pages.kind == "offset" else math.ceil(count / size))
    values = {**check.session.required_values(subject), pages.after.name: further}
    if leaf is not None and every:
        values[leaf.name] = size
    page = read_page(check.session, subject, values, "ask for the page behind the last")
    check.saw()
    if page.items and check.session.refresh(subject).by_id.keys() == known.by_id.keys():
        check.fail(
            "Behind the last page come items.",
            expected="no items, or a refusal",
            received=f"{len(page.items)} items, {quoted(page.ids(known.identity)[:3])} first",
            exchange=page.exchange,
            place="beyond",
            at=subject.leaf_pointer(pages.after),
        )


def judge_totals(check: Check, values: Mapping[str, Any], select: Select, label: str) -> None:
    """Hold what the pages tell of their number against what the whole list holds.

    Args:
        check: The law's check.
        values: A value for each query name but the size.
        select: Tells which items the values select.
        label: What tells this from other lists of the law.
    """
    subject, pages = check.subject, check.subject.pages
    known = check.session.snapshot(subject)
    if pages is None or not known.is_whole or not known.identity:
        return
    fitting = [select(item) for item in known.items]
    leaf = size_leaf(subject)
    size = largest(leaf) if leaf is not None else None
    if size is None and leaf is not None and pages.total_pages:
        # Without a size that is asked for, nothing says how many pages there are.
        size = next(iter(sizes(check)), None)
    count = sum(map(bool, fitting))
    if None in fitting or not all(page.is_good for page in known.pages):
        return
    query = {**check.session.required_values(subject), **values}
    if leaf is not None and size is not None:
        query[leaf.name] = size
    read = read_page(check.session, subject, query, f"count {label}")
    is_full = size is not None and len(read.items) == min(size, count)
    told = [
        (name, path, at_path(read.exchange.json, path), expected)
        for name, path, expected in (
            ("total", pages.total, count),
            ("pages", pages.total_pages, math.ceil(count / size) if size and is_full else None),
        )
        if path is not None and expected is not None
    ]
    for name, path, value, expected in told:
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            continue
        check.saw()
        # An empty list may still count as one page.
        if value == expected or (name == "pages" and {value, expected} == {0, 1}):
            continue
        if check.session.refresh(subject).by_id.keys() != known.by_id.keys():
            return
        check.fail(
            f"What the answer tells of the length of {label} is not so.",
            expected=f"{'.'.join(path)}: {expected}",
            received=f"{'.'.join(path)}: {value}",
            exchange=read.exchange,
            place=f"{name} of {label}",
            at=subject.field_pointer(*path),
        )


def judge_same_totals(check: Check) -> None:
    """Hold what a later page tells of the length of the list against what the first one tells."""
    subject, pages, every = check.subject, check.subject.pages, sizes(check)
    known = check.session.snapshot(subject)
    leaf = size_leaf(subject)
    if pages is None or pages.kind not in ("number", "offset") or leaf is None or not every:
        return
    if len(known.ids) <= every[0] or not known.is_whole:
        return
    query = {**check.session.required_values(subject), leaf.name: every[0]}
    _, later = start_at(subject, known.ids, every[0], every[0])
    first, second, third = (
        read_page(check.session, subject, {**query, **values}, "compare totals") for values in ({}, later, {})
    )
    for path in filter(None, (pages.total, pages.total_pages)):
        one, two, three = (at_path(page.exchange.json, path) for page in (first, second, third))
        check.saw()
        if one == three != two and second.is_good:
            check.fail(
                "A later page tells another length of the list than the first one.",
                expected=f"{'.'.join(path)}: {one}",
                received=f"{'.'.join(path)}: {two}",
                exchange=second.exchange,
                place=f"{path[-1]} of a later page",
                at=subject.field_pointer(*path),
            )
