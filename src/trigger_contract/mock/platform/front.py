"""The way of a request through the service: method, path, limiter, route, key, then the operation."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote_to_bytes

from trigger_contract.document.operations import Operation
from trigger_contract.mock.deviations import Deviation
from trigger_contract.mock.messages import Answer, Request, json_answer
from trigger_contract.mock.platform import addresses, answers
from trigger_contract.mock.platform.gate import Bearer, Gate
from trigger_contract.mock.platform.routes import ROUTES, Route
from trigger_contract.mock.query import pairs

EXPOSED = (b"access-control-expose-headers", b"x-trigger-jwt,x-trigger-jwt-claims")
_PREFLIGHT = (
    (b"access-control-allow-methods", b"GET,HEAD,PUT,PATCH,POST,DELETE"),
    (b"access-control-max-age", b"300"),
)
# Source: the methods that Node's HTTP parser knows.
METHODS = frozenset(
    """
    ACL BIND CHECKOUT CONNECT COPY DELETE GET HEAD LINK LOCK M-SEARCH MERGE MKACTIVITY MKCALENDAR MKCOL MOVE
    NOTIFY OPTIONS PATCH POST PROPFIND PROPPATCH PURGE PUT QUERY REBIND REPORT SEARCH SOURCE SUBSCRIBE TRACE
    UNBIND UNLINK UNLOCK UNSUBSCRIBE
    """.split()  # noqa: SIM905  # as a list it would take forty lines
)


@dataclass
class Visit:
    """A request that found its route and was let in.

    Attributes:
        request: The request.
        route: The route.
        path: The decoded parameters of the path.
        query: The query; of a repeated name the last value.
        bearer: Who asks.
    """

    request: Request
    route: Route
    path: tuple[str, ...]
    query: Mapping[str, str]
    bearer: Bearer

    @property
    def base(self) -> str:
        """This server's URL as the client sees it."""
        host = self.request.headers.get(b"host", b"localhost").decode("latin-1")
        return f"http://{host}"

    def header(self, name: str) -> str:
        """Return a header, trimmed, or an empty text."""
        return self.request.headers.get(name.encode(), b"").strip().decode("latin-1")


Function = Callable[[Visit], Answer]


