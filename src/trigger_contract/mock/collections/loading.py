"""Things of the user's own, in the place of seeded ones.

A file names collections by their path, or by the name of their resource, and lists what is in them:

    /books:
      - {id: bk_1, title: Emma, genre: novel}
    /books/bk_1/loans: []
    settings: {theme: dark}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from trigger_contract.document.resource import Resource
from trigger_contract.errors import UserError, meant
from trigger_contract.mock.collections.living import Living
from trigger_contract.mock.collections.table import Scope


class Loader:
    """Reads things into the tables of resources.

    Args:
        resources: The resources that may have things.
        living: Returns the things of a resource.
        exists: Whether a thing is there, named by its resource and what it stands below with its identity.
    """

    def __init__(
        self,
        resources: Sequence[Resource],
        living: Callable[[Resource], Living],
        exists: Callable[[str | None, Scope], bool],
    ) -> None:
        self._resources = resources
        self._living = living
        self._exists = exists

    def load(self, data: Mapping[str, Any], *, beside: bool = False) -> None:
        """Put all things in their places, those that others stand below first.

        Args:
            data: Lists of things by their collection.
            beside: Whether things that are there stay.

        Raises:
            UserError: A collection is not in the document, or a thing breaks its schema; names the line.
        """
        found = [(self._find(data, str(name)), name) for name in data]
        for (resource, scope), name in sorted(found, key=lambda one: len(one[0][1])):
            living = self._living(resource)
            if living.why_not is not None:
                raise _wrong(data, name, f"{name} holds no things here: {living.why_not}")
            if scope and not self._exists(resource.parent, scope):
                raise _wrong(data, name, f"{name} stands below something that is not there")
            given = data[name]
            if resource.is_singleton:
                self._check(living, given, data, name)
                living.table.place(scope, [("", dict(given))])
                continue
            if not isinstance(given, list):
                raise _wrong(data, name, f"{name} must be a list of things")
            things = [self._one(living, given, index) for index in range(len(given))]
            if not beside:
                living.table.place(scope, things)
            for key, thing in things if beside else ():
                living.table.add(scope, thing, key, living.table.next_number())

    def _find(self, data: Mapping[str, Any], name: str) -> tuple[Resource, Scope]:
        for resource in self._resources:
            if name == resource.name and not resource.parents:
                return resource, ()
            if (scope := _matched(resource.path, name)) is not None:
                return resource, scope
        known = [name for one in self._resources for name in (one.path, one.name)]
        hint = meant(name, known, among="known are")
        raise _wrong(data, name, f"{name} is no collection of the document; {hint}")

    def _one(self, living: Living, things: Any, index: int) -> tuple[str, dict[str, Any]]:
        thing = things[index]
        self._check(living, thing, things, index)
        field = living.table.field
        if field is None:
            return str(index), dict(thing)
        if thing.get(field) is None:
            raise _wrong(things, index, f"the thing has no {field}, by which it is told from others")
        return str(thing[field]), dict(thing)

    def _check(self, living: Living, thing: Any, holder: Any, key: Any) -> None:
        if not isinstance(thing, Mapping):
            raise _wrong(holder, key, "a thing is a mapping of its properties")
        judge = living.shaper.maker.judge
        faults = judge.faults(living.table.schemas[0], thing)
        fault = max(faults, key=lambda one: len(one.path), default=None)
        if fault is not None:
            for token in fault.path:
                holder, key = holder[key], token
            where = ".".join(map(str, fault.path)) or "the thing"
            raise _wrong(holder, key, f"{where} breaks the document: {fault.message}")


def _matched(template: str, path: str) -> Scope | None:
    """Return the values at the parameters of a path template, or None where a path is none of it."""
    parts, given = template.strip("/").split("/"), path.strip("/").split("/")
    if len(parts) != len(given):
        return None
    if any(part != text for part, text in zip(parts, given, strict=True) if not part.startswith("{")):
        return None
    return tuple(text for part, text in zip(parts, given, strict=True) if part.startswith("{"))


def _wrong(holder: Any, key: Any, message: str) -> UserError:
    lines = getattr(holder, "lines", None)
    line: int | None = None
    if lines is not None:
        line = lines.get(key) if isinstance(lines, Mapping) else lines[key]
    return UserError(message, source=getattr(holder, "source", None), line=line)
