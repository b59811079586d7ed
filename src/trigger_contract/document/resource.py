"""What belongs together: collections, their things, what is done to a thing, and how its life goes.

Found by form: ``/things`` and ``/things/{x}`` are a collection and its items, also in different versions;
``/things/{x}/cancel`` acts on an item. What the form does not show, or shows wrongly, is declared:

    x-resource: false                    # on an operation: it belongs to no thing
    x-resource:                          # on an operation
      name: runs                         # whose it is
      role: create                       # list, create, read, replace, change, remove, action or other
      sets: {status: CANCELED}           # what an action promises
      opposite: resume
    x-resource:                          # on a path, of the collection or of the item
      name: runs                         # what its things are called; paths of one name belong together
      identity: id                       # the field of an item that the path's last parameter takes
      status: status                     # the property that holds its state
      final: [COMPLETED, FAILED]         # the states that it stays in
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trigger_contract.document.composition import View
from trigger_contract.document.operations import Operation

EXTENSION = "x-resource"
ROLES = ("list", "create", "read", "replace", "change", "remove")


@dataclass(frozen=True)
class Identity:
    """How an item is told from all others.

    Attributes:
        parameter: The path parameter that takes it.
        field: The property of the item that holds it.
        schema: The view of the parameter's schema.
        reason: Why this was found.
    """

    parameter: str
    field: str
    schema: View
    reason: str


@dataclass(frozen=True)
class Action:
    """Something that is done to an item.

    Attributes:
        operation: The operation.
        name: What is done, the last name of its path: ``cancel``.
        opposite: The name of the action of the same item that undoes it.
        sets: The property of the item that it sets, and the value that it promises.
        reason: Why this was found.
        identity: How the item is named, where that is not the identity that reads it.
    """

    operation: Operation
    name: str
    opposite: str | None
    sets: tuple[str, Any] | None
    reason: str
    identity: Identity | None = None


@dataclass(frozen=True)
class Resource:
    """Things of one kind.

    Attributes:
        name: What they are called.
        path: The path of the collection; for one that has none, that which the items stand below.
        item_path: The path of one item; of the only one where there is no collection.
        parent: The name of the resource that it stands below.
        parents: The path parameters of the collection.
        identity: How an item is told from others; None where there is only one, or nothing tells.
        schema: The view of one item.
        item_in_answer: Where the item stands in the answer to ``read``; empty where it is the body.
        list: The operation that lists them; the others likewise.
        actions: What is done to an item.
        others: What else stands there.
        status: The property that holds an item's state.
        final: The states that an item stays in.
        reasons: Why each of these was found, by the name of the attribute.
    """

    name: str
    path: str
    item_path: str | None
    parent: str | None
    parents: tuple[str, ...]
    identity: Identity | None
    schema: View
    item_in_answer: tuple[str, ...] = ()
    list: Operation | None = None
    create: Operation | None = None
    read: Operation | None = None
    replace: Operation | None = None
    change: Operation | None = None
    remove: Operation | None = None
    actions: tuple[Action, ...] = ()
    others: tuple[Operation, ...] = ()
    status: str | None = None
    final: frozenset[str] = frozenset()
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_singleton(self) -> bool:
        """Whether there is only one of it, without a collection."""
        return self.identity is None and self.list is None and self.item_path == self.path

    def by_role(self) -> dict[str, Operation]:
        """Return the operations that have a role of their own, by role."""
        found = {role: getattr(self, role) for role in ROLES}
        return {role: operation for role, operation in found.items() if operation is not None}


@dataclass(frozen=True)
class Resources:
    """All resources of a document.

    Attributes:
        all: The resources, in the order of the document.
        unplaced: The operations that belong to none, each with the reason.
    """

    all: tuple[Resource, ...]
    unplaced: tuple[tuple[Operation, str], ...]
    _places: Mapping[tuple[str, str], tuple[Resource, str]] = field(default_factory=dict, repr=False)

    def of(self, operation: Operation) -> Resource | None:
        """Return the resource that an operation belongs to."""
        found = self._places.get((operation.path, operation.method))
        return found[0] if found else None

    def role(self, operation: Operation) -> str | None:
        """Return what an operation is for its resource: one of ``ROLES``, ``action`` or ``other``."""
        found = self._places.get((operation.path, operation.method))
        return found[1] if found else None

    def named(self, name: str) -> Resource | None:
        """Return the resource of that name."""
        return next((resource for resource in self.all if resource.name == name), None)


def placed(all_: tuple[Resource, ...], unplaced: tuple[tuple[Operation, str], ...]) -> Resources:
    """Gather resources so that each operation finds its own."""
    places: dict[tuple[str, str], tuple[Resource, str]] = {}
    for resource in all_:
        entries = [(operation, role) for role, operation in resource.by_role().items()]
        entries += [(action.operation, "action") for action in resource.actions]
        entries += [(operation, "other") for operation in resource.others]
        for operation, role in entries:
            places.setdefault((operation.path, operation.method), (resource, role))
    return Resources(all_, unplaced, places)
