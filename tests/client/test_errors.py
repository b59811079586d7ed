"""Every failure is one class of one tree, carries what is needed, and tells no secret."""

from __future__ import annotations

import logging
import pickle
import traceback
from typing import Any

import httpx
import pytest
import respx
import trigger_dev_client as tdc
from trigger_dev_client import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    RecoupClient,
    TriggerClient,
)

from .conftest import Caller, retrieved

ID = "/api/v3/runs/run_1"
SECRET = "tr_dev_secret"

CLASSES = {
    400: "BadRequestError",
    401: "AuthenticationError",
    403: "PermissionDeniedError",
    404: "NotFoundError",
    409: "ConflictError",
    418: "APIStatusError",
    422: "UnprocessableEntityError",
    429: "RateLimitError",
    500: "InternalServerError",
    503: "InternalServerError",
    520: "InternalServerError",
    599: "InternalServerError",
}


@pytest.mark.parametrize("status", CLASSES)
def test_each_status_has_its_class(api: respx.MockRouter, call: Caller, status: int) -> None:
    api.get(ID).respond(status, json={"error": "No luck"}, headers={"x-request-id": "req_1"})
    with pytest.raises(APIStatusError) as caught:
        call("runs.retrieve", "run_1")
    error = caught.value
    assert type(error) is getattr(tdc, CLASSES[status])
    assert error.status_code == status
    assert error.body == {"error": "No luck"}
    assert error.headers["x-request-id"] == "req_1"
    assert error.response.status_code == status
    assert error.request is not None
    assert str(error.request.url) == "https://api.trigger.dev/api/v3/runs/run_1"
    assert str(status) in error.message
    assert "No luck" in error.message
    assert str(error) == error.message


@pytest.mark.parametrize(
    ("content", "content_type", "body"),
    [
        (b"<html>Oops</html>", "text/html", "<html>Oops</html>"),
        (b"", "application/json", None),
        (b"{broken", "application/json", "{broken"),
        (b'{"error":"Not found"}', "application/problem+json", {"error": "Not found"}),
        (b'{"title":"Unauthorized","status":401}', "text/plain", {"title": "Unauthorized", "status": 401}),
        (b'["a"]', "application/json", ["a"]),
    ],
)
def test_an_error_keeps_whatever_body_came(
    api: respx.MockRouter, call: Caller, content: bytes, content_type: str, body: Any
) -> None:
    api.get(ID).respond(502, content=content, headers={"content-type": content_type})
    with pytest.raises(tdc.InternalServerError) as caught:
        call("runs.retrieve", "run_1")
    assert caught.value.body == body


def test_an_undocumented_body_of_401_is_an_authentication_error(api: respx.MockRouter, call: Caller) -> None:
    api.get("/api/v1/runs").respond(401)
    with pytest.raises(tdc.AuthenticationError) as caught:
        call("runs.list")
    assert caught.value.body is None


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (httpx.ConnectError, APIConnectionError),
        (httpx.ReadError, APIConnectionError),
        (httpx.RemoteProtocolError, APIConnectionError),
        (httpx.ConnectTimeout, APITimeoutError),
        (httpx.ReadTimeout, APITimeoutError),
        (httpx.PoolTimeout, APITimeoutError),
        (httpx.DecodingError, APIConnectionError),
    ],
)
def test_a_broken_connection_is_a_connection_error(
    api: respx.MockRouter, call: Caller, failure: type[Exception], kind: type[APIError]
) -> None:
    api.get(ID).mock(side_effect=failure)
    with pytest.raises(APIError) as caught:
        call("runs.retrieve", "run_1")
    assert type(caught.value) is kind
    assert caught.value.response is None
    assert caught.value.status_code is None
    assert "GET https://api.trigger.dev/api/v3/runs/run_1" in str(caught.value)


def test_the_tree() -> None:
    assert issubclass(APITimeoutError, APIConnectionError)
    assert issubclass(APIConnectionError, APIError)
    assert issubclass(APIStatusError, APIError)
    assert issubclass(tdc.ResponseValidationError, APIError)
    assert not issubclass(tdc.ResponseValidationError, APIStatusError)
    for name in set(CLASSES.values()):
        assert issubclass(getattr(tdc, name), APIStatusError)


def test_errors_survive_pickling(api: respx.MockRouter, call: Caller) -> None:
    api.get(ID).respond(404, json={"error": "Run not found"})
    with pytest.raises(tdc.NotFoundError) as caught:
        call("runs.retrieve", "run_1")
    again = pickle.loads(pickle.dumps(caught.value))
    assert type(again) is tdc.NotFoundError
    assert (str(again), again.status_code, again.body) == (str(caught.value), 404, {"error": "Run not found"})


def reveal(error: BaseException) -> str:
    """Everything about an error that a log or a crash report would show."""
    shown = [str(error), repr(error), repr(error.args), "".join(traceback.format_exception(error))]
    for name, value in vars(error).items():
        shown.append(f"{name}={value!r}")
    for holder in (
        getattr(error, "request", None),
        getattr(getattr(error, "response", None), "request", None),
    ):
        if holder is not None:
            shown += [repr(holder), str(holder.url), str(holder.headers.raw), repr(dict(holder.headers))]
    return "\n".join(shown)


@pytest.mark.parametrize("status", [400, 401, 404, 500, 302])
def test_no_error_tells_the_key(api: respx.MockRouter, call: Caller, status: int) -> None:
    api.get(ID).respond(status, json={"error": "x"}, headers={"location": "https://evil.example/"})
    with pytest.raises(APIStatusError) as caught:
        call("runs.retrieve", "run_1")
    assert SECRET not in reveal(caught.value)


