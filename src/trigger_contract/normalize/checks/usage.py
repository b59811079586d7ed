"""What texts say about how things are sent and go together: "comma-separated", "must be used with `to`".

Read are the style of a parameter, names of things that stand beside the one with the text, how many an
operation takes, and fields that an answer leaves out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from trigger_contract.normalize.checks.draft import SILENT, Draft, Part
from trigger_contract.normalize.checks.limits import number
from trigger_contract.normalize.checks.phrases import PHRASES, said
from trigger_contract.normalize.located import Node, Pointer, kinds_of, list_of, map_of, text_of
from trigger_contract.normalize.merging.gaps import Sample, samples
from trigger_contract.normalize.model import claim, quoted

# How a style writes the values of a list (OpenAPI 3.1, Style Values and Style Examples; the other styles
# define no list, or none with `explode`).
_WRITTEN = {
    ("form", True): ("repeat", "the name once for each value"),
    ("form", False): ("comma", "the values joined by commas"),
    ("spaceDelimited", False): ("space", "the values joined by spaces"),
    ("pipeDelimited", False): ("pipe", "the values joined by pipes"),
}
_WRITES = {"space": "`style: spaceDelimited`", "pipe": "`style: pipeDelimited`"}
_SHOULD = "The keyword stands, or its default; the page should say {} if the text is right."
_CONDITION = re.compile(r"\b(?:if|when|unless|where|with|without|may|can|for|by default)\b", re.IGNORECASE)
_ALONE = "No keyword of a parameter can say so; whoever calls has to know."
_BESIDE = "The schema does not say so; whether the text is a rule is for a person to say."


def check_usage(draft: Draft) -> None:
    """Note what only a text tells of, and fields that a text denies and a schema shows."""
    for pointer, node, kind in draft.found:
        if kind == "operation":
            parameters = list(draft.parameters(pointer, node))
            known = {text_of(parameter, "name") for _, parameter in parameters}
            for place, parameter in parameters:
                _together(draft, place, text_of(parameter, "name"), parameter, known, _ALONE)
            _counts(draft, pointer, node)
            _left_out(draft, pointer, node)
        elif kind == "schema" and "dependentRequired" not in node:
            properties = map_of(node, "properties")
            for name, schema in properties.items():
                _together(draft, (*pointer, "properties", name), name, schema, set(properties), _BESIDE)


def _together(draft: Draft, place: Pointer, name: str, holder: Any, known: set[str], reason: str) -> None:
    """Note a text that makes one thing hang on another that stands beside it."""
    match = said("together", " ".join(text_of(holder, "description").split()))
    if match is not None and name not in match.groups() and match[2] in known:
        without = f"`{name}` goes {'with' if match['never'] else 'without'} `{match[2]}`"
        shown = claim(holder, "", f"the schema: {without}")
        draft.ledger.only_said("dependency", (*place, "description"), reason, shown, quoted(holder, match[0]))


def _counts(draft: Draft, pointer: Pointer, operation: Node) -> None:
    """How many of something the text of an operation allows, against the list of that name in it."""
    text = text_of(operation, "description")
    counts, repeated = (
        {match.groups()[-1].casefold(): match for match in PHRASES[kind].pattern.finditer(text)}
        for kind in ("count", "repeated")
    )
    for place, names, schema in _lists(draft, pointer, operation) if counts or repeated else ():
        for match in [match for name, match in counts.items() if name in names][:1]:
            where, known, words = (*place, "maxItems"), schema.get("maxItems"), quoted(operation, match[0])
            if known is None:
                shown = claim(schema, "type", "no maxItems")
                draft.ledger.only_said("limit", where, SILENT, shown, words)
            elif known != number(match[1]):
                draft.stands("limit", where, schema, f"maxItems: {known}", words)
        for match in [match for name, match in repeated.items() if name in names][:1]:
            if schema.get("uniqueItems") is True:
                where, words = (*place, "uniqueItems"), quoted(operation, match[0])
                draft.stands("uniqueItems", where, schema, "uniqueItems: true", words)


def _lists(draft: Draft, pointer: Pointer, operation: Node) -> Iterator[tuple[Pointer, set[str], Node]]:
    """Yield each list among the parameters and in the body of an operation, with the words it is known by.

    Those are its name and the first word or two of its text ("An array of payloads").
    """
    places: list[tuple[Pointer, str, Any, str]] = [
        ((*at, "schema"), text_of(held, "name"), held.get("schema"), text_of(held, "description"))
        for at, held in draft.parameters(pointer, operation)
    ]
    for start, body in draft.bodies((*pointer, "requestBody"), operation.get("requestBody")):
        for where, leaf in draft.leaves(start, body):
            for name, schema in map_of(leaf, "properties").items():
                places.append(((*where, "properties", name), name, schema, ""))
    for where, name, schema, text in places:
        for place, leaf in draft.leaves(where, schema):
            if "array" in kinds_of(leaf):
                named = said("list of", text or text_of(leaf, "description"))
                yield place, {name.casefold(), named[1].casefold() if named else ""}, leaf


def _left_out(draft: Draft, pointer: Pointer, operation: Node) -> None:
    """Note a field that, as the text of an operation says, answers do not have, and that the schema has."""
    for sentence in re.split(r"(?<=[.;!])\s+|\n\n", text_of(operation, "description")):
        match = said("left out", sentence)
        if match is None or _CONDITION.search(sentence):
            continue
        for where, schema in _objects(draft, draft.answered(pointer, operation), 0):
            if match[1] in schema["properties"]:
                required = ", required" if match[1] in list_of(schema, "required") else ""
                place, says = (*where, "properties", match[1]), f"properties: {match[1]}{required}"
                draft.stands("property", place, schema["properties"], says, quoted(operation, match[0]))


def _objects(draft: Draft, found: Iterable[Part], depth: int) -> Iterator[Part]:
    """Yield the objects among what is answered, in lists too, and those right below them."""
    for place, leaf in found:
        yield from _objects(draft, draft.leaves((*place, "items"), leaf.get("items")), depth)
        if properties := map_of(leaf, "properties"):
            yield place, leaf
            for name, below in properties.items() if depth == 0 else ():
                yield from _objects(draft, draft.leaves((*place, "properties", name), below), 1)


def check_styles(draft: Draft) -> None:
    """Compare each query parameter's style with its text."""
    parameters = [
        (pointer, node)
        for pointer, node, kind in draft.found
        if kind == "parameter" and node.get("in") == "query"
    ]
    known = {text_of(parameter, "name") for _, parameter in parameters}
    for pointer, parameter in parameters:
        name, shown = text_of(parameter, "name"), samples(text_of(parameter, "description"))
        parts = [part for _, part in draft.leaves(pointer, parameter.get("schema"))]
        own = [sample for sample in shown if sample.name == name]
        _joins(draft, pointer, parameter, own, parts)
        if not own:
            about = [one for one in shown if len(one.names) > 1 and one.names[0] not in known - {name}]
            _brackets(draft, pointer, parameter, about, parts)


