"""What is proposed makes the document true: applied as an overlay, the same traffic is green."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console

from trigger_contract.contract.settings import Settings
from trigger_contract.contract.traffic.checking import check_files
from trigger_contract.normalize.files import Request, normalize_files

KEY = "shelf-key-0815-abcdef"
BOOK = {
    "type": "object",
    "required": ["id", "title", "pages"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string", "pattern": "^b[0-9]$"},
        "title": {"type": "string", "maxLength": 12},
        "pages": {"type": "integer", "minimum": 10},
        "genre": {"enum": ["novel", "poem"]},
        "kind": {"const": "book"},
        "made": {"type": "string", "format": "date-time"},
        "tags": {"type": "array", "maxItems": 2, "items": {"type": "string"}},
        "author": {"oneOf": [{"$ref": "#/components/schemas/Author"}, {"type": "integer"}]},
    },
}
AUTHOR = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string"}, "born": {"type": "integer"}},
}
ERROR = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}


def answer(schema: Any) -> dict[str, Any]:
    return {"description": "x", "content": {"application/json": {"schema": schema}}}


def document() -> dict[str, Any]:
    book = {"$ref": "#/components/schemas/Book"}
    worded = {"type": "object", "properties": {"language": {"enum": ["en", "de"]}}}
    of_two = {"allOf": [{"$ref": "#/components/schemas/Author"}, worded]}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Shelf", "version": "1"},
        "servers": [{"url": "https://shelf.test"}],
        "security": [{"key": []}],
        "paths": {
            "/books": {
                "get": {
                    "operationId": "list_books",
                    "parameters": [
                        {"name": "genre", "in": "query", "schema": {"enum": ["novel", "poem"]}},
                        {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 50}},
                        {"name": "shelf", "in": "query", "required": True, "schema": {"type": "string"}},
                        {"name": "filter", "in": "query", "style": "deepObject", "schema": of_two},
                    ],
                    "responses": {"200": answer({"type": "array", "items": book})},
                },
                "post": {
                    "operationId": "create_book",
                    "requestBody": {
                        "required": True,
                        "content": {
                            "application/json": {"schema": {"type": "object", "required": ["title"]}}
                        },
                    },
                    "responses": {"201": answer(book), "400": answer({"$ref": "#/components/schemas/Error"})},
                },
            },
            "/books/{id}": {
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "get": {
                    "operationId": "get_book",
                    "responses": {"200": answer(book), "404": answer({"$ref": "#/components/schemas/Error"})},
                },
            },
        },
        "components": {
            "schemas": {"Book": BOOK, "Author": AUTHOR, "Error": ERROR},
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
        },
    }


def exchange(
    path: str,
    body: Any,
    *,
    status: int = 200,
    method: str = "GET",
    media: str = "application/json",
    sent: Any = None,
    sent_as: str = "application/json",
) -> dict[str, Any]:
    fields = {"x-key": KEY, **({"content-type": sent_as} if sent is not None else {})}
    return {
        "request": {"method": method, "path": path, "headers": fields, "body": sent},
        "response": {"status": status, "headers": {"content-type": media} if media else {}, "body": body},
    }


def book(**members: Any) -> dict[str, Any]:
    return {"id": "b1", "title": "Emma", "pages": 300, **members}


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in book().items() if key != name}


def posted(**others: Any) -> dict[str, Any]:
    return exchange("/books", book(), status=201, method="POST", **others)


SEEN = {
    "status": exchange("/books/b1", {"error": "no"}, status=403),
    "status without content": exchange("/books/b1", None, status=410, media=""),
    "media type": exchange("/books/b1", {"title": "no"}, status=404, media="application/problem+json"),
    "media type that is no JSON": exchange("/books/b1", "<p>no</p>", status=404, media="text/html"),
    "property": exchange("/books/b1", book(isbn="x", shelf={"row": 1})),
    "type": exchange("/books/b1", book(pages="many")),
    "nullability": exchange("/books/b1", book(title=None, genre=None, tags=None)),
    "nothing in place of alternatives": exchange("/books/b1", book(author=None)),
    "inside an alternative": exchange("/books/b1", book(author={"name": None, "born": "late"})),
    "another alternative": exchange("/books/b1", book(author=["x", 1])),
    "enum value": exchange("/books/b1", book(genre="play")),
    "constant": exchange("/books/b1", book(kind="tape")),
    "required": exchange("/books/b1", without("pages")),
    "format": exchange("/books/b1", book(made="yesterday")),
    "pattern": exchange("/books/b1", book(id="c1")),
    "bounds": exchange("/books/b1", book(pages=3, title="Northanger Abbey", tags=["a", "b", "c"])),
    "in a list": exchange("/books?shelf=1", [book(), book(id=7, genre=None)]),
    "what is behind a fault": exchange("/books/b1", book(author={"name": {"first": "J"}})),
    "query value": exchange("/books?shelf=1&genre=play&limit=100", []),
    "query value left out": exchange("/books", []),
    "query value within several schemas": exchange("/books?shelf=1&filter[born]=x&filter[language]=fr", []),
    "body": posted(sent={"name": "Emma"}),
    "body left out": posted(),
    "body of another type": posted(sent="title=Emma", sent_as="application/x-www-form-urlencoded"),
}  # fmt: skip


def judged(folder: Path, traffic: Path, spec: Path, propose: Path | None = None) -> tuple[int, str]:
    said = io.StringIO()
    settings = Settings(url="recorded traffic", spec=spec, propose=propose)
    return check_files([traffic], settings, Console(file=said, width=120)), said.getvalue()


def applied(folder: Path, spec: Path, overlay: Path) -> Path:
    result, _ = normalize_files(Request(pages=(spec,), overlay=overlay, output=folder / "true.yaml"))
    (folder / "true.yaml").write_text(result.text)
    return folder / "true.yaml"


def written(folder: Path, *exchanges: dict[str, Any]) -> tuple[Path, Path]:
    spec, traffic = folder / "shelf.json", folder / "traffic.jsonl"
    spec.write_text(json.dumps(document()))
    traffic.write_text("".join(json.dumps(item) + "\n" for item in exchanges))
    return spec, traffic


@pytest.mark.parametrize("name", [*SEEN, "all together"])
def test_what_is_proposed_makes_the_document_true(tmp_path: Path, name: str) -> None:
    exchanges = list(SEEN.values()) if name == "all together" else [SEEN[name]]
    spec, traffic = written(tmp_path, *exchanges)
    code, said = judged(tmp_path, traffic, spec, tmp_path / "proposed.yaml")
    assert code == 1
    assert "Left:" not in said
    actions = yaml.safe_load((tmp_path / "proposed.yaml").read_text())["actions"]
    assert all(action["description"] and action["x-evidence"]["request"] for action in actions)
    assert KEY not in (tmp_path / "proposed.yaml").read_text()
    code, said = judged(tmp_path, traffic, applied(tmp_path, spec, tmp_path / "proposed.yaml"))
    assert code == 0, said


@pytest.mark.parametrize(
    ("fault", "law"),
    [
        (exchange("/books/b1", {"error": "x"}, status=500), "robustness/no-server-error"),
        (exchange("/books/b1", "not { JSON"), "schema/valid-json"),
        (exchange("/books?shelf=1&shelf=2", []), "request/parameter-once"),
        (exchange("/books/b1", book(genre=KEY)), "schema/response"),
    ],
)
def test_what_is_not_the_documents_to_settle_is_said_and_nothing_written(
    tmp_path: Path, fault: dict[str, Any], law: str
) -> None:
    spec, traffic = written(tmp_path, fault)
    code, said = judged(tmp_path, traffic, spec, tmp_path / "proposed.yaml")
    assert code == 1
    assert f"Left: 1 {law}" in said
    assert not (tmp_path / "proposed.yaml").exists()


def test_a_refusal_of_what_the_document_forbids_asks_for_nothing(tmp_path: Path) -> None:
    refused = exchange("/books", {"why": 1}, status=422, method="POST", sent={"name": "Emma"})
    spec, traffic = written(tmp_path, refused)
    code, said = judged(tmp_path, traffic, spec, tmp_path / "proposed.yaml")
    assert code == 0, said
    assert "Nothing to propose" in said


def test_many_new_values_are_no_list_any_more(tmp_path: Path) -> None:
    spec, traffic = written(tmp_path, *(exchange("/books/b1", book(genre=f"g{n}")) for n in range(30)))
    judged(tmp_path, traffic, spec, tmp_path / "proposed.yaml")
    (action,) = yaml.safe_load((tmp_path / "proposed.yaml").read_text())["actions"]
    assert action["target"] == "$.components.schemas.Book.properties.genre.enum"
    assert action["remove"] is True
    assert "seen 30 times" in action["description"]
