"""Each change is told once, at the place where it is declared, in a sentence that is true."""

from __future__ import annotations

import copy
from typing import Any

from small_documents import an_object, asking, document, query, receiving, sending

from trigger_contract.changes import as_markdown, compare, propose

STRING = {"type": "string"}
INTEGER = {"type": "integer"}


def ref(name: str, **beside: Any) -> Any:
    return {"$ref": f"#/components/schemas/{name}", **beside}


def told(old: Any, new: Any) -> list[str]:
    return [change.message for change in compare(old, new).changes]


def found(old: Any, new: Any) -> list[tuple[str, str]]:
    return [(change.code, change.severity.value) for change in compare(old, new).changes]


def boxes(*base: Any, needed: Any = ()) -> Any:
    """Two components that have a part in common, both in one response."""
    parts = {
        name: {"allOf": [ref("Base"), {**an_object(list(needed)), "description": name}]}
        for name in ("Box", "Bag")
    }
    both = an_object(box=ref("Box"), bag=ref("Bag"))
    return receiving(both, schemas={"Base": base[0], **parts})


def test_a_change_in_a_part_of_an_all_of_is_told_at_the_part() -> None:
    old = boxes({**an_object(["a"], a=STRING), "description": "Old"})
    new = boxes({**an_object(a=INTEGER, b=STRING), "description": "New"})
    assert told(old, new) == [
        "In responses, `Base.a` is no longer required.",
        "In responses, `Base.a` has type integer (was string).",
        "In responses, `Base.b` was added (optional).",
        "In responses, `Base` has the description `New` (was `Old`).",
    ]


def test_what_the_others_say_of_a_property_is_told_where_they_say_it() -> None:
    old, new = boxes(an_object(a=STRING)), boxes(an_object(a=STRING), needed=["a"])
    assert told(old, new) == [
        "In responses, `Box.a` is now required.",
        "In responses, `Bag.a` is now required.",
    ]


def test_another_reference_is_told_at_the_place_that_refers() -> None:
    schemas = {"User": an_object(["id"], id=STRING), "Guest": an_object(id=STRING)}
    uses = an_object(user=ref("User"), guest=ref("Guest"))
    old = receiving(an_object(owner=ref("User"), maker=ref("User"), all=uses), schemas=schemas)
    new = receiving(an_object(owner=ref("Guest"), maker=ref("Guest"), all=uses), schemas=schemas)
    assert told(old, new) == [
        "In the 200 response, `owner.id` is no longer required.",
        "In the 200 response, `maker.id` is no longer required.",
    ]


def test_the_same_change_in_two_inline_schemas_is_two_changes() -> None:
    def pair(limit: int) -> Any:
        part = {"allOf": [{"type": "string"}, {"maxLength": limit}]}
        return sending(an_object(a=part, b=part))

    assert told(pair(3), pair(4)) == [
        "In the request body, `a` has `maxLength` `4` (was `3`).",
        "In the request body, `b` has `maxLength` `4` (was `3`).",
    ]


def test_recursion_that_never_meets_its_own_name_ends() -> None:
    one = receiving(ref("A"), schemas={"A": an_object(next=an_object(next=ref("A")))})
    two = receiving(
        an_object(next=ref("B")), schemas={"B": an_object(next=an_object(next=ref("B"), extra=STRING))}
    )
    assert ("response-optional-property-added", "additive") in found(one, two)


def test_a_component_that_is_a_whole_body_and_a_part_of_one_is_told_once() -> None:
    def run(schema: Any) -> Any:
        made = sending(ref("Run"), schemas={"Run": schema})
        made["paths"]["/all"] = sending(an_object(run=ref("Run")))["paths"]["/things"]
        return made

    (change,) = compare(run(an_object()), run({**an_object(), "description": "A run"})).changes
    assert change.operations == ("POST /things", "POST /all")


def test_nothing_is_told_below_a_type_that_is_quite_another() -> None:
    old = receiving({"type": "string", "enum": ["a"], "maxLength": 3})
    assert told(old, receiving(an_object(["a"], a=STRING))) == [
        "The 200 response has type object (was string)."
    ]


def test_alternatives_are_paired_by_the_value_that_tells_them_apart() -> None:
    def event(kind: str, **more: Any) -> Any:
        return an_object(["type", "data"], type={"type": "string", "enum": [kind]}, data=STRING, **more)

    old = receiving({"oneOf": [event("start"), event("stop")]})
    new = receiving({"oneOf": [event("pause"), event("stop", at=STRING), event("start")]})
    assert found(old, new) == [
        ("response-body-one-of-added", "breaking"),
        ("response-optional-property-added", "additive"),
    ]


def test_an_alternative_and_its_discriminator_value_are_one_change() -> None:
    schemas = {name: an_object(kind={"enum": [name.lower()]}) for name in ("Cat", "Dog")}

    def pets(*names: str) -> Any:
        mapping = {name.lower(): f"#/components/schemas/{name}" for name in names}
        union = {
            "oneOf": [*map(ref, names), STRING],
            "discriminator": {"propertyName": "kind", "mapping": mapping},
        }
        return receiving(union, schemas=schemas)

    codes = [code for code, _ in found(pets("Cat"), pets("Cat", "Dog")) if not code.startswith("api-schema")]
    assert codes == ["response-body-one-of-added"]


