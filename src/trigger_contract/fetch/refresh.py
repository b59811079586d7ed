"""Pages one after the other: asked for, checked, and put in place of the old ones."""

from __future__ import annotations

import asyncio
import enum
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx

from trigger_contract.document.files import read_bytes, read_text, write_files
from trigger_contract.document.yaml import load
from trigger_contract.errors import UserError
from trigger_contract.fetch.addresses import UrlMap
from trigger_contract.fetch.alone import alone
from trigger_contract.fetch.download import Answer, Failed, Limits, Validators, download, open_client
from trigger_contract.fetch.memory import Record, digest, read_memory, write_memory
from trigger_contract.fetch.sources import Source


class Status(enum.StrEnum):
    """What became of a page."""

    UPDATED = "updated"
    UNCHANGED = "unchanged"
    KEPT = "kept"
    FAILED = "failed"


@dataclass(frozen=True)
class Outcome:
    """What became of one page.

    Attributes:
        source: The page.
        status: ``updated``; ``unchanged``; ``kept``: what came is of no use and the old one stays;
            ``failed``: nothing came.
        detail: Why, for ``kept`` and ``failed``.
    """

    source: Source
    status: Status
    detail: str = ""


def refresh(
    listing: Path,
    sources: Sequence[Source],
    read: Callable[[str, str], frozenset[str]],
    *,
    url_map: UrlMap | None = None,
    limits: Limits | None = None,
    today: date | None = None,
    started: Callable[[Source], None] = lambda source: None,
    progress: Callable[[int], None] = lambda size: None,
    finished: Callable[[Outcome], None] = lambda outcome: None,
) -> tuple[Outcome, ...]:
    """Bring each page up to date.

    A page replaces the old one in one step, together with its record and the date in the list, and only
    if it parses and still describes what the old one did. One that cannot be brought does not keep the
    others from it.

    Args:
        listing: The list of pages, ``sources.yaml``.
        sources: The pages to bring.
        read: Called with the file's name and a text; returns what the page describes, such as
            ``GET /api/v1/runs``, or raises ``UserError`` if it does not parse.
        url_map: Replacements for tests.
        limits: Bounds on each page.
        today: The date that a changed page gets where the server does not tell; by default today's.
        started: Told of each page before it is asked for.
        progress: Told the bytes of the current page so far.
        finished: Told of each page after.

    Raises:
        UserError: The list or the records cannot be read or written, the file of a page is a link, or
            another fetch is at work on the same list.
    """
    memory_path = listing.with_name(f"{listing.stem}.lock.json")
    for source in sources:
        _check_place(source, listing)
    bounds = limits or Limits()

    async def run() -> list[Outcome]:
        outcomes: list[Outcome] = []
        async with open_client(bounds) as client:
            for source in sources:
                started(source)
                one = _Refresh(listing, memory_path, source, client, url_map or UrlMap(), bounds, today)
                outcomes.append(await one.run(read, progress))
                finished(outcomes[-1])
        return outcomes

    with alone(listing):
        return tuple(asyncio.run(run()))


def _check_place(source: Source, listing: Path) -> None:
    """Refuse a page whose file is, or lies behind, a link: what it leads to is not ours to write."""
    here = os.path.realpath(listing.parent)
    inside = source.path.relative_to(listing.parent)
    if os.path.realpath(source.path) != os.path.join(here, inside):
        message = "is a link, or lies behind one; fetch writes plain files in `sources` only"
        raise UserError(message, source=source.path)


