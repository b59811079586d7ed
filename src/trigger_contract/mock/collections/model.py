"""All resources of a document, alive: which operation is answered by which, and how they belong together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from trigger_contract.document.identity import identity_of
from trigger_contract.document.operations import Operation, operations
from trigger_contract.document.promises import promise
from trigger_contract.document.resource import Resource
from trigger_contract.document.resources import resources
from trigger_contract.document.words import flat, singular
from trigger_contract.mock.collections.answering import Answering, Ask, Handler
from trigger_contract.mock.collections.living import Living, action_of, identity_reason, same
from trigger_contract.mock.collections.loading import Loader
from trigger_contract.mock.collections.making import Maker
from trigger_contract.mock.collections.shaping import Shaper
from trigger_contract.mock.collections.table import Scope
from trigger_contract.mock.judging import Judge
from trigger_contract.mock.messages import Answer, Request
from trigger_contract.mock.query import Reading
from trigger_contract.mock.refusals import Refusals


@dataclass(frozen=True)
class Told:
    """What one operation does in the mock.

    Attributes:
        operation: The operation.
        alive: Whether it keeps or shows state.
        how: What it does, or why it does nothing but answer from its schema.
    """

    operation: Operation
    alive: bool
    how: str


class Collections:
    """The things of a document's resources.

    Args:
        document: The OpenAPI document.
        refusals: Writes errors.
        now: Returns the time in milliseconds.
        foreign: For resources that something else keeps: whether one of theirs is there, by its identity.
        data: Things that take the place of the seeded ones; see ``loading``.
    """

    def __init__(
        self,
        document: Mapping[str, Any],
        refusals: Refusals,
        now: Callable[[], int],
        foreign: Callable[[Resource], Callable[[str], bool] | None] = lambda _: None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        self.document = document
        self.refusals = refusals
        self.now = now
        self.shaper = Shaper(Maker(document, Judge(document, sent=False), now()))
        self._resources = resources(document)
        self._foreign = {
            resource.name: known
            for resource in self._resources.all
            if (known := foreign(resource)) is not None
        }
        self._living: dict[str, Living] = {}
        self._answering: dict[str, Answering] = {}
        self._data = data
        self._identities: dict[str, Resource] | None = None
        self._items: dict[str | None, Resource] | None = None
        self.load()

    def handler(self, operation: Operation) -> Handler | None:
        """Return what answers an operation from the state of its resource; None where nothing does."""
        resource = self._resources.of(operation)
        role = self._resources.role(operation)
        if resource is None or role in (None, "other") or resource.name in self._foreign:
            return None
        living = self.living(resource)
        if living.why_not is not None:
            return None
        answering = self._answering.get(resource.name)
        if answering is None:
            answering = self._answering[resource.name] = Answering(living)
        if role == "action":
            action = action_of(resource, operation)
            return partial(answering.act, action) if action is not None else None
        handlers: dict[str | None, Callable[[Operation, Ask], Answer | None]] = {
            "list": answering.list, "create": answering.create, "read": answering.read,
            "replace": answering.replace, "change": answering.change, "remove": answering.remove,
        }  # fmt: skip
        return partial(handlers[role], operation)

    def answer(
        self, operation: Operation, request: Request, path: Mapping[str, str], reading: Reading, body: Any
    ) -> Answer | None:
        """Answer a request that was judged; None where no state of a resource does."""
        handler = self.handler(operation)
        return handler(Ask(request, path, reading, body)) if handler is not None else None

    def beginnings(self, operation: Operation) -> dict[str, str]:
        """Return what values of a path begin with, by their parameter, where no resource has them as ids."""
        resource = self._resources.of(operation)
        if resource is not None and resource.parent is not None:
            return {}
        known = resource.identity.parameter if resource is not None and resource.identity else None
        named = [one for one in operation.parameters if one["in"] == "path" and one["name"] != known]
        if not named:
            return {}
        found = ((one["name"], promise(self.document, one, "prefix")) for one in named)
        return {name: str(begins["text"]) for name, begins in found if begins is not None}

    def role(self, operation: Operation) -> str | None:
        """Return what an operation is for its resource."""
        return self._resources.role(operation)

    def alive(self, operation: Operation) -> Living | None:
        """Return the things that an operation shows or changes; None where it keeps no state."""
        resource = self._resources.of(operation)
        if resource is None or self.handler(operation) is None:
            return None
        return self.living(resource)

    def keeps(self, operation: Operation) -> bool:
        """Whether an operation answers the same question alike while nothing is written, at any time."""
        resource = self._resources.of(operation)
        if resource is None or resource.name in self._foreign:
            return False
        if not same(operation, resource.list):
            return same(operation, resource.read)
        filters = self.living(resource).filters
        return filters is None or all(one.test != "period" for one in filters.all.values())

    def living(self, resource: Resource) -> Living:
        """Return the things of a resource."""
        if resource.name not in self._living:
            self._living[resource.name] = Living(resource, self)
        return self._living[resource.name]

    def clear(self) -> None:
        """Forget all that was written; what is asked for is seeded again."""
        self._living.clear()
        self._answering.clear()
        self.shaper = Shaper(Maker(self.document, self.shaper.maker.judge, self.now()))
        self.load()

    def kept(self) -> Callable[[], None]:
        """Remember all things as they are; what is returned brings them back."""
        living = dict(self._living)
        tables = [one.table.kept() for one in living.values()]

        def bring_back() -> None:
            # What was first asked for since then is seeded again.
            for name in self._living.keys() - living.keys():
                self._answering.pop(name, None)
            self._living = living
            for table in tables:
                table()

        return bring_back

    def load(self) -> None:
        """Put the things of a file in the place of seeded ones.

        Raises:
            UserError: One of them breaks the document.
        """
        if self._data is not None:
            self._loader().load(self._data)

    def give(self, data: Mapping[str, Any]) -> None:
        """Put things beside those that are there.

        Raises:
            UserError: One of them breaks the document.
        """
        self._loader().load(data, beside=True)

    def _loader(self) -> Loader:
        own = [one for one in self._resources.all if one.name not in self._foreign]
        return Loader(own, self.living, self.exists)

    # How resources belong together

    def exists(self, name: str | None, scope: Scope) -> bool:
        """Whether a thing of a resource is there, named by its identity and what it stands below.

        What is not known as a resource is taken to be there.
        """
        if name in self._foreign:
            return self._foreign[str(name)](scope[-1])
        resource = self._resources.named(name) if name else None
        if resource is None or len(scope) <= len(resource.parents):
            return True
        scope = scope[: len(resource.parents) + 1]  # what stands deeper may be no resource
        living = self.living(resource)
        if living.why_not is not None or not (resource.list or resource.read):
            return True
        if scope[:-1] and not self.exists(resource.parent, scope[:-1]):
            return False
        return living.table.get(scope[:-1], scope[-1]) is not None

    def may_be_listed(self, resource: Resource, scope: Scope) -> bool:
        """Whether a list right above a resource, whose things no path names, has what it stands below."""
        parameter = resource.parents[-1]
        above, braced, _ = resource.path.partition("/{" + parameter + "}")
        listing = next((one for one in self._resources.all if one.path == above and one.list), None)
        if listing is None or listing.name in self._foreign or listing.item_path == above + braced:
            return True
        living = self.living(listing)
        noun = above.rpartition("/")[2]
        field = identity_of(self.shaper.views, living.item_view(), parameter, noun)
        if field is None or living.why_not is not None or len(scope) != len(listing.parents) + 1:
            return True
        things = living.table.things(scope[:-1]).values()
        return any(str(thing.state.get(field)) == scope[-1] for thing in things)

    def stands(self, operation: Operation, path: Mapping[str, str]) -> bool:
        """Whether what an operation without state stands below is there, as far as that is known.

        Args:
            operation: The operation.
            path: The values of its path, in their order.
        """
        if self._items is None:
            self._items = {resource.item_path: resource for resource in self._resources.all}
        values = tuple(path.values())
        parts = operation.path.split("/")
        for end in range(len(parts) - 1, 0, -1):
            above = self._items.get("/".join(parts[:end]))
            if above is not None and above.identity is not None:
                return self.exists(above.name, values[: len(above.parents) + 1])
        return True

    def above(self, resource: Resource) -> Resource | None:
        """Return what things of a resource stand below."""
        return self._resources.named(resource.parent) if resource.parent else None

    def removed(self, resource: Resource, scope: Scope) -> None:
        """Remove what stands below a thing that is gone."""
        for other in self._resources.all:
            if other.parent == resource.name and other.name not in self._foreign:
                self.living(other).table.remove_below(scope)
                self.removed(other, scope)

    def relation(self, resource: Resource, name: str, number: int) -> Any:
        """Return an identity of the resource that a property is named after, ``productId`` of products."""
        if self._identities is None:
            self._identities = {}
            for other in self._resources.all:
                if other.identity is None or other.parents or not other.list or other.name in self._foreign:
                    continue
                noun = flat(singular(other.name.split(".")[-1]))
                for plain in (noun + flat(other.identity.field), flat(other.identity.parameter)):
                    if plain not in ("id", "name", "key", "slug"):
                        self._identities.setdefault(plain, other)
        found = self._identities.get(flat(name))
        if found is None or found.name == resource.name or found.identity is None:
            return None
        living = self._living.get(found.name) or self.living(found)
        return living.table.identity((), number % 10)

    # Telling

    def things(self) -> dict[str, int]:
        """Return how many things each resource has, as far as it was asked for."""
        return {name: living.table.total() for name, living in self._living.items()}

    def explain(self) -> list[Told]:
        """Return what each operation does, in the order of the document."""
        reasons = {
            (operation.path, operation.method): reason for operation, reason in self._resources.unplaced
        }
        return [self._tell(operation, reasons) for operation in operations(self.document)]

    def _tell(self, operation: Operation, reasons: Mapping[tuple[str, str], str]) -> Told:
        resource, role = self._resources.of(operation), self._resources.role(operation)
        if resource is None:
            return Told(
                operation, False, reasons.get((operation.path, operation.method), "belongs to no thing")
            )
        if resource.name in self._foreign:
            return Told(operation, True, f"{role} of {resource.name}, from the mock's own runs")
        living = self.living(resource)
        if living.why_not is not None:
            return Told(operation, False, f"{role} of {resource.name}: {living.why_not}")
        if self.handler(operation) is None:
            return Told(
                operation, False, f"stands at {resource.name}, and its form does not say what it does"
            )
        return Told(operation, True, f"{role} of {resource.name}{_more(living, role, operation)}")


def _more(living: Living, role: str | None, operation: Operation) -> str:
    if role == "list" and living.pager is not None and living.filters is not None:
        form = living.pager.form
        parts = [f"pages by {form.kind}" if form else "all at once"]
        if living.filters.all:
            parts.append(f"filters {', '.join(map(str, living.filters.all.values()))}")
        if living.filters.unknown:
            parts.append(f"nothing is done with {', '.join(living.filters.unknown)}")
        return f": {'; '.join(parts)}"
    if role == "action":
        action = action_of(living.resource, operation)
        sets = living.writer.effect(action) if action is not None else None
        if sets is not None:
            return f": sets `{sets[0]}` to {sets[1]!r}"
        return (
            ": changes what was sent along"
            if operation.definition.get("requestBody")
            else ": changes nothing"
        )
    return f", {identity_reason(living.resource.identity)}"


__all__ = ["Ask", "Collections", "Handler", "Told"]
