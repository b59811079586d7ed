"""What is quickly approved of, the library finds no fault in either."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest
from test_specification import SCHEMA, VALUES, places

from trigger_contract.document.references import check_references
from trigger_contract.document.specification import first_fault
from trigger_contract.document.validity import is_surely_valid
from trigger_contract.errors import UserError


def parameter(name: str, place: str = "query", **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": place, "schema": schema or {"type": "string"}} | (
        {"required": True} if place == "path" else {}
    )


def operation(name: str, *parameters: Any, schema: Any = None) -> dict[str, Any]:
    content = {"application/json": {"schema": schema or {"$ref": "#/components/schemas/Thing"}}}
    return {
        "operationId": name,
        "parameters": [*parameters],
        "responses": {"200": {"description": "ok", "content": content}},
    }


def document() -> dict[str, Any]:
    thing = {
        "allOf": [{"$ref": "#/components/schemas/Base"}, {"properties": {"b": {"default": "x"}}}],
        "properties": {"size": {"type": "integer", "format": "int32", "default": 5, "maximum": 9}},
        "required": ["a", "b", "size"],
    }
    kind = {"type": "string", "enum": ["x", "y"]}
    item = {
        "parameters": [parameter("thing", "path")],
        "get": operation("getThing", {"$ref": "#/components/parameters/Page"}),
        "delete": operation("dropThing"),
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "tags": [{"name": "a"}, {"name": "b"}],
        "paths": {
            "/things/{thing}": item,
            "/things/{thing}/of/{user}": {
                "get": operation("other", parameter("thing", "path"), parameter("user", "path"))
            },
            "/things": {
                "get": operation(
                    "listThings",
                    parameter("kind", type="array", items=kind, default=["x"]),
                    parameter("size", type="integer", default=20),
                    parameter("size", "header", type=["integer", "null"], default=None),
                ),
                "post": operation("makeThing", schema=SCHEMA),
            },
        },
        "components": {
            "parameters": {"Page": parameter("page", type="integer", minimum=1, default=1)},
            "schemas": {
                "A": SCHEMA,
                "Base": {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/Kind"}}},
                "Kind": kind | {"default": "y"},
                "Thing": thing,
            },
        },
    }


def faultless(one: Any) -> bool:
    try:
        check_references(one)
    except (UserError, AttributeError, TypeError):
        return True  # nobody asks about such a document
    return first_fault(one) is None


def test_the_document_itself_is_approved_of() -> None:
    assert first_fault(document()) is None
    assert is_surely_valid(document())


BREAK = {
    "an operationId twice": lambda it: it["/things"]["get"].update(operationId="getThing"),
    "a parameter twice": lambda it: it["/things"]["get"]["parameters"].append(parameter("size")),
    "a parameter that the path has not": lambda it: it["/things"].update(parameters=[parameter("x", "path")]),
    "a parameter that only the path has": lambda it: it["/things/{thing}"].pop("parameters"),
    "a name that no part has": lambda it: schemas(it)["Thing"]["required"].append("other"),
    "a default of another type": lambda it: schemas(it)["Kind"].update(default=1),
    "a default outside of its enum": lambda it: schemas(it)["Base"]["properties"].update(
        a={"allOf": [{"$ref": "#/components/schemas/Kind"}], "default": "z"}
    ),
    "a default that its format cannot hold": lambda it: schemas(it)["Kind"].update(
        type="integer", format="int32", enum=[2**40], default=2**40
    ),
    "a type that is none": lambda it: schemas(it)["Base"].update(type="text"),
    "a response without a description": lambda it: it["/things"]["get"]["responses"]["200"].clear(),
    "a tag twice": lambda it: whole(it)["tags"].append({"name": "a"}),
}


def whole(paths: Any) -> Any:
    return paths.document


def schemas(paths: Any) -> Any:
    return paths.document["components"]["schemas"]


class Paths(dict):  # type: ignore[type-arg]  # the paths of a document that know the document
    document: Any


@pytest.mark.parametrize("name", BREAK)
def test_each_kind_of_fault_is_left_to_the_library(name: str) -> None:
    one = document()
    one["paths"] = Paths(one["paths"])
    one["paths"].document = one
    BREAK[name](one["paths"])
    one["paths"] = dict(one["paths"])
    assert first_fault(one) is not None
    assert not is_surely_valid(one)


def test_a_document_that_is_approved_of_has_no_fault() -> None:
    approved = 0
    for seed in range(400):
        chance = random.Random(seed)
        one = copy.deepcopy(document())
        found = list(places(one))
        holder, key = chance.choice(found)
        other, from_ = chance.choice(found)
        holder[key] = chance.choice([*VALUES, copy.deepcopy(other[from_]), copy.deepcopy(holder[key])])
        if is_surely_valid(one):
            approved += 1
            assert faultless(one), seed
    assert approved > 20
