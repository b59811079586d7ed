"""What holds for any two documents."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from small_documents import document, receiving, sending

from trigger_contract.changes import Severity, as_json, as_markdown, as_text, compare, propose

NAMES = ("a", "b", "c")
COMPONENTS = ("Ant", "Bee", "Cat")
SAFE = {Severity.ADDITIVE, Severity.TEXT}


def reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def keywords(**keywords: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=keywords)


scalars = st.one_of(
    keywords(
        minLength=st.integers(0, 3), maxLength=st.integers(0, 4), pattern=st.sampled_from(["^a", "b$"])
    ).map(lambda limits: {"type": "string", **limits}),
    keywords(minimum=st.integers(-3, 3), maximum=st.integers(-3, 3), multipleOf=st.integers(1, 4)).map(
        lambda limits: {"type": "integer", **limits}
    ),
    keywords(exclusiveMinimum=st.integers(-3, 3)).map(lambda limits: {"type": "number", **limits}),
    st.lists(st.sampled_from(["a", "b", 1, 2, True, None]), min_size=1, max_size=3, unique_by=repr).map(
        lambda values: {"enum": values}
    ),
    st.sampled_from([{}, {"type": "boolean"}, {"type": ["string", "null"]}, {"type": ["integer", "string"]}]),
    st.sampled_from([{"const": "a"}, {"type": "string", "description": "words"}]),
)


def compounds(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    properties = st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)
    lists = st.lists(st.sampled_from(NAMES), max_size=2, unique=True)
    return st.one_of(
        st.builds(
            lambda found, required, more: {
                "type": "object",
                "properties": found,
                "required": required,
                **more,
            },
            properties,
            lists,
            keywords(additionalProperties=st.one_of(st.booleans(), inner), minProperties=st.integers(0, 2)),
        ),
        st.builds(
            lambda items, limits: {"type": "array", "items": items, **limits},
            inner,
            keywords(minItems=st.integers(0, 2), maxItems=st.integers(0, 2), uniqueItems=st.booleans()),
        ),
        st.lists(inner, min_size=1, max_size=3).map(lambda members: {"anyOf": members}),
        st.lists(inner, min_size=1, max_size=2).map(lambda members: {"allOf": members}),
    )


closed_schemas = st.recursive(scalars, compounds, max_leaves=6)
schemas = st.recursive(
    st.one_of(scalars, st.sampled_from(COMPONENTS).map(reference)), compounds, max_leaves=6
)
values = st.recursive(
    st.sampled_from([None, True, False, -4, -1, 0, 1, 2, 3, 4, 1.5, "", "a", "b", "ab", "aaaaa"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from([*NAMES, "d"]), inner, max_size=4)
    ),
    max_leaves=6,
)


def grounded(components: dict[str, Any]) -> bool:
    """Whether no component is only a chain of references back to itself."""
    for name in components:
        seen, schema = set(), components[name]
        while (target := wrapped(schema)) is not None and target not in seen:
            seen.add(target)
            schema = components[target]
        if target is not None:
            return False
    return True


def wrapped(schema: Any) -> str | None:
    while isinstance(schema, dict) and len(schema) == 1:
        ((key, value),) = schema.items()
        if key == "$ref":
            return str(value).rpartition("/")[2]
        if key not in ("allOf", "anyOf") or len(value) != 1:
            return None
        schema = value[0]
    return None


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    components = {name: draw(schemas) for name in COMPONENTS}
    assume(grounded(components))
    made = document(schemas=components, method="get")
    operation = {
        "parameters": [{"name": "q", "in": "query", "schema": draw(schemas)}],
        "requestBody": {"content": {"application/json": {"schema": draw(schemas)}}},
        "responses": {
            "200": {"description": "Done", "content": {"application/json": {"schema": draw(schemas)}}}
        },
    }
    made["paths"] = {"/one": {"post": operation}, "/two": {"post": copy.deepcopy(operation)}}
    return made


def rewrite(value: Any, change: Any) -> Any:
    if isinstance(value, dict):
        return change({key: rewrite(item, change) for key, item in value.items()})
    return [rewrite(item, change) for item in value] if isinstance(value, list) else value


@given(documents())
@settings(max_examples=100, deadline=None, derandomize=True)
def test_a_document_is_what_it_is(document: Any) -> None:
    assert compare(document, copy.deepcopy(document)).changes == ()


@given(documents())
@settings(max_examples=100, deadline=None, derandomize=True)
def test_spelling_does_not_count(document: Any) -> None:
    def respell(mapping: dict[str, Any]) -> dict[str, Any]:
        mapping = dict(reversed(mapping.items()))
        if "$ref" in mapping:
            return {"allOf": [{"$ref": mapping["$ref"] + "New"}]}
        if isinstance(mapping.get("type"), str):
            mapping["type"] = [mapping["type"]]
        if "const" in mapping:
            mapping["enum"] = [mapping.pop("const")]
        return mapping

    respelled = rewrite(document, respell)
    respelled["components"]["schemas"] = {
        f"{name}New": schema for name, schema in respelled["components"]["schemas"].items()
    }
    changes = compare(document, respelled).changes
    assert [change for change in changes if not change.code.startswith("api-schema-")] == []


def mutations(value: Any, pointer: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every single place of a schema, each with another value that means something else."""
    if not isinstance(value, dict):
        return
    for key, item in value.items():
        place = (*pointer, key)
        if key in (
            "minLength",
            "maxLength",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "minItems",
            "maxItems",
        ):
            yield place, item + 1
        elif key == "pattern":
            yield place, item + "x"
        elif key == "description":
            yield place, "other words"
        elif key == "multipleOf":
            yield place, item * 2
        elif key == "enum" or key == "required":
            yield place, [*item, "new"]
        elif key == "properties":
            yield (*place, "new"), {"type": "string"}
            for name, schema in item.items():
                yield from mutations(schema, (*place, name))
        elif key in ("items", "additionalProperties"):
            yield from mutations(item, place)


