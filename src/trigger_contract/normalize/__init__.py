"""Published pages of any dialect become one canonical OpenAPI 3.1 document.

Pages are read into fragments, fragments merged into a draft, decisions laid over it, inline schemas
named, and the result validated. Whatever two pages disagree on is written down with page and line.
"""

from trigger_contract.normalize.model import Age, Contradiction, Page
from trigger_contract.normalize.overlay import read_overlay
from trigger_contract.normalize.pipeline import Normalized, ReadPage, normalize

__all__ = ["Age", "Contradiction", "Normalized", "Page", "ReadPage", "normalize", "read_overlay"]
