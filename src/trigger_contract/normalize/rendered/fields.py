"""Fields of a rendered page: a name, a type, marks, a text, keywords, options, and attributes of its own.

Every line of a section is accounted for: it begins a field, is part of one, stands above all of them, or is
left, and then it is told of. After a line that is left nothing more is taken for a part of the same field.
Attributes of attributes stand below the name of their owner, or under dotted names where they were opened.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from trigger_contract.normalize.rendered.markup import MARK, Line, without_tables
from trigger_contract.normalize.rendered.types import (
    is_type,
    may_be_type,
    shown_node,
    stated,
    type_schema,
    typed,
    unglued,
)

_CONTINUED = re.compile(r"^[,.;:)]")
_SQUASHED = re.compile(
    r"(?P<type>(?:string|integer|number|boolean|object|array|file|any|enum)(?:<[\w:./ -]+>)?(?:\[\])*)"
    r"(?P<place>header|query|cookie|path|body)?(?P<first>required|deprecated)?"
    r"(?:default:(?P<default>.*?))?(?P<last>required|deprecated)?\Z"
)
_MARKS = {"required", "deprecated", "read-only", "write-only", "nullable"}
_SAID = {"optional", "enum", "null"}  # marks that say nothing, or what the options say
_GLUED_MARKS = re.compile(r"(header|query|cookie|path|body)?(required|deprecated)\Z")
_TAB = re.compile(r"[*-] +\S")
_ANY_NAME = "{key}"
_PLACES = {"header", "query", "cookie", "path", "body"}
_OPTION = re.compile(r",? {0,9}\S{1,400}\Z|,? {0,9}`[^`]{1,400}` {0,9},?\Z|, {0,9}[^,.]{1,60}\Z")
_OPTIONS = re.compile(r"(?:available options|allowed(?: values)?|possible values):\s*", re.IGNORECASE)
_EXAMPLE = re.compile(r"Examples?:\s*(`[^`]+`|\"[^\"]*\"|\S+)\Z")
_CODE_WORD = re.compile(r",\s*(\S+)\Z")
_SENTENCE = re.compile(r"[.!?]\Z")
_WORD = re.compile(r"[\w$-]+\Z")
_OBJECT = re.compile(r"([A-Z][A-Z0-9_ .-]*?) (?:OBJECT|ARRAY(?: OF OBJECTS)?)\Z")
_ALTERNATIVE = re.compile(r"-(?:one|any)-of-\d+\Z")


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
        left: Lines below it that are no part of it.
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
    left: list[Line] = field(default_factory=list)

    @property
    def required(self) -> bool:
        """Whether it is marked as required."""
        return "required" in self.marks

    @property
    def is_unknown(self) -> bool:
        """Whether nobody knows the word in the place of its type."""
        return bool(self.name) and type_schema(self.type) is None

    def schema(self) -> dict[str, Any]:
        """Return the schema that is shown, and nothing beyond it."""
        schema = type_schema(self.type) or {}
        listed = schema.get("type") == "array" and schema.get("items")
        inner = listed if listed and ("enum<" in self.type or self.children) else schema
        if self.options:
            plain = inner.get("type") in ("integer", "number", "boolean")
            inner["enum"] = [typed(each, inner["type"]) if plain else each for each in self.options]
        if inner.get("type") in ("object", ["object", "null"]):
            inner.update(_attributes(self.children, self.line))
        for keyword, value in self.keywords.items():
            schema[keyword] = typed(value, schema.get("type")) if keyword in ("default", "example") else value
        if self.description:
            schema["description"] = self.description
        for mark, keyword in (("deprecated",) * 2, ("read-only", "readOnly"), ("write-only", "writeOnly")):
            if mark in self.marks:
                schema[keyword] = True
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


def read_fields(lines: list[Line]) -> list[Field]:
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
        _Details(entry).read([line for line in shown[start + 2 : end] if not line[1].startswith(MARK)])
        fields.append(entry)
    return fields


def _starts(shown: list[Line]) -> list[int]:
    """Find the names, each with its type on the next line; some are the name of a type themselves."""
    texts = [text for _, text in shown]
    anchored = any(text.startswith(MARK) for text in texts)
    starts: list[int] = []
    index = 0
    while index < len(texts) - 1:
        if starts_field(texts, index) or _starts_unknown(texts, index, anchored):
            starts.append(index)
            index += 1
        index += 1
    return starts


def starts_field(texts: list[str], index: int) -> bool:
    """Whether a field begins on a line for certain: a name stands there, and below it a type."""
    if index + 1 >= len(texts):
        return False
    name, kind = texts[index], texts[index + 1]
    if name.startswith(MARK) or not _is_name(name):
        return False
    return is_type(kind) or _SQUASHED.match(kind) is not None


def _starts_unknown(texts: list[str], index: int, anchored: bool) -> bool:
    """Whether a field begins whose type is a word that pages do not have.

    An anchor tells so where the page has any; elsewhere what is below must be a mark or a sentence, and what
    is above must be complete.
    """
    name, kind = texts[index], texts[index + 1]
    if name.startswith(MARK) or not _is_name(name) or not may_be_type(kind) or not _WORD.match(name):
        return False
    above = texts[index - 1] if index else ""
    below = texts[index + 2] if index + 2 < len(texts) else ""
    if anchored:
        return above.startswith(MARK) and kind.lower() not in _MARKS
    if above.endswith((",", ":")) or kind.lower() in _MARKS | _SAID:
        return False
    complete = not above or _SENTENCE.search(above) or above.lower() in _MARKS or is_type(above)
    complete = complete or len(_listed(above)) > 1
    known = type_schema(kind) is not None
    if not complete and not known:
        return False
    if complete and known and (not below or starts_field(texts, index + 2)):
        return True
    return below.lower() in _MARKS | _SAID or bool(_SENTENCE.search(below))


def _take_type(entry: Field, text: str) -> None:
    """Take the type, and the marks that a browser copies without a blank behind it (``stringrequired``)."""
    match = _SQUASHED.match(text)
    if match is None or is_type(text):
        entry.type = text
        return
    entry.type, entry.place = match["type"], match["place"] or ""
    entry.marks |= {mark for mark in (match["first"], match["last"]) if mark}
    if match["default"]:
        entry.keywords["default"] = match["default"].strip()


@dataclass
class _Details:
    """Reads what stands below the type of a field, line by line."""

    entry: Field
    listing: bool = False
    more: bool = False
    example: bool = False
    paragraph: list[str] = field(default_factory=list)

    def read(self, lines: list[Line]) -> None:
        """Take the lines; from the first that is no part of the field on, all are left."""
        lines = self._without_tabs(lines)
        for index, (_, text) in enumerate(lines):
            if not (self._value(text) or self._mark(text)):
                self.listing = False
                if self.paragraph and _SENTENCE.search(self.paragraph[-1]) and _WORD.match(text):
                    self.entry.left = lines[index:]  # a single word below a sentence that has ended
                    break
                self.paragraph.append(text)
        first, *rest = self.paragraph or [""]
        self.entry.description = first + "".join(
            line if _CONTINUED.match(line) else f" {line}" for line in rest
        )

    def _without_tabs(self, lines: list[Line]) -> list[Line]:
        """Cut off the tabs of several alternatives, which are the last lines; a list ends a sentence."""
        tabs = 0
        while tabs < len(lines) and _TAB.match(lines[-1 - tabs][1]):
            tabs += 1
        above = lines[-1 - tabs][1] if tabs < len(lines) else ""
        if tabs < 2 or above.endswith(":"):
            return lines
        self.entry.alternatives = True
        return lines[:-tabs]

    def _value(self, text: str) -> bool:
        """Take an example, a keyword or an option; return whether it was one."""
        entry = self.entry
        if text.lower().rstrip(":") == "example" or text.lower() == "examples:":
            self.example, self.listing = True, False
        elif inline := _EXAMPLE.match(text):
            entry.keywords.setdefault("example", inline[1].strip("`"))
            self.listing = self.example = False
        elif self.example:
            entry.keywords.setdefault("example", text.strip("`"))
            self.example = False
        elif (found := stated(text, entry.type)) is not None:
            entry.keywords.update(found)
            self.listing = False
        elif self.listing and (self.more or _OPTION.match(text)):
            entry.options.extend(_options(text))
            self.more = text.endswith(",")
        elif heading := _OPTIONS.match(text):
            entry.options.extend(_options(text[heading.end() :]))
            self.listing, self.more = len(_listed(text)) < 2, text.endswith(",")
        else:
            return False
        return True

    def _mark(self, text: str) -> bool:
        """Take a mark, which stands above the text; return whether it was one."""
        lowered = text.lower()
        if self.paragraph:
            return False
        if lowered in _MARKS:
            self.entry.marks.add(lowered)
        elif glued := _GLUED_MARKS.match(text):
            self.entry.place = glued[1] or self.entry.place
            self.entry.marks.add(glued[2])
        elif lowered in _PLACES:
            self.entry.place = lowered
        else:
            return lowered in _SAID
        return True


def _options(text: str) -> list[str]:
    """Read options from a line: between backticks they may hold commas, else commas part them."""
    quoted = re.findall(r"`([^`]+)`", text)
    return [part.strip("\"'") for part in quoted or (part.strip() for part in text.split(",")) if part]


def _listed(text: str) -> list[str]:
    """Return the options of a line that lists several, and all of them."""
    heading = None if text.endswith(",") else _OPTIONS.match(text)
    return _options(text[heading.end() :]) if heading else []


def _texts(lines: list[Line]) -> list[Field]:
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


def _is_name(text: str) -> bool:
    return bool(text) and (" " not in text) and text.lower() not in _MARKS


def read_nested(lines: Sequence[Line]) -> list[Field]:
    """Read the fields of a section in which ``OWNER OBJECT`` stands above the attributes of ``owner``.

    Attributes of something that the section does not have are left of the last field above them.
    """
    start = next((index for index, (_, text) in enumerate(lines) if _OBJECT.match(text)), len(lines))
    fields = read_fields(list(lines[:start]))
    known = {_folded(each.name): each for each in fields if each.name}
    while start < len(lines):
        match = _OBJECT.match(lines[start][1])
        following = range(start + 1, len(lines))
        end = next((index for index in following if _OBJECT.match(lines[index][1])), len(lines))
        parent = known.get(_folded(match[1])) if match else None
        if parent is not None:
            parent.children += read_fields(list(lines[start + 1 : end]))
            known |= {_folded(each.name): each for each in parent.children if each.name}
        elif fields:
            fields[-1].left += lines[start:end]
        start = end
    return fields


def _folded(name: str) -> str:
    return re.sub(r"[\W_]", "", name).lower()


def with_children(fields: Sequence[Field]) -> list[Field]:
    """Put each field into the field that it belongs to, by its dotted name or by its address on the page.

    A name with dots whose beginning is the name of no other field stays what it is: a name. What belongs
    to one of several alternatives is left out, because the page shows the first alternative only.

    Args:
        fields: The fields of one section, in the order of the page.
    """
    known: dict[str, Field] = {}
    anchored: dict[str, Field] = {}
    top: list[Field] = []
    for shown in fields:
        parent, name = _parent(shown.name, known)
        if parent is None and shown.anchor:
            parent = _above(shown, anchored)
        known[shown.name] = shown
        anchored.setdefault(_ALTERNATIVE.sub("", shown.anchor), shown)
        if parent is None:
            top.append(shown)
        elif not parent.alternatives:
            shown.name = name
            parent.children.append(shown)
        else:
            shown.alternatives = True
            parent.left.append((shown.line, shown.name))
    return top


def _above(field: Field, anchored: dict[str, Field]) -> Field | None:
    """Find the field at whose address this one's begins, if its own name is all the rest."""
    anchor = _ALTERNATIVE.sub("", field.anchor)
    own = re.sub(r"[^a-z0-9]+", "-", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", field.name).lower()).strip("-")
    return anchored.get(anchor.removesuffix(own).rstrip("-")) if anchor.endswith(own) else None


def _parent(name: str, known: dict[str, Field]) -> tuple[Field | None, str]:
    start = len(name)
    while (start := name.rfind(".", 0, start)) > 0:
        if name[:start] in known:
            return known[name[:start]], name[start + 1 :]
    return None, name
