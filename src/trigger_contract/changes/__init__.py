"""Two documents compared: what changed, and what that means for a client."""

from trigger_contract.changes.compare import compare
from trigger_contract.changes.model import MEANING, Change, Comparison, Severity
from trigger_contract.changes.report import as_json, as_markdown, as_text
from trigger_contract.changes.version import Proposal, api_version, propose

__all__ = [
    "MEANING",
    "Change",
    "Comparison",
    "Proposal",
    "Severity",
    "api_version",
    "as_json",
    "as_markdown",
    "as_text",
    "compare",
    "propose",
]
