"""What a call starts and another one tells the end of: ``trigger`` and ``runs.retrieve``.

Found by form, the surest first: a link of the answer to an operation that can be waited for (OpenAPI, Link
Object); the making of a thing that has states; a property of the answer that is called as the path parameter
that reads such a thing; an ``id`` whose example begins as that of the parameter does, ``run_``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from trigger_contract.document.composition import composition
from trigger_contract.document.operations import (
    Operation,
    request_schema,
    response_of,
    success_schema,
    success_statuses,
)
from trigger_contract.document.references import resolve
from trigger_contract.document.resources import resources
from trigger_contract.document.words import flat
from trigger_contract.generate.calling import hint
from trigger_contract.generate.examples import example_of
from trigger_contract.generate.plan import Following, Method, Resource
from trigger_contract.generate.schemas import Model, Named, Scalar

_PREFIX = re.compile(r"[A-Za-z]+_(?=\w)")
_ANYBODYS = frozenset(("id", "uuid", "key", "name", "slug", "code"))
"""Names that tell nothing of whose they are."""

Placed = tuple[Operation, Resource, Method]


def find_following(
    document: Mapping[str, Any], maker: Placed, readers: Iterable[Placed], models: Mapping[str, Model]
) -> Following | None:
    """Return what tells how something ends that a method has started, if the document shows it.

    Args:
        document: The document.
        maker: The operation that starts something, and its method.
        readers: The operations of the same client that can be waited for.
        models: The models by name.
    """
    operation, _, method = maker
    types = method.result_types
    named = types[0] if len(types) == 1 else None
    if method.verb != "POST" or method.page or method.is_stream or not isinstance(named, Named):
        return None
    model = models.get(named.name)
    fields = {
        field.wire: field.name
        for field in (model.fields if model else ())
        if field.type in (Scalar("string"), Scalar("integer"), Scalar("uuid"))
    }
    chosen = hint(operation).get("poll")
    for find in (_by_link, _by_role, _by_name, _by_prefix):
        for reader in readers:
            read, resource, polled = reader
            if chosen is not None and read.operation_id != chosen:
                continue
            argument = polled.path_arguments[0]
            wire = find(document, operation, read, argument.wire, argument.example)
            if wire not in fields and chosen is not None and len(fields) == 1:
                wire = next(iter(fields))
            if wire in fields:
                return Following("", resource, polled, argument.name, fields[wire])
    return None


def _by_link(
    document: Mapping[str, Any], operation: Operation, read: Operation, parameter: str, example: Any
) -> str | None:
    for status in success_statuses(operation):
        response = response_of(document, operation, status) or {}
        for raw in (response.get("links") or {}).values():
            link = resolve(document, raw)
            if isinstance(link, Mapping) and link.get("operationId") == read.operation_id:
                given = link.get("parameters") or {}
                value = str(given.get(parameter, given.get(f"path.{parameter}", "")))
                if value.startswith("$response.body#/"):
                    return value.removeprefix("$response.body#/")
    return None


def _by_role(
    document: Mapping[str, Any], operation: Operation, read: Operation, parameter: str, example: Any
) -> str | None:
    found = resources(document)
    resource = found.of(operation)
    if resource is None or resource.identity is None or resource.read is None:
        return None
    place = (resource.read.path, resource.read.method)
    is_made = found.role(operation) == "create" and place == (read.path, read.method)
    return resource.identity.field if is_made else None


def _by_name(
    document: Mapping[str, Any], operation: Operation, read: Operation, parameter: str, example: Any
) -> str | None:
    wanted = flat(parameter)
    found = resources(document)
    resource = found.of(operation)
    is_other = resource is not None and resource.read is not None and found.role(operation) == "create"
    if wanted in _ANYBODYS or is_other or _acts_on(operation, parameter):
        return None
    schema = success_schema(document, operation)
    asked = {flat(name) for name in _properties(document, request_schema(document, operation))}
    always = composition(document).view(schema).get("required") or ()
    answered = (name for name in _properties(document, schema) if name in always)
    return next((name for name in answered if flat(name) == wanted and wanted not in asked), None)


def _by_prefix(
    document: Mapping[str, Any], operation: Operation, read: Operation, parameter: str, example: Any
) -> str | None:
    prefix = _PREFIX.match(example) if isinstance(example, str) else None
    if prefix is None or _acts_on(operation, parameter):
        return None
    shown = example_of(document, _properties(document, success_schema(document, operation)).get("id"))
    return "id" if isinstance(shown, str) and shown.startswith(prefix[0]) else None


def _acts_on(operation: Operation, parameter: str) -> bool:
    """Whether the call names the thing itself, so that whoever calls knows what to wait for."""
    return f"{{{parameter}}}" in operation.path


def _properties(document: Mapping[str, Any], schema: Any) -> Mapping[str, Any]:
    views = composition(document)
    return views.properties(views.view(schema)) if isinstance(schema, Mapping) else {}
