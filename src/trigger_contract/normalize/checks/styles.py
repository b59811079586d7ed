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
from trigger_contract.normalize.reach import Lookup, kinds_of, leaves

_SAMPLE = re.compile(r"`([^`\s=]+)=([^`\s]*)`")
# How the values of a list stand in a query string: what a text calls it, and the style that writes it so
# (OpenAPI 3.1, Style Values and Style Examples; the other styles define no list, or none with `explode`).
_JOINS = {
    "comma": re.compile(r"(?<!not )\bcomma[- ](?:separated|delimited)\b", re.IGNORECASE),
    "pipe": re.compile(r"(?<!not )\bpipe[- ](?:separated|delimited)\b", re.IGNORECASE),
    "space": re.compile(r"(?<!not )\bspace[- ](?:separated|delimited)\b", re.IGNORECASE),
    "repeat": re.compile(
        r"(?<!not )(?<!n't )\brepeat(?:ing)? (?:the|this) (?:query )?(?:parameter|param|key)\b"
        r"|\b(?:can|may|must|should) be (?:repeated|(?:given|passed|provided|sent|specified|supplied|used)"
        r" (?:multiple|several) times)\b",
        re.IGNORECASE,
    ),
}
_WRITTEN = {
    ("form", True): ("repeat", "the name once for each value"),
    ("form", False): ("comma", "the values joined by commas"),
    ("spaceDelimited", False): ("space", "the values joined by spaces"),
    ("pipeDelimited", False): ("pipe", "the values joined by pipes"),
}
_WRITES = {
    "repeat": "`style: form` with `explode: true`",
    "comma": "`style: form` with `explode: false`",
    "space": "`style: spaceDelimited`",
    "pipe": "`style: pipeDelimited`",
}
_WORD = re.compile(
    r"""["'`](form|deepObject|spaceDelimited|pipeDelimited|simple)["'`]?\s+(?:encoding )?style"""
)


def check_styles(found: Iterable[Found], lookup: Lookup, ledger: Ledger) -> None:
    """Compare each query parameter's style with its text, and record the form that only the text defines.

    A page that joins lists by commas in one of its ``deepObject`` parameters does so in all of them.
    """
    parameters = [
        (pointer, node) for pointer, node, kind in found if kind == "parameter" and node.get("in") == "query"
    ]
    known = {str(parameter.get("name")) for _, parameter in parameters}
    deep = []
    for pointer, parameter in parameters:
        description = parameter.get("description")
        if not isinstance(description, str):
            continue
        _check_word(parameter, pointer, description, ledger)
        parts = [part for _, part in leaves(pointer, parameter.get("schema"), lookup)]
        _check_joins(parameter, pointer, description, parts, ledger)
        shown = _samples(description)
        samples = [sample for sample in shown if len(sample.names) > 1]
        own = [sample for sample in samples if sample.names[0] == parameter.get("name")]
        if own and parameter.get("style") == "deepObject":
            deep.append((pointer, parameter, own))
        name = str(parameter.get("name"))
        if not any(sample.name == name for sample in shown):
            about = [sample for sample in samples if sample.names[0] not in known - {name}]
            _check_brackets(parameter, pointer, about, parts, ledger)
    commas = {parameter.source for _, parameter, own in deep if any("," in sample.value for sample in own)}
    for pointer, parameter, own in deep:
        _define(parameter, pointer, own, parameter.source in commas, ledger)


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


def _samples(description: str) -> list[Sample]:
    """The pieces of query strings that a text shows in backticks, whatever stands before the ``?``."""
    found = []
    for match in _SAMPLE.finditer(description):
        value, further, rest = match[2].partition("&")
        found.append(Sample(match[1].rpartition("?")[2].lstrip("&"), value, further + rest, match[0]))
    return found


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


def _check_joins(
    parameter: Node, pointer: Pointer, description: str, parts: list[Node], ledger: Ledger
) -> None:
    """A list that the text joins otherwise than the style does."""
    style = str(parameter.get("style", "form"))
    exploded = parameter.get("explode", style == "form") is True
    join, meaning = _WRITTEN.get((style, exploded), ("", ""))
    if not join or {kind for part in parts for kind in kinds_of(part)} - {"null"} != {"array"}:
        return
    said = _joins(str(parameter.get("name")), description)
    if not said or join in said:
        return
    other, words = next(iter(said.items()))
    by_explode = style == "form" and other in ("repeat", "comma")
    kind = "explode" if by_explode else "style"
    shown = f"explode: {str(exploded).lower()}" if by_explode else f"style: {style}"
    key = next((key for key in (kind, "style", "explode") if key in parameter), "name")
    claims = (
        Claim(parameter.source, line_of(parameter, key), f"{shown} ({meaning})"),
        Claim(parameter.source, line_of(parameter, "description"), f'the text: "{words}"'),
    )
    should = f"`explode: {str(not exploded).lower()}`" if by_explode else _WRITES[other]
    reason = f"The keyword stands, or its default; the page should say {should} if the text is right."
    ledger.add(Contradiction(kind, (*pointer, kind), claims, shown, RULE, reason))


def _joins(name: str, description: str) -> dict[str, str]:
    """The ways in which a text joins a list, with its words; samples of the parameter go before words."""
    said: dict[str, str] = {}
    samples = [sample for sample in _samples(description) if sample.name == name]
    for sample in samples:
        if f"&{name}=" in sample.rest:
            said.setdefault("repeat", sample.words)
        elif "," in sample.value:
            said.setdefault("comma", sample.words)
    for join, phrase in _JOINS.items():
        found = phrase.search(description)
        if found is not None:
            said.setdefault(join, found[0])
    return said


def _check_brackets(
    parameter: Node, pointer: Pointer, samples: list[Sample], parts: list[Node], ledger: Ledger
) -> None:
    """Names in brackets and no plain one, where the style ``form`` writes the plain one."""
    name = str(parameter.get("name"))
    if parameter.get("style", "form") != "form" or "[" in name:
        return
    properties = {key for part in parts for key in part.get("properties") or ()}
    lists = any("array" in kinds_of(part) for part in parts)
    objects = bool(properties) or any("object" in kinds_of(part) for part in parts)
    for sample in samples:
        own, inner = sample.names[0] == name, sample.names[1]
        if not (own and (objects or (lists and not inner))) and inner not in properties:
            continue
        claims = (
            Claim(
                parameter.source,
                line_of(parameter, "style" if "style" in parameter else "name"),
                "style: form (no names in brackets)",
            ),
            Claim(parameter.source, line_of(parameter, "description"), f"the text: {sample.words}"),
        )
        wanted = "`style: deepObject`" if inner else f"`{name}[]` as the name"
        reason = f"The keyword stands, or its default; the page should say {wanted} if the text is right."
        ledger.add(Contradiction("style", (*pointer, "style"), claims, "style: form", RULE, reason))
        return


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
