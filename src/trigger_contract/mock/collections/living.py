"""One resource that lives: its things, and what each of its operations does to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Protocol

from trigger_contract.document.composition import View
from trigger_contract.document.identity import identity_of
from trigger_contract.document.listing import items_of
from trigger_contract.document.operations import Operation
from trigger_contract.document.pagination import pagination
from trigger_contract.document.resource import Action, Identity, Resource
from trigger_contract.document.wire import query_leaves
from trigger_contract.mock.collections.filtering import Filters
from trigger_contract.mock.collections.paging import Pager
from trigger_contract.mock.collections.shaping import Path, Shaper, take
from trigger_contract.mock.collections.sheet import Sheet, sheet, thing_view
from trigger_contract.mock.collections.table import Scope, Table, Thing
from trigger_contract.mock.collections.writing import Writer
from trigger_contract.mock.query import readings
from trigger_contract.mock.refusals import Refusals


class World(Protocol):
    """What one resource needs to know of all others."""

    document: Mapping[str, Any]
    refusals: Refusals
    shaper: Shaper

    def now(self) -> int:
        """Return the time in milliseconds."""

    def exists(self, name: str | None, scope: Scope) -> bool:
        """Whether a thing of a resource is there, named by its identity and what it stands below."""

    def may_be_listed(self, resource: Resource, scope: Scope) -> bool:
        """Whether a list right above a resource, whose things no path names, has what it stands below."""

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
        self.world = world
        self.shaper = world.shaper
        self.views = world.shaper.views
        self._sheets: dict[str, Sheet] = {}
        self._places: dict[str, Path | None] = {}
        self._above: dict[str, frozenset[str]] = {}
        self.items = (items_of(world.document, resource.list) if resource.list else None) or ()
        self._found = dict(self._gather())
        self.table = Table(
            resource,
            list(self._found.values()),
            self.shaper,
            list(self._examples()),
            lambda name, number: world.relation(resource, name, number),
            self._told_otherwise(),
        )
        self.writer = Writer(self.table, resource.status, resource.final)
        self.pager, self.filters = self._listing()

    def _told_otherwise(self) -> str | None:
        """Return the property that tells things apart where no path takes it, first what a cursor takes."""
        operation = self.resource.list
        form = pagination(self.world.document, operation) if operation is not None else None
        if form is not None and form.identity is not None:
            return form.identity
        for view in self._found.values() if operation is not None else ():
            name = identity_of(self.views, view)
            if name is not None and not {"enum", "const"} & self.shaper.declared(view)[name].keys():
                return name
        return None

    # What its operations say

    def sheet(self, operation: Operation) -> Sheet:
        """Return how one of its operations answers."""
        name = f"{operation.method} {operation.path}"
        if name not in self._sheets:
            create, remove = (
                same(operation, self.resource.create), same(operation, self.resource.remove)
            )  # fmt: skip
            preferred = ("201",) if create else ("204",) if remove else ()
            self._sheets[name] = sheet(self.world.document, operation, self.shaper.maker, *preferred)
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
                else self.shaper.place(schema, self.resource.schema, identity.field if identity else None)
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
                array = thing_view(self.shaper.maker, found.schema, self.items)
                view = self.views.items(array) if array is not None else None
            else:
                place = self.place(operation)
                view = thing_view(self.shaper.maker, found.schema, place) if place is not None else None
            if view is not None and self.shaper.names(view):
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
        document = self.world.document
        schema = self.sheet(operation).schema
        known = query_leaves(document, operation)
        pager = Pager(pagination(document, operation), self.shaper, schema, self.items, known)
        leaves = [leaf for leaf in known if leaf.name not in pager.names]
        array = thing_view(self.shaper.maker, schema, self.items)
        item = self.views.items(array) if array is not None else {}
        return pager, Filters(self.shaper, item, leaves)

    @cached_property
    def why_not(self) -> str | None:
        """Why the resource cannot live, or None where it can: what it would answer breaks nothing."""
        if not self._found:
            return "no answer shows one of its things as an object"
        maker = self.shaper.maker
        identity = self.resource.identity
        if identity is not None:
            made = str(self.table.identity((), 1))
            forms = readings(maker.judge.kinds(identity.schema), made)
            if not any(maker.judge.fits(identity.schema, form) for form in forms):
                return f"`{identity.field}`, {made!r} for example, is none that `{identity.parameter}` takes"
        for number in (0, 1):
            state = self.table.made(number, ("1",) * len(self.resource.parents))
            for view in self._found.values():
                if not maker.judge.fits(view, self.shaper.shape(view, state, number)):
                    fault = next(maker.judge.faults(view, self.shaper.shape(view, state, number)))
                    where = ".".join(map(str, fault.path)) or "the thing"
                    return f"nothing could be made that satisfies its schema: {where}: {fault.message[:100]}"
        return None

    def item_view(self) -> View:
        """Return the view of one item of the list."""
        operation = self.resource.list
        schema = self.sheet(operation).schema if operation is not None else None
        array = thing_view(self.shaper.maker, schema, self.items) if schema is not None else None
        return self.views.items(array) if array is not None else {}

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
        if not self.stands(scope):
            return None
        if identity is not None and identity.field != self.table.field and rest:
            things = self.table.things(scope).values()
            return next((one for one in things if str(one.state.get(identity.field)) == rest[0]), None)
        return self.table.get(scope, rest[0] if rest else "")

    def stands(self, scope: Scope) -> bool:
        """Whether what something stands below is there; of what is no resource, whether it may be there."""
        if not scope:
            return True
        return (
            all(map(self._may_be, self.resource.parents, scope))
            and self.world.exists(self.resource.parent, scope)
            and self.world.may_be_listed(self.resource, scope)
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
        if operation is None or not self.world.refusals.documents(operation, 404):
            return
        for one in operation.parameters:
            if one["in"] == "path" and one["name"] == parameter:
                view = self.views.view(one.get("schema") or {})
                shown = [one.get("example"), view.get("example"), *(view.get("examples") or ())]
                yield from (str(value) for value in shown if value is not None)


def action_of(resource: Resource, operation: Operation) -> Action | None:
    """Return the action that an operation is."""
    return next((action for action in resource.actions if same(action.operation, operation)), None)


def same(one: Operation, other: Operation | None) -> bool:
    """Whether two descriptions are of the same operation."""
    return other is not None and (one.path, one.method) == (other.path, other.method)


def identity_reason(identity: Identity | None) -> str:
    """Return how things are told from each other, in words."""
    return f"told by `{identity.field}`" if identity else "there is one"
