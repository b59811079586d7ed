"""What was found out about a document, with the reason for each, for a person and for a program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trigger_contract.document.listing import items_of
from trigger_contract.document.operations import Operation, operations, success_statuses
from trigger_contract.document.pagination import Pagination, pagination
from trigger_contract.document.quoting import terminal
from trigger_contract.document.resource import Resource
from trigger_contract.document.resources import resources
from trigger_contract.document.security import Scheme, requirements


def explain(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was found as data whose keys are stable.

    Raises:
        UserError: An extension or a security requirement of the document says what cannot be.
    """
    found = resources(document)
    return {
        "resources": [_resource(resource) for resource in found.all],
        "operations": [_operation(document, operation) for operation in operations(document)],
        "unplaced": [
            {"method": operation.method, "path": operation.path, "reason": reason}
            for operation, reason in found.unplaced
        ],
    }


def _resource(resource: Resource) -> dict[str, Any]:
    identity = resource.identity
    return {
        "name": resource.name,
        "path": resource.path,
        "item": resource.item_path,
        "parent": resource.parent,
        "identity": {"parameter": identity.parameter, "field": identity.field} if identity else None,
        "status": resource.status,
        "final": sorted(resource.final),
        "reasons": dict(resource.reasons),
    }


def _operation(document: Mapping[str, Any], operation: Operation) -> dict[str, Any]:
    found = resources(document)
    resource, role = found.of(operation), found.role(operation)
    action = next((one for one in resource.actions if one.operation == operation), None) if resource else None
    unplaced = [reason for one, reason in found.unplaced if one == operation]
    reason = resource.reasons.get(role or "") if resource else unplaced[0] if unplaced else None
    items = items_of(document, operation)
    return {
        "operation": operation.operation_id,
        "method": operation.method,
        "path": operation.path,
        "resource": resource.name if resource else None,
        "role": role,
        "reason": action.reason if action else reason or "stands below the paths of its resource",
        "opposite": action.opposite if action else None,
        "sets": {action.sets[0]: action.sets[1]} if action and action.sets else None,
        "items": None if items is None else list(items),
        "pages": _pages(pagination(document, operation)),
        "security": [
            [_scheme(scheme) for scheme in requirement.schemes]
            for requirement in requirements(document, operation)
        ],
        "statuses": [str(status) for status in operation.definition.get("responses") or {}],
        "success": list(success_statuses(operation)),
    }


def _pages(found: Pagination | None) -> dict[str, Any] | None:
    if found is None:
        return None
    leaves = {key: getattr(found, key) for key in ("size", "after", "before")}
    paths = {key: getattr(found, key) for key in ("next", "previous", "has_more", "total", "total_pages")}
    return {
        "kind": found.kind,
        **{key: leaf.name if leaf else None for key, leaf in leaves.items()},
        **{key: list(path) if path else None for key, path in paths.items()},
        "first": found.first if found.kind in ("number", "offset") else None,
        "cursor_is_id": found.cursor_is_id,
        "identity": found.identity,
        "reason": found.reason,
    }


def _scheme(scheme: Scheme) -> dict[str, Any]:
    return {"name": scheme.name, "kind": scheme.kind, "parameter": scheme.parameter}


def as_text(explanation: Mapping[str, Any]) -> str:
    """Return what was found as lines for a terminal."""
    lines: list[str] = []
    for resource in explanation["resources"]:
        own = [one for one in explanation["operations"] if one["resource"] == resource["name"]]
        lines += [*_resource_lines(resource), *(line for one in own for line in _operation_lines(one)), ""]
    loose = [one for one in explanation["operations"] if one["resource"] is None]
    if loose:
        lines += ["Of no resource:", *(line for one in loose for line in _operation_lines(one)), ""]
    count, placed = len(explanation["operations"]), len(explanation["operations"]) - len(loose)
    lines.append(f"{len(explanation['resources'])} resources; {placed} of {count} operations belong to one.")
    return "".join(f"{_indented(line)}\n" for line in lines)


def _indented(line: str) -> str:
    """Return a line with its indentation, and nothing in it that is no character of a line."""
    return " " * (len(line) - len(line.lstrip(" "))) + terminal(line)


def _resource_lines(resource: Mapping[str, Any]) -> Iterator[str]:
    reasons = resource["reasons"]
    yield f"{resource['name']}: {reasons.get('path', resource['path'])}"
    if resource["parent"]:
        yield f"  below {resource['parent']}"
    if identity := resource["identity"]:
        yield f"  identity {identity['field']}: {reasons['identity']}"
    if resource["status"]:
        final = ", ".join(resource["final"]) or "none is final"
        yield f"  states in {resource['status']}: {final} ({reasons['final']})"


def _operation_lines(operation: Mapping[str, Any]) -> Iterator[str]:
    role = f" {operation['role']}" if operation["role"] else ""
    yield f"  {operation['method'].upper()} {operation['path']}{role}: {operation['reason']}"
    if operation["opposite"]:
        yield f"      undone by {operation['opposite']}"
    if operation["pages"]:
        yield f"      pages by {operation['pages']['kind']}: {operation['pages']['reason']}"
    elif operation["items"] is not None:
        yield f"      all items at once: in {'.'.join(operation['items']) or 'the body itself'}"
    yield f"      opened by {_spelled(operation['security'])}; answers {', '.join(operation['statuses'])}"


def _spelled(alternatives: list[list[Mapping[str, Any]]]) -> str:
    told = [" and ".join(f"{one['name']} ({one['kind']})" for one in needed) for needed in alternatives]
    return " or ".join(one or "nothing" for one in told) or "nothing"
