"""Each change in a schema is found once and means the right thing in each direction."""

from __future__ import annotations

from typing import Any

import pytest
from small_documents import an_object, receiving, sending

from trigger_contract.changes import compare

STRING = {"type": "string"}
INTEGER = {"type": "integer"}


def found(old: Any, new: Any) -> list[tuple[str, str]]:
    return [(change.code, change.severity.value) for change in compare(old, new).changes]


# old schema, new schema, what comes after "request-property-" / "response-property-", severities
KEYWORDS = [
    (STRING, INTEGER, "type-changed", "breaking", "breaking"),
    (INTEGER, {"type": "number"}, "type-generalized", "additive", "breaking"),
    ({"type": "number"}, INTEGER, "type-specialized", "breaking", "additive"),
    (STRING, {"type": ["string", "integer"]}, "type-generalized", "additive", "breaking"),
    ({}, STRING, "type-specialized", "breaking", "additive"),
    (STRING, {"type": ["string", "null"]}, "became-nullable", "additive", "breaking"),
    ({"type": ["string", "null"]}, STRING, "became-not-nullable", "breaking", "additive"),
    (STRING, {"type": "string", "enum": ["a"]}, "became-enum", "breaking", "additive"),
    ({"enum": ["a"]}, {"enum": ["a", "b"]}, "enum-value-added", "additive", "risky"),
    ({"enum": ["a", "b"]}, {"enum": ["a"]}, "enum-value-removed", "breaking", "additive"),
    ({"enum": ["a"]}, {}, "enum-removed", "additive", "risky"),
    ({"const": "a"}, {"enum": ["a", "b"]}, "enum-value-added", "additive", "risky"),
    ({"maximum": 5}, {"maximum": 9}, "max-increased", "additive", "breaking"),
    ({"maximum": 9}, {"maximum": 5}, "max-decreased", "breaking", "additive"),
    (INTEGER, {"type": "integer", "maximum": 5}, "max-set", "breaking", "additive"),
    ({"type": "integer", "maximum": 5}, INTEGER, "max-unset", "additive", "breaking"),
    ({"minimum": 5}, {"minimum": 9}, "min-increased", "breaking", "additive"),
    ({"exclusiveMinimum": 5}, {"exclusiveMinimum": 1}, "exclusive-min-decreased", "additive", "breaking"),
    ({"maxLength": 5}, {"maxLength": 9}, "max-length-increased", "additive", "breaking"),
    ({"minLength": 5}, {"minLength": 9}, "min-length-increased", "breaking", "additive"),
    ({"maxItems": 5}, {"maxItems": 9}, "max-items-increased", "additive", "breaking"),
    ({"minItems": 5}, {"minItems": 1}, "min-items-decreased", "additive", "breaking"),
    ({"maxProperties": 5}, {"maxProperties": 9}, "max-properties-increased", "additive", "breaking"),
    ({"multipleOf": 4}, {"multipleOf": 2}, "multiple-of-generalized", "additive", "breaking"),
    ({"multipleOf": 2}, {"multipleOf": 4}, "multiple-of-specialized", "breaking", "additive"),
    ({"multipleOf": 2}, {"multipleOf": 3}, "multiple-of-changed", "breaking", "breaking"),
    ({"multipleOf": 0.1}, {"multipleOf": 0.01}, "multiple-of-generalized", "additive", "breaking"),
    ({}, {"uniqueItems": True}, "unique-items-set", "breaking", "additive"),
    ({}, {"pattern": "^a"}, "pattern-added", "breaking", "additive"),
    ({"pattern": "^a"}, {}, "pattern-removed", "additive", "breaking"),
    ({"pattern": "^a"}, {"pattern": "^b"}, "pattern-changed", "risky", "risky"),
    (STRING, {"type": "string", "format": "uuid"}, "format-added", "breaking", "additive"),
    ({"format": "date"}, {"format": "uuid"}, "format-changed", "breaking", "breaking"),
    ({"format": "int32"}, {"format": "int64"}, "format-changed", "additive", "breaking"),
    ({"default": 1}, {"default": 2}, "default-value-changed", "risky", "additive"),
    ({}, {"default": None}, "default-value-added", "risky", "additive"),
    ({}, {"deprecated": True}, "deprecated", "additive", "additive"),
    ({}, {"readOnly": True}, "became-read-only", "risky", "additive"),
    ({}, {"writeOnly": True}, "became-write-only", "additive", "risky"),
    ({}, {"description": "Now"}, "description-added", "text", "text"),
    ({"example": 1}, {"example": 2}, "example-changed", "text", "text"),
    ({}, {"x-order": 1}, "extension-added", "text", "text"),
    ({"additionalProperties": False}, {}, "additional-properties-allowed", "additive", "additive"),
    ({}, {"additionalProperties": False}, "additional-properties-disallowed", "breaking", "additive"),
    ({"not": STRING}, {"not": INTEGER}, "not-changed", "risky", "risky"),
    ({}, {"not": STRING}, "not-added", "breaking", "additive"),
    ({}, {"propertyNames": {"pattern": "a"}}, "property-names-added", "breaking", "additive"),
    ({}, {"dependentRequired": {"a": ["b"]}}, "dependent-required-added", "breaking", "additive"),
    ({}, {"patternProperties": {"^a": STRING}}, "pattern-property-added", "breaking", "additive"),
    ({}, {"unheardOf": 1}, "keyword-added", "text", "text"),
    ({"dependencies": {"a": ["b"]}}, {"dependencies": {}}, "dependencies-changed", "risky", "risky"),
    ({"const": "a"}, {"const": "b"}, "const-changed", "breaking", "breaking"),
    (
        STRING,
        {"type": "string", "contentEncoding": "base64"},
        "content-encoding-changed",
        "breaking",
        "breaking",
    ),
]


