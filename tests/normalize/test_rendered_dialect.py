from __future__ import annotations

from pathlib import Path

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


def test_an_endpoint_on_one_line_needs_no_sections():
    text = 'List cats\nGET /cats\n200\n{"cats": [{"name": "<string>", "lives": 9}]}\n'
    document = normalize([Page("cats.txt", text)]).document
    assert document["paths"]["/cats"]["get"]["operationId"] == "list_cats"
