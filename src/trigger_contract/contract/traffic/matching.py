"""Which operation an exchange belongs to: by host, path and method."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from trigger_contract.contract.subjects import Subject, subject_of
from trigger_contract.document.operations import operations
from trigger_contract.document.urls import split_url

_NAME = re.compile(r"\{([^{}]+)\}")
_PORTS = {"http": ":80", "https": ":443"}


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
class _Server:
    """Where operations are: a pattern for the host, None for any, and one for the path above theirs."""

    host: re.Pattern[str] | None
    base: str


@dataclass(frozen=True)
class _Route:
    subject: Subject
    servers: tuple[_Server, ...]

    @cached_property
    def patterns(self) -> tuple[tuple[_Server, re.Pattern[str]], ...]:
        # A segment may hold a parameter and more (`{name}.json`); no parameter holds a slash.
        parts = _NAME.split(self.subject.operation.path)
        path = "".join(re.escape(part) if index % 2 == 0 else "([^/]+)" for index, part in enumerate(parts))
        # A recorder or a proxy in front may have taken the server's path away.
        bare = [_Server(server.host, "") for server in self.servers if server.base]
        return tuple((item, re.compile(f"{item.base}({path})")) for item in (*self.servers, *bare))

    @cached_property
    def names(self) -> Sequence[str]:
        return _NAME.findall(self.subject.operation.path)

    @property
    def rank(self) -> tuple[bool, ...]:
        """A concrete segment goes before a templated one. Source: OpenAPI 3.1.0, Paths Object."""
        return tuple("{" in segment for segment in self.subject.operation.path.split("/"))


class Matcher:
    """Finds the operation of a request.

    An operation is where its servers are, and on this machine, where people run what they test.

    Args:
        document: The OpenAPI document.
        places: Further addresses at which the whole API is.
    """

    def __init__(self, document: Mapping[str, Any], places: Iterable[str] = ()) -> None:
        routes: dict[str, list[_Route]] = {}
        self.subjects: list[Subject] = []
        further = [_server(place) for place in places if place]
        self._servers: dict[_Server, None] = dict.fromkeys(further)
        for operation in operations(document):
            subject = subject_of(document, operation)
            self.subjects.append(subject)
            own = [_server(url) for url in operation.servers or ("/",)]
            # Another place may have the whole of the server's path, or only what stands below it.
            moved = [_Server(place.host, place.base + base) for place in further for base in _bases(own)]
            servers = dict.fromkeys((*own, *moved))
            self._servers.update(servers)
            route = _Route(subject, tuple(sorted(servers, key=lambda item: -len(item.base))))
            routes.setdefault(operation.method, []).append(route)
        self._routes = {method: sorted(found, key=lambda item: item.rank) for method, found in routes.items()}

    def match(self, method: str, target: str, url: str = "") -> Match | None:
        """Return the operation of a request, or None where the document has none.

        Args:
            method: The method.
            target: Path and query, percent-encoded.
            url: The whole address, where it is known.
        """
        path = target.partition("?")[0].partition("#")[0]
        host = host_of(url)
        for route in self._routes.get(method.lower(), ()):
            for server, pattern in route.patterns:
                if _serves(server, host) and (found := pattern.fullmatch(path)):
                    below, *values = found.groups()
                    named = dict(zip(route.names, map(unquote, values), strict=True))
                    return Match(route.subject, named, below)
        return None

    def knows(self, url: str) -> bool:
        """Whether an address is on a server of the document, or names none."""
        host = host_of(url)
        return any(_serves(server, host) for server in self._servers)


def host_of(url: str) -> str:
    """Return host and port of an address in lower case, the port only where it is not that of the scheme."""
    parts = split_url(url)
    host = parts.netloc.rpartition("@")[2].lower()
    return host.removesuffix(_PORTS.get(parts.scheme, ":"))


def _server(url: str) -> _Server:
    """Read the address of a server. Source: OpenAPI 3.1.0, Server Object: relative, and with variables."""
    scheme, _, rest = url.partition("://") if "://" in url else ("", "", url)
    host, slash, path = rest.partition("/") if scheme else ("", "/", rest.lstrip("/"))
    base = _pattern((slash + path).split("?")[0].rstrip("/"), "[^/]*")
    if not scheme:
        return _Server(None, base)
    host = host.rpartition("@")[2].lower().removesuffix(_PORTS.get(scheme.lower(), ":"))
    return _Server(re.compile(_pattern(host, "[^/]*")), base)


def _bases(servers: Iterable[_Server]) -> dict[str, None]:
    return dict.fromkeys((*(item.base for item in servers), ""))


def _pattern(text: str, variable: str) -> str:
    parts = _NAME.split(text)
    return "".join(re.escape(part) if index % 2 == 0 else variable for index, part in enumerate(parts))


def _serves(server: _Server, host: str) -> bool:
    return not host or server.host is None or bool(server.host.fullmatch(host)) or _is_here(host)


def _is_here(host: str) -> bool:
    """Whether a host is this machine. Source: RFC 6761, section 6.3, and the loopback addresses."""
    name = host[1 : host.find("]")] if host.startswith("[") else host.partition(":")[0]
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
