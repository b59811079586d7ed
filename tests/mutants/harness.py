"""Runs the suite on one server inside this process."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from mutants.hooks import Hook, Server
from mutants.keys import KEYS
from trigger_contract.contract.findings import Finding, Outcome
from trigger_contract.contract.runner import run_laws
from trigger_contract.contract.session import Session
from trigger_contract.contract.settings import Settings
from trigger_contract.mock import Settings as MockSettings
from trigger_contract.mock import create_app
from trigger_contract.mock.messages import Request


class HookTransport(httpx.BaseTransport):
    """Hands requests to a mock without a socket."""

    def __init__(self, runs: int, hook: Hook | None, **settings: Any) -> None:
        self._app = create_app(settings=MockSettings(runs=runs, **KEYS, **settings))
        self._answering: Callable[[Request], Any] = self._app.service.answer
        self._hook = hook

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        path, _, query = request.url.raw_path.partition(b"?")
        headers: dict[bytes, bytes] = {}
        for name, value in request.headers.raw:
            headers.setdefault(name.lower(), value)
        sent = Request(request.method, path, query, headers)
        try:
            answer = self._hook(sent, self._answering) if self._hook else self._answering(sent)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError):
            # A hook changes what it can read; odd requests and answers it leaves as they are.
            answer = self._answering(sent)
        body = b"" if request.method == "HEAD" else answer.body
        return httpx.Response(answer.status, headers=list(answer.headers), content=body)

    def close(self) -> None:
        """Close the mock's store."""
        self._app.service.close()


@dataclass(frozen=True)
class Verdict:
    """What the suite said about one server.

    Attributes:
        server: The server.
        findings: What fails.
        seconds: How long it took.
        requests: How many requests went out.
        idle: Laws that were not exercised.
        peer: What plain schemathesis said: ``caught``, ``missed`` or nothing where it was not asked.
    """

    server: Server
    findings: tuple[Finding, ...]
    seconds: float
    requests: int
    idle: tuple[str, ...] = ()
    peer: str = ""

    @property
    def is_red(self) -> bool:
        """Whether the suite says the server is broken."""
        return bool(self.findings)


def judge(server: Server, *, stop_early: bool = True, seed: int = 1, **settings: Any) -> Verdict:
    """Run the suite on a server.

    Args:
        server: The server.
        stop_early: Whether the first failure is enough.
        seed: The seed of the suite.
        settings: Further settings of the suite.
    """
    start = time.monotonic()
    chosen = {
        **KEYS,
        "examples": 6,
        "time_limit": 900.0,
        "concurrency": 1,
        **dict(server.arguments),
        **settings,
    }
    transport = server.transport() if server.transport else HookTransport(server.runs, server.make())
    session = Session(
        Settings(url="http://server.test", seed=seed, **chosen),
        document=server.document() if server.document else None,
        transport=transport,
    )
    try:
        outcomes = run_laws(session, enough=lambda outcome: stop_early and bool(_failing(outcome)))
    finally:
        session.close()
    return Verdict(
        server,
        tuple(finding for outcome, _ in outcomes for finding in _failing(outcome)),
        time.monotonic() - start,
        session.client.sent,
        tuple(f"{outcome.law} {outcome.operation}" for outcome, _ in outcomes if not outcome.exercised),
    )


def _failing(outcome: Outcome) -> list[Finding]:
    return [finding for finding in outcome.findings if finding.tier != "advisory"]
