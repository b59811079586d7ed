r"""Is a text a regular expression of ECMA-262? Judged by its brackets, which is all that can be relied on.

Python's own expressions are another language: they know neither ``\p{L}`` nor ``(?<name>…)`` nor
``\u{1F600}`` nor ``[^]``, all of which are legal here. What vendors publish beyond the standard
(``\A``, ``(?i)``, ``[\w-_]``) is theirs to keep.
"""

from __future__ import annotations


def pattern_fault(pattern: str) -> str | None:
    """Say what keeps a text from being an expression at all, or None.

    Source: ECMA-262, Pattern, ClassContents and Disjunction.
    """
    depth = 0
    in_class = False
    characters = iter(pattern)
    for character in characters:
        if character == "\\":
            if next(characters, None) is None:
                return "ends in a lone backslash"
        elif in_class:
            in_class = character != "]"
        elif character == "[":
            in_class = True
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            if depth < 0:
                return "closes a bracket `)` that was not opened"
    if in_class:
        return "never closes a class `[`"
    return "never closes a group `(`" if depth else None