def test_in_a_query_a_number_may_become_a_string() -> None:
    assert found(asking(query(schema=INTEGER)), asking(query(schema=STRING))) == [
        ("request-parameter-type-generalized", "additive")
    ]
    json = [
        asking({"name": "q", "in": "query", "content": {"application/json": {"schema": schema}}})
        for schema in (INTEGER, STRING)
    ]
    assert found(*json) == [("request-parameter-type-changed", "breaking")]
    assert found(sending(INTEGER), sending(STRING)) == [("request-body-type-changed", "breaking")]


def test_a_parameter_that_gets_a_media_type_is_spelled_otherwise() -> None:
    new = asking({"name": "q", "in": "query", "content": {"application/json": {"schema": STRING}}})
    assert found(asking(query()), new) == [("request-parameter-serialization-changed", "breaking")]


def test_a_single_value_may_become_a_list_of_repeated_names() -> None:
    one, many = query(), query(schema={"type": "array", "items": STRING})
    assert found(asking(one), asking(many)) == [("request-parameter-type-generalized", "additive")]
    assert ("request-parameter-type-changed", "breaking") in found(
        asking(one), asking({**many, "explode": False})
    )


def test_a_schema_that_no_operation_uses_is_not_told_for_what_it_refers_to() -> None:
    def spare(limit: int) -> Any:
        schemas = {"Name": {"type": "string", "maxLength": limit}, "Spare": an_object(name=ref("Name"))}
        return sending(ref("Name"), schemas=schemas)

    assert found(spare(3), spare(4)) == [("request-body-max-length-increased", "additive")]


def test_an_operation_under_another_path_is_named() -> None:
    def at(path: str) -> Any:
        return document({"operationId": "cancel", "responses": {}}, path=path)

    assert told(at("/v1/cancel"), at("/v2/cancel"))[0] == (
        "The operation was removed; its operationId is that of `POST /v2/cancel` now."
    )


def test_the_day_on_which_an_operation_goes_away() -> None:
    def ending(day: str | None, deprecated: bool = True) -> Any:
        life = {"x-sunset": day} if day else {}
        return document({"responses": {}, "deprecated": deprecated, **life})

    assert told(document({"responses": {}}), ending("2030-06-01")) == [
        "The operation is now deprecated and goes away on 2030-06-01."
    ]
    assert found(ending("2030-06-01"), ending("2031-01-01")) == [("sunset-changed", "additive")]
    assert found(ending("2031-01-01"), ending("2030-06-01")) == [("sunset-changed", "risky")]
    assert found(ending(None), ending("2030-06-01")) == [("sunset-added", "risky")]
    assert found(ending("2030-06-01"), ending(None)) == [("sunset-deleted", "risky")]


def test_the_same_text_is_looked_at_where_something_else_gives_it_another_meaning() -> None:
    old = document({"responses": {}, "security": [{"key": []}]})
    old["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "basic"}}
    new = copy.deepcopy(old)
    new["components"]["securitySchemes"]["key"]["scheme"] = "bearer"
    assert found(old, new) == [("api-security-scheme-changed", "breaking")]
    old = receiving(an_object(p=ref("Name")), schemas={"Name": ref("Text"), "Text": STRING})
    new = copy.deepcopy(old)
    new["components"]["schemas"]["Text"] = INTEGER
    assert found(old, new) == [("response-property-type-changed", "breaking")]
    old, new = receiving({"enum": [0, 1]}), receiving({"enum": [False, True]})
    assert found(old, new) != []
    old, new = (receiving(STRING, servers=[{"url": url}]) for url in ("https://a", "https://b"))
    assert [code for code, _ in found(old, new)] == ["api-server-removed", "api-server-added"]


def test_a_long_list_of_operations_is_cut_short_unless_they_came_or_went() -> None:
    def many(schema: Any, count: int) -> Any:
        made = receiving(ref("Run"), schemas={"Run": schema})
        made["paths"] = {f"/things/{index}": made["paths"]["/things"] for index in range(count)}
        return made

    changed = compare(many(an_object(), 30), many(an_object(a=STRING), 30))
    lines = as_markdown(changed, propose(changed)).splitlines()
    assert "    - and 19 more" in lines
    grown = compare(many(an_object(), 1), many(an_object(), 30))
    assert as_markdown(grown, propose(grown)).count("    - `POST ") == 29


def test_changes_that_read_the_same_are_one_item_of_the_report() -> None:
    def api(*descriptions: str) -> Any:
        made = document()
        made["paths"] = {
            f"/things/{index}": {"get": {"description": text, "responses": {}}}
            for index, text in enumerate(descriptions)
        }
        return made

    long = "A description that is longer than what a sentence about it would want to repeat in full. "
    comparison = compare(api(long, long + "1"), api(long + "2", long + "3"))
    assert len(comparison.changes) == 2
    lines = as_markdown(comparison, propose(comparison)).splitlines()
    assert [line for line in lines if line.lstrip().startswith("- ")] == [
        "- The operation has a new description. (`operation-description-changed`)",
        "    - `GET /things/0`",
        "    - `GET /things/1`",
    ]
