"""What goes in, what is read, and what is noticed: pages, fragments, who says what and why it was chosen."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from trigger_contract.document.references import join_pointer
from trigger_contract.document.yaml import LocatedMapping
from trigger_contract.normalize.located import Node, Pointer, line_of, node_of, operations_of

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


def owner(pointer: Pointer) -> str:
    """Name the component or the operation that a place belongs to; an empty text where it is of neither."""
    if len(pointer) < 3 or pointer[0] not in ("components", "paths", "webhooks"):
        return ""
    return str(pointer[2]) if pointer[0] == "components" else f"{str(pointer[2]).upper()} {pointer[1]}"


def claim(holder: Any, key: str | int, says: str) -> Claim:
    """Return what a page says under a key, or of the whole where the key is empty."""
    return Claim(holder.source, line_of(holder, key), says)


def quoted(holder: Any, words: str) -> Claim:
    """Return what a page says in words, in the description of a thing."""
    return claim(holder, "description", f'the text: "{words}"')


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

    def rule(self, kind: str, pointer: Pointer, reason: str, *claims: Claim, chosen: str = "") -> None:
        """Add one that a rule settles; where nothing else is chosen, the first claim stands."""
        self.add(Contradiction(kind, pointer, claims, chosen or claims[0].says, RULE, reason))

    def only_said(self, what: str, pointer: Pointer, reason: str, shown: Claim, words: Claim) -> None:
        """Note what only a text says: the schema is silent, so it is no rule until a person decides so."""
        self.rule(f"{what} in prose only", pointer, reason, shown, words, chosen="stays in prose")

    def apart(self, kind: str, reason: str, said: Sequence[tuple[Pointer, Claim]]) -> None:
        """Add one about several places each of which keeps what it has."""
        (pointer, _), *others = said
        claims, places = tuple(each for _, each in said), tuple(place for place, _ in others)
        self.add(Contradiction(kind, pointer, claims, "both, apart", APART, reason, places))

    def differing(self, kind: str, reason: str, *said: Mapping[str, tuple[Pointer, Claim]]) -> None:
        """Add one for each thing that is said in several ways: all ways to say it with a place of each."""
        for ways in said:
            if len(ways) > 1:
                self.apart(kind, reason, list(ways.values()))

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
        known = self.entries.setdefault(key, contradiction)
        if known is contradiction:
            return
        claims = list(known.claims)
        if contradiction.settled != RULE or _says(known) != _says(contradiction):
            said = {(claim.says, claim.source) for claim in claims}
            claims += [claim for claim in contradiction.claims if (claim.says, claim.source) not in said]
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


def contrast(first: Any, second: Any) -> tuple[str, str]:
    """Write two values in one short line each; of long texts only what is around the difference."""
    if not (isinstance(first, str) and isinstance(second, str) and max(len(first), len(second)) > 200):
        return brief(first), brief(second)
    ours, theirs = first.split(), second.split()
    start, end = max(0, _shared(ours, theirs) - 6), max(0, _shared(ours[::-1], theirs[::-1]) - 6)

    def cut(text: list[str]) -> str:
        middle = " ".join(text[start : max(start + 1, len(text) - end)])
        return f"{'… ' if start else ''}{brief(middle)}{' …' if end else ''}"

    return cut(ours), cut(theirs)


def _shared(ours: list[str], theirs: list[str]) -> int:
    """How many words two texts begin with together; none where one goes on where the other ends."""
    return next((i for i, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), 0)


def brief(value: Any) -> str:
    """Write a value in one short line."""
    if isinstance(value, str):
        text = " ".join(value.split())
    else:
        text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 300 else text[:297] + "…"


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
class Headline:
    """Title and description of a page, or of one of its blocks, and where they stand; each may be empty."""

    title: str = ""
    line: int = 1
    description: str = ""
    description_line: int = 1


@dataclass(frozen=True)
class Sentence:
    """Text of a page that says something about an operation, and the values that are listed below it."""

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


@dataclass(frozen=True)
class Slip:
    """One thing that was put right under a key of an object: what the page says, and what is taken."""

    node: LocatedMapping
    name: str
    line: int | None
    says: str
    chosen: str


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
        service: The number of the service that it is about; pages of one service share their names.
    """

    page: Page
    dialect: str
    document: Node
    title: str = ""
    title_line: int = 1
    sentences: tuple[Sentence, ...] = ()
    unread: tuple[Unread, ...] = ()
    slips: tuple[Contradiction, ...] = ()
    service: int = 0

    @property
    def partial(self) -> bool:
        """Whether what the page does not show proves nothing."""
        return self.dialect == "rendered"

    def operations(self) -> Iterator[tuple[str, str, str, Node]]:
        """Yield ``(paths | webhooks, path, method, operation)``."""
        return operations_of(self.document)

    def named(self, group: str) -> LocatedMapping:
        """Return the components of a group, such as ``schemas``; an empty mapping where there are none."""
        return node_of(node_of(self.document, "components"), group)
