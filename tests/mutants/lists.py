"""Servers whose pages or filters are wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from mutants.hooks import (
    LIST,
    TASKS,
    Server,
    answer_with,
    asked,
    query,
    refusal,
    route,
    with_query,
)


def _pages(change: Callable[[dict[str, str], dict[str, Any]], Any]) -> Callable[[], Any]:
    """Change a page of the list, knowing what was asked."""

    def hook(request, answering):
        answer = answering(request)
        if route(request) == LIST and answer.status == 200:
            value = json.loads(answer.body)
            change(query(request), value)
            return answer_with(answer, value)
        return answer

    return lambda: hook


def _tasks(change):
    def hook(request, answering):
        answer = answering(request)
        if route(request) == TASKS and answer.status == 200:
            value = json.loads(answer.body)
            change(query(request), value)
            return answer_with(answer, value)
        return answer

    return lambda: hook


def _behind(values, value):
    return "page[after]" in values


def _only(condition, change):
    return lambda values, value: change(value) if condition(values, value) else None


def _when(condition, operation, change):
    """Change the query only where a condition on it holds."""
    return asked(operation, lambda values: change(values) if condition(values) else None)


def _drop(*names):
    return lambda values: [values.pop(name, None) for name in names] and None


def _cut(position):
    return lambda value: value["data"].pop(position) if len(value["data"]) > abs(position) else None


def _shift(name, delta):
    def change(values):
        if name in values:
            moment = datetime.fromisoformat(values[name].replace("Z", "+00:00")) + delta
            values[name] = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    return change


def _rename(old, new):
    def change(values):
        if old in values:
            values[new] = values.pop(old)

    return change


def _first_of(name):
    return lambda values: values.update({name: values[name].split(",")[0]}) if name in values else None


def _last_of(name):
    return lambda values: values.update({name: values[name].split(",")[-1]}) if name in values else None


def _filters(values):
    return [name for name in values if name.startswith("filter[")]


def _either(request, answering):
    """Join filters with OR: answer the first filter alone."""
    if route(request) == LIST:
        values = query(request)
        names = _filters(values)
        if len(names) > 1:
            for name in names[1:]:
                values.pop(name)
            return answering(with_query(request, values))
    return answering(request)


def _counter(every, change):
    """Change only every so many answers of the list."""
    count = 0

    def make():
        nonlocal count
        count = 0

        def hook(request, answering):
            nonlocal count
            answer = answering(request)
            if route(request) == LIST and answer.status == 200:
                count += 1
                if count % every == 0:
                    value = json.loads(answer.body)
                    change(value)
                    return answer_with(answer, value)
            return answer

        return hook

    return make


def _no_next(value):
    value["pagination"].pop("next", None)


def _size(values):
    return int(values.get("page[size]", "25"))


NAMES = ("status", "taskIdentifier", "version", "isTest", "tag", "schedule", "bulkAction")
DATES = ("from", "to", "period")

PAGINATION = [
    Server("next is missing on full pages", "pagination", _pages(lambda values, value: _no_next(value))),
    Server("next is missing behind the third page", "pagination", _pages(_only(lambda values, value: "page[after]" in values and len(value["data"]) > 9, _no_next))),
    Server("the first of each page is missing", "pagination", _pages(lambda values, value: _cut(0)(value))),
    Server("the last of each page is missing", "pagination", _pages(lambda values, value: _cut(-1)(value))),
    Server("the last of later pages is missing", "pagination", _pages(_only(_behind, _cut(-1)))),
    Server("later pages are reversed", "pagination", _pages(_only(_behind, lambda value: value["data"].reverse()))),
    Server("a page repeats its first item", "pagination", _pages(lambda values, value: value["data"].append(value["data"][0]) if value["data"] else None)),
    Server("after is ignored", "pagination", asked(LIST, _drop("page[after]"))),
    Server("before is ignored", "pagination", asked(LIST, _drop("page[before]"))),
    Server("before means after", "pagination", asked(LIST, _rename("page[before]", "page[after]"))),
    Server("after means before", "pagination", asked(LIST, _rename("page[after]", "page[before]"))),
    Server("size is ignored", "pagination", asked(LIST, lambda values: values.pop("page[size]", None) and None if values.get("page[size]", "").isdigit() and 10 <= int(values["page[size]"]) <= 100 else None)),
    Server("size is ignored behind the first page", "pagination", _when(lambda values: "page[after]" in values and values.get("page[size]", "x").isdigit(), LIST, _drop("page[size]"))),
    Server("the default size is 20", "pagination", asked(LIST, lambda values: values.setdefault("page[size]", "20") and None)),
    Server("the default size is 10 behind a cursor", "pagination", _when(lambda values: "page[after]" in values, LIST, lambda values: values.setdefault("page[size]", "10") and None)),
    Server("a size over 50 gives 50", "pagination", asked(LIST, lambda values: values.update({"page[size]": "50"}) if values.get("page[size]", "").isdigit() and 50 < int(values["page[size]"]) <= 100 else None)),
    Server("a page has one item more", "pagination", asked(LIST, lambda values: values.update({"page[size]": str(_size(values) + 1)}) if values.get("page[size]", "25").isdigit() and 10 <= _size(values) < 100 else None)),
    Server("a page has one item less", "pagination", _pages(lambda values, value: value["data"].pop() if len(value["data"]) == _size(values) else None)),
    Server("next is the first item of the page", "pagination", _pages(lambda values, value: value["pagination"].update(next=value["data"][0]["id"]) if "next" in value["pagination"] else None)),
    Server("next is the item before the last", "pagination", _pages(lambda values, value: value["pagination"].update(next=value["data"][-2]["id"]) if "next" in value["pagination"] and len(value["data"]) > 1 else None)),
    Server("next is on the last page too", "pagination", _pages(lambda values, value: value["pagination"].setdefault("next", value["data"][-1]["id"]) if value["data"] else None)),
    Server("previous is on the first page too", "pagination", _pages(lambda values, value: value["pagination"].setdefault("previous", value["data"][0]["id"]) if value["data"] else None)),
    Server("previous is the last item of the page", "pagination", _pages(lambda values, value: value["pagination"].update(previous=value["data"][-1]["id"]) if "previous" in value["pagination"] and value["data"] else None)),
    Server("previous is never named", "pagination", _pages(lambda values, value: value["pagination"].pop("previous", None))),
    Server("next is missing on pages backward", "pagination", _pages(_only(lambda values, value: "page[before]" in values, _no_next))),
    Server("previous never ends", "pagination", _pages(lambda values, value: value["pagination"].setdefault("previous", values["page[before]"]) if "page[before]" in values and value["data"] else None)),
    Server("cursors are opaque", "pagination", _pages(lambda values, value: value["pagination"].update({name: "c_" + cursor for name, cursor in value["pagination"].items()}))),
    Server("the page before starts at the beginning", "pagination", _when(lambda values: "page[before]" in values, LIST, _drop("page[before]", "page[after]"))),
    Server("every ninth page loses an item", "pagination", _counter(9, _cut(2))),
    Server("the second page is empty", "pagination", _pages(_only(lambda values, value: "page[after]" in values and "next" in value["pagination"], lambda value: value["data"].clear()))),
    Server("tasks ignore the limit", "pagination", asked(TASKS, lambda values: values.pop("limit", None) and None if values.get("limit", "").isdigit() and 1 <= int(values["limit"]) <= 100 else None)),
    Server("tasks give 25 by default", "pagination", asked(TASKS, lambda values: values.setdefault("limit", "25") and None)),
    Server("tasks give one more than the limit", "pagination", asked(TASKS, lambda values: values.update(limit=str(int(values["limit"]) + 1)) if values.get("limit", "").isdigit() and 1 <= int(values["limit"]) < 100 else None)),
    Server("tasks limit from the other end", "pagination", _tasks(lambda values, value: value["runs"].reverse() if "limit" in values and int(values["limit"]) < 100 else None)),
]  # fmt: skip

FILTERS = [
    *(Server(f"filter {name} is ignored", "filters", asked(LIST, _drop(f"filter[{name}]"))) for name in NAMES),
    *(Server(f"filter {name} is ignored beside another", "filters", _when(lambda values, name=name: len(_filters(values)) > 1, LIST, _drop(f"filter[{name}]"))) for name in ("status", "taskIdentifier", "version", "isTest", "tag")),
    *(Server(f"filter {name} is ignored behind a cursor", "filters", _when(lambda values: "page[after]" in values, LIST, _drop(f"filter[{name}]"))) for name in ("status", "tag")),
    *(Server(f"createdAt {name} is ignored", "filters", asked(LIST, _drop(f"filter[createdAt][{name}]"))) for name in DATES),
    *(Server(f"filter {name} takes only the first value", "filters", asked(LIST, _first_of(f"filter[{name}]"))) for name in ("status", "taskIdentifier", "version", "tag")),
    Server("filter status takes only the last value", "filters", asked(LIST, _last_of("filter[status]"))),
    Server("filter status misses QUEUED", "filters", _when(lambda values: values.get("filter[status]") == "QUEUED", LIST, lambda values: values.update({"filter[taskIdentifier]": "nothing"}))),
    Server("filter status gives FAILED for CRASHED", "filters", asked(LIST, lambda values: values.update({"filter[status]": values["filter[status]"].replace("CRASHED", "FAILED")}) if "filter[status]" in values else None)),
    Server("filter isTest is turned round", "filters", asked(LIST, lambda values: values.update({"filter[isTest]": {"true": "false", "false": "true"}.get(values["filter[isTest]"], values["filter[isTest]"])}) if "filter[isTest]" in values else None)),
    Server("filter isTest=false is ignored", "filters", _when(lambda values: values.get("filter[isTest]") == "false", LIST, _drop("filter[isTest]"))),
    Server("filter status is ignored beside a period", "filters", _when(lambda values: "filter[createdAt][period]" in values, LIST, _drop("filter[status]"))),
    Server("filters are ignored on pages backward", "filters", _when(lambda values: "page[before]" in values, LIST, lambda values: [values.pop(name) for name in _filters(values)] and None)),
    Server("plain brackets are ignored", "filters", lambda: lambda request, answering: answering(with_query(request, {})) if b"filter[" in request.query else answering(request)),
    Server("tasks give everything for an unknown runId", "filters", _when(lambda values: "nosuch" in values.get("runId", ""), TASKS, _drop("runId"))),
    Server("filters are joined with OR", "filters", lambda: _either),
    Server("from leaves out another second", "filters", asked(LIST, _shift("filter[createdAt][from]", timedelta(seconds=1)))),
    Server("to leaves out another second", "filters", asked(LIST, _shift("filter[createdAt][to]", timedelta(seconds=-1)))),
    Server("from forgets its offset", "filters", asked(LIST, lambda values: values.update({"filter[createdAt][from]": values["filter[createdAt][from]"].replace("+02:00", "Z")}) if "filter[createdAt][from]" in values else None)),
    Server("from and to are turned round", "filters", asked(LIST, lambda values: values.update({"filter[createdAt][to]": values["filter[createdAt][from]"], "filter[createdAt][from]": values["filter[createdAt][to]"]}) if {"filter[createdAt][from]", "filter[createdAt][to]"} <= set(values) else None)),
    Server("from looks at whole days", "filters", asked(LIST, lambda values: values.update({"filter[createdAt][from]": values["filter[createdAt][from]"][:10] + "T00:00:00Z"}) if len(values.get("filter[createdAt][from]", "")) > 19 else None)),
    Server("a period is twice as long", "filters", asked(LIST, lambda values: values.update({"filter[createdAt][period]": f"{2 * int(values['filter[createdAt][period]'][:-1])}d"}) if values.get("filter[createdAt][period]", "")[:-1].isdigit() else None)),
    Server("a period counts hours", "filters", asked(LIST, lambda values: values.update({"filter[createdAt][period]": values["filter[createdAt][period]"].replace("d", "h")}) if "filter[createdAt][period]" in values else None)),
    Server("without a period only a week is listed", "filters", asked(LIST, lambda values: values.setdefault("filter[createdAt][period]", "7d") and None if not any("createdAt" in name for name in values) else None)),
    Server("an unknown task gives everything", "filters", _when(lambda values: "no-such" in values.get("filter[taskIdentifier]", ""), LIST, _drop("filter[taskIdentifier]"))),
    Server("an unknown tag is refused", "filters", lambda: lambda request, answering: refusal(400, {"error": "Query Error"}) if "no-such" in query(request).get("filter[tag]", "") else answering(request)),
    Server("a filtered list loses its last item", "filters", _pages(_only(lambda values, value: bool(_filters(values)), _cut(-1)))),
    Server("a filtered list is turned round", "filters", _pages(_only(lambda values, value: bool(_filters(values)), lambda value: value["data"].reverse()))),
    Server("two filters give an unfit item more", "filters", _when(lambda values: len(_filters(values)) == 3, LIST, lambda values: values.pop(_filters(values)[-1]) and None)),
    Server("tasks ignore runId", "filters", asked(TASKS, _drop("runId"))),
    Server("tasks ignore account_id", "filters", _when(lambda values: len(values.get("account_id", "")) == 36, TASKS, _drop("account_id"))),
    Server("tasks give another run for runId", "filters", _tasks(lambda values, value: value.update(runs=[{**run, "id": run["id"][:-1] + "0"} for run in value["runs"]]) if "runId" in values else None)),
    Server("tasks give nothing for runId", "filters", _tasks(lambda values, value: value.update(runs=[]) if "runId" in values else None)),
]  # fmt: skip

SERVERS = [*PAGINATION, *FILTERS]
