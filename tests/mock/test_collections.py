"""Every operation alive: what was written is read, listed, counted, and gone when it was removed."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from library_document import GENRES, PAGES, gives, library, listed, path, query, ref

from trigger_contract.document.operations import response_of, response_schema

IDENTITIES = [
    {"type": "string", "example": "bk_1a2b3c"},
    {"type": "integer", "minimum": 1},
    {"type": "string", "format": "uuid"},
    {"type": "string", "pattern": "^B[0-9]{4}$"},
]
NEW = {"title": "Persuasion", "genre": "novel", "author": {"name": "Jane"}, "supplier": "secret-supplier"}


class Shelf:
    """Asks the library, and holds each answer against its document."""

    def __init__(self, asker: Any) -> None:
        self.asker = asker
        self.document = asker.service.document

    def ask(self, method: str, path: str, body: Any = None, status: int = 200, **options: Any) -> Any:
        raw = b"" if body is None else json.dumps(body).encode()
        request = self.asker.request(path, method=method, body=raw, **options)
        answer = self.asker.service.answer(request)
        assert answer.status == status, answer.body
        found = self.asker.service.router.find(method, request.path)
        operation = found.operation
        assert response_of(self.document, operation, str(status)), f"{status} is not documented"
        schema = response_schema(self.document, operation, str(status))
        if schema is None:
            assert answer.body == b""
            return None
        value = json.loads(answer.body)
        whole = {"allOf": [schema], "components": self.document["components"]}
        jsonschema_rs.Draft202012Validator(whole, validate_formats=True).validate(value)
        assert "secret-supplier" not in answer.body.decode()
        return value

    def books(self, given: Any = "") -> list[dict[str, Any]]:
        """Return all books that a query selects, walked by the form of the list."""
        found: list[dict[str, Any]] = []
        more = dict(given or {})
        for _ in range(60):
            page = self.ask("GET", "/books", query=more)
            found += page["items"]
            if not page["items"]:
                return found
            if "next_cursor" in page:
                more = {**more, "cursor": page["next_cursor"]}
                ends = page["next_cursor"] is None
            elif "total_pages" in page:
                more = {**more, "page": page["page"] + 1}
                ends = page["page"] + 1 >= page["total_pages"]
            elif "has_more" in page:
                more = {**more, "starting_after": page["items"][-1]["id"]}
                ends = not page["has_more"]
            elif "next" in page:
                parts = urlsplit(page["next"] or "")
                assert not page["next"] or (parts.scheme, parts.path) == ("http", "/books")
                more = parts.query
                ends = page["next"] is None
            else:
                more = {**more, "offset": len(found)}
                ends = len(found) >= page["total"]
            if ends:
                return found
            if isinstance(more, str):
                more = dict(parse_qsl(more))
        raise AssertionError("the list does not end")


@pytest.fixture
def shelf(make):
    return Shelf(make(document=library(), runs=0))


@pytest.mark.parametrize("form", list(PAGES))
@pytest.mark.parametrize("identity", IDENTITIES, ids=["prefixed", "integer", "uuid", "pattern"])
def test_every_form_of_page_shows_each_thing_once(make, form, identity):
    if form == "last-id" and identity["type"] == "integer":
        pytest.skip("the document's own parameter is a text")
    shelf = Shelf(make(document=library(form, identity), runs=0))
    books = shelf.books()
    assert len({book["id"] for book in books}) == len(books) == 30
    small = shelf.books({"per_page" if form == "number" else "limit": 4})
    assert small == books
    made = shelf.ask("POST", "/books", NEW, 201)
    assert [book["id"] for book in shelf.books()].count(made["id"]) == 1
    assert shelf.ask("GET", f"/books/{made['id']}") == made
    wanted = [book for book in [*books, made] if book["genre"] == "novel"]
    assert {book["id"] for book in shelf.books({"genre": "novel"})} == {book["id"] for book in wanted}


def test_totals_are_true(make):
    for form in ("cursor", "offset"):
        shelf = Shelf(make(document=library(form), runs=0))
        assert shelf.ask("GET", "/books")["total"] == 30
        shelf.ask("POST", "/books", NEW, 201)
        assert shelf.ask("GET", "/books")["total"] == 31
        poems = shelf.ask("GET", "/books", query={"genre": "poetry"})["total"]
        assert poems == sum(book["genre"] == "poetry" for book in shelf.books())


def test_what_a_schema_allows_occurs(shelf):
    books = shelf.books()
    assert {book["genre"] for book in books} == set(GENRES)
    assert {book["status"] for book in books} == {"available", "archived"}
    assert set().union(*books) == set(library()["components"]["schemas"]["Book"]["properties"]) - {"supplier"}
    assert {type(book.get("note")) for book in books} == {str, type(None)}
    assert books[-1]["title"] == "Emma", "the first one is the example"
    assert books[-1]["id"] == "bk_1a2b3c"
    assert all(book["id"].startswith("bk_") and len(book["id"]) == 9 for book in books)


@pytest.mark.parametrize(
    ("given", "keeps"),
    [
        ({"status": "archived"}, lambda book: book["status"] == "archived"),
        ({"genre": "novel,poetry"}, lambda book: book["genre"] in ("novel", "poetry")),
        ({"min_pages": 110}, lambda book: book["pages"] >= 110),
        ({"tag": "Tags 3"}, lambda book: "Tags 3" in book.get("tags", ())),
        ({"q": "Emma 7"}, lambda book: "Emma 7" in book["title"]),
        (
            {"genre": "novel", "status": "available"},
            lambda b: (b["genre"], b["status"]) == ("novel", "available"),
        ),
    ],
)
def test_filters_select_what_their_name_says(shelf, given, keeps):
    wanted = [book["id"] for book in shelf.books() if keeps(book)]
    assert wanted
    assert [book["id"] for book in shelf.books(given)] == wanted


def test_dates_and_orders(shelf):
    books = shelf.books()
    dates = [book["createdAt"] for book in books]
    assert dates == sorted(dates, reverse=True), "what was made last comes first"
    middle = dates[10]
    after = shelf.books({"created_after": middle})
    assert [book["createdAt"] for book in after] == [date for date in dates if date > middle]
    for sort, falling in (("pages", False), ("-pages", True), ("pages:desc", True)):
        found = [book["pages"] for book in shelf.books({"sort": sort})]
        assert found == sorted(found, reverse=falling)


@pytest.mark.parametrize("identity", IDENTITIES, ids=["prefixed", "integer", "uuid", "pattern"])
def test_the_life_of_a_thing(make, identity):
    shelf = Shelf(make(document=library(identity=identity), runs=0))
    made = shelf.ask("POST", "/books", NEW, 201)
    place = f"/books/{made['id']}"
    assert {name: made[name] for name in NEW if name != "supplier"} == {
        name: value for name, value in NEW.items() if name != "supplier"
    }
    assert (made["pages"], made["tags"], made["note"], made["status"]) == (100, [], None, "available")
    changed = shelf.ask("PATCH", place, {"note": "worn"})
    assert changed == {**made, "note": "worn", "updatedAt": changed["updatedAt"]}
    assert changed["updatedAt"] > made["updatedAt"]
    assert shelf.ask("GET", place) == changed
    assert shelf.ask("PATCH", place, {"note": None})["note"] is None
    replaced = shelf.ask("PUT", place, {"title": "Emma", "genre": "poetry", "author": {"name": "J."}})
    assert (replaced["title"], replaced["pages"], replaced["createdAt"]) == ("Emma", 100, made["createdAt"])
    archived = shelf.ask("POST", f"{place}/archive")
    assert archived["status"] == "archived"
    assert shelf.ask("POST", f"{place}/archive")["status"] == "archived", "twice as well"
    assert made["id"] in {book["id"] for book in shelf.books({"status": "archived"})}
    assert shelf.ask("POST", f"{place}/restore")["status"] == "available"
    shelf.ask("DELETE", place, status=204)
    for method, below, body in (("GET", "", None), ("PATCH", "", {"note": "x"}), ("POST", "/archive", None)):
        shelf.ask(method, place + below, body, 404)
    shelf.ask("DELETE", place, status=404)
    assert made["id"] not in {book["id"] for book in shelf.books()}


def test_a_change_touches_no_other_thing(shelf):
    before = {book["id"]: book for book in shelf.books()}
    chosen = next(iter(before))
    shelf.ask("PATCH", f"/books/{chosen}", {"title": "Other"})
    after = {book["id"]: book for book in shelf.books()}
    assert {key: book for key, book in after.items() if key != chosen} == {
        key: book for key, book in before.items() if key != chosen
    }


def test_a_merge_patch_goes_into_objects(shelf):
    made = shelf.ask("POST", "/books", {**NEW, "author": {"name": "Jane", "born": 1775}}, 201)
    asked = {"headers": {"content-type": "application/merge-patch+json"}}
    shelf.asker.service.answer(
        shelf.asker.request(
            f"/books/{made['id']}", method="PATCH", body=b'{"author": {"name": "J. A."}}', **asked
        )
    )
    assert shelf.ask("GET", f"/books/{made['id']}")["author"]["name"] == "J. A."


def test_what_is_wrong_is_refused_and_leaves_nothing_behind(shelf):
    count = len(shelf.books())
    for wrong in (
        {},
        {**NEW, "genre": "other"},
        {**NEW, "title": ""},
        {**NEW, "more": 1},
        [],
        {**NEW, "pages": 0},
    ):
        problem = shelf.ask("POST", "/books", wrong, 400)
        assert problem["status"] == 400
    assert len(shelf.books()) == count


def test_a_repeated_key_gives_the_same_thing(shelf):
    key = {"headers": {"idempotency-key": "k1"}}
    first = shelf.ask("POST", "/books", NEW, 201, **key)
    assert shelf.ask("POST", "/books", NEW, 201, **key) == first
    assert shelf.ask("POST", "/books", NEW, 201, headers={"idempotency-key": "k2"})["id"] != first["id"]
    assert len(shelf.books()) == 32
    shelf.ask("DELETE", f"/books/{first['id']}", status=204)
    assert shelf.ask("POST", "/books", NEW, 201, **key)["id"] != first["id"], "while it exists"


def test_things_stand_below_others(shelf):
    one, other = (book["id"] for book in shelf.books()[:2])
    loans = shelf.ask("GET", f"/books/{one}/loans")
    assert loans
    assert {loan["bookId"] for loan in loans} == {one}
    made = shelf.ask("POST", f"/books/{one}/loans", {"reader": "Ann"}, 201)
    assert made["bookId"] == one
    assert shelf.ask("GET", f"/books/{one}/loans/{made['number']}") == made
    assert made in shelf.ask("GET", f"/books/{one}/loans")
    assert made not in shelf.ask("GET", f"/books/{other}/loans")
    shelf.ask("GET", f"/books/{other}/loans/{made['number']}", status=404)
    shelf.ask("GET", "/books/bk_unknown/loans", status=404)
    shelf.ask("DELETE", f"/books/{one}", status=204)
    shelf.ask("GET", f"/books/{one}/loans/{made['number']}", status=404)


def test_what_there_is_one_of_is_kept(shelf):
    for theme in ("dark", "light", "dark"):
        assert shelf.ask("PUT", "/settings", {"theme": theme}) == {"theme": theme}
        assert shelf.ask("GET", "/settings") == {"theme": theme}


def test_problems_come_as_they_are_documented(shelf):
    request = shelf.asker.request("/books", method="POST", body=b"{}")
    answer = shelf.asker.service.answer(request)
    assert dict(answer.headers)[b"content-type"] == b"application/problem+json"


def test_made_up_cursors_are_refused(shelf):
    shelf.ask("GET", "/books", query={"cursor": "nonsense"}, status=400)


def test_a_period_that_is_none_is_refused(make):
    document = library()
    document["paths"]["/books"]["get"]["parameters"].append(query("period", type="string"))
    shelf = Shelf(make(document=document))
    shelf.ask("GET", "/books", query={"period": "1d"})
    assert "period" in json.dumps(shelf.ask("GET", "/books", query={"period": "soon"}, status=400))


def test_a_period_that_selects_nothing_is_read_where_its_example_is_one(make):
    document = library()
    item = document["components"]["schemas"]["Book"]["properties"]
    del item["createdAt"]
    document["components"]["schemas"]["Book"]["required"].remove("createdAt")
    document["paths"]["/books"]["get"]["parameters"] += [
        query("window[period]", type="string", example="7d"),
        query("pay[period]", type="string", example="monthly"),
    ]
    shelf = Shelf(make(document=document))
    for name, text, status in (("window", "7d", 200), ("window", "soon", 400), ("pay", "soon", 200)):
        shelf.ask("GET", "/books", query={f"{name}[period]": text}, status=status)


@pytest.mark.parametrize("form", ["cursor", "last-id"])
def test_a_cursor_holds_its_place_also_among_what_a_filter_selects(make, form):
    shelf = Shelf(make(document=library(form), runs=0))
    name = "cursor" if form == "cursor" else "starting_after"
    page = shelf.ask("GET", "/books", query={"limit": 9})
    last, rest = page["items"][-1], shelf.books()[9:]
    cursor = page["next_cursor"] if form == "cursor" else last["id"]
    for genre in GENRES:
        found = shelf.books({"genre": genre, name: cursor})
        assert found == [book for book in rest if book["genre"] == genre]


def test_what_a_path_begins_with_is_judged_where_nothing_else_tells_what_there_is(make):
    document = library()
    document["paths"]["/shops/{shop}/stock"] = {
        "get": {
            "operationId": "getStock",
            "parameters": [path("shop") | {"description": "The shop, starts with `sh_`."}],
            "responses": {"200": gives(listed("Book")), "400": gives(ref("Problem"), "Wrong.")},
        }
    }
    shelf = Shelf(make(document=document, runs=0))
    shelf.ask("GET", "/shops/sh_1/stock")
    for wrong in ("1", "sh-1", "xsh_1"):
        shelf.ask("GET", f"/shops/{wrong}/stock", status=400)


def test_the_same_seed_gives_the_same_things_and_a_reset_the_first_ones(make):
    shelf = Shelf(make(document=library(), runs=0))
    before = shelf.books()
    shelf.ask("DELETE", f"/books/{before[0]['id']}", status=204)
    shelf.ask("POST", "/books", NEW, 201)
    now = shelf.asker.service.clock.now()
    shelf.asker.service.clock.set(now, freeze=True)
    shelf.asker.service.reset()
    assert [book["id"] for book in shelf.books()] == [book["id"] for book in before]


def test_what_each_operation_does_is_told(make):
    service = make(document=library(), runs=0).service
    told = {one.operation.operation_id: one for one in service.collections.explain()}
    assert not told["search"].alive
    assert "neither a list nor items" in told["search"].how
    assert "pages by cursor" in told["listBooks"].how
    assert "min_pages (pages, from)" in told["listBooks"].how
    assert "sets `status` to 'archived'" in told["archiveBook"].how
    assert all(one.alive for name, one in told.items() if name != "search")


# Documents nobody wrote

names = st.sampled_from(["name", "count", "kind", "when", "flag", "parts", "nested", "link", "note", "ref"])


def schemas(depth: int = 2) -> st.SearchStrategy[dict[str, Any]]:
    scalars = st.one_of(
        st.builds(lambda n: {"type": "string", "minLength": n, "maxLength": n + 3}, st.integers(0, 5)),
        st.sampled_from(["date-time", "date", "uuid", "email", "uri", "ipv4"]).map(
            lambda form: {"type": "string", "format": form}
        ),
        st.builds(
            lambda low, room: {"type": "integer", "minimum": low, "maximum": low + room},
            st.integers(-9, 9),
            st.integers(0, 9),
        ),
        st.builds(
            lambda step: {"type": "number", "multipleOf": step, "exclusiveMinimum": 0},
            st.sampled_from([0.5, 3]),
        ),
        st.sampled_from(
            [{"type": "boolean"}, {"const": "x"}, {"enum": ["a", "b", None]}, {"type": ["integer", "null"]}]
        ),
        st.just({"type": "string", "pattern": "^[A-Z]{2}-[0-9]{3}$"}),
    )
    if not depth:
        return scalars
    inner = schemas(depth - 1)
    return st.one_of(
        scalars,
        st.builds(lambda item, n: {"type": "array", "items": item, "minItems": n}, inner, st.integers(0, 2)),
        st.builds(_object, st.dictionaries(names, inner, max_size=3), st.booleans(), st.booleans()),
        st.builds(lambda one, two: {"anyOf": [one, two]}, inner, inner),
        st.builds(
            lambda one: {
                "allOf": [_object({"base": one}, False, True), _object({"more": one}, False, False)]
            },
            scalars,
        ),
    )


def _object(properties: dict[str, Any], closed: bool, needed: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "object", "properties": properties}
    if closed:
        found["additionalProperties"] = False
    if needed:
        found["required"] = list(properties)
    return found


@given(st.dictionaries(names, schemas(), max_size=5), st.sampled_from(IDENTITIES), st.booleans(), st.data())
@settings(
    max_examples=60, deadline=None, database=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
def test_every_answer_on_any_document_satisfies_it(make, properties, identity, needed, data):
    document = library(identity=identity)
    thing = document["components"]["schemas"]["Book"]
    extra = {name: value for name, value in properties.items() if name not in thing["properties"]}
    thing["properties"] = {**thing["properties"], **extra}
    thing["required"] = [*thing["required"], *(extra if needed else ())]
    new = document["components"]["schemas"]["NewBook"]
    new["properties"] = {**new["properties"], **extra}
    asker = make(document=document, runs=0)
    asker.token = None
    service = asker.service
    try:
        told = {one.operation.operation_id: one for one in service.collections.explain()}
        assert told["listBooks"].alive, told["listBooks"].how
        shelf = Shelf(asker)
        books = shelf.books()
        assert len(books) == 30
        sent = dict(NEW)
        for name in data.draw(st.sets(st.sampled_from(sorted(extra)))) if extra else ():
            sent[name] = service.collections.shaper.maker.make(extra[name], 3, name=name, depth=1)
        made = shelf.ask("POST", "/books", sent, 201)
        assert {name: made[name] for name in sent if name != "supplier"} == {
            name: value for name, value in sent.items() if name != "supplier"
        }
        assert shelf.ask("GET", f"/books/{made['id']}") == made
        shelf.ask("PATCH", f"/books/{books[0]['id']}", {"note": "n"})
        shelf.ask("DELETE", f"/books/{books[1]['id']}", status=204)
        assert len(shelf.books()) == 30
    finally:
        service.close()


def test_the_list_says_nothing_of_queries_it_does_not_know(make):
    document = library()
    document["paths"]["/books"]["get"]["parameters"].append(query("expand", type="string"))
    told = make(document=document, runs=0).service.collections.explain()
    assert "nothing is done with expand" in next(
        one.how for one in told if one.operation.operation_id == "listBooks"
    )
