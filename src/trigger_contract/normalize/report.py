"""``NORMALIZATION.md``: every contradiction, who said what, what was chosen and why."""

from __future__ import annotations

from collections.abc import Sequence

from trigger_contract.document.references import join_pointer
from trigger_contract.normalize.model import AGE, APART, OVERLAY, RULE, Contradiction, Fragment
from trigger_contract.normalize.overlay import Action

_SETTLED = {
    OVERLAY: "Decided by a person",
    AGE: "Settled by the newest page",
    RULE: "Settled by a rule",
    APART: "Left as written",
}


def write_report(
    fragments: Sequence[Fragment], contradictions: Sequence[Contradiction], overlay: Sequence[Action]
) -> str:
    """Write the report as Markdown."""
    lines = [
        "# How the pages became one document",
        "",
        "Built by `trigger-contract normalize`; do not edit.",
        "",
    ]
    lines += [
        "## Pages, newest first",
        "",
        "| page | dialect | published | operations |",
        "|---|---|---|---|",
    ]
    for fragment in fragments:
        shown = [f"`{method.upper()} {path}`" for _, path, method, _ in fragment.operations()]
        lines.append(
            f"| {fragment.page.name} | {fragment.dialect} | {fragment.page.age} | "
            f"{', '.join(shown) or 'none; sentences only'} |"
        )
    lines += ["", "## Contradictions", ""]
    if not contradictions:
        lines += ["None.", ""]
    for number, entry in enumerate(contradictions, 1):
        lines += [f"### {number}. {entry.kind}: `{join_pointer(*entry.pointer)}`", ""]
        lines += [f"- {claim} says: {claim.says}" for claim in entry.claims]
        lines += [f"- **Chosen:** {entry.chosen}", f"- **{_SETTLED[entry.settled]}:** {entry.reason}", ""]
    if overlay:
        lines += ["## Decisions (`overlay.yaml`)", ""]
        lines += [f"- `{action.target}`: {action.reason}" for action in overlay]
        lines.append("")
    return "\n".join(lines)
