"""Schemas made of schemas, seen as one: references followed, ``allOf`` merged, null as a type.

A view is merged once and remembered. Each part of an ``allOf`` is taken in once however often it is referred
to, so a tower of ``allOf: [next, next]`` costs as much as it has levels. Source: JSON Schema 2020-12, Core,
chapter 10.2; OpenAPI 3.1.0, Schema Object.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from typing import Any

from trigger_contract.document.conjunction import is_same, merge, types_of, with_null
from trigger_contract.document.memo import once_per_document
from trigger_contract.document.references import lookup
from trigger_contract.document.shape import walk
from trigger_contract.errors import UserError

UNIONS = ("oneOf", "anyOf")
ANNOTATIONS = frozenset(
    ("title", "description", "default", "example", "examples", "deprecated", "readOnly", "writeOnly", "xml",
     "externalDocs", "$comment", "discriminator", "nullable")
)  # fmt: skip
"""What tells about a value and neither allows nor forbids one."""

_UNEVALUATED = ("unevaluatedProperties", "unevaluatedItems")
_NAMES = frozenset(("$id", "$anchor", "$dynamicAnchor"))  # what only one schema of a document can have

COMPOSED = frozenset(("allOf", *UNIONS))
"""The keywords that make a schema of others."""

_NEVER: Mapping[str, Any] = {"not": {}}
_ANYTHING: Mapping[str, Any] = {}

View = Mapping[str, Any]


class Composition:
    """The schemas of one document as views that are looked at without asking what they are composed of.

    A view is a mapping without ``$ref``. An ``allOf`` is left in it only for keywords that cannot be merged
    into one, such as two patterns; a ``oneOf`` or ``anyOf`` only where there are two members beside null.
    Null beside one member is read as it is meant, also where that member of a ``oneOf`` allows null itself.
    Schemas that are composed of the same parts have the same view, the same object, so a walk ends when it
    remembers which views it has seen by their ``id``.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        # All is remembered by identity, together with that which it is the identity of, so that it stays.
        self._views: dict[int, tuple[Any, View]] = {}
        self._own: dict[int, tuple[Any, View]] = {}
        self._of_parts: dict[tuple[int, ...], tuple[Any, View]] = {}
        self._conjunctions: dict[tuple[int, ...], tuple[Any, Any]] = {}
        self._alternatives: dict[int, tuple[View, ...]] = {}

    def view(self, schema: Any) -> View:
        """Return a schema with its references followed and its ``allOf`` merged.

        Args:
            schema: A Schema Object or a boolean; anything else counts as a schema that says nothing.

        Raises:
            UserError: A reference leads nowhere, or the schema contains itself by ``allOf``.
        """
        known = self._views.get(id(schema))
        if known is None:
            if not isinstance(schema, Mapping):
                return _NEVER if schema is False else _ANYTHING
            view = self._view_of(self._parts(schema))
            known = self._views[id(schema)] = (schema, view)
        return known[1]

    def properties(self, schema: Any) -> dict[str, View]:
        """Return the views of all properties that a schema declares, in its order."""
        found = self.view(schema).get("properties")
        return {name: self.view(raw) for name, raw in found.items()} if isinstance(found, Mapping) else {}

    def at(self, schema: Any, path: Sequence[str]) -> View | None:
        """Return the view of what stands at a path of property names, or None where it is not declared."""
        found = self.view(schema)
        for name in path:
            declared = found.get("properties")
            if not isinstance(declared, Mapping) or name not in declared:
                return None
            found = self.view(declared[name])
        return found

    def items(self, schema: Any) -> View:
        """Return the view of the items of an array."""
        return self.view(self.view(schema).get("items", True))

    def alternatives(self, schema: Any) -> tuple[View, ...]:
        """Return the members of a ``oneOf`` or ``anyOf`` as views, each merged with what stands beside it.

        Null is no alternative but a type, and a union in a union is one union. A schema without a union is
        its own only alternative.
        """
        view = self.view(schema)
        known = self._alternatives.get(id(view))
        if known is None:
            self._alternatives[id(view)] = ()  # what a union that contains itself adds to itself
            known = self._alternatives[id(view)] = tuple(self._members(view)) or (view,)
        return known

    def _members(self, view: View) -> Iterator[View]:
        union = next((key for key in UNIONS if isinstance(view.get(key), list)), None)
        if union is None:
            return
        beside = {key: value for key, value in view.items() if key != union}
        seen: set[int] = set()
        for member in view[union]:
            plain = self.view(member)
            if plain is view or types_of(plain) == ("null",):
                continue
            if plain.get(union) is view[union]:
                # A member that is made of the union's own schema, as parents and children with a
                # discriminator are: as this member, the union is chosen already.
                plain = {key: value for key, value in plain.items() if key != union}
                self._views[id(plain)] = (plain, plain)
            if not set(beside) <= ANNOTATIONS:
                plain = self._view_of((*self._parts(beside), *self._parts(plain)))
            for alternative in self.alternatives(plain):
                if id(alternative) not in seen:
                    seen.add(id(alternative))
                    yield alternative

    def each_part_once(self, schema: View) -> View:
        """Return a schema that says the same, with each schema that it is composed of in it once.

        It is the schema itself where nothing is met a second time, and where a keyword hangs on what stands
        beside it (``unevaluatedProperties``).

        Raises:
            UserError: A reference leads nowhere, or the schema contains itself by ``allOf``.
        """
        return self._alternatives_once(self._parts_once(schema))

    def _parts_once(self, schema: View) -> View:
        (*parts, own), repeated = self._collected(schema)
        if not repeated or any(word in part for part in (*parts, own) for word in _UNEVALUATED):
            return schema
        members = [{key: value for key, value in part.items() if key not in _NAMES} for part in parts if part]
        return {**own, "allOf": members}

    def _alternatives_once(self, schema: View) -> View:
        """Return a schema with each alternative in it once; what two of a ``oneOf`` are, the value is not."""
        for keyword in UNIONS:
            members = schema.get(keyword)
            if not isinstance(members, list) or len(members) < 2:
                continue
            met: dict[int, list[Any]] = {}
            for member in members:
                met.setdefault(id(self._meant(member)), []).append(member)
            if len(met) == len(members):
                continue
            if keyword == "anyOf":
                schema = {**schema, keyword: [same[0] for same in met.values()]}
                continue
            single = [same[0] for same in met.values() if len(same) == 1]
            never: list[Any] = [{"not": same[0]} for same in met.values() if len(same) > 1 and single]
            others = {key: value for key, value in schema.items() if key != keyword}
            said: dict[str, Any] = {keyword: single} if single else {"not": {}}
            schema = {**others, "allOf": [*others.get("allOf", ()), *never, said]}
        return schema

    def _meant(self, schema: Any) -> Any:
        """Return what a schema is another name of, if it says nothing besides."""
        seen: set[int] = set()
        while isinstance(schema, Mapping) and id(schema) not in seen:
            seen.add(id(schema))
            said = [key for key in schema if key not in ANNOTATIONS and not key.startswith("x-")]
            members = schema.get("allOf")
            if said == ["$ref"] and isinstance(schema["$ref"], str):
                schema = lookup(self._document, schema["$ref"])
            elif said == ["allOf"] and isinstance(members, list) and len(members) == 1:
                schema = members[0]
            else:
                break
        return schema

    def _parts(self, schema: View) -> tuple[View, ...]:
        """Return what a schema is composed of, each part once, that which is written outermost last."""
        return tuple(part for part in self._collected(schema)[0] if part)

    def _collected(self, schema: View) -> tuple[tuple[View, ...], bool]:
        """Return the parts of a schema, that which stands in itself last, and whether one was met again."""
        repeated = False
        parts: dict[int, View] = {}
        # An entry is a schema and whether its own members were taken in.
        stack: list[tuple[Any, bool]] = [(schema, False)]
        unfinished: dict[int, Any] = {}
        finished: dict[int, Any] = {}
        while stack:
            raw, entered = stack.pop()
            if not isinstance(raw, Mapping):
                raw = _NEVER if raw is False else _ANYTHING
            if entered:
                del unfinished[id(raw)]
                finished[id(raw)] = raw
                own = self._without_members(raw)
                parts[id(own)] = own
                continue
            if id(raw) in unfinished:
                raise _circle(raw)
            if id(raw) in finished:
                repeated = True
                continue
            unfinished[id(raw)] = raw
            stack.append((raw, True))
            members = raw.get("allOf")
            stack += [(member, False) for member in reversed(members)] if isinstance(members, list) else []
            if isinstance(raw.get("$ref"), str):
                stack.append((lookup(self._document, raw["$ref"]), False))
        return tuple(parts.values()), repeated

    def _without_members(self, raw: View) -> View:
        """Return what a schema says by itself, always as the same object."""
        known = self._own.get(id(raw))
        if known is None:
            own = raw
            if "$ref" in raw or "allOf" in raw:
                own = {key: value for key, value in raw.items() if key not in ("$ref", "allOf")}
            known = self._own[id(raw)] = (raw, own)
        return known[1]

    def _view_of(self, parts: tuple[View, ...]) -> View:
        key = tuple(id(part) for part in parts)
        known = self._of_parts.get(key)
        if known is None:
            view = parts[0] if len(parts) == 1 else merge(parts, self._conjunction)
            self._of_parts[key] = (parts, view)  # what a union that is made of itself finds inside
            view = self._unwrapped(view)
            known = self._of_parts[key] = (parts, view)
            self._views[id(view)] = (view, view)  # a view is its own view
        return known[1]

    def _unwrapped(self, view: View) -> View:
        """Return a union of one member, and of one member and null, as that member."""
        for union in UNIONS:
            members = view.get(union)
            if not isinstance(members, list):
                continue
            plain = [member for member in members if types_of(self.view(member)) != ("null",)]
            if len(plain) != 1 or not isinstance(plain[0], Mapping):
                continue
            inner = self.view(plain[0])
            beside = {key: value for key, value in view.items() if key != union}
            if len(members) > 1:
                if any(key in inner for key in (*UNIONS, "not", "allOf", "if")):
                    continue  # null cannot be allowed by a type alone
                inner = with_null(inner)
            return self._view_of((*self._parts(inner), *self._parts(beside)))
        return view

    def _conjunction(self, schemas: Sequence[Any]) -> Any:
        """Return one schema for several that hold at once, always the same object for the same ones."""
        if any(schema is False for schema in schemas):
            return False
        apart: list[Any] = []
        for schema in schemas:
            if not any(is_same(schema, other) for other in apart):
                apart.append(schema)
        if len(apart) == 1:
            return apart[0]
        key = tuple(id(schema) for schema in apart)
        if key not in self._conjunctions:
            self._conjunctions[key] = (apart, {"allOf": apart})
        return self._conjunctions[key][1]


