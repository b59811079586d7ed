"""What was asked of the server, and what a caller probably meant where it was not understood."""

from __future__ import annotations

import difflib
import itertools
import shlex
from collections import deque
from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from trigger_contract.mock import dates
from trigger_contract.mock.messages import Request
from trigger_contract.mock.query import pairs

CAPACITY = 1000
KEPT_BODY = 2000
"""How many bytes of a body are kept, so that a thousand uploads are no more than two megabytes."""
_SHORT = 2000
_KEPT_HEADERS = (b"x-trigger-api-version", b"user-agent", b"content-type")


class Entry(NamedTuple):
    """One call.

    Attributes:
        number: Counted from 1 since the last reset.
        at: When, in milliseconds.
        request: What was asked, cut short.
        status: The status of the answer; 0 where the connection was cut before one.
        operation: The operationId, if the path is known.
        fault: Whether a fault struck the call.
        length: How many bytes the body had; None where it was larger than the server reads.
        key: The header that carried a key, in lower case, or nothing.
    """

    number: int
    at: int
    request: Request
    status: int
    operation: str | None
    fault: bool
    length: int | None
    key: bytes


class Journal:
    """The last calls.

    Args:
        names: Returns the query names of an operation by its id.
        paths: Every path of the document.
        secrets: Query names whose values are keys, and are not told.
        carriers: Headers whose values are keys, in lower case, beside ``Authorization``.
    """

    def __init__(
        self,
        names: Callable[[str], Sequence[str]],
        paths: Sequence[str],
        secrets: Collection[str] = (),
        carriers: Sequence[bytes] = (),
    ) -> None:
        self._secrets = secrets
        self._carriers = (b"authorization", *carriers)
        self._entries: deque[Entry] = deque(maxlen=CAPACITY)
        self._numbers = itertools.count(1)
        self._names = names
        self._paths = paths

    def note(self, at: int, request: Request, status: int, operation: str | None, fault: bool) -> None:
        """Keep one call."""
        headers = request.headers
        key = next((name for name in self._carriers if name in headers), b"")
        length = None if request.body is None else len(request.body)
        self._entries.append(
            Entry(next(self._numbers), at, _short(request), status, operation, fault, length, key)
        )

    def clear(self) -> None:
        """Forget every call."""
        self._entries.clear()
        self._numbers = itertools.count(1)

    def describe(
        self, limit: int = CAPACITY, search: str = "", base: str = "", hidden: Collection[str] = ()
    ) -> list[dict[str, Any]]:
        """Return the last calls, oldest first. No key is in them: what carries one is left out.

        Args:
            limit: The most calls to return.
            search: Only calls in which this text occurs, in whatever case.
            base: The URL of the server, for the lines that repeat a call.
            hidden: Keys that may stand in a body, and are not told.
        """
        if not search:
            recent = list(self._entries)[-limit:] if limit else []
            return [self._describe(entry, base, hidden) for entry in recent]
        told = (self._describe(entry, base, hidden) for entry in reversed(self._entries))
        found = (call for call in told if search.lower() in " ".join(_texts(call)).lower())
        return list(itertools.islice(found, limit))[::-1]

    def _describe(self, entry: Entry, base: str, hidden: Collection[str]) -> dict[str, Any]:
        request = entry.request
        given = pairs(request.query)
        told: dict[str, Any] = {
            "number": entry.number,
            "at": dates.to_text(entry.at),
            "method": request.method,
            "path": request.path.decode("utf-8", "replace"),
            "query": {name: "…" if name in self._secrets else value for name, value in given},
            "status": entry.status,
            "headers": {name.decode(): value.decode("latin-1") for name, value in request.headers.items()},
            "fault": entry.fault,
            "hints": self._hints(entry, given),
        }
        if entry.operation is not None:
            told["operation"] = entry.operation
        if request.body or entry.length is None:
            text = (request.body or b"").decode("utf-8", "replace")
            for key in hidden:
                text = text.replace(key, "…")
            told |= {"body": text, "bodyLength": entry.length}
        told["curl"] = self._curl(entry, told, base)
        return told

    def _curl(self, entry: Entry, told: dict[str, Any], base: str) -> str:
        """Return a line for a shell that repeats a call; the key is taken from the environment."""
        method, body = entry.request.method, told.get("body")
        line = ["curl -sS -i", *([f"-X {shlex.quote(method)}"] if method != "GET" else [])]
        if entry.key:
            bearer = "Bearer " if entry.key == b"authorization" else ""
            name = shlex.quote(f"{entry.key.decode('latin-1')}: {bearer}")
            line.append(f'-H {name}"$TRIGGER_SECRET_KEY"')
        for name, value in told["headers"].items():
            if name != "user-agent":
                line.append(f"-H {shlex.quote(f'{name}: {value}')}")
        whole = entry.length == len(entry.request.body or b"") and "\ufffd" not in (body or "")
        if body is not None:
            line.append(f"--data-binary {shlex.quote(body) if whole else '@body  # too long to be kept'}")
        query = urlencode(told["query"])
        if not set(told["query"]) & set(self._secrets):
            query = entry.request.query.decode("latin-1")
        address = f"{base}{told['path']}{'?' if query else ''}{query}"
        return " ".join([*line[:1], shlex.quote(address), *line[1:]])

    def _hints(self, entry: Entry, given: list[tuple[str, str]]) -> list[str]:
        if entry.operation is None:
            path = entry.request.path.decode("utf-8", "replace")
            near = difflib.get_close_matches(path, self._paths, 1, 0.6)
            return [f"no such path; the nearest is {near[0]}"] if near and entry.status == 404 else []
        known = self._names(entry.operation)
        hints = []
        counts: dict[str, int] = {}
        for name, _ in given:
            counts[name] = counts.get(name, 0) + 1
        for name, count in counts.items():
            if name not in known:
                meant = nearest(name, known)
                hints.append(f"`{name}` was ignored" + (f"; did you mean `{meant}`?" if meant else ""))
            elif count > 1:
                hints.append(f"`{name}` came {count} times; only the last one counted")
        return hints


