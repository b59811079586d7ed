"""Statements of one page that cannot both be true, and promises that stand in prose only."""

from __future__ import annotations

from collections.abc import Sequence

from trigger_contract.normalize.model import Fragment, Ledger, Node
from trigger_contract.normalize.styles import check_styles


def check_draft(draft: Node, fragments: Sequence[Fragment], ledger: Ledger) -> None:
    """Look for contradictions inside the draft; what prose alone defines of a style is added to it."""
    check_styles(draft, ledger)
