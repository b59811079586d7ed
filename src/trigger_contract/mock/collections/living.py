"""One resource that lives: its things, and what each of its operations does to them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple, Protocol

from trigger_contract.document.composition import View
from trigger_contract.document.conjunction import types_of
from trigger_contract.document.listing import items_of
from trigger_contract.document.operations import Operation, request_schema
from trigger_contract.document.pagination import pagination
from trigger_contract.document.resource import Action, Identity, Resource
from trigger_contract.document.wire import query_leaves
from trigger_contract.document.words import flat
from trigger_contract.mock.collections.filtering import Filters
from trigger_contract.mock.collections.paging import Pager
from trigger_contract.mock.collections.shaping import Path, Shaper, put, same_name, take
from trigger_contract.mock.collections.sheet import Sheet, sheet, thing_view
from trigger_contract.mock.collections.table import Scope, Table, Thing
from trigger_contract.mock.collections.writing import Writer
from trigger_contract.mock.messages import Answer, Request
from trigger_contract.mock.query import Reading, readings
from trigger_contract.mock.refusals import Refusals

_OLDEST_FIRST = re.compile(
    r"\b(?:oldest|earliest) (?:\w+ )?first\b|(?<!reverse )\bchronological\b|\bascending\b|\balphabetical",
    re.IGNORECASE,
)
_ONCE = frozenset(("idempotencykey", "xidempotencykey", "deduplicationkey", "xidempotencytoken", "requestid"))
_DEEP = ("merge-patch+json", "vnd.api+json")


class Ask(NamedTuple):
    """A request that was let in and breaks nothing the document says.

    Attributes:
        request: The request.
        path: The values of its path, in their order.
        reading: Its query.
        body: Its JSON body; None where there is none.
    """

    request: Request
    path: Mapping[str, str]
    reading: Reading
    body: Any


Handler = Callable[[Ask], Answer | None]
"""Answers a request, or returns None where the answer made of the schema alone is the better one."""


class World(Protocol):
    """What one resource needs to know of all others."""

    document: Mapping[str, Any]
    refusals: Refusals
    shaper: Shaper

    def now(self) -> int:
        """Return the time in milliseconds."""

    def exists(self, name: str | None, scope: Scope) -> bool:
        """Whether a thing of a resource is there, named by its identity and what it stands below."""

    def removed(self, resource: Resource, scope: Scope) -> None:
        """Remove what stands below a thing."""

    def relation(self, resource: Resource, name: str, number: int) -> Any:
        """Return the identity that a property of this name takes over from another resource."""


class Living:
    """The things of one resource and the operations on them.

    Args:
        resource: The resource.
        world: All others.
    """

    def __init__(self, resource: Resource, world: World) -> None:
        self.resource = resource
        self._world = world
        self._shaper = world.shaper
        self._views = world.shaper.views
        self._sheets: dict[str, Sheet] = {}
        self._places: dict[str, Path | None] = {}
        self._above: dict[str, frozenset[str]] = {}
        self._envelopes: dict[str, Any] = {}
        self._once: dict[tuple[Scope, str], tuple[str, Thing]] = {}
        self.items = (items_of(world.document, resource.list) if resource.list else None) or ()
        self._found = dict(self._gather())
        self.table = Table(
            resource,
            list(self._found.values()),
            self._shaper,
            list(self._examples()),
            lambda name, number: world.relation(resource, name, number),
        )
        self.writer = Writer(self.table, resource.status, resource.final)
        self.pager, self.filters = self._listing()

    # What its operations say

    def sheet(self, operation: Operation) -> Sheet:
        """Return how one of its operations answers."""
        name = f"{operation.method} {operation.path}"
        if name not in self._sheets:
            create, remove = (
                same(operation, self.resource.create), same(operation, self.resource.remove)
            )  # fmt: skip
            preferred = ("201",) if create else ("204",) if remove else ()
            self._sheets[name] = sheet(self._world.document, operation, self._shaper.maker, *preferred)
        return self._sheets[name]

    def place(self, operation: Operation) -> Path | None:
        """Return where the thing stands in the answer of an operation that answers with one."""
        name = f"{operation.method} {operation.path}"
        if name not in self._places:
            schema = self.sheet(operation).schema
            identity = self.resource.identity
            self._places[name] = (
                self.resource.item_in_answer
                if same(operation, self.resource.read)
                else None
                if schema is None
                else self._shaper.place(schema, self.resource.schema, identity.field if identity else None)
            )
        return self._places[name]

    def _gather(self) -> Iterator[tuple[int, View]]:
        resource = self.resource
        for operation in (resource.read, resource.list, resource.create, resource.replace, resource.change):
            if operation is None:
                continue
            found = self.sheet(operation)
            if found.schema is None:
                continue
            if operation is resource.list:
                array = thing_view(self._shaper.maker, found.schema, self.items)
                view = self._views.items(array) if array is not None else None
            else:
                place = self.place(operation)
                view = thing_view(self._shaper.maker, found.schema, place) if place is not None else None
            if view is not None and self._shaper.names(view):
                yield id(view), view

    def _examples(self) -> Iterator[Mapping[str, Any]]:
        resource = self.resource
        for operation in (resource.read, resource.list, resource.create):
            if operation is None:
                continue
            for shown in self.sheet(operation).shown:
                if operation is resource.list:
                    items = take(shown, self.items) if self.items else shown
                    yield from (item for item in items or () if isinstance(item, Mapping))
                elif isinstance(item := take(shown, self.place(operation) or ()), Mapping):
                    yield item

    def _listing(self) -> tuple[Pager | None, Filters | None]:
        operation = self.resource.list
        if operation is None or self.sheet(operation).schema is None:
            return None, None
        document = self._world.document
        schema = self.sheet(operation).schema
        pager = Pager(pagination(document, operation), self._shaper, schema, self.items)
        leaves = [leaf for leaf in query_leaves(document, operation) if leaf.name not in pager.names]
        array = thing_view(self._shaper.maker, schema, self.items)
        item = self._views.items(array) if array is not None else {}
        return pager, Filters(self._shaper, item, leaves)

    @cached_property
    def why_not(self) -> str | None:
        """Why the resource cannot live, or None where it can: what it would answer breaks nothing."""
        if not self._found:
            return "no answer shows one of its things as an object"
        maker = self._shaper.maker
        identity = self.resource.identity
        if identity is not None:
            made = str(self.table.identity((), 1))
            forms = readings(maker.judge.kinds(identity.schema), made)
            if not any(maker.judge.fits(identity.schema, form) for form in forms):
                return f"`{identity.field}`, {made!r} for example, is none that `{identity.parameter}` takes"
        for number in (0, 1, 2):
            state = self.table.made(number, ("1",) * len(self.resource.parents))
            for view in self._found.values():
                if not maker.judge.fits(view, self._shaper.shape(view, state, number)):
                    fault = next(maker.judge.faults(view, self._shaper.shape(view, state, number)))
                    where = ".".join(map(str, fault.path)) or "the thing"
                    return f"nothing could be made that satisfies its schema: {where}: {fault.message[:100]}"
        return None

    # Finding

    def scope(self, path: Mapping[str, str]) -> Scope:
        """Return what the things of a path stand below."""
        return tuple(path.values())[: len(self.resource.parents)]

    def find(self, path: Mapping[str, str], identity: Identity | None = None) -> Thing | None:
        """Return the thing that a path names, if it is there.

        Args:
            path: The values of the path.
            identity: How the path names it, where that is not how all others do.
        """
        values = tuple(path.values())
        above = len(self.resource.parents)
        scope, rest = values[:above], values[above:]
        if not self._stands(scope):
            return None
        if identity is not None and identity.field != self.table.field and rest:
            things = self.table.things(scope).values()
            return next((one for one in things if str(one.state.get(identity.field)) == rest[0]), None)
        return self.table.get(scope, rest[0] if rest else "")

    def _stands(self, scope: Scope) -> bool:
        """Whether what something stands below is there; of what is no resource, whether it may be there."""
        if not scope:
            return True
        return all(map(self._may_be, self.resource.parents, scope)) and self._world.exists(
            self.resource.parent, scope
        )

    def _may_be(self, parameter: str, text: str) -> bool:
        """Whether what no operation lists or reads is there: the document's examples, where it has a 404."""
        if self.resource.parent is not None:
            return True
        if parameter not in self._above:
            self._above[parameter] = frozenset(self._examples_above(parameter))
        return not self._above[parameter] or text in self._above[parameter]

    def _examples_above(self, parameter: str) -> Iterator[str]:
        operation = self.resource.list or self.resource.create or self.resource.read
        if operation is None or not self._world.refusals.documents(operation, 404):
            return
        for one in operation.parameters:
            if one["in"] == "path" and one["name"] == parameter:
                view = self._views.view(one.get("schema") or {})
                shown = [one.get("example"), view.get("example"), *(view.get("examples") or ())]
                yield from (str(value) for value in shown if value is not None)

    # Answering

    def list(self, ask: Ask) -> Answer | None:
        """Answer with a page of the things that a query selects."""
        operation, pager, filters = self.resource.list, self.pager, self.filters
        if operation is None or pager is None or filters is None:
            return None
        scope = self.scope(ask.path)
        if not self._stands(scope):
            return self.refuse(operation, (404,), "Not found")
        found = self.sheet(operation)
        array = thing_view(self._shaper.maker, found.schema, self.items)
        item = self._views.items(array) if array is not None else {}
        things = list(self.table.things(scope).values())
        states = [self._shown(thing, item) for thing in things]
        known = {id(state): thing for state, thing in zip(states, things, strict=True)}
        if not _OLDEST_FIRST.search(_texts(operation)):
            states.reverse()  # as lists are, where nothing is said
        chosen = [known[id(state)] for state in filters.select(states, ask.reading.values, self._world.now())]
        page = pager.cut(chosen, ask.reading, ask.request.query)
        if page is None:
            if self._world.refusals.documented(operation, 400, 422) is not None:
                return self.refuse(operation, (400, 422), "Invalid cursor")
            page = pager.start(chosen, ask.reading)
        items = [self._shown(thing, item) for thing in page.things]
        address = _address(ask.request)
        link = pager.links(page, address, ask.request.query)
        body = pager.write(page, items, address, ask.request.query)
        return self._judged(found, body, *([(b"link", link)] if link else ()))

    def read(self, ask: Ask) -> Answer | None:
        """Answer with one thing."""
        operation = self.resource.read
        thing = self.find(ask.path)
        if operation is None:
            return None
        if thing is None:
            return self._not_there(operation, ask)
        return self._one(operation, thing)

    def create(self, ask: Ask) -> Answer | None:
        """Make a thing, or answer with the one that was made with the same key before."""
        operation = self.resource.create
        if operation is None:
            return None
        scope = self.scope(ask.path)
        if not self._stands(scope):
            return self.refuse(operation, (404,), "Not found")
        members, body = self._members(operation, ask.body)
        once = self._key(operation, ask, members)
        sent = json.dumps([members, list(ask.path.values())], sort_keys=True)
        if once is not None and (known := self._once.get((scope, once))) is not None:
            before, thing = known
            if self.table.get(scope, thing.key) is thing:
                if before != sent and self._world.refusals.documents(operation, 409):
                    return self.refuse(operation, (409,), "The key was used for another request")
                return self._one(operation, thing)
        number = self.table.next_number()
        now = self._world.now()
        state = self.writer.fresh(members, body, scope, number, now)
        key = self._new_key(state, scope, number)
        if key in self.table.things(scope) and self._world.refusals.documents(operation, 409):
            return self.refuse(operation, (409,), "It exists already")
        thing = self.table.add(scope, state, key, number)
        if once is not None:
            self._once[scope, once] = (sent, thing)
        return self._one(operation, thing, *self._location(operation, ask, key))

    def replace(self, ask: Ask) -> Answer | None:
        """Put what was sent in the place of what may be sent."""
        operation = self.resource.replace
        if operation is None:
            return None
        members, body = self._members(operation, ask.body)
        thing = self.find(ask.path)
        if thing is None:
            return self._put_new(operation, ask, members, body)
        self.writer.replaced(thing, members, body, self._world.now())
        return self._one(operation, thing)

    def change(self, ask: Ask) -> Answer | None:
        """Change what was sent and nothing else."""
        operation = self.resource.change
        thing = self.find(ask.path)
        if operation is None:
            return None
        if thing is None:
            return self._not_there(operation, ask)
        members, _ = self._members(operation, ask.body)
        media = ask.request.headers.get(b"content-type", b"").decode("latin-1").split(";")[0]
        self.writer.changed(thing, members, self._world.now(), deep=media.strip().lower().endswith(_DEEP))
        return self._one(operation, thing)

    def remove(self, ask: Ask) -> Answer | None:
        """Remove a thing and what stands below it."""
        operation = self.resource.remove
        if operation is None:
            return None
        thing = self.find(ask.path)
        if thing is None:
            documented = self._world.refusals.documents(operation, 404)
            if documented or not self._stands(self.scope(ask.path)):
                return self.refuse(operation, (404,), "Not found")
            return None  # documented for what is there, and for what is not there any more
        self.table.remove(thing)
        self._world.removed(self.resource, (*thing.scope, thing.key))
        return self._one(operation, thing)

    def act(self, action: Action, ask: Ask) -> Answer | None:
        """Do to a thing what an action promises."""
        thing = self.find(ask.path, action.identity)
        if thing is None:
            return self._not_there(action.operation, ask)
        body = ask.body if isinstance(ask.body, Mapping) else {}
        self.writer.acted(thing, action, body, self._world.now())
        return self._one(action.operation, thing)

    def refuse(self, operation: Operation, statuses: tuple[int, ...], text: str) -> Answer:
        """Answer with the first of these statuses that is documented, else with the first."""
        refusals = self._world.refusals
        status = refusals.documented(operation, *statuses) or statuses[0]
        return refusals.answer(operation, status, text=text, details=[_detail(text)])

    # Inside

    def _not_there(self, operation: Operation, ask: Ask) -> Answer | None:
        """Answer for a thing that is not there; an operation that knows no 404 is asked for any name."""
        values = tuple(ask.path.values())
        above = len(self.resource.parents)
        was = bool(values[above:]) and self.table.was_there(values[:above], values[above])
        refusals = self._world.refusals
        if was or refusals.documents(operation, 404) or refusals.documents(operation, 410):
            return self.refuse(operation, (404, 410), "Not found")
        return None

    def _put_new(
        self, operation: Operation, ask: Ask, members: Mapping[str, Any], body: View
    ) -> Answer | None:
        """Make what a PUT names and is not there, where the document says that it does so."""
        responses = operation.definition.get("responses") or {}
        values = tuple(ask.path.values())
        scope, rest = values[: len(self.resource.parents)], values[len(self.resource.parents) :]
        if "201" not in responses and "404" in responses:
            return self.refuse(operation, (404,), "Not found")
        if "201" not in responses or not rest or not self._stands(scope):
            return self._not_there(operation, ask)
        number = self.table.next_number()
        state = self.writer.fresh(members, body, scope, number, self._world.now())
        if self.table.field is not None:
            view = self.table.identity_view
            state[self.table.field] = int(rest[0]) if "integer" in types_of(view) else rest[0]
        thing = self.table.add(scope, state, rest[0], number)
        found = sheet(self._world.document, operation, self._shaper.maker, "201")
        return self._judged(found, self._body(operation, found, thing))

    def _members(self, operation: Operation, body: Any) -> tuple[dict[str, Any], View]:
        """Return what was sent of a thing but for read-only members, and the view of what may be sent."""
        schema = request_schema(self._world.document, operation)
        if schema is None:
            return (dict(body) if isinstance(body, Mapping) else {}), {}
        place = self._shaper.place(schema, self.resource.schema) or ()
        sent = take(body, place) if place else body
        found: View = {}
        for alternative in self._views.alternatives(schema):
            view = self._views.at(alternative, place)
            if view is not None and (not found or set(sent or ()) <= self._shaper.names(view)):
                found = view
        declared = self._shaper.declared(found)
        sent = sent if isinstance(sent, Mapping) else {}
        kept = {
            name: value for name, value in sent.items() if declared.get(name, {}).get("readOnly") is not True
        }
        return kept, found

    def _key(self, operation: Operation, ask: Ask, members: Mapping[str, Any]) -> str | None:
        for parameter in operation.parameters:
            if parameter["in"] == "header" and flat(parameter["name"]) in _ONCE:
                given = ask.request.headers.get(str(parameter["name"]).lower().encode())
                if given:
                    return given.decode("latin-1")
        for name, value in members.items():
            if flat(name) in _ONCE and isinstance(value, str):
                return value
        return None

    def _new_key(self, state: dict[str, Any], scope: Scope, number: int) -> str:
        """Give a new thing its identity; one that the caller chose may be taken."""
        field = self.table.field
        if field is None:
            return str(number)
        things = self.table.things(scope)
        if (own := same_name(field, state)) is not None and state[own] is not None:
            return str(state[own])
        for turn in range(number, number + 1000):
            made = self.table.identity(scope, turn)
            if str(made) not in things:
                state[field] = made
                return str(made)
        return str(number)

    def _location(self, operation: Operation, ask: Ask, key: str) -> Iterator[tuple[bytes, bytes]]:
        if any(name == b"location" for name, _ in self.sheet(operation).headers):
            yield b"location", f"{_address(ask.request)}/{key}".encode("latin-1", "replace")

    def _shown(self, thing: Thing, view: View) -> Any:
        if id(view) not in thing.shown:
            thing.shown[id(view)] = self._shaper.shape(view, thing.state, thing.number)
        return thing.shown[id(view)]

    def _body(self, operation: Operation, found: Sheet, thing: Thing) -> Any:
        place = self.place(operation)
        maker = self._shaper.maker
        if found.schema is None:
            return None
        if place is None:
            return maker.make(found.schema, 0)
        view = thing_view(maker, found.schema, place)
        shown = self._shown(thing, view if view is not None else {})
        if not place:
            return shown
        name = f"{operation.method} {operation.path}"
        if name not in self._envelopes:
            self._envelopes[name] = maker.make(found.schema, 0)
        return put(self._envelopes[name], place, shown)

    def _one(self, operation: Operation, thing: Thing, *headers: tuple[bytes, bytes]) -> Answer | None:
        found = self.sheet(operation)
        return self._judged(found, self._body(operation, found, thing), *headers)

    def _judged(self, found: Sheet, body: Any, *headers: tuple[bytes, bytes]) -> Answer | None:
        """Return an answer, or None where it would break the document: the one of the schema does not."""
        if found.schema is not None and not self._shaper.maker.judge.fits(found.schema, body):
            return None
        return found.answer(body, *headers)


def action_of(resource: Resource, operation: Operation) -> Action | None:
    """Return the action that an operation is."""
    return next((action for action in resource.actions if same(action.operation, operation)), None)


def same(one: Operation, other: Operation | None) -> bool:
    """Whether two descriptions are of the same operation."""
    return other is not None and (one.path, one.method) == (other.path, other.method)


def identity_reason(identity: Identity | None) -> str:
    """Return how things are told from each other, in words."""
    return f"told by `{identity.field}`" if identity else "there is one"


def _texts(operation: Operation) -> str:
    definition = operation.definition
    responses = definition.get("responses") or {}
    said = [response.get("description") for response in responses.values() if isinstance(response, Mapping)]
    return " ".join(
        str(text or "") for text in (definition.get("summary"), definition.get("description"), *said)
    )


def _detail(text: str) -> dict[str, Any]:
    return {"code": "custom", "message": text, "path": ["body"]}


def _address(request: Request) -> str:
    host = request.headers.get(b"host", b"127.0.0.1").decode("latin-1")
    return f"http://{host}{request.path.decode('latin-1')}"
