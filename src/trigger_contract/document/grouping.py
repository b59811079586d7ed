"""Which operations stand for one kind of thing: paths put together to collections and items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from trigger_contract.document.composition import View, composition
from trigger_contract.document.identity import identity_of
from trigger_contract.document.listing import item_schema, items_of, thing_of
from trigger_contract.document.operations import Operation, operations, request_schema, success_statuses
from trigger_contract.document.paths import Template, is_parameter, template
from trigger_contract.document.resource import EXTENSION, ROLES
from trigger_contract.document.words import singular
from trigger_contract.errors import UserError

Key = tuple[str, ...]

_ITEM_ROLES = {"get": "read", "put": "replace", "patch": "change", "post": "change", "delete": "remove"}
_COLLECTION_ROLES = {"get": "list", "post": "create"}


@dataclass
class _Place:
    """All operations of one path, versions put together."""

    key: Key
    template: Template
    operations: dict[str, Operation] = field(default_factory=dict)
    older: list[Operation] = field(default_factory=list)
    is_list: bool = False


@dataclass
class Draft:
    """A resource that is being put together."""

    collection: Key
    item: Key | None
    template: Template
    item_template: Template | None
    by_role: dict[str, Operation] = field(default_factory=dict)
    actions: list[Operation] = field(default_factory=list)
    others: list[Operation] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    declared: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What its things are called, by the extension or by the path."""
        return str(self.declared.get("name") or self.template.noun or "root")


