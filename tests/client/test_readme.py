"""The README's examples are Python and run, and api.md lists every method.

The examples of the client in this repository hold words of published pages, so they are only parsed. Those
that run were made from a document of our own by the same template.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import respx
from trigger_dev_client import RecoupClient, TriggerClient

from trigger_contract.generate.project import generate

ROOT = Path(__file__).resolve().parent.parent.parent
GENERATED = ROOT / "generated"
TEXT = {"type": "string"}
JOB = {
    "type": "object",
    "required": ["id", "status"],
    "properties": {"id": TEXT, "status": {"type": "string", "enum": ["QUEUED", "COMPLETED"]}},
}
PAGE = {
    "type": "object",
    "required": ["data", "pagination"],
    "properties": {
        "data": {"type": "array", "items": JOB},
        "pagination": {"type": "object", "properties": {"next": TEXT, "previous": TEXT}},
    },
}


def answered(operation_id: str, schema: Any, *parameters: dict[str, Any]) -> dict[str, Any]:
    """An operation that answers with JSON."""
    content = {"application/json": {"schema": schema}}
    return {
        "operationId": operation_id,
        "tags": ["jobs"],
        "parameters": list(parameters),
        "responses": {"200": {"description": "OK", "content": content}, "404": {"description": "None"}},
    }


OWN = {
    "openapi": "3.1.0",
    "info": {"title": "Jobs", "version": "1"},
    "servers": [{"url": "https://jobs.example"}],
    "security": [{"token": []}],
    "paths": {
        "/jobs": {
            "get": answered(
                "list_jobs",
                PAGE,
                {"name": "page[size]", "in": "query", "schema": {"type": "integer"}},
                {"name": "page[after]", "in": "query", "schema": TEXT},
                {"name": "team", "in": "query", "required": True, "schema": TEXT, "example": 'it\'s "us"'},
            )
        },
        "/jobs/{id}": {
            "get": answered("get_job", JOB, {"name": "id", "in": "path", "required": True, "schema": TEXT})
        },
    },
    "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
}


def blocks(folder: Path) -> list[str]:
    """The examples of a client's README."""
    text = (folder / "README.md").read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("own") / "client"
    generate(OWN, folder)
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.partition(".")[0] == "jobs_client"]:
        del sys.modules[name]


def test_examples_with_words_of_pages_are_python() -> None:
    found = blocks(GENERATED)
    assert len(found) >= 5
    for code in found:
        ast.parse(code)


def test_every_example_runs(
    own: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JOBS_TOKEN", "secret")
    job = {"id": "id_1", "status": "COMPLETED"}
    with respx.mock(base_url="https://jobs.example") as api:
        api.get("/jobs", params={"team": 'it\'s "us"'}).respond(json={"data": [job], "pagination": {}})
        for number, code in enumerate(blocks(own)):
            api.get("/jobs/id_1").respond(404 if "except NotFoundError" in code else 200, json=job)
            exec(compile(code, f"README example {number}", "exec"), {"__name__": "readme"})
            assert capsys.readouterr().out, code


def test_the_method_list_is_complete() -> None:
    listed = set(re.findall(r"\[`(\w+\.\w+)`\]", (GENERATED / "api.md").read_text(encoding="utf-8")))
    found = set()
    with TriggerClient(secret_key="k") as trigger, RecoupClient(api_key="k") as recoup:
        for attribute, resource in (("runs", trigger.runs), ("tasks", recoup.tasks)):
            names = [name for name in vars(type(resource)) if not name.startswith("_")]
            found |= {f"{attribute}.{name}" for name in names if not name.startswith("with_")}
    assert listed == found
