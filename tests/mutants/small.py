"""Small servers, each with a document of its own: right ones of every form, and broken ones on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mutants.hooks import Server
from mutants.shelf import Call, Change, Form, Shelf
from mutants.shelf_document import document


def _server(
    name: str, form: Form, kind: str = "", early: Change | None = None, late: Change | None = None
) -> Server:
    return Server(
        name,
        kind,
        dict,
        document=lambda: document(form),
        transport=lambda: Shelf(form, early, late),
    )


FORMS = {
    "a list without pages": Form(),
    "a bare array": Form(items=()),
    "opaque cursors": Form("cursor"),
    "cursors that are ids": Form("cursor-id"),
    "the last id": Form("last-id", ("data",)),
    "page numbers": Form("number", ("results",), total=True),
    "page numbers without totals": Form("number", ()),
    "page numbers from zero": Form("zero", ("content",), total=True),
    "offsets": Form("offset", ("items",), total=True),
    "offsets without totals": Form("offset", ()),
    "addresses of pages": Form("url", ("results",), total=True),
    "links to pages": Form("link", ()),
    "HAL": Form("number", ("_embedded", "things"), media="application/hal+json", total=True),
    "whole-number ids": Form("offset", ("data",), kind="integer", total=True),
    "UUIDs": Form("cursor-id", ("data",), kind="uuid"),
    "things told by a key": Form("cursor", ("items",), identity="key"),
    "things told by a slug": Form("last-id", ("items",), identity="slug"),
    "success as a range": Form("offset", ("data",), status="2XX", total=True),
    "success as default": Form("cursor", ("data",), status="default"),
    "a vendor's media type": Form("number", ("data",), media="application/vnd.things+json; charset=utf-8"),
    "any media type": Form("cursor-id", ("data",), media="*/*"),
    "OpenAPI 3.0": Form("offset", ("data",), version="3.0.3", total=True),
    "OpenAPI 3.0 with numbers for ids": Form(
        "number", ("data",), kind="integer", version="3.0.3", total=True
    ),
    "things on shelves": Form("cursor-id", ("data",), shelves=True),
    "things on shelves by offset": Form("offset", (), shelves=True, kind="integer"),
    "422 for what is invalid": Form("offset", ("data",), refusal=422, total=True),
    "refusals that no page promises": Form("offset", ("data",), refusal=0, missing=False, total=True),
    "no things at all": Form("number", ("data",), total=True, count=0),
    "one thing": Form("cursor", ("data",), count=1),
    "exactly a page of things": Form("offset", ("data",), total=True, count=12),
}


def _each_item(change: Callable[[dict[str, Any]], object]) -> Change:
    """Change each thing of a list's answer."""

    def late(call: Call) -> None:
        found = call.value if call.is_list and call.status == 200 else []
        for name in call.form.items:
            found = found[name] if isinstance(found, dict) else found
        for item in found if isinstance(found, list) else []:
            change(item)

    return late


def _detail(change: Callable[[Call], object]) -> Change:
    """Change what is told of one thing."""
    return lambda call: None if call.is_list or call.status != 200 else (change(call), None)[1]


def _list(change: Callable[[Call], object]) -> Change:
    """Change the answer of the list."""
    return lambda call: (change(call), None)[1] if call.is_list and call.status == 200 else None


def _set(**values: Any) -> Callable[[Call], object]:
    return lambda call: call.value.update(values)


def _ignore_colour(call: Call) -> None:
    from mutants.shelf import things_of

    if call.is_list and "colour" in call.query:
        call.things = things_of(call.form)
        call.total = len(call.things)


def _starts_over(call: Call) -> None:
    if call.start >= 20:
        call.start = 0


def _one_further(call: Call) -> None:
    if call.is_list and call.start > 0:
        call.start += 1


def _any_size(call: Call) -> None:
    if call.is_list:
        call.size = 5


def _finds_anything(call: Call) -> None:
    if not call.is_list and call.status == 404:
        call.status, call.value = 200, {call.form.identity: "x", "label": "x", "colour": "red"}


def _never_ends(call: Call) -> None:
    if call.is_list and call.start >= call.total:
        call.start = max(0, call.total - 3)


