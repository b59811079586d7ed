"""``NORMALIZATION.md``: every contradiction, who said what, what was chosen and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from trigger_contract.normalize.model import AGE, APART, OVERLAY, RULE, Contradiction, Fragment, Pointer
from trigger_contract.normalize.overlay import Action

_SETTLED = {
    OVERLAY: "Decided by a person",
    AGE: "Settled by the newest page",
    RULE: "Settled by a rule",
    APART: "Left as written",
}
_MOST_PLACES = 10


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
    else:
        lines += _summary(contradictions)
    for number, entry in enumerate(contradictions, 1):
        lines += [
            f"### {number}. {entry.kind}: {place(entry.pointer)}",
            "",
            f"`{entry.where}`",
            "",
        ]
        lines += [f"- {claim} says: {claim.says}" for claim in entry.claims]
        others = list(dict.fromkeys(map(place, entry.places))) if entry.settled == RULE else []
        if others:
            more = f" and {len(others) - _MOST_PLACES} more" if len(others) > _MOST_PLACES else ""
            lines.append(f"- The same holds of: {', '.join(others[:_MOST_PLACES])}{more}")
        lines += [f"- **Chosen:** {entry.chosen}", f"- **{_SETTLED[entry.settled]}:** {entry.reason}", ""]
    if overlay:
        lines += ["## Decisions (`overlay.yaml`)", ""]
        lines += [f"- `{action.target}`: {action.reason}" for action in overlay]
        lines.append("")
    return "\n".join(lines)


def _summary(contradictions: Sequence[Contradiction]) -> list[str]:
    """Count how they were settled, and list them in one line each."""
    counts = Counter(entry.settled for entry in contradictions)
    parts = [f"{_SETTLED[way].lower()}: {counts[way]}" for way in _SETTLED if counts[way]]
    lines = [
        f"{len(contradictions)} in all; {', '.join(parts)}.",
        "",
        "| | kind | place | pages |",
        "|---|---|---|---|",
    ]
    for number, entry in enumerate(contradictions, 1):
        pages = ", ".join(dict.fromkeys(claim.source for claim in entry.claims))
        lines.append(f"| {number} | {entry.kind} | {place(entry.pointer)} | {pages} |")
    return [*lines, ""]


def place(pointer: Pointer) -> str:
    """Name a place as a reader would: the component or the operation, and the properties on the way."""
    if pointer[0] == "components" and len(pointer) > 2:
        owner, rest = f"`{pointer[2]}`", pointer[3:]
    elif pointer[0] in ("paths", "webhooks") and len(pointer) > 2:
        owner, rest = f"`{str(pointer[2]).upper()} {pointer[1]}`", pointer[3:]
    else:
        return f"`{'.'.join(map(str, pointer))}`"
    if len(rest) > 1 and rest[0] == "responses":
        owner, rest = f"{owner} {rest[1]}", rest[2:]
    names = [str(rest[index + 1]) for index in range(len(rest) - 1) if rest[index] == "properties"]
    return f"{owner} {'.'.join(names)}" if names else owner
