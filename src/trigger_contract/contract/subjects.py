"""The operations under check, with what the document says about each found by its form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from trigger_contract.contract.citations import Pointer, follow
from trigger_contract.contract.pointers import items_pointer, property_pointer
from trigger_contract.contract.values import may_be_alike, plain
from trigger_contract.document.composition import composition
from trigger_contract.document.conjunction import types_of
from trigger_contract.document.identity import identity_of
from trigger_contract.document.listing import answer_schema, item_schema, items_of
from trigger_contract.document.operations import (
    Operation,
    json_media,
    operations,
    response_of,
    response_schema,
    success_statuses,
)
from trigger_contract.document.pagination import Pagination, pagination
from trigger_contract.document.references import resolve, split_pointer
from trigger_contract.document.resources import Resource, resources
from trigger_contract.document.wire import QueryLeaf, query_leaves
from trigger_contract.errors import UserError, meant

_WRITES = frozenset(("post", "put", "patch", "delete"))
_LINK = re.compile(r"\$response\.body#(?P<items>(?:/[^/]+)*)/\d+/(?P<field>[^/]+)\Z")


@dataclass(frozen=True)
class Subject:
    """One operation under check.

    Attributes:
        document: The document it stands in.
        operation: The operation.
        leaves: Names that may stand in its query; null, which no query can spell, is not in their schemas.
        pages: How it is paginated, if it is.
        items: Path to the array of items in its answer, empty where the body is it; None if there is none.
        identity: Name of the field that tells its items apart; empty where none does.
        is_collection: Whether it lists things, also where it stands below another thing.
        is_detail: Whether it answers with one item of a list, in more detail.
    """

    document: Mapping[str, Any]
    operation: Operation
    leaves: tuple[QueryLeaf, ...]
    pages: Pagination | None
    items: tuple[str, ...] | None
    identity: str = ""
    is_collection: bool = False
    is_detail: bool = False

    @property
    def name(self) -> str:
        """The operationId."""
        return self.operation.operation_id

    @property
    def is_list(self) -> bool:
        """Whether it answers with items and needs no id, or that of a thing it stands below only."""
        return self.items is not None and (self.is_collection or not self.path_parameters)

    @cached_property
    def pointer(self) -> Pointer:
        """Where the operation stands in the document."""
        return ("paths", self.operation.path, self.operation.method)

    @cached_property
    def path_parameters(self) -> tuple[Mapping[str, Any], ...]:
        """The Parameter Objects of the path, in the order of the path."""
        found = [item for item in self.operation.parameters if item["in"] == "path"]
        return tuple(sorted(found, key=lambda item: self.operation.path.find("{" + item["name"] + "}")))

    @property
    def id_parameter(self) -> Mapping[str, Any]:
        """The last parameter of the path: it says which thing is meant, those before where it stands."""
        return self.path_parameters[-1]

    @cached_property
    def success(self) -> str:
        """The name of the response for an answer as wished for: ``200``, another, a range or ``default``."""
        declared = success_statuses(self.operation)
        described = [status for status in declared if response_schema(self.document, self.operation, status)]
        return next(iter((*described, *declared)), "200")

    @cached_property
    def response_pointer(self) -> Pointer:
        """Where the schema of the answer as wished for stands."""
        content = (response_of(self.document, self.operation, self.success) or {}).get("content") or {}
        media = json_media(content)
        name = next((name for name, value in content.items() if value is media), "application/json")
        return (*self.pointer, "responses", self.success, "content", name, "schema")

    def field_pointer(self, *path: str) -> Pointer:
        """Where a property of the answer is described."""
        return property_pointer(self.document, self.response_pointer, path)

    @cached_property
    def item_pointer(self) -> Pointer:
        """Where the schema of one item stands."""
        return items_pointer(self.document, self.field_pointer(*(self.items or ())))

    def item_field_pointer(self, name: str) -> Pointer:
        """Where a field of the items is described."""
        return property_pointer(self.document, self.item_pointer, (name,))

    @cached_property
    def item_schema(self) -> Mapping[str, Any]:
        """The view of one item, or an empty one."""
        return {} if self.items is None else item_schema(self.document, self.operation, self.items)

    @cached_property
    def answer_schema(self) -> Mapping[str, Any]:
        """The view of the schema of the answer as wished for, or an empty one."""
        found = answer_schema(self.document, self.operation) or {}
        if self.items is None:
            return next(iter(composition(self.document).alternatives(found)), found)
        return found

    @cached_property
    def accepts(self) -> str:
        """The media types of its documented answers, for Accept. Source: RFC 9110, section 12.5.1."""
        found: dict[str, None] = {}
        for raw in self.operation.definition.get("responses", {}).values():
            response = resolve(self.document, raw)
            found.update(dict.fromkeys(name.split(";")[0].strip() for name in response.get("content") or {}))
        return ", ".join(found) or "application/json"

    @cached_property
    def required_leaves(self) -> tuple[QueryLeaf, ...]:
        """Query names without which no request is valid."""
        return tuple(leaf for leaf in self.leaves if leaf.required)

    def items_in(self, body: Any) -> list[Any] | None:
        """Return the array of items in an answer; None where there is none.

        An array that may be null is empty then, and HAL leaves ``_embedded`` out where nothing is in it.
        """
        value = body
        for name in self.items or ():
            if not isinstance(value, Mapping):
                return None
            if name == "_embedded" and name not in value:
                return []
            value = value.get(name) if name in value else _MISSING
        if value is None and self._may_be_null:
            return []
        return value if isinstance(value, list) else None

    @cached_property
    def _may_be_null(self) -> bool:
        array = composition(self.document).at(self.answer_schema, self.items or ())
        return array is not None and "null" in types_of(array)

    def properties(self, pointer: Pointer) -> dict[str, Any]:
        """Return the views of the properties of the schema at a pointer."""
        return dict(composition(self.document).properties(list(follow(self.document, pointer))[-1][1]))

    def leaf_pointer(self, leaf: QueryLeaf) -> Pointer:
        """Where a query name is described."""
        place = self.parameter_pointer("query", leaf.path[0])
        below = tuple(token for name in leaf.path[1:] for token in ("properties", name))
        # A parameter that is one leaf is described beside its schema.
        return (*place, "schema", *below) if below and place != self.pointer else place

    def parameter_pointer(self, where: str, name: str) -> Pointer:
        """Where a parameter is described; the operation's own goes before that of its path."""
        for place in (self.pointer, ("paths", self.operation.path)):
            found = list(follow(self.document, (*place, "parameters")))[-1][1]
            for index, raw in enumerate(found if isinstance(found, list) else ()):
                parameter = resolve(self.document, raw)
                if parameter["name"] == name and parameter["in"] == where:
                    return (*place, "parameters", index)
        return self.pointer

    def error_text(self, status: int) -> tuple[str, str] | None:
        """Return property and text of an error the document gives exactly one text for, if it does."""
        schema = response_schema(self.document, self.operation, str(status))
        for name, value in composition(self.document).properties(schema).items():
            texts = [value["const"]] if "const" in value else value.get("enum") or []
            if len(texts) == 1 and isinstance(texts[0], str):
                return name, texts[0]
        return None

    def documents(self, status: int) -> bool:
        """Whether the document has this status for the operation, by itself, as a range or as default."""
        return response_of(self.document, self.operation, str(status)) is not None

    def documents_exactly(self, status: int) -> bool:
        """Whether the document has just this status for the operation, not only a range that holds it."""
        return str(status) in self.operation.definition.get("responses", {})

    def refusals(self, *named: int) -> frozenset[int]:
        """Return the statuses that may refuse what is wrong with a request.

        Args:
            named: Statuses made for it; where the document has some of them, these alone will do.
        """
        exact = frozenset(status for status in named if self.documents_exactly(status))
        return exact or frozenset(range(400, 500)) - {401, 429}


