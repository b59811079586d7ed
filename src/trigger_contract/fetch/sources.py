"""The list of published pages, ``sources.yaml``, as far as fetching needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from trigger_contract.document.files import read_text
from trigger_contract.document.yaml import LocatedMapping, LocatedSequence, load
from trigger_contract.errors import UserError


@dataclass(frozen=True)
class Source:
    """One published page.

    Attributes:
        name: What the command line calls it.
        path: The file it is kept in.
        url: Where it is published; None for a page that is only kept.
        line: Where the list names its URL, or itself.
        published_line: Where the list says how recent it is; None where it does not.
        evidence_line: Where the list says, in one line, how that is known; None where it does not.
    """

    name: str
    path: Path
    url: str | None
    line: int
    published_line: int | None
    evidence_line: int | None


def read_sources(path: Path) -> tuple[Source, ...]:
    """Read the list of pages; the pages lie in the folder ``sources`` beside it.

    Raises:
        UserError: The list is missing, broken, names a page twice or a file outside its folder.
    """
    document = load(read_text(path), str(path))
    entries = document.get("sources") if isinstance(document, Mapping) else None
    if not isinstance(entries, LocatedSequence):
        raise UserError("`sources` must be a list of pages", source=path, line=1)
    folder = path.parent / "sources"
    found: dict[str, Source] = {}
    files: set[Path] = set()
    for entry, line in zip(entries, entries.lines, strict=True):
        source = _source(path, folder, entry, line)
        if source.name in found or source.path in files:
            raise UserError(f"names the page {source.name!r} or its file twice", source=path, line=line)
        found[source.name] = source
        files.add(source.path)
    return tuple(found.values())


def _source(path: Path, folder: Path, entry: Any, line: int) -> Source:
    if not isinstance(entry, LocatedMapping):
        raise UserError("a source must be a mapping with `file` and `url`", source=path, line=line)
    file = entry.get("file")
    if not isinstance(file, str) or not _is_inside(file):
        message = "a source needs a `file`, a name in the folder `sources`"
        raise UserError(message, source=path, line=entry.lines.get("file", line))
    name = entry.get("name", PurePosixPath(file).stem)
    if not isinstance(name, str) or not name:
        raise UserError("`name` must be a text", source=path, line=entry.lines.get("name", line))
    url = entry.get("url")
    if url is not None and not isinstance(url, str):
        raise UserError("`url` must be a text", source=path, line=entry.lines.get("url", line))
    return Source(
        name=name,
        path=folder / file,
        url=url,
        line=entry.lines.get("url", line),
        published_line=entry.lines.get("published"),
        evidence_line=_single_line(entry, "evidence"),
    )


def _is_inside(file: str) -> bool:
    parts = PurePosixPath(file).parts
    return bool(parts) and not file.startswith("/") and ".." not in parts and "\\" not in file


def _single_line(entry: LocatedMapping, key: str) -> int | None:
    """Return the line of a key whose value takes one line only, as the next key tells."""
    if key not in entry:
        return None
    keys = list(entry.lines)
    index = keys.index(key)
    if index + 1 == len(keys) or entry.lines[keys[index + 1]] != entry.lines[key] + 1:
        return None
    return entry.lines[key]


def select(sources: Sequence[Source], names: Sequence[str], listing: Path) -> tuple[Source, ...]:
    """Return the pages of these names, or all that have a URL.

    Raises:
        UserError: A name is not in the list, or its page has no URL.
    """
    if not names:
        return tuple(source for source in sources if source.url is not None)
    by_name = {source.name: source for source in sources}
    for name in names:
        if name not in by_name:
            known = ", ".join(by_name)
            raise UserError(f"there is no page {name!r} in {listing}; it has {known}", source="NAME")
        if by_name[name].url is None:
            raise UserError(f"the page {name!r} has no `url`", source=listing, line=by_name[name].line)
    return tuple(by_name[name] for name in dict.fromkeys(names))
