"""Right servers of the second world: each takes another choice that its document leaves open."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote, unquote

from mutants.hooks import Answering, Hook
from mutants.yard import Yard, changed, is_of, value_of, with_value
from mutants.yard_servers import HOOKS, MEMBERS, PROJECT, PROJECTS, SCHEDULES, each, header, of, putting
from trigger_contract.mock.messages import Answer, Request


def every(change: Callable[[Request, Answer], Answer]) -> Callable[[Any], Hook]:
    """Change every answer."""
    return lambda service: lambda request, answering: change(request, answering(request))


def bodies(change: Callable[[Any], bytes]) -> Callable[[Any], Hook]:
    """Write every JSON body in another way."""

    def write(request: Request, answer: Answer) -> Answer:
        is_json = any(b"json" in value for name, value in answer.headers if name == b"content-type")
        return replace(answer, body=change(json.loads(answer.body))) if is_json and answer.body else answer

    return every(write)


def deep(change: Callable[[str, Any], Any]) -> Callable[[Any], Hook]:
    """Change values wherever they stand."""

    def walk(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: walk(inner, key) for key, inner in value.items()}
        if isinstance(value, list):
            return [walk(inner, name) for inner in value]
        return change(name, value)

    return bodies(lambda value: json.dumps(walk(value)).encode())


def dated(change: Callable[[str], str]) -> Callable[[Any], Hook]:
    """Write every time in another way."""
    times = ("createdAt", "updatedAt", "joinedAt", "expires")
    return deep(lambda name, value: change(value) if name in times and isinstance(value, str) else value)


def with_header(name: bytes, value: bytes, status: int = 0) -> Callable[[Any], Hook]:
    """Say one thing more."""
    return every(
        lambda request, answer: (
            replace(answer, headers=(*answer.headers, (name, value)))
            if status in (0, answer.status)
            else answer
        )
    )


def errors(change: Callable[[Any], Any]) -> Callable[[Any], Hook]:
    """Change the bodies of all errors."""
    return every(
        lambda request, answer: (
            with_value(answer, change(value_of(answer))) if answer.status >= 400 and answer.body else answer
        )
    )


def opaque_cursors(service: Any) -> Hook:
    def strike(request: Request, answering: Answering) -> Answer:
        if not is_of(request, "GET", *PROJECTS):
            return answering(request)
        pairs = [pair.partition(b"=") for pair in request.query.split(b"&") if pair]
        made = []
        for name, _, value in pairs:
            if name == b"cursor":
                try:
                    value = quote(base64.b64decode(unquote(value.decode()), validate=True)).encode()
                except ValueError:
                    value = b"~none"
            made.append(name + b"=" + value)
        answer = answering(replace(request, query=b"&".join(made)))
        if answer.status != 200:
            return answer
        value = value_of(answer)
        cursor = value["next_cursor"]
        value["next_cursor"] = cursor and base64.b64encode(cursor.encode()).decode()
        return with_value(answer, value)

    return strike


def zipped(request: Request, answer: Answer) -> Answer:
    if b"gzip" not in request.headers.get(b"accept-encoding", b"") or not answer.body:
        return answer
    return replace(
        answer, body=gzip.compress(answer.body), headers=(*answer.headers, (b"content-encoding", b"gzip"))
    )


def case_blind(service: Any) -> Hook:
    """Take the values of an enumeration in any case."""

    def strike(request: Request, answering: Answering) -> Answer:
        query = request.query
        if is_of(request, "GET", "tokens"):
            for value in (b"waiting", b"completed"):
                query = query.replace(value, value.upper())
        return answering(replace(request, query=query))

    return strike


def absolute_place(request: Request, answer: Answer) -> Answer:
    headers = tuple(
        (name, b"http://mock.invalid" + value[value.index(b"/projects") :] if name == b"location" else value)
        for name, value in answer.headers
    )
    return replace(answer, headers=headers)


def relative_place(request: Request, answer: Answer) -> Answer:
    headers = tuple(
        (name, value[value.index(b"/projects") :] if name == b"location" else value)
        for name, value in answer.headers
    )
    return replace(answer, headers=headers)


def without_nulls(value: Any) -> bytes:
    """Leave out optional members that are null."""
    optional = ("note", "expires", "nickname", "description")

    def walk(inner: Any) -> Any:
        if isinstance(inner, dict):
            return {key: walk(one) for key, one in inner.items() if not (one is None and key in optional)}
        return [walk(one) for one in inner] if isinstance(inner, list) else inner

    return json.dumps(walk(value)).encode()


def _reversed(value: Any) -> Any:
    return {key: _reversed(value[key]) for key in reversed(value)} if isinstance(value, dict) else value


RIGHTS = [
    Yard("as it is", "", lambda service: lambda request, answering: answering(request)),
    Yard("JSON over many lines", "", bodies(lambda value: json.dumps(value, indent=4).encode())),
    Yard("JSON in ASCII", "", bodies(lambda value: json.dumps(value, ensure_ascii=True).encode())),
    Yard("JSON with an empty line behind", "", bodies(lambda value: json.dumps(value).encode() + b"\n")),
    Yard("members in another order", "", bodies(lambda value: json.dumps(_reversed(value)).encode())),
    Yard("times without fractions", "", dated(lambda text: text[:19] + "Z" if "." in text else text)),
    Yard("times with an offset", "", dated(lambda text: text.replace("Z", "+00:00"))),
    Yard("times to the microsecond", "", dated(lambda text: text.replace("Z", "000Z") if "." in text else text)),
    Yard("what is null is left out", "", bodies(without_nulls)),
    Yard("numbers with a point", "", deep(lambda name, value: float(value) if name == "limit" else value)),
    Yard("keys with more members", "", changed("GET", ("projects", "", "keys"), each((), putting(uses=3)))),
    Yard("members with more members", "", changed("GET", MEMBERS, each(("members",), putting(team="a")))),
    Yard("pages with more members", "", changed("GET", SCHEDULES, putting(took=3))),
    Yard("hooks in another order", "", changed("GET", HOOKS, of("hooks", lambda items: items[::-1]))),
    Yard("keys in another order", "", changed("GET", ("projects", "", "keys"), lambda items: items[::-1])),
    Yard("errors with codes", "", errors(putting(code="E1"))),
    Yard("errors with details", "", errors(putting(details=[{"path": "a"}]))),
    Yard("errors with long words", "", errors(of("error", lambda text: f"{text}, as you see." * 3))),
    Yard("errors that say when", "", errors(putting(at="2026-01-01T00:00:00Z"))),
    Yard("a challenge beside 401", "", with_header(b"www-authenticate", b"Bearer", 401)),
    Yard("limits in headers", "", with_header(b"x-ratelimit-remaining", b"99")),
    Yard("nothing is stored on the way", "", with_header(b"cache-control", b"no-store")),
    Yard("tags of versions", "", with_header(b"etag", b'"1"', 200)),
    Yard("an id of each request", "", with_header(b"x-request-id", b"4711")),
    Yard("other origins may read", "", with_header(b"access-control-allow-origin", b"*")),
    Yard("packed answers", "", every(zipped)),
    Yard("cursors that nobody can read", "", opaque_cursors),
    Yard("values in any case", "", case_blind),
    Yard("a whole address as place", "", every(absolute_place)),
    Yard("a path as place", "", every(relative_place)),
    Yard("JSON with its charset", "",
         header("GET", ("queues",), b"content-type", b"application/json; charset=utf-8")),
    Yard("a text with a quoted charset", "",
         header("GET", ("status",), b"content-type", b'text/plain; charset="utf-8"')),
    Yard("a label twice is one", "", changed("GET", PROJECT, of("labels", lambda v: list(dict.fromkeys(v))))),
]  # fmt: skip
