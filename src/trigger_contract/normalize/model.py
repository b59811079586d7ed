"""The values that travel through the normaliser."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from trigger_contract.document.references import join_pointer
from trigger_contract.document.shape import METHODS, is_extension
from trigger_contract.document.yaml import LocatedMapping, LocatedSequence
from trigger_contract.errors import UserError

Pointer = tuple[str | int, ...]


class Node(LocatedMapping):
    """A mapping of the draft: knows where it was written and which equal ones were merged into it.

    Attributes:
        also: Mappings of other pages, or other places, that say the same or lost against this one.
    """

    __slots__ = ("also",)

    def __init__(self) -> None:
        super().__init__()
        self.also: list[LocatedMapping] = []


Found = tuple[Pointer, Node, str]
"""A place in the draft, what stands there, and its kind (see ``shape``)."""


def node_like(other: Any) -> Node:
    """Return an empty node that was written where ``other`` was."""
    node = Node()
    if isinstance(other, (LocatedMapping, LocatedSequence)):
        node.line, node.source = other.line, other.source
    return node


def put(node: LocatedMapping, key: str, value: Any, line: int | None = None) -> None:
    """Set a key together with the line it comes from; without one, the node's own line."""
    node[key] = value
    node.lines[key] = node.line if line is None else line


def line_of(container: Any, key: str | int) -> int | None:
    """Return the line on which a key or an item was written, if it was read from a file."""
    if isinstance(container, LocatedMapping):
        return container.lines.get(str(key)) or container.line or None
    if isinstance(container, LocatedSequence) and isinstance(key, int) and key < len(container.lines):
        return container.lines[key]
    return None


def mapping_of(container: LocatedMapping, key: str) -> LocatedMapping:
    """Return what stands under a key, an empty mapping where nothing does.

    Raises:
        UserError: Something else than a mapping stands there.
    """
    value = container.get(key)
    if value is None:
        return node_like(container)
    if not isinstance(value, LocatedMapping):
        raise UserError(f"`{key}` must be a mapping", source=container.source, line=line_of(container, key))
    return value


def sequence_of(like: Any, items: list[Any]) -> LocatedSequence:
    """Return a list written where ``like`` was, each item on its own line."""
    sequence = LocatedSequence()
    sequence.source, sequence.line = getattr(like, "source", ""), getattr(like, "line", 0)
    sequence.extend(items)
    sequence.lines = [getattr(item, "line", sequence.line) or sequence.line for item in items]
    return sequence


def copy_value(value: Any) -> Any:
    """Copy a value with its lines, so that nothing is shared through YAML anchors any more."""
    if isinstance(value, dict):
        node = node_like(value)
        if isinstance(value, LocatedMapping):
            node.lines = dict(value.lines)
        for key, item in value.items():
            node[key] = copy_value(item) if isinstance(item, (dict, list)) else item
        return node
    if isinstance(value, list):
        sequence = LocatedSequence()
        if isinstance(value, LocatedSequence):
            sequence.line, sequence.source, sequence.lines = value.line, value.source, list(value.lines)
        sequence.extend(copy_value(item) if isinstance(item, (dict, list)) else item for item in value)
        return sequence
    return value


@dataclass(frozen=True, order=True)
class Age:
    """How recent a page is. Later ages compare as greater; an unknown age is the smallest.

    Attributes:
        published: Year, month and perhaps day as text (``2026-02``), or an empty text where unknown.
    """

    published: str = ""

    def __str__(self) -> str:
        return self.published or "no known date"


@dataclass(frozen=True)
class Page:
    """One input as it was published.

    Attributes:
        name: Short name used in messages and reports, mostly the file's name.
        text: The whole text.
        age: How recent it is.
        api: Name of the API that it belongs to, where known.
    """

    name: str
    text: str
    age: Age = Age()
    api: str | None = None


@dataclass(frozen=True)
class Sentence:
    """Text of a page that says something about an operation.

    Attributes:
        line: Where it stands.
        text: What it says, on one line.
        options: Values listed below it, if there are any.
    """

    line: int
    text: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unread:
    """Something that was left out.

    Attributes:
        where: The way to it on the page, below the endpoint.
        line: Where it stands.
        says: The word and its value.
        instead: What stands in its place, where the page says one thing twice or in an old form.
        kind: What kind of fault it is.
        reason: Why it was left out.
    """

    where: tuple[str, ...]
    line: int | None
    says: str
    instead: str = ""
    kind: str = "unknown word"
    reason: str = "The dialect has no such word in this place, so nothing is known of what it means."


