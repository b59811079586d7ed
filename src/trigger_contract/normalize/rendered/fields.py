"""Fields of a rendered page: a name, a type, marks, a text, keywords, options, and attributes of its own.

Every line of a section is accounted for: it begins a field, is part of one, stands above all of them, or is
left, and then it is told of. After a line that is left nothing more is taken for a part of the same field.
Attributes of attributes stand below the name of their owner, or under dotted names where they were opened.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from trigger_contract.normalize.rendered.lines import (
    MARKS,
    PLACES,
    apart,
    is_sentence,
    is_word,
    kind_of,
    marks_in,
    names,
    options_in,
    unglued,
)
from trigger_contract.normalize.rendered.markup import MARK, Line
from trigger_contract.normalize.rendered.types import shown_node, stated, type_schema, typed

_CONTINUED = re.compile(r"[,.;:)]")
_ANY_NAME = "{key}"
_OF_MARKS = {"deprecated": "deprecated", "read-only": "readOnly", "write-only": "writeOnly"}
_OPTION = re.compile(r",? {0,9}\S{1,400}\Z|,? {0,9}`[^`]{1,400}` {0,9},?\Z|, {0,9}[^,.]{1,60}\Z")
_CODE = r"[A-Za-z][A-Za-z0-9]*(?:[_-][A-Za-z0-9]+)*\Z"
_CODE_WORD = re.compile(_CODE)
_FURTHER_WORD = re.compile(rf",\s*({_CODE})")
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
    def holds(self) -> bool:
        """Whether something of its type can have attributes."""
        return _object_in(type_schema(self.type) or {}) is not None

    @property
    def lines(self) -> list[Line]:
        """What to note where the whole of it is left."""
        return [(self.line, text) for text in (self.name, self.description) if text] + self.left

    def schema(self) -> dict[str, Any]:
        """Return the schema that is shown, and nothing beyond it."""
        nullable = " | null" if "nullable" in self.marks else ""
        schema = type_schema(self.type + nullable) or {}
        inner = schema.get("items") or schema
        if self.options:
            plain = inner.get("type") in ("integer", "number", "boolean")
            inner["enum"] = [typed(each, inner["type"]) if plain else each for each in self.options]
        if self.children and (holder := _object_in(schema)) is not None:
            holder.update(attributes(self.children, self.line))
        for keyword, value in self.keywords.items():
            schema[keyword] = typed(value, schema.get("type")) if keyword in ("default", "example") else value
        if self.description:
            schema["description"] = self.description
        return schema | {keyword: True for mark, keyword in _OF_MARKS.items() if mark in self.marks}

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


def _object_in(schema: dict[str, Any]) -> dict[str, Any] | None:
    """Return the part of a type's schema that attributes belong to: an object, or what may be one."""
    if schema.get("type") == "array":
        return _object_in(schema.setdefault("items", {}))
    if not schema or "object" in schema.get("type", ()):
        return schema
    return next((found for each in schema.get("anyOf", ()) if (found := _object_in(each)) is not None), None)


def attributes(fields: Sequence[Field], line: int) -> dict[str, Any]:
    """Return the keywords of an object that has some fields."""
    named = [shown for shown in fields if shown.name != _ANY_NAME]
    keywords: dict[str, Any] = {}
    for shown in fields:
        if shown.name == _ANY_NAME:
            keywords["additionalProperties"] = shown_node(shown.schema(), shown.line)
    if named:
        properties = {shown.name: shown_node(shown.schema(), shown.line) for shown in named}
        keywords["properties"] = shown_node(properties, line)
    if required := [shown.name for shown in named if shown.required]:
        keywords["required"] = required
    return keywords


def read_fields(lines: Sequence[Line]) -> list[Field]:
    """Read the lines of one section.

    Where ``OWNER OBJECT`` stands above fields they are attributes of ``owner``, if the section has it; else
    they are left of the last field above them.

    Args:
        lines: Line number and stripped text of each line.

    Returns:
        The fields in order; a text with no name in front of it becomes a field without a name.
    """
    shown, anchors = _anchored([line for line in lines if line[1]])
    starts = names([text for _, text in shown], anchors)
    if not starts:
        shown, anchors = _anchored(unglued(shown))
        starts = names([text for _, text in shown], anchors)
    heads = [len(shown)]
    if starts:
        types = {start + 1 for start in starts}
        owners = {index for index, (_, text) in enumerate(shown) if kind_of(text)[0] == "owner"}
        heads = sorted({*starts, *owners, *(anchors.keys() - types), len(shown)})
    fields = _texts(shown[: heads[0]])
    if starts and len(fields) > 1:
        fields = [Field("", fields[0].line, description=" ".join(text.description for text in fields))]
    known: dict[str, Field] = {}
    group: list[Field] | None = fields
    for start, end in pairwise(heads):
        (number, name), *below = shown[start:end]
        kind, owned = kind_of(name)
        owner = known.get(_folded(owned)) if kind == "owner" else None
        if kind == "owner":
            group = owner.children if owner else None
        if owner:
            owner.left += below
        elif group is not None and start in starts:
            entry = Field(name.rstrip("*").strip(), number, anchor=anchors.get(start, ""))
            group.append(entry)
            known[_folded(entry.name)] = entry
            _describe(entry, below)
        elif fields:
            fields[-1].left += shown[start:end]
        else:
            fields += _texts(shown[start:end])
    return fields


