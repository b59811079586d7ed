"""Sentences of a rendered page without a path, held against the operation that has its title."""

from __future__ import annotations

import re
from typing import Any

from trigger_contract.document.shape import walk
from trigger_contract.errors import UserError
from trigger_contract.normalize.ledger import AGE, Claim, Contradiction, brief
from trigger_contract.normalize.located import Node, Pointer, find, line_of, operations_of
from trigger_contract.normalize.merging.merge import Merger
from trigger_contract.normalize.model import Fragment, Sentence

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
    names = {
        name
        for requirement in operation.get("security", ())
        if isinstance(requirement, dict)
        for name in requirement
    }
    schemes = draft.get("components", {}).get("securitySchemes", {})
    stack.extend(
        (("components", "securitySchemes", name), schemes[name], "securityScheme")
        for name in sorted(names)
        if name in schemes
    )
    seen: set[str] = set()
    while stack:
        start, value, kind = stack.pop(0)
        for where, node, node_kind in walk(kind, value, start):
            if not isinstance(node, Node):
                continue
            description = node.get("description")
            if isinstance(description, str):
                found.setdefault(normal(description), []).append((where, node))
            reference = node.get("$ref")
            if isinstance(reference, str) and reference not in seen:
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
    wanted = normal(sentence.text)
    matches = texts.get(wanted, [])
    if not matches:
        if not wanted or any(wanted in text for text in texts):
            return
        claims = (
            Claim(operation.source, operation.line, "no such sentence"),
            Claim(fragment.page.name, sentence.line, sentence.text),
        )
        place, stated = _nearest(wanted, texts)
        if stated is not None:
            says = brief(stated["description"])
            claims = (Claim(stated.source, line_of(stated, "description"), says), claims[1])
        where = (*place, "description") if place else (*pointer, f"sentence {sentence.line}")
        chosen = "the text of the page that shows the structure"
        entry = Contradiction("text", where, claims, chosen, AGE, _REASON)
        merger.notes.ledger.add(_with_age(merger, entry, operation.source, fragment))
        return
    if not sentence.options:
        return
    for where, node in matches:
        enum = node.get("enum")
        if isinstance(enum, list) and sorted(map(str, enum)) != sorted(sentence.options):
            claims = (
                Claim(node.source, line_of(node, "enum"), ", ".join(map(str, enum))),
                Claim(fragment.page.name, sentence.line, ", ".join(sentence.options)),
            )
            entry = Contradiction("enum", (*where, "enum"), claims, ", ".join(map(str, enum)), AGE, _REASON)
            merger.notes.ledger.add(_with_age(merger, entry, node.source, fragment))


def _nearest(wanted: str, texts: dict[str, list[tuple[Pointer, Node]]]) -> tuple[Pointer, Node | None]:
    """Find the text that shares most words with a sentence, if that is most of them."""
    words = set(wanted.split())
    best = max(texts, key=lambda text: len(words & set(text.split())), default="")
    if len(words & set(best.split())) < 0.6 * len(words):
        return (), None
    return texts[best][0]


def _with_age(merger: Merger, entry: Contradiction, newer: str, fragment: Fragment) -> Contradiction:
    reason = merger.notes.age_reason(newer, fragment.page.name)
    return Contradiction(
        entry.kind, entry.pointer, entry.claims, entry.chosen, entry.settled, f"{reason} {entry.reason}"
    )