def _joins(
    draft: Draft, pointer: Pointer, parameter: Node, shown: Sequence[Sample], parts: Sequence[Node]
) -> None:
    """A list that the text joins otherwise than the style does; samples of the parameter go before words."""
    style = str(parameter.get("style", "form"))
    exploded = parameter.get("explode", style == "form") is True
    join, meaning = _WRITTEN.get((style, exploded), ("", ""))
    if not join or {kind for part in parts for kind in kinds_of(part)} - {"null"} != {"array"}:
        return
    found: dict[str, str] = {}
    for sample in shown:
        if f"&{sample.name}=" in sample.rest:
            found.setdefault("repeat", sample.words)
        elif "," in sample.value:
            found.setdefault("comma", sample.words)
    for kind in ("comma", "pipe", "space", "repeat"):
        if match := said(kind, text_of(parameter, "description")):
            found.setdefault(kind, match[0])
    if not found or join in found:
        return
    other, words = next(iter(found.items()))
    by_explode = style == "form" and other in ("repeat", "comma")
    kind = "explode" if by_explode else "style"
    says = f"explode: {str(exploded).lower()}" if by_explode else f"style: {style}"
    key = next((key for key in (kind, "style", "explode") if key in parameter), "name")
    of_form = f"`style: form` with `explode: {str(other == 'repeat').lower()}`"
    should = f"`explode: {str(not exploded).lower()}`" if by_explode else _WRITES.get(other, of_form)
    claims = claim(parameter, key, f"{says} ({meaning})"), quoted(parameter, words)
    draft.ledger.rule(kind, (*pointer, kind), _SHOULD.format(should), *claims, chosen=says)


def _brackets(
    draft: Draft, pointer: Pointer, parameter: Node, shown: Sequence[Sample], parts: Sequence[Node]
) -> None:
    """Names in brackets and no plain one, where the style ``form`` writes the plain one."""
    name = text_of(parameter, "name")
    if parameter.get("style", "form") != "form" or "[" in name:
        return
    properties = {key for part in parts for key in map_of(part, "properties")}
    kinds = {kind for part in parts for kind in kinds_of(part)}
    for sample in shown:
        inner = sample.names[1]
        fits = properties or "object" in kinds or ("array" in kinds and not inner)
        if (sample.names[0] == name and fits) or inner in properties:
            key = "style" if "style" in parameter else "name"
            says = claim(parameter, key, "style: form (no names in brackets)")
            words = claim(parameter, "description", f"the text: {sample.words}")
            reason = _SHOULD.format("`style: deepObject`" if inner else f"`{name}[]` as the name")
            draft.ledger.rule("style", (*pointer, "style"), reason, says, words, chosen="style: form")
            return
