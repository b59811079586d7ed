"""Texts that say something else than the keywords, the name or the example beside them.

Only phrases that leave no doubt are read (see ``phrases``). Where a text and a keyword differ, the keyword
stands, because machines read it; the report tells which page to put right.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from trigger_contract.document.phrases import SCHEMA
from trigger_contract.normalize.checks.draft import STANDS, Draft, Part
from trigger_contract.normalize.checks.phrases import PHRASES, QUOTED, said
from trigger_contract.normalize.located import Node, Pointer, kinds_of, list_of, map_of, text_of
from trigger_contract.normalize.merging.gaps import samples
from trigger_contract.normalize.model import Claim, brief, claim, quoted
from trigger_contract.normalize.naming.words import words

_APART = "Each place keeps what its own page says, but a value of any kind need not be an object."
_OTHERS = "The schema allows any text, so nothing is broken; whether there are others is for a person to say."
_SHOWN = "What the page shows is taken; nothing is required, so a response without it is right as well."
_MANY = "The keyword stands: it has one meaning, the word in the text may have many."
_SAMPLES = "The keyword stands: it has one meaning, and the samples in the text are written in that style."
_LIST = "The text is a list of such values, which no enum can say."
_SHOWS = frozenset(("include", "show", "enable", "with"))
_HIDES = frozenset(("exclude", "omit", "skip", "hide", "disable", "without"))
# A duration such as `1h42m`, and the form of one: how many letters each unit has.
_DURATION = re.compile(r"(?:\d{1,18}[a-z]{1,18})+")
_BULLET = re.compile(r"^[ \t]*[-*][ \t]+[`\"']([^`\"'\n]+)[`\"']", re.MULTILINE)
_LISTS = re.compile(r"\b(?:one of|values|options|choices)\b", re.IGNORECASE)


class _Saying(NamedTuple):
    """A text that says something by a row of ``phrases``.

    Attributes:
        draft: The draft.
        pointer: Where the schema or the parameter that has the text stands.
        node: What has the text.
        match: The words.
        parent: The object whose property the schema is; a parameter itself; None for another schema.
        name: Name of the property or the parameter, or an empty text.
    """

    draft: Draft
    pointer: Pointer
    node: Node
    match: re.Match[str]
    parent: Node | None
    name: str

    def note(
        self, kind: str, key: str, shown: Claim, words: str = "", reason: str = STANDS, chosen: str = ""
    ) -> None:
        """Note that the text says something else than what is shown under a key, which stands."""
        says = quoted(self.node, words or self.match[0])
        self.draft.ledger.rule(kind, (*self.pointer, key), reason, shown, says, chosen=chosen)


def check_prose(draft: Draft) -> None:
    """Note each text that contradicts a keyword, a name or an example of what it describes."""
    for pointer, node, kind, line in draft.described():
        parent: Node | None = node
        name, schema, where = text_of(node, "name"), node.get("schema"), (*pointer, "schema")
        if kind == SCHEMA:
            parent = draft.described_at.get(pointer[:-2]) if pointer[-2] == "properties" else None
            name, schema, where = str(pointer[-1]) if parent is not None else "", node, pointer
        for row, held in _HELD:
            if kind in PHRASES[row].on and (match := said(row, line)):
                held(_Saying(draft, pointer, node, match, parent, name))
        if isinstance(schema, Node):
            _values(draft, where, node, schema)
    _anything(draft)


def _required(saying: _Saying) -> None:
    parent, words = saying.parent, saying.match[1]
    if parent is not None:
        required = saying.name in list_of(parent, "required") or parent.get("required") is True
        if (words.casefold() == "required") != required:
            shown = claim(parent, "required", "required" if required else "not required")
            saying.note("required", "required", shown, words)


def _polarity(saying: _Saying) -> None:
    """A switch whose name says the opposite of its text: ``excludeUtc``, "whether to include UTC"."""
    verbs = {"".join(words(saying.name)[:1]).lower(), saying.match[1].lower()}
    if verbs & _SHOWS and verbs & _HIDES:
        saying.note("text", "description", claim(saying.node, "name", f"the name: {saying.name}"))


def _form(saying: _Saying) -> None:
    """An example of a duration that is not in the form that the text shows."""
    example = text_of(saying.node, "example")
    forms = re.findall(r"[`\"']([^`\"'\s]+)[`\"']", saying.match[1])
    durations = all(_DURATION.fullmatch(duration) for duration in (example, *forms))
    if durations and _units(example).isdisjoint(_units(" ".join(forms))):
        shown = claim(saying.node, "example", f"the example: {example}")
        saying.note("example", "example", shown, saying.match[0].strip(" ,"))


def _units(durations: str) -> set[int]:
    return {len(unit) for unit in re.findall(r"[a-z]+", durations)}


def _any_value(saying: _Saying) -> None:
    """A text that takes any JSON value, and a schema that takes objects only."""
    if _is_open(saying.node):
        saying.note("type", "type", claim(saying.node, "type", "type: object"))


def _is_open(node: Node) -> bool:
    return node.get("type") == "object" and "properties" not in node


def _without(saying: _Saying) -> None:
    """A text that says "without x and y fields" above a schema that has them."""
    properties = map_of(saying.draft.follow(saying.node.get("items", saying.node)), "properties")
    names = [name for name in saying.match.groups() if name in properties]
    if names:
        shown = claim(properties, names[0], f"shown: {', '.join(names)}")
        saying.note("property", "description", shown, reason=_SHOWN, chosen="kept, optional")


def _style(saying: _Saying) -> None:
    style, node, said_so = str(saying.node.get("style", "form")), saying.node, saying.match[1]
    if said_so != style and text_of(node, "in") == "query":
        reason = _SAMPLES if samples(text_of(node, "description")) else _MANY
        shown = claim(node, "style", f"style: {style}")
        says = claim(node, "description", f'the text: the "{said_so}" encoding style')
        place = (*saying.pointer, "style")
        saying.draft.ledger.rule("style", place, reason, shown, says, chosen=style)


_HELD: tuple[tuple[str, Callable[[_Saying], None]], ...] = (
    ("required", _required),
    ("whether", _polarity),
    ("form", _form),
    ("any value", _any_value),
    ("without", _without),
    ("style", _style),
)
"""What is made of the words of a row."""


def _anything(draft: Draft) -> None:
    """A property that is any JSON value by its text in one place and an object by its type in another."""
    free: dict[str, tuple[Pointer, Claim]] = {}
    properties = [
        (str(place[-1]), (*place, "type"), node)
        for place, node in draft.schemas()
        if len(place) > 1 and place[-2] == "properties"
    ]
    for name, where, node in properties:
        match = said("any value", " ".join(text_of(node, "description").split()))
        if match is not None and "type" not in node and "$ref" not in node:
            free.setdefault(name, (where, claim(node, "description", f'{name}: the text: "{match[0]}"')))
    for name, where, node in properties:
        if name in free and _is_open(node):
            other = where, claim(node, "type", f"{name}: type: object")
            draft.ledger.apart("type", _APART, [free[name], other])


# -- lists of values ---------------------------------------------------------------------------------


class _Listed(NamedTuple):
    """Values that a text lists, its words, and whether they are all that there are for certain."""

    values: tuple[str, ...]
    words: str
    certain: bool = True


def _values(draft: Draft, pointer: Pointer, holder: Node, schema: Node) -> None:
    """Note a list of values in a text that is not the list of its schema.

    Read are lists of quoted values after words such as "one of", lists of constants in apposition ("The
    kind, `A` or `B`."), and bullets that each begin with a value.
    """
    text = text_of(holder, "description")
    found = _read(text) if any(mark in text for mark in "`\"':") else None
    if found is None:
        return
    parts: list[Part] = []
    for where, part in draft.leaves(pointer, schema):
        listed = "array" in kinds_of(part) and isinstance(part.get("items"), Node)
        parts.extend(draft.leaves((*where, "items"), part["items"]) if listed else [(where, part)])
    enums = [(where, part) for where, part in parts if isinstance(part.get("enum"), list)]
    if enums:
        _against(draft, found, enums, holder)
        return
    texts = [(where, part) for where, part in parts if "string" in kinds_of(part)]
    for where, part in texts[:1] if found.certain else ():
        if "const" not in part and "pattern" not in part:
            shown, reason = (
                claim(part, "", "the schema: no enum"),
                _LIST if said("several", text) else _OTHERS,
            )
            draft.ledger.only_said("enum", (*where, "enum"), reason, shown, quoted(holder, found.words))


def _read(text: str) -> _Listed | None:
    line = " ".join(text.split())
    if match := said("one of", line):
        return _Listed(_quoted(match[1]), match[0])
    if match := said("constants", line):
        return _Listed(_quoted(match[1]), match[1])
    if match := said("plain values", line):
        values = re.findall(r"[A-Za-z][\w-]*", re.sub(r"\b(?:or|and)\b", ",", match[1]))
        return _Listed(tuple(values), match[0])
    bullets = _BULLET.findall(text)
    if len(bullets) > 1:
        lead = text[: text.index(bullets[0])].rpartition("\n\n")[2]
        return _Listed(tuple(bullets), ", ".join(bullets), bool(_LISTS.search(lead)))
    return None


def _quoted(text: str) -> tuple[str, ...]:
    return tuple(value[1:-1] for value in re.findall(QUOTED, text))


def _against(draft: Draft, found: _Listed, listed: list[Part], holder: Node) -> None:
    pointer, schema = listed[0]
    enum = [value for _, part in listed for value in part["enum"]]
    known = {str(value).casefold() if isinstance(value, bool) else str(value) for value in enum} - {"None"}
    shared = len(known & set(found.values))
    if set(found.values) != known and (found.certain or shared >= len(known) / 2):
        words = quoted(holder, found.words)
        draft.stands("enum", (*pointer, "enum"), schema, f"enum: {brief(enum)}", words)