@dataclass
class Fragment:
    """What one page says, as an OpenAPI 3.1 document.

    Attributes:
        page: The page.
        dialect: ``standard``, ``expanded``, ``rendered`` or ``document``.
        document: The document; servers and security stand on each operation.
        title: The page's title.
        title_line: Where the title stands.
        sentences: Text of a rendered page that belongs to no known property: evidence without a place.
        unread: What of the page is not in the document.
        slips: Slips of form that were put right.
    """

    page: Page
    dialect: str
    document: Node
    title: str = ""
    title_line: int = 1
    sentences: tuple[Sentence, ...] = ()
    unread: tuple[Unread, ...] = ()
    slips: tuple[Contradiction, ...] = ()

    @property
    def partial(self) -> bool:
        """Whether what the page does not show proves nothing."""
        return self.dialect == "rendered"

    def operations(self) -> Iterator[tuple[str, str, str, Node]]:
        """Yield ``(paths | webhooks, path, method, operation)``."""
        return operations_of(self.document)


def operations_of(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str, Node]]:
    """Yield ``(paths | webhooks, path, method, operation)`` of each operation, without those of callbacks."""
    for group in ("paths", "webhooks"):
        for path, item in document.get(group, {}).items():
            if not is_extension("document", group, path):
                for method in METHODS:
                    if method in item:
                        yield group, path, method, item[method]


@dataclass(frozen=True)
class Claim:
    """What one page says about a thing that pages disagree on.

    Attributes:
        source: Name of the page.
        line: Where it says so, if a single place can be named.
        says: Its value, short and readable.
    """

    source: str
    line: int | None
    says: str

    def __str__(self) -> str:
        return f"{self.source}:{self.line}" if self.line else self.source


AGE, RULE, OVERLAY, APART = "age", "rule", "overlay", "apart"

NOTED = frozenset(
    (
        *("limit in prose only", "enum in prose only", "default in prose only", "format in prose only"),
        *("dependency in prose only", "unknown keyword", "unknown word", "hidden property", "old form"),
        *("unread line", "unknown type"),
    )
)
"""Kinds of what was noticed and contradicts nothing: only a text says it, or nobody knows what it means."""


@dataclass(frozen=True)
class Contradiction:
    """Two statements that cannot both be true, and what was done about it.

    Attributes:
        kind: What they disagree on, for example ``enum`` or ``limit in prose``.
        pointer: Where in the draft (before the overlay and before components are named).
        claims: Who says what; the first is the one that won, if any did.
        chosen: What stands in the document.
        settled: ``age``, ``rule``, ``overlay`` or ``apart`` (both stay, each in its own place).
        reason: Why.
        places: Further places that it is about; a decision on any of them settles it.
    """

    kind: str
    pointer: Pointer
    claims: tuple[Claim, ...]
    chosen: str
    settled: str
    reason: str
    places: tuple[Pointer, ...] = ()

    @property
    def is_note(self) -> bool:
        """Whether nothing contradicts it, and it is only to be known."""
        return self.kind in NOTED

    @property
    def where(self) -> str:
        """The place as a JSON Pointer into the draft."""
        return join_pointer(*self.pointer)


@dataclass
class Ledger:
    """The contradictions found so far, one for each place and kind."""

    entries: dict[tuple[Pointer, str], Contradiction] = field(default_factory=dict)
    _by_claim: dict[tuple[object, ...], tuple[Pointer, str]] = field(default_factory=dict)

    def add(self, contradiction: Contradiction) -> None:
        """Add one.

        A further claim about the same place joins what is known of it. So does the same sentence met in
        another place, because a YAML alias or a merged schema shows it there as well; and so do two
        operations that say word for word the same in one place, because some sites write a parameter
        or a schema out on every page that uses it.
        """
        key = (contradiction.pointer, contradiction.kind)
        if key not in self.entries:
            sentences = list(_sentences(contradiction))
            key = next((self._by_claim[said] for said in sentences if said in self._by_claim), key)
            self._by_claim.update(dict.fromkeys(sentences, key))
        known = self.entries.get(key)
        if known is None:
            self.entries[key] = contradiction
            return
        claims = list(known.claims)
        if contradiction.settled != RULE or _says(known) != _says(contradiction):
            for claim in contradiction.claims:
                if not any(claim.says == other.says and claim.source == other.source for other in claims):
                    claims.append(claim)
        places = dict.fromkeys((*known.places, contradiction.pointer, *contradiction.places))
        places.pop(known.pointer, None)
        self.entries[key] = replace(known, claims=tuple(claims), places=tuple(places))


def _says(contradiction: Contradiction) -> tuple[str, ...]:
    return tuple(claim.says for claim in contradiction.claims)


def _sentences(contradiction: Contradiction) -> Iterator[tuple[object, ...]]:
    """What is the same wherever a sentence is met: where it was read, or what it says in a like place."""
    pointer = contradiction.pointer
    yield (contradiction.kind, pointer[-1], contradiction.claims[-1])
    if contradiction.settled == RULE and pointer[0] in ("paths", "webhooks"):
        below = tuple(token for token in pointer[3:] if not isinstance(token, int))
        yield (contradiction.kind, below, _says(contradiction))
