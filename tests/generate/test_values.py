"""What a call returns: unions, enums, nullable values, several statuses and content types."""

from __future__ import annotations

import datetime
import json
from typing import Any

import httpx
import pytest

from .documents import document, operation
from .packages import TEXT, Build, talk


def test_a_field_of_the_document_wins_over_a_flag_of_the_client(client_of: Build) -> None:
    job = {
        "type": "object",
        "properties": {
            "status": {"type": "string", "enum": ["QUEUED", "COMPLETED"]},
            "isCompleted": {"type": "boolean"},
        },
    }
    client = talk(
        client_of(document({"/jobs": {"get": operation("get_job", "jobs", job)}})),
        "WidgetsClient",
        lambda request: httpx.Response(200, json={"status": "COMPLETED", "isCompleted": False}),
    )
    found = client.jobs.get()
    assert found.is_completed is False
    assert found.is_success


UNION = {
    "oneOf": [
        {
            "type": "object",
            "required": ["type", "radius"],
            "properties": {"type": {"type": "string", "enum": ["circle"]}, "radius": {"type": "number"}},
        },
        {
            "type": "object",
            "required": ["type", "side"],
            "properties": {"type": {"type": "string", "enum": ["square"]}, "side": {"type": "number"}},
        },
        {"type": "string"},
        {"type": "array", "items": {"type": "integer"}},
        {"type": "null"},
    ]
}


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({"type": "circle", "radius": 1}, "GetShapeResponseVariant1"),
        ({"type": "square", "side": 2, "color": "red"}, "GetShapeResponseVariant2"),
        ("text", "str"),
        ([1, 2], "list"),
        (None, "NoneType"),
    ],
)
def test_a_union_reads_as_the_member_that_fits(client_of: Build, value: Any, kind: str) -> None:
    spec = document({"/shape": {"get": operation("get_shape", "shapes", UNION)}})
    client = talk(
        client_of(spec),
        "WidgetsClient",
        lambda request: httpx.Response(200, content=json.dumps(value).encode()),
    )
    assert type(client.shapes.get()).__name__ == kind


@pytest.mark.parametrize("value", [5, {"type": "circle"}, ["a"], {"side": "x"}])
def test_a_union_that_nothing_fits_is_refused(client_of: Build, value: Any) -> None:
    module = client_of(document({"/shape": {"get": operation("get_shape", "shapes", UNION)}}))
    client = talk(
        module,
        "WidgetsClient",
        lambda request: httpx.Response(200, json=value),
        response_validation="strict",
    )
    with pytest.raises(module.ResponseValidationError):
        client.shapes.get()


def test_the_right_response_is_read_by_status(client_of: Build) -> None:
    first = {"type": "object", "required": ["a"], "properties": {"a": TEXT}}
    second = {"type": "object", "required": ["b"], "properties": {"b": TEXT}}
    responses = {
        "200": {"description": "", "content": {"application/json": {"schema": first}}},
        "202": {"description": "", "content": {"application/json": {"schema": second}}},
        "204": {"description": ""},
        "default": {"description": ""},
    }
    spec = document({"/x": {"get": {"operationId": "get_x", "tags": ["t"], "responses": responses}}})
    module = client_of(spec)

    def ask(status: int, value: Any) -> Any:
        return talk(module, "WidgetsClient", lambda request: httpx.Response(status, json=value)).t.get_x()

    assert ask(200, {"a": "1"}).a == "1"
    assert ask(202, {"b": "2"}).b == "2"
    assert ask(204, None) is None


@pytest.mark.parametrize(("media_type", "value"), [("text/csv", "a,b\n"), ("application/pdf", b"%PDF")])
def test_other_content_comes_as_text_or_bytes(client_of: Build, media_type: str, value: Any) -> None:
    responses = {"200": {"description": "", "content": {media_type: {"schema": TEXT}}}}
    spec = document({"/x": {"get": {"operationId": "get_x", "tags": ["t"], "responses": responses}}})
    content = value.encode() if isinstance(value, str) else value
    client = talk(client_of(spec), "WidgetsClient", lambda request: httpx.Response(200, content=content))
    assert client.t.get_x() == value


