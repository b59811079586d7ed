"""Writes what is proposed, and says what is not the document's to settle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console

from trigger_contract.contract.findings import Finding
from trigger_contract.contract.proposing.actions import overlay_text
from trigger_contract.contract.proposing.deciding import Proposal, decide
from trigger_contract.contract.proposing.evidence import Evidence
from trigger_contract.contract.summary import Summary
from trigger_contract.document.files import write_files

# Why a kind of finding asks for nothing of the document.
_NOT_ITS = {
    "robustness": "the server failed",
    "request": "the client sent what the document does not allow",
    "agreement": "answers contradict each other",
    "schema": "what is called JSON is none, or a keyword that no action can widen",
    "status": "no action can add it",
    "content-type": "the answer names no media type",
}


def write_proposal(
    document: Mapping[str, Any], evidence: Evidence, summary: Summary, console: Console
) -> Proposal:
    """Write the overlay of a run, and print how much it settles.

    Args:
        document: The document that was judged by.
        evidence: The exchanges that it does not allow.
        summary: The run, whose settings name the file.
        console: Where a few lines go.

    Raises:
        UserError: The file cannot be written.
    """
    path = summary.settings.propose
    assert path is not None
    proposal = decide(document, evidence.cases, keeps_references=summary.settings.spec is not None)
    if proposal.actions:
        title = str((document.get("info") or {}).get("title") or "the document")
        write_files({path: overlay_text(proposal.actions, f"What was seen otherwise than {title} says")})
    for line in _lines(proposal, summary, evidence):
        console.print(line, markup=False, highlight=False, soft_wrap=not console.is_terminal)
    return proposal


def _lines(proposal: Proposal, summary: Summary, evidence: Evidence) -> Iterator[str]:
    failed = [item for item in summary.findings if summary.meaning(item) == "failed"]
    # What was noted was tried; what was not is no matter of the document's.
    noted = {name for case in evidence.cases for name in case.findings} - set(proposal.open)
    remaining = [item for item in failed if item.fingerprint not in noted]
    if proposal.actions:
        count = len(proposal.actions)
        yield (
            f"Proposed: {count} action{'s' if count != 1 else ''} in {summary.settings.propose}, "
            f"for {len(failed) - len(remaining)} of {len(failed)} findings"
        )
    else:
        yield f"Nothing to propose; {summary.settings.propose} was not written"
    if evidence.left_out:
        yield f"{evidence.left_out} exchanges were too many to look at; propose again after applying these"
    yield from (f"Left: {text}" for text in _left(remaining))


def _left(findings: list[Finding]) -> Iterator[str]:
    counts = Counter(item.law for item in findings)
    for law, count in sorted(counts.items()):
        first = next(item for item in findings if item.law == law)
        why = _NOT_ITS.get(first.kind, "it judges the server alone")
        yield f"{count} {law} ({why}), {first.fingerprint} first"
