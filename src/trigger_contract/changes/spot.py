"""A place in the contract, and the reporting of what changed there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from trigger_contract.changes.law import Effect, Flow, severity
from trigger_contract.changes.model import Severity
from trigger_contract.changes.side import quoted


@dataclass(frozen=True)
class Finding:
    """A change before it is known which operations reach it; equal ones are one change."""

    code: str
    severity: Severity
    message: str
    old: str
    new: str
    values: tuple[Any, Any]
    lines: tuple[int | None, int | None]
    place: str | None = None

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes two findings the same change.

        Not the code, which tells a component that is a whole body from one inside of a body.
        """
        return self.severity, self.message, self.old, self.new


@dataclass(frozen=True)
class Context:
    """What kind of place a schema is used in.

    Attributes:
        prefix: First part of the code: ``request``, ``response``, ``webhook-request`` …
        subject: Second part of the code at the root: ``body``, ``parameter`` or ``header``.
        flow: Which way the values travel.
        intro: How a sentence starts, for example ``In the 200 response``.
        inert: Whether values never travel this way: read-only in a request, write-only in a response.
        encoded: Whether values are spelled as text, where 5 and "5" are the same.
    """

    prefix: str
    subject: str
    flow: Flow
    intro: str
    inert: bool = False
    encoded: bool = False

    @property
    def general(self) -> Context:
        """The same kind of place, for a component that several places share."""
        plural = f"In {self.prefix.replace('-', ' ')}s" if self.subject == "body" else f"In {self.words}s"
        return replace(self, intro=plural)

    @property
    def words(self) -> str:
        """The kind of place in words, for example ``response body``."""
        return f"{self.prefix} {self.subject}".replace("-", " ")

    def code(self, what: str, *, root: bool) -> str:
        """Return the stable code of a kind of change at this place."""
        if root:
            subject = self.subject
        else:
            subject = "property" if self.subject == "body" else f"{self.subject}-property"
        return f"{self.prefix}-{subject}{'-' if what else ''}{what}"


@dataclass(frozen=True)
class Spot:
    """Where a comparison stands right now.

    Attributes:
        context: The kind of place.
        base: Name of the component or parameter that the path starts at; empty for an inline body.
        path: Path below it, for example ``data[].status``; empty at the root.
        lines: Line in the old and in the new file.
        sink: Takes each finding.
        root: Whether an empty path means the body, parameter or header as a whole.
        trail: Pairs of schemas that are being compared above, on the way from the base.
    """

    context: Context
    base: str
    path: str
    lines: tuple[int | None, int | None]
    sink: Callable[[Finding], None]
    root: bool = True
    trail: frozenset[Any] = frozenset()

    @property
    def place(self) -> str:
        """The place as such, empty for an inline body as a whole."""
        joint = "" if not self.base or not self.path or self.path.startswith("[") else "."
        return f"{self.base}{joint}{self.path}"

    def below(self, step: str, lines: tuple[int | None, int | None] = (None, None)) -> Spot:
        """Return the spot of a property (``name``), an array's items (``[]``) or the like."""
        joint = "." if self.path and not step.startswith("[") else ""
        found = (lines[0] or self.lines[0], lines[1] or self.lines[1])
        return replace(self, path=f"{self.path}{joint}{step}", lines=found)

    def within(self, component: str) -> Spot:
        """Return the spot of a component as such, wherever it is used."""
        return replace(self, context=self.context.general, base=component, path="", trail=frozenset())

    def inert(self) -> Spot:
        """Return the same spot where values never travel this way."""
        return replace(self, context=replace(self.context, inert=True))

    def report(
        self,
        what: str,
        effect: Effect,
        predicate: str,
        old: Any = None,
        new: Any = None,
        *,
        level: Severity | None = None,
        code: str | None = None,
    ) -> None:
        """Report a change here.

        Args:
            what: Last part of the code.
            effect: What the change does to the allowed values.
            predicate: The rest of the sentence after the place.
            old: The old value, if one value tells the story.
            new: The new value likewise.
            level: A severity that departs from the law.
            code: The whole code, where it does not start with the place.
        """
        level = level or severity(effect, self.context.flow)
        if self.context.inert and level is not Severity.TEXT:
            level = Severity.ADDITIVE
        code = code or self.context.code(what, root=self.root and not self.path)
        message = f"{self.context.intro}, {quoted(self.place)} {predicate}."
        if not self.base and not self.path:
            whole = self.context.intro.removeprefix("In ")
            message = f"{whole[:1].upper()}{whole[1:]} {predicate}."
        place = self.place or None
        self.sink(Finding(code, level, message, repr(old), repr(new), (old, new), self.lines, place))
