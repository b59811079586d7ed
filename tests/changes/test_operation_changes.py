"""Each change outside of schemas is found once and means the right thing."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from small_documents import an_object, asking, document, query, receiving, sending

from trigger_contract.changes import Change, compare
from trigger_contract.errors import UserError

STRING = {"type": "string"}
DONE = {"204": {"description": "Done"}}
KEY = {"type": "apiKey", "in": "header", "name": "X-Key"}
TOKEN = {"type": "http", "scheme": "bearer"}


def changes(old: Any, new: Any) -> tuple[Change, ...]:
    return compare(old, new).changes


def found(old: Any, new: Any) -> list[tuple[str, str]]:
    return [(change.code, change.severity.value) for change in changes(old, new)]


def answering(**responses: Any) -> Any:
    return document({"responses": {status.strip("_"): value for status, value in responses.items()}})


def with_header(**header: Any) -> Any:
    return answering(
        _200={"description": "Done", "headers": {"X-Total": header}} if header else {"description": "Done"}
    )


def media(*names: str) -> Any:
    return {"description": "Done", "content": {name: {"schema": STRING} for name in names}}


def secured(*requirements: Any, schemes: Any = None) -> Any:
    made = document({"responses": DONE, "security": list(requirements)})
    made["components"]["securitySchemes"] = schemes or {"key": KEY, "token": TOKEN}
    return made


def operation(**keys: Any) -> Any:
    return document({"responses": DONE, **keys})


def body(required: bool = False, **content: Any) -> Any:
    return operation(
        requestBody={"required": required, "content": content or {"application/json": {"schema": STRING}}}
    )


def hook(schema: Any) -> Any:
    post = {"requestBody": {"content": {"application/json": {"schema": schema}}}, "responses": DONE}
    return document(webhooks={"ended": {"post": post}})


def signed(required: bool) -> Any:
    sent = hook(STRING)
    header = {"name": "X-Signature", "in": "header", "required": required, "schema": STRING}
    sent["webhooks"]["ended"]["post"]["parameters"] = [header]
    return sent


# what it is, old, new, codes and severities there, codes and severities back
TWO_WAYS: list[tuple[Any, Any, list[tuple[str, str]], list[tuple[str, str]]]] = [
    (
        asking(),
        asking(query()),
        [("new-optional-request-parameter", "additive")],
        [("request-parameter-removed", "risky")],
    ),
    (
        asking(),
        asking(query(required=True)),
        [("new-required-request-parameter", "breaking")],
        [("request-parameter-removed", "risky")],
    ),
    (
        asking(query()),
        asking(query(required=True)),
        [("request-parameter-became-required", "breaking")],
        [("request-parameter-became-optional", "additive")],
    ),
    (
        asking(query()),
        asking(query(schema={"type": "integer"})),
        [("request-parameter-type-specialized", "breaking")],
        [("request-parameter-type-generalized", "additive")],
    ),
    (
        asking(query()),
        asking(query(deprecated=True)),
        [("request-parameter-deprecated", "additive")],
        [("request-parameter-reactivated", "additive")],
    ),
    (
        asking(query()),
        asking(query(description="Now")),
        [("request-parameter-description-added", "text")],
        [("request-parameter-description-removed", "text")],
    ),
    (
        asking(query()),
        asking(query(allowEmptyValue=True)),
        [("request-parameter-allow-empty-value-changed", "additive")],
        [("request-parameter-allow-empty-value-changed", "breaking")],
    ),
    (
        asking(query()),
        asking(query(allowReserved=True)),
        [("request-parameter-allow-reserved-changed", "risky")],
        [("request-parameter-allow-reserved-changed", "risky")],
    ),
    (
        asking(query()),
        asking({**query(), "in": "header"}),
        [("request-parameter-location-changed", "breaking")],
        [("request-parameter-location-changed", "breaking")],
    ),
    (
        asking(query(schema={"type": "array"})),
        asking(query(schema={"type": "array"}, explode=False)),
        [("request-parameter-explode-changed", "breaking")],
        [("request-parameter-explode-changed", "breaking")],
    ),
    (
        asking(query(schema=an_object(a=STRING))),
        asking(query(schema=an_object(a=STRING), style="deepObject")),
        [("request-parameter-style-changed", "breaking")],
        [("request-parameter-style-changed", "breaking")],
    ),
    (
        asking(query()),
        asking({**query(), "x-serialization": {"arrays": "comma"}}),
        [("request-parameter-serialization-changed", "breaking")],
        [("request-parameter-serialization-changed", "breaking")],
    ),
    (
        asking(query(schema=an_object(a=STRING))),
        asking(query(schema=an_object(a={"type": "integer"}))),
        [("request-parameter-property-type-specialized", "breaking")],
        [("request-parameter-property-type-generalized", "additive")],
    ),
    (
        operation(),
        body(),
        [("request-body-added-optional", "additive")],
        [("request-body-removed", "breaking")],
    ),
    (
        operation(),
        body(True),
        [("request-body-added-required", "breaking")],
        [("request-body-removed", "breaking")],
    ),
    (
        body(),
        body(True),
        [("request-body-became-required", "breaking")],
        [("request-body-became-optional", "additive")],
    ),
    (
        body(),
        body(**{"application/json": {"schema": STRING}, "text/csv": {}}),
        [("request-body-media-type-added", "additive")],
        [("request-body-media-type-removed", "breaking")],
    ),
    (
        answering(_200=media("text/csv")),
        answering(_200=media("text/csv", "text/html")),
        [("response-media-type-added", "additive")],
        [("response-media-type-removed", "breaking")],
    ),
    (
        answering(_200=media("text/csv")),
        answering(_200=media("text/csv"), _201=media()),
        [("response-success-status-added", "additive")],
        [("response-success-status-removed", "breaking")],
    ),
    (
        answering(_200=media("text/csv")),
        answering(_200=media("text/csv"), _404=media()),
        [("response-non-success-status-added", "additive")],
        [("response-non-success-status-removed", "additive")],
    ),
    (
        with_header(),
        with_header(schema=STRING),
        [("response-header-added", "additive")],
        [("optional-response-header-removed", "risky")],
    ),
    (
        with_header(),
        with_header(schema=STRING, required=True),
        [("response-header-added", "additive")],
        [("required-response-header-removed", "breaking")],
    ),
    (
        with_header(schema=STRING),
        with_header(schema=STRING, required=True),
        [("response-header-became-required", "additive")],
        [("response-header-became-optional", "breaking")],
    ),
    (
        with_header(schema={"type": "integer"}),
        with_header(schema={"type": "number"}),
        [("response-header-type-generalized", "breaking")],
        [("response-header-type-specialized", "additive")],
    ),
    (
        operation(),
        operation(deprecated=True),
        [("endpoint-deprecated", "additive")],
        [("endpoint-reactivated", "additive")],
    ),
    (
        operation(operationId="a"),
        operation(operationId="b"),
        [("api-operation-id-changed", "risky")],
        [("api-operation-id-changed", "risky")],
    ),
    (
        operation(tags=["a"]),
        operation(tags=["a", "b"]),
        [("api-tag-added", "text")],
        [("api-tag-removed", "text")],
    ),
    (
        operation(),
        operation(summary="Now"),
        [("operation-summary-added", "text")],
        [("operation-summary-removed", "text")],
    ),
    (
        operation(),
        operation(**{"x-codeSamples": []}),
        [("operation-extension-added", "text")],
        [("operation-extension-removed", "text")],
    ),
    (
        operation(servers=[{"url": "https://a"}]),
        operation(servers=[{"url": "https://a"}, {"url": "https://b"}]),
        [("api-server-added", "additive")],
        [("api-server-removed", "risky")],
    ),
    (
        secured({"key": []}),
        secured({"key": []}, {"token": []}),
        [("api-security-added", "additive")],
        [("api-security-removed", "breaking")],
    ),
    (
        secured(),
        secured({"key": []}),
        [("api-security-became-required", "breaking")],
        [("api-security-became-optional", "additive")],
    ),
    (
        secured({"key": []}, {}),
        secured({"key": []}),
        [("api-security-became-required", "breaking")],
        [("api-security-became-optional", "additive")],
    ),
    (
        secured({"key": ["a"]}),
        secured({"key": ["a", "b"]}),
        [("api-security-scope-added", "breaking")],
        [("api-security-scope-removed", "additive")],
    ),
    (
        secured({"key": []}),
        secured({"key": []}, schemes={"key": {**KEY, "name": "X-Token"}, "token": TOKEN}),
        [("api-security-scheme-changed", "breaking")],
        [("api-security-scheme-changed", "breaking")],
    ),
    (
        hook(an_object(["a"], a=STRING)),
        hook(an_object(a=STRING)),
        [("webhook-request-property-became-optional", "breaking")],
        [("webhook-request-property-became-required", "additive")],
    ),
    (
        signed(required=True),
        hook(STRING),
        [("webhook-request-parameter-removed", "breaking")],
        [("webhook-new-required-request-parameter", "additive")],
    ),
    (
        document(),
        hook(STRING),
        [("webhook-endpoint-added", "additive")],
        [("webhook-api-removed-without-deprecation", "breaking")],
    ),
    (
        document(),
        {**document(), "info": {"title": "Other", "version": "1"}},
        [("api-info-title-changed", "text")],
        [("api-info-title-changed", "text")],
    ),
    (
        document(),
        document(schemas={"Spare": STRING}),
        [("api-schema-added", "text")],
        [("api-schema-removed", "text")],
    ),
    (
        document(schemas={"Spare": STRING}),
        document(schemas={"Spare": an_object()}),
        [("api-schema-changed", "text")],
        [("api-schema-changed", "text")],
    ),
]


@pytest.mark.parametrize(("old", "new", "there", "back"), TWO_WAYS)
def test_a_change_and_its_reverse(old: Any, new: Any, there: Any, back: Any) -> None:
    assert found(old, new) == there
    assert found(new, old) == back


def test_operations_come_and_go() -> None:
    old, new = document(), document()
    new["paths"]["/other"] = {"get": {"responses": DONE, "deprecated": True}}
    assert found(old, new) == [("endpoint-added", "additive")]
    assert found(new, old) == [("api-removed-with-deprecation", "breaking")]
    assert changes(new, old)[0].operations == ("GET /other",)
    assert found(old, {**old, "paths": {}}) == [("api-removed-without-deprecation", "breaking")]


def test_a_path_parameter_under_another_name_is_the_same_path() -> None:
    def path(name: str) -> Any:
        parameter = {"name": name, "in": "path", "required": True, "schema": STRING}
        return document({"parameters": [parameter], "responses": DONE}, path=f"/things/{{{name}}}")

    assert found(path("id"), path("thingId")) == [("request-parameter-renamed", "risky")]


def test_links_and_callbacks() -> None:
    def linked(target: str) -> Any:
        return answering(_200={"description": "Done", "links": {"next": {"operationId": target}}})

    assert found(linked("a"), linked("b")) == [("response-link-changed", "risky")]
    assert found(linked("a"), answering(_200={"description": "Done"})) == [("response-link-removed", "risky")]

    def calling(schema: Any) -> Any:
        post = {"requestBody": {"content": {"application/json": {"schema": schema}}}, "responses": DONE}
        return operation(callbacks={"ended": {"{$request.query.url}": {"post": post}}})

    codes = found(calling({"enum": ["a"]}), calling({"enum": ["a", "b"]}))
    assert codes == [("callback-request-body-enum-value-added", "risky")]


def test_a_change_in_a_shared_component_is_one_change_with_its_operations() -> None:
    reference = {"$ref": "#/components/schemas/Run"}
    old = receiving(reference, schemas={"Run": an_object(status={"enum": ["A"]})})
    old["paths"]["/other"] = copy.deepcopy(old["paths"]["/things"])
    old["paths"]["/lists"] = {
        "get": receiving({"type": "array", "items": reference})["paths"]["/things"]["post"]
    }
    new = copy.deepcopy(old)
    new["components"]["schemas"]["Run"]["properties"]["status"]["enum"].append("B")
    (change,) = changes(old, new)
    assert change.operations == ("POST /things", "POST /other", "GET /lists")
    assert change.message == "In responses, `Run.status` may now be `B`."


def test_a_component_sent_and_received_is_told_for_each_direction() -> None:
    reference = {"$ref": "#/components/schemas/Run"}
    old = sending(reference, schemas={"Run": an_object(status={"enum": ["A"]})})
    old["paths"]["/things"]["post"]["responses"] = receiving(reference)["paths"]["/things"]["post"][
        "responses"
    ]
    new = copy.deepcopy(old)
    new["components"]["schemas"]["Run"]["properties"]["status"]["enum"] = ["B"]
    assert {(one.code, one.severity.value) for one in changes(old, new)} == {
        ("request-property-enum-value-added", "additive"),
        ("request-property-enum-value-removed", "breaking"),
        ("response-property-enum-value-added", "risky"),
        ("response-property-enum-value-removed", "additive"),
    }


def test_recursive_schemas_are_compared_once() -> None:
    def tree(value: Any) -> Any:
        node = {"$ref": "#/components/schemas/Node"}
        schema = {
            "allOf": [an_object(children={"type": "array", "items": node}), an_object(v=value, next=node)]
        }
        return receiving(node, schemas={"Node": schema})

    assert found(tree(STRING), tree({"type": "integer"})) == [("response-property-type-changed", "breaking")]


def test_changes_come_worst_first() -> None:
    old = receiving(an_object(["a"], a=STRING, b={"enum": ["x"]}, c=STRING))
    new = receiving(an_object(a={**STRING, "description": "Now"}, b={"enum": ["x", "y"]}, c=STRING, d=STRING))
    assert [severity for _, severity in found(old, new)] == ["breaking", "risky", "additive", "text"]


def broken(**keys: Any) -> Any:
    return {**document(), **keys}


@pytest.mark.parametrize(
    "bad",
    [
        {"swagger": "2.0"},
        broken(openapi="4.0.0"),
        broken(paths=[]),
        broken(paths={"/a": "x"}),
        broken(paths={"/a": {"get": []}}),
        broken(paths={"/a": {"get": {"parameters": {}}}}),
        broken(paths={"/a": {"get": {"parameters": [{"name": "x"}]}}}),
        broken(paths={"/a": {"get": {"responses": {"200": 7}}}}),
        broken(components={"schemas": []}),
        broken(tags=["x"]),
        receiving("string"),
        receiving({"type": 3}),
        receiving({"type": "object", "properties": ["a"]}),
        receiving({"enum": "a"}),
        receiving({"$ref": "#/components/schemas/Nowhere"}),
        receiving({"$ref": "other.yaml#/A"}),
        receiving({"$ref": "#/components/schemas/A"}, schemas={"A": {"$ref": "#/components/schemas/A"}}),
    ],
)
def test_a_document_that_cannot_be_compared_is_named(bad: Any) -> None:
    good = receiving(STRING)
    good["paths"]["/a"] = {"get": {"responses": {"200": {"description": "Done"}}}}
    with pytest.raises(UserError, match=r"^bad\.yaml: "):
        compare(good, bad, new_name="bad.yaml")
    with pytest.raises(UserError, match=r"^bad\.yaml: "):
        compare(bad, good, old_name="bad.yaml")
