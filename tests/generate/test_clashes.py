"""Names of a document that the package uses itself, and headers that are named twice."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from .documents import body, document, operation
from .packages import TEXT, Build, talk

OWN = (
    "ResponseRule",
    "NOTHING",
    "Shape",
    "Mismatch",
    "Options",
    "Timeout",
    "BaseClient",
    "Model",
    "Page",
    "Any",
)
PROPERTIES = ("shape", "extra", "to_dict", "tuple", "classmethod", "property", "datetime", "list", "self")


def test_schemas_and_properties_may_have_names_of_our_own(client_of: Build) -> None:
    record = {"type": "object", "required": ["shape"], "properties": dict.fromkeys(PROPERTIES, TEXT)}
    whole = {"type": "object", "properties": {name: {"$ref": f"#/components/schemas/{name}"} for name in OWN}}
    spec = document(
        {"/x": {"get": operation("get_x", "timeout", whole)}},
        components={"schemas": dict.fromkeys(OWN, record)},
    )
    value = {name: dict.fromkeys(PROPERTIES, "v") for name in OWN}
    client = talk(client_of(spec), "WidgetsClient", lambda request: httpx.Response(200, json=value))
    (resource,) = [getattr(client, name) for name in vars(type(client)) if not name.startswith("_")]
    found = resource.get_x()
    assert found.to_dict() == value
    assert repr(found)


@pytest.mark.parametrize("media_type", ["application/x-ndjson", "application/xml"])
def test_what_cannot_be_written_is_refused_before_sending(client_of: Build, media_type: str) -> None:
    schema = {"type": "object", "properties": {"a": TEXT}}
    spec = document(
        {"/x": {"post": operation("send_x", "t", {}, requestBody=body(schema, media_type=media_type))}}
    )
    client = talk(client_of(spec), "WidgetsClient", lambda request: httpx.Response(200, json={}))
    with pytest.raises(TypeError, match="body must be"):
        client.t.send_x(body={"a": "1"})
    assert client.t.send_x(body=b"<a/>") == {}


@pytest.mark.parametrize("status", [204, 205])
def test_a_success_that_can_have_no_body_gives_nothing(client_of: Build, status: int) -> None:
    spec = document({"/x": {"get": operation("get_x", "t", {"type": "object", "properties": {"a": TEXT}})}})
    client = talk(client_of(spec), "WidgetsClient", lambda request: httpx.Response(status))
    assert client.t.get_x() is None


def test_each_header_is_sent_once(client_of: Build) -> None:
    spec = document(
        {"/x": {"get": operation("get_x", "t", {})}},
        security=[{"token": []}],
        components={"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    )
    seen: list[httpx.Headers] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers)
        return httpx.Response(200, json={})

    settings: dict[str, Any] = {"default_headers": {"authorization": "Bearer other", "user-agent": "mine"}}
    talk(client_of(spec), "WidgetsClient", answer, token="k", **settings).t.get_x()
    assert seen[0].get_list("authorization") == ["Bearer k"]
    assert seen[0].get_list("user-agent") == ["mine"]


@pytest.mark.parametrize(
    "text",
    [
        "2024-W01-1T00:00:00Z",
        "20240101T000000Z",
        "2024-01-01X00:00:00Z",
        "2024-01-01T00Z",
        "2024-01-01T00:00:00,5Z",
    ],
)
def test_only_rfc_3339_is_a_date_time(client_of: Build, text: str) -> None:
    schema = {"type": "object", "properties": {"at": {"type": "string", "format": "date-time"}}}
    module = client_of(document({"/x": {"get": operation("get_x", "t", schema)}}))

    def ask(mode: str) -> Any:
        def answer(request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, json={"at": text})

        return talk(module, "WidgetsClient", answer, response_validation=mode).t.get_x()

    with pytest.raises(module.ResponseValidationError, match="date-time"):
        ask("strict")
    assert ask("lenient").at == text


def test_a_key_that_the_server_repeats_is_not_in_the_message(client_of: Build) -> None:
    spec = document(
        {"/x": {"get": operation("get_x", "t", {})}},
        security=[{"token": []}],
        components={"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    )
    module = client_of(spec)
    client = talk(
        module,
        "WidgetsClient",
        lambda request: httpx.Response(401, json={"error": "bad key top_secret"}),
        token="top_secret",
    )
    with pytest.raises(module.AuthenticationError) as caught:
        client.t.get_x()
    assert "top_secret" not in str(caught.value) + repr(caught.value)
