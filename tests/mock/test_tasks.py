from __future__ import annotations

import pytest

from trigger_contract.mock.seed import ACCOUNTS

KEY = {"x-api-key": "recoup_mock"}
PATH = "/api/tasks/runs"


@pytest.fixture
def tasks(docs):
    docs.token = None
    return docs


def test_both_ways_of_sending_the_key_open_the_door(tasks):
    by_header = tasks.get(PATH, headers=KEY)
    assert by_header == tasks.get(PATH, headers={"authorization": "Bearer recoup_mock"})
    assert by_header["status"] == "success"


@pytest.mark.parametrize("headers", [{}, {"x-api-key": "no"}, {"authorization": "Bearer tr_dev_mock"}])
def test_other_keys_are_refused(tasks, headers):
    body = tasks.get(PATH, "limit=0", status=401, headers=headers)
    assert body["status"] == "error"
    assert isinstance(body["error"], str)


def test_twenty_runs_are_listed_unless_told_otherwise(tasks):
    assert len(tasks.get(PATH, headers=KEY)["runs"]) == 20
    assert len(tasks.get(PATH, "limit=1", headers=KEY)["runs"]) == 1
    assert len(tasks.get(PATH, "limit=100", headers=KEY)["runs"]) == 100


@pytest.mark.parametrize("limit", ["0", "101", "x", "-1", ""])
def test_a_limit_outside_its_range_is_refused(tasks, limit):
    assert "limit" in tasks.get(PATH, {"limit": limit}, status=400, headers=KEY)["error"]


def test_listed_runs_have_neither_output_nor_error(tasks):
    for run in tasks.get(PATH, "limit=100", headers=KEY)["runs"]:
        assert not {"output", "error", "outputPresignedUrl"} & set(run)
        assert {"id", "status", "taskIdentifier", "createdAt", "updatedAt", "env"} <= set(run)


def test_an_account_sees_the_runs_tagged_with_it(tasks):
    for account in ACCOUNTS:
        runs = tasks.get(PATH, {"account_id": account, "limit": 100}, headers=KEY)["runs"]
        assert len(runs) > 10
        assert all(f"account:{account}" in run["tags"] for run in runs)
    assert tasks.get(PATH, {"account_id": "nobody"}, status=400, headers=KEY)["status"] == "error"


def test_a_run_id_selects_that_run_and_the_limit_is_ignored(tasks):
    wanted = tasks.get(PATH, headers=KEY)["runs"][7]["id"]
    assert [run["id"] for run in tasks.get(PATH, {"runId": wanted, "limit": "999"}, headers=KEY)["runs"]] == [
        wanted
    ]
    assert tasks.get(PATH, {"runId": "run_missing"}, status=404, headers=KEY) == {
        "status": "error",
        "error": "Run not found",
    }
