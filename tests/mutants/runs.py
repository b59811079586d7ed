"""Servers that contradict themselves about a run, its family or its result."""

from __future__ import annotations

import json

from mutants.hooks import (
    DETAIL,
    LIST,
    RESULT,
    TASKS,
    Server,
    answer_with,
    answered,
    body,
    item,
    last_segment,
    putting,
    refusal,
    route,
    setting,
    some,
    without,
)


def _kin(change):
    def each(run):
        related = run.get("relatedRuns")
        if related:
            change(run, related)

    return item(DETAIL, each)


def _lost(every):
    """Do not find some runs that are listed."""

    def hook(request, answering):
        if route(request) == DETAIL and sum(last_segment(request).encode()) % every == 0:
            return refusal(404, {"error": "Run not found"})
        return answering(request)

    return lambda: hook


def _forgetful():
    """Change an answer that is asked for a second time."""
    seen = set()

    def hook(request, answering):
        answer = answering(request)
        if route(request) == DETAIL and answer.status == 200:
            if request.path in seen:
                value = json.loads(answer.body)
                value["version"] = "20990101.9"
                return answer_with(answer, value)
            seen.add(request.path)
        return answer

    return hook


def _result(condition, change):
    return body(RESULT, lambda value: change(value) if condition(value) else None)


def _unfinished(request, answer):
    if (
        answer.status == 404
        and last_segment(request, 2).startswith("run_")
        and "nosuch" not in last_segment(request, 2)
    ):
        return refusal(
            200,
            {"ok": True, "id": last_segment(request, 2), "output": "{}", "outputType": "application/json"},
        )
    return answer


def _withheld(status):
    """Give no result for runs of one status, which the detail tells."""

    def hook(request, answering):
        answer = answering(request)
        if route(request) == RESULT and answer.status == 200:
            from dataclasses import replace

            whole = answering(replace(request, path=b"/api/v3/runs/" + last_segment(request, 2).encode()))
            if whole.status == 200 and json.loads(whole.body)["status"] == status:
                return refusal(404, {"error": "Run either doesn't exist or is not finished"})
        return answer

    return lambda: hook


def _reads_as(**values):
    return setting(**values)


def _shift_hour(run):
    run["createdAt"] = run["createdAt"].replace("T0", "T1")


