"""One view of a composed schema: it allows what its parts allow together, at the cost of its parts."""

from __future__ import annotations

import itertools
import time

import jsonschema_rs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from trigger_contract.document.composition import Composition, composition, with_parts_once
from trigger_contract.document.conjunction import distinct, is_same, types_of
from trigger_contract.errors import UserError


def whole(**schemas):
    return {"openapi": "3.1.0", "paths": {}, "components": {"schemas": schemas}}


def ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


def view(schema, **schemas):
    return Composition(whole(**schemas)).view(schema)


TYPES = ["null", "boolean", "integer", "number", "string", "array", "object"]
VALUES = [
    None,
    True,
    False,
    0,
    1,
    2.5,
    3,
    "",
    "a",
    "ab",
    "abc",
    [],
    [1],
    ["a", 2, 3],
    {},
    {"a": 1},
    {"b": "x"},
]
VALUES += [{"a": one, "b": other} for one, other in itertools.product([0, "a", None], repeat=2)]

leaf = st.fixed_dictionaries(
    {},
    optional={
        "type": st.one_of(st.sampled_from(TYPES), st.lists(st.sampled_from(TYPES), min_size=1, unique=True)),
        "enum": st.lists(st.sampled_from([None, True, 1, 0, "a", "ab", 2.5]), min_size=1, unique_by=repr),
        "const": st.sampled_from([None, 1, True, "a"]),
        "minimum": st.integers(0, 2),
        "exclusiveMinimum": st.integers(0, 2),
        "maximum": st.integers(0, 3),
        "exclusiveMaximum": st.integers(1, 3),
        "multipleOf": st.sampled_from([1, 2, 3]),
        "minLength": st.integers(0, 2),
        "maxLength": st.integers(0, 2),
        "pattern": st.sampled_from(["a", "b", "^a"]),
        "minItems": st.integers(0, 2),
        "maxItems": st.integers(0, 2),
        "uniqueItems": st.booleans(),
        "minProperties": st.integers(0, 2),
        "maxProperties": st.integers(0, 2),
        "required": st.lists(st.sampled_from("ab"), unique=True),
        "not": st.sampled_from([{"const": 1}, {"type": "string"}, {"required": ["a"]}]),
        "if": st.just({"type": "string"}),
        "then": st.sampled_from([{"minLength": 1}, {"minLength": 2}]),
        "else": st.just({"not": {"const": 1}}),
    },
)


def deeper(inner):
    return st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["object", "array", "string"]),
            "properties": st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
            "items": inner,
            "allOf": st.lists(
                st.one_of(inner, st.sampled_from([ref("A"), ref("B"), True])), min_size=1, max_size=3
            ),
            "anyOf": st.lists(st.one_of(inner, st.just({"type": "null"})), min_size=1, max_size=3),
            "oneOf": st.lists(st.one_of(inner, st.just({"type": "null"})), min_size=1, max_size=3),
            "minProperties": st.integers(0, 2),
            "description": st.sampled_from(["one", "other"]),
        },
    )


SCHEMAS = st.recursive(leaf, deeper, max_leaves=6)
COMPONENTS = {
    "A": {"type": ["object", "string"], "properties": {"a": {"minimum": 0}}, "required": ["a"]},
    "B": {"allOf": [ref("A")], "properties": {"a": {"type": ["string", "integer"]}}},
}


def unrolled(views, schema, depth=6):
    """The schema with a view for every schema in it, so that a validator sees what we see."""
    seen = views.view(schema)
    if depth == 0 or seen == {}:
        return dict(seen)
    plain = {
        key: value for key, value in seen.items() if key not in ("properties", "items", "anyOf", "oneOf")
    }
    if "properties" in seen:
        plain["properties"] = {
            name: unrolled(views, raw, depth - 1) for name, raw in seen["properties"].items()
        }
    if "items" in seen:
        plain["items"] = unrolled(views, seen["items"], depth - 1)
    for key in ("anyOf", "oneOf"):
        if key in seen:
            plain[key] = [unrolled(views, raw, depth - 1) for raw in seen[key]]
    return plain