def _texts(told: dict[str, Any]) -> list[str]:
    """Return the texts of a call that a search looks at."""
    query = "&".join(f"{name}={value}" for name, value in told["query"].items())
    known = (str(told.get(name, "")) for name in ("operation", "body"))
    return [f"{told['status']} {told['method']} {told['path']}?{query}", *known, *told["hints"]]


def _short(request: Request) -> Request:
    """Return what is kept of a request; without the headers that carry a key."""
    return Request(
        request.method,
        request.path[:_SHORT],
        request.query[:_SHORT],
        {name: request.headers[name][:200] for name in _KEPT_HEADERS if name in request.headers},
        None if request.body is None else request.body[:KEPT_BODY],
    )


def nearest(name: str, known: Sequence[str]) -> str | None:
    """Return the parameter someone who wrote ``name`` probably meant.

    The last part counts most: ``status``, ``filter.status`` and ``filter[Status]`` mean ``filter[status]``.
    """

    def plain(text: str) -> str:
        return "".join(c for c in text.lower() if c.isalnum())

    def last(text: str) -> str:
        return plain(text.replace(".", "[").rstrip("]").rpartition("[")[2])

    for form in (plain, last):
        same = [candidate for candidate in known if form(candidate) == form(name)]
        if same:
            return same[0]
    aliases = {"limit": "size", "cursor": "after", "task": "taskidentifier", "tags": "tag", "perpage": "size"}
    meant = aliases.get(last(name), last(name))
    by_last = {last(candidate): candidate for candidate in known}
    close = difflib.get_close_matches(meant, list(by_last), 1, 0.7)
    return by_last[close[0]] if close else None
