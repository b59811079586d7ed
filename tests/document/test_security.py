"""Which credential opens what, whatever a scheme is called."""

from __future__ import annotations

import pytest
from little_documents import answering, document, only

from trigger_contract.document.security import Scheme, requirements, schemes
from trigger_contract.document.yaml import load
from trigger_contract.errors import UserError

TOKEN = ("bearer", "Authorization", "Bearer ", True)
OPEN_ID = {"type": "openIdConnect", "openIdConnectUrl": "https://x.test"}
KINDS = [
    ({"type": "http", "scheme": "bearer"}, ("bearer", "Authorization", "Bearer ")),
    (
        {"type": "http", "scheme": "Bearer", "bearerFormat": "JWT"},
        ("bearer", "Authorization", "Bearer "),
    ),
    ({"type": "http", "scheme": "BASIC"}, ("basic", "Authorization", "Basic ")),
    ({"type": "http", "scheme": "Digest"}, ("other", "Authorization", "Digest ")),
    ({"type": "apiKey", "in": "header", "name": "X-Key"}, ("header", "X-Key", "")),
    ({"type": "apiKey", "in": "query", "name": "key"}, ("query", "key", "")),
    ({"type": "apiKey", "in": "cookie", "name": "sid"}, ("cookie", "sid", "")),
    ({"type": "oauth2", "flows": {}}, ("oauth2", "Authorization", "Bearer ")),
    (
        {"type": "openIdConnect", "openIdConnectUrl": "https://x.test"},
        ("openIdConnect", "Authorization", "Bearer "),
    ),
    ({"type": "mutualTLS"}, ("mutualTLS", "", "")),
    ({"type": "odd"}, ("other", "", "")),
    ({"type": "apiKey", "in": "body", "name": "k"}, ("other", "", "")),
]


@pytest.mark.parametrize(("raw", "expected"), KINDS)
@pytest.mark.parametrize("name", ["apiKey", "bearer", "basic", "x"])
def test_a_scheme_is_what_it_says_and_not_what_it_is_called(name, raw, expected):
    shared = {"components": {"securitySchemes": {name: {"$ref": "#/components/x-shared"}}, "x-shared": raw}}
    whole = document({"GET /a": answering(security=[{name: []}])}, **shared)
    ((scheme,),) = [requirement.schemes for requirement in requirements(whole, only(whole))]
    assert (scheme.kind, scheme.parameter, scheme.prefix) == expected
    assert scheme.name == name
    assert schemes(whole) == {name: scheme}


def test_alternatives_what_is_needed_together_and_what_is_open():
    known = {name: {"type": "apiKey", "in": "header", "name": f"X-{name}"} for name in "abc"}
    whole = document(
        {"GET /a": answering(security=[{"a": [], "b": []}, {"c": ["scope"]}, {}])},
        components={"securitySchemes": known},
        security=[{"a": []}],
    )
    found = requirements(whole, only(whole))
    assert [[scheme.name for scheme in one.schemes] for one in found] == [["a", "b"], ["c"], []]
    assert [one.is_open for one in found] == [False, False, True]


@pytest.mark.parametrize(("own", "expected"), [(None, ["a"]), ([], []), ([{"b": []}], ["b"])])
def test_an_operation_overrules_the_document(own, expected):
    known = {name: {"type": "http", "scheme": "bearer"} for name in "ab"}
    more = {} if own is None else {"security": own}
    whole = document(
        {"GET /a": answering(**more)}, components={"securitySchemes": known}, security=[{"a": []}]
    )
    assert [scheme.name for one in requirements(whole, only(whole)) for scheme in one.schemes] == expected


def test_a_scheme_that_is_not_declared_is_named_with_its_line():
    text = "paths:\n  /a:\n    get:\n      operationId: readA\n      security:\n      - gone: []\n"
    whole = load(text, "a.yaml")
    with pytest.raises(UserError, match=r"a\.yaml:6: readA .*'gone'"):
        requirements(whole, only(whole))
    assert schemes(whole) == {}


def test_what_is_said_of_a_scheme_is_kept():
    assert Scheme("a", "bearer", "Authorization", "Bearer ").description == ""
    whole = document(
        {},
        components={"securitySchemes": {"a": {"type": "http", "scheme": "bearer", "description": "Secret."}}},
    )
    assert schemes(whole)["a"].description == "Secret."
