"""The forms of a list, and what is none."""

from __future__ import annotations

import pytest
from little_documents import THING, answering, document, listing, only, query

from trigger_contract.document.listing import items_of, thing_of
from trigger_contract.document.pagination import pagination
from trigger_contract.errors import UserError

STRING, NUMBER, FLAG = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
URL = {"type": "string", "format": "uri"}
THINGS = {"type": "array", "items": THING}


def of(schema, parameters=(), path="/things", **more):
    whole = document({f"GET {path}": answering(schema, parameters=list(parameters), **more)})
    return pagination(whole, only(whole))


def obj(**properties):
    return {"type": "object", "properties": properties}


def name(leaf):
    return leaf.name if leaf else None


@pytest.mark.parametrize(
    ("sent", "back"),
    [
        ("cursor", "next_cursor"),
        ("after", "nextCursor"),
        ("pageToken", "nextPageToken"),
        ("page_token", "next_page_token"),
        ("starting_after", "next"),
        ("continuationToken", "continuationToken"),
        ("marker", "NextMarker"),
        ("page", "next_page"),
        ("page[after]", "next"),
        ("next_token", "bookmark"),
    ],
)
def test_a_cursor_of_the_answer_is_sent_back(sent, back):
    found = of(listing(**{back: STRING}), [*query(sent), *query("limit", kind="integer")])
    assert (found.kind, name(found.after), found.next, name(found.size)) == ("cursor", sent, (back,), "limit")
    assert found.items == ("data",)
    assert not found.cursor_is_id
    assert found.identity is None
    assert sent in found.reason


def test_a_cursor_may_be_a_number():
    found = of(listing(next_marker=NUMBER), query("marker"))
    assert (found.kind, found.next) == ("cursor", ("next_marker",))


@pytest.mark.parametrize("outer", ["pagination", "meta", "paging"])
def test_what_is_said_of_pages_may_stand_deeper(outer):
    inner = obj(cursors=obj(after=STRING, before=STRING), hasMore=FLAG, total=NUMBER)
    found = of(listing(**{outer: inner}), query("after", "before"))
    assert (found.kind, found.next) == ("cursor", (outer, "cursors", "after"))
    assert found.previous == (outer, "cursors", "before")
    assert (found.has_more, found.total) == ((outer, "hasMore"), (outer, "total"))
    assert (name(found.after), name(found.before)) == ("after", "before")


@pytest.mark.parametrize(
    ("text", "is_id"),
    [
        ("The ID of the thing to start after.", True),
        ("The thing ID to start the next page after.", True),
        ("A cursor that is an object identifier.", True),
        ("An opaque cursor.", False),
        ("An opaque cursor, built from the last id.", False),
        ("This is not an ID of a thing.", False),
        ("A cursor; no id of an item.", False),
        ("The cursor ID of the previous answer.", False),
        ("Considered valid for an hour.", False),
        ("", False),
    ],
)
def test_a_cursor_is_an_identity_only_where_the_text_says_so(text, is_id):
    for parameters, field in (
        (query("after", description=text), STRING),
        (query("after"), {**STRING, "description": text}),
    ):
        found = of(listing(next=field), parameters)
        assert found.cursor_is_id is is_id
        assert found.identity == ("id" if is_id else None)


def test_the_identity_of_the_last_item_is_sent_back():
    parameters = [*query("starting_after", "ending_before"), *query("limit", kind="integer")]
    found = of(listing(has_more=FLAG), parameters)
    assert (found.kind, found.identity, found.cursor_is_id) == ("last-id", "id", True)
    assert (name(found.after), name(found.before)) == ("starting_after", "ending_before")
    assert (found.has_more, found.next) == (("has_more",), None)
    assert of(listing(), parameters) is None
    assert of(listing(), query("after_id", description="The ID of the last thing seen.")).kind == "last-id"
    assert of(listing(items=STRING, has_more=FLAG), parameters) is None
    assert of(listing(has_more=FLAG), query("cursor")) is None


@pytest.mark.parametrize(
    ("schema", "first"),
    [
        ({}, 1),
        ({"default": 0}, 0),
        ({"default": 1, "minimum": 0}, 1),
        ({"minimum": 0}, 0),
        ({"minimum": 1}, 1),
        ({"default": 5}, 1),
        ({"description": "Zero-based."}, 0),
        ({"description": "The page, starting at 0."}, 0),
        ({"description": "The page, starting at 10."}, 1),
        ({"description": "The first page is 0."}, 0),
        ({"description": "Pages are counted from zero."}, 0),
    ],
)
def test_pages_are_counted_from_where_the_document_says(schema, first):
    page = [{"name": "page", "in": "query", "schema": {**NUMBER, **schema}}]
    found = of(listing(total_pages=NUMBER), page)
    assert (found.kind, found.first, found.total_pages) == ("number", first, ("total_pages",))
    assert name(found.after) == "page"


