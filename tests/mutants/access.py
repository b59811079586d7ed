"""Servers that let the wrong ones in, keep the right ones out, or say the wrong thing about it."""

from __future__ import annotations

import json
from dataclasses import replace

from mutants.hooks import (
    DETAIL,
    LIST,
    RESULT,
    TASKS,
    Server,
    answer_with,
    answered,
    body,
    last_segment,
    query,
    refusal,
    route,
    with_query,
    with_secret,
)
from mutants.keys import PUBLIC, RECOUP, TOKEN


def _admits(operation, admitted):
    """Answer as if the right key had come where ``admitted`` says so."""

    def hook(request, answering):
        if route(request) == operation and admitted(
            request.headers.get(b"authorization", b"").decode("latin-1")
        ):
            if operation == TASKS:
                return answering(with_secret(request, RECOUP, b"x-api-key"))
            return answering(with_secret(request, TOKEN))
        return answering(request)

    return lambda: hook


def _text(operation, status, text):
    return body(operation, lambda value: value.update(error=text), status)


def _status(operation, old, new):
    def change(request, answer):
        return replace(answer, status=new) if answer.status == old else answer

    return answered(operation, change)


def _instead(operation, status, made):
    def change(request, answer):
        return made if answer.status == status else answer

    return answered(operation, change)


def _ids(operation, change):
    """Change the id in the path before the mock sees it."""

    def hook(request, answering):
        if route(request) == operation:
            back = 2 if operation == RESULT else 1
            identity = last_segment(request, back)
            request = replace(
                request, path=request.path.replace(identity.encode(), change(identity).encode(), 1)
            )
        return answering(request)

    return lambda: hook


def _lenient(name, change):
    """Accept an invalid query by putting a valid one in its place."""

    def hook(request, answering):
        answer = answering(request)
        if route(request) in name and answer.status == 400:
            values = query(request)
            change(values)
            return answering(with_query(request, values))
        return answer

    return lambda: hook


def _dropping(*names):
    return lambda values: [values.pop(name, None) for name in names]


def _leaks(*names):
    """Answer a public key with what only the secret key may see."""

    def hook(request, answering):
        answer = answering(request)
        if route(request) == DETAIL and PUBLIC in request.headers.get(b"authorization", b"").decode(
            "latin-1"
        ):
            whole = answering(with_secret(request, TOKEN))
            if answer.status == 200 == whole.status:
                value, full = json.loads(answer.body), json.loads(whole.body)
                value.update({name: full[name] for name in names if name in full})
                return answer_with(answer, value)
        return answer

    return lambda: hook


def _public_loses(name):
    def hook(request, answering):
        answer = answering(request)
        if (
            route(request) == DETAIL
            and PUBLIC in request.headers.get(b"authorization", b"").decode("latin-1")
            and answer.status == 200
        ):
            value = json.loads(answer.body)
            value.pop(name, None)
            return answer_with(answer, value)
        return answer

    return lambda: hook


def _header_only(header):
    """Refuse the tasks key when it comes in one of its two places."""

    def hook(request, answering):
        if route(request) == TASKS and header in request.headers:
            return refusal(401, {"status": "error"})
        return answering(request)

    return lambda: hook


OPERATIONS = (LIST, DETAIL, RESULT, TASKS)

