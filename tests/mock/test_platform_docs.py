"""The service's operations where pages are kept that were written carelessly."""

from __future__ import annotations

import json

import pytest
from tests.mock.calling import call, trigger

IMPORT = "/api/v1/projects/proj_x/envvars/dev/import"
FORM = "multipart/form-data; boundary=--b"
LINES = b"# the first\r\nexport ONE=1 # one\nTWO=\"two\\nlines\"\nTHREE='a # b'\n"


@pytest.fixture
def strict(make, strict_document):
    return make(runs=0, document=strict_document)


def _kept(asker):
    listed = asker.get("/api/v1/projects/proj_x/envvars/dev")
    return {item["name"]: item["value"] for item in listed}


def test_variables_are_imported_as_pages_and_as_clients_write_them(strict):
    call(strict, "POST", IMPORT, {"variables": [{"name": "A", "value": "1"}]})
    call(strict, "POST", IMPORT, {"variables": {"B": "2"}})
    assert _kept(strict) == {"A": "1", "B": "2"}
    for wrong in ([{"name": "C"}], {"C": 3}, "C=3", {}, [], None):
        call(strict, "POST", IMPORT, {"variables": wrong}, 400)
    refused = call(strict, "POST", IMPORT, {"variables": {"A": "x"}, "override": False}, 400)
    assert "already set" in refused["error"]
    call(strict, "POST", IMPORT, {"variables": {"A": "x"}, "override": True})
    assert _kept(strict) == {"A": "x", "B": "2"}


def test_a_file_of_variables_is_imported(make, whole_document):
    real = make("real", runs=0, document=whole_document)

    def send(*parts):
        body = b"".join(b"----b\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts)
        headers = {"content-type": FORM, "content-length": "9"}
        return real.answer(IMPORT, method="POST", body=body + b"----b--\r\n", headers=headers)

    file = b'name="variables"; filename=".env"\r\n\r\n'
    assert send(file + LINES).status == 200
    assert _kept(real) == {"ONE": "1", "TWO": "two\nlines", "THREE": "a # b"}
    assert send(file + b"ONE=2").status == 400
    assert send(file + b"ONE=2", b'name="override"\r\n\r\ntrue').status == 200
    assert _kept(real)["ONE"] == "2"
    refused = send(b'name="variables"\r\n\r\nONE=3')
    assert (refused.status, json.loads(refused.body)) == (400, {"error": "Invalid file"})
    assert send().status == 400


def test_a_callback_takes_what_a_webhook_sends(strict):
    for body, kind, kept in ((b'{"a":1}', "text/plain", '{"json":{"a":1}}'), (b"x=1", "x/y", '{"json":{}}')):
        made = call(strict, "POST", "/api/v1/waitpoints/tokens", {})
        path = made["url"].partition("/api/")[2]
        headers = {"content-type": kind, "content-length": str(len(body))}
        strict.token = None
        assert strict.answer(f"/api/{path}", method="POST", body=body, headers=headers).status == 200
        strict.token = "tr_dev_mock"
        assert strict.get(f"/api/v1/waitpoints/tokens/{made['id']}")["output"] == kept


def test_a_delay_may_be_a_date_where_pages_let_it_be_any_text(strict):
    made = trigger(strict, payload={}, options={"delay": "1h"})
    path = f"/api/v1/runs/{made}/reschedule"
    for delay in ("2025-10-10T00:00:00.000Z", "2h"):
        # The list has no name for it: the nearest one shows everywhere, as list and detail must agree.
        assert call(strict, "POST", path, {"delay": delay})["status"] == "QUEUED"
    call(strict, "POST", path, {"delay": 5}, 400)
    assert strict.get(f"/api/v3/runs/{made}")["status"] == "QUEUED"
    assert [run["status"] for run in strict.get("/api/v1/runs")["data"]] == ["QUEUED"]


def test_d34_a_queue_without_a_limit_shows_null(make, strict_document, whole_document):
    for profile, document in (("docs", strict_document), ("real", whole_document)):
        asker = make(profile, runs=0, document=document)
        trigger(asker, "t")
        path = "/api/v1/queues/t"
        plain = asker.get(path, {"type": "task"})
        changed = call(asker, "POST", f"{path}/concurrency/override", {"type": "task", "concurrencyLimit": 3})
        assert (changed["concurrencyLimit"], changed["concurrency"]["override"]) == (3, 3)
        nulls = [value is None for value in (plain["concurrencyLimit"], changed["concurrency"]["base"])]
        assert nulls == [profile == "real"] * 2
        assert ("concurrency" in plain) == (profile == "real")


def test_what_the_service_does_by_itself_counts_as_alive(make, strict_document):
    told = {one.operation.path: one for one in make(runs=0, document=strict_document).service.explain()}
    for path in ("/api/v1/tasks/{p0}/trigger", "/api/v1/projects/{p0}/envvars/{p1}/import"):
        assert told[path].alive
        assert "service itself" in told[path].how
