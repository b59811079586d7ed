"""Several operations on one rendered page: each shows its sections first and its endpoint last.

That is how GitBook's pages read when they are copied: a title, a method in small letters, the sections, and
the method again with the path right below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from trigger_contract.normalize.shape import METHODS

_NEXT = re.compile(rf"(?P<path>/\S*?)(?P<next>{'|'.join(METHODS)})?(?:Last updated.*)?\Z")


def operations_of(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Cut a page at the operations that end with their endpoint.

    Yields:
        Number of lines before the part, and its lines; the endpoint stands where the method stood first. A
        page without such operations comes back whole.
    """
    start, method, found = 0, "", False
    for index, line in enumerate(lines[:-1]):
        match = _NEXT.match(lines[index + 1].strip()) if line.strip() in METHODS else None
        if match is None:
            continue
        shown = line.strip()
        part = list(lines[start:index])
        place = next((i for i, text in enumerate(part) if text.strip() == shown), 0)
        if not part or (part[place].strip() != shown and method != shown):
            continue
        part[place] = f"{shown.upper()} {match['path']}"
        yield start, part
        found, method = True, match["next"] or ""
        start = index + (1 if method else 2)  # the next method may be glued to this path
    if not found:
        yield 0, list(lines)
