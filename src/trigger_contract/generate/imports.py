"""Import statements as import sorters write them, of what a module really uses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set

from trigger_contract.generate.naming import natural

Wanted = tuple[str, Iterable[str]]
"""A module, and what may be taken from it, ``name`` or ``name as other``; nothing for the module itself."""

_TEXT = re.compile(
    r"""
      \"{3}[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*\"{3}
    | "[^"\\\n]*(?:\\.[^"\\\n]*)*"
    | '[^'\\\n]*(?:\\.[^'\\\n]*)*'
    """,
    re.DOTALL | re.VERBOSE,
)


def names_in(code: str) -> frozenset[str]:
    """Return every word of some Python outside of its texts; comments must not hold a quote."""
    return frozenset(re.findall(r"\w+", _TEXT.sub("", code)))


def import_block(used: Set[str], *sections: Iterable[Wanted]) -> str:
    """Write imports.

    Args:
        used: The names that the module uses.
        sections: What it may import: the standard library first, then its own package.

    Returns:
        Statements in the order of isort's default, with an empty line between sections; a line may still be
        too long.
    """
    blocks = ("\n".join(_statements(used, section)) for section in sections)
    return "\n\n".join(block for block in blocks if block)


def _statements(used: Set[str], section: Iterable[Wanted]) -> list[str]:
    plain: list[str] = []
    taken: dict[str, list[str]] = {}
    for module, names in section:
        if not names:
            plain += [f"import {module}"] * (module in used)
        elif found := [name for name in names if name.rpartition(" ")[2] in used]:
            taken.setdefault(module, []).extend(found)
    return [
        *sorted(plain),
        *(line for module in sorted(taken, key=_folded) for line in _from(module, taken[module])),
    ]


def _from(module: str, names: list[str]) -> list[str]:
    """What is renamed stands in a line of its own."""
    plain = sorted((name for name in names if " " not in name), key=_rank)
    renamed = sorted(name for name in names if " " in name)
    return [f"from {module} import {text}" for text in [*renamed, *([", ".join(plain)] if plain else [])]]


def _rank(name: str) -> tuple[int, list[str | int], str]:
    """Constants come before classes, and these before the rest."""
    kind = 0 if len(name) > 1 and name.isupper() else 1 if name[:1].isupper() else 2
    return kind, _folded(name), name


def _folded(name: str) -> list[str | int]:
    return natural(name.lower())
