"""Bodies written by keywords: names, nulls, spans, keys, several content types, and what is refused."""

from __future__ import annotations

import asyncio
import datetime
import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from .documents import body, document, operation, path
from .packages import TEXT, Build, imported, talk

FILE = {"type": "string", "format": "binary"}
ORDER = {
    "type": "object",
    "required": ["item", "address"],
    "properties": {
        "item": TEXT,
        "address": {
            "type": "object",
            "required": ["streetName"],
            "properties": {"streetName": TEXT, "zipCode": {"type": ["string", "null"]}},
        },
        "lines": {
            "type": "array",
            "items": {"type": "object", "properties": {"unitPrice": {"type": "number"}}},
        },
        "note": {"type": ["string", "null"]},
        "kind": {"type": "string", "enum": ["small", "large"]},
        "timeout": {"type": "integer"},
        "options": {
            "type": "object",
            "properties": {
                "delay": {"type": "string", "description": 'Wait, as "1h" or a date-time string.'},
                "idempotencyKey": TEXT,
            },
        },
    },
}
PERSON = {
    "type": "object",
    "required": ["id", "password", "home"],
    "properties": {
        "id": {"type": "string", "readOnly": True},
        "password": {"type": "string", "writeOnly": True},
        "home": {
            "type": "object",
            "required": ["id", "code"],
            "properties": {
                "id": {"type": "string", "readOnly": True},
                "code": {"type": "string", "writeOnly": True},
                "notice": {"type": "string", "examples": ["1h30m"]},
            },
        },
    },
}
CHOICE = {
    "oneOf": [
        {
            "type": "object",
            "required": ["action", "ids"],
            "properties": {"action": TEXT, "ids": {"type": "array", "items": TEXT}},
        },
        {"type": "object", "required": ["action", "query"], "properties": {"action": TEXT, "query": TEXT}},
    ]
}  # fmt: skip
UPLOAD = {
    "required": True,
    "content": {
        "application/json": {"schema": {"type": "object", "properties": {"url": TEXT}}},
        "multipart/form-data": {"schema": {"type": "object", "properties": {"file": FILE, "name": TEXT}}},
        "application/x-ndjson": {"schema": {"type": "object"}},
    },
}
FORM = {
    "content": {
        "application/x-www-form-urlencoded": {
            "schema": {
                "type": "object",
                "properties": {
                    "meta": {"type": "object"},
                    "items": {"type": "array", "items": {"type": "object", "properties": {"price": TEXT}}},
                    "ids": {"type": "array", "items": TEXT},
                    "x": TEXT,
                },
            },
            "encoding": {
                "meta": {"style": "deepObject"},
                "ids": {"style": "pipeDelimited", "explode": False},
                "items": {"style": "deepObject"},
            },
        }
    }
}
NAMED = {"type": "object", "required": ["name"], "properties": {"name": TEXT}}
SPEC = document(
    {
        "/shops/{shop}/orders": {
            "post": operation(
                "create_order", "orders", {}, parameters=[path("shop")], requestBody=body(ORDER)
            )
        },
        "/people": {"post": operation("add_person", "people", {}, requestBody=body(PERSON))},
        "/orders/bulk": {"post": operation("change_orders", "orders", {}, requestBody=body(CHOICE))},
        "/files": {"post": operation("upload_file", "files", {}, requestBody=UPLOAD)},
        "/forms": {"post": operation("send_form", "forms", {}, requestBody=FORM)},
        "/profiles": {
            "post": operation("send_profile", "profiles", {}, requestBody=body(NAMED, required=False))
        },
        "/pay": {
            "post": operation(
                "pay_bill", "bills", {},
                parameters=[{"name": "Idempotency-Key", "in": "header", "schema": TEXT}],
            )
        },
    }
)  # fmt: skip


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    with imported(SPEC, tmp_path_factory.mktemp("writing")) as module:
        yield module