_MISSING = object()


@dataclass(frozen=True)
class Relation:
    """Items of one operation name what another takes.

    Attributes:
        source: The list.
        target: The operation with an id in its path.
        parameter: Name of that path parameter.
        field: Name of the item's field that holds it.
        reads_item: Whether the target is known to read the item itself.
    """

    source: Subject
    target: Subject
    parameter: str
    field: str
    reads_item: bool = False

    @cached_property
    def is_detail(self) -> bool:
        """Whether the target answers with the item itself, in more detail."""
        if self.target.is_list:
            return False
        item = set(self.source.item_schema.get("properties", {}))
        whole = set(self.target.answer_schema.get("properties", {}))
        return bool(item & whole) and (self.reads_item or len(item & whole) * 2 > len(item))

    @cached_property
    def shared(self) -> tuple[str, ...]:
        """Names of the fields that item and answer both have, and of which a value can keep both schemas."""
        views = composition(self.source.document)
        whole = views.properties(self.target.answer_schema)
        return tuple(
            name
            for name, view in views.properties(self.source.item_schema).items()
            if name in whole and may_be_alike(views, view, whole[name])
        )

    def can_agree(self, field: str, one: Any, other: Any) -> bool:
        """Whether item and answer have names for each other's value, where both list theirs."""
        views = composition(self.source.document)
        schemas = self.source.item_schema, self.target.answer_schema
        first, second = (views.properties(schema).get(field, {}).get("enum") for schema in schemas)
        if first is None or second is None or one is None or other is None:
            return True
        return other in first and one in second


