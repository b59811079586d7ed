"""Whatever single construct of a page changes, the document or its report changes with it.

Constructs are read off the structure of a page: every key renamed or deleted, every scalar replaced, every
item of a list deleted, a word added to every mapping and an item to every list of words. All of them take
minutes, so that only every so many-th is tried here.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from trigger_contract.document.yaml import dump, load
from trigger_contract.errors import UserError
from trigger_contract.normalize import Page, read_overlay
from trigger_contract.normalize.files import listed_pages
from trigger_contract.normalize.pipeline import build

OPENAPI = Path(__file__).resolve().parents[2] / "openapi"
PAGES, _ = listed_pages(OPENAPI / "sources.yaml")
OVERLAY = read_overlay((OPENAPI / "overlay.yaml").read_text(), "overlay.yaml")

BLOCK = re.compile(r"^(````yaml[^\n]*\n)(.*?)(?=^````)", re.MULTILINE | re.DOTALL)
OTHER = {
    "string": "integer",
    "integer": "string",
    "number": "integer",
    "boolean": "string",
    "any": "string",
    "object": "array",
    "array": "object",
    "query": "header",
    "get": "post",
    "date-time": "date",
}
Way = tuple[str | int, ...]


def rewritten(page: Page, document: Any) -> Page:
    text = BLOCK.sub(lambda match: match[1] + dump(document), page.text, count=1)
    return Page(page.name, text, page.age, page.api)


BLOCKS = {page.name: load(match[2], page.name) for page in PAGES if (match := BLOCK.search(page.text))}
PAGES = [rewritten(page, BLOCKS[page.name]) if page.name in BLOCKS else page for page in PAGES]
PLAIN = build(PAGES)
DECIDED = build(PAGES, OVERLAY)


def replaced(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 7
    return "changed" if value is None else OTHER.get(value, f"{value} changed")


def says_nothing(way: Way, value: Any) -> bool:
    """Whether leaving a thing out changes nothing, because its absence means the same or is no statement."""
    return (
        value in ({}, [], False)
        or way[-1] in ("description", "summary", "title", "example", "refIdentifier")
        or way == ("paths", "type")
        or (way[0] == "components" and len(way) < 4)  # another page may well define it
        or (way[-2:] == (0, "required") and "path" in way)
    )


def changes(value: Any, way: Way = ()) -> Iterator[tuple[str, Way, Any]]:
    """Yield ``(what, where, new value)`` for each change of one construct; examples were made up by sites."""
    if isinstance(value, dict):
        for key, below in value.items():
            if key == "examples" and way[0] == "paths" and "response" in way:
                continue
            where = (*way, key)
            if not says_nothing(where, below):
                yield "delete", where, None
            if below not in ({}, []) and not (way and way[-1] == "security"):
                yield "rename", where, "renamed"
            if not isinstance(below, dict | list):
                yield "replace", where, replaced(below)
            yield from changes(below, where)
        yield "replace", (*way, "unknown"), "word"
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield "delete", (*way, index), None
            if not isinstance(below, dict | list):
                yield "replace", (*way, index), replaced(below)
            yield from changes(below, (*way, index))
        if way[-1] in ("enum", "required"):
            yield "append", way, "another"


def changed(document: Any, what: str, way: Way, new: Any) -> Any:
    document = copy.deepcopy(document)
    holder = document
    for token in way if what == "append" else way[:-1]:
        holder = holder[token]
    if what == "append":
        holder.append(new)
    elif what == "replace":
        holder[way[-1]] = new
    elif what == "rename":
        entries = [(new if key == way[-1] else key, value) for key, value in holder.items()]
        holder.clear()
        holder.update(entries)
    else:
        del holder[way[-1]]
    return document


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def lines() -> Iterator[tuple[str, list[str]]]:
    """Yield each rendered page with one of its statements changed."""
    for page in PAGES:
        text = page.text.split("\n") if page.name not in BLOCKS else []
        for number, line in enumerate(text):
            word = line.strip()
            other = None
            if re.fullmatch(r", [A-Za-z_]{3,}", word):
                other = ", CHANGED"
            elif re.fullmatch(r'"[A-Za-z]+": .*', word):
                other = re.sub(r'"\w+":', '"renamed":', line, count=1)
            elif word in ("required", "integer", "string", "default:20") or word.startswith("Required range"):
                other = "number" if word in ("integer", "string") else ""
            if other is not None:
                yield page.name, [*text[:number], other, *text[number + 1 :]]


def mutants(step: int) -> Iterator[tuple[str, list[Page]]]:
    found: list[tuple[str, str, Any]] = []
    for name, block in BLOCKS.items():
        document = plain(block)
        found.extend(
            (name, f"{what} {way}", (document, what, way, new)) for what, way, new in changes(document)
        )
    assert len(found) > 1500
    for name, what, change in found[::step]:
        yield (
            f"{name}: {what}",
            [rewritten(page, changed(*change)) if page.name == name else page for page in PAGES],
        )
    for name, text in [*lines()][:: step // 12]:
        yield (
            name,
            [
                Page(name, "\n".join(text), page.age, page.api) if page.name == name else page
                for page in PAGES
            ],
        )


@pytest.mark.parametrize("overlay", [False, True], ids=["pages alone", "with decisions"])
def test_every_mutation_shows(overlay):
    known = DECIDED if overlay else PLAIN
    silent = []
    for what, pages in mutants(67 if overlay else 41):
        try:
            result = build(pages, OVERLAY if overlay else ())
        except UserError:
            continue  # a page that no longer reads, or a decision that fits nothing any more, shows too
        if (result.text, result.report) == (known.text, known.report):
            silent.append(what)
    assert silent == []


def test_the_sentence_below_the_title_of_a_rendered_page_is_held_against_the_operation():
    name = "trigger-retrieve-run.rendered.txt"
    pages = [
        Page(name, page.text.replace("a run, including its status", "a run but for its status"), page.age)
        if page.name == name
        else page
        for page in PAGES
    ]
    assert pages != PAGES
    known = {(entry.kind, entry.pointer) for entry in PLAIN.contradictions}
    new = [entry for entry in build(pages).contradictions if (entry.kind, entry.pointer) not in known]
    assert [(entry.kind, entry.claims[-1].line) for entry in new] == [("text", 2)]
