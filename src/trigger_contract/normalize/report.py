"""``NORMALIZATION.md``: every contradiction, who said what, what was chosen and why; then the notes.

What pages say is quoted for Markdown, so that nothing of it is live where the report is shown. Beside it lies
where each part of the document comes from: page and line, for operations down to properties.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trigger_contract.document.quoting import markdown_code, markdown_spans, markdown_text
from trigger_contract.document.references import join_pointer
from trigger_contract.document.shape import MAP, children, field_shape
from trigger_contract.document.yaml import LocatedMapping
from trigger_contract.normalize.located import Node, Pointer
from trigger_contract.normalize.model import AGE, APART, OVERLAY, RULE, Contradiction, Fragment, owner
from trigger_contract.normalize.overlay import Action

_SETTLED = {
    OVERLAY: "Decided by a person",
    AGE: "Settled by the newest page",
    RULE: "Settled by a rule",
    APART: "Left as written",
}
_MOST_PLACES = 10
_NOTES = (
    "Nothing contradicts these. What a text alone says is no rule of the document until a person decides so, "
    "and of a word that nobody knows the meaning is not known either."
)
_MAXIMUM_ORIGINS = 20


def write_report(
    fragments: Sequence[Fragment],
    contradictions: Sequence[Contradiction],
    notes: Sequence[Contradiction],
    overlay: Sequence[Action],
) -> str:
    """Write the report as Markdown."""
    lines = ["# How the pages became one document", "", "Built by `trigger-contract normalize`; do not edit."]
    lines += ["", "## Pages, newest first", "", *_pages(fragments)]
    lines += ["", "## Contradictions", ""]
    lines += [*_summary(contradictions), *_entries(contradictions)] if contradictions else ["None.", ""]
    if notes:
        lines += ["## Notes", "", _NOTES, "", *_summary(notes), *_entries(notes)]
    if overlay:
        lines += ["## Decisions (`overlay.yaml`)", ""]
        lines += [f"- {markdown_code(action.target)}: {markdown_spans(action.reason)}" for action in overlay]
        lines.append("")
    return "\n".join(lines)


def _pages(fragments: Sequence[Fragment]) -> Iterator[str]:
    yield "| page | dialect | published | operations |"
    yield "|---|---|---|---|"
    for fragment in fragments:
        shown = [markdown_code(owner(found[:3]), cell=True) for found in fragment.operations()]
        page, age = markdown_text(fragment.page.name, cell=True), fragment.page.age
        yield f"| {page} | {fragment.dialect} | {age} | {', '.join(shown) or 'none; sentences only'} |"


def _summary(entries: Sequence[Contradiction]) -> Iterator[str]:
    """Count how they were settled, and list them in one line each."""
    counts = Counter(entry.settled for entry in entries)
    parts = [f"{_SETTLED[way].lower()}: {counts[way]}" for way in _SETTLED if counts[way]]
    yield f"{len(entries)} in all; {', '.join(parts)}."
    yield ""
    yield "| | kind | place | pages |"
    yield "|---|---|---|---|"
    for number, entry in enumerate(entries, 1):
        sources = dict.fromkeys(claim.source for claim in entry.claims)
        pages = ", ".join(markdown_text(source, cell=True) for source in sources)
        yield f"| {number} | {entry.kind} | {place(entry.pointer, cell=True)} | {pages} |"
    yield ""


def _entries(entries: Sequence[Contradiction]) -> Iterator[str]:
    for number, entry in enumerate(entries, 1):
        yield f"### {number}. {entry.kind}: {place(entry.pointer)}"
        yield ""
        yield markdown_code(entry.where)
        yield ""
        for claim in entry.claims:
            yield f"- {markdown_text(str(claim))} says: {markdown_text(claim.says)}"
        others = list(dict.fromkeys(map(place, entry.places))) if entry.settled == RULE else []
        if others:
            more = f" and {len(others) - _MOST_PLACES} more" if len(others) > _MOST_PLACES else ""
            yield f"- The same holds of: {', '.join(others[:_MOST_PLACES])}{more}"
        yield f"- **Chosen:** {markdown_text(entry.chosen)}"
        yield f"- **{_SETTLED[entry.settled]}:** {markdown_spans(entry.reason)}"
        yield ""


def place(pointer: Pointer, *, cell: bool = False) -> str:
    """Name a place as a reader would: the component or the operation, and the properties on the way.

    Args:
        pointer: Where it stands in the draft.
        cell: Whether the name stands in a cell of a table.
    """
    owned, rest = owner(pointer), pointer[3:]
    if not owned:
        return markdown_code(".".join(map(str, pointer)) or "the document", cell=cell)
    shown = [markdown_code(owned, cell=cell)]
    if len(rest) > 1 and rest[0] == "responses":
        shown.append(markdown_text(str(rest[1]), cell=cell))
        rest = rest[2:]
    names = [str(rest[index + 1]) for index in range(len(rest) - 1) if rest[index] == "properties"]
    if names:
        shown.append(markdown_text(".".join(names), cell=cell))
    return " ".join(shown)


def provenance(document: Node) -> dict[str, list[str]]:
    """Return ``page:line`` for each operation, parameter, response, component and property.

    Keys are JSON Pointers into the document. At most ``_MAXIMUM_ORIGINS`` places are named for each.
    """
    found: dict[str, list[str]] = {}
    stack: list[tuple[str, Any, str]] = [("", document, "document")]
    while stack:
        pointer, value, kind = stack.pop()
        if not isinstance(value, dict):
            continue
        below = []
        for tokens, child, child_kind, _ in children(kind, value):
            where = pointer + join_pointer(*tokens)
            if child_kind != "components":
                origins = _origins(child, value, str(tokens[0]), tokens[-1], kind)
                if origins:
                    found[where] = origins
            below.append((where, child, child_kind))
        below.reverse()
        stack += below
    return found


def _origins(child: Any, parent: Mapping[str, Any], field: str, key: str | int, kind: str) -> list[str]:
    places = dict.fromkeys(
        f"{node.source}:{node.line}"
        for node in _merged(child)
        if isinstance(node, LocatedMapping) and node.source and node.line
    )
    for node in _merged(parent) if not places else ():
        in_map = (field_shape(kind, field) or ("",))[0] == MAP and isinstance(node, dict)
        holder = node.get(field) if in_map else node
        if isinstance(holder, LocatedMapping) and holder.source and key in holder.lines:
            places[f"{holder.source}:{holder.lines[str(key)]}"] = None
    return list(places)[:_MAXIMUM_ORIGINS]


def _merged(value: Any) -> Iterator[Any]:
    """Yield a node and everything that was merged into it, at any remove."""
    stack, seen = [value], set[int]()
    while stack:
        node = stack.pop()
        if id(node) not in seen:
            seen.add(id(node))
            yield node
            stack.extend(reversed(getattr(node, "also", ())))


def write_provenance(found: Mapping[str, list[str]]) -> str:
    """Write the side file: one line for each pointer."""
    lines = [f"{json.dumps(pointer)}: {json.dumps(origins)}" for pointer, origins in found.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n" if lines else "{}\n"
