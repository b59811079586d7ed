"""Parameter styles against their prose.

OpenAPI leaves objects and arrays inside a ``deepObject`` parameter undefined (OpenAPI 3.1, Style Values).
Pages that use them say in prose how they are written, mostly by an example in backticks:
``filter[status]=QUEUED,EXECUTING`` joins a list by commas, ``filter[createdAt][period]=1d`` nests.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from trigger_contract.document.wire import EXTENSION
from trigger_contract.normalize.model import (
    RULE,
    Claim,
    Contradiction,
    Found,
    Ledger,
    Node,
    Pointer,
    line_of,
    node_like,
    put,
)

_SAMPLE = re.compile(r"`([^`\s=]+)=([^`\s]*)`")
_COMMAS = re.compile(r"\bcomma[- ](?:separated|delimited)\b", re.IGNORECASE)
_WORD = re.compile(
    r"""["'`](form|deepObject|spaceDelimited|pipeDelimited|simple)["'`]?\s+(?:encoding )?style"""
)


def check_styles(found: Iterable[Found], ledger: Ledger) -> None:
    """Compare each query parameter's style with its text, and record the form that only the text defines.

    A page that joins lists by commas in one of its ``deepObject`` parameters does so in all of them.
    """
    parameters = [
        (pointer, node) for pointer, node, kind in found if kind == "parameter" and node.get("in") == "query"
    ]
    deep = []
    for pointer, parameter in parameters:
        description = parameter.get("description")
        if not isinstance(description, str):
            continue
        _check_word(parameter, pointer, description, ledger)
        _check_commas(parameter, pointer, description, ledger)
        samples = [Sample(match[1], match[2]) for match in _SAMPLE.finditer(description) if "[" in match[1]]
        own = [sample for sample in samples if sample.names[0] == parameter.get("name")]
        if own and parameter.get("style") == "deepObject":
            deep.append((pointer, parameter, own))
    commas = {parameter.source for _, parameter, own in deep if any("," in sample.value for sample in own)}
    for pointer, parameter, own in deep:
        _define(parameter, pointer, own, parameter.source in commas, ledger)


@dataclass(frozen=True)
class Sample:
    """A piece of a query string that a text shows, for example ``filter[status]=QUEUED,EXECUTING``."""

    name: str
    value: str

    @property
    def names(self) -> list[str]:
        """The parameter's name and the names in brackets."""
        return [part.rstrip("]") for part in self.name.split("[")]

    def __str__(self) -> str:
        return f"{self.name}={self.value}"


def _check_word(parameter: Node, pointer: Pointer, description: str, ledger: Ledger) -> None:
    style = str(parameter.get("style", "form"))
    said = _WORD.search(description)
    if said is None or said[1] == style:
        return
    claims = (
        Claim(parameter.source, line_of(parameter, "style"), f"style: {style}"),
        Claim(
            parameter.source, line_of(parameter, "description"), f'the text: the "{said[1]}" encoding style'
        ),
    )
    reason = "The keyword stands: it has one meaning, and the samples in the text are written in that style."
    if not _SAMPLE.search(description):
        reason = "The keyword stands: it has one meaning, the word in the text may have many."
    ledger.add(Contradiction("style", (*pointer, "style"), claims, style, RULE, reason))


def _check_commas(parameter: Node, pointer: Pointer, description: str, ledger: Ledger) -> None:
    """A list that the text joins by commas and the style repeats."""
    schema = parameter.get("schema")
    if (
        not isinstance(schema, dict)
        or schema.get("type") != "array"
        or parameter.get("style", "form") != "form"
        or parameter.get("explode", True) is False
    ):
        return
    samples = [match for match in _SAMPLE.finditer(description) if match[1].lstrip("?&") == parameter["name"]]
    said = next((match for match in samples if "," in match[2]), None) or _COMMAS.search(description)
    if said is None or any("&" in match[2] for match in samples):
        return
    key = "explode" if "explode" in parameter else "name"
    claims = (
        Claim(parameter.source, line_of(parameter, key), "explode: true (the name once for each value)"),
        Claim(parameter.source, line_of(parameter, "description"), f'the text: "{said[0]}"'),
    )
    reason = "The keyword stands, or its default; the page should say `explode: false` if the text is right."
    ledger.add(Contradiction("explode", (*pointer, "explode"), claims, "explode: true", RULE, reason))


def _define(parameter: Node, pointer: Pointer, own: list[Sample], commas: bool, ledger: Ledger) -> None:
    extension = node_like(parameter)
    line = line_of(parameter, "description")
    put(extension, "objects", "brackets", line)
    if commas:
        put(extension, "arrays", "comma", line)
    put(parameter, EXTENSION, extension, line)
    where = (*pointer, EXTENSION)
    for kind, words, found in (
        ("nested objects", "objects inside it", [sample for sample in own if len(sample.names) > 2]),
        ("comma-separated lists", "lists inside it", [sample for sample in own if "," in sample.value]),
    ):
        if found:
            claims = (
                Claim(parameter.source, line, f"the text: `{found[0]}`"),
                Claim(
                    parameter.source,
                    line_of(parameter, "style"),
                    f"style: deepObject ({words}: undefined)",
                ),
            )
            reason = "OpenAPI leaves this undefined, so the text defines it; an extension carries it."
            ledger.add(Contradiction(kind, where, claims, f"as in `{found[0]}`", RULE, reason))
