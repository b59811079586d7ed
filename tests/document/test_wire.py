from __future__ import annotations

import pytest

from trigger_contract.document.locate import read_document
from trigger_contract.document.operations import operations
from trigger_contract.document.pagination import pagination
from trigger_contract.document.wire import encode_query, query_leaves, split_list


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
