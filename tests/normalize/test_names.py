from __future__ import annotations

import pytest

from trigger_contract.document.yaml import load
from trigger_contract.normalize import Page, normalize
from trigger_contract.normalize.naming.words import derive_operation_id, singular, status_phrase


@pytest.mark.parametrize(
    ("title", "path", "name"),
    [
        ("Retrieve run", "/api/v3/runs/{runId}", "retrieve_run_v3"),
        ("Add tags to a run", "/api/v1/runs/{runId}/tags", "add_tags_to_run_v1"),
        ("List all API keys", "/v1/keys", "list_all_api_keys_v1"),
        ("Get cat", "/cats/{id}", "get_cat"),
        ("List user's café keys", "/keys", "list_users_cafe_keys"),
        ("", "/api/v1/runs/{runId}", "get_api_v1_runs_run_id"),
        ("Taken", "/x", "get_x"),
    ],
)
def test_an_operation_is_named_by_its_title_and_version(title, path, name):
    assert derive_operation_id(title, "get", path, {"taken"}) == name


def test_words():
    assert [singular(word) for word in ("runs", "entries", "boxes", "status", "series", "address")] == [
        *("run", "entry", "box", "status", "series", "address"),
    ]
    assert status_phrase("404") == "NotFound"
    assert status_phrase("4XX") == "ClientError"


def test_names_are_those_that_a_person_would_choose():
    text = """
openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /v1/orders:
    post:
      operationId: createOrder
      parameters: [{name: sort, in: query, schema: {type: string, enum: [asc, desc]}}]
      requestBody: {content: {application/json: {schema: {type: object, properties: {
        lines: {type: array, items: {type: object, properties: {sku: {type: string}}}},
        billingAddress: &address {type: object, properties: {street: {type: string}, city: {type: string}}},
        shippingAddress: *address}}}}}
      responses:
        '201': {description: D, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
        '404': &error {description: D, content: {application/json: {schema: {type: object, properties: {
          message: {type: string}, code: {type: string, enum: [a, b]}}}}}}
  /v1/orders/{id}:
    get:
      operationId: getOrder
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        '200': {description: D, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
        '404': *error
components:
  schemas:
    Order: {type: object, properties: {status: &status {type: string, enum: [open, closed]}}}
    OrderEvent: {type: object, properties: {status: *status}}
"""
    schemas = normalize([Page("t.yaml", text)]).document["components"]["schemas"]
    assert set(schemas) == {
        *("Order", "OrderEvent", "OrderStatus", "Address", "CreateOrderRequest", "CreateOrderLine"),
        *("OrderSort", "OrderNotFoundResponse", "OrderNotFoundResponseCode"),
    }
    assert load(text, "t.yaml")["components"]["schemas"].keys() <= schemas.keys()


def test_alternatives_are_named_by_what_only_they_have():
    member = (
        "{{type: object, required: [{0}], properties: {{kind: {{type: string}}, {0}: {{type: string}}}}}}"
    )
    union = ", ".join(member.format(name) for name in ("email", "phone_number"))
    text = (
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /x:\n    get:\n"
        "      operationId: getContact\n      responses: {'200': {description: D, content: "
        f"{{application/json: {{schema: {{oneOf: [{union}]}}}}}}}}}}\n"
    )
    schemas = normalize([Page("t.yaml", text)]).document["components"]["schemas"]
    assert set(schemas) == {"GetContactResponseWithEmail", "GetContactResponseWithPhoneNumber"}


def named(operations: dict[str, str], schemas: str = "{}") -> set[str]:
    """Names of the components of a document with one answer for each operation."""
    paths = "".join(
        f"  /{name}:\n    get:\n      operationId: {name}\n      responses: {{'200': {{description: D, "
        f"content: {{application/json: {{schema: {schema}}}}}}}}}\n"
        for name, schema in operations.items()
    )
    head = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\n"
    text = f"{head}paths:\n{paths or '  {}'}\ncomponents: {{schemas: {schemas}}}\n"
    components = normalize([Page("t.yaml", text)]).document["components"]
    assert isinstance(components, dict)
    return set(components["schemas"])


