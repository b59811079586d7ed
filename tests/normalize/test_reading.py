"""What a page says beside its specification, or in words that no reader has."""

from __future__ import annotations

import pytest

from trigger_contract.errors import UserError
from trigger_contract.normalize import Age, Page, normalize
from trigger_contract.normalize.files import given_pages

DOCUMENT = """openapi: 3.1.0
info: {title: Parcels, version: "1"}
paths:
  /parcels/{id}:
    get:
      operationId: parcel
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: Fine, content: {application/json: {schema: SCHEMA}}}}
"""


def document(schema: str = "{type: object}") -> str:
    return DOCUMENT.replace("SCHEMA", schema)


def block(fence: str, text: str = "") -> Page:
    return Page("parcel.md", f"# Get parcel\n\n````yaml {fence}\n{text or document()}````\n")


@pytest.mark.parametrize(
    ("fence", "noted"),
    [
        ("get /parcels/{id}", False),
        ("GET /parcels/{parcel_id}", False),
        ("/spec.json get /parcels/{id}", False),
        ("delete /parcels/{id}", True),
        ("get /parcels", True),
    ],
)
def test_a_fence_that_names_another_endpoint_than_its_block_is_told(fence, noted):
    entries = [entry for entry in normalize([block(fence)]).contradictions if entry.kind == "endpoint"]
    assert bool(entries) == noted
    assert all(entry.claims[1].line == 3 for entry in entries)


def test_words_in_the_place_of_keywords_are_noted_once_with_all_their_places():
    schema = "{type: object, requird: [a], properties: {a: {typo: 1, x-own: 2}, typo: {typo: 1}}}"
    notes = {entry.pointer[-1]: entry for entry in normalize([block("", document(schema))]).notes}
    assert set(notes) == {"requird", "typo"}
    assert "perhaps required is meant" in notes["requird"].claims[0].says
    assert [place[-2:] for place in notes["typo"].places] == [("typo", "typo")]


def test_characters_that_nobody_sees_are_taken_out_of_keywords_and_told():
    schema = "{type: obj\u200bect, requ\u200bired: [id], properties: {id: {type: string}}}"
    result = normalize([block("", document(schema))])
    (written,) = result.document["components"]["schemas"].values()
    assert (written["type"], written["required"]) == ("object", ["id"])
    assert sum("invisible" in entry.claims[0].says for entry in result.contradictions) == 2


@pytest.mark.parametrize(
    ("word", "day"),
    [
        ("updatedAt", "2026-06-01T10:00:00Z"),
        ("lastmod", "'2026-06'"),
        ("Fetched", "2026-06-01"),
        ("date_modified", "Mon, 1 Jun 2026 10:00:00 GMT"),
        ("last-modified-at", "June 1st, 2026"),
        ("meta:\n  updated", "1780300800000"),
        ("revised", "01.06.2026"),
        ("scraped_at", "2026/6/1"),
    ],
)
def test_the_date_in_the_front_matter_says_how_old_a_page_is(tmp_path, word, day):
    for name, when, value in (("a.md", "2020-01-01", "OLD"), ("b.md", day, "NEW")):
        text = block("", document(f"{{type: string, enum: [{value}]}}")).text
        (tmp_path / name).write_text(f"---\ntitle: It\n{word}: {when}\n---\n{text}")
    pages, _ = given_pages([tmp_path / "a.md", tmp_path / "b.md"])
    assert pages[1].age == Age(day.strip("'") if "'" in day else "2026-06-01")
    (schema,) = normalize(pages).document["components"]["schemas"].values()
    assert schema["enum"] == ["NEW"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.parcels.test", "https://b.parcels.test"),
        ("https://parcels.test/in", "https://parcels.test/out"),
        ("http://localhost:81", "http://localhost:82"),
        ("", ""),
    ],
)
def test_two_services_with_one_path_are_not_made_one(one, other):
    texts = [
        document("{type: object}").replace(
            "paths:", f"servers: [{{url: '{url}'}}]\npaths:" if url else "paths:"
        )
        for url in (one, other)
    ]
    with pytest.raises(UserError, match="another service's"):
        normalize(
            [Page("a.yaml", texts[0]), Page("b.yaml", texts[1].replace("title: Parcels", "title: Boxes"))]
        )
    assert normalize([Page("a.yaml", texts[0]), Page("b.yaml", texts[1])]).document["paths"]


@pytest.mark.parametrize("word", ["openapi: ", "api: https://parcels.test"])
def test_a_front_matter_that_names_another_endpoint_is_told(word):
    first, _, rest = word.partition(" ")
    page = Page("parcel.md", f"---\ntitle: It\n{first} PATCH {rest}/other\n---\n{block('').text}")
    (entry,) = [entry for entry in normalize([page]).contradictions if entry.kind == "endpoint"]
    assert (entry.claims[1].says, entry.claims[1].line) == ("the front matter: PATCH /other", 3)


@pytest.mark.parametrize(
    "text",
    [
        "<?xml version='1.0'?>\n<!-- saved -->\n<HTML><p>GET /parcels</p></HTML>",
        "<!doctype html><title>It</title>",
        "From: <Saved>\nContent-Type: multipart/related;\n boundary=b\n\n--b\n",
    ],
)
def test_a_saved_web_page_is_called_that(text):
    for name in ("page.md", "page.yaml"):
        with pytest.raises(UserError, match="saved HTML page"):
            normalize([Page(name, text)])


def test_what_a_page_says_is_not_live_in_the_report():
    evil = "<img src=x onerror=y> ![p](http://e.test/p) @team `|` Must be between 1 and 5 characters."
    schema = f'{{type: object, properties: {{a: {{type: string, maxLength: 9, description: "{evil}"}}}}}}'
    report = normalize([block("get /<b>x", document(schema))]).report
    assert "<img" not in report
    assert "<b>" not in report.replace("`GET /<b>x`", "")
    assert "![p]" not in report