@pytest.mark.parametrize(("old", "new", "code", "sent", "received"), KEYWORDS)
def test_a_keyword_means_the_opposite_in_the_other_direction(
    old: Any, new: Any, code: str, sent: str, received: str
) -> None:
    before, after = an_object(p=old), an_object(p=new)
    assert found(sending(before), sending(after)) == [(f"request-property-{code}", sent)]
    assert found(receiving(before), receiving(after)) == [(f"response-property-{code}", received)]


OBJECT = an_object(["id"], id=STRING, name=STRING)
PROPERTIES = [
    (an_object(["id"], id=STRING), OBJECT, "new-optional-request-property", "additive",
     "response-optional-property-added", "additive"),
    (OBJECT, an_object(["id"], id=STRING), "request-property-removed", "risky",
     "response-optional-property-removed", "risky"),
    (an_object(name=STRING), OBJECT, "new-required-request-property", "breaking",
     "response-required-property-added", "additive"),
    (OBJECT, an_object(name=STRING), "request-property-removed", "risky",
     "response-required-property-removed", "breaking"),
    (OBJECT, an_object(["id", "name"], id=STRING, name=STRING),
     "request-property-became-required", "breaking", "response-property-became-required", "additive"),
    (OBJECT, an_object(id=STRING, name=STRING), "request-property-became-optional", "additive",
     "response-property-became-optional", "breaking"),
    ({**an_object(id=STRING), "additionalProperties": False}, {**an_object(), "additionalProperties": False},
     "request-property-removed", "breaking", "response-optional-property-removed", "risky"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "sent_code", "sent", "received_code", "received"), PROPERTIES)
def test_a_property_that_comes_or_goes(
    old: Any, new: Any, sent_code: str, sent: str, received_code: str, received: str
) -> None:
    assert found(sending(old), sending(new)) == [(sent_code, sent)]
    assert found(receiving(old), receiving(new)) == [(received_code, received)]


def test_a_new_required_property_with_a_default_still_breaks() -> None:
    new = an_object(["a"], a={"type": "string", "default": "x"})
    assert found(sending(an_object()), sending(new)) == [("new-required-request-property", "breaking")]


def test_a_read_only_property_cannot_break_a_request() -> None:
    old, new = (
        an_object(a={"type": "string", "readOnly": True}),
        an_object(a={"type": "integer", "readOnly": True}),
    )
    assert found(sending(old), sending(new)) == [("request-property-type-changed", "additive")]
    assert found(receiving(old), receiving(new)) == [("response-property-type-changed", "breaking")]


def test_a_required_write_only_property_can_leave_a_response() -> None:
    old = an_object(["a"], a={"type": "string", "writeOnly": True})
    assert found(receiving(old), receiving(an_object())) == [
        ("response-required-property-removed", "additive")
    ]


ALTERNATIVES = {"Cat": an_object(meow=STRING), "Dog": an_object(bark=STRING), "Eel": an_object(slime=STRING)}


def union(*names: str, kind: str = "oneOf") -> Any:
    return {kind: [{"$ref": f"#/components/schemas/{name}"} for name in names]}


@pytest.mark.parametrize("kind", ["oneOf", "anyOf"])
def test_alternatives_come_and_go(kind: str) -> None:
    two, three = union("Cat", "Dog", kind=kind), union("Dog", "Cat", "Eel", kind=kind)
    name = "one-of" if kind == "oneOf" else "any-of"
    for make, prefix, added, removed in (
        (sending, "request", "additive", "breaking"),
        (receiving, "response", "breaking", "additive"),
    ):
        old, new = make(two, schemas=ALTERNATIVES), make(three, schemas=ALTERNATIVES)
        codes = [one for one in found(old, new) if not one[0].startswith("api-schema")]
        assert codes == [(f"{prefix}-body-{name}-added", added)]
        codes = [one for one in found(new, old) if not one[0].startswith("api-schema")]
        assert codes == [(f"{prefix}-body-{name}-removed", removed)]


