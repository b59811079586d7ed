"""Parameter styles against their prose."""

from __future__ import annotations

from collections.abc import Sequence

from trigger_contract.normalize.checks.draft import Draft
from trigger_contract.normalize.checks.phrases import said
from trigger_contract.normalize.ledger import claim, quoted
from trigger_contract.normalize.located import Node, Pointer, kinds_of, map_of, text_of
from trigger_contract.normalize.merging.extensions import Sample, samples

# How a style writes the values of a list (OpenAPI 3.1, Style Values and Style Examples; the other styles
# define no list, or none with `explode`).
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
_SHOULD = "The keyword stands, or its default; the page should say {} if the text is right."


def check_styles(draft: Draft) -> None:
    """Compare each query parameter's style with its text."""
    parameters = [
        (pointer, node)
        for pointer, node, kind in draft.found
        if kind == "parameter" and node.get("in") == "query"
    ]
    known = {str(parameter.get("name")) for _, parameter in parameters}
    for pointer, parameter in parameters:
        text, name = text_of(parameter, "description"), str(parameter.get("name"))
        if not text:
            continue
        shown = samples(text)
        parts = [part for _, part in draft.leaves(pointer, parameter.get("schema"))]
        _joins(draft, pointer, parameter, [sample for sample in shown if sample.name == name], parts)
        if not any(sample.name == name for sample in shown):
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
    should = f"`explode: {str(not exploded).lower()}`" if by_explode else _WRITES[other]
    claims = claim(parameter, key, f"{says} ({meaning})"), quoted(parameter, words)
    draft.ledger.rule(kind, (*pointer, kind), _SHOULD.format(should), *claims, chosen=says)


def _brackets(
    draft: Draft, pointer: Pointer, parameter: Node, shown: Sequence[Sample], parts: Sequence[Node]
) -> None:
    """Names in brackets and no plain one, where the style ``form`` writes the plain one."""
    name = str(parameter.get("name"))
    if parameter.get("style", "form") != "form" or "[" in name:
        return
    properties = {key for part in parts for key in map_of(part, "properties")}
    kinds = {kind for part in parts for kind in kinds_of(part)}
    for sample in shown:
        own, inner = sample.names[0] == name, sample.names[1]
        fits = bool(properties) or "object" in kinds or ("array" in kinds and not inner)
        if (own and fits) or inner in properties:
            key = "style" if "style" in parameter else "name"
            says = claim(parameter, key, "style: form (no names in brackets)")
            words = claim(parameter, "description", f"the text: {sample.words}")
            reason = _SHOULD.format("`style: deepObject`" if inner else f"`{name}[]` as the name")
            draft.ledger.rule("style", (*pointer, "style"), reason, says, words, chosen="style: form")
            return
