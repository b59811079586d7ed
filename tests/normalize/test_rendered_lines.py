"""Every line of a rendered page is accounted for: taken, left with a note, or the page is refused."""

from __future__ import annotations

from typing import Any

import pytest

from trigger_contract.document.references import resolve
from trigger_contract.errors import UserError
from trigger_contract.normalize import Page, normalize
from trigger_contract.normalize.rendered.types import is_type, type_schema

TOP = "# Book a trip\n\nPOST /trips\n\n#### Body\n\napplication/json\n\n"
END = "\n\n#### Response\n\n200\n\napplication/json\n\nid\n\nstring\n"


def field(name: str, kind: str, *more: str, anchor: bool = False) -> str:
    return "\n\n".join([*(["[](#body-it)"] if anchor else []), name, kind, *more]) + "\n\n"


def read(body: str, top: str = TOP, end: str = END) -> tuple[dict[str, Any], Any]:
    result = normalize([Page("trip.md", top + body + end)])
    (item,) = result.document["paths"].values()
    ((_, operation),) = item.items()
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    return resolve(result.document, schema), result


@pytest.mark.parametrize("anchor", [False, True])
@pytest.mark.parametrize("name", ["headers", "response", "errors", "body", "send", "copy", "go", "cookies"])
def test_a_field_may_be_called_like_a_heading_or_a_button(name, anchor):
    parts = [field(name, "object", "What it is.", anchor=anchor), field("last", "string", anchor=anchor)]
    schema, result = read("".join(parts))
    assert sorted(schema["properties"]) == sorted([name, "last"])
    assert not result.notes


@pytest.mark.parametrize(
    ("shown", "schema"),
    [
        ("(Seat · object | Bed · object)[]", {"type": "array", "items": {"type": "object"}}),
        ("enum<integer>[]", {"type": "array", "items": {"type": "integer"}}),
        ("Seat · string | Bed · string<uuid>", None),
        ("string | null", {"type": ["string", "null"]}),
        ("stringobject[]", None),
        ("array of strings", {"type": "array", "items": {"type": "string"}}),
        ('"up" | "down"', {"type": "string", "enum": ["up", "down"]}),
        ("string or null", {"type": ["string", "null"]}),
        ("Array<String>", {"type": "array", "items": {"type": "string"}}),
        ("list[integer]", {"type": "array", "items": {"type": "integer"}}),
        ("**Optional[boolean]**", {"type": ["boolean", "null"]}),
        ("string (uuid)", {"type": "string", "format": "uuid"}),
        ("Map<string, any>", {"type": "object"}),
        ("Integer", {"type": "integer"}),
    ],
)
def test_types_are_read_as_they_are_shown(shown, schema):
    assert is_type(shown)
    if schema is None:
        assert len(type_schema(shown)["anyOf"]) == 2
    else:
        assert type_schema(shown) == schema


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("uuid", {"type": "string", "format": "uuid"}),
        ("int32", {"type": "integer", "format": "int32"}),
        ("timetable", {}),
        ("enum&lt;string&gt;", {"type": "string"}),
    ],
)
@pytest.mark.parametrize("anchor", [False, True])
def test_whatever_stands_in_the_place_of_a_type_is_one(kind, expected, anchor):
    parts = [
        field("from", "string", "Where it begins.", anchor=anchor),
        field("by", kind, "required", "How to go.", anchor=anchor),
        field("to", "string", "Where it ends.", anchor=anchor),
    ]
    schema, result = read("".join(parts))
    assert list(schema["properties"]) == ["from", "by", "to"]
    assert schema["required"] == ["by"]
    assert schema["properties"]["by"] == {**expected, "description": "How to go."}
    assert [note.kind for note in result.notes] == (["unknown type"] if kind == "timetable" else [])


@pytest.mark.parametrize("kind", ["Unix timestamp", "Seat reference", "char(3)", "Seat"])
def test_any_words_below_an_anchored_name_are_its_type(kind):
    schema, result = read(field("day", kind, "required", anchor=True) + field("last", "string", anchor=True))
    assert list(schema["properties"]) == ["day", "last"]
    assert schema["required"] == ["day"]
    assert [note.claims[0].says for note in result.notes] == [f"day: {kind}"]


def test_a_list_of_sentences_is_no_row_of_tabs():
    schema, result = read(
        field("seat", "object", "Where.", "* At a window.", "* Or not.") + field("seat.row", "integer")
    )
    assert list(resolve(result.document, schema["properties"]["seat"])["properties"]) == ["row"]


@pytest.mark.parametrize(
    "heading", ["## Response `201 Created`", "### Success response (201)", "#### 201 Created"]
)
def test_the_heading_of_an_answer_may_name_its_status(heading):
    schema, result = read(field("day", "string"), end=f"{heading}\n\nid\n\nstring\n")
    assert list(schema["properties"]) == ["day"]
    (item,) = result.document["paths"].values()
    assert list(item["post"]["responses"]) == ["201"]


