"""Nothing that OpenAPI allows is lost: every field in every place, and what a second page adds to it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from trigger_contract.document.operations import operations
from trigger_contract.document.yaml import load
from trigger_contract.normalize import Page, normalize

TEXT = (Path(__file__).parent / "every_field.yaml").read_text()


def leaves(value: Any, key: str = "") -> Counter[tuple[str, str]]:
    """Count the scalars of a document by the key that they stand under; lists are passed through."""
    if isinstance(value, dict) and value:
        return sum((leaves(item, name) for name, item in value.items()), Counter())
    if isinstance(value, list) and value:
        return sum((leaves(item, key) for item in value), Counter())
    return Counter([(key, repr(value))])


@pytest.mark.parametrize("name", ["every_field.yaml", "every-field.md"])
def test_no_field_of_openapi_is_lost(name):
    page = f"# Everything\n\n````yaml get /things/{{thingId}}\n{TEXT}````\n"
    result = normalize([Page(name, TEXT if name.endswith(".yaml") else page)])
    lost = leaves(load(TEXT, name)) - leaves(result.document)
    # Path items are written out, and a definition that is referred to is a component of its own.
    gone = (
        "#/components/pathItems/Shared",
        "#/components/pathItems/Hook",
        "#/components/schemas/Thing/$defs/inner",
    )
    assert set(lost) == {("$ref", repr(reference)) for reference in gone}
    assert load(result.text, "openapi.yaml") == result.document


def test_extensions_beside_paths_are_no_path_items():
    document = normalize([Page("every_field.yaml", TEXT)]).document
    assert document["paths"]["x-paths"] == {"a": 1}
    assert document["paths"]["/things/{thingId}"]["get"]["responses"]["x-responses"] == {"c": 3}
    assert "x-paths" not in {operation.path for operation in operations(document)}
    assert document["webhooks"]["x-hook"]["post"]["operationId"] == "oddHook"
