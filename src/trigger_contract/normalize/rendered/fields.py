"""Fields of a rendered page: a name, a type, marks, a text, a range, options."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from trigger_contract.normalize.reading.examples import shown_node
from trigger_contract.normalize.rendered.glue import unglued
from trigger_contract.normalize.rendered.markup import MARK
from trigger_contract.normalize.rendered.tables import without_tables

_ONE_TYPE = r"(?:string|integer|number|boolean|object|array|file|any|null|enum)(?:<[\w:./ -]+>)?(?:\[\])*"
# The name of an alternative stands before its type or, in older pages, behind it.
_TITLE = r"[\w .()-]+"
_TYPE = re.compile(rf"(?:(?:{_TITLE} · )?{_ONE_TYPE}(?:\s*·\s*{_TITLE}(?:\[\])?)*(?:\s*\|\s*)?)+\Z")
_TYPES = re.compile(_ONE_TYPE)
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
_CONTINUED = re.compile(r"^[,.;:)]")
_SQUASHED = re.compile(
    r"(?P<type>(?:string|integer|number|boolean|object|array|file|any|enum)(?:<[\w:./ -]+>)?(?:\[\])*)"
    r"(?P<place>header|query|cookie|path|body)?(?P<first>required|deprecated)?"
    r"(?:default:(?P<default>.*?))?(?P<last>required|deprecated)?\Z"
)
_MARKS = {"required", "deprecated", "read-only", "write-only", "nullable"}
_GLUED_MARKS = re.compile(r"(header|query|cookie|path|body)?(required|deprecated)\Z")
_TAB = re.compile(r"[*-] +\S")
_ANY_NAME = "{key}"
_PLACES = {"header", "query", "cookie", "path", "body"}
_OPTION = re.compile(r",?\s*\S+\Z|,?\s*`[^`]+`\s*,?\Z|,\s*[^,.]{1,60}\Z")
_EXAMPLE = re.compile(r"Examples?:\s*(`[^`]+`|\"[^\"]*\"|\S+)\Z")
_CODE_WORD = re.compile(r",\s*(\S+)\Z")


@dataclass
class Field:
    """What a rendered page says about one parameter or property.

    Attributes:
        name: Its name; empty where the page shows only a text.
        line: Where it starts, counted from 1.
        type: As shown, for example ``enum<string>``; empty where none is shown.
        description: The text, its broken lines joined.
        options: The values listed as available.
        keywords: Schema keywords that were shown as ranges, lengths, patterns and defaults.
        marks: ``required``, ``deprecated`` and the like.
        place: ``header``, ``query`` or ``cookie`` where shown beside the type.
        children: Its own attributes, where the page shows them opened.
        alternatives: Whether the attributes shown are those of the first of several alternatives.
        anchor: The address of the field on its page, where the copy shows one.
    """

    name: str
    line: int
    type: str = ""
    description: str = ""
    options: list[str] = field(default_factory=list)
    keywords: dict[str, Any] = field(default_factory=dict)
    marks: set[str] = field(default_factory=set)
    place: str = ""
    children: list[Field] = field(default_factory=list)
    alternatives: bool = False
    anchor: str = ""

    @property
    def required(self) -> bool:
        """Whether it is marked as required."""
        return "required" in self.marks

    def schema(self) -> dict[str, Any]:
        """Return the schema that is shown, and nothing beyond it."""
        schema = _type_schema(self.type)
        listed = schema.get("type") == "array" and schema.get("items")
        inner = listed if listed and ("enum<" in self.type or self.children) else schema
        if self.options:
            inner["enum"] = [_option(option, inner.get("type")) for option in self.options]
        if inner.get("type") in ("object", ["object", "null"]):
            inner.update(_attributes(self.children, self.line))
        for keyword, value in self.keywords.items():
            schema[keyword] = (
                _typed(value, schema.get("type")) if keyword in ("default", "example") else value
            )
        if self.description:
            schema["description"] = self.description
        if "deprecated" in self.marks:
            schema["deprecated"] = True
        if "read-only" in self.marks:
            schema["readOnly"] = True
        if "write-only" in self.marks:
            schema["writeOnly"] = True
        return schema

    def parameter(self, place: str) -> dict[str, Any]:
        """Return the Parameter Object that is shown."""
        schema = self.schema()
        parameter: dict[str, Any] = {"name": self.name, "in": place}
        for keyword in ("description", "deprecated", "example"):
            if keyword in schema:
                parameter[keyword] = schema.pop(keyword)
        if self.required or place == "path":
            parameter["required"] = True
        parameter["schema"] = schema
        return parameter


def _attributes(children: list[Field], line: int) -> dict[str, Any]:
    """Return the keywords of an object that has these attributes."""
    named = [child for child in children if child.name != _ANY_NAME]
    keywords: dict[str, Any] = {}
    for child in children:
        if child.name == _ANY_NAME:
            keywords["additionalProperties"] = shown_node(child.schema(), child.line)
    if named:
        properties = {child.name: shown_node(child.schema(), child.line) for child in named}
        keywords["properties"] = shown_node(properties, line)
    required = [child.name for child in named if child.required]
    if required:
        keywords["required"] = required
    return keywords


def read_fields(lines: list[tuple[int, str]]) -> list[Field]:
    """Read the lines of one section.

    Args:
        lines: Line number and stripped text of each line.

    Returns:
        The fields in order; a text with no name in front of it becomes a field without a name.
    """
    shown = without_tables([entry for entry in lines if entry[1]])
    starts = _starts(shown)
    if not starts:
        shown = unglued([entry for entry in shown if not entry[1].startswith(MARK)])
        starts = _starts(shown)
    if not starts:
        return _texts([entry for entry in shown if not entry[1].startswith(MARK)])
    above = [entry for entry in shown[: starts[0]] if not entry[1].startswith(MARK)]
    fields = _texts(above)
    if len(fields) > 1:
        fields = [Field("", fields[0].line, description=" ".join(text.description for text in fields))]
    for start, end in zip(starts, [*starts[1:], len(shown)], strict=True):
        number, name = shown[start]
        entry = Field(name.rstrip("*").strip(), number)
        if start and shown[start - 1][1].startswith(MARK):
            entry.anchor = shown[start - 1][1].removeprefix(MARK)
        _take_type(entry, shown[start + 1][1])
        _details(entry, [text for _, text in shown[start + 2 : end] if not text.startswith(MARK)])
        fields.append(entry)
    return fields


def _starts(shown: list[tuple[int, str]]) -> list[int]:
    """Find the names, each with its type on the next line; some are the name of a type themselves."""
    starts: list[int] = []
    index = 0
    while index < len(shown) - 1:
        name, kind = shown[index][1], shown[index + 1][1]
        if not name.startswith(MARK) and _is_type(kind) and _is_name(name):
            starts.append(index)
            index += 1
        index += 1
    return starts


def _take_type(entry: Field, text: str) -> None:
    """Take the type, and the marks that a browser copies without a blank behind it (``stringrequired``)."""
    match = _SQUASHED.match(text)
    if match is None or _TYPE.match(text):
        entry.type = text
        return
    entry.type, entry.place = match["type"], match["place"] or ""
    entry.marks |= {mark for mark in (match["first"], match["last"]) if mark}
    if match["default"]:
        entry.keywords["default"] = match["default"].strip()


def _details(entry: Field, texts: list[str]) -> None:
    listing = more = example = False
    paragraph: list[str] = []
    tabs = [text for text in texts if _TAB.match(text)]
    if len(tabs) > 1 and texts[-len(tabs) :] == tabs:
        entry.alternatives = True  # the last lines are the tabs of its alternatives
        texts = texts[: -len(tabs)]
    for text in texts:
        if text.lower().rstrip(":") == "example" or text.lower() == "examples:":
            example, listing = True, False
        elif inline := _EXAMPLE.match(text):
            entry.keywords.setdefault("example", inline[1].strip("`"))
            listing = example = False
        elif example:
            entry.keywords.setdefault("example", text.strip("`"))
            example = False
        elif _keyword(entry, text):
            listing = False
        elif listing and (more or _OPTION.match(text)):
            entry.options.extend(_options(text))
            more = text.endswith(",")
        elif text.lower() in _MARKS:
            entry.marks.add(text.lower())
        elif not paragraph and (glued := _GLUED_MARKS.match(text)):
            entry.place = glued[1] or entry.place
            entry.marks.add(glued[2])
        elif text.lower() in _PLACES and not paragraph:
            entry.place = text.lower()
        elif text.lower().startswith("available options:"):
            rest = text.partition(":")[2].strip()
            entry.options.extend(_options(rest))
            listing, more = True, rest.endswith(",")
        else:
            listing = False
            paragraph.append(text)
    entry.description = _join(paragraph)


def _options(text: str) -> list[str]:
    """Read options from a line: between backticks they may hold commas, else commas part them."""
    quoted = re.findall(r"`([^`]+)`", text)
    return [part.strip("\"'") for part in quoted or (part.strip() for part in text.split(",")) if part]


def _keyword(entry: Field, text: str) -> bool:
    """Take a line that states a keyword; return whether it did."""
    text = text.replace("`", "") if _STATED.match(text) else text
    lowered = text.lower()
    if lowered in ("default:", "pattern:"):
        return True  # its value is lost, or stands where nothing tells it from a text
    if lowered.startswith("default:"):
        entry.keywords["default"] = text.partition(":")[2].strip()
    elif lowered.startswith("pattern:"):
        entry.keywords["pattern"] = text.partition(":")[2].strip()
    elif lowered.startswith(("required range:", "x >", "x <")):
        match = _RANGE.match(text)
        if not match:
            return False
        _range(entry, match)
    elif (match := _LENGTH.match(text)) and (match["low"] or match["high"]):
        array = match["what"].lower() == "array" or (not match["what"] and entry.type.endswith("[]"))
        low, high = ("minItems", "maxItems") if array else ("minLength", "maxLength")
        if lowered.startswith("maximum"):
            entry.keywords[high] = int(match["low"] or match["high"])
        else:
            if match["low"]:
                entry.keywords[low] = int(match["low"])
            if match["high"]:
                entry.keywords[high] = int(match["high"])
    else:
        return False
    return True


def _range(entry: Field, match: re.Match[str]) -> None:
    if match["low"]:
        entry.keywords["minimum" if match["lower"] == "<=" else "exclusiveMinimum"] = _number(match["low"])
    if match["high"] and match["sign"]:
        side = "aximum" if match["sign"].startswith("<") else "inimum"
        letter = side[0] == "a"
        name = ("maximum" if letter else "minimum") if "=" in match["sign"] else ""
        name = name or ("exclusiveMaximum" if letter else "exclusiveMinimum")
        entry.keywords[name] = _number(match["high"])


def _texts(lines: list[tuple[int, str]]) -> list[Field]:
    """Read texts without names: a line that starts with a comma continues the one before or lists options."""
    fields: list[Field] = []
    for number, text in lines:
        word = _CODE_WORD.match(text)
        last = fields[-1] if fields else None
        if last is not None and word and _is_code(word[1]):
            if not last.options and len(fields) > 1 and _is_code(last.description):
                # The first option stands on its own line and has just been taken for a text.
                fields.pop()
                fields[-1].options.append(last.description)
                last = fields[-1]
            if last.options:
                last.options.append(word[1])
            else:
                last.description += text
        elif last is not None and (_CONTINUED.match(text) or (text[0].islower() and " " in text)):
            last.description += text if _CONTINUED.match(text) else " " + text
        else:
            fields.append(Field("", number, description=text))
    return fields


def _is_code(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z][A-Za-z0-9]*(?:[_-][A-Za-z0-9]+)*", text) is not None


def _is_type(text: str) -> bool:
    return _TYPE.match(text) is not None or _SQUASHED.match(text) is not None


def _is_name(text: str) -> bool:
    return bool(text) and (" " not in text) and text.lower() not in _MARKS


def _join(paragraph: list[str]) -> str:
    text = ""
    for line in paragraph:
        text += line if not text or _CONTINUED.match(line) else " " + line
    return text


def _type_schema(text: str) -> dict[str, Any]:
    """Read a type; alternatives stand between bars or, in copies of a page, with nothing in between."""
    parts = [_type_of(part) for part in text.split("|") if part.strip()]
    alternatives = [match for part in parts for match in _TYPES.findall(part) or [part]]
    if len(alternatives) > 1:
        schemas: list[dict[str, Any]] = []
        for schema in map(_type_schema, alternatives):
            if schema not in schemas:
                schemas.append(schema)
        if len(schemas) == 1:
            return schemas[0]
        if {} in schemas:
            return {}
        if all(list(schema) == ["type"] for schema in schemas):
            return {"type": [schema["type"] for schema in schemas]}
        return {"anyOf": schemas}
    text = alternatives[0] if alternatives else ""
    if text.endswith("[]"):
        return {"type": "array", "items": _type_schema(text[:-2])}
    match = re.match(r"(\w+)<(.+)>\Z", text)
    if match and match[1] == "enum":
        return {"type": match[2]}
    if match:
        return {"type": match[1], "format": match[2]}
    if text == "file":
        return {"type": "string", "format": "binary"}
    return {"type": text} if text and text not in ("any", "enum") else {}


def _type_of(text: str) -> str:
    """Drop the name of an alternative, which stands on one side of a dot."""
    sides = [side.strip() for side in text.split("·")]
    return next((side for side in reversed(sides) if _TYPES.match(side)), sides[0])


def _typed(text: Any, kind: Any) -> Any:
    """Read a default or an example in the type that the field has."""
    if kind == "string" or not isinstance(text, str):
        return text.strip("\"'") if isinstance(text, str) else text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _option(text: str, kind: Any) -> Any:
    return _typed(text, kind) if kind in ("integer", "number", "boolean") else text


def _number(text: str) -> int | float:
    value = float(text)
    return int(value) if value.is_integer() and "e" not in text and "." not in text else value