SERVERS = [
    *(Server(f"{name} needs no key", "auth", _admits(name, lambda value: True)) for name in OPERATIONS),
    *(Server(f"{name} takes no key but refuses wrong ones", "auth", _admits(name, lambda value: not value)) for name in OPERATIONS),
    *(Server(f"{name} takes any bearer key", "auth", _admits(name, lambda value: value.startswith("Bearer "))) for name in OPERATIONS),
    *(Server(f"{name} takes any key with the right prefix", "auth", _admits(name, lambda value: value.startswith("Bearer tr_dev_"))) for name in (LIST, DETAIL, RESULT)),
    *(Server(f"{name} takes the key under any scheme", "auth", _admits(name, lambda value: TOKEN in value)) for name in (LIST, DETAIL, RESULT)),
    Server("list takes the key under Basic", "auth", _admits(LIST, lambda value: value.startswith("Basic "))),
    Server("detail takes a key that begins with the key", "auth", _admits(DETAIL, lambda value: value.startswith("Bearer " + TOKEN))),
    Server("detail takes the key in any case", "auth", _admits(DETAIL, lambda value: value.lower() == f"bearer {TOKEN}".lower())),
    Server("result takes a truncated key", "auth", _admits(RESULT, lambda value: len(value) > 12 and f"Bearer {TOKEN}".startswith(value))),
    Server("list takes a public key", "auth", _admits(LIST, lambda value: value == f"Bearer {PUBLIC}")),
    Server("result takes a public key", "auth", _admits(RESULT, lambda value: value == f"Bearer {PUBLIC}")),
    Server("detail refuses a public key", "auth", lambda: lambda request, answering: refusal(401, {"error": "Invalid or Missing API key"}) if route(request) == DETAIL and PUBLIC.encode() in request.headers.get(b"authorization", b"") else answering(request)),
    Server("tasks refuse the bearer form", "auth", _header_only(b"authorization")),
    Server("tasks refuse x-api-key", "auth", _header_only(b"x-api-key")),
    *(Server(f"{name} refuses with 403", "auth", _status(name, 401, 403)) for name in (LIST, DETAIL, RESULT)),
    *(Server(f"{name} refuses with 404", "auth", _status(name, 401, 404)) for name in (LIST, DETAIL, RESULT)),
    Server("list looks at the query before the key", "auth", lambda: lambda request, answering: answering(with_secret(request, TOKEN)) if route(request) == LIST and answering(with_secret(request, TOKEN)).status == 400 else answering(request)),
    Server("detail looks for the run before the key", "auth", lambda: lambda request, answering: answering(with_secret(request, TOKEN)) if route(request) == DETAIL and answering(with_secret(request, TOKEN)).status == 404 else answering(request)),
    Server("detail spells the 401 of the result", "errors", _text(DETAIL, 401, "Invalid or Missing API Key")),
    Server("result spells the 401 of the detail", "errors", _text(RESULT, 401, "Invalid or Missing API key")),
    Server("detail says Unauthorized", "errors", _text(DETAIL, 401, "Unauthorized")),
    Server("detail has 401 without a body", "errors", _instead(DETAIL, 401, replace(refusal(401, {}), body=b""))),
    Server("result has 401 without a text", "errors", body(RESULT, lambda value: {}, 401)),
    Server("detail says Not found", "errors", _text(DETAIL, 404, "Not found")),
    Server("detail says Run not found.", "errors", _text(DETAIL, 404, "Run not found.")),
    Server("detail has its 404 under message", "errors", body(DETAIL, lambda value: {"message": value["error"]}, 404)),
    Server("result says Run not found", "errors", _text(RESULT, 404, "Run not found")),
    Server("result has its 404 as plain text", "errors", body(RESULT, lambda value: value["error"], 404)),
    Server("detail has another text for a malformed id", "errors", _text(DETAIL, 400, "Bad request")),
    Server("detail answers an unknown id with 200", "errors", _instead(DETAIL, 404, refusal(200, {"id": "run_x"}))),
    Server("detail answers an unknown id with null", "errors", _instead(DETAIL, 404, refusal(200, None))),
    Server("detail answers an unknown id with 410", "errors", _status(DETAIL, 404, 410)),
    Server("detail answers an unknown id with 204", "errors", _instead(DETAIL, 404, replace(refusal(204, {}), body=b""))),
    Server("result answers an unknown id with 400", "errors", lambda: lambda request, answering: refusal(400, {"error": "Bad"}) if route(request) == RESULT and answering(request).status == 404 and "nosuch" in last_segment(request, 2) else answering(request)),
    Server("result answers 202 while a run is not finished", "errors", _status(RESULT, 404, 202)),
    Server("detail ignores what follows an id", "errors", _ids(DETAIL, lambda identity: identity[:29] if identity.startswith("run_") else identity)),
    Server("detail finds a run without its prefix", "errors", _ids(DETAIL, lambda identity: identity if identity.startswith("run_") else "run_" + identity)),
    Server("list refuses with 422", "errors", _status(LIST, 400, 422)),
    Server("list has 400 without error", "errors", body(LIST, lambda value: {"message": "no"}, 400)),
    Server("list has 400 with details as text", "errors", body(LIST, lambda value: value.update(details="no"), 400)),
    Server("list has details without code", "errors", body(LIST, lambda value: [detail.pop("code", None) for detail in value.get("details", [])] and None, 400)),
    Server("list has details without message", "errors", body(LIST, lambda value: [detail.pop("message", None) for detail in value.get("details", [])] and None, 400)),
    Server("list has details with a path as text", "errors", body(LIST, lambda value: [detail.update(path="filter[status]") for detail in value.get("details", [])] and None, 400)),
    Server("list has details that name another parameter", "errors", body(LIST, lambda value: [detail.update(path=["filter[nothing]"]) for detail in value.get("details", [])] and None, 400)),
    Server("list takes an unknown status", "errors", _lenient((LIST,), _dropping("filter[status]"))),
    Server("list takes an invalid isTest", "errors", _lenient((LIST,), _dropping("filter[isTest]"))),
    Server("list takes an invalid from", "errors", _lenient((LIST,), _dropping("filter[createdAt][from]"))),
    Server("list takes an invalid to", "errors", _lenient((LIST,), _dropping("filter[createdAt][to]"))),
    Server("list clamps the size of a page", "errors", _lenient((LIST,), lambda values: values.update({"page[size]": "100"}))),
    Server("list takes a size below the minimum", "errors", _lenient((LIST,), lambda values: values.update({"page[size]": "10"}) if values.get("page[size]", "").isdigit() and int(values["page[size]"]) < 10 else None)),
    Server("list takes 101 as a size", "errors", _lenient((LIST,), lambda values: values.update({"page[size]": "100"}) if values.get("page[size]") == "101" else None)),
    Server("list takes a size that is no number", "errors", _lenient((LIST,), lambda values: values.pop("page[size]", None) if not values.get("page[size]", "1").lstrip("-").isdigit() else None)),
    Server("list checks only the first of several statuses", "errors", _lenient((LIST,), lambda values: values.update({"filter[status]": values["filter[status]"].split(",")[0]}) if "," in values.get("filter[status]", "") else None)),
    Server("tasks clamp the limit", "errors", _lenient((TASKS,), lambda values: values.update(limit="100"))),
    Server("tasks take limit 0", "errors", _lenient((TASKS,), lambda values: values.update(limit="1") if values.get("limit") == "0" else None)),
    Server("tasks take an account that is no UUID", "errors", _lenient((TASKS,), _dropping("account_id"))),
    Server("a public key sees the payload", "public-key", _leaks("payload")),
    Server("a public key sees the output", "public-key", _leaks("output")),
    Server("a public key sees the address of the payload", "public-key", _leaks("payloadPresignedUrl")),
    Server("a public key sees the address of the output", "public-key", _leaks("outputPresignedUrl")),
    Server("a public key does not see the tags", "public-key", _public_loses("tags")),
    Server("a public key does not see the attempts", "public-key", _public_loses("attempts")),
    Server("a public key does not see related runs", "public-key", _public_loses("relatedRuns")),
]  # fmt: skip
