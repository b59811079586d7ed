"""What a planted fault is: where a kind of it can stand, and what it does to the calls there."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from trigger_contract.document.listing import items_of
from trigger_contract.document.operations import Operation, response_of, response_schema, success_statuses
from trigger_contract.document.pagination import Pagination, pagination
from trigger_contract.document.resource import Resource
from trigger_contract.document.security import Scheme, requirements
from trigger_contract.document.wire import QueryLeaf, query_leaves
from trigger_contract.mock.collections.living import Living
from trigger_contract.mock.collections.shaping import take
from trigger_contract.mock.messages import Answer, Request
from trigger_contract.mock.query import pairs
from trigger_contract.mock.router import Match

if TYPE_CHECKING:
    from trigger_contract.mock.service import Service

_OF_CONTENT = frozenset((b"content-type", b"content-length", b"if-match"))
Answerer = Callable[[Request], Answer]
Strike = Callable[["Spot", Request, Answerer], Answer]
"""Answers a call of the operation that is at fault; what answers truly is given."""
Where = Callable[["Spot"], Iterator[str]]
"""Yields the details of an operation at which a kind can stand, one empty text where there is only one way.

Raises:
    NotPlantable: It can stand nowhere in this operation, and why.
"""


class NotPlantable(Exception):
    """Raised where a kind of fault cannot stand at an operation; says why."""


@dataclass(frozen=True)
class Kind:
    """A kind of fault.

    Attributes:
        name: What it is called, ``filter-ignored``.
        says: What the server does wrong.
        where: Where it can stand at an operation.
        strike: What it does to a call of the operation, or of any operation where ``everywhere``.
        everywhere: Whether it needs to see the calls of all operations: of those that write, for instance.
        operators: Codes of the operators of HTTPMutator that it stands for.
    """

    name: str
    says: str
    where: Where
    strike: Strike
    everywhere: bool = False
    operators: tuple[str, ...] = ()


class Spot:
    """One operation of a service, with what kinds of faults ask about it.

    Args:
        service: The service.
        operation: The operation.
        detail: The filter, property or bound that is at fault, where there are several.
    """

    def __init__(self, service: Service, operation: Operation, detail: str = "") -> None:
        self.service = service
        self.document: Mapping[str, Any] = service.document
        self.operation = operation
        self.detail = detail
        self.memory: dict[str, Any] = {}
        rows = service.things.rows()
        self.since = rows[-1][0] if rows else 0
        """The place in the database behind which stands what calls have made."""

    # The document

    @property
    def form(self) -> Pagination | None:
        """How the list is walked."""
        return pagination(self.document, self.operation)

    @property
    def items(self) -> tuple[str, ...]:
        """Where the items of a list stand.

        Raises:
            NotPlantable: The operation lists nothing.
        """
        found = items_of(self.document, self.operation)
        if found is None:
            raise NotPlantable("it lists nothing")
        return found

    @property
    def leaves(self) -> tuple[QueryLeaf, ...]:
        """The names of the query."""
        return query_leaves(self.document, self.operation)

    @property
    def schema(self) -> Any:
        """The schema of the successful JSON answer.

        Raises:
            NotPlantable: It has none.
        """
        for status in success_statuses(self.operation):
            found = response_schema(self.document, self.operation, status)
            if found is not None:
                return found
        raise NotPlantable("its answer has no JSON body")

    @property
    def living(self) -> Living:
        """The things of the operation's resource.

        Raises:
            NotPlantable: The mock keeps none for it.
        """
        found = self.service.collections.alive(self.operation)
        if found is None:
            raise NotPlantable("the mock keeps no state for it")
        return found

    @property
    def resource(self) -> Resource:
        """What the operation belongs to.

        Raises:
            NotPlantable: The mock keeps no state for it.
        """
        return self.living.resource

    @property
    def role(self) -> str | None:
        """What the operation is for its resource."""
        return self.service.collections.role(self.operation)

    def needs(self, *roles: str) -> None:
        """Refuse an operation of another role.

        Raises:
            NotPlantable: The operation does something else.
        """
        if self.role not in roles:
            raise NotPlantable(f"it is no {' or '.join(roles)}")

    def needs_sight(self) -> None:
        """Refuse a thing that nobody could read afterwards.

        Raises:
            NotPlantable: Neither a list nor a read shows it.
        """
        if self.resource.list is None and self.resource.read is None:
            raise NotPlantable("no operation shows what it changes")

    def filters(self, *, sorting: bool = False) -> list[str]:
        """Return the names of the query that select things, or that order them."""
        found = self.service.collections.alive(self.operation)
        if found is not None and found.filters is not None and self.role == "list":
            rules = found.filters.all.values()
            return [rule.name for rule in rules if (rule.test == "sort") == sorting]
        form = self.form
        paging = {leaf.name for leaf in (form.size, form.after, form.before) if leaf} if form else set()
        kept = self.service.keeps_runs(self.operation) and not sorting
        return [leaf.name for leaf in self.leaves if leaf.name not in paging] if kept else []

    # The calls

    def with_key(self, request: Request) -> Request:
        """Return a request with a key that opens the operation, in the place of any other."""
        settings = self.service.settings
        for requirement in requirements(self.document, self.operation):
            for key in (settings.token, settings.recoup_token):
                made = request
                for scheme in requirement.schemes:
                    made = _with_credential(made, scheme, key)
                if not self.service.turns_away(made):
                    return made
        return request

    def shows_key(self, request: Request) -> bool:
        """Whether a request shows any key where the operation asks for one."""
        for requirement in requirements(self.document, self.operation):
            for scheme in requirement.schemes:
                if scheme.kind == "query" and scheme.parameter in dict(pairs(request.query)):
                    return True
                if scheme.kind != "query" and request.headers.get(_header(scheme)):
                    return True
        return False

    def is_of(self, request: Request) -> bool:
        """Whether a request is one of the operation's."""
        return self.role_of(request) == (self.operation.path, self.operation.method)

    def role_of(self, request: Request) -> tuple[str, str] | None:
        """Return path and method of the operation that a request asks for."""
        found = self.service.router.find(request.method, request.path)
        if not isinstance(found, Match):
            return None
        return found.operation.path, found.operation.method

    def path_of(self, request: Request) -> Mapping[str, str]:
        """Return the values of a request's path."""
        found = self.service.router.find(request.method, request.path)
        return found.parameters if isinstance(found, Match) else {}

    def made(self) -> Answer:
        """Return a success of the operation that is made of its schema alone."""
        found = self.living.sheet(self.operation)
        made = self.living.shaper.maker.make(found.schema, 0) if found.schema is not None else None
        return found.answer(made)

    def item(self, request: Request, answering: Answerer) -> Mapping[str, Any]:
        """Return the thing that a request is about, as it is read; nothing where it is not there."""
        read = self.resource.read
        if read is None:
            return {}
        answer = answering(asking(read, tuple(self.path_of(request).values()), request))
        value = json_of(answer) if is_success(answer) else None
        found = take(value, self.living.place(read) or ()) if value is not None else None
        return found if isinstance(found, Mapping) else {}


