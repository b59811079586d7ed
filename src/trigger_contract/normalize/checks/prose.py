"""Texts that say something else than the keywords, the name or the example beside them.

Only phrases that leave no doubt are read (see ``phrases``). Where a text and a keyword differ, the keyword
stands, because machines read it; the report tells which page to put right.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from trigger_contract.normalize.checks.draft import Draft
from trigger_contract.normalize.checks.phrases import QUOTED, said
from trigger_contract.normalize.ledger import Claim, brief, claim, quoted
from trigger_contract.normalize.located import Node, Pointer, kinds_of, list_of, text_of
from trigger_contract.normalize.naming import words

_STANDS = "Where the text and the schema of one page differ, the schema stands: machines read it."
_APART = "Each place keeps what its own page says, but a value of any kind need not be an object."
_SILENT = "The schema allows any text, so nothing is broken; whether there are others is for a person to say."
_LIST = "The text is a list of such values, which no enum can say."
_OPPOSITE = {
    "include": ("exclude", "omit", "skip", "hide", "without"),
    "show": ("hide", "exclude", "omit"),
    "enable": ("disable",),
    "exclude": ("include", "with"),
    "omit": ("include", "with"),
    "skip": ("include",),
    "hide": ("show", "include"),
    "disable": ("enable",),
}
# A duration such as `1h42m`, and the form of one: how many letters each unit has.
_DURATION = re.compile(r"(?:\d{1,18}[a-z]{1,18})+")
_BULLET = re.compile(r"^[ \t]*[-*][ \t]+[`\"']([^`\"'\n]+)[`\"']", re.MULTILINE)
_LISTS = re.compile(r"\b(?:one of|values|options|choices)\b", re.IGNORECASE)


def check_prose(draft: Draft) -> None:
    """Note each text that contradicts a keyword, a name or an example of what it describes."""
    nodes = {pointer: node for pointer, node, kind in draft.found if kind in ("schema", "parameter")}
    for pointer, node, kind in draft.found:
        if kind not in ("schema", "parameter") or not text_of(node, "description"):
            continue
        _form(draft, pointer, node)
        if kind == "parameter":
            if isinstance(node.get("schema"), Node):
                _values(draft, (*pointer, "schema"), node, node["schema"])
            _required(draft, pointer, node, node, node.get("required") is True)
            _polarity(draft, pointer, node, str(node.get("name", "")))
            continue
        _values(draft, pointer, node, node)
        _any_value(draft, pointer, node)
        parent = nodes.get(pointer[:-2]) if len(pointer) > 2 and pointer[-2] == "properties" else None
        if parent is not None:
            _required(draft, pointer, node, parent, pointer[-1] in list_of(parent, "required"))
            _polarity(draft, pointer, node, str(pointer[-1]))
    _anything(draft, nodes)


def _required(draft: Draft, pointer: Pointer, holder: Node, parent: Node, required: bool) -> None:
    match = said("required", text_of(holder, "description"))
    if match is not None and (match[1].casefold() == "required") != required:
        says = claim(parent, "required", "required" if required else "not required")
        draft.ledger.rule("required", (*pointer, "required"), _STANDS, says, quoted(holder, match[1]))


def _polarity(draft: Draft, pointer: Pointer, node: Node, name: str) -> None:
    """A switch whose name says the opposite of its text: ``excludeUtc``, "whether to include UTC"."""
    match = said("whether", text_of(node, "description"))
    first = next(iter(words(name)), "").lower()
    if match is not None and first in _OPPOSITE[match[1].lower()]:
        says = claim(node, "name", f"the name: {name}")
        draft.ledger.rule("text", (*pointer, "description"), _STANDS, says, quoted(node, match[0]))


def _form(draft: Draft, pointer: Pointer, node: Node) -> None:
    """An example of a duration that is not in the form that the text shows."""
    example = text_of(node, "example")
    match = said("form", text_of(node, "description")) if _DURATION.fullmatch(example) else None
    forms = re.findall(r"[`\"']([^`\"'\s]+)[`\"']", match[1]) if match else []
    if match is None or not all(_DURATION.fullmatch(form) for form in forms):
        return
    if _units(example).isdisjoint(set().union(*map(_units, forms))):
        says = claim(node, "example", f"the example: {example}")
        words_said = quoted(node, match[0].strip(" ,"))
        draft.ledger.rule("example", (*pointer, "example"), _STANDS, says, words_said)


def _units(duration: str) -> set[int]:
    return {len(unit) for unit in re.findall(r"[a-z]+", duration)}


def _any_value(draft: Draft, pointer: Pointer, node: Node) -> None:
    """A text that takes any JSON value, and a schema that takes objects only."""
    match = said("any value", " ".join(text_of(node, "description").split()))
    if match is not None and _is_open(node):
        says = claim(node, "type", "type: object")
        draft.ledger.rule("type", (*pointer, "type"), _STANDS, says, quoted(node, match[0]))


def _is_open(node: Node) -> bool:
    return node.get("type") == "object" and "properties" not in node


def _anything(draft: Draft, nodes: Mapping[Pointer, Node]) -> None:
    """A property that is any JSON value by its text in one place and an object by its type in another."""
    free: dict[str, tuple[Pointer, Claim]] = {}
    properties = [
        (place, node) for place, node in nodes.items() if len(place) > 1 and place[-2] == "properties"
    ]
    for pointer, node in properties:
        if "type" not in node and "$ref" not in node:
            match = said("any value", " ".join(text_of(node, "description").split()))
            if match is not None:
                says = claim(node, "description", f'{pointer[-1]}: the text: "{match[0]}"')
                free.setdefault(str(pointer[-1]), ((*pointer, "type"), says))
    for pointer, node in properties:
        name = str(pointer[-1])
        if name in free and _is_open(node):
            other = (*pointer, "type"), claim(node, "type", f"{name}: type: object")
            draft.ledger.apart("type", _APART, [free[name], other])


# -- lists of values ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Said:
    values: tuple[str, ...]
    words: str
    certain: bool


def _values(draft: Draft, pointer: Pointer, holder: Node, schema: Node) -> None:
    """Note a list of values in a text that is not the list of its schema.

    Read are lists of quoted values after words such as "one of", lists of constants in apposition ("The
    kind, `A` or `B`."), and bullets that each begin with a value.
    """
    text = text_of(holder, "description")
    found = _read(text) if any(mark in text for mark in "`\"':") else None
    if found is None:
        return
    parts: list[tuple[Pointer, Node]] = []
    for where, part in draft.leaves(pointer, schema):
        items = part.get("items")
        listed = "array" in kinds_of(part) and isinstance(items, Node)
        parts.extend(draft.leaves((*where, "items"), items) if listed else [(where, part)])
    enums = [(where, part) for where, part in parts if isinstance(part.get("enum"), list)]
    if enums:
        _against(draft, found, enums, holder)
        return
    where, part = next(((where, part) for where, part in parts if "string" in kinds_of(part)), ((), Node()))
    if part and found.certain and "const" not in part and "pattern" not in part:
        shown = claim(part, "", "the schema: no enum")
        reason = _LIST if said("several", text) else _SILENT
        entry = (*where, "enum")
        chosen = "stays in prose"
        draft.ledger.rule(
            "enum in prose only", entry, reason, shown, quoted(holder, found.words), chosen=chosen
        )


def _read(text: str) -> _Said | None:
    line = " ".join(text.split())
    if match := said("one of", line):
        return _Said(_quoted(match[1]), match[0], True)
    if match := said("constants", line):
        return _Said(_quoted(match[1]), match[1], True)
    if match := said("plain values", line):
        values = re.findall(r"[A-Za-z][\w-]*", re.sub(r"\b(?:or|and)\b", ",", match[1]))
        return _Said(tuple(values), match[0], True)
    bullets = _BULLET.findall(text)
    if len(bullets) > 1:
        lead = text[: text.index(bullets[0])].rpartition("\n\n")[2]
        return _Said(tuple(bullets), ", ".join(bullets), bool(_LISTS.search(lead)))
    return None


def _quoted(text: str) -> tuple[str, ...]:
    return tuple(value[1:-1] for value in re.findall(QUOTED, text))


def _against(draft: Draft, found: _Said, listed: list[tuple[Pointer, Node]], holder: Node) -> None:
    pointer, schema = listed[0]
    enum = [value for _, part in listed for value in part["enum"]]
    known = {str(value).casefold() if isinstance(value, bool) else str(value) for value in enum} - {"None"}
    shared = len(known & set(found.values))
    if set(found.values) == known or (not found.certain and shared < len(known) / 2):
        return
    says = claim(schema, "enum", f"enum: {brief(enum)}")
    draft.ledger.rule("enum", (*pointer, "enum"), _STANDS, says, quoted(holder, found.words))
