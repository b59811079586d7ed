"""Makes things of a resource, reads them, lists them and removes them; all that is made is entered."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from unittest import SkipTest

from trigger_contract.contract.credentials import Credential
from trigger_contract.contract.exchange import Exchange
from trigger_contract.contract.law import Check
from trigger_contract.contract.ledger import Entry
from trigger_contract.contract.life.bodies import Bodies
from trigger_contract.contract.oracle import spelled
from trigger_contract.contract.snapshot import Walk, largest, size_leaf, walk
from trigger_contract.contract.subjects import Subject
from trigger_contract.document.operations import Operation
from trigger_contract.document.resources import Resource, resources

_MOST_LEFT = 5
_PAUSE = 0.1


@dataclass(frozen=True)
class Thing:
    """Something that a run has made.

    Attributes:
        resource: What it is one of.
        path: A value for each parameter of its path.
        parents: Those of the path of its collection.
        identity: What tells it from others.
        sent: The body that it was made of.
        shown: It as the answer showed it.
        exchange: The request that made it.
    """

    resource: Resource
    path: Mapping[str, str]
    parents: Mapping[str, str]
    identity: str
    sent: Mapping[str, Any]
    shown: Mapping[str, Any]
    exchange: Exchange


@dataclass
class Workshop:
    """Makes things for one check.

    Attributes:
        check: The check.
        resource: What is made.
    """

    check: Check
    resource: Resource
    _count: int = 0
    _parents: dict[str, str] | None = field(default=None)

    @classmethod
    def of(cls, check: Check) -> Workshop:
        """Return the workshop of the resource that a check's operation belongs to."""
        subject = check.subject
        resource = resources(subject.document).of(subject.operation)
        assert resource is not None
        if check.session.credentials.main(subject) is None:
            raise SkipTest("the key that it takes was not given")
        return cls(check, resource)

    @property
    def maker(self) -> Subject:
        """The operation that makes one.

        Raises:
            SkipTest: There is none, or it is not under check.
        """
        found = self.check.session.contract.written_by(self.resource.create)
        if found is None or self.resource.identity is None:
            raise SkipTest("nothing makes one whose identity is known")
        return found

    def bodies(self, subject: Subject | None = None) -> Bodies:
        """Return what makes bodies for an operation, by default that which makes one."""
        subject = subject or self.maker
        return Bodies(subject.document, subject.operation)

    def mark(self) -> str:
        """Return a text that no other thing of this run holds, and of another run hardly any."""
        self._count += 1
        number = self.check.session.random(
            "mark", self.check.law.code, self.check.subject.name, str(self._count)
        )
        return f"{self.check.session.settings.label}-{number.randrange(36**6):x}"

    def parents(self) -> dict[str, str]:
        """Return below which thing is made: a new one where that can be made, else one that is there."""
        if self._parents is None:
            self._parents = self.new_parents()
        return self._parents

    def new_parents(self) -> dict[str, str]:
        """Return a value for each parameter of the collection's path, a new thing where that can be made."""
        names = [item["name"] for item in self.maker.path_parameters]
        if not names:
            return {}
        above = resources(self.maker.document).named(self.resource.parent or "")
        if above is not None and above.create is not None and above.identity is not None:
            outer = Workshop(self.check, above)
            made = outer.make(outer.bodies().least(outer.mark()))
            if made is not None:
                return dict(zip(names, made.path.values(), strict=False))
        reader = self.reader(self.resource.list)
        home = self.check.session.places.home(reader) if reader else None
        if not home:
            raise SkipTest("nothing is known below which one could be made")
        return dict(zip(names, home.values(), strict=False))

    def reader(self, operation: Operation | None) -> Subject | None:
        """Return an operation that reads, where it is under check."""
        return self.check.session.contract.reading(operation)

    def send(
        self,
        subject: Subject,
        path: Mapping[str, str],
        body: Any = None,
        purpose: str = "",
        *,
        raw: bytes | None = None,
        kind: str = "application/json",
        headers: tuple[tuple[str, str], ...] = (),
        credential: Credential | None = None,
        lenient: bool = False,
    ) -> Exchange:
        """Send a request that writes; what it makes is entered."""
        session = self.check.session
        content = raw if raw is not None else None if body is None else json.dumps(body).encode()
        if content is not None:
            headers = (("content-type", kind), *headers)
        with session.ledger.writing():
            exchange = session.ask(
                subject,
                path=path,
                values=session.required_values(subject),
                method=subject.operation.method.upper(),
                headers=headers,
                purpose=purpose,
                body=content,
                credential=credential,
                lenient=lenient,
            )
            self._enter(subject, path, exchange)
        return exchange

    def _enter(self, subject: Subject, path: Mapping[str, str], exchange: Exchange) -> None:
        owner = resources(subject.document)
        resource = owner.of(subject.operation)
        is_made = 200 <= exchange.status < 300 and owner.role(subject.operation) == "create"
        if resource is None or not is_made:
            return
        item = item_of(resource, exchange)
        remover = self.check.session.contract.written_by(resource.remove)
        identity = identity_in(resource, item)
        if remover is None or identity is None:
            self.check.session.ledger.add(Entry(None, path, exchange))
        else:
            self.check.session.ledger.add(Entry(remover, full_path(remover, path, identity), exchange))

    def post(
        self, body: Any, purpose: str, parents: Mapping[str, str] | None = None, **more: Any
    ) -> Exchange:
        """Send a body to the collection.

        Raises:
            SkipTest: What is made cannot be removed, and enough was made.
        """
        maker = self.maker
        if self.check.session.contract.written_by(self.resource.remove) is None:
            made = [item for item in self.check.session.ledger.entries if item.remover is None]
            mine = [item for item in made if is_to(maker, item.exchange)]
            if len(mine) >= _MOST_LEFT:
                raise SkipTest(f"nothing removes what it makes, and {_MOST_LEFT} were made")
        return self.send(maker, self.parents() if parents is None else parents, body, purpose, **more)

    def make(
        self, body: Any, purpose: str = "make one", parents: Mapping[str, str] | None = None
    ) -> Thing | None:
        """Make one; None where it is refused or made later.

        Args:
            body: What it is made of.
            purpose: Why, in a few words.
            parents: Below which thing; by default below one for all of a check.
        """
        parents = self.parents() if parents is None else parents
        exchange = self.post(body, purpose, parents)
        return self.thing(body, exchange, parents)

    def thing(self, body: Any, exchange: Exchange, parents: Mapping[str, str]) -> Thing | None:
        """Return what an answer shows to have been made."""
        item = item_of(self.resource, exchange)
        identity = identity_in(self.resource, item)
        if not 200 <= exchange.status < 300 or exchange.status == 202 or identity is None:
            return None
        reader = self.reader(self.resource.read)
        anything = reader or self.check.session.contract.written_by(
            self.resource.remove or self.resource.change or self.resource.replace
        )
        path = full_path(anything, parents, identity) if anything else dict(parents)
        return Thing(self.resource, path, parents, identity, body, item or {}, exchange)

    def need(self, body: Any = None) -> Thing:
        """Make one, or end the check where that is not possible.

        Raises:
            SkipTest: It is refused.
        """
        bodies = self.bodies()
        made = self.make(bodies.whole(self.mark()) if body is None else body)
        made = made or (self.make(bodies.least(self.mark())) if body is None else None)
        if made is None:
            raise SkipTest("the server makes none of a body that keeps the schema")
        return made

    def read(self, thing: Thing, purpose: str) -> Exchange | None:
        """Read one; None where no operation does."""
        reader = self.reader(self.resource.read)
        if reader is None:
            return None
        return self.check.session.ask(reader, path=thing.path, purpose=purpose, lenient=True)

    def shown(self, thing: Thing, purpose: str) -> Mapping[str, Any] | None:
        """Return one as it is read; None where no operation reads it or it is not there."""
        exchange = self.read(thing, purpose)
        return item_of(self.resource, exchange) if exchange is not None and exchange.status == 200 else None

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

    def settle(self, look: Callable[[], Walk | None], fits: Callable[[Walk], bool]) -> Walk | None:
        """Look again until what is seen fits, for as long as it may take to settle."""
        ends = time.monotonic() + self.check.session.settings.settle
        while True:
            found = look()
            if found is None or fits(found) or time.monotonic() >= ends:
                return found
            time.sleep(_PAUSE)

    def remove(self, thing: Thing) -> None:
        """Remove one that is no longer needed."""
        remover = self.check.session.contract.written_by(self.resource.remove)
        if remover is not None:
            path = full_path(remover, thing.parents, thing.identity)
            exchange = self.send(remover, path, purpose="remove what was made", lenient=True)
            if 200 <= exchange.status < 300:
                self.check.session.ledger.drop(Entry(remover, path, exchange))


