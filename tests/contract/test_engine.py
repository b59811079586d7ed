"""Nothing hangs a run, nothing crashes it, and its order of work changes nothing."""

from __future__ import annotations

import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from mutants.catalogue import MUTANTS
from mutants.harness import judge
from trigger_contract.contract.client import BudgetExhausted, Client
from trigger_contract.contract.exchange import Request
from trigger_contract.contract.law import Check, Law
from trigger_contract.contract.once import Once
from trigger_contract.contract.pool import Pool
from trigger_contract.contract.runner import judge as judge_checks
from trigger_contract.contract.session import Session
from trigger_contract.contract.settings import Settings

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


def drip(send: Callable[[bytes], None]) -> None:
    send(HEAD + b"content-length: 100000\r\n\r\n")
    while True:
        send(b"a")
        time.sleep(0.05)


def endless(send: Callable[[bytes], None]) -> None:
    send(HEAD + b"\r\n")
    while True:
        send(b"a" * 65_536)


def dripped_header(send: Callable[[bytes], None]) -> None:
    send(HEAD + b"x: ")
    while True:
        send(b"a")
        time.sleep(0.05)


def continues(send: Callable[[bytes], None]) -> None:
    while True:
        send(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.02)


def bomb(send: Callable[[bytes], None]) -> None:
    pack = zlib.compressobj(9, wbits=31)
    body = b"".join(pack.compress(b"a" * (1 << 20)) for _ in range(80)) + pack.flush()
    send(HEAD + b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(body) + body)


def events(send: Callable[[bytes], None]) -> None:
    send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: x\n\n")
    time.sleep(20)