@dataclass(frozen=True)
class Contract:
    """Every operation under check and how they hang together.

    Attributes:
        document: The document.
        subjects: The operations that read.
        relations: Which of them names what another takes.
        left_out: Operations that are not checked, each with the reason.
        writing: The operations that write; they are asked only where that is wished for.
    """

    document: Mapping[str, Any]
    subjects: tuple[Subject, ...]
    relations: tuple[Relation, ...]
    left_out: tuple[str, ...] = ()
    writing: tuple[Subject, ...] = ()

    def written_by(self, operation: Operation | None) -> Subject | None:
        """Return an operation under check that writes, None where it is not one."""
        return next((item for item in self.writing if _is(operation, item.operation)), None)

    def reading(self, operation: Operation | None) -> Subject | None:
        """Return an operation under check that reads, None where it is not one."""
        return next((item for item in self.subjects if _is(operation, item.operation)), None)

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
                f"no operation has this tag; {meant(tag, sorted(known), among='there are')}",
                source=f"--tag {tag}",
            )
    chosen = [item for item in found if not tags or set(tags) & set(item.definition.get("tags", []))]
    subjects = [subject_of(document, item) for item in chosen if item.method == "get"]
    if not subjects:
        raise UserError("the document has no GET operation to check", source="--spec")
    by_name = {item.name: item for item in subjects}
    drafts = list(_relations(document, subjects))
    for draft in drafts:
        source = by_name[draft.source.name]
        by_name[source.name] = replace(source, identity=draft.field)
        if draft.is_detail:
            by_name[draft.target.name] = replace(by_name[draft.target.name], is_detail=True)
    relations = [
        replace(draft, source=by_name[draft.source.name], target=by_name[draft.target.name])
        for draft in drafts
    ]
    writing = tuple(subject_of(document, item) for item in chosen if item.method in _WRITES)
    return Contract(
        document, tuple(by_name[item.name] for item in subjects), tuple(relations), writing=writing
    )


def subject_of(document: Mapping[str, Any], operation: Operation) -> Subject:
    """Return what a document says about an operation of any method, found by its form."""
    views = composition(document)
    items = items_of(document, operation)
    item = item_schema(document, operation, items) if items is not None else {}
    if items is not None and "object" not in types_of(item) and "properties" not in item:
        items = None
    resource = resources(document).of(operation)
    leaves = tuple(
        replace(leaf, schema=plain(document, leaf.schema)) for leaf in query_leaves(document, operation)
    )
    pages = pagination(document, operation) if items is not None else None
    identity = (pages.identity if pages else None) or (
        resource.identity.field if resource and resource.identity and _is(resource.list, operation) else None
    )
    return Subject(
        document=document,
        operation=operation,
        leaves=leaves,
        pages=pages,
        items=items,
        identity=identity or identity_of(views, item) or "",
        is_collection=resource is not None and _is(resource.list, operation),
    )