@settings(max_examples=150)
@given(SCHEMAS)
@example({"allOf": [{"pattern": "a"}, {"pattern": "b"}]})
@example({"allOf": [{"oneOf": [{"minimum": 1}]}, {"oneOf": [{"maximum": 1}]}]})
@example({"allOf": [{"type": "number"}, {"type": "integer"}]})
@example({"allOf": [{"type": "integer"}, {"type": ["string", "number"]}]})
@example({"allOf": [{"type": "string"}, {"type": "array"}]})
@example({"allOf": [{"enum": [1, True, "a"]}, {"enum": [True, "a"]}]})
@example({"anyOf": [{"type": "string", "enum": ["a"]}, {"type": "null"}]})
@example({"oneOf": [{"type": ["string", "null"]}, {"type": "null"}]})
@example({"oneOf": [{"const": "a"}, {"type": "null"}]})
@example({"anyOf": [{"not": {"type": "null"}}, {"type": "null"}]})
@example({"anyOf": [{"allOf": [{"pattern": "a"}, {"pattern": "b"}]}, {"type": "null"}], "minLength": 1})
def test_a_view_allows_what_the_schema_allows(schema):
    document = whole(**COMPONENTS)
    ours = {**unrolled(Composition(document), schema), "components": document["components"]}
    theirs = {**schema, "components": document["components"]}
    mine = jsonschema_rs.Draft202012Validator(ours)
    reference = jsonschema_rs.Draft202012Validator(theirs)
    for value in VALUES:
        if "oneOf" in repr(schema) and "None" in repr(value):
            continue  # null beside a member that allows null is read as it is meant
        assert mine.is_valid(value) == reference.is_valid(value), (ours, value)


@settings(max_examples=50)
@given(st.lists(SCHEMAS, min_size=1, max_size=2))
@example([{"additionalProperties": False, "description": "one"}])
def test_a_part_that_is_written_once_says_what_it_says_twice(parts):
    twice = {"allOf": [*parts, ref("B"), ref("A")], **whole(**COMPONENTS)}
    once = with_parts_once(twice)
    assert ref("A") in twice["allOf"]
    assert ref("A") not in once["allOf"]
    ours, theirs = (jsonschema_rs.Draft202012Validator(schema) for schema in (once, twice))
    for value in VALUES:
        assert ours.is_valid(value) == theirs.is_valid(value), (once, value)


@settings(max_examples=50)
@given(st.lists(SCHEMAS, max_size=2), st.sampled_from(["oneOf", "anyOf"]))
@example([], "oneOf")
def test_an_alternative_that_is_written_once_says_what_it_says_twice(others, keyword):
    again = {"allOf": [ref("A")], "description": "another name"}
    twice = {keyword: [*others, ref("A"), again], "allOf": [ref("B")], **whole(**COMPONENTS)}
    once = with_parts_once(twice)
    assert again in twice[keyword]
    assert again not in once.get(keyword, ())
    ours, theirs = (jsonschema_rs.Draft202012Validator(schema) for schema in (once, twice))
    for value in VALUES:
        assert ours.is_valid(value) == theirs.is_valid(value), (once, value)


def test_what_hangs_on_what_stands_beside_it_is_not_taken_apart():
    for word in ("unevaluatedProperties", "unevaluatedItems"):
        closed = {"allOf": [ref("B"), ref("A")], word: False, **whole(**COMPONENTS)}
        assert with_parts_once(closed) is closed
    plain = {"allOf": [ref("B")], **whole(**COMPONENTS)}
    assert with_parts_once(plain) is plain


