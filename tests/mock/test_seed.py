"""The seeded runs show everything the document promises, so that a client meets it before production does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from trigger_contract.contract.coverage import coverage
from trigger_contract.contract.exchange import Exchange, Request
from trigger_contract.contract.subjects import contract_from
from trigger_contract.errors import UserError
from trigger_contract.mock import filling


def test_the_seed_exercises_every_property_and_enumerated_value(make, document):
    docs = make(runs=300)
    exchanges: list[Exchange] = []

    def ask(target: str, **headers: str) -> None:
        path, _, query = target.partition("?")
        answer = docs.answer(path, query, headers=headers)
        assert answer.status == 200
        exchanges.append(
            Exchange(
                Request("GET", target),
                "http://mock.test" + target,
                answer.status,
                {"content-type": "application/json"},
                answer.body,
                datetime.now(UTC),
                0.0,
            )
        )

    runs = docs.walk({}, 100)
    for run in runs:
        ask(f"/api/v3/runs/{run['id']}")
        ask(f"/api/tasks/runs?runId={run['id']}", **{"x-api-key": "recoup_mock"})
        if run["isCompleted"]:
            ask(f"/api/v1/runs/{run['id']}/result")
    ask("/api/v1/runs?page[size]=100")
    ask(f"/api/v1/runs?page[size]=100&page[after]={runs[99]['id']}")
    found = coverage(contract_from(document), exchanges)
    for aspect in ("properties", "enum values"):
        assert [name for name in found.missed(aspect) if name.split()[1].startswith("200")] == []


def test_many_runs_come_from_processes_of_their_own_and_are_the_same(monkeypatch):
    expected = list(filling.seeded_chunks(2500, 3, 1_760_000_000_000, free=True))
    monkeypatch.setattr(filling, "MANY", 1000)
    assert list(filling.seeded_chunks(2500, 3, 1_760_000_000_000, free=True)) == expected


def test_a_process_that_fails_is_told_and_fills_nothing(monkeypatch):
    monkeypatch.setattr(filling, "MANY", 0)
    monkeypatch.setattr(filling.sys, "executable", "false")
    with pytest.raises(UserError, match="--runs: a process that makes the runs failed"):
        list(filling.seeded_chunks(10, 3, 1_760_000_000_000, free=True))
