"""Resources as few APIs have them: walked by links alone, named by a PUT, changed by an action's body."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from library_document import gives, path, query

TEXT, WHOLE = {"type": "string"}, {"type": "integer"}
DATE = TEXT | {"format": "date-time"}
NOT_THERE = {"404": gives({"type": "object", "properties": {"error": TEXT}}, "None.")}
WRONG = {"400": gives({"type": "object", "properties": {"error": TEXT}}, "Wrong.")}


def thing(**more: Any) -> dict[str, Any]:
    required = [name for name, schema in more.items() if schema.pop("needed", False)]
    return {"type": "object", "required": ["id", *required], "properties": {"id": TEXT, **more}}


def document(paths: dict[str, Any], **more: Any) -> dict[str, Any]:
    for where, item in paths.items():
        for method, operation in item.items():
            operation.setdefault("operationId", f"{method}{where.replace('/', '_')}")
            names = [part[1:-1] for part in where.split("/") if part.startswith("{")]
            given = operation.setdefault("parameters", [])
            known = {one["name"] for one in given}
            given += [path(name) for name in names if name not in known]
    return {"openapi": "3.1.0", "info": {"title": "Odd", "version": "1"}, "paths": paths, **more}


def listing(schema: Any, *parameters: Any, around: Any = None, **responses: Any) -> dict[str, Any]:
    items = {"type": "array", "items": schema}
    body = items if around is None else {
        "type": "object", "required": ["items", *around], "properties": {"items": items, **around},
    }  # fmt: skip
    return {"get": {"parameters": [*parameters], "responses": {"200": gives(body), **responses}}}


def reading(schema: Any, status: str = "200", **more: Any) -> dict[str, Any]:
    return {"responses": {status: gives(schema), **NOT_THERE}, **more}


def sending(schema: Any, answered: Any, status: str = "200", **more: Any) -> dict[str, Any]:
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    return reading(answered, status, requestBody=body, **more)


@pytest.fixture
def ask(make):
    """Return what asks a document: method, path, query, body and the status that is right."""

    def serve(paths: dict[str, Any], **more: Any) -> Any:
        asker = make(document=document(paths, **more), runs=0)

        def call(method: str, where: str, body: Any = None, status: int = 200, **options: Any) -> Any:
            raw = b"" if body is None else json.dumps(body).encode()
            options.setdefault("headers", {})
            address, _, asked = where.partition("?")
            answer = asker.answer(address, asked, method=method, body=raw, **options)
            assert answer.status == status, answer.body
            call.headers = dict(answer.headers)
            return json.loads(answer.body) if answer.body else None

        call.asker = asker
        return call

    return serve


# Pages


def test_a_list_may_be_walked_by_its_links_alone(ask):
    linked = listing(thing(), query("limit", **WHOLE))
    linked["get"]["responses"]["200"]["headers"] = {"Link": {"schema": TEXT}}
    linked["get"]["x-pagination"] = {"kind": "link", "items": [], "size": "limit"}
    ask = ask({"/things": linked})
    found, where = [], "/things?limit=13"
    while where:
        found += ask("GET", where)
        links = dict(part.split("; ")[::-1] for part in ask.headers.get(b"link", b"").decode().split(", "))
        parts = urlsplit(links.get('rel="next"', "").strip("<>"))
        where = f"{parts.path}?{parts.query}" if parts.query else ""
    assert len(found) == len({one["id"] for one in found}) == 30


def test_a_list_may_be_walked_back(ask):
    around = {"next": TEXT, "prev": TEXT}
    parameters = [query("limit", **WHOLE), query("after", **TEXT), query("before", **TEXT)]
    ask = ask({"/things": listing(thing(), *parameters, around=around, **WRONG)})
    first = ask("GET", "/things?limit=10")
    assert first["prev"] == ""  # it must be a text
    second = ask("GET", f"/things?limit=10&after={first['next']}")
    assert ask("GET", f"/things?limit=10&before={second['prev']}")["items"] == first["items"]
    last = base64.urlsafe_b64encode(
        f"at:{ask('GET', '/things?limit=99')['items'][-1]['id']}".encode()
    ).decode()
    ends = ask("GET", f"/things?after={last}")
    assert (ends["items"], ends["next"], ends["prev"]) == ([], "", "")


def test_a_cursor_of_nobodys_begins_afresh_where_no_refusal_is_documented(ask):
    ask = ask({"/things": listing(thing(), query("cursor", **TEXT), around={"next_cursor": TEXT})})
    assert ask("GET", "/things?cursor=nonsense") == ask("GET", "/things")


@pytest.mark.parametrize(
    ("parameters", "around", "asked", "told"),
    [
        ([], {"total": WHOLE}, "", {"total": 30}),
        ([], {"count": WHOLE}, "", {"count": 30}),
        (["offset", "limit"], {"total": WHOLE, "offset": WHOLE, "limit": WHOLE}, "offset=25&limit=10",
         {"total": 30, "offset": 25, "limit": 10}),
        (["offset", "limit"], {"total": WHOLE, "count": WHOLE}, "offset=25&limit=10",
         {"total": 30, "count": 5}),
        (["offset", "limit"], {"next": TEXT | {"format": "uri"}}, "offset=3&limit=10", {"next": "offset=13"}),
        (["page", "page_size"], {"total_pages": WHOLE, "page": WHOLE}, "page=2&page_size=20",
         {"total_pages": 2, "page": 2}),
    ],
)  # fmt: skip
def test_what_stands_beside_the_items_is_true(ask, parameters, around, asked, told):
    ask = ask({"/things": listing(thing(), *(query(name, **WHOLE) for name in parameters), around=around)})
    page = ask("GET", f"/things?{asked}")
    for name, value in told.items():
        assert page[name] == value or (isinstance(value, str) and value in page[name]), page


# Filters and orders


CHECKED = thing(
    name=TEXT | {"needed": True, "description": "It."}, size=TEXT | WHOLE, owner=thing(), done=DATE,
    createdAt=DATE | {"needed": True}, rank={"type": ["integer", "null"]},
)  # fmt: skip


def test_filters_select_by_parts_bounds_and_what_is_inside(ask):
    parameters = [
        query("filter[name]", **TEXT) | {"description": "Selects partial matches."},
        query("owner", **TEXT), query("size[ne]", **WHOLE), query("size_lt", **WHOLE), query("since", **DATE),
        query("createdAt", **WHOLE), query("like", **TEXT), query("sort", **TEXT),
    ]  # fmt: skip
    ask = ask({"/things": listing(CHECKED, *parameters)})
    every = ask("GET", "/things")
    one, sized = every[4], [item["size"] for item in every if "size" in item]

    def ids(asked):
        return [item["id"] for item in ask("GET", f"/things?{asked}")]

    assert ids(f"filter[name]={one['name'][-3:].lower().strip()}") == [
        item["id"] for item in every if one["name"][-3:].lower().strip() in item["name"].lower()
    ]
    owned = next(item for item in every if "owner" in item)
    assert owned["id"] in ids(f"owner={owned['owner']['id']}")
    assert ids("owner=nobody") == []
    assert ids(f"size[ne]={sized[0]}") == [i["id"] for i in every if i.get("size") != sized[0]]
    middle = sorted(sized)[len(sized) // 2]
    assert ids(f"size_lt={middle}") == [i["id"] for i in every if "size" in i and i["size"] < middle]
    assert ids(f"since={one['createdAt']}") == [i["id"] for i in every if i["createdAt"] >= one["createdAt"]]
    assert ids("like=x") == ids("")  # it names nothing
    names = [item["name"] for item in ask("GET", "/things?sort=name")]
    assert names == sorted(names)
    ranks = [item.get("rank") for item in ask("GET", "/things?sort=-rank,unknown")]
    assert ranks == sorted(ranks, key=lambda rank: (rank is not None, rank or 0), reverse=True)


# Writes


def test_a_put_makes_what_it_names_where_it_is_documented_to(ask):
    named = {"type": "object", "required": ["slug"], "properties": {"slug": TEXT, "size": WHOLE}}
    made = sending({"type": "object", "properties": {"size": WHOLE}}, named, "200")
    made["responses"]["201"] = gives(named)
    del made["responses"]["404"]
    paths = {"/things": listing(named), "/things/{slug}": {"get": reading(named), "put": made}}
    ask = ask(paths)
    assert ask("PUT", "/things/mine", {"size": 5}, 201) == {"slug": "mine", "size": 5}
    assert ask("PUT", "/things/mine", {"size": 6}) == {"slug": "mine", "size": 6}
    assert ask("GET", "/things/mine") == {"slug": "mine", "size": 6}
    assert [one["slug"] for one in ask("GET", "/things")].count("mine") == 1


def test_a_number_that_a_put_names_stays_a_number(ask):
    numbered = {"type": "object", "required": ["id"], "properties": {"id": WHOLE, "size": WHOLE}}
    made = sending({"type": "object", "properties": {"size": WHOLE}}, numbered, "201")
    del made["responses"]["404"]
    number = [path("id", **WHOLE)]
    paths = {"/things": listing(numbered), "/things/{id}": {
        "get": reading(numbered, parameters=[*number]), "put": made | {"parameters": [*number]}}}  # fmt: skip
    assert ask(paths)("PUT", "/things/900", {"size": 5}, 201) == {"id": 900, "size": 5}


def test_the_same_key_for_another_body_is_a_conflict_where_one_is_documented(ask):
    once = {"in": "header", "name": "Idempotency-Key", "schema": TEXT}
    made = sending(thing(name=dict(TEXT)), thing(name=dict(TEXT)), "201", parameters=[once])
    made["responses"]["409"] = gives({"type": "object"}, "Another request had the key.")
    ask = ask({"/things": {**listing(thing(name=dict(TEXT))), "post": made}})
    key = {"headers": {"idempotency-key": "k"}}
    first = ask("POST", "/things", {"id": "t1", "name": "a"}, 201, **key)
    assert ask("POST", "/things", {"id": "t1", "name": "a"}, 201, **key) == first
    ask("POST", "/things", {"id": "t2", "name": "b"}, 409, **key)
    ask("POST", "/things", {"id": "t1", "name": "c"}, 409)  # it exists
    assert [one["id"] for one in ask("GET", "/things")].count("t1") == 1


def test_a_key_may_stand_in_the_body(ask):
    new = {"type": "object", "properties": {"name": TEXT, "requestId": TEXT}}
    ask = ask(
        {"/things": {**listing(thing(name=dict(TEXT))), "post": sending(new, thing(name=dict(TEXT)), "201")}}
    )
    first = ask("POST", "/things", {"name": "a", "requestId": "r"}, 201)
    assert ask("POST", "/things", {"name": "a", "requestId": "r"}, 201) == first
    assert ask("POST", "/things", {"name": "a", "requestId": "s"}, 201)["id"] != first["id"]


def test_a_change_to_null_takes_away_what_cannot_be_null(ask):
    shown = thing(note=dict(TEXT), tags={"type": "object", "additionalProperties": TEXT})
    patch = {"type": "object", "properties": {
        "note": {"type": ["string", "null"]}, "tags": {"type": "object"}}}  # fmt: skip
    body = {
        "content": {name: {"schema": patch} for name in ("application/json", "application/merge-patch+json")}
    }
    changing = reading(shown, requestBody=body)
    ask = ask({"/things": listing(shown), "/things/{id}": {"get": reading(shown), "patch": changing}})
    where = f"/things/{ask('GET', '/things')[0]['id']}"
    assert ask("PATCH", where, {"note": "a", "tags": {"x": "1", "y": "2"}})["note"] == "a"
    assert "note" not in ask("PATCH", where, {"note": None})
    merging = {"headers": {"content-type": "application/merge-patch+json"}}
    assert ask("PATCH", where, {"tags": {"x": None, "z": "3"}}, **merging)["tags"] == {"y": "2", "z": "3"}


def test_an_action_takes_over_what_is_sent_and_notes_its_time(ask):
    shown = thing(
        status={"enum": ["open", "closed"], "needed": True}, reason=dict(TEXT),
        closedAt={"type": ["string", "null"], "format": "date-time"},
    )  # fmt: skip
    why = {"type": "object", "properties": {"reason": TEXT, "status": TEXT, "other": TEXT}}
    said = "Sets the hue to red and the status to closed."
    paths = {
        "/things": listing(shown), "/things/{id}": {"get": reading(shown)},
        "/things/{id}/close": {"post": sending(why, shown, description=said)},
        "/things/{id}/reopen": {"post": reading(shown, description="Sets the status to open.")},
    }  # fmt: skip
    ask = ask(paths)
    where = f"/things/{ask('GET', '/things')[0]['id']}"
    ask("POST", f"{where}/reopen")
    closed = ask("POST", f"{where}/close", {"reason": "done", "status": "open", "other": "x"})
    assert (closed["status"], closed["reason"]) == ("closed", "done")
    assert closed["closedAt"]
    opened = ask("POST", f"{where}/reopen")
    assert (opened["status"], opened["closedAt"]) == ("open", None)
    assert ask("GET", where) == opened
    ask("POST", "/things/nothing/close", {}, 404)


def test_what_an_answer_wraps_keeps_its_wrapping(ask):
    wrapped = {"type": "object", "required": ["data", "ok"], "properties": {
        "data": thing(name=dict(TEXT)), "ok": {"const": True}}}  # fmt: skip
    new = {"type": "object", "properties": {"data": {"type": "object", "properties": {"name": TEXT}}}}
    listed = {"data": {"type": "array", "items": thing(name=dict(TEXT))}}
    body = {"type": "object", "required": ["data"], "properties": listed}
    lists = {"get": {"responses": {"200": gives(body)}}, "post": sending(new, wrapped, "201")}
    ask = ask({"/things": lists, "/things/{id}": {"get": reading(wrapped)}})
    made = ask("POST", "/things", {"data": {"name": "a"}}, 201)
    assert (made["ok"], made["data"]["name"]) == (True, "a")
    assert ask("GET", f"/things/{made['data']['id']}") == made
    assert made["data"] in ask("GET", "/things")["data"]


def test_a_removal_that_knows_no_404_may_be_repeated(ask):
    gone = {"responses": {"204": {"description": "Gone."}}}
    ask = ask({"/things": listing(thing()), "/things/{id}": {"get": reading(thing()), "delete": gone}})
    where = f"/things/{ask('GET', '/things')[0]['id']}"
    for _ in range(2):
        ask("DELETE", where, status=204)
    ask("GET", where, status=404)


def test_what_a_list_below_stands_below_is_known_by_examples_where_nothing_lists_it(ask):
    shop = path("shop", **TEXT, examples=["north", "south"])
    below = listing(thing(), shop, **NOT_THERE)
    ask = ask({"/shops/{shop}/things": below})
    ask("GET", "/shops/north/things")
    ask("GET", "/shops/west/things", status=404)


# Keys


def basic(text: str) -> str:
    return f"Basic {base64.b64encode(text.encode()).decode()}"


@pytest.mark.parametrize(
    ("scheme", "headers", "asked", "status"),
    [
        ({"type": "http", "scheme": "basic"}, {"authorization": basic("u:tr_dev_mock")},
         "", 200),
        ({"type": "http", "scheme": "basic"}, {"authorization": basic("tr_dev_mock:")},
         "", 200),
        ({"type": "http", "scheme": "basic"}, {"authorization": "Basic !"}, "", 401),
        ({"type": "http", "scheme": "basic"}, {"authorization": "Bearer tr_dev_mock"}, "", 401),
        ({"type": "apiKey", "in": "cookie", "name": "sid"}, {"cookie": "a=b; sid=tr%5Fdev_mock"}, "", 200),
        ({"type": "apiKey", "in": "cookie", "name": "sid"}, {"cookie": "a=b"}, "", 401),
        ({"type": "apiKey", "in": "query", "name": "key"}, {}, "key=recoup_mock", 200),
        ({"type": "apiKey", "in": "header", "name": "X-Key"}, {"x-key": "k" * 9000}, "", 401),
        ({"type": "http", "scheme": "bearer"}, {"authorization": "bearer tr_dev_mock"}, "", 200),
    ],
)  # fmt: skip
def test_a_key_is_found_where_its_scheme_has_it(ask, scheme, headers, asked, status):
    ask = ask(
        {"/things": listing(thing())}, components={"securitySchemes": {"k": scheme}}, security=[{"k": []}]
    )
    ask.asker.token = None
    ask("GET", f"/things?{asked}", status=status, headers=headers)
