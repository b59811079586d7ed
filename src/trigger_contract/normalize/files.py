"""The normaliser at its edges: read pages and decisions, write the document and what goes with it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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

_FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\n(.{0,8000}?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
# The words for a page's age that documentation services export, the surest first.
_DATED = (
    *("updatedAt", "updated_at", "updated", "lastUpdated", "last_updated", "lastModified", "last_modified"),
    *("lastmod", "modified", "date", "publishedAt", "published_at", "published", "fetchedAt", "fetched"),
)
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
    published = str(listed.get("published", "")) or _front_matter_date(text)
    return Page(name, text, Age(published), str(api) if api else None)


def _front_matter_date(text: str) -> str:
    """Return the date that a page gives for itself in its front matter, or an empty text."""
    found = _FRONT_MATTER.match(text.replace("\r\n", "\n"))
    if found is None:
        return ""
    for word in _DATED:
        given = re.search(rf"^{word}:[ \t]*[\"']?(\d{{4}}-\d\d(?:-\d\d)?)(?!\d)", found[1], re.M | re.I)
        if given and _DATE.match(given[1]):
            return given[1]
    return ""


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
