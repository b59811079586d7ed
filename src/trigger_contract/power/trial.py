"""One server inside this process, and the suite on it: without a fault first, then with one at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import httpx

from trigger_contract.contract.baseline import Deviation, compare
from trigger_contract.contract.findings import Citation, Finding
from trigger_contract.contract.law import Check, Law, applicable
from trigger_contract.contract.loader import every_law
from trigger_contract.contract.pool import Pool
from trigger_contract.contract.preflight import preflight
from trigger_contract.contract.runner import settled
from trigger_contract.contract.session import Session
from trigger_contract.contract.settings import Settings
from trigger_contract.document.operations import operations
from trigger_contract.document.resources import resources
from trigger_contract.document.security import requirements
from trigger_contract.errors import UserError
from trigger_contract.mock.app import Hook, MockApp, create_app
from trigger_contract.mock.messages import Answer, Request
from trigger_contract.mock.plants import Plant, hook
from trigger_contract.mock.router import Match
from trigger_contract.mock.settings import Settings as MockSettings
from trigger_contract.mock.transport import answer_httpx
from trigger_contract.power.model import Clean, Trial

_URL = "http://mock.invalid"
_RUNS = 120
# A fault that hangs must not hold up the rest, on a slow machine neither: so often longer than without one.
_LONGER = 10
_SECONDS, _ENDLESS = 120.0, 1e6
_OF_ERRORS = frozenset(("error-as-success", "error-as-another", "error-as-500", "error-without-body"))


@dataclass(frozen=True)
class Way:
    """How servers are judged.

    Attributes:
        document: The document.
        write: Whether what writes is judged too.
        seed: The seed of suite and mock.
        examples: Generated requests for each operation and mode.
        known: Known deviations of the clean mock.
        probe: Run only these laws, or kinds of laws; all where there are none.
    """

    document: Mapping[str, Any]
    write: bool = False
    seed: int = 1
    examples: int = 5
    known: Sequence[Deviation] = ()
    probe: tuple[str, ...] = ()


class InProcess(httpx.BaseTransport):
    """Carries requests to a mock without a socket."""

    def __init__(self, app: MockApp) -> None:
        self._app = app

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        return answer_httpx(self._app, request)


Maker = Callable[[Any], Hook]
"""Makes the hook that is a server's fault, given its service."""


