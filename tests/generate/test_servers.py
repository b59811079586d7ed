"""Parts of a server's address are arguments of its client, checked before anything is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from .documents import document, operation
from .packages import Build, imported, talk

TEXT = {"type": "string"}
SERVER = {
    "url": "https://{region}.acme.example:{port}/{base-path}",
    "x-client": {"name": "Acme"},
    "variables": {
        "region": {"default": "eu", "enum": ["eu", "us"], "description": "Where the data is."},
        "port": {"default": "443"},
        "base-path": {"default": "v1"},
        "unused": {"default": "x"},
    },
}


def test_an_address_without_a_scheme_is_encrypted(client_of: Build) -> None:
    made = client_of(spec({"url": "//acme.example/v1/"})).AcmeClient()
    assert made.base_url == "https://acme.example/v1"


def spec(server: dict[str, Any]) -> dict[str, Any]:
    return document({"/a": {"get": operation("a", "t", TEXT)}}, servers=[server])


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with imported(spec(SERVER), tmp_path_factory.mktemp("acme")) as module:
        yield module


@pytest.mark.parametrize("prefix", ["", "Async"])
@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({}, "https://eu.acme.example:443/v1"),
        ({"region": "us"}, "https://us.acme.example:443/v1"),
        ({"port": "8443", "base_path": "v2/beta"}, "https://eu.acme.example:8443/v2/beta"),
        ({"base_path": ""}, "https://eu.acme.example:443"),
        ({"base_url": "http://127.0.0.1:1/x"}, "http://127.0.0.1:1/x"),
    ],
)
def test_what_is_chosen_stands_in_the_address(acme: Any, prefix: str, given: Any, url: str) -> None:
    assert getattr(acme, f"{prefix}AcmeClient")(**given).base_url == url


def test_a_call_goes_there(acme: Any) -> None:
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(str(request.url))
        return httpx.Response(200, json="x")

    talk(acme, "AcmeClient", answer, region="us").t.a()
    assert sent == ["https://us.acme.example/v1/a"]


def test_the_environment_chooses_where_no_argument_does(acme: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_REGION", "us")
    assert acme.AcmeClient().base_url.startswith("https://us.")
    assert acme.AcmeClient(region="eu").base_url.startswith("https://eu.")
    monkeypatch.setenv("ACME_REGION", "mars")
    with pytest.raises(acme.ConfigurationError, match="region must be one of 'eu', 'us', not 'mars'"):
        acme.AcmeClient()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"region": "moon"}, "region must be one of"),
        ({"region": 1}, "region must be a string, not int"),
        ({"port": "443/evil"}, "port cannot stand in an address"),
        ({"port": "443@evil.example"}, "port cannot stand in an address"),
        ({"base_path": "v1?x=1"}, "base_path cannot stand in an address"),
        ({"base_path": "v1\\r\\n"}, "base_path cannot stand in an address"),
        ({"region": "us", "base_url": "https://x.example"}, "give base_url or region, not both"),
    ],
)
def test_what_makes_another_address_is_refused(acme: Any, given: Any, words: str) -> None:
    with pytest.raises(acme.ConfigurationError, match=words):
        acme.AcmeClient(**given)


def test_it_is_documented(acme: Any) -> None:
    words = " ".join(acme.AcmeClient.__doc__.split())
    assert (
        "region: Where the data is, one of eu, us; by default the environment's ACME_REGION, else eu."
        in words
    )
    readme = (Path(acme.__file__).parents[1] / "README.md").read_text()
    assert "| `region` | `ACME_REGION` | `region` of the address; `eu` by default |" in readme


def test_a_path_with_parts_stands_behind_a_bare_address(client_of: Build) -> None:
    server = {"url": "/api/{version}", "variables": {"version": {"default": "v1"}}}
    module = client_of(spec(server))
    (name,) = (name for name in dir(module) if name.endswith("Client") and not name.startswith("Async"))
    client = getattr(module, name)
    assert client(base_url="https://x.example", version="v3").base_url == "https://x.example/api/v3"
    assert client(base_url="https://x.example/own").base_url == "https://x.example/own"
    with pytest.raises(module.ConfigurationError, match="give base_url"):
        client()
