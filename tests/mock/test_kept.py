"""What was answered before is answered again only while it is true."""

from __future__ import annotations

import json

import pytest

from trigger_contract.document.locate import read_document
from trigger_contract.mock.admin import Admin
from trigger_contract.mock.clock import Clock
from trigger_contract.mock.kept import Kept
from trigger_contract.mock.messages import Answer, Request
from trigger_contract.mock.service import Service
from trigger_contract.mock.settings import Settings

LIST = "/api/v1/runs"
QUESTIONS = (
    (LIST, {}, {}),
    (LIST, {}, {"x-trigger-api-version": "2026-01-01"}),
    (LIST, {"filter[status]": "COMPLETED"}, {}),
    (LIST, {"filter[createdAt][period]": "7d"}, {}),
    (LIST, "filter%5BcreatedAt%5D%5B%70eriod%5D=7d", {}),
    ("/api/v3/runs/{}", {}, {}),
    ("/api/v3/runs/{}", {}, {"host": "other.example"}),
    ("/api/v3/runs/{}/result", {}, {}),
)


def control(service, method, path, **body):
    sent = json.dumps(body).encode()
    headers = {b"content-type": b"application/json", b"host": b"127.0.0.1"}
    answer = Admin(service).answer(Request(method, f"/__mock{path}".encode(), b"", headers, sent))
    assert answer.status < 300, answer.body
    return json.loads(answer.body)


CHANGES = (
    lambda service, run_id: control(service, "POST", "/runs", status="COMPLETED", output=1),
    lambda service, run_id: control(service, "POST", f"/runs/{run_id}/finish"),
    lambda service, run_id: service.clock.advance(3 * 86_400),
    lambda service, run_id: control(service, "DELETE", "/runs"),
    lambda service, run_id: control(service, "POST", "/runs", env={"id": "clx", "name": "prod"}),
    lambda service, run_id: control(service, "POST", "/reset", runs=20, seed=9),
)


@pytest.mark.parametrize("kind", ["time:30", "manual:2", "instant"])
def test_an_answer_is_that_of_a_server_that_keeps_none(make, kind):
    asker = make(runs=40)
    control(asker.service, "POST", "/progression", progression=kind)
    for change in CHANGES:
        run_id = control(asker.service, "POST", "/runs", output=2)["id"]
        asker.get(f"/api/v3/runs/{run_id}")
        for turn in range(2):
            for path, query, headers in QUESTIONS:
                kept = asker.answer(path.replace("{}", run_id), query, headers=headers)
                if kind == "manual:2" and path != LIST:
                    continue  # to ask again is what moves it
                asker.service.forget()
                assert asker.answer(path.replace("{}", run_id), query, headers=headers) == kept
                asker.answer(path.replace("{}", run_id), query, headers=headers)
            if turn == 0:
                change(asker.service, run_id)


def test_a_retrieval_that_moves_a_run_is_never_kept(make):
    asker = make(runs=0)
    control(asker.service, "POST", "/progression", progression="manual:2")
    run_id = control(asker.service, "POST", "/runs", output=2)["id"]
    shown = [asker.get(f"/api/v3/runs/{run_id}")["status"] for _ in range(6)]
    assert (shown[0], shown[-1]) == ("QUEUED", "COMPLETED"), shown


def test_what_another_server_writes_into_the_file_is_seen(tmp_path, make):
    settings = {"runs": 20, "database": tmp_path / "runs.db"}
    one, other = make(**settings), make(**settings)
    before = one.get(LIST)
    assert one.get(LIST) == before
    run_id = control(other.service, "POST", "/runs", output=1)["id"]
    assert one.get(LIST)["data"][0]["id"] == run_id


def test_not_more_is_kept_than_was_promised():
    kept = Kept(lambda: 0)
    kept.get(("x",))
    for number in range(5000):
        kept.keep((number,), Answer(200, bytes(100_000 if number % 2 else 1)))
        assert kept.get((number,)) is not None
    held = [answer for number in range(5000) if (answer := kept.get((number,))) is not None]
    assert len(held) <= 1000
    assert sum(len(answer.body) for answer in held) <= 16 << 20


def test_a_write_makes_a_server_in_memory_answer_anew():
    service = Service(read_document(), Settings(runs=0), Clock())
    asked = Request("GET", LIST.encode(), b"", {b"authorization": b"Bearer tr_dev_mock"})
    assert json.loads(service.answer(asked).body)["data"] == []
    control(service, "POST", "/runs", output=1)
    assert len(json.loads(service.answer(asked).body)["data"]) == 1
    service.close()