def test_a_schema_that_becomes_one_of_several() -> None:
    old = receiving({"$ref": "#/components/schemas/Cat"}, schemas=ALTERNATIVES)
    new = receiving(union("Cat", "Dog"), schemas=ALTERNATIVES)
    assert ("response-body-one-of-added", "breaking") in found(old, new)
    assert ("response-body-one-of-removed", "additive") in found(new, old)


def test_a_list_of_types_becomes_alternatives_that_say_more() -> None:
    number = {"type": "number"}
    old = receiving({"anyOf": [{"type": "boolean"}, number]})
    new = receiving({"anyOf": [{"type": "boolean"}, {**number, "minimum": 1}, an_object(a=STRING)]})
    code = "response-body-any-of-added"
    assert found(old, new) == [(code, "breaking"), ("response-property-min-set", "additive")]


def test_annotations_move_into_an_alternative_with_their_schema() -> None:
    text = {"type": "string", "default": "", "description": "Any words"}
    old, new = sending(text), sending({"oneOf": [an_object(a=STRING), text]})
    assert found(old, new) == [("request-body-one-of-added", "additive")]


def test_null_stays_where_alternatives_become_one_schema() -> None:
    user = {"type": "object", "required": ["a"], "properties": {"a": STRING, "b": STRING}}
    schemas = {"User": user, "Group": an_object(c=STRING)}
    old = receiving(an_object(p={**union("User", "Group", kind="anyOf"), "nullable": True}), schemas=schemas)
    inline = {"allOf": [user, {"type": "object", "nullable": True}], "nullable": True}
    changes = found(old, receiving(an_object(p=inline), schemas=schemas))
    assert [change for change in changes if not change[0].startswith("api-schema")] == [
        ("response-property-any-of-removed", "additive")
    ]


def test_another_type_becomes_alternatives() -> None:
    for make, prefix in ((sending, "request"), (receiving, "response")):
        changes = compare(make(STRING), make(union("Cat", "Dog"), schemas=ALTERNATIVES)).changes
        first = next(change for change in changes if not change.code.startswith("api-schema"))
        assert (first.code, first.severity.value) == (f"{prefix}-body-type-changed", "breaking")
        assert "`Cat` or `Dog` (was `string`)" in first.message


def test_the_most_alike_alternatives_are_versions_of_one() -> None:
    names = ("a", "b", "c", "d")
    far, near = an_object(**dict.fromkeys("abx", STRING)), an_object(**dict.fromkeys(names, STRING))
    grown = an_object(**dict.fromkeys((*names, "e"), STRING))
    assert found(receiving({"oneOf": [far, near]}), receiving({"oneOf": [grown]})) == [
        ("response-body-one-of-removed", "additive"),
        ("response-optional-property-added", "additive"),
    ]


def test_a_change_inside_an_alternative_is_told_as_such() -> None:
    old = receiving({"oneOf": [STRING, an_object(a=STRING, b=STRING)]})
    new = receiving({"oneOf": [an_object(a=STRING, b=INTEGER), STRING]})
    assert found(old, new) == [("response-property-type-changed", "breaking")]


def test_an_inline_all_of_is_read_as_what_it_adds_up_to() -> None:
    old = receiving({"allOf": [an_object(["a"], a=STRING), an_object(b=STRING)]})
    new = receiving(an_object(a=STRING, b=STRING))
    assert found(old, new) == [("response-property-became-optional", "breaking")]


def test_a_second_pattern_is_a_demand_of_its_own() -> None:
    old = sending({"allOf": [{"type": "string", "pattern": "^a"}]})
    new = sending({"allOf": [{"type": "string", "pattern": "^a"}, {"pattern": "z$"}]})
    assert found(old, new) == [("request-body-all-of-added", "breaking")]
    assert found(new, old) == [("request-body-all-of-removed", "additive")]


def test_a_discriminator_is_compared_by_its_values() -> None:
    def pets(property_name: str, **mapping: str) -> Any:
        schema = {**union("Cat", "Dog"), "discriminator": {"propertyName": property_name, "mapping": mapping}}
        return receiving(schema, schemas=ALTERNATIVES)

    cat, dog = "#/components/schemas/Cat", "Dog"
    old = pets("kind", cat=cat, dog=dog)
    assert found(old, pets("kind", cat=cat, dog="#/components/schemas/Dog")) == []
    code = "response-body-discriminator"
    assert found(old, pets("type", cat=cat, dog=dog)) == [(f"{code}-property-name-changed", "risky")]
    assert (f"{code}-mapping-deleted", "risky") in found(old, pets("kind", cat=cat))


def test_items_and_maps_are_followed() -> None:
    for wrap in (
        lambda schema: {"type": "array", "items": schema},
        lambda schema: {"type": "object", "additionalProperties": schema},
        lambda schema: {"type": "array", "prefixItems": [schema]},
        lambda schema: {"type": "object", "patternProperties": {"^x": schema}},
    ):
        assert found(receiving(wrap(STRING)), receiving(wrap(INTEGER))) == [
            ("response-property-type-changed", "breaking")
        ]