class Grouping:
    """The paths of one document, put together."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._views = composition(document)
        self._places: dict[Key, _Place] = {}
        self._drafts: dict[Key, Draft] = {}
        self._items: dict[Key, Draft] = {}
        self._settled: set[Key] = set()
        self.unplaced: list[tuple[Operation, str]] = []
        self._declared_roles: list[tuple[Operation, Mapping[str, Any]]] = []

    def drafts(self) -> list[Draft]:
        """Return what was put together, in the order of the document."""
        for operation in operations(self._document):
            self._enter(operation)
        self._find_items()
        self._find_lists()
        for place in self._places.values():
            if place.key not in (self._items.keys() | self._drafts.keys() | self._settled):
                self._place_rest(place)
        self._place_declared()
        first = {key: index for index, key in enumerate(self._places)}
        return sorted(
            self._drafts.values(),
            key=lambda draft: min(first.get(key or (), len(first)) for key in (draft.collection, draft.item)),
        )

    # What stands where

    def _enter(self, operation: Operation) -> None:
        declared = operation.definition.get(EXTENSION)
        if declared is False:
            self.unplaced.append((operation, f"{EXTENSION} says so"))
            return
        if operation.method in ("head", "options", "trace"):
            self.unplaced.append((operation, f"{operation.method.upper()} does nothing to a thing"))
            return
        if isinstance(declared, Mapping) and "role" in declared:
            self._declared_roles.append((operation, declared))
            return
        path = template(operation.path)
        key = self._key(operation, path)
        place = self._places.setdefault(key, _Place(key, path))
        known = place.operations.get(operation.method)
        if known is None or template(known.path).version < path.version:
            place.operations[operation.method] = operation
            place.older += [known] if known else []
        else:
            place.older.append(operation)
        if operation.method == "get":
            place.is_list = items_of(self._document, place.operations["get"]) is not None
            place.template = template(place.operations["get"].path)

    def _key(self, operation: Operation, path: Template) -> Key:
        """Return what places have in common that are one place: servers and path, or a name declared."""
        for count in range(len(path.segments), 0, -1):
            above = Template("", path.segments[:count])
            for spelled in (operation.path,) if count == len(path.segments) else self._spelled(path, count):
                declared = self._path_extension(spelled)
                if "name" in declared:
                    ending = ("{}",) if above.last_parameter and not declared.get("collection") else ()
                    rest = path.key[len(above.key) :]
                    return ("", str(declared["name"]), *ending, *rest)
        return (" ".join(operation.servers), *path.key)

    def _spelled(self, path: Template, count: int) -> tuple[str, ...]:
        return ("/" + "/".join(path.segments[:count]),)

    def _path_extension(self, path: str) -> Mapping[str, Any]:
        item = self._document.get("paths", {}).get(path)
        declared = item.get(EXTENSION) if isinstance(item, Mapping) else None
        return declared if isinstance(declared, Mapping) else {}

    # Collections and items

    def _find_items(self) -> None:
        for place in self._places.values():
            if place.key[-1:] != ("{}",) or place.is_list:
                continue
            if not {"get", "put", "patch", "delete"} & set(place.operations):
                continue
            collection = self._collection_of(place)
            draft = self._drafts.get(collection.key if collection else place.key[:-1])
            if draft is not None and draft.item is not None:
                continue  # a second item path of one collection is placed with the rest
            draft = Draft(
                collection.key if collection else place.key[:-1],
                place.key,
                collection.template if collection else place.template.above(),
                place.template,
            )
            self._drafts[draft.collection] = self._items[place.key] = draft
            for method, operation in place.operations.items():
                self._assign(draft, _ITEM_ROLES.get(method), operation, "its path ends with the identity")
            draft.others += place.older
            draft.reasons["path"] = self._why_joined(collection, place)
            draft.declared.update(self._path_extension(place.template.path))

    def _why_joined(self, collection: _Place | None, place: _Place) -> str:
        if collection is None:
            return f"{place.template.path} names an item; no path of its collection is in the document"
        if collection.key == place.key[:-1]:
            return f"{place.template.path} is an item of {collection.template.path}"
        return (
            f"{place.template.path} and {collection.template.path} end with the same name, as no other does"
        )

    def _collection_of(self, place: _Place) -> _Place | None:
        above = self._places.get(place.key[:-1])
        if above is not None:
            return above
        noun = place.template.noun.lower()
        alike = [
            other
            for other in self._places.values()
            if other.is_list
            and other.key[0] == place.key[0]
            and other.key[-1] == noun
            and "{}" not in other.key
            and (*other.key, "{}") not in self._places
        ]
        return alike[0] if len(alike) == 1 else None

    def _find_lists(self) -> None:
        for key, draft in self._drafts.items():
            place = self._places.get(key)
            if place is None:
                continue
            for method, operation in place.operations.items():
                self._assign_of_collection(draft, place, method, operation)
            draft.others += place.older
            draft.declared.update(self._path_extension(place.template.path))
        for place in self._places.values():
            if not place.is_list or place.key in self._drafts or place.key in self._items:
                continue
            if (owner := self._same_things(place)) is not None:
                owner.others += [*place.operations.values(), *place.older]
                self._settled.add(place.key)
                continue
            draft = self._drafts[place.key] = Draft(place.key, None, place.template, None)
            draft.reasons["path"] = f"GET {place.template.path} answers with a list"
            for method, operation in place.operations.items():
                self._assign_of_collection(draft, place, method, operation)
            draft.others += place.older
            draft.declared.update(self._path_extension(place.template.path))

    def _assign_of_collection(self, draft: Draft, place: _Place, method: str, operation: Operation) -> None:
        role = _COLLECTION_ROLES.get(method)
        if (role == "list" and not place.is_list) or (
            role == "create" and self._answers_with_list(operation)
        ):
            role = None
        why = "answers with the items" if role == "list" else "POST to the collection"
        self._assign(draft, role, operation, why)

    def _answers_with_list(self, operation: Operation) -> bool:
        """Whether a POST answers with things that it found, and so creates none."""
        asked = replace(operation, method="get")
        items = items_of(self._document, asked)
        return items is not None and "201" not in success_statuses(operation)

    def _assign(self, draft: Draft, role: str | None, operation: Operation, why: str) -> None:
        if role is None or role in draft.by_role:
            draft.others.append(operation)
        else:
            draft.by_role[role] = operation
            draft.reasons[role] = why

    def _same_things(self, place: _Place) -> Draft | None:
        """Return the collection whose things a path right below it lists too, such as ``/things/search``."""
        owner = self._drafts.get(place.key[:-1])
        if owner is None or owner.item is None or is_parameter(place.template.segments[-1]):
            return None
        listed = self.item_view(place.operations["get"])
        return owner if self._alike(listed, self.schema(owner)) else None

    # What is no collection and no item

    def _place_rest(self, place: _Place) -> None:
        owner = self.owner(place.key)
        everything = [*place.operations.values(), *place.older]
        if "get" in place.operations:
            above = self._drafts.get(place.key[:-1])
            thing = thing_of(self._document, place.operations["get"])
            if above is not None and thing is not None and self._alike(thing[1], self.schema(above)):
                above.others += everything
                return
            self._singleton(place, f"GET {place.template.path} answers with one thing, named by its path")
            return
        if {"put", "patch", "delete"} & set(place.operations) and "post" not in place.operations:
            self._singleton(place, f"{place.template.path} is changed as one thing, named by its path")
            return
        for operation in everything:
            if owner is not None:
                owner.actions.append(operation)
            elif (above := self._drafts.get(place.key[:-1])) is not None:
                above.others.append(operation)
            else:
                self._place_alone(place, operation)

    def _place_alone(self, place: _Place, operation: Operation) -> None:
        """Place a POST that stands beside nothing: it creates, or nothing is known of what it does."""
        thing = thing_of(self._document, operation)
        named = thing is not None and identity_of(self._views, thing[1]) in ("id", "uuid")
        noun = place.template.noun
        created = "201" in operation.definition.get("responses", {})
        if (
            operation.method == "post"
            and "{}" not in place.key
            and named
            and (created and singular(noun) != noun)
        ):
            draft = self._drafts[place.key] = Draft(place.key, None, place.template, None)
            draft.reasons["path"] = f"POST {operation.path} creates things that cannot be read"
            self._assign(draft, "create", operation, "answers 201 with what it created")
            return
        item = next((n for n in range(len(place.key), 1, -1) if place.key[n - 1] == "{}"), None)
        if item is not None:
            above = place.template.above(len(place.key) - item)
            reason = f"acts on {above.path}, which no operation reads, changes or removes"
        else:
            reason = "its path has neither a list nor items"
        self.unplaced.append((operation, reason))

    def _singleton(self, place: _Place, reason: str) -> None:
        draft = self._drafts[place.key] = Draft(place.key, None, place.template, place.template)
        draft.reasons["path"] = reason
        for method, operation in place.operations.items():
            self._assign(draft, _ITEM_ROLES.get(method), operation, "the one thing of its path")
        draft.others += place.older
        draft.declared.update(self._path_extension(place.template.path))

    def owner(self, key: Key) -> Draft | None:
        """Return the items that a path stands below, the nearest ones."""
        for count in range(len(key) - 1, 0, -1):
            if key[:count] in self._items:
                return self._items[key[:count]]
            # An action may be sent to another server, as uploads are.
            elsewhere = [
                draft for item, draft in self._items.items() if count > 1 and item[1:] == key[1:count]
            ]
            if len(elsewhere) == 1:
                return elsewhere[0]
        return None

    def _place_declared(self) -> None:
        for operation, declared in self._declared_roles:
            role, name = declared.get("role"), declared.get("name")
            if role not in (*ROLES, "action", "other"):
                raise _fault(operation, declared, "role", f"role is one of {', '.join(ROLES)}, action, other")
            path = template(operation.path)
            key = self._key(operation, path)
            draft = next((d for d in self._drafts.values() if name and d.name == name), None)
            draft = draft or (self.owner((*key, "")) if not name else None) or self._drafts.get(key)
            if draft is None:
                if role in ("action", "other"):
                    raise _fault(operation, declared, "name", "names no resource that was found")
                draft = self._drafts[key] = Draft(key, None, path, None)
                draft.declared.update({"name": name} if name else {})
            if role == "action":
                draft.actions.append(operation)
            elif role == "other":
                draft.others.append(operation)
            else:
                draft.by_role[role] = operation
                draft.reasons[role] = f"declared by {EXTENSION}"

    # What they are like

    def item_view(self, operation: Operation) -> View:
        """Return the view of what a list lists."""
        return item_schema(self._document, operation, items_of(self._document, operation) or ())

    def schema(self, draft: Draft) -> View:
        """Return the view of one item: as it is read, as it is listed, or as it is sent."""
        read = draft.by_role.get("read")
        thing = thing_of(self._document, read) if read else None
        if thing is not None:
            return thing[1]
        if (listing := draft.by_role.get("list")) is not None:
            return self.item_view(listing)
        for role in ("create", "replace", "change"):
            operation = draft.by_role.get(role)
            thing = thing_of(self._document, operation) if operation else None
            if thing is not None and "properties" in thing[1]:
                return thing[1]
            if operation is not None and (sent := request_schema(self._document, operation)) is not None:
                return self._views.view(sent)
        return {}

    def _alike(self, one: View, other: View) -> bool:
        """Whether two things are of one kind: most of the fields of the smaller one are in both."""
        mine, theirs = (set(self.fields(view)) for view in (one, other))
        return len(mine & theirs) * 2 > min(len(mine), len(theirs))

    def fields(self, view: View) -> Iterator[str]:
        """Yield the names of the fields that a thing may have."""
        for alternative in self._views.alternatives(view):
            yield from alternative.get("properties") or ()


def _fault(operation: Operation, declared: Any, key: str, message: str) -> UserError:
    line = getattr(declared, "lines", {}).get(key)
    source = getattr(declared, "source", None)
    return UserError(f"{EXTENSION} of {operation.operation_id}: {message}", source=source, line=line)
