"""Looks on while tests talk to a server through httpx or requests."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import io
import threading
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import httpx
from rich.console import Console

from trigger_contract.contract.baseline import compare, read_deviations
from trigger_contract.contract.findings import Finding
from trigger_contract.contract.report.text import finding_text
from trigger_contract.contract.settings import Settings
from trigger_contract.contract.summary import Summary
from trigger_contract.contract.traffic.journal import Half, recorded
from trigger_contract.contract.traffic.judging import Traffic
from trigger_contract.contract.traffic.reading import Recorded
from trigger_contract.contract.traffic.telling import tell
from trigger_contract.document.locate import read_document

# What the test clients of ASGI frameworks call the application that they drive.
_TEST_SERVERS = ("http://testserver", "http://test")
_SHOWN = 10


class Watcher:
    """Judges what a whole test session sends; what one test saw is no word against what another one sees.

    Args:
        settings: What is asked.
        places: Addresses at which the API is, beside those that the document names.
    """

    def __init__(self, settings: Settings, places: tuple[str, ...] = ()) -> None:
        self.document = read_document(settings.spec)
        self.deviations = read_deviations(settings.known) if settings.known else []
        self.traffic = Traffic(self.document, settings, (*_TEST_SERVERS, *places))
        self.traffic.shows_all = True
        self.told = ""
        self._lock = threading.Lock()

    def watch(self) -> Watch:
        """Return what looks on in one test."""
        self.traffic.forget()
        return Watch(self)

    def take(self, item: Recorded) -> list[Finding]:
        """Judge an exchange; return what fails the test."""
        with self._lock:
            self.traffic.learn(item)
            found = [taken.finding for taken in self.traffic.take(item)]
        return [finding for finding in found if self._fails(finding)]

    def summary(self) -> Summary:
        """Return what the session came to."""
        return self.traffic.summary(self.deviations)

    def _fails(self, finding: Finding) -> bool:
        if finding.tier == "advisory" and not self.traffic.settings.strict:
            return False
        return not compare(self.deviations, [finding.fingerprint], (), date.today()).known


def finish(watcher: Watcher) -> bool:
    """Write what was asked for at the end of a session, and keep what is to be told of it.

    Args:
        watcher: What has judged the session.

    Returns:
        Whether every promise holds.

    Raises:
        UserError: A file cannot be written.
    """
    stream = io.StringIO()
    console = Console(file=stream, width=110, color_system=None, highlight=False)
    summary = watcher.summary()
    code = tell(watcher.document, watcher.traffic, summary, watcher.deviations, console)
    watcher.told = stream.getvalue()
    return code == 0


class Watch:
    """What one test has sent and what is wrong with it.

    Attributes:
        findings: Everything that is wrong so far, each once.
        count: How many exchanges there were, also of no operation.
    """

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._late: list[Callable[[], None]] = []
        self._found: dict[str, Finding] = {}
        self.count = 0

    @property
    def findings(self) -> list[Finding]:
        """Everything that is wrong so far, each once."""
        late, self._late = self._late, []
        for judge in late:
            judge()
        return list(self._found.values())

    def text(self) -> str:
        """Return what is wrong as a few lines for each; empty where nothing is."""
        found = self.findings
        parts = [finding_text(item) for item in found[:_SHOWN]]
        if len(found) > _SHOWN:
            parts.append(f"… and {len(found) - _SHOWN} more")
        return "\n".join(parts)

    @contextlib.contextmanager
    def looking_on(self) -> Iterator[None]:
        """Look on at everything that httpx and requests send meanwhile, whatever carries it."""
        with contextlib.ExitStack() as stack:
            stack.enter_context(_replaced(httpx.Client, "send", self._httpx))
            stack.enter_context(_replaced(httpx.AsyncClient, "send", self._async_httpx))
            if importlib.util.find_spec("requests") is not None:
                import requests

                stack.enter_context(_replaced(requests.Session, "send", self._requests))
            yield

    def _httpx(self, send: Callable[..., httpx.Response]) -> Callable[..., httpx.Response]:
        @functools.wraps(send)
        def sending(client: httpx.Client, request: httpx.Request, **options: Any) -> httpx.Response:
            answer = send(client, request, **options)
            self._answered(answer)
            return answer

        return sending

    def _async_httpx(self, send: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(send)
        async def sending(
            client: httpx.AsyncClient, request: httpx.Request, **options: Any
        ) -> httpx.Response:
            answer: httpx.Response = await send(client, request, **options)
            self._answered(answer)
            return answer

        return sending

    def _requests(self, send: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(send)
        def sending(session: Any, request: Any, **options: Any) -> Any:
            answer = send(session, request, **options)
            # A stream is judged when the test is over: until then it is the test's to read.
            self._later(lambda: self._of_requests(answer))
            return answer

        return sending

    def _answered(self, answer: httpx.Response) -> None:
        for item in (*answer.history, answer):
            self._later(lambda item=item: self._of_httpx(item))  # type: ignore[misc]  # mypy: lambda's default

    def _later(self, judge: Callable[[], None]) -> None:
        self.count += 1
        self._late.append(judge)

    def _of_httpx(self, answer: httpx.Response) -> None:
        request = answer.request
        try:
            sent = request.content
        except httpx.RequestNotRead:
            sent = None
        try:
            body: bytes | None = answer.content
        except httpx.ResponseNotRead:
            body = None
        self._take(request.method, str(request.url), list(request.headers.items()), sent, answer, body)

    def _of_requests(self, answer: Any) -> None:
        request = answer.request
        sent = request.body.encode() if isinstance(request.body, str) else request.body
        # Reading a stream that the test did not read would change what the test sees of it.
        body = answer.content if answer._content_consumed and answer._content is not False else None
        sent = sent if isinstance(sent, bytes) else None
        self._take(request.method, request.url, list(request.headers.items()), sent, answer, body)

    def _take(
        self,
        method: str,
        url: str,
        fields: list[tuple[str, Any]],
        sent: bytes | None,
        answer: Any,
        body: bytes | None,
    ) -> None:
        asked = Half(headers=_encoded(fields), body=bytearray(sent or b""), is_cut=sent is None)
        # The library has undone the coding of the content.
        kept = [item for item in answer.headers.items() if item[0].lower() != "content-encoding"]
        told = Half(answer.status_code, _encoded(kept), bytearray(body or b""), is_cut=body is None)
        target = "/" + url.partition("://")[2].partition("/")[2].partition("#")[0]
        for finding in self._watcher.take(recorded(method, url, target, asked, told, 0.0)):
            self._found.setdefault(finding.fingerprint, finding)


@contextlib.contextmanager
def _replaced(owner: type, name: str, wrap: Callable[[Any], Any]) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, wrap(before))
    try:
        yield
    finally:
        setattr(owner, name, before)


def _encoded(fields: list[tuple[str, Any]]) -> list[tuple[bytes, bytes]]:
    def octets(value: Any) -> bytes:
        return value if isinstance(value, bytes) else str(value).encode("latin-1", "replace")

    return [(octets(name), octets(value)) for name, value in fields]