@pytest.mark.parametrize(
    "end", ["#### Notes\n\nid\n\nstring\n", "Resultado\n\n200\n\napplication/json\n\nid\n\nstring\n"]
)
def test_fields_below_a_heading_that_is_not_known_are_in_no_section(end):
    with pytest.raises(UserError, match="stands below no heading that is known"):
        read(field("day", "string"), end=end)


def test_a_list_that_ends_a_text_is_no_row_of_tabs():
    parts = [
        field("seat", "object", "The seat, one of:", "*   Window", "*   Aisle"),
        field("seat.row", "integer"),
    ]
    schema, result = read("".join(parts))
    seat = resolve(result.document, schema["properties"]["seat"])
    assert seat["properties"] == {"row": {"type": "integer"}}


def test_attributes_of_one_alternative_are_left_with_a_note():
    parts = [field("pay", "object", "How.", "- Card", "- Cash"), field("pay.card", "string")]
    schema, result = read("".join(parts))
    assert schema["properties"] == {"pay": {"type": "object", "description": "How."}}
    assert [note.claims[0].says for note in result.notes] == ["pay.card"]


def test_nothing_is_taken_for_a_part_of_a_field_behind_a_line_that_is_not_read():
    body = field("from", "string", "Where it begins.", "obligatorio", "required", "Available options:", "`a`")
    schema, result = read(body + field("to", "string"))
    assert schema["properties"]["from"] == {"type": "string", "description": "Where it begins."}
    assert "required" not in schema
    assert [note.claims[0].says for note in result.notes] == [
        "obligatorio",
        "required",
        "Available options:",
        "`a`",
    ]


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("Reise\n\nPOST\n/\nreisen\n\nAnfrage\n\nziel\nstring\nWohin.\n", "no heading that is known"),
        ("# Trips\n\n## GET /trips\n\nAll.\n\n## GET /trips/{id}\n\nOne.\n", "further operation"),
        ("# Trips\n\nGET /trips\n\n## Query Parameters\n\n- **limit** (integer) - How many.\n", "no query"),
        ("Trips\n\nGET /trips\n\nQuery Parameters\n\nlimit\nrequired\n\nas shown above\n", "no query"),
    ],
)
def test_a_page_that_cannot_be_read_well_is_refused(page, words):
    with pytest.raises(UserError, match=words):
        normalize([Page("trips.txt", page)])


def test_the_server_may_stand_between_method_and_path():
    text = "Stop\nPOST\n\nhttps://eu.trips.test/rest/v2\n/\ntrips\n/\n{id}\n\nResponse\n\n200\n\nat\nstring\n"
    document = normalize([Page("stop.txt", text)]).document
    ((path, item),) = document["paths"].items()
    assert (path, item["post"]["servers"]) == ("/trips/{id}", [{"url": "https://eu.trips.test/rest/v2"}])


@pytest.mark.parametrize(
    ("top", "path"),
    [
        ("# Take a trip\n\nBase URL: `https://trips.test/v2`\n\nGET /trips/:id\n", "/trips/{id}"),
        ("# Take a trip\n\nServer\n\nhttps://trips.test/v2\n\nGET /trips/%7Bid%7D\n", "/trips/{id}"),
        ("Take a trip\nGET\n\n[https://trips.test/v2](https://trips.test/v2)\n/\ntrips\n", "/trips"),
    ],
)
def test_an_address_and_a_path_may_be_spelled_otherwise(top, path):
    document = normalize([Page("trip.md", top + END)]).document
    assert [*document["paths"]] == [path]
    assert document["paths"][path]["get"]["servers"] == [{"url": "https://trips.test/v2"}]


def test_a_page_with_its_attributes_below_headings_in_capitals_is_read():
    text = (
        "Change trip\npatch\nhttps://api.trips.test/v1/trips/{trip}\n\nChanges it.\n\nPath Params\ntrip\n"
        "string\nrequired\nWhich.\n\nBody Params\nguide\nobject\nWho leads.\ncode\npassword\n\n"
        "GUIDE OBJECT\nname\n"
        "string\nrequired\nHers.\nrank\nstring\nenum\nWhich.\n\nAllowed:\n\nfirst\n\nsecond\nage\nint64\n"
        "Of her.\n\nResponses\n\n200\nThe trip.\n\n"
        "Response body\nobject\nid\nstring\nguide\nobject\nname\nstring\n"
    )
    result = normalize([Page("change.txt", text)])
    ((path, item),) = result.document["paths"].items()
    operation = item["patch"]
    assert (path, operation["summary"]) == ("/v1/trips/{trip}", "Change trip")
    assert operation["servers"] == [{"url": "https://api.trips.test"}]
    content = operation["requestBody"]["content"]["application/json"]
    body = resolve(result.document, content["schema"])
    assert body["properties"]["code"] == {"type": "string", "format": "password"}
    guide = resolve(result.document, body["properties"]["guide"])
    assert (guide["required"], list(guide["properties"])) == (["name"], ["name", "rank", "age"])
    assert resolve(result.document, guide["properties"]["rank"])["enum"] == ["first", "second"]
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert list(resolve(result.document, answer)["properties"]) == ["id", "guide"]
    assert [note.claims[0].says for note in result.notes] == ["name"]


