"""From a page to fragments: finds the specification on it and which dialect it is written in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from trigger_contract.document import dynamic
from trigger_contract.document.files import is_web_page
from trigger_contract.document.shape import METHODS
from trigger_contract.document.yaml import LocatedMapping, LocatedSequence, load
from trigger_contract.errors import UserError
from trigger_contract.normalize.expanded.pages import is_expanded, read_expanded
from trigger_contract.normalize.expanded.unread import unread
from trigger_contract.normalize.located import line_of
from trigger_contract.normalize.model import (
    RULE,
    Claim,
    Contradiction,
    Fragment,
    Headline,
    Page,
    Slip,
)
from trigger_contract.normalize.reading.names import old_forms, see_invisible
from trigger_contract.normalize.reading.standard import check_version, read_document
from trigger_contract.normalize.rendered.pages import read_rendered

_OPENING = re.compile(r"^(`{3,}|~{4,})[ \t]*(?:ya?ml|json)\b[ \t]*([^\n`]*)$", re.MULTILINE | re.IGNORECASE)
_WHOLE = re.compile(r"\A(?:---[^\n]*\n|#[^\n]*\n|%[^\n]*\n|\s)*+(?:[\"']?(?:openapi|swagger)[\"']?\s*:|\{)")
_METHOD = rf"\b({'|'.join(METHODS)})\s+"
_ENDPOINT = re.compile(rf"{_METHOD}/|\bwebhook\s+\S", re.IGNORECASE)
_NAMED = re.compile(rf"{_METHOD}(?:https?://[^/\s]+)?(/[^\s\"']*)", re.IGNORECASE)
_IN_FRONT_MATTER = re.compile(r"\A\s*---[ \t]*\n(?:(?!---)[^\n]*\n)*?(?:openapi|api):([^\n]*)\n")
_PLACEHOLDER = re.compile(r"\{[^{}]*\}|(?<=/):\w+")
_FENCE = "Where the fence and the block of one page differ, the block stands: it says all the rest as well."
_HEADING = re.compile(r"^#[ \t]+(.+?)[ \t]*#*$")
_ANY_HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)
_OF_BLOCK = re.compile(r"#{1,6}[ \t]+OpenAPI(?:[ \t]+(?:definition|specification))?[ \t]*$", re.IGNORECASE)
_DOCUMENT = re.compile(
    r"\s{0,99}(?:\{\s{0,99}(?:\"_id\":[^\n]{0,99}\n\s{0,99})?\"(?:openapi|swagger)\""
    r"|(?:openapi|swagger)[ \t]{0,9}:)"
)


@dataclass(frozen=True)
class _Block:
    """A fenced block: its text, the line of its first line, what the page says before it and in its fence."""

    text: str
    first_line: int
    heading: Headline
    info: str = ""
    whole: bool = False


def read_page(page: Page) -> list[Fragment]:
    """Read everything that a page specifies; its dialect is found out from the text.

    Raises:
        UserError: The page holds no specification, or one that cannot be read.
    """
    text = page.text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        raise UserError("is binary, not a text page", source=page.name, line=line)
    if not text.strip():
        raise UserError("is empty", source=page.name, line=1)
    blocks = _blocks(page, text) or _blocks(page, text, nameless=True)
    if blocks:
        return [_read_block(page, block) for block in blocks]
    if is_web_page(text):
        message = "is a saved HTML page; take the page as Markdown, or its text as it is shown"
        raise UserError(message, source=page.name, line=1)
    if page.name.endswith((".yaml", ".yml", ".json")) or _WHOLE.match(text):
        return [_read_block(page, _Block(text, 1, Headline(), whole=True))]
    return read_rendered(page, text)


def _check_end(document: LocatedMapping, text: str, name: str) -> None:
    """Refuse a document whose text ends right behind a key: what was to follow has been cut off."""
    lines = text.rstrip().split("\n")
    if not lines[-1].rstrip().endswith(":"):
        return
    value: Any = document
    while isinstance(value, (LocatedMapping, LocatedSequence)) and value:
        mapping = isinstance(value, LocatedMapping)
        last: Any = max(value, key=value.lines.__getitem__) if mapping else len(value) - 1
        if value[last] is None and line_of(value, last) == len(lines):
            raise UserError(f"ends behind `{last}:`, so it was cut off", source=name, line=len(lines))
        value = value[last]


def _blocks(page: Page, text: str, *, nameless: bool = False) -> list[_Block]:
    """Find the specification blocks: fences of four backticks, or of three that name an endpoint.

    A block ends at a line of nothing but at least as many backticks, in the first column: the code
    samples inside it have fences of their own, but shorter or indented ones. Where pages were joined to
    one file without a line break, the next page starts right behind four backticks. Fences of three that
    start a document and name no endpoint (``nameless``) are what the pages of ReadMe, GitBook and Fern have;
    elsewhere such a fence is a sample.
    """
    blocks: list[_Block] = []
    position = start = 0
    while opening := _OPENING.search(text, position):
        fence, info = opening.groups()
        position = min(opening.end() + 1, len(text))
        named = len(fence) >= 4 or _ENDPOINT.search(info) is not None
        if named == nameless or (nameless and not _DOCUMENT.match(text, position)):
            continue
        line = text.count("\n", 0, opening.start()) + 1
        behind = r"(?![ \t]*(?:ya?ml|json)\b)" if fence.startswith("````") else r"[ \t]*$"
        closing = re.compile(rf"^{fence[0]}{{{len(fence)},}}{behind}", re.MULTILINE | re.IGNORECASE)
        end = closing.search(text, position)
        if end is None:
            raise UserError("the block opened here is never closed", source=page.name, line=line)
        before = text[start : opening.start()]
        own = nameless or (not info.strip() and _DOCUMENT.match(text, position))
        headings = list(_ANY_HEADING.finditer(before)) if own else []
        if headings and not _OF_BLOCK.match(headings[-1][0]):
            start += headings[-1].start()
            before = "# " + before[headings[-1].start() :].lstrip("# \t")
            if _ENDPOINT.match(headings[-1][1]):
                before = ""  # what it is called by when it has no title
        heading = _heading(before, text.count("\n", 0, start))
        blocks.append(_Block(text[position : end.start()], line + 1, heading, info))
        position = start = end.end()
    return blocks


def _read_block(page: Page, block: _Block) -> Fragment:
    heading, whole, slips = block.heading, block.whole, list[Slip]()
    document = load(block.text, page.name, first_line=block.first_line)
    known = not isinstance(document, dict) or not {"openapi", "swagger"}.isdisjoint(document)
    expanded = not whole and not known and is_expanded(document)
    if not isinstance(document, LocatedMapping) or not (known or expanded):
        message = "is not an OpenAPI document" if whole else "the block holds no OpenAPI document"
        if not known and whole:
            message += ": it has no `openapi` key"
        elif not known:
            message = (
                "the block is written in no dialect that is known: it has neither `openapi` nor an endpoint"
            )
        raise UserError(message, source=page.name, line=block.first_line)
    if not expanded:
        check_version(document)
    if whole:
        _check_end(document, block.text, page.name)
    see_invisible(document, block.text, slips)
    if not expanded:
        dynamic.settle(document, block.text)
    if expanded:
        left_out = tuple(unread(document))
        document = read_expanded(document, heading, slips)
    else:
        left_out = tuple(old_forms(document)) if "nullable" in block.text else ()
    read, noted = read_document(document, slips, expanded=expanded)
    dialect = "expanded" if expanded else "document" if whole else "standard"
    fragment = Fragment(page, dialect, read, heading.title, heading.line, unread=left_out, slips=noted)
    if not expanded:
        fragment.slips += tuple(_other_endpoint(fragment, block))
    return fragment


def _other_endpoint(fragment: Fragment, block: _Block) -> Iterator[Contradiction]:
    """Note a fence or a front matter that names another endpoint than its block describes."""
    found = list(fragment.operations())
    if len(found) != 1 or found[0][0] != "paths":
        return
    group, path, method, operation = found[0]
    text = fragment.page.text.replace("\r\n", "\n")
    above = _IN_FRONT_MATTER.match(text)
    said = [("the fence", block.first_line - 1, block.info)]
    if above:
        said.append(("the front matter", text.count("\n", 0, above.start(1)) + 1, above[1]))
    for where, line, words in said:
        named = _NAMED.search(words)
        shown = _PLACEHOLDER.sub("{}", named[2]) if named else ""
        if named and (named[1].lower(), shown) != (method, _PLACEHOLDER.sub("{}", path)):
            claims = (
                Claim(operation.source, operation.line or None, f"the block: {method.upper()} {path}"),
                Claim(operation.source, line, f"{where}: {named[1].upper()} {named[2]}"),
            )
            yield Contradiction("endpoint", (group, path, method), claims, claims[0].says, RULE, _FENCE)


def _heading(text: str, lines_before: int) -> Headline:
    """Find title and description before a block: the first heading that is no note of a copy's origin."""
    title, title_line = "", lines_before + 1
    description: list[str] = []
    for number, line in enumerate(text.split("\n"), lines_before + 1):
        if _OF_BLOCK.match(line):
            break
        match = _HEADING.match(line)
        if match and (not title or match[1] == title):
            if not match[1].startswith("Source:"):
                title, title_line, description = match[1], number, []
            continue
        if title and line.startswith("> Original "):
            continue
        if title and (description or line.startswith(">")):
            description.append(line if description else line.removeprefix(">").removeprefix(" "))
    if title == "null":
        title = ""
    return Headline(title, title_line, "\n".join(description).strip())
