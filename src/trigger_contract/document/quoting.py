"""What others wrote, put into texts of another language so that it stays what it is: words.

One function for each place where a name or a text of a document can stand. Sources: CommonMark 0.31.2
(chapters 2.4, 6.1, 6.6), GitHub Flavored Markdown 0.29, HTML Living Standard (13.1.2 and 13.1.6), YAML 1.2.2
(chapter 7.3), TOML 1.0.0 (strings), Python's lexical analysis.
"""

from __future__ import annotations

import html as library
import re

from trigger_contract.document.emitter import flow_scalar
from trigger_contract.errors import printable

_BACKTICKS = re.compile(r"`+")
_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_ACTIVE = re.compile(r"[\\`*\[\]~]|(?<![^\W_])_|_(?![^\W_])")
_ENTITY = re.compile(r"&(?=#?\w+;)")
# A user or a team of the site that shows the text, who would get a message.
_MENTION = re.compile(r"(?<![\w/])@[\w-]+(?:/[\w-]+)?")
_BLOCK = re.compile(r"(?:[#>+=-]|\d{1,9}(?=[.)]))")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def terminal(text: str) -> str:
    """Return text as one line of a terminal or of a log: no control, no mark that turns the direction."""
    return printable(" ".join(text.split()))


def markdown_code(text: str, *, cell: bool = False) -> str:
    """Return text as a code span, whatever backticks are in it.

    Args:
        text: The text; runs of blanks and line breaks become one blank.
        cell: Whether it stands in a cell of a table, where a bar would end the cell.
    """
    line = terminal(text)
    if not line:
        return '`""`'
    fence = "`" * (1 + max((len(run) for run in _BACKTICKS.findall(line)), default=0))
    around = " " if line[0] == "`" or line[-1] == "`" else ""
    span = f"{fence}{around}{line}{around}{fence}"
    return span.replace("|", "\\|") if cell else span


def markdown_text(text: str, *, cell: bool = False) -> str:
    """Return text as one line of Markdown that shows it: no HTML, link, picture, emphasis, list or mention.

    Args:
        text: The text; runs of blanks and line breaks become one blank.
        cell: Whether it stands in a cell of a table.
    """
    pieces = []
    line = terminal(text)
    start = 0
    for mention in _MENTION.finditer(line):
        pieces += [_inline(line[start : mention.start()]), f"`{mention[0]}`"]
        start = mention.end()
    quoted = "".join([*pieces, _inline(line[start:])])
    if (block := _BLOCK.match(quoted)) is not None:
        mark = block.end() if quoted[0].isdigit() else 0
        quoted = f"{quoted[:mark]}\\{quoted[mark:]}"
    return quoted.replace("|", "\\|") if cell else quoted


def markdown_spans(text: str) -> str:
    """Return a sentence of ours whose names are code spans; what is between them becomes plain text."""
    pieces, start = [], 0
    for span in _SPAN.finditer(text):
        pieces += [_outside(text[start : span.start()]), span[0]]
        start = span.end()
    return "".join([*pieces, _outside(text[start:])])


def _outside(text: str) -> str:
    quoted = markdown_text(text)
    if not quoted:
        return " " if text else ""
    return f"{' ' * text[0].isspace()}{quoted}{' ' * text[-1].isspace()}"


def _inline(text: str) -> str:
    text = _ENTITY.sub("&amp;", _ACTIVE.sub(r"\\\g<0>", text))
    return text.replace("<", "&lt;").replace(">", "&gt;")


def html(text: str) -> str:
    """Return text as content of an element, or of an attribute in quotes."""
    return library.escape(_whole(text), quote=True)


def html_comment(text: str) -> str:
    """Return text for the inside of a comment, which it cannot end."""
    plain = terminal(text).replace("<", "\u2039").replace(">", "\u203a")
    return re.sub(r"-{2,}|-$", lambda found: "\u2010" * len(found[0]), plain)


def yaml(text: str) -> str:
    """Return text as a YAML scalar on one line, which reads as that text in YAML 1.1 and 1.2."""
    return flow_scalar(_whole(text))


def toml(text: str) -> str:
    """Return text as a basic string of TOML, quotes included."""
    escaped = _whole(text).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(mark if mark.isprintable() else f"\\U{ord(mark):08x}" for mark in escaped) + '"'


def python_literal(text: str) -> str:
    """Return text as a literal of Python, quotes included, in characters that can be printed."""
    return repr(text)


def python_comment(text: str) -> str:
    """Return text for one line after a ``#``."""
    return terminal(text)


def python_docstring(text: str) -> str:
    """Return text for the inside of three double quotes: no escape, no end, no control but line ends."""
    # Escapes for what cannot be printed are words, too: no docstring may hold a lone surrogate.
    quoted = "\n".join(map(printable, text.split("\n"))).replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    escapes = len(quoted[:-1]) - len(quoted[:-1].rstrip("\\"))
    return f'{quoted[:-1]}\\"' if quoted.endswith('"') and escapes % 2 == 0 else quoted


def _whole(text: str) -> str:
    """Return text without lone surrogates, which no encoding can write."""
    return _SURROGATE.sub("�", text)
