"""The surfaces: what each takes, and what has to hold whatever it takes.

An input is bytes, as a file or a socket gives them. A check returns where all is well, also where the input
was refused in a person's words (``UserError``), and raises where something is not.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import functools
import importlib
import io
import json
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

from trigger_contract.errors import UserError

from .mutation import OWNED

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(__file__).resolve().parent / "corpus"
KEY = "tr_dev_a_key_that_nobody_may_see"
_LIVE = {"html_block", "html_inline", "image"}


@dataclass(frozen=True)
class Surface:
    """Something that input from outside reaches.

    Attributes:
        name: What it is called on the command line; its corpus is the folder of that name.
        says: What has to hold.
        check: Feeds it; raises where that does not hold.
    """

    name: str
    says: str
    check: Callable[[bytes], None]

    def corpus(self) -> list[Path]:
        """Return the inputs that are kept: starting points, and what once broke something."""
        return sorted(path for path in (CORPUS / self.name).iterdir() if path.is_file())


def pages(data: bytes) -> None:
    """A published page becomes a document and a report in which nothing of it is live, or is refused."""
    from trigger_contract.document.yaml import load
    from trigger_contract.normalize import Page, normalize

    with _refusing():
        result = normalize([Page("page.md", data.decode("utf-8", "replace"))])
        assert load(result.text, "again") == result.document
        tokens = MarkdownIt("commonmark").parse(result.report)
        live = {inner.type for token in tokens for inner in (token, *(token.children or ()))} & _LIVE
        assert not live, f"live in the report: {live}"


def documents(data: bytes) -> None:
    """A document of the user's is read, explained, compared and served, or refused."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "openapi.yaml"
        path.write_bytes(data)
        known = str(CORPUS / "documents" / "things.yaml")
        _call("explain", "--spec", str(path))
        _call("mock", "--explain", "--runs", "0", "--spec", str(path))
        for old, new, form in ((known, path, "text"), (path, known, "json"), (path, path, "markdown")):
            _call("diff", str(old), str(new), "--format", form)


def generated(data: bytes) -> None:
    """A client is generated whose files are what they are called, and nothing of the document runs."""
    from trigger_contract.generate.project import generate

    with _refusing(), _document(data) as document, tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "client"
        names = generate(document, target, package="fuzzed_client").files
        for name in names:
            text = (target / name).read_text(encoding="utf-8")
            if name.suffix == ".py":
                ast.parse(text)
            elif name.suffix == ".toml":
                tomllib.loads(text)
        sys.path.insert(0, str(target))
        try:
            importlib.invalidate_caches()
            importlib.import_module("fuzzed_client")
        finally:
            sys.path.remove(str(target))
            for name in [name for name in sys.modules if name.partition(".")[0] == "fuzzed_client"]:
                del sys.modules[name]
        assert OWNED not in sys.modules, "a text of the document ran"


def query(data: bytes) -> None:
    """The mock answers any path and query, and never says that it broke."""
    from trigger_contract.mock.messages import Request

    target, _, rest = data.partition(b"?")
    service = _service()
    for path in (target, b"/api/v1/runs", b"/api/v3/runs/" + target[:200]):
        answer = service.respond(Request("GET", path, rest, {b"authorization": b"Bearer tr_dev_mock"}))
        assert answer.status < 500, f"{answer.status} {answer.body[:200]!r}"


def body(data: bytes) -> None:
    """The mock takes or refuses any body of any content type."""
    from trigger_contract.mock.messages import Request

    kind, _, sent = data.partition(b"\n")
    service = _little_service()
    for operation in service.operations:
        if operation.method in ("post", "put", "patch"):
            path = operation.path.replace("{id}", "thing_1").encode()
            headers = {b"content-type": kind.strip(), b"authorization": b"Bearer tr_dev_mock"}
            answer = service.respond(Request(operation.method.upper(), path, b"", headers, sent))
            assert answer.status < 500, f"{answer.status} {answer.body[:200]!r}"


def suite(data: bytes) -> None:
    """What a server answers is judged or noted, is text in every report, and shows no key."""
    from rich.console import Console

    from trigger_contract.contract.report.text import print_summary
    from trigger_contract.contract.report.write import write_reports
    from trigger_contract.contract.settings import Settings
    from trigger_contract.contract.traffic.judging import Traffic, judge_all
    from trigger_contract.contract.traffic.reading import read_traffic

    told, written = io.StringIO(), ""
    with _refusing(), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "traffic.har"
        path.write_text(json.dumps(_recording(data)), encoding="utf-8")
        traffic = Traffic(_base(), Settings(url="recorded traffic"))
        judge_all(traffic, list(read_traffic(path)))
        summary = traffic.summary([])
        print_summary(summary, Console(file=told, width=120))
        write_reports(summary, Path(folder) / "report")
        written = "".join(
            one.read_text(encoding="utf-8") for one in (Path(folder) / "report").rglob("*") if one.is_file()
        )
    assert "\x1b" not in told.getvalue(), "a control character reaches the terminal"
    assert KEY not in told.getvalue() + written, "a key is shown"


