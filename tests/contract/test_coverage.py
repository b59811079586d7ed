"""What of the contract a run has met: counted by the document, never by what a server invents."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from trigger_contract.contract.assembling import contract_from
from trigger_contract.contract.coverage import ASPECTS, coverage
from trigger_contract.contract.exchange import Exchange, Request
from trigger_contract.document.locate import read_document

CONTRACT = contract_from(read_document())


def exchange(target: str, status: int, body: object) -> Exchange:
    data = json.dumps(body).encode()
    headers = {"content-type": "application/json"}
    url = "http://server.test" + target
    return Exchange(Request("GET", target), url, status, headers, data, datetime.now(UTC), 0.01)


def test_nothing_is_met_before_anything_is_sent():
    nothing = coverage(CONTRACT, [])
    assert all(not nothing.met[aspect] for aspect in ASPECTS)
    assert len(nothing.promised["operations"]) == 4
    assert "list_runs_v1 filter[createdAt][period]" in nothing.promised["parameters"]
    assert "retrieve_run_v3 200.relatedRuns.children[].depth" in nothing.promised["properties"]
    assert "list_runs_v1 filter[status]=DELAYED" in nothing.promised["enum values"]


def test_a_page_of_runs_is_met_with_what_it_holds():
    body = {"data": [{"id": "run_1", "status": "QUEUED"}, {"id": "run_2", "tags": ["a"]}], "extra": 1}
    target = "/api/v1/runs?page%5Bsize%5D=10&filter%5Bstatus%5D=QUEUED,FAILED"
    found = coverage(CONTRACT, [exchange(target, 200, body)])
    assert found.met["operations"] == {"list_runs_v1"}
    assert found.met["responses"] == {"list_runs_v1 200"}
    assert found.met["parameters"] == {"list_runs_v1 page[size]", "list_runs_v1 filter[status]"}
    below = {"data", "data[].id", "data[].status", "data[].tags"}
    assert found.met["properties"] == {f"list_runs_v1 200.{name}" for name in below}
    assert found.met["enum values"] == {
        "list_runs_v1 filter[status]=QUEUED",
        "list_runs_v1 filter[status]=FAILED",
        "list_runs_v1 200.data[].status=QUEUED",
    }


def test_what_the_document_does_not_name_counts_for_nothing():
    found = coverage(
        CONTRACT,
        [
            exchange("/elsewhere", 200, {"data": []}),
            exchange("/api/v1/runs?nope=1", 418, {}),
            exchange("/api/v3/runs/run_1", 200, {"status": "INVENTED", "nope": 1}),
        ],
    )
    assert found.met["operations"] == {"retrieve_run_v3"}
    assert found.met["parameters"] == set()
    assert found.met["enum values"] == set()
    assert found.met["properties"] == {"retrieve_run_v3 200.status"}
    for aspect in ASPECTS:
        assert found.met[aspect] <= found.promised[aspect]
        assert sorted(found.met[aspect] | set(found.missed(aspect))) == sorted(found.promised[aspect])
