"""Faults of what is read, changed and removed: kept, touched or shown otherwise than was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from trigger_contract.document.composition import composition
from trigger_contract.document.operations import request_schema
from trigger_contract.mock.collections.living import action_of
from trigger_contract.mock.collections.shaping import put, take
from trigger_contract.mock.messages import Answer, Request
from trigger_contract.mock.plants.kinds import (
    Answerer,
    Kind,
    NotPlantable,
    Spot,
    addressed,
    asking,
    identities,
    is_success,
    json_of,
    with_json,
)
from trigger_contract.mock.plants.state import sent, sent_members, without_effect

# Reading


def _unknown(spot: Spot) -> Iterator[str]:
    spot.needs("read")
    if not spot.service.refusals.documents(spot.operation, 404):
        raise NotPlantable("no 404 is documented")
    if spot.resource.identity is None:
        raise NotPlantable("there is only one")
    yield ""


def _answered(spot: Spot, request: Request, answering: Answerer) -> Answer:
    answer = answering(request)
    return spot.made() if answer.status == 404 else answer


def _write_only(spot: Spot) -> Iterator[str]:
    spot.needs("read")
    resource = spot.resource
    if spot.service.keeps_elsewhere(spot.operation):
        raise NotPlantable("the mock keeps nothing that is only written")
    for operation in (resource.create, resource.replace, resource.change):
        if operation is None:
            continue
        schema = request_schema(spot.document, operation)
        place = spot.living.shaper.place(schema, resource.schema) or ()
        view = composition(spot.document).at(schema, place)
        for name, inner in composition(spot.document).properties(view or {}).items():
            if inner.get("writeOnly") is True:
                yield name
                return
    raise NotPlantable("nothing is only written")


def _comes_back(spot: Spot, request: Request, answering: Answerer) -> Answer:
    answer = answering(request)
    thing = spot.living.find(spot.path_of(request)) if is_success(answer) else None
    if thing is None or spot.detail not in thing.state:
        return answer
    place = spot.living.place(spot.operation) or ()
    value = json_of(answer)
    shown = take(value, place) if place else value
    return with_json(answer, put(value, place, {**shown, spot.detail: thing.state[spot.detail]}))


# Changing


def _changes(*roles: str) -> Any:
    def where(spot: Spot) -> Iterator[str]:
        spot.needs(*roles)
        spot.needs_sight()
        if "action" in roles:
            action = action_of(spot.resource, spot.operation)
            if action is None or spot.living.writer.effect(action) is None:
                raise NotPlantable("what it does to a thing is not known")
        yield ""

    return where


def _neighbour(spot: Spot) -> Iterator[str]:
    spot.needs("change", "replace")
    if spot.resource.identity is None:
        raise NotPlantable("there is only one")
    if spot.resource.list is None:
        raise NotPlantable("nothing lists others of its kind")
    yield ""


def _changes_neighbour(spot: Spot, request: Request, answering: Answerer) -> Answer:
    answer = answering(request)
    lister = spot.resource.list
    if not is_success(answer) or lister is None:
        return answer
    *outer, own = tuple(spot.path_of(request).values())
    there = identities(spot.document, spot.resource, answering(asking(lister, outer, request)))
    other = next((one for one in there if one != own), None)
    if other is not None:
        headers = {name: value for name, value in request.headers.items() if name != b"if-match"}
        answering(replace(request, path=addressed(spot.operation, [*outer, other]), headers=headers))
    return answer


def _clearable(spot: Spot) -> Iterator[str]:
    spot.needs("change")
    spot.needs_sight()
    declared = spot.living.writer.declared
    _, view = sent_members(spot)
    for name in composition(spot.document).properties(view):
        if name in declared and spot.living.shaper.maker.judge.fits(declared[name], None):
            yield name
            return
    raise NotPlantable("nothing that it changes may be null")


def _clears(spot: Spot, request: Request, answering: Answerer) -> Answer:
    members, instead = sent(spot, request)
    if members is None or spot.detail in members:
        return answering(request)
    return answering(instead({**members, spot.detail: None}))


def _defaulted(spot: Spot) -> Iterator[str]:
    spot.needs("replace")
    spot.needs_sight()
    _, view = sent_members(spot)
    required = view.get("required") or ()
    for name, inner in composition(spot.document).properties(view).items():
        is_shown = name in spot.living.writer.declared and inner.get("writeOnly") is not True
        if name not in required and is_shown and "default" in inner:
            yield name
            return
    raise NotPlantable("no member that may be left out has a default")


def _keeps(spot: Spot, request: Request, answering: Answerer) -> Answer:
    members, instead = sent(spot, request)
    if members is None or spot.detail in members:
        return answering(request)
    thing = spot.item(request, answering)
    if spot.detail not in thing:
        return answering(request)
    return answering(instead({**members, spot.detail: thing[spot.detail]}))


# Removing


def _removes(spot: Spot) -> Iterator[str]:
    spot.needs("remove")
    spot.needs_sight()
    yield ""


def _again(spot: Spot) -> Iterator[str]:
    spot.needs("remove")
    if not spot.service.refusals.documents(spot.operation, 404):
        raise NotPlantable("removing again is documented like removing")
    yield ""


KINDS = (
    Kind("unknown-answered", "answers an unknown id with another thing", _unknown, _answered),
    Kind("write-only-comes-back", "shows what is only written", _write_only, _comes_back),
    Kind("change-not-kept", "says that it changed a thing, and did not", _changes("change"), without_effect),
    Kind(
        "replace-not-kept",
        "says that it replaced a thing, and did not",
        _changes("replace"),
        without_effect,
    ),
    Kind(
        "action-without-effect",
        "says that it did something to a thing, and did not",
        _changes("action"),
        without_effect,
    ),
    Kind("change-of-a-neighbour", "changes another thing too", _neighbour, _changes_neighbour),
    Kind("change-clears-others", "clears a member that was not sent", _clearable, _clears),
    Kind("replace-keeps-what-was-left-out", "keeps a member that was left out", _defaulted, _keeps),
    Kind("removed-is-readable", "says that it removed a thing, and did not", _removes, without_effect),
    Kind("removed-twice", "removes what is not there any more", _again, _answered),
)
