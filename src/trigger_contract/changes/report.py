"""A comparison as text for a terminal, as JSON for a program, as Markdown for a pull request."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from trigger_contract.changes.model import MEANING, Change, Comparison, Severity
from trigger_contract.changes.version import Proposal

_SHOWN_OPERATIONS = 5
_LISTED_OPERATIONS = 12


def as_text(comparison: Comparison, proposal: Proposal) -> str:
    """Return lines for a terminal."""
    lines = [_summary(comparison)]
    for severity in Severity:
        if changes := comparison.of(severity):
            lines += ["", f"{_title(severity)}: {MEANING[severity]}"]
            for change in _together(changes):
                lines.append(f"  {change.message}  [{change.code}]{_lines(change)}")
                if change.operations:
                    lines.append(f"      {_operations(change)}")
    if comparison.changes:
        lines += ["", _version(proposal)]
    return "\n".join(lines) + "\n"


def as_markdown(comparison: Comparison, proposal: Proposal) -> str:
    """Return a report for a pull request or a changelog."""
    lines = ["# API changes", "", _summary(comparison)]
    for severity in Severity:
        if changes := comparison.of(severity):
            lines += ["", f"## {_title(severity)}", "", f"*{MEANING[severity].capitalize()}.*", ""]
            for change in _together(changes):
                lines.append(f"- {_escape(change.message)} (`{change.code}`)")
                lines += [f"    - {operation}" for operation in _listed(change)]
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
                "code": change.code,
                "severity": change.severity.value,
                "message": change.message,
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


def _together(changes: tuple[Change, ...]) -> list[Change]:
    """Join changes that read the same, such as a new description each in many operations."""
    joined: dict[tuple[str, str], Change] = {}
    for change in changes:
        key = (change.code, change.message)
        if (first := joined.get(key)) is not None:
            operations = tuple(dict.fromkeys([*first.operations, *change.operations]))
            change = replace(first, operations=operations, old_line=None, new_line=None)
        joined[key] = change
    return list(joined.values())


def _listed(change: Change) -> list[str]:
    """Return the operations as items of a list: all that came or went, some of those that only changed."""
    whole = change.code.endswith(("endpoint-added", "-deprecation"))
    count = len(change.operations)
    shown = count if whole or count <= _LISTED_OPERATIONS else _LISTED_OPERATIONS - 1
    more = [f"and {count - shown} more"] if count > shown else []
    return [*(f"`{operation}`" for operation in change.operations[:shown]), *more]


def _operations(change: Change) -> str:
    shown = ", ".join(change.operations[:_SHOWN_OPERATIONS])
    more = len(change.operations) - _SHOWN_OPERATIONS
    return f"{shown} and {more} more" if more > 0 else shown


def _version(proposal: Proposal) -> str:
    if proposal.next is None:
        return f"Next client version: a {proposal.bump} step."
    if proposal.next == proposal.current:
        return f"Next client version: {proposal.current} can stay."
    return f"Next client version: {proposal.next} (from {proposal.current})."


def _escape(text: str) -> str:
    """Keep HTML in a description from becoming HTML in the report; code spans already are text."""
    parts = text.split("`")
    return "`".join(
        part if index % 2 else part.replace("<", "&lt;").replace(">", "&gt;")
        for index, part in enumerate(parts)
    )
