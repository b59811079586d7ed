"""Faults of statuses and headers: another status, no media type, another charset, another place."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from trigger_contract.document.operations import is_json, response_of, success_statuses
from trigger_contract.document.references import resolve
from trigger_contract.document.resources import resources
from trigger_contract.mock.messages import Answer, Request
from trigger_contract.mock.plants.kinds import (
    Answerer,
    Kind,
    NotPlantable,
    Spot,
    errs,
    first_of,
    is_success,
    provoked,
)

_OF_ONE = ("read", "change", "replace", "remove", "action")
_CONTENT_TYPE = b"content-type"


def _documented(spot: Spot) -> set[str]:
    return {str(name).upper() for name in spot.operation.definition.get("responses") or {}}


# Statuses


def _refused(spot: Spot) -> Iterator[str]:
    """Yield a refusal that the document has, where only the request shows that it is wrong, else another.

    No schema says all that a 400 or a 422 may ask of a body, nor whether there is something below a thing;
    what is listed, or was just made, is there.
    """
    documented = _documented(spot)
    is_read = spot.operation.method.lower() == "get"
    fits = {
        "400": is_read and bool(spot.leaves),
        "404": spot.role in _OF_ONE and _is_told_by_id(spot),
        "409": True,
        "422": is_read and bool(spot.leaves),
    }
    known = (status for status, is_wrong in fits.items() if is_wrong and status in documented)
    others = (status for status in ("409", "410", "402", "405") if status not in documented)
    yield next(itertools.chain(known, others))


def _is_told_by_id(spot: Spot) -> bool:
    resource = resources(spot.document).of(spot.operation)
    return resource is not None and resource.identity is not None and "{" in spot.operation.path


def _faulty(spot: Spot) -> Iterator[str]:
    if _documented(spot) & {"503", "5XX", "DEFAULT"}:
        raise NotPlantable("a server error is documented")
    yield "503"


def _answered(spot: Spot, request: Request, answering: Answerer) -> Answer:
    answer = answering(request)
    return Answer(int(spot.detail), answer.body, answer.headers) if is_success(answer) else answer


def _as_success(spot: Spot, request: Request, answering: Answerer) -> Answer:
    answer = answering(request)
    if str(answer.status) != spot.detail:
        return answer
    digits = next((name for name in success_statuses(spot.operation) if name.isdigit()), "200")
    return Answer(int(digits), answer.body, answer.headers)


def _missing(spot: Spot) -> Iterator[str]:
    """Yield the statuses of which one alone is right: that nothing is there, or that no key was shown."""
    found = [status for status in provoked(spot) if status in ("404", "401")]
    if not found:
        raise NotPlantable("no error is documented for which one status alone is right")
    if _documented(spot) & {"DEFAULT", "4XX"}:
        raise NotPlantable("every error is documented")
    yield found[0]


def _as_another(spot: Spot, request: Request, answering: Answerer) -> Answer:
    answer = answering(request)
    if str(answer.status) != spot.detail:
        return answer
    other = next(status for status in (409, 410, 402, 405) if str(status) not in _documented(spot))
    return Answer(other, answer.body, answer.headers)


# Headers


def _with_body(spot: Spot) -> Iterator[str]:
    assert spot.schema is not None
    yield ""


def _without_type(spot: Spot, request: Request, answering: Answerer) -> Answer:
    answer = answering(request)
    if not is_success(answer) or not answer.body:
        return answer
    return Answer(answer.status, answer.body, tuple(one for one in answer.headers if one[0] != _CONTENT_TYPE))


def _charset(spot: Spot) -> Iterator[str]:
    """Yield the charset that a media type of the successful answer names."""
    yield from (charset for _, charset in _charsets(spot))
    raise NotPlantable("the document names no charset")


def _charset_of_text(spot: Spot) -> Iterator[str]:
    yield from (charset for name, charset in _charsets(spot) if not is_json(name))
    raise NotPlantable("the document names no charset, or that of JSON, which is UTF-8 without it (RFC 8259)")


def _charsets(spot: Spot) -> Iterator[tuple[str, str]]:
    for status in success_statuses(spot.operation):
        response = response_of(spot.document, spot.operation, status) or {}
        for name in response.get("content") or {}:
            media, found, value = str(name).lower().partition("charset=")
            if found and value.strip('" '):
                yield media.rstrip("; "), value.partition(";")[0].strip('" ')


def _in_another_charset(spot: Spot, request: Request, answering: Answerer) -> Answer:
    answer = answering(request)
    if not is_success(answer) or not answer.body:
        return answer
    other = b"utf-16" if spot.detail != "utf-16" else b"iso-8859-1"
    return _retyped(answer, b"; charset=" + other)


def _without_charset(spot: Spot, request: Request, answering: Answerer) -> Answer:
    answer = answering(request)
    return _retyped(answer, b"") if is_success(answer) and answer.body else answer


def _retyped(answer: Answer, parameters: bytes) -> Answer:
    headers = tuple(
        (name, value.partition(b";")[0] + parameters) if name == _CONTENT_TYPE else (name, value)
        for name, value in answer.headers
    )
    return Answer(answer.status, answer.body, headers)


def _located(spot: Spot) -> Iterator[str]:
    spot.needs("create")
    if spot.living.resource.read is None:
        raise NotPlantable("what it makes cannot be read")
    for status in success_statuses(spot.operation):
        response = response_of(spot.document, spot.operation, status) or {}
        for name, raw in (response.get("headers") or {}).items():
            if str(name).lower() == "location" and resolve(spot.document, raw):
                yield ""
                return
    raise NotPlantable("no Location is documented")


def _elsewhere(spot: Spot, request: Request, answering: Answerer) -> Answer:
    answer = answering(request)
    if not is_success(answer):
        return answer
    headers = tuple(
        (name, value + b"-elsewhere") if name == b"location" else (name, value)
        for name, value in answer.headers
    )
    return Answer(answer.status, answer.body, headers)


KINDS = (
    Kind(
        "success-as-refusal",
        "refuses what is valid",
        _refused,
        _answered,
        operators=("R4XX",),
    ),
    Kind(
        "success-as-fault",
        "answers a success with the status of a server error",
        _faulty,
        _answered,
        operators=("R5XX",),
    ),
    Kind(
        "error-as-success",
        "answers an error with the status of a success",
        first_of(errs),
        _as_success,
        operators=("R2XX",),
    ),
    Kind(
        "error-as-another",
        "answers an error with a status that is not documented",
        _missing,
        _as_another,
        operators=("R4XX",),
    ),
    Kind(
        "media-type-missing", "says nothing of its media type", _with_body, _without_type, operators=("CTD",)
    ),
    Kind(
        "charset-wrong",
        "names another charset than is documented",
        first_of(_charset),
        _in_another_charset,
        operators=("CPC",),
    ),
    Kind(
        "charset-missing",
        "leaves out the charset that is documented",
        first_of(_charset_of_text),
        _without_charset,
        operators=("CPD",),
    ),
    Kind(
        "location-elsewhere",
        "says that what it made is where nothing is",
        _located,
        _elsewhere,
        operators=("LHC",),
    ),
)
