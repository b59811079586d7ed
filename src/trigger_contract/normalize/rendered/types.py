"""Types and keywords as rendered pages show them, also where they were copied without anything in between.

Types such as ``enum<string>``, ``(Text · object | File · object)[]``, ``uuid``, those that an example shows,
and lines that state a keyword: ranges, lengths, patterns, defaults. Some tools drop the blanks between the
parts of a field: ``limitintegerrequired``. The name is what the anchor before it is called, or else the
longest beginning that leaves a type and known marks and nothing more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Any

from trigger_contract.normalize.located import Node, put
from trigger_contract.normalize.rendered.markup import MARK, Line

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
# GitBook and Fern have words of their own for types; what each of them means is in ``_meaning``.
_WORDS = (
    r"(?:any of|one of|all of|list of [\w ]{1,60}?|map from [\w ]{1,60}? to [\w ]{1,60}?"
    r"|datetime|date|double|long|uuid)"
)
_FACETS = r"(?: · (?:[a-z][a-z0-9-]*?|(?:min|max): -?[\d.]+))*"
_TYPE = rf"(?:{_BASE}{_FACETS}|{_WORDS})(?: (?:or|\|) null)?"
_MARK_WORD = (
    r"(?:header|query|cookie|path|[Rr]equired|[Oo]ptional|[Dd]eprecated|read-only|write-only|nullable)"
)
_REST = r"(?:format: \"(?P<format>[\w-]+)\")?"
_GLUED_FIELD = re.compile(
    rf"(?P<name>[A-Za-z_$@][\w.$@\[\]{{}}:-]{{0,120}})(?P<type>{_TYPE}){_REST}(?P<marks>{_MARK_WORD}*)"
    r"(?:[Dd]efault:\s*(?P<default>\S.{0,400}?))?(?P<last>required|deprecated)?\Z"
)
_BEHIND_NAME = re.compile(
    rf"\s{{0,9}}(?P<type>{_BASE}(?:\s*\|\s*{_BASE})*)\s*(?P<marks>(?:{_MARK_WORD}\s*)*)"
    r"(?:default:(?P<default>-?\d+(?:\.\d+)?|true|false))?\s*(?P<last>required)?(?P<text>.*)\Z"
)
_MARK_WORDS = re.compile(_MARK_WORD)
_ALTERNATIVE = re.compile(rf"{_TYPE}{_MARK_WORD}*\Z|or\Z")
_BEFORE_STATED = re.compile(
    r"(?<=[^\s`])(?=(?:Examples?|Available options|Required range|Default|Pattern|Possible values):)"
    r"|(?<=`) (?=Examples?:\s*\Z)|(?<=`)(?=[A-Za-z_$][\w.$-]*(?:string|integer|number|boolean|object|enum))"
)
_MARKED = re.compile(f"{MARK}([^{MARK}]*){MARK}")
_LENGTHS = {"string": "Required string length: ", "array": "Required array length: "}
_OTHER_WORDS = {
    "datetime": "string<date-time>",
    "date": "string<date>",
    "uuid": "string<uuid>",
    "double": "number<double>",
    "long": "integer<int64>",
}


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


def _read(text: str) -> tuple[dict[str, Any] | None, bool]:
    """Return the schema of a type, and whether a text can be nothing but a type."""
    text = _without_brackets(text.strip())
    parts = [part for part in _split(text) if part]
    if len(parts) > 1:
        found = [_read(part) for part in parts]
        return _united([schema or {} for schema, _ in found]), all(certain for _, certain in found)
    text = parts[0] if parts else ""
    side = _side(text)
    row = _is_row(side)
    glued = _GLUED.findall(side) if row else []
    if len(glued) > 1:
        return _united([_read(part)[0] or {} for part in glued]), True
    if text.endswith("[]"):
        inner, certain = _read(text[:-2])
        return {"type": "array", "items": inner or {}}, certain
    if side != text:
        return _read(side)
    if several := _LIST_OF.match(text):
        word = several[1]
        known = word if word in _NAMES or word in _FORMATS else word.removesuffix("s")
        return {"type": "array", "items": _read(known)[0] or {}}, True
    if faced := _FACED.match(text):
        return {"type": faced[2]} if faced[1] == "enum" else {"type": faced[1], "format": faced[2]}, row
    schema = {} if text in ("", "any", "enum") else {"type": text} if text in _NAMES else _FORMATS.get(text)
    return None if schema is None else dict(schema), row


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
    while text[:1] == "(" and [*_depths(text, "(", ")"), 0].index(0) == len(text) - 1:
        text = text[1:-1].strip()
    return text


def _depths(text: str, opening: str, closing: str) -> Iterator[int]:
    """Yield in how many brackets each character of a text ends."""
    return accumulate((mark in opening) - (mark in closing) for mark in text)


def _split(text: str) -> list[str]:
    """Split alternatives at the bars that stand in no brackets."""
    marks = enumerate(zip(text, _depths(text, "(<", ")>"), strict=True), 1)
    starts = [0, *(after for after, mark in marks if mark == ("|", 0)), len(text) + 1]
    return [text[start : end - 1].strip() for start, end in pairwise(starts)]


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


def at_marks(line: Line) -> list[Line]:
    """Cut a line at the anchors in it; the name of a field is told by its anchor.

    Returns:
        The parts, all with the line's number; a mark stands before each that had an anchor.
    """
    number, text = line
    if MARK not in text:
        return [line]
    pieces = _MARKED.split(text)
    parts: list[Line] = [(number, pieces[0].strip())] if pieces[0].strip() else []
    for anchor, behind in zip(pieces[1::2], pieces[2::2], strict=True):
        parts.append((number, MARK + anchor))
        parts.extend((number, part) for part in _named(anchor, behind.strip()) if part)
    return parts


def unglued(lines: Sequence[Line]) -> list[Line]:
    """Take the glued fields of a section apart; the lines as they were where there are none."""
    parts: list[Line] = []
    found = False
    composed = False
    for number, text in lines:
        for piece in _BEFORE_STATED.split(text):
            match = _GLUED_FIELD.match(piece)
            if match and match["name"] == "Response":
                continue  # the type of the whole body
            if match:
                found, composed = True, " of" in match["type"]
                parts.extend((number, part) for part in (MARK, match["name"], *_facets(match)) if part)
            elif not (composed and _ALTERNATIVE.match(piece)):
                parts.append((number, piece.strip()))
    return parts if found else list(lines)


def _named(anchor: str, text: str) -> list[str]:
    """Cut a text behind an anchor into name, type, marks and description, where they are glued."""
    plain = _plain(anchor)
    for end in range(len(text) - 1, 0, -1):
        name = _plain(text[:end])
        if name and plain.endswith(name) and not text[end - 1].isspace():
            match = _BEHIND_NAME.match(text, end)
            if match and text[end : end + 1]:
                return [
                    text[:end],
                    *_facets(match),
                    *_BEFORE_STATED.split(match["text"].strip()),
                ]
    return _BEFORE_STATED.split(text)


def _plain(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())


def _facets(match: re.Match[str]) -> list[str]:
    """Write type, marks, bounds and default as the pages do that keep them apart."""
    shown = match["type"]
    nullable = re.search(r" (?:or|\|) null\Z", shown)
    main, *facets = (shown[: nullable.start()] if nullable else shown).split(" · ")
    kind = main.partition("<")[0]
    bounds = {facet[:3]: facet[5:] for facet in facets if facet[3:5] == ": "}
    words = [facet for facet in facets if facet[3:5] != ": "]
    given = match.groupdict().get("format")
    formats = [given] if given else [word for word in words if word not in ("nullable", "enum")]
    if "enum" in words:
        main = f"enum<{main}>"
    elif formats and "<" not in main:
        main = f"{main}<{formats[0]}>"
    lines = [_meaning(main) + (" | null" if nullable or "nullable" in words else "")]
    lines += [word.lower() for word in _MARK_WORDS.findall(match["marks"]) if word.lower() != "optional"]
    if match["last"]:
        lines.append(match["last"])
    if match["default"]:
        lines.append(f"default:{match['default']}")
    low, high = bounds.get("min"), bounds.get("max")
    if bounds and kind in _LENGTHS:
        lines.append(
            _LENGTHS[kind] + (f"{low} - {high}" if low and high else f"{low} -" if low else f"- {high}")
        )
    elif bounds:
        lines.append("Required range: " + (f"{low} <= x" if low else "x") + (f" <= {high}" if high else ""))
    return lines


def _meaning(shown: str) -> str:
    """The type in the words of the commonest kind of page."""
    if shown.startswith("list of "):
        inner = shown.removeprefix("list of ").removesuffix("s")
        return f"{inner if re.fullmatch(_BASE, inner) else 'any'}[]"
    if shown.startswith("map from "):
        return "object"
    return "any" if shown.endswith(" of") else _OTHER_WORDS.get(shown, shown)
