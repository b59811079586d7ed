"""What each operation of a resource answers, and what it does to the things."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from trigger_contract.document.composition import View
from trigger_contract.document.conjunction import types_of
from trigger_contract.document.operations import Operation, request_schema
from trigger_contract.document.resource import Action
from trigger_contract.document.words import flat
from trigger_contract.mock.collections.living import Living
from trigger_contract.mock.collections.shaping import put, same_name, take
from trigger_contract.mock.collections.sheet import Sheet, sheet, thing_view
from trigger_contract.mock.collections.table import Scope, Thing
from trigger_contract.mock.messages import Answer, Request
from trigger_contract.mock.query import Reading

_OLDEST_FIRST = re.compile(
    r"\b(?:oldest|earliest) (?:\w+ )?first\b|(?<!reverse )\bchronological\b|\bascending\b|\balphabetical",
    re.IGNORECASE,
)
ONCE = frozenset(("idempotencykey", "xidempotencykey", "deduplicationkey", "xidempotencytoken", "requestid"))
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


class Answering:
    """Answers the operations of one resource.

    Args:
        living: The resource's things and what its operations say.
    """

    def __init__(self, living: Living) -> None:
        self._living = living
        self.resource = living.resource
        self.table = living.table
        self._world = living.world
        self._shaper = living.shaper
        self._views = living.views
        self._envelopes: dict[str, Any] = {}
        self._once: dict[tuple[Scope, str], tuple[str, Thing]] = {}

    def list(self, operation: Operation, ask: Ask) -> Answer | None:
        """Answer with a page of the things that a query selects."""
        pager, filters = self._living.pager, self._living.filters
        if pager is None or filters is None:
            return None
        scope = self._living.scope(ask.path)
        if not self._living.stands(scope):
            return self.refuse(operation, (404,), "Not found")
        no_period = filters.unreadable(ask.reading.values)
        status = self._world.refusals.documented(operation, 400, 422)
        if no_period and status is not None:
            text = f"{no_period} is no period"
            details = [{**_detail(text), "path": [no_period]}]
            return self._world.refusals.answer(operation, status, text=text, details=details)
        found = self._living.sheet(operation)
        array = thing_view(self._shaper.maker, found.schema, self._living.items)
        item = self._views.items(array) if array is not None else {}
        things = list(self.table.things(scope).values())
        states = [self._shown(thing, item) for thing in things]
        known = {id(state): thing for state, thing in zip(states, things, strict=True)}
        if not _OLDEST_FIRST.search(_texts(operation)):
            states.reverse()  # as lists are, where nothing is said
        states = filters.ordered(states, ask.reading.values)
        chosen = [known[id(state)] for state in filters.select(states, ask.reading.values, self._world.now())]
        among = [known[id(state)] for state in states]
        page = pager.cut(chosen, among, ask.reading, ask.request.query)
        if page is None:
            if self._world.refusals.documented(operation, 400, 422) is not None:
                return self.refuse(operation, (400, 422), "Invalid cursor")
            page = pager.start(chosen, ask.reading)
        items = [self._shown(thing, item) for thing in page.things]
        address = _address(ask.request)
        link = pager.links(page, address, ask.request.query)
        body = pager.write(page, items, address, ask.request.query)
        return self._judged(found, body, *([(b"link", link)] if link else ()))

    def read(self, operation: Operation, ask: Ask) -> Answer | None:
        """Answer with one thing."""
        thing = self._living.find(ask.path)
        if thing is None:
            return self._not_there(operation, ask)
        return self.one(operation, thing)

    def create(self, operation: Operation, ask: Ask) -> Answer | None:
        """Make a thing, or answer with the one that was made with the same key before."""
        scope = self._living.scope(ask.path)
        if not self._living.stands(scope):
            return self.refuse(operation, (404,), "Not found")
        members, body = self._members(operation, ask.body)
        once = self._key(operation, ask, members)
        sent = json.dumps([members, list(ask.path.values())], sort_keys=True)
        if once is not None and (known := self._once.get((scope, once))) is not None:
            before, thing = known
            if self.table.get(scope, thing.key) is thing:
                if before != sent and self._world.refusals.documents(operation, 409):
                    return self.refuse(operation, (409,), "The key was used for another request")
                return self.one(operation, thing)
        number = self.table.next_number()
        now = self._world.now()
        state = self._living.writer.fresh(members, body, scope, number, now)
        key = self._new_key(state, scope, number)
        if key in self.table.things(scope) and self._world.refusals.documents(operation, 409):
            return self.refuse(operation, (409,), "It exists already")
        thing = self.table.add(scope, state, key, number)
        if once is not None:
            self._once[scope, once] = (sent, thing)
        return self.one(operation, thing, *self._location(operation, ask, key))

    def replace(self, operation: Operation, ask: Ask) -> Answer | None:
        """Put what was sent in the place of what may be sent."""
        members, body = self._members(operation, ask.body)
        thing = self._living.find(ask.path)
        if thing is None:
            return self._put_new(operation, ask, members, body)
        self._living.writer.replaced(thing, members, body, self._world.now())
        return self.one(operation, thing)

    def change(self, operation: Operation, ask: Ask) -> Answer | None:
        """Change what was sent and nothing else."""
        thing = self._living.find(ask.path)
        if thing is None:
            return self._not_there(operation, ask)
        members, _ = self._members(operation, ask.body)
        media = ask.request.headers.get(b"content-type", b"").decode("latin-1").split(";")[0]
        self._living.writer.changed(
            thing, members, self._world.now(), deep=media.strip().lower().endswith(_DEEP)
        )
        return self.one(operation, thing)

    def remove(self, operation: Operation, ask: Ask) -> Answer | None:
        """Remove a thing and what stands below it."""
        thing = self._living.find(ask.path)
        if thing is None:
            documented = self._world.refusals.documents(operation, 404)
            if documented or not self._living.stands(self._living.scope(ask.path)):
                return self.refuse(operation, (404,), "Not found")
            return None  # documented for what is there, and for what is not there any more
        self.table.remove(thing)
        self._world.removed(self.resource, (*thing.scope, thing.key))
        return self.one(operation, thing)

    def act(self, action: Action, ask: Ask) -> Answer | None:
        """Do to a thing what an action promises."""
        thing = self._living.find(ask.path, action.identity)
        if thing is None:
            return self._not_there(action.operation, ask)
        body = ask.body if isinstance(ask.body, Mapping) else {}
        self._living.writer.acted(thing, action, body, self._world.now())
        return self.one(action.operation, thing)

    def refuse(self, operation: Operation, statuses: tuple[int, ...], text: str) -> Answer:
        """Answer with the first of these statuses that is documented, else with the first."""
        refusals = self._world.refusals
        status = refusals.documented(operation, *statuses) or statuses[0]
        return refusals.answer(operation, status, text=text, details=[_detail(text)])

    # Inside

    def _not_there(self, operation: Operation, ask: Ask) -> Answer | None:
        """Answer for a thing that is not there.

        An operation that knows no 404 is asked for any name, where no list tells which names there are.
        """
        values = tuple(ask.path.values())
        above = len(self.resource.parents)
        was = bool(values[above:]) and self.table.was_there(values[:above], values[above])
        refusals = self._world.refusals
        # A list, or what it stands below, tells which there are.
        is_told = operation.method == "get" and (
            self.resource.list is not None or not self._living.stands(self._living.scope(ask.path))
        )
        if was or is_told or refusals.documents(operation, 404) or refusals.documents(operation, 410):
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
        if "201" not in responses or not rest or not self._living.stands(scope):
            return self._not_there(operation, ask)
        number = self.table.next_number()
        state = self._living.writer.fresh(members, body, scope, number, self._world.now())
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
            if parameter["in"] == "header" and flat(parameter["name"]) in ONCE:
                given = ask.request.headers.get(str(parameter["name"]).lower().encode())
                if given:
                    return given.decode("latin-1")
        for name, value in members.items():
            if flat(name) in ONCE and isinstance(value, str):
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
        if any(name == b"location" for name, _ in self._living.sheet(operation).headers):
            yield b"location", f"{_address(ask.request)}/{key}".encode("latin-1", "replace")

    def _shown(self, thing: Thing, view: View) -> Any:
        if id(view) not in thing.shown:
            thing.shown[id(view)] = self._shaper.shape(view, thing.state, thing.number)
        return thing.shown[id(view)]

    def _body(self, operation: Operation, found: Sheet, thing: Thing) -> Any:
        place = self._living.place(operation)
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

    def one(self, operation: Operation, thing: Thing, *headers: tuple[bytes, bytes]) -> Answer | None:
        """Answer an operation with one thing; None where that would break the document."""
        found = self._living.sheet(operation)
        return self._judged(found, self._body(operation, found, thing), *headers)

    def _judged(self, found: Sheet, body: Any, *headers: tuple[bytes, bytes]) -> Answer | None:
        """Return an answer, or None where it would break the document: the one of the schema does not."""
        if found.schema is not None and not self._shaper.maker.judge.fits(found.schema, body):
            return None
        return found.answer(body, *headers)


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
