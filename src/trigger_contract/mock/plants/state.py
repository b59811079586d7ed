"""Faults of what is made: things that are not stored, not whole, not listed, or made although refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from trigger_contract.document.composition import composition
from trigger_contract.document.operations import is_json, request_schema, success_statuses
from trigger_contract.document.references import resolve
from trigger_contract.document.words import flat
from trigger_contract.mock.collections.answering import ONCE
from trigger_contract.mock.collections.shaping import put, take
from trigger_contract.mock.messages import Answer, Request
from trigger_contract.mock.plants.kinds import (
    Answerer,
    Kind,
    NotPlantable,
    Spot,
    asking,
    body_of,
    identities,
    is_success,
    items_in,
    json_of,
    with_body,
    with_json,
)
from trigger_contract.mock.plants.undoing import put_aside, removing, undone

_LOOKED_AT = 8

# Creating


def _creates(spot: Spot) -> Iterator[str]:
    spot.needs("create")
    spot.needs_sight()
    if success_statuses(spot.operation) == ("202",):
        raise NotPlantable("what is only accepted may be made later")
    yield ""


def without_effect(spot: Spot, request: Request, answering: Answerer) -> Answer:
    """Answer a call, and take back what it wrote."""
    with undone(spot.service):
        return answering(request)


def sent_members(spot: Spot) -> tuple[tuple[str, ...], Mapping[str, Any]]:
    """Return where the members of a thing stand in a request, and the view of what may be sent.

    Raises:
        NotPlantable: Nothing is sent, or no JSON.
    """
    schema = request_schema(spot.document, spot.operation)
    if schema is None:
        raise NotPlantable("nothing is sent")
    body = resolve(spot.document, spot.operation.definition.get("requestBody")) or {}
    if not any(is_json(str(name)) or "*" in str(name) for name in body.get("content") or {}):
        raise NotPlantable("what is sent is no JSON")
    place = spot.living.shaper.place(schema, spot.living.resource.schema) or ()
    view = composition(spot.document).at(schema, place)
    return place, view if view is not None else {}


def sent(
    spot: Spot, request: Request
) -> tuple[Mapping[str, Any] | None, Callable[[Mapping[str, Any]], Request]]:
    """Return the members that were sent, None where it was no object, and what sends others instead."""
    place, _ = sent_members(spot)
    body = body_of(request)
    members = take(body, place) if place else body
    found = members if isinstance(members, Mapping) else None
    return found, lambda others: with_body(request, put(body, place, others))


def _optional(spot: Spot) -> Iterator[str]:
    spot.needs("create")
    spot.needs_sight()
    _, view = sent_members(spot)
    shown = spot.living.writer.declared
    required = view.get("required") or ()
    for name, inner in composition(spot.document).properties(view).items():
        if name not in required and name in shown and inner.get("readOnly") is not True:
            yield name
            return
    raise NotPlantable("nothing that may be left out is shown again")


def _forgets(spot: Spot, request: Request, answering: Answerer) -> Answer:
    members, instead = sent(spot, request)
    if members is None or spot.detail not in members or len(members) < 2:
        return answering(request)
    return answering(instead({name: value for name, value in members.items() if name != spot.detail}))


def _required(spot: Spot) -> Iterator[str]:
    spot.needs("create", "replace")
    _, view = sent_members(spot)
    properties = composition(spot.document).properties(view)
    for name in view.get("required") or ():
        if properties.get(name, {}).get("readOnly") is not True:
            yield str(name)
            return
    raise NotPlantable("nothing must be sent")


def _not_asked_for(spot: Spot, request: Request, answering: Answerer) -> Answer:
    """Take the missing member for what was sent last, else for something made of its schema."""
    members, instead = sent(spot, request)
    if members is None or spot.detail in members:
        answer = answering(request)
        if is_success(answer) and members is not None:
            spot.memory["last"] = members[spot.detail]
        return answer
    _, view = sent_members(spot)
    made = spot.living.shaper.maker.make(view["properties"][spot.detail], 0, name=spot.detail, depth=1)
    return answering(instead({**members, spot.detail: spot.memory.get("last", made)}))


def _refusable(spot: Spot) -> Iterator[str]:
    spot.needs("create")
    spot.needs_sight()
    refusals = spot.service.refusals
    if not (refusals.documents(spot.operation, 400) or refusals.documents(spot.operation, 422)):
        raise NotPlantable("no refusal is documented")
    sent_members(spot)
    yield ""


def _stored_all_the_same(spot: Spot, request: Request, answering: Answerer) -> Answer:
    """Make of a refused body what was made of the last one that was taken."""
    answer = answering(request)
    body = body_of(request)
    if not isinstance(body, Mapping):
        return answer
    if is_success(answer):
        spot.memory["taken"] = request
    elif answer.status in (400, 422) and "taken" in spot.memory:
        spot.memory["count"] = spot.memory.get("count", 0) + 1
        taken: Request = spot.memory["taken"]
        answering(replace(_another(spot, taken, str(spot.memory["count"])), path=request.path))
    return answer


def _another(spot: Spot, request: Request, text: str) -> Request:
    """Return a request that makes another thing: of what must be sent, and what tells things apart varied."""
    place, view = sent_members(spot)
    body = body_of(request)
    members = take(body, place) if place else body
    needed = view.get("required") or ()
    own = spot.resource.identity.field if spot.resource.identity else ""
    kept = {name: value for name, value in members.items() if name in needed} or members
    varied = {
        name: f"{value}{text}" if isinstance(value, str) and (name == own or flat(name) in ONCE) else value
        for name, value in kept.items()
    }
    headers = {name: value for name, value in request.headers.items() if flat(name.decode()) not in ONCE}
    return with_body(replace(request, headers=headers), put(body, place, varied) if place else varied)


def _repeatable(spot: Spot) -> Iterator[str]:
    spot.needs("create")
    for parameter in spot.operation.parameters:
        if parameter["in"] == "header" and flat(parameter["name"]) in ONCE:
            yield str(parameter["name"]).lower()
            return
    raise NotPlantable("no key makes repeating it safe")


def _key_forgotten(spot: Spot, request: Request, answering: Answerer) -> Answer:
    name = spot.detail.encode()
    headers = {key: value for key, value in request.headers.items() if key != name}
    return answering(replace(request, headers=headers))


# Lists


def _lists_what_is_made(spot: Spot) -> Iterator[str]:
    spot.needs("list")
    if spot.resource.create is None:
        raise NotPlantable("nothing can be made for it")
    yield ""


def _not_listed(spot: Spot, request: Request, answering: Answerer) -> Answer:
    """Leave out of a list what was made since the start."""
    with undone(spot.service):
        scope = spot.living.scope(spot.path_of(request))
        put_aside(spot.service, spot.living.table, scope, spot.since)
        return answering(request)


def _lists_what_is_removed(spot: Spot) -> Iterator[str]:
    spot.needs("list")
    if spot.resource.remove is None:
        raise NotPlantable("nothing of it can be removed")
    yield ""


def _still_listed(spot: Spot, request: Request, answering: Answerer) -> Answer:
    """Go on listing what was removed."""
    ghosts: list[Any] = spot.memory.setdefault("ghosts", [])
    remove = spot.resource.remove
    if remove is not None and spot.role_of(request) == (remove.path, remove.method):
        scope = spot.living.scope(spot.path_of(request))
        answer, bring_back = removing(spot.service, spot.living.table, scope, lambda: answering(request))
        if is_success(answer):
            ghosts.append(bring_back)
        return answer
    if not spot.is_of(request) or not ghosts:
        return answering(request)
    with undone(spot.service):
        for bring_back in ghosts:
            bring_back()
        return answering(request)


def _below(spot: Spot) -> Iterator[str]:
    spot.needs("list")
    parents = spot.service.collections.above(spot.resource)
    if not spot.resource.parent or parents is None:
        raise NotPlantable("it stands below nothing")
    if parents.list is None or parents.identity is None:
        raise NotPlantable("nothing lists what it stands below")
    yield ""


def _of_all(spot: Spot, request: Request, answering: Answerer) -> Answer:
    answer = answering(request)
    parents = spot.service.collections.above(spot.resource)
    if not is_success(answer) or parents is None or parents.list is None:
        return answer
    *outer, own = tuple(spot.path_of(request).values())
    above = identities(spot.document, parents, answering(asking(parents.list, outer, request)))
    for other in [one for one in above if one != own][:_LOOKED_AT]:
        there = answering(asking(spot.operation, [*outer, other], request))
        if is_success(there) and (more := items_in(spot, there)):
            return with_json(answer, put(json_of(answer), spot.items, [*items_in(spot, answer), more[-1]]))
    return answer


KINDS = (
    Kind("create-stores-nothing", "says that it made a thing, and did not", _creates, without_effect),
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
)
