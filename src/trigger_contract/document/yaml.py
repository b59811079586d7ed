"""YAML 1.2 core schema, read with line numbers and written readably.

libyaml does the scanning. Composing is our own because three things are needed at once that no
reader offers: the core schema (dates, ``on``, ``yes`` and ``no`` stay strings), the line of every
key, and bounds on depth and alias expansion. Source: YAML 1.2.2, section 10.3.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from typing import Any

import yaml
import yaml.reader

from trigger_contract.errors import UserError

MAXIMUM_DEPTH = 120
MAXIMUM_NODES = 2_000_000
MAXIMUM_ALIASED = 500_000

_NULL = {"", "~", "null", "Null", "NULL"}
_BOOLEAN = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]+\Z|0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_SPECIAL_FLOAT = re.compile(r"[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z")
_ESCAPE = re.compile(r"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|.)", re.DOTALL)
_NUMBER_START = frozenset("+-.0123456789")
_TAG = "tag:yaml.org,2002:"


class LocatedMapping(dict[str, Any]):
    """A mapping that knows where it was written.

    Attributes:
        line: Line of its first key, counted from 1.
        lines: Line of each key.
        source: The file that it was written in.
    """

    __slots__ = ("line", "lines", "source")

    def __init__(self) -> None:
        self.line = 0
        self.lines: dict[str, int] = {}
        self.source = ""


class LocatedSequence(list[Any]):
    """A sequence that knows where it was written.

    Attributes:
        line: Line of its first item, counted from 1.
        lines: Line of each item.
        source: The file that it was written in.
    """

    __slots__ = ("line", "lines", "source")

    def __init__(self) -> None:
        self.line = 0
        self.lines: list[int] = []
        self.source = ""


def load(text: str, source: str, *, first_line: int = 1, has_bytes: bool = False) -> Any:
    """Read one YAML document.

    Args:
        text: The document.
        source: Name of the file, for error messages.
        first_line: Line of ``source`` on which ``text`` starts, counted from 1.
        has_bytes: Whether ``!!binary`` is read too, as ``bytes``.

    Returns:
        Mappings as ``LocatedMapping`` (keys are always strings, as written), sequences as
        ``LocatedSequence``, scalars as ``None``, ``bool``, ``int``, ``float`` or ``str``.

    Raises:
        UserError: The text is not YAML, repeats a key, uses a tag outside the core schema, or is
            nested or expanded beyond ``MAXIMUM_DEPTH``, ``MAXIMUM_NODES`` or ``MAXIMUM_ALIASED``.
    """
    if "\\u" in text and text.lstrip("\ufeff \t\r\n").startswith("{"):
        text = _ESCAPE.sub(_join_surrogates, text)
    return _Composer(text, source, first_line, has_bytes).compose()


def _join_surrogates(escape: re.Match[str]) -> str:
    """Write out a pair of surrogates: JSON escapes characters so (RFC 8259, section 7), YAML does not."""
    if escape[1] is None:
        return escape[0]
    return chr(0x10000 + ((int(escape[1], 16) - 0xD800) << 10) + int(escape[2], 16) - 0xDC00)


class _MergeKey(str):
    """The plain key ``<<``, which no quoted one is equal to."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


_MERGE = _MergeKey("<<")


def _merge(value: LocatedMapping) -> None:
    """Take in what a merge key names; a key of the mapping itself wins, then the first that has it.

    The core schema has no such key, but documents that were written for other readers use it.
    Source: YAML 1.1, Merge Key Language-Independent Type.
    """
    merged, line = value.pop(_MERGE), value.lines.pop(_MERGE)
    parts = merged if isinstance(merged, list) else [merged]
    if not all(isinstance(part, LocatedMapping) for part in parts):
        value["<<"], value.lines["<<"] = merged, line
        return
    for part in parts:
        for key, item in part.items():
            if key not in value:
                value[key], value.lines[key] = item, part.lines[key]