@pytest.mark.parametrize(
    ("keyword", "level"),
    [
        ("allOf", ref),
        ("allOf", lambda name: {"allOf": [ref(name)], "minProperties": 1}),
        ("anyOf", ref),
        ("anyOf", lambda name: {"allOf": [ref(name)], "description": name}),
    ],
)
def test_a_fault_at_the_foot_of_a_tower_is_told_once_for_each_level_at_most(keyword, level):
    tower = {f"L{n}": {keyword: [level(f"L{n + 1}"), ref(f"L{n + 1}")]} for n in range(40)}
    document = whole(**tower, L40={"type": "object", "properties": {"a": {"type": "integer"}}})
    validator = jsonschema_rs.Draft202012Validator(with_parts_once({**ref("L0"), **document}))
    assert validator.is_valid({"a": 1})
    assert len([*validator.iter_errors({"a": "x"})]) == 1


@settings(max_examples=50)
@given(SCHEMAS)
def test_a_view_is_its_own_view_and_always_the_same(schema):
    views = Composition(whole(**COMPONENTS))
    seen = views.view(schema)
    assert views.view(schema) is seen
    assert views.view(seen) is seen
    assert "$ref" not in seen


@settings(max_examples=50)
@given(SCHEMAS)
def test_one_alternative_allows_what_the_union_allows(schema):
    document = whole(**COMPONENTS)
    views = Composition(document)
    alternatives = [
        jsonschema_rs.Draft202012Validator({**one, "components": document["components"]})
        for one in views.alternatives(schema)
    ]
    union = jsonschema_rs.Draft202012Validator({**schema, "components": document["components"]})
    for value in VALUES:
        if "None" not in repr(value) and union.is_valid(value):
            assert any(one.is_valid(value) for one in alternatives), value


def test_properties_of_all_parts_are_one_list_in_order_and_required_is_united():
    base = {
        "type": "object",
        "properties": {"a": {"type": "string"}},
        "required": ["a"],
        "description": "base",
    }
    merged = view(
        {"allOf": [ref("Base"), {"properties": {"b": {}}, "required": ["b", "a"]}], "description": "own"},
        Base=base,
    )
    assert list(merged["properties"]) == ["a", "b"]
    assert merged["required"] == ["a", "b"]
    assert merged["description"] == "own"
    assert merged["type"] == "object"
    assert "allOf" not in merged


def test_the_words_beside_a_reference_win():
    assert view({**ref("A"), "description": "here"}, A={"type": "string", "description": "there"}) == {
        "type": "string",
        "description": "here",
    }


def test_closed_objects_are_closed_around_all_that_is_declared():
    part = {"properties": {"a": {}}, "additionalProperties": False}
    merged = view({"allOf": [part, {"properties": {"b": {}}, "additionalProperties": {"type": "string"}}]})
    assert set(merged["properties"]) == {"a", "b"}
    assert merged["additionalProperties"] is False


@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
def test_a_wrapper_for_null_is_the_schema_with_null(keyword):
    wrapped = view(
        {keyword: [ref("A"), {"type": "null"}], "title": "t"}, A={"type": "object", "properties": {"a": {}}}
    )
    assert wrapped == {"type": ["object", "null"], "properties": {"a": {}}, "title": "t"}


def test_null_is_no_alternative_and_a_union_in_a_union_is_one():
    document = whole(
        A={"title": "A", "type": "object"},
        B={"title": "B", "type": "object"},
        U={"oneOf": [ref("A"), ref("B")]},
    )
    views = composition(document)
    found = views.alternatives(
        {"anyOf": [ref("U"), {"type": "null"}, ref("A"), {"title": "C", "type": "string"}]}
    )
    assert [one["title"] for one in found] == ["A", "B", "C"]
    assert found[0] is views.view(ref("A"))


def test_what_stands_beside_a_union_holds_for_each_alternative():
    schema = {"properties": {"kind": {}}, "oneOf": [{"properties": {"a": {}}}, {"required": ["kind"]}]}
    first, second = Composition(whole()).alternatives(schema)
    assert set(first["properties"]) == {"kind", "a"}
    assert second["required"] == ["kind"]
    assert set(second["properties"]) == {"kind"}


