"""The finer points of lists: what is declared, how deep is looked, what tells an address from a cursor."""

from __future__ import annotations

import json

import pytest
from little_documents import answering, document, listing, only, query
from test_pagination import FLAG, NUMBER, STRING, name, obj, of

from trigger_contract.document.pagination import pagination
from trigger_contract.document.yaml import load
from trigger_contract.errors import UserError


@pytest.mark.parametrize("kind", ["cursor", "last-id", "number", "offset", "url", "link"])
def test_an_extension_may_name_each_kind(kind):
    more = {
        "kind": kind, "before": "b", "previous": "p.q", "has_more": "m.h", "total": "m.t",
        "total_pages": "m.p", "cursor_is_id": True, "identity": "name",
    }  # fmt: skip
    found = of(listing(), query("a", "b"), **{"x-pagination": more})
    assert (found.kind, name(found.before), found.items) == (kind, "b", ("data",))
    assert (found.previous, found.has_more) == (("p", "q"), ("m", "h"))
    assert (found.total, found.total_pages) == (("m", "t"), ("m", "p"))
    assert (found.cursor_is_id, found.identity, found.first) == (True, "name", 1)


def test_what_an_extension_leaves_out_has_its_default():
    found = of(listing(), query("a"), **{"x-pagination": {"kind": "cursor"}})
    assert (found.first, found.cursor_is_id, found.identity, found.size) == (1, False, None, None)
    with pytest.raises(UserError, match="kind is one of"):
        of(listing(), query("a"), **{"x-pagination": {"first": 0}})


def test_a_mistake_in_an_extension_is_told_with_its_line():
    text = json.dumps(
        document({"GET /things": answering(listing(), **{"x-pagination": {"kind": "odd"}})}), indent=1
    )
    whole = load(text, "own.yaml")
    with pytest.raises(UserError) as caught:
        pagination(whole, only(whole))
    line = next(number for number, row in enumerate(text.splitlines(), 1) if '"odd"' in row)
    assert (caught.value.source, caught.value.line) == ("own.yaml", line)


def test_what_a_cursor_is_may_stand_at_any_of_three_places():
    said = "The id of a thing."
    plain = {"in": "query", "name": "after"}
    for parameter, field in (
        ({**plain, "schema": STRING, "description": said}, STRING),
        ({**plain, "schema": {**STRING, "description": said}, "description": "Where to go on."}, STRING),
        ({**plain, "schema": STRING, "description": "Where to go on."}, {**STRING, "description": said}),
    ):
        assert of(listing(next=field), [parameter]).cursor_is_id


def test_fields_are_looked_for_three_levels_deep():
    third = obj(a=obj(total=NUMBER))
    assert of(listing(meta=third), query("page", kind="integer")).total == ("meta", "a", "total")
    assert of(listing(meta=obj(a=third)), query("page", kind="integer")).total is None


@pytest.mark.parametrize("kind", ["integer", "number"])
def test_a_number_is_one_of_either_type(kind):
    found = of(listing(total={"type": kind}), query("page", "limit", kind=kind))
    assert (found.kind, found.total, name(found.size)) == ("number", ("total",), "limit")
    assert of(listing(next={"type": kind}), query("cursor")).kind == "cursor"
    untyped = [{"in": "query", "name": "page", "schema": {}}]
    assert of(listing(), untyped).kind == "number"
    assert of(listing(), [{"in": "query", "name": "page", "schema": {"enum": ["first", "last"]}}]) is None


@pytest.mark.parametrize(
    ("beside", "sent", "kind"),
    [
        ({}, ("offset",), "link"),
        ({"total": NUMBER}, ("offset", "limit"), "offset"),
        ({"total": NUMBER}, ("page",), "link"),
        ({"total_pages": NUMBER}, ("page",), "number"),
        ({"has_more": FLAG}, ("page",), "number"),
    ],
)
def test_the_header_link_counts_less_than_what_the_body_says(beside, sent, kind):
    found = answering(listing(**beside), parameters=query(*sent, kind="integer"))
    found["responses"]["200"]["headers"] = {"Link": {}}
    found["responses"]["201"] = {"description": "", "headers": {}}
    whole = document({"GET /things": found})
    assert pagination(whole, only(whole)).kind == kind
    # The header of another success is not the list's.
    del found["responses"]["200"]["headers"]
    found["responses"]["201"]["headers"] = {"Link": {}}
    other = pagination(document({"GET /things": found}), only(document({"GET /things": found})))
    assert other is None or other.kind != "link"


@pytest.mark.parametrize(
    ("schema", "first"), [({}, 0), ({"default": 0}, 0), ({"default": 1}, 1), ({"default": 2}, 0)]
)
def test_what_is_skipped_is_counted_from_zero_unless_its_default_is_one(schema, first):
    sent = [
        {"in": "query", "name": "offset", "schema": {**NUMBER, **schema}},
        *query("limit", kind="integer"),
    ]
    assert of(listing(), sent).first == first


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ({**STRING, "default": "https://x.test/?b=c"}, "url"),
        ({**STRING, "examples": ["http://x.test/?b=c"]}, "url"),
        ({**STRING, "example": "/things?b=c"}, "url"),
        ({**STRING, "example": "c29tZQ=="}, "cursor"),
        ({**STRING, "description": "The token in the link to the next page."}, "url"),
        ({"type": ["string", "null"], "format": "uri"}, "url"),
        ({"type": "integer", "description": "In the URL of the next page."}, "cursor"),
    ],
)
def test_an_address_is_told_from_a_cursor_by_what_it_shows(field, kind):
    assert of(listing(next=field), query("cursor")).kind == kind


@pytest.mark.parametrize("field", ["next_cursor", "nextPageToken"])
def test_what_is_called_a_cursor_or_token_is_one_whatever_its_text_says(field):
    text = {**STRING, "description": "Part of the URL of the next page."}
    assert of(listing(**{field: text}), query("cursor")).kind == "cursor"
    assert of(listing(**{field: {**text, "format": "uri"}}), query("cursor")).kind == "url"


def test_an_address_may_stand_below_links_or_be_called_href():
    for beside, path in (
        ({"link": obj(next=STRING)}, ("link", "next")),
        ({"next": obj(href=STRING)}, ("next", "href")),
        ({"paging": obj(links=obj(next=STRING))}, ("paging", "links", "next")),
    ):
        assert (of(listing(**beside), ()).kind, of(listing(**beside), ()).next) == ("url", path)
    assert of(listing(href=STRING), ()) is None


def test_where_pages_begin_may_stand_in_the_schema():
    page = {"in": "query", "name": "page", "description": "Which page."}
    assert of(listing(), [{**page, "schema": {**NUMBER, "description": "Zero-based."}}]).first == 0
    assert of(listing(), [{**page, "schema": NUMBER, "description": "Zero-based."}]).first == 0
    assert of(listing(), [{**page, "schema": {**NUMBER, "default": True}}]).first == 1


def test_an_extension_may_say_that_a_list_has_no_pages():
    whole = listing(next=STRING)
    assert of(whole, query("cursor")).kind == "cursor"
    assert of(whole, query("cursor"), **{"x-pagination": False}) is None
    assert of(whole, query("cursor"), **{"x-pagination": True}).kind == "cursor"