class _Composer:
    """Builds values straight from libyaml's events, without recursion."""

    def __init__(self, text: str, source: str, first_line: int, has_bytes: bool) -> None:
        self.text = text
        self.has_bytes = has_bytes
        self.source = source
        self.first_line = first_line
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.aliased = 0
        self.merges = False

    def fail(self, message: str, line: int) -> UserError:
        return UserError(message, source=self.source, line=line + self.first_line)

    def compose(self) -> Any:
        """Return the value of the text."""
        parser = None
        try:
            parser = yaml.CSafeLoader(self.text)
            return self._compose(parser.get_event)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line if mark else 0
            raise self.fail(f"not valid YAML: {error.problem or error.context}", line) from None
        except yaml.reader.ReaderError as error:
            position = error.position if isinstance(error.position, int) else 0
            line = self.text.encode("utf-8", "replace")[:position].count(b"\n")
            raise self.fail(f"not valid YAML: {error.reason}", line) from None
        except (UnicodeError, yaml.YAMLError):
            raise self.fail("not valid YAML: not readable as text", 0) from None
        finally:
            if parser is not None:
                parser.dispose()

    def _compose(self, next_event: Callable[[], Any]) -> Any:
        """Walk the events with an explicit stack of open collections.

        Of the innermost one are known the pending key (None where a key is awaited), its anchor, the nodes
        in it and its first line. Written in one piece, because all of every page goes through here.
        """
        stack: list[tuple[Any, bool, str | None, str | None, int, int]] = []
        container: Any = None
        mapping, key, anchor, nodes, start = False, None, None, 0, 0
        result: Any = None
        documents = 0
        while (event := next_event()) is not None:
            kind = type(event)
            line = event.start_mark.line
            if kind is yaml.ScalarEvent:
                if mapping and key is None:
                    key = self._key(event, container, line)
                    continue
                plain = event.tag is None and event.implicit[0]
                value, count = self._plain(event.value, line) if plain else self._scalar(event, line), 1
                if event.anchor:
                    self.anchors[event.anchor] = (value, 1)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                if mapping and key is None:
                    raise self.fail("a key must be a scalar", line)
                if len(stack) >= MAXIMUM_DEPTH:
                    raise self.fail(f"nested deeper than {MAXIMUM_DEPTH} levels", line)
                stack.append((container, mapping, key, anchor, nodes, start))
                mapping, key, anchor, nodes, start = (
                    kind is yaml.MappingStartEvent,
                    None,
                    event.anchor,
                    1,
                    line,
                )
                container = self._open(event, mapping, line)
                continue
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                value, count, line = container, nodes, start
                if mapping and self.merges and _MERGE in value:
                    _merge(value)
                if anchor:
                    self.anchors[anchor] = (value, count)
                container, mapping, key, anchor, nodes, start = stack.pop()
            elif kind is yaml.AliasEvent:
                if event.anchor not in self.anchors:
                    raise self.fail(f"alias *{event.anchor} has no anchor before it", line)
                if mapping and key is None:
                    raise self.fail("an alias cannot be a key", line)
                value, count = self.anchors[event.anchor]
                self.aliased += count
                if self.aliased > MAXIMUM_ALIASED:
                    raise self.fail(f"aliases expand to more than {MAXIMUM_ALIASED} nodes", line)
            else:
                documents += kind is yaml.DocumentStartEvent
                if documents > 1:
                    raise self.fail("more than one YAML document", line)
                continue
            if not stack:
                result = value
                continue
            nodes += count
            if nodes > MAXIMUM_NODES:
                raise self.fail(f"holds more than {MAXIMUM_NODES} nodes", line)
            if mapping:
                container[key] = value
                key = None
            else:
                container.append(value)
                container.lines.append(line + self.first_line)
        return result

    def _open(self, event: Any, mapping: bool, line: int) -> LocatedMapping | LocatedSequence:
        if event.tag and event.tag != _TAG + ("map" if mapping else "seq"):
            raise self.fail(f"tag {event.tag} is not allowed", line)
        container: LocatedMapping | LocatedSequence = LocatedMapping() if mapping else LocatedSequence()
        container.line = line + self.first_line
        container.source = self.source
        if event.anchor:
            self.anchors.pop(event.anchor, None)
        return container

    def _key(self, event: Any, container: LocatedMapping, line: int) -> str:
        key: str = event.value
        if key == "<<" and event.implicit[0]:
            key, self.merges = _MERGE, True
        if key in container:
            raise self.fail(f"key {key!r} stands twice in one mapping", line)
        if event.anchor:
            self.anchors[event.anchor] = (key, 1)
        container.lines[key] = line + self.first_line
        return key

    def _scalar(self, event: Any, line: int) -> Any:
        value: str = event.value
        tag = event.tag
        if tag is None or tag == "!":
            return self._plain(value, line) if event.implicit[0] else value
        if tag == _TAG + "binary" and self.has_bytes:
            return self._bytes(value, line)
        if not tag.startswith(_TAG) or (kind := tag[len(_TAG) :]) not in _TAGGED:
            raise self.fail(f"tag {tag} is not allowed", line)
        if kind == "str":
            return value
        plain = self._plain(value, line)
        if kind == "float" and type(plain) is int:
            return float(plain)
        if not isinstance(plain, _TAGGED[kind]):
            raise self.fail(f"{value!r} is not a {kind}", line)
        return plain

    def _bytes(self, value: str, line: int) -> bytes:
        try:
            return base64.b64decode("".join(value.split()), validate=True)
        except binascii.Error:
            raise self.fail("what is tagged as binary is no base64", line) from None

    def _plain(self, value: str, line: int) -> Any:
        """Resolve a plain scalar by the core schema (YAML 1.2.2, section 10.3.2)."""
        if value and value[0] in _NUMBER_START:
            if _INTEGER.match(value):
                if len(value) > 400:
                    raise self.fail("a number has more than 400 digits", line)
                base = {"0o": 8, "0x": 16}.get(value[:2], 10)
                return int(value[2:] if base != 10 else value, base)
            if _FLOAT.match(value):
                return float(value)
            if _SPECIAL_FLOAT.match(value):
                return float(value.replace(".", "", 1))
            return value
        if value in _NULL:
            return None
        return _BOOLEAN.get(value, value)


_TAGGED: dict[str, Any] = {"str": str, "int": int, "float": float, "bool": bool, "null": type(None)}


def dump(value: Any) -> str:
    """Write a value as YAML: keys in the given order, block scalars for text of several lines.

    ``load(dump(value))`` equals ``value`` for any JSON value.
    """
    from trigger_contract.document.emitter import emit  # whoever only reads does without

    return emit(value)