class Sent:
    """A client whose requests are kept.

    Attributes:
        requests: Everything that was sent.
    """

    def __init__(self, package: ModuleType, *answers: httpx.Response) -> None:
        self.requests: list[httpx.Request] = []
        self._answers = list(answers)
        http_client = httpx.Client(transport=httpx.MockTransport(self._answer))
        policy = package.RetryPolicy(initial_delay=0)
        self.client: Any = package.WidgetsClient(http_client=http_client, retry_policy=policy)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        return self._answers.pop(0) if self._answers else httpx.Response(200, json={})

    @property
    def body(self) -> Any:
        """The JSON that was sent last."""
        return json.loads(self.requests[-1].content)


def test_keywords_become_the_properties_of_the_body(package: ModuleType) -> None:
    sent = Sent(package)
    sent.client.orders.create(
        "s1",
        item="tea",
        address={"street_name": "Main", "zipCode": None},
        lines=[{"unit_price": 1.5}],
        note=None,
        timeout_=3,
        delay=datetime.timedelta(hours=1, minutes=30),
        idempotency_key="k",
        extra_body={"more": 1},
    )
    assert sent.requests[-1].url.path == "/shops/s1/orders"
    assert sent.body == {
        "item": "tea",
        "address": {"streetName": "Main", "zipCode": None},
        "lines": [{"unitPrice": 1.5}],
        "note": None,
        "timeout": 3,
        "options": {"delay": "1h30m", "idempotencyKey": "k"},
        "more": 1,
    }


def test_a_moment_a_model_and_whole_options_do_as_well(package: ModuleType) -> None:
    sent = Sent(package)
    moment = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
    address = package.CreateOrderBodyAddress(street_name="Main")
    sent.client.orders.create("s", item="a", address=address, options={"idempotency_key": "k"}, delay=moment)
    assert sent.body["address"] == {"streetName": "Main"}
    assert sent.body["options"]["delay"] == "2030-01-01T00:00:00Z"


ADDRESS = {"street_name": "x"}


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"item": "a"}, ValueError, "address is required"),
        ({"item": "a", "address": {"streetname": "x"}}, TypeError, "did you mean 'street_name'"),
        ({"item": "a", "address": {"zip_code": "1"}}, ValueError, "address.street_name is required"),
        ({"item": "a", "address": "Main"}, TypeError, "address must be a mapping or a model"),
        ({"item": "a", "address": {"street_name": "x"}, "lines": {}}, TypeError, "lines must be a list"),
        ({"item": "a", "address": ADDRESS, "lines": [{"unit": 1}]}, TypeError, r"lines\[0\]: unknown key"),
        ({"item": b"a", "address": {"street_name": "x"}}, TypeError, "item: bytes"),
        ({"item": "a", "body": {}}, TypeError, "give body or item, not both"),
        ({"addres": {}}, TypeError, "addres"),
    ],
)  # fmt: skip
def test_a_mistake_names_the_argument_before_anything_is_sent(
    package: ModuleType, given: dict[str, Any], error: type[Exception], message: str
) -> None:
    sent = Sent(package)
    with pytest.raises(error, match=message):
        sent.client.orders.create("s", **given)
    assert sent.requests == []


def test_a_union_of_objects_has_the_keywords_of_all(package: ModuleType) -> None:
    sent = Sent(package)
    sent.client.orders.change(action="cancel", ids=["a"])
    assert sent.body == {"action": "cancel", "ids": ["a"]}
    sent.client.orders.change(action="cancel", query="x")
    assert sent.body == {"action": "cancel", "query": "x"}
    with pytest.raises(ValueError, match="action is required"):
        sent.client.orders.change(ids=["a"])