class Bench:
    """Judges servers of one document, one after the other.

    Args:
        way: How servers are judged.
        clean: The run without a fault, where another process has it already.
    """

    def __init__(self, way: Way, clean: Clean | None = None) -> None:
        self._way = way
        self._laws = every_law()
        self._mock = MockSettings(runs=_RUNS, seed=way.seed, admin=False)
        self._settings = Settings(
            url=_URL,
            token=self._mock.token,
            public_token=self._mock.public_token,
            recoup_token=self._mock.recoup_token,
            key=_keys(way.document, self._mock),
            seed=way.seed,
            examples=way.examples,
            concurrency=1,
            write=way.write,
            settle=0.0,
            yes=True,
            time_limit=_ENDLESS,
            max_requests=10**6,
            probe=way.probe,
        )
        self._app = create_app(way.document, self._mock)
        self._session = self._open(self._app)
        preflight(self._session)
        self._checks = self._planned(self._session)
        self.clean = clean or self._without_fault()
        limit = max(_SECONDS, _LONGER * self.clean.seconds)
        self._settings = replace(self._settings, time_limit=limit)

    def close(self) -> None:
        """Close the clean server."""
        self._session.close()
        self._app.service.close()

    @property
    def service(self) -> Any:
        """The service without a fault."""
        return self._app.service

    @property
    def session(self) -> Session:
        """The run without a fault."""
        return self._session

    def _open(self, app: MockApp) -> Session:
        session = Session(self._settings, document=self._way.document, transport=InProcess(app))
        # Everything is asked in this thread: what is found hangs on nothing, and no thread is left behind.
        session.pool = Pool(0)
        return session

    def _planned(self, session: Session) -> list[tuple[Law, str]]:
        return [
            (law, subject.name)
            for law in self._laws
            for subject in applicable(law, session.contract, self._settings)
        ]

    # Without a fault

    def _without_fault(self) -> Clean:
        began = time.monotonic()
        checks = self._made(self._session, self._checks)
        reading = [check for check in checks if not check.law.writes]
        writing = [check for check in checks if check.law.writes]
        self._session.budget.plan(len(checks))
        succeeded: set[str] = set()
        self._app.hook = _noting_success(self._app, succeeded)
        costs: dict[tuple[str, str], int] = {}
        for check in (*reading, *writing):
            before = self._session.client.sent
            check.run()
            costs[_name(check)] = self._session.client.sent - before
        settled(checks)
        names = [subject.name for subject in self._session.contract.subjects]
        names += [subject.name for subject in self._session.contract.writing]
        found = frozenset(item.fingerprint for check in checks for item in check.outcome.findings)
        return Clean(
            time.monotonic() - began,
            self._session.client.sent,
            tuple(self._troubles(checks)),
            costs,
            {_name(check): _touched(check, names) for check in checks},
            frozenset(succeeded),
            self._quiet(checks),
            found,
        )

    def _troubles(self, checks: Iterable[Check]) -> Iterator[str]:
        for check in checks:
            outcome = check.outcome
            prints = [item.fingerprint for item in outcome.findings]
            known = compare(self._way.known, prints, (), date.today()).known
            for finding in outcome.findings:
                if finding.tier != "advisory" and finding.fingerprint not in known:
                    yield f"{finding.fingerprint}: {finding.message}"
            if outcome.cut or outcome.fault:
                yield f"{outcome.operation} {outcome.law}: {outcome.reason}"

    def _quiet(self, checks: Iterable[Check]) -> Mapping[str, str]:
        """Return why operations were left alone: what the laws about them said, else what they are."""
        found: dict[str, str] = {}
        for check in checks:
            if check.law.writes and not check.outcome.exercised:
                found.setdefault(check.subject.name, check.outcome.reason)
        for told in self._session.contract.left_out:
            name, _, reason = told.partition(": ")
            found.setdefault(name, reason)
        return found

    # With one

    def why_not(self, plant: Plant) -> str | None:
        """Return why a fault cannot stand where the suite asks nothing; None where it can."""
        if plant.why_not is not None:
            return plant.why_not
        operation = next(one for one in self._app.service.operations if one.operation_id == plant.operation)
        is_reading = operation.method.lower() == "get"
        quiet = self.clean.quiet.get(plant.operation)
        if not any(plant.operation in names for names in self.clean.touched.values()):
            if not is_reading and not self._way.write:
                return "what writes is asked only with --write"
            return f"the suite leaves it alone: {quiet}" if quiet else "the suite leaves it alone"
        # What nobody can make is not changed: such an operation is asked for its refusals only.
        is_spared = not is_reading and resources(self._way.document).role(operation) != "create"
        if is_spared and plant.operation not in self.clean.succeeded and plant.kind not in _OF_ERRORS:
            return f"the suite changes nothing by it: {quiet}" if quiet else "the suite changes nothing by it"
        return None

    def judge(self, plant: Plant) -> Trial:
        """Return what the suite says of a server with one fault."""
        began = time.monotonic()
        seen = _Seen()
        found = self.look(
            plant.operation, lambda service: hook(service, plant.id), of_state=plant.of_state, seen=seen
        )
        first = found[0] if found else None
        return Trial(
            plant.id,
            plant.kind,
            plant.operation,
            plant.says,
            "caught" if first else "missed",
            first.law if first else "",
            first.fingerprint if first else "",
            first.message if first else self._explained(plant, seen),
            time.monotonic() - began,
        )

    def look(
        self, operation: str, make: Maker, *, of_state: bool = False, seen: _Seen | None = None
    ) -> tuple[Finding, ...]:
        """Return the first thing that the suite finds on a server at fault; nothing where it finds none.

        The checks that have asked the operation are run: those that only read first, the quickest before the
        others, then those that write, in their order. A fault of what is kept is looked for by those that
        write first, on a server of its own.

        Args:
            operation: The operation that is at fault.
            make: Makes the hook that is the fault, given the service.
            of_state: Whether the fault is about what is kept.
            seen: Counts what the fault does.
        """
        near = [check for check in self._checks if operation in self.clean.touched[_key(check)]]
        reading = sorted(
            (check for check in near if not check[0].writes), key=lambda one: self.clean.costs[_key(one)]
        )
        writing = [check for check in near if check[0].writes]
        for chosen in (writing, reading) if of_state else (reading, writing):
            found = self._found(make, chosen, seen or _Seen(), enough=1) if chosen else ()
            if found:
                return found
        return ()

    def whole(self, make: Maker) -> tuple[Finding, ...]:
        """Return everything that the whole suite finds on a server."""
        return self._found(make, self._checks, _Seen(), enough=1_000_000)

    def _found(
        self, make: Maker, chosen: Sequence[tuple[Law, str]], seen: _Seen, *, enough: int
    ) -> tuple[Finding, ...]:
        """Return what checks find on a server of their own that is not found on the clean one."""
        app = create_app(self._way.document, self._mock)
        app.hook = seen.watching(make(app.service))
        session = self._open(app)
        session.take_over(self._session)
        checks = self._made(session, chosen)
        session.budget.plan(len(checks))
        found: list[Finding] = []
        try:
            for check in checks:
                check.run()
                seen.count(check)
                found += (
                    finding
                    for finding in check.outcome.findings
                    if finding.tier != "advisory" and finding.fingerprint not in self.clean.findings
                )
                if len(found) >= enough:
                    break
        except UserError as error:
            found.append(_ended(check, error))
        finally:
            session.close()
            app.service.close()
        return tuple(found)

    def _made(self, session: Session, chosen: Sequence[tuple[Law, str]]) -> list[Check]:
        contract = session.contract
        subjects = {subject.name: subject for subject in (*contract.writing, *contract.subjects)}
        return [Check(law, subjects[name], session) for law, name in chosen if name in subjects]

    def _explained(self, plant: Plant, seen: _Seen) -> str:
        """Say by form why a fault was missed."""
        if seen.faults:
            return f"a law failed inside: {seen.faults[0]}"
        if plant.operation not in self.clean.succeeded:
            return "no answer of it was a success, also without the fault: nothing gives an id for it"
        if not seen.asked:
            return "it was not asked"
        if not plant.of_state and not seen.changed:
            return f"none of the {seen.asked} answers to it showed the fault"
        return f"no law looks there, in {seen.asked} answers"


