"""What a document promises beyond its keywords, as data.

A description may say more than any keyword can: "omitted if the request was made with a Public API key".
The normaliser reads such sentences once (``phrases``) and writes what they promise beside them:

    x-promise:
    - kind: hidden
      from: public key
      says: omitted if the request was made with a Public API key

A person may declare one that stands in no sentence, with ``reason`` in place of ``says`` and perhaps a
``tier``, or take one back with ``struck`` and the reason. Whoever asks gets the same answer for a document
that the normaliser never saw: what its descriptions say is read on the way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast, get_args

from trigger_contract.document.phrases import KINDS, MAY_PROMISE, OPERATION, PARAMETER, PHRASES, SCHEMA, Tier
from trigger_contract.document.references import lookup, resolve
from trigger_contract.errors import UserError

EXTENSION = "x-promise"
_LONGEST = 20_000
_OWN = frozenset(("kind", "tier", "says", "reason", "struck"))


@dataclass(frozen=True)
class Promise:
    """One thing that is promised of the node it stands on.

    Attributes:
        kind: What is promised, a key of ``phrases.KINDS``.
        arguments: The particulars, as ``KINDS`` names them.
        tier: How firmly it stands: said by a page, derived from its words, or only advised.
        says: The words that it was read from; empty where a person declared it.
        reason: Why a person declared it; empty where it was read.
    """

    kind: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    tier: Tier = "documented"
    says: str = ""
    reason: str = ""

    def __getitem__(self, name: str) -> Any:
        """Return one argument."""
        return self.arguments[name]

    def get(self, name: str, default: Any = None) -> Any:
        """Return one argument that need not be given."""
        return self.arguments.get(name, default)

    def entry(self) -> dict[str, Any]:
        """Return it as it stands in a document."""
        tier = {} if self.tier == KINDS[self.kind].tier else {"tier": self.tier}
        why = {"says": self.says} if self.says else {"reason": self.reason}
        return {"kind": self.kind, **self.arguments, **tier, **why}


def promises(document: Mapping[str, Any], node: Any) -> tuple[Promise, ...]:
    """Return what is promised of a schema, a parameter or an operation; at most one of each kind.

    Args:
        document: The document, to follow references in.
        node: The object as it stands in the document; a reference is followed, and what stands beside it
            goes before what it leads to.

    Raises:
        UserError: An ``x-promise`` is not of the form above.
    """
    found: dict[str, Promise | None] = {}
    for part in _parts(document, node):
        for kind, declared in _declared(part):
            found.setdefault(kind, declared)
        for made in read(document, part):
            found.setdefault(made.kind, made)
    return tuple(made for made in found.values() if made is not None)


def promise(document: Mapping[str, Any], node: Any, kind: str) -> Promise | None:
    """Return the promise of one kind that is made of a node, or None."""
    return next((made for made in promises(document, node) if made.kind == kind), None)


def read(document: Mapping[str, Any], node: Mapping[str, Any]) -> Iterator[Promise]:
    """Yield what the description of a node promises beyond the keywords beside it.

    What is said of one item and is about the list, such as the most items, is yielded for the list.
    """
    yield from _read(node, _place(node))
    items = node.get("items")
    if isinstance(items, Mapping) and "maxItems" not in node:
        resolved = resolve(document, items)
        if isinstance(resolved, Mapping):
            yield from _read(resolved, "items")


def _read(node: Mapping[str, Any], place: str) -> Iterator[Promise]:
    description = node.get("description")
    if not isinstance(description, str):
        return
    text = " ".join(description[:_LONGEST].split())
    schema = node.get("schema") if place == PARAMETER else node
    beside = schema if isinstance(schema, Mapping) else {}
    seen = set()
    for unless, made in _said(text, place):
        if made.kind not in seen and not any(word in beside for word in unless):
            seen.add(made.kind)
            yield made


# The same texts are asked about over and over while answers are judged.
@lru_cache(maxsize=4096)
def _said(text: str, place: str) -> tuple[tuple[tuple[str, ...], Promise], ...]:
    """Return what a text promises in some place, each with the keywords that say it already."""
    if MAY_PROMISE.search(text.lower()) is None:
        return ()
    found = []
    for phrase in PHRASES:
        if place in phrase.on and (match := phrase.pattern.search(text)) is not None:
            says = match.groupdict().get("said") or match[0]
            tier = KINDS[phrase.kind].tier
            found.append((phrase.unless, Promise(phrase.kind, phrase.arguments(match), tier, says)))
    return tuple(found)


def _place(node: Mapping[str, Any]) -> str:
    """Tell by its form which object of OpenAPI a node is."""
    if "responses" in node:
        return OPERATION
    return PARAMETER if "in" in node and "name" in node else SCHEMA


def _parts(document: Mapping[str, Any], node: Any) -> Iterator[Mapping[str, Any]]:
    """Yield a node and all that its reference leads to, the nearest first."""
    seen: set[str] = set()
    while isinstance(node, Mapping):
        yield node
        reference = node.get("$ref")
        if not isinstance(reference, str) or reference in seen:
            return
        seen.add(reference)
        node = lookup(document, reference)


def declared_kinds(node: Mapping[str, Any]) -> frozenset[str]:
    """Return the kinds that are declared or struck on a node itself.

    Raises:
        UserError: An entry is not of the form of a promise.
    """
    return frozenset(kind for kind, _ in _declared(node))


def _declared(node: Mapping[str, Any]) -> Iterator[tuple[str, Promise | None]]:
    """Yield the kinds that are declared on a node, each with the promise; None where it is struck."""
    entries = node.get(EXTENSION)
    if entries is None:
        return
    if not isinstance(entries, list):
        raise _fault(node, "must be a list of mappings, each with a `kind`")
    for entry in entries:
        if not isinstance(entry, Mapping) or entry.get("kind") not in KINDS:
            kinds = ", ".join(KINDS)
            raise _fault(node, f"each entry needs a `kind`, one of {kinds}")
        yield str(entry["kind"]), _made(node, entry)


def _made(node: Mapping[str, Any], entry: Mapping[str, Any]) -> Promise | None:
    kind = KINDS[entry["kind"]]
    if entry.get("struck"):
        return None
    given = {name: value for name, value in entry.items() if name not in _OWN}
    known = {**kind.arguments, **kind.optional}
    for name in given:
        if name not in known:
            raise _fault(node, f"{entry['kind']} takes no {name!r}; it takes {', '.join(known) or 'nothing'}")
    for name, wanted in known.items():
        if name in given and not _is_of(given[name], wanted):
            raise _fault(node, f"{name!r} of {entry['kind']} has a value of the wrong type")
        if name not in given and name in kind.arguments:
            raise _fault(node, f"{entry['kind']} needs {name!r}")
    tier = entry.get("tier", kind.tier)
    if tier not in get_args(Tier):
        raise _fault(node, f"`tier` is one of {', '.join(get_args(Tier))}")
    says, reason = str(entry.get("says", "")), str(entry.get("reason", ""))
    return Promise(str(entry["kind"]), given, cast("Tier", tier), says, reason)


def _is_of(value: Any, wanted: type | tuple[type, ...]) -> bool:
    """Whether a value has a type; true and false are no numbers."""
    return isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool))


def _fault(node: Mapping[str, Any], message: str) -> UserError:
    line = getattr(node, "lines", {}).get(EXTENSION)
    return UserError(f"`{EXTENSION}`: {message}", source=getattr(node, "source", None), line=line)
