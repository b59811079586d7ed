"""Servers that keep every promise in an unusual way: none of them may be called broken."""

from __future__ import annotations

import gzip
import json
import random
import time
from dataclasses import replace
from datetime import datetime, timedelta

from mutants.hooks import (
    DETAIL,
    LIST,
    RESULT,
    TASKS,
    Server,
    answer_with,
    answered,
    asked,
    body,
    item,
    items_of,
    last_segment,
    query,
    refusal,
    route,
    with_query,
    without,
)

OPTIONAL_IN_LIST = (
    *("version", "idempotencyKey", "startedAt", "finishedAt", "delayedUntil", "ttl", "expiredAt", "tags"),
    *("costInCents", "baseCostInCents", "durationMs"),
)
OPTIONAL_IN_DETAIL = (
    *OPTIONAL_IN_LIST,
    *("isTest", "metadata", "depth", "batchId", "triggerFunction", "payload", "payloadPresignedUrl"),
    *("output", "outputPresignedUrl", "relatedRuns", "schedule"),
)


def _bare(request, answering):
    """Send only what is required."""
    answer = answering(request)
    if answer.status != 200 or not answer.body:
        return answer
    value = json.loads(answer.body)
    name = route(request)
    if name == LIST:
        value.pop("pagination", None) if "next" not in value.get("pagination", {}) else None
        for run in value["data"]:
            without(*OPTIONAL_IN_LIST)(run)
            run["env"].pop("user", None)
    elif name == DETAIL:
        without(*OPTIONAL_IN_DETAIL)(value)
        value["attempts"] = []
    elif name == RESULT:
        without("output", "outputType", "error", "usage", "taskIdentifier")(value)
    elif name == TASKS:
        value["runs"] = (
            [{"id": run["id"]} for run in value["runs"]]
            if "account_id" not in query(request)
            else value["runs"]
        )
    return answer_with(answer, value)


def _extra(value):
    """Add members nobody documents, at every level."""
    value["_links"] = {"self": "https://example.test"}
    for run in items_of(value):
        run["isQueued"] = False
        run["region"] = {"name": "eu"}
        run["servedAt"] = time.monotonic()
        run["newNumber"] = 1e30


def _limited():
    """Answer 429 now and then, to be obeyed."""
    count = 0

    def hook(request, answering):
        nonlocal count
        count += 1
        if count % 37 == 0:
            return refusal(429, {"error": "Rate limit exceeded"}).with_headers((b"retry-after", b"0"))
        return answering(request)

    return hook


def _shorter_cursors(value):
    """Leave out pagination where there is nothing to name."""
    if not value.get("pagination"):
        value.pop("pagination", None)


