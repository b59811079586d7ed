"""Security in the expanded dialect: a title such as ``API key & Org``, and the schemes in groups."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import permutations

from trigger_contract.document.yaml import LocatedMapping, LocatedSequence
from trigger_contract.errors import UserError
from trigger_contract.normalize.model import Node, line_of, mapping_of, node_like, put, sequence_of
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
    schemes = node_like(request)
    requirements = []
    for alternative in alternatives:
        if not isinstance(alternative, LocatedMapping):
            raise UserError(
                "`security` must hold alternatives", source=request.source, line=line_of(request, "security")
            )
        requirement = node_like(alternative)
        names = [component_key(part) for part in str(alternative.get("title", "")).split(" & ")]
        definitions = _by_title(names, list(_schemes(alternative)))
        for index, name in enumerate(names):
            if not name:
                continue
            put(requirement, name, sequence_of(alternative, []), line_of(alternative, "title"))
            if index < len(definitions):
                put(schemes, name, definitions[index])
            elif name not in schemes:
                # The dialect leaves nothing of openIdConnect and of unknown http schemes but the name.
                unknown = node_like(alternative)
                put(unknown, "type", "http")
                put(unknown, "scheme", "bearer")
                put(unknown, "description", UNKNOWN_SCHEME)
                put(schemes, name, unknown)
        requirements.append(requirement)
    put(operation, "security", sequence_of(alternatives, requirements), line_of(request, "security"))
    return schemes or None


def _by_title(names: list[str], definitions: list[Node]) -> list[Node]:
    """Put the schemes of one alternative in the order of its title, as far as their names tell it.

    The title has its own order, the schemes stand grouped by where they are sent. An API key goes with
    the name that has the most words in common with its parameter; any other scheme keeps its position.
    """
    if not 1 < len(definitions) == len(names) <= _MAXIMUM_TOGETHER:
        return definitions

    def likeness(order: Iterable[Node]) -> int:
        return sum(
            len(_words(name) & _words(str(scheme.get("name", ""))))
            for name, scheme in zip(names, order, strict=True)
        )

    return list(max(permutations(definitions), key=likeness))  # the first of equals: as published


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
