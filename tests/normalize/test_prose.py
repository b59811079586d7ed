"""A text that contradicts what stands beside it on its own page is noted with both lines."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

import pytest

from trigger_contract.document.yaml import dump, load
from trigger_contract.normalize import Page, normalize

HEAD = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /things:\n    post:\n"
FINE = "      responses: {'200': {description: Fine}}\n"
ROWS = load(Path(__file__).with_name("said.yaml").read_text(encoding="utf-8"), "said.yaml")
# What the rows call the places that they have in common.
SHORT = {
    "paths//things/post/": "",
    "requestBody/content/application/json/schema": "body",
    "responses/200/content/application/json/schema": "answer",
    "parameters/0/": "",
}
WITH_REASON = ("explode", "style", "enum in prose only")


def noted(operation: str) -> list[tuple[str, str, tuple[str, ...]]]:
    result = normalize([Page("things.yaml", HEAD + operation)])
    for entry in result.noticed:
        assert all(claim.source == "things.yaml" and claim.line for claim in entry.claims)
    return [
        (entry.kind, entry.chosen, tuple(claim.says for claim in entry.claims)) for entry in result.noticed
    ]


def parameter(text: str) -> str:
    return f"      parameters:\n      - {{name: n, in: query, {text}}}\n{FINE}"


def body(schema: str, description: str = "Makes a thing") -> str:
    return (
        f"      description: {description}\n"
        f"      requestBody: {{content: {{application/json: {{schema: {schema}}}}}}}\n{FINE}"
    )


def page_of(row: dict[str, str]) -> str:
    """The page that a row is about, every key on a line of its own."""
    operation = indent(row.get("operation", ""), " " * 6)
    if "parameter" in row:
        operation = parameter(row["parameter"])
    elif "body" in row:
        operation = body(row["body"], row.get("text", "Makes a thing"))
    components = f"components: {row['components']}\n" if "components" in row else ""
    return dump(load(HEAD + operation + components, "things.yaml"))


def place_of(pointer: tuple[str | int, ...]) -> str:
    place = "/".join(map(str, pointer))
    for long, short in SHORT.items():
        place = place.replace(long, short)
    return place


@pytest.mark.parametrize("row", ROWS, ids=lambda row: next(iter(row.values()))[:60])
def test_all_that_a_page_says_twice_is_noted_where_it_stands(row):
    page = page_of(row)
    keys = [line.strip(" -").partition(":")[0] for line in page.splitlines()]
    found = []
    for entry in normalize([Page("things.yaml", page)]).noticed:
        places = " and ".join(map(place_of, (entry.pointer, *entry.places)))
        claims = "; ".join(f"{keys[claim.line - 1]} says {claim.says}" for claim in entry.claims)
        reason = f" ({entry.reason})" if entry.kind in WITH_REASON else ""
        found.append(f"{entry.kind} at {places}: {claims}; chosen: {entry.chosen}{reason}")
    assert found == row.get("noted", [])


def responses(**bodies: tuple[str, str]) -> str:
    lines = ["      responses:"]
    for status, (description, text) in bodies.items():
        schema = f"{{type: object, properties: {{error: {{type: string, enum: ['{text}']}}}}}}"
        lines.append(
            f"        '{status[1:]}': {{description: {description}, "
            f"content: {{application/json: {{schema: {schema}}}}}}}"
        )
    return "\n".join(lines) + "\n"


def test_an_error_text_against_the_text_of_its_response_is_noted():
    ((kind, _, says),) = noted(responses(_404=("Run not found", "Task not found")))
    assert kind == "error text"
    assert says == ("404 error is 'Task not found'", 'the text: "Run not found"')
    assert noted(responses(_404=("Resource not found", "Task not found"))) == []
    assert noted(responses(_404=("Task not found", "Task not found"))) == []


def test_one_error_text_in_two_spellings_is_noted_whatever_the_status():
    both = responses(_401=("No", "Invalid or Missing API key"), _403=("No", "Invalid or Missing API Key"))
    ((kind, _, says),) = noted(both)
    assert kind == "error text"
    assert [claim.partition(" ")[0] for claim in says] == ["POST", "POST"]


@pytest.mark.parametrize(
    "rest",
    [
        "      security: [{key: []}]\n",
        "      callbacks: {c: {'{$url}': {post: {security: [{key: []}], "
        "responses: {'200': {description: Ok}}}}}}\n",
    ],
)
def test_security_of_a_scheme_that_is_defined_nowhere_is_noted_and_kept(rest):
    result = normalize([Page("things.yaml", HEAD + rest + FINE)])
    (entry,) = result.contradictions
    assert (entry.kind, entry.claims[0].line) == ("security", 6)
    assert entry.claims[0].says == "security: key"
    assert result.document["components"]["securitySchemes"]["key"]["type"] == "http"


@pytest.mark.parametrize("target", ["Nowhere", "other.yaml#/A", "#/components/schemas/No"])
def test_a_value_that_a_discriminator_maps_to_nothing_is_noted_and_left_out(target):
    discriminator = f"{{propertyName: a, mapping: {{x: '{target}', y: Y}}}}"
    one_of = "[{$ref: '#/components/schemas/Y'}]"
    schema = f"{{oneOf: {one_of}, discriminator: {discriminator}}}"
    text = (
        HEAD
        + body(schema)
        + "components: {schemas: {Y: {type: object, required: [a], properties: {a: {}}}}}\n"
    )
    result = normalize([Page("things.yaml", text)])
    (entry,) = result.contradictions
    assert entry.claims[0].says == f"the mapping: x is {target}"
    content = result.document["paths"]["/things"]["post"]["requestBody"]["content"]
    assert list(content["application/json"]["schema"]["discriminator"]["mapping"]) == ["y"]
