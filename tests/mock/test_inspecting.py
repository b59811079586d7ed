"""What the control door shows of things and requests."""

from __future__ import annotations

import json
import shlex

import pytest
from library_document import library

from trigger_contract.mock.admin import Admin
from trigger_contract.mock.control import ControlError, near

NEW = {"title": "Persuasion", "genre": "novel", "author": {"name": "Jane"}, "supplier": "x"}


@pytest.fixture
def shelf(make):
    return make(document=library(), runs=0)


@pytest.fixture
def door(shelf):
    return near(Admin(shelf.service))


def items(door, name, query=""):
    return door("GET", f"/collections/{name}{query}", None)["items"]


def test_what_is_made_is_found_among_the_things_of_its_collection(shelf, door):
    counts = {one["name"]: one["count"] for one in door("GET", "/collections", None)["collections"]}
    assert counts["books"] is None
    assert "settings" in counts
    before = items(door, "books", "?limit=1000")
    made = shelf.answer("/books", method="POST", body=json.dumps(NEW).encode())
    identity = json.loads(made.body)["id"]
    now = items(door, "books", "?limit=1000")
    assert [item["id"] for item in now] == [identity, *(item["id"] for item in before)]
    assert now[0]["state"]["title"] == "Persuasion"
    assert [item["id"] for item in items(door, "books", "?search=pErsua")] == [identity]
    counts = {one["name"]: one["count"] for one in door("GET", "/collections", None)["collections"]}
    assert counts["books"] == len(before) + 1


def test_things_below_others_say_what_they_stand_below(shelf, door):
    book = items(door, "books", "?limit=1")[0]["id"]
    shelf.get(f"/books/{book}/loans")
    name = next(
        one["name"] for one in door("GET", "/collections", None)["collections"] if "loan" in one["name"]
    )
    assert {tuple(item["below"]) for item in items(door, name)} == {(book,)}


def test_an_unknown_collection_is_refused_with_those_that_are(door):
    with pytest.raises(ControlError, match=r"no collection 'nothing'; known are .*books"):
        items(door, "nothing")


def test_the_services_own_things_are_those_that_its_operations_show(make, whole_document):
    asker = make(runs=20, document=whole_document)
    door = near(Admin(asker.service))
    listed = [one["id"] for one in asker.get("/api/v1/schedules")["data"]]
    assert [item["id"] for item in items(door, "schedule")] == listed
    names = {one["name"] for one in door("GET", "/collections", None)["collections"]}
    assert "schedules" not in names


def test_every_status_a_run_may_be_made_with_is_the_one_it_shows(make):
    for profile in ("docs", "real"):
        door = near(Admin(make(profile, runs=0).service))
        names = door("GET", "/health", None)["statuses"]
        assert names
        assert "QUEUED" in names
        assert "PENDING" not in names
        for name in names:
            assert door("POST", "/runs", {"status": name})["status"] == name


def test_a_request_is_told_with_its_body_and_a_line_that_repeats_it(shelf, door):
    body = json.dumps({**NEW, "title": "it's $HOME `x`", "note": "tr_dev_mock"})
    shelf.respond("/books", {"a": "b c"}, method="POST", body=body.encode())
    told = door("GET", "/requests", None)["requests"][0]
    assert json.loads(told["body"])["title"] == "it's $HOME `x`"
    assert told["bodyLength"] == len(body)
    assert "tr_dev_mock" not in json.dumps(told)
    words = shlex.split(told["curl"])
    assert words[:3] == ["curl", "-sS", "-i"]
    assert "/books?a=b+c" in words
    assert "authorization: Bearer $TRIGGER_SECRET_KEY" in words
    assert words[words.index("--data-binary") + 1] == told["body"]
    assert door("GET", "/requests?search=nowhere", None)["requests"] == []
    assert door("GET", "/requests?search=IT's", None)["requests"][0]["number"] == told["number"]


def test_of_a_large_body_only_the_beginning_is_told(shelf, door):
    shelf.respond("/books", method="POST", body=b"x" * 100_000)
    told = door("GET", "/requests", None)["requests"][0]
    assert (len(told["body"]), told["bodyLength"]) == (2000, 100_000)
    assert "--data-binary @body" in told["curl"]
