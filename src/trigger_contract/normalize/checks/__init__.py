"""Statements of the pages that cannot both be true though no two of them stand in one place.

Words against schemas, examples against both, places against places: each check walks the merged draft and
notes what it finds; none of them changes it.
"""

from __future__ import annotations

from trigger_contract.normalize.checks.consistency import check_consistency, check_errors
from trigger_contract.normalize.checks.credentials import check_credentials
from trigger_contract.normalize.checks.draft import Draft
from trigger_contract.normalize.checks.examples import check_examples
from trigger_contract.normalize.checks.limits import check_limits
from trigger_contract.normalize.checks.prose import check_prose
from trigger_contract.normalize.checks.usage import check_styles, check_usage

CHECKS = (
    *(check_styles, check_limits, check_prose, check_examples),
    *(check_errors, check_credentials, check_consistency, check_usage),
)


def check_draft(draft: Draft) -> None:
    """Look for contradictions inside a draft; they are noted in its ledger."""
    for check in CHECKS:
        check(draft)
