from __future__ import annotations

import json

import pytest

from trigger_contract.mock import states

FINISHED = {"COMPLETED", "CANCELED", "FAILED", "CRASHED", "INTERRUPTED", "SYSTEM_FAILURE"}
NEWER = {"x-trigger-api-version": "2025-07-16"}


def test_the_seed_has_every_documented_status_and_no_other(docs, document):
    shown = {run["status"] for run in docs.walk({})}
    assert shown == set(document["components"]["schemas"]["RunStatus"]["enum"])


def test_a_newer_client_gets_the_newer_names(docs):
    shown = {run["status"] for run in docs.walk({}, headers=NEWER)}
    assert shown == set(states.newer_naming().shown.values())
    for name in shown:
        found = docs.walk({"filter[status]": name}, headers=NEWER)
        assert found
        assert {run["status"] for run in found} == {name}


def test_relations_agree_with_each_other(docs):
    runs = {run["id"]: docs.get(f"/api/v3/runs/{run['id']}") for run in docs.walk({}, 100)}
    depths = set()
    for run in runs.values():
        related = run["relatedRuns"]
        depths.add(run["depth"])
        assert ("parent" in related) == ("root" in related) == (run["depth"] > 0)
        assert related.get("children") != []
        for child in related.get("children", []):
            assert runs[child["id"]]["relatedRuns"]["parent"]["id"] == run["id"]
            assert child["depth"] == run["depth"] + 1
        if run["depth"]:
            parent, root = related["parent"], related["root"]
            assert run["id"] in [child["id"] for child in runs[parent["id"]]["relatedRuns"]["children"]]
            assert parent["depth"] == run["depth"] - 1
            assert root["depth"] == 0
            assert parent == {key: runs[parent["id"]][key] for key in parent}
    assert depths == {0, 1, 2, 3}


def test_a_result_is_there_exactly_when_the_run_has_finished(docs):
    for run in docs.walk({}, 100):
        if run["status"] not in FINISHED:
            body = docs.get(f"/api/v1/runs/{run['id']}/result", status=404)
            assert body == {"error": "Run either doesn't exist or is not finished"}
            continue
        result = docs.get(f"/api/v1/runs/{run['id']}/result")
        whole = docs.get(f"/api/v3/runs/{run['id']}")
        assert result["ok"] == (run["status"] == "COMPLETED")
        assert result["usage"]["durationMs"] == run["durationMs"]
        if not result["ok"]:
            assert "output" not in result
            assert result["error"]["type"] in {
                "BUILT_IN_ERROR",
                "STRING_ERROR",
                "CUSTOM_ERROR",
                "INTERNAL_ERROR",
            }
        elif "outputPresignedUrl" not in whole:
            plain = result["outputType"] == "text/plain"
            assert whole.get("output") == (result["output"] if plain else json.loads(result["output"]))


def test_the_seed_has_values_of_every_kind(docs):
    runs = [docs.get(f"/api/v3/runs/{run['id']}") for run in docs.walk({}, 100)]
    assert {type(run["payload"]) for run in runs if "payload" in run} == {dict, list, str, int, float, bool}
    assert {type(run["output"]) for run in runs if "output" in run} >= {dict, list, str}
    assert any("payloadPresignedUrl" in run and "payload" not in run for run in runs)


def test_nothing_is_null(docs):
    def nulls(value):
        if isinstance(value, dict):
            return any(v is None or nulls(v) for v in value.values())
        return isinstance(value, list) and any(nulls(v) for v in value)

    for run in docs.walk({}, 100):
        whole = docs.get(f"/api/v3/runs/{run['id']}")
        for free in ("payload", "output", "metadata"):
            whole.pop(free, None)
        assert not nulls(whole)


def test_a_public_key_sees_everything_but_payload_and_output(docs):
    hidden = {"payload", "output", "payloadPresignedUrl", "outputPresignedUrl"}
    seen = set()
    for run in docs.walk({}, 100):
        secret = docs.get(f"/api/v3/runs/{run['id']}")
        public = docs.get(f"/api/v3/runs/{run['id']}", headers={"authorization": "Bearer pk_dev_mock"})
        seen |= hidden & set(secret)
        assert public == {key: value for key, value in secret.items() if key not in hidden}
    assert {"payload", "output", "payloadPresignedUrl"} <= seen


def test_a_presigned_url_leads_to_the_content_until_it_expires(docs):
    whole = next(
        run
        for run in (docs.get(f"/api/v3/runs/{item['id']}") for item in docs.walk({}, 100))
        if "payloadPresignedUrl" in run
    )
    path, _, query = whole["payloadPresignedUrl"].removeprefix("http://localhost").partition("?")
    docs.token = None
    assert docs.get(path, query).keys() == {"blob"}
    assert docs.answer(path, query.replace("Signature=", "Signature=0")).status == 403
    assert docs.answer(path.replace("payload", "output"), query).status == 403
    docs.service.clock.advance(310)
    assert docs.answer(path, query).status == 403


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/api/v3/runs/run_missing", 404, "Run not found"),
        ("/api/v3/runs/nonsense", 400, "Invalid or missing run ID"),
        ("/api/v3/runs/", 400, "Invalid or missing run ID"),
        ("/api/v1/runs/run_missing/result", 404, "Run either doesn't exist or is not finished"),
        ("/api/v1/runs/nonsense/result", 404, "Run either doesn't exist or is not finished"),
    ],
)
def test_unknown_runs_get_the_documented_text(docs, path, status, text):
    assert docs.get(path, status=status) == {"error": text}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/api/v3/runs/run_missing", "Invalid or Missing API key"),
        ("/api/v3/runs/nonsense", "Invalid or Missing API key"),
        ("/api/v1/runs/run_missing/result", "Invalid or Missing API Key"),
    ],
)
@pytest.mark.parametrize(
    "value", ["", "Bearer", "Bearer wrong", "Basic tr_dev_mock", "tr_dev_mock", "Bearer tr_dev_mock x"]
)
def test_the_key_is_judged_before_anything_else(docs, path, text, value):
    docs.token = None
    assert docs.get(path, status=401, headers={"authorization": value}) == {"error": text}


def test_a_list_needs_the_secret_key(docs):
    docs.token = "pk_dev_mock"
    assert isinstance(docs.get("/api/v1/runs", "page[size]=0", status=401)["error"], str)


@pytest.mark.parametrize(("token", "name"), [("tr_dev_x", "dev"), ("tr_prod_x", "prod"), ("other", "dev")])
def test_the_key_names_the_environment_and_development_costs_nothing(make, token, name):
    asker = make(token=token)
    asker.token = token
    runs = asker.walk({})
    assert {run["env"]["name"] for run in runs} == {name}
    assert (
        any(run["costInCents"] for run in runs)
        == any(run["baseCostInCents"] for run in runs)
        == (name != "dev")
    )
    assert all(("user" in run["env"]) == (name == "dev") for run in runs)