def _is(one: Operation | None, other: Operation) -> bool:
    return one is not None and (one.path, one.method) == (other.path, other.method)


def _relations(document: Mapping[str, Any], subjects: Sequence[Subject]) -> Iterator[Relation]:
    """Yield which operations take the ids that a list names: as links say, then by form; each pair once."""
    known: set[tuple[str, str]] = set()
    for relation in (
        *_linked(document, subjects),
        *filter(_is_reachable, (*_by_form(document, subjects), *_below(document, subjects))),
    ):
        pair = relation.source.name, relation.target.name
        if pair not in known:
            known.add(pair)
            yield relation


def _is_reachable(relation: Relation) -> bool:
    """Whether list or document say what stands in the target's path before the id."""
    path = relation.target.path_parameters
    place = next((index for index, item in enumerate(path) if item["name"] == relation.parameter), 0)
    return all(
        {"default", "example", "examples"} & {*item, *(item.get("schema") or ())}
        for item in path[len(relation.source.path_parameters) : place]
    )


def _linked(document: Mapping[str, Any], subjects: Sequence[Subject]) -> Iterator[Relation]:
    by_id = {subject.name: subject for subject in subjects}
    for source in subjects:
        response = response_of(document, source.operation, source.success) or {}
        for raw in (response.get("links") or {}).values():
            link = resolve(document, raw)
            target = by_id.get(_target_of(link, subjects))
            for parameter, expression in (link.get("parameters") or {}).items():
                match = _LINK.match(str(expression))
                if target and match and tuple(split_pointer(match["items"])) == source.items:
                    yield Relation(source, target, parameter.removeprefix("path."), match["field"])


def _target_of(link: Mapping[str, Any], subjects: Sequence[Subject]) -> str:
    if "operationId" in link:
        return str(link["operationId"])
    place = tuple(split_pointer(str(link.get("operationRef", "")).lstrip("#")))
    return next((subject.name for subject in subjects if subject.pointer == place), "")


def _by_form(document: Mapping[str, Any], subjects: Sequence[Subject]) -> Iterator[Relation]:
    """Yield what belongs together by its paths. Source: ``document/resources``."""
    for resource in resources(document).all:
        source = next((item for item in subjects if _is(resource.list, item.operation)), None)
        if source is None or source.items is None or resource.identity is None:
            continue
        for target in subjects:
            if _takes_id_of(resource, target):
                reads = _is(resource.read, target.operation)
                yield Relation(source, target, resource.identity.parameter, resource.identity.field, reads)


def _below(document: Mapping[str, Any], subjects: Sequence[Subject]) -> Iterator[Relation]:
    """Yield what stands right below a list in the path, also where no operation reads its items."""
    lists = {_unversioned(item.operation.path): item for item in subjects if item.items is not None}
    for target in subjects:
        if not target.path_parameters:
            continue
        parameter = target.id_parameter["name"]
        above = target.operation.path.partition("/{" + parameter + "}")[0]
        source = lists.get(_unversioned(above))
        if source is None or len(source.path_parameters) >= len(target.path_parameters):
            continue
        noun = above.rpartition("/")[2]
        if field := identity_of(composition(document), source.item_schema, parameter, noun):
            yield Relation(source, target, parameter, field)


def _takes_id_of(resource: Resource, target: Subject) -> bool:
    """Whether the last id in an operation's path is that of a resource's item."""
    if resource.identity is None or not target.path_parameters or _is(resource.list, target.operation):
        return False
    if _is(resource.read, target.operation):
        return True
    item_path = resource.item_path or ""
    last = "{" + target.id_parameter["name"] + "}"
    below, _, _ = target.operation.path.rpartition(last)
    return target.id_parameter["name"] == resource.identity.parameter and _unversioned(below + last) == (
        _unversioned(item_path)
    )


def _unversioned(path: str) -> str:
    """A path without the segments that only say which version of the service it belongs to."""
    return "/".join(part for part in path.split("/") if not re.fullmatch(r"v\d+(?:[._-]?\w+)?", part))
