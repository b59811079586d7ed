"""``trigger-contract proxy``: serves until it is stopped, judges what passes by, and reports at the end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from urllib.parse import urlsplit

import uvicorn
from rich.console import Console

from trigger_contract.contract.baseline import compare, read_deviations
from trigger_contract.contract.findings import Finding
from trigger_contract.contract.report.text import finding_text, printable
from trigger_contract.contract.report.write import check_folder
from trigger_contract.contract.settings import Settings
from trigger_contract.contract.traffic.judging import Traffic
from trigger_contract.contract.traffic.proxy import Proxy
from trigger_contract.contract.traffic.reading import Recorded
from trigger_contract.contract.traffic.telling import tell
from trigger_contract.document.listening import bind, stopped_by_signals, url_of
from trigger_contract.document.locate import read_document
from trigger_contract.errors import UserError

_CONNECT_SECONDS = 5.0
_GRACE_SECONDS = 3


class Watch:
    """Judges exchanges one after the other, in a thread beside the one that passes them on.

    Args:
        settings: What is asked; ``url`` is the server.
        console: Where findings go as they come.
        enforces: Whether broken answers are to be replaced.
    """

    def __init__(self, settings: Settings, console: Console, *, enforces: bool = False) -> None:
        self.document = read_document(settings.spec)
        self.deviations = read_deviations(settings.known) if settings.known else []
        self.traffic = Traffic(self.document, settings, [settings.url])
        self.traffic.shows_all = enforces
        self._console = console
        self._enforces = enforces
        self._worker = ThreadPoolExecutor(1, "contract-judge")

    async def judge(self, recorded: Recorded) -> bytes | None:
        """Judge an exchange; return what is to be answered in its place, if anything is."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._worker, self._judge, recorded)

    def close(self) -> None:
        """Wait for what is still to be judged."""
        self._worker.shutdown()

    def _judge(self, recorded: Recorded) -> bytes | None:
        self.traffic.learn(recorded)
        taken = self.traffic.take(recorded)
        failing = [item for item in taken if self._fails(item.finding)]
        for item in failing:
            if item.is_new:
                text = printable(finding_text(item.finding)) + "\n"
                self._console.print(text, markup=False, highlight=False, soft_wrap=True)
        broken = [item.finding for item in failing if item.is_of_answer]
        return _problem(broken) if broken and self._enforces else None

    def _fails(self, finding: Finding) -> bool:
        if finding.tier == "advisory" and not self.traffic.settings.strict:
            return False
        return not compare(self.deviations, [finding.fingerprint], (), date.today()).known


def run_proxy(settings: Settings, console: Console, *, host: str, port: int, enforces: bool = False) -> int:
    """Serve until SIGINT or SIGTERM, and report.

    Args:
        settings: What is asked; ``url`` is the server behind.
        console: Where findings and results go; the first line names the proxy's own address.
        host: The address to listen on.
        port: The port; 0 takes a free one.
        enforces: Whether a broken answer is replaced by status 502 and what is broken.

    Returns:
        0 if every promise holds, 1 if one is broken.

    Raises:
        UserError: The document cannot be used, nothing answers upstream, or the port is in use.
    """
    if settings.report:
        check_folder(settings.report)
    watch = Watch(settings, console, enforces=enforces)
    _see(settings.url)
    listener = bind(host, port)
    server = _Server(_config(Proxy(settings.url, watch.judge, enforces=enforces)))
    with stopped_by_signals(server.stop):
        console.print(f"Proxy for {settings.url} on {url_of(listener)}", soft_wrap=True, highlight=False)
        try:
            server.run(sockets=[listener])
        finally:
            listener.close()
            watch.close()
    summary = watch.traffic.summary(watch.deviations)
    return tell(watch.document, watch.traffic, summary, watch.deviations, console)


class _Server(uvicorn.Server):
    """A uvicorn server that is stopped by the signals that are ours to handle."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def stop(self, number: int, frame: object) -> None:
        """Stop; a second signal does not wait for what is still open."""
        self.force_exit = self.should_exit
        self.should_exit = True


def _config(app: Proxy) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        log_level="critical",
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        timeout_keep_alive=75,
    )


def _problem(findings: list[Finding]) -> bytes:
    """Say what is broken. Source: RFC 9457."""
    told = [
        {
            "law": item.law,
            "operation": item.operation,
            "message": item.message,
            "expected": item.expected,
            "received": item.received,
            "fingerprint": item.fingerprint,
        }
        for item in findings
    ]
    problem = {
        "type": "about:blank",
        "title": "The answer breaks its contract",
        "status": 502,
        "detail": findings[0].message,
        "findings": told,
    }
    return json.dumps(problem, ensure_ascii=False).encode("utf-8", "replace")


def _see(url: str) -> None:
    """See that somebody answers upstream, before a port is taken."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname or "", port), _CONNECT_SECONDS).close()
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise UserError(f"nothing answers there: {reason}", source=f"--upstream {url}") from None
