"""Small tools to change one thing about the mock: its requests, its answers, its data."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode

import httpx

from trigger_contract.mock.messages import Answer, Request, json_answer

Answering = Callable[[Request], Answer]
Hook = Callable[[Request, Answering], Answer]

LIST, DETAIL, RESULT, TASKS = "list", "detail", "result", "tasks"
_ROUTES = (
    (LIST, re.compile(rb"/api/v1/runs")),
    (RESULT, re.compile(rb"/api/v1/runs/[^/]+/result")),
    (DETAIL, re.compile(rb"/api/v3/runs/[^/]+")),
    (TASKS, re.compile(rb"/api/tasks/runs")),
)


@dataclass(frozen=True)
class Server:
    """A server made by changing the mock.

    Attributes:
        name: What is different, in a few words.
        kind: The kind of promise that is broken; empty for a server that is right.
        make: Makes the hook; called once a run, so that a hook may keep count.
        runs: How many runs the mock holds.
        arguments: Further settings of the suite.
        document: Makes the document of a server that is no changed mock.
        transport: Makes that server.
    """

    name: str
    kind: str
    make: Callable[[], Hook]
    runs: int = 120
    arguments: tuple[tuple[str, Any], ...] = ()
    document: Callable[[], dict[str, Any]] | None = None
    transport: Callable[[], httpx.BaseTransport] | None = None


def route(request: Request) -> str:
    """Return which operation a request is for, or an empty text."""
    return next((name for name, pattern in _ROUTES if pattern.fullmatch(request.path)), "")


def query(request: Request) -> dict[str, str]:
    """Return the query by name; the last of a repeated one."""
    return dict(parse_qsl(request.query.decode("latin-1"), keep_blank_values=True))


def with_query(request: Request, values: dict[str, str]) -> Request:
    """Return the request with another query."""
    return replace(request, query=urlencode(values).encode())


def answer_with(answer: Answer, value: Any) -> Answer:
    """Return the answer with another JSON body."""
    return replace(answer, body=json.dumps(value).encode())


def refusal(status: int, value: Any) -> Answer:
    """Return a JSON answer."""
    return json_answer(status, value)


def body(operation: str, change: Callable[[Any], Any], status: int = 200) -> Callable[[], Hook]:
    """Change the JSON body of an operation's answers of one status."""

    def hook(request: Request, answering: Answering) -> Answer:
        answer = answering(request)
        if operation not in (route(request), "") or answer.status != status or not answer.body:
            return answer
        value = json.loads(answer.body)
        changed = change(value)
        return answer_with(answer, value if changed is None else changed)

    return lambda: hook


def item(operation: str, change: Callable[[dict[str, Any]], Any]) -> Callable[[], Hook]:
    """Change each run an operation answers with."""

    def each(value: Any) -> Any:
        for run in items_of(value):
            change(run)

    return body(operation, each)


def some(every: int, change: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], Any]:
    """Change only some runs, told by their id, so that it is always the same ones."""

    def rarely(run: dict[str, Any]) -> Any:
        if sum(str(run.get("id")).encode()) % every == 0:
            change(run)

    return rarely


def items_of(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the runs in an answer."""
    found = value.get("data", value.get("runs", [value])) if isinstance(value, dict) else []
    yield from (run for run in found if isinstance(run, dict))


def asked(operation: str, change: Callable[[dict[str, str]], Any]) -> Callable[[], Hook]:
    """Change the query of an operation's requests before the mock sees it."""

    def hook(request: Request, answering: Answering) -> Answer:
        if route(request) == operation:
            values = query(request)
            changed = change(values)
            request = with_query(request, values if changed is None else changed)
        return answering(request)

    return lambda: hook


def answered(operation: str, change: Callable[[Request, Answer], Answer]) -> Callable[[], Hook]:
    """Change whole answers of an operation; an empty name stands for every operation."""

    def hook(request: Request, answering: Answering) -> Answer:
        answer = answering(request)
        return change(request, answer) if operation in (route(request), "") else answer

    return lambda: hook


def without(*names: str) -> Callable[[dict[str, Any]], Any]:
    """Drop members of an object."""

    def change(value: dict[str, Any]) -> None:
        for name in names:
            value.pop(name, None)

    return change


def setting(**values: Any) -> Callable[[dict[str, Any]], Any]:
    """Set members of an object that it has already."""

    def change(value: dict[str, Any]) -> None:
        value.update({name: given for name, given in values.items() if name in value})

    return change


def putting(**values: Any) -> Callable[[dict[str, Any]], Any]:
    """Set members of an object, whether it has them or not."""
    return lambda value: value.update(values)


def last_segment(request: Request, back: int = 1) -> str:
    """Return a segment of the path, counted from its end."""
    return unquote_plus(request.path.decode("latin-1").split("/")[-back])


def is_authorized(answer: Answer) -> bool:
    """Whether the mock let the request in."""
    return answer.status != 401


def with_secret(request: Request, key: str, header: bytes = b"authorization") -> Request:
    """Return the request as if it carried the right key."""
    headers = {
        **request.headers,
        header: f"Bearer {key}".encode() if header == b"authorization" else key.encode(),
    }
    return replace(request, headers=headers)
