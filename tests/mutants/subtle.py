"""Servers that break what is promised of several things together, or of values beside each other."""

from __future__ import annotations

import json
from dataclasses import replace

from mutants.hooks import (
    DETAIL,
    LIST,
    TASKS,
    Server,
    answer_with,
    answered,
    item,
    query,
    refusal,
    route,
    some,
    with_query,
)


def _backward_reversed(request, answering):
    """Pages before an item come nearest first."""
    answer = answering(request)
    if route(request) == LIST and "page[before]" in query(request) and answer.status == 200:
        value = json.loads(answer.body)
        value["data"].reverse()
        return answer_with(answer, value)
    return answer


def _childless(run):
    if run.get("relatedRuns") is not None and "attempts" in run:
        run["relatedRuns"].setdefault("children", [])


def _drops(name, condition):
    """Leave a query value out where it is not of the form that its text gives."""

    def hook(request, answering):
        values = query(request)
        if route(request) == LIST and name in values and condition(values[name]):
            values.pop(name)
            request = with_query(request, values)
        return answering(request)

    return lambda: hook


def _validated_beside(request, answering):
    """Judge the limit even where it is said to be ignored."""
    values = query(request)
    limit = values.get("limit", "1")
    is_valid = limit.isdigit() and 1 <= int(limit) <= 100
    if route(request) == TASKS and "runId" in values and not is_valid:
        return refusal(400, {"status": "error"})
    return answering(request)


def _down(operation, name, condition):
    """Fail on some values of a query name."""

    def hook(request, answering):
        if route(request) == operation and condition(query(request).get(name, "")):
            return refusal(500, {"error": "Internal Server Error"})
        return answering(request)

    return lambda: hook


def _without_allow(request, answer):
    if answer.status != 405:
        return answer
    return replace(answer, headers=tuple(field for field in answer.headers if field[0].lower() != b"allow"))


def _moved(run):
    if isinstance(run.get("env"), dict):
        run["env"]["id"] = "cl-of-another-environment"


def _attempts(run):
    for attempt in run.get("attempts", []):
        attempt["status"] = "UNHEARD_OF"


_PROBING = (("probe_methods", True),)

SERVERS = [
    Server("pages before an item come nearest first", "pagination", lambda: _backward_reversed),
    Server("no children is an empty list", "prose", item(DETAIL, _childless)),
    Server("one listed run in fifty is of another environment", "agreement", item(LIST, some(50, _moved))),
    Server("a period that is none is ignored", "errors", _drops("filter[createdAt][period]", lambda value: not value[:1].isdigit())),
    Server("tasks judge the limit beside runId", "prose", lambda: _validated_beside),
    Server("a made-up cursor brings it down", "robustness", _down(LIST, "page[after]", lambda value: "nosuchthing" in value)),
    Server("a made-up cursor backward brings it down", "robustness", _down(LIST, "page[before]", lambda value: "nosuchthing" in value)),
    Server("a far date brings it down", "robustness", _down(LIST, "filter[createdAt][from]", lambda value: value.startswith("9999"))),
    Server("a leap second brings it down", "robustness", _down(LIST, "filter[createdAt][to]", lambda value: ":60Z" in value)),
    Server("a made-up text brings it down", "robustness", _down(LIST, "filter[schedule]", lambda value: "nosuchthing" in value)),
    Server("tasks have a status nobody knows", "agreement", item(TASKS, some(3, lambda run: run.update(status="UNHEARD_OF")))),
    Server("tasks have attempts of a status nobody knows", "agreement", item(TASKS, _attempts)),
    Server("405 comes without Allow", "http", answered("", _without_allow), arguments=_PROBING),
]  # fmt: skip
