"""The operations under check, with what the document says about each found by its form."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from trigger_contract.contract.citations import Pointer, follow
from trigger_contract.document.operations import Operation, operations, response_schema
from trigger_contract.document.pagination import pagination
from trigger_contract.document.references import resolve, split_pointer
from trigger_contract.document.wire import QueryLeaf, query_leaves
from trigger_contract.errors import UserError

_LINK = re.compile(r"\$response\.body#/(?P<items>[^/]+)/\d+/(?P<field>[^/]+)\Z")


@dataclass(frozen=True)
class Pages:
    """How a list is walked by a cursor or by the number of a page.

    Attributes:
        kind: ``cursor`` or ``number``.
        size: Leaf that sets the size of a page, if there is one.
        after: Leaf that takes the next cursor or the page's number.
        before: Leaf that takes the previous cursor, if there is one.
        next: Where the next cursor stands in the response; for ``number`` the total of pages.
        previous: Where the previous cursor stands in the response.
    """

    kind: str
    size: QueryLeaf | None
    after: QueryLeaf
    before: QueryLeaf | None
    next: tuple[str, ...]
    previous: tuple[str, ...] | None


@dataclass(frozen=True)
class Subject:
    """One operation under check.

    Attributes:
        document: The document it stands in.
        operation: The operation.
        leaves: Names that may stand in its query.
        pages: How it is paginated, if it is.
        items: Name of the one array in its 200 response, if there is one.
        is_detail: Whether it answers with one item of a list, in more detail.
    """

    document: Mapping[str, Any]
    operation: Operation
    leaves: tuple[QueryLeaf, ...]
    pages: Pages | None
    items: str | None
    is_detail: bool = False

    @property
    def name(self) -> str:
        """The operationId."""
        return self.operation.operation_id

    @property
    def is_list(self) -> bool:
        """Whether it needs no id and answers with items."""
        return self.items is not None and not self.path_parameters

    @cached_property
    def pointer(self) -> Pointer:
        """Where the operation stands in the document."""
        return ("paths", self.operation.path, self.operation.method)

    @cached_property
    def path_parameters(self) -> tuple[Mapping[str, Any], ...]:
        """The Parameter Objects of the path."""
        return tuple(item for item in self.operation.parameters if item["in"] == "path")

    @cached_property
    def response_pointer(self) -> Pointer:
        """Where the schema of the 200 response stands."""
        return (*self.pointer, "responses", "200", "content", "application/json", "schema")

    @cached_property
    def item_pointer(self) -> Pointer:
        """Where the schema of one item stands."""
        return (*self.response_pointer, "properties", self.items or "", "items")

    @cached_property
    def item_schema(self) -> Mapping[str, Any]:
        """The resolved schema of one item, or an empty one."""
        schema = response_schema(self.document, self.operation, "200") or {}
        array = resolve(self.document, (schema.get("properties") or {}).get(self.items or "", {}))
        found: Mapping[str, Any] = resolve(self.document, array.get("items", {}))
        return found

    @cached_property
    def answer_schema(self) -> Mapping[str, Any]:
        """The resolved schema of the 200 response, or an empty one."""
        return response_schema(self.document, self.operation, "200") or {}

    @cached_property
    def accepts(self) -> str:
        """The media types of its documented answers, for Accept. Source: RFC 9110, section 12.5.1."""
        found: dict[str, None] = {}
        for raw in self.operation.definition.get("responses", {}).values():
            response = resolve(self.document, raw)
            found.update(dict.fromkeys(name.split(";")[0].strip() for name in response.get("content") or {}))
        return ", ".join(found) or "application/json"

    @property
    def required_leaves(self) -> tuple[QueryLeaf, ...]:
        """Query names without which no request is valid."""
        return tuple(leaf for leaf in self.leaves if leaf.required)

    def properties(self, pointer: Pointer) -> dict[str, Any]:
        """Return the resolved properties of the schema at a pointer."""
        value = list(follow(self.document, pointer))[-1][1]
        found = value.get("properties", {}) if isinstance(value, Mapping) else {}
        return {name: resolve(self.document, schema) for name, schema in found.items()}

    def leaf_pointer(self, leaf: QueryLeaf) -> Pointer:
        """Where a query name is described."""
        for place in (self.pointer, ("paths", self.operation.path)):
            found = list(follow(self.document, (*place, "parameters")))[-1][1]
            for index, raw in enumerate(found if isinstance(found, list) else ()):
                parameter = resolve(self.document, raw)
                if parameter["name"] == leaf.path[0] and parameter["in"] == "query":
                    below = tuple(token for name in leaf.path[1:] for token in ("properties", name))
                    # A parameter that is one leaf is described beside its schema.
                    schema = ("schema", *below) if below else ()
                    return (*place, "parameters", index, *schema)
        return self.pointer

    def error_text(self, status: int) -> tuple[str, str] | None:
        """Return property and text of an error the document gives exactly one text for, if it does."""
        schema = response_schema(self.document, self.operation, str(status)) or {}
        for name, raw in (schema.get("properties") or {}).items():
            value = resolve(self.document, raw)
            texts = [value["const"]] if "const" in value else value.get("enum") or []
            if len(texts) == 1 and isinstance(texts[0], str):
                return name, texts[0]
        return None

    def documents(self, status: int) -> bool:
        """Whether the document has this status for the operation, by itself, as a range or as default."""
        responses = self.operation.definition.get("responses", {})
        return any(key in responses for key in (str(status), f"{status // 100}XX", "default"))


@dataclass(frozen=True)
class Relation:
    """Items of one operation name what another takes.

    Attributes:
        source: The list.
        target: The operation with an id in its path.
        parameter: Name of that path parameter.
        field: Name of the item's field that holds it.
    """

    source: Subject
    target: Subject
    parameter: str
    field: str

    @cached_property
    def is_detail(self) -> bool:
        """Whether the target answers with the item itself, in more detail."""
        item = set(self.source.item_schema.get("properties", {}))
        whole = set(self.target.answer_schema.get("properties", {}))
        return bool(item) and len(item & whole) * 2 > len(item)

    @cached_property
    def shared(self) -> tuple[str, ...]:
        """Names of the fields that item and answer both have."""
        whole = self.target.answer_schema.get("properties", {})
        return tuple(name for name in self.source.item_schema.get("properties", {}) if name in whole)


@dataclass(frozen=True)
class Contract:
    """Every operation under check and how they hang together."""

    document: Mapping[str, Any]
    subjects: tuple[Subject, ...]
    relations: tuple[Relation, ...]
    left_out: tuple[str, ...] = ()

    def relations_of(self, source: Subject) -> tuple[Relation, ...]:
        """Return the operations that take an id out of this list."""
        return tuple(item for item in self.relations if item.source.name == source.name)

    def relation_to(self, target: Subject) -> Relation | None:
        """Return where the ids come from that an operation takes."""
        return next((item for item in self.relations if item.target.name == target.name), None)

    def detail_of(self, source: Subject) -> Relation | None:
        """Return the operation that answers with one item of this list."""
        return next((item for item in self.relations_of(source) if item.is_detail), None)


def contract_from(document: Mapping[str, Any], tags: Sequence[str] = ()) -> Contract:
    """Read the contract out of a document.

    Args:
        document: A valid OpenAPI 3.1 document.
        tags: Only operations with one of these tags; empty for all.

    Raises:
        UserError: No operation has one of the tags.
    """
    found = list(operations(document))
    known = {tag for operation in found for tag in operation.definition.get("tags", [])}
    for tag in tags:
        if tag not in known:
            raise UserError(
                f"no operation has this tag; there are {', '.join(sorted(known))}", source=f"--tag {tag}"
            )
    chosen = [item for item in found if not tags or set(tags) & set(item.definition.get("tags", []))]
    subjects = tuple(_subject(document, item) for item in chosen if item.method == "get")
    details = {item.target.name for item in _relations(document, subjects) if item.is_detail}
    subjects = tuple(replace(item, is_detail=item.name in details) for item in subjects)
    if not subjects:
        raise UserError("the document has no GET operation to check", source="--spec")
    return Contract(document, subjects, tuple(_relations(document, subjects)))


def _subject(document: Mapping[str, Any], operation: Operation) -> Subject:
    schema = response_schema(document, operation, "200") or {}
    arrays = [
        name
        for name, raw in (schema.get("properties") or {}).items()
        if resolve(document, raw).get("type") == "array"
        and resolve(document, resolve(document, raw).get("items", {})).get("type") == "object"
    ]
    # An answer with an identity of its own is a thing that has parts, not a list of things.
    is_thing = "id" in (schema.get("properties") or {})
    return Subject(
        document=document,
        operation=operation,
        leaves=query_leaves(document, operation),
        pages=_pages(document, operation),
        items=arrays[0] if len(arrays) == 1 and not is_thing else None,
    )


def _pages(document: Mapping[str, Any], operation: Operation) -> Pages | None:
    found = pagination(document, operation)
    if found is None or found.after is None:
        return None
    following = {"cursor": found.next, "number": found.total_pages}.get(found.kind)
    if following is None:
        return None
    return Pages(found.kind, found.size, found.after, found.before, following, found.previous)


def _relations(document: Mapping[str, Any], subjects: Sequence[Subject]) -> list[Relation]:
    by_id = {subject.name: subject for subject in subjects}
    relations: dict[tuple[str, str], Relation] = {}
    for source in subjects:
        response = resolve(document, source.operation.definition.get("responses", {}).get("200")) or {}
        for raw in (response.get("links") or {}).values():
            link = resolve(document, raw)
            target = by_id.get(_target_of(link, subjects))
            for parameter, expression in (link.get("parameters") or {}).items():
                match = _LINK.match(str(expression))
                if target and match and match["items"] == source.items:
                    name = parameter.removeprefix("path.")
                    relations[source.name, target.name] = Relation(source, target, name, match["field"])
    return list(relations.values())


def _target_of(link: Mapping[str, Any], subjects: Sequence[Subject]) -> str:
    if "operationId" in link:
        return str(link["operationId"])
    place = tuple(split_pointer(str(link.get("operationRef", "")).lstrip("#")))
    return next((subject.name for subject in subjects if subject.pointer == place), "")
