from __future__ import annotations

from pathlib import Path

import pytest

from trigger_contract.document.references import resolve
from trigger_contract.normalize import Page, normalize

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
