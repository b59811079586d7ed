"""Keys of every form, operations that are chosen, and keys that stop being accepted."""

from __future__ import annotations

import base64
import sys

import httpx
import pytest

from trigger_contract.contract.preflight import preflight
from trigger_contract.contract.redaction import Redactor
from trigger_contract.contract.runner import run_laws
from trigger_contract.contract.session import KeyLost, Session
from trigger_contract.contract.settings import Settings
from trigger_contract.errors import UserError

SCHEMES = {
    "pair": {"type": "http", "scheme": "Basic"},
    "door": {"type": "apiKey", "in": "header", "name": "X-Door"},
    "app": {"type": "apiKey", "in": "header", "name": "X-App"},
    "seat": {"type": "apiKey", "in": "cookie", "name": "seat"},
    "place": {"type": "apiKey", "in": "query", "name": "place"},
    "token": {"type": "http", "scheme": "bearer"},
}


def document(*paths: str, security: list[dict[str, list[str]]]) -> dict[str, object]:
    answers = {"200": {"description": "ok"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "security": security,
        "paths": {
            path: {
                "get": {
                    "operationId": path.strip("/").replace("/", "_"),
                    "responses": answers,
                }
            }
            for path in paths
        },
        "components": {"securitySchemes": SCHEMES},
    }


def session(handler, *paths, security, **settings):
    transport = httpx.MockTransport(handler)
    return Session(
        Settings(url="http://server.test", concurrency=1, **settings),
        document(*paths, security=security),
        transport,
    )


def opened_by(security, wanted, **settings):
    """Whether the preflight gets in at a server that wants these fields."""

    def handler(request):
        good = all(request.headers.get(name) == value for name, value in wanted.items())
        return httpx.Response(200 if good else 401, json={})

    made = session(handler, "/things", security=security, **settings)
    try:
        preflight(made)
    finally:
        made.close()
    return made


@pytest.mark.parametrize(
    ("scheme", "settings", "wanted"),
    [
        ("pair", {"token": "me:pw"}, {"authorization": "Basic " + base64.b64encode(b"me:pw").decode()}),
        ("pair", {"token": "bWU6cHc="}, {"authorization": "Basic bWU6cHc="}),
        ("door", {"token": "Token abcd"}, {"x-door": "Token abcd"}),
        ("door", {"key": ("X-Door=opens",)}, {"x-door": "opens"}),
        ("door", {"key": ("door=opens",)}, {"x-door": "opens"}),
        ("token", {"header": ("Authorization: Bearer abcd",)}, {"authorization": "Bearer abcd"}),
        ("seat", {"cookie": ("seat=12a4", "other=1")}, {"cookie": "seat=12a4; other=1"}),
        ("token", {"token": "abcd", "header": ("X-Tenant: t1",)}, {"x-tenant": "t1"}),
    ],
)
def test_a_key_goes_where_its_scheme_says(scheme, settings, wanted):
    opened_by([{scheme: []}], wanted, **settings)


def test_keys_that_are_needed_together_are_given_together(monkeypatch):
    both = [{"door": [], "app": []}]
    wanted = {"x-door": "first", "x-app": "second"}
    opened_by(both, wanted, token="first", key=("X-App=second",))
    monkeypatch.setenv("CONTRACT_KEY_X_APP", "second")
    opened_by(both, wanted, token="first")
    monkeypatch.delenv("CONTRACT_KEY_X_APP")
    with pytest.raises(UserError, match="--key X-App=VALUE"):
        opened_by(both, wanted, token="first")


def test_a_wrong_key_is_told_although_something_is_open_to_all():
    def handler(request):
        return httpx.Response(200 if request.url.path == "/news" else 401, json={})

    made = session(handler, "/news", "/things", security=[{"token": []}], token="wrong")
    made.contract.document["paths"]["/news"]["get"]["security"] = [{"token": []}, {}]
    other = Session(made.settings, made.contract.document, httpx.MockTransport(handler))
    with pytest.raises(UserError, match=r"^--token: the server refuses"):
        preflight(other)
    made.close()
    other.close()


def test_wrong_pairs_are_wrong_after_decoding():
    made = session(
        lambda request: httpx.Response(200, json={}), "/x", security=[{"pair": []}], token="bWU6cHc="
    )
    sent = [value for item in made.credentials.wrong(made.contract.subjects[0]) for _, value in item.headers]
    pairs = [base64.b64decode(text.split(" ")[1]) for text in sent if text.startswith("Basic ")]
    made.close()
    assert pairs
    assert b"me:pw" not in pairs


def expiring(made_for: list[str], lasts: int):
    """A server that takes each key so many times."""
    counts: dict[str, int] = {}

    def handler(request):
        key = request.headers.get("authorization", "")
        counts[key] = counts.get(key, 0) + 1
        return httpx.Response(200 if key in made_for and counts[key] <= lasts else 401, json={})

    return handler


def test_a_key_that_expires_ends_the_run_and_is_no_finding():
    made = session(expiring(["Bearer abcd"], 5), "/things", security=[{"token": []}], token="abcd")
    with pytest.raises(KeyLost, match="no longer accepted"):
        run_laws(made)
    made.close()


def test_a_command_gives_a_fresh_token(tmp_path):
    counter = tmp_path / "count"
    counter.write_text("0")
    script = tmp_path / "fresh.py"
    script.write_text(
        f"from pathlib import Path; at = Path({str(counter)!r}); n = int(at.read_text()) + 1\n"
        "at.write_text(str(n)); print(f'key{n}')"
    )
    keys = [f"Bearer key{number}" for number in range(1, 99)]
    made = session(
        expiring(keys, 5),
        "/things",
        security=[{"token": []}],
        token_command=f"{sys.executable} {script}",
        probe=("robustness/odd-headers", "robustness/odd-queries"),
    )
    outcomes = run_laws(made)
    made.close()
    assert all(outcome.state() == "passed" for outcome, _ in outcomes)
    assert int(counter.read_text()) > 1


def test_patterns_choose_operations_and_what_ends_a_session_is_left_out():
    paths = ("/things", "/things/old", "/auth/logout")

    def handler(request):
        return httpx.Response(200, json={})

    def names(**settings):
        made = session(handler, *paths, security=[], **settings)
        made.close()
        return [item.name for item in made.contract.subjects], made.contract.left_out

    assert names()[0] == ["things", "things_old"]
    assert any("/auth/logout" in text for text in names()[1])
    assert names(include=("auth_logout",))[0] == ["auth_logout"]
    assert names(exclude=("/things/*",))[0] == ["things"]
    assert names(exclude=("GET /things",))[0] == ["things_old"]
    with pytest.raises(UserError, match="fits no operation"):
        names(exclude=("/nothing",))


@pytest.mark.parametrize(
    "spell",
    [
        lambda key: "".join(f"\\u{ord(item):04X}" for item in key),
        lambda key: "".join(f"%{ord(item):02x}" for item in key),
        lambda key: "".join(f"&#{ord(item)};" for item in key),
        lambda key: key.encode().hex().upper(),
        lambda key: base64.b64encode(f"Bearer {key}".encode()).decode(),
        lambda key: base64.urlsafe_b64encode(f"x:{key}:y".encode()).decode(),
        lambda key: key.replace("/", "\\/"),
    ],
)
def test_a_key_is_masked_in_any_spelling(spell):
    key = "tr_dev_SECRET/kk?>+~zz"
    redactor = Redactor()
    redactor.register(key, "$KEY")
    shown = redactor.text(f"before {spell(key)} behind")
    assert "$KEY" in shown
    assert "before " in shown
    assert " behind" in shown
