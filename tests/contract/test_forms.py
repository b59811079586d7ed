"""What the suite reads out of a document it has never seen."""

import pytest

from trigger_contract.contract.generated import may_be_valid
from trigger_contract.contract.ids import prefix_of
from trigger_contract.contract.lifecycle import answers_when_finished, conditional_fields, success_field
from trigger_contract.contract.oracle import filters
from trigger_contract.contract.prose import rules, values_at
from trigger_contract.contract.subjects import contract_from
from trigger_contract.contract.values import invalid_values
from trigger_contract.contract.views import negative_view, positive_view
from trigger_contract.document.wire import query_leaves
from trigger_contract.errors import UserError

WIDGET = {
    "type": "object",
    "required": ["id", "colour", "createdAt"],
    "properties": {
        "id": {"type": "string", "description": "The ID, prefixed with `wid_`"},
        "colour": {"type": "string", "enum": ["RED", "BLUE"]},
        "labels": {"type": "array", "items": {"type": "string"}, "description": "Labels"},
        "createdAt": {"type": "string", "format": "date-time"},
    },
}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Widgets", "version": "1"},
    "servers": [{"url": "https://widgets.test"}],
    "security": [{"key": []}],
    "paths": {
        "/widgets": {
            "get": {
                "operationId": "list_widgets",
                "parameters": [
                    {"in": "query", "name": "cursor", "schema": {"type": "string"}},
                    {
                        "in": "query",
                        "name": "limit",
                        "schema": {"type": "integer", "minimum": 1, "maximum": 50, "default": 10},
                    },
                    {
                        "in": "query",
                        "name": "colour",
                        "style": "form",
                        "explode": False,
                        "schema": {"type": "array", "items": {"type": "string", "enum": ["RED", "BLUE"]}},
                    },
                    {"in": "query", "name": "label", "schema": {"type": "string"}},
                ],
                "responses": {
                    "200": {
                        "description": "ok",
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "properties": {
                                        "widgets": {"type": "array", "items": WIDGET},
                                        "nextCursor": {"type": "string"},
                                    },
                                }
                            }
                        },
                        "links": {
                            "one": {
                                "operationId": "get_widget",
                                "parameters": {"widgetId": "$response.body#/widgets/0/id"},
                            }
                        },
                    },
                    "401": {"description": "no"},
                },
            }
        },
        "/widgets/{widgetId}": {
            "get": {
                "operationId": "get_widget",
                "parameters": [
                    {
                        "in": "path",
                        "name": "widgetId",
                        "required": True,
                        "schema": {"type": "string"},
                        "description": "The ID of a widget, starts with `wid_`.",
                    }
                ],
                "responses": {
                    "200": {"description": "ok", "content": {"application/json": {"schema": WIDGET}}},
                    "404": {
                        "description": "none",
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "properties": {"error": {"type": "string", "const": "No such widget"}},
                                }
                            }
                        },
                    },
                },
            }
        },
    },
    "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "x-key"}}},
}
LIST, DETAIL = contract_from(DOCUMENT).subjects


def test_a_list_its_pages_and_its_detail_are_found_by_form():
    assert LIST.is_list
    assert LIST.items == ("widgets",)
    assert LIST.pages is not None
    assert DETAIL.is_detail
    (relation,) = contract_from(DOCUMENT).relations
    assert (relation.parameter, relation.field, relation.is_detail) == ("widgetId", "id", True)
    assert DETAIL.error_text(404) == ("error", "No such widget")
    assert prefix_of(DETAIL.path_parameters[0]) == "wid_"


def test_filters_are_the_parameters_named_like_fields():
    assert {(item.leaf.name, item.field, item.kind) for item in filters(LIST)} == {
        ("colour", "colour", "equals"),
        ("label", "labels", "contains"),
    }


def test_views_are_flat_and_the_negative_one_keeps_what_can_be_wrong():
    positive = positive_view(LIST, {"cursor": ["wid_1"]}, [], {})
    negative = negative_view(LIST)
    assert _names(positive) == ["cursor", "limit", "colour"]
    assert _names(negative) == ["limit", "colour"]


def test_a_number_that_pages_is_valid_only_where_a_page_can_be():
    def number(name, **more):
        return {"in": "query", "name": name, "schema": {"type": "integer", **more}}

    body = {"type": "object", "properties": {"data": {"type": "array", "items": WIDGET}}}
    answers = {"200": {"description": "ok", "content": {"application/json": {"schema": body}}}}
    names = [number("page", exclusiveMinimum=2000), number("perPage", multipleOf=25), number("colour")]
    paging = {"exclusiveMinimum": 0, "exclusiveMaximum": 9, "multipleOf": 2}
    names += [
        number("odd", **paging),
        {
            "in": "query",
            "name": "tags",
            "schema": {
                "type": "array",
                "minItems": 2,
                "maxItems": 3,
                "items": {"type": "integer", **paging},
            },
        },
    ]
    paths = {"/widgets": {"get": {"operationId": "list", "parameters": names, "responses": answers}}}
    (subject,) = contract_from({"openapi": "3.1.0", "info": DOCUMENT["info"], "paths": paths}).subjects
    view = positive_view(subject, {}, [], {})
    sent = [item["schema"] for item in view["paths"]["/widgets"]["get"]["parameters"]]
    page, size, colour, odd, tags = sent
    assert page["minimum"] == size["minimum"] == 1
    assert page["maximum"] > 2000
    assert size["maximum"] >= 25
    # What a server counts in, no document needs to say.
    usual = {"minimum": 1 - 2**31, "maximum": 2**31 - 1}
    assert colour == {"type": "integer", **usual}
    assert odd == tags["items"] == {"type": "integer", **usual, **paging}
    assert (tags["minItems"], tags["maxItems"]) == (2, 3)


def _names(view):
    return [item["name"] for item in view["paths"]["/widgets"]["get"]["parameters"]]


def test_what_is_sent_as_invalid_cannot_be_read_as_valid():
    for leaf in LIST.leaves:
        for value, _ in invalid_values(DOCUMENT, leaf):
            schema = leaf.schema.get("items", leaf.schema)
            assert not may_be_valid(schema, leaf, value)


@pytest.mark.parametrize(
    ("text", "valid"), [("RED", True), ("RED,BLUE", True), ("", True), ("RED,PINK", False)]
)
def test_a_list_is_valid_if_each_item_may_be(text, valid):
    leaf = next(item for item in query_leaves(DOCUMENT, LIST.operation) if item.name == "colour")
    assert may_be_valid(leaf.schema["items"], leaf, text) is valid


def test_prose_is_checked_where_the_schema_is_silent():
    (rule,) = [item for item in rules(DOCUMENT, DETAIL.response_pointer) if item.name == "prefix"]
    assert [rule.test(value, holder) for value, holder in values_at({"id": "x_1"}, rule.path)] != [None]
    assert [rule.test(value, holder) for value, holder in values_at({"id": "wid_1"}, rule.path)] == [None]


def test_an_unknown_tag_names_those_there_are():
    with pytest.raises(UserError, match="no operation has this tag"):
        contract_from(DOCUMENT, ["nothing"])


def test_the_canonical_result_is_recognised():
    from trigger_contract.document.locate import read_document

    (result,) = [item for item in contract_from(read_document()).subjects if answers_when_finished(item)]
    assert success_field(result) == "ok"
    assert set(conditional_fields(result)) == {("output", "ok", True), ("error", "ok", False)}
