"""What pages of documentation sites look like around and inside their blocks; each met on a real site."""

from __future__ import annotations

import pytest

from trigger_contract.normalize import Page, normalize

BLOCK = """\
````yaml openapi.json get {path}
paths:
  path: {path}
  method: get
  request:
    security: {security}
    parameters: {{path: {{}}, query: {query}, header: {{}}, cookie: {{}}}}
    body: {body}
  response:
    '204': {{}}
  deprecated: false
  type: path
components: {components}
````"""


def block(path="/things", security="[]", query="{}", body="{}", components="{schemas: {}}"):
    return BLOCK.format(path=path, security=security, query=query, body=body, components=components)


def operation(text, path="/things", method="get"):
    return normalize([Page("page.md", text)]).document["paths"][path][method]


def standard(path="/things", rest=""):
    return (
        f"````yaml get {path}\nopenapi: 3.1.0\ninfo: {{title: T, version: '1'}}\nservers: []\nsecurity: []\n"
        f"tags: []\npaths:\n  {path}:\n    get:\n      responses: {{'204': {{description: Gone}}}}\n"
        f"{rest}````"
    )


def test_pages_joined_to_one_file_keep_their_own_titles_even_without_a_line_break():
    text = (
        f"# First\n\n> Of two.\n\n## OpenAPI\n\n{block()}> ## Index\n> Read on.\n\n# Second\n\n{block('/b')}"
    )
    document = normalize([Page("all.md", text)]).document
    first, second = document["paths"]["/things"]["get"], document["paths"]["/b"]["get"]
    assert (first["summary"], first["description"]) == ("First", "Of two.")
    assert second["summary"] == "Second"
    assert "description" not in second


def test_a_description_may_quote_and_hold_code_with_comments():
    text = f"# Title\n\n> > [!NOTE]\n> Mind this.\n\n```sh\n# a comment\n```\n\n## OpenAPI\n\n{block()}"
    assert operation(text)["description"] == "> [!NOTE]\n> Mind this.\n\n```sh\n# a comment\n```"


def test_lists_that_a_site_leaves_empty_say_nothing():
    found = operation(standard())
    assert "security" not in found
    assert "servers" not in found


def test_a_webhook_page_that_a_site_cuts_to_nothing_is_read_as_nothing():
    text = "# Hook\n\n````yaml webhook hook\nopenapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {}\n````"
    assert normalize([Page("page.md", text)]).document["paths"] == {}


def test_a_mapping_of_references_is_a_mapping_of_names():
    pet = "{oneOf: [{$ref: '#/components/schemas/Cat'}], discriminator: {propertyName: kind, mapping: {cat: "
    pet += "{$ref: '#/components/schemas/Cat'}}}}"
    cat = "{type: object, properties: {kind: {type: string}}}"
    rest = f"      x-at: 1\ncomponents: {{schemas: {{Pet: {pet}, Cat: {cat}}}}}\n"
    document = normalize([Page("page.md", standard(rest=rest))]).document
    mapping = document["components"]["schemas"]["Pet"]["discriminator"]["mapping"]
    assert mapping == {"cat": "#/components/schemas/Cat"}


def test_a_callback_that_was_not_turned_back_is_put_right():
    url = "'{$request.body#/url}'"
    rest = (
        f"      callbacks:\n        done:\n          {url}:\n            path: {url}\n"
        "            post:\n              method: post\n              type: path\n"
        "              security: [{key: {$ref: '#/components/securitySchemes/key', scopes: [a]}}]\n"
        "              responses: {'204': {description: Gone}}\n"
        "components: {securitySchemes: {key: {type: http, scheme: bearer}}}\n"
    )
    callback = operation(standard(rest=rest))["callbacks"]["done"]["{$request.body#/url}"]
    assert callback == {"post": {"security": [{"key": ["a"]}], "responses": {"204": {"description": "Gone"}}}}


def test_of_two_schemes_in_one_header_the_other_alternatives_tell_which_is_shown():
    groups = "{query: {}, header: {Authorization: {type: http, scheme: basic}}, cookie: {}}"
    sole = "{query: {}, header: {Authorization: {type: oauth2}}, cookie: {}}"
    security = f"[{{title: login & app, parameters: {groups}}}, {{title: login, parameters: {sole}}}]"
    document = normalize([Page("page.md", f"# T\n\n{block(security=security)}")]).document
    schemes = document["components"]["securitySchemes"]
    assert schemes["login"] == {"type": "oauth2", "flows": {}}
    assert schemes["app"] == {"type": "http", "scheme": "basic"}


