"""Types as rendered pages show them: ``enum<string>``, ``(Text · object | File · object)[]``, ``uuid``."""

from __future__ import annotations

import re
from typing import Any

_NAMES = frozenset(("string", "integer", "number", "boolean", "object", "array", "any", "null"))
_BASE = r"(?:string|integer|number|boolean|object|array|file|any|null|enum)(?:<[\w:./ -]+>)?(?:\[\])*"
_GLUED = re.compile(_BASE)
_FACED = re.compile(r"(\w+)<(.+)>\Z")
_LIST_OF = re.compile(r"(?:array|list) of ([\w-]+)\Z")
_TITLE = re.compile(r"[\w .()/-]+\Z")
_WORD = re.compile(r"[a-z][\w.-]{0,40}(?:<[\w:./ -]{1,40}>)?(?:\[\])*\Z")
_FORMATS: dict[str, dict[str, Any]] = {
    **{
        word: {"type": "string", "format": word}
        for word in ("uuid", "date", "date-time", "password", "email", "uri", "byte", "binary", "hostname")
    },
    **{word: {"type": "string", "format": word} for word in ("ipv4", "ipv6", "time", "duration")},
    **{word: {"type": "integer", "format": word} for word in ("int32", "int64")},
    **{word: {"type": "number", "format": word} for word in ("float", "double")},
    "file": {"type": "string", "format": "binary"},
    "datetime": {"type": "string", "format": "date-time"},
    "url": {"type": "string", "format": "uri"},
    "long": {"type": "integer", "format": "int64"},
    "int": {"type": "integer"},
    "str": {"type": "string"},
    "bool": {"type": "boolean"},
    "map": {"type": "object"},
    "json": {},
}


def is_type(text: str) -> bool:
    """Whether a line can be nothing but a type."""
    return len(text) < 400 and _certain(text.strip())


def may_be_type(text: str) -> bool:
    """Whether a line is a single word that may name a type, known or not."""
    return _WORD.match(text) is not None


def type_schema(text: str) -> dict[str, Any] | None:
    """Return the schema of a type; None where nobody knows the word.

    Args:
        text: As the page shows it; alternatives stand between bars or, in copies, with nothing in between.
    """
    text = _without_brackets(text.strip())
    parts = [part for part in _split(text) if part]
    if len(parts) > 1:
        return _united([type_schema(part) or {} for part in parts])
    text = parts[0] if parts else ""
    side = _side(text)
    glued = _GLUED.findall(side) if _is_row(side) else []
    if len(glued) > 1:
        return _united([type_schema(part) or {} for part in glued])
    if text.endswith("[]"):
        return {"type": "array", "items": type_schema(text[:-2]) or {}}
    if side != text:
        return type_schema(side)
    if several := _LIST_OF.match(text):
        word = several[1]
        known = word if word in _NAMES or word in _FORMATS else word.removesuffix("s")
        return {"type": "array", "items": type_schema(known) or {}}
    if faced := _FACED.match(text):
        return {"type": faced[2]} if faced[1] == "enum" else {"type": faced[1], "format": faced[2]}
    if text in ("", "any", "enum"):
        return {}
    return {"type": text} if text in _NAMES else _copied(_FORMATS.get(text))


def _copied(schema: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if schema is None else dict(schema)


def _certain(text: str) -> bool:
    text = _without_brackets(text)
    parts = _split(text)
    if len(parts) > 1:
        return all(_certain(part) for part in parts if part)
    if text.endswith("[]"):
        return _certain(text[:-2])
    side = _side(text)
    return _is_row(side) or bool(_LIST_OF.match(side))


def _side(text: str) -> str:
    """Drop the name of an alternative, which stands on one side of a dot."""
    sides = [side.strip() for side in text.split("·")]
    if len(sides) == 1 or not all(_TITLE.match(side) or _is_row(side) for side in sides):
        return text
    return next((side for side in reversed(sides) if _is_row(side)), text)


def _is_row(text: str) -> bool:
    """Whether a text is one type of the pages' own, or several of them glued together."""
    return re.fullmatch(rf"(?:{_BASE})+", text) is not None


def _without_brackets(text: str) -> str:
    """Take off brackets around the whole."""
    while text.startswith("(") and text.endswith(")") and _closes(text) == len(text) - 1:
        text = text[1:-1].strip()
    return text


def _closes(text: str) -> int:
    depth = 0
    for index, mark in enumerate(text):
        depth += (mark == "(") - (mark == ")")
        if depth == 0:
            return index
    return -1


def _split(text: str) -> list[str]:
    """Split alternatives at the bars that stand in no brackets."""
    parts, depth, start = [], 0, 0
    for index, mark in enumerate(text):
        depth += (mark in "(<") - (mark in ")>")
        if mark == "|" and depth == 0:
            parts.append(text[start:index].strip())
            start = index + 1
    return [*parts, text[start:].strip()]


def _united(schemas: list[dict[str, Any]]) -> dict[str, Any]:
    distinct: list[dict[str, Any]] = []
    for schema in schemas:
        if schema not in distinct:
            distinct.append(schema)
    if len(distinct) == 1:
        return distinct[0]
    if {} in distinct:
        return {}
    if all(list(schema) == ["type"] for schema in distinct):
        return {"type": [schema["type"] for schema in distinct]}
    return {"anyOf": distinct}