@dataclass(frozen=True)
class _Refresh:
    listing: Path
    memory_path: Path
    source: Source
    client: httpx.AsyncClient
    url_map: UrlMap
    limits: Limits
    today: date | None

    async def run(
        self, read: Callable[[str, str], frozenset[str]], progress: Callable[[int], None]
    ) -> Outcome:
        source = self.source
        memory = read_memory(self.memory_path)
        before = read_bytes(source.path) if source.path.is_file() else None

        def known(url: str) -> Validators:
            record = memory.get(source.name)
            # A page that was edited or lost since has to come in full.
            fits = record is not None and record.url == url and before is not None
            if record is None or before is None or not fits or record.sha256 != digest(before):
                return Validators()
            return record.validators

        try:
            answer = await download(self.client, source.url or "", self.url_map, known, self.limits, progress)
        except Failed as error:
            return Outcome(source, Status.FAILED, str(error))
        if answer.body is None:
            return Outcome(source, Status.UNCHANGED)
        try:
            described = read(source.path.name, _decode(answer.body, source.path.name))
        except UserError as error:
            return Outcome(source, Status.KEPT, str(error))
        # A server that answers 200 with an error page, or with another page, is not uncommon.
        if lost := sorted(_described(read, source.path.name, before) - described):
            return Outcome(source, Status.KEPT, f"what came does not describe {', '.join(lost)}")
        record = Record(answer.asked, digest(answer.body), answer.validators)
        contents: dict[Path, str | bytes] = {}
        if answer.body != before:
            contents[source.path] = answer.body
            contents.update(self._dated(answer))
        if memory.get(source.name) != record:
            contents[self.memory_path] = write_memory({**memory, source.name: record})
        write_files(contents)
        return Outcome(source, Status.UPDATED if source.path in contents else Status.UNCHANGED)

    def _dated(self, answer: Answer) -> dict[Path, str | bytes]:
        """Return the list with the page's new date: where pages disagree, the most recent is right."""
        if self.source.published_line is None:
            return {}
        today = self.today or datetime.now(UTC).date()
        told = _last_modified(answer)
        if told is not None and told > today:
            told = None  # a page from the future would be the newest for years
        day, origin = (today, "that of the fetch") if told is None else (told, "the server's")
        text = read_text(self.listing)
        lines = text.split("\n")
        wanted = {"published": day.isoformat()}
        if self.source.evidence_line is not None:
            wanted["evidence"] = f"The text had changed when it was fetched; the date is {origin}."
        # Found anew each time: dating another page may have moved the lines.
        entry = next(
            item for item in load(text, str(self.listing))["sources"] if item["name"] == self.source.name
        )
        for key in sorted(wanted, key=lambda key: int(entry.lines[key]), reverse=True):
            _put(lines, entry.lines[key], key, wanted[key])
        dated = "\n".join(lines)
        if not _differ_only_in(text, dated, self.source.name, wanted):
            raise UserError(
                f"the new date of {self.source.name} cannot be put in; write every key on a line of its own",
                source=self.listing,
                line=self.source.published_line,
            )
        return {self.listing: dated}


def _described(read: Callable[[str, str], frozenset[str]], name: str, page: bytes | None) -> frozenset[str]:
    """Return what the old page describes; one that is missing or broken keeps nothing from replacing it."""
    try:
        return frozenset() if page is None else read(name, _decode(page, name))
    except UserError:
        return frozenset()


def _put(lines: list[str], number: int, key: str, value: str) -> None:
    """Replace a value in one line of YAML and leave everything else in the file as it is."""
    start, found, rest = lines[number - 1].partition(f"{key}:")
    if not found:
        return
    if "{" in start:
        # In a flow mapping a value ends at the comma or the brace.
        kept = re.sub(r"\A\s*(?:\"[^\"]*\"|'[^']*'|[^,}]*)", "", rest)
    else:
        comment = re.search(r"\s#.*\Z", rest)
        kept = comment.group() if comment else ""
        # Lines that are deeper than the key go on with its value.
        while number < len(lines) and re.match(rf" {{{len(start) + 1},}}\S", lines[number]):
            del lines[number]
    lines[number - 1] = f"{start}{key}: {value}{kept}"


def _differ_only_in(before: str, after: str, name: str, wanted: Mapping[str, str]) -> bool:
    """Whether a list of pages reads as before but for some values of one page."""
    expected = load(before, "")
    for entry in expected["sources"]:
        if entry.get("name") == name:
            entry.update(wanted)
    try:
        return bool(load(after, "") == expected)
    except UserError:
        return False


def _decode(body: bytes, name: str) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise UserError("is not UTF-8 text", source=name, line=line) from None


def _last_modified(answer: Answer) -> date | None:
    try:
        return parsedate_to_datetime(answer.validators.last_modified or "").date()
    except (TypeError, ValueError):
        return None
