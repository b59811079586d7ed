"""Choosing the items that differ most, so that a fault on few of them is still met."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from typing import Any

_SHORT = 24


def sample(items: Mapping[str, Mapping[str, Any]], size: int, generator: random.Random) -> list[str]:
    """Choose items so that every trait is there, rare traits first.

    A trait is a field that is there or is not, or a short scalar a field has.

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
    counts = Counter(trait for found in traits.values() for trait in found)
    covered: Counter[tuple[str, str]] = Counter()
    generator.shuffle(identities)
    # Items with a rare trait come first; a trait seen often enough attracts no further item.
    identities.sort(key=lambda identity: min((counts[trait] for trait in traits[identity]), default=0))
    chosen: list[str] = []
    rest: list[str] = []
    for identity in identities:
        if len(chosen) < size and any(covered[trait] < 3 for trait in traits[identity]):
            chosen.append(identity)
            covered.update(traits[identity])
        else:
            rest.append(identity)
    generator.shuffle(rest)
    return (chosen + rest)[:size]


def traits_of(item: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Return the traits of an item, one level deep."""
    found: set[tuple[str, str]] = set()
    for name, value in item.items():
        found.add((name, "present"))
        if isinstance(value, bool) or (isinstance(value, (str, int)) and len(str(value)) <= _SHORT):
            found.add((name, repr(value)))
        elif isinstance(value, list):
            found.add((name, f"{len(value)} items"))
        elif isinstance(value, Mapping):
            found.update((f"{name}.{key}", repr(part)[:_SHORT]) for key, part in value.items())
    # A field with a value of its own on every item tells nothing apart.
    return {trait for trait in found if trait[0] != "id"}