def _moving():
    """Runs appear, finish and vanish while the suite reads: a store of its own over the mock's data."""
    clock = 0
    hidden: set[str] = set()
    finished: dict[str, int] = {}
    late: set[str] = set()
    known: list[str] = []
    dice = random.Random(5)

    def tick():
        nonlocal clock
        clock += 1
        if known and clock % 90 == 0:
            hidden.add(dice.choice(known))
        if late and clock % 70 == 0:
            late.discard(sorted(late)[0])
        if known and clock % 60 == 0:
            finished.setdefault(dice.choice(known), clock)

    def seen(run):
        if run["id"] in finished:
            at = finished[run["id"]]
            run["updatedAt"] = f"2032-01-01T00:{at // 60 % 60:02d}:{at % 60:02d}.000Z"
            run["durationMs"] = at
        return run

    def whole(request, answering):
        runs, after = [], None
        asked = query(request)
        while True:
            values = {name: value for name, value in asked.items() if not name.startswith("page[")}
            values["page[size]"] = "100"
            if after:
                values["page[after]"] = after
            answer = answering(with_query(request, values))
            if answer.status != 200:
                return answer, []
            value = json.loads(answer.body)
            runs += value["data"]
            after = value["pagination"].get("next")
            if not after:
                return answer, runs

    def listing(request, answering):
        plain = answering(request)
        if plain.status != 200:
            return plain
        answer, runs = whole(request, answering)
        if not known and "filter" not in request.query.decode():
            known.extend(run["id"] for run in runs)
            late.update(known[:5])
        shown = [seen(run) for run in runs if run["id"] not in hidden | late]
        asked = query(request)
        size = int(asked.get("page[size]") or 25)
        cursor = asked.get("page[before]") or asked.get("page[after]") or ""
        rank = {identity: index for index, identity in enumerate(known)}
        if asked.get("page[before]"):
            page = [run for run in shown if rank.get(run["id"], -1) < rank.get(cursor, -1)][-size:]
        elif asked.get("page[after]"):
            page = [run for run in shown if rank.get(run["id"], -1) > rank.get(cursor, len(rank))][:size]
        else:
            page = shown[:size]
        names = {}
        ids = [run["id"] for run in shown]
        if page and page[-1]["id"] != ids[-1]:
            names["next"] = page[-1]["id"]
        if page and page[0]["id"] != ids[0]:
            names["previous"] = page[0]["id"]
        return answer_with(answer, {"data": page, "pagination": names})

    def detail(request, answering):
        answer = answering(request)
        if answer.status != 200:
            return answer
        value = json.loads(answer.body)
        if value["id"] in hidden:
            return refusal(404, {"error": "Run not found"})
        related = value.get("relatedRuns") or {}
        for run in [value, related.get("root"), related.get("parent"), *related.get("children", [])]:
            if run:
                seen(run)
        return answer_with(answer, value)

    def hook(request, answering):
        tick()
        if route(request) == LIST:
            return listing(request, answering)
        if route(request) == DETAIL:
            return detail(request, answering)
        if (
            route(request) == RESULT
            and last_segment(request, 2) in hidden
            and answering(request).status == 200
        ):
            return refusal(404, {"error": "Run either doesn't exist or is not finished"})
        return answering(request)

    return hook


def _cased(request, answer):
    return replace(answer, headers=tuple((name.upper(), value) for name, value in answer.headers))


def _typed(kind):
    def change(request, answer):
        headers = tuple((name, kind if name == b"content-type" else value) for name, value in answer.headers)
        return replace(answer, headers=headers)

    return answered("", change)


def _gzipped(request, answer):
    if not answer.body:
        return answer
    return replace(answer, body=gzip.compress(answer.body)).with_headers((b"content-encoding", b"gzip"))


def _no_empty_children(run):
    related = run.get("relatedRuns")
    if related is not None and not related.get("children"):
        related.pop("children", None)


def _open_bounds(values):
    for name, step in (("filter[createdAt][from]", 1), ("filter[createdAt][to]", -1)):
        try:
            moment = datetime.fromisoformat(values[name].replace("Z", "+00:00"))
        except (KeyError, ValueError):
            continue
        values[name] = (moment + timedelta(milliseconds=step)).isoformat()


def _whole_seconds(run):
    for name in ("createdAt", "updatedAt", "startedAt", "finishedAt"):
        if name in run:
            run[name] = run[name][:19] + "Z"


def _only_runs(request, answering):
    if route(request) == TASKS:
        return refusal(404, {"error": "no such thing"})
    return answering(request)


def _status_of(value, status):
    def change(request, answer):
        return refusal(status, value) if answer.status == 400 and route(request) == DETAIL else answer

    return answered(DETAIL, change)


def _dates(run):
    for name in ("createdAt", "updatedAt", "startedAt", "finishedAt"):
        if name in run:
            run[name] = run[name].replace("Z", "+00:00")


def _odd_payload(run):
    if "payload" in run:
        run["payload"] = [1, "two", None]


