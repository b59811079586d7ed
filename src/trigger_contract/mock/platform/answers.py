"""Answers that the service gives in the same words at many places."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from trigger_contract.mock.messages import JSON_TYPE, Answer, json_answer

Headers = Iterable[tuple[bytes, bytes]]

PROBLEM_TYPE = (b"content-type", b"application/problem+json; charset=utf-8")
_TEXT_TYPE = (b"content-type", b"text/plain; charset=utf-8")
_HTML_TYPE = (b"content-type", b"text/html; charset=utf-8")
_MDN = "https://developer.mozilla.org/en-US/docs/Web/HTTP/Status"
SHOULD_RETRY = (b"x-should-retry", b"true")
NO_RETRY = (b"x-should-retry", b"false")

NOTHING_GIVEN = "No authorization header provided"
UNSUPPORTED = (
    "Trigger.dev v3 is no longer supported. Please upgrade your project to v4 to keep triggering tasks: "
    "https://trigger.dev/docs/migrating-from-v3"
)


def error(status: int, text: str, headers: Headers = ()) -> Answer:
    """Return an answer with an ``error`` and nothing else."""
    return json_answer(status, {"error": text}, headers)


def unauthorized() -> Answer:
    """Return the limiter's answer to a request without a key: a problem document (RFC 9457)."""
    problem = {"title": "Unauthorized", "status": 401, "type": f"{_MDN}/401"}
    answer = json_answer(401, {**problem, "detail": NOTHING_GIVEN, "error": NOTHING_GIVEN})
    return Answer(401, answer.body, (PROBLEM_TYPE,))


def limited(limit: int, remaining: int, reset: int, seconds: int) -> Answer:
    """Return the limiter's answer to one request too many.

    Args:
        limit: Requests that are let through.
        remaining: How many are left, below zero by those refused.
        reset: When there will be one, in milliseconds.
        seconds: The same in seconds from now.
    """
    said = f"Rate limit exceeded 0/{limit} requests remaining. Retry in {seconds} seconds."
    problem = {
        "title": "Rate Limit Exceeded",
        "status": 429,
        "type": f"{_MDN}/429",
        "detail": said,
        "reset": reset,
        "limit": limit,
        "remaining": remaining,
        "secondsUntilReset": seconds,
        "error": said,
    }
    return Answer(429, json_answer(429, problem).body, (PROBLEM_TYPE,))


def forbidden() -> Answer:
    """Return the answer to a token of too little scope."""
    body = {"error": "Unauthorized", "code": "unauthorized", "param": "access_token", "type": "authorization"}
    return json_answer(403, body)


def unexpected(status: int) -> Answer:
    """Return the framework's answer to a method that a route has no function for."""
    return json_answer(status, {"message": "Unexpected Server Error"}, [(b"x-remix-error", b"yes")])


def broken() -> Answer:
    """Return the framework's answer where a hand-written route failed."""
    return Answer(500, b"Unexpected Server Error", (_TEXT_TYPE,))


def went_wrong() -> Answer:
    """Return the answer of a hand-written route that noticed its own failure."""
    return error(500, "Something went wrong, please try again.")


def failed() -> Answer:
    """Return the answer of a built route that failed."""
    return error(500, "Internal Server Error")


def told() -> Answer:
    """Return a refused method as older routes tell it: as the body of a success."""
    return json_answer(200, {"status": 405, "body": "Method Not Allowed"})


def html(status: int, said: str) -> Answer:
    """Return an error page of the HTTP server in front."""
    page = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Error</title>\n</head>\n'
        f"<body>\n<pre>{said}</pre>\n</body>\n</html>\n"
    )
    return Answer(status, page.encode(), (_HTML_TYPE,))


def lost() -> Answer:
    """Return the dashboard's page for an address that does not exist."""
    page = "<!DOCTYPE html>\n<html><head><title>Trigger.dev</title></head><body>404</body></html>\n"
    return Answer(404, page.encode(), (_HTML_TYPE, (b"cache-control", b"no-cache")))


def moved(status: int, location: str) -> Answer:
    """Return a redirect."""
    if status == 302:
        return Answer(302, b"", ((b"location", location.encode()),))
    said = f"Moved Permanently. Redirecting to {location}"
    return Answer(301, said.encode(), (_TEXT_TYPE, (b"location", location.encode())))


def given(status: int, value: Any, headers: Headers = ()) -> Answer:
    """Return an answer with a JSON body."""
    return json_answer(status, value, headers)


def text_json(status: int, text: str) -> Answer:
    """Return an answer whose body is written already."""
    return Answer(status, text.encode(), (JSON_TYPE,))
