"""Sequences of requests along links: schemathesis finds them, we send them, two of its checks judge.

What is judged of single answers, of bodies and of keys is left to our own laws, so its other checks are off.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import hypothesis
import requests
import schemathesis
from schemathesis.checks import CHECKS
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.transport import Response
from schemathesis.generation.stateful.state_machine import APIStateMachine

from trigger_contract.contract.client import BudgetExhausted
from trigger_contract.contract.exchange import Exchange
from trigger_contract.contract.life.roles import makes, role_of
from trigger_contract.contract.life.workshop import Workshop
from trigger_contract.contract.subjects import Subject
from trigger_contract.document.references import resolve
from trigger_contract.document.resources import resources

JUDGED = ("use_after_free", "ensure_resource_availability")
_STEPS = 8
# How many sequences all resources share, and how many each has at least and at most.
_ALL, _LEAST, _MOST = 24, 2, 8
_PAUSE = 0.1
_ODD = ("", ".", "..")
_NOT_SENT = 404

Report = Callable[[Failure, Exchange], None]


class _Sequences:
    """Carries the requests of one state machine."""

    def __init__(self, shop: Workshop, report: Report) -> None:
        self._shop = shop
        self._report = report
        contract = shop.check.session.contract
        self._subjects = {
            (item.operation.path, item.operation.method): item
            for item in (*contract.subjects, *contract.writing)
        }
        self._made: set[str] = set()
        self.stop: BudgetExhausted | None = None
        self.last: Exchange | None = None

    def call(self, case: Any) -> Response:
        """Send what the machine wants to be sent, with bodies of our own, where it may be sent."""
        subject = self._subjects.get((case.operation.path, case.operation.method.lower()))
        path = {name: str(value) for name, value in (case.path_parameters or {}).items()}
        self.last = None
        if subject is not None and self.stop is None and self._may_be_sent(subject, path):
            try:
                self.last = self._sent(subject, path)
            except BudgetExhausted as stop:
                self.stop = stop
        return self._response(case)

    def _may_be_sent(self, subject: Subject, path: Mapping[str, str]) -> bool:
        """Whether a request touches nothing that the run did not make."""
        if any(value in _ODD or "/" in value for value in path.values()):
            return False
        return subject.operation.method == "get" or set(path.values()) <= self._made

    def _sent(self, subject: Subject, path: Mapping[str, str]) -> Exchange:
        session, role = self._shop.check.session, role_of(subject)
        if subject.operation.method == "get":
            values = session.required_values(subject)
            purpose = "read in a sequence"
            return session.ask(subject, path=path, values=values, purpose=purpose, lenient=True)
        body = None
        if role in ("create", "replace", "change", "action"):
            bodies = self._shop.bodies(subject)
            body = bodies.whole(self._shop.mark()) if bodies.media is not None else None
        exchange = self._shop.send(subject, path, body, "write in a sequence", lenient=True)
        if 200 <= exchange.status < 300:
            entries = session.ledger.entries
            self._made |= {value for entry in entries for value in entry.path.values()}
        return exchange

    def _response(self, case: Any) -> Response:
        """Return an answer as schemathesis takes it; what was not sent looks as if nothing were there."""
        exchange = self.last
        url = exchange.url if exchange is not None else self._shop.check.session.settings.url
        prepared = requests.Request(case.operation.method.upper(), url).prepare()
        fields = exchange.headers if exchange is not None else {}
        return Response(
            status_code=exchange.status if exchange is not None else _NOT_SENT,
            headers={name: [value] for name, value in fields.items()},
            content=exchange.body if exchange is not None else b"",
            request=prepared,
            elapsed=exchange.elapsed if exchange is not None else 0.0,
            verify=True,
        )

    def judge(self, response: Response, case: Any, recorder: Any) -> None:
        """Hold an answer against the two checks; what has not settled yet is asked for again."""
        if self.last is None:
            return
        checks = CHECKS.get_by_names(list(JUDGED))
        ends = time.monotonic() + self._shop.check.session.settings.settle
        while True:
            try:
                case.validate_response(response, checks=checks, recorder=recorder)
            except FailureGroup as group:
                found = [item for item in group.exceptions if isinstance(item, Failure)]
            else:
                return
            if time.monotonic() >= ends or self.stop is not None or self._is_final():
                break
            time.sleep(_PAUSE)
            subject = self._subjects[case.operation.path, case.operation.method.lower()]
            if subject.operation.method != "get":
                break
            response = self.call(case)
            if self.last is None:
                return
        if self.last is not None and not self._is_final():
            for failure in found:
                self._report(failure, self.last)

    def _is_final(self) -> bool:
        """Whether what is read says itself that its life is over."""
        body = self.last.json if self.last is not None else None
        resource = self._shop.resource
        return isinstance(body, Mapping) and body.get(resource.status or "") in resource.final


def run_sequences(shop: Workshop, report: Report) -> int:
    """Send sequences of requests along the links of one resource and what stands below it.

    Args:
        shop: Where its things are made.
        report: Is told what schemathesis finds.

    Returns:
        How many requests were judged.

    Raises:
        BudgetExhausted: Nothing more may be sent.
    """
    carrier = _Sequences(shop, report)
    machine = _machine(shop)
    count = 0

    class Machine(machine):  # type: ignore[misc, valid-type]  # schemathesis makes its base class as it runs
        def call(self, case: Any, **kwargs: Any) -> Response:
            return carrier.call(case)

        def validate_response(self, response: Response, case: Any, *args: Any, **kwargs: Any) -> None:
            nonlocal count
            count += carrier.last is not None
            carrier.judge(response, case, self.recorder)

    Machine.run(
        settings=hypothesis.settings(
            max_examples=_count(shop),
            stateful_step_count=_STEPS,
            database=None,
            deadline=None,
            derandomize=True,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
            print_blob=False,
        )
    )
    if carrier.stop is not None:
        raise carrier.stop
    return count


def _count(shop: Workshop) -> int:
    session = shop.check.session
    begin = [item for item in session.contract.writing if makes(item) and not item.path_parameters]
    return min(session.settings.examples, max(_LEAST, min(_MOST, _ALL // max(1, len(begin)))))


def _bare(document: Mapping[str, Any], part: Any) -> Any:
    """Return an operation, or what applies to all of a path, without what is not taken from the machine."""
    if isinstance(part, list):
        return [item for item in part if resolve(document, item).get("in") == "path"]
    if not isinstance(part, Mapping):
        return part
    kept = {word: value for word, value in part.items() if word != "requestBody"}
    if "parameters" in kept:
        kept["parameters"] = _bare(document, kept["parameters"])
    return kept


def _machine(shop: Workshop) -> type[APIStateMachine]:
    """Return the state machine over the operations of a resource and what stands below it."""
    document = shop.check.subject.document
    above = shop.resource.path.rstrip("/") + "/"
    # A list leads to what the run did not make, which no sequence may touch.
    lists = {item.list.path for item in resources(document).all if item.list is not None}
    paths = {
        path: {
            word: _bare(document, part)
            for word, part in resolve(document, item).items()
            if word != "get" or path not in lists
        }
        for path, item in document["paths"].items()
        if f"{path}/".startswith(above)
    }
    config = SchemathesisConfig.from_dict(
        {
            "generation": {"mode": "positive", "database": "none", "allow-x00": False},
            "cache": {"enabled": False},
        }
    )
    part = json.loads(json.dumps({**document, "paths": paths}))
    return schemathesis.openapi.from_dict(part, config=config).as_state_machine()
