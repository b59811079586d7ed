"""Choosing the items that differ most, so that a fault on few of them is still met."""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from heapq import heapify, heappop, heappush
from typing import Any

_SHORT = 24
_FEW = 12
"""A field with no more values than this makes kinds of items, if only one value comes twice."""
_PRESENT = "present"
_WORTH = 1 << 120
Trait = tuple[str, str]


def sample(items: Mapping[str, Mapping[str, Any]], size: int, generator: random.Random) -> list[str]:
    """Choose items so that every trait is there, each time the item that adds most, rare traits first.

    A trait is a field that is there, or a short scalar a field has.

    Args:
        items: Items by identity.
        size: How many to choose at most.
        generator: Decides between equals.

    Returns:
        Identities; all of them where there are no more than ``size``.
    """
    identities = list(items)
    if len(identities) <= size:
        return identities
    traits = {identity: traits_of(item) for identity, item in items.items()}
    _forget_identifying(traits)
    counts = Counter(trait for found in traits.values() for trait in found)

    # Whole numbers, so that a sum does not hang on the order in which a set is read.
    worth = {trait: _WORTH // count for trait, count in counts.items()}

    def gain(kind: frozenset[Trait]) -> int:
        return sum(map(worth.__getitem__, kind))

    generator.shuffle(identities)
    # Items with the same traits are worth the same, so each kind of item stands in the queue once.
    kinds: dict[frozenset[Trait], deque[tuple[int, str]]] = {}
    for place, identity in enumerate(identities):
        kinds.setdefault(frozenset(traits[identity]), deque()).append((place, identity))
    queue = [(-gain(kind), same[0][0], kind) for kind, same in kinds.items()]
    heapify(queue)
    chosen: list[str] = []
    while len(chosen) < size:
        _, place, kind = heappop(queue)
        # Gains only fall, so what is still first after its gain is taken anew is the best of all.
        current = (-gain(kind), place, kind)
        if queue and current > queue[0]:
            heappush(queue, current)
            continue
        chosen.append(kinds[kind].popleft()[1])
        for trait in kind:
            worth[trait] >>= 3
        if kinds[kind]:
            heappush(queue, (-gain(kind), kinds[kind][0][0], kind))
    return chosen


def _forget_identifying(traits: Mapping[str, set[Trait]]) -> None:
    """Leave out the values of fields that have nearly one for each item: they make no kinds of items."""
    holders = Counter(name for found in traits.values() for name, value in found if value != _PRESENT)
    values = Counter(name for name, value in set().union(*traits.values()) if value != _PRESENT)
    identifying = {
        name
        for name, count in values.items()
        if count > max(_FEW, holders[name] / 2) or 1 < count == holders[name]
    }
    for found in traits.values():
        found -= {(name, value) for name, value in found if name in identifying and value != _PRESENT}


def traits_of(item: Mapping[str, Any]) -> set[Trait]:
    """Return the traits of an item: its values one level deep, and what members its lists' objects have."""
    found: set[Trait] = set()
    for name, value in item.items():
        found.add((name, _PRESENT))
        if isinstance(value, bool) or (isinstance(value, (str, int)) and len(str(value)) <= _SHORT):
            found.add((name, repr(value)))
        elif isinstance(value, list):
            found.add((name, f"{len(value)} items"))
            found.update((path, _PRESENT) for part in value for path in _paths(part, f"{name}[]"))
        elif isinstance(value, Mapping):
            found.update((f"{name}.{key}", repr(part)[:_SHORT]) for key, part in value.items())
    # A field with a value of its own on every item tells nothing apart.
    return {trait for trait in found if trait[0] != "id"}


def _paths(value: Any, above: str) -> Iterator[str]:
    for key, part in value.items() if isinstance(value, Mapping) else ():
        yield f"{above}.{key}"
        yield from _paths(part, f"{above}.{key}")
