"""Whatever is sent, the answer is one the document knows."""

from __future__ import annotations

import json
from urllib.parse import quote_from_bytes, quote_plus

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trigger_contract.mock.admin import Admin
from trigger_contract.mock.clock import Clock
from trigger_contract.mock.messages import Request
from trigger_contract.mock.service import Service
from trigger_contract.mock.settings import Settings

NAMES = [
    "page[size]", "page[after]", "page[before]", "filter[status]", "filter[isTest]", "filter[tag]",
    "filter[version]", "filter", "filter[createdAt][from]", "filter[createdAt][to]",
    "filter[createdAt][period]", "filter[schedule]", "limit", "page", "runId", "account_id",
    "filter[taskIdentifier]", "filter[bulkAction]", "filter[createdAt]",
]  # fmt: skip
PATHS = [b"/api/v1/runs", b"/api/tasks/runs", b"/api/v3/runs/", b"/api/v1/runs/"]
QUIET = settings(
    max_examples=300,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module", params=["docs", "real"])
def service(request, document):
    from trigger_contract.mock.deviations import choose

    made = Service(
        document, Settings(runs=40, deviations=choose(request.param)), Clock(frozen_at=1_760_000_000_000)
    )
    yield made
    made.close()


def known(service: Service, answer) -> None:
    assert answer.status in (
        200,
        400,
        401,
        403,
        404,
        405,
        414,
        301 if "D26" in service.settings.deviations else 0,
        500 if "D15" in service.settings.deviations else 0,
    )
    if "json" in dict(answer.headers).get(b"content-type", b"").decode():
        json.loads(answer.body)
    else:
        # Only the real server has pages, redirects and bare refusals.
        assert "D26" in service.settings.deviations


values = st.one_of(
    st.text(max_size=40),
    st.integers().map(str),
    st.sampled_from(
        [
            "COMPLETED",
            "true",
            "1d",
            "0",
            "-0",
            "1e400",
            "\x00",
            "9" * 400,
            "run_",
            ",,,",
            "2024-02-30T00:00:00Z",
        ]
    ),
    st.floats().map(str),
    st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
)


@QUIET
@given(
    st.sampled_from([b"/api/v1/runs", b"/api/tasks/runs"]),
    st.lists(st.tuples(st.sampled_from(NAMES) | st.text(max_size=8), values), max_size=5),
)
def test_any_query_gets_a_documented_answer(service, path, query):
    raw = "&".join(
        f"{quote_plus(name, errors='replace')}={quote_plus(value, errors='replace')}" for name, value in query
    )
    headers = {b"authorization": b"Bearer tr_dev_mock", b"x-api-key": b"recoup_mock"}
    known(service, service.answer(Request("GET", path, raw.encode(), headers)))


@QUIET
@given(st.sampled_from(PATHS), st.binary(max_size=60), st.binary(max_size=60), st.booleans())
def test_any_bytes_get_a_documented_answer(service, path, more, query, encoded):
    tail = quote_from_bytes(more).encode() if encoded else more
    headers = {b"authorization": b"Bearer tr_dev_mock", b"x-api-key": b"recoup_mock"}
    known(service, service.answer(Request("GET", path + tail, query, headers)))


@QUIET
@given(
    st.binary(max_size=80),
    st.binary(max_size=80),
    st.sampled_from(["GET", "POST", "HEAD", "QUERY"]),
    st.binary(max_size=40),
)
def test_any_header_gets_a_documented_answer(service, key, version, method, body):
    headers = {
        b"authorization": key,
        b"x-api-key": key,
        b"x-trigger-api-version": version,
        b"cookie": key,
        b"host": version,
    }
    for path in PATHS:
        known(service, service.answer(Request(method, path + b"run_x", b"", headers, body)))
    good = headers | {b"authorization": b"Bearer tr_dev_mock"}
    assert service.answer(Request("GET", b"/api/v1/runs", b"", good)).status == 200


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
MEMBERS = [
    "id", "status", "outcome", "tags", "payload", "output", "error", "schedule", "parentId", "createdAt",
    "ttl", "depth", "metadata", "path", "nth", "delay", "cut", "set", "advance", "freeze", "runs",
    "progression", "body", "headers",
]  # fmt: skip
members = st.sampled_from(MEMBERS)


@QUIET
@given(
    st.sampled_from(["POST", "GET", "PATCH", "DELETE", "PUT"]),
    st.sampled_from(
        ["/runs", "/faults", "/clock", "/progression", "/requests", "/health", "/x", "/runs/run_x/finish"]
    ),
    st.dictionaries(members, json_values, max_size=3) | json_values,
)
def test_the_control_door_refuses_nonsense_with_a_reason(service, method, path, body):
    admin = Admin(service)
    answer = admin.answer(Request(method, b"/__mock" + path.encode(), b"", {}, json.dumps(body).encode()))
    assert answer.status in (200, 201, 400, 404, 405)
    assert answer.status < 400 or json.loads(answer.body)["error"]
    service.clock.set(1_760_000_000_000, freeze=True)
    service.faults.clear()
    # What was let in must not break what is asked afterwards.
    headers = {b"authorization": b"Bearer tr_dev_mock"}
    page = service.answer(
        Request("GET", b"/api/v1/runs", b"page[size]=100&filter[createdAt][from]=0", headers)
    )
    assert page.status == 200
    for run in json.loads(page.body)["data"][:3]:
        for shown in (f"/api/v3/runs/{run['id']}", f"/api/v1/runs/{run['id']}/result"):
            known(service, service.answer(Request("GET", shown.encode(), b"", headers)))


def test_other_sites_cannot_reach_the_control_door(service):
    admin = Admin(service)
    headers = {b"origin": b"https://evil.example", b"host": b"127.0.0.1:8030"}
    assert admin.answer(Request("POST", b"/__mock/reset", b"", headers, b"{}")).status == 403
    headers[b"origin"] = b"http://127.0.0.1:8030"
    assert admin.answer(Request("GET", b"/__mock/health", b"", headers)).status == 200
