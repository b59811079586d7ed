"""What there is on a server beside its runs, for people who look at it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Any

from trigger_contract.document.resource import Resource
from trigger_contract.document.resources import resources
from trigger_contract.mock.service import Service

Item = dict[str, Any]
"""One thing: ``id``, what it stands ``below``, and all that is known of it as ``state``."""


class Inspector:
    """Shows the things of every collection.

    Args:
        service: The server.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._resources: dict[str, Resource] = {}
        for resource in resources(service.document).all:
            operations = [one for one in (resource.list, resource.read, resource.create) if one is not None]
            if operations and not any(map(service.keeps_elsewhere, operations)):
                self._resources[resource.name] = resource

    def collections(self) -> list[dict[str, Any]]:
        """Return the collections with how many things each has; None where nobody asked for them yet."""
        counted = self._service.collections.things()
        own = [{"name": name, "count": count} for name, count in self._service.things.kinds().items()]
        return own + [{"name": name, "count": counted.get(name)} for name in self._resources]

    def items(self, name: str, limit: int, search: str = "") -> list[Item]:
        """Return things of a collection, the newest first.

        Args:
            name: The collection.
            limit: The most things to return.
            search: Only things in which this text occurs, in whatever case.

        Raises:
            ValueError: There is no such collection, or it is none that lives.
        """
        found = self._named(name)
        if search:
            found = (item for item in found if search.lower() in json.dumps(item, ensure_ascii=False).lower())
        return list(itertools.islice(found, limit))

    def _named(self, name: str) -> Iterator[Item]:
        things = self._service.things
        if name in things.kinds():
            return (
                _item(thing.get("id") or thing.get("name"), (), thing) for thing in reversed(things.all(name))
            )
        resource = self._resources.get(name)
        if resource is None:
            raise ValueError(f"there is no collection {name!r}; known are {', '.join(self._names())}")
        living = self._service.collections.living(resource)
        if living.why_not is not None:
            raise ValueError(f"{name}: {living.why_not}")
        if not resource.parents:
            living.table.things(())
        scopes = reversed(living.table.scopes.items())
        return (
            _item(thing.key, scope, thing.state)
            for scope, known in scopes
            for thing in reversed(known.values())
        )

    def _names(self) -> list[str]:
        return [*self._service.things.kinds(), *self._resources]


def _item(identity: Any, below: tuple[str, ...], state: Mapping[str, Any]) -> Item:
    return {"id": str(identity or ""), "below": list(below), "state": state}
