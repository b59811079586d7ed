"""What a client does not do of its document is told: in one line, and thing by thing in api.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from trigger_contract.cli.generate import command
from trigger_contract.generate.planning import make_plan

from .documents import body, document, operation, query

TEXT = {"type": "string"}
ITEMS = {"type": "array", "items": {"type": "object", "properties": {"id": TEXT}}}
WRAPPED = {"type": "object", "properties": {"data": ITEMS, "next": TEXT}}
THING = {"type": "object", "properties": {"id": TEXT}}


def spec() -> dict[str, Any]:
    """A document with one of each thing that a client does not do."""
    xml = operation("change", "cars", THING, requestBody=body(THING, media_type="application/xml"))
    xml["responses"]["200"]["content"]["text/xml"] = {"schema": THING}
    xml["callbacks"] = {"changed": {"{$request.body#/url}": {"post": operation("told", "cars", TEXT)}}}
    header = {"name": "Authorization", "in": "header", "schema": TEXT}
    return document(
        {
            "/cars": {"get": operation("all", "cars", ITEMS), "put": xml},
            "/bikes": {
                "get": operation("rest", "bikes", WRAPPED, parameters=[query("cursor", TEXT), header])
            },
            "/boats": {"get": operation("few", "boats", ITEMS, **{"x-pagination": False})},
            "/cranes": {"query": operation("find", "cranes", TEXT), "x-of-ours": {}},
        },
        servers=[{"url": "https://eu.example"}, {"url": "https://us|.example"}],
        webhooks={"sold": {"post": operation("sold", "cars", TEXT)}},
        security=[{"card": []}],
        components={"securitySchemes": {"card": {"type": "mutualTLS"}}},
    )


def test_each_thing_is_told_with_what_to_do() -> None:
    told = [(item.kind, item.where, item.words) for item in make_plan(spec()).left_out]
    assert [(kind, where) for kind, where, _ in told] == [
        ("lists without pages", "GET /cars"),
        ("servers", "https://us|.example"),
        ("credentials", "card"),
        ("contents", "PUT /cars"),
        ("contents", "PUT /cars"),
        ("callbacks", "PUT /cars"),
        ("headers", "GET /bikes"),
        ("lists without pages", "GET /boats"),
        ("unknown methods", "query /cranes"),
        ("webhooks", "sold"),
    ]
    words = " ".join(text for *_, text in told)
    for part in ("base_url", "http_client", "`application/xml` is sent", "`text/xml` of 200", "x-pagination"):
        assert part in words


def test_what_a_client_does_is_not_told() -> None:
    paged = operation("rest", "bikes", WRAPPED, parameters=[query("cursor", TEXT)])
    whole = document({"/bikes": {"get": paged, "post": operation("one", "bikes", THING)}})
    assert make_plan(whole).left_out == ()


@pytest.mark.parametrize("whole", [False, True])
def test_the_command_says_it_in_one_line(tmp_path: Path, whole: bool) -> None:
    given = document({"/a": {"get": operation("a", "a", TEXT)}}) if whole else spec()
    (tmp_path / "x.yaml").write_text(yaml.safe_dump(given))
    target = tmp_path / "client"
    done = CliRunner().invoke(command, ["--spec", str(tmp_path / "x.yaml"), "-o", str(target)])
    assert done.exit_code == 0, done.output
    listed = (target / "api.md").read_text()
    if whole:
        assert done.stderr == ""
        assert "left out" not in listed
        return
    (line,) = done.stderr.splitlines()
    assert line.startswith("left out, as its api.md says: ")
    assert "lists without pages 2, contents 2" in line
    assert (
        "| `GET /cars` | neither its query nor its answer has anything that leads to another page |" in listed
    )
    assert "| `https://us\\|.example` |" in listed
