from __future__ import annotations

import itertools
from typing import Any

import jsonschema_rs
import pytest

from trigger_contract.document.operations import operations, response_schema

PREDICATES = {
    "filter[status]": lambda run: run["status"],
    "filter[taskIdentifier]": lambda run: run["taskIdentifier"],
    "filter[version]": lambda run: run.get("version"),
    "filter[isTest]": lambda run: str(run["isTest"]).lower(),
}


def ids(runs: list[dict[str, Any]]) -> list[str]:
    return [run["id"] for run in runs]


@pytest.mark.parametrize("size", [10, 25, 37, 100])
def test_every_run_is_listed_exactly_once(docs, size):
    everything = docs.walk({}, size)
    assert len(set(ids(everything))) == len(everything) == 120
    assert ids(docs.walk({}, 100)) == ids(everything)


def test_the_newest_run_comes_first(docs):
    created = [run["createdAt"] for run in docs.walk({})]
    assert created == sorted(created, reverse=True)
    assert len(set(created)) < len(created), "the seed holds ties"


@pytest.mark.parametrize("name", PREDICATES)
def test_a_filter_selects_exactly_the_runs_with_its_value(docs, name):
    everything = docs.walk({}, 100)
    of = PREDICATES[name]
    for value in {of(run) for run in everything} - {None}:
        assert ids(docs.walk({name: value})) == [run["id"] for run in everything if of(run) == value]


def test_a_list_in_one_filter_is_a_union(docs):
    everything = docs.walk({}, 100)
    for name in ("filter[status]", "filter[taskIdentifier]", "filter[version]"):
        of = PREDICATES[name]
        values = sorted({of(run) for run in everything} - {None})
        for pair in itertools.islice(itertools.combinations(values, 2), 12):
            expected = [run["id"] for run in everything if of(run) in pair]
            assert ids(docs.walk({name: ",".join(pair)})) == expected


def test_tags_with_several_matches_list_a_run_once(docs):
    everything = docs.walk({}, 100)
    wanted = {"user_1", "plan:pro", "org_süd"}
    expected = [run["id"] for run in everything if wanted & set(run["tags"])]
    assert ids(docs.walk({"filter[tag]": ",".join(wanted)})) == expected
    assert len(expected) > 10


def test_filters_combine_with_and(docs):
    everything = docs.walk({}, 100)
    for first, second in itertools.combinations(PREDICATES, 2):
        one, two = PREDICATES[first](everything[3]), PREDICATES[second](everything[3])
        expected = [
            r["id"] for r in everything if PREDICATES[first](r) == one and PREDICATES[second](r) == two
        ]
        assert expected
        assert ids(docs.walk({first: one, second: two})) == expected
        tagged = [r["id"] for r in everything if PREDICATES[first](r) == one and "user_1" in r["tags"]]
        assert ids(docs.walk({first: one, "filter[tag]": "user_1"})) == tagged


def test_bounds_on_creation_are_inclusive(docs):
    everything = docs.walk({}, 100)
    low, high = everything[40]["createdAt"], everything[15]["createdAt"]
    expected = [run["id"] for run in everything if low <= run["createdAt"] <= high]
    query = {"filter[createdAt][from]": low, "filter[createdAt][to]": high}
    assert ids(docs.walk(query)) == expected
    assert {everything[40]["id"], everything[15]["id"]} <= set(expected)


def test_a_period_counts_back_from_now(docs):
    day = docs.service.clock.now() - 86_400_000
    by_period = ids(docs.walk({"filter[createdAt][period]": "1d"}))
    assert by_period == ids(docs.walk({"filter[createdAt][from]": str(day)}))
    assert 0 < len(by_period) < 120
    assert ids(docs.walk({"filter[createdAt][period]": "24h"})) == by_period


