from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from little_documents import answering, only
from little_documents import document as document_of

from trigger_contract.document.locate import read_document
from trigger_contract.document.operations import operations
from trigger_contract.document.pagination import pagination
from trigger_contract.document.wire import (
    MAXIMUM_LEAVES,
    QueryLeaf,
    encode_query,
    encode_scalar,
    query_leaves,
    split_list,
)


@pytest.fixture(scope="module")
def document():
    return read_document()


@pytest.fixture(scope="module")
def list_runs(document):
    return next(item for item in operations(document) if item.operation_id == "list_runs_v1")


def test_nested_objects_become_bracketed_names(document, list_runs):
    names = [leaf.name for leaf in query_leaves(document, list_runs)]
    assert names == [
        "page[size]",
        "page[after]",
        "page[before]",
        "filter[createdAt][from]",
        "filter[createdAt][to]",
        "filter[createdAt][period]",
        "filter[status]",
        "filter[taskIdentifier]",
        "filter[version]",
        "filter[bulkAction]",
        "filter[schedule]",
        "filter[isTest]",
        "filter[tag]",
    ]


def test_lists_are_joined_by_commas_and_split_again(document, list_runs):
    leaves = query_leaves(document, list_runs)
    pairs = encode_query(
        leaves, {"filter[status]": ["QUEUED", "EXECUTING"], "filter[isTest]": False, "page[size]": None}
    )
    assert pairs == [("filter[status]", "QUEUED,EXECUTING"), ("filter[isTest]", "false")]
    status = next(leaf for leaf in leaves if leaf.name == "filter[status]")
    assert split_list(status, "QUEUED,EXECUTING") == ["QUEUED", "EXECUTING"]


def test_an_item_that_holds_a_comma_is_refused(document, list_runs):
    with pytest.raises(ValueError, match=r"filter\[tag\]"):
        encode_query(query_leaves(document, list_runs), {"filter[tag]": ["a,b"]})


def test_the_cursor_form_is_recognised(document, list_runs):
    found = pagination(document, list_runs)
    assert found is not None
    assert (found.kind, found.items, found.next, found.previous) == (
        "cursor",
        ("data",),
        ("pagination", "next"),
        ("pagination", "previous"),
    )
    assert (found.size.name, found.after.name, found.before.name) == (
        "page[size]",
        "page[after]",
        "page[before]",
    )
    others = [item for item in operations(document) if item.operation_id != "list_runs_v1"]
    assert all(pagination(document, item) is None for item in others)


def names(parameter, **components):
    whole = document_of(
        {"GET /things": answering(parameters=[{"in": "query", **parameter}])}, components=components
    )
    return {leaf.name: leaf for leaf in query_leaves(whole, only(whole))}


STRINGS = {"type": "array", "items": {"type": "string"}}


@pytest.mark.parametrize(
    ("parameter", "separator"),
    [
        ({}, None),
        ({"style": "form"}, None),
        ({"explode": False}, ","),
        ({"style": "form", "explode": False}, ","),
        ({"style": "spaceDelimited"}, " "),
        ({"style": "pipeDelimited"}, "|"),
        ({"style": "spaceDelimited", "explode": True}, None),
        ({"x-serialization": {"arrays": "comma"}}, ","),
        ({"explode": True, "x-serialization": {"arrays": "comma"}}, ","),
        ({"style": "deepObject"}, None),
        ({"style": "odd"}, None),
    ],
)
def test_what_joins_the_items_of_a_list(parameter, separator):
    leaf = names({"name": "a", "schema": STRINGS, **parameter})["a"]
    assert leaf.separator == separator
    assert leaf.is_list


def test_lists_are_lists_also_beside_null_and_scalars_are_none():
    assert names({"name": "a", "schema": {"type": ["array", "null"], "items": {}}})["a"].is_list
    assert not names({"name": "a", "schema": {"type": "string"}})["a"].is_list
    assert not names({"name": "a"})["a"].is_list


def test_objects_become_names_only_where_the_style_says_so():
    schema = {"type": "object", "properties": {"b": {"type": "string", "description": "Inner."}, "c": {}}}
    for more in ({"style": "deepObject"}, {"x-serialization": {"objects": "brackets"}}):
        found = names({"name": "a", "schema": schema, "description": "Outer.", "required": True, **more})
        assert list(found) == ["a[b]", "a[c]"]
        assert found["a[b]"].path == ("a", "b")
        assert [leaf.description for leaf in found.values()] == ["Inner.", "Outer."]
        assert not found["a[b]"].required
    assert list(names({"name": "a", "schema": schema})) == ["a"]
    assert names({"name": "a", "required": True})["a"].required
    assert names(
        {"name": "a", "schema": {"type": ["object", "null"], "properties": {"b": {}}}, "style": "deepObject"}
    )
    assert list(names({"name": "a", "schema": {"type": "object"}, "style": "deepObject"})) == ["a"]


def test_only_parameters_of_the_query_go_there():
    parameters = [{"name": "h", "in": "header"}, {"name": "q", "in": "query"}, {"name": "c", "in": "cookie"}]
    whole = document_of({"GET /things": answering(parameters=parameters)})
    assert [leaf.name for leaf in query_leaves(whole, only(whole))] == ["q"]


def test_a_filter_that_holds_itself_has_an_end():
    own = {"type": "object", "properties": {"name": {}, "not": {"$ref": "#/components/schemas/F"}}}
    found = names(
        {"name": "f", "style": "deepObject", "schema": {"$ref": "#/components/schemas/F"}}, schemas={"F": own}
    )
    assert list(found) == ["f[name]", "f[not][name]"]
    every = {key: {"$ref": f"#/components/schemas/{key}"} for key in "ABCDEFGH"}
    many = {key: {"type": "object", "properties": {"x": {}, **every}} for key in every}
    assert (
        len(names({"name": "f", "style": "deepObject", "schema": every["A"]}, schemas=many)) == MAXIMUM_LEAVES
    )


@pytest.mark.parametrize(
    ("name", "last"), [("page[size]", "size"), ("size", "size"), ("a[b][c]", "c"), ("a[]", "a"), ("]", "]")]
)
def test_the_last_name_of_a_leaf(name, last):
    assert names({"name": name})[name].last_name == last


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        (True, "true"),
        (False, "false"),
        (1, "1"),
        (1.5, "1.5"),
        ("a", "a"),
        (datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC), "2024-01-02T03:04:05Z"),
        (date(2024, 1, 2), "2024-01-02"),
    ],
)
def test_how_scalars_are_spelled(value, spelled):
    assert encode_scalar(value) == spelled


@given(st.sampled_from([None, ",", " ", "|"]), st.lists(st.text("ab1", max_size=3), min_size=1, max_size=4))
def test_what_is_joined_is_split_again(separator, items):
    leaf = QueryLeaf("a", ("a",), STRINGS, separator, False, "", {})
    pairs = encode_query([leaf], {"a": items, "b": "not asked for"})
    assert {name for name, _ in pairs} == {"a"}
    assert [part for _, value in pairs for part in split_list(leaf, value)] == items


def test_names_keep_the_order_of_the_leaves_and_none_is_left_out():
    leaves = [QueryLeaf(name, (name,), {}, None, False, "", {}) for name in "abc"]
    assert encode_query(leaves, {"c": 1, "a": False, "b": None}) == [("a", "false"), ("c", "1")]
    assert encode_query(leaves, {"a": [1, "x"], "b": 2}) == [("a", "1"), ("a", "x"), ("b", "2")]
