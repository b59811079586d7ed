"""What only a text defines, written beside it as data: the form of a query, and what is promised.

OpenAPI leaves objects and arrays inside a ``deepObject`` parameter undefined (OpenAPI 3.1, Style Values).
Pages that use them say in prose how they are written, mostly by an example in backticks:
``filter[status]=QUEUED,EXECUTING`` joins a list by commas, ``filter[createdAt][period]=1d`` nests.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from trigger_contract.document.promises import EXTENSION as PROMISE
from trigger_contract.document.promises import declared_kinds, read
from trigger_contract.document.wire import EXTENSION as SERIALIZATION
from trigger_contract.normalize.located import (
    Found,
    Node,
    Pointer,
    line_of,
    node_like,
    objects,
    put,
    sequence_of,
    text_of,
)
from trigger_contract.normalize.model import Ledger, claim

_SAMPLE = re.compile(r"`([^`\s=]+)=([^`\s]*)`")
_REASON = "OpenAPI leaves this undefined, so the text defines it; an extension carries it."


@dataclass(frozen=True)
class Sample:
    """A piece of a query string that a text shows, for example ``filter[status]=QUEUED,EXECUTING``."""

    name: str
    value: str
    rest: str = ""
    words: str = ""

    @property
    def names(self) -> list[str]:
        """The parameter's name and the names in brackets."""
        return [part.rstrip("]") for part in self.name.split("[")]

    def __str__(self) -> str:
        return f"{self.name}={self.value}{self.rest}"


def samples(description: str) -> list[Sample]:
    """Return the pieces of query strings that a text shows in backticks, whatever stands before the ``?``."""
    found = []
    for match in _SAMPLE.finditer(description):
        value, further, rest = match[2].partition("&")
        found.append(Sample(match[1].rpartition("?")[2].lstrip("&"), value, further + rest, match[0]))
    return found


def define_serialization(found: Iterable[Found], ledger: Ledger) -> None:
    """Record the form of each ``deepObject`` parameter that only its text defines, in place.

    A page that joins lists by commas in one of its ``deepObject`` parameters does so in all of them.
    """
    deep: list[tuple[Pointer, Node, list[Sample]]] = []
    for pointer, node, kind in found:
        if kind == "parameter" and node.get("in") == "query" and node.get("style") == "deepObject":
            shown = samples(text_of(node, "description"))
            own = [one for one in shown if len(one.names) > 1 and one.names[0] == node.get("name")]
            if own:
                deep.append((pointer, node, own))
    commas = {node.source for _, node, own in deep if any("," in sample.value for sample in own)}
    for pointer, node, own in deep:
        line = line_of(node, "description")
        extension = node_like(node)
        put(extension, "objects", "brackets", line)
        if node.source in commas:
            put(extension, "arrays", "comma", line)
        put(node, SERIALIZATION, extension, line)
        nested = [sample for sample in own if len(sample.names) > 2]
        lists = [sample for sample in own if "," in sample.value]
        for kind, words, shown in (
            ("nested objects", "objects", nested),
            ("comma-separated lists", "lists", lists),
        ):
            for sample in shown[:1]:
                says = claim(node, "description", f"the text: `{sample}`")
                keyword = claim(node, "style", f"style: deepObject ({words} inside it: undefined)")
                where = (*pointer, SERIALIZATION)
                ledger.rule(kind, where, _REASON, says, keyword, chosen=f"as in `{sample}`")


def write_promises(document: Node) -> None:
    """Write ``x-promise`` on every schema, parameter and operation that promises something, in place.

    What a person declared or struck stays as it is; nothing that was read stands beside it.

    Raises:
        UserError: What a person declared is not of the form of a promise.
    """
    for _, node, _ in objects(document, "schema", "parameter", "operation"):
        known = declared_kinds(node)
        found = [made for made in read(document, node) if made.kind not in known]
        if not found:
            continue
        line = line_of(node, "description") or node.line
        entries = list(node.get(PROMISE, ()))
        for made in found:
            entry = node_like(node)
            for key, value in made.entry().items():
                put(entry, key, sequence_of(node, value) if isinstance(value, list) else value, line)
            entries.append(entry)
        put(node, PROMISE, sequence_of(node, entries), line)
