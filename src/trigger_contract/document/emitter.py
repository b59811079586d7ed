"""Writing YAML that a person reads and that means the same in YAML 1.1 and 1.2.

Block style, two blanks a level, lists level with their key, text of several lines as literal blocks,
long text of one line as folded blocks. Source: YAML 1.2.2, chapters 7 and 8.
"""

from __future__ import annotations

import re
from typing import Any

_WIDTH = 100
# Plain without any doubt: starts with a letter, `/`, `_` or `$`, and holds nothing with a meaning.
_PLAIN = re.compile(r"[A-Za-z/_$^(.][^\x00-\x1f:#\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]*\Z")
_COLON_INSIDE = re.compile(r":(?=\S)|(?<=\S)#")
_RESOLVED = re.compile(
    r"(?:y|n|yes|no|on|off|true|false|null|~)\Z|[-+]?\.?[0-9]|[-+]?\.(?:inf|nan)\Z|\.\.\.", re.IGNORECASE
)
_UNPRINTABLE = re.compile(
    r"[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_NOT_LITERAL = re.compile(
    r"[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|\A[ \n]"
)
_FOLD = re.compile(r"(?<=[^ ]) (?=[^ ])")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}
_LONGEST_KEY = 120


def emit(value: Any) -> str:
    """Write a JSON value as one YAML document."""
    lines: list[str] = []
    if isinstance(value, dict) and value:
        _mapping(value, "", lines)
    elif isinstance(value, list) and value:
        _sequence(value, "", lines)
    else:
        lines.append(_scalar(value, "  "))
    lines.append("")
    return "\n".join(lines)


def _mapping(value: dict[str, Any], indent: str, lines: list[str], first: str | None = None) -> None:
    """Write a mapping; ``first`` replaces the indentation of its first line, after a dash."""
    deeper = indent + "  "
    for key, item in value.items():
        start = indent if first is None else first
        first = None
        head = f"{start}{_key(key)}:"
        if len(head) > _LONGEST_KEY + len(start):
            lines.append(f"{start}? {_key(key)}")
            head = f"{indent}:"
        if isinstance(item, dict) and item:
            lines.append(head)
            _mapping(item, deeper, lines)
        elif isinstance(item, list) and item:
            lines.append(head)
            _sequence(item, indent, lines)
        else:
            lines.append(f"{head} {_scalar(item, deeper)}")


def _sequence(value: list[Any], indent: str, lines: list[str], first: str | None = None) -> None:
    deeper = indent + "  "
    for item in value:
        start = (indent if first is None else first) + "- "
        first = None
        if isinstance(item, dict) and item:
            _mapping(item, deeper, lines, start)
        elif isinstance(item, list) and item:
            _sequence(item, deeper, lines, start)
        else:
            lines.append(start + _scalar(item, deeper))


_keys: dict[str, str] = {}


def _key(key: str) -> str:
    """Write a key; the few that make up a document are written over and over."""
    text = _keys.get(key)
    if text is None:
        text = flow_scalar(key)
        if len(_keys) < 10_000:
            _keys[key] = text
    return text


def _scalar(value: Any, indent: str) -> str:
    if isinstance(value, str):
        if len(value) <= _WIDTH - len(indent) and "\n" not in value:
            return flow_scalar(value)
        return _block(value, indent)
    if value is True:
        return "true"
    if value is False:
        return "false"
    if value is None:
        return "null"
    if isinstance(value, dict):
        return "{}"
    if isinstance(value, list):
        return "[]"
    if isinstance(value, float):
        return _float(value)
    return str(value)


def _float(value: float) -> str:
    text = repr(value)
    if text in ("inf", "-inf", "nan"):
        return text.replace("inf", ".inf").replace("nan", ".nan")
    if "e" in text and "." not in text:  # YAML 1.1 wants a point before the exponent
        text = text.replace("e", ".0e")
    return text


def flow_scalar(value: str) -> str:
    """Write a text on one line: plain, in single quotes, or in double quotes with escapes."""
    if _PLAIN.match(value) and value[-1] != " " and not _RESOLVED.match(value):
        return value
    if _is_plain_with_colon(value):
        return value
    if _UNPRINTABLE.search(value):
        return '"' + _UNPRINTABLE.sub(_escape, value.replace("\\", "\\\\").replace('"', '\\"')) + '"'
    return "'" + value.replace("'", "''") + "'"


def _is_plain_with_colon(value: str) -> bool:
    """Addresses and the like: a colon or a hash means nothing where no blank is beside it."""
    if (":" not in value and "#" not in value) or not value or value[-1] in " :":
        return False
    return _PLAIN.match(_COLON_INSIDE.sub("x", value)) is not None and not _RESOLVED.match(value)


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if character in _ESCAPES:
        return _ESCAPES[character]
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _block(value: str, indent: str) -> str:
    """Write a long text as a block: literal with its own line breaks, or folded where it has none."""
    if "\n" in value:
        if _NOT_LITERAL.search(value) or not value.strip():
            return flow_scalar(value)
        body = value.rstrip("\n")
        ends = len(value) - len(body)
        mark = {0: "|-", 1: "|"}.get(ends, "|+")
        lines = [indent + line if line else "" for line in body.split("\n")]
        return "\n".join([mark, *lines, *[""] * max(0, ends - 1)])
    if value[0] == " " or value[-1] == " " or _NOT_LITERAL.search(value):
        return flow_scalar(value)
    lines, line, room = [], "", _WIDTH - len(indent)
    for part in _FOLD.split(value):
        if line and len(line) + 1 + len(part) > room:
            lines.append(indent + line)
            line = part
        else:
            line = f"{line} {part}" if line else part
    lines.append(indent + line)
    return "\n".join([">-", *lines])
