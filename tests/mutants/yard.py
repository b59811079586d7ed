"""The second world: a service with every form of writing, its mock with faults, and right ones that differ.

Each broken server is shown to the checks that ask its operation; each right one to the whole suite.
"""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mutants.harness import Verdict
from mutants.hooks import Answering, Hook, Server
from trigger_contract.contract.findings import Finding
from trigger_contract.document.locate import read_document
from trigger_contract.mock.messages import Answer, Request
from trigger_contract.mock.plants import hook, plants
from trigger_contract.power.trial import Bench, Way

DOCUMENT = Path(__file__).with_name("yard.yaml")


@dataclass(frozen=True)
class Yard:
    """A server of the second world.

    Attributes:
        name: What is different, in a few words.
        operation: The operation that is at fault; empty for a right server.
        make: Makes the hook, given the service.
        of_state: Whether it is about what is kept.
    """

    name: str
    operation: str
    make: Callable[[Any], Hook]
    of_state: bool = False

    @property
    def server(self) -> Server:
        """The row of the matrix."""
        kind = ("state" if self.of_state else "answers") if self.operation else ""
        return Server(f"yard: {self.name}", kind, dict)


QUICK = ("schema", "status", "content-type", "errors", "pagination", "filters", "agreement", "life")
"""The kinds of laws that the sample asks: those that see most, without what only takes its time."""


@functools.cache
def bench(*, quick: bool = False) -> Bench:
    """Return where the servers are judged; the clean one is judged once."""
    document = read_document(DOCUMENT)
    way = Way(document, write=True, examples=0, probe=QUICK) if quick else Way(document, write=True)
    return Bench(way)


def judge(yard: Yard, *, quick: bool = False) -> Verdict:
    """Run the suite on one server: a broken one until something is found."""
    began = time.monotonic()
    table = bench(quick=quick)
    if yard.operation:
        findings = table.look(yard.operation, yard.make, of_state=yard.of_state)
    else:
        findings = table.whole(yard.make)
    found = tuple(findings[:4])
    return Verdict(yard.server, found, time.monotonic() - began, 0)


# Hand-written


def path(request: Request) -> str:
    """Return the path of a request."""
    return request.path.decode("latin-1")


def is_of(request: Request, method: str, *parts: str) -> bool:
    """Whether a request asks for a path; an empty part stands for any one."""
    given = path(request).strip("/").split("/")
    fits = len(given) == len(parts) and all(part in ("", own) for part, own in zip(parts, given, strict=True))
    return request.method == method and fits


def value_of(answer: Answer) -> Any:
    """Return the JSON of an answer."""
    return json.loads(answer.body) if answer.body else None


def with_value(answer: Answer, value: Any) -> Answer:
    """Return an answer with another JSON body."""
    return replace(answer, body=json.dumps(value).encode())


def changed(method: str, parts: tuple[str, ...], change: Callable[[Any], Any]) -> Callable[[Any], Hook]:
    """Change the JSON of an operation's successes."""

    def make(service: Any) -> Hook:
        def strike(request: Request, answering: Answering) -> Answer:
            answer = answering(request)
            if not is_of(request, method, *parts) or not 200 <= answer.status < 300:
                return answer
            return with_value(answer, change(value_of(answer)))

        return strike

    return make


def sent(
    method: str, parts: tuple[str, ...], change: Callable[[dict[str, Any]], Any]
) -> Callable[[Any], Hook]:
    """Change the body that an operation is sent."""

    def make(service: Any) -> Hook:
        def strike(request: Request, answering: Answering) -> Answer:
            if is_of(request, method, *parts) and request.body:
                try:
                    body = json.loads(request.body)
                except ValueError:
                    return answering(request)
                if isinstance(body, dict):
                    body = change(dict(body))
                request = replace(request, body=json.dumps(body).encode())
            return answering(request)

        return strike

    return make


def planted(*, quick: bool = False) -> list[Yard]:
    """Return every fault that can be planted by form at what the suite asks."""
    table = bench(quick=quick)
    return [
        Yard(
            plant.id,
            plant.operation,
            lambda service, name=plant.id: hook(service, name),
            plant.of_state,
        )
        for plant in plants(table.service)
        if table.why_not(plant) is None
    ]


__all__ = [
    "Finding",
    "Yard",
    "bench",
    "changed",
    "is_of",
    "judge",
    "planted",
    "sent",
    "value_of",
    "with_value",
]
