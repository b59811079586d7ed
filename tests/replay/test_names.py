"""What two servers call the same thing, and what is held against nobody."""

from __future__ import annotations

import base64
import gzip
import json

import pytest

from trigger_contract.errors import UserError
from trigger_contract.replay.asking import Asker
from trigger_contract.replay.comparing import compare
from trigger_contract.replay.learned import Learned
from trigger_contract.replay.recording import Received, read_recording
from trigger_contract.replay.roles import NoKey, read_roles

THERE, HERE = "run_c4aaaaaaaaaaaaaaaaaaaaaaaa", "run_c4bbbbbbbbbbbbbbbbbbbbbbbb"
OTHER = "run_c4cccccccccccccccccccccccc"
JSON = {"content-type": "application/json"}


def cursor(value):
    raw = json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def learned():
    known = Learned()
    assert known.meets(THERE, HERE) is True
    return known


def test_a_name_that_was_learned_stands_in_paths_cursors_and_hashes():
    known = learned()
    assert known.translate(f"/api/v3/runs/{THERE}") == f"/api/v3/runs/{HERE}"
    tail, own = THERE.partition("_")[2], HERE.partition("_")[2]
    assert known.translate(f"/x/{tail}") == f"/x/{own}"
    made = cursor({"c": 1700000000000, "r": tail})
    assert known.translate(f"page[after]={made}") == f"page[after]={cursor({'c': 1700000000000, 'r': own})}"
    for other in (
        cursor({"c": 1, "r": "somebody"}),
        "eyJmade.up".replace(".", "xx99xx"),
        "eyJhbGciOiJub25lIn",
    ):
        assert known.translate(f"page[after]={other}") == f"page[after]={other}"
    assert known.meets(made, "eyJwhatever") is True
    assert known.translate(made) == "eyJwhatever"
    waiting = "waitpoint_c4dddddddddddddddddddddd"
    recorded, given = (f"/tokens/{waiting}/callback/{hashed}" for hashed in ("<callback-hash>", "1f2e"))
    assert known.translate(recorded) == recorded
    assert known.meets(recorded, given) is True
    assert known.translate(recorded) == given


def test_two_names_stand_for_two_things():
    known = learned()
    assert known.meets(THERE, HERE) is True
    assert known.meets(THERE, OTHER) is False
    assert known.meets("run_c4dddddddddddddddddddddddd", HERE) is False  # one of them is taken
    assert known.meets("run_c4eeeeeeeeeeeeeeeeeeeeeeee", "batch_c4ffffffffffffffffffffff") is False
    assert known.meets("COMPLETED", "FAILED") is None
    assert known.meets("run_c4ffffffffffffffffffffffff", OTHER, learn=False) is False
    assert known.translate("run_c4ffffffffffffffffffffffff") == "run_c4ffffffffffffffffffffffff"


def kinds(recorded, given, known=None, **more):
    headers = more.pop("headers", (JSON, JSON))
    there, here = (Received(200, own, body) for own, body in zip(headers, (recorded, given), strict=True))
    return [(found.kind, found.place) for found in compare(there, here, known or Learned(), **more)]


