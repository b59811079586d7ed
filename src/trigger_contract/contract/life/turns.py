"""Actions as they are asked: what each sends and promises, and what undoes it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trigger_contract.contract.exchange import Exchange
from trigger_contract.contract.ledger import Entry
from trigger_contract.contract.life.bodies import Bodies
from trigger_contract.contract.life.media import encoded, media_of
from trigger_contract.contract.life.things import Thing, full_path
from trigger_contract.contract.life.workshop import Workshop
from trigger_contract.contract.subjects import Subject
from trigger_contract.document.composition import View, composition
from trigger_contract.document.resources import Action
from trigger_contract.document.verbs import effect, opposite_of, participles
from trigger_contract.document.words import flat

_DEEPEST = 2


@dataclass(frozen=True)
class Turn:
    """One way to ask for an action.

    Attributes:
        subject: The operation.
        body: What is sent; None for nothing.
        verb: What is done: the action's name, or the value of the body that says it.
        sets: The property of the item that it sets, and the value that it promises.
    """

    subject: Subject
    body: Mapping[str, Any] | None
    verb: str
    sets: tuple[str, Any] | None

    def path(self, thing: Thing, action: Action) -> dict[str, str]:
        """Return a value for each parameter of its path."""
        own = action.identity
        identity = thing.identity if own is None else str(thing.shown.get(own.field, thing.identity))
        return full_path(self.subject, thing.parents, identity)

    @property
    def content(self) -> tuple[bytes | None, tuple[tuple[str, str], ...]]:
        """The content of the request and its header fields."""
        media = media_of(self.subject.document, self.subject.operation)
        if self.body is None or media is None:
            return None, ()
        content, kind = encoded(self.body, media)
        return content, (("content-type", kind),)


@dataclass(frozen=True)
class Pair:
    """An action with what undoes it, if anything does.

    Attributes:
        action: The action.
        turn: How it is asked.
        back: How it is undone.
    """

    action: Action
    turn: Turn
    back: tuple[Action, Turn] | None


def pairs_of(shop: Workshop, bodies: Bodies, subject: Subject) -> Iterator[Pair]:
    """Yield the ways to ask for an action: one for each verb that its body can name, else one alone.

    Args:
        shop: Where its things are made.
        bodies: Makes its bodies.
        subject: The operation.
    """
    action = _action(shop, subject)
    chosen = _verbs(bodies)
    if chosen is not None:
        name, verbs = chosen
        turns = {verb: _turn(shop, bodies, subject, str(verb), {name: verb}) for verb in verbs}
        for verb, turn in turns.items():
            other = opposite_of(str(verb), [str(item) for item in verbs if item != verb])
            yield Pair(action, turn, (action, turns[other]) if other in turns else None)
        return
    turn = _turn(shop, bodies, subject, action.name, {}, action.sets)
    back = _back(shop.resource.actions, action)
    undoing = shop.writer(back.operation) if back is not None else None
    if back is None or undoing is None:
        yield Pair(action, turn, None)
        return
    media = Bodies(undoing.document, undoing.operation)
    yield Pair(action, turn, (back, _turn(shop, media, undoing, back.name, {}, back.sets)))


def _back(actions: Sequence[Action], action: Action) -> Action | None:
    """Return what undoes an action: its opposite, else the only one that sets the same to another value."""
    for item in actions:
        if action.opposite is not None and item.name == action.opposite:
            return item
    if action.sets is None:
        return None
    name, value = action.sets
    others = [item for item in actions if item.sets and item.sets[0] == name and item.sets[1] != value]
    return others[0] if len(others) == 1 else None


def _action(shop: Workshop, subject: Subject) -> Action:
    return next(
        item
        for item in shop.resource.actions
        if (item.operation.path, item.operation.method) == (subject.operation.path, subject.operation.method)
    )


def _turn(
    shop: Workshop,
    bodies: Bodies,
    subject: Subject,
    verb: str,
    said: Mapping[str, Any],
    sets: tuple[str, Any] | None = None,
) -> Turn:
    views = composition(subject.document)
    body = {**bodies.least(shop.mark()), **said} if bodies.media is not None else None
    if sets is None and said:
        sets = effect(views, shop.resource.schema, verb, shop.resource.status)
    return Turn(subject, body, verb, sets)


def _verbs(bodies: Bodies) -> tuple[str, list[Any]] | None:
    """Return the member of a body that says what is to be done, and the verbs that it can name."""
    for name, view in bodies.properties.items():
        values = [item for item in view.get("enum") or () if isinstance(item, str)]
        if any(opposite_of(value, [other for other in values if other != value]) for value in values):
            return name, values
    return None


def is_untouched(pair: Pair, shown: Mapping[str, Any], described: Collection[str]) -> bool:
    """Whether something that is there is as it is before an action, so that undoing leads back to that.

    Where nothing that is shown says so, it is not touched.

    Args:
        pair: The action and what undoes it.
        shown: The thing.
        described: The names of all members that it may have, also within others.
    """
    assert pair.back is not None
    before = pair.back[1].sets
    if before is not None and before[0] in shown:
        return bool(shown[before[0]] == before[1])
    if pair.turn.sets is not None and pair.turn.sets[0] in shown:
        return bool(shown[pair.turn.sets[0]] != pair.turn.sets[1])
    # Participles differ in their ends: override, overridden.
    stems = tuple(flat(word).rstrip("ey") for word in (pair.turn.verb, *participles(pair.turn.verb)))
    said = [name for name in described if flat(name).startswith(stems)]
    found = [value for name, value in _members(shown) if flat(name).startswith(stems)]
    return bool(said or found) and all(value in (None, False) for value in found)


def undoable(pair: Pair) -> Pair | None:
    """Return an action with what undoes it, in the order that leads back; None where neither does.

    What has to be told a value leads back to what was there only where the other is asked after it.
    """
    if pair.back is None:
        return None
    action, back = pair.back
    if back.sets is not None or not back.body:
        return pair
    return Pair(action, back, (pair.action, pair.turn)) if not pair.turn.body else None


def described_members(document: Mapping[str, Any], schema: View, depth: int = 0) -> Iterator[str]:
    """Yield the names of all members that something may have, also within others."""
    views = composition(document)
    for item in views.alternatives(schema):
        for name, view in views.properties(item).items():
            yield name
            if depth < _DEEPEST:
                yield from described_members(document, view, depth + 1)


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield str(name), inner
            yield from _members(inner)


def undoing(pair: Pair, thing: Thing, exchange: Exchange) -> Entry:
    """Return what has to be asked so that something is again as it was."""
    assert pair.back is not None
    action, turn = pair.back
    content, headers = turn.content
    return Entry(turn.subject, turn.path(thing, action), exchange, headers=headers, body=content)