def _fails_on_unknown_cursors(call: Call) -> None:
    if call.status == 400 and "after" in call.query:
        call.status = 500


BROKEN: list[tuple[str, str, str, Change | None, Change | None]] = [
    ("a bare array", "details have another label", "agreement", None, _detail(_set(label="another"))),
    ("a bare array", "details break their schema", "schema", None, _detail(_set(label=5))),
    ("a list without pages", "the colour is ignored", "filters", _ignore_colour, None),
    ("a list without pages", "details are of another thing", "agreement", None, _detail(_set(id="th_99999"))),
    ("opaque cursors", "the second page begins one further", "pagination", _one_further, None),
    ("opaque cursors", "there is never a next page", "pagination", None, _list(_set(next=None))),
    ("opaque cursors", "a made-up cursor brings it down", "robustness", None, _fails_on_unknown_cursors),
    ("cursors that are ids", "the size is ignored", "pagination", _any_size, None),
    ("cursors that are ids", "a page begins one further", "pagination", _one_further, None),
    ("the last id", "there is said to be more at the end", "pagination", None, _list(_set(has_more=True))),
    ("the last id", "there is never said to be more", "pagination", None, _list(_set(has_more=False))),
    ("page numbers", "the total counts the page", "pagination", None, _list(lambda call: call.value.update(total=len(call.value["results"])))),
    ("page numbers", "there is one page too few", "pagination", None, _list(lambda call: call.value.update(total_pages=call.value["total_pages"] - 1))),
    ("page numbers", "the last page is repeated for ever", "pagination", _never_ends, None),
    ("page numbers from zero", "pages begin one further", "pagination", _one_further, None),
    ("page numbers without totals", "the colour is ignored", "filters", _ignore_colour, None),
    ("offsets", "an offset from 20 on starts over", "pagination", _starts_over, None),
    ("offsets", "the total is one too many", "pagination", None, _list(lambda call: call.value.update(total=call.value["total"] + 1))),
    ("offsets", "the total is not that of the filtered", "pagination", None, _list(lambda call: call.value.update(total=call.form.count))),
    ("addresses of pages", "the next page is the same one", "pagination", None, _list(lambda call: call.value.update(next=call.value["next"] and f"http://elsewhere.test{call.path}?page=2"))),
    ("links to pages", "the second page begins one further", "pagination", _one_further, None),
    ("links to pages", "the size is ignored", "pagination", _any_size, None),
    ("HAL", "the colour is ignored", "filters", _ignore_colour, None),
    ("whole-number ids", "an unknown id finds something", "errors", None, lambda call: _finds_anything(call)),
    ("whole-number ids", "ids are texts", "schema", None, _each_item(lambda item: item.update(id=str(item["id"])))),
    ("UUIDs", "an id is no UUID", "schema", None, _each_item(lambda item: item.update(id="th-1"))),
    ("things told by a key", "details have another weight", "agreement", None, _detail(lambda call: call.value.update(weight=call.value["weight"] + 1))),
    ("success as a range", "a label is no text", "schema", None, _each_item(lambda item: item.update(label=1))),
    ("success as default", "the colour is ignored", "filters", _ignore_colour, None),
    ("a vendor's media type", "a colour is none", "schema", None, _each_item(lambda item: item.update(colour="mauve"))),
    ("any media type", "details break their schema", "schema", None, _detail(_set(colour=None))),
    ("OpenAPI 3.0", "a weight is negative", "schema", None, _each_item(lambda item: item.update(weight=-1))),
    ("OpenAPI 3.0", "a label is null", "schema", None, _each_item(lambda item: item.update(label=None))),
    ("things on shelves", "details have another colour", "agreement", None, _detail(lambda call: call.value.update(colour="red" if call.value["colour"] != "red" else "blue"))),
    ("things on shelves", "the colour is ignored", "filters", _ignore_colour, None),
    ("a list without pages", "what is only written is read", "schema", None, _detail(_set(secret="hunter2"))),
]  # fmt: skip

RIGHT_SERVERS = [_server(f"small: {name}", form) for name, form in FORMS.items()]
BROKEN_SERVERS = [
    _server(f"small: {base}: {name}", FORMS[base], kind, early, late)
    for base, name, kind, early, late in BROKEN
]