@pytest.fixture
def serving() -> Iterator[Callable[[Callable[[Callable[[bytes], None]], None]], str]]:
    listener = socket.create_server(("127.0.0.1", 0))

    def start(answer: Callable[[Callable[[bytes], None]], None]) -> str:
        def talk() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=one, args=(connection,), daemon=True).start()

        def one(connection: socket.socket) -> None:
            with connection:
                connection.recv(65_536)
                try:
                    answer(connection.sendall)
                except OSError:
                    return

        threading.Thread(target=talk, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    listener.close()


@pytest.mark.parametrize("answer", [drip, endless, dripped_header, continues, bomb])
def test_an_answer_without_end_is_no_answer(serving, answer):
    client = Client(Settings(url=serving(answer)))
    start = time.monotonic()
    exchange = client.send(Request("GET", "/x"), seconds=0.6)
    client.close()
    assert time.monotonic() - start < 5
    assert exchange.status == 0
    assert exchange.is_overrun
    assert exchange.trouble


def test_of_a_stream_the_beginning_is_read(serving):
    client = Client(Settings(url=serving(events)))
    start = time.monotonic()
    exchange = client.send(Request("GET", "/x"))
    client.close()
    assert time.monotonic() - start < 5
    assert (exchange.status, exchange.is_partial, exchange.body) == (200, True, b"data: x\n\n")


def test_whoever_waits_for_an_answer_is_called_off(serving):
    client = Client(Settings(url=serving(drip)))
    threading.Timer(0.2, client.abort, args=("an interrupt",)).start()
    start = time.monotonic()
    with pytest.raises(Exception, match="an interrupt"):
        client.send(Request("GET", "/x"))
    client.close()
    assert time.monotonic() - start < 2


@pytest.mark.parametrize("field", ["²", "1e400", "-5", "soon", "99999999999999999999"])
def test_an_odd_retry_after_is_waited_for_within_reason(field):
    answers = iter([httpx.Response(429, headers={"retry-after": field.encode()}), httpx.Response(200)])
    naps: list[float] = []
    transport = httpx.MockTransport(lambda request: next(answers))
    client = Client(Settings(url="http://server.test"), transport, sleep=naps.append)
    assert client.send(Request("GET", "/x")).status == 200
    assert all(0 <= nap <= 60 for nap in naps)


@given(st.integers(0, 6), st.lists(st.integers(), max_size=30))
@hypothesis_settings(max_examples=30, deadline=None)
def test_results_come_in_the_order_of_the_cases(size, cases):
    pool = Pool(size)

    def nested(case: int) -> list[int]:
        return list(pool.each(lambda number: number + case, range(4)))

    assert list(pool.each(nested, cases)) == [[number + case for number in range(4)] for case in cases]
    pool.close()


def test_what_is_raised_in_a_thread_is_raised_to_whoever_asked():
    pool = Pool(3)
    with pytest.raises(ZeroDivisionError):
        list(pool.each(lambda number: 1 // number, [2, 1, 0, 1]))
    pool.close()


def test_what_is_found_does_not_hang_on_how_many_requests_are_out():
    (server,) = [server for server in MUTANTS if server.name == "detail has NaN in its JSON"]
    probe = ("schema/item", "agreement/found", "errors/unknown-id")
    found = [
        [item.fingerprint for item in judge(server, probe=probe, stop_early=False, concurrency=many).findings]
        for many in (1, 8, 32)
    ]
    assert found[0]
    assert found[0] == found[1] == found[2]


def session_of(handler: Callable[[httpx.Request], httpx.Response], **settings: object) -> Session:
    document = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/x": {"get": {"operationId": "x", "responses": {"200": {"description": "ok"}}}}},
    }
    chosen = Settings(url="http://server.test", **settings)  # type: ignore[arg-type]  # given by the tests
    return Session(chosen, document, httpx.MockTransport(handler))


def law_of(code: str, judging: Callable[[Check], None]) -> Law:
    return Law(code, "documented", code, None, lambda subject: True, judging)


def test_a_law_that_fails_inside_could_not_be_judged_and_stops_no_other():
    def fails(check: Check) -> None:
        raise ValueError("with a key inside")

    def holds(check: Check) -> None:
        check.session.ask(check.subject)
        check.saw()

    session = session_of(lambda request: httpx.Response(200))
    subject = session.contract.subjects[0]
    checks = [Check(law_of(code, one), subject, session) for code, one in (("a/a", fails), ("b/b", holds))]
    judged = judge_checks(session, checks)
    session.close()
    assert [item.state() for item in judged.outcomes] == ["not judged", "passed"]
    assert "ValueError in test_engine.py" in judged.outcomes[0].reason
    assert "key inside" not in judged.outcomes[0].reason


@pytest.mark.parametrize("concurrency", [1, 8])
def test_a_greedy_law_leaves_the_others_their_share(concurrency):
    def greedy(check: Check) -> None:
        while True:
            check.session.ask(check.subject)
            check.saw()

    def modest(check: Check) -> None:
        for _ in range(3):
            check.session.ask(check.subject)
        check.saw()

    session = session_of(lambda request: httpx.Response(200), max_requests=200, concurrency=concurrency)
    subject = session.contract.subjects[0]
    checks = [Check(law_of("a/greedy", greedy), subject, session)]
    checks += [Check(law_of(f"b/{number}", modest), subject, session) for number in range(20)]
    judged = judge_checks(session, checks)
    session.close()
    assert judged.outcomes[0].state() == "not run"
    assert {item.state() for item in judged.outcomes[1:]} == {"passed"}


def test_what_is_read_once_and_needs_itself_is_said_and_waits_for_nothing():
    once = Once(lambda: "")
    with pytest.raises(RuntimeError, match="itself"):
        once.get(("a",), lambda: once.get(("b",), lambda: once.get(("a",), lambda: 1)))
    # Whoever failed keeps nobody from reading it after all.
    assert once.get(("a",), lambda: 2) == 2


def test_nobody_waits_longer_than_the_run_for_what_another_reads():
    over: list[str] = []
    once, begun, go_on = Once(lambda: "".join(over)), threading.Event(), threading.Event()

    def slow() -> int:
        begun.set()
        go_on.wait(20)
        return 1

    reader = threading.Thread(target=lambda: once.get(("a",), slow))
    reader.start()
    begun.wait(20)
    over.append("the time limit")
    with pytest.raises(BudgetExhausted, match="the time limit"):
        once.get(("a",), slow)
    go_on.set()
    reader.join()


def _below_two_things() -> dict[str, Any]:
    def operation(name: str, *parameters: str) -> dict[str, Any]:
        item = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
        listed = {"type": "array", "items": item}
        return {
            "operationId": name,
            "parameters": [
                {"in": "path", "name": parameter, "required": True, "schema": {"type": "string"}}
                for parameter in parameters
            ],
            "responses": {
                "200": {"description": "", "content": {"application/json": {"schema": listed}}},
                "404": {"description": ""},
            },
        }

    links = {
        "versions": {"operationId": "versions", "parameters": {"package": "$response.body#/0/name"}},
    }
    packages = operation("packages")
    packages["responses"]["200"]["links"] = links
    return {
        "openapi": "3.1.0",
        "info": {"title": "Packages", "version": "1"},
        "paths": {
            "/packages": {"get": packages},
            "/owners/{owner}/packages/{package}/versions": {"get": operation("versions", "owner", "package")},
        },
    }


def test_a_list_below_two_things_of_which_one_is_known_keeps_nobody_waiting():
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/packages":
            return httpx.Response(200, json=[{"name": "a"}, {"name": "b"}])
        return httpx.Response(404)

    settings = Settings(url="http://server.test", time_limit=20.0)
    session = Session(settings, _below_two_things(), httpx.MockTransport(answer))
    try:
        subject = next(item for item in session.contract.subjects if item.name == "versions")
        assert session.contract.relation_to(subject) is not None
        assert session.places.home(subject) is None
    finally:
        session.close()