@pytest.mark.parametrize(
    ("schema", "parameters", "reason"),
    [
        (listing(next=STRING), query("cursor"), "`cursor` takes the cursor of `next`, opaque"),
        (
            listing(page=obj(next=STRING)),
            query("cursor", description="The id of a thing."),
            "`cursor` takes the cursor of `page.next`, the text says that it is an item's id",
        ),
        (
            listing(meta=obj(has_more=FLAG)),
            query("after"),
            "`after` takes the `id` of the last item; `meta.has_more` says whether there is more",
        ),
        (
            listing(),
            query("after_id", description="The ID of the last thing."),
            "`after_id` takes the `id` of the last item; the text says so",
        ),
        (listing(links=obj(next=URL)), (), "`links.next` is the address of the next page"),
        (listing(total=NUMBER), query("skip", kind="integer"), "`skip` is a number that skips items"),
        (
            listing(meta=obj(total=NUMBER)),
            query("page", kind="integer"),
            "`page` is the page's number, from 1; `meta.total` tells the end",
        ),
        (
            listing(),
            query("page", kind="integer"),
            "`page` is the page's number, from 1; the end is a page that is not full",
        ),
    ],
)
def test_the_reason_says_what_was_seen(schema, parameters, reason):
    assert of(schema, parameters).reason == reason


@pytest.mark.parametrize("back", ["previous", "prev", "previous_page_url"])
def test_the_address_of_the_page_before_is_found_too(back):
    field = {"type": "string"} if back.endswith("url") else URL
    found = of(listing(next=URL, **{back: field}), query("page", kind="integer"))
    assert (found.kind, found.previous, name(found.after)) == ("url", (back,), "page")
    assert of(listing(next=URL, **{back: NUMBER}), query("page", kind="integer")).previous is None


def test_what_the_schema_of_a_parameter_says_counts_too():
    parameter = {"in": "query", "schema": {**STRING, "description": "The ID of a thing."}}
    said = {"description": "Where to go on."}
    found = of(listing(next=STRING), [{"name": "after", **parameter, **said}])
    assert found.cursor_is_id
    assert of(listing(), [{"name": "after", **parameter, **said}]).kind == "last-id"


def test_a_number_needs_no_total():
    found = of(listing(), [*query("page", "per_page", kind="integer")])
    assert (found.kind, name(found.size), found.total_pages) == ("number", "per_page", None)
    assert "not full" in found.reason


def test_items_are_skipped():
    found = of(listing(total=NUMBER), query("offset", "limit", kind="integer"))
    assert (found.kind, name(found.after), found.total, found.first) == ("offset", "offset", ("total",), 0)
    assert of(listing(), query("skip", "take", kind="integer")).kind == "offset"
    assert of(listing(), query("from", "to")) is None
    assert of(listing(), query("start", kind="integer")) is None
    both = of(listing(totalPages=NUMBER), query("offset", "page", "limit", kind="integer"))
    assert both.kind == "number"


@pytest.mark.parametrize(
    ("beside", "path"),
    [
        ({"next": URL}, ("next",)),
        ({"links": obj(next=STRING, prev=STRING)}, ("links", "next")),
        ({"_links": obj(next=obj(href=STRING))}, ("_links", "next", "href")),
        ({"next": {**STRING, "description": "URL of the next page."}}, ("next",)),
        ({"next": {"type": ["string", "null"], "example": "https://x.test/a?b=c"}}, ("next",)),
        ({"next_page_url": STRING}, ("next_page_url",)),
        ({"@odata.nextLink": STRING}, ("@odata.nextLink",)),
    ],
)
def test_the_body_names_the_address_of_the_next_page(beside, path):
    found = of(listing(**beside), query("page", kind="integer"))
    assert (found.kind, found.next) == ("url", path)


@pytest.mark.parametrize("form", ["uri", "url", "uri-reference", "iri", "iri-reference"])
def test_an_address_is_one_by_its_format(form):
    found = of(listing(next={**STRING, "format": form}), query("cursor"))
    assert (found.kind, name(found.after)) == ("url", "cursor")
    assert of(listing(next={**STRING, "format": "uuid"}), query("cursor")).kind == "cursor"


def test_a_true_cursor_beside_an_address_is_taken():
    beside = {"links": obj(next=STRING), "meta": obj(cursors=obj(next=STRING))}
    found = of(listing(**beside), query("cursor"))
    assert (found.kind, found.next) == ("cursor", ("meta", "cursors", "next"))


def test_the_header_link_leads_on_where_the_body_says_nothing():
    header = {
        "200": {
            "description": "",
            "headers": {"link": {}},
            "content": {"application/json": {"schema": THINGS}},
        }
    }
    whole = document({"GET /things": {"responses": header, "parameters": query("page", kind="integer")}})
    found = pagination(whole, only(whole))
    assert (found.kind, found.items, name(found.after)) == ("link", (), "page")


