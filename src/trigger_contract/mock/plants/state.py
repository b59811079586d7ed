"""Faults of what is kept: things that are not stored, not listed, not changed, not gone, or not their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trigger_contract.document.composition import composition
from trigger_contract.document.operations import request_schema
from trigger_contract.mock.collections.answering import ONCE
from trigger_contract.mock.collections.living import action_of
from trigger_contract.mock.collections.shaping import put, take
from trigger_contract.mock.collections.table import Thing
from trigger_contract.mock.messages import Answer, Request
from trigger_contract.mock.plants.kinds import (
    Answerer,
    Kind,
    NotPlantable,
    Spot,
    body_of,
    is_success,
    items_in,
    json_of,
    with_body,
    with_json,
)

# Creating


def _creates(spot: Spot) -> Iterator[str]:
    spot.needs("create")
    spot.needs_sight()
    yield ""


def _made(spot: Spot, request: Request, answer: Answer) -> Thing | None:
    """Return the thing that a call just made."""
    things = spot.living.table.things(spot.living.scope(spot.path_of(request)))
    return next(reversed(things.values()), None) if is_success(answer) and things else None


def _stores_nothing(spot: Spot, request: Request, answering: Answerer) -> Answer:
    before = dict(spot.living.table.things(spot.living.scope(spot.path_of(request))))
    answer = answering(request)
    thing = _made(spot, request, answer)
    if thing is not None and thing.key not in before:
        spot.living.table.things(thing.scope).pop(thing.key)
        spot.changed()
    return answer


def _members(spot: Spot) -> tuple[tuple[str, ...], Mapping[str, Any]]:
    """Return where the members of a thing stand in a request, and the view of what may be sent."""
    schema = request_schema(spot.document, spot.operation)
    if schema is None:
        raise NotPlantable("nothing is sent")
    place = spot.living.shaper.place(schema, spot.living.resource.schema) or ()
    view = composition(spot.document).at(schema, place)
    return place, view if view is not None else {}


def _optional(spot: Spot) -> Iterator[str]:
    spot.needs("create")
    spot.needs_sight()
    _, view = _members(spot)
    shown = spot.living.writer.declared
    required = view.get("required") or ()
    for name, inner in composition(spot.document).properties(view).items():
        if name not in required and name in shown and inner.get("readOnly") is not True:
            yield name
            return
    raise NotPlantable("nothing that may be left out is shown again")


def _forgets(spot: Spot, request: Request, answering: Answerer) -> Answer:
    place, _ = _members(spot)
    body = body_of(request)
    members = take(body, place) if place else body
    if not isinstance(members, Mapping) or spot.detail not in members or len(members) < 2:
        return answering(request)
    kept = {name: value for name, value in members.items() if name != spot.detail}
    return answering(with_body(request, put(body, place, kept)))


def _required(spot: Spot) -> Iterator[str]:
    spot.needs("create", "replace")
    _, view = _members(spot)
    properties = composition(spot.document).properties(view)
    for name in view.get("required") or ():
        if properties.get(name, {}).get("readOnly") is not True:
            yield str(name)
            return
    raise NotPlantable("nothing must be sent")


def _not_asked_for(spot: Spot, request: Request, answering: Answerer) -> Answer:
    place, view = _members(spot)
    body = body_of(request)
    members = take(body, place) if place else body
    if not isinstance(members, Mapping) or spot.detail in members:
        return answering(request)
    made = spot.living.shaper.maker.make(view["properties"][spot.detail], 0, name=spot.detail, depth=1)
    return answering(with_body(request, put(body, place, {**members, spot.detail: made})))


def _refusable(spot: Spot) -> Iterator[str]:
    spot.needs("create")
    spot.needs_sight()
    refusals = spot.service.refusals
    if not (refusals.documents(spot.operation, 400) or refusals.documents(spot.operation, 422)):
        raise NotPlantable("no refusal is documented")
    _members(spot)
    yield ""


def _stored_all_the_same(spot: Spot, request: Request, answering: Answerer) -> Answer:
    answer = answering(request)
    if answer.status in (400, 422) and isinstance(body_of(request), Mapping):
        living = spot.living
        number = living.table.next_number()
        scope = living.scope(spot.path_of(request))
        state = living.table.made(number, scope)
        living.table.add(scope, state, str(state.get(living.table.field or "", number)), number)
        spot.changed()
    return answer


def _repeatable(spot: Spot) -> Iterator[str]:
    spot.needs("create")
    from trigger_contract.document.words import flat

    for parameter in spot.operation.parameters:
        if parameter["in"] == "header" and flat(parameter["name"]) in ONCE:
            yield str(parameter["name"]).lower()
            return
    raise NotPlantable("no key makes repeating it safe")


def _key_forgotten(spot: Spot, request: Request, answering: Answerer) -> Answer:
    name = spot.detail.encode()
    headers = {key: value for key, value in request.headers.items() if key != name}
    return answering(Request(request.method, request.path, request.query, headers, request.body))


# Lists


def _lists_what_is_made(spot: Spot) -> Iterator[str]:
    spot.needs("list")
    if spot.living.resource.create is None:
        raise NotPlantable("nothing can be made for it")
    yield ""


def _not_listed(spot: Spot, request: Request, answering: Answerer) -> Answer:
    """Leave out of a list what was made since the start."""
    if not spot.is_of(request):
        return answering(request)
    things = spot.living.table.things(spot.living.scope(spot.path_of(request)))
    made = {key: thing for key, thing in things.items() if spot.living.table.was_made(thing)}
    order = list(things.items())
    for key in made:
        things.pop(key)
    spot.changed()
    try:
        return answering(request)
    finally:
        things.clear()
        things.update(order)
        spot.changed()


def _lists_what_is_removed(spot: Spot) -> Iterator[str]:
    spot.needs("list")
    if spot.living.resource.remove is None:
        raise NotPlantable("nothing of it can be removed")
    yield ""


def _still_listed(spot: Spot, request: Request, answering: Answerer) -> Answer:
    """Go on listing what was removed."""
    ghosts: list[Thing] = spot.memory.setdefault("ghosts", [])
    remove = spot.living.resource.remove
    if remove is not None and spot.role_of(request) == (remove.path, remove.method):
        thing = spot.living.find(spot.path_of(request))
        answer = answering(request)
        if is_success(answer) and thing is not None:
            ghosts.append(thing)
            spot.changed()
        return answer
    if not spot.is_of(request):
        return answering(request)
    scope = spot.living.scope(spot.path_of(request))
    things = spot.living.table.things(scope)
    back = [thing for thing in ghosts if thing.scope == scope and thing.key not in things]
    things.update({thing.key: thing for thing in back})
    spot.changed()
    try:
        return answering(request)
    finally:
        for thing in back:
            things.pop(thing.key, None)
        spot.changed()


def _below(spot: Spot) -> Iterator[str]:
    spot.needs("list")
    if not spot.living.resource.parent:
        raise NotPlantable("it stands below nothing")
    yield ""


def _of_all(spot: Spot, request: Request, answering: Answerer) -> Answer:
    answer = answering(request)
    if not is_success(answer):
        return answer
    living = spot.living
    scope = living.scope(spot.path_of(request))
    beside = spot.service.collections.beside(living.resource, scope)
    others = list(living.table.things(beside).values()) if beside is not None else []
    view = living.item_view()
    shown = living.shaper.shape(view, others[-1].state, others[-1].number) if others else None
    if shown is None:
        return answer
    return with_json(answer, put(json_of(answer), spot.items, [*items_in(spot, answer), shown]))


# Reading


def _unknown(spot: Spot) -> Iterator[str]:
    spot.needs("read")
    if not spot.service.refusals.documents(spot.operation, 404):
        raise NotPlantable("no 404 is documented")
    if spot.living.resource.identity is None:
        raise NotPlantable("there is only one")
    yield ""


def _answered(spot: Spot, request: Request, answering: Answerer) -> Answer:
    answer = answering(request)
    if answer.status != 404:
        return answer
    scope = spot.living.scope(spot.path_of(request))
    thing = next(iter(spot.living.table.things(scope).values()), None)
    found = spot.answering().one(spot.operation, thing) if thing is not None else None
    return found or answer


def _write_only(spot: Spot) -> Iterator[str]:
    spot.needs("read")
    resource = spot.living.resource
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
            action = action_of(spot.living.resource, spot.operation)
            if action is None or spot.living.writer.effect(action) is None:
                raise NotPlantable("what it does to a thing is not known")
        yield ""

    return where


def _not_kept(spot: Spot, request: Request, answering: Answerer) -> Answer:
    thing = spot.living.find(spot.path_of(request))
    before = thing.state if thing is not None else None
    answer = answering(request)
    if thing is not None and before is not None and is_success(answer):
        thing.state = before
        thing.shown.clear()
        spot.changed()
    return answer


def _neighbour(spot: Spot) -> Iterator[str]:
    spot.needs("change", "replace")
    spot.needs_sight()
    if spot.living.resource.identity is None:
        raise NotPlantable("there is only one")
    yield ""


def _changes_neighbour(spot: Spot, request: Request, answering: Answerer) -> Answer:
    answer = answering(request)
    thing = spot.living.find(spot.path_of(request)) if is_success(answer) else None
    if thing is None:
        return answer
    place, _ = _members(spot)
    body = body_of(request)
    members = take(body, place) if place else body
    others = [one for one in spot.living.table.things(thing.scope).values() if one is not thing]
    if others and isinstance(members, Mapping):
        spot.living.writer.changed(others[-1], members, spot.service.clock.now(), deep=False)
        spot.changed()
    return answer


def _clearable(spot: Spot) -> Iterator[str]:
    spot.needs("change")
    spot.needs_sight()
    declared = spot.living.writer.declared
    _, view = _members(spot)
    for name in composition(spot.document).properties(view):
        if name in declared and spot.living.shaper.maker.judge.fits(declared[name], None):
            yield name
            return
    raise NotPlantable("nothing that it changes may be null")


def _clears(spot: Spot, request: Request, answering: Answerer) -> Answer:
    place, _ = _members(spot)
    body = body_of(request)
    members = take(body, place) if place else body
    if not isinstance(members, Mapping) or spot.detail in members:
        return answering(request)
    return answering(with_body(request, put(body, place, {**members, spot.detail: None})))


def _defaulted(spot: Spot) -> Iterator[str]:
    spot.needs("replace")
    spot.needs_sight()
    _, view = _members(spot)
    required = view.get("required") or ()
    for name in composition(spot.document).properties(view):
        if name not in required and name in spot.living.writer.declared:
            yield name
            return
    raise NotPlantable("nothing may be left out")


def _keeps(spot: Spot, request: Request, answering: Answerer) -> Answer:
    thing = spot.living.find(spot.path_of(request))
    place, _ = _members(spot)
    body = body_of(request)
    members = take(body, place) if place else body
    if thing is None or not isinstance(members, Mapping) or spot.detail in members:
        return answering(request)
    if spot.detail not in thing.state:
        return answering(request)
    kept = {**members, spot.detail: thing.state[spot.detail]}
    return answering(with_body(request, put(body, place, kept)))


# Removing


def _removes(spot: Spot) -> Iterator[str]:
    spot.needs("remove")
    spot.needs_sight()
    yield ""


def _stays(spot: Spot, request: Request, answering: Answerer) -> Answer:
    thing = spot.living.find(spot.path_of(request))
    answer = answering(request)
    if thing is not None and is_success(answer):
        spot.living.table.things(thing.scope)[thing.key] = thing
        spot.changed()
    return answer


def _again(spot: Spot) -> Iterator[str]:
    spot.needs("remove")
    if not spot.service.refusals.documents(spot.operation, 404):
        raise NotPlantable("removing again is documented like removing")
    yield ""


def _removed_again(spot: Spot, request: Request, answering: Answerer) -> Answer:
    answer = answering(request)
    if answer.status != 404:
        return answer
    found = spot.living.sheet(spot.operation)
    return found.answer(spot.living.shaper.maker.make(found.schema, 0) if found.schema is not None else None)


KINDS = (
    Kind("create-stores-nothing", "says that it made a thing, and did not", _creates, _stores_nothing),
    Kind("create-forgets-a-member", "does not look at a member that may be left out", _optional, _forgets),
    Kind("required-not-asked-for", "takes a body without a required member", _required, _not_asked_for),
    Kind(
        "refused-but-stored",
        "refuses a body and makes a thing all the same",
        _refusable,
        _stored_all_the_same,
    ),
    Kind("idempotency-key-forgotten", "makes another thing for the same key", _repeatable, _key_forgotten),
    Kind("created-is-not-listed", "leaves what was made out of the list", _lists_what_is_made, _not_listed),
    Kind(
        "removed-is-listed", "goes on listing what was removed", _lists_what_is_removed, _still_listed, True
    ),
    Kind("list-of-all", "lists a thing that stands below another one", _below, _of_all),
    Kind("unknown-answered", "answers an unknown id with another thing", _unknown, _answered),
    Kind("write-only-comes-back", "shows what is only written", _write_only, _comes_back),
    Kind("change-not-kept", "says that it changed a thing, and did not", _changes("change"), _not_kept),
    Kind("replace-not-kept", "says that it replaced a thing, and did not", _changes("replace"), _not_kept),
    Kind(
        "action-without-effect",
        "says that it did something to a thing, and did not",
        _changes("action"),
        _not_kept,
    ),
    Kind("change-of-a-neighbour", "changes another thing too", _neighbour, _changes_neighbour),
    Kind("change-clears-others", "clears a member that was not sent", _clearable, _clears),
    Kind("replace-keeps-what-was-left-out", "keeps a member that was left out", _defaulted, _keeps),
    Kind("removed-is-readable", "says that it removed a thing, and did not", _removes, _stays),
    Kind("removed-twice", "removes what is not there any more", _again, _removed_again),
)
