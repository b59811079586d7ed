from __future__ import annotations

from pathlib import Path

import pytest

from trigger_contract.document.references import resolve
from trigger_contract.normalize import Age, Page, normalize

HERE = Path(__file__).parent
SOURCES = HERE.parents[1] / "openapi" / "sources"


def test_what_a_page_shows_is_taken():
    document = normalize([Page("post.txt", (HERE / "post-message.rendered.txt").read_text())]).document
    ((path, item),) = document["paths"].items()
    operation = item["post"]
    assert path == "/v2/chats/{chat_id}/messages"
    assert operation["operationId"] == "create_chat_v2"
    assert operation["servers"] == [{"url": "https://api.example.com/base"}]
    assert operation["security"] == [{"bearerAuth": []}]
    assert document["components"]["securitySchemes"]["bearerAuth"]["scheme"] == "bearer"
    parameters = {parameter["name"]: parameter for parameter in operation["parameters"]}
    assert parameters["chat_id"]["required"] is True
    assert parameters["limit"]["schema"] == {"type": "integer", "default": 20, "minimum": 1, "maximum": 100}
    assert "required" not in parameters["limit"]
    assert resolve(document, parameters["order"]["schema"])["enum"] == ["asc", "desc"]
    assert parameters["x-trace"]["in"] == "header"
    body = resolve(document, operation["requestBody"]["content"]["application/json"]["schema"])
    assert body["required"] == ["text"]
    assert body["properties"]["text"]["maxLength"] == 4000
    assert body["properties"]["temperature"]["exclusiveMaximum"] == 2
    answer = resolve(document, operation["responses"]["200"]["content"]["application/json"]["schema"])
    assert answer["required"] == ["id", "state"]
    assert answer["properties"]["extra"] == {}
    item = resolve(document, answer["properties"]["items"]["items"])
    assert item["properties"]["when"] == {"type": "string", "format": "date-time"}


def test_an_example_is_never_made_a_rule():
    page = Page("recoup.txt", (SOURCES / "recoup-get-task-runs.rendered.txt").read_text())
    document = normalize([page]).document
    operation = document["paths"]["/api/tasks/runs"]["get"]
    assert "security" not in operation
    answer = resolve(document, operation["responses"]["200"]["content"]["application/json"]["schema"])
    run = resolve(document, answer["properties"]["runs"]["items"])
    assert "required" not in run
    assert run["properties"]["status"] == {"type": "string"}
    assert run["properties"]["ttl"] == {}
    assert run["properties"]["payload"] == {}
    assert answer["required"] == ["status", "runs"]


@pytest.mark.parametrize(
    "shown",
    [
        "Maximum string length: ",
        "Maximum string length: x",
        "Required range: x <= 1.2.3",
        "x >= ..",
        "x <= e+1",
    ],
)
def test_a_limit_that_breaks_off_sets_none(shown):
    text = (HERE / "post-message.rendered.txt").read_text()
    broken = text.replace("The chat.", f"The chat.\n\n{shown}")
    assert broken != text
    document = normalize([Page("post.txt", broken)]).document
    (parameter,) = [
        parameter
        for parameter in document["paths"]["/v2/chats/{chat_id}/messages"]["post"]["parameters"]
        if parameter["name"] == "chat_id"
    ]
    assert parameter["schema"] == {"type": "string", "format": "uuid"}


def test_an_endpoint_on_one_line_needs_no_sections():
    text = 'List cats\nGET /cats\n200\n{"cats": [{"name": "<string>", "lives": 9}]}\n'
    document = normalize([Page("cats.txt", text)]).document
    assert document["paths"]["/cats"]["get"]["operationId"] == "list_cats"


