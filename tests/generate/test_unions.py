"""Which member of a union an answer is: by discriminator, by a property that has one value, then by fit."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from .documents import document, operation
from .packages import TEXT, Build, talk


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def kind_of(value: Any) -> dict[str, Any]:
    """An object that says with one value what it is."""
    fixed = {"const": value} if isinstance(value, bool) else {"enum": [value]}
    return {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": fixed, "size": {"type": "integer"}},
    }


PET = {
    "type": "object",
    "required": ["petType"],
    "properties": {"petType": TEXT, "friend": ref("Pet")},
    "discriminator": {
        "propertyName": "petType",
        "mapping": {"dog": "#/components/schemas/Dog", "wolf": "Dog"},
    },
}
SCHEMAS: dict[str, Any] = {
    **{f"Text{name}": kind_of(name) for name in "AB"},
    **{f"Number{number}": kind_of(number) for number in (0, 1)},
    "Yes": {**kind_of(True), "properties": {"kind": {"const": True}}},
    "No": {**kind_of(False), "properties": {"kind": {"const": False}}},
    "ConstA": {**kind_of("a"), "properties": {"kind": {"const": "a"}, "at": {**TEXT, "format": "date-time"}}},
    "ConstB": {**kind_of("b"), "properties": {"kind": {"const": "b"}, "at": {**TEXT, "format": "date-time"}}},
    "Wide": {"type": "object", "required": ["a"], "properties": {"a": TEXT, "b": TEXT}},
    "Narrow": {"type": "object", "required": ["a"], "properties": {"a": TEXT}},
    "Pet": PET,
    "Dog": {"allOf": [ref("Pet"), {"type": "object", "properties": {"bark": {"type": "integer"}}}]},
    "Puppy": {"allOf": [ref("Dog"), {"type": "object", "properties": {"age": {"type": "integer"}}}]},
    "Named": {
        "oneOf": [ref("ConstA"), ref("Narrow")],
        "discriminator": {"propertyName": "what", "mapping": {"one": "ConstA", "2": "Narrow"}},
    },
}
TAGGED = {"propertyName": "kind"}
BASE = {"type": "object", "required": ["id"], "properties": {"id": TEXT}}
MADE = {"oneOf": [ref("ConstA"), {**kind_of("c"), "properties": {"kind": {"const": "c"}, "c": TEXT}}]}
UNIONS = {
    "tagged": {"oneOf": [ref("ConstA"), ref("ConstB")], "discriminator": TAGGED},
    "counted": {"oneOf": [ref("Number0"), ref("Number1")], "discriminator": TAGGED},
    "inline": {**MADE, "discriminator": TAGGED},
    "spelled": {"oneOf": [ref("Wide"), ref("Narrow")], "discriminator": {"propertyName": "what"}},
    "inner": {
        "oneOf": [{"oneOf": [ref("ConstA"), ref("ConstB")], "discriminator": TAGGED}, ref("TextA")],
        "discriminator": {**TAGGED, "mapping": {"A": "TextA"}},
    },
    "beside": {"oneOf": [{"oneOf": [ref("ConstA")], "discriminator": TAGGED}, ref("Yes"), ref("Narrow")]},
    "lists": {"oneOf": [{"type": "array", "items": ref(name)} for name in ("Narrow", "Wide")]},
    "deep": {"oneOf": [{"type": "object", "properties": {"p": ref(name)}} for name in ("Narrow", "Wide")]},
    "both": {"allOf": [BASE, MADE]},
    "text": {"oneOf": [ref("TextA"), ref("TextB")]},
    "number": {"anyOf": [ref("Number0"), ref("Number1")]},
    "flag": {"oneOf": [ref("Yes"), ref("No")]},
    "const": {"oneOf": [ref("ConstA"), ref("ConstB"), {"type": "null"}]},
    "fit": {"oneOf": [ref("Narrow"), ref("Wide")]},
    "list": {"type": "array", "items": {"oneOf": [ref("ConstA"), ref("ConstB")]}},
    "map": {"type": "object", "additionalProperties": {"oneOf": [ref("TextA"), ref("TextB"), TEXT]}},
    "pet": ref("Pet"),
    "pets": {"type": "array", "items": ref("Pet")},
    "named": ref("Named"),
}


def names(value: Any) -> Any:
    """What classes a value is made of."""
    if isinstance(value, list):
        return [names(item) for item in value]
    if isinstance(value, dict):
        return {key: names(item) for key, item in value.items()}
    return type(value).__name__


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from .packages import imported

    whole = {"type": "object", "properties": UNIONS}
    spec = document({"/x": {"get": operation("get_x", "t", whole)}}, components={"schemas": SCHEMAS})
    with imported(spec, tmp_path_factory.mktemp("unions")) as found:
        yield found


def ask(module: Any, value: Any, mode: str = "strict") -> Any:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=json.dumps(value).encode())

    return talk(module, "WidgetsClient", answer, response_validation=mode).t.get_x()


@pytest.mark.parametrize(
    ("name", "value", "kinds"),
    [
        ("text", {"kind": "A"}, "TextA"),
        ("text", {"kind": "B", "size": 1, "more": 2}, "TextB"),
        ("number", {"kind": 1}, "Number1"),
        ("number", {"kind": 0}, "Number0"),
        ("flag", {"kind": False}, "No"),
        ("flag", {"kind": True}, "Yes"),
        ("const", {"kind": "b"}, "ConstB"),
        ("const", None, "NoneType"),
        ("fit", {"a": "1"}, "Narrow"),
        ("fit", {"a": "1", "b": "2"}, "Wide"),
        ("list", [{"kind": "b"}, {"kind": "a"}], ["ConstB", "ConstA"]),
        ("map", {"x": {"kind": "B"}, "y": "z"}, {"x": "TextB", "y": "str"}),
        ("pet", {"petType": "dog", "bark": 1}, "Dog"),
        ("pet", {"petType": "wolf"}, "Dog"),
        ("pet", {"petType": "Puppy", "age": 1}, "Puppy"),
        ("pet", {"petType": "cat"}, "Pet"),
        ("pets", [{"petType": "cat", "friend": {"petType": "dog"}}], ["Pet"]),
        ("named", {"what": "one", "kind": "a"}, "ConstA"),
        ("named", {"what": 2, "a": "x"}, "Narrow"),
        ("named", {"what": "three"}, {"what": "str"}),
        ("tagged", {"kind": "b"}, "ConstB"),
        ("counted", {"kind": 1}, "Number1"),
        ("inline", {"kind": "c", "c": "x"}, "GetXResponseInlineVariant2"),
        ("spelled", {"what": "narrow", "a": "x"}, "Narrow"),
        ("inner", {"kind": "b"}, "ConstB"),
        ("inner", {"kind": "A"}, "TextA"),
        ("beside", {"kind": True}, "Yes"),
        ("lists", [{"a": "x", "b": "y"}], ["Wide"]),
        ("deep", {"p": {"a": "x", "b": "y"}}, "GetXResponseDeepVariant2"),
        ("both", {"id": "1", "kind": "c", "c": "x"}, "GetXResponseBoth"),
        ("both", {"id": "1", "kind": "a", "at": "2024-01-01T00:00:00Z"}, "GetXResponseBoth"),
    ],
)
def test_a_member_is_told_by_what_it_says(module: Any, name: str, value: Any, kinds: Any) -> None:
    found = ask(module, {name: value})
    assert names(getattr(found, name if name not in ("list",) else "list_")) == kinds
    assert found.problems == ()
    assert found.to_dict() == {name: value}


def test_what_is_made_of_a_union_has_the_properties_of_each_member(module: Any) -> None:
    found = ask(module, {"both": {"id": "1", "kind": "c", "c": "x"}}).both
    assert (found.id, found.kind, found.c, found.at, found.extra) == ("1", "c", "x", None, {})


def test_an_answer_that_names_no_member_is_given_as_it_came(client_of: Build) -> None:
    spec = document({"/x": {"get": operation("get_x", "t", UNIONS["text"])}}, components={"schemas": SCHEMAS})
    module = client_of(spec)
    assert ask(module, {"kind": "new"}, "lenient") == {"kind": "new"}
    with pytest.raises(module.ResponseValidationError, match="none of the alternatives"):
        ask(module, {"kind": "new"})


def test_a_union_in_a_family_is_one_too(module: Any) -> None:
    found = ask(module, {"pet": {"petType": "cat", "friend": {"petType": "dog", "bark": 2}}})
    assert type(found.pet.friend).__name__ == "Dog"
    assert found.pet.friend.bark == 2


@pytest.mark.parametrize(
    ("name", "value", "kind", "path"),
    [
        # The tag decides, though the rest of it is faulty and would fit another member no worse.
        ("const", {"kind": "b", "at": "soon"}, "ConstB", "$.const.at"),
        ("text", {"kind": "B", "size": "x"}, "TextB", "$.text.size"),
        ("text", {"kind": "C"}, "dict", "$.text.kind"),
        ("number", {"kind": True}, "dict", "$.number.kind"),
        ("fit", {"b": "2"}, "Wide", "$.fit.a"),
        ("fit", 5, "int", "$.fit"),
        ("pet", {"petType": "dog", "bark": "x"}, "Dog", "$.pet.bark"),
    ],
)
def test_a_faulty_member_is_never_another_one(
    module: Any, name: str, value: Any, kind: str, path: str
) -> None:
    found = ask(module, {name: value}, "lenient")
    assert type(getattr(found, name)).__name__ == kind
    assert [problem.path for problem in found.problems] == [path]
    assert found.to_dict() == {name: value}
    with pytest.raises(module.ResponseValidationError):
        ask(module, {name: value})


def test_one_value_fills_itself_in(module: Any) -> None:
    assert module.ConstA().to_dict() == {"kind": "a"}
    assert module.Number1(size=2).to_dict() == {"kind": 1, "size": 2}
    assert module.TextB().to_dict() == {"kind": "B"}
    assert module.No().to_dict() == {"kind": False}


def test_values_that_python_takes_for_equal_stay_apart(client_of: Build) -> None:
    schema = {"type": "object", "properties": {"v": {"enum": ["none", 0, False]}, "w": {"enum": [1, True]}}}
    made = client_of(document({"/x": {"get": operation("get_x", "t", schema)}}))
    for v, w in ((False, True), (0, 1), ("none", True)):
        found = ask(made, {"v": v, "w": w})
        assert (found.v, type(found.v), found.w, type(found.w)) == (v, type(v), w, type(w))
