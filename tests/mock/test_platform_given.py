"""Things of the user's own, and deployments."""

from __future__ import annotations

import pytest
from tests.mock.living import World

from trigger_contract.mock.platform.giving import give

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
