"""Models built by hand, sent, read back and shown to others."""

from __future__ import annotations

import dataclasses
import datetime
import inspect
import json
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import httpx
import pytest

from .documents import body, document, operation
from .packages import TEXT, imported, talk

MOVIE = {
    "type": "object",
    "required": ["id", "title", "secret"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "title": TEXT,
        "secret": {**TEXT, "writeOnly": True},
        # As OpenAPI 3.0 has to say it: beside a reference there is no place for words.
        "key": {"allOf": [{"$ref": "#/components/schemas/Key"}], "description": "How it is found."},
        "token": {"allOf": [{"$ref": "#/components/schemas/Token"}], "description": "To come in."},
        "rating": {"type": ["integer", "null"]},
        "subTitle": TEXT,
        "madeAt": {**TEXT, "format": "date-time"},
        "seen": {"type": ["string", "null"], "format": "date"},
        "state": {**TEXT, "enum": ["NEW", "OLD"]},
        "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Part"}},
        "review": {"type": "string"},
        "reviewType": {"type": "string", "description": "For example `application/json`."},
    },
}
PART = {
    "type": "object",
    "properties": {"name": TEXT},
    "additionalProperties": {"type": "string", "format": "date-time"},
}
WRITTEN = {**TEXT, "writeOnly": True}
SPEC = document(
    {
        "/films": {
            "post": operation(
                "create_film", "films", {"$ref": "#/components/schemas/Movie"}, requestBody=body(MOVIE)
            )
        }
    },
    components={
        "schemas": {"Movie": MOVIE, "Part": PART, "Key": {**TEXT, "readOnly": True}, "Token": WRITTEN}
    },
)


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    with imported(SPEC, tmp_path_factory.mktemp("models")) as found:
        yield found


def test_null_and_absence_are_two_things(module: ModuleType) -> None:
    movie = module.Movie(title="t", secret="s")
    assert movie.rating is None
    assert movie.to_dict() == {"title": "t", "secret": "s"}
    assert module.Movie(title="t", secret="s", rating=module.NOT_GIVEN).to_dict() == movie.to_dict()
    # What cannot be null is left out.
    cleared = module.Movie(title="t", secret="s", rating=None, sub_title=None)
    assert cleared.to_dict() == {"title": "t", "secret": "s", "rating": None}
    movie.rating = 3
    assert movie.to_dict()["rating"] == 3
    movie.rating = None
    assert movie == module.Movie(title="t", secret="s")
    assert movie.to_dict() == cleared.to_dict()


def test_what_was_read_can_be_cleared(module: ModuleType) -> None:
    value = {"id": 1, "title": "t", "rating": 5, "subTitle": "s", "seen": None, "more": 1}
    movie = module.Movie.from_dict(value)
    assert movie.to_dict() == value
    movie.rating = movie.sub_title = None
    assert movie.to_dict() == {"id": 1, "title": "t", "rating": None, "seen": None, "more": 1}


def test_a_property_counts_in_its_direction(module: ModuleType) -> None:
    seen: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(json.loads(request.content))
        return httpx.Response(200, json={"id": 1, "title": "t", "key": "k"})

    client = talk(module, "WidgetsClient", answer, response_validation="strict")
    made = client.films.create(body=module.Movie(title="t", secret="s"))
    assert seen == [{"title": "t", "secret": "s"}]
    assert (made.id, made.secret, made.key) == (1, None, "k")
    keywords = inspect.signature(client.films.create).parameters
    assert ("key" in keywords, "token" in keywords, "id" in keywords) == (False, True, False)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"title": "t"}, "Movie needs secret"),
        ({"title": "t", "secret": "s", "subTitel": "x"}, "Movie has no 'subTitel'; did you mean sub_title?"),
        ({"title": "t", "secret": "s", "made_at": "soon"}, "made_at: expected date-time"),
        ({"title": "t", "secret": "s", "made_at": "2024-01-01T00:00:00"}, "made_at: expected date-time with"),
    ],
)
def test_a_wrong_argument_is_named(module: ModuleType, given: dict[str, Any], message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        module.Movie(**given)


def test_spellings_will_do(module: ModuleType) -> None:
    movie = module.Movie(
        title="t", secret="s", made_at="2024-05-23T10:00:00Z", seen="2024-05-23", state="OLD"
    )
    assert movie.made_at == datetime.datetime(2024, 5, 23, 10, tzinfo=datetime.UTC)
    assert movie.seen == datetime.date(2024, 5, 23)
    assert movie.state is module.MovieState.OLD


def test_further_properties_have_their_type(module: ModuleType) -> None:
    part = module.Part.from_dict({"name": "n", "at": "2024-05-23T10:00:00Z"})
    assert part.extra["at"].year == 2024
    assert part.to_dict() == {"name": "n", "at": "2024-05-23T10:00:00Z"}
    with pytest.raises(ValueError, match=r"\$\.at: expected date-time"):
        module.Part.from_dict({"at": "soon"})


def test_a_model_is_shown_in_either_spelling_and_to_dataclasses(module: ModuleType) -> None:
    movie = module.Movie.from_dict({"id": 1, "title": "t", "subTitle": "s", "parts": [{"name": "n"}]})
    assert movie.to_dict(by_alias=False) == {
        "id": 1,
        "title": "t",
        "sub_title": "s",
        "parts": [{"name": "n"}],
    }
    assert json.loads(movie.to_json()) == movie.to_dict()
    assert "\n" not in movie.to_json()
    assert module.Movie.from_json(movie.to_json()) == movie
    shown = dataclasses.asdict(movie)
    assert shown["sub_title"] == "s"
    assert shown["parts"] == [{"name": "n", "extra": {}}]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ('{"a":[1]}', "application/json", {"a": [1]}),
        ("1", "application/problem+json; charset=utf-8", 1),
        ("plain", "text/plain", "plain"),
        ("plain", None, "plain"),
        (None, "application/json", None),
    ],
)
def test_a_text_is_read_by_its_content_type(
    module: ModuleType, text: str | None, kind: str | None, value: Any
) -> None:
    assert module.Movie(title="t", secret="s", review=text, review_type=kind).value == value
