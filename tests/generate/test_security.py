"""Secrets: which are asked for, where they go, where they never show."""

from __future__ import annotations

import httpx
import pytest

from .documents import document, operation
from .packages import TEXT, Build, talk

SCHEMES = {
    "bearer": ({"type": "http", "scheme": "bearer"}, "authorization", "Bearer s"),
    "basic": ({"type": "http", "scheme": "basic"}, "authorization", "Basic cw=="),
    "header": ({"type": "apiKey", "in": "header", "name": "X-Key"}, "x-key", "s"),
    "oauth": ({"type": "oauth2", "flows": {}}, "authorization", "Bearer s"),
    "cookie": ({"type": "apiKey", "in": "cookie", "name": "sid"}, "cookie", "sid=s"),
}


@pytest.mark.parametrize("kind", SCHEMES)
def test_each_security_scheme_goes_where_it_belongs(client_of: Build, kind: str) -> None:
    scheme, header, value = SCHEMES[kind]
    spec = document(
        {"/a": {"get": operation("get_a", "t", TEXT)}},
        security=[{"theKey": []}],
        components={"securitySchemes": {"theKey": scheme}},
    )
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json="x")

    client = talk(client_of(spec), "WidgetsClient", answer, the_key="s")
    assert client.t.get_a() == "x"
    assert seen[0].headers[header] == value


def test_a_key_in_the_query_is_sent_and_never_shown(client_of: Build) -> None:
    spec = document(
        {"/a": {"get": operation("get_a", "t", TEXT)}},
        security=[{"key": []}],
        components={"securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "api_key"}}},
    )
    module = client_of(spec)
    client = talk(
        module,
        "WidgetsClient",
        lambda request: httpx.Response(401, json={"sent": request.url.params["api_key"]}),
        key="very_secret",
    )
    with pytest.raises(module.AuthenticationError) as caught:
        client.t.get_a()
    assert caught.value.body == {"sent": "[redacted]"}
    assert "very_secret" not in str(caught.value) + str(caught.value.request.url)


def test_the_first_alternative_with_all_its_secrets_is_used(client_of: Build) -> None:
    schemes = {name: {"type": "apiKey", "in": "header", "name": f"x-{name}"} for name in ("a", "b", "c")}
    spec = document(
        {
            "/one": {"get": operation("one", "t", TEXT, security=[{"a": [], "b": []}, {"c": []}])},
            "/two": {"get": operation("two", "t", TEXT, security=[{"c": []}])},
            "/free": {"get": operation("free", "t", TEXT, security=[])},
            "/may": {"get": operation("may", "t", TEXT, security=[{}, {"c": []}])},
        },
        components={"securitySchemes": schemes},
    )
    module = client_of(spec)
    sent: list[list[str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(sorted(name for name in request.headers if name in ("x-a", "x-b", "x-c")))
        return httpx.Response(200, json="x")

    client = talk(module, "WidgetsClient", answer, a="1", b="2")
    client.t.one()
    client.t.free()
    with pytest.raises(module.ConfigurationError, match="two needs c"):
        client.t.two()
    client.t.may()
    talk(module, "WidgetsClient", answer, c="3").t.one()
    talk(module, "WidgetsClient", answer, c="3").t.may()
    assert sent == [["x-a", "x-b"], [], [], ["x-c"], ["x-c"]]
