"""What things are called: methods, clients, arguments."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trigger_contract.errors import UserError
from trigger_contract.generate.naming import stem
from trigger_contract.generate.planning import make_plan

from .documents import AWKWARD, KEYWORDS, document, operation, path, query
from .packages import TEXT, methods


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


@pytest.mark.parametrize(
    ("method", "path_", "operation_id", "tag", "name"),
    [
        ("get", "/v1/history/{item_id}", "get_history_item_v1_history__item_id__get", "history", "get_item"),
        ("get", "/users", "UsersController_findAll", "users", "find_all"),
        ("post", "/projects/{ref}/envvars/{env}", "create_project_envvar_v1", "envvars", "create"),
        ("post", "/points/tokens/{id}/callback", "end_token_callback", "points", "end_token_callback"),
        ("get", "/content", "get_content", "files", "get_content"),
        ("get", "/shops/{id}/hints", "hintsForShop", "hints", "for_shop"),
    ],
)  # fmt: skip
def test_what_frameworks_and_parents_add_to_an_id_is_cut(
    method: str, path_: str, operation_id: str, tag: str, name: str
) -> None:
    plan = make_plan(document({path_: {method: operation(operation_id, tag, TEXT)}}))
    assert [found.name for found in plan.resources[0].methods] == [name]


@pytest.mark.parametrize(
    ("call", "operation_id", "tag", "name"),
    [
        ("get /hubs", "get_hubs_v2025.0", "Acme Hubs", "get"),
        ("get /hubs/{hub_id}", "get_hubs_id_v2025.0", "Acme Hubs", "retrieve"),
        ("get /hubs/{hub_id}/tags", "getHubsHubIdTags", "Acme Hubs", "list_tags"),
        ("post /hubs/{hub_id}/tags", "post-hubs-hubId-tags", "Acme Hubs", "create_tag"),
        ("post /hubs/{hub_id}/manage_items", "post_hubs_id_manage_items", "hub items", "manage"),
        ("put /hubs/{hub_id}#lock", "put_hubs_id_lock", "hubs", "lock"),
        ("delete /hubs/{hub_id}/key.{kind}", "delete_hubs_id_key_kind", "hubs", "delete_key"),
        ("get /users/{id}/memberships", None, "group memberships", "list"),
        ("post /v1/users/{id}:suspend", None, "users", "suspend"),
        ("post /v1/users/{id}", None, "users", "update"),
        ("get /orders/search", None, "orders", "search"),
        ("put /x", "put_x", "x", "put"),
        ("get /users/{id}", "getUserById", "users", "get_by_id"),
        ("get /index/settings/stop-words", "getstop-words", "settings", "get_stop_words"),
        ("get /video/v3/films", "video.films.list", "films", "list"),
        ("get /buckets", "ListBucket", "CheckV2Bucket", "list"),
        ("get /albums/{id}", "get-an-album", "albums", "get"),
        ("post /lists/{id}/tracks", "add-tracks-to-list", "lists", "add_tracks"),
        ("get /users", "listUsersUsingGET_1", "users", "list"),
    ],
)
def test_a_name_tells_what_is_done_where_an_id_does_not(
    call: str, operation_id: str | None, tag: str, name: str
) -> None:
    method, path_ = call.split()
    found = operation(operation_id or "", tag, {"type": "array", "items": {"type": "object"}})
    if operation_id is None:
        del found["operationId"]
    (resource,) = make_plan(document({path_: {method: found}})).resources
    assert [found.name for found in resource.methods] == [name]


def test_ids_made_of_paths_are_made_of_paths_throughout() -> None:
    paths = {
        "/groups": {method: operation(f"{method}_groups", "groups", TEXT) for method in ("get", "post")},
        "/groups/{id}": {"get": operation("get_groups_id", "groups", TEXT, parameters=[path("id")])},
        "/users/{id}/groups": {"post": operation("post_users_id_groups", "groups", TEXT)},
    }
    named = {found.operation_id: found.name for found in methods(make_plan(document(paths))).values()}
    assert named == {
        "get_groups": "retrieve_groups",
        "post_groups": "create",
        "get_groups_id": "retrieve",
        "post_users_id_groups": "create_for_user",
    }


def test_what_has_no_tag_belongs_to_what_its_path_names() -> None:
    paths = {
        "/api/v1/pets/{id}": {"get": operation("getPet", "", TEXT, tags=[], parameters=[path("id")])},
        "/health": {"get": operation("checkHealth", "", TEXT, tags=[])},
    }
    resources = make_plan(document(paths)).resources
    assert [(found.attribute, found.methods[0].name) for found in resources] == [
        ("pets", "get"),
        ("default", "check_health"),
    ]


def test_a_parent_stays_in_a_name_where_the_shorter_one_is_taken() -> None:
    paths = {
        "/runs": {"get": operation("list_runs", "runs", TEXT)},
        "/projects/{ref}/runs": {"get": operation("list_project_runs", "runs", TEXT)},
    }
    for order in (paths, dict(reversed(paths.items()))):
        names = {
            method.operation_id: method.name for method in make_plan(document(order)).resources[0].methods
        }
        assert names == {"list_runs": "list", "list_project_runs": "list_project"}


def test_one_and_many_are_one_resource() -> None:
    paths = {
        "/run/{id}": {"get": operation("retrieve_run", "run", TEXT, parameters=[path("id")])},
        "/runs": {"get": operation("list_runs", "runs", TEXT)},
    }
    (resource,) = make_plan(document(paths)).resources
    assert (resource.attribute, resource.aliases) == ("runs", ("run",))
    assert [method.name for method in resource.methods] == ["retrieve", "list"]


ACTIONS = [
    (f"/{noun}{rest}", verb, f"{name}_{noun}", tag)
    for noun, tag in (("runs", "run"), ("runs", "runs"), ("users", "people"))
    for rest, verb, name in (
        ("", "get", "list"),
        ("", "post", f"create_{tag}"),
        ("/{id}", "get", f"get_{tag}"),
    )
]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(ACTIONS), min_size=1, unique=True), st.data())
def test_names_stay_when_a_document_grows(
    found: list[tuple[str, str, str, str]], data: st.DataObject
) -> None:
    def names(actions: list[tuple[str, str, str, str]]) -> set[tuple[str, str, str, str]]:
        paths: dict[str, dict[str, Any]] = {}
        for path_, verb, name, tag in actions:
            paths.setdefault(f"/{tag}{path_}", {})[verb] = operation(
                name + tag, tag, TEXT, parameters=[path("id")] if "{id}" in path_ else []
            )
        return {
            (method.path, method.verb, attribute, method.name)
            for resource in make_plan(document(paths)).resources
            for attribute in (resource.attribute, *resource.aliases)
            for method in resource.methods
        }

    earlier = [action for action in found if data.draw(st.booleans())] or found[:1]
    assert names(earlier) <= names(found)


def test_people_name_what_they_like() -> None:
    hint = {"resource": "jobs", "method": "start"}
    spec = document({"/x": {"post": operation("createX", "internal", TEXT, **{"x-client": hint})}})
    spec["info"]["x-client"] = {"package": "acme_jobs", "version": "2.1.0"}
    plan = make_plan(spec)
    assert [(item.attribute, item.methods[0].name) for item in plan.resources] == [("jobs", "start")]
    assert (plan.package, plan.project, plan.version) == ("acme_jobs", "acme-jobs", "2.1.0")
    chosen = make_plan(spec, package="other", version="3.0")
    assert (chosen.package, chosen.version) == ("other", "3.0")


@pytest.mark.parametrize(
    ("title", "package"),
    [
        ("Trigger.dev v3 REST API", "trigger_dev_client"),
        ("Acme Payments API", "acme_payments_client"),
        ("API", "api_client"),
        ("", "api_client"),
        ("日本語", "api_client"),
    ],
)
def test_a_package_is_called_as_its_document(title: str, package: str) -> None:
    spec = document({"/a": {"get": operation("a", "t", TEXT)}})
    spec["info"]["title"] = title
    assert make_plan(spec).package == package


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"package": "Not a name"}, "is no name for a package"),
        ({"package": "class"}, "is no name for a package"),
        ({"version": "latest"}, "is no version that installers know"),
    ],
)
def test_a_name_or_version_that_cannot_be_is_refused(changes: dict[str, str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        make_plan(document({"/a": {"get": operation("a", "t", TEXT)}}), **changes)


def test_a_hint_that_says_nothing_is_refused() -> None:
    spec = document({"/a": {"get": operation("a", "t", TEXT, **{"x-client": {"name": "x"}})}})
    with pytest.raises(UserError, match="x-client of a: give texts"):
        make_plan(spec)


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
    assert resource.attribute == "schedules"
    assert [method.name for method in resource.methods] == ["delete"]


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


@pytest.mark.parametrize(
    "pair",
    """
    run runs, movie movies, company companies, cookie cookies, status statuses, address addresses, box boxes,
    axe axes, match matches, cache caches, alias aliases, series series, news news, person people,
    child children, index indices, shelf shelves, valve valves, archive archives, hero heroes, shoe shoes,
    database databases, house houses, analysis analyses, bus buses, class classes, quiz quizes,
    process processes, schema schemas
    """.replace("\n", " ").split(","),
)
def test_one_and_many_have_a_stem_in_common(pair: str) -> None:
    one, many = pair.split()
    assert stem(one) == stem(many)


def test_different_nouns_have_different_stems() -> None:
    nouns = "run status state news new class clause movie move series person persona us bus base basis ax as"
    stems = [stem(noun) for noun in nouns.split()]
    assert len(set(stems)) == len(stems)


def test_a_tag_and_its_noun_are_the_same_in_the_singular() -> None:
    paths = {
        f"/{many}": {
            "post": operation(f"create_{one}", many, TEXT),
            "get": operation(f"list_{many}", many, TEXT),
        }
        for one, many in (
            ("movie", "movies"),
            ("cache", "caches"),
            ("status", "statuses"),
            ("child", "children"),
        )
    }
    assert {method.name for method in methods(make_plan(document(paths))).values()} == {"create", "list"}
