"""References: where they lead, where none are, and files beside the document."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trigger_contract.document import bundle
from trigger_contract.document.dynamic import settle
from trigger_contract.document.locate import read_document
from trigger_contract.document.references import (
    check_references,
    join_pointer,
    lookup,
    references,
    resolve,
    split_pointer,
)
from trigger_contract.errors import UserError


def whole(**schemas):
    return {"openapi": "3.1.0", "paths": {}, "components": {"schemas": schemas}}


def test_a_step_goes_on_where_a_reference_in_between_leads():
    document = whole(
        A={"$ref": "#/components/schemas/B"},
        B={"properties": {"x": {"$ref": "#/components/schemas/C"}}},
        C={"items": {"type": "string"}},
    )
    assert lookup(document, "#/components/schemas/A/properties/x/items") == {"type": "string"}


def test_an_anchor_is_found_wherever_it_stands():
    target = {"$anchor": "node", "type": "string"}
    document = whole(A={"$defs": {"deep": {"items": target}}}, B={"properties": {"$anchor": {"const": 1}}})
    assert resolve(document, {"$ref": "#node"}) is target


@pytest.mark.parametrize(
    "pointer", ["#/a/-1", "#/a/01", "#/a/2", "#/a/ 0", "#/a/x", "#/a/0/y", "#/A", "#none"]
)
def test_what_is_no_place_is_refused(pointer):
    with pytest.raises(UserError, match="points to nothing"):
        lookup({"a": [{"x": 1}, 2]}, pointer)


def test_references_in_a_circle_are_refused():
    document = whole(A={"$ref": "#/components/schemas/B"}, B={"$ref": "#/components/schemas/A"})
    for pointer in ("#/components/schemas/A", "#/components/schemas/A/properties"):
        with pytest.raises(UserError, match=r"itself"):
            resolve(document, {"$ref": pointer})


@given(st.lists(st.text(max_size=5), max_size=4))
def test_pointers_are_split_as_they_are_joined(tokens):
    assert split_pointer(join_pointer(*tokens)) == tokens


@pytest.mark.parametrize("name", ["default", "example", "examples", "const", "enum", "value", "$ref", "x-a"])
def test_a_property_may_have_the_name_of_any_keyword(name):
    document = whole(A={"properties": {name: {"$ref": "#/components/schemas/None"}}})
    with pytest.raises(UserError, match="None"):
        check_references(document)


@pytest.mark.parametrize("place", ["default", "example", "const", "x-a"])
def test_data_holds_no_references(place):
    document = whole(A={place: {"$ref": "#/nowhere"}, "enum": [{"$ref": "#/nowhere"}]})
    check_references(document)
    assert not list(references(document))


def write(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return folder / "api.json"


def api(schema, **more):
    media = {"application/json": {"schema": schema}}
    operation = {"responses": {"200": {"description": "ok", "content": media}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/a": {"get": operation}},
        **more,
    }


def answer(document):
    operation = resolve(document, document["paths"]["/a"])["get"]
    response = resolve(document, operation["responses"]["200"])
    return resolve(document, response["content"]["application/json"]["schema"])


def test_files_of_the_folder_become_components(tmp_path):
    own = {"Own": {"const": "own"}}
    path = write(
        tmp_path,
        {
            "api.json": api({"$ref": "parts/list.yaml"}, components={"schemas": own}),
            "parts/list.yaml": "type: array\nitems:\n  $ref: ../one.yaml#/Thing\n",
            "one.yaml": "Thing:\n  properties:\n    up: {$ref: '#/Thing'}\n"
            "    name: {$ref: '#/Name'}\n    own: {$ref: 'api.json#/components/schemas/Own'}\n"
            "Name:\n  const: n\n",
        },
    )
    document = read_document(path)
    check_references(document)
    thing = resolve(document, answer(document)["items"])
    assert resolve(document, thing["properties"]["up"]) is thing
    assert resolve(document, thing["properties"]["name"]) == {"const": "n"}
    assert resolve(document, thing["properties"]["own"]) is document["components"]["schemas"]["Own"]
    assert set(document["components"]["schemas"]) == {"Own", "list", "Thing", "Name"}


def test_paths_responses_and_parameters_may_stand_in_other_files(tmp_path):
    media = {"application/json": {"schema": {"const": 1}}}
    item = {
        "parameters": [{"$ref": "shared.json#/limit"}],
        "get": {"responses": {"200": {"$ref": "shared.json#/ok"}}},
    }
    document = read_document(
        write(
            tmp_path,
            {
                "api.json": {**api({}), "paths": {"/a": {"$ref": "a.json"}}},
                "a.json": item,
                "shared.json": {
                    "limit": {"name": "limit", "in": "query", "schema": {"type": "integer"}},
                    "ok": {"description": "ok", "content": media},
                },
            },
        )
    )
    assert answer(document) == {"const": 1}
    check_references(document)


def test_whole_operations_in_other_files_are_put_in(tmp_path):
    """OpenAPI has no references there, and many documents of several files have them all the same."""
    kinds = {
        "discriminator": {"propertyName": "kind", "mapping": {"one": "one.yaml"}},
        "oneOf": [{"$ref": "one.yaml"}],
    }
    document = read_document(
        write(
            tmp_path,
            {
                "api.json": {**api({}), "paths": {"/a": {"get": {"$ref": "a/read.json"}}}},
                "a/read.json": {"responses": {"200": {"$ref": "shared.yaml#/ok"}}},
                "a/shared.yaml": {
                    "ok": {"content": {"application/json": {"$ref": "#/media"}}},
                    "media": {"schema": kinds},
                },
                "a/one.yaml": {"const": 1},
            },
        )
    )
    check_references(document)
    assert resolve(document, answer(document)["oneOf"][0]) == {"const": 1}


def test_a_reference_that_only_leads_to_itself_is_put_in_nowhere(tmp_path, monkeypatch):
    monkeypatch.setattr(bundle, "MAXIMUM_INLINED", 20)
    path = write(
        tmp_path,
        {"api.json": {**api({}), "paths": {"/a": {"get": {"$ref": "b.json"}}}}, "b.json": {"$ref": "b.json"}},
    )
    with pytest.raises(UserError, match=r"b\.json"):
        read_document(path)


def test_the_values_of_a_discriminator_lead_to_the_same_components(tmp_path):
    schema = {
        "oneOf": [{"$ref": "cat.json"}],
        "discriminator": {"propertyName": "kind", "mapping": {"cat": "cat.json"}},
    }
    document = read_document(write(tmp_path, {"api.json": api(schema), "cat.json": {"type": "object"}}))
    found = answer(document)
    assert found["discriminator"]["mapping"]["cat"] == found["oneOf"][0]["$ref"] == "#/components/schemas/cat"


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        ("../outside.json", "out of the document's folder"),
        ("link.json", "out of the document's folder"),
        ("/etc/hostname", "only files in the document's folder"),
        ("https://x.test/a.json", "only files in the document's folder"),
        ("file:///etc/hostname", "only files in the document's folder"),
        ("//x.test/a.json", "only files in the document's folder"),
        ("none.json", "no such file"),
        ("part.json#/none", "has nothing at"),
        ("part.json#/list/-1", "has nothing at"),
        ("broken.json", "not valid YAML"),
    ],
)
def test_nothing_else_is_read(tmp_path, reference, told):
    folder = tmp_path / "api"
    (tmp_path / "outside.json").parent.mkdir(exist_ok=True)
    (tmp_path / "outside.json").write_text("{}")
    path = write(
        folder, {"api.json": api({"$ref": reference}), "part.json": {"list": [1]}, "broken.json": '{"a": ['}
    )
    (folder / "link.json").symlink_to(tmp_path / "outside.json")
    with pytest.raises(UserError, match=told) as error:
        read_document(path)
    assert error.value.source
    assert error.value.line or "no such file" in told


def test_there_is_an_end_to_the_files_that_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(bundle, "MAXIMUM_FILES", 5)
    chain = {f"{n}.json": {"items": {"$ref": f"{n + 1}.json"}} for n in range(8)}
    with pytest.raises(UserError, match="more than 5 files"):
        read_document(write(tmp_path, {"api.json": api({"$ref": "0.json"}), **chain}))


def test_a_dynamic_reference_to_the_only_schema_of_its_name_is_an_ordinary_one():
    tree = {"$dynamicAnchor": "node", "properties": {"kids": {"items": {"$dynamicRef": "#node"}}}}
    document = whole(Tree=tree, Other={"items": {"$ref": "#node"}}, Two={"$dynamicRef": "#twice"})
    document["components"]["schemas"] |= {name: {"$dynamicAnchor": "twice"} for name in ("X", "Y")}
    settle(document, str(document))
    place = {"$ref": "#/components/schemas/Tree"}
    assert tree["properties"]["kids"]["items"] == place
    assert document["components"]["schemas"]["Other"]["items"] == place
    assert document["components"]["schemas"]["Two"] == {"$dynamicRef": "#twice"}
