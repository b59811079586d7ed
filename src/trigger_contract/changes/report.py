"""A comparison as text for a terminal, as JSON for a program, as Markdown for a pull request."""

from __future__ import annotations

import hashlib
import json
import re
import textwrap
from dataclasses import replace
from typing import Any

from trigger_contract.changes.model import MEANING, Change, Comparison, Severity
from trigger_contract.changes.side import listing, quoted, show
from trigger_contract.changes.version import Proposal
from trigger_contract.document.quoting import markdown_spans, terminal

_SHOWN_OPERATIONS = 5
_LISTED_OPERATIONS = 12
_WIDTH = 110
# More than so many changes of words only would bury the rest.
_SHOWN_TEXTS = 30
_ALTERNATIVE = re.compile(r" alternative ((`+)(?!`).*(?<!`)\2)\.$")


def as_text(comparison: Comparison, proposal: Proposal) -> str:
    """Return lines for a terminal."""
    lines = [_summary(comparison)]
    for severity in Severity:
        if changes := comparison.of(severity):
            lines += ["", f"{_title(severity)}: {MEANING[severity]}"]
            joined = _together(changes)
            shown = _SHOWN_TEXTS if severity is Severity.TEXT else len(joined)
            for change in joined[:shown]:
                lines.append(f"  {terminal(change.message)}  [{change.code}]{_lines(change)}")
                lines += _operations(change)
            if len(joined) > shown:
                lines.append(f"  and {len(joined) - shown} more, which Markdown and JSON list.")
    if comparison.changes:
        lines += ["", _version(proposal)]
    return "\n".join(lines) + "\n"


def as_markdown(comparison: Comparison, proposal: Proposal) -> str:
    """Return a report for a pull request or a changelog."""
    lines = ["# API changes", "", _summary(comparison)]
    for severity in Severity:
        if changes := comparison.of(severity):
            lines += ["", f"## {_title(severity)}", "", f"*{MEANING[severity].capitalize()}.*", ""]
            joined = _together(changes)
            folded = severity is Severity.TEXT and len(joined) > _SHOWN_TEXTS
            lines += ["<details>", f"<summary>{len(joined)} changes</summary>", ""] * folded
            for change in joined:
                lines.append(f"- {markdown_spans(change.message)} ({quoted(change.code)})")
                lines += [f"    - {operation}" for operation in _listed(change)]
            lines += ["", "</details>"] * folded
    if comparison.changes:
        lines += ["", f"**{_version(proposal)}**"]
    return "\n".join(lines) + "\n"


def as_json(comparison: Comparison, proposal: Proposal) -> str:
    """Return a JSON document; its keys are stable."""
    document: dict[str, Any] = {
        "breaking": comparison.breaking,
        "counts": {severity.value: count for severity, count in comparison.counts.items()},
        "version": {"bump": proposal.bump, "current": proposal.current, "next": proposal.next},
        "changes": [
            {
                "id": _identity(change),
                "code": change.code,
                "severity": change.severity.value,
                "message": change.message,
                "place": change.place,
                "operations": list(change.operations),
                "old": change.old,
                "new": change.new,
                "oldLine": change.old_line,
                "newLine": change.new_line,
            }
            for change in comparison.changes
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False, default=str) + "\n"


def _summary(comparison: Comparison) -> str:
    if not comparison.changes:
        return "No changes."
    return ", ".join(f"{count} {_label(severity)}" for severity, count in comparison.counts.items()) + "."


def _label(severity: Severity) -> str:
    return "text only" if severity is Severity.TEXT else severity.value


def _title(severity: Severity) -> str:
    return _label(severity).capitalize()


def _lines(change: Change) -> str:
    if change.old_line and change.new_line:
        return f" (line {change.old_line} → {change.new_line})"
    if change.old_line or change.new_line:
        return f" ({'old' if change.old_line else 'new'} line {change.old_line or change.new_line})"
    return ""


def _identity(change: Change) -> str:
    """Return what names this change and no other of the comparison, from run to run."""
    told = (change.code, change.message, change.old, change.new)
    return hashlib.sha256(repr(told).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _together(changes: tuple[Change, ...]) -> list[Change]:
    """Join changes that read the same: a new description in many operations, values of an enum."""
    groups: dict[tuple[Any, ...], list[Change]] = {}
    for change in changes:
        value = _one_of_many(change)
        key = change.message.replace(value, "", 1), change.operations if value else None
        groups.setdefault((change.code, *key), []).append(change)
    return [_joined(group) if len(group) > 1 else group[0] for group in groups.values()]


def _one_of_many(change: Change) -> str:
    """Return how a sentence spells the value or alternative that came or went; else nothing."""
    if change.code.endswith(("enum-value-added", "enum-value-removed")):
        return show(change.old if change.new is None else change.new)
    found = _ALTERNATIVE.search(change.message)
    return found[1] if found else ""


def _joined(changes: list[Change]) -> Change:
    first = changes[0]
    if value := _one_of_many(first):
        values = listing([_one_of_many(change) for change in changes], limit=5)
        return replace(first, message=first.message.replace(value, values, 1))
    operations = dict.fromkeys(operation for change in changes for operation in change.operations)
    return replace(first, operations=tuple(operations), old_line=None, new_line=None)


def _is_whole(change: Change) -> bool:
    """Whether operations as such came or went, each of which a reader wants to see."""
    return change.code.endswith(("endpoint-added", "-deprecation"))


def _listed(change: Change) -> list[str]:
    """Return the operations as items of a list: all that came or went, some of those that only changed."""
    count = len(change.operations)
    shown = count if _is_whole(change) or count <= _LISTED_OPERATIONS else _LISTED_OPERATIONS - 1
    more = [f"and {count - shown} more"] if count > shown else []
    return [*(quoted(operation) for operation in change.operations[:shown]), *more]


def _operations(change: Change) -> list[str]:
    """Return lines with the operations: all that came or went, some of those that only changed."""
    if _is_whole(change):
        return [f"      {terminal(operation)}" for operation in change.operations]
    # A label is kept together, so its space is not one to break at.
    joined = listing([terminal(one).replace(" ", "\0") for one in change.operations], limit=_SHOWN_OPERATIONS)
    indent = " " * 6
    wrapper = textwrap.TextWrapper(
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace("\0", " ") for line in wrapper.wrap(joined)]


def _version(proposal: Proposal) -> str:
    if proposal.next is None:
        return f"Next client version: a {proposal.bump} step."
    if proposal.next == proposal.current:
        return f"Next client version: {proposal.current} can stay."
    return f"Next client version: {proposal.next} (from {proposal.current})."
