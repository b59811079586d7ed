"""What document is served, also where the library that validates whole documents is not installed."""

from __future__ import annotations

import json

import pytest

from trigger_contract.errors import UserError
from trigger_contract.mock import reading

HEAD = {"openapi": "3.1.0", "info": {"title": "One", "version": "1"}}
GOOD = {"get": {"responses": {"200": {"description": "It."}}}}


@pytest.fixture
def without(monkeypatch):
    """Be an installation of the mock alone."""

    def missing(*_):
        raise ModuleNotFoundError("openapi_spec_validator")

    monkeypatch.setattr(reading, "fault_error", missing)


@pytest.fixture
def file(tmp_path):
    def write(paths, **more):
        path = tmp_path / "openapi.json"
        path.write_text(json.dumps(HEAD | ({} if paths is None else {"paths": paths}) | more, indent=1))
        return path

    return write


@pytest.mark.parametrize(
    ("paths", "said"),
    [
        ([], "`paths` must be an object"),
        ({"/a": []}, "`/a` must be an object"),
        ({"/a": {"get": "x"}}, "`get` of `/a` must be an object"),
        ({"/a": {"get": {}}}, "`responses` of `get /a` must be an object"),
        ({"/a": {"get": {"responses": []}}}, "`responses` of `get /a` must be an object"),
        ({"/a": {"get": {"responses": {}, "parameters": {}}}}, "`parameters` of `get /a` must be a list"),
        ({"/a": {"get": {"responses": {}, "parameters": ["x"]}}},
         "a parameter of `get /a` must be an object"),
        ({"/a": {"get": {"responses": {}, "parameters": [{"in": "query"}]}}},
         "the `name` of a parameter of `get /a` must be a text"),
        ({"/a": {"parameters": [{"name": "x", "in": 5}], "get": {"responses": {}}}},
         "the `in` of a parameter of `get /a` must be a text"),
    ],
)  # fmt: skip
def test_a_fault_where_a_server_looks_is_told_without_the_validator(without, file, paths, said):
    with pytest.raises(UserError, match=said) as caught:
        reading.read(file(paths))
    assert caught.value.line


@pytest.mark.parametrize(
    "paths",
    [
        None, {"x-note": 5, "/a": GOOD}, {"/a": {"$ref": "#/components/pathItems/A"}},
        {"/a": GOOD | {"parameters": [{"$ref": "#/components/parameters/P"}]}},
    ],
)  # fmt: skip
def test_a_document_without_a_fault_is_served_without_the_validator(without, file, paths):
    parts = {"pathItems": {"A": GOOD}, "parameters": {"P": {"name": "p", "in": "query", "schema": {}}}}
    found = reading.read(file(paths, components=parts))
    assert found.get("paths", {}).keys() == (paths or {}).keys()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"openapi": "2.0"}, "is OpenAPI 2.0; 3.0 and 3.1 are served"),
        ({"paths": {"/a": 5}}, "is not a valid OpenAPI document"),
        ({"components": {"schemas": {"A": {"$ref": "#/nowhere"}}}}, "points to nothing"),
    ],
)
def test_a_large_document_with_a_fault_is_told_as_a_small_one(monkeypatch, file, change, said):
    told = []
    for large in (10**9, 10):
        monkeypatch.setattr(reading, "_LARGE", large)
        with pytest.raises(UserError) as caught:
            reading.read(file(**{"paths": {"/a": GOOD}, **change}))
        told.append(str(caught.value))
    assert told[0] == told[1]
    assert said in told[0]


def test_a_file_of_things_maps_collections(tmp_path):
    file = tmp_path / "things.yaml"
    file.write_text("- /books\n")
    with pytest.raises(UserError, match="must map collections to lists of things"):
        reading.read_data(file)
