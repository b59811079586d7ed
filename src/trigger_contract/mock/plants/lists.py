"""Faults of lists: filters, sizes, pages, totals, orders."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from trigger_contract.document.composition import composition
from trigger_contract.document.conjunction import types_of
from trigger_contract.mock.collections.shaping import drop, put, take
from trigger_contract.mock.messages import Answer, Request
from trigger_contract.mock.plants.kinds import (
    Answerer,
    Kind,
    NotPlantable,
    Spot,
    first_of,
    is_success,
    items_in,
    json_of,
    with_json,
)
from trigger_contract.mock.query import pairs


def _without(request: Request, *names: str) -> Request:
    """Return a request without some names of its query."""
    kept = [(name, value) for name, value in pairs(request.query) if name not in names]
    return Request(request.method, request.path, urlencode(kept).encode(), request.headers, request.body)


def given(request: Request, name: str) -> str | None:
    """Return what a request asks for by a name of its query."""
    return dict(pairs(request.query)).get(name)


# Filters


def _filters(spot: Spot) -> Iterator[str]:
    filters = spot.filters()
    if not filters:
        raise NotPlantable("nothing of its query filters")
    yield from filters


def _ignored(spot: Spot, request: Request, answering: Answerer) -> Answer:
    return answering(_without(request, spot.detail))


def _widened(spot: Spot, request: Request, answering: Answerer) -> Answer:
    answer = answering(request)
    if not is_success(answer) or given(request, spot.detail) is None:
        return answer
    items = items_in(spot, answer)
    form = spot.form
    unfiltered = _without(request, spot.detail)
    if form is not None and form.size is not None:
        most = form.size.schema.get("maximum", 100)
        query = [*pairs(_without(unfiltered, form.size.name).query), (form.size.name, str(most))]
        unfiltered = Request("GET", request.path, urlencode(query).encode(), request.headers)
    more = [item for item in items_in(spot, answering(unfiltered)) if item not in items]
    return with_json(answer, put(json_of(answer), spot.items, [*items, *more[-1:]])) if more else answer


def _listed_values(spot: Spot) -> Iterator[str]:
    known = set(spot.filters())
    for leaf in spot.leaves:
        view = leaf.schema.get("items", leaf.schema) if leaf.is_list else leaf.schema
        values = composition(spot.document).view(view).get("enum")
        if leaf.name in known and isinstance(values, list) and len(values) > 1:
            yield f"{leaf.name}={values[-1]}"
    raise NotPlantable("no filter of its query has listed values")


def _one_value_ignored(spot: Spot, request: Request, answering: Answerer) -> Answer:
    name, _, value = spot.detail.partition("=")
    if given(request, name) == value:
        return answering(_without(request, name))
    return answering(request)


# Sizes


def sized(spot: Spot) -> Iterator[str]:
    """Yield the name of the query that asks for the size of a page."""
    form = spot.form
    if form is None or form.size is None:
        raise NotPlantable("its pages have no size that is asked for")
    yield form.size.name


def _size_short(spot: Spot, request: Request, answering: Answerer) -> Answer:
    answer = answering(request)
    items = items_in(spot, answer) if is_success(answer) else []
    size = given(request, spot.detail)
    if size is None or len(items) < 2 or str(len(items)) != size:
        return answer
    return with_json(answer, put(json_of(answer), spot.items, items[:-1]))


def _bounded_size(spot: Spot) -> Iterator[str]:
    for name in sized(spot):
        leaf = next(leaf for leaf in spot.leaves if leaf.name == name)
        if "maximum" not in leaf.schema:
            raise NotPlantable("the size of its pages has no upper bound")
        yield name


def _bound_off_by_one(spot: Spot, request: Request, answering: Answerer) -> Answer:
    leaf = next(leaf for leaf in spot.leaves if leaf.name == spot.detail)
    if given(request, spot.detail) != str(int(leaf.schema["maximum"]) + 1):
        return answering(request)
    return answering(_without(request, spot.detail))


# Pages


def _paged(spot: Spot) -> Iterator[str]:
    if spot.form is None:
        raise NotPlantable("it gives all at once")
    assert spot.items is not None
    yield ""


def _is_later(spot: Spot, request: Request) -> bool:
    """Whether a request asks for a page after the first one."""
    form = spot.form
    name = form.after.name if form and form.after else "cursor"
    value = given(request, name)
    if value is None or form is None:
        return False
    return form.kind not in ("number", "offset") or value not in ("", str(form.first))


def _skips(spot: Spot, request: Request, answering: Answerer) -> Answer:
    answer = answering(request)
    items = items_in(spot, answer) if is_success(answer) else []
    if not items or not _is_later(spot, request):
        return answer
    return with_json(answer, put(json_of(answer), spot.items, items[1:]))


def _repeats(spot: Spot, request: Request, answering: Answerer) -> Answer:
    answer = answering(request)
    form = spot.form
    if not is_success(answer) or form is None or not _is_later(spot, request):
        return answer
    name = form.after.name if form.after else "cursor"
    first = items_in(spot, answering(_without(request, name)))
    items = items_in(spot, answer)
    if not first or not items:
        return answer
    return with_json(answer, put(json_of(answer), spot.items, [first[0], *items[1:]]))


def _ends(spot: Spot) -> Iterator[str]:
    form = spot.form
    if form is None or not (form.next or form.has_more or form.total_pages):
        raise NotPlantable("its answer does not tell whether there is more")
    yield ""


def _ends_early(spot: Spot, request: Request, answering: Answerer) -> Answer:
    answer = answering(request)
    form, value = spot.form, json_of(answer)
    if not is_success(answer) or form is None or not isinstance(value, dict) or not _is_later(spot, request):
        return answer
    if form.next and take(value, form.next) is not None:
        view = composition(spot.document).at(spot.schema, form.next)
        nullable = view is not None and "null" in types_of(view)
        value = put(value, form.next, None) if nullable else drop(value, form.next)
    if form.has_more:
        value = put(value, form.has_more, False)
    if form.total_pages and isinstance(pages := take(value, form.total_pages), int):
        value = put(value, form.total_pages, max(pages - 1, 0))
    return with_json(answer, value)


def _counted(spot: Spot) -> Iterator[str]:
    form = spot.form
    if form is None or not (form.total or form.total_pages):
        raise NotPlantable("its answer has no total")
    yield ".".join(form.total or form.total_pages or ())


def _total_off(spot: Spot, request: Request, answering: Answerer) -> Answer:
    answer = answering(request)
    path = tuple(spot.detail.split("."))
    value = json_of(answer)
    total = take(value, path)
    if not is_success(answer) or not isinstance(total, (int, float)):
        return answer
    return with_json(answer, put(value, path, math.floor(total) + 1))


def _offset_off(spot: Spot) -> Iterator[str]:
    form = spot.form
    if form is None or form.kind not in ("number", "offset"):
        raise NotPlantable("its pages are not counted")
    assert spot.items is not None
    yield ""


def _starts_over(spot: Spot, request: Request, answering: Answerer) -> Answer:
    form = spot.form
    name = form.after.name if form and form.after else ""
    return answering(_without(request, name)) if _is_later(spot, request) else answering(request)


def _ordered(spot: Spot) -> Iterator[str]:
    found = spot.filters(sorting=True)
    if not found:
        raise NotPlantable("its order cannot be asked for")
    yield from found


def _duplicated(spot: Spot, request: Request, answering: Answerer) -> Answer:
    answer = answering(request)
    items: list[Any] = items_in(spot, answer) if is_success(answer) else []
    if len(items) < 2:
        return answer
    return with_json(answer, put(json_of(answer), spot.items, [*items[:-1], items[0]]))


KINDS = (
    Kind("filter-ignored", "does not look at a filter", _filters, _ignored),
    Kind("filter-widened", "lists one thing more than a filter selects", _filters, _widened),
    Kind(
        "value-never-filtered",
        "does not look at a filter for one of its values",
        first_of(_listed_values),
        _one_value_ignored,
    ),
    Kind("size-ignored", "does not look at the size of a page", sized, _ignored),
    Kind("size-short", "lists one thing less than the size of a full page", sized, _size_short),
    Kind("bound-off-by-one", "takes a size one above its upper bound", _bounded_size, _bound_off_by_one),
    Kind("page-skips", "leaves out the first thing of each later page", _paged, _skips),
    Kind("page-repeats", "lists the first thing of all again on each later page", _paged, _repeats),
    Kind("page-ends-early", "ends after the second page", _ends, _ends_early),
    Kind("page-starts-over", "answers each later page with the first", _offset_off, _starts_over),
    Kind("item-twice", "lists the first thing of a page twice", _paged, _duplicated),
    Kind("total-wrong", "counts one more than there is", _counted, _total_off),
    Kind("order-ignored", "does not look at the order that is asked for", first_of(_ordered), _ignored),
)