@pytest.mark.parametrize("listed", ["Available options: `low`, `high`", "Possible values: low, high"])
def test_a_list_of_options_on_one_line_ends_there(listed):
    schema, result = read(field("deck", "enum<string>", listed) + field("wind", "knots", "required"))
    deck = resolve(result.document, schema["properties"]["deck"])
    assert deck == {"type": "string", "enum": ["low", "high"]}
    assert schema["required"] == ["wind"]
    assert [note.kind for note in result.notes] == ["unknown type"]


def test_fields_below_headings_and_with_types_of_another_language_are_refused():
    page = "# Réserver\n\nPOST /trips\n\n## Paramètres\n\nsiege\n\nchaîne\n\n## Réponse\n\n200\n"
    with pytest.raises(UserError, match=r"`Paramètres`.*cannot be read") as caught:
        normalize([Page("trip.md", page)])
    assert caught.value.line == 7
    assert normalize([Page("trip.md", page.replace("chaîne", "En mots."))])


def test_a_type_that_nobody_knows_may_be_a_name_with_a_capital_below_a_name_with_dots():
    body = field("lines", "object[]", "required") + field("lines.fare", "Money", "required", "Of one.")
    schema, result = read(body + field("coupons", "Coupon[]", "nullable", "Any.") + field("last", "String"))
    line = resolve(result.document, schema["properties"]["lines"]["items"])
    assert line == {
        "type": "object",
        "properties": {"fare": {"description": "Of one."}},
        "required": ["fare"],
    }
    assert schema["properties"]["last"] == {"type": "string"}
    assert [note.claims[0].says for note in result.notes] == ["fare: Money", "coupons: Coupon[]"]


def test_what_has_an_anchor_and_is_no_field_is_left():
    parts = [field("from", "integer", anchor=True), "[](#body-it)guideGuidePersonrequiredWho leads\n\n"]
    schema, result = read("".join([*parts, field("to", "string", anchor=True)]))
    assert schema["properties"] == {"from": {"type": "integer"}, "to": {"type": "string"}}
    assert [note.claims[0].says for note in result.notes] == ["guideGuidePersonrequiredWho leads"]


def test_statuses_carry_their_phrases_and_a_field_may_be_called_default():
    end = "\n\n**Response**\n\n200 OK\n\nid\n\nstring\n\ndefault\n\nboolean\n\n"
    end += "413: Content Too Large\n\ndefault\n\nElse.\n"
    _, result = read("What is booked.\n\n" + field("from", "string"), end=end)
    operation = result.document["paths"]["/trips"]["post"]
    assert operation["requestBody"]["description"] == "What is booked."
    told = {status: answer["description"] for status, answer in operation["responses"].items()}
    assert told == {"200": "OK", "413": "Content Too Large", "default": "Else."}
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert list(resolve(result.document, answer)["properties"]) == ["id", "default"]


def test_what_stands_behind_a_type_is_told_apart_from_it():
    parts = [field("at", "string (date-time)", "When."), field("to", "string, optional")]
    parts += [field("seats", "integer (1-9)", "How many."), field("deck", "integer · min: 2 · nullable")]
    schema, result = read("".join(parts))
    assert schema["properties"] == {
        "at": {"type": "string", "format": "date-time", "description": "When."},
        "to": {"type": "string"},
        "seats": {"type": "integer", "description": "1-9 How many."},
        "deck": {"type": ["integer", "null"], "minimum": 2},
    }
    assert not result.notes


def test_statuses_may_stand_in_a_table():
    end = "\n\n#### Responses\n\n| Status | Meaning |\n|---|---|\n| `204` | Gone. |\n| 404 | Never seen. |\n"
    _, result = read(field("from", "string"), end=end)
    answers = result.document["paths"]["/trips"]["post"]["responses"]
    assert answers == {"204": {"description": "Gone."}, "404": {"description": "Never seen."}}


def test_attributes_belong_to_whatever_may_be_an_object():
    parts = [field("any", "any"), field("any.a", "string"), field("list", "array"), field("list.b", "string")]
    parts += [field("text", "string"), field("text.c", "string")]
    schema, result = read("".join([*parts, field("null", "object[] | null"), field("null.d", "string")]))
    shown = {name: resolve(result.document, below) for name, below in schema["properties"].items()}
    assert shown["any"] == {"properties": {"a": {"type": "string"}}}
    assert list(resolve(result.document, shown["list"]["items"])["properties"]) == ["b"]
    assert list(resolve(result.document, shown["null"]["anyOf"][0]["items"])["properties"]) == ["d"]
    assert [note.claims[0].says for note in result.notes] == ["text.c"]


@pytest.mark.parametrize("listed", ["- `from` (string, required): Where.", "| from | string | Where. |"])
def test_fields_in_a_list_or_in_a_table_below_no_known_heading_are_refused(listed):
    table = "| Name | Type | Text |\n|---|---|---|\n" if listed.startswith("|") else ""
    heading = "#### Felder\n\n" if table else "#### Body\n\n"
    with pytest.raises(UserError, match=r"can(?:not)? be read"):
        normalize([Page("trip.md", f"# Book\n\nPOST /trips\n\n{heading}{table}{listed}\n")])
