"""Each deviation of the real server, on and off."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from pathlib import Path

import pytest

from trigger_contract.document.yaml import load
from trigger_contract.errors import UserError
from trigger_contract.mock.deviations import DEVIATIONS, PROFILES, Deviation, choose
from trigger_contract.mock.seed import ACCOUNTS

NEWER = {"x-trigger-api-version": "2025-07-16"}


@pytest.fixture
def one(make):
    """Return servers with one deviation only, and without any."""

    def build(name, **options):
        return make(without=tuple(PROFILES["docs"]), **options), make(with_=(name,), **options)

    return build


def first(asker, **query):
    return asker.get("/api/v1/runs", {f"filter[{key}]": value for key, value in query.items()})["data"][0][
        "id"
    ]


def token(claims, secret=b"tr_dev_mock"):
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in ({"alg": "HS256"}, claims)
    ]
    said = b".".join(parts)
    signature = base64.urlsafe_b64encode(hmac.new(secret, said, hashlib.sha256).digest()).rstrip(b"=")
    return (said + b"." + signature).decode()


def test_d1_a_finished_run_has_no_result_unless_canceled(one):
    off, on = one("D1")
    for status, there in (("COMPLETED", False), ("FAILED", False), ("CANCELED", True)):
        runs = off.get("/api/v1/runs", {"filter[status]": status}, headers=NEWER)["data"]
        path = f"/api/v1/runs/{runs[0]['id']}/result"
        assert off.answer(path).status == 200
        canceled = on.get(path, status=200 if there else 404)
        assert there or canceled == {"error": "Run either doesn't exist or is not finished"}


def test_d1_alone_keeps_the_results_of_all_that_read_canceled(one):
    _, on = one("D1")
    for run in on.walk({"filter[status]": "CANCELED"}):
        assert on.get(f"/api/v1/runs/{run['id']}/result")["ok"] is False


@pytest.mark.parametrize("version", ["garbage", "2025-07-15", "", "9", "2025-07-16 "])
def test_only_a_date_asks_for_the_newer_names(docs, version):
    assert docs.walk({}, headers={"x-trigger-api-version": version}) == docs.walk({})


def test_d2_attempts_are_counted_and_not_shown(one):
    off, on = one("D2")
    path = f"/api/v3/runs/{first(off, status='FAILED')}"
    shown, hidden = off.get(path), on.get(path)
    assert hidden["attempts"] == []
    # Where the pages are silent, both profiles answer alike.
    assert hidden["attemptCount"] == shown["attemptCount"] == len(shown["attempts"]) > 0
    assert set(hidden["error"]) <= {"message", "name", "stackTrace"}
    assert shown["error"] == hidden["error"]


def test_d3_an_unknown_run_is_to_be_tried_again(one):
    off, on = one("D3")
    assert off.get("/api/v3/runs/run_x", status=404) == {"error": "Run not found"}
    answer = on.answer("/api/v3/runs/run_x")
    assert (answer.status, json.loads(answer.body)) == (404, {"error": "Not found"})
    assert dict(answer.headers)[b"x-should-retry"] == b"true"


def test_d4_a_malformed_id_is_an_unknown_one(one):
    off, on = one("D4")
    assert off.get("/api/v3/runs/x", status=400) == {"error": "Invalid or missing run ID"}
    assert on.get("/api/v3/runs/x", status=404) == {"error": "Run not found"}


def test_d5_refusals_tell_a_missing_key_from_a_wrong_one(one):
    off, on = one("D5")
    on.token = off.token = None
    answer = on.answer("/api/v3/runs/run_x")
    assert answer.status == 401
    assert dict(answer.headers)[b"content-type"] == b"application/problem+json"
    assert {"title", "status", "type", "detail", "error"} == set(json.loads(answer.body))
    on.token = off.token = "wrong"
    assert on.get("/api/v3/runs/run_x", status=401) == {"error": "Invalid API key"}
    assert off.get("/api/v3/runs/run_x", status=401) == {"error": "Invalid or Missing API key"}


def test_d6_a_page_may_hold_one_run(one):
    off, on = one("D6")
    assert len(on.get("/api/v1/runs", {"page[size]": 1})["data"]) == 1
    for asker, wrong in ((off, 9), (on, 0), (on, 101), (off, 101)):
        assert asker.get("/api/v1/runs", {"page[size]": wrong}, status=400)["details"]


def test_d7_cursors_are_opaque(one):
    off, on = one("D7")
    page = on.get("/api/v1/runs")
    assert page["pagination"]["next"] not in [run["id"] for run in page["data"]]
    assert off.get("/api/v1/runs")["pagination"]["next"] == page["data"][-1]["id"]
    assert [run["id"] for run in on.walk({})] == [run["id"] for run in off.walk({})]
    everything = [run["id"] for run in on.walk({})]
    for text in ("run_x", "d", "\U0001f600"):  # every id is a smaller text than these
        page = on.get("/api/v1/runs", {"page[after]": text})
        assert [run["id"] for run in page["data"]] == everything[:25]
        assert set(page["pagination"]) == {"next", "previous"}
    for text in ("!!", " ", "a"):
        assert on.get("/api/v1/runs", {"page[after]": text}) == {"data": [], "pagination": {}}
    middle = sorted(everything)[60]
    below = on.get("/api/v1/runs", {"page[after]": middle.removeprefix("run_"), "page[size]": 100})["data"]
    assert {run["id"] for run in below} == {run for run in everything if run < middle}


def test_d8_public_keys(one):
    off, on = one("D8")
    path = f"/api/v3/runs/{first(off, status='COMPLETED', tag='user_1')}"
    whole = off.get(path)
    assert {"payload", "output"} & set(whole)
    scoped = token({"scopes": ["read:runs"]})
    public = {"authorization": "Bearer pk_dev_mock"}
    assert on.answer(path, headers=public).status == 401
    assert not {"payload", "output"} & set(off.get(path, headers=public))
    assert on.get(path, headers={"authorization": f"Bearer {scoped}"}) == whole
    assert not {"payload", "output"} & set(off.get(path, headers={"authorization": f"Bearer {scoped}"}))


@pytest.mark.parametrize(
    "wrong",
    [
        token({"scopes": ["read:runs"]}, b"other"),
        token({"scopes": ["read:runs"], "exp": 1}),
        token({"scopes": ["read:runs"]}) + "x",
        "a.b.c",
        "..",
        token(["no", "object"]),
    ],
)
def test_a_token_that_is_not_ours_or_has_expired_opens_nothing(docs, wrong):
    assert docs.answer("/api/v3/runs/run_x", headers={"authorization": f"Bearer {wrong}"}).status == 401


def test_d9_status_names_outside_the_documented_ones(one, document):
    off, on = one("D9")
    documented = set(document["components"]["schemas"]["RunStatus"]["enum"])
    older = {run["status"] for run in on.walk({})}
    assert {run["status"] for run in off.walk({})} == documented
    assert older - documented == {"WAITING_FOR_DEPLOY", "EXPIRED", "TIMED_OUT"}
    newer = {run["status"] for run in on.walk({}, headers=NEWER)}
    assert newer == {run["status"] for run in off.walk({}, headers=NEWER)}
    assert not newer & {"REATTEMPTING", "FROZEN", "INTERRUPTED", "WAITING_FOR_DEPLOY"}
    for name in sorted(older):
        assert {run["status"] for run in on.walk({"filter[status]": name})} >= {name}


def test_d10_without_dates_the_last_week_is_listed(one):
    off, on = one("D10")
    everything = off.walk({})
    week = on.walk({"filter[createdAt][period]": "7d"})
    assert [run["id"] for run in on.walk({})] == [run["id"] for run in week]
    assert 0 < len(week) < len(everything)
    assert len(on.walk({"filter[createdAt][from]": "0"})) == len(everything)


@pytest.mark.parametrize(
    "text",
    [
        "2025-10-01",
        "2025-10-01T12:00:00",
        "Oct 1, 2025",
        "Wed Oct 01 2025 12:00:00 GMT+0200 (Central European Summer Time)",
        "Wed, 01 Oct 2025 10:00:00 GMT",
        "10/01/2025",
    ],
)
def test_d11_any_date_of_javascript_is_read(one, text):
    off, on = one("D11", runs=20)
    assert (
        off.get("/api/v1/runs", {"filter[createdAt][from]": text}, status=400)["details"][0]["code"]
        == "invalid_date"
    )
    on.get("/api/v1/runs", {"filter[createdAt][from]": text})
    assert on.get("/api/v1/runs", {"filter[createdAt][from]": "soon"}, status=400)


@pytest.mark.parametrize("text", ["1759312800000", "2025-10-01T10:00:00Z", "2025-10-01T12:00:00.000+02:00"])
def test_milliseconds_and_iso_dates_mean_the_same(docs, text):
    expected = [run["id"] for run in docs.walk({}) if run["createdAt"] >= "2025-10-01T10:00:00.000Z"]
    assert [run["id"] for run in docs.walk({"filter[createdAt][from]": text})] == expected
    assert 0 < len(expected) < 120


def test_d12_no_children_is_an_empty_list(one):
    off, on = one("D12")
    childless = [
        run["id"]
        for run in off.walk({})
        if "children" not in off.get(f"/api/v3/runs/{run['id']}")["relatedRuns"]
    ]
    assert childless
    assert all(on.get(f"/api/v3/runs/{run}")["relatedRuns"]["children"] == [] for run in childless[:20])


def test_d13_a_key_of_too_little_scope_is_forbidden(one):
    off, on = one("D13", rate_limit=2)
    other = {"authorization": f"Bearer {token({'scopes': ['read:runs:run_other']})}"}
    assert off.answer("/api/v3/runs/run_x", headers=other).status == 401
    assert on.answer("/api/v3/runs/run_x", headers=other).status == 403
    for asker in (off, on):
        answers = [asker.respond("/api/v1/runs") for _ in range(3)]
        assert [answer.status for answer in answers] == [200, 200, 429]
        headers = dict(answers[2].headers)
        assert 0 < int(headers[b"retry-after"]) <= 60
        assert int(headers[b"x-ratelimit-reset"]) > asker.service.clock.now()
        asker.service.clock.advance(60)
        assert asker.respond("/api/v1/runs").status == 200


def test_d14_versions_are_strings_either_way(one):
    for asker in one("D14"):
        versions = {run["version"] for run in asker.walk({}) if "version" in run}
        assert {"20240601.1", "20240601.10"} <= versions
        for version in ("20240601.1", "20240601.10"):
            assert {run["version"] for run in asker.walk({"filter[version]": version})} == {version}


def test_d15_the_tasks_api(one, document):
    off, on = one("D15")
    key = {"x-api-key": "recoup_mock"}
    ask = {"limit": 100}
    documented = set(document["components"]["schemas"]["RunStatus"]["enum"])
    assert {run["status"] for run in off.get("/api/tasks/runs", ask, headers=key)["runs"]} <= documented
    listed = on.get("/api/tasks/runs", ask, headers=key)["runs"]
    assert {"WAITING_FOR_DEPLOY", "EXPIRED"} <= {run["status"] for run in listed}
    assert all("relatedRuns" not in run for run in listed)
    assert on.get("/api/tasks/runs", {"runId": "run_x"}, status=500, headers=key)["status"] == "error"
    done = next(run["id"] for run in listed if run["status"] == "FAILED")
    assert "attempts" in on.get("/api/tasks/runs", {"runId": done}, headers=key)["runs"][0]
    tagged = on.get("/api/tasks/runs", {"account_id": ACCOUNTS[0]}, headers=key)["runs"]
    assert all(f"account:{ACCOUNTS[0]}" in run["tags"] for run in tagged)


def test_a_page_back_may_come_oldest_first(one):
    off, on = one("backward-order")
    cursor = {"page[size]": 10, "page[before]": off.walk({})[50]["id"]}
    newest_first = [run["id"] for run in off.get("/api/v1/runs", cursor)["data"]]
    assert [run["id"] for run in on.get("/api/v1/runs", cursor)["data"]] == newest_first[::-1]
    assert on.get("/api/v1/runs", cursor)["pagination"] == off.get("/api/v1/runs", cursor)["pagination"]


def test_refusals_may_be_bare(one):
    off, on = one("bare-refusals")
    on.token = off.token = None
    for asker, there in ((off, True), (on, False)):
        assert (b"www-authenticate" in dict(asker.answer("/api/v1/runs").headers)) == there
        assert (b"allow" in dict(asker.answer("/api/v1/runs", method="POST").headers)) == there


def test_deviations_are_switched_by_name():
    assert choose("real", without=("D3",)) == set(DEVIATIONS) - {"D3"}
    assert choose("docs", with_=("D3",)) == PROFILES["docs"] | {"D3"}
    for wrong in (
        {"profile": "x"},
        {"profile": "docs", "with_": ("D0",)},
        {"profile": "docs", "without": ("d1",)},
    ):
        with pytest.raises(UserError, match="choose from"):
            choose(**wrong)


FOLDER = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("path", sorted((FOLDER / "contract_tests" / "deviations").glob("*.yaml")), ids=str)
def test_known_deviations_and_pages_name_deviations_that_are(path):
    for deviation in load(path.read_text(), str(path))["deviations"]:
        names = deviation["why"].partition(":")[0].split(", ")
        assert set(names) <= set(Deviation), deviation["fingerprint"]
    for page in (FOLDER / "docs").rglob("*.md"):
        assert set(re.findall(r"\bD[0-9]{1,2}\b", page.read_text())) <= set(Deviation), page


def test_each_deviation_has_a_test():
    tested = set()
    for path in Path(__file__).parent.glob("test_*.py"):
        for first, last in re.findall(r"def test_d([0-9]+)_(?:to_d([0-9]+)_)?", path.read_text()):
            tested |= {f"D{number}" for number in range(int(first), int(last or first) + 1)}
    unnumbered = {Deviation.BACKWARD_ORDER, Deviation.BARE_REFUSALS}
    assert tested >= set(Deviation) - unnumbered
