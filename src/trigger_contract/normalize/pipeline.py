"""Pages in, document out: the order of the steps, and nothing else."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from trigger_contract.document.uncollected import uncollected
from trigger_contract.document.urls import split_url
from trigger_contract.document.yaml import dump
from trigger_contract.errors import UserError
from trigger_contract.normalize.arrange import arrange, complete, name_operations
from trigger_contract.normalize.checks import check_draft
from trigger_contract.normalize.checks.draft import Draft
from trigger_contract.normalize.expanded.restoring import restore
from trigger_contract.normalize.expanded.unread import note_hints, note_unread
from trigger_contract.normalize.located import Node, list_of, text_of
from trigger_contract.normalize.merging.gaps import drop_defaults, fill_gaps, write_promises
from trigger_contract.normalize.merging.merge import Merger
from trigger_contract.normalize.merging.notes import Notes, place_sentences
from trigger_contract.normalize.merging.services import adopt_schemes, separate_services
from trigger_contract.normalize.model import AGE, Contradiction, Fragment, Ledger, Page, owner
from trigger_contract.normalize.naming.components import name_components
from trigger_contract.normalize.overlay import Action, apply_overlay, settle, split
from trigger_contract.normalize.reading.forms import check_form
from trigger_contract.normalize.reading.pages import read_page
from trigger_contract.normalize.report import provenance, write_report
from trigger_contract.normalize.validation import check_structure, plain, validate


@dataclass(frozen=True)
class ReadPage:
    """What was found on a page; a page with two specifications has two of these.

    Attributes:
        name: The page's short name.
        dialect: ``standard``, ``expanded``, ``rendered`` or ``document``.
        published: When it was published, such as ``2026-02``; empty where nobody knows.
        operations: What it specifies, such as ``GET /api/v1/runs``; none where it only adds sentences.
    """

    name: str
    dialect: str
    published: str
    operations: tuple[str, ...]


@dataclass(frozen=True)
class Normalized:
    """The canonical document and what is to be said about it.

    Attributes:
        document: The OpenAPI 3.1 document as plain values.
        text: The same as YAML.
        report: ``NORMALIZATION.md``.
        provenance: ``page:line`` of each part by JSON Pointer.
        contradictions: Everything that pages disagree on, and how it was settled.
        notes: What only a text says, and what nobody knows the meaning of.
        draft: The document with the page and line of every part.
        pages: What was found on each page, newest first.
    """

    document: dict[str, object]
    text: str
    report: str
    provenance: dict[str, list[str]]
    contradictions: tuple[Contradiction, ...]
    draft: Node = field(repr=False)
    pages: tuple[ReadPage, ...] = ()
    notes: tuple[Contradiction, ...] = ()

    @property
    def noticed(self) -> tuple[Contradiction, ...]:
        """Contradictions and notes."""
        return (*self.contradictions, *self.notes)

    @property
    def unsettled(self) -> tuple[Contradiction, ...]:
        """Those that age alone has settled."""
        return tuple(entry for entry in self.contradictions if entry.settled == AGE)


def normalize(pages: Iterable[Page], overlay: Sequence[Action] = ()) -> Normalized:
    """Build the canonical document from pages, whatever their order.

    Args:
        pages: The published pages.
        overlay: Decisions, applied to the merged draft.

    Raises:
        UserError: A page cannot be read, an action fits nothing, or the result is no valid document.
    """
    pages, overlay = list(pages), list(overlay)
    result = _valid(pages, overlay)
    if isinstance(result, Normalized):
        return result
    of_action = result.source in {action.source for action in overlay}
    if of_action or not overlay or isinstance(_valid(pages, ()), UserError):
        raise result
    # An action that makes a valid document one that is not, found by halves.
    fails = bisect_left(
        range(1, len(overlay)),
        True,
        key=lambda count: isinstance(_valid(pages, overlay[:count]), UserError),
    )
    message = f"what this action does makes no valid document: {result}"
    raise UserError(message, source=overlay[fails].source, line=overlay[fails].line)


def _valid(pages: Sequence[Page], overlay: Sequence[Action]) -> Normalized | UserError:
    try:
        result = build(pages, overlay)
        validate(result.document, result.draft, len(result.text))
    except UserError as error:
        return error
    return result


def build(pages: Iterable[Page], overlay: Sequence[Action] = ()) -> Normalized:
    """Do everything that ``normalize`` does but the validation of the result."""
    with uncollected():
        return _build(list(pages), list(overlay))


def _build(pages: list[Page], overlay: list[Action]) -> Normalized:
    if not pages:
        raise UserError("no pages to normalize")
    fragments = _in_order(fragment for page in pages for fragment in read_page(page))
    separate_services(fragments)
    restore(fragments)
    adopt_schemes(fragments)
    read = tuple(
        ReadPage(
            fragment.page.name,
            fragment.dialect,
            fragment.page.age.published,
            tuple(owner(found[:3]) for found in fragment.operations()),
        )
        for fragment in fragments
    )
    ledger = Ledger()
    for fragment in fragments:
        for slip in fragment.slips:
            ledger.add(slip)
    titles = _titles(fragments)
    merger = Merger(fragments, Notes.of(fragments, ledger))
    draft = merger.merge()
    note_unread(fragments, ledger)
    place_sentences(fragments, merger.notes, draft)
    check_structure(draft)
    arrange(draft)
    name_operations(draft, titles)
    expanded = [fragment.page.name for fragment in fragments if fragment.dialect == "expanded"]
    fill_gaps(draft, expanded, ledger)
    if expanded:
        note_hints(draft, ledger)
    checked = Draft(draft, ledger)
    check_draft(checked)
    drop_defaults(checked)
    early, late = split(draft, overlay)
    touched = apply_overlay(draft, early)
    entries = settle(ledger, touched, draft)
    contradictions = tuple(entry for entry in entries if not entry.is_note)
    notes = tuple(entry for entry in entries if entry.is_note)
    if early:
        check_form(draft, "document")  # a slip that a page may have is a mistake in a decision
        check_structure(draft)
    complete(draft, _name(fragments))
    arrange(draft)
    name_components(draft)
    if late:
        apply_overlay(draft, late)
        check_structure(draft)
        name_components(draft)
    write_promises(draft)
    arrange(draft)
    document: dict[str, object] = plain(draft)
    return Normalized(
        draft=draft,
        document=document,
        text=dump(document),
        report=write_report(fragments, contradictions, notes, overlay),
        provenance=provenance(draft),
        contradictions=contradictions,
        pages=read,
        notes=notes,
    )


def _in_order(fragments: Iterable[Fragment]) -> list[Fragment]:
    """Newest first; of one age those that show most, then by name and text, whatever the input's order."""

    def within_age(fragment: Fragment) -> tuple[bool, bool, str, str]:
        page = fragment.page
        return fragment.partial, fragment.dialect == "expanded", page.name, page.text

    return sorted(sorted(fragments, key=within_age), key=lambda fragment: fragment.page.age, reverse=True)


def _titles(fragments: list[Fragment]) -> dict[tuple[str, str, str], str]:
    """The titles of pages by the one operation that they show; the newest one's counts."""
    shown = [(fragment.title, list(fragment.operations())) for fragment in reversed(fragments)]
    return {found[0][:3]: title for title, found in shown if title and len(found) == 1}


def _name(fragments: list[Fragment]) -> str:
    """Name the API by the pages' own word for it, else by its server."""
    operations = [found[3] for fragment in fragments for found in fragment.operations()]
    urls = [text_of(server, "url") for operation in operations for server in list_of(operation, "servers")]
    names = (*(fragment.page.api for fragment in fragments), *(split_url(url).hostname for url in urls))
    return next(filter(None, names), "API")