def test_a_variant_that_is_named_asks_for_what_it_needs(client_of: Build) -> None:
    def kind(name: str, *needed: str) -> dict[str, Any]:
        fields = {"kind": {"const": name}, "size": {"type": "integer"}, "at": {**TEXT, "format": "date-time"}}
        return {"type": "object", "required": ["kind", *needed], "properties": fields}

    pet = {"oneOf": [kind("cat", "size"), kind("dog")]}
    whole = {"type": "object", "properties": {"pets": {"type": "array", "items": pet}}}
    own = {"allOf": [{"type": "object", "required": ["id"], "properties": {"id": TEXT}}, pet]}
    schemas = {"pet": pet, "whole": whole, "own": own}
    module = client_of(
        document(
            {
                f"/{name}": {"post": operation(f"send_{name}", "t", {}, requestBody=body(schema))}
                for name, schema in schemas.items()
            }
        )
    )
    bodies: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        bodies.append(request.content)
        return httpx.Response(204)

    t = talk(module, "WidgetsClient", answer).t
    t.send_pet(kind="dog", at="2024-01-01T00:00:00Z")
    t.send_whole(pets=[{"kind": "dog"}])
    t.send_own(id="1", kind="cat", size=3)
    for call in (lambda: t.send_pet(kind="cat"), lambda: t.send_whole(pets=[{"kind": "cat"}])):
        with pytest.raises(ValueError, match="size is required"):
            call()
    assert [json.loads(each) for each in bodies] == [
        {"kind": "dog", "at": "2024-01-01T00:00:00Z"},
        {"pets": [{"kind": "dog"}]},
        {"id": "1", "kind": "cat", "size": 3},
    ]


def test_what_can_have_one_value_is_filled_in(client_of: Build) -> None:
    part = {
        "type": "object",
        "required": ["kind", "text"],
        "properties": {"kind": {"const": "p"}, "text": TEXT},
    }
    whole = {
        "type": "object",
        "required": ["type", "part"],
        "properties": {"type": {"enum": ["message"]}, "part": part, "flag": {"const": True}},
    }
    parameters = [
        {"name": "X-Version", "in": "header", "required": True, "schema": {"enum": ["2024-01"]}},
        {"name": "alt", "in": "query", "required": True, "schema": {"const": "json"}},
        {"name": "beta", "in": "query", "schema": {"const": "yes"}},
    ]
    post = operation("send_x", "t", {}, requestBody=body(whole), parameters=parameters)
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(204)

    t = talk(client_of(document({"/x": {"post": post}})), "WidgetsClient", answer).t
    t.send_x(part={"text": "a"})
    assert json.loads(seen[0].content) == {"type": "message", "part": {"kind": "p", "text": "a"}}
    assert (seen[0].headers["x-version"], seen[0].url.query) == ("2024-01", b"alt=json")
    t.send_x(part={"text": "a"}, type="new", x_version="2025-01")
    assert (json.loads(seen[1].content)["type"], seen[1].headers["x-version"]) == ("new", "2025-01")


def test_a_key_is_made_once_for_all_attempts(package: ModuleType) -> None:
    sent = Sent(package, httpx.Response(500), httpx.Response(429, headers={"retry-after": "0"}))
    sent.client.bills.pay()
    keys = {request.headers["idempotency-key"] for request in sent.requests}
    assert len(sent.requests) == 3
    assert len(keys) == 1
    sent.client.orders.create("s", item="a", address={"street_name": "x"})
    assert len(sent.body["options"]["idempotencyKey"]) == 36


def test_without_a_key_a_post_is_repeated_only_where_nothing_was_done(package: ModuleType) -> None:
    sent = Sent(package, httpx.Response(500))
    with pytest.raises(package.InternalServerError):
        sent.client.bills.pay(idempotency_key=None)
    assert "idempotency-key" not in sent.requests[-1].headers
    sent = Sent(package, httpx.Response(429), httpx.Response(429))
    with pytest.raises(package.RateLimitError):
        sent.client.forms.send(x="1", max_retries=1)
    assert len(sent.requests) == 2
    sent = Sent(package, httpx.Response(500))
    sent.client.forms.send(x="1", idempotency_key="auto")
    assert len(sent.requests) == 2