def test_paths_of_names_lead_through_references_and_parts():
    document = whole(
        A={"allOf": [ref("B")]}, B={"properties": {"b": ref("C")}}, C={"properties": {"c": {"const": 1}}}
    )
    views = composition(document)
    assert views.at(ref("A"), ("b", "c")) == {"const": 1}
    assert views.at(ref("A"), ("b", "d")) is None
    assert views.at(ref("A"), ("b", "c", "d")) is None
    assert list(views.properties(ref("A"))) == ["b"]
    assert views.items({"items": ref("C")}) is views.view(ref("C"))
    assert views.items({}) == {}
    assert views.view(True) == {}
    assert views.view(False) == {"not": {}}


def tower(keyword, levels):
    schemas = {f"S{n}": {keyword: [ref(f"S{n + 1}"), ref(f"S{n + 1}")]} for n in range(levels)}
    return whole(**schemas, **{f"S{levels}": {"type": "object", "properties": {"id": {"type": "string"}}}})


@pytest.mark.parametrize("keyword", ["allOf", "anyOf", "oneOf"])
@pytest.mark.parametrize("levels", [24, 150])
def test_a_tower_costs_as_much_as_it_has_levels(keyword, levels):
    views = composition(tower(keyword, levels))
    begun = time.process_time()
    (only,) = views.alternatives(ref("S0"))
    assert set(only["properties"]) == {"id"}
    assert time.process_time() - begun < 2


def test_recursive_schemas_have_an_end():
    tree = {
        "properties": {
            "children": {"type": "array", "items": ref("Tree")},
            "up": {"anyOf": [ref("Tree"), {"type": "null"}]},
        }
    }
    views = composition(whole(Tree=tree, More={"allOf": [ref("Tree"), {"properties": {"up": ref("More")}}]}))
    seen, waiting = set(), [views.view(ref("More"))]
    while waiting:
        one = waiting.pop()
        if id(one) not in seen:
            seen.add(id(one))
            waiting += [*views.properties(one).values(), views.items(one), *views.alternatives(one)]
    assert len(seen) < 20


def test_a_schema_that_is_part_of_itself_is_refused():
    views = composition(whole(A={"allOf": [ref("B")]}, B={"allOf": [{"type": "object"}, ref("A")]}))
    with pytest.raises(UserError, match="contains itself"):
        views.view(ref("A"))


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf"])
def test_a_union_of_itself_is_a_union_of_the_rest(keyword):
    views = composition(whole(A={keyword: [ref("A"), {"title": "other"}, {"type": "null"}]}))
    assert [one.get("title") for one in views.alternatives(ref("A"))] == ["other"]


def test_a_reference_to_nothing_is_named():
    with pytest.raises(UserError, match="Gone"):
        view({"allOf": [ref("Gone")]})


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (1, 1.0, True),
        (1, True, False),
        (0, False, False),
        ([1], [True], False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ([1, 2], [2, 1], False),
        ("1", 1, False),
        (None, False, False),
        ([], {}, False),
    ],
)
def test_values_of_json_are_equal_as_json_says(one, other, same):
    assert is_same(one, other) is same
    assert is_same(other, one) is same
    assert len(distinct([one, other])) == (1 if same else 2)


def test_types_are_those_that_are_named():
    assert types_of({"type": "string"}) == ("string",)
    assert types_of({"type": ["string", "null"]}) == ("string", "null")
    assert types_of({}) == ()


def test_a_parent_that_is_a_union_of_its_children_has_them_as_alternatives():
    document = {
        "components": {
            "schemas": {
                "Pet": {
                    "type": "object",
                    "properties": {"kind": {"type": "string"}},
                    "discriminator": {"propertyName": "kind"},
                    "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
                },
                "Cat": {"allOf": [{"$ref": "#/components/schemas/Pet"}, {"properties": {"lives": {}}}]},
                "Dog": {"allOf": [{"$ref": "#/components/schemas/Pet"}, {"properties": {"loud": {}}}]},
            }
        }
    }
    found = composition(document).alternatives({"$ref": "#/components/schemas/Pet"})
    assert [sorted(view["properties"]) for view in found] == [["kind", "lives"], ["kind", "loud"]]