@pytest.mark.parametrize("value", ["garbage", 5, {}])
def test_a_nullable_date_time_is_checked(client_of: Build, value: Any) -> None:
    schema = {
        "type": "object",
        "required": ["at"],
        "properties": {"at": {"type": ["string", "null"], "format": "date-time"}},
    }
    module = client_of(document({"/x": {"get": operation("get_x", "t", schema)}}))

    def ask(at: Any) -> Any:
        def answer(request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, json={"at": at})

        return talk(module, "WidgetsClient", answer, response_validation="strict").t.get_x()

    with pytest.raises(module.ResponseValidationError, match=r"\$\.at: expected date-time"):
        ask(value)
    assert ask(None).at is None
    assert ask("2024-01-01T00:00:00Z").at.year == 2024


def test_integer_enums_are_open_too(client_of: Build) -> None:
    schema = {
        "type": "object",
        "required": ["level"],
        "properties": {"level": {"type": "integer", "enum": [0, 1, -2]}},
    }
    module = client_of(document({"/x": {"get": operation("get_x", "t", schema)}}))

    def ask(level: Any) -> Any:
        def answer(request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, json={"level": level})

        return talk(module, "WidgetsClient", answer, response_validation="strict").t.get_x().level

    assert [ask(level) for level in (0, 1, -2, 9)] == [0, 1, -2, 9]
    assert ask(1).is_known
    assert not ask(9).is_known
    for wrong in (True, "1", 1.5, None):
        with pytest.raises(module.ResponseValidationError):
            ask(wrong)


def test_what_is_read_among_many_answers_is_the_same(client_of: Build) -> None:
    thing = {"type": "object", "required": ["id"], "properties": {"id": TEXT, "size": {"type": "integer"}}}
    ref = {"$ref": "#/components/schemas/Thing"}
    whole = {
        "type": "object",
        "properties": {
            "named": {"type": "object", "additionalProperties": {"type": "array", "items": ref}},
            "maybe": {"type": "array", "items": {"anyOf": [ref, {"type": "null"}]}},
            "either": {"type": "array", "items": {"oneOf": [ref, TEXT]}},
            "shape": UNION,
            "words": {"type": "array", "items": {"type": "array", "items": TEXT}},
        },
    }
    spec = document(
        {"/all": {"get": operation("get_all", "all", whole)}}, components={"schemas": {"Thing": thing}}
    )
    one = {"id": "a", "size": 1, "color": "red"}
    value = {
        "named": {"x": [one, {"id": "b"}], "y": []},
        "maybe": [None, one, {"id": "b", "size": None}],
        "either": ["text", one, "text"],
        "shape": {"type": "circle", "radius": 1, "more": True},
        "words": [["a", "b"], []],
        "unknown": 1.0,
    }
    client = talk(client_of(spec), "WidgetsClient", lambda request: httpx.Response(200, json=value))
    found = [client.all.get() for _ in range(30)]
    assert all(each.to_dict() == value for each in found)
    assert found[0] == found[-1]
    assert found[-1].named["x"][0].extra == {"color": "red"}
    assert [type(each).__name__ for each in found[-1].either] == ["str", "Thing", "str"]


def test_times_without_an_offset_are_given_back_as_they_came_wherever_they_stand(client_of: Build) -> None:
    moment = {**TEXT, "format": "date-time"}
    whole = {
        "type": "object",
        "properties": {"list": {"type": "array", "items": moment}, "map": {"additionalProperties": moment}},
        "additionalProperties": moment,
    }
    value = {"list": ["2024-01-01T00:00:00", "2024-01-01T00:00:00Z"], "map": {"a": "2024-01-01 00:00:00"}}
    value = {**value, "more": "2024-01-01T00:00:00"}
    spec = document({"/x": {"get": operation("get_x", "t", whole)}})
    found = talk(client_of(spec), "WidgetsClient", lambda _: httpx.Response(200, json=value)).t.get_x()
    assert len(found.problems) == 3
    assert found.to_dict() == value
    found.list_[0] = datetime.datetime(2025, 1, 1)
    with pytest.raises(ValueError, match="no time zone"):
        found.to_dict()


@pytest.mark.parametrize("mode", ["lenient", "strict"])
def test_a_change_that_was_made_without_a_word_is_no_failure(client_of: Build, mode: str) -> None:
    made = {"type": "object", "required": ["id"], "properties": {"id": TEXT}}
    spec = document({"/x": {"get": operation("get_x", "t", made), "post": operation("make_x", "t", made)}})
    module = client_of(spec)
    t = talk(module, "WidgetsClient", lambda _: httpx.Response(202), response_validation=mode).t
    with pytest.raises(module.ResponseValidationError):
        t.get_x()
    if mode == "lenient":
        assert t.make_x() is None
    else:
        with pytest.raises(module.ResponseValidationError):
            t.make_x()