class _Seen:
    """Counts what a fault did while it stood."""

    def __init__(self) -> None:
        self.asked = 0
        self.changed = 0
        self.faults: list[str] = []

    def count(self, check: Check) -> None:
        """Note a law that failed inside."""
        if check.outcome.fault:
            self.faults.append(f"{check.law.code} {check.subject.name}: {check.outcome.fault}")

    def watching(self, strike: Hook) -> Hook:
        """Return the hook, with what it changes counted."""

        def watched(request: Request, answering: Any) -> Answer:
            passed: list[tuple[Request, Answer]] = []

            def counted(inner: Request) -> Answer:
                answer: Answer = answering(inner)
                passed.append((inner, answer))
                return answer

            answer = strike(request, counted)
            self.asked += 1
            self.changed += len(passed) != 1 or passed[0][0] != request or passed[0][1] != answer
            return answer

        return watched


def _noting_success(app: MockApp, names: set[str]) -> Hook:
    """Return a hook that adds the operations that are answered with a success."""

    def noted(request: Request, answering: Callable[[Request], Answer]) -> Answer:
        answer = answering(request)
        found = app.service.router.find(request.method, request.path)
        if isinstance(found, Match) and 200 <= answer.status < 300:
            names.add(found.operation.operation_id)
        return answer

    return noted


def _ended(check: Check, error: UserError) -> Finding:
    """Return what is told where a fault ends a whole run: a key that is refused, a server that is gone."""
    law = check.law.code
    return Finding(law, check.law.tier, check.subject.name, 0, "", str(error), "", "", Citation(""))


def _keys(document: Mapping[str, Any], mock: MockSettings) -> tuple[str, ...]:
    """Return a key for each scheme that is asked for together with others: one key opens only one of them."""
    names = {
        scheme.name
        for operation in operations(document)
        for requirement in requirements(document, operation)
        if len(requirement.schemes) > 1
        for scheme in requirement.schemes
    }
    return tuple(f"{name}={mock.token}" for name in sorted(names))


def _key(check: tuple[Law, str]) -> tuple[str, str]:
    return check[0].code, check[1]


def _name(check: Check) -> tuple[str, str]:
    return check.law.code, check.subject.name


def _touched(check: Check, names: Iterable[str]) -> frozenset[str]:
    """Return the operations that a check asked, itself or by what it shares with others."""
    return frozenset(
        name for name in names if any(text.startswith(f"{name} ") for text in check.notes.reached)
    )
