"""Types and keywords as rendered pages show them, and the types that an example shows.

Types such as ``enum<string>``, ``(Text · object | File · object)[]`` and ``uuid``, and lines that state a
keyword: ranges, lengths, patterns, formats, defaults.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import accumulate, pairwise
from typing import Any

from trigger_contract.normalize.located import Node, put
from trigger_contract.normalize.reading.mending import PLAIN, TYPES

BASE = r"(?:string|integer|number|boolean|object|array|file|any|null|enum)(?:<[\w:./ -]+>)?(?:\[\])*"
"""One type in the commonest words, which may be glued to what stands beside it."""
SPELLED = r"(?:(?:any|one|all) of|(?:list|array) of(?: [\w-]{1,40}){1,3}?|map from [\w ]{1,99}?)"
"""One type in the words of GitBook and Fern."""
_GLUED = re.compile(BASE)
_ROW = re.compile(rf"(?:{BASE})+\Z")
_FACED = re.compile(r"(\w+)<(.+)>\Z")
_SPELLED = re.compile(rf"{SPELLED}\Z")
_QUOTED = re.compile(r"(?P<quote>[\"'])[^\"']{1,99}(?P=quote)\Z")
_NAMED = re.compile(r"[A-Z][\w .()/-]*\Z")
_TITLE = re.compile(r"[\w .()/-]+\Z")
_WORD = re.compile(r"[A-Za-z][\w.-]{0,40}(?:<[\w:./ -]{1,40}>)?(?:\[\])*\Z")
_WRAPPED = re.compile(r"(\*\*|__|[*_`])(\S.*?)\1\Z")
_INSIDE = r"\s?(?:<(?P<faced>.{1,200})>|\[(?P<boxed>.{1,200})\])\Z"
_SAME = (
    (re.compile(rf"(?i:array|list|set){_INSIDE}"), "({0})[]"),
    (re.compile(r"(?:Array|List|LIST|ARRAY) of (?P<faced>(?:[\w-]{1,40} ?){1,3})\Z"), "list of {0}"),
    (re.compile(rf"(?i:map|record|dict|dictionary|hash){_INSIDE}"), "object"),
    (re.compile(rf"(?i:optional|nullable){_INSIDE}"), "{0} | null"),
    (re.compile(r"(?i:nullable )(?P<faced>[\w-]{1,40}(?:\[\])*)\Z"), "{0} | null"),
    (re.compile(r"(?P<faced>[a-z]{1,40}(?:\[\])*)\?\Z"), "{0} | null"),
)
"""What others write, and the same in the commonest words."""
_FORMATTED = re.compile(r"([A-Za-z]+)(?: ?\(([\w-]{1,40})\)| <([\w-]{1,40})>)\Z")
_AMOUNT = r"-?[0-9]{1,99}(?:\.[0-9]+)?(?:e[-+]?[0-9]{1,2})?"
_RANGE = re.compile(
    rf"(?:Required range:\s*)?(?:(?P<low>{_AMOUNT})\s*(?P<lower><=?)\s*)?x\s*"
    rf"(?:(?P<upper>[<>]=?)?\s*(?P<high>{_AMOUNT}))?\Z",
    re.IGNORECASE,
)
_LENGTH = re.compile(
    r"(?:Required |Minimum |(?P<most>Maximum ))?(?P<what>string|array|) ?length: "
    r"(?P<low>[0-9]{1,18})?(?:\s*-\s*(?P<high>[0-9]{1,18}))?",
    re.IGNORECASE,
)
_BOUND = re.compile(rf"(?P<side>min|max): (?P<amount>{_AMOUNT})\Z")
_STATED = re.compile(
    r"(?:Required |Minimum |Maximum |x [<>])|(?:default|pattern):|defaults to ", re.IGNORECASE
)
_WORDS = {
    "default": re.compile(r"(?i:default:)(?P<value>.*)|Defaults to (?P<last>\S+)\Z"),
    "pattern": re.compile(r"(?i:pattern:)(?P<value>.*)"),
    "format": re.compile(r"format: \"(?P<value>[\w-]+)\"\Z"),
}
_SIDES = {"<": "exclusiveMaximum", "<=": "maximum", ">": "exclusiveMinimum", ">=": "minimum"}
_FORMS = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)\Z"), "date-time"),
    (re.compile(r"3c90c3cc-0d44-4b50-8888-8dd25736052a\Z"), "uuid"),
    (re.compile(r"jsmith@example\.com\Z"), "email"),
)
"""What sites show of a format where they know no value."""
UNKNOWN = frozenset(("<unknown>", "<any>"))
"""What sites write into examples where they know no type."""


def is_type(text: str) -> bool:
    """Whether a line can be nothing but a type."""
    return len(text) < 400 and _read(text)[1]


def may_be_type(text: str) -> bool:
    """Whether a line is a single word that may name a type, known or not."""
    return _WORD.match(text) is not None


def type_schema(text: str) -> dict[str, Any] | None:
    """Return the schema of a type; None where nobody knows the word.

    Args:
        text: As the page shows it; alternatives stand between bars or, in copies, with nothing in between.
    """
    return _read(text)[0]


def is_unknown(text: str) -> bool:
    """Whether a type has a word that nobody knows."""
    while text.endswith("[]"):
        text = text[:-2]
    parts = [part for part in _alternatives(text) if not _QUOTED.match(part)]
    return any(map(is_unknown, parts)) if len(parts) != 1 else _read(text)[0] is None


def _read(text: str) -> tuple[dict[str, Any] | None, bool]:
    """Return the schema of a type, and whether a text can be nothing but a type."""
    text = text.strip()
    while wrapped := _WRAPPED.match(text):
        text = wrapped[2]
    for pattern, same in _SAME:
        if match := pattern.match(text):
            groups = match.groupdict()
            return _read(same.format(groups.get("faced") or groups.get("boxed")))[0], True
    parts = _alternatives(text)
    if len(parts) > 1 and all(_QUOTED.match(part) for part in parts):
        return {"type": "string", "enum": [part[1:-1] for part in parts]}, True
    if len(parts) > 1:
        found = [_read(part) for part in parts]
        return _united([schema or {} for schema, _ in found]), all(certain for _, certain in found)
    (text,) = parts
    if text.endswith("[]"):
        inner, certain = _read(text[:-2])
        return {"type": "array", "items": inner or {}}, certain
    if _SPELLED.match(text):
        kind, _, inside = text.partition(" of ")
        if kind not in ("list", "array"):
            return {"type": "object"} if kind.startswith("map ") else {}, True
        known = inside if inside in PLAIN or inside in TYPES else inside.removesuffix("s")
        return {"type": "array", "items": _read(known)[0] or {}}, True
    word = text.lower()
    formatted = _FORMATTED.match(text)
    if formatted and formatted[1].lower() in PLAIN and (formatted[3] or formatted[2] in TYPES):
        word = text = f"{formatted[1].lower()}<{formatted[2] or formatted[3]}>"
    certain = _ROW.match(text) is not None or (word in PLAIN and text in (word.capitalize(), word.upper()))
    if faced := _FACED.match(text):
        return {"type": faced[2]} if faced[1] == "enum" else {"type": faced[1], "format": faced[2]}, certain
    schema = {"type": word} if word in PLAIN else TYPES.get(word)
    return None if schema is None else dict(schema), certain


def _alternatives(text: str) -> list[str]:
    """Split a type at the bars that stand in no brackets, or where types are glued together."""
    while text[:1] == "(" and [*_depths(text, "(", ")"), 0].index(0) == len(text) - 1:
        text = text[1:-1].strip()
    text = re.sub(r" or null\Z", " | null", text)
    marks = enumerate(zip(text, _depths(text, "(<", ")>"), strict=True), 1)
    starts = [0, *(after for after, mark in marks if mark == ("|", 0)), len(text) + 1]
    parts = [part for start, end in pairwise(starts) if (part := text[start : end - 1].strip())]
    if len(parts) > 1:
        return parts
    text = _side(*parts) if parts else ""
    return _GLUED.findall(text) if _ROW.match(text) else [text]


def _depths(text: str, opening: str, closing: str) -> Iterator[int]:
    """Yield in how many brackets each character of a text ends."""
    return accumulate((mark in opening) - (mark in closing) for mark in text)


def _side(text: str) -> str:
    """Drop the name of an alternative, which stands before a dot, or behind it with a capital."""
    first, *others = sides = [side.strip() for side in text.split("·")]
    if _ROW.match(sides[-1]) and all(_TITLE.match(side) for side in sides[:-1]):
        return sides[-1]
    return first if _ROW.match(first) and all(_NAMED.match(side) for side in others) else text


def _united(schemas: list[dict[str, Any]]) -> dict[str, Any]:
    distinct = [schema for index, schema in enumerate(schemas) if schema not in schemas[:index]]
    if len(distinct) == 1 or {} in distinct:
        return distinct[0] if len(distinct) == 1 else {}
    if all(list(schema) == ["type"] for schema in distinct):
        return {"type": [schema["type"] for schema in distinct]}
    return {"anyOf": distinct}


def stated(text: str, kind: str) -> dict[str, Any] | None:
    """Return the keywords that a line states, none where their values are lost; None where it states none.

    Args:
        text: The line.
        kind: The type that the page shows of the field.
    """
    text = text.replace("`", "") if _STATED.match(text) else text
    for word, pattern in _WORDS.items():
        if found := pattern.match(text):
            value = (found[found.lastgroup or 0]).strip()
            if value == "null":
                return None  # that there is none
            return {word: value} if value else {}  # that of the next line nothing tells from a text
    found = _RANGE.match(text)
    if found and (found["lower"] or found["upper"]):
        signs = ((found["lower"] or "").replace("<", ">"), found["low"]), (found["upper"], found["high"])
        return {_SIDES[sign]: _number(amount) for sign, amount in signs if sign and amount}
    listed = kind.endswith("[]") or kind.startswith("array")
    if found := _LENGTH.match(text):
        low, high = (int(found[side]) if found[side] else None for side in ("low", "high"))
        if found["most"]:
            low, high = None, high if low is None else low
        what = "Items" if found["what"].lower() == "array" or (listed and not found["what"]) else "Length"
        ends = {f"min{what}": low, f"max{what}": high}
        return {name: amount for name, amount in ends.items() if amount is not None} or None
    if found := _BOUND.match(text):
        what = "Items" if listed else "Length" if kind.startswith("string") else "imum"
        return {f"{found['side']}{what}": _number(found["amount"])}
    return None


def typed(text: Any, kind: Any) -> Any:
    """Read a default or an example in the type that the field has."""
    if kind == "string" or not isinstance(text, str):
        return text.strip("\"'") if isinstance(text, str) else text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _number(text: str) -> int | float:
    return float(text) if "." in text or "e" in text.lower() else int(text)


class ShownNumber(str):
    """The type of a number in an example, which an integer looks like as well."""

    __slots__ = ()


def shown_schema(value: Any, line: int = 0) -> Node:
    """Return the schema that an example value shows: types, never enums, and nothing required.

    ``<unknown>`` and null show nothing but that any JSON value may stand there.

    Args:
        value: The example; lines are taken over where it knows them.
        line: Where it stands.
    """
    if isinstance(value, dict):
        lines, properties = getattr(value, "lines", {}), Node()
        for name, item in value.items():
            below = lines.get(name, line)
            put(properties, name, shown_schema(item, below), below)
        return shown_node({"type": "object", **({"properties": properties} if properties else {})}, line)
    if isinstance(value, list):
        return shown_node({"type": "array", "items": shown_schema(value[0], line) if value else {}}, line)
    if value is None or value in UNKNOWN:
        return shown_node({}, line)
    if isinstance(value, (bool, int, float)):
        return shown_node({"type": "boolean" if isinstance(value, bool) else ShownNumber("number")}, line)
    form = next(({"format": form} for pattern, form in _FORMS if pattern.match(value)), {})
    return shown_node({"type": "string", **form}, line)


def shown_node(entries: dict[str, Any], line: int) -> Node:
    """Make a node of what was shown on one line."""
    node = Node()
    node.line = line
    for key, value in entries.items():
        put(node, key, value)
    return node
