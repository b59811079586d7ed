"""Lists that go on and things to wait for, recognised by form."""

from __future__ import annotations

import inspect
from typing import Any

import httpx

from trigger_contract.generate.planning import make_plan

from .documents import document, operation, path, query
from .packages import TEXT, Build, methods, talk


def numbered() -> dict[str, Any]:
    """A list with page and perPage, as other pages of the same vendor have it."""
    item = {"type": "object", "required": ["id"], "properties": {"id": TEXT}}
    result = {
        "type": "object",
        "properties": {
            "data": {"type": "array", "items": item},
            "pagination": {
                "type": "object",
                "properties": {name: {"type": "integer"} for name in ("currentPage", "totalPages", "count")},
            },
        },
    }
    parameters = [query("page", {"type": "integer"}), query("perPage", {"type": "integer"})]
    return document(
        {"/schedules": {"get": operation("list_schedules_v1", "schedules", result, parameters=parameters)}}
    )


def test_numbered_pages_are_walked_too(client_of: Build) -> None:
    ids = [f"sched_{number}" for number in range(23)]

    def answer(request: httpx.Request) -> httpx.Response:
        number, size = int(request.url.params.get("page", 1)), int(request.url.params.get("perPage", 10))
        chunk = ids[(number - 1) * size : number * size]
        if number == 1:
            ids.insert(0, "sched_new")
        pages = -(-len(ids) // size)
        return httpx.Response(
            200,
            json={
                "data": [{"id": each} for each in chunk],
                "pagination": {"currentPage": number, "totalPages": pages},
            },
        )

    client = talk(client_of(numbered()), "WidgetsClient", answer)
    page = client.schedules.list(per_page=5)
    assert page.has_next_page()
    assert not page.has_previous_page()
    assert page.get_next_page().has_previous_page()
    ids.remove("sched_new")
    found = [item.id for item in client.schedules.list(per_page=5)]
    assert found == [each for each in ids if each != "sched_new"]


def test_bracketed_names_are_split_and_sent_as_they_are(client_of: Build) -> None:
    item = {"type": "object", "properties": {"id": TEXT}}
    result = {
        "type": "object",
        "properties": {
            "runs": {"type": "array", "items": item},
            "pagination": {"type": "object", "properties": {"next": TEXT}},
        },
    }
    parameters = [
        query("page[size]", {"type": "integer"}),
        query("page[after]", TEXT),
        query("filter[createdAt][from]", TEXT),
    ]
    spec = document({"/runs": {"get": operation("list_runs", "runs", result, parameters=parameters)}})
    sent: list[dict[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(dict(request.url.params))
        following = {"next": "r2"} if len(sent) == 1 else {}
        return httpx.Response(200, json={"runs": [{"id": f"r{len(sent)}"}], "pagination": following})

    client = talk(client_of(spec), "WidgetsClient", answer)
    assert [item.id for item in client.runs.list(size=1)] == ["r1", "r2"]
    assert sent == [{"page[size]": "1"}, {"page[size]": "1", "page[after]": "r2"}]
    assert "created_at_from" in inspect.signature(client.runs.list).parameters


def status_document(values: list[str], **more: Any) -> dict[str, Any]:
    job = {
        "type": "object",
        "required": ["state"],
        "properties": {"state": {"type": "string", "enum": values}},
    }
    return document(
        {"/jobs/{id}": {"get": operation("get_job", "jobs", job, parameters=[path("id")], **more)}}
    )


def test_what_has_a_terminal_status_can_be_waited_for(client_of: Build) -> None:
    answers = iter(["running", "running", "succeeded"])
    module = client_of(status_document(["queued", "running", "succeeded", "failed"]))
    client = talk(module, "WidgetsClient", lambda request: httpx.Response(200, json={"state": next(answers)}))
    job = client.jobs.poll("1", interval=0)
    assert job.state == "succeeded"
    assert job.is_success


def test_what_has_none_cannot() -> None:
    (method,) = methods(make_plan(status_document(["red", "green"]))).values()
    assert method.poll is None