@pytest.mark.parametrize(
    ("schema", "path", "items"),
    [
        (THINGS, "/things", ()),
        ({"type": ["array", "null"], "items": THING}, "/things", ()),
        (THINGS, "/projects/{ref}/vars/{env}", ()),
        (obj(things=THINGS), "/things", ("things",)),
        (obj(anything=THINGS, total=NUMBER), "/things", ("anything",)),
        (obj(data={"type": ["array", "null"], "items": THING}), "/things", ("data",)),
        (obj(results=THINGS, errors={"type": "array", "items": STRING}), "/things", ("results",)),
        (obj(things=THINGS, tags={"type": "array", "items": STRING}), "/things", ("things",)),
        (obj(tags={"type": "array", "items": STRING}, whatever=THINGS), "/x", None),
        (
            obj(_embedded=obj(things=THINGS), _links=obj(self=obj(href=STRING))),
            "/things",
            ("_embedded", "things"),
        ),
        (obj(data=obj(items=THINGS, total=NUMBER)), "/things", ("data", "items")),
        ({"allOf": [obj(total=NUMBER), obj(data=THINGS)]}, "/things", ("data",)),
        ({"oneOf": [obj(data=THINGS), obj(error=STRING)]}, "/things", ("data",)),
        (obj(id=STRING, items=THINGS), "/batches/{batchId}/results", ("items",)),
        (obj(id=STRING, name=STRING, items=THINGS), "/orders/{id}", None),
        (obj(id=STRING, items=THINGS), "/order", None),
        (obj(tags={"type": "array", "items": STRING}), "/things/{id}", None),
        (THING, "/things/{id}", None),
        (obj(name=STRING, members=THINGS), "/me", None),
        ({"type": "string"}, "/things", None),
        (True, "/things", None),
        ({}, "/things", None),
    ],
)
def test_where_the_items_are(schema, path, items):
    whole = document({f"GET {path}": answering(schema)})
    assert items_of(whole, only(whole)) == items


def test_a_query_for_pages_tells_that_the_array_holds_the_items():
    body = obj(things=THINGS, threshold=NUMBER, links=obj())
    asked = query("page", "per_page", kind="integer")
    assert of(body, asked).items == ("things",)
    assert of(obj(id=STRING, **body["properties"]), asked) is None
    assert of(obj(odd=THINGS, threshold=NUMBER), query("page", kind="integer")) is None


def test_the_identity_may_be_named_after_the_things():
    item = {"type": "object", "properties": {"batch_id": STRING}}
    found = of(listing(items=item, has_more=FLAG), query("after"), path="/batches")
    assert (found.kind, found.identity) == ("last-id", "batch_id")


def test_only_reading_lists():
    whole = document({"POST /things": answering(listing(next=STRING), parameters=query("cursor"))})
    assert items_of(whole, only(whole)) is None
    assert pagination(whole, only(whole)) is None


@pytest.mark.parametrize("status", ["200", "2XX", "default", "206"])
@pytest.mark.parametrize(
    "media", ["application/json", "application/vnd.x+json; charset=utf-8", "*/*", "Application/JSON"]
)
def test_whatever_the_answer_is_called(status, media):
    response = {"description": "", "content": {"text/csv": {}, media: {"schema": listing(next=STRING)}}}
    whole = document(
        {"GET /things": {"responses": {"404": {}, status: response}, "parameters": query("cursor")}}
    )
    assert pagination(whole, only(whole)).kind == "cursor"


def test_an_extension_overrules_the_form():
    parameters = [*query("cursor", "from", "n"), *query("page", kind="integer")]
    more = {"x-pagination": {"kind": "number", "after": "page", "size": "n", "first": 0, "items": "a.b"}}
    found = of(listing(next_cursor=STRING), parameters, **more)
    assert (found.kind, name(found.after), name(found.size), found.first) == ("number", "page", "n", 0)
    assert found.items == ("a", "b")
    assert "x-pagination" in found.reason
    assert of(listing(next_cursor=STRING), parameters, **{"x-pagination": False}) is None
    rest = of(listing(next_cursor=STRING), parameters, **{"x-pagination": {"next": "c.d"}})
    assert (rest.kind, rest.next, name(rest.after)) == ("cursor", ("c", "d"), "cursor")


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        ({"after": "gone"}, "gone"),
        ({"kind": "odd"}, "kind is one of"),
        ({"sise": "n"}, "sise"),
    ],
)
def test_an_extension_that_says_what_cannot_be_is_refused(declared, told):
    with pytest.raises(UserError, match=told):
        of(listing(next_cursor=STRING), query("cursor"), **{"x-pagination": declared})


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        (THING, ()),
        (obj(data=THING), ("data",)),
        (obj(thing=THING, meta=obj()), ("thing",)),
        (obj(data=THING, owner=STRING), ()),
        ({"allOf": [THING, obj(more=STRING)]}, ()),
    ],
)
def test_where_the_thing_is(schema, path):
    whole = document({"GET /things/{id}": answering(schema)})
    found = thing_of(whole, only(whole))
    assert found is not None
    assert found[0] == path


def test_a_list_is_no_thing():
    for schema in (THINGS, None):
        whole = document({"GET /things": answering(schema)})
        assert thing_of(whole, only(whole)) is None
