"""Parameters of every style go out as the OpenAPI document says."""

from __future__ import annotations

import httpx
import pytest

from .documents import document, operation, query
from .packages import TEXT, Build, talk


def test_every_style_of_query_is_sent_in_its_form(client_of: Build) -> None:
    array = {"type": "array", "items": {"type": "integer"}}
    free = {"type": "object", "additionalProperties": {"type": "string"}}
    parameters = [
        query("exploded", array),
        query("comma", array, explode=False),
        query("pipe", array, style="pipeDelimited"),
        query("deep", free, style="deepObject", explode=True),
        query("flat", free),
    ]
    spec = document({"/x": {"get": operation("get_x", "t", {}, parameters=parameters)}})
    sent: list[list[tuple[str, str]]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.url.params.multi_items())
        return httpx.Response(200, json={})

    talk(client_of(spec), "WidgetsClient", answer).t.get_x(
        exploded=[1, 2], comma=[1, 2], pipe=(3, 4), deep={"a": "1"}, flat={"k": "v"}
    )
    assert sent[0] == [
        ("exploded", "1"),
        ("exploded", "2"),
        ("comma", "1,2"),
        ("pipe", "3|4"),
        ("deep[a]", "1"),
        ("k", "v"),
    ]


def test_content_parameters_go_out_as_json(client_of: Build) -> None:
    schema = {"type": "array", "items": {"type": "object", "properties": {"a": TEXT}}}
    parameter = {"name": "where", "in": "query", "content": {"application/json": {"schema": schema}}}
    pairs = query("rgb", {"type": "object", "additionalProperties": {"type": "integer"}}, explode=False)
    spec = document({"/x": {"get": operation("get_x", "t", {}, parameters=[parameter, pairs])}})
    sent: list[dict[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(dict(request.url.params))
        return httpx.Response(200, json={})

    talk(client_of(spec), "WidgetsClient", answer).t.get_x(where=[{"a": "ä"}], rgb={"R": 100, "G": 200})
    assert sent == [{"where": '[{"a":"ä"}]', "rgb": "R,100,G,200"}]


@pytest.mark.parametrize(
    ("style", "explode", "single", "several", "pairs"),
    [
        ("simple", False, b"a%2Fb", b"a,b", b"x,1%2F2,y,2"),
        ("simple", True, b"a%2Fb", b"a,b", b"x=1%2F2,y=2"),
        ("label", False, b".a%2Fb", b".a,b", b".x,1%2F2,y,2"),
        ("label", True, b".a%2Fb", b".a.b", b".x=1%2F2.y=2"),
        ("matrix", False, b";key=a%2Fb", b";key=a,b", b";key=x,1%2F2,y,2"),
        ("matrix", True, b";key=a%2Fb", b";key=a;key=b", b";x=1%2F2;y=2"),
    ],
)
def test_every_style_of_path_is_sent_in_its_form(
    client_of: Build, style: str, explode: bool, single: bytes, several: bytes, pairs: bytes
) -> None:
    parameter = {
        "name": "key",
        "in": "path",
        "required": True,
        "style": style,
        "explode": explode,
        "schema": {"type": "array", "items": TEXT},
    }
    free = {**parameter, "schema": {"type": "object", "additionalProperties": True}}
    spec = document(
        {
            "/x/{key}/y": {"get": operation("get_x", "t", {}, parameters=[parameter])},
            "/z/{key}/of/{key}": {"get": operation("get_z", "t", {}, parameters=[free])},
        }
    )
    sent: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.url.raw_path)
        return httpx.Response(200, json={})

    client = talk(client_of(spec), "WidgetsClient", answer)
    client.t.get_x("a/b")
    client.t.get_x(["a", "b"])
    client.t.get_z({"x": "1/2", "y": 2})
    assert sent == [b"/x/" + single + b"/y", b"/x/" + several + b"/y", b"/z/" + pairs + b"/of/" + pairs]
