"""What is known of a thing, written as one schema wants it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trigger_contract.document.composition import View
from trigger_contract.document.conjunction import types_of
from trigger_contract.document.words import flat
from trigger_contract.mock.collections.making import Maker

Path = tuple[str, ...]
_LEVELS = 3
_KEPT = 20_000


class Shaper:
    """Writes the state of a thing as the schemas of different operations show it.

    Args:
        maker: Makes what the state does not have and a schema asks for.
    """

    def __init__(self, maker: Maker) -> None:
        self.maker = maker
        self.views = maker.views
        self._shaped: dict[tuple[int, int, int], tuple[Any, Any]] = {}
        self._names: dict[int, tuple[View, frozenset[str]]] = {}

    def shape(self, schema: Any, value: Any, number: int, name: str = "") -> Any:
        """Return a value as a schema has it: members it does not declare left out, missing ones made.

        Args:
            schema: The schema.
            value: What is known.
            number: The turn of the thing, so that what is made is made alike each time.
            name: What the value is called.
        """
        view = self.views.view(schema)
        if not isinstance(value, (Mapping, list)):
            return value if self.maker.judge.fits(view, value) else self._made(view, value, number, name)
        # What stands inside of several things is often the same: a thing is never changed in its place.
        key = (id(view), id(value), number % 2)
        known = self._shaped.get(key)
        if known is None:
            if len(self._shaped) > _KEPT:
                self._shaped.clear()
            known = self._shaped[key] = (value, self._shape(view, value, number, name))
        return known[1]

    def _shape(self, view: View, value: Any, number: int, name: str) -> Any:
        if isinstance(value, Mapping):
            alternatives = [one for one in self.views.alternatives(view) if _may_be_object(one)]
            shaped = [self._object(alternative, value, number) for alternative in alternatives]
            if not shaped:  # one schema has an object where another one has its name
                return self._made(view, value, number, name)
            if len(shaped) == 1:
                return shaped[0]
            fitting = [one for one in shaped if self.maker.judge.fits(view, one)]
            # The alternative that shows most of what is known is the one that was meant.
            return max(fitting, key=len) if fitting else self.maker.make(view, number, name=name)
        items = self.views.items(view)
        listed = [self.shape(items, item, number, name) for item in value]
        return listed if self.maker.judge.fits(view, listed) else self._made(view, value, number, name)

    def _made(self, view: View, value: Any, number: int, name: str) -> Any:
        if value is not None and (text := _spelled(value)) is not None and self.maker.judge.fits(view, text):
            return text  # one schema has the number that another one has as text
        return self.maker.make(view, number, name=name, depth=1)

    def _object(self, view: View, value: Mapping[str, Any], number: int) -> dict[str, Any]:
        properties = view.get("properties")
        if not isinstance(properties, Mapping) or not properties:
            return dict(value)
        required = set(view.get("required") or ())
        shaped: dict[str, Any] = {}
        for name, raw in properties.items():
            inner = self.views.view(raw)
            if inner.get("writeOnly") is True:
                continue
            if name in value:
                shaped[name] = self.shape(inner, value[name], number, name)
            elif name in required:
                shaped[name] = self.maker.make(inner, number, name=name, depth=1)
        extra = view.get("additionalProperties")
        is_open = extra is not None and extra is not False
        # What is required need not be described.
        return shaped | {
            name: item
            for name, item in value.items()
            if name not in properties and (is_open or (extra is None and name in required))
        }

    def names(self, view: View) -> frozenset[str]:
        """Return the names of all properties of a schema, in whichever alternative they stand."""
        known = self._names.get(id(view))
        if known is None:
            found = (self.views.properties(one) for one in self.views.alternatives(view))
            known = self._names[id(view)] = (view, frozenset(name for names in found for name in names))
        return known[1]

    def declared(self, view: View) -> dict[str, View]:
        """Return the views of all properties of a schema, in whichever alternative they stand."""
        found: dict[str, View] = {}
        for alternative in self.views.alternatives(view):
            for name, inner in self.views.properties(alternative).items():
                found.setdefault(name, inner)
        return found

    def place(self, schema: Any, thing: View, identity: str | None = None) -> Path | None:
        """Return where in an answer or a body the thing stands, or None where it does not.

        Args:
            schema: The schema of the answer or body.
            thing: The view of the thing.
            identity: The property that must be there, in an answer.
        """
        wanted = self.names(thing)
        level: list[tuple[Path, View]] = [((), self.views.view(schema))]
        for _ in range(_LEVELS):
            below: list[tuple[Path, View]] = []
            found: list[tuple[int, Path]] = []
            for path, view in level:
                declared = self.declared(view)
                common = wanted & declared.keys()
                if common and (identity is None or identity in common):
                    found.append((len(common), path))
                below += [
                    ((*path, name), inner) for name, inner in declared.items() if "object" in types_of(inner)
                ]
            if found:
                return max(found, key=lambda one: one[0])[1]
            level = below
        return None


def _may_be_object(view: View) -> bool:
    kinds = types_of(view)
    return not kinds or "object" in kinds


def put(whole: Any, path: Sequence[str], value: Any) -> Any:
    """Return a value with something else at a path of names; what is missing on the way is made."""
    if not path:
        return value
    inner = whole.get(path[0]) if isinstance(whole, Mapping) else None
    return {**(whole if isinstance(whole, Mapping) else {}), path[0]: put(inner, path[1:], value)}


def take(whole: Any, path: Sequence[str]) -> Any:
    """Return what stands at a path of names, or None."""
    for name in path:
        whole = whole.get(name) if isinstance(whole, Mapping) else None
    return whole


def drop(whole: Any, path: Sequence[str]) -> Any:
    """Return a value without what stands at a path of names."""
    if not isinstance(whole, Mapping) or not path or path[0] not in whole:
        return whole
    if len(path) == 1:
        return {name: item for name, item in whole.items() if name != path[0]}
    return {**whole, path[0]: drop(whole[path[0]], path[1:])}


def same_name(name: str, others: Mapping[str, Any]) -> str | None:
    """Return which of the other names says the same: ``display_name`` is ``displayName``."""
    if name in others:
        return name
    plain = flat(name)
    return next((other for other in others if flat(other) == plain), None)


def _spelled(value: Any) -> Any:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return str(value)
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 16 else None
