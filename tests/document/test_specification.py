"""The quick check of schemas and the thorough one say the same."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

import pytest

from trigger_contract.document import specification
from trigger_contract.document.specification import place, specification_validator

SCHEMA: dict[str, Any] = {
    "$defs": {"id": {"type": ["string", "null"], "pattern": "^a+$", "minLength": 1}},
    "type": "object",
    "title": "Thing",
    "required": ["id", "parts"],
    "properties": {
        "id": {"allOf": [{"$ref": "#/components/schemas/A/$defs/id"}], "description": "d", "readOnly": True},
        "parts": {"type": "array", "items": {"oneOf": [{"const": 1}, {"enum": ["a", None]}]}, "maxItems": 3},
        "size": {"type": "number", "multipleOf": 0.5, "exclusiveMinimum": 0, "default": 1.5},
        "pair": {"prefixItems": [True, {"not": {}}], "uniqueItems": True, "contains": {"format": "date"}},
        "kind": {"discriminator": {"propertyName": "type", "mapping": {"a": "b"}}, "xml": {"name": "x"}},
    },
    "patternProperties": {"^x-": {"externalDocs": {"url": "https://example.com"}}},
    "additionalProperties": {"if": {"type": "string"}, "then": {"deprecated": False}, "else": False},
    "dependentRequired": {"id": ["size"]},
    "propertyNames": {"maxLength": 10},
}
VALUES: list[Any] = [
    *(
        None,
        0,
        -1,
        1.0,
        1.5,
        "",
        "x",
        "a b",
        "#",
        "((",
        [],
        {},
        True,
        False,
        [None],
        [{}],
        ["a", "a"],
        [1, 1.0],
    ),
    *(float("nan"), float("inf"), 10**400, "\ud800", {"type": "x"}, {"$ref": 5}, {"$schema": "x"}, {1: 2}),
]
KEYWORDS = [
    *("type", "enum", "multipleOf", "maximum", "minLength", "pattern", "maxItems", "uniqueItems", "required"),
    *("dependentRequired", "allOf", "not", "then", "prefixItems", "items", "properties", "patternProperties"),
    *("additionalProperties", "$id", "$schema", "$ref", "$anchor", "$dynamicRef", "$defs", "format", "title"),
    *(
        "default",
        "deprecated",
        "examples",
        "contentSchema",
        "discriminator",
        "xml",
        "externalDocs",
        "example",
    ),
]


def document(schema: Any) -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "paths": {},
        "components": {"schemas": {"A": schema}},
    }


def places(value: Any, holder: Any = None, key: Any = None) -> Iterator[tuple[Any, Any]]:
    if holder is not None:
        yield holder, key
    for name, item in value.items() if isinstance(value, dict) else ():
        yield from places(item, value, name)
    for index, item in enumerate(value) if isinstance(value, list) else ():
        yield from places(item, value, index)


def mutated(chance: random.Random) -> Any:
    schema = copy.deepcopy(SCHEMA)
    holder, key = chance.choice(list(places(schema)))
    if isinstance(holder[key], dict) and chance.random() < 0.5:
        holder[key][chance.choice(KEYWORDS)] = chance.choice(VALUES)
    else:
        holder[key] = chance.choice(VALUES)
    return schema


def first_fault(schema: Any) -> Any:
    try:
        fault = next(iter(specification_validator(document(schema)).iter_errors()), None)
    except Exception as error:  # the library stumbles over some; then both ways must
        return type(error)
    return fault and (place(fault), fault.message)


def test_a_schema_that_the_quick_check_passes_has_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    schemas = [SCHEMA, *(mutated(random.Random(seed)) for seed in range(40))]
    quick = [first_fault(schema) for schema in schemas]
    monkeypatch.setattr(specification, "_is_schema31", lambda value: False)
    thorough = [first_fault(schema) for schema in schemas]

    assert quick == thorough
    assert quick[0] is None
    assert 10 < sum(fault is not None for fault in quick) < 39


def test_the_thorough_check_is_not_asked_about_what_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    check = specification.OAS31Validator.check_schema
    monkeypatch.setattr(
        specification.OAS31Validator,
        "check_schema",
        lambda value, **more: (asked.append(value), check(value, **more)),
    )

    assert first_fault(SCHEMA) is None
    assert asked == []
    assert first_fault({"type": "text"}) is not None
    assert asked == [{"type": "text"}]