STATUS = "{type: object, properties: {id: {type: string}, status: {enum: [%s]}}}"


def test_what_is_inside_an_answer_is_named_by_the_thing_and_not_by_the_call():
    rows = "{type: object, properties: {data: {type: array, items: %s}}}" % (STATUS % "ON, OFF")
    assert named({"list_lamps": rows}) == {"ListLampsResponse", "Lamp", "LampStatus"}


def test_a_name_that_two_want_is_nobodys_so_that_a_new_page_takes_none_away():
    one, other = STATUS % "ON, OFF", STATUS % "UP, DOWN"
    assert named({"get_lamp": one, "retrieve_lamp": other}) == {
        *("GetLampResponse", "GetLampResponseStatus", "RetrieveLampResponse", "RetrieveLampResponseStatus"),
    }


def test_new_names_are_written_as_the_published_ones_are():
    published = "{big-lamp: {properties: {state: {enum: [A, B]}}}, small-lamp: {type: string}}"
    assert named({}, published) == {"big-lamp", "small-lamp", "big-lamp-state"}


@pytest.mark.parametrize(
    ("members", "names"),
    [
        ("[{p: {type: {enum: [MOUSE_UP]}, a: {}}}, {p: {type: {enum: [ON_CLICK]}}}]", "MouseUp OnClick"),
        (
            "[{p: {t: {const: x}, act: {enum: [PLAY, STOP]}}}, {p: {t: {const: x}, act: {enum: [SMS, A]}}}]",
            "Play SMS",
        ),
        ("[{p: {a: {type: string}, b: {}}}, {p: {a: {type: integer}, b: {}}}]", "WithAInteger WithAString"),
        ("[{type: string}, {type: string, enum: [a, b]}]", "Value"),
    ],
)
def test_alternatives_are_called_by_what_tells_them_apart(members, names):
    schema = members.replace("{p: ", "{type: object, properties: ")
    text = (
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {/a: {get: {operationId: a, responses: "
        "{'200': "
        "{description: D, content: {application/json: {schema: {$ref: '#/components/schemas/Cart'}}}}}}}}\n"
        f"components: {{schemas: {{Cart: {{oneOf: {schema}}}}}}}\n"
    )
    schemas = normalize([Page("a.yaml", text)]).document["components"]["schemas"]
    found = [member["$ref"].rpartition("/Cart")[2] for member in schemas["Cart"]["oneOf"] if "$ref" in member]
    assert sorted(found) == names.split()


BODY = "responses/200/content/application~1json/schema"


@pytest.mark.parametrize(
    ("pointer", "name"),
    [
        ("responses/200/content/application~1json/schema", "GetOrderResponse"),
        ("responses/200/content/application~1json/schema/properties/lines/items", "OrderLines"),
        (
            "responses/200/content/application~1json/schema/properties/lines/items/properties/unit",
            "OrderLinesUnit",
        ),
        ("parameters/0/schema", "GetOrderParameter"),
    ],
)
def test_what_is_referred_to_in_the_middle_of_an_operation_is_named_after_it(pointer, name):
    text = f"""
openapi: 3.1.0
info: {{title: T, version: '1'}}
paths:
  /v1/orders/{{id}}:
    get:
      operationId: getOrder
      parameters: [{{name: id, in: path, required: true, schema: {{type: string, maxLength: 9}}}}]
      responses:
        '200': {{description: D, content: {{application/json: {{schema: {{type: object, properties: {{
          lines: {{type: array, items: {{type: object, properties: {{
            unit: {{type: string, enum: [a, b]}}}}}}}}}}}}}}}}}}
        '404': {{description: D, content: {{application/json: {{schema: {{
          $ref: '#/paths/~1v1~1orders~1%7Bid%7D/get/{pointer}'}}}}}}}}
"""
    document = normalize([Page("page.yaml", text)]).document
    response = document["paths"]["/v1/orders/{id}"]["get"]["responses"]["404"]
    assert response["content"]["application/json"]["schema"] == {"$ref": f"#/components/schemas/{name}"}