@pytest.mark.parametrize(
    "query", [{}, {"filter[status]": "COMPLETED,FAILED"}, {"filter[tag]": "user_1,user_2"}]
)
def test_a_page_back_is_the_page_before(docs, query):
    pages = []
    page = docs.get("/api/v1/runs", {**query, "page[size]": 10})
    while True:
        pages.append(page)
        if "next" not in page["pagination"]:
            break
        page = docs.get(
            "/api/v1/runs", {**query, "page[size]": 10, "page[after]": page["pagination"]["next"]}
        )
    assert len(pages) > 1
    assert "previous" not in pages[0]["pagination"]
    for before, after in itertools.pairwise(pages):
        back = docs.get(
            "/api/v1/runs", {**query, "page[size]": 10, "page[before]": after["pagination"]["previous"]}
        )
        assert back["data"] == before["data"]
        assert back["pagination"] == before["pagination"]


def test_before_wins_over_after(docs):
    runs = docs.walk({}, 100)
    both = {"page[size]": 10, "page[after]": runs[50]["id"], "page[before]": runs[30]["id"]}
    assert ids(docs.get("/api/v1/runs", both)["data"]) == ids(runs[20:30])


def test_all_faults_of_a_query_come_in_one_body(docs):
    body = docs.get(
        "/api/v1/runs",
        {
            "page[size]": "101",
            "filter[status]": "NOPE,QUEUED,x",
            "filter[isTest]": "1",
            "filter[createdAt][from]": "yesterday",
            "page[after]": "run_unknown",
        },
        status=400,
    )
    assert body["error"] == "Query Error"
    assert {detail["path"][0]: detail["message"] for detail in body["details"]} == {
        "page[size]": "Number must be less than or equal to 100",
        "filter[status]": "Invalid status values: NOPE, x",
        "filter[isTest]": "Invalid value for isTest: 1",
        "filter[createdAt][from]": "Invalid date",
        "page[after]": "Invalid cursor: run_unknown",
    }


@pytest.mark.parametrize("size", ["9", "0", "-1", "101", "1e1", "ten", "", "٣٠", "9" * 5000, "10.0", " 10"])
def test_a_page_size_outside_the_documented_range_is_refused(docs, size):
    body = docs.get("/api/v1/runs", {"page[size]": size}, status=400)
    assert [detail["path"] for detail in body["details"]] == [["page[size]"]]


def test_the_last_of_a_repeated_name_wins_and_unknown_names_are_ignored(docs):
    query = [("filter[status]", "NOPE"), ("filter[status]", "FAILED"), ("status", "x"), ("page[size]", "10")]
    assert ids(docs.get("/api/v1/runs", query)["data"]) == ids(docs.walk({"filter[status]": "FAILED"})[:10])


def test_an_empty_filter_is_no_filter(docs):
    query = {"filter[status]": "", "filter[tag]": "", "filter[schedule]": "", "filter[createdAt][from]": ""}
    assert len(docs.walk(query)) == 120


def test_a_strict_server_refuses_unknown_names(make):
    strict = make(strict_query=True)
    body = strict.get("/api/v1/runs", {"status": "QUEUED", "filter[status]": "QUEUED"}, status=400)
    assert [detail["path"] for detail in body["details"]] == [["status"]]


def test_a_strict_server_names_the_parameter_of_every_operation(make):
    strict = make(strict_query=True)
    for path in ("/api/v3/runs/run_x", "/api/v1/runs/run_x/result"):
        body = strict.get(path, {"foo": "1"}, status=400)
        assert [detail["path"] for detail in body["details"]] == [["foo"]]


@pytest.mark.parametrize("count", [0, 1, 3, 19, 20, 21, 41])
def test_any_number_of_runs_is_served_and_fits_the_document(make, document, count):
    asker = make(runs=count)
    runs = asker.walk({})
    assert len(runs) == count
    schemas = {op.path: response_schema(document, op, "200") for op in operations(document)}
    listed = jsonschema_rs.Draft202012Validator(
        {**schemas["/api/v1/runs"], "components": document["components"]}, validate_formats=True
    )
    assert listed.is_valid(asker.get("/api/v1/runs"))
    whole = jsonschema_rs.Draft202012Validator(
        {**schemas["/api/v3/runs/{runId}"], "components": document["components"]}, validate_formats=True
    )
    for run in runs:
        retrieved = asker.get(f"/api/v3/runs/{run['id']}")
        whole.validate(retrieved)
        assert {key: retrieved[key] for key in run if key != "env"} == {
            k: v for k, v in run.items() if k != "env"
        }
