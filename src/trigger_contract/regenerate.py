"""Document and client rebuilt from the pages in one go, and what that changed."""

from __future__ import annotations

import tempfile
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trigger_contract import __version__
from trigger_contract.changes import Comparison, compare, propose
from trigger_contract.changes.version import Proposal, is_semver
from trigger_contract.document.files import write_files
from trigger_contract.document.locate import read_document
from trigger_contract.document.operations import operations
from trigger_contract.generate.project import generate
from trigger_contract.generate.renaming import Renamed
from trigger_contract.normalize.files import Request, normalize_files
from trigger_contract.normalize.model import AGE, APART, OVERLAY, RULE
from trigger_contract.normalize.pipeline import Normalized

_WAYS = {
    OVERLAY: "decided by a person",
    RULE: "settled by a rule",
    AGE: "settled by age",
    APART: "left as each page has it",
}
# So many files of one kind are named; more are counted.
_LISTED = 3


@dataclass(frozen=True)
class Regeneration:
    """What rebuilding came to.

    Attributes:
        normalized: The document as the pages give it now.
        comparison: What changed from the document that stood there; None where there was none.
        client_files: How many files the client has.
        client_version: The version that the client has now.
        proposal: The client's next version, the one that is written; None where nothing was compared.
        renamed: What the client calls otherwise than the one that stood there.
        stale: Files, relative to the checkout, that were missing, left over or different.
    """

    normalized: Normalized
    comparison: Comparison | None
    client_files: int
    client_version: str
    proposal: Proposal | None
    renamed: tuple[Renamed, ...]
    stale: tuple[Path, ...]


def regenerate(
    root: Path, *, check: bool = False, progress: Callable[[str], None] = lambda _: None
) -> Regeneration:
    """Rebuild ``openapi/`` and ``generated/`` from the pages.

    Args:
        root: The checkout.
        check: Only find out what is stale, write nothing.
        progress: Told what is begun.

    Raises:
        UserError: A page cannot be read, or a result cannot be written; nothing is written then.
    """
    progress("reading the pages")
    folder = root / "openapi"
    before = folder / "openapi.yaml"
    normalized, documents = normalize_files(
        Request(
            sources=folder / "sources.yaml",
            overlay=folder / "overlay.yaml",
            output=before,
            report=folder / "NORMALIZATION.md",
            provenance=folder / "provenance.json",
        )
    )
    progress("comparing the document")
    comparison = compare(read_document(before), normalized.document) if before.is_file() else None
    client = root / "generated"
    with tempfile.TemporaryDirectory(prefix="trigger-contract-") as scratch:
        built = Path(scratch) / "client"
        current = _current_version(client)
        progress("building the client")
        made = generate(normalized.document, built, version=current, earlier=client)
        proposal = (
            None
            if comparison is None
            else propose(comparison, _if_semver(current), is_renamed=bool(made.renamed))
        )
        version = _version(normalized.document, proposal, current)
        if version != current:
            generate(normalized.document, built, version=version)
        client_version = _current_version(built)
        stale_documents = [path for path, text in documents.items() if not _holds(path, text.encode())]
        stale_client = _different(client, {name: (built / name).read_bytes() for name in made.files})
    if not check:
        progress("writing")
        write_files({path: documents[path] for path in stale_documents})
        if stale_client:
            generate(normalized.document, client, version=version)
    stale = [path.relative_to(root) for path in (*stale_documents, *stale_client)]
    return Regeneration(
        normalized, comparison, len(made.files), client_version, proposal, made.renamed, tuple(sorted(stale))
    )


def _current_version(client: Path) -> str:
    """The version of the client that stands there; this program's where there is none."""
    try:
        project = tomllib.loads((client / "pyproject.toml").read_text(encoding="utf-8"))
        return str(project["project"]["version"])
    except (OSError, KeyError, TypeError, ValueError):
        return __version__


def _if_semver(version: str) -> str | None:
    return version if is_semver(version) else None


def _version(document: Mapping[str, Any], proposal: Proposal | None, current: str) -> str | None:
    """The version to write: what people wrote into the document counts more than any proposal."""
    hint = (document.get("info") or {}).get("x-client")
    if isinstance(hint, Mapping) and "version" in hint:
        return None
    return proposal.next if proposal is not None and proposal.next is not None else current


def summary_lines(result: Regeneration) -> Iterator[str]:
    """Yield what happened, page by page, then the document, then the client."""
    normalized = result.normalized
    for page in normalized.pages:
        found = ", ".join(page.operations) or "sentences only"
        yield f"page      {page.name} ({page.dialect}, {page.published or 'undated'}): {found}"
    document: Mapping[str, Any] = normalized.document
    schemas = len(document.get("components", {}).get("schemas", {}))
    count = sum(1 for _ in operations(document))
    yield f"document  openapi/openapi.yaml: {count} operations, {schemas} schemas"
    settled = Counter(entry.settled for entry in normalized.contradictions)
    ways = ", ".join(f"{settled[way]} {words}" for way, words in _WAYS.items() if settled[way])
    total = len(normalized.contradictions)
    yield f"          openapi/NORMALIZATION.md: {total} contradictions, {ways or 'none'}"
    yield f"client    generated/: {result.client_files} files, version {result.client_version}"
    yield from (f"renamed   {change}" for change in result.renamed)


def stale_lines(stale: Iterable[Path], verb: str) -> Iterator[str]:
    """Yield what was stale, kind by kind: by name where it is little, else counted.

    Args:
        stale: Files, relative to the checkout.
        verb: What a line begins with: ``Wrote`` or ``Stale``.
    """
    kinds: dict[str, list[Path]] = {}
    for path in stale:
        kinds.setdefault(_kind(path), []).append(path)
    for kind, paths in kinds.items():
        if len(paths) <= _LISTED:
            yield from (f"{verb} {path.as_posix()}" for path in paths)
        else:
            yield f"{verb} {len(paths)} {kind}: {paths[0].as_posix()} and others"


def _kind(path: Path) -> str:
    if path.parts[0] != "generated":
        return "files of the document"
    folder = path.parts[2] if len(path.parts) > 3 else ""
    return {"models": "models of the client", "api": "modules of the client's methods"}.get(
        folder, "other files of the client"
    )


def _different(folder: Path, wanted: Mapping[Path, bytes]) -> Iterable[Path]:
    """Paths of files that are missing or different, and of files that no longer belong there."""
    wrong = [folder / name for name, content in wanted.items() if not _holds(folder / name, content)]
    package = {name.parts[0] for name in wanted if len(name.parts) > 1}
    left_over = [
        path
        for name in sorted(package)
        for path in (folder / name).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.relative_to(folder) not in wanted
    ]
    return [*wrong, *left_over]


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content
