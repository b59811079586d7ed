"""Servers that break the schema of an answer."""

from __future__ import annotations

from mutants.hooks import (
    DETAIL,
    LIST,
    RESULT,
    TASKS,
    Server,
    body,
    item,
    putting,
    setting,
    some,
    without,
)


def _attempts(change):
    return lambda run: [change(attempt) for attempt in run.get("attempts", [])]


def _inner(name, change):
    return lambda run: change(run[name]) if isinstance(run.get(name), dict) else None


def _related(change):
    def each(run):
        related = run.get("relatedRuns") or {}
        for relative in [related.get("root"), related.get("parent"), *related.get("children", [])]:
            if relative:
                change(relative)

    return each


def _all_tags(change):
    return lambda run: run.update(tags=change(run["tags"])) if run.get("tags") else None


LIST_REQUIRED = ("id", "status", "taskIdentifier", "createdAt", "updatedAt", "isTest", "env")
DETAIL_REQUIRED = ("id", "status", "taskIdentifier", "createdAt", "updatedAt", "attempts")

SERVERS = [
    *(Server(f"list drops {name}", "schema", item(LIST, without(name))) for name in LIST_REQUIRED),
    *(Server(f"detail drops {name}", "schema", item(DETAIL, without(name))) for name in DETAIL_REQUIRED),
    Server("list drops isTest of one run in 40", "schema", item(LIST, some(40, without("isTest")))),
    Server("detail drops attempts of one run in 30", "schema", item(DETAIL, some(30, without("attempts")))),
    Server("list has an unknown status", "schema", item(LIST, some(30, setting(status="RUNNING")))),
    Server("detail has an unknown status", "schema", item(DETAIL, some(25, setting(status="DONE")))),
    Server("list has the status of an attempt", "schema", item(LIST, some(30, setting(status="PENDING")))),
    Server("detail spells the status in lower case", "schema", item(DETAIL, lambda run: run.update(status=run["status"].lower()))),
    Server("list has a null version", "schema", item(LIST, some(9, putting(version=None)))),
    Server("list has a numeric version", "schema", item(LIST, setting(version=20240523.1))),
    Server("list has isTest as text", "schema", item(LIST, setting(isTest="false"))),
    Server("list has dates without a zone", "schema", item(LIST, lambda run: run.update(createdAt=run["createdAt"].rstrip("Z")))),
    Server("list has dates in milliseconds", "schema", item(LIST, setting(updatedAt=1716460000000))),
    Server("list has a date with a space", "schema", item(LIST, some(20, lambda run: run.update(createdAt=run["createdAt"].replace("T", " "))))),
    Server("detail has a null finishedAt", "schema", item(DETAIL, lambda run: run.setdefault("finishedAt", None))),
    Server("detail has an empty startedAt", "schema", item(DETAIL, lambda run: run.setdefault("startedAt", ""))),
    Server("list has an id without prefix", "schema", item(LIST, some(30, lambda run: run.update(id=run["id"][4:])))),
    Server("list has env as text", "schema", item(LIST, setting(env="dev"))),
    Server("list has env without name", "schema", item(LIST, _inner("env", without("name")))),
    Server("list has env without id", "schema", item(LIST, _inner("env", without("id")))),
    Server("list has tags as text", "schema", item(LIST, _all_tags(",".join))),
    Server("list has a null in tags", "schema", item(LIST, some(7, _all_tags(lambda tags: [*tags[:9], None])))),
    Server("list has eleven tags", "schema", item(LIST, some(11, putting(tags=[f"t{n}" for n in range(11)])))),
    Server("list has a tag of 129 characters", "schema", item(LIST, some(13, putting(tags=["x" * 129])))),
    Server("list has an empty tag", "schema", item(LIST, some(13, putting(tags=[""])))),
    Server("list has costInCents as text", "schema", item(LIST, setting(costInCents="0.1"))),
    Server("detail has durationMs as text", "schema", item(DETAIL, setting(durationMs="491"))),
    Server("detail has a fractional depth", "schema", item(DETAIL, some(5, setting(depth=0.5)))),
    Server("detail has a negative depth", "schema", item(DETAIL, some(5, setting(depth=-1)))),
    Server("detail has metadata as text", "schema", item(DETAIL, setting(metadata='{"foo":"bar"}'))),
    Server("detail has a ttl that is a list", "schema", item(DETAIL, setting(ttl=["1h"]))),
    Server("detail has an unknown triggerFunction", "schema", item(DETAIL, some(4, setting(triggerFunction="invoke")))),
    Server("detail has attempts as an object", "schema", item(DETAIL, setting(attempts={}))),
    Server("detail has an unknown attempt status", "schema", item(DETAIL, some(3, _attempts(setting(status="RUNNING"))))),
    Server("detail has an attempt without prefix", "schema", item(DETAIL, _attempts(setting(id="1234")))),
    Server("detail has an attempt without createdAt", "schema", item(DETAIL, _attempts(without("createdAt")))),
    Server("detail has an attempt error without message", "schema", item(DETAIL, _attempts(_inner("error", without("message"))))),
    Server("detail has a schedule without generator", "schema", item(DETAIL, _inner("schedule", without("generator")))),
    Server("detail has a schedule without prefix", "schema", item(DETAIL, _inner("schedule", setting(id="1234")))),
    Server("detail has a related run without status", "schema", item(DETAIL, _related(without("status")))),
    Server("detail has a related run with a bad date", "schema", item(DETAIL, _related(setting(createdAt="yesterday")))),
    Server("detail has a null parent", "schema", item(DETAIL, _inner("relatedRuns", lambda kin: kin.setdefault("parent", None)))),
    Server("list is a bare array", "schema", body(LIST, lambda value: value.get("data"))),
    Server("list calls its data runs", "schema", body(LIST, lambda value: value.update(runs=value.pop("data")))),
    Server("list has a null next", "schema", body(LIST, lambda value: value["pagination"].setdefault("next", None))),
    Server("list has a numeric next", "schema", body(LIST, lambda value: value["pagination"].update(next=25) if "next" in value["pagination"] else None)),
    Server("detail is wrapped in data", "schema", body(DETAIL, lambda value: {"data": value})),
    Server("result drops ok", "schema", body(RESULT, without("ok"))),
    Server("result drops id", "schema", body(RESULT, without("id"))),
    Server("result has ok as text", "schema", body(RESULT, lambda value: value.update(ok=str(value["ok"]).lower()))),
    Server("result has its output parsed", "schema", body(RESULT, setting(output={"foo": "bar"}))),
    Server("result has its error as text", "schema", body(RESULT, setting(error="it failed"))),
    Server("result has usage as a number", "schema", body(RESULT, putting(usage=491))),
    Server("result has usage.durationMs as text", "schema", body(RESULT, putting(usage={"durationMs": "491"}))),
    Server("tasks drop their status", "schema", body(TASKS, without("status"))),
    Server("tasks say status ok", "schema", body(TASKS, setting(status="ok"))),
    Server("tasks drop runs", "schema", body(TASKS, without("runs"))),
    Server("tasks have runs as an object", "schema", body(TASKS, lambda value: value.update(runs={"items": value["runs"]}))),
    Server("tasks have a run with a bad date", "schema", item(TASKS, some(10, setting(createdAt="2024-13-45")))),
    Server("tasks have isTest as a number", "schema", item(TASKS, setting(isTest=0))),
]  # fmt: skip
