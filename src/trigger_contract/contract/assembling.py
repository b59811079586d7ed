"""Reading the contract out of a document: every operation, and which takes the ids that another names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from trigger_contract.contract.subjects import Contract, Relation, Subject, is_same, subject_of
from trigger_contract.document.composition import composition
from trigger_contract.document.identity import identity_of
from trigger_contract.document.operations import operations, response_of
from trigger_contract.document.references import resolve, split_pointer
from trigger_contract.document.resources import Resource, resources
from trigger_contract.errors import UserError, meant

_WRITES = frozenset(("post", "put", "patch", "delete"))
_LINK = re.compile(r"\$response\.body#(?P<items>(?:/[^/]+)*)/\d+/(?P<field>[^/]+)\Z")


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
        source = next((item for item in subjects if is_same(resource.list, item.operation)), None)
        if source is None or source.items is None or resource.identity is None:
            continue
        for target in subjects:
            if _takes_id_of(resource, target):
                reads = is_same(resource.read, target.operation)
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
    if resource.identity is None or not target.path_parameters or is_same(resource.list, target.operation):
        return False
    if is_same(resource.read, target.operation):
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
