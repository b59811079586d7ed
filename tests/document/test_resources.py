"""Collections, their items and what is done to them, found by form."""

from __future__ import annotations

import pytest
from little_documents import THING, answering, document, listing

from trigger_contract.document.operations import operations
from trigger_contract.document.resources import resources
from trigger_contract.document.statuses import final_states, is_final
from trigger_contract.document.verbs import opposite_of, participles
from trigger_contract.errors import UserError

RUN = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string"},
        "status": {"enum": ["QUEUED", "RUNNING", "COMPLETED", "CANCELED"]},
        "paused": {"type": "boolean"},
        "isActive": {"type": ["boolean", "null"]},
    },
}


def of(*labels, item=THING, **answers):
    """A document with these operations; a GET answers with a list unless its path ends with a parameter."""
    paths = {}
    for label in labels:
        method, path = label.split(" ")
        last = path.rsplit("/", 1)[1]
        is_list = method == "GET" and not last.startswith("{")
        default = answering(listing(item) if is_list else item)
        paths[label] = answers.get(last.strip("{}"), default)
    whole = document(paths)
    return resources(whole), whole


def roles(found, whole):
    return {
        f"{operation.method.upper()} {operation.path}": (
            getattr(found.of(operation), "name", None),
            found.role(operation),
        )
        for operation in operations(whole)
    }


def test_a_collection_and_its_items():
    labels = [f"{method} /things" for method in ("GET", "POST", "DELETE")]
    labels += [f"{method} /things/{{x}}" for method in ("GET", "PUT", "PATCH", "DELETE")]
    found, whole = of(*labels)
    given = ("list", "create", "other", "read", "replace", "change", "remove")
    assert roles(found, whole) == {label: ("things", role) for label, role in zip(labels, given, strict=True)}
    (things,) = found.all
    assert (things.path, things.item_path, things.parent, things.parents) == (
        "/things",
        "/things/{x}",
        None,
        (),
    )
    assert (things.identity.parameter, things.identity.field) == ("x", "id")
    assert things.reasons.keys() >= {"path", "list", "create", "read", "identity"}
    assert not things.is_singleton
    assert found.named("things") is things
    assert found.unplaced == ()


def test_versions_of_a_path_are_one_place():
    found, whole = of(
        "GET /api/v1/runs", "GET /api/v1/runs/{id}", "GET /api/v3/runs/{id}", "POST /api/v2/runs/{id}/cancel"
    )
    (runs,) = found.all
    assert (runs.path, runs.item_path) == ("/api/v1/runs", "/api/v3/runs/{id}")
    assert roles(found, whole)["GET /api/v1/runs/{id}"] == ("runs", "other")
    assert [action.name for action in runs.actions] == ["cancel"]


def test_a_collection_under_another_prefix():
    found, _ = of("GET /public/runs", "GET /internal/runs/{id}")
    assert [(one.path, one.item_path) for one in found.all] == [("/public/runs", "/internal/runs/{id}")]
    several, _ = of("GET /public/runs", "GET /other/runs", "GET /internal/runs/{id}")
    assert [one.list is not None and one.read is not None for one in several.all] == [False] * 3


def test_the_same_path_on_two_servers_is_two_places():
    whole = document({"GET /runs": answering(listing()), "GET /runs/{id}": answering(THING)})
    whole["paths"]["/runs/{id}"]["servers"] = [{"url": "https://other.test"}]
    assert [one.path for one in resources(whole).all] == ["/runs", "/runs"]


@pytest.mark.parametrize(
    ("fields", "parameter", "noun", "field"),
    [
        (["name", "id"], "thingId", "things", "id"),
        (["name", "key"], "key", "things", "key"),
        (["slug", "title"], "slug", "things", "slug"),
        (["uuid", "name"], "thing", "things", "uuid"),
        (["thingId", "name"], "id", "things", "thingId"),
        (["thing_id", "id"], "thingId", "things", "thing_id"),
        (["number", "title"], "issue_number", "issues", "number"),
        (["value", "name"], "name", "vars", "name"),
        (["region", "ip"], "floating_ip", "floating_ips", "ip"),
        (["title"], "x", "things", None),
    ],
)
@pytest.mark.parametrize("kind", ["string", "integer", ["string", "null"]])
def test_any_scalar_may_be_the_identity(fields, parameter, noun, field, kind):
    item = {"type": "object", "properties": {name: {"type": kind} for name in fields}}
    found, _ = of(f"GET /{noun}", f"GET /{noun}/{{{parameter}}}", item=item)
    identity = found.all[0].identity
    assert (identity.field if identity else None) == field


def test_no_object_and_no_flag_is_an_identity():
    item = {"properties": {"id": {"type": "object"}, "key": {"type": "boolean"}, "name": {"type": "string"}}}
    found, _ = of("GET /things/{x}", item=item)
    assert found.all[0].identity.field == "name"


