"""Servers that break the protocol: content types, JSON, HEAD, odd requests."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote

from mutants.hooks import (
    DETAIL,
    LIST,
    RESULT,
    TASKS,
    Server,
    answered,
    last_segment,
    query,
    refusal,
    route,
)


def _typed(operation, kind, statuses=(200,)):
    def change(request, answer):
        if answer.status not in statuses:
            return answer
        headers = tuple(pair for pair in answer.headers if pair[0] != b"content-type")
        return replace(answer, headers=headers if kind is None else (*headers, (b"content-type", kind)))

    return answered(operation, change)


def _bytes(operation, change, status=200):
    return answered(
        operation,
        lambda request, answer: (
            replace(answer, body=change(answer.body)) if answer.status == status else answer
        ),
    )


def _crash(condition):
    return lambda: (
        lambda request, answering: (
            refusal(500, {"error": "Internal Server Error"}) if condition(request) else answering(request)
        )
    )


def _every(count, operation):
    """Fail now and then."""

    def make():
        number = 0

        def hook(request, answering):
            nonlocal number
            if route(request) == operation:
                number += 1
                if number % count == 0:
                    return refusal(503, {"error": "try again"})
            return answering(request)

        return hook

    return make


def _values(request):
    return [unquote(value) for value in query(request).values()]


def _head(status):
    return lambda: (
        lambda request, answering: refusal(status, {}) if request.method == "HEAD" else answering(request)
    )


SERVERS = [
    *(Server(f"{name} says text/plain", "content-type", _typed(name, b"text/plain")) for name in (LIST, DETAIL, RESULT, TASKS)),
    Server("list says text/html for errors", "content-type", _typed(LIST, b"text/html", (400,))),
    Server("detail says problem+json for errors", "content-type", _typed(DETAIL, b"application/problem+json", (401, 404))),
    Server("detail names no content type", "content-type", _typed(DETAIL, None)),
    Server("result says text/json", "content-type", _typed(RESULT, b"text/json")),
    Server("detail has NaN in its JSON", "json", _bytes(DETAIL, lambda body: body[:-1] + b',"x":NaN}')),
    Server("list ends with a comma", "json", _bytes(LIST, lambda body: body[:-1] + b",}")),
    Server("detail is cut short", "json", _bytes(DETAIL, lambda body: body[:-2])),
    Server("detail is not UTF-8", "json", _bytes(DETAIL, lambda body: body[:-1] + b',"x":"\xff\xfe"}')),
    Server("list has a prefix against hijacking", "json", _bytes(LIST, lambda body: b")]}'," + body)),
    Server("result is empty", "json", _bytes(RESULT, lambda body: b"")),
    Server("detail's 404 is no JSON", "json", _bytes(DETAIL, lambda body: b"Run not found", 404)),
    Server("a NUL in an id brings it down", "robustness", _crash(lambda request: route(request) == DETAIL and "%00" in request.path.decode())),
    Server("a long id brings it down", "robustness", _crash(lambda request: len(request.path) > 1500)),
    Server("an id of another script brings it down", "robustness", _crash(lambda request: any(ord(character) > 255 for character in unquote(request.path.decode())))),
    Server("an encoded slash brings it down", "robustness", _crash(lambda request: b"%2f" in request.path.lower())),
    Server("a quote in a filter brings it down", "robustness", _crash(lambda request: any("'" in value for value in _values(request)))),
    Server("a NUL in a tag brings it down", "robustness", _crash(lambda request: "\x00" in query(request).get("filter[tag]", ""))),
    Server("an emoji in a filter brings it down", "robustness", _crash(lambda request: any(ord(c) > 0xFFFF for value in _values(request) for c in value))),
    Server("a huge number as size brings it down", "robustness", _crash(lambda request: len(query(request).get("page[size]", "")) > 15)),
    Server("no number as size brings it down", "robustness", _crash(lambda request: not query(request).get("page[size]", "1").lstrip("-").isdigit())),
    Server("an invalid date brings it down", "robustness", _crash(lambda request: "not-a-date" in query(request).get("filter[createdAt][from]", ""))),
    Server("a period without meaning brings it down", "robustness", _crash(lambda request: query(request).get("filter[createdAt][period]", "1d")[-1:] not in ("d", "h", "m"))),
    Server("an unknown cursor brings it down", "robustness", _crash(lambda request: query(request).get("page[after]", "run_").startswith("run_") is False)),
    Server("a filter as plain text brings it down", "robustness", _crash(lambda request: "filter" in query(request))),
    Server("an unknown run brings the tasks down", "robustness", _crash(lambda request: route(request) == TASKS and not query(request).get("runId", "run_").startswith("run_"))),
    Server("an empty filter brings it down", "robustness", _crash(lambda request: any(value == "" for name, value in query(request).items() if name.startswith("filter[")))),
    Server("bytes that are no UTF-8 bring it down", "robustness", _crash(lambda request: b"%FF" in request.path + request.query)),
    Server("one list in 60 fails", "robustness", _every(60, LIST)),
    Server("one detail in 50 fails", "robustness", _every(50, DETAIL)),
    Server("one result in 50 fails", "robustness", _every(50, RESULT)),
    Server("detail fails for one run in 40", "robustness", _crash(lambda request: route(request) == DETAIL and sum(last_segment(request).encode()) % 40 == 0)),
    Server("HEAD is not found", "http", _head(404)),
    Server("HEAD brings it down", "http", _head(500)),
    Server("HEAD needs no key", "http", lambda: lambda request, answering: refusal(200, {}) if request.method == "HEAD" else answering(request)),
    Server("HEAD says text/html", "http", lambda: lambda request, answering: replace(answering(request), headers=((b"content-type", b"text/html"),)) if request.method == "HEAD" else answering(request)),
    Server("list redirects", "status", answered(LIST, lambda request, answer: replace(answer, status=302, headers=((b"location", b"/elsewhere"),)) if "page[after]" in query(request) else answer)),
    Server("detail says 201", "status", answered(DETAIL, lambda request, answer: replace(answer, status=201) if answer.status == 200 else answer)),
    Server("list says 206 on later pages", "status", answered(LIST, lambda request, answer: replace(answer, status=206) if answer.status == 200 and "page[after]" in query(request) else answer)),
]  # fmt: skip