@once_per_document
def composition(document: Mapping[str, Any]) -> Composition:
    """Return the views of a document's schemas; the same ones for the same document."""
    return Composition(document)


def with_parts_once(root: dict[str, Any]) -> dict[str, Any]:
    """Return a document for a validator, with what a schema is composed of twice in it once.

    Validators take in a part as often as it is referred to: twice as often with each level of a tower.

    Args:
        root: A schema with what it refers to, as plain dictionaries and lists.
    """
    if _repeating(root):
        root = deepcopy(root)
        for schema, once in _repeating(root):
            schema.clear()
            schema.update(once)
    return root


def _repeating(root: dict[str, Any]) -> list[tuple[dict[str, Any], View]]:
    """Return the schemas that take something in twice, each with what says the same without that."""
    views, found = Composition(root), []
    with suppress(UserError):  # what leads nowhere is the validator's to say
        for start in ("schema", "document"):
            for _, value, kind in walk(start, root):
                if kind == "schema" and isinstance(value, dict) and not COMPOSED.isdisjoint(value):
                    once = views.each_part_once(value)
                    found += [(value, once)] if once is not value else []
    return found


def _circle(raw: Any) -> UserError:
    line = getattr(raw, "line", None)
    return UserError("a schema contains itself by `allOf`", source=getattr(raw, "source", None), line=line)