def test_actions_on_an_item():
    verbs = ("cancel", "pause", "resume", "activate", "deactivate", "replay")
    found, whole = of(
        "GET /runs", "GET /runs/{id}", *(f"POST /runs/{{id}}/{verb}" for verb in verbs), item=RUN
    )
    actions = {action.name: action for action in found.all[0].actions}
    assert {name: action.sets for name, action in actions.items()} == {
        "cancel": ("status", "CANCELED"),
        "pause": ("paused", True),
        "resume": ("paused", False),
        "activate": ("isActive", True),
        "deactivate": ("isActive", False),
        "replay": None,
    }
    assert {name: action.opposite for name, action in actions.items()} == {
        "cancel": None,
        "pause": "resume",
        "resume": "pause",
        "activate": "deactivate",
        "deactivate": "activate",
        "replay": None,
    }
    assert all(action.reason for action in actions.values())
    assert {role for _, role in roles(found, whole).values()} == {"list", "read", "action"}


def test_an_action_may_name_its_item_by_another_field():
    item = {"properties": {"id": {"type": "string"}, "version": {"type": "string"}}}
    found, _ = of("GET /builds", "GET /builds/{buildId}", "POST /builds/{version}/promote", item=item)
    (action,) = found.all[0].actions
    assert (action.identity.parameter, action.identity.field) == ("version", "version")
    same, _ = of("GET /builds", "GET /builds/{buildId}", "POST /builds/{build_id}/promote", item=item)
    assert same.all[0].actions[0].identity is None


def test_actions_may_stand_deeper_and_take_more():
    found, _ = of("GET /qs/{q}", "POST /qs/{q}/limit/raise", "POST /qs/{q}/hook/{hash}")
    assert [action.name for action in found.all[0].actions] == ["raise", "hook"]


def test_what_stands_below_an_item():
    below = ["GET /runs/{id}/events", "GET /runs/{id}/events/{event}", "GET /runs/{id}/result"]
    result = answering({"properties": {"ok": {"type": "boolean"}}})
    found, _ = of("GET /runs", "GET /runs/{id}", *below, "PUT /runs/{id}/metadata", result=result)
    by_name = {one.name: one for one in found.all}
    assert set(by_name) == {"runs", "events", "result", "metadata"}
    assert {one.parent for name, one in by_name.items() if name != "runs"} == {"runs"}
    assert by_name["events"].parents == ("id",)
    assert by_name["events"].identity.parameter == "event"
    assert by_name["result"].is_singleton
    assert by_name["metadata"].replace is not None
    assert found.unplaced == ()


def test_a_list_may_end_with_a_parameter():
    item = {"properties": {"name": {"type": "string"}, "value": {"type": "string"}}}
    whole = document(
        {
            "GET /vars/{env}": answering({"type": "array", "items": item}),
            "POST /vars/{env}": answering(item),
            "GET /vars/{env}/{name}": answering(item),
            "POST /vars/{env}/import": answering(None),
        }
    )
    found = resources(whole)
    (variables,) = found.all
    assert (variables.name, variables.parents, variables.identity.field) == ("vars", ("env",), "name")
    assert roles(found, whole)["POST /vars/{env}/import"] == ("vars", "other")


def test_other_views_of_the_same_things_are_no_collections_of_their_own():
    found, whole = of(
        "GET /things", "GET /things/{id}", "GET /things/search", "GET /things/latest", latest=answering(THING)
    )
    assert [one.name for one in found.all] == ["things"]
    assert roles(found, whole)["GET /things/search"] == ("things", "other")
    assert roles(found, whole)["GET /things/latest"] == ("things", "other")


def test_a_post_that_answers_with_a_list_creates_nothing():
    whole = document({"GET /things": answering(listing()), "POST /things": answering(listing())})
    assert roles(resources(whole), whole)["POST /things"] == ("things", "other")


def test_names_tell_resources_apart():
    found, _ = of("GET /runs", "GET /projects/{p}/runs", "GET /a/b/items", "GET /c/b/items")
    assert [one.name for one in found.all] == ["runs", "projects.runs", "items", "c.b.items"]


def test_what_belongs_to_nothing_is_said_with_its_reason():
    found, _ = of("POST /query", "POST /tasks/{task}/trigger", "HEAD /a", "POST /listThings")
    assert found.all == ()
    reasons = {operation.path: reason for operation, reason in found.unplaced}
    assert "neither a list nor items" in reasons["/query"]
    assert "/tasks/{task}" in reasons["/tasks/{task}/trigger"]
    assert "HEAD" in reasons["/a"]
    assert len(reasons) == 4


def test_things_that_are_only_created():
    whole = document(
        {"POST /messages": answering(THING, status="201"), "POST /send": answering(THING, status="201")}
    )
    found = resources(whole)
    assert [(one.name, one.create is not None) for one in found.all] == [("messages", True)]
    assert [operation.path for operation, _ in found.unplaced] == ["/send"]


def test_the_thing_in_an_envelope():
    whole = document({"GET /runs/{id}": answering({"properties": {"data": RUN}})})
    (runs,) = resources(whole).all
    assert (runs.item_in_answer, runs.identity.field, runs.status) == (("data",), "id", "status")