@pytest.mark.parametrize(
    ("body", "words", "details"),
    [
        ({"error": "Not Found", "message": "User 5 is gone", "status": 404}, "User 5 is gone", None),
        ({"error": "expired", "error_description": "The code is old"}, "expired: The code is old", None),
        ({"message": ["a is blank", "b is short"], "error": "Not Found"}, "a is blank; b is short", 2),
        (["first", {"msg": "second"}], "first; second", 2),
        ({"errorMessages": ["bad query"], "errors": {}}, "bad query", 1),
        ({"fault": {"faultstring": "Invalid key"}}, "Invalid key", None),
        ({"Message": "No such user"}, "No such user", None),
        ({"errors": [{"detail": "is off", "source": {"pointer": "/a"}}]}, "/a: is off", 1),
        ("<html>", "", None),
    ],
)
def test_what_a_server_says_is_found_wherever_servers_say_it(
    api: respx.MockRouter, trigger: TriggerClient, body: Any, words: str, details: int | None
) -> None:
    api.get(ID).respond(404, json=body)
    with pytest.raises(tdc.NotFoundError) as caught:
        trigger.runs.retrieve("run_1")
    said = caught.value.message.partition(" (GET")[0]
    assert said == (f"404 Not Found: {words}" if words else "404 Not Found")
    assert (None if caught.value.details is None else len(caught.value.details)) == details


def test_neither_connection_nor_validation_errors_tell_the_key(api: respx.MockRouter, call: Caller) -> None:
    api.get(ID).mock(side_effect=httpx.ConnectError)
    with pytest.raises(APIConnectionError) as broken:
        call("runs.retrieve", "run_1")
    api.get(ID).respond(json={})
    with pytest.raises(tdc.ResponseValidationError) as invalid:
        call("runs.retrieve", "run_1")
    assert SECRET not in reveal(broken.value) + reveal(invalid.value)


def with_locals(error: BaseException) -> str:
    """A traceback with the variables of every frame of the client, as crash reporters make it."""
    report = traceback.TracebackException.from_exception(error, capture_locals=True)
    return "".join(
        f"{frame.locals}" for frame in report.stack if "trigger_dev_client" in frame.filename and frame.locals
    )


@pytest.mark.parametrize("status", [404, 200])
def test_no_variable_of_the_client_shows_the_key(
    api: respx.MockRouter, trigger: TriggerClient, status: int
) -> None:
    api.get(ID).respond(status, json={"error": "x"})
    with pytest.raises(APIError) as answered:
        trigger.runs.retrieve("run_1")
    with pytest.raises(ValueError, match="separates items") as refused:
        trigger.runs.list(tag="a,b")
    for caught in (answered, refused):
        assert "operation" in with_locals(caught.value)
        assert SECRET not in with_locals(caught.value)
    assert SECRET not in repr(vars(trigger))


def test_the_api_key_header_is_hidden_too() -> None:
    with respx.mock(base_url="https://recoup-api.vercel.app") as router:
        router.get("/api/tasks/runs").respond(401, json={"error": "x"})
        with (
            RecoupClient(api_key="recoup_secret") as recoup,
            pytest.raises(tdc.AuthenticationError) as caught,
        ):
            recoup.tasks.list_runs()
        assert router.calls.last.request.headers["x-api-key"] == "recoup_secret"
    assert "recoup_secret" not in reveal(caught.value)


def test_clients_and_resources_do_not_print_their_key() -> None:
    with TriggerClient(secret_key=SECRET) as trigger:
        shown = [repr(trigger), str(trigger), repr(trigger.runs), repr(trigger.runs.with_raw_response)]
    assert SECRET not in "".join(shown)


def test_logs_do_not_tell_the_key(
    api: respx.MockRouter, call: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    api.get(ID).respond(json=retrieved())
    with caplog.at_level(logging.DEBUG):
        call("runs.retrieve", "run_1")
    assert "GET https://api.trigger.dev/api/v3/runs/run_1 -> 200" in caplog.text
    assert "[redacted]" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize("given", [False, True])
@pytest.mark.parametrize(
    "location",
    ["https://evil.example/steal", "//evil.example/", "/api/v3/runs/run_2", "http://api.trigger.dev/x"],
)
def test_a_key_never_follows_a_redirect(given: bool, location: str) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(307, headers={"location": location})

    with httpx.Client(transport=httpx.MockTransport(answer), follow_redirects=given) as http_client:
        recoup = RecoupClient(api_key="k", http_client=http_client)
        with pytest.raises(APIStatusError, match="redirects are not followed") as caught:
            recoup.tasks.list_runs()
    assert asked == ["recoup-api.vercel.app"]
    assert caught.value.status_code == 307


def test_raw_responses_are_handed_over_whole(api: respx.MockRouter, call: Caller) -> None:
    api.get(ID).respond(json=retrieved(), headers={"x-ratelimit-remaining": "7"})
    raw = call("runs.with_raw_response.retrieve", "run_1")
    assert raw.status_code == 200
    assert raw.headers["x-ratelimit-remaining"] == "7"
    assert raw.content == raw.http_response.content
    assert raw.parse().id == "run_1234"
    api.get(ID).respond(404, json={"error": "Run not found"})
    with pytest.raises(tdc.NotFoundError):
        call("runs.with_raw_response.retrieve", "run_1")
