"""The normaliser at its edges: read pages and decisions, write the document and what goes with it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from trigger_contract.document.files import read_text
from trigger_contract.document.locate import checkout
from trigger_contract.document.yaml import LocatedMapping, LocatedSequence, load
from trigger_contract.errors import UserError
from trigger_contract.normalize.located import line_of
from trigger_contract.normalize.model import Age, Page
from trigger_contract.normalize.overlay import read_overlay
from trigger_contract.normalize.pipeline import Normalized, normalize
from trigger_contract.normalize.report import write_provenance

_FRONT_MATTER = re.compile(r"\A\ufeff?(---|\+\+\+)[ \t]*\n(.{0,8000}?)\n\1[ \t]*(?:\n|\Z)", re.DOTALL)
_ENTRY = re.compile(r"^[ \t]{0,9}[\"']?(\w[\w -]{0,40}?)[\"']?[ \t]{0,9}[:=][ \t]{0,99}(\S.*)$", re.MULTILINE)
# The words for a page's age that documentation services and copies have, the surest first.
_DATED = tuple(
    re.compile(rf"(?:{words})(?:date|time|at|on)*\Z")
    for words in (
        "(?:date|last)*(?:updated?|modified|modification|mod|revised|revision|changed|edited)",
        "date",
        "(?:date)?(?:published|publication)",
        "(?:date|last)*(?:fetched|scraped|crawled|retrieved|captured|downloaded|accessed|saved)",
    )
)
# What copies write above the text that they found, and what sites write below theirs.
_SAID = re.compile(r"^(?:Published Time:|Last updated(?: on|:)?)[ \t]+(\S.*)$", re.MULTILINE)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = rf"(?P<name>{'|'.join(_MONTHS)})[a-z]*\.?"
_DATES = (
    re.compile(r"(?P<year>\d{4})([-/.])(?P<month>\d\d?)(?:\2(?P<day>\d\d?))?(?!\d)"),
    re.compile(r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)(?!\d)"),
    re.compile(r"(?P<day>\d\d?)\.(?P<month>\d\d?)\.(?P<year>\d{4})(?!\d)"),
    re.compile(
        rf"(?:[a-z]{{3,9}},? )?(?P<day>\d\d?)(?:st|nd|rd|th)?[ -]{_MONTH}[ ,-]+(?P<year>\d{{4}})", re.I
    ),
    re.compile(rf"(?:[a-z]{{3,9}},? )?{_MONTH} (?P<day>\d\d?)(?:st|nd|rd|th)?,? (?P<year>\d{{4}})", re.I),
)
_EPOCH = re.compile(r"(\d{10})(?:\d{3})?\Z")
_DATE = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?\Z")


@dataclass(frozen=True)
class Request:
    """What is to be normalized and where the results go.

    Attributes:
        pages: Pages named one by one; empty for all pages of the list.
        sources: The list of pages, or None for the project's own where no pages are named.
        overlay: The decisions, or None for the project's own where no pages are named.
        output: Where the document goes; None for standard output where pages are named.
        report: Where the report goes, or None for nowhere (beside the document for the project's own).
        provenance: Where the provenance goes, likewise.
    """

    pages: tuple[Path, ...] = ()
    sources: Path | None = None
    overlay: Path | None = None
    output: Path | None = None
    report: Path | None = None
    provenance: Path | None = None


def normalize_files(request: Request) -> tuple[Normalized, dict[Path, str]]:
    """Normalize and return the result with the text of every file that is to be written.

    Raises:
        UserError: An input is missing or wrong.
    """
    overlay, targets = request.overlay, [request.output, request.report, request.provenance]
    if request.pages:
        pages, paths = given_pages(request.pages, request.sources)
    else:
        root = checkout() / "openapi"
        pages, paths = listed_pages(request.sources or root / "sources.yaml")
        if request.sources is None:
            overlay = overlay or root / "overlay.yaml"
            names = ("openapi.yaml", "NORMALIZATION.md", "provenance.json")
            targets = [given or root / name for given, name in zip(targets, names, strict=True)]
    if overlay is not None:
        paths[overlay.name] = overlay
    try:
        actions = read_overlay(read_text(overlay), overlay.name) if overlay else []
        result = normalize(pages, actions)
    except UserError as error:
        # Pages go by short names in reports; a user who has to open one needs its path.
        path = paths.get(error.source or "")
        if path is None:
            raise
        raise UserError(error.message, source=path, line=error.line) from None
    files: dict[Path, str] = {}
    texts = (result.text, result.report, write_provenance(result.provenance))
    for target, text in zip(targets, texts, strict=True):
        if target in files:
            raise UserError("two results cannot go to one file", source=target)
        if target is not None:
            files[target] = text
    return result, files


def read_sources(path: Path) -> dict[str, LocatedMapping]:
    """Read the list; return each entry by the name of its file.

    Raises:
        UserError: The list or an entry does not have the right form.
    """
    document = load(read_text(path), str(path))
    entries = document.get("sources") if isinstance(document, LocatedMapping) else None
    if not isinstance(entries, LocatedSequence):
        raise UserError("`sources` must be a list of pages", source=path, line=1)
    found: dict[str, LocatedMapping] = {}
    for index, entry in enumerate(entries):
        file = entry.get("file") if isinstance(entry, LocatedMapping) else None
        if not isinstance(file, str):
            raise UserError("a source needs a `file`", source=path, line=entries.lines[index])
        published = str(entry.get("published", ""))
        if published and not _DATE.match(published):
            raise UserError(
                f"`published` must be a year, a month or a date, not {published!r}",
                source=path,
                line=line_of(entry, "published"),
            )
        found[file] = entry
    return found


def listed_pages(path: Path) -> tuple[list[Page], dict[str, Path]]:
    """Read every page of the list from the ``sources`` folder beside it.

    Returns:
        The pages, and where each of them lies by its short name.

    Raises:
        UserError: A page is missing or not text.
    """
    folder = path.parent / "sources"
    folder = folder if folder.is_dir() else path.parent
    entries = read_sources(path)
    pages = [_page(folder / file, entry, file) for file, entry in entries.items()]
    return pages, {file: folder / file for file in entries}


def given_pages(paths: Sequence[Path], sources: Path | None = None) -> tuple[list[Page], dict[str, Path]]:
    """Read pages that were named one by one; those that the list has by their file name get its age.

    Returns:
        The pages, and where each of them lies by its short name.

    Raises:
        UserError: A page is missing, a folder, or not text.
    """
    entries = read_sources(sources) if sources else {}
    # Not `Path.resolve`, which raises on links that lead in a circle; reading will name them.
    paths = list({os.path.realpath(path): path for path in paths}.values())
    names = _short_names(paths)
    pages = [_page(path, entries.get(path.name, {}), name) for path, name in zip(paths, names, strict=True)]
    return pages, dict(zip(names, paths, strict=True))


def _page(path: Path, listed: Mapping[str, Any], name: str) -> Page:
    text, api = read_text(path), listed.get("api")
    published = str(listed.get("published", "")) or _own_date(text)
    return Page(name, text, Age(published), str(api) if api else None)


def _own_date(text: str) -> str:
    """Return the date that a page gives for itself in its front matter or its text, or an empty text."""
    text = text.replace("\r\n", "\n")
    found = _FRONT_MATTER.match(text)
    entries = (
        [(re.sub(r"[\W_]", "", key).lower(), value) for key, value in _ENTRY.findall(found[2])]
        if found
        else []
    )
    given = [value for words in _DATED for key, value in entries if words.match(key)]
    return next(filter(None, map(_date, [*given, *_SAID.findall(text)])), "")


def _date(text: str) -> str:
    """Return a date as ISO 8601 has it, without the time; an empty text where it is none for certain."""
    text = text.strip("\"' ")
    if seconds := _EPOCH.match(text):
        return datetime.fromtimestamp(int(seconds[1]), UTC).date().isoformat()
    match = next(filter(None, (pattern.match(text) for pattern in _DATES)), None)
    if match is None:
        return ""
    parts = match.groupdict()
    month = int(parts.get("month") or _MONTHS.index(parts["name"].lower()) + 1)
    date = f"{parts['year']}-{month:02}" + (f"-{int(parts['day']):02}" if parts["day"] else "")
    return date if _DATE.match(date) else ""


def _short_names(paths: Sequence[Path]) -> list[str]:
    """Name each page by its file, and by as many folders above as it takes to tell them apart."""
    names = [path.name for path in paths]
    for depth in range(2, 10):
        repeated = {name for name in names if names.count(name) > 1}
        if not repeated:
            break
        names = [
            "/".join(path.parts[-depth:]) if name in repeated else name
            for path, name in zip(paths, names, strict=True)
        ]
    return names
