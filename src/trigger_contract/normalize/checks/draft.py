"""The merged draft as the checks see it, and how they say what they find in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from trigger_contract.normalize.located import (
    Found,
    Node,
    Pointer,
    as_map,
    find,
    follow,
    list_of,
    map_of,
    objects,
    operations_of,
    text_of,
)
from trigger_contract.normalize.model import Claim, Ledger, claim

Part = tuple[Pointer, Node]
"""A place and what stands there."""

SILENT = "The schema is silent, so nothing is broken; whether the text is a rule is for a person to say."
STANDS = "Where the text and the schema of one page differ, the schema stands: machines read it."
_MOST_STEPS = 8


@dataclass(frozen=True)
class Draft:
    """A draft, and where is noted what is found in it."""

    root: Node
    ledger: Ledger

    @cached_property
    def found(self) -> tuple[Found, ...]:
        """Every object with its place and kind, parents first."""
        return tuple(objects(self.root))

    @cached_property
    def described_at(self) -> dict[Pointer, Node]:
        """The schemas and parameters by their places."""
        return {pointer: node for pointer, node, kind in self.found if kind in ("schema", "parameter")}

    def stands(
        self, kind: str, place: Pointer, holder: Any, says: str, words: Claim, chosen: str = ""
    ) -> None:
        """Note a text that says something else than the keyword at a place, which stands.

        Args:
            kind: What they disagree on.
            place: Where the keyword stands.
            holder: The object that has it.
            says: What it says.
            words: What the text says.
            chosen: What stands in the document, if that is not what the keyword says.
        """
        self.ledger.rule(kind, place, STANDS, claim(holder, place[-1], says), words, chosen=chosen)

    def lookup(self, reference: str) -> Any:
        """Return what a reference points to, or None."""
        return find(self.root, reference)

    def follow(self, value: Any) -> Any:
        """Return what stands at the end of a row of references."""
        return follow(value, self.lookup)

    def operations(self) -> Iterator[Part]:
        """Yield the operations that are called, not those that a service calls."""
        for group, path, method, operation in operations_of(self.root):
            if group == "paths":
                yield (group, path, method), operation

    def described(self) -> Iterator[tuple[Pointer, Node, str, str]]:
        """Yield each schema and parameter that has a text: place, node, kind, and the text on one line."""
        for pointer, node, kind in self.found:
            text = text_of(node, "description") if kind in ("schema", "parameter") else ""
            if line := " ".join(text.split()):
                yield pointer, node, kind, line

    def schemas(self) -> Iterator[Part]:
        """Yield every schema that stands in the draft."""
        return ((pointer, node) for pointer, node, kind in self.found if kind == "schema")

    def parameters(self, pointer: Pointer, operation: Node) -> Iterator[tuple[Pointer, dict[str, Any]]]:
        """Yield the parameters of an operation, references followed."""
        for index, parameter in enumerate(list_of(operation, "parameters")):
            yield (*pointer, "parameters", index), as_map(self.follow(parameter))

    def bodies(self, pointer: Pointer, holder: Any) -> Iterator[tuple[Pointer, Any]]:
        """Yield the schema of each media type of a body or a response."""
        for media_type, value in map_of(self.follow(holder), "content").items():
            yield (*pointer, "content", media_type, "schema"), as_map(self.follow(value)).get("schema")

    def answered(self, pointer: Pointer, operation: Node) -> Iterator[Part]:
        """Yield what the schema of each media type of each success is made of."""
        for status, response in map_of(operation, "responses").items():
            for where, schema in self.bodies((*pointer, "responses", status), response):
                yield from self.leaves(where, schema) if status.startswith("2") else ()

    def leaves(self, pointer: Pointer, schema: Any, steps: int = 0) -> Iterator[Part]:
        """Yield a schema, or what it is made of by ``$ref``, ``allOf``, ``anyOf`` and ``oneOf``."""
        if not isinstance(schema, Node) or steps > _MOST_STEPS:
            return
        if reference := text_of(schema, "$ref"):
            yield from self.leaves(tuple(reference[2:].split("/")), self.lookup(reference), steps + 1)
            return
        members = [
            ((*pointer, keyword, index), member)
            for keyword in ("allOf", "anyOf", "oneOf")
            for index, member in enumerate(list_of(schema, keyword))
        ]
        for place, member in members:
            yield from self.leaves(place, member, steps + 1)
        if not members or "type" in schema:
            yield pointer, schema
