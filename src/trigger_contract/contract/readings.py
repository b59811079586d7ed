"""Values that one page names and another does not: where pages contradict each other, both may be right."""

from __future__ import annotations

import re
from collections.abc import Sequence

from trigger_contract.document.files import read_text
from trigger_contract.document.locate import resource
from trigger_contract.errors import UserError

_AROUND = 500
_SHARE = 0.6


class Readings:
    """Knows the published pages.

    Args:
        pages: The text of each page.
    """

    def __init__(self, pages: Sequence[str]) -> None:
        self._pages = pages

    def allow(self, value: object, documented: Sequence[object]) -> bool:
        """Whether some page names a value in the company of most of the documented ones.

        Args:
            value: The value that is not among the documented ones.
            documented: The values of the enumeration.
        """
        if not isinstance(value, str) or len(documented) < 3:
            return False
        word = re.compile(rf"(?<!\w){re.escape(value)}(?!\w)")
        return any(
            self._share(page[max(0, found.start() - _AROUND) : found.end() + _AROUND], documented) >= _SHARE
            for page in self._pages
            for found in word.finditer(page)
        )

    def is_contested(self, path: str, value: object) -> bool:
        """Whether the page of an operation does not name a value that another page gave it.

        Args:
            path: The operation's path.
            value: A value of one of its enumerations.
        """
        heading = re.compile(rf"GET {re.escape(path)}(?![\w/{{])")
        own = [page for page in self._pages if heading.search(page)]
        word = re.compile(rf"(?<!\w){re.escape(str(value))}(?!\w)")
        return bool(own) and not any(word.search(page) for page in own)

    @staticmethod
    def _share(text: str, documented: Sequence[object]) -> float:
        words = set(re.findall(r"\w+", text))
        return sum(str(item) in words for item in documented) / len(documented)


def published_readings() -> Readings:
    """Read the pages that travel with the canonical document; none where they are not there."""
    try:
        folder = resource("openapi", "sources")
        return Readings([read_text(path) for path in sorted(folder.iterdir()) if path.is_file()])
    except UserError:
        return Readings([])