SERVERS = [
    Server("the mock itself", "", lambda: lambda request, answering: answering(request), runs=300),
    Server("an empty store", "", lambda: lambda request, answering: answering(request), runs=0),
    Server("one run", "", lambda: lambda request, answering: answering(request), runs=1),
    Server("three runs", "", lambda: lambda request, answering: answering(request), runs=3),
    Server("eleven runs", "", lambda: lambda request, answering: answering(request), runs=11),
    Server("exactly one page of runs", "", lambda: lambda request, answering: answering(request), runs=25),
    Server("5,000 runs within 1,500 requests", "", lambda: lambda request, answering: answering(request), runs=5000, arguments=(("max_requests", 1500),)),
    Server("a budget of 40 requests", "", lambda: lambda request, answering: answering(request), arguments=(("max_requests", 40),)),
    Server("every optional member is absent", "", lambda: _bare),
    Server("undocumented members everywhere", "", body("", _extra)),
    Server("429 now and then", "", _limited),
    Server("runs appear, finish and vanish", "", _moving),
    Server("header names in capitals", "", answered("", _cased)),
    Server("a charset behind the content type", "", _typed(b"application/json;charset=UTF-8")),
    Server("a content type in capitals", "", _typed(b"Application/JSON")),
    Server("the list takes only the statuses of its own page", "", lambda: lambda request, answering: refusal(400, {"error": "Query Error"}) if route(request) == LIST and any(name in query(request).get("filter[status]", "") for name in ("DELAYED", "WAITING_FOR_DEPLOY")) else answering(request), runs=300, arguments=(("probe", ("filters", "schema", "errors")),)),
    Server("a status that only the oldest page names", "", item(LIST, lambda run: run.update(status="WAITING_FOR_DEPLOY") if run["status"] == "PENDING_VERSION" else None), arguments=(("probe", ("schema",)),)),
    Server("gzip", "", answered("", _gzipped)),
    Server("pagination is absent where there is nothing to name", "", body(LIST, _shorter_cursors)),
    Server("HEAD is not allowed", "", lambda: lambda request, answering: refusal(405, {}) if request.method == "HEAD" else answering(request)),
    Server("an account is refused", "", lambda: lambda request, answering: refusal(403, {"status": "error"}) if "account_id" in query(request) else answering(request)),
    Server("an id of another shape is malformed", "", lambda: lambda request, answering: refusal(400, {"error": "Invalid or missing run ID"}) if route(request) == DETAIL and answering(request).status == 404 and len(last_segment(request)) != 29 else answering(request)),
    Server("from and to leave out their own moments", "", asked(LIST, _open_bounds)),
    Server("the detail writes moments without fractions", "", item(DETAIL, _whole_seconds)),
    Server("no children is no list", "", item(DETAIL, _no_empty_children)),
    Server("401 of the list without content", "", answered(LIST, lambda request, answer: replace(answer, body=b"", headers=()) if answer.status == 401 else answer)),
    Server("a malformed id is 404", "", _status_of({"error": "Run not found"}, 404)),
    Server("dates with an offset", "", item("", _dates)),
    Server("payloads that are no objects", "", item(DETAIL, _odd_payload)),
    Server("WWW-Authenticate on 401", "", answered("", lambda request, answer: answer.with_headers((b"www-authenticate", b"Bearer")) if answer.status == 401 else answer)),
    Server("error details are left out", "", body(LIST, without("details"), 400)),
    Server("error details without a path", "", body(LIST, lambda value: [detail.pop("path", None) for detail in value.get("details", [])] and None, 400)),
    Server("extra members in errors", "", body("", lambda value: value.update(requestId="abc"), 404)),
    Server("JSON with spaces and escapes", "", answered("", lambda request, answer: replace(answer, body=json.dumps(json.loads(answer.body), indent=3, ensure_ascii=True).encode()) if answer.body[:1] == b"{" else answer)),
    Server("no tasks operation, runs only", "", lambda: _only_runs, arguments=(("tag", ("runs",)),)),
    Server("tasks only", "", lambda: lambda request, answering: answering(request), arguments=(("tag", ("tasks",)),)),
]  # fmt: skip
