"""Types and keywords as rendered pages show them.

Types such as ``enum<string>``, ``(Text · object | File · object)[]``, ``uuid``, those that an example shows,
and lines that state a keyword: ranges, lengths, patterns, defaults.
"""

from __future__ import annotations

import json
import re
from typing import Any

from trigger_contract.normalize.located import Node, put

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
_AMOUNT = r"-?[0-9]{1,99}(?:\.[0-9]+)?(?:e[-+]?[0-9]{1,2})?"
_RANGE = re.compile(
    rf"(?:Required range:\s*)?(?:(?P<low>{_AMOUNT})\s*(?P<lower><=?)\s*)?x\s*(?P<sign><=?|>=?)?\s*"
    rf"(?P<high>{_AMOUNT})?\Z"
)
_LENGTH = re.compile(
    r"(?:Required |Minimum |Maximum )?(?P<what>string|array|) ?length: "
    r"(?P<low>[0-9]{1,18})?(?:\s*-\s*(?P<high>[0-9]{1,18}))?",
    re.IGNORECASE,
)
_STATED = re.compile(r"(?:Required |Minimum |Maximum |x [<>])|default:|pattern:", re.IGNORECASE)
_DEFAULTS_TO = re.compile(r"Defaults to (\S+)\Z")
# Which side an operator bounds, and the keyword that says so.
_SIDES = {"<": "exclusiveMaximum", "<=": "maximum", ">": "exclusiveMinimum", ">=": "minimum"}
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)\Z")
# What sites write into examples where they know no value.
UNKNOWN = frozenset(("<unknown>", "<any>"))


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


def stated(text: str, kind: str) -> dict[str, Any] | None:
    """Return the keywords that a line states, none where their values are lost; None where it states none.

    Args:
        text: The line.
        kind: The type that the page shows of the field.
    """
    text = text.replace("`", "") if _STATED.match(text) else text
    lowered = text.lower()
    if lowered in ("default:", "pattern:"):
        return {}  # its value is lost, or stands where nothing tells it from a text
    for word in ("default", "pattern"):
        if lowered.startswith(f"{word}:"):
            return {word: text.partition(":")[2].strip()}
    if found := _DEFAULTS_TO.match(text):
        return {"default": found[1].strip("`\"'")}
    if lowered.startswith(("required range:", "x >", "x <")):
        match = _RANGE.match(text)
        return _range(match) if match else None
    match = _LENGTH.match(text)
    return _length(match, lowered, kind) if match and (match["low"] or match["high"]) else None


def _range(match: re.Match[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if match["low"]:
        found["minimum" if match["lower"] == "<=" else "exclusiveMinimum"] = _number(match["low"])
    if match["high"] and match["sign"]:
        found[_SIDES[match["sign"]]] = _number(match["high"])
    return found


def _length(match: re.Match[str], lowered: str, kind: str) -> dict[str, Any]:
    array = match["what"].lower() == "array" or (not match["what"] and kind.endswith("[]"))
    low, high = ("minItems", "maxItems") if array else ("minLength", "maxLength")
    if lowered.startswith("maximum"):
        return {high: int(match["low"] or match["high"])}
    return {name: int(text) for name, text in ((low, match["low"]), (high, match["high"])) if text}


def typed(text: Any, kind: Any) -> Any:
    """Read a default or an example in the type that the field has."""
    if kind == "string" or not isinstance(text, str):
        return text.strip("\"'") if isinstance(text, str) else text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _number(text: str) -> int | float:
    value = float(text)
    return int(value) if value.is_integer() and "e" not in text and "." not in text else value


class ShownNumber(str):
    """The type of a number in an example, which an integer looks like as well."""

    __slots__ = ()


def shown_schema(value: Any, line: int = 0) -> dict[str, Any]:
    """Return the schema that an example value shows: types, never enums, and nothing required.

    ``<unknown>`` and null show nothing but that any JSON value may stand there.

    Args:
        value: The example; lines are taken over where it knows them.
        line: Where it stands.
    """
    if isinstance(value, dict):
        lines = getattr(value, "lines", {})
        properties = Node()
        for name, item in value.items():
            below = lines.get(name, line)
            put(properties, name, shown_schema(item, below), below)
        return shown_node(
            {"type": "object", "properties": properties} if properties else {"type": "object"}, line
        )
    if isinstance(value, list):
        return shown_node({"type": "array", "items": shown_schema(value[0], line) if value else {}}, line)
    return shown_node(_scalar(value), line)


def shown_node(schema: dict[str, Any], line: int) -> Node:
    """Make a node of a schema that was shown on one line."""
    node = Node()
    node.line = line
    for key, value in schema.items():
        put(node, key, value, line)
    return node


def _scalar(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"type": "boolean"}
    if isinstance(value, (int, float)):
        return {"type": ShownNumber("number")}
    if value is None or value in UNKNOWN:
        return {}
    if _DATE_TIME.match(value):
        return {"type": "string", "format": "date-time"}
    if value == "3c90c3cc-0d44-4b50-8888-8dd25736052a":
        return {"type": "string", "format": "uuid"}
    if value == "jsmith@example.com":
        return {"type": "string", "format": "email"}
    return {"type": "string"}
