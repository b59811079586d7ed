"""What the clock brings about: schedules that fire, metadata that comes later."""

from __future__ import annotations

from tests.mock.living import World


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
