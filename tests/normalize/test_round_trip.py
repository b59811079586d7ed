from __future__ import annotations

import copy
import json
from typing import Any

from expanded_writer import write_expanded
from generated_documents import differences, documents, meaning
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trigger_contract.document.yaml import dump, load
from trigger_contract.normalize import Page
from trigger_contract.normalize.pipeline import build

quick = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def standard_page(document: dict[str, Any], path: str, method: str) -> str:
    """Write one operation as a page does: its path, and only the components that it needs."""
    part = {**document, "paths": {path: {method: document["paths"][path][method]}}}
    part["components"] = {**document["components"], "schemas": needed(document, part["paths"])}
    title = document["paths"][path][method]["summary"]
    return f"# {title}\n\n## OpenAPI\n\n````yaml openapi.json {method} {path}\n{dump(part)}````\n"


def needed(document: dict[str, Any], value: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    stack = [value]
    while stack:
        text = json.dumps(stack.pop())
        for name, schema in document["components"]["schemas"].items():
            if f'"#/components/schemas/{name}"' in text and name not in found:
                found[name] = schema
                stack.append(schema)
    return found


def pages_of(document: dict[str, Any], write: Any) -> list[Page]:
    return [
        Page(f"{number}.md", write(document, path, method))
        for number, (path, item) in enumerate(document["paths"].items())
        for method in item
    ]


@quick
@given(documents())
def test_a_document_written_as_standard_pages_comes_back(document):
    result = build(pages_of(document, standard_page))
    assert differences(meaning(result.document), meaning(document)) == []
    assert load(result.text, "openapi.yaml") == result.document


@quick
@given(documents(), st.randoms(use_true_random=False))
def test_the_order_of_pages_does_not_show(document, random):
    pages = pages_of(document, standard_page)
    first = build(pages)
    random.shuffle(pages)
    second = build(pages)
    assert (first.text, first.report) == (second.text, second.report)
    assert first.provenance == second.provenance


@quick
@given(documents())
def test_a_document_is_its_own_normal_form(document):
    once = build(pages_of(document, standard_page)).document
    again = build([Page("openapi.yaml", dump(copy.deepcopy(once)))]).document
    assert again == once


@quick
@given(documents())
def test_no_object_or_enum_is_left_inline(document):
    result = build(pages_of(document, standard_page)).document

    def look(schema: Any, root: bool) -> None:
        if isinstance(schema, list):
            for item in schema:
                look(item, root)
        elif isinstance(schema, dict):
            assert root or not schema.get("properties"), schema
            assert root or not schema.get("enum"), schema
            for keyword in ("items", "additionalProperties"):
                look(schema.get(keyword), False)
            for keyword in ("anyOf", "oneOf"):
                look(schema.get(keyword, []), False)
            for schema_below in schema.get("properties", {}).values():
                look(schema_below, False)

    for schema in result.get("components", {}).get("schemas", {}).values():
        look(schema, True)
    for operation in (operation for item in result["paths"].values() for operation in item.values()):
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for body in bodies:
            for media_type in body.get("content", {}).values():
                look(media_type.get("schema"), False)
        for parameter in operation.get("parameters", []):
            look(parameter.get("schema"), False)


@quick
@given(documents(unions=False))
def test_a_document_written_in_the_expanded_dialect_comes_back(document):
    result = build(pages_of(document, write_expanded))
    assert differences(lossy(meaning(result.document)), lossy(meaning(document))) == []


@quick
@given(documents())
def test_both_dialects_together_say_no_more_than_one(document):
    """A page of either dialect about one operation: nothing is contradicted, and nothing is new."""
    standard = pages_of(document, standard_page)
    pages = [
        *standard,
        *(Page(f"x{page.name}", page.text) for page in pages_of(document, write_expanded)),
    ]
    result = build(pages)
    assert differences(meaning(result.document), meaning(document)) == []
    known = {(entry.kind, entry.pointer) for entry in build(standard).contradictions}
    assert {(entry.kind, entry.pointer) for entry in result.contradictions} <= known


def lossy(value: Any) -> Any:
    """What is left of a document's meaning in the expanded dialect."""
    for operation in value.values():
        if not operation.get("security"):
            operation.pop("security", None)  # the same is shown where none is said
        for parameter in operation["parameters"]:
            parameter["schema"].pop("pattern", None)
        carriers = [(operation.get("requestBody", {}), "readOnly")]
        carriers += [(response, "writeOnly") for response in operation["responses"].values()]
        for carrier, hidden in carriers:
            for media_type in carrier.get("content", {}).values():
                _lossy_root(media_type["schema"], hidden)
    return value


def _lossy_root(schema: dict[str, Any], hidden: str) -> None:
    schema.pop("pattern", None)
    properties = schema.get("properties", {})
    for name in [name for name, entry in properties.items() if isinstance(entry, dict) and hidden in entry]:
        del properties[name]
        schema["required"] = [other for other in schema.get("required", ()) if other != name]
    for word in ("properties", "required"):
        if not schema.get(word):
            schema.pop(word, None)