def _anchored(lines: Sequence[Line]) -> tuple[list[Line], dict[int, str]]:
    """Part the lines from the addresses of those that have an anchor."""
    shown: list[Line] = []
    anchors: dict[int, str] = {}
    for line in lines:
        if line[1].startswith(MARK):
            anchors[len(shown)] = line[1].removeprefix(MARK)
        else:
            shown.append(line)
    return shown, anchors


def _describe(entry: Field, lines: list[Line]) -> None:
    """Take the type and what stands below it, up to the first line that is no part of the field.

    Tabs of several alternatives are the last lines; a list ends a sentence.
    """
    (number, kind), *rest = lines
    entry.type, *glued = apart(kind)
    # A text that is glued to the type stands before marks that have a line of their own.
    end = next((index for index, (_, text) in enumerate(rest) if kind_of(text)[0] != "marks"), len(rest))
    lines = [*rest[:end], *((number, part) for part in glued), *rest[end:]]
    above = next((index for index in range(len(lines), 0, -1) if kind_of(lines[index - 1][1])[0] != "tab"), 0)
    if len(lines) - above > 1 and not (above and lines[above - 1][1].endswith(":")):
        entry.alternatives = True
        lines = lines[:above]
    paragraph: list[str] = []
    expected = ""
    for index, (_, text) in enumerate(lines):
        kind, value = kind_of(text)
        if kind != "example" and expected == "value":
            kind, value = "example", text
        elif kind != "example" and (found := stated(text, entry.type)) is not None:
            twice = any(entry.keywords.get(keyword, said) != said for keyword, said in found.items())
            kind = "text" if twice else "keyword"
            entry.keywords |= {} if twice else found
        elif kind != "example" and (expected == "any option" or (expected and _OPTION.match(text))):
            kind, value = "option", text
        expected = ""
        if kind == "example" and value:
            entry.keywords.setdefault("example", value.strip("`"))
        elif kind == "example":
            expected = "value"
        elif kind in ("option", "options"):
            options = options_in(value)
            entry.options += options
            if value.endswith(",") or kind == "option" or len(options) < 2:
                expected = "any option" if value.endswith(",") else "option"
        elif kind == "marks" and not paragraph:
            marks = marks_in(value)
            entry.marks |= MARKS.intersection(marks)
            entry.place = next((mark for mark in marks if mark in PLACES), entry.place)
        elif kind != "keyword":
            if paragraph and is_sentence(paragraph[-1]) and is_word(text):
                entry.left = lines[index:]  # a single word below a sentence that has ended
                break
            paragraph.append(text)
    entry.description = _joined(paragraph)


def _joined(lines: Sequence[str]) -> str:
    return "".join(line if _CONTINUED.match(line) else f" {line}" for line in lines).removeprefix(" ")


def _texts(lines: Sequence[Line]) -> list[Field]:
    """Read texts without names: a line that starts with a comma continues the one before or lists options."""
    fields: list[Field] = []
    for number, text in lines:
        last = fields[-1] if fields else None
        further = _FURTHER_WORD.match(text)
        if last and further and len(fields) > 1 and not last.options and _CODE_WORD.match(last.description):
            # The first option stands on its own line and has just been taken for a text.
            fields.pop()
            fields[-1].options += [last.description, further[1]]
        elif last and further and last.options:
            last.options.append(further[1])
        elif last and (_CONTINUED.match(text) or (text[0].islower() and " " in text)):
            last.description = _joined([last.description, text])
        else:
            fields.append(Field("", number, description=text))
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
        name, anchor = shown.name, _ALTERNATIVE.sub("", shown.anchor)
        dots = [at for at, mark in enumerate(name) if mark == "." and name[:at].removesuffix("[]") in known]
        owner = known[name[: dots[-1]].removesuffix("[]")] if dots else anchored.get(_above(name, anchor))
        known[name] = shown
        anchored.setdefault(anchor or f"#{name}", shown)
        if owner is None:
            top.append(shown)
        elif owner.holds and not owner.alternatives:
            shown.name = name[dots[-1] + 1 :] if dots else name
            owner.children.append(shown)
        else:
            shown.alternatives = True
            owner.left += shown.lines
    return top


def _above(name: str, anchor: str) -> str:
    """Return the address that a field's own begins with, if its name is all the rest."""
    own = re.sub(r"[^a-z0-9]+", "-", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()).strip("-")
    return anchor.removesuffix(own).rstrip("-") if anchor.endswith(own) else ""
