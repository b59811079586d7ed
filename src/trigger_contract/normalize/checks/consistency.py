"""What one document says in two ways, or says so that one part of it can never be meant.

The version in a name and in a path, one tag in two spellings, an alternative that takes in another,
a property with one limit in one place and another in another.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from trigger_contract.normalize.model import (
    APART,
    RULE,
    Claim,
    Contradiction,
    Found,
    Ledger,
    Node,
    Pointer,
    line_of,
    operations_of,
)
from trigger_contract.normalize.naming import path_version, singular, words
from trigger_contract.normalize.reach import Lookup

_VERSION = re.compile(r"[_-]?[vV](\d+)\Z")
_LIMITS = ("maximum", "minimum", "maxLength", "minLength", "maxItems")
_OF_LISTS = frozenset(("page", "per", "limit", "size", "count", "offset", "max", "min"))
_ANNOTATIONS = frozenset(
    [
        *("title", "description", "deprecated", "readOnly", "writeOnly", "example", "examples", "default"),
        *("externalDocs", "xml", "$comment"),
    ]
)


def check_consistency(draft: Node, found: Sequence[Found], lookup: Lookup, ledger: Ledger) -> None:
    """Note names, tags and alternatives of a document that do not go together."""
    tags: dict[str, dict[str, tuple[Pointer, Node]]] = {}
    for group, path, method, operation in operations_of(draft):
        if group != "paths":
            continue
        pointer: Pointer = (group, path, method)
        _versions(pointer, operation, ledger)
        for tag in operation.get("tags") or ():
            folded = " ".join(singular(word).lower() for word in words(str(tag))) or str(tag)
            tags.setdefault(folded, {}).setdefault(str(tag), (pointer, operation))
    for spellings in tags.values():
        if len(spellings) > 1:
            _tags(spellings, ledger)
    _limits(found, ledger)
    for where, node, kind in found:
        members = node.get("oneOf") if kind == "schema" else None
        if isinstance(members, list) and len(members) > 1:
            _overlap(where, node, members, lookup, ledger)


def _versions(pointer: Pointer, operation: Node, ledger: Ledger) -> None:
    identifier = operation.get("operationId")
    named = _VERSION.search(identifier) if isinstance(identifier, str) else None
    version = path_version(str(pointer[1]))
    if named is None or not version or version == f"v{named[1]}":
        return
    claims = (
        Claim(operation.source, line_of(operation, "operationId"), f"operationId: {identifier}"),
        Claim(operation.source, operation.line or None, f"the path: {pointer[1]}"),
    )
    reason = "A published name is kept, because people call the operation by it; the path is what is called."
    where = (*pointer, "operationId")
    ledger.add(Contradiction("operationId", where, claims, str(identifier), RULE, reason))


def _tags(spellings: dict[str, tuple[Pointer, Node]], ledger: Ledger) -> None:
    places = [(*pointer, "tags") for pointer, _ in spellings.values()]
    claims = tuple(
        Claim(
            operation.source,
            line_of(operation, "tags"),
            f"{str(pointer[2]).upper()} {pointer[1]}: tag {tag}",
        )
        for tag, (pointer, operation) in spellings.items()
    )
    reason = "Each operation keeps its tag; one of the two spellings is most likely a slip."
    ledger.add(Contradiction("tag", places[0], claims, "both, apart", APART, reason, tuple(places[1:])))


def _limits(found: Sequence[Found], ledger: Ledger) -> None:
    """Note a property of one name and type that has different limits in different places.

    Names of a single word, and those of a page of a list, mean another thing in each place.
    """
    known: dict[tuple[str, str, str], tuple[Pointer, Node]] = {}
    for pointer, node, kind in found:
        if kind != "schema" or len(pointer) < 2 or pointer[-2] != "properties":
            continue
        name = str(pointer[-1])
        for keyword in _LIMITS:
            if keyword not in node:
                continue
            parts = {word.casefold() for word in words(name)}
            if len(parts) < 2 or parts <= _OF_LISTS:
                break
            first, other = known.setdefault((name, keyword, str(node.get("type"))), (pointer, node))
            if other[keyword] != node[keyword]:
                claims = tuple(
                    Claim(shown.source, line_of(shown, keyword), f"{name}: {keyword}: {shown[keyword]}")
                    for shown in (other, node)
                )
                reason = "Each place keeps what its own page says, because the two may be checked apart."
                where, place = (*first, keyword), (*pointer, keyword)
                ledger.add(Contradiction("limit", where, claims, "both, apart", APART, reason, (place,)))


def _overlap(pointer: Pointer, schema: Node, members: list[Any], lookup: Lookup, ledger: Ledger) -> None:
    """``oneOf`` refuses what fits two of its members, so one that takes in another shuts that one out."""
    asserted = [_assertions(member, lookup) for member in members]
    holders = _holders(asserted)
    for index, wide in enumerate(asserted):
        for other in _candidates(wide, holders) if wide is not None else ():
            narrow = asserted[other]
            if other == index or wide is None or narrow is None or not _takes_in(wide, narrow):
                continue
            if wide == narrow and other < index:
                continue
            claims = (
                Claim(schema.source, line_of(schema, "oneOf"), f"alternative {index + 1}: {_brief(wide)}"),
                Claim(
                    schema.source,
                    getattr(members[other], "line", 0) or line_of(schema, "oneOf"),
                    f"alternative {other + 1}, all of which fits {index + 1} as well: {_brief(narrow)}",
                ),
            )
            reason = "What fits both is refused by `oneOf`; most likely `anyOf` is meant. Kept as published."
            ledger.add(Contradiction("oneOf", (*pointer, "oneOf"), claims, "oneOf", RULE, reason))
            return


def _assertions(member: Any, lookup: Lookup) -> dict[str, Any] | None:
    steps = 0
    while isinstance(member, dict) and isinstance(member.get("$ref"), str) and steps < 8:
        member, steps = lookup(member["$ref"]), steps + 1
    if not isinstance(member, dict) or not isinstance(member.get("type"), str):
        return None
    return {
        key: value
        for key, value in member.items()
        if key not in _ANNOTATIONS and not key.startswith("x-") and not (key == "properties" and not value)
    }


def _holders(asserted: list[dict[str, Any] | None]) -> dict[tuple[str, str], list[int]]:
    """Return the numbers of the members that assert a thing, by keyword and value."""
    holders: dict[tuple[str, str], list[int]] = {}
    for index, assertions in enumerate(asserted):
        for key, value in (assertions or {}).items():
            holders.setdefault((key, repr(value)), []).append(index)
    return holders


def _candidates(wide: dict[str, Any], holders: dict[tuple[str, str], list[int]]) -> list[int]:
    """Return the members that may be taken in: those that assert what the fewest do of what this one does.

    With thousands of members nobody compares each with each.
    """
    asked = [holders[key, repr(value)] for key, value in wide.items() if key != "type"]
    if asked:
        return min(asked, key=len)
    kinds = [str(wide["type"]), *(["integer"] if wide["type"] == "number" else [])]
    return sorted(index for kind in kinds for index in holders.get(("type", repr(kind)), ()))


def _takes_in(wide: dict[str, Any], narrow: dict[str, Any]) -> bool:
    """Whether everything that is asked of the wide one is asked of the narrow one, too."""
    kinds = (wide.get("type"), narrow.get("type"))
    if kinds[0] != kinds[1] and kinds != ("number", "integer"):
        return False
    return all(narrow.get(key) == value for key, value in wide.items() if key != "type")


def _brief(assertions: dict[str, Any]) -> str:
    rest = sorted(key for key in assertions if key != "type")
    return f"{assertions.get('type')}{' with ' + ', '.join(rest) if rest else ''}"
