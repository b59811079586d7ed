"""Faults of values that their schema may allow: what another answer, or what was sent, makes wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from trigger_contract.document.composition import View, composition
from trigger_contract.document.conjunction import types_of
from trigger_contract.document.listing import item_schema, items_of
from trigger_contract.document.resources import resources
from trigger_contract.mock.collections.shaping import put, take
from trigger_contract.mock.messages import Answer, Request
from trigger_contract.mock.plants.answers import GONE, changed, required_of, thing_in
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
from trigger_contract.mock.plants.lists import given, sized
from trigger_contract.mock.query import pairs

_FOREIGN = {"string": 17, "integer": "text", "number": "text", "boolean": "yes", "array": {}, "object": 17}
_NARROW = ("enum", "const", "format", "pattern", "maxLength", "minLength", "maximum", "multipleOf")
# What moves by itself need not be the same in two answers.
_MOVING = ("updated", "modified", "now", "age", "elapsed", "remaining", "expires")

# Arrays


def _arrays(spot: Spot) -> Iterator[tuple[str, View]]:
    views = composition(spot.document)
    for name, view in required_of(spot):
        if types_of(view) == ("array",):
            yield name, views.items(view) or {}


def _elements(spot: Spot) -> Iterator[str]:
    for name, items in _arrays(spot):
        kinds = types_of(items)
        if len(kinds) == 1 and kinds[0] in _FOREIGN and "enum" not in items:
            yield name
            return
    raise NotPlantable("no required property is an array of one type")


def _foreign(spot: Spot, request: Request, answering: Answerer) -> Answer:
    items = dict(_arrays(spot))[spot.detail]
    foreign = _FOREIGN[types_of(items)[0]]
    return changed(spot, request, answering, lambda value: [*(value or []), foreign])


def _bounded_arrays(spot: Spot) -> Iterator[str]:
    for name, view in required_of(spot):
        if types_of(view) == ("array",) and view.get("minItems"):
            yield name
            return
    raise NotPlantable("no required array has to hold anything")


def _emptied(spot: Spot, request: Request, answering: Answerer) -> Answer:
    return changed(spot, request, answering, lambda _: [])


def _objects(spot: Spot) -> Iterator[str]:
    for name, view in required_of(spot):
        if types_of(view) == ("object",):
            yield name
            return
    raise NotPlantable("no required property is an object")


def _left_out(spot: Spot, request: Request, answering: Answerer) -> Answer:
    return changed(spot, request, answering, lambda _: GONE)


# Lists


def _longer(spot: Spot, request: Request, answering: Answerer) -> Answer:
    """List one thing more than was asked for: the first again would be another fault, so one that follows."""
    answer = answering(request)
    size = given(request, spot.detail)
    items = items_in(spot, answer) if is_success(answer) else []
    if size is None or str(len(items)) != size:
        return answer
    more = with_size(request, spot.detail, len(items) + 1)
    longer = items_in(spot, answering(more))
    if len(longer) <= len(items):
        return answer
    return with_json(answer, put(json_of(answer), spot.items, longer))


def with_size(request: Request, name: str, size: int) -> Request:
    """Return a request that asks for another size of page."""
    query = [(key, str(size) if key == name else value) for key, value in pairs(request.query)]
    return Request(request.method, request.path, urlencode(query).encode(), request.headers)


def _exchanged(spot: Spot, request: Request, answering: Answerer) -> Answer:
    answer = answering(request)
    items = items_in(spot, answer) if is_success(answer) else []
    if len(items) < 2:
        return answer
    return with_json(answer, put(json_of(answer), spot.items, [items[1], items[0], *items[2:]]))


def _filters(spot: Spot) -> Iterator[str]:
    found = spot.filters()
    if not found:
        raise NotPlantable("nothing of its query filters")
    yield from found


def _selects_nothing(spot: Spot, request: Request, answering: Answerer) -> Answer:
    answer = answering(request)
    if given(request, spot.detail) is None or not is_success(answer) or not items_in(spot, answer):
        return answer
    return with_json(answer, put(json_of(answer), spot.items, []))


# What list and detail both tell


def _told_twice(spot: Spot, wanted: str) -> Iterator[str]:
    """Yield the properties of one type that a detail and the list of its things both show."""
    if spot.operation.method.lower() != "get":
        raise NotPlantable("it only writes")
    found = resources(spot.document)
    resource = found.of(spot.operation)
    if resource is None or resource.list is None or found.role(spot.operation) != "read":
        raise NotPlantable("no list shows what it shows")
    where = items_of(spot.document, resource.list)
    listed = item_schema(spot.document, resource.list, where) if where is not None else {}
    identity = resource.identity.field if resource.identity else ""
    for name, view in required_of(spot):
        other = composition(spot.document).properties(listed).get(name)
        if other is None or name not in (listed.get("required") or ()) or name == identity:
            continue
        if any(key in view for key in _NARROW) or _moves(name):
            continue
        if types_of(view) == types_of(other) == (wanted,):
            yield name
            return
    raise NotPlantable(f"no {wanted} without narrower bounds is told by the list as well")


def _moves(name: str) -> bool:
    return any(word in name.lower() for word in _MOVING)


def _told(wanted: str) -> Callable[[Spot], Iterator[str]]:
    def where(spot: Spot) -> Iterator[str]:
        yield from _told_twice(spot, wanted)

    return where


def _another(spot: Spot, request: Request, answering: Answerer, change: Callable[[Any], Any]) -> Answer:
    answer = answering(request)
    value = json_of(answer)
    where, listed, _ = thing_in(spot)
    thing = take(value, where) if where else value
    if listed or not is_success(answer) or not isinstance(thing, Mapping) or spot.detail not in thing:
        return answer
    made = {**thing, spot.detail: change(thing[spot.detail])}
    return with_json(answer, put(value, where, made) if where else made)


def _reversed(spot: Spot, request: Request, answering: Answerer) -> Answer:
    return _another(spot, request, answering, lambda value: not value)


def _counted_on(spot: Spot, request: Request, answering: Answerer) -> Answer:
    return _another(spot, request, answering, lambda value: value + 1)


def _replaced(spot: Spot, request: Request, answering: Answerer) -> Answer:
    return _another(spot, request, answering, lambda value: f"other than {value}")


KINDS = (
    Kind(
        "element-foreign",
        "adds an element of another type to an array",
        _elements,
        _foreign,
        operators=("AEA",),
    ),
    Kind(
        "array-emptied",
        "empties an array that must hold something",
        _bounded_arrays,
        _emptied,
        operators=("EAS",),
    ),
    Kind("object-missing", "leaves out a required object", _objects, _left_out, operators=("OTPR",)),
    Kind("size-long", "lists one thing more than the size of a page", sized, _longer, operators=("AEA",)),
    Kind("order-broken", "exchanges the first two things of a page", sized, _exchanged, operators=("AEE",)),
    Kind(
        "filter-selects-nothing",
        "lists nothing where a filter selects something",
        first_of(_filters),
        _selects_nothing,
        operators=("EAS", "AER"),
    ),
    Kind(
        "boolean-reversed",
        "says the opposite of what the list says of a thing",
        _told("boolean"),
        _reversed,
        operators=("BPR",),
    ),
    Kind(
        "number-replaced",
        "tells another number than the list tells of a thing",
        _told("integer"),
        _counted_on,
        operators=("NPR",),
    ),
    Kind(
        "text-replaced",
        "tells another text than the list tells of a thing",
        _told("string"),
        _replaced,
        operators=("SPR",),
    ),
)
