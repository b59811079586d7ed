"""Faults of single answers: statuses, media types, headers, properties, errors, keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from trigger_contract.document.composition import View, composition
from trigger_contract.document.conjunction import types_of
from trigger_contract.document.operations import response_of, response_schema, success_statuses
from trigger_contract.document.resources import resources
from trigger_contract.mock.collections.shaping import put, take
from trigger_contract.mock.messages import JSON_TYPE, Answer, Request
from trigger_contract.mock.plants.kinds import (
    Answerer,
    Kind,
    NotPlantable,
    Spot,
    errs,
    first_of,
    is_success,
    json_of,
    provoked,
    with_json,
)

_FAULTS = frozenset(("500", "5XX", "DEFAULT"))
_OTHER = {"string": 17, "integer": "text", "number": "text", "boolean": "yes", "array": {}, "object": []}


def _success(spot: Spot) -> Iterator[str]:
    assert spot.schema is not None
    yield ""


def _undocumented_status(spot: Spot) -> Iterator[str]:
    responses = {str(name).upper() for name in spot.operation.definition.get("responses") or {}}
    if responses & {"DEFAULT", "2XX"}:
        raise NotPlantable("every success is documented")
    yield next(str(status) for status in (203, 202, 206, 201) if str(status) not in responses)


def _with_status(spot: Spot, request: Request, answering: Answerer) -> Answer:
    answer = answering(request)
    if not is_success(answer):
        return answer
    return Answer(int(spot.detail), answer.body, answer.headers)


def _as_html(spot: Spot, request: Request, answering: Answerer) -> Answer:
    answer = answering(request)
    if not is_success(answer) or not answer.body:
        return answer
    others = tuple(one for one in answer.headers if one[0] != b"content-type")
    return Answer(answer.status, answer.body, ((b"content-type", b"text/html; charset=utf-8"), *others))


def _cut_short(spot: Spot, request: Request, answering: Answerer) -> Answer:
    answer = answering(request)
    if not is_success(answer) or len(answer.body) < 2:
        return answer
    return Answer(answer.status, answer.body[:-1], answer.headers)


# Properties


def thing_in(spot: Spot) -> tuple[tuple[str, ...], bool, View]:
    """Return where the thing of an answer stands, whether in a list, and its view."""
    views = composition(spot.document)
    try:
        array = views.at(spot.schema, spot.items)
        if array is not None and views.properties(views.items(array)):
            return spot.items, True, views.items(array)
    except NotPlantable:
        pass
    return (), False, views.view(spot.schema)


def required_of(spot: Spot) -> Iterator[tuple[str, View]]:
    """Yield the properties that the thing of an answer must have, with their views.

    Raises:
        NotPlantable: It has alternatives.
    """
    views = composition(spot.document)
    _, _, view = thing_in(spot)
    if len(views.alternatives(view)) > 1:
        raise NotPlantable("its answer has alternatives, and what breaks one may fit another")
    required = view.get("required") or ()
    for name, inner in views.properties(view).items():
        if name in required and inner.get("writeOnly") is not True:
            yield name, inner


def _a_property(spot: Spot) -> Iterator[str]:
    names = [name for name, _ in required_of(spot)]
    if not names:
        raise NotPlantable("no property of its answer is required")
    yield names[-1]


def _not_nullable(spot: Spot) -> Iterator[str]:
    for name, view in required_of(spot):
        if types_of(view) and "null" not in types_of(view):
            yield name
            return
    raise NotPlantable("every required property may be null, or may be anything")


def _typed(spot: Spot) -> Iterator[str]:
    for name, view in required_of(spot):
        kinds = types_of(view)
        if len(kinds) == 1 and kinds[0] in _OTHER:
            yield name
            return
    raise NotPlantable("no required property has one type only")


def _enumerated(spot: Spot) -> Iterator[str]:
    for name, view in required_of(spot):
        if isinstance(view.get("enum"), list):
            yield name
            return
    raise NotPlantable("no required property has listed values")


def _formatted(spot: Spot) -> Iterator[str]:
    for name, view in required_of(spot):
        if view.get("format") in ("date-time", "date", "uuid", "email", "ipv4"):
            yield name
            return
    raise NotPlantable("no required property has a format that is judged")


def _bounded(spot: Spot) -> Iterator[str]:
    for name, view in required_of(spot):
        if any(key in view for key in ("minimum", "maximum", "minLength", "maxLength", "pattern")):
            yield name
            return
    raise NotPlantable("no required property has a bound")


def _closed(spot: Spot) -> Iterator[str]:
    _, _, view = thing_in(spot)
    if view.get("additionalProperties") is not False:
        raise NotPlantable("more properties are allowed")
    yield ""


GONE = object()
"""What a property is changed to that is left out."""


def changed(spot: Spot, request: Request, answering: Answerer, change: Callable[[Any], Any]) -> Answer:
    """Answer with one property of the last thing changed, that of the spot's detail."""
    answer = answering(request)
    value = json_of(answer)
    if not is_success(answer) or value is None:
        return answer
    where, listed, _ = thing_in(spot)
    found = take(value, where) if where else value
    things = found if listed else [found]
    if not isinstance(things, list) or not things or not isinstance(things[-1], Mapping):
        return answer
    name = spot.detail or "undocumentedProperty"
    new = change(things[-1].get(name))
    thing = {key: item for key, item in things[-1].items() if key != name}
    if new is not GONE:
        thing[name] = new
    whole = [*things[:-1], thing] if listed else thing
    return with_json(answer, put(value, where, whole))


