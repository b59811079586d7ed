"""Several operations on one rendered page: each shows its sections first and its endpoint last, if at all.

That is how GitBook's pages read when they are copied: a title, a method in small letters, the sections, and
the method again with the path right below it. Some copies have lost the last or glue it to what follows; then
a command for the shell shows the path.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from trigger_contract.document.shape import METHODS

_SECTIONS = "Authorizations|Path parameters|Query parameters|Header parameters|Body|Responses"
_NEXT = re.compile(rf"(?P<path>/\S*?)(?P<next>{'|'.join(METHODS)}|{_SECTIONS})?(?:Last updated.*)?\Z")


def operations_of(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Cut a page at the operations that end with their endpoint.

    Yields:
        Number of lines before the part, and its lines; the endpoint stands where the method stood first. A
        page without such operations comes back whole.
    """
    start, glued, found = 0, "", False
    for index, line in enumerate(lines[:-1]):
        match = _NEXT.match(lines[index + 1].strip()) if line.strip() in METHODS else None
        if match is None:
            continue
        shown = line.strip()
        part = list(lines[start:index])
        if glued and len(part) > 1:
            part[:2] = [shown, "" if glued in METHODS else glued]
        place = next((i for i, text in enumerate(part) if text.strip() == shown), 0)
        if not part or (index - start < 2 and not glued):
            continue
        part[place] = f"{shown.upper()} {match['path']}"
        yield start, part
        found, glued = True, match["next"] or ""
        start = index + (0 if glued else 2)  # what follows may be glued to the path
    if not found:
        yield from _by_method(lines)


def _by_method(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Cut a page above the title of each method that stands on a line of its own, where there are several."""
    shown = [index for index, line in enumerate(lines) if line.strip() in METHODS]
    titles = [
        next((above for above in range(index - 1, -1, -1) if lines[above].strip()), 0) for index in shown
    ]
    if len(shown) < 2:
        yield 0, list(lines)
        return
    plain = [("" if line.strip() in METHODS else line) for line in lines]
    for start, end in zip([0, *titles[1:]], [*titles[1:], len(lines)], strict=True):
        yield start, plain[start:end]