@pytest.mark.parametrize(
    ("recorded", "given", "found"),
    [
        ("<html page of 900 characters, title 'x'>", "<html></html>", []),
        ({"text": "abc…(900 characters)"}, {"text": "abcdef"}, []),
        ({"text": "abc…(900 characters)"}, {"text": "xyz"}, [("value", "/text")]),
        ({"traceId": "aa"}, {"traceId": "bb"}, []),
        ({"hash": "aa"}, {"hash": 5}, [("shape", "/hash")]),
        ({"env": {"id": "c4aaaaaaaaaaaaaaaaaaaa", "name": "dev"}},
         {"env": {"id": "cl1234", "name": "mock"}}, []),
        ({"count": 1}, {"count": 2}, [("value", "/count")]),
        # Times of what was made just now are its own; without that they are told.
        ({"id": THERE, "at": "2026-01-01T00:00:00Z"}, {"id": HERE, "at": "2027-01-01T00:00:00Z"}, []),
        ({"id": THERE, "ns": "1700000000000000000"}, {"id": HERE, "ns": "1800000000000000000"}, []),
        ({"id": THERE, "reset": 1}, {"id": HERE, "reset": 2}, []),
        ({"at": "2026-01-01T00:00:00Z"}, {"at": "2027-01-01T00:00:00Z"}, [("value", "/at")]),
        ([{"name": "b", "v": 1}, {"name": "a", "v": 2}], [{"name": "a", "v": 2}, {"name": "b", "v": 1}],
         [("value", "/0/name"), ("value", "/0/v"), ("value", "/1/name"), ("value", "/1/v")]),
    ],
)  # fmt: skip
def test_what_hangs_on_when_and_where_a_server_runs_is_no_difference(recorded, given, found):
    assert kinds(recorded, given) == found


def test_a_body_that_was_packed_is_not_unpacked(tmp_path):
    assert kinds("<gzip 90 bytes>", "<gzip 80 bytes>") == []


# The recording itself, and whom it is asked


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"request": {"method": "GET", "path": "/", "headers": ["x"]}},
            "the headers of an exchange are an object",
        ),
        ({"token": {"alg": "HS256"}}, "a `token` needs `claims`, an object"),
    ],
)
def test_a_part_of_another_form_is_refused_by_its_line(tmp_path, change, said):
    request = {"method": "GET", "path": "/", "headers": {}}
    whole = {"request": request, "response": {"status": 200, "headers": {}, "body": None}}
    path = tmp_path / "calls.jsonl"
    path.write_text(json.dumps(whole | change))
    with pytest.raises(UserError, match=f"calls.jsonl:1: {said}"):
        read_recording(path)


def test_a_packed_recording_may_come_in_parts_and_not_in_half(tmp_path):
    request = {"method": "GET", "path": "/", "headers": {}}
    line = json.dumps({"request": request, "response": {"status": 200, "headers": {}, "body": None}})
    path = tmp_path / "calls.jsonl.gz"
    parts = [gzip.compress(f"{line}\n".encode()) for _ in range(3)]
    path.write_bytes(b"".join(parts))
    assert len(read_recording(path)) == 3
    path.write_bytes(parts[0][:-9])
    with pytest.raises(UserError, match="cannot be unpacked"):
        read_recording(path)


def test_a_key_stands_where_its_role_does(tmp_path):
    request = {"method": "GET", "path": "/", "headers": {}}
    whole = {"request": request, "response": {"status": 200, "headers": {}, "body": None}, "key": "secret"}
    path = tmp_path / "calls.jsonl"
    path.write_text(json.dumps(whole | {"token": {"claims": {"pub": True}, "signedWith": "secret-b"}}))
    (exchange,) = read_recording(path)
    roles = read_roles(("secret=tr_dev_x",))
    assert roles.fill("Bearer <secret>", exchange, 0) == "Bearer tr_dev_x"
    assert roles.fill("<other> and <html>", exchange, 0) == "<other> and <html>"  # these are no keys
    with pytest.raises(NoKey, match="secret-b"):
        roles.fill("<jwt:read:runs>", exchange, 0)


@pytest.mark.parametrize("url", ["http://x:port", "ftp://x", "nowhere", "http://"])
def test_only_an_address_of_the_web_can_be_asked(url):
    with pytest.raises(UserError, match="--url"):
        Asker(url)


@pytest.mark.parametrize(("method", "path"), [("GE T", "/"), ("GET", "/a b"), ("GET", "/a\r\nhost: x")])
def test_nothing_that_would_be_two_requests_is_sent(method, path):
    asker = Asker("http://127.0.0.1:9")
    with pytest.raises(ValueError, match="cannot stand in a request line"):
        asker.ask(method, path, {}, None)
