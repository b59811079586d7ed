"""From an operation to a method: what it is called and what it is made of."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from typing import Any

from trigger_contract.document.operations import Operation
from trigger_contract.document.pagination import pagination
from trigger_contract.errors import UserError
from trigger_contract.generate.answers import read_responses
from trigger_contract.generate.bodies import key_argument, read_body
from trigger_contract.generate.lists import read_page
from trigger_contract.generate.naming import Names, is_version, pascal_case, snake_case, stem, words
from trigger_contract.generate.parameters import read_arguments
from trigger_contract.generate.plan import Method
from trigger_contract.generate.reading import SchemaReader
from trigger_contract.generate.servers import HINT

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
_METHOD_WORDS = {"get": "retrieve", "post": "create", "put": "replace", "patch": "update", "delete": "delete"}
_KEY_HEADER = "idempotency-key"


def hint(operation: Operation) -> Mapping[str, Any]:
    """The operation's ``x-client``: names that people chose, and under ``poll`` what reads what it starts.

    Raises:
        UserError: It holds something else.
    """
    given = operation.definition.get(HINT)
    if given is None:
        return {}
    if isinstance(given, Mapping):
        wrong = [
            key
            for key, value in given.items()
            if key not in ("resource", "method", "poll")
            or not (isinstance(value, str) or (key == "poll" and value is False))
        ]
        if not wrong:
            return given
    line = getattr(operation.definition, "lines", {}).get(HINT)
    raise UserError(
        f"{HINT} of {operation.operation_id}: give texts for `resource`, `method` and `poll`",
        source=getattr(operation.definition, "source", None),
        line=line,
    )


def short_id(operation: Operation) -> str:
    """The operationId without what frameworks add to it.

    FastAPI adds path and method to a function's name, NestJS puts the controller before it.
    """
    name = operation.operation_id
    tail = re.sub(r"\W", "_", operation.path) + "_" + operation.method
    if len(name) > len(tail):
        name = name.removesuffix(tail)
    _, controller, rest = name.partition("Controller_")
    return rest if controller and rest else name


def method_name(operation: Operation, noun: str) -> str:
    """Derive a method's name: the operationId without its version and without the tag's noun.

    ``list_runs_v1`` under ``runs`` becomes ``list``, ``get_run_result_v1`` becomes ``get_result`` and
    ``list_task_runs`` under ``tasks`` becomes ``list_runs``.
    """
    if "operationId" in operation.definition:
        parts = [part.lower() for part in words(short_id(operation))]
    else:
        # An operation without an id is named after what it does to the last thing its path names.
        fixed = [part for part in operation.path.split("/") if part and not part.startswith("{")]
        parts = [
            _METHOD_WORDS.get(operation.method, operation.method),
            *words(snake_case(fixed[-1] if fixed else "")),
        ]
    while len(parts) > 1 and is_version(parts[-1]):
        parts.pop()
    target = [stem(part.lower()) for part in words(noun)]
    size = len(target)
    for start in range(len(parts) - size + 1):
        window = [stem(part) for part in parts[start : start + size]]
        if window == target and len(parts) > size:
            del parts[start : start + size]
            break
    return snake_case("_".join(parts), fallback="call")


def shorter_name(operation: Operation, noun: str, name: str) -> str | None:
    """The name without what the path stands below: ``create`` for ``create_project_envvar``.

    Only where the id names the noun, so that what stands before it tells whose it is.
    """
    parts = name.split("_")
    if not set(_stems(noun)) <= set(_stems(short_id(operation))):
        return None
    segments = operation.path.split("/")
    places = [index for index, segment in enumerate(segments) if _stems(segment) == _stems(noun)]
    below = {
        word
        for index, above in enumerate(segments[: places[-1]] if places else ())
        if segments[index + 1].startswith("{")
        for word in _stems(above)
    }
    kept = [parts[0], *(part for part in parts[1:] if stem(part) not in below)]
    shorter = "_".join(kept)
    return shorter if len(kept) < len(parts) and not keyword.iskeyword(shorter) else None


def _stems(name: str) -> list[str]:
    return [stem(word.lower()) for word in words(name)]


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