SERVERS = [
    Server("one listed run in 30 is not found", "agreement", _lost(30)),
    Server("detail has another id", "agreement", item(DETAIL, lambda run: run.update(id=run["id"][:-1] + "0"))),
    Server("detail has another status", "agreement", item(DETAIL, some(20, _reads_as(status="QUEUED")))),
    Server("detail has another task", "agreement", item(DETAIL, some(20, _reads_as(taskIdentifier="another-task")))),
    Server("detail has another version", "agreement", item(DETAIL, some(20, _reads_as(version="20990101.1")))),
    Server("detail has another isTest", "agreement", item(DETAIL, some(20, lambda run: run.update(isTest=not run.get("isTest"))))),
    Server("detail has other dates", "agreement", item(DETAIL, some(6, _shift_hour))),
    Server("detail has other tags", "agreement", item(DETAIL, some(9, lambda run: run.update(tags=run["tags"][1:]) if run.get("tags") else None))),
    Server("detail loses its tags", "agreement", item(DETAIL, some(2, without("tags")))),
    Server("detail loses its idempotencyKey", "agreement", item(DETAIL, without("idempotencyKey"))),
    Server("detail has another cost", "agreement", item(DETAIL, some(8, lambda run: run.update(costInCents=(run.get("costInCents") or 0) + 1)))),
    Server("detail has another finish", "agreement", item(DETAIL, some(5, _reads_as(finishedAt="2030-01-01T00:00:00.000Z")))),
    Server("list has another updatedAt", "agreement", item(LIST, some(12, _reads_as(updatedAt="2030-01-01T00:00:00.000Z")))),
    Server("a run reads differently the second time", "agreement", _forgetful),
    Server("a related run has another status", "agreement", _kin(lambda run, kin: kin["parent"].update(status="FROZEN") if kin.get("parent") else None)),
    Server("a related run has another task", "agreement", _kin(lambda run, kin: [child.update(taskIdentifier="other") for child in kin.get("children", [])])),
    Server("a related run does not exist", "agreement", _kin(lambda run, kin: kin["root"].update(id="run_doesnotexist") if kin.get("root") else None)),
    Server("a root names itself as root", "hierarchy", item(DETAIL, lambda run: run.setdefault("relatedRuns", {}).update(root={name: run[name] for name in ("id", "status", "taskIdentifier", "createdAt", "updatedAt", "depth") if name in run}) if run.get("depth") == 0 else None)),
    Server("a root names itself as parent", "hierarchy", item(DETAIL, lambda run: run.setdefault("relatedRuns", {}).update(parent={name: run[name] for name in ("id", "status", "taskIdentifier", "createdAt", "updatedAt", "depth") if name in run}) if run.get("depth") == 0 else None)),
    Server("a child names no parent", "hierarchy", _kin(lambda run, kin: kin.pop("parent", None))),
    Server("a child names no root", "hierarchy", _kin(lambda run, kin: kin.pop("root", None))),
    Server("a child names its root as parent", "hierarchy", _kin(lambda run, kin: kin.update(parent=kin["root"]) if run.get("depth", 0) > 1 and kin.get("root") else None)),
    Server("a child names its parent as root", "hierarchy", _kin(lambda run, kin: kin.update(root=kin["parent"]) if run.get("depth", 0) > 1 and kin.get("parent") else None)),
    Server("depth counts from one", "hierarchy", item(DETAIL, lambda run: run.update(depth=run["depth"] + 1) if "depth" in run else None)),
    Server("every depth is zero", "hierarchy", item(DETAIL, setting(depth=0))),
    Server("the depth of related runs is their child's", "hierarchy", _kin(lambda run, kin: kin["parent"].update(depth=run["depth"]) if kin.get("parent") else None)),
    Server("children lack one", "hierarchy", _kin(lambda run, kin: kin["children"].pop() if kin.get("children") else None)),
    Server("a child is named twice", "hierarchy", _kin(lambda run, kin: kin["children"].append(kin["children"][0]) if kin.get("children") else None)),
    Server("children are left out", "hierarchy", _kin(lambda run, kin: kin.pop("children", None))),
    Server("grandchildren are among the children", "hierarchy", _kin(lambda run, kin: [child.update(depth=child["depth"] + 1) for child in kin.get("children", []) if "depth" in child])),
    Server("unfinished runs have a result", "results", answered(RESULT, _unfinished)),
    *(Server(f"{status} runs have no result", "results", _withheld(status)) for status in ("COMPLETED", "FAILED", "CANCELED", "CRASHED", "SYSTEM_FAILURE")),
    Server("every result is ok", "results", body(RESULT, setting(ok=True))),
    Server("no result is ok", "results", body(RESULT, setting(ok=False))),
    Server("an ok result has no output", "results", _result(lambda value: value["ok"], without("output"))),
    Server("a failed result has no error", "results", _result(lambda value: not value["ok"], without("error"))),
    Server("an ok result has an error too", "results", _result(lambda value: value["ok"], putting(error={"message": "no"}))),
    Server("a failed result has an output too", "results", _result(lambda value: not value["ok"], putting(output="{}"))),
    Server("a result has another id", "results", body(RESULT, lambda value: value.update(id=value["id"][:-1] + "0"))),
    Server("a result has another task", "results", body(RESULT, setting(taskIdentifier="another-task"))),
    Server("an output is no JSON", "results", _result(lambda value: value.get("outputType") == "application/json", lambda value: value.update(output="{'foo': 1}"))),
    Server("an output is another", "results", _result(lambda value: value.get("outputType") == "application/json", lambda value: value.update(output='{"other":1}'))),
    Server("an output is encoded twice", "results", _result(lambda value: value.get("outputType") == "application/json", lambda value: value.update(output=json.dumps(value["output"])))),
    Server("an output has no real content type", "prose", _result(lambda value: "outputType" in value, putting(outputType="json"))),
    Server("payload and its address come together", "prose", item(DETAIL, lambda run: run.update(payload={"a": 1}) if "payloadPresignedUrl" in run else None)),
    Server("output and its address come together", "prose", item(DETAIL, lambda run: run.update(outputPresignedUrl="https://example.test/o.json") if "output" in run else None)),
    Server("an address is no address", "prose", item(DETAIL, setting(payloadPresignedUrl="packets/payload.json"))),
    Server("a ttl is no time", "prose", item(LIST, setting(ttl="never"))),
    Server("a ttl is zero", "prose", item(LIST, setting(ttl=0))),
    Server("a duration is negative", "prose", item(LIST, some(5, setting(durationMs=-5)))),
    Server("a cost is negative", "prose", item(DETAIL, some(5, setting(costInCents=-0.1)))),
    Server("a cron expression is none", "prose", item(DETAIL, lambda run: run["schedule"]["generator"].update(expression="daily at noon") if "schedule" in run else None)),
    Server("a run is started after it finished", "prose", item(LIST, lambda run: run.update(startedAt="2031-01-01T00:00:00.000Z") if "finishedAt" in run and "startedAt" in run else None)),
    Server("a queued run has finished", "prose", item(LIST, lambda run: run.update(finishedAt=run["updatedAt"]) if run["status"] in ("QUEUED", "EXECUTING") else None)),
    Server("tasks list outputs", "prose", item(TASKS, putting(output={"foo": 1}))),
    Server("tasks list errors", "prose", item(TASKS, some(4, putting(error={"message": "no"})))),
    Server("tasks mind the limit beside runId", "prose", lambda: lambda request, answering: answer_with(answering(request), {"status": "success", "runs": []}) if b"runId" in request.query and b"limit=100" in request.query else answering(request)),
]  # fmt: skip
