from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from generated_documents import differences

from trigger_contract.document.references import resolve
from trigger_contract.document.yaml import load
from trigger_contract.normalize import Page, normalize

HERE = Path(__file__).parent
EVERYTHING = (HERE / "shop.yaml").read_text()


def followed(value: Any, document: dict[str, Any], depth: int = 0) -> Any:
    if depth > 14:
        return "deeper"
    if isinstance(value, list):
        return [followed(item, document, depth + 1) for item in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("$ref"), str):
        return followed(resolve(document, value), document, depth)
    return {key: followed(item, document, depth + 1) for key, item in value.items()}


def test_a_whole_document_keeps_all_that_it_says():
    before = load(EVERYTHING, "shop.yaml")
    after = normalize([Page("shop.yaml", EVERYTHING)]).document
    for path, item in before["paths"].items():
        for method in ("get", "post", "delete"):
            if method not in item:
                continue
            ours, theirs = dict(after["paths"][path][method]), dict(item[method])
            names = {(p["in"], p["name"]) for p in followed(theirs.get("parameters", []), before)}
            inherited = [
                p for p in followed(item.get("parameters", []), before) if (p["in"], p["name"]) not in names
            ]
            theirs["parameters"] = [*inherited, *theirs.get("parameters", [])]
            theirs.setdefault("servers", before["servers"])
            theirs.setdefault("security", before["security"])
            ours.setdefault("parameters", [])
            for callback in theirs.get("callbacks", {}).values():
                for below in callback.values():
                    for inner in (below[name] for name in ("get", "post") if name in below):
                        inner.setdefault("servers", before["servers"])
                        inner.setdefault("security", before["security"])
            assert differences(followed(ours, after), followed(theirs, before)) == []
    for group, entries in before["components"].items():
        for name, value in entries.items():
            ours = after["components"][group][name]
            assert differences(followed(ours, after), followed(value, before)) == [], name
    assert after["x-shop"] == {"on": "yes", "since": "2024-01-01"}
    hook = after["webhooks"]["newOrder"]["post"]
    assert hook["requestBody"] == before["webhooks"]["newOrder"]["post"]["requestBody"]
    assert (
        after["components"]["schemas"]["Order"]["discriminator"]
        == before["components"]["schemas"]["Order"]["discriminator"]
    )
    assert "servers" not in after
    assert "security" not in after


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{type: string, nullable: true}", {"type": ["string", "null"]}),
        ("{type: string, nullable: false}", {"type": "string"}),
        ("{type: [string], nullable: true}", {"type": ["string", "null"]}),
        ("{nullable: true}", {}),
        ("{type: integer, minimum: 3, exclusiveMinimum: true}", {"type": "integer", "exclusiveMinimum": 3}),
        ("{type: integer, maximum: 3, exclusiveMaximum: false}", {"type": "integer", "maximum": 3}),
        (
            "{$ref: '#/components/schemas/T', nullable: true}",
            {"anyOf": [{"$ref": "#/components/schemas/T"}, {"type": "null"}]},
        ),
        (
            "{allOf: [{$ref: '#/components/schemas/T'}], nullable: true, description: D}",
            {"description": "D", "anyOf": [{"$ref": "#/components/schemas/T"}, {"type": "null"}]},
        ),
        (
            "{oneOf: [{type: string}, {$ref: '#/components/schemas/T'}], nullable: true}",
            {"oneOf": [{"type": "string"}, {"$ref": "#/components/schemas/T"}, {"type": "null"}]},
        ),
    ],
)
def test_old_spellings_become_those_of_3_1(old, new):
    for version in ("3.0.3", "3.1.0"):
        text = (
            f"openapi: {version}\ninfo: {{title: T, version: '1'}}\npaths: {{}}\n"
            f"components: {{schemas: {{A: {old}, T: {{type: string}}}}}}\n"
        )
        assert normalize([Page("t.yaml", text)]).document["components"]["schemas"]["A"] == new


def test_references_into_the_middle_of_something_keep_leading_there():
    text = (HERE / "deep_references.yaml").read_text()
    before, after = load(text, "t.yaml"), normalize([Page("t.yaml", text)]).document
    for path in ("/a", "/b"):
        ours = followed(after["paths"][path]["get"], after)
        theirs = followed(before["paths"][path]["get"], before)
        ours.pop("operationId")
        assert differences(ours, theirs) == []


def test_header_noise_line_ends_and_notes_do_not_matter():
    block = (
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\n"
        "paths: {/x: {get: {responses: {'200': {description: D}}}}}"
    )
    plain = f"# Get x\n\n## OpenAPI\n\n````yaml GET /x\n{block}\n````\n"
    noisy = (
        "\ufeff> ## Documentation Index\n> Fetch it\n\n# Source: https://a.test\n# Source: https://b.test\n\n"
        "# Get x\n> Original Document: y\n\n# Get x\n\n> D\n\n## OpenAPI\n\n"
        f"````yaml v3-openapi GET /x\n{block}\n````\n"
        "\n---\n\n> To find other pages, visit: https://a.test/llms.txt\n\n```yaml\nnot: this\n```"
    ).replace("\n", "\r\n")
    first, second = normalize([Page("x.md", plain)]), normalize([Page("x.md", noisy)])
    assert first.document == second.document
    assert first.document["paths"]["/x"]["get"]["operationId"] == "get_x"
