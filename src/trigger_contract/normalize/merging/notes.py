"""What the merge notes: that two pages disagree, or that only one of them speaks.

Writing out a value that says what its absence says contradicts nobody. The sentences of a rendered page
without a path are held against the operation that has its title.
Sources: OpenAPI 3.1, Parameter, Header and Request Body Object; JSON Schema 2020-12 validation, chapter 6.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from trigger_contract.normalize.model import (
    AGE,
    Claim,
    Contradiction,
    Fragment,
    Ledger,
    Sentence,
    brief,
    claim,
    contrast,
)

# What a contradiction about a key is called, and what an entry of the map or list under it is.
_CALLED = {
    **dict.fromkeys(("content", "requestBody"), "body"),
    **dict.fromkeys(("description", "summary", "title"), "text"),
    "properties": "property",
    "parameters": "parameter",
    "responses": "response",
}
_ENTRIES = {**_CALLED, "content": "media type", "headers": "header", "links": "link"}
_OFF = {"required": False, "deprecated": False, "allowEmptyValue": False, "allowReserved": False}
_IMPLIED: dict[str, dict[str, Any]] = {
    "parameter": _OFF,
    "header": {**_OFF, "style": "simple", "explode": False},
    "requestBody": {"required": False},
    "operation": {"deprecated": False},
    "schema": {
        "uniqueItems": False,
        "minLength": 0,
        "minItems": 0,
        "minProperties": 0,
        "additionalProperties": True,
        "unevaluatedProperties": True,
        "required": [],
        "properties": {},
        "deprecated": False,
        "readOnly": False,
        "writeOnly": False,
    },
}
_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
Described = tuple[Pointer, Node]
_REASON = "A rendered page shows no structure, so the page with the structure stands."


@dataclass(frozen=True)
class Notes:
    """Notes contradictions between pages of different age.

    Attributes:
        ledger: Where they are noted.
        by_source: The fragments by the name of their page.
    """

    ledger: Ledger
    by_source: Mapping[str, Fragment]

    @classmethod
    def of(cls, fragments: Sequence[Fragment], ledger: Ledger) -> Notes:
        """Return notes about some fragments."""
        return cls(ledger, {fragment.page.name: fragment for fragment in fragments})

    def note(
        self,
        pointer: Pointer,
        newer: Any,
        older: Any,
        newer_says: Any,
        older_says: Any,
        *,
        chosen: Any = None,
        reason: str = "",
        kind: str = "",
    ) -> None:
        """Note that two pages disagree; the newer one's value stands unless ``chosen`` says otherwise."""
        key = pointer[-1]
        ours, theirs = contrast(newer_says, older_says)
        claims = claim(newer, key, ours), claim(older, key, theirs)
        stands = ours if chosen is None else brief(chosen)
        reason = reason or self.age_reason(newer.source, older.source)
        self.ledger.add(Contradiction(kind or called(key), pointer, claims, stands, AGE, reason))

    def note_only(
        self, pointer: Pointer, newer: Any, older: Any, says: Any, *, chosen: Any = None, kind: str = ""
    ) -> None:
        """Note that only the older page speaks of something, which is kept."""
        reason = (
            f"{self._dated(older.source)} is the newest page that speaks of it; "
            f"{self._dated(newer.source)} leaves it out, which denies nothing."
        )
        kept = says if chosen is None else chosen
        self.note(pointer, newer, older, "nothing", says, chosen=kept, reason=reason, kind=kind)

    def age_reason(self, newer: str, older: str) -> str:
        """Say why the first page wins over the second."""
        first, second = self.by_source.get(newer), self.by_source.get(older)
        if first is None or second is None or first.page.age == second.page.age:
            return f"Neither page is known to be newer; the order of their names decides ({newer} first)."
        return f"{self._dated(newer)} is newer than {self._dated(older)}."

    def _dated(self, source: str) -> str:
        age = str(self.by_source[source].page.age) if source in self.by_source else ""
        return f"{source} ({age})" if age else source


def called(key: str | int, *, entry: bool = False) -> str:
    """Return what a contradiction about a key is called, or one about an entry of what stands under it."""
    return (_ENTRIES if entry else _CALLED).get(str(key), str(key))


def is_implied(kind: str, node: Mapping[str, Any], key: str) -> bool:
    """Whether the value of a key of an object of some kind means the same as leaving the key out."""
    value, implied = node[key], implied_value(kind, node, key)
    return implied is not None and type(value) is type(implied) and bool(value == implied)