def _dropped(spot: Spot, request: Request, answering: Answerer) -> Answer:
    return changed(spot, request, answering, lambda _: GONE)


def _null(spot: Spot, request: Request, answering: Answerer) -> Answer:
    return changed(spot, request, answering, lambda _: None)


def _retyped(spot: Spot, request: Request, answering: Answerer) -> Answer:
    view = dict(required_of(spot))[spot.detail]
    return changed(spot, request, answering, lambda _: _OTHER[types_of(view)[0]])


def _unlisted(spot: Spot, request: Request, answering: Answerer) -> Answer:
    return changed(spot, request, answering, lambda _: "NOT_A_DOCUMENTED_VALUE")


def _misformatted(spot: Spot, request: Request, answering: Answerer) -> Answer:
    return changed(spot, request, answering, lambda value: f"{value}?")


def _out_of_bounds(spot: Spot, request: Request, answering: Answerer) -> Answer:
    view = dict(required_of(spot))[spot.detail]

    def beyond(_: Any) -> Any:
        if "minimum" in view:
            return view["minimum"] - 1
        if "maximum" in view:
            return view["maximum"] + 1
        if view.get("minLength") or "pattern" in view:
            return "" if view.get("minLength") else "\u0000"
        return "x" * (int(view.get("maxLength", 0)) + 1)

    return changed(spot, request, answering, beyond)


def _added(spot: Spot, request: Request, answering: Answerer) -> Answer:
    return changed(spot, request, answering, lambda _: 1)


# Headers


def _required_header(spot: Spot) -> Iterator[str]:
    for status in success_statuses(spot.operation):
        response = response_of(spot.document, spot.operation, status) or {}
        for name, header in (response.get("headers") or {}).items():
            if isinstance(header, Mapping) and header.get("required") is True:
                yield str(name)
    raise NotPlantable("no header of its answer is required")


def _without_header(spot: Spot, request: Request, answering: Answerer) -> Answer:
    answer = answering(request)
    name = spot.detail.lower().encode()
    return Answer(answer.status, answer.body, tuple(one for one in answer.headers if one[0] != name))


# Errors and keys


