"""Whatever single construct of a page changes, the document or its report changes with it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from trigger_contract.errors import UserError
from trigger_contract.normalize import Page, read_overlay
from trigger_contract.normalize.pipeline import build
from trigger_contract.normalize.sources import listed_pages

OPENAPI = Path(__file__).resolve().parents[2] / "openapi"
PAGES, _ = listed_pages(OPENAPI / "sources.yaml")
OVERLAY = read_overlay((OPENAPI / "overlay.yaml").read_text(), "overlay.yaml")

PLAIN = build(PAGES)
DECIDED = build(PAGES, OVERLAY)


def mutated(name: str, number: int, line: str | None) -> list[Page]:
    pages = []
    for page in PAGES:
        text = page.text
        if page.name == name:
            lines = text.split("\n")
            if line is None:
                del lines[number]
            else:
                lines[number] = line
            text = "\n".join(lines)
        pages.append(Page(page.name, text, page.age, page.api))
    return pages


def constructs() -> list[tuple[str, int, str | None]]:
    """One mutation for each line that holds an enum value, a required name, a limit, a type or a name."""
    found: list[tuple[str, int, str | None]] = []
    for page in PAGES:
        lines = page.text.split("\n")
        end = len(lines)
        if page.name == "trigger-retrieve-run.md":
            # From here on stand values that the site made up; nothing may be concluded from them.
            start = next(number for number, line in enumerate(lines) if line.strip() == "examples:")
            stop = next(number for number, line in enumerate(lines) if line.strip().startswith("'400'"))
        else:
            start = stop = end
        for number, line in enumerate(lines):
            if start <= number < stop:
                continue
            indent = line[: len(line) - len(line.lstrip())]
            word = line.strip()
            if page.name.endswith(".md"):
                if re.fullmatch(r"- [A-Z_]{4,}", word):
                    found.append((page.name, number, f"{indent}- CHANGED"))
                elif re.fullmatch(r"- [a-z][A-Za-z]+", word):
                    found.append((page.name, number, f"{indent}- createdBefore"))
                elif re.fullmatch(r"(maximum|minimum|default): \d+", word):
                    found.append((page.name, number, re.sub(r"\d+", "17", line)))
                elif word == "type: boolean":
                    found.append((page.name, number, f"{indent}type: integer"))
                elif re.fullmatch(r"format: date-time", word):
                    found.append((page.name, number, f"{indent}format: date"))
                elif re.fullmatch(r"[a-z][A-Za-z]+:", word) and word[:-1] not in KEYWORDS:
                    found.append((page.name, number, f"{indent}renamed:"))
            elif re.fullmatch(r", [A-Za-z_]{3,}", word):
                found.append((page.name, number, ", CHANGED"))
            elif re.fullmatch(r'"[A-Za-z]+": .*', word):
                found.append((page.name, number, re.sub(r'"\w+":', '"renamed":', line, count=1)))
            elif word in ("required", "integer", "string", "default:20") or word.startswith("Required range"):
                found.append((page.name, number, "number" if word in ("integer", "string") else ""))
    return found


KEYWORDS = {
    *("properties", "items", "required", "enum", "allOf", "schema", "content", "responses", "parameters"),
    *(
        "components",
        "schemas",
        "paths",
        "get",
        "request",
        "response",
        "security",
        "examples",
        "example",
        "value",
    ),
    *("info", "license", "servers", "header", "query", "cookie", "path", "schemaArray", "requiredProperties"),
    *("tags", "codeSamples", "description", "example"),
}


@pytest.mark.parametrize("overlay", [False, True], ids=["pages alone", "with decisions"])
def test_every_mutation_shows(overlay):
    known = DECIDED if overlay else PLAIN
    silent = []
    cases = constructs()
    assert len(cases) > 150
    for name, number, line in cases[:: 3 if overlay else 2]:
        try:
            result = build(mutated(name, number, line), OVERLAY if overlay else ())
        except UserError:
            continue  # a page that no longer reads, or a decision that fits nothing any more, shows too
        if (result.text, result.report) == (known.text, known.report):
            silent.append(f"{name}:{number + 1}: {line}")
    assert silent == []
