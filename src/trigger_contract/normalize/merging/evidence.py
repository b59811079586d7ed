"""Sentences of a rendered page without a path, held against the operation that has its title."""

from __future__ import annotations

import re
from typing import Any

from trigger_contract.errors import UserError
from trigger_contract.normalize.located import (
    Node,
    Pointer,
    find,
    list_of,
    map_of,
    maps_of,
    objects,
    operations_of,
    text_of,
)
from trigger_contract.normalize.merging.merge import Merger
from trigger_contract.normalize.model import AGE, Claim, Contradiction, Fragment, Sentence, brief, claim

_REASON = "A rendered page shows no structure, so the page with the structure stands."


def place_sentences(merger: Merger, draft: Node) -> None:
    """Compare each page that has sentences only with the operation of the same title.

    Raises:
        UserError: Such a page fits no operation, so that nothing can be learnt from it.
    """
    for fragment in merger.fragments:
        if fragment.document.get("paths") or fragment.document.get("webhooks") or not fragment.partial:
            continue
        placed = _operation(draft, merger, fragment)
        if placed is None:
            raise UserError(
                "holds no OpenAPI block, shows no method and path, and its title is that of no other page",
                source=fragment.page.name,
                line=1,
            )
        pointer, operation = placed
        texts = _texts(draft, pointer, operation)
        for sentence in fragment.sentences:
            _compare(merger, fragment, sentence, texts, pointer, operation)


def _operation(draft: Node, merger: Merger, fragment: Fragment) -> tuple[Pointer, Node] | None:
    title = fragment.title.casefold()
    titles = {
        found[:3]: other.title.casefold()
        for other in merger.fragments
        if other is not fragment
        for found in other.operations()
    }
    for group, path, method, operation in operations_of(draft) if title else ():
        names = {str(operation.get("summary", "")).casefold(), titles.get((group, path, method))}
        if title in names:
            return (group, path, method), operation
    return None


def _texts(draft: Node, pointer: Pointer, operation: Node) -> dict[str, list[tuple[Pointer, Node]]]:
    """Gather every description within reach of an operation, references followed once each."""
    found: dict[str, list[tuple[Pointer, Node]]] = {}
    stack: list[tuple[Pointer, Any, str]] = [(pointer, operation, "operation")]
    names = {name for requirement in maps_of(operation, "security") for name in requirement}
    schemes = map_of(map_of(draft, "components"), "securitySchemes")
    stack.extend(
        (("components", "securitySchemes", name), schemes[name], "securityScheme")
        for name in sorted(names)
        if name in schemes
    )
    seen: set[str] = set()
    while stack:
        start, value, kind = stack.pop(0)
        for where, node, node_kind in objects(value, kind=kind):
            where = (*start, *where)
            if "description" in node:
                found.setdefault(normal(text_of(node, "description")), []).append((where, node))
            reference = text_of(node, "$ref")
            if reference and reference not in seen:
                seen.add(reference)
                target = find(draft, reference)
                tokens: Pointer = tuple(reference.lstrip("#/").split("/"))
                if isinstance(target, Node):
                    stack.append((tokens, target, node_kind))
    return found


def normal(text: str) -> str:
    """Reduce a text to its words: no markup, no punctuation around them, no line breaks."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return " ".join(re.findall(r"[\w.$@/-]*\w", text)).casefold()


def _compare(
    merger: Merger,
    fragment: Fragment,
    sentence: Sentence,
    texts: dict[str, list[tuple[Pointer, Node]]],
    pointer: Pointer,
    operation: Node,
) -> None:
    """Note a sentence that no text of the operation has, and options that are not those of its schema."""

    def note(kind: str, where: Pointer, shown: Claim, says: str, chosen: str) -> None:
        reason = f"{merger.notes.age_reason(shown.source, fragment.page.name)} {_REASON}"
        claims = shown, Claim(fragment.page.name, sentence.line, says)
        merger.notes.ledger.add(Contradiction(kind, where, claims, chosen, AGE, reason))

    wanted = normal(sentence.text)
    if wanted not in texts:
        if wanted and not any(wanted in text for text in texts):
            shown = Claim(operation.source, operation.line, "no such sentence")
            place, stated = _nearest(wanted, texts)
            if stated is not None:
                shown = claim(stated, "description", brief(stated["description"]))
            where = (*place, "description") if place else (*pointer, f"sentence {sentence.line}")
            note("text", where, shown, sentence.text, "the text of the page that shows the structure")
        return
    for where, node in texts[wanted]:
        enum = [str(value) for value in list_of(node, "enum")]
        if sentence.options and "enum" in node and sorted(enum) != sorted(sentence.options):
            listed = ", ".join(enum)
            note("enum", (*where, "enum"), claim(node, "enum", listed), ", ".join(sentence.options), listed)


def _nearest(wanted: str, texts: dict[str, list[tuple[Pointer, Node]]]) -> tuple[Pointer, Node | None]:
    """Find the text that shares most words with a sentence, if that is most of them."""
    words = set(wanted.split())
    best = max(texts, key=lambda text: len(words & set(text.split())), default="")
    if len(words & set(best.split())) < 0.6 * len(words):
        return (), None
    return texts[best][0]
