"""Which operation an exchange belongs to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from trigger_contract.contract.subjects import Subject, subject_of
from trigger_contract.document.operations import operations
from trigger_contract.document.urls import split_url

_NAME = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class Match:
    """An operation and what its path parameters were.

    Attributes:
        subject: The operation.
        path: The value of each path parameter, unescaped.
        below: The request's path below the server's, as the document writes paths.
    """

    subject: Subject
    path: Mapping[str, str]
    below: str = ""


@dataclass(frozen=True)
class _Route:
    subject: Subject
    bases: tuple[str, ...]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        # A segment may hold a parameter and more (`{name}.json`); no parameter holds a slash.
        parts = _NAME.split(self.subject.operation.path)
        found = [re.escape(part) if index % 2 == 0 else "([^/]+)" for index, part in enumerate(parts)]
        return re.compile("".join(found))

    @cached_property
    def names(self) -> Sequence[str]:
        return _NAME.findall(self.subject.operation.path)

    @property
    def rank(self) -> tuple[bool, ...]:
        """A concrete segment goes before a templated one. Source: OpenAPI 3.1.0, Paths Object."""
        return tuple("{" in segment for segment in self.subject.operation.path.split("/"))


class Matcher:
    """Finds the operation of a request.

    Args:
        document: The OpenAPI document.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        routes: dict[str, list[_Route]] = {}
        self.subjects: list[Subject] = []
        for operation in operations(document):
            subject = subject_of(document, operation)
            self.subjects.append(subject)
            bases = {split_url(_NAME.sub("x", url)).path.rstrip("/") for url in operation.servers}
            route = _Route(subject, tuple(sorted({*bases, ""}, key=len, reverse=True)))
            routes.setdefault(operation.method, []).append(route)
        self._routes = {method: sorted(found, key=lambda item: item.rank) for method, found in routes.items()}

    def match(self, method: str, target: str) -> Match | None:
        """Return the operation of a request, or None where the document has none.

        Args:
            method: The method.
            target: Path and query, percent-encoded.
        """
        path = target.partition("?")[0].partition("#")[0]
        for route in self._routes.get(method.lower(), ()):
            for base in route.bases:
                if not path.startswith(base):
                    continue
                if found := route.pattern.fullmatch(path[len(base) :]):
                    values = map(unquote, found.groups())
                    named = dict(zip(route.names, values, strict=True))
                    return Match(route.subject, named, path[len(base) :])
        return None