def is_to(subject: Subject, exchange: Exchange) -> bool:
    """Whether a request was sent to an operation, by its purpose path's constant beginning."""
    return exchange.request.target.startswith(subject.operation.path.partition("{")[0])


def full_path(subject: Subject, parents: Mapping[str, str], identity: str) -> dict[str, str]:
    """Return a value for each parameter of an item's path, by position."""
    names = [item["name"] for item in subject.path_parameters]
    return dict(zip(names, [*parents.values(), identity], strict=False))


def item_of(resource: Resource, exchange: Exchange) -> Mapping[str, Any] | None:
    """Return the item that an answer shows: its body, or the one member that holds the identity."""
    body = exchange.json
    if not isinstance(body, Mapping):
        return None
    name = resource.identity.field if resource.identity else None
    if name is None or name in body:
        return body
    inner = [value for value in body.values() if isinstance(value, Mapping) and name in value]
    return inner[0] if len(inner) == 1 else body


def identity_in(resource: Resource, item: Mapping[str, Any] | None) -> str | None:
    """Return what tells an item from others, as a path spells it."""
    value = item.get(resource.identity.field) if item and resource.identity else None
    return spelled(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else None


def differing(
    expected: Mapping[str, Any], found: Mapping[str, Any], names: Sequence[str] | None = None
) -> list[str]:
    """Return the members in which one thing is not as expected, among those that it shows."""
    chosen = expected if names is None else names
    return [name for name in chosen if name in expected and not is_same(expected[name], found.get(name))]


def is_same(expected: Any, found: Any) -> bool:
    """Whether a value came back as it was sent; an object may have gained members."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        return all(name in found and is_same(value, found[name]) for name, value in expected.items())
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(is_same, expected, found))
    if isinstance(expected, str) and isinstance(found, str) and expected != found:
        # One moment is written in several ways (RFC 3339).
        return expected[10:11] == "T" and expected[:19] == found[:19]
    return (type(expected) is type(found) and expected == found) or (
        _is_number(expected) and _is_number(found) and expected == found
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
