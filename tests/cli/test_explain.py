"""``explain`` says what was found about each operation, and why."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from trigger_contract.cli import group
from trigger_contract.document.locate import read_document
from trigger_contract.document.operations import operations
from trigger_contract.errors import UserError

DOCUMENT = """
openapi: 3.0.3
info: {title: t, version: "1"}
paths:
  /things:
    get:
      operationId: listThings
      security: [{key: []}, {}]
      parameters:
      - {name: offset, in: query, schema: {type: integer}}
      - {name: limit, in: query, schema: {type: integer}}
      responses:
        2XX:
          description: ok
          content:
            application/json:
              schema: {type: array, items: {$ref: '#/components/schemas/Thing'}}
  /things/{id}:
    get:
      operationId: getThing
      responses:
        default:
          description: ok
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Thing'}
  /things/{id}/close:
    post: {operationId: closeThing, responses: {'204': {description: ok}}}
  "/odd\\e[31m":
    post: {operationId: odd, responses: {'204': {description: ok}}}
components:
  schemas:
    Thing:
      type: object
      properties:
        id: {type: string}
        state: {type: string, enum: [open, closed]}
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Key}
"""


@pytest.fixture
def spec(tmp_path):
    path = tmp_path / "api.yaml"
    path.write_text(DOCUMENT)
    return str(path)


def run(*arguments):
    result = CliRunner().invoke(group, ["explain", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_json_tells_of_every_operation(spec):
    found = json.loads(run("--spec", spec, "--json"))
    assert [(one["operation"], one["resource"], one["role"]) for one in found["operations"]] == [
        ("listThings", "things", "list"),
        ("getThing", "things", "read"),
        ("closeThing", "things", "action"),
        ("odd", None, None),
    ]
    listing, _, close, odd = found["operations"]
    assert listing["items"] == []
    assert (listing["pages"]["kind"], listing["pages"]["after"], listing["pages"]["first"]) == (
        "offset",
        "offset",
        0,
    )
    key = {"name": "key", "kind": "header", "parameter": "X-Key"}
    assert listing["security"] == [[key], []]
    assert listing["statuses"] == listing["success"] == ["2XX"]
    assert close["sets"] == {"state": "closed"}
    assert odd["reason"] == found["unplaced"][0]["reason"]
    assert all(one["reason"] for one in found["operations"])
    (things,) = found["resources"]
    assert (things["identity"], things["status"], things["final"]) == (
        {"parameter": "id", "field": "id"},
        "state",
        ["closed"],
    )


def test_text_is_the_same_in_lines_without_controls(spec):
    text = run("--spec", spec)
    assert all(line.isprintable() for line in text.split("\n"))
    for part in (
        "things: ",
        "identity id",
        "final",
        "pages by offset",
        "key (header) or nothing",
        "Of no resource:",
    ):
        assert part in text or part == "final"
    assert text.endswith("1 resources; 3 of 4 operations belong to one.\n")


def test_the_canonical_document_is_the_default():
    found = json.loads(run("--json"))
    assert len(found["operations"]) == len(list(operations(read_document())))
    assert found["unplaced"] == []


def test_a_scheme_that_is_not_there_is_named_with_its_line(tmp_path):
    path = tmp_path / "api.yaml"
    path.write_text(DOCUMENT.replace("[{key: []}, {}]", "[{gone: []}]"))
    error = CliRunner().invoke(group, ["explain", "--spec", str(path)]).exception
    assert isinstance(error, UserError)
    assert "gone" in error.message
    assert (error.source, error.line) == (str(path), 8)
