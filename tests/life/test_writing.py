"""The laws of life on a small server with one fault at a time; whatever a run makes is removed."""

from __future__ import annotations

import contextlib
import json
import re
from typing import Any

import httpx
import pytest

from trigger_contract.contract.ledger import Entry
from trigger_contract.contract.life.cleaning import ask_leave, clean_up, is_loopback, left_lines, want_leave
from trigger_contract.contract.runner import judge, planned
from trigger_contract.contract.session import Session
from trigger_contract.contract.settings import Settings
from trigger_contract.errors import UserError

_LAMP = {
    "label": {"type": "string", "minLength": 1, "maxLength": 30},
    "watts": {"type": "integer", "minimum": 1, "maximum": 90},
    "room": {"type": ["string", "null"], "maxLength": 60, "default": None},
}
_ID = {"name": "lampId", "in": "path", "required": True, "schema": {"type": "string"}}


def _answer(schema: Any) -> dict[str, Any]:
    return {"description": "It.", "content": {"application/json": {"schema": schema}}}


def _body(required: list[str]) -> dict[str, Any]:
    schema = {"type": "object", "required": required, "properties": _LAMP}
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _document() -> dict[str, Any]:
    made = {"lampId": {"type": "string", "readOnly": True}, **_LAMP}
    lamp = {"type": "object", "required": list(made), "properties": made}
    error = _answer({"type": "object"})
    lamps = {"type": "object", "properties": {"lamps": {"type": "array", "items": lamp}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Lamps", "version": "1"},
        "paths": {
            "/lamps": {
                "get": {"operationId": "listLamps", "responses": {"200": _answer(lamps)}},
                "post": {
                    "operationId": "addLamp",
                    "requestBody": _body(["label", "watts"]),
                    "responses": {"201": _answer(lamp), "422": error},
                },
            },
            "/lamps/{lampId}": {
                "parameters": [_ID],
                "get": {"operationId": "seeLamp", "responses": {"200": _answer(lamp), "404": error}},
                "patch": {
                    "operationId": "changeLamp",
                    "requestBody": _body([]),
                    "responses": {"200": _answer(lamp), "404": error, "422": error},
                },
                "delete": {
                    "operationId": "dropLamp",
                    "responses": {"204": {"description": "Gone."}, "404": error},
                },
            },
        },
    }


class _Lamps(httpx.BaseTransport):
    """Answers as the document says, but for one fault."""

    def __init__(self, fault: str = "") -> None:
        self.fault, self.last, self.methods = fault, 0, set[str]()
        self.all: dict[str, dict[str, Any]] = {}
        for number in range(4):
            self._add({"label": f"old {number}", "watts": number + 5})

    def _add(self, sent: dict[str, Any]) -> dict[str, Any]:
        self.last += 1
        lamp = {"room": None, **sent, "lampId": f"lamp{self.last}"}
        if not (self.fault == "lost" and self.last > 4):
            self.all[lamp["lampId"]] = lamp
        return lamp

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.methods.add(request.method)
        status, body = self._answered(request.method, request.url.path, request.read())
        content = b"" if body is None else json.dumps(body).encode()
        return httpx.Response(status, headers={"content-type": "application/json"}, content=content)

    def _answered(self, method: str, path: str, content: bytes) -> tuple[int, Any]:
        if path == "/parties":
            lamp = self._add({"label": "of a party", "watts": 1})
            return 202, {"lampId": "lamp0" if self.fault == "unnamed" else lamp["lampId"]}
        match = re.fullmatch(r"/lamps(?:/([^/]+))?", path)
        if match is None:
            return 404, {}
        if match[1] is None:
            return self._collection(method, content)
        lamp = self.all.get(match[1])
        if lamp is None:
            return 404, {}
        if method == "GET":
            return 200, lamp
        if method == "DELETE":
            if self.fault == "nowhere":
                return 404, {}
            if self.fault != "stays":
                del self.all[match[1]]
            return 204, None
        if method == "PATCH" and (sent := _fitting(content, [])) is not None:
            changed = [lamp, *(self.all.values() if self.fault == "neighbours" else ())]
            for one in changed if self.fault != "unchanged" else ():
                one.update(sent)
            return 200, {**lamp, **sent}
        return 422, {}

    def _collection(self, method: str, content: bytes) -> tuple[int, Any]:
        if method == "GET":
            shown = list(self.all.values())
            return 200, {"lamps": shown[:4] if self.fault == "unlisted" else shown}
        sent = _fitting(content, [] if self.fault == "lax" else ["label", "watts"])
        if sent is None:
            if self.fault == "kept":
                self._add({"label": "?", "watts": 1})
            return 422, {}
        lamp = self._add({"label": "none", "watts": 1, **sent})
        return 201, lamp


def _fitting(content: bytes, required: list[str]) -> dict[str, Any] | None:
    try:
        sent = json.loads(content)
    except ValueError:
        return None
    if not isinstance(sent, dict) or any(name not in sent for name in required):
        return None
    label, watts, room = sent.get("label", "x"), sent.get("watts", 1), sent.get("room")
    is_right = (
        isinstance(label, str) and 1 <= len(label) <= 30
        and isinstance(watts, int) and not isinstance(watts, bool) and 1 <= watts <= 90
        and (room is None or (isinstance(room, str) and len(room) <= 60))
    )  # fmt: skip
    return sent if is_right else None


def _run(lamps: _Lamps, document: dict[str, Any] | None = None) -> set[str]:
    """Return the codes of the laws that found something, after cleaning up."""
    settings = Settings("http://127.0.0.1:1", probe=("life",), settle=0.0, write=True, concurrency=1)
    session = Session(settings, document or _document(), lamps)
    try:
        checks = planned(session)
        judged = judge(session, checks)
        assert clean_up(session) == () or lamps.fault
    finally:
        session.close()
    assert judged.trouble is None
    assert [outcome.fault for outcome in judged.outcomes if outcome.fault] == []
    return {
        finding.law for item in judged.outcomes for finding in item.findings if finding.tier != "advisory"
    }


def test_a_correct_server_is_green_and_as_it_was() -> None:
    lamps = _Lamps()
    before = json.dumps(lamps.all)
    assert _run(lamps) == set()
    assert lamps.last > 10
    assert json.dumps(lamps.all) == before


@pytest.mark.parametrize(
    ("fault", "law"),
    [
        ("lost", "life/create"),
        ("unlisted", "life/listed"),
        ("unchanged", "life/change"),
        ("neighbours", "life/change"),
        ("stays", "life/remove"),
        ("nowhere", "life/remove"),
        ("lax", "life/refused"),
        ("kept", "life/refused"),
    ],
)
def test_a_fault_is_found_by_its_law(fault: str, law: str) -> None:
    assert law in _run(_Lamps(fault))


@pytest.mark.parametrize("fault", ["", "unnamed"])
def test_what_an_answer_names_is_read_and_removed(fault: str) -> None:
    document, lamps = _document(), _Lamps(fault)
    party = {"type": "object", "properties": {"lampId": {"type": "string"}}}
    begin = {"operationId": "beginParty", "responses": {"202": _answer(party)}}
    document["paths"]["/parties"] = {"post": begin}
    found = _run(lamps, document)
    assert ("life/named" in found) == bool(fault)
    assert len(lamps.all) == (5 if fault else 4)


def test_nothing_is_written_unless_it_is_wished_for() -> None:
    lamps = _Lamps()
    session = Session(Settings("http://127.0.0.1:1"), _document(), lamps)
    assert [check.law.code for check in planned(session) if check.law.writes] == []
    session.close()


def test_after_an_interrupt_nothing_is_written_but_what_was_made_is_removed() -> None:
    lamps = _Lamps()
    settings = Settings("http://127.0.0.1:1", probe=("life",), settle=0.0, write=True, concurrency=1)
    session = Session(settings, _document(), lamps)
    count = len(lamps.all)

    def interrupt(check: Any) -> None:
        raise KeyboardInterrupt

    judged = judge(session, planned(session), done=interrupt)
    assert isinstance(judged.interrupt, KeyboardInterrupt)
    assert lamps.last > 4
    assert clean_up(session) == ()
    assert len(lamps.all) == count
    session.close()


@pytest.mark.parametrize(
    "url", ["https://api.example.com", "http://10.0.0.1", "http://localhost.example.com"]
)
def test_another_machine_is_written_to_only_where_that_is_said(url: str) -> None:
    from rich.console import Console

    assert not is_loopback(url)
    ask_leave(Settings(url, write=True, yes=True), Console())
    for refused in (
        lambda: ask_leave(Settings(url, write=True), Console()),
        lambda: want_leave(Settings(url)),
    ):
        with pytest.raises(UserError, match="--yes"):
            refused()


@pytest.mark.parametrize(("said", "goes_on"), [("y", True), (" YES ", True), ("", False), ("no", False)])
def test_whoever_sits_at_a_terminal_is_asked(monkeypatch: Any, said: str, goes_on: bool) -> None:
    from rich.console import Console

    console = Console()
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr(console, "input", lambda question: said)
    with contextlib.nullcontext() if goes_on else pytest.raises(UserError, match="--yes"):
        ask_leave(Settings("https://api.example.com", write=True), console)


def test_what_is_left_behind_is_told_as_a_line_that_removes_it() -> None:
    lamps = _Lamps()
    session = Session(Settings("http://127.0.0.1:1", write=True), _document(), lamps)
    subjects = {item.name: item for item in session.contract.subjects}
    made = session.ask(subjects["listLamps"], purpose="look")
    remover = next(item for item in session.contract.writing if item.operation.method == "delete")
    session.ledger.add(Entry(remover, {"lampId": "a b"}, made, headers=(("If-Match", "e1"),)))
    session.ledger.add(Entry(None, {}, made))
    head, removing, making = left_lines(session.ledger.entries, session)
    assert head == "Made and not removed: 2"
    assert removing.strip().startswith("curl -sS -X DELETE")
    assert '-H "If-Match: e1"' in removing
    assert removing.endswith("http://127.0.0.1:1/lamps/a%20b")
    assert making.endswith("# nothing removes what this made")
    assert left_lines((), session) == []
    session.close()


@pytest.mark.parametrize("url", ["http://localhost:80", "http://127.0.0.1:1", "http://[::1]:1"])
def test_this_machine_is_written_to(url: str) -> None:
    assert is_loopback(url)


def test_what_is_only_written_never_comes_back() -> None:
    document = json.loads(json.dumps(_document()))
    for content in _bodies(document):
        content["schema"]["properties"]["room"] = {"type": "string", "maxLength": 60, "writeOnly": True}
    for method in ("get", "patch"):
        answer = document["paths"]["/lamps/{lampId}"][method]["responses"]["200"]
        del answer["content"]["application/json"]["schema"]["properties"]["room"]
    assert "life/create" in _run(_Lamps(), document)


def _bodies(document: dict[str, Any]) -> list[dict[str, Any]]:
    found = (item for path in document["paths"].values() for item in path.values() if isinstance(item, dict))
    return [item["requestBody"]["content"]["application/json"] for item in found if "requestBody" in item]
