"""Makes things of a resource, reads them, lists them and removes them; all that is made is entered."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from unittest import SkipTest

from trigger_contract.contract.exchange import Exchange
from trigger_contract.contract.law import Check
from trigger_contract.contract.ledger import Entry
from trigger_contract.contract.life.bodies import Bodies, samples
from trigger_contract.contract.life.making import text
from trigger_contract.contract.life.roles import body_key, maker_of
from trigger_contract.contract.life.sending import Sending
from trigger_contract.contract.life.store import Store, store_of
from trigger_contract.contract.life.things import Thing, full_path, item_of
from trigger_contract.contract.oracle import spelled
from trigger_contract.contract.snapshot import Walk, largest, size_leaf, walk
from trigger_contract.contract.subjects import Subject
from trigger_contract.contract.values import plain
from trigger_contract.document.paths import template
from trigger_contract.document.resources import Resource, resources
from trigger_contract.document.words import flat, singular

MOST_LEFT = 5
_PAUSE = 0.1
T = TypeVar("T")


@dataclass
class Workshop(Sending):
    """Makes things for one check."""

    _parents: dict[str, str] | None = field(default=None)

    @classmethod
    def of(cls, check: Check) -> Workshop:
        """Return the workshop of the resource that a check's operation belongs to."""
        subject = check.subject
        resource = resources(subject.document).of(subject.operation)
        assert resource is not None
        if check.session.credentials.main(subject) is None and subject.operation.security:
            raise SkipTest("the key that it takes was not given")
        return cls(check, resource)

    @classmethod
    def holding(cls, check: Check) -> Workshop | None:
        """Return the workshop of what a check's operation stands right below; None where none is made."""
        path = template(check.subject.operation.path)
        for resource in resources(check.subject.document).all:
            maker = check.session.contract.written_by(maker_of(resource))
            item = template(resource.item_path or "").key
            if (
                maker is not None
                and item
                and path.key[: len(item)] == item
                and (path.key.count("{}") == item.count("{}"))
            ):
                return cls(check, resource)
        return None

    @classmethod
    def below(cls, check: Check, resource: Resource, thing: Thing) -> Workshop:
        """Return a workshop that makes things below one thing."""
        return cls(check, resource, _parents=dict(zip(resource.parents, thing.path.values(), strict=False)))

    @classmethod
    def any(cls, check: Check) -> Workshop:
        """Return a workshop that only sends, for what belongs to no thing."""
        owner = resources(check.subject.document)
        return cls(check, owner.of(check.subject.operation) or Resource("", "", None, None, (), None, {}))

    @property
    def store(self) -> Store:
        """What the run knows."""
        return store_of(self.check.session)

    @property
    def maker(self) -> Subject:
        """The operation that makes one.

        Raises:
            SkipTest: There is none, or it is not under check.
        """
        found = self.writer(maker_of(self.resource))
        if found is None:
            raise SkipTest("nothing makes one whose identity is known")
        return found

    @property
    def is_removable(self) -> bool:
        """Whether what is made can be removed again, by itself or with what it stands below."""
        if self.writer(self.resource.remove) is not None:
            return True
        above = self._above
        return above is not None and Workshop(self.check, above).is_removable

    @property
    def _above(self) -> Resource | None:
        found = resources(self.check.subject.document).named(self.resource.parent or "")
        return found if found is not None and self.writer(maker_of(found)) is not None else None

    def bodies(self, subject: Subject | None = None, variant: int = 0) -> Bodies:
        """Return what makes bodies for an operation, by default that which makes one.

        Raises:
            SkipTest: The server makes none of whatever keeps the schema.
        """
        maker, known = self.maker, self.store.by_example
        if maker.name not in known:
            known[maker.name] = self._taken()
        by_example = known[maker.name]
        if by_example is None:
            raise SkipTest("the server makes none of a body that keeps the schema")
        return self._bodies(subject or maker, by_example=by_example, variant=variant)

    @property
    def by_example(self) -> bool:
        """Whether values have to be those of examples to be taken."""
        return bool(self.store.by_example.get(self.maker.name))

    def _bodies(self, subject: Subject, *, by_example: bool, variant: int = 0) -> Bodies:
        key = (subject.name, variant, by_example)
        if key not in self.store.bodies:
            own = self.resource.identity.field if self.resource.identity else ""
            self.store.bodies[key] = Bodies(
                subject.document,
                subject.operation,
                dict(self._pointing(subject)),
                shown=self._samples(subject) if by_example else None,
                unique={own, *(path[0] for path in [body_key(subject)] if path)},
                variant=variant,
            )
        return self.store.bodies[key]

    def _taken(self) -> bool | None:
        """Return whether values have to be those of examples to be taken; None where nothing is taken."""
        for by_example in (False, True):
            bodies = self._bodies(self.maker, by_example=by_example)
            for body in (bodies.whole(self.mark()), bodies.least(self.mark())):
                if (made := self.make(body)) is not None:
                    self.remove(made)
                    return by_example
        return None

    def _samples(self, subject: Subject) -> dict[str, Any]:
        """Return values that a server may take: those of what it lists, else of the document's samples."""
        lister = self.reader(self.resource.list)
        items: tuple[Mapping[str, Any], ...] = ()
        if lister is not None and self.check.session.places.home(lister) is not None:
            items = self.check.session.snapshot(lister).items[:1]
        listed = {name: value for item in items for name, value in item.items() if value is not None}
        return {**samples(subject.operation), **listed}

    def _pointing(self, subject: Subject) -> Iterator[tuple[str, Any]]:
        """Yield values for the members of a body that are the identity of something else which is there."""
        names = Bodies(subject.document, subject.operation).properties
        for other in resources(subject.document).all if names else ():
            lister = self.reader(other.list)
            if other.identity is None or other is self.resource or lister is None or lister.path_parameters:
                continue
            noun = singular(flat(template(other.path).noun))
            alike = {flat(other.identity.parameter), noun + flat(other.identity.field)} - {"id", "name"}
            for name in (name for name in names if flat(name) in alike):
                items = self.check.session.snapshot(lister).items
                if items and other.identity.field in items[0]:
                    yield name, items[0][other.identity.field]

    def parents(self) -> dict[str, str]:
        """Return below which thing is made: a new one where that can be made, else one that is there."""
        if self._parents is None:
            self._parents = self.new_parents()
        return self._parents

    def new_parents(self, *, other: bool = False) -> dict[str, str]:
        """Return a value for each parameter of the collection's path, a new thing where that can be made.

        Args:
            other: Whether it has to be another than the first.
        """
        names = list(self.resource.parents)
        if not names:
            return {}
        above = self._above
        if above is not None:
            outer = Workshop(self.check, above, _count=50 if other else 0)
            made = outer.several(2 if other else 1)[-1]
            return dict(zip(names, made.path.values(), strict=False))
        reader = self.reader(self.resource.list) or self.reader(self.resource.read)
        home = self.check.session.places.home(reader) if reader is not None and reader.is_list else None
        home = home or (self.check.session.places.known(reader) if reader is not None else None)
        if not home:
            raise SkipTest("nothing is known below which one could be made")
        return dict(zip(names, home.values(), strict=False))

    def post(
        self, body: Any, purpose: str, parents: Mapping[str, str] | None = None, **more: Any
    ) -> Exchange:
        """Send a body to what makes things.

        Raises:
            SkipTest: What is made cannot be removed, and enough was made.
        """
        maker = self.maker
        if self.left <= 0:
            raise SkipTest(f"nothing removes what it makes, and {MOST_LEFT} were made")
        path = dict(self.parents() if parents is None else parents)
        if maker.operation.path == self.resource.item_path:
            view = plain(maker.document, maker.id_parameter.get("schema"))
            path[maker.id_parameter["name"]] = text(view, self.mark())
        return self.send(maker, path, body, purpose, **more)

    @property
    def left(self) -> int:
        """How many more may be made."""
        if self.is_removable:
            return 1_000_000
        mine = [item for item in self.check.session.ledger.entries if item.maker == self.maker.name]
        return MOST_LEFT - len(mine)

    def make(
        self, body: Any, purpose: str = "make one", parents: Mapping[str, str] | None = None
    ) -> Thing | None:
        """Make one; None where it is refused or not made in time.

        Args:
            body: What it is made of.
            purpose: Why, in a few words.
            parents: Below which thing; by default below one for all of a check.
        """
        parents = self.parents() if parents is None else parents
        return self.thing(body, self.post(body, purpose, parents), parents)

    def thing(self, body: Any, exchange: Exchange, parents: Mapping[str, str]) -> Thing | None:
        """Return what an answer shows to have been made; what is only accepted is waited for."""
        identity = self.identity(body, exchange)
        if not 200 <= exchange.status < 300 or identity is None:
            return None
        reader = self.reader(self.resource.read)
        anything = reader or self.writer(
            self.resource.remove or self.resource.change or self.resource.replace
        )
        path = full_path(anything, parents, identity) if anything else dict(parents)
        item = item_of(self.resource, exchange) or {}
        made = Thing(self.resource, path, parents, identity, body, item, exchange)
        if exchange.status == 202 and reader is not None:
            # Source: RFC 9110, section 15.3.3: what is accepted is done later.
            item = self.shown(made, "read what was accepted", lambda found: True) or {}
            if not item:
                return None
        if not self.is_removable:
            self.store.kept.setdefault(self.resource.name, []).append(made)
        return made

    def need(self) -> Thing:
        """Make one, or end the check where that is not possible.

        Raises:
            SkipTest: It is refused.
        """
        return self.several(1)[0]

    def several(self, count: int) -> list[Thing]:
        """Make some, or take those that nothing can remove.

        Raises:
            SkipTest: They are refused, or there may not be so many.
        """
        bodies = self.bodies()
        found = [] if self.is_removable else self.store.kept.get(self.resource.name, [])[:count]
        while len(found) < count:
            kinds = [bodies.whole, bodies.least]
            if found and not self.is_removable:
                # What stays is to serve for as much as it can.
                kinds.reverse()
            made = self.make(kinds[0](self.mark())) or self.make(kinds[1](self.mark()))
            if made is None:
                raise SkipTest("the server makes none of a body that keeps the schema")
            found = [*found, made]
        return found

    def read(self, thing: Thing, purpose: str) -> Exchange | None:
        """Read one; None where no operation does."""
        reader = self.reader(self.resource.read)
        if reader is None:
            return None
        return self.check.session.ask(reader, path=thing.path, purpose=purpose, lenient=True)

    def shown(
        self, thing: Thing, purpose: str, fits: Callable[[Mapping[str, Any]], bool] | None = None
    ) -> Mapping[str, Any] | None:
        """Return one as it is read, once it has settled; None where it is not there or not read.

        Args:
            thing: The thing.
            purpose: Why, in a few words.
            fits: Whether what is read is what is waited for; without it nothing is waited for.
        """

        def look() -> Mapping[str, Any] | None:
            exchange = self.read(thing, purpose)
            is_there = exchange is not None and exchange.status == 200
            return item_of(self.resource, exchange) if exchange is not None and is_there else None

        if fits is None or self.reader(self.resource.read) is None:
            return look()
        return self.settle(look, lambda item: item is not None and fits(item), purpose)

    def listed(self, parents: Mapping[str, str], values: Mapping[str, Any], purpose: str) -> Walk | None:
        """Return what the collection holds; None where no operation lists it."""
        lister = self.reader(self.resource.list)
        if lister is None or not lister.is_list or not lister.identity:
            return None
        query = {**self.check.session.required_values(lister), **values}
        if (leaf := size_leaf(lister)) is not None and (size := largest(leaf)) is not None:
            query[leaf.name] = size
        names = [item["name"] for item in lister.path_parameters]
        path = dict(zip(names, parents.values(), strict=False))
        most = self.check.session.most_items
        return walk(self.check.session, lister, query, purpose, most=most, path=path)

    def listed_with(
        self, ids: set[str], parents: Mapping[str, str], values: Mapping[str, Any], purpose: str
    ) -> Walk | None:
        """Return what the collection holds once it shows some things, and learn how long that takes."""
        began = time.monotonic()

        def look() -> Walk | None:
            return self.listed(parents, values, purpose)

        found = self.settle(look, lambda seen: seen is None or ids <= set(seen.ids), purpose)
        if found is not None and ids <= set(found.ids):
            # Only what had to be asked for again shows that the list comes behind.
            took = time.monotonic() - began if self._waited else 0.0
            self.store.lags[self.resource.name] = max(self.store.lags.get(self.resource.name, 0.0), took)
        return found

    _waited: bool = field(default=False, repr=False)

    def settle(self, look: Callable[[], T], fits: Callable[[T], bool], purpose: str) -> T:
        """Look again until what is seen fits, for as long as it may take to settle.

        What was waited for once in vain is not waited for again, so that a fault costs its time once.
        """
        key = (self.check.law.code, self.check.subject.name, purpose)
        ends = time.monotonic() + self.check.session.settings.settle
        self._waited = False
        while True:
            found = look()
            if fits(found) or key in self.store.vain:
                return found
            if time.monotonic() >= ends:
                self.store.vain.add(key)
                return found
            self._waited = True
            time.sleep(_PAUSE)

    def pause(self) -> None:
        """Wait as long as the list is known to come behind, before something is said not to be there."""
        lag = self.store.lags.get(self.resource.name, 0.0)
        time.sleep(min(self.check.session.settings.settle, lag * 1.5))

    def remove(self, thing: Thing) -> None:
        """Remove one that is no longer needed."""
        remover = self.writer(self.resource.remove)
        if remover is not None:
            path = full_path(remover, thing.parents, thing.identity)
            exchange = self.send(remover, path, purpose="remove what was made", lenient=True)
            if 200 <= exchange.status < 300:
                self.check.session.ledger.drop(Entry(remover, path, exchange))

    def spelled(self, value: Any) -> str | None:
        """Return a value as it stands in a query; None where it is not one value."""
        is_plain = isinstance(value, (str, int, float, bool)) and value != ""
        return spelled(value) if is_plain else None
