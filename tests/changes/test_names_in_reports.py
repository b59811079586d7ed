"""Names of a document stay names in the reports about it, whatever they are made of."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from trigger_contract.changes import as_markdown, as_text, compare, propose

NAMES = [
    "a`b",
    "``telling",
    "<b>bold</b>",
    "![p](http://x.test/p.png)",
    "@somebody",
    "one\n\n# two",
    "\x1b[31mred",
    "\u202etfel",
    "::warning::x",
]
LIVE = {"html_inline", "html_block", "image", "link_open"}


def document(name: str | None) -> dict:
    named = [] if name is None else [name]
    parameters = [{"name": one, "in": "query", "required": True, "schema": {}} for one in named]
    body = {
        "type": "object",
        "properties": {"kept": {"type": "string", "enum": ["A", *named]}, **{one: {} for one in named}},
        "oneOf": [{"title": one, "required": [one]} for one in ["kept", *named]],
    }
    media = {"application/json": {"schema": body}}
    answer = {"200": {"description": "ok", "content": media, "headers": {one: {} for one in named}}}
    operation = {"parameters": parameters, "responses": answer, "tags": named}
    schemes = {one: {"type": "http", "scheme": "bearer"} for one in named}
    return {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "servers": [{"url": f"https://x.test/{one}"} for one in named],
        "tags": [{"name": one} for one in named],
        "paths": {"/kept": {"get": operation}} | {f"/{one}": {"get": operation} for one in named},
        "components": {"securitySchemes": schemes},
    }


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("added", [True, False])
def test_nothing_of_a_name_is_live_and_nothing_makes_a_line_of_its_own(name, added):
    sides = document(None), document(name)
    comparison = compare(*(sides if added else sides[::-1]))
    assert len(comparison.changes) > 8
    proposal = propose(comparison, "1.0.0")

    text = as_text(comparison, proposal)
    assert all(line.isprintable() for line in text.split("\n"))
    tokens = MarkdownIt("commonmark").parse(as_markdown(comparison, proposal))
    assert not LIVE & {inner.type for token in tokens for inner in (token, *(token.children or []))}
    assert [token.tag for token in tokens if token.type == "heading_open"].count("h1") == 1
    shown = "".join(
        inner.content for token in tokens for inner in token.children or [] if inner.type == "text"
    )
    assert name.strip("`:") not in shown
