"""Finding the operation a request asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from trigger_contract.document.operations import Operation, operations

MAX_PATH = 8 * 1024
_NAME = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Match:
    """An operation and the decoded values of its path parameters."""

    operation: Operation
    parameters: Mapping[str, str]


@dataclass(frozen=True)
class _Template:
    segments: tuple[re.Pattern[str] | str, ...]
    names: tuple[str, ...]
    methods: dict[str, Operation]


def shape(path: str) -> str:
    """Return a path template with the names of its parameters left out."""
    return _NAME.sub("{}", path)


class Router:
    """The paths of a document.

    Source: OpenAPI 3.1, Paths Object (concrete paths come before templated ones).
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        templates: dict[str, _Template] = {}
        for operation in operations(document):
            template = templates.setdefault(operation.path, _template(operation.path))
            template.methods[operation.method.upper()] = operation
        self._fixed = {path: t for path, t in templates.items() if not t.names}
        self._open = sorted(
            (t for t in templates.values() if t.names),
            key=lambda t: [not isinstance(s, str) for s in t.segments],
        )

    @property
    def paths(self) -> list[str]:
        """Every path without parameters."""
        return list(self._fixed)

    def find(self, method: str, raw_path: bytes) -> Match | list[str] | None:
        """Return the operation, the methods allowed instead of this one, or None for an unknown path.

        A percent-encoded slash stays inside its segment.
        """
        if len(raw_path) > MAX_PATH:
            return None
        path = raw_path.decode("latin-1")
        template = self._fixed.get(path)
        values: tuple[str, ...] = ()
        if template is None:
            segments = [
                unquote_to_bytes(part).decode("utf-8", "replace")
                if b"%" in part
                else part.decode("utf-8", "replace")
                for part in raw_path.split(b"/")
            ]
            for candidate in self._open:
                found = _match(candidate, segments)
                if found is not None:
                    template, values = candidate, found
                    break
            else:
                template = self._fixed.get("/".join(segments))
        if template is None:
            return None
        operation = template.methods.get(method) or (
            template.methods.get("GET") if method == "HEAD" else None
        )
        if operation is None:
            allowed = set(template.methods) | ({"HEAD"} if "GET" in template.methods else set())
            return sorted(allowed)
        return Match(operation, dict(zip(template.names, values, strict=True)))


def _template(path: str) -> _Template:
    segments: list[re.Pattern[str] | str] = []
    for segment in path.split("/"):
        if "{" not in segment:
            segments.append(segment)
            continue
        literal = [re.escape(part) for part in _NAME.sub("\0", segment).split("\0")]
        segments.append(re.compile("(.*)".join(literal), re.DOTALL))
    return _Template(tuple(segments), tuple(_NAME.findall(path)), {})


def _match(template: _Template, segments: list[str]) -> tuple[str, ...] | None:
    if len(segments) != len(template.segments):
        return None
    values: list[str] = []
    for wanted, segment in zip(template.segments, segments, strict=True):
        if isinstance(wanted, str):
            if wanted != segment:
                return None
            continue
        found = wanted.fullmatch(segment)
        if found is None:
            return None
        values.extend(found.groups())
    return tuple(values)