class Front:
    """Takes requests to the operations of the service.

    Args:
        gate: Reads keys.
        functions: Returns the operations, by the names that routes have for them.
        on: The deviations that are on.
        served: Whether a document has a path, with ``{}`` for each parameter.
        elsewhere: Whether something else than the service answers a request.
    """

    def __init__(
        self,
        gate: Gate,
        functions: Callable[[], Mapping[str, Function]],
        on: frozenset[str],
        served: Callable[[str], bool],
        elsewhere: Callable[[Request], bool],
    ) -> None:
        self._elsewhere = elsewhere
        self._gate = gate
        self._make = functions
        self._on = on
        self._routes = [
            (route.pattern if Deviation.D26 in on else re.compile(route.pattern.pattern), route)
            for route in ROUTES
            if served(route.path)
        ]

    @cached_property
    def _functions(self) -> Mapping[str, Function]:
        return self._make()

    def find(self, raw: bytes) -> tuple[Route, tuple[str, ...]] | None:
        """Return the route of a path and its decoded parameters."""
        path = raw.decode("latin-1")
        # Escapes are read in each segment on its own: an escaped slash separates nothing.
        segments = [unquote_to_bytes(part).decode("utf-8", "replace") for part in path.split("/")]
        shown = "/".join(segment.replace("/", "\ue000") for segment in segments)
        for pattern, route in self._routes:
            if found := pattern.fullmatch(shown):
                return route, tuple(value.replace("\ue000", "/") for value in found.groups())
        return None

    def owns(self, operation: Operation) -> bool:
        """Whether an operation has a function of its own here, and is not answered by form."""
        route = self._route_of(operation)
        return route is not None and route.function(operation.method.upper()) != ""

    def answer(self, request: Request) -> Answer | None:
        """Answer a request; None where it is none of the service's own."""
        if Deviation.D25 in self._on and request.method not in METHODS:
            return Answer(400, b"", ())
        raw: Answer | bytes = request.path
        if Deviation.D26 in self._on:
            raw = addresses.read(request.path, request.query)
        found = self.find(raw) if isinstance(raw, bytes) else None
        odd = isinstance(raw, Answer) or (b"//" in raw and Deviation.D26 in self._on)
        if found is None and not odd and self._elsewhere(request):
            return None
        nobody = not request.headers.get(b"authorization", b"").strip()
        is_open = (found is not None and found[0].key == "none") or request.method == "OPTIONS"
        is_api = not isinstance(raw, bytes) or raw.lower().startswith(b"/api/")
        if nobody and is_api and not is_open and Deviation.D5 in self._on:
            return answers.unauthorized()
        if Deviation.D25 in self._on and request.method == "TRACE":
            return answers.html(500, "Internal Server Error")
        if isinstance(raw, Answer):
            return raw
        if found is None:
            return answers.lost() if Deviation.D26 in self._on else None
        if Deviation.D26 in self._on and addresses.is_broken(raw):
            return answers.html(400, "Bad Request")
        return self._enter(request, *found)

    def spelled(self, request: Request) -> Request:
        """Return a request in the form that the pages have for it."""
        found = self.find(request.path) if request.body else None
        return request if found is None or found[0].spelled is None else found[0].spelled(request)

    def within(self, request: Request) -> Answer | None:
        """Answer a request that other doors have let in; None where the service has no such operation."""
        found = self.find(request.path)
        name = found[0].function(request.method) if found is not None else ""
        if found is None or not name or found[0].by_form:
            return None
        route, path = found
        return self._functions[name](Visit(request, route, path, dict(pairs(request.query)), Bearer()))

    def is_within(self, operation: Operation) -> bool:
        """Whether ``within`` answers an operation."""
        found = self._route_of(operation)
        return self.owns(operation) and found is not None and not found.by_form

    def _route_of(self, operation: Operation) -> Route | None:
        found = self.find(re.sub(r"\{[^}]*\}", "x", operation.path).encode())
        return None if found is None else found[0]

    def _enter(self, request: Request, route: Route, path: tuple[str, ...]) -> Answer | None:
        name = self._function(request, route)
        if isinstance(name, Answer):
            return name
        bearer = self._gate.enter(route, request)
        if isinstance(bearer, Answer):
            return self._shared(route, request, bearer)
        visit = Visit(request, route, path, dict(pairs(request.query)), bearer)
        if Deviation.D28 in self._on and not route.indexed and any("\0" in value for value in path):
            wrong = answers.broken() if route.frail else answers.went_wrong()
            return self._shared(route, request, wrong if route.hand else answers.failed())
        return self._shared(route, request, self._functions[name](visit))

    def _function(self, request: Request, route: Route) -> str | Answer:
        """Return the name of the function that answers a request, or the answer where there is none."""
        method = request.method
        if method == "OPTIONS" and Deviation.D25 in self._on:
            if route.preflight:
                return self._preflight(request)
            if route.read:
                return route.read
            return answers.unexpected(400) if route.unread == "framework" else Answer(405, b"", ())
        if name := route.function(method):
            return name
        if Deviation.D25 not in self._on:
            allowed = sorted({*route.acts} - {"*"} | ({"GET", "HEAD"} if route.read else set()))
            return json_answer(
                405, {"error": "Method not allowed"}, [(b"allow", ", ".join(allowed).encode())]
            )
        if method in ("GET", "HEAD"):
            return answers.unexpected(400) if route.unread == "framework" else Answer(405, b"", ())
        if route.other == "told":
            return answers.told()
        if route.other == "allow":
            allow = ", ".join(route.acts).encode()
            refused = json_answer(405, {"error": "Method not allowed"}, [(b"allow", allow)])
            return self._shared(route, request, refused)
        return answers.unexpected(405)

    @staticmethod
    def _preflight(request: Request) -> Answer:
        origin = request.headers.get(b"origin")
        allowed = ((b"access-control-allow-origin", origin),) if origin else ()
        return json_answer(200, {}, (*_PREFLIGHT, *allowed))

    @staticmethod
    def _shared(route: Route, request: Request, answer: Answer) -> Answer:
        """Let pages of other sites read an answer, where the route does."""
        if not route.cors:
            return answer
        origin = request.headers.get(b"origin")
        allowed = ((b"access-control-allow-origin", origin),) if origin else ()
        return answer.with_headers(EXPOSED, *allowed)