def mutate(schema: Any, data: st.DataObject) -> Any:
    found = list(mutations(schema))
    assume(found)
    pointer, value = data.draw(st.sampled_from(found))
    mutated = parent = copy.deepcopy(schema)
    for key in pointer[:-1]:
        parent = parent[key]
    parent[pointer[-1]] = value
    return mutated


@given(closed_schemas, st.data())
@settings(max_examples=200, deadline=None, derandomize=True)
def test_every_mutation_is_seen_in_both_directions(schema: Any, data: st.DataObject) -> None:
    mutated = mutate(schema, data)
    for make in (sending, receiving):
        there, back = compare(make(schema), make(mutated)), compare(make(mutated), make(schema))
        assert there.changes
        assert back.changes
        codes = {change.code for change in there.changes}, {change.code for change in back.changes}
        assert {reverse(code) for code in codes[0]} == codes[1]


def reverse(code: str) -> str:
    """The code of the opposite change."""
    pairs = (
        ("increased", "decreased"),
        ("value-added", "value-removed"),
        ("became-required", "became-optional"),
        ("generalized", "specialized"),
        ("-set", "-unset"),
    )
    if code.startswith("new-"):
        return code.removeprefix("new-optional-").removeprefix("new-required-") + "-removed"
    if code == "request-property-removed":
        return "new-optional-request-property"
    for one, other in pairs:
        if code.endswith(one):
            return code.removesuffix(one) + other
        if code.endswith(other):
            return code.removesuffix(other) + one
    if code.endswith("property-added"):
        return code.removesuffix("added") + "removed"
    return code


def check_safety(old: Any, new: Any, found: list[Any]) -> None:
    """A request that was valid stays valid where nothing breaks; an answer was foreseen."""
    before, after = (jsonschema_rs.validator_for(schema) for schema in (old, new))
    if {change.severity for change in compare(sending(old), sending(new)).changes} <= SAFE:
        for value in found:
            assert after.is_valid(value) or not before.is_valid(value)
    if {change.severity for change in compare(receiving(old), receiving(new)).changes} <= SAFE:
        # Clients pass over properties that they do not know.
        known = jsonschema_rs.validator_for(rewrite(old, without_closing))
        for value in found:
            assert known.is_valid(value) or not after.is_valid(value)


@given(closed_schemas, closed_schemas, st.lists(values, min_size=1, max_size=40))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_what_is_called_safe_is_safe(old: Any, new: Any, found: list[Any]) -> None:
    check_safety(old, new, found)


@given(closed_schemas, st.data(), st.lists(values, min_size=1, max_size=40))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_a_small_change_that_is_called_safe_is_safe(
    schema: Any, data: st.DataObject, found: list[Any]
) -> None:
    mutated = mutate(schema, data)
    check_safety(schema, mutated, found)
    check_safety(mutated, schema, found)


def without_closing(mapping: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if (key, value) != ("additionalProperties", False)}


@given(documents(), documents())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_the_reports_agree_with_the_comparison(old: Any, new: Any) -> None:
    comparison = compare(old, new)
    proposal = propose(comparison, "1.2.3")
    report = json.loads(as_json(comparison, proposal))
    assert [change["code"] for change in report["changes"]] == [change.code for change in comparison.changes]
    assert report["breaking"] == comparison.breaking == (proposal.next == "2.0.0")
    text, markdown = as_text(comparison, proposal), as_markdown(comparison, proposal)
    for change in comparison.changes:
        assert change.code in text
        assert change.code in markdown