def implied_value(kind: str, node: Mapping[str, Any], key: str) -> Any:
    """Return the value that leaving a key out stands for; None where it stands for nothing."""
    style = _STYLES.get(str(node.get("in")))
    if kind == "parameter" and key in ("style", "explode"):
        return style if key == "style" else node.get("style", style) == "form"
    return _IMPLIED.get(kind, {}).get(key)


def place_sentences(fragments: Sequence[Fragment], notes: Notes, draft: Node) -> None:
    """Compare each page that has sentences only with the operation of the same title.

    Raises:
        UserError: Such a page fits no operation, so that nothing can be learnt from it.
    """
    for fragment in fragments:
        if fragment.document.get("paths") or fragment.document.get("webhooks") or not fragment.partial:
            continue
        placed = _operation(draft, fragments, fragment)
        if placed is None:
            raise UserError(
                "holds no OpenAPI block, shows no method and path, and its title is that of no other page",
                source=fragment.page.name,
                line=1,
            )
        texts = _texts(draft, *placed)
        for sentence in fragment.sentences:
            _compare(notes, fragment, sentence, texts, placed)


def _operation(draft: Node, fragments: Sequence[Fragment], fragment: Fragment) -> Described | None:
    title = fragment.title.casefold()
    titles: dict[tuple[str, ...], str] = {
        found[:3]: other.title.casefold()
        for other in fragments
        if other is not fragment
        for found in other.operations()
    }
    for *where, operation in operations_of(draft) if title else ():
        place = tuple(where)
        if title in (str(operation.get("summary", "")).casefold(), titles.get(place)):
            return place, operation
    return None


def _texts(draft: Node, pointer: Pointer, operation: Node) -> dict[str, list[Described]]:
    """Gather every description within reach of an operation, references followed once each."""
    found: dict[str, list[Described]] = {}
    within: list[tuple[Pointer, Any, str]] = [(pointer, operation, "operation")]
    names = {name for requirement in maps_of(operation, "security") for name in requirement}
    schemes = map_of(map_of(draft, "components"), "securitySchemes")
    for name in sorted(names & schemes.keys()):
        within.append((("components", "securitySchemes", name), schemes[name], "securityScheme"))
    seen: set[str] = set()
    for start, value, kind in within:  # it grows by what is referred to
        for inner, node, node_kind in objects(value, kind=kind):
            if "description" in node:
                text = normal(text_of(node, "description"))
                found.setdefault(text, []).append(((*start, *inner), node))
            reference = text_of(node, "$ref")
            if reference and reference not in seen:
                seen.add(reference)
                within.append((tuple(reference.lstrip("#/").split("/")), find(draft, reference), node_kind))
    return found


def normal(text: str) -> str:
    """Reduce a text to its words: no markup, no punctuation around them, no line breaks."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return " ".join(re.findall(r"[\w.$@/-]*\w", text)).casefold()


def _compare(
    notes: Notes, fragment: Fragment, sentence: Sentence, texts: dict[str, list[Described]], whole: Described
) -> None:
    """Note a sentence that no text of the operation has, and options that are not those of its schema."""
    page, wanted = fragment.page.name, normal(sentence.text)

    def note(kind: str, where: Pointer, shown: Claim, says: str, chosen: str) -> None:
        reason = f"{notes.age_reason(shown.source, page)} {_REASON}"
        claims = shown, Claim(page, sentence.line, says)
        notes.ledger.add(Contradiction(kind, where, claims, chosen, AGE, reason))

    if wanted and not any(wanted in text for text in texts):
        pointer, operation = whole
        where: Pointer = (*pointer, f"sentence {sentence.line}")
        shown = Claim(operation.source, operation.line, "no such sentence")
        for place, stated in _nearest(wanted, texts):
            where = (*place, "description")
            shown = claim(stated, "description", brief(stated["description"]))
        note("text", where, shown, sentence.text, "the text of the page that shows the structure")
    for where, node in texts.get(wanted, ()):
        enum = [str(value) for value in list_of(node, "enum")]
        if sentence.options and "enum" in node and sorted(enum) != sorted(sentence.options):
            shown = claim(node, "enum", ", ".join(enum))
            note("enum", (*where, "enum"), shown, ", ".join(sentence.options), shown.says)


def _nearest(wanted: str, texts: dict[str, list[Described]]) -> list[Described]:
    """Find where the text stands that shares most words with a sentence, if that is most of them."""
    words = set(wanted.split())
    best = max(texts, key=lambda text: len(words & set(text.split())), default="")
    return texts[best][:1] if len(words & set(best.split())) >= 0.6 * len(words) else []
