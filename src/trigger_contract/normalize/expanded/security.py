"""Security in the expanded dialect: a title such as ``API key & Org``, and the schemes in groups."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import permutations
from typing import Any

from trigger_contract.document.yaml import LocatedMapping, LocatedSequence
from trigger_contract.normalize.located import Node, line_of, mapping_of, node_like, put, refusal, sequence_of
from trigger_contract.normalize.naming import words

UNKNOWN_SCHEME = "The page does not show how this scheme is sent."

_MAXIMUM_TOGETHER = 5


def read_security(request: LocatedMapping, operation: Node) -> Node | None:
    """Read the alternatives of security onto an operation; names are made up again from the titles.

    Args:
        request: The endpoint's ``request``.
        operation: Gets ``security``.

    Returns:
        The schemes by name, or None where the page shows none.

    Raises:
        UserError: ``security`` does not have the dialect's form.
    """
    alternatives = request.get("security")
    if not isinstance(alternatives, LocatedSequence):
        return None
    shown = []
    for alternative in alternatives:
        if not isinstance(alternative, LocatedMapping):
            raise refusal(request, "security", "`security` must hold alternatives")
        names = [component_key(part) for part in str(alternative.get("title", "")).split(" & ")]
        shown.append((alternative, [name for name in names if name], list(_schemes(alternative))))
    schemes = node_like(request)
    # Where a page shows every scheme of an alternative, there is nothing to guess for the others.
    for alternative, names, definitions in sorted(shown, key=lambda entry: _doubt(*entry[1:])):
        for name, definition in _by_title(names, definitions, schemes).items():
            put(schemes, name, definition)
        for name in names:
            if name not in schemes:
                # The dialect leaves nothing of openIdConnect and of unknown http schemes but the name.
                put(schemes, name, unknown_scheme(alternative))
    requirements = []
    for alternative, names, _ in shown:
        requirement = node_like(alternative)
        for name in names:
            put(requirement, name, sequence_of(alternative, []), line_of(alternative, "title"))
        requirements.append(requirement)
    put(operation, "security", sequence_of(alternatives, requirements), line_of(request, "security"))
    return schemes or None


def unknown_scheme(like: Any) -> Node:
    """Define a scheme of which only the name is known, as far as that goes: the commonest way is assumed."""
    return node_like(like, type="http", scheme="bearer", description=UNKNOWN_SCHEME)


def _doubt(names: list[str], definitions: list[Node]) -> tuple[bool, int]:
    return len(names) != len(definitions), len(names)


def _by_title(names: list[str], definitions: list[Node], known: Node) -> dict[str, Node]:
    """Give the schemes of one alternative to the names in its title, as far as words and other titles tell.

    The title has its own order, the schemes stand grouped by where they are sent; and of two that are
    both sent as ``Authorization`` the page shows only the second. A scheme goes with the name that has
    the most words in common with it; where words do not tell, the order of the page does.
    """
    found = {name: known[name] for name in names if name in known}
    rest = [definition for definition in definitions if definition not in found.values()]
    open_names = [name for name in names if name not in found]
    if not rest or not open_names or len(open_names) > _MAXIMUM_TOGETHER:
        return found
    count = min(len(rest), len(open_names))

    def likeness(order: Iterable[str]) -> int:
        return sum(len(_words(name) & _told(scheme)) for name, scheme in zip(order, rest, strict=False))

    # The first of equals is the order as published; with fewer schemes than names, the last names.
    orders = list(permutations(open_names, count))
    if len(rest) < len(open_names):
        orders.reverse()
    return {**found, **dict(zip(max(orders, key=likeness), rest, strict=False))}


def _told(scheme: Node) -> set[str]:
    """Words that a scheme's name may well have: of its parameter, else of its type and place."""
    if scheme.get("type") == "apiKey":
        return _words(f"{scheme.get('name', '')} api key {scheme.get('in', '')}")
    return _words(f"{scheme.get('type', '')} {scheme.get('scheme', '')}") | (
        {"oauth", "auth2"} if scheme.get("type") == "oauth2" else set()
    )


def _words(name: str) -> set[str]:
    return {word.casefold() for word in words(name)}


def component_key(title: str) -> str:
    """Make a legal component key of a title, in which ``_`` and ``-`` were turned into blanks."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", title.strip()).strip("_")


def _schemes(alternative: LocatedMapping) -> Iterator[Node]:
    groups = mapping_of(alternative, "parameters")
    for place in ("query", "header", "cookie"):
        for name, entry in mapping_of(groups, place).items():
            if not isinstance(entry, LocatedMapping):
                continue
            scheme = node_like(entry)
            for word, value in entry.items():
                put(scheme, word, value, line_of(entry, word))
            if entry.get("type") == "apiKey":
                put(scheme, "name", name)
                put(scheme, "in", place)
            elif entry.get("type") == "oauth2" and "flows" not in scheme:
                put(scheme, "flows", node_like(entry))
            yield scheme
