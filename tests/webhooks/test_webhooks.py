"""What a service sends of itself is held against the webhooks and callbacks of the document."""

from __future__ import annotations

import io
import json
import socket
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from trigger_contract.contract.settings import settings_from
from trigger_contract.contract.suite import run_suite
from trigger_contract.errors import UserError

_ORDER = {
    "type": "object",
    "required": ["type", "order"],
    "properties": {
        "type": {"const": "order.paid"},
        "order": {
            "type": "object",
            "required": ["id"],
            "properties": {
                "id": {"type": "integer", "readOnly": True},
                "secret": {"type": "string", "writeOnly": True},
            },
        },
    },
}
_USER = {
    "type": "object",
    "required": ["type", "name"],
    "properties": {"type": {"type": "string", "enum": ["user.made"]}, "name": {"type": "string"}},
}
_DONE = {"type": "object", "required": ["state"], "properties": {"state": {"enum": ["ok", "failed"]}}}


@pytest.fixture(autouse=True)
def _nothing_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    # With an address the run would also ask that server.
    monkeypatch.delenv("TRIGGER_API_URL", raising=False)


def _operation(schema: Any, **more: Any) -> dict[str, Any]:
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    return {"post": {"requestBody": body, "responses": {"202": {"description": "Taken."}}, **more}}


def _document(tmp_path: Path) -> Path:
    signature = {"name": "X-Signature", "in": "header", "required": True, "schema": {"type": "string"}}
    job = {"responses": {"202": {"description": "Begun."}}}
    job["callbacks"] = {"jobDone": {"{$request.body#/url}": _operation(_DONE)}}
    path = tmp_path / "openapi.json"
    path.write_text(
        json.dumps(
            {
                "openapi": "3.1.0",
                "info": {"title": "Shop", "version": "1"},
                "paths": {"/jobs": {"post": job}},
                "webhooks": {
                    "orderPaid": _operation(_ORDER, parameters=[signature]),
                    "userMade": _operation(_USER),
                },
            }
        )
    )
    return path


def _line(body: Any, path: str = "/hook", **headers: str) -> str:
    fields = {"content-type": "application/json", **headers}
    return json.dumps({"request": {"method": "POST", "path": path, "headers": fields, "body": body}})


def _run(**values: Any) -> tuple[int, str]:
    console = Console(width=120, file=io.StringIO())
    code = run_suite(settings_from(values), console)
    assert isinstance(console.file, io.StringIO)
    return code, console.file.getvalue()


def _judged(tmp_path: Path, *lines: str) -> tuple[int, str]:
    file = tmp_path / "sent.jsonl"
    file.write_text("\n".join(lines))
    return _run(spec=_document(tmp_path), webhooks=[file])


_SIGNED = {"x-signature": "a"}
_PLAIN = {"content-type": "text/plain"}
_PAID = {"type": "order.paid", "order": {"id": 1}}


def test_what_is_sent_as_the_document_says_is_right(tmp_path: Path) -> None:
    code, output = _judged(
        tmp_path,
        _line(_PAID, **{"x-signature": "abc"}),
        _line({"type": "user.made", "name": "Ann"}),
        _line({"state": "ok"}, "/callbacks/job-done"),
    )
    assert code == 0, output
    assert "orderPaid" in output


@pytest.mark.parametrize(
    ("line", "law"),
    [
        (_line({"type": "order.paid", "order": {}}, **{"x-signature": "a"}), "webhook/body"),
        (_line({"type": "order.paid", "order": {"id": 1, "secret": "x"}}, **_SIGNED), "webhook/body"),
        (_line({"type": "user.made", "name": 5}), "webhook/body"),
        (_line({"state": "lost"}, "/jobDone"), "webhook/body"),
        (_line("no json", "/jobDone"), "webhook/body"),
        (_line(_PAID), "webhook/header"),
        (_line({"type": "user.made", "name": "Ann"}, **_PLAIN), "webhook/content-type"),
        (_line({"type": "user.gone"}), "webhook/known"),
    ],
)  # fmt: skip
def test_what_is_not_is_found(line: str, law: str, tmp_path: Path) -> None:
    code, output = _judged(tmp_path, line)
    assert code == 1, output
    assert law in output


def test_what_is_received_is_judged_and_answered_as_documented(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    statuses: list[int] = []

    def send() -> None:
        for _ in range(100):
            try:
                answer = httpx.post(f"http://127.0.0.1:{port}/hook", json={"type": "user.made", "name": 5})
            except httpx.TransportError:
                time.sleep(0.02)
            else:
                statuses.append(answer.status_code)
                return

    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    code, output = _run(spec=_document(tmp_path), webhook_port=port, webhook_seconds=2.0)
    sender.join(5)
    assert statuses == [202]
    assert code == 1
    assert "webhook/body" in output


def test_a_port_in_use_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=f"--webhook-port {port}"):
            _run(spec=_document(tmp_path), webhook_port=port)


def test_a_document_that_describes_nothing_that_is_sent_is_told(tmp_path: Path) -> None:
    spec = tmp_path / "plain.json"
    path = {"get": {"responses": {"200": {"description": "It."}}}}
    spec.write_text(
        json.dumps({"openapi": "3.1.0", "info": {"title": "No", "version": "1"}, "paths": {"/a": path}})
    )
    with pytest.raises(UserError, match="neither webhooks nor callbacks"):
        _run(spec=spec, webhooks=[spec])