@pytest.mark.parametrize(
    ("entry", "schema"),
    [
        ("{type: file, contentEncoding: binary}", {"type": "string", "format": "binary"}),
        ("{type: file, contentEncoding: base64}", {"type": "string", "format": "base64"}),
        ("{type: file, contentMediaType: image/png}", None),
        ("{type: string, minLength: 1, default: a}, {type: 'null', default: a}", ["string", "null"]),
    ],
)
def test_a_root_becomes_what_its_source_says(entry, schema):
    body = f"{{image/png: {{schemaArray: [{entry}], examples: {{}}}}}}"
    media_type = operation(f"# T\n\n{block(body=body)}")["requestBody"]["content"]["image/png"]
    found = media_type.get("schema")
    assert (found["type"] if isinstance(schema, list) else found) == schema


def test_the_text_of_the_whole_is_told_from_those_of_its_alternatives():
    one = '{type: string, required: true, description: "Who.\\nBy name."}'
    other = '{type: integer, required: true, description: "Who.\\nBy number."}'
    (parameter,) = operation(f"# T\n\n{block(query=f'{{who: {{schema: [{one}, {other}]}}}}')}")["parameters"]
    assert parameter["description"] == "Who."
    assert [choice["description"] for choice in parameter["schema"]["anyOf"]] == ["By name.", "By number."]


def test_marks_of_the_converter_are_no_keywords_but_may_be_names():
    marked = "{$ref: '#/components/schemas/B', isOneOf: '#/components/schemas/A'}"
    a = f"{{oneOf: [{marked}, {{type: object, _depth: 1, properties: {{isOneOf: {{type: string}}}}}}]}}"
    components = f"{{schemas: {{A: {a}, B: {{type: string}}}}}}"
    body = "{application/json: {schemaArray: [{type: object, properties: {a: {allOf: [{$ref: "
    body += "'#/components/schemas/A'}]}}}], examples: {}}}"
    document = normalize([Page("page.md", f"# T\n\n{block(body=body, components=components)}")]).document
    assert "isOneOf" not in document["components"]["schemas"]["A"]["oneOf"][0]
    assert "'isOneOf': {'type': 'string'}" in str(document["components"]["schemas"])
    assert "_depth" not in str(document)


def test_names_of_hidden_properties_are_not_required():
    body = "{application/json: {schemaArray: [{type: object, properties: {a: {allOf: [{type: string}]}}, "
    body += "requiredProperties: [id, a]}], examples: {}}}"
    document = normalize([Page("page.md", f"# T\n\n{block(body=body)}")]).document
    (schema,) = document["components"]["schemas"].values()
    assert (schema["required"], list(schema["properties"])) == (["a"], ["a"])


def test_named_examples_of_a_schema_become_a_list():
    rest = "components: {schemas: {A: {type: string, examples: {x: {value: a}, y: b}}}}\n"
    rest = f"      x-uses: [{{$ref: '#/components/schemas/A'}}]\n{rest}"
    schemas = normalize([Page("page.md", standard(rest=rest))]).document["components"]["schemas"]
    assert schemas["A"]["examples"] == ["a", "b"]


def test_a_page_of_blocks_in_json_without_endpoints_is_read_block_by_block():
    def block_of(path, method):
        return (
            '```json\n{"openapi":"3.1.0","info":{"title":"T","version":"1"},"paths":'
            f'{{"{path}":{{"{method}":{{"responses":{{"204":{{}}}}}}}}}}}}\n```\n'
        )

    text = (
        '# Carts\n\nAll about them.\n\n```json\n{"a": 1}\n```\n\n## List carts\n\n> All of them.\n\n'
        f"{block_of('/carts', 'get')}\n## The Cart object\n\n"
        '```json\n{"openapi":"3.1.0","info":{"title":"T","version":"1"},"components":{"schemas":{}}}\n```\n'
        f"\n## POST /carts\n\n{block_of('/carts', 'post')}"
    )
    item = normalize([Page("page.md", text)]).document["paths"]["/carts"]
    assert [item[method]["operationId"] for method in ("get", "post")] == ["list_carts", "post_carts"]


@pytest.mark.parametrize(
    ("heading", "fence"), [("# OpenAPI definition", "```json"), ("## OpenAPI Specification", "```yaml")]
)
def test_the_heading_of_the_block_is_no_title(heading, fence):
    text = (
        f'# Close a shop\n\nFor good.\n\n## Response data\n\n```json\n{{"a": 1}}\n```\n\n'
        f"{heading}\n\n{fence}\n"
        '{"openapi": "3.0.1", "info": {"title": "", "version": "1"},\n'
        ' "paths": {"/shops/{id}": {"delete": {"responses": {"204": {}}}}}}\n```\n'
    )
    assert operation(text, "/shops/{id}", "delete")["operationId"] == "close_shop"
