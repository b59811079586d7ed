"""The normaliser at its edges: read pages and decisions, write the document and what goes with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from trigger_contract.document.files import read_text
from trigger_contract.document.locate import checkout
from trigger_contract.errors import UserError
from trigger_contract.normalize.overlay import read_overlay
from trigger_contract.normalize.pipeline import Normalized, normalize
from trigger_contract.normalize.provenance import write_provenance
from trigger_contract.normalize.sources import given_pages, listed_pages


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
    overlay, output, report, side = request.overlay, request.output, request.report, request.provenance
    if request.pages:
        pages, paths = given_pages(request.pages, request.sources)
    else:
        root = checkout() / "openapi"
        sources = request.sources or root / "sources.yaml"
        pages, paths = listed_pages(sources)
        if request.sources is None:
            overlay = overlay or root / "overlay.yaml"
            output = output or root / "openapi.yaml"
            report = report or root / "NORMALIZATION.md"
            side = side or root / "provenance.json"
    if overlay is not None:
        paths = {**paths, overlay.name: overlay}
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
    for path, text in (
        (output, result.text),
        (report, result.report),
        (side, write_provenance(result.provenance)),
    ):
        if path is not None:
            if path in files:
                raise UserError("two results cannot go to one file", source=path)
            files[path] = text
    return result, files


def inputs(paths: Sequence[str]) -> tuple[Path, ...]:
    """Turn arguments into paths."""
    return tuple(Path(path) for path in paths)
