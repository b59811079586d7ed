"""One request in, one answer out: routing, keys, query, then the operation."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from trigger_contract.document.operations import Operation, operations
from trigger_contract.errors import meant
from trigger_contract.mock.clock import Clock
from trigger_contract.mock.deviations import Deviation
from trigger_contract.mock.doors import Door, Doors
from trigger_contract.mock.faults import Fault, Faults, RateLimit
from trigger_contract.mock.filling import seeded_chunks
from trigger_contract.mock.journal import Journal
from trigger_contract.mock.judging import Judge, check_patterns
from trigger_contract.mock.kept import Kept, sameness
from trigger_contract.mock.keys import Caller, Doorkeeper, Refusal, carriers
from trigger_contract.mock.messages import Answer, Request, json_answer
from trigger_contract.mock.platform.documented import Documented
from trigger_contract.mock.platform.front import Front
from trigger_contract.mock.platform.gate import Gate
from trigger_contract.mock.platform.limiter import Limiter
from trigger_contract.mock.platform.seeding import seed as seed_things
from trigger_contract.mock.platform.things import Things
from trigger_contract.mock.platform.world import World
from trigger_contract.mock.progress import Progress
from trigger_contract.mock.query import Reading, pairs
from trigger_contract.mock.refusals import Refusals
from trigger_contract.mock.router import MAX_PATH, Match, Router, shape
from trigger_contract.mock.runs import SHOULD_RETRY, TASKS, Call, RunsModel
from trigger_contract.mock.settings import Settings
from trigger_contract.mock.store import DEVELOPMENT, Store
from trigger_contract.mock.views import PACKETS, Views

# What answers by form, and the service's other operations, is imported when a document or a request asks
# for it: together it takes a third of the time until a server of runs answers.
if TYPE_CHECKING:
    from trigger_contract.document.resource import Resource
    from trigger_contract.mock.collections.model import Collections, Told
    from trigger_contract.mock.platform.front import Function

DOORS = frozenset({Deviation.D23, Deviation.D24, Deviation.D25, Deviation.D26})
"""The deviations that change how a request comes in, whatever it asks for."""

CHALLENGE = (b"www-authenticate", b'Bearer realm="trigger-contract"')


class Service:
    """A mock server without a socket.

    Args:
        document: The OpenAPI document it serves.
        settings: What it was told.
        clock: The time; the machine's by default.
        told: Called now and then with how many runs were seeded.
    """

    def __init__(
        self,
        document: Mapping[str, Any],
        settings: Settings,
        clock: Clock | None = None,
        told: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._told = told
        self.document = document
        self.settings = settings
        self.clock = clock or Clock()
        self.store = Store(settings.database, environment(settings.token))
        self.progress = Progress(self.store, self.clock, settings.progression)
        self.router = Router(document)
        self.refusals = Refusals(document)
        self.views = Views(self.store, self.clock, settings.deviations, settings.token.encode())
        self.model = RunsModel(
            document, self.store, self.clock, self.progress, self.views, self.refusals, settings.deviations
        )
        self.things = Things(self.store)
        self._world = World(
            self.store, self.things, self.clock, self.progress, settings.token, settings.deviations
        )
        self.model.index_delay = round(settings.index_delay * 1000)
        self.judge = Judge(document)
        check_patterns(document)
        self._kept = Kept(self._stamp)
        self.keys = Doorkeeper(document, settings, self.clock.now)
        self.front = self._build_front()
        self._has_doors = bool(settings.deviations & DOORS)
        self._documented = Documented(document, self.refusals, self.judge)
        self._doors = Doors(self)
        self._bare = "bare-refusals" in settings.deviations
        self.faults = Faults()
        self._limit = RateLimit(settings.rate_limit, self.clock) if settings.rate_limit else None
        self._limiter = Limiter(settings.rate_limit, self.clock)
        self.operations = tuple(operations(document))
        self._by_id = {operation.operation_id: operation for operation in self.operations}
        self.journal = Journal(
            self.known_names,
            [operation.path for operation in self.operations],
            carriers(document, "query"),
            [name.lower().encode() for name in carriers(document, "header")],
        )
        # One request at a time: the store is used by the server's thread and by a test's.
        self.lock = threading.RLock()
        for operation in self.operations:
            self.keys.alternatives(operation)  # tells of a scheme that is not there before anyone asks
        if settings.data is not None or not all(map(self.keeps_runs, self.operations)):
            _ = self.collections
        self.seed = int(self.store.fact("seed") or settings.seed)
        if self.store.fact("seed") is None:
            self.reseed()

    @cached_property
    def collections(self) -> Collections:
        """What is answered by form."""
        from trigger_contract.mock import generic  # noqa: F401  # here, and not in the first request
        from trigger_contract.mock.collections.model import Collections

        return Collections(self.document, self.refusals, self.clock.now, self._keeper, self.settings.data)

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    def reset(self, runs: int | None = None, seed: int | None = None) -> None:
        """Begin again: fresh runs, no faults, an empty journal, the machine's time.

        Args:
            runs: How many runs to seed; as at the start by default.
            seed: Chooses them; as at the start by default.
        """
        self.clock.reset()
        self.faults.clear()
        self.journal.clear()
        self.progress.progression = self.settings.progression
        self.collections.clear()
        self._kept.clear()
        self.reseed(runs, seed)

    def reseed(self, runs: int | None = None, seed: int | None = None) -> None:
        """Replace all runs by freshly seeded ones."""
        self.things.clear()
        self.seed = self.settings.seed if seed is None else seed
        count = self.settings.runs if runs is None else runs
        if not any(self.handler(operation) for operation in self.operations):
            count = 0  # nothing in this document would ever show a run
        if count and self.front is not None:
            seed_things(self.things, self.clock.now())
        self.give()
        made = seeded_chunks(count, self.seed, self.clock.now(), free=self.store.is_free)
        self.store.fill(made, str(self.seed), self._told)
        self.progress.forget()

    def give(self) -> None:
        """Put the user's own things beside the runs into their places."""
        if self.front is not None and self.settings.data is not None:
            from trigger_contract.mock.platform.giving import give

            give(self.things, self.settings.data, self.clock.now())

    def respond(self, request: Request) -> Answer:
        """Answer a request of the API as the server does: limited, with faults, noted in the journal."""
        with self.lock:
            found = self.router.find(request.method, request.path)
            operation = found.operation.operation_id if isinstance(found, Match) else None
            fault = self.faults.strike(request, operation) if self.faults else None
            left = self._limiter.count(request)
            refused = self._limited(request, left)
            # A call whose answer is replaced never reaches its operation: it must not move a run.
            replaced = fault is not None and fault.status is not None
            answer = refused or (Answer(200) if replaced else self._answer(request, found))
            if fault is not None:
                answer = fault.strike(answer, self.clock.now())
            if self.front is not None and answer.status != 429:
                answer = answer.with_headers(*self._limiter.headers(left))
            status = 0 if answer.cut_after == -1 else answer.status
            self.journal.note(self.clock.now(), request, status, operation, fault is not None)
            return answer

    def _limited(self, request: Request, left: int) -> Answer | None:
        """Return the refusal of one request too many."""
        if self._limit is None:
            return None
        if Deviation.D27 not in self.settings.deviations:
            return self._limit.refuse(request)
        refused = self._limiter.refuse(left)
        return None if refused is None else refused.with_headers(*self._limiter.headers(left))

    def answer(self, request: Request) -> Answer:
        """Answer a request of the API, without limits, faults or a note of it."""
        return self._answer(request, self.router.find(request.method, request.path))

    def _answer(self, request: Request, found: Match | list[str] | None) -> Answer:
        if self.front is not None and self._has_doors:
            answer = self.front.answer(request)
            if answer is not None:
                return answer
        if isinstance(found, Match):
            return self._enter(self._doors.of(found.operation), found.parameters, request)
        if found is not None:
            allow = () if self._bare else ((b"allow", ", ".join(found).encode()),)
            return json_answer(405, {"error": "Method not allowed"}, allow)
        if request.path.startswith(PACKETS.encode()) and request.method in ("GET", "HEAD"):
            return self._packet(request)
        if len(request.path) > MAX_PATH:
            return json_answer(414, {"error": "URI too long"})
        return json_answer(404, {"error": "Not found"})

    def _is_elsewhere(self, request: Request) -> bool:
        """Whether a request is for something that the service's own doors do not lead to."""
        return self.router.find(request.method, request.path) is not None or request.path.startswith(
            PACKETS.encode()
        )

    def adopt(self, environment: Mapping[str, str]) -> None:
        """Become the server of another environment."""
        self.store.adopt(environment)
        self.views.forget()
        self.progress.wake(0)
        self.forget()

    def check_fault(self, fault: Fault) -> None:
        """Refuse a fault for an operation that is not there: it would never strike, and a test pass for it.

        Raises:
            ValueError: Names the operation that was probably meant.
        """
        if fault.operation is None or fault.operation in self._by_id:
            return
        known = meant(fault.operation, sorted(self._by_id), among="known are")
        raise ValueError(f"operation {fault.operation!r} is not in the document; {known}")

    def known_names(self, operation_id: str) -> list[str]:
        """Return the query names an operation reads."""
        return self._doors.of(self._by_id[operation_id]).reader.names

    def keeps_elsewhere(self, operation: Operation) -> bool:
        """Whether the runs model or the service's own operations answer, and no collection does."""
        return self.keeps_runs(operation) or (self.front is not None and self.front.owns(operation))

    def forget(self) -> None:
        """Answer anew what was answered before: what it was made of has changed."""
        self._kept.clear()

    def keeps_runs(self, operation: Operation) -> bool:
        """Whether an operation is answered from the mock's own runs."""
        return self.handler(operation) is not None

    def explain(self) -> list[Told]:
        """Return what each operation does; those of the runs model keep runs."""
        told = self.collections.explain()
        return [
            replace(one, alive=True, how="from the mock's own runs") if self.handler(one.operation) else one
            for one in told
        ]

    def turns_away(self, request: Request) -> bool:
        """Whether a request is refused whatever its body is: by its path, its method or its key."""
        if self.front is not None and self._has_doors and self.front.find(request.path) is not None:
            return False
        found = self.router.find(request.method, request.path)
        if not isinstance(found, Match):
            return True
        run_id = next(iter(found.parameters.values()), None)
        return isinstance(
            self.keys.check(self._doors.of(found.operation).alternatives, request, run_id), Refusal
        )

    # Inside

    def _build_front(self) -> Front | None:
        """Return the service's own doors, for a document that has its runs."""
        on = self.settings.deviations
        paths = {shape(operation.path): operation for operation in operations(self.document)}
        own = {path: paths[path] for path in self.model.handlers if path in paths and path != TASKS}
        if not own:
            return None
        gate = Gate(self.settings, self.clock.now, lambda: (self.store.environment["id"], self.store.adopted))

        def functions() -> Mapping[str, Function]:
            from trigger_contract.mock.platform.operations import operations_of

            return operations_of(self._world, self.model, self.views, own)

        return Front(gate, functions, on, paths.__contains__, self._is_elsewhere)

    def _enter(self, door: Door, path: Mapping[str, str], request: Request) -> Answer:
        """Judge a request in the order 401, 400, 404, then hand it to the operation."""
        run_id = next(iter(path.values()), None)
        caller = self.keys.check(door.alternatives, request, run_id)
        if isinstance(caller, Refusal):
            return self._refuse(door, caller)
        same = sameness(request, caller)
        if (kept := self._kept.get(same)) is not None:
            return kept
        answer = self._judged(door, path, request, caller)
        if answer.status == 200 and door.lasts(request, answer):
            self._kept.keep(same, answer)
        return answer

    def _stamp(self) -> object:
        """Return what changes with all that changes what is answered, but for the time."""
        self.progress.tick()
        return self.progress.progression, *self.store.stamp()

    def _judged(self, door: Door, path: Mapping[str, str], request: Request, caller: Caller) -> Answer:
        operation = door.operation
        enums = self.model.enums(operation, request) if door.handler else None
        reading = door.reader.read(request.query, enums)
        if door.handler is None:
            return self._live(door, path, request, reading)
        for name, pattern in door.patterns:
            if not self.judge.fits(pattern, path[name]):
                return self._malformed(operation)
        if reading.details and operation.path not in ("/api/v1/runs", "/api/tasks/runs"):
            return self._refusals_for_query(operation, reading.details)
        return door.handler(Call(request, operation, caller, path, reading))

    def _live(self, door: Door, path: Mapping[str, str], request: Request, reading: Reading) -> Answer:
        """Answer an operation of a resource by form, or from its schema alone."""
        generic = door.generic
        assert generic is not None, "only what the runs model answers goes without"
        judged = generic.judge(request, path, reading)
        if isinstance(judged, Answer) and self.front is not None:
            # Refused as it was sent: the document may be one that describes it otherwise.
            request, reading = self.front.spelled(request), door.reader.read(request.query)
            judged = generic.judge(request, path, reading)
        if isinstance(judged, Answer):
            return judged
        own = self.front.within(request) if self.front is not None else None
        if own is not None and (fitting := self._documented.fit(door.operation, own)) is not None:
            return fitting
        answer = self.collections.answer(door.operation, request, path, reading, judged.body)
        if door.operation.method != "get":
            self._kept.clear()
        if answer is not None:
            return answer
        operation = door.operation
        if self.refusals.documents(operation, 404) and not self.collections.stands(operation, path):
            return self.refusals.answer(operation, 404, text="Not found")
        return generic.answer()

    def _refusals_for_query(self, operation: Operation, details: list[dict[str, Any]]) -> Answer:
        if self.settings.strict_query:
            # No page has a body for this, and its only use is to be read by whoever switched it on.
            first = details[0]
            text = f"Query Error: {'.'.join(map(str, first['path']))}: {first['message']}"
            return json_answer(400, {"error": text, "details": details})
        status = self.refusals.documented(operation, 400, 422, 404) or 400
        return self.refusals.answer(operation, status, details=details, text=details[0]["message"])

    def _malformed(self, operation: Operation) -> Answer:
        """Answer a request for a path parameter that its pattern forbids."""
        on = self.settings.deviations
        statuses = (404,) if "D4" in on else (400, 404)
        status = self.refusals.documented(operation, *statuses) or 404
        if status == 404 and "D3" in on and self.refusals.documented(operation, 400):
            return json_answer(404, {"error": "Not found"}, [SHOULD_RETRY])
        return self.refusals.answer(operation, status)

    def _refuse(self, door: Door, why: Refusal) -> Answer:
        challenge = () if self._bare or not door.secured_by_bearer else (CHALLENGE,)
        if why is Refusal.FORBIDDEN:
            return json_answer(403, {"error": "This key does not give access to this run"})
        plain = shape(door.operation.path) != "/api/tasks/runs" and door.handler is not None
        if "D5" in self.settings.deviations and plain:
            if why is Refusal.WRONG:
                return json_answer(401, {"error": "Invalid API key"}, challenge)
            said = "No authorization header was sent"
            problem = {"title": "Unauthorized", "status": 401, "type": "about:blank"}
            answer = json_answer(401, {**problem, "detail": said, "error": said})
            # RFC 9457 section 3.
            return Answer(401, answer.body, ((b"content-type", b"application/problem+json"), *challenge))
        return self.refusals.answer(door.operation, 401, headers=challenge)

    def _packet(self, request: Request) -> Answer:
        name = request.path.decode("latin-1").removeprefix(PACKETS)
        content = self.views.packet(name, dict(pairs(request.query)))
        if content is None:
            return json_answer(403, {"error": "The URL is not right or has expired"})
        return Answer(200, content)

    def handler(self, operation: Operation) -> Callable[[Call], Answer] | None:
        """Return what answers an operation from the mock's own runs, or None."""
        return self.model.handlers.get(shape(operation.path)) if operation.method == "get" else None

    def _keeper(self, resource: Resource) -> Callable[[str], bool] | None:
        """Return what says whether a run is there, for a resource that the runs model answers for."""
        for operation in (resource.list, resource.read):
            if operation is not None and shape(operation.path) in self.model.handlers:
                return lambda key: self.store.get(key) is not None
        return None

    @cached_property
    def document_json(self) -> bytes:
        """The document as JSON."""
        return json_answer(200, self.document).body


def environment(token: str) -> dict[str, str]:
    """Return the environment a secret key belongs to: its name is the middle of ``tr_prod_…``."""
    kind = token.split("_")[1] if token.startswith("tr_") and token.count("_") > 1 else "dev"
    return DEVELOPMENT if kind == "dev" else {"id": f"cl{kind}1234", "name": kind}