def _error_with_body(spot: Spot) -> Iterator[str]:
    judge, views = spot.service.collections.shaper.maker.judge, composition(spot.document)
    for status in provoked(spot):
        schema = response_schema(spot.document, spot.operation, status)
        told = [view.get("enum") or [view.get("const")] for view in views.properties(schema).values()]
        is_told = any(len(texts) == 1 and isinstance(texts[0], str) for texts in told)
        if schema is not None and (is_told or not judge.fits(schema, {})):
            yield status
            return
    raise NotPlantable("no error that can be provoked is documented to hold anything")


def _empty_error(spot: Spot, request: Request, answering: Answerer) -> Answer:
    answer = answering(request)
    return Answer(answer.status, b"{}", (JSON_TYPE,)) if str(answer.status) == spot.detail else answer


def _errs(spot: Spot) -> Iterator[str]:
    if {str(name).upper() for name in spot.operation.definition.get("responses") or {}} & _FAULTS:
        raise NotPlantable("a server error is documented")
    yield from errs(spot)


def _error_as_fault(spot: Spot, request: Request, answering: Answerer) -> Answer:
    answer = answering(request)
    if str(answer.status) != spot.detail:
        return answer
    return Answer(int(HTTPStatus.INTERNAL_SERVER_ERROR), answer.body, answer.headers)


def _secured(spot: Spot) -> Iterator[str]:
    if not spot.operation.security or any(not alternative for alternative in spot.operation.security):
        raise NotPlantable("it asks for no key")
    found = resources(spot.document)
    resource = found.of(spot.operation)
    role = found.role(spot.operation)
    is_made = resource is not None and (resource.create is not None or role == "create")
    if spot.operation.method.lower() != "get" and not is_made:
        raise NotPlantable("it writes to what nobody can make, so nothing may be sent without a key")
    yield ""


def _let_in(spot: Spot, request: Request, answering: Answerer) -> Answer:
    return answering(spot.with_key(request))


def _let_in_with_wrong_key(spot: Spot, request: Request, answering: Answerer) -> Answer:
    answer = answering(request)
    if answer.status != HTTPStatus.UNAUTHORIZED or not spot.shows_key(request):
        return answer
    return answering(spot.with_key(request))


KINDS = (
    Kind(
        "undocumented-status",
        "answers with a success that is not documented",
        _undocumented_status,
        _with_status,
        operators=("R2XX",),
    ),
    Kind("wrong-media-type", "calls its JSON text/html", _success, _as_html, operators=("CTC",)),
    Kind("broken-json", "leaves out the last character of its JSON", _success, _cut_short),
    Kind(
        "property-missing",
        "leaves out a required property of the last thing",
        _a_property,
        _dropped,
        operators=("OPR",),
    ),
    Kind(
        "property-null",
        "answers null for a property that may not be null",
        _not_nullable,
        _null,
        operators=("NPS",),
    ),
    Kind("property-retyped", "answers another type for a property", _typed, _retyped, operators=("PTC",)),
    Kind(
        "value-undocumented", "answers a value that is not listed", _enumerated, _unlisted, operators=("SPR",)
    ),
    Kind(
        "format-broken",
        "answers a text that has not its format",
        _formatted,
        _misformatted,
        operators=("SCA",),
    ),
    Kind(
        "bound-broken", "answers a value beyond a bound", _bounded, _out_of_bounds, operators=("NPR", "SRE")
    ),
    Kind(
        "property-undocumented",
        "answers a property where no more are allowed",
        _closed,
        _added,
        operators=("OPA",),
    ),
    Kind(
        "header-missing",
        "leaves out a required header",
        first_of(_required_header),
        _without_header,
        operators=("LHD",),
    ),
    Kind(
        "error-without-body",
        "answers an error without what its body must have",
        _error_with_body,
        _empty_error,
    ),
    Kind(
        "error-as-500",
        "answers 500 where an error is documented",
        first_of(_errs),
        _error_as_fault,
        operators=("R5XX",),
    ),
    Kind("key-not-asked-for", "answers without a key as with one", _secured, _let_in),
    Kind("wrong-key-accepted", "answers a wrong key as a right one", _secured, _let_in_with_wrong_key),
)
