"""Things of the user's own, and what the mock tells of itself."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from library_document import library

from trigger_contract.cli import group as command
from trigger_contract.errors import UserError
from trigger_contract.mock import reading
from trigger_contract.mock.reading import read_data

BOOK = {
    "id": "bk_mine", "title": "Mine", "genre": "poetry", "status": "archived", "pages": 3,
    "author": {"name": "I"}, "createdAt": "2026-01-02T03:04:05Z",
}  # fmt: skip


def test_things_of_ones_own_are_there_and_come_back_with_a_reset(make):
    data = {"/books": [BOOK], "/books/bk_mine/loans": [], "settings": {"theme": "dark"}}
    asker = make(document=library(), runs=0, data=data)
    assert [book["id"] for book in asker.get("/books")["items"]] == ["bk_mine"]
    assert asker.get("/books/bk_mine") == BOOK
    assert asker.get("/books/bk_mine/loans") == []
    assert asker.get("/settings") == {"theme": "dark"}
    assert asker.answer("/books/bk_mine", method="DELETE").status == 204
    assert asker.get("/books")["items"] == []
    asker.service.reset()
    assert asker.get("/books/bk_mine") == BOOK


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("/books:\n  - id: b\n    title: x\n", 2, "breaks the document"),
        ("/books:\n  - id: b\n    title: Long\n    genre: comic\n", 4, "genre breaks the document"),
        ("/books:\n  - 5\n", 2, "mapping of its properties"),
        ("/books: {}\n", 1, "list of things"),
        ("# nothing\nboks: []\n", 2, "did you mean 'books'"),
        ("/books/bk_nobody/loans: []\n", 1, "not there"),
    ],
)
def test_things_that_break_the_document_are_refused_by_line(make, tmp_path, text, line, said):
    file = tmp_path / "things.yaml"
    file.write_text(text)
    document = library()
    document["components"]["schemas"]["Book"]["required"].sort(key=lambda name: name != "genre")
    with pytest.raises(UserError, match=said) as caught:
        make(document=document, runs=0, data=read_data(file))
    assert (caught.value.source, caught.value.line) == (str(file), line)


def test_what_each_operation_does_is_printed_without_serving(tmp_path):
    file = tmp_path / "library.json"
    file.write_text(json.dumps(library()))
    result = CliRunner().invoke(command, ["mock", "--spec", str(file), "--explain"])
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert any(line.startswith("alive  POST   /books/{bookId}/archive: ") for line in lines)
    assert any(line.startswith("still  POST   /search: ") for line in lines)
    assert lines[-1] == "13 of 14 operations are alive"


def test_a_large_document_is_read_like_a_small_one(tmp_path, monkeypatch):
    file = tmp_path / "library.json"
    file.write_text(json.dumps(library()))
    slowly = reading.read(file)
    monkeypatch.setattr(reading, "_LARGE", 10)
    quickly = reading.read(file)
    assert json.loads(json.dumps(slowly)) == quickly
    assert not hasattr(quickly, "lines"), "it was read the short way"
    broken = library()
    broken["paths"]["/books"]["get"]["responses"]["200"] = {"$ref": "#/nowhere"}
    file.write_text(json.dumps(broken, indent=1))
    with pytest.raises(UserError, match="points to nothing") as caught:
        reading.read(file)
    assert caught.value.line
