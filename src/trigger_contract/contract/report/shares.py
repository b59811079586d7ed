"""How much of the contract a run has exercised, in one line and as a badge."""

from __future__ import annotations

import html
from dataclasses import dataclass

from trigger_contract.contract.summary import Summary

# Width of a character of the badge's font, in pixels; the text is stretched to what is reserved for it.
_CHARACTER = 6.6
_PAD = 6
_GREEN, _YELLOW, _RED = "#1a7f37", "#9a6700", "#cf222e"


@dataclass(frozen=True)
class Share:
    """Part of the contract.

    Attributes:
        aspect: What is counted.
        met: How many of them the run has met.
        promised: How many there are.
        missed: Names of the others.
    """

    aspect: str
    met: int
    promised: int
    missed: tuple[str, ...]


def shares(summary: Summary) -> list[Share]:
    """Return what was exercised: the promises first, each a law on an operation, then what is on the wire."""
    idle = [item for item in summary.outcomes if not item.exercised and not item.findings]
    names = tuple(f"{item.law} on {item.operation}: {item.reason or item.title}" for item in idle)
    total = len(summary.outcomes)
    found = [Share("promises", total - len(idle), total, names)]
    told = summary.coverage.to_dict() if summary.coverage else {}
    return found + [
        Share(aspect, item["met"], item["promised"], tuple(item["missed"])) for aspect, item in told.items()
    ]


def line(summary: Summary) -> str:
    """Return the shares as one line of text."""
    return "Coverage: " + ", ".join(f"{item.met}/{item.promised} {item.aspect}" for item in shares(summary))


def badge(summary: Summary) -> str:
    """Return an SVG of one line: whether the server keeps its contract, and how much of it was exercised."""
    found = shares(summary)
    covered = 100 * sum(item.met for item in found) // max(1, sum(item.promised for item in found))
    broken = sum(summary.meaning(item) == "failed" for item in summary.findings)
    is_good = summary.is_good and summary.is_whole
    if is_good:
        said = f"{summary.count('passed')} promises hold, {covered}% covered"
    elif summary.is_good:
        said = f"incomplete, {len(summary.unfinished)} laws not run"
    else:
        said = f"{broken} broken, {covered}% covered" if broken else f"not as known, {covered}% covered"
    left, right = (round(len(text) * _CHARACTER) for text in ("contract", said))
    start, width = left + 2 * _PAD, left + right + 4 * _PAD
    colour = _GREEN if is_good else _YELLOW if summary.is_good else _RED
    fit = 'y="14" lengthAdjust="spacingAndGlyphs"'
    texts = "".join(
        f'<text x="{at}" textLength="{size}" {fit}>{html.escape(text)}</text>'
        for at, size, text in ((_PAD, left, "contract"), (start + _PAD, right, said))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" '
        f'aria-label="contract: {html.escape(said)}"><title>contract: {html.escape(said)}</title>'
        f'<clipPath id="r"><rect width="{width}" height="20" rx="3"/></clipPath><g clip-path="url(#r)">'
        f'<rect width="{start}" height="20" fill="#555"/>'
        f'<rect x="{start}" width="{width - start}" height="20" fill="{colour}"/></g>'
        f'<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">{texts}</g></svg>\n'
    )