def asking(operation: Operation, values: Sequence[str], request: Request) -> Request:
    """Return a request that reads something else with the key of another request.

    Args:
        operation: What is asked.
        values: Those of its path, from the outermost.
        request: The other request.
    """
    headers = {name: value for name, value in request.headers.items() if name not in _OF_CONTENT}
    return Request("GET", addressed(operation, values), b"", headers)


def addressed(operation: Operation, values: Sequence[str]) -> bytes:
    """Return the path of an operation with values in the place of its parameters."""
    left = iter(values)
    return re.sub(r"\{[^}]*\}", lambda _: quote(next(left), safe=""), operation.path).encode()


def identities(document: Mapping[str, Any], resource: Resource, answer: Answer) -> list[str]:
    """Return what tells apart the things that an answer of a resource's list holds."""
    where = items_of(document, resource.list) if resource.list is not None else None
    value = json_of(answer) if is_success(answer) else None
    if where is None or resource.identity is None or value is None:
        return []
    items = take(value, where) if where else value
    name = resource.identity.field
    return [str(one[name]) for one in items or () if isinstance(one, Mapping) and name in one]


def _header(scheme: Scheme) -> bytes:
    return b"cookie" if scheme.kind == "cookie" else scheme.parameter.lower().encode()


def _with_credential(request: Request, scheme: Scheme, key: str) -> Request:
    """Return a request that shows a key as a scheme wants it."""
    query, headers = request.query, dict(request.headers)
    if scheme.kind == "query":
        given = [(name, value) for name, value in pairs(query) if name != scheme.parameter]
        query = urlencode([*given, (scheme.parameter, key)]).encode()
    elif scheme.kind == "cookie":
        headers[b"cookie"] = f"{scheme.parameter}={key}".encode()
    elif scheme.kind == "basic":
        headers[b"authorization"] = b"Basic " + base64.b64encode(f"user:{key}".encode())
    else:
        headers[_header(scheme)] = f"{scheme.prefix}{key}".encode()
    return Request(request.method, request.path, query, headers, request.body)


def is_success(answer: Answer) -> bool:
    """Whether an answer is a success."""
    return 200 <= answer.status < 300


def json_of(answer: Answer) -> Any:
    """Return the JSON of an answer, or None where it has none."""
    try:
        return json.loads(answer.body) if answer.body else None
    except ValueError:
        return None


def with_json(answer: Answer, value: Any) -> Answer:
    """Return an answer with another JSON body."""
    body = json.dumps(value, separators=(",", ":")).encode()
    return Answer(answer.status, body, answer.headers, answer.delay, answer.cut_after)


def body_of(request: Request) -> Any:
    """Return the JSON that was sent, or None."""
    try:
        return json.loads(request.body) if request.body else None
    except ValueError:
        return None


def with_body(request: Request, value: Any) -> Request:
    """Return a request with another JSON body."""
    body = json.dumps(value).encode()
    return Request(request.method, request.path, request.query, request.headers, body)


def items_in(spot: Spot, answer: Answer) -> list[Any]:
    """Return the items of an answer that lists."""
    value = json_of(answer)
    found = take(value, spot.items) if spot.items else value
    return found if isinstance(found, list) else []


def first_of(where: Where) -> Where:
    """Let a kind stand once at an operation, at the first place it could."""

    def only(spot: Spot) -> Iterator[str]:
        for detail in where(spot):
            yield detail
            return

    return only


def provoked(spot: Spot) -> Iterator[str]:
    """Yield the documented errors of an operation that a caller can bring about, the surest first."""
    for status in (404, 400, 422, 401):
        if response_of(spot.document, spot.operation, str(status)) is None:
            continue
        # The thing that a collection stands below may be taken for granted; the thing itself may not.
        if status == 404 and (not spot.operation.path.endswith("}") or spot.role in ("list", "create")):
            continue
        if status in (400, 422) and not spot.leaves:
            continue
        if status == 401 and not spot.operation.security:
            continue
        yield str(status)


def errs(spot: Spot) -> Iterator[str]:
    """Yield what ``provoked`` does.

    Raises:
        NotPlantable: There is none.
    """
    yield from provoked(spot)
    raise NotPlantable("no error that can be provoked is documented")
