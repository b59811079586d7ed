"""Finding the operation a request asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from trigger_contract.document.operations import Operation, operations

MAX_PATH = 8 * 1024
_NAME = re.compile(r"\{([^{}]*)\}")
# Stands for an encoded slash while a path is matched: a code point no text uses.
_SLASH = "\ue000"


class Match(NamedTuple):
    """An operation and the decoded values of its path parameters."""

    operation: Operation
    parameters: Mapping[str, str]


@dataclass(frozen=True)
class _Template:
    """Paths that match the same; what their parameters are called each operation says itself."""

    pattern: re.Pattern[str]
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
            form = shape(operation.path)
            template = templates.setdefault(form, _template(form))
            template.methods.setdefault(operation.method.upper(), operation)
        self._fixed = {path: t for path, t in templates.items() if "{}" not in path}
        self._open = sorted(
            (t for path, t in templates.items() if "{}" in path),
            key=lambda t: [segment.startswith("(") for segment in t.pattern.pattern.split("/")],
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
        path = _decode(raw_path)
        template = self._fixed.get(path)
        values: tuple[str, ...] = ()
        if template is None:
            for candidate in self._open:
                if found := candidate.pattern.fullmatch(path):
                    template, values = candidate, found.groups()
                    break
        if template is None:
            return None
        operation = template.methods.get(method) or (
            template.methods.get("GET") if method == "HEAD" else None
        )
        if operation is None:
            allowed = set(template.methods) | ({"HEAD"} if "GET" in template.methods else set())
            return sorted(allowed)
        names = _NAME.findall(operation.path)
        return Match(
            operation, {name: value.replace(_SLASH, "/") for name, value in zip(names, values, strict=True)}
        )


def _template(form: str) -> _Template:
    return _Template(re.compile("([^/]*)".join(re.escape(part) for part in form.split("{}"))), {})


def _decode(raw_path: bytes) -> str:
    """Decode a path; an encoded slash does not separate segments (RFC 3986 section 2.2)."""
    if b"%" not in raw_path:
        return raw_path.decode("utf-8", "replace")
    segments = (unquote_to_bytes(segment).decode("utf-8", "replace") for segment in raw_path.split(b"/"))
    return "/".join(segment.replace("/", _SLASH) for segment in segments)
