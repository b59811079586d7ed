"""From an operation to a method: what it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trigger_contract.document.operations import Operation
from trigger_contract.document.pagination import pagination
from trigger_contract.generate.answers import read_responses
from trigger_contract.generate.bodies import key_argument, read_body
from trigger_contract.generate.calling import short_id
from trigger_contract.generate.lists import read_page
from trigger_contract.generate.naming import Names, pascal_case
from trigger_contract.generate.parameters import read_arguments
from trigger_contract.generate.plan import Method
from trigger_contract.generate.reading import SchemaReader

# What every method takes beside the operation's own arguments, and names a signature cannot shadow.
_TAKEN = (
    "self",
    "body",
    "timeout",
    "max_retries",
    "extra_headers",
    "extra_query",
    "extra_body",
    "content_type",
    "interval",
    "max_interval",
    "poll_timeout",
    "made",
    "builtins",
    "datetime",
    "uuid",
)
_KEY_HEADER = "idempotency-key"


def read_method(
    document: Mapping[str, Any], operation: Operation, name: str, module: str, reader: SchemaReader
) -> Method:
    """Read one operation."""
    definition = operation.definition
    base = pascal_case(short_id(operation))
    names = Names(_TAKEN)
    arguments, by_wire = read_arguments(document, operation, base, names, reader)
    body = read_body(document, definition, base, names, reader)
    responses, errors, redirects = read_responses(document, definition, base, reader)
    method = Method(
        name=name,
        module=module,
        operation_id=operation.operation_id,
        verb=operation.method.upper(),
        path=operation.path,
        summary=_text(definition.get("summary")),
        description=_text(definition.get("description")),
        deprecated=definition.get("deprecated") is True,
        arguments=arguments,
        body=body,
        responses=responses,
        errors=errors,
        security=(),
        redirects=redirects,
        key=next(
            (
                item.name
                for item in arguments
                if item.location == "header" and item.wire.lower() == _KEY_HEADER
            ),
            key_argument(body),
        ),
    )
    found = pagination(document, operation)
    method.page = read_page(found, method, by_wire, reader) if found else None
    return method


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