def test_every_content_type_can_be_sent(package: ModuleType, tmp_path: Path) -> None:
    sent = Sent(package)
    upload = sent.client.files.upload
    upload(url="u")
    assert sent.body == {"url": "u"}
    (tmp_path / "a.bin").write_bytes(b"from disk")
    for file, name in (
        (b"from disk", "file"),
        (tmp_path / "a.bin", "a.bin"),
        (("b.bin", b"from disk", "image/png"), "b.bin"),
        (("c.bin", tmp_path / "a.bin"), "c.bin"),
    ):
        upload(file=file, name="n")
        content = sent.requests[-1].content
        assert b"from disk" in content
        assert f'filename="{name}"'.encode() in content
        assert b'name="name"\r\n\r\nn\r\n' in content
    with (tmp_path / "a.bin").open("rb") as opened:
        upload(file=opened)
        assert b'filename="a.bin"' in sent.requests[-1].content
    upload(body=[{"a": 1}, {"b": 2}], content_type="application/x-ndjson")
    assert sent.requests[-1].content == b'{"a":1}\n{"b":2}\n'
    upload(body=package.UploadFileMultipartBody(file=b"x"))
    assert sent.requests[-1].headers["content-type"].startswith("multipart/form-data")
    with pytest.raises(ValueError, match="content_type must be one of"):
        upload(url="u", content_type="text/csv")


def test_a_form_goes_out_as_its_encoding_says(package: ModuleType) -> None:
    sent = Sent(package)
    sent.client.forms.send(
        meta={"a": {"b": "c"}, "d": ["e", "f"]}, items=[{"price": "p"}, {"price": "q"}], ids=["1", "2"], x="y"
    )
    assert parse_qsl(sent.requests[-1].content.decode()) == [
        *(("meta[a][b]", "c"), ("meta[d][]", "e"), ("meta[d][]", "f")),
        *(("items[0][price]", "p"), ("items[1][price]", "q"), ("ids", "1|2"), ("x", "y")),
    ]
    with pytest.raises(ValueError, match="ids: an item cannot contain"):
        sent.client.forms.send(ids=["1|2"])


def test_the_asynchronous_client_writes_the_same(package: ModuleType) -> None:
    bodies: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        bodies.append(request.content)
        return httpx.Response(200, json={})

    async def call() -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http_client:
            client = package.AsyncWidgetsClient(http_client=http_client)
            await client.orders.create("s", item="a", address={"street_name": "x"}, idempotency_key=None)

    asyncio.run(call())
    assert json.loads(bodies[0]) == {"item": "a", "address": {"streetName": "x"}}


def test_editors_see_literals_and_mappings(package: ModuleType) -> None:
    text = inspect.getsource(importlib_params(package))
    assert 'CreateOrderBodyKindLiteral: TypeAlias = Literal[\n    "small",\n    "large",\n]' in text
    assert '"street_name": "Required[str]"' in text
    signature = inspect.signature(type(Sent(package).client.orders).create)
    assert "CreateOrderBodyKindLiteral" in signature.parameters["kind"].annotation
    assert "datetime.timedelta" in signature.parameters["delay"].annotation


def importlib_params(package: ModuleType) -> ModuleType:
    """The module of what a call takes."""
    import importlib

    return importlib.import_module(f"{package.__name__}.params")


def test_what_is_required_counts_in_its_direction(package: ModuleType) -> None:
    sent = Sent(package)
    sent.client.people.add(password="p", home={"code": "c", "notice": datetime.timedelta(hours=2)})
    assert sent.body == {"password": "p", "home": {"code": "c", "notice": "2h"}}
    with pytest.raises(ValueError, match="password is required"):
        sent.client.people.add(home={"code": "c"})
    with pytest.raises(ValueError, match=r"home\.code is required"):
        sent.client.people.add(password="p", home={})
    with pytest.raises(TypeError, match="id"):
        sent.client.people.add(id="i", password="p", home={"code": "c"})
    needed = {
        name
        for name, type_ in package.params.AddPersonBodyHomeParam.__annotations__.items()
        if "Required" in str(type_)
    }
    assert needed == {"code"}
    assert "datetime.timedelta" in str(package.params.AddPersonBodyHomeParam.__annotations__["notice"])
    assert len(sent.requests) == 1