def test_a_page_saved_as_markdown_is_read_with_the_attributes_that_it_shows_opened():
    page = Page("order.md", (HERE / "create-order.rendered.md").read_text())
    document = normalize([page]).document
    ((path, item),) = document["paths"].items()
    operation = item["post"]
    assert path == "/orders/{order_id}"
    assert operation["summary"] == "Create an order"
    assert operation["servers"] == [{"url": "https://api.shop.test/v2"}]
    assert list(operation["responses"]) == ["201", "404", "4XX"]
    (scheme,) = document["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["name"]) == ("apiKey", "X-Shop-Key")
    body = resolve(document, operation["requestBody"]["content"]["application/json"]["schema"])
    assert body["properties"]["lines"]["maxItems"] == 20
    line = resolve(document, body["properties"]["lines"]["items"])
    assert line["required"] == ["sku"]
    assert line["properties"]["sku"] == {
        "type": "string",
        "minLength": 1,
        "maxLength": 64,
        "example": "A-1",
    }
    kind = resolve(document, resolve(document, line["properties"]["gift"])["properties"]["kind"])
    assert kind["enum"] == ["card", "wrap"]
    assert body["properties"]["labels"]["additionalProperties"] == {"type": ["string", "null"]}
    answer = resolve(document, operation["responses"]["201"]["content"]["application/json"]["schema"])
    assert "file.name" in answer["properties"]


def test_attributes_of_one_alternative_are_not_taken_for_those_of_all():
    page = Page("order.md", (HERE / "create-order.rendered.md").read_text())
    document = normalize([page]).document
    schemas = document["components"]["schemas"]
    assert schemas["CreateOrderRequest"]["properties"]["pay"] == {
        "type": "object",
        "description": "How it is paid.",
    }
    who = schemas["CreateOrderRequest"]["properties"]["who"]
    assert [choice["type"] for choice in who["anyOf"]] == ["string", "array"]


def only_operation(text: str, name: str = "page.md"):
    document = normalize([Page(name, text)]).document
    ((path, item),) = document["paths"].items()
    ((method, operation),) = item.items()
    return document, path, method, operation


def test_names_glued_to_their_types_are_told_apart():
    text = (
        "# List shops\n\nCopy pageAll of them.Copy pageGET/v2/owners/{ownerId}/shopsTry itList shops\n\n"
        "```\n`curl --request GET \\\n  --url https://api.shop.test/v2/owners/{ownerId}/shops`\n```\n\n"
        "#### Headers\nx-trace-idstringrequired\n\nOf the request.\n#### Path Parameters\n"
        "ownerIdstringrequired\n"
        "#### Query Parameters\nlimitnumber\n\nHow many.Example:\n\n`10`skipnumberdefault:0\n\nHow few.\n"
        "#### Response\n200 - application/jsonstatusenum<string>requiredAvailable options: `on`, `off` "
        "Example:\n\n"
        '`"on"`shopsobject[]required\n\nShow child attributes\n'
    )
    document, path, _, operation = only_operation(text)
    assert (path, operation["summary"]) == ("/v2/owners/{ownerId}/shops", "List shops")
    parameters = {parameter["name"]: parameter for parameter in operation["parameters"]}
    assert list(parameters) == ["ownerId", "limit", "skip", "x-trace-id"]
    assert (parameters["limit"]["example"], parameters["skip"]["schema"]["default"]) == (10, 0)
    assert parameters["x-trace-id"]["required"] is True
    answer = resolve(document, operation["responses"]["200"]["content"]["application/json"]["schema"])
    assert (answer["required"], list(answer["properties"])) == (["status", "shops"], ["status", "shops"])
    assert resolve(document, answer["properties"]["status"])["enum"] == ["on", "off"]


def test_an_anchor_tells_the_name_that_is_glued_to_all_the_rest():
    text = (
        "# Trades\n\nGET/api/tradesTry it\n\nCopyAsk AI```\ncurl --request GET \\\n"
        "  --url https://api.shop.test/base/api/trades\n```\n\n#### Query Parameters\n\n"
        "[](#parameter-user)userstringrequiredAddress of the user\n\n"
        "[](#parameter-limit)limitintegerdefault:10Most trades to return\n\n"
        "Required range: `x >= 0`[](#parameter-order-id)order_idstringOf one order\n\n#### Response\n\n"
        "200 - application/jsonAll trades\n\n[](#response-object)\n\nobject\n\nenum<string>\n\nrequired\n\n"
        "Available options:\n\n`trade list`,\n\n`list, of trades`\n"
    )
    document, _, _, operation = only_operation(text)
    assert operation["servers"] == [{"url": "https://api.shop.test/base"}]
    user, limit, order = operation["parameters"]
    assert (user["name"], user["required"], user["description"]) == ("user", True, "Address of the user")
    assert limit["schema"] == {"type": "integer", "default": 10, "minimum": 0}
    assert (order["name"], order["description"]) == ("order_id", "Of one order")
    response = operation["responses"]["200"]
    assert response["description"] == "All trades"
    answer = resolve(document, response["content"]["application/json"]["schema"])
    assert answer["required"] == ["object"]
    assert resolve(document, answer["properties"]["object"])["enum"] == ["trade list", "list, of trades"]


def test_several_operations_may_stand_on_one_page_each_with_its_endpoint_last():
    text = (
        "Shops\n\nList shops\n\nget\n\nEvery one of them.\n\nQuery parameters\n"
        "limitinteger · min: 1 · max: 100Optional\n\nHow many.\n\nDefault: 20\nsortany ofOptional\n\n"
        "stringOptional\n"
        "or\nstring[]Optional\nResponses\nchevron-right\n200\n\nThe shops\n\napplication/json\n"
        "openedstring · date-timeOptional\nget\n/v2/shopspost\nBody\nnamestring · min: 3Required\n"
        "\nIts name.\n\n"
        "Example: Corner\nResponses\n201Created\napplication/json\nidstringRequired\n400Wrong\n"
        "application/json\n"
        "post\n/v2/shopsLast updated\n"
    )
    document = normalize([Page("page.txt", text)]).document
    listed, made = (document["paths"]["/v2/shops"][method] for method in ("get", "post"))
    limit, sort = listed["parameters"]
    assert limit["schema"] == {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}
    assert (sort["schema"], sort.get("description")) == ({}, None)
    assert (listed["summary"], listed["description"]) == ("List shops", "Every one of them.")
    answer = resolve(document, listed["responses"]["200"]["content"]["application/json"]["schema"])
    assert answer["properties"]["opened"] == {"type": "string", "format": "date-time"}
    body = resolve(document, made["requestBody"]["content"]["application/json"]["schema"])
    assert body["required"] == ["name"]
    assert body["properties"]["name"]["minLength"] == 3
    assert {status: answer["description"] for status, answer in made["responses"].items()} == {
        "201": "Created",
        "400": "Wrong",
    }
    assert made["responses"]["400"]["content"] == {"application/json": {}}


def test_tables_of_parameters_are_read_row_by_row():
    text = (
        "# Get a shop\n\n`GET https://api.shop.test/v2/shops/{id}`\n\n### Query Parameters\n\n"
        "| Parameter | Type | Required | Default | Description |\n|---|---|---|---|---|\n"
        "| `cursor` | string \\| null | No | - | Of the page |\n"
        "| size | integer | Yes | 50 | Required range: `1 <= x <= 100` |\n\n### Example Request\n\n"
        "```bash\ncurl 'https://api.shop.test/v2/shops/1?size=50'\n```\n\n### Response\n\n"
        "**200** - `application/json`\n\nThe shop.\n\n| Field | Type | Required |\n|---|---|---|\n"
        "| shops | Shop · object[] | Yes |\n"
    )
    _, _, _, operation = only_operation(text)
    cursor, size = operation["parameters"][-2:]
    assert cursor["schema"] == {"type": ["string", "null"]}
    assert (size["required"], size["schema"]) == (
        True,
        {"type": "integer", "default": 50, "minimum": 1, "maximum": 100},
    )
    assert operation["responses"]["200"]["description"] == "The shop."


def test_the_end_of_a_block_without_its_beginning_hides_nothing():
    text = (
        "Title: List carts - Shop\n\nURL Source: https://docs.shop.test/carts\n\nMarkdown Content:\n"
        "All of them.\n\n"
        "GET\n\n/\n\ncarts\n\n      }\n    ]\n}\n```\n\n"
        "#### Query Parameters\n\nstart\n\ninteger<int64>\n\nrequired\n"
    )
    _, path, _, operation = only_operation(text)
    assert (path, operation["summary"], operation["description"]) == ("/carts", "List carts", "All of them.")
    assert operation["parameters"][0]["schema"] == {"type": "integer", "format": "int64"}


def test_attributes_without_dots_are_put_where_their_addresses_say():
    field = "[](https://docs.shop.test/x#body-{})  \n{}  \n{}  \n{}\n"
    text = (
        "# Make carts - Shop\n\nSource: https://docs.shop.test/x\n\n"
        "```\ncurl https://api.shop.test/carts\n```\n\nPOST\n\n/\n\ncarts\n\n#### Body\n\n"
        "application/json\n"
        + field.format("lines", "lines", "object\\[\\]required", "Show child attributes")
        + field.format("lines-unit-price", "unit\\_price", "numberrequired", "Of one.")
        + field.format("note", "note", "string", "A word.")
        + field.format("lines-no", "lines\\_no", "string", "")
        + field.format("kind", "kind", "object", "*   Option 1 \n*   Option 2 ")
    )
    document, _, _, operation = only_operation(text)
    assert (operation["summary"], operation["servers"]) == ("Make carts", [{"url": "https://api.shop.test"}])
    body = resolve(document, operation["requestBody"]["content"]["application/json"]["schema"])
    assert list(body["properties"]) == ["lines", "note", "lines_no", "kind"]
    line = resolve(document, body["properties"]["lines"]["items"])
    assert (line["required"], line["properties"]["unit_price"]["description"]) == (["unit_price"], "Of one.")


def test_a_title_may_read_like_a_section_and_several_keys_may_be_asked_for():
    key = "\n\n[](#authorization-{0})\n\n{0}\n\nstring\n\nheader\n\nrequired\n\nOne of the two keys."
    text = (
        "# Responses\n\nPOST\n\n/answers\n\n#### Authorizations" + key.format("X-Key") + key.format("X-Time")
    )
    document, path, _, operation = only_operation(text)
    assert (path, operation["summary"]) == ("/answers", "Responses")
    schemes = document["components"]["securitySchemes"]
    assert [schemes[name]["name"] for name in operation["security"][0]] == ["X-Key", "X-Time"]


def test_operations_without_endpoints_are_told_apart_by_their_methods_and_commands():
    curl = "curl -L \\\n  --request {} \\\n  --url 'https://api.shop.test/v1/shops/{{id}}'\n"
    text = (
        "Shops\n\nGet a shop\n\nget\nPath parameters\nidstringrequired\n\nIts number.\n\nResponses\n"
        f'{curl.format("GET")}{{\n  "a": 1\n}}\n\nClose a shop\n\ndelete\nPath parameters\nidstringrequired\n'
        f"\nPattern:\n^a$\n\nResponses\n200\nGone\napplication/json\nResponsestring\n{curl.format('DELETE')}"
    )
    item = normalize([Page("page.txt", text)]).document["paths"]["/v1/shops/{id}"]
    assert [item[method]["summary"] for method in ("get", "delete")] == ["Get a shop", "Close a shop"]
    assert item["delete"]["parameters"][0]["schema"] == {"type": "string"}
    assert item["delete"]["responses"]["200"]["content"] == {"application/json": {}}


@pytest.mark.parametrize("published", ["2023", "2026"])
@pytest.mark.parametrize("scheme", ["{type: http, scheme: bearer}", "{type: oauth2, flows: {}}"])
def test_a_page_that_shows_less_renames_no_scheme_and_changes_no_type(published, scheme):
    shown = (
        "GET\n/v1/boats\ncURL\ncurl --request GET \\\n  --url https://api.boats.test/v1/boats \\\n"
        "  --header 'Authorization: Bearer <token>'\n"
        '{\n  "length": 123,\n  "width": 123,\n  "name": 123\n}\n\nResponse\n\nThe boat.\n'
    )
    full = (
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\nservers: [{url: 'https://api.boats.test'}]\npaths:\n"
        "  /v1/boats:\n    get:\n      security: [{key: []}]\n      "
        "responses: {'200': {description: The boat., content: {application/json: {schema: "
        "{type: object, properties: {length: {type: integer}, "
        "width: {type: number}, name: {type: string}}}}}}}\n"
        f"components: {{securitySchemes: {{key: {scheme}}}}}\n"
    )
    result = normalize([Page("a.txt", shown, Age(published)), Page("b.yaml", full, Age("2024"))])
    operation = result.document["paths"]["/v1/boats"]["get"]
    assert operation["security"] == [{"key": []}]
    assert list(result.document["components"]["securitySchemes"]) == ["key"]
    body = resolve(result.document, operation["responses"]["200"]["content"]["application/json"]["schema"])
    assert body["properties"]["length"] == {"type": "integer"}
    assert body["properties"]["width"] == {"type": "number"}
    assert [(entry.kind, entry.pointer[-2]) for entry in result.contradictions] == [("type", "name")]
