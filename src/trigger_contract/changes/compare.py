"""The comparison of two OpenAPI documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trigger_contract.changes.law import Effect, Flow
from trigger_contract.changes.model import Change, Comparison
from trigger_contract.changes.operations import compare_paths
from trigger_contract.changes.position import component
from trigger_contract.changes.schemas import SchemaGraph
from trigger_contract.changes.scope import Scope
from trigger_contract.changes.security import compare_schemes
from trigger_contract.changes.side import Side, quoted, same_json
from trigger_contract.changes.spot import Context, Finding
from trigger_contract.document.references import references, references_below
from trigger_contract.errors import UserError

# Below these a `$ref` is somebody's data.
_DATA = frozenset({"example", "examples", "default", "enum", "const"})
_INFO = ("title", "summary", "description", "version", "termsOfService", "contact", "license")


def compare(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    *,
    old_name: str = "old document",
    new_name: str = "new document",
) -> Comparison:
    """Compare two OpenAPI 3.0 or 3.1 documents.

    Operations are compared with all references followed, in the direction that values travel. The same
    change reached by several operations is one change that lists them.

    Args:
        old: The document that clients were written against.
        new: The document that replaces it.
        old_name: The old document's file, for error messages.
        new_name: The new document's file, for error messages.

    Raises:
        UserError: One of them is not an OpenAPI document that can be compared.
    """
    sides = Side(old, old_name), Side(new, new_name)
    for side in sides:
        _check_version(side)
        _check_references(side)
    graph = SchemaGraph(*sides)
    scopes = [
        *compare_paths(graph, old.get("paths"), new.get("paths")),
        *compare_paths(graph, old.get("webhooks"), new.get("webhooks"), prefix="webhook-"),
    ]
    labels = [scope.label for scope in scopes]
    found = [(finding, [scope.label]) for scope in scopes for finding in scope.findings]
    for finding, uses in graph.nodes.findings_by_use([scope.roots for scope in scopes]):
        found.append((finding, [labels[index] for index in uses]))
    whole = Scope(graph, "")
    _compare_document(whole, *sides)
    compare_schemes(whole)
    _compare_unused(whole, *sides)
    return Comparison(_group([*((finding, []) for finding in whole.findings), *found], labels))


def _check_version(side: Side) -> None:
    version = side.document.get("openapi")
    if "swagger" in side.document and version is None:
        raise UserError("is Swagger 2; convert it to OpenAPI 3 first", source=side.source)
    if not str(version).startswith("3."):
        raise UserError(f"is not an OpenAPI 3 document: `openapi` is {version!r}", source=side.source)


def _check_references(side: Side) -> None:
    """Look up every local reference, also where nothing is there to compare it with."""
    for reference, holder, _ in references(side.document):
        if reference.startswith("#"):
            side.lookup(reference, holder)


def _used_schemas(side: Side) -> set[str]:
    """Return the names of the schemas that an operation uses, directly or not."""
    names: set[str] = set()
    seen: set[str] = set()
    top = {key: side.document[key] for key in ("paths", "webhooks") if key in side.document}
    queue: list[tuple[str, Any]] = [("document", top)]
    for kind, part in queue:
        for reference, _, found in references_below(kind, part):
            if reference not in seen:
                seen.add(reference)
                queue.append((found, side.lookup(reference)))
                if (name := component(reference)) is not None:
                    names.add(name)
    return names


def _compare_document(scope: Scope, old: Side, new: Side) -> None:
    infos = [side.mapping(side.document.get("info"), "`info`") for side in (old, new)]
    scope.texts("api-info", "the API", infos[0], infos[1], _INFO)
    scope.texts("api", "the document", old.document, new.document, ("externalDocs",))
    tags = [_tags(old), _tags(new)]
    for name in dict.fromkeys([*tags[0], *tags[1]]):
        if name in tags[0] and name in tags[1]:
            keys = ("description", "externalDocs")
            scope.texts("api-tag", f"the tag {quoted(name)}", tags[0][name], tags[1][name], keys)
        else:
            verb = "removed from" if name in tags[0] else "added to"
            message = f"The tag {quoted(name)} was {verb} the document's list."
            scope.report(f"api-tag-listing-{verb.split()[0]}", Effect.TEXT, message)


def _tags(side: Side) -> dict[str, Mapping[str, Any]]:
    tags = [side.mapping(one, "a tag") for one in side.sequence(side.document.get("tags"), "`tags`")]
    return {str(tag.get("name")): tag for tag in tags}


def _compare_unused(scope: Scope, old: Side, new: Side) -> None:
    """Report schemas that no operation uses: generated clients may have classes for them."""
    schemas = [side.components("schemas") for side in (old, new)]
    # As in a response, because what a used schema below has come to in one is known by now.
    context = Context("response", "body", Flow.RECEIVED, "In responses")
    used = _used_schemas(old) | _used_schemas(new)
    for name in dict.fromkeys([*schemas[0], *schemas[1]]):
        if name in used:
            continue
        if name not in schemas[1]:
            message = f"The schema {quoted(name)}, which no operation uses, was removed."
            scope.report("api-schema-removed", Effect.TEXT, message, near=(schemas[0][name], None))
        elif name not in schemas[0]:
            message = f"The schema {quoted(name)}, which no operation uses, was added."
            scope.report("api-schema-added", Effect.TEXT, message, near=(None, schemas[1][name]))
        else:
            both = [schema[name] for schema in schemas]
            # What changed in a schema that it refers to is told there.
            if same_json(*both):
                continue
            key = scope.graph.compare(context, name, *both)
            if any(True for _ in scope.graph.nodes.findings([key])):
                message = f"The schema {quoted(name)}, which no operation uses, changed."
                scope.report("api-schema-changed", Effect.TEXT, message, near=(both[0], both[1]))


def _group(found: list[tuple[Finding, list[str]]], labels: list[str]) -> tuple[Change, ...]:
    """Turn findings and their operations into changes: equal ones into one, worst first.

    Args:
        found: Findings with the operations that each reaches.
        labels: All operations in the document's order.
    """
    order = {label: index for index, label in enumerate(labels)}
    groups: dict[tuple[str, str, str, str], tuple[Finding, set[str]]] = {}
    for finding, operations in found:
        groups.setdefault(finding.key, (finding, set()))[1].update(operations)
    changes = [
        Change(
            code=finding.code,
            severity=finding.severity,
            message=finding.message,
            operations=tuple(sorted(operations, key=order.__getitem__)),
            old=finding.values[0],
            new=finding.values[1],
            old_line=finding.lines[0],
            new_line=finding.lines[1],
            place=finding.place,
        )
        for finding, operations in groups.values()
    ]
    return tuple(sorted(changes, key=lambda change: change.severity.rank))