def recordings(data: bytes) -> None:
    """A file of recorded traffic is read or refused."""
    from trigger_contract.contract.traffic.reading import read_traffic

    with _refusing(), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "traffic"
        path.write_bytes(data)
        for item in read_traffic(path):
            assert item.where


def client(data: bytes) -> None:
    """The generated client reads an answer or raises an error of its own, and no error shows the key."""
    import httpx
    from trigger_dev_client import APIError, TriggerClient

    status, headers, content = _answer(data)

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, headers=headers, content=content)

    http_client = httpx.Client(transport=httpx.MockTransport(answer))
    client = TriggerClient(secret_key=KEY, base_url="http://x.test", http_client=http_client, max_retries=0)
    for call in (
        lambda: list(client.runs.list().data),
        lambda: client.runs.retrieve("run_1").to_dict(),
        lambda: client.runs.get_result("run_1"),
    ):
        told = ""
        try:
            call()
        except APIError as error:
            told = f"{error} {error!r} {error.args} {error.__cause__!r}"
        assert KEY not in told, "the error shows the key"
    http_client.close()


def _call(*arguments: str) -> None:
    """Call a command as its caller would; what is no refusal in a person's words comes out as it is."""
    from trigger_contract.cli import group

    with _refusing(), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        group.main(list(arguments), standalone_mode=False)


def _answer(data: bytes) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Read the first line as a status, the lines up to an empty one as headers, the rest as the body."""
    head, _, content = data.partition(b"\n\n")
    first, *lines = head.split(b"\n")
    digits = first.strip()
    status = int(digits) if digits.isdigit() and len(digits) == 3 and 200 <= int(digits) < 600 else 200
    headers = []
    for line in lines:
        name, colon, value = line.partition(b":")
        if colon and name.isalnum() and name.lower() != b"location" and value.isascii():
            headers.append((name, value.strip(b" \r\t\x00")))
    return status, headers, content.replace(b"KEY", KEY.encode())


def _recording(data: bytes) -> dict[str, Any]:
    status, headers, content = _answer(data)
    named = [{"name": name.decode(), "value": value.decode("ascii")} for name, value in headers]
    body = {"encoding": "base64", "text": base64.b64encode(content).decode()}
    kind = next((one["value"] for one in named if one["name"].lower() == "content-type"), "application/json")
    paths = ("/api/v1/runs", "/api/v3/runs/run_1234", "/api/v1/runs/run_1234/result")
    return {
        "log": {
            "entries": [
                {
                    "startedDateTime": "2026-01-01T00:00:00Z",
                    "time": 1,
                    "request": {
                        "method": "GET",
                        "url": f"https://api.trigger.dev{path}",
                        "headers": [{"name": "authorization", "value": f"Bearer {KEY}"}],
                    },
                    "response": {
                        "status": status,
                        "headers": named or [{"name": "content-type", "value": kind}],
                        "content": {"mimeType": kind, **body},
                    },
                }
                for path in paths
            ]
        }
    }


@contextlib.contextmanager
def _refusing() -> Iterator[None]:
    """A refusal is one line that a person can read."""
    told = ""
    try:
        yield
    except UserError as error:
        told = str(error)
    assert told.isprintable(), "a refusal that is no printable line"


@contextlib.contextmanager
def _document(data: bytes) -> Iterator[Any]:
    from trigger_contract.document.locate import read_document

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "openapi.yaml"
        path.write_bytes(data)
        yield read_document(path)


@functools.cache
def _base() -> Any:
    from trigger_contract.document.locate import read_document

    return read_document(ROOT / "openapi" / "openapi.yaml")


@functools.cache
def _service() -> Any:
    from trigger_contract.mock.service import Service
    from trigger_contract.mock.settings import Settings

    return Service(_base(), Settings(runs=20))


@functools.cache
def _little_service() -> Any:
    from trigger_contract.document.locate import read_document
    from trigger_contract.mock.service import Service
    from trigger_contract.mock.settings import Settings

    return Service(read_document(CORPUS / "documents" / "things.yaml"), Settings(runs=0))


SURFACES = {
    one.__name__: Surface(one.__name__, (one.__doc__ or "").strip(), one)
    for one in (pages, documents, generated, query, body, suite, recordings, client)
}
