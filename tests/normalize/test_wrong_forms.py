"""Whatever stands where something else belongs, one error names the page and its line, or it is legal."""

from __future__ import annotations

import copy
import random
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from trigger_contract.errors import UserError
from trigger_contract.normalize import Page, normalize

HERE = Path(__file__).parent
SOURCES = HERE.parents[1] / "openapi" / "sources"


def block(text: str) -> Any:
    start = text.index("\n", text.index("````yaml")) + 1
    return yaml.safe_load(text[start : text.index("\n````", start)])


VALID = [
    *(block((SOURCES / name).read_text()) for name in ("trigger-list-runs.md", "trigger-retrieve-run.md")),
    yaml.safe_load((HERE / "shop.yaml").read_text()),
    yaml.safe_load((HERE / "deep_references.yaml").read_text()),
]
WRONG: list[Any] = [
    *(None, [], {}, "", 0, -1, 1.5, True, "x", "get", "a" * 3000, 10**400, float("inf"), float("nan")),
    *([None], [[]], [{}], [1, "a", None], {"a": None}, {"": {}}, {1: 2}, {True: 1}),
    *(
        {"$ref": value}
        for value in ("#", "#/nope", "#/paths", "#/info", "#anchor", "x.yaml#/y", "", 5, ["a"])
    ),
    *({"type": value} for value in ([], "nonsense", 5, {"a": 1})),
    *({"enum": value} for value in ({}, None, [{}], [[1], {"a": 1}])),
    *({"properties": value} for value in ([], 1, "x", {"a": None})),
    *({"allOf": value} for value in ([], {}, [None], [True])),
    *({"discriminator": value} for value in ("x", {"mapping": []}, {"mapping": {"a": 1}})),
    *({"required": "x"}, {"items": []}, {"oneOf": [1]}, {"anyOf": "x"}, {"content": []}, {"schema": None}),
    *([{"name": {}}], "http://[x", "{", "/}", {"a": True}),
    *({"in": "query"}, [{"in": "body", "name": "x"}], {"get": {}}, {"post": None}, {"examples": [1]}),
]
KEYS = (None, 5, True, "", "$ref", "x-y", "type", "properties", "allOf", "required", "get", "schema", "items")


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found.extend(places(item, (*path, key)))
    return found


def mutate(document: Any, choose: random.Random) -> None:
    path = choose.choice(places(document))
    if choose.random() < 0.4:
        path = path[: choose.randint(1, 6)]
    holder = document
    for key in path[:-1]:
        holder = holder[key]
    kind = choose.randrange(5)
    if kind < 3:
        holder[path[-1]] = copy.deepcopy(choose.choice(WRONG))
    elif kind == 3 and isinstance(holder, dict):
        holder[choose.choice(KEYS)] = holder.pop(path[-1])
    else:
        del holder[path[-1]]


@pytest.mark.parametrize("seed", range(5))
def test_no_wrong_form_escapes(seed):
    choose = random.Random(seed)
    refused = 0
    for _ in range(110):
        document = copy.deepcopy(choose.choice(VALID))
        mutate(document, choose)
        text = f"# T\n\n````yaml GET /x\n{yaml.safe_dump(document, sort_keys=False)}````\n"
        error = refusal(text)
        if error is not None:
            refused += 1
            assert re.match(r"page\.md:\d+: .+\Z", str(error))
    assert refused > 20


def refusal(text: str) -> UserError | None:
    try:
        normalize([Page("page.md", text)])
    except UserError as error:
        return error
    return None


def schema_page(schema: str) -> Page:
    return Page(
        "page.md",
        "````yaml GET /x\nopenapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /x:\n    get:\n"
        "      responses:\n        '200':\n          description: Fine\n          content:\n"
        f"            application/json:\n              schema: {schema}\n````\n",
    )


def result_of(schema: str) -> Any:
    document = normalize([schema_page(schema)]).document
    value: Any = document["paths"]["/x"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    if "$ref" in value:
        value = document["components"]["schemas"][value["$ref"].rpartition("/")[2]]
    return value, document


@pytest.mark.parametrize(
    "pattern",
    [r"^\p{L}+$", r"(?<year>\d{4})", r"^[\u{1F600}]$", r"^\cJ$", "[^]", r"[\w-_]", r"\Aabc\z", "^(?i)abc$"],
)
def test_patterns_are_not_judged_by_another_language(pattern):
    value, _ = result_of(f"{{type: string, pattern: '{pattern}', default: abc}}")
    assert value["pattern"] == pattern


@pytest.mark.parametrize("pattern", ["[", "(a", "a)", "a\\"])
def test_what_is_no_pattern_in_any_language_is_named(pattern):
    with pytest.raises(UserError, match=r"page\.md:12: `pattern` is no regular expression"):
        normalize([schema_page(f"{{type: string, pattern: '{pattern}'}}")])


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("#", "the whole document"),
        ("#foo", "an anchor that no schema has"),
        ("#/paths", "but a schema belongs here"),
        ("#/info", "points to a info, but a schema"),
        ("#/components/parameters/p", "points to a parameter, but a schema"),
    ],
)
def test_a_reference_to_no_schema_is_named(reference, words):
    with pytest.raises(UserError, match=r"page\.md:12: ") as caught:
        normalize([schema_page(f"{{$ref: '{reference}'}}")])
    assert words in str(caught.value)


def test_a_reference_to_an_anchor_is_followed():
    anchored = (
        "{type: object, properties: {a: {$anchor: foo, type: string, enum: [x, y]}, b: {$ref: '#foo'}}}"
    )
    value, document = result_of(anchored)
    for name in ("a", "b"):
        component = value["properties"][name]["$ref"].rpartition("/")[2]
        assert document["components"]["schemas"][component] == {"type": "string", "enum": ["x", "y"]}


def test_data_that_looks_like_a_reference_is_data():
    value, _ = result_of("{type: object, default: {$ref: '#/nope'}}")
    assert value["default"] == {"$ref": "#/nope"}


@pytest.mark.parametrize(
    "schema",
    ["{properties: {a: {maxItems: -1}}}", "{items: {multipleOf: -1}}", "{allOf: [{minLength: -1}]}"],
)
def test_a_fault_deep_in_a_schema_is_named_by_page_and_line(schema):
    with pytest.raises(UserError, match=r"page\.md:12: not a valid OpenAPI document at "):
        normalize([schema_page(schema)])


def test_a_parameter_that_stands_twice_is_named():
    text = (
        "````yaml GET /x\nopenapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /x:\n    get:\n"
        "      parameters:\n"
        "      - {name: q, in: query, schema: {}}\n"
        "      - {name: q, in: query, schema: {}}\n"
        "      responses: {'200': {description: Fine}}\n````\n"
    )
    with pytest.raises(UserError, match=r"page\.md:9: query 'q' stands twice"):
        normalize([Page("page.md", text)])
