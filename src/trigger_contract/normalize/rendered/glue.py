"""Fields of a rendered page whose name, type and marks were copied without anything in between.

Some tools drop the blanks between the parts of a page: ``limitintegerrequired``. The name is what the anchor
before it is called, or else the longest beginning that leaves a type and known marks and nothing more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from trigger_contract.normalize.rendered.markup import MARK

Line = tuple[int, str]

_BASE = r"(?:string|integer|number|boolean|object|array|file|any|null|enum)(?:<[\w:./ -]+>)?(?:\[\])*"
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
_GLUED = re.compile(
    rf"(?P<name>[A-Za-z_$@][\w.$@\[\]{{}}:-]{{0,120}})(?P<type>{_TYPE}){_REST}(?P<marks>{_MARK_WORD}*)"
    r"(?:[Dd]efault:\s*(?P<default>\S.{0,400}?))?(?P<last>required|deprecated)?\Z"
)
_BEHIND_NAME = re.compile(
    rf"\s{{0,9}}(?P<type>{_BASE}(?:\s*\|\s*{_BASE})*)\s*(?P<marks>(?:{_MARK_WORD}\s*)*)"
    r"(?:default:(?P<default>-?\d+(?:\.\d+)?|true|false))?\s*(?P<last>required)?(?P<text>.*)\Z"
)
_MARK_WORDS = re.compile(_MARK_WORD)
_ALTERNATIVE = re.compile(rf"{_TYPE}{_MARK_WORD}*\Z|or\Z")
_STATED = re.compile(
    r"(?<=[^\s`])(?=(?:Examples?|Available options|Required range|Default|Pattern|Possible values):)"
    r"|(?<=`) (?=Examples?:\s*\Z)|(?<=`)(?=[A-Za-z_$][\w.$-]*(?:string|integer|number|boolean|object|enum))"
)
_MARKED = re.compile(f"{MARK}([^{MARK}]*){MARK}")
_LENGTHS = {"string": "Required string length: ", "array": "Required array length: "}
_FORMATS = {
    "datetime": "string<date-time>",
    "date": "string<date>",
    "uuid": "string<uuid>",
    "double": "number<double>",
    "long": "integer<int64>",
}


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
        for piece in _STATED.split(text):
            match = _GLUED.match(piece)
            if match and match["name"] == "Response":
                continue  # the type of the whole body
            if match:
                found, composed = True, " of" in match["type"]
                parts.extend((number, part) for part in (MARK, *_parts(match)) if part)
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
                return [text[:end], *_facets(match["type"], match), *_STATED.split(match["text"].strip())]
    return _STATED.split(text)


def _plain(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())


def _parts(match: re.Match[str]) -> list[str]:
    return [match["name"], *_facets(match["type"], match)]


def _facets(shown: str, match: re.Match[str]) -> list[str]:
    """Write type, marks, bounds and default as the pages do that keep them apart."""
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
    return "any" if shown.endswith(" of") else _FORMATS.get(shown, shown)
