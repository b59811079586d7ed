"""Lists of values in a text, held against the ``enum`` of what it describes, or noted where there is none.

Read are lists of quoted values after words such as "one of", "can be" or "allowed values", lists of
constants in apposition ("The kind, `A` or `B`."), and bullets that each begin with a value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from trigger_contract.normalize.model import RULE, Claim, Contradiction, Ledger, Node, Pointer, line_of
from trigger_contract.normalize.reach import Lookup, kinds_of, leaves
from trigger_contract.normalize.wording import brief

_QUOTED = r"""(?:`[^`\n]+`|"[^"\n]+"|'[^'\n]+')"""
_JOIN = r"(?:\s*[,|/]\s*(?:or\s+|and\s+)?|\s+(?:or|and)\s+)"
_OPEN_END = r"(?!\s*,?\s*(?:etc|and so on|and more|\.\.\.|…))"
_LEAD = (
    r"\b(?:one of(?: the following)?(?: values)?|either"
    r"|(?:possible|allowed|valid|accepted|supported|available|permitted|known) (?:values|options|choices)"
    r"(?: are| include)?|values(?: are| can be)|(?<!not )(?:can|must|may|should) be(?: one of| either)?)"
    r"\s*:?\s+"
)
_LISTED = re.compile(rf"{_LEAD}({_QUOTED}(?:{_JOIN}{_QUOTED})+){_OPEN_END}", re.IGNORECASE)
_WORD = r"[A-Za-z][\w-]*"
_PLAIN = re.compile(
    rf"\b(?:possible|allowed|valid|accepted|supported|permitted) values(?: are)?:\s+"
    rf"({_WORD}(?:{_JOIN}{_WORD})+){_OPEN_END}(?=\s*(?:\.|\Z))",
    re.IGNORECASE,
)
_CONSTANT = r"`[A-Z][A-Z0-9_]+`"
_APPOSITION = re.compile(rf"\A[^.`]*[,:]\s+({_CONSTANT}(?:{_JOIN}{_CONSTANT})+)\s*(?:\.|\Z)")
_BULLET = re.compile(r"^[ \t]*[-*][ \t]+[`\"']([^`\"'\n]+)[`\"']", re.MULTILINE)
_LISTS = re.compile(r"\b(?:one of|values|options|choices)\b", re.IGNORECASE)
_REASON = "Where the text and the schema of one page differ, the schema stands: machines read it."
_SILENT = "The schema allows any text, so nothing is broken; whether there are others is for a person to say."
_SEVERAL = re.compile(r"\bcomma[- ](?:separated|delimited)\b", re.IGNORECASE)


@dataclass(frozen=True)
class _Said:
    values: tuple[str, ...]
    words: str
    certain: bool


def check_values(pointer: Pointer, holder: Node, schema: Node, lookup: Lookup, ledger: Ledger) -> None:
    """Note a list of values in a text that is not the list of its schema.

    Args:
        pointer: Where the schema stands.
        holder: The object with the text: the schema, or the parameter that has it.
        schema: The schema.
        lookup: Returns what a reference points to.
        ledger: Where it is noted.
    """
    text = str(holder["description"])
    if not any(mark in text for mark in "`\"':"):
        return
    said = _read(text)
    if said is None:
        return
    parts: list[tuple[Pointer, Node]] = []
    for where, part in leaves(pointer, schema, lookup):
        items = part.get("items")
        if "array" in kinds_of(part) and isinstance(items, Node):
            parts.extend(leaves((*where, "items"), items, lookup))
        else:
            parts.append((where, part))
    listed = [(where, part) for where, part in parts if isinstance(part.get("enum"), list)]
    if listed:
        _against(said, listed, holder, ledger)
        return
    texts = [(where, part) for where, part in parts if "string" in kinds_of(part)]
    if not texts or not said.certain or "const" in texts[0][1] or "pattern" in texts[0][1]:
        return
    where, part = texts[0]
    claims = (
        Claim(part.source, part.line or None, "the schema: no enum"),
        Claim(holder.source, line_of(holder, "description"), f'the text: "{said.words}"'),
    )
    reason = "The text is a list of such values, which no enum can say." if _SEVERAL.search(text) else _SILENT
    ledger.add(Contradiction("enum in prose only", (*where, "enum"), claims, "stays in prose", RULE, reason))


def _read(text: str) -> _Said | None:
    line = " ".join(text.split())
    if match := _LISTED.search(line):
        return _Said(_values(match[1]), match[0], True)
    if match := _APPOSITION.search(line):
        return _Said(_values(match[1]), match[1], True)
    if match := _PLAIN.search(line):
        return _Said(tuple(re.findall(_WORD, re.sub(r"\b(?:or|and)\b", ",", match[1]))), match[0], True)
    bullets = _BULLET.findall(text)
    if len(bullets) > 1:
        lead = text[: text.index(bullets[0])].rpartition("\n\n")[2]
        return _Said(tuple(bullets), ", ".join(bullets), bool(_LISTS.search(lead)))
    return None


def _values(text: str) -> tuple[str, ...]:
    return tuple(value[1:-1] for value in re.findall(_QUOTED, text))


def _against(said: _Said, listed: list[tuple[Pointer, Node]], holder: Node, ledger: Ledger) -> None:
    pointer, schema = listed[0]
    enum = [value for _, part in listed for value in part["enum"]]
    known = {str(value).casefold() if isinstance(value, bool) else str(value) for value in enum} - {"None"}
    if set(said.values) == known or (not said.certain and len(known & set(said.values)) < len(known) / 2):
        return
    says = f"enum: {brief(enum)}"
    claims = (
        Claim(schema.source, line_of(schema, "enum"), says),
        Claim(holder.source, line_of(holder, "description"), f'the text: "{said.words}"'),
    )
    ledger.add(Contradiction("enum", (*pointer, "enum"), claims, says, RULE, _REASON))
