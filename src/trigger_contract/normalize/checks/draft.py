"""Statements of the pages that cannot both be true though no two of them stand in one place.

Each check walks the merged draft and notes what it finds; the draft itself is changed only where a
page leaves no other way to a valid document.
"""

from __future__ import annotations

from typing import Any

from trigger_contract.document.shape import walk
from trigger_contract.normalize.checks.consistency import check_consistency
from trigger_contract.normalize.checks.credentials import check_credentials
from trigger_contract.normalize.checks.error_bodies import check_error_bodies
from trigger_contract.normalize.checks.example_checks import check_examples
from trigger_contract.normalize.checks.gaps import check_gaps
from trigger_contract.normalize.checks.hints import check_hints
from trigger_contract.normalize.checks.likeness import check_likeness
from trigger_contract.normalize.checks.limits import check_limits
from trigger_contract.normalize.checks.prose_checks import check_prose
from trigger_contract.normalize.checks.resources import check_resources
from trigger_contract.normalize.checks.styles import check_styles
from trigger_contract.normalize.checks.usage import check_usage
from trigger_contract.normalize.model import Ledger, Node
from trigger_contract.normalize.reading.standard import find


def check_draft(draft: Node, ledger: Ledger) -> None:
    """Look for contradictions inside the draft; what prose alone defines of a style is added to it."""
    found = [entry for entry in walk("document", draft) if isinstance(entry[1], Node)]

    def lookup(reference: str) -> Any:
        return find(draft, reference)

    check_styles(found, lookup, ledger)
    check_limits(found, lookup, ledger)
    check_prose(found, lookup, ledger)
    check_gaps(found, ledger)
    check_examples(found, lookup, ledger)
    check_likeness(found, ledger)
    check_resources(draft, lookup, ledger)
    check_hints(draft, found, ledger)
    check_error_bodies(draft, ledger)
    check_credentials(draft, ledger)
    check_consistency(draft, found, lookup, ledger)
    check_usage(draft, found, lookup, ledger)
