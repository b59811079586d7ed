"""Planted faults: each can be seen by whoever asks, and each says where it cannot stand."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner
from library_document import PAGES, gives, library, query

from trigger_contract.cli import group
from trigger_contract.errors import UserError
from trigger_contract.mock.plants import KINDS, hook, lists, plants

NEW = {"title": "Persuasion", "genre": "novel", "author": {"name": "Jane"}, "supplier": "s1"}
KEY = {"x-key": "tr_dev_mock"}


def document(form: str = "cursor") -> dict[str, Any]:
    """Return the library with all that kinds of faults need: a key, a closed schema, headers, a charset."""
    made = library(form)
    made["components"]["securitySchemes"] = {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}
    made["security"] = [{"key": []}]
    one = made["components"]["schemas"]["Book"]
    one["additionalProperties"] = False
    shown = {
        "lent": {"type": "boolean"},
        "copies": {"type": "integer"},
        "place": {"type": "string"},
        "subjects": {"type": "array", "items": {"type": "string"}, "minItems": 1},
    }
    one["properties"] |= {name: {**schema, "readOnly": True} for name, schema in shown.items()}
    one["required"] = [*one["required"], *shown]
    created = made["paths"]["/books"]["post"]["responses"]["201"]
    created["headers"] = {"Location": {"schema": {"type": "string", "format": "uri-reference"}}}
    text = gives({"type": "string"}, "All.", "text/plain; charset=utf-8")
    made["paths"]["/catalogue"] = {"get": {"operationId": "getCatalogue", "responses": {"200": text}}}
    books = made["paths"]["/books"]
    books["get"]["responses"]["200"]["headers"] = {
        "X-Request-Id": {"required": True, "schema": {"type": "string"}}
    }
    books["get"]["parameters"].append(query("order", enum=["asc", "desc"]))
    return made


class Asking:
    """Asks everything that could show a fault, and keeps what was answered."""

    def __init__(self, service: Any, strike: Any) -> None:
        self.service, self.strike = service, strike
        self.seen: list[Any] = []

    def ask(self, method: str, path: str, query: str = "", body: Any = None, **headers: str) -> Any:
        from trigger_contract.mock.messages import Request

        sent = {name.replace("_", "-").encode(): value.encode() for name, value in (KEY | headers).items()}
        raw = b"" if body is None else json.dumps(body).encode()
        request = Request(method, path.encode(), query.encode(), sent, raw)
        answer = self.strike(request, self.service.respond) if self.strike else self.service.respond(request)
        self.seen.append((method, path, query, answer.status, answer.headers, answer.body))
        try:
            return json.loads(answer.body)
        except ValueError:
            return {}

    def reading(self) -> list[Any]:
        """Ask all that changes nothing."""
        ask = self.ask
        books = ask("GET", "/books").get("items", [])
        one = books[0].get("id", "bk_1a2b3c") if books else "bk_1a2b3c"
        for given in (
            "limit=2", "limit=41", "limit=4&offset=4", "genre=novel", "genre=science", "status=archived",
            "status=available", "min_pages=110", "created_after=2025-09-20T00:00:00Z", "tag=Tags%203",
            "q=Emma%207", "sort=pages", "sort=-pages", "page=1&per_page=4", "per_page=3", "genre=nothing",
        ):  # fmt: skip
            ask("GET", "/books", given)
        page = ask("GET", "/books", "limit=5")
        if page.get("next_cursor"):
            ask("GET", "/books", f"limit=5&cursor={page['next_cursor']}")
        if page.get("next"):
            ask("GET", "/books", str(page["next"]).partition("?")[2])
        if "has_more" in page:
            ask("GET", "/books", f"limit=5&starting_after={page['items'][-1].get('id')}")
        loans = ask("GET", f"/books/{one}/loans")
        number = loans[0].get("number", 1) if isinstance(loans, list) and loans else 1
        for path in (
            f"/books/{one}", "/books/bk_unknown", "/settings", "/catalogue", f"/books/{one}/loans",
            "/books/bk_no/loans", f"/books/{one}/loans/{number}", f"/books/{one}/loans/999999",
        ):  # fmt: skip
            ask("GET", path)
            ask("GET", path, x_key="")
            ask("GET", path, x_key="wrong")
        ask("GET", "/books", x_key="")
        ask("GET", "/books", x_key="wrong")
        return self.seen

    def writing(self) -> list[Any]:
        """Ask all that changes something, and what shows the change."""
        ask = self.ask
        one = ask("GET", "/books", "limit=1")["items"][0]["id"]
        made = ask("POST", "/books", body={**NEW, "note": "n", "pages": 7}, idempotency_key="k")
        ask("POST", "/books", body={**NEW, "note": "n", "pages": 7}, idempotency_key="k")
        ask("POST", "/books", body={"genre": "novel", "author": {"name": "x"}})
        ask("POST", "/books", body=NEW, x_key="")
        ask("POST", "/books", body=NEW, x_key="wrong")
        ask("GET", "/books")
        place = f"/books/{made.get('id', one)}"
        for method, below, body in (
            ("GET", "", None), ("PATCH", "", {"pages": 9}), ("GET", "", None),
            ("PUT", "", {"title": "T", "genre": "poetry", "author": {"name": "Z"}}), ("GET", "", None),
            ("PUT", "", {"genre": "poetry", "author": {"name": "Z"}}),
            ("POST", "/archive", None), ("GET", "", None), ("POST", "/restore", None), ("GET", "", None),
            ("POST", "/loans", {"reader": "A"}), ("POST", "/loans", {}), ("GET", "/loans", None),
            ("GET", "/loans/1", None), ("GET", "/loans/999999", None),
        ):  # fmt: skip
            ask(method, place + below, body=body)
            ask(method, place + below, body=body, x_key="")
            ask(method, place + below, body=body, x_key="wrong")
            if method == "GET" and body is None and not below:
                ask("GET", "/books")
        for method, path in (
            ("PATCH", "/books/bk_no"),
            ("PUT", "/books/bk_no"),
            ("POST", "/books/bk_no/archive"),
            ("POST", "/books/bk_no/restore"),
            ("GET", "/books/bk_no/loans"),
        ):
            ask(method, path, body={**NEW, "pages": 1} if method != "GET" else None)
        ask("PUT", "/settings", body={"theme": "dark"})
        ask("PUT", "/settings", body={})
        ask("GET", "/settings")
        for path in ("/settings", "/search"):
            ask("PUT" if path == "/settings" else "POST", path, body={"theme": "light"}, x_key="")
            ask("PUT" if path == "/settings" else "POST", path, body={"theme": "light"}, x_key="wrong")
        ask("POST", "/search")
        ask("DELETE", place, x_key="")
        ask("DELETE", place, x_key="wrong")
        ask("GET", place)
        ask("DELETE", place)
        ask("GET", place)
        ask("DELETE", place)
        ask("GET", "/books")
        return self.seen


# The operators of HTTPMutator (isa-group/HTTPMutator, docs/mutation-operators.md).
OPERATORS = {
    "R2XX", "R4XX", "R5XX", "CTC", "CTD", "CPC", "CPD", "LHC", "LHD", "AEA", "AER", "AEE", "EAS", "OPA",
    "OPR", "OTPR", "PTC", "BPR", "NPS", "NPR", "SPR", "SCA", "SRE",
}  # fmt: skip


def test_the_table_holds_every_operator_of_httpmutator():
    assert {code for kind in KINDS for code in kind.operators} == OPERATORS
    assert len({kind.name for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("form", list(PAGES))
def test_every_planted_fault_can_be_seen(make, form):
    service = make(document=document(form), runs=0).service
    pages = {kind.name for kind in lists.KINDS}

    def read(strike: Any) -> list[Any]:
        return Asking(service, strike).reading()

    def write(strike: Any) -> list[Any]:
        service.clock.set(1_760_000_000_000, freeze=True)
        service.collections.clear()
        service.forget()
        return Asking(service, strike).writing()

    for all_of in (read, write):
        assert all_of(None) == all_of(None), "what is asked twice is answered alike"
    clean = {read: read(None), write: write(None)}
    unseen = []
    for plant in (one for one in plants(service) if one.why_not is None):
        if plant.kind not in pages and form != "cursor":
            continue  # the other forms differ only in their pages
        reads = plant.operation.startswith(("get", "list")) and not plant.of_state
        asked = read if reads else write
        if asked(hook(service, plant.id)) == clean[asked] and (
            asked is write or write(hook(service, plant.id)) == clean[write]
        ):
            unseen.append(plant.id)
    assert not unseen


def test_every_kind_can_stand_somewhere(make):
    kinds = set()
    for form in PAGES:
        found = plants(make(document=document(form), runs=0).service)
        kinds |= {one.kind for one in found if one.why_not is None}
        assert all(one.why_not for one in found if not one.detail and one.why_not is not None)
    assert kinds == {kind.name for kind in KINDS}


def test_a_fault_that_is_none_is_refused_with_the_nearest(make):
    service = make(document=document(), runs=0).service
    with pytest.raises(UserError, match="the nearest is filter-ignored@listBooks:genre"):
        hook(service, "filter-ignored@listBook:genre")
    with pytest.raises(UserError, match="cannot be planted: nothing of its query filters"):
        hook(service, "filter-ignored@getSettings")


def test_the_command_lists_what_can_be_planted(tmp_path):
    file = tmp_path / "library.json"
    file.write_text(json.dumps(document()))
    result = CliRunner().invoke(group, ["mock", "--spec", str(file), "--plant", "list"])
    assert result.exit_code == 0, result.output
    assert "create-stores-nothing@createBook: says that it made a thing, and did not" in result.output
    assert "faults can be planted" in result.output.splitlines()[-1]
