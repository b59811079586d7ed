"""What goes in and what is read: pages and fragments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trigger_contract.document.yaml import LocatedMapping
from trigger_contract.normalize.ledger import Contradiction
from trigger_contract.normalize.located import Node, node_of, operations_of


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


@dataclass(frozen=True)
class Slip:
    """One thing that was put right.

    Attributes:
        node: The object in which it stood.
        name: The key that it is about.
        line: Where it stood.
        says: What the page says.
        chosen: What is taken instead.
    """

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