def test_the_states_that_an_item_stays_in():
    found, _ = of("GET /runs/{id}", item=RUN)
    assert (found.all[0].status, found.all[0].final) == ("status", {"COMPLETED", "CANCELED"})
    states = {"properties": {"id": {"type": "string"}, "state": {"enum": ["open", "closed"]}}}
    closing, _ = of("GET /runs/{id}", "POST /runs/{id}/close", item=states)
    assert closing.all[0].final == {"closed"}
    reopened, _ = of("GET /runs/{id}", "POST /runs/{id}/close", "POST /runs/{id}/reopen", item=states)
    assert reopened.all[0].final == set()


@pytest.mark.parametrize(
    ("state", "final"),
    [
        ("COMPLETED", True),
        ("partially-failed", False),
        ("PARTIAL_FAILED", True),
        ("timedOut", True),
        ("TIMED_OUT", True),
        ("SYSTEM_FAILURE", True),
        ("not_completed", False),
        ("WAITING_FOR_DEPLOY", False),
        ("PENDING_CANCELED", False),
        ("RUNNING", False),
        ("completing", False),
        ("", False),
    ],
)
def test_a_state_is_final_by_its_words(state, final):
    assert is_final(state) is final


def test_where_all_are_final_none_is():
    assert final_states(["completed", "failed"]) == frozenset()
    assert final_states(["completed", "failed", "new", 1, None]) == {"completed", "failed"}


@pytest.mark.parametrize(
    ("verb", "states"),
    [
        ("close", ("closed",)),
        ("cancel", ("canceled", "cancelled")),
        ("retry", ("retried",)),
        ("ship", ("shiped", "shipped")),
        ("enable-now", ("enabled",)),
        ("deploy", ("deployed", "deployyed")),
        ("", ("ed", "ed")),
    ],
)
def test_participles(verb, states):
    assert participles(verb) == states


@pytest.mark.parametrize(
    ("verb", "others", "undone"),
    [
        ("lock", ["lock", "unlock"], "unlock"),
        ("unlock", ["lock", "unlock"], "lock"),
        ("activate", ["deactivate"], "deactivate"),
        ("resume", ["pause"], "pause"),
        ("open", ["reopen"], "reopen"),
        ("close", ["reopen"], "reopen"),
        ("cancel", ["replay", "cancel"], None),
        ("tag", ["stag"], None),
    ],
)
def test_opposites(verb, others, undone):
    assert opposite_of(verb, others) == undone


def test_extensions_on_a_path_overrule_the_form():
    whole = document(
        {
            "GET /list-of-jobs": answering(listing(RUN)),
            "GET /job/{ref}": answering(RUN),
            "POST /job/{ref}/stop": answering(None),
        }
    )
    whole["paths"]["/list-of-jobs"]["x-resource"] = {"name": "jobs"}
    whole["paths"]["/job/{ref}"]["x-resource"] = {
        "name": "jobs",
        "identity": "name",
        "status": "name",
        "final": ["x"],
    }
    found = resources(whole)
    (jobs,) = found.all
    assert (jobs.name, jobs.path, jobs.item_path, jobs.identity.field) == (
        "jobs",
        "/list-of-jobs",
        "/job/{ref}",
        "name",
    )
    assert (jobs.status, jobs.final) == ("name", {"x"})
    assert "x-resource" in jobs.reasons["final"]
    assert [action.name for action in jobs.actions] == ["stop"]


def test_extensions_on_an_operation_overrule_the_form():
    whole = document(
        {
            "GET /runs": answering(listing(RUN)),
            "GET /runs/{id}": answering(RUN),
            "POST /tasks/{task}/trigger": answering(
                RUN, **{"x-resource": {"name": "runs", "role": "create"}}
            ),
            "POST /runs/{id}/tags": answering(None, **{"x-resource": False}),
            "POST /runs/{id}/hold": answering(
                None,
                **{
                    "x-resource": {
                        "role": "action",
                        "name": "runs",
                        "sets": {"paused": True},
                        "opposite": "go",
                    }
                },
            ),
        }
    )
    found = resources(whole)
    (runs,) = found.all
    assert runs.create.path == "/tasks/{task}/trigger"
    assert [(one.name, one.sets, one.opposite) for one in runs.actions] == [("hold", ("paused", True), "go")]
    assert [operation.path for operation, _ in found.unplaced] == ["/runs/{id}/tags"]


@pytest.mark.parametrize("declared", [{"role": "odd"}, {"role": "action", "name": "gone"}])
def test_an_extension_that_says_what_cannot_be_is_refused(declared):
    with pytest.raises(UserError, match="x-resource"):
        resources(document({"POST /a": answering(None, **{"x-resource": declared})}))


def test_the_same_document_is_looked_at_once():
    whole = document({"GET /things": answering(listing())})
    assert resources(whole) is resources(whole)
    others = [document({"GET /things": answering(listing())}) for _ in range(20)]
    assert len({id(resources(one)) for one in others}) > 1
    assert [one.name for one in resources(whole).all] == ["things"]
