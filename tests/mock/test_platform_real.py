"""Sessions, bulk actions, groups of errors, queries and schedules as the `real` profile lives them."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from trigger_contract.mock.editing import Editor
from trigger_contract.mock.platform.giving import give
from trigger_contract.mock.platform.signing import token

SESSION = {"type": "chat", "taskIdentifier": "my-chat", "triggerConfig": {"basePayload": {"a": 1}}}
BOOM = {"type": "BUILT_IN_ERROR", "name": "TypeError", "message": "boom", "stackTrace": "TypeError: boom"}


class World:
    """Asks a service of the `real` profile with bodies and tokens."""

    def __init__(self, asker: Any) -> None:
        self.asker = asker
        own = self.service = asker.service
        self.editor = Editor(own.document, own.store, own.clock, own.progress)

    def call(self, method: str, path: str, body: Any = None, *, scopes: list[str] | None = None) -> Any:
        headers, raw = {}, b""
        if method not in ("GET", "HEAD"):
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            headers = {"content-type": "application/json", "content-length": str(len(raw))}
        if scopes is not None:
            claims = {"sub": self.service.store.environment["id"], "pub": True, "scopes": scopes}
            signed = token(claims, "tr_dev_mock", self.service.clock.now() // 1000)
            headers["authorization"] = f"Bearer {signed}"
        where, _, query = path.partition("?")
        return self.asker.answer(where, query, method=method, headers=headers, body=raw)

    def said(self, method: str, path: str, body: Any = None, status: int = 200, **more: Any) -> Any:
        answer = self.call(method, path, body, **more)
        assert answer.status == status, answer.body
        return json.loads(answer.body)

    def status(self, *call: Any, **more: Any) -> int:
        return int(self.call(*call, **more).status)

    def run(self, **members: Any) -> str:
        return str(self.editor.create({"status": "EXECUTING", **members}).id)


@pytest.fixture
def world(make, whole_document) -> World:
    return World(make("real", runs=0, document=whole_document))


# Sessions


def test_a_session_starts_a_run_and_is_found_by_both_of_its_names(world):
    made = world.said("POST", "/api/v1/sessions", {**SESSION, "externalId": " chat/1 "}, 201)
    assert (made["externalId"], made["isCached"], made["runId"]) == ("chat/1", False, made["currentRunId"])
    assert world.said("GET", f"/api/v3/runs/{made['runId']}")["taskIdentifier"] == "my-chat"
    for name in (made["id"], "chat%2F1"):
        assert world.said("GET", f"/api/v1/sessions/{name}")["id"] == made["id"]
    again = world.said("POST", "/api/v1/sessions", {**SESSION, "type": "other", "externalId": "chat/1"})
    assert (again["id"], again["type"], again["isCached"]) == (made["id"], "chat", True)
    (listed,) = world.said("GET", "/api/v1/sessions")["data"]
    assert listed["id"] == made["id"]
    assert "triggerConfig" not in listed


def test_a_session_that_is_over_keeps_its_name(world):
    one = world.said("POST", "/api/v1/sessions", {**SESSION, "externalId": "x"}, 201)
    closed = world.said("POST", "/api/v1/sessions/x/close", {"reason": "first"})
    assert world.said("POST", "/api/v1/sessions/x/close", {"reason": "second"}) == closed
    assert (closed["id"], closed["closedReason"]) == (one["id"], "first")
    past = {**SESSION, "externalId": "y", "expiresAt": "2020-01-01T00:00:00Z"}
    for body, word in (({**SESSION, "externalId": "x"}, "closed"), (past, "expired"), (past, "expired")):
        assert f"Session is {word};" in world.said("POST", "/api/v1/sessions", body, 409)["error"]
    assert world.said("GET", "/api/v1/sessions/y")["currentRunId"] is None
    by_status = {
        status: [
            one["externalId"]
            for one in world.said("GET", f"/api/v1/sessions?filter[status]={status}")["data"]
        ]
        for status in ("ACTIVE", "CLOSED", "EXPIRED")
    }
    assert by_status == {"ACTIVE": [], "CLOSED": ["x"], "EXPIRED": ["y"]}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"type": ""}, 'String must contain at least 1 character(s) at "type"'),
        ({"type": "x" * 65}, 'String must contain at most 64 character(s) at "type"'),
        ({"externalId": " "}, 'String must contain at least 1 character(s) at "externalId"'),
        ({"externalId": "session_1"}, "externalId cannot start with 'session_'"),
        ({"tags": ["x"] * 11}, 'Array must contain at most 10 element(s) at "tags"'),
        ({"tags": [1]}, 'Expected string, received number at "tags[0]"'),
        ({"expiresAt": "soon"}, 'Invalid date at "expiresAt"'),
        ({"triggerConfig": {}}, 'Required at "triggerConfig.basePayload"'),
        (
            {"triggerConfig": {"basePayload": {}, "maxAttempts": 11}},
            'Number must be less than or equal to 10 at "triggerConfig.maxAttempts"',
        ),
        (
            {"triggerConfig": {"basePayload": {}, "maxDuration": 1.5}},
            'Expected integer, received float at "triggerConfig.maxDuration"',
        ),
    ],
)
def test_a_session_is_judged_in_the_words_of_the_service(world, change, said):
    assert said in world.said("POST", "/api/v1/sessions", SESSION | change, 400)["error"]
    assert world.said("GET", "/api/v1/sessions") == {"data": [], "pagination": {}}


def test_what_a_token_may_do_with_sessions(world):
    world.said("POST", "/api/v1/sessions", {**SESSION, "externalId": "x"}, 201)
    one = f"read:sessions:{world.said('GET', '/api/v1/sessions/x')['id']}"
    listing, of_task = "/api/v1/sessions", "/api/v1/sessions?filter[taskIdentifier]=my-chat"
    for scopes, path, status in (
        (["read:sessions"], listing, 200), ([one], listing, 403), ([one], "/api/v1/sessions/x", 200),
        (["read:tasks:my-chat"], listing, 403), (["read:tasks:my-chat"], of_task, 200),
        (["read:tasks:my-chat"], "/api/v1/sessions/x", 403), ([], "/api/v1/sessions/nobody", 404),
    ):  # fmt: skip
        assert world.status("GET", path, scopes=scopes) == status, (scopes, path)
    for scopes, status in ((["write:sessions"], 200), (["write:tasks:my-chat"], 200), (["read:all"], 403)):
        body = {**SESSION, "externalId": "x"}
        assert world.status("POST", "/api/v1/sessions", body, scopes=scopes) == status
    for scopes, status in ((["write:all"], 403), (["admin"], 200)):
        assert world.status("PATCH", "/api/v1/sessions/x", {"tags": ["a"]}, scopes=scopes) == status
        assert world.status("POST", "/api/v1/sessions/x/close", {}, scopes=scopes) == status
    fixed = world.said("PATCH", "/api/v1/sessions/x", {"externalId": "y"}, 422)["error"]
    assert "cannot be changed" in fixed


# Bulk actions


def test_a_bulk_action_takes_its_time_and_marks_its_runs(world):
    chosen = [world.run(tags=["mine"]), world.run(tags=["mine"])]
    other = world.run(tags=["other"])
    body = {"action": "cancel", "filter": {"tag": "mine", "status": ["EXECUTING"]}, "name": "mine"}
    made = world.said("POST", "/api/v1/bulk-actions", body, 202)["id"]
    path = f"/api/v1/bulk-actions/{made}"
    assert world.said("GET", path)["status"] == "PENDING"
    world.service.clock.advance(2)
    done = world.said("GET", path)
    assert (done["status"], done["name"], done["type"]) == ("COMPLETED", "mine", "CANCEL")
    assert done["counts"] == {"total": 2, "success": 2, "failure": 0}
    states = [world.said("GET", f"/api/v3/runs/{name}")["status"] for name in (*chosen, other)]
    assert states == ["CANCELED", "CANCELED", "EXECUTING"]
    found = world.said("GET", f"/api/v1/runs?filter[bulkAction]={made}")["data"]
    assert {run["id"] for run in found} == set(chosen)
    assert "already completed" in world.said("POST", f"{path}/abort", {}, 409)["error"]


def test_replays_by_the_dozen_make_new_runs_three_actions_at_a_time(world):
    old = world.run(status="FAILED", tags=["old"])
    body = {"action": "replay", "runIds": [old, old, "run_nobody"]}
    made = [world.said("POST", "/api/v1/bulk-actions", body, 202)["id"] for _ in range(3)]
    assert len(world.said("GET", "/api/v1/runs?filter[tag]=old")["data"]) == 4
    busy = world.call("POST", "/api/v1/bulk-actions", body)
    assert (busy.status, dict(busy.headers)[b"x-should-retry"]) == (429, b"false")
    assert world.said("POST", f"/api/v1/bulk-actions/{made[0]}/abort", {}) == {"id": made[0]}
    assert world.status("POST", "/api/v1/bulk-actions", body) == 202
    world.service.clock.advance(2)
    assert world.said("GET", f"/api/v1/bulk-actions/{made[0]}")["status"] == "ABORTED"


def test_bulk_actions_are_listed_and_walked_those_too_that_only_runs_know(world):
    world.run(bulkActions=["bulk_cthere0000000000000000"])
    world.service.clock.advance(1)
    cancel = {"action": "cancel", "runIds": ["run_nobody"]}
    made = [world.said("POST", "/api/v1/bulk-actions", cancel, 202)["id"] for _ in range(3)]
    found, query = [], "page[size]=2"
    while query:
        page = world.said("GET", f"/api/v1/bulk-actions?{query}")
        found += [one["id"] for one in page["data"]]
        after = page["pagination"].get("next")
        query = f"page[size]=2&page[after]={after}" if after else ""
    assert found == [*made[::-1], "bulk_cthere0000000000000000"]
    back = world.said(
        "GET", f"/api/v1/bulk-actions?page[size]=2&page[before]={page['pagination']['previous']}"
    )
    assert [one["id"] for one in back["data"]] == found[:2]
    for wrong in ("nope", "bulk_nope"):
        assert world.status("GET", f"/api/v1/bulk-actions?page[after]={wrong}") == 500


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"runIds": ["run_x"]}, "Invalid discriminator value. Expected 'cancel' | 'replay' at \"action\""),
        ({"action": "cancel"}, "Exactly one of filter or runIds must be provided"),
        ({"action": "cancel", "runIds": []}, "Array must contain at least 1 element(s)"),
        ({"action": "cancel", "filter": {"colour": 1}}, "At least one filter must be provided"),
        ({"action": "cancel", "filter": {"status": "FROZEN"}}, "filter.status"),
        ({"action": "cancel", "runIds": ["x"], "targetRegion": "eu"}, "Expected never, received string"),
        ({"action": "cancel", "runIds": ["x"] * 501}, "Too many runIds (501). Maximum is 500."),
        (b"null", "Invalid JSON"),
        (b"", "Request body is empty"),
    ],
)
def test_a_bulk_action_is_judged_in_the_words_of_the_service(world, body, said):
    assert said in world.said("POST", "/api/v1/bulk-actions", body, 400)["error"]


# Groups of errors


def test_failed_runs_are_grouped_by_task_and_error(world):
    for task in ("a", "a", "b"):
        world.run(status="FAILED", taskIdentifier=task, error=BOOM, version="20260101.1")
    world.run(status="FAILED", taskIdentifier="a", error={"type": "STRING_ERROR", "raw": "no"})
    world.run(status="CANCELED", taskIdentifier="a", error=BOOM)
    rows = world.said("GET", "/api/v1/errors")["data"]
    assert [(row["taskIdentifier"], row["count"]) for row in rows if row["errorMessage"] == "boom"] == [
        ("a", 2), ("b", 1),
    ]  # fmt: skip
    assert len({row["id"] for row in rows}) == 2
    group = world.said("GET", f"/api/v1/errors/{rows[0]['id']}")
    assert (group["taskIdentifier"], group["count"], group["affectedVersions"]) == ("a", 2, ["20260101.1"])
    assert (group["errorType"], group["status"]) == ("BUILT_IN_ERROR", "unresolved")
    assert group["id"] == f"error_{group['fingerprint']}"


def test_decisions_about_an_error_replace_each_other(world):
    world.run(status="FAILED", error=BOOM)
    (row,) = world.said("GET", "/api/v1/errors")["data"]
    path = f"/api/v1/errors/{row['id']}"
    assert world.said("POST", f"{path}/resolve", {"resolvedInVersion": "v9"})["resolvedInVersion"] == "v9"
    ignored = world.said("POST", f"{path}/ignore", {"duration": 60_000, "reason": "noise"})
    assert (ignored["status"], ignored["resolvedAt"], ignored["ignoredReason"]) == ("ignored", None, "noise")
    assert [len(world.said("GET", f"/api/v1/errors?filter[status]={status}")["data"])
            for status in ("unresolved", "resolved", "ignored")] == [0, 0, 1]  # fmt: skip
    world.service.clock.advance(61)
    assert world.said("GET", path)["status"] == "unresolved"  # its time is over
    for body, said in ((b"", "Request body is empty"), ({"duration": 0}, "Number must be greater than 0")):
        assert said in world.said("POST", f"{path}/ignore", body, 400)["error"]
    assert world.said("POST", f"/api/v1/errors/{row['fingerprint']}/unresolve", b"{nope")["id"] == row["id"]
    assert world.status("GET", "/api/v1/errors/error_%00") == 404


def test_errors_are_walked_in_the_order_of_their_count(world):
    for number in range(5):
        for _ in range(number + 1):
            world.run(status="FAILED", error={"type": "STRING_ERROR", "raw": f"e{number}"})
    whole = [row["errorMessage"] for row in world.said("GET", "/api/v1/errors")["data"]]
    assert whole == ["e4", "e3", "e2", "e1", "e0"]
    first = world.said("GET", "/api/v1/errors?page[size]=2")
    second = world.said("GET", f"/api/v1/errors?page[size]=2&page[after]={first['pagination']['next']}")
    assert [row["errorMessage"] for row in second["data"]] == ["e2", "e1"]
    back = world.said("GET", f"/api/v1/errors?page[size]=2&page[before]={second['pagination']['previous']}")
    assert back["data"] == first["data"]
    assert "previous" not in back["pagination"]
    cursor = json.loads(base64.urlsafe_b64decode(first["pagination"]["next"] + "=="))
    assert cursor["occurrenceCount"] == 4
    assert world.said("GET", "/api/v1/errors?page[after]=nope")["data"][0]["errorMessage"] == "e4"
    assert world.said("GET", "/api/v1/errors?filter[to]=2020-01-01")["data"] == []
    assert world.said("GET", "/api/v1/errors?filter[search]=E3")["data"][0]["count"] == 4


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


# What the clock brings about


def _fires(make, document, profile, **switches):
    """Return a world of a production server with a schedule of every minute, ten seconds before its slot."""
    own = World(make(profile, runs=0, document=document, token="tr_prod_x", **switches))
    own.asker.token = "tr_prod_x"
    own.service.clock.advance(50 - own.service.clock.now() // 1000 % 60)
    body = {"task": "t", "cron": "* * * * *", "deduplicationKey": "k", "externalId": "e"}
    made = own.said("POST", "/api/v1/schedules", body)
    return own, made["id"], lambda: own.said("GET", f"/api/v1/runs?filter[schedule]={made['id']}")["data"]


def test_d35_a_schedule_fires_before_its_slot(make, whole_document):
    for profile, early in (("real", True), ("docs", False)):
        own, schedule, runs = _fires(make, whole_document, profile)
        assert runs() == []
        own.service.clock.advance(4)
        assert len(runs()) == early
        own.service.clock.advance(6)
        [run] = runs()
        assert (run["createdAt"] > run["updatedAt"]) == early
        whole = own.said("GET", f"/api/v3/runs/{run['id']}")
        assert whole["payload"]["timestamp"] == run["createdAt"]
        assert whole["payload"]["lastTimestamp"] is None
        assert len(whole["payload"]["upcoming"]) == 10
        assert whole["schedule"]["externalId"] == "e"
        own.service.clock.advance(120)
        assert len(runs()) == 3
        last = own.said("GET", f"/api/v3/runs/{runs()[0]['id']}")["payload"]
        assert last["lastTimestamp"] == runs()[1]["createdAt"]
        own.said("POST", f"/api/v1/schedules/{schedule}/deactivate")
        own.service.clock.advance(300)
        assert len(runs()) == 3
        own.said("POST", f"/api/v1/schedules/{schedule}/activate")  # what was missed is not made up for
        assert len(runs()) == 3
        own.said("DELETE", f"/api/v1/schedules/{schedule}")
        assert runs() == []
        assert "schedule" not in own.said("GET", f"/api/v3/runs/{run['id']}")


def test_a_clock_that_jumps_far_starts_no_endless_row_of_runs(make, whole_document):
    own, _, runs = _fires(make, whole_document, "docs")
    own.service.clock.advance(400 * 86_400)
    assert len(runs()) == 25
    assert own.service.store.count() == 1000
    own.service.clock.advance(60)
    runs()
    assert own.service.store.count() == 1001


def test_nothing_fires_in_an_environment_of_ones_own(world):
    world.said("POST", "/api/v1/schedules", {"task": "t", "cron": "* * * * *", "deduplicationKey": "k"})
    world.service.clock.advance(600)
    assert world.said("GET", "/api/v1/runs")["data"] == []


def _metadata(own, *runs):
    return [own.said("GET", f"/api/v3/runs/{run}").get("metadata") for run in runs]


def test_d36_metadata_is_changed_in_another_runs_name_a_second_later(make, whole_document):
    for profile, late in (("real", True), ("docs", False)):
        own = World(make(profile, runs=0, document=whole_document))
        parent, alone = own.run(metadata={"n": 1}), own.run()
        child = own.run(parentId=parent)
        grow = [{"type": "increment", "key": "n", "value": 2}]
        for run in (child, alone):
            body = {"parentOperations": grow, "rootOperations": grow}
            assert own.said("PUT", f"/api/v1/runs/{run}/metadata", body) == {"metadata": {}}
        assert _metadata(own, parent, alone) == ([{"n": 1}, None] if late else [{"n": 5}, {"n": 4}])
        own.service.clock.advance(1.1)
        assert _metadata(own, parent, alone, child) == [{"n": 5}, {"n": 4}, None]
        wrong = {"operations": [{"type": "nope"}, {"type": "increment", "key": "n", "value": "x"}]}
        own.said("PUT", f"/api/v1/runs/{alone}/metadata", wrong, 400)


# Things of the user's own


@pytest.mark.parametrize("profile", ["docs", "real"])
def test_what_a_file_gives_is_there_before_the_first_request(make, whole_document, profile):
    made = {"createdAt": "2025-01-01T00:00:00.000Z"}
    cron = {"type": "CRON", "expression": "0 3 * * *", "description": "At 03:00 AM"}
    one = {"id": "sched_a", "type": "IMPERATIVE", "task": "t", "active": False, "generator": cron}
    data = {
        "/api/v1/schedules": [one | {"timezone": "UTC", "deduplicationKey": "mine"}],
        "/api/v1/queues": [
            {"id": "queue_a", "name": "a/b c", "type": "custom", "paused": True},
            {"id": "queue_b", "name": "t", "type": "task", "concurrencyLimit": 2,
             "concurrency": {"current": 2, "base": 9, "override": 2}},
        ],
        "/api/v1/waitpoints/tokens": [{"id": "waitpoint_ca", "status": "WAITING", "tags": ["x"], **made}],
        "/api/v1/sessions": [{"id": "session_ca", "externalId": "mine", **made}],
        "/api/v1/bulk-actions": [{"id": "bulk_ca", "type": "CANCEL", "status": "COMPLETED", **made,
                                  "counts": {"total": 1, "success": 1, "failure": 0}}],
        "/api/v1/projects/p/envvars/dev": [{"name": "A", "value": "1", "isSecret": True}],
    }  # fmt: skip
    service = make(profile, runs=0, document=whole_document)
    give(service.service.things, data, 0)
    world = World(service)
    assert world.said("GET", "/api/v1/schedules/mine")["active"] is False
    queue = world.said("GET", "/api/v1/queues/a%2Fb%20c?type=custom")
    limit = None if profile == "real" else 5
    assert (queue["id"], queue["paused"], queue["concurrencyLimit"]) == ("queue_a", True, limit)
    assert world.said("GET", "/api/v1/queues/queue_b")["concurrency"]["override"] == 2
    assert world.said("POST", "/api/v1/queues/queue_b/concurrency/reset", {})["concurrencyLimit"] == 9
    assert world.said("GET", "/api/v1/waitpoints/tokens/waitpoint_ca")["tags"] == ["x"]
    assert world.said("GET", "/api/v1/projects/p/envvars/dev/A")["value"] == "<redacted>"
    if profile == "real":
        assert world.said("GET", "/api/v1/sessions/mine")["createdAt"] == made["createdAt"]
        assert world.said("GET", "/api/v1/bulk-actions/bulk_ca")["counts"]["total"] == 1


# Deployments


def test_an_environment_has_a_deployment_for_each_version_of_its_runs(make, whole_document):
    asker = make("real", runs=0, document=whole_document, token="tr_prod_mock")
    asker.token = "tr_prod_mock"
    world = World(asker)
    assert world.said("GET", "/api/v1/deployments") == {"data": [], "pagination": {}}
    for number in range(1, 8):
        created = world.service.clock.now() - (8 - number) * 3_600_000
        world.run(version=f"2026010{number}.1", createdAt=created, taskIdentifier="t")
    page = world.said("GET", "/api/v1/deployments?page[size]=1")
    assert [one["version"][7] for one in page["data"]] == list("76543")  # never fewer than five
    rest = world.said("GET", f"/api/v1/deployments?page[after]={page['pagination']['next']}")
    assert [one["version"][7] for one in rest["data"]] == ["2", "1"]
    whole = world.said("GET", f"/api/v1/deployments/{page['data'][0]['id']}")
    assert [task["slug"] for task in whole["worker"]["tasks"]] == ["t"]
    for version, query, said in (
        ("20260107.1", "", "already the current"), ("20260101.1", "", "older than the current"),
        ("20260101.1", "?allowRollbacks=true", None), ("20260101.1", "", "already the current"),
        ("20260107.1", "", None), ("nope", "", "not found"),
    ):  # fmt: skip
        answer = world.call("POST", f"/api/v1/deployments/{version}/promote{query}", {})
        assert (answer.status == 200) == (said is None), answer.body
        assert (said or version) in answer.body.decode()
    assert world.said("GET", "/api/v1/deployments/current")["version"] == "20260107.1"
    assert world.status("GET", "/api/v1/deployments/latest") == 404  # the service runs all of them


def test_an_environment_of_somebodys_own_has_no_deployments_but_given_ones(world):
    world.run(version="20260101.1")
    assert world.said("GET", "/api/v1/deployments")["data"] == []
    failed = {"id": "deployment_a", "version": "9", "status": "FAILED", "errorData": {"message": "no"}}
    give(world.service.things, {"/api/v1/deployments": [failed]}, 5)
    (one,) = world.said("GET", "/api/v1/deployments?status=FAILED")["data"]
    assert (one["error"], one["deployedAt"]) == ({"message": "no"}, None)
    assert "cannot be promoted" in world.said("POST", "/api/v1/deployments/9/promote", {}, 400)["error"]
    for query, status in (
        ("page[size]=0", 400), ("page[size]=x", 400), ("page[size]=1.5", 200), ("status=failed", 400),
        ("status=", 400), ("from=nope", 500), ("period=nope", 500), ("to=nope", 200), ("page[after]=x", 200),
    ):  # fmt: skip
        assert world.status("GET", f"/api/v1/deployments?{query}") == status, query
