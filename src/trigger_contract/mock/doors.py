"""What is known of each operation before it is asked for, made when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trigger_contract.document.operations import Operation
from trigger_contract.document.references import resolve
from trigger_contract.document.wire import query_leaves
from trigger_contract.mock.listquery import ListReader
from trigger_contract.mock.messages import Answer, Request
from trigger_contract.mock.query import QueryReader
from trigger_contract.mock.runs import Call

if TYPE_CHECKING:
    from trigger_contract.mock.generic import GenericOperation
    from trigger_contract.mock.service import Service


@dataclass
class Door:
    """Everything about one operation that does not change between requests.

    Attributes:
        operation: The operation.
        alternatives: The keys that open it; see ``Doorkeeper``.
        reader: Reads its query.
        handler: Answers from the mock's own runs; None where something else does.
        generic: Judges requests and answers them by form; None where a handler does.
        patterns: The patterns of its path, by parameter.
        secured_by_bearer: Whether a key comes in the header ``Authorization``.
        lasts: Whether an answer holds until something is written.
    """

    operation: Operation
    alternatives: tuple[Any, ...]
    reader: QueryReader | ListReader
    handler: Callable[[Call], Answer] | None
    generic: GenericOperation | None
    patterns: tuple[tuple[str, Mapping[str, str]], ...]
    secured_by_bearer: bool
    lasts: Callable[[Request, Answer], bool]


class Doors:
    """The doors of a service.

    Args:
        service: The service.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._made: dict[tuple[str, str], Door] = {}

    def of(self, operation: Operation) -> Door:
        """Return the door of an operation."""
        door = self._made.get((operation.path, operation.method))
        if door is None:
            door = self._made[operation.path, operation.method] = self._build(operation)
        return door

    def _build(self, operation: Operation) -> Door:
        service = self._service
        document, strict = service.document, service.settings.strict_query
        handler = service.handler(operation)
        generic = None if handler else self._generic(operation)
        bearer = any(
            not name.lower().startswith("apikey") for option in operation.security for name in option
        )
        elsewhere = service.front is not None and service.front.is_within(operation)
        lasts = (
            generic is not None
            and operation.method == "get"
            and not (elsewhere or generic.reads_headers)
            and service.collections.keeps(operation)
        )
        return Door(
            operation,
            service.keys.alternatives(operation),
            service.model.reader(operation, strict=strict)
            if handler
            else QueryReader(service.judge, query_leaves(document, operation), strict=strict),
            handler,
            generic,
            tuple(_patterns(document, operation)),
            bearer,
            service.model.lasts if handler else lambda *_: lasts,
        )

    def _generic(self, operation: Operation) -> GenericOperation:
        from trigger_contract.mock.generic import GenericOperation  # a server of runs does without

        service = self._service
        return GenericOperation(
            service.document,
            operation,
            service.refusals,
            service.judge,
            service.collections.shaper.maker,
            service.collections.beginnings(operation),
        )


def _patterns(document: Mapping[str, Any], operation: Operation) -> Iterator[tuple[str, Mapping[str, str]]]:
    for parameter in operation.parameters:
        schema = resolve(document, parameter.get("schema") or {})
        pattern = schema.get("pattern") if isinstance(schema, Mapping) else None  # it may be `true`
        if parameter["in"] == "path" and pattern:
            yield parameter["name"], {"pattern": pattern}
