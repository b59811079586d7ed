"""What the generator recognises by form: names, servers, secrets, lists that go on, things to wait for."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import httpx
import pytest

from trigger_contract.generate.plan import Method, Plan
from trigger_contract.generate.planning import make_plan

from .documents import AWKWARD, KEYWORDS, body, document, operation, path, query

Build = Callable[[Mapping[str, Any]], ModuleType]
TEXT = {"type": "string"}


def methods(plan: Plan) -> dict[str, Method]:
    """Every method by its operationId."""
    return {method.operation_id: method for resource in plan.resources for method in resource.methods}


def talk(
    module: ModuleType, name: str, answer: Callable[[httpx.Request], httpx.Response], **settings: Any
) -> Any:
    """A client of a generated package over a mock transport."""
    http_client = httpx.Client(transport=httpx.MockTransport(answer))
    return getattr(module, name)(http_client=http_client, **settings)


@pytest.mark.parametrize(
    ("operation_id", "tag", "name"),
    [
        ("list_runs_v1", "runs", "list"),
        ("retrieve_run_v3", "runs", "retrieve"),
        ("get_run_result_v1", "runs", "get_result"),
        ("list_task_runs", "tasks", "list_runs"),
        ("listRunsV1", "runs", "list"),
        ("RunsList", "runs", "list"),
        ("runs.cancel", "runs", "cancel"),
        ("reschedule-run-v1", "runs", "reschedule"),
        ("create_batch", "batches", "create"),
        ("list_query_entries", "query entries", "list"),
        ("runs", "runs", "runs"),
        ("import", "tools", "import_"),
        ("str", "tools", "str_"),
        ("délete_x", "y", "délete_x"),
    ],
)
def test_a_method_is_called_what_its_id_says_without_noun_and_version(
    operation_id: str, tag: str, name: str
) -> None:
    plan = make_plan(document({"/x": {"get": operation(operation_id, tag, TEXT)}}))
    assert [method.name for method in plan.resources[0].methods] == [name]


def test_names_that_clash_become_longer() -> None:
    paths = {
        f"/{number}": {"get": operation(operation_id, "runs", TEXT)}
        for number, operation_id in enumerate(("list_runs_v1", "list_runs_v2", "list", "listRuns"))
    }
    names = [method.name for method in make_plan(document(paths)).resources[0].methods]
    assert names == ["list", "list_runs_v2", "list_2", "list_runs"]


def test_an_operation_without_an_id_is_named_by_its_path() -> None:
    paths = {
        "/v1/schedules/{id}": {
            "delete": {"parameters": [path("id")], "responses": {"204": {"description": ""}}}
        }
    }
    resource = make_plan(document(paths)).resources[0]
    assert resource.attribute == "default"
    assert [method.name for method in resource.methods] == ["delete_schedules"]


@pytest.mark.parametrize(
    ("servers", "classes", "variables"),
    [
        (["https://api.trigger.dev"], ["Trigger"], ["TRIGGER"]),
        (["https://recoup-api.vercel.app"], ["Recoup"], ["RECOUP"]),
        (["https://www.example.co.uk/api/v2"], ["Example"], ["EXAMPLE"]),
        (["https://my-widgets.io"], ["MyWidgets"], ["MY_WIDGETS"]),
        (["http://localhost:3000"], ["Synthetic"], ["SYNTHETIC"]),
        (["http://127.0.0.1"], ["Synthetic"], ["SYNTHETIC"]),
        (["/v1"], ["Synthetic"], ["SYNTHETIC"]),
        (["https://api.acme.com", "https://eu.acme.com"], ["Acme", "EuAcme"], ["ACME", "EU_ACME"]),
        (["https://acme.com/v1", "https://acme.com/v2"], ["Acme", "AcmeV2"], ["ACME", "ACME_V2"]),
        (["https://acme.com", "https://acme.org"], ["Acme", "Acme_2"], ["ACME", "ACME_2"]),
    ],
)
def test_each_server_gives_its_client_a_name(
    servers: list[str], classes: list[str], variables: list[str]
) -> None:
    paths = {
        f"/{number}": {"get": operation(f"get{number}", "t", TEXT, servers=[{"url": url}])}
        for number, url in enumerate(servers)
    }
    plan = make_plan(document(paths))
    assert [client.name for client in plan.clients] == classes
    assert [client.environment for client in plan.clients] == variables


def test_a_hint_at_the_server_names_its_client() -> None:
    server = {"url": "https://x.example", "x-client": {"name": "Acme Cloud", "env_prefix": "ACME"}}
    plan = make_plan(document({"/a": {"get": operation("a", "t", TEXT)}}, servers=[server]))
    assert (plan.clients[0].class_name, plan.clients[0].url_variable) == ("AcmeCloudClient", "ACME_API_URL")


def test_variables_of_a_server_take_their_defaults() -> None:
    server = {
        "url": "https://{region}.acme.dev/{base}",
        "variables": {"region": {"default": "eu"}, "base": {"default": "v1"}},
    }
    plan = make_plan(document({"/a": {"get": operation("a", "t", TEXT)}}, servers=[server]))
    assert plan.clients[0].base_url == "https://eu.acme.dev/v1"


SCHEMES = {
    "bearer": ({"type": "http", "scheme": "bearer"}, "authorization", "Bearer s"),
    "basic": ({"type": "http", "scheme": "basic"}, "authorization", "Basic cw=="),
    "header": ({"type": "apiKey", "in": "header", "name": "X-Key"}, "x-key", "s"),
    "oauth": ({"type": "oauth2", "flows": {}}, "authorization", "Bearer s"),
    "cookie": ({"type": "apiKey", "in": "cookie", "name": "sid"}, "cookie", "sid=s"),
}


@pytest.mark.parametrize("kind", SCHEMES)
def test_each_security_scheme_goes_where_it_belongs(client_of: Build, kind: str) -> None:
    scheme, header, value = SCHEMES[kind]
    spec = document(
        {"/a": {"get": operation("get_a", "t", TEXT)}},
        security=[{"theKey": []}],
        components={"securitySchemes": {"theKey": scheme}},
    )
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json="x")

    client = talk(client_of(spec), "WidgetsClient", answer, the_key="s")
    assert client.t.get_a() == "x"
    assert seen[0].headers[header] == value


def test_a_key_in_the_query_is_sent_and_never_shown(client_of: Build) -> None:
    spec = document(
        {"/a": {"get": operation("get_a", "t", TEXT)}},
        security=[{"key": []}],
        components={"securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "api_key"}}},
    )
    module = client_of(spec)
    client = talk(
        module,
        "WidgetsClient",
        lambda request: httpx.Response(401, json={"sent": request.url.params["api_key"]}),
        key="very_secret",
    )
    with pytest.raises(module.AuthenticationError) as caught:
        client.t.get_a()
    assert caught.value.body == {"sent": "very_secret"}
    assert "very_secret" not in str(caught.value) + str(caught.value.request.url)


def test_the_first_alternative_with_all_its_secrets_is_used(client_of: Build) -> None:
    schemes = {name: {"type": "apiKey", "in": "header", "name": f"x-{name}"} for name in ("a", "b", "c")}
    spec = document(
        {
            "/one": {"get": operation("one", "t", TEXT, security=[{"a": [], "b": []}, {"c": []}])},
            "/two": {"get": operation("two", "t", TEXT, security=[{"c": []}])},
            "/free": {"get": operation("free", "t", TEXT, security=[])},
        },
        components={"securitySchemes": schemes},
    )
    module = client_of(spec)
    sent: list[list[str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(sorted(name for name in request.headers if name in ("x-a", "x-b", "x-c")))
        return httpx.Response(200, json="x")

    client = talk(module, "WidgetsClient", answer, a="1", b="2")
    client.t.one()
    client.t.free()
    with pytest.raises(module.ConfigurationError, match="two needs c"):
        client.t.two()
    talk(module, "WidgetsClient", answer, c="3").t.one()
    assert sent == [["x-a", "x-b"], [], ["x-c"]]


def numbered() -> dict[str, Any]:
    """A list with page and perPage, as other pages of the same vendor have it."""
    item = {"type": "object", "required": ["id"], "properties": {"id": TEXT}}
    result = {
        "type": "object",
        "properties": {
            "data": {"type": "array", "items": item},
            "pagination": {
                "type": "object",
                "properties": {name: {"type": "integer"} for name in ("currentPage", "totalPages", "count")},
            },
        },
    }
    parameters = [query("page", {"type": "integer"}), query("perPage", {"type": "integer"})]
    return document(
        {"/schedules": {"get": operation("list_schedules_v1", "schedules", result, parameters=parameters)}}
    )


def test_numbered_pages_are_walked_too(client_of: Build) -> None:
    ids = [f"sched_{number}" for number in range(23)]

    def answer(request: httpx.Request) -> httpx.Response:
        number, size = int(request.url.params.get("page", 1)), int(request.url.params.get("perPage", 10))
        chunk = ids[(number - 1) * size : number * size]
        if number == 1:
            ids.insert(0, "sched_new")
        pages = -(-len(ids) // size)
        return httpx.Response(
            200,
            json={
                "data": [{"id": each} for each in chunk],
                "pagination": {"currentPage": number, "totalPages": pages},
            },
        )

    client = talk(client_of(numbered()), "WidgetsClient", answer)
    page = client.schedules.list(per_page=5)
    assert page.has_next_page()
    assert not page.has_previous_page()
    assert page.get_next_page().has_previous_page()
    ids.remove("sched_new")
    found = [item.id for item in client.schedules.list(per_page=5)]
    assert found == [each for each in ids if each != "sched_new"]


def test_bracketed_names_are_split_and_sent_as_they_are(client_of: Build) -> None:
    item = {"type": "object", "properties": {"id": TEXT}}
    result = {
        "type": "object",
        "properties": {
            "runs": {"type": "array", "items": item},
            "pagination": {"type": "object", "properties": {"next": TEXT}},
        },
    }
    parameters = [
        query("page[size]", {"type": "integer"}),
        query("page[after]", TEXT),
        query("filter[createdAt][from]", TEXT),
    ]
    spec = document({"/runs": {"get": operation("list_runs", "runs", result, parameters=parameters)}})
    sent: list[dict[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(dict(request.url.params))
        following = {"next": "r2"} if len(sent) == 1 else {}
        return httpx.Response(200, json={"runs": [{"id": f"r{len(sent)}"}], "pagination": following})

    client = talk(client_of(spec), "WidgetsClient", answer)
    assert [item.id for item in client.runs.list(size=1)] == ["r1", "r2"]
    assert sent == [{"page[size]": "1"}, {"page[size]": "1", "page[after]": "r2"}]
    assert (
        "from_" in inspect.signature(client.runs.list).parameters
        or "filter_created_at_from" in inspect.signature(client.runs.list).parameters
    )


def test_names_of_arguments_are_valid_and_different() -> None:
    parameters = [query(name, TEXT) for name in (*KEYWORDS, *AWKWARD, "extra_query", "builtins")]
    spec = document(
        {
            "/x/{id}": {
                "get": operation(
                    "get",
                    "t",
                    TEXT,
                    parameters=[
                        path("id"),
                        query("id", TEXT),
                        {"name": "ID", "in": "header", "schema": TEXT},
                        *parameters,
                    ],
                )
            }
        }
    )
    (method,) = methods(make_plan(spec)).values()
    names = [argument.name for argument in method.arguments]
    assert len(names) == len(set(names)) == len(parameters) + 3
    assert all(name.isidentifier() for name in names)
    assert not set(names) & {"self", "body", "timeout", "extra_headers", "extra_query", "from", "class"}


def status_document(values: list[str], **more: Any) -> dict[str, Any]:
    job = {
        "type": "object",
        "required": ["state"],
        "properties": {"state": {"type": "string", "enum": values}},
    }
    return document(
        {"/jobs/{id}": {"get": operation("get_job", "jobs", job, parameters=[path("id")], **more)}}
    )


def test_what_has_a_terminal_status_can_be_waited_for(client_of: Build) -> None:
    answers = iter(["running", "running", "succeeded"])
    module = client_of(status_document(["queued", "running", "succeeded", "failed"]))
    client = talk(module, "WidgetsClient", lambda request: httpx.Response(200, json={"state": next(answers)}))
    job = client.jobs.poll("1", interval=0)
    assert job.state == "succeeded"
    assert job.is_success


def test_what_has_none_cannot() -> None:
    (method,) = methods(make_plan(status_document(["red", "green"]))).values()
    assert method.poll is None


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
    client = talk(module, "WidgetsClient", lambda request: httpx.Response(200, json=value))
    with pytest.raises(module.ResponseValidationError):
        client.shapes.get()


CONTENT = {
    "json": ("application/json", {"a": 1}, b'{"a":1}', "application/json"),
    "merge": ("application/merge-patch+json", {"a": None}, b'{"a":null}', "application/merge-patch+json"),
    "form": (
        "application/x-www-form-urlencoded",
        {"a": True, "b": ["x", "y"]},
        b"a=true&b=x&b=y",
        "application/x-www-form-urlencoded",
    ),
    "bytes": ("application/octet-stream", b"\x00\x01", b"\x00\x01", "application/octet-stream"),
    "text": ("text/plain", "hello", b"hello", "text/plain"),
}


@pytest.mark.parametrize("kind", CONTENT)
def test_bodies_are_written_in_their_content_type(client_of: Build, kind: str) -> None:
    media_type, value, content, header = CONTENT[kind]
    schema: dict[str, Any] = {"type": "string"} if kind in ("text", "bytes") else {"type": "object"}
    spec = document(
        {"/x": {"post": operation("send_x", "t", {}, requestBody=body(schema, media_type=media_type))}}
    )
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        request.read()
        seen.append(request)
        return httpx.Response(200, json={})

    talk(client_of(spec), "WidgetsClient", answer).t.send_x(body=value)
    assert seen[0].content == content
    assert seen[0].headers["content-type"].startswith(header)


def test_files_are_sent_as_parts(client_of: Build) -> None:
    schema = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}, "name": TEXT}}
    spec = document(
        {
            "/x": {
                "post": operation(
                    "send_x", "t", {}, requestBody=body(schema, media_type="multipart/form-data")
                )
            }
        }
    )
    seen: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.read())
        return httpx.Response(200, json={})

    client = talk(client_of(spec), "WidgetsClient", answer)
    client.t.send_x(body={"file": ("a.bin", b"\x01\x02"), "name": "n"})
    client.t.send_x(body={"name": "only"})
    assert b'filename="a.bin"' in seen[0]
    assert b"\x01\x02" in seen[0]
    assert b'name="name"\r\n\r\nn\r\n' in seen[0]
    assert b'name="name"\r\n\r\nonly\r\n' in seen[1]


def test_a_null_in_a_body_is_sent_where_the_document_allows_it(client_of: Build) -> None:
    schema = {
        "type": "object",
        "required": ["must"],
        "properties": {
            "must": {"type": ["string", "null"]},
            "may": {"type": ["string", "null"]},
            "at": {"type": "string", "format": "date-time"},
        },
    }
    spec = document({"/x": {"patch": operation("update_x", "t", {}, requestBody=body(schema))}})
    seen: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(json.loads(request.content))
        return httpx.Response(200, json={})

    module = client_of(spec)
    client = talk(module, "WidgetsClient", answer)
    client.t.update_x(body=module.UpdateXBody(must=None))
    client.t.update_x(body={"must": None, "may": None})
    assert seen == [{"must": None}, {"must": None, "may": None}]


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
    ("style", "explode", "single", "several"),
    [
        ("simple", False, b"a%2Fb", b"a,b"),
        ("simple", True, b"a%2Fb", b"a,b"),
        ("label", False, b".a%2Fb", b".a,b"),
        ("label", True, b".a%2Fb", b".a.b"),
        ("matrix", False, b";key=a%2Fb", b";key=a,b"),
        ("matrix", True, b";key=a%2Fb", b";key=a;key=b"),
    ],
)
def test_every_style_of_path_is_sent_in_its_form(
    client_of: Build, style: str, explode: bool, single: bytes, several: bytes
) -> None:
    parameter = {
        "name": "key",
        "in": "path",
        "required": True,
        "style": style,
        "explode": explode,
        "schema": {"type": "array", "items": TEXT},
    }
    spec = document({"/x/{key}/y": {"get": operation("get_x", "t", {}, parameters=[parameter])}})
    sent: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.url.raw_path)
        return httpx.Response(200, json={})

    client = talk(client_of(spec), "WidgetsClient", answer)
    client.t.get_x("a/b")
    client.t.get_x(["a", "b"])
    assert sent == [b"/x/" + single + b"/y", b"/x/" + several + b"/y"]


@pytest.mark.parametrize("value", ["garbage", 5, {}])
def test_a_nullable_date_time_is_checked(client_of: Build, value: Any) -> None:
    schema = {
        "type": "object",
        "required": ["at"],
        "properties": {"at": {"type": ["string", "null"], "format": "date-time"}},
    }
    module = client_of(document({"/x": {"get": operation("get_x", "t", schema)}}))

    def ask(at: Any) -> Any:
        return talk(module, "WidgetsClient", lambda request: httpx.Response(200, json={"at": at})).t.get_x()

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
        return (
            talk(module, "WidgetsClient", lambda request: httpx.Response(200, json={"level": level}))
            .t.get_x()
            .level
        )

    assert [ask(level) for level in (0, 1, -2, 9)] == [0, 1, -2, 9]
    assert ask(1).is_known
    assert not ask(9).is_known
    for wrong in (True, "1", 1.5, None):
        with pytest.raises(module.ResponseValidationError):
            ask(wrong)


def test_a_body_that_is_used_up_is_not_sent_again(client_of: Build) -> None:
    spec = document(
        {"/x": {"put": operation("put_x", "t", {}, requestBody=body(TEXT, media_type="text/plain"))}}
    )
    module = client_of(spec)
    sent: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.read())
        return httpx.Response(503)

    client = talk(module, "WidgetsClient", answer, retry_policy=module.RetryPolicy(initial_delay=0))
    for content, attempts in ((iter([b"once"]), 1), (b"often", 3)):
        sent.clear()
        with pytest.raises(module.InternalServerError):
            client.t.put_x(body=content)
        assert len(sent) == attempts
