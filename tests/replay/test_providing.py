"""Things beside runs that a recording shows and none of its requests made."""

from __future__ import annotations

import json

import pytest
from tests.mock.conftest import whole
from tests.replay.test_playing import control, exchange, replayed

from trigger_contract.document.locate import read_document
from trigger_contract.mock import MockServer, Settings
from trigger_contract.mock.deviations import choose

TOKEN = "waitpoint_c4aaaaaaaaaaaaaaaaaaaaaaaa"
MADE = {"createdAt": "2026-01-01T11:00:00.000Z", "tags": [], "status": "WAITING"}
SHOWN = {
    "id": TOKEN,
    "url": f"http://<host>/api/v1/waitpoints/tokens/{TOKEN}/callback/<callback-hash>",
    **MADE,
}
VARIABLES = "/api/v1/projects/proj_x/envvars/dev"


@pytest.fixture
def server():
    document = whole(json.loads(json.dumps(read_document())))
    with MockServer(document, settings=Settings(runs=0, deviations=choose("real"))) as server:
        control(server, "POST", "/clock", {"set": "2026-01-01T12:00:00Z", "freeze": True})
        yield server


def test_what_a_list_shows_is_given_before_it_is_asked(server, tmp_path):
    listed = {"data": [SHOWN], "pagination": {}}
    done = exchange(
        2, "POST", f"/api/v1/waitpoints/tokens/{TOKEN}/complete", {"success": True}, sent={"data": 1}
    )
    outcomes = replayed(
        tmp_path,
        server,
        exchange(1, "GET", "/api/v1/waitpoints/tokens", listed),
        done,
        # What this request did is the server's own doing: it is not given again.
        exchange(3, "GET", "/api/v1/waitpoints/tokens", listed),
    )
    assert [outcome.same_shape for outcome in outcomes] == [True, True, False]
    assert any("completedAt" in difference.place for difference in outcomes[2].differences)


def test_a_thing_is_given_as_the_recording_shows_it_first(server, tmp_path):
    variable = {"name": "A B", "value": "1", "isSecret": False}
    outcomes = replayed(
        tmp_path,
        server,
        exchange(1, "PUT", f"{VARIABLES}/A%20B", {"success": True}, sent={"value": "2"}),
        exchange(2, "GET", f"{VARIABLES}/A%20B", variable | {"value": "2"}),
        exchange(3, "GET", VARIABLES, [variable | {"value": "2"}]),
        exchange(4, "DELETE", f"{VARIABLES}/A%20B", {"success": True}),
        exchange(5, "GET", f"{VARIABLES}/A%20B", {"error": "Environment variable not found"}, status=404),
    )
    assert [outcome.differences for outcome in outcomes] == [()] * 5


def test_what_the_server_has_is_not_given(server, tmp_path):
    asked = exchange(1, "POST", VARIABLES, {"success": True}, sent={"name": "A", "value": "mine"})
    shown = exchange(2, "GET", f"{VARIABLES}/A", {"name": "A", "value": "theirs", "isSecret": False})
    _, outcome = replayed(tmp_path, server, asked, shown)
    assert [str(one) for one in outcome.differences] == ["value at /value: recorded theirs, now mine"]


def test_the_clock_comes_to_the_times_that_answers_show(server, tmp_path):
    batch = {"id": "batch_c4aaaaaaaaaaaaaaaaaaaaaaaa", "status": "PENDING", "runs": [], "runCount": 0}
    batch |= {"createdAt": "2026-01-01T12:00:00.000Z", "updatedAt": "2026-01-01T12:09:00.000Z"}
    path = f"/api/v1/batches/{batch['id']}"
    later = batch | {"updatedAt": "2026-01-09T12:00:00.000Z"}  # so far away is no time of this recording
    outcomes = replayed(tmp_path, server, exchange(1, "GET", path, batch), exchange(2, "GET", path, later))
    assert all(outcome.same_shape for outcome in outcomes)
    assert control(server, "GET", "/clock")["now"].startswith("2026-01-01T12:09:00")


@pytest.mark.parametrize("body", [[], {"/api/v1/schedules": {}}, {"/api/v1/schedules": [1]}, {"/nothing": []},
                                  {"/api/v1/schedules": [{"id": "sched_a"}]}])  # fmt: skip
def test_the_control_door_refuses_what_is_no_thing(server, body):
    answer = control(server, "POST", "/collections", body)
    assert answer["error"]
