"""Two versions of one operation, and the reporting of what changed in it outside of schemas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from trigger_contract.changes.graph import Key
from trigger_contract.changes.law import Effect, Flow, severity
from trigger_contract.changes.model import Severity
from trigger_contract.changes.schemas import SchemaGraph
from trigger_contract.changes.side import line_of, quoted, same_json, same_words, telling
from trigger_contract.changes.spot import Context, Finding

_PROSE = ("title", "summary", "description")
_LABELS = {"externalDocs": "link to more documentation", "termsOfService": "terms of service"}


@dataclass
class Scope:
    """Collects what changed in one operation (or in the document itself).

    Attributes:
        graph: Compares the schemas.
        label: What the operation is called, for example ``GET /api/v1/runs``; empty for the document.
        prefix: Empty, or ``webhook-`` or ``callback-``.
        findings: What changed outside of schemas.
        roots: The schema pairs that the operation uses.
    """

    graph: SchemaGraph
    label: str
    prefix: str = ""
    findings: list[Finding] = field(default_factory=list)
    roots: list[Key] = field(default_factory=list)

    def flow(self, part: Flow) -> Flow:
        """Return which way a part travels; webhooks and callbacks come from the server."""
        return part.opposite if self.prefix else part

    def schema(
        self,
        kind: str,
        subject: str,
        flow: Flow,
        intro: str,
        base: str,
        old: Any,
        new: Any,
        *,
        encoded: bool = False,
    ) -> None:
        """Compare two schemas of this operation.

        Args:
            kind: ``request`` or ``response``.
            subject: ``body``, ``parameter`` or ``header``.
            flow: Which way it travels in an ordinary operation.
            intro: How a sentence starts, for example ``In the 200 response``.
            base: Name of the parameter or header.
            old: The old schema.
            new: The new schema.
            encoded: Whether values are spelled as text, as in a query.
        """
        context = Context(f"{self.prefix}{kind}", subject, self.flow(flow), intro, encoded=encoded)
        self.roots.append(self.graph.compare(context, base, old, new))

    def report(
        self,
        code: str,
        effect: Effect,
        message: str,
        old: Any = None,
        new: Any = None,
        *,
        flow: Flow = Flow.SENT,
        level: Severity | None = None,
        near: tuple[Any, Any] = (None, None),
    ) -> None:
        """Report a change outside of schemas.

        Args:
            code: The code, without the prefix of webhooks and callbacks.
            effect: What it does to the allowed values.
            message: One sentence.
            old: The old value, if one value tells the story.
            new: The new value likewise.
            flow: Which way the changed part travels in an ordinary operation.
            level: A severity that departs from the law.
            near: Old and new object whose lines are given.
        """
        found = level or severity(effect, self.flow(flow))
        lines = (line_of(near[0]), line_of(near[1]))
        code = f"{self.prefix}{code}"
        self.findings.append(Finding(code, found, message, repr(old), repr(new), (old, new), lines))

    def texts(
        self,
        code: str,
        what: str,
        old: Mapping[str, Any],
        new: Mapping[str, Any],
        keys: Iterable[str],
        *,
        told: str = "",
    ) -> None:
        """Report which of these keys, and which extensions, say something else now.

        Args:
            code: Start of the code, for example ``request-parameter``.
            what: The thing in a sentence, for example ``the query parameter `page```.
            old: The old object.
            new: The new object.
            keys: Keys that only describe.
            told: An extension that is told of elsewhere.
        """
        extensions = sorted(key for key in {*old, *new} if key.startswith("x-") and key != told)
        for key in (*keys, *extensions):
            before, after = old.get(key), new.get(key)
            if (same_words if key in _PROSE else same_json)(before, after):
                continue
            verb = "added" if before is None else "removed" if after is None else "changed"
            name = "extension" if key.startswith("x-") else _kebab(key)
            label = quoted(key) if key.startswith("x-") else _LABELS.get(key, key)
            message = f"{what[:1].upper()}{what[1:]} has {telling(label, before, after)}."
            self.report(f"{code}-{name}-{verb}", Effect.TEXT, message, before, after, near=(old, new))


def _kebab(key: str) -> str:
    return "".join(f"-{char.lower()}" if char.isupper() else char for char in key)
