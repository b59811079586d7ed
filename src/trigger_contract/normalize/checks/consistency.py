"""What one document says in two ways, or says so that one part of it can never be meant.

The version in a name and in a path, one tag in two spellings, a property with one limit or type in one place
and another in another, an alternative that takes in another.
"""

from __future__ import annotations

import re
from typing import Any

from trigger_contract.document.composition import ANNOTATIONS
from trigger_contract.normalize.checks.draft import Draft
from trigger_contract.normalize.ledger import Claim, brief, claim
from trigger_contract.normalize.located import Node, Pointer, kinds_of, list_of, map_of
from trigger_contract.normalize.naming import path_version, singular, words

_VERSION = re.compile(r"[_-]?[vV](\d+)\Z")
_PARAMETER = re.compile(r"(?<![^/{}])([^/{}]{1,200})/\{([^{}]{1,200})\}")
_LIMITS = ("maximum", "minimum", "maxLength", "minLength", "maxItems")
_OF_LISTS = frozenset(("page", "per", "limit", "size", "count", "offset", "max", "min"))
_VERSIONS = "A published name is kept, because people call the operation by it; the path is what is called."
_TAGS = "Each operation keeps its tag; one of the two spellings is most likely a slip."
_APART = "Each place keeps what its own page says, because the two may be checked apart."
_OWN = "Each operation keeps what its own page says, because each may well spell the thing in its own way."
_OVERLAP = "What fits both is refused by `oneOf`; most likely `anyOf` is meant. Kept as published."

Said = tuple[Pointer, Claim]


def check_consistency(draft: Draft) -> None:
    """Note names, tags, limits, types and alternatives of a document that do not go together."""
    tags: dict[str, dict[str, Said]] = {}
    for pointer, operation in draft.operations():
        _versions(draft, pointer, operation)
        for tag in map(str, list_of(operation, "tags")):
            folded = " ".join(singular(word).lower() for word in words(tag)) or tag
            says = claim(operation, "tags", f"{str(pointer[2]).upper()} {pointer[1]}: tag {tag}")
            tags.setdefault(folded, {}).setdefault(tag, ((*pointer, "tags"), says))
    for spellings in tags.values():
        if len(spellings) > 1:
            draft.ledger.apart("tag", _TAGS, list(spellings.values()))
    _limits(draft)
    _types(draft)
    for pointer, node in draft.schemas():
        if len(list_of(node, "oneOf")) > 1:
            _overlap(draft, pointer, node, node["oneOf"])


def _versions(draft: Draft, pointer: Pointer, operation: Node) -> None:
    identifier, path = str(operation.get("operationId", "")), str(pointer[1])
    named, version = _VERSION.search(identifier), path_version(path)
    if named is not None and version and version != f"v{named[1]}":
        claims = (
            claim(operation, "operationId", f"operationId: {identifier}"),
            claim(operation, "", f"the path: {path}"),
        )
        draft.ledger.rule("operationId", (*pointer, "operationId"), _VERSIONS, *claims, chosen=identifier)


def _limits(draft: Draft) -> None:
    """Note a property of one name and type that has different limits in different places.

    Names of a single word, and those of a page of a list, mean another thing in each place.
    """
    known: dict[tuple[str, str, str], tuple[Pointer, Node]] = {}
    for pointer, node in draft.schemas():
        name = str(pointer[-1]) if len(pointer) > 1 and pointer[-2] == "properties" else ""
        limits = [keyword for keyword in _LIMITS if keyword in node]
        parts = {word.casefold() for word in words(name)} if limits else set()
        for keyword in limits if len(parts) > 1 and not parts <= _OF_LISTS else ():
            first, other = known.setdefault((name, keyword, str(node.get("type"))), (pointer, node))
            if other[keyword] != node[keyword]:
                said = [
                    ((*place, keyword), claim(shown, keyword, f"{name}: {keyword}: {shown[keyword]}"))
                    for place, shown in ((first, other), (pointer, node))
                ]
                draft.ledger.apart("limit", _APART, said)


def _types(draft: Draft) -> None:
    """Compare the top level of what the operations on one thing (``runs/{runId}``) answer."""
    known: dict[tuple[str, str, str], tuple[Any, Said]] = {}
    for where, operation in draft.operations():
        things = _PARAMETER.findall(str(where[1]))
        for start, body in draft.answers(where, operation) if things else ():
            for place, schema in draft.leaves(start, body):
                for name, value in map_of(schema, "properties").items():
                    if kinds_of(value):
                        says = f"{str(where[2]).upper()} {where[1]}: {name}: {brief(value['type'])}"
                        own = (*place, "properties", name, "type"), claim(value, "type", says)
                        kind, first = known.setdefault((*things[-1], name), (value["type"], own))
                        if kind != value["type"]:
                            draft.ledger.apart("type", _OWN, [first, own])


def _overlap(draft: Draft, pointer: Pointer, schema: Node, members: list[Any]) -> None:
    """``oneOf`` refuses what fits two of its members, so one that takes in another shuts that one out."""
    asserted = [_assertions(draft, member) for member in members]
    holders: dict[tuple[str, str], list[int]] = {}
    for index, assertions in enumerate(asserted):
        for key, value in assertions.items():
            holders.setdefault((key, repr(value)), []).append(index)
    for index, wide in enumerate(asserted):
        for other in _candidates(wide, holders) if wide else ():
            narrow = asserted[other]
            if other == index or not _takes_in(wide, narrow) or (wide == narrow and other < index):
                continue
            line = getattr(members[other], "line", 0)
            first = claim(schema, "oneOf", f"alternative {index + 1}: {_brief(wide)}")
            says = f"alternative {other + 1}, all of which fits {index + 1} as well: {_brief(narrow)}"
            second = Claim(schema.source, line or first.line, says)
            draft.ledger.rule("oneOf", (*pointer, "oneOf"), _OVERLAP, first, second, chosen="oneOf")
            return


def _assertions(draft: Draft, member: Any) -> dict[str, Any]:
    """What a member with one type asserts; nothing of any other."""
    member = draft.follow(member)
    if not isinstance(member, dict) or not isinstance(member.get("type"), str):
        return {}
    return {
        key: value
        for key, value in member.items()
        if key not in ANNOTATIONS and not key.startswith("x-") and not (key == "properties" and not value)
    }


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
