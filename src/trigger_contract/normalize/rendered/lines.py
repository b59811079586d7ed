"""The grammar of a section's lines: what a line can be, and where a field begins.

Some tools drop the blanks between the parts of a field: ``limitintegerrequired``. Such lines are taken apart
first. The name is what the anchor before it is called, or else the longest beginning that leaves a type and
known marks and nothing more.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

from trigger_contract.normalize.reading.mending import TYPES
from trigger_contract.normalize.rendered.markup import MARK, Line
from trigger_contract.normalize.rendered.types import BASE, SPELLED, is_type, may_be_type, stated, type_schema

PLACES = frozenset(("header", "query", "cookie", "path", "body"))
MARKS = frozenset(("required", "deprecated", "read-only", "write-only", "nullable"))
_MARK = "|".join(sorted(PLACES | MARKS))
_FACETS = r"(?P<facets>(?: · (?:[a-z][a-z0-9-]*?|(?:min|max): -?[\d.]+))*)(?P<null> (?:or|\|) null)?"
_TYPE = rf"(?P<type>{BASE}|{SPELLED}|datetime|date|double|long|uuid){_FACETS}"
_BEHIND_MARKS = r"(?:[Dd]efault:\s*(?P<default>.{0,400}?))?(?P<last>required|deprecated)?\Z"
_SQUASHED = re.compile(
    rf"{_TYPE}(?: \((?!(?i:required|optional|deprecated)\))(?P<aside>[^()]{{1,60}})\))?"
    rf"(?P<marks>(?i:{_MARK}|[ ,·]{{1,3}}\(?(?:{_MARK}|optional)\)?)*){_BEHIND_MARKS}"
)
_GLUED_FIELD = re.compile(
    rf"(?P<name>[A-Za-z_$@][\w.$@\[\]{{}}:-]{{0,120}}){_TYPE}(?:format: \"(?P<format>[\w-]+)\")?"
    rf"(?P<marks>(?i:{_MARK}|optional)*){_BEHIND_MARKS}"
)
_BEHIND_NAME = re.compile(
    rf"\s{{0,9}}(?P<type>{BASE}(?:\s*\|\s*{BASE})*)\s*(?P<marks>(?:(?i:{_MARK}|optional)\s*)*)"
    r"(?:default:(?P<default>-?\d+(?:\.\d+)?|true|false))?\s*(?P<last>required)?(?P<text>.*)\Z"
)
_MARK_WORDS = re.compile(_MARK, re.IGNORECASE)
_OF_COMPOSED = re.compile(rf"{_TYPE}(?i:{_MARK}|optional)*\Z|or\Z")
_BEFORE_STATED = re.compile(
    r"(?<=[^\s`])(?=(?:Examples?|Available options|Required range|Default|Pattern|Possible values):)"
    r"|(?<=`) (?=Examples?:\s*\Z)|(?<=`)(?=[A-Za-z_$][\w.$-]*(?:string|integer|number|boolean|object|enum))"
)
_ANCHOR = re.compile(f"{MARK}([^{MARK}]*){MARK}")
_WORD = re.compile(r"[\w$@{}-](?:[\w$@.:{}\[\]-]{0,120}[\w$@{}\[\]-])?\Z")

_KINDS = {
    "owner": re.compile(r"(?P<value>[A-Z][A-Z0-9_ .-]*?) (?:OBJECT|ARRAY(?: OF OBJECTS)?)\Z"),
    "example": re.compile(
        r"(?i:example:?|examples:)(?P<value>)\Z|Examples?:\s*(?P<shown>`[^`]+`|\"[^\"]*\"|\S+)\Z"
    ),
    "options": re.compile(r"(?i:available options|allowed(?: values)?|possible values):\s*(?P<value>.*)\Z"),
    "marks": re.compile(rf"(?P<value>(?i:{_MARK}|optional|enum|null)+)\Z"),
    "tab": re.compile(r"[*-] +(?P<value>\S.*(?<![.!?]))\Z"),
}
"""What a line is by itself, tried in this order. Names, types and values are told by what is above them."""


def kind_of(text: str) -> tuple[str, str]:
    """Return what a line is by itself (a text where it is nothing else), and what it holds."""
    for kind, pattern in _KINDS.items():
        if match := pattern.match(text):
            return kind, match[match.lastgroup or 0]
    return "text", text


def marks_in(text: str) -> list[str]:
    """Return the marks in a line of nothing else; those that say nothing are left out."""
    return [mark.lower() for mark in _MARK_WORDS.findall(text)]


def names(texts: Sequence[str], anchors: Collection[int]) -> list[int]:
    """Find the lines that are names, each with its type below it; some are the name of a type themselves.

    Args:
        texts: The lines.
        anchors: Which of them have an anchor.
    """
    found: list[int] = []
    for index in range(len(texts) - 1):
        if found[-1:] != [index - 1] and (
            starts_field(texts, index) or _starts_unknown(texts, index, anchors)
        ):
            found.append(index)
    return found


def starts_field(texts: Sequence[str], index: int) -> bool:
    """Whether a field begins on a line for certain: a name stands there, and below it a type."""
    name, kind = texts[index], texts[index + 1] if index + 1 < len(texts) else ""
    if not name or " " in name or name.lower() in MARKS or is_sentence(name) or name.endswith((":", ",")):
        return False
    return is_type(kind) or _SQUASHED.match(kind) is not None


def _starts_unknown(texts: Sequence[str], index: int, anchors: Collection[int]) -> bool:
    """Whether a field begins whose type is a word that pages do not have.

    An anchor tells so where the page has any; elsewhere what is below must be a mark or a sentence, and what
    is above must be complete.
    """
    above, name, kind, below = ["", *texts, ""][index : index + 4]
    if not is_word(name) or kind.lower() in MARKS:
        return False
    if index in anchors:
        return is_type(kind) or (index + 1 not in anchors and len(kind) <= 40 and not is_sentence(kind))
    if anchors or name.lower() in MARKS or not may_be_type(kind):
        return False
    if above.endswith((",", ":")) or kind_of(kind)[0] == "marks":
        return False
    kind_above, listed = kind_of(above)
    listed_above = kind_above == "options" and len(options_in(listed)) > 1
    complete = not above or listed_above or above.lower() in MARKS or is_type(above) or is_sentence(above)
    known = type_schema(kind) is not None
    if complete and known:
        return True
    return (complete or known) and (kind_of(below)[0] == "marks" or is_sentence(below))


def is_word(text: str) -> bool:
    """Whether a line is a single word that may be a name."""
    return _WORD.match(text) is not None


def is_sentence(text: str) -> bool:
    """Whether a line ends a sentence."""
    return text.endswith((".", "!", "?"))


def options_in(text: str) -> list[str]:
    """Read options from a line: between backticks they may hold commas, else commas part them."""
    quoted = re.findall(r"`([^`]+)`", text)
    return [part.strip("\"'") for part in quoted or (part.strip() for part in text.split(",")) if part]


def apart(text: str) -> list[str]:
    """Part a type from what is glued to it; a line of anything else stays whole."""
    match = None if is_type(text) else _SQUASHED.match(text)
    return _parts(match) if match else [text]


def at_marks(line: Line) -> list[Line]:
    """Cut a line at the anchors in it; the name of a field is told by its anchor.

    Returns:
        The parts, all with the line's number; a mark stands before each that had an anchor.
    """
    number, text = line
    before, *pieces = _ANCHOR.split(text)
    parts = [before.strip()]
    for anchor, behind in zip(pieces[::2], pieces[1::2], strict=True):
        parts += [MARK + anchor, *_named(anchor, behind.strip())]
    return [(number, part) for part in parts if part] or [line]


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
                parts += [(number, part) for part in (MARK, match["name"], *_parts(match))]
            elif not (composed and _OF_COMPOSED.match(piece)):
                parts.append((number, piece.strip()))
    return parts if found else list(lines)


def _named(anchor: str, text: str) -> list[str]:
    """Cut a text behind an anchor into name, type, marks and description, where they are glued."""
    plain = _plain(anchor)
    for end in range(len(text) - 1, 0, -1):
        name = _plain(text[:end])
        if name and plain.endswith(name) and not text[end - 1].isspace():
            match = _BEHIND_NAME.match(text, end)
            if match:
                return [text[:end], *_parts(match), *_BEFORE_STATED.split(match["text"].strip())]
    return _BEFORE_STATED.split(text)


def _plain(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())


def _parts(match: re.Match[str]) -> list[str]:
    """Write type, marks, bounds, format and default each on a line of its own, and a text last."""
    found: dict[str, Any] = match.groupdict()
    facets = (found.get("facets") or "").split(" · ")[1:]
    known = [facet for facet in facets if stated(facet, "") or kind_of(facet)[0] == "marks"]
    formats = [facet for facet in facets if facet not in known]
    aside = found.get("aside") or ""
    if (aside and aside in TYPES) or found.get("format"):
        formats, aside = [found.get("format") or aside], ""
    nullable = "nullable" if found.get("null") else ""
    default = f"default:{found['default']}" if found["default"] else ""
    lines = [found["type"], *known, *(f'format: "{word}"' for word in formats), *marks_in(found["marks"])]
    return [line for line in (*lines, nullable, found["last"], default, aside) if line]
