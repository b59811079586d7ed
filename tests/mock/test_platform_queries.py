"""Queries, and what runs tell of schedules, as the `real` profile has them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.mock.living import SESSION, World

# Queries


def test_a_query_counts_and_shows_runs(world):
    for status in ("COMPLETED", "COMPLETED", "FAILED"):
        world.run(status=status, taskIdentifier="a")
    old = {"createdAt": world.service.clock.now() - 20 * 86_400_000}
    world.run(status="COMPLETED", **old)

    def rows(text: str, **more: Any) -> Any:
        return world.said("POST", "/api/v1/query", {"query": text, **more})["results"]

    assert rows("SELECT count() AS n FROM runs -- of a week") == [{"n": 3}]
    assert rows("SELECT count() AS n FROM runs", period="30d") == [{"n": 4}]
    ago = "select count() as n from runs where triggered_at > now() - INTERVAL 30 DAY"
    assert rows(ago) == [{"n": 4}]
    grouped = "SELECT status, count() AS n FROM runs GROUP BY status ORDER BY n DESC"
    assert rows(grouped) == [{"status": "Completed", "n": 2}, {"status": "Failed", "n": 1}]
    assert rows(grouped, format="csv") == "status,n\nCompleted,2\nFailed,1\n"
    (shown,) = rows("SELECT * FROM runs LIMIT 1")
    assert list(shown) == ["run_id", "status", "task_identifier", "triggered_at"]
    assert rows("SELECT count() AS n FROM metrics") == [{"n": 0}]


@pytest.mark.parametrize(
    "text",
    [
        "DROP TABLE runs", "SELECT 1", "", "SELECT nope FROM runs", "SELECT * FROM secrets",
        "SELECT 1 FROM runs; DELETE FROM runs", "SELECT * FROM pragma_database_list, runs JOIN runs b",
        "WITH RECURSIVE metrics(n) AS (SELECT 1 UNION ALL SELECT n FROM metrics) SELECT n FROM metrics",
        "SELECT load_extension('x') FROM runs", "ATTACH 'x' AS y",
        "SELECT hex(zeroblob(900000)) FROM runs",
    ],
)  # fmt: skip
def test_a_query_reads_and_does_nothing_else_not_for_ever(world, text):
    world.run()
    assert world.said("POST", "/api/v1/query", {"query": text}, 400)["error"]
    assert world.said("POST", "/api/v1/query", {"query": "SELECT count() AS n FROM runs"})["results"] == [
        {"n": 1}
    ]


def test_a_token_queries_the_tables_it_names(world):
    text = {"query": "SELECT count() AS n FROM runs"}
    for scopes, status in (
        (["read:query"], 200), (["read:query:runs"], 200),
        (["read:query:metrics"], 403), (["write:all"], 403),
    ):  # fmt: skip
        assert world.status("POST", "/api/v1/query", text, scopes=scopes) == status
    assert world.status("GET", "/api/v1/query/schema", scopes=["read:query:schema"]) != 403
    assert world.status("GET", "/api/v1/query/dashboards", scopes=["read:query:schema"]) == 403


# Schedules of what runs tell


def test_the_tasks_that_may_have_a_schedule_are_those_of_runs_that_one_started(world):
    body = {"cron": "0 0 * * *", "task": "any", "deduplicationKey": "k"}
    assert world.status("POST", "/api/v1/schedules", body) == 200  # nothing is known, so anything goes
    world.run(taskIdentifier="nightly", schedule="sched_of_mine")
    world.run(taskIdentifier="plain")
    for task, said in (("plain", "is not a scheduled task."), ("nobody", "not found in project.")):
        refused = world.said(
            "POST", "/api/v1/schedules", {**body, "task": task, "deduplicationKey": task}, 422
        )
        assert refused["error"] == f"Task with identifier {task} {said}"
    assert world.status("POST", "/api/v1/schedules", {**body, "task": "nightly"}) == 200
    (run,) = world.said("GET", "/api/v1/runs?filter[schedule]=sched_of_mine")["data"]
    assert world.said("GET", f"/api/v3/runs/{run['id']}")["schedule"]["id"] == "sched_of_mine"


def test_the_docs_profile_answers_these_by_form(make, whole_document):
    docs = World(make("docs", runs=0, document=whole_document))
    assert "Session is" not in docs.call("POST", "/api/v1/sessions", SESSION).body.decode()
    assert docs.status("GET", "/api/v1/errors") == 200


def test_what_may_be_asked_is_told_and_may_be_asked(world):
    world.run(taskIdentifier="a", tags=["x"])
    [table] = world.said("GET", "/api/v1/query/schema")["tables"]
    names = [column["name"] for column in table["columns"]]
    query = f"SELECT {', '.join(names)} FROM {table['name']}"
    [row] = world.said("POST", "/api/v1/query", {"query": query})["results"]
    assert list(row) == names
    assert (row["task_identifier"], row["tags"], row["environment"]) == ("a", '["x"]', "dev")
    refused = world.said("POST", "/api/v1/query", {"query": "SELECT nope FROM runs"}, 400)
    assert refused["error"] == f'Unknown column "nope". Available columns: {", ".join(sorted(names))}'
    for board in world.said("GET", "/api/v1/query/dashboards")["dashboards"]:
        for widget in board["widgets"]:
            assert world.said("POST", "/api/v1/query", {"query": widget["query"]})["results"], widget
    for path, scope in (("schema", "read:query:schema"), ("dashboards", "read:query")):
        assert world.status("GET", f"/api/v1/query/{path}", scopes=[scope]) == 200
        assert world.status("GET", f"/api/v1/query/{path}", scopes=["read:query:runs"]) == 403
