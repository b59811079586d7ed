"""The routes of the service: which function each has, and how it answers what it has none for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from trigger_contract.mock.messages import Request
from trigger_contract.mock.platform import spelling

OLD = "Invalid or Missing API Key"
NEW = "Invalid API key"


@dataclass(frozen=True)
class Route:
    """One route.

    Attributes:
        path: The path with ``{}`` for each parameter.
        read: The name of the function for GET and HEAD, or an empty text.
        acts: The name of the function for other methods; ``*`` for any that is not named.
        hand: Whether it was written by hand, before the service had a builder of routes.
        cors: Whether its answers may be read by pages of other sites.
        preflight: Whether OPTIONS is answered without a look at the key.
        other: How a method without a function is answered: by the framework, by 405 with ``Allow``, or by a
            success that tells of it.
        unread: How GET is answered where there is nothing to read: by the framework, or by a bare 405.
        key: Which keys open it.
        tokens: Whether public access tokens do.
        refusal: What is said to a wrong key.
        capped: Whether a request without a length is too large.
        frail: Whether a hand-written route does not notice its own failures.
        by_form: Whether the document's form answers instead where the pages' promises are kept.
        indexed: Whether an id is looked up in the index, which minds no NUL.
        spelled: Brings a request to the form that pages have for it, where their promises are kept.
    """

    path: str
    read: str = ""
    acts: Mapping[str, str] = field(default_factory=dict)
    hand: bool = False
    cors: bool = False
    preflight: bool = False
    other: Literal["framework", "allow", "told"] = "framework"
    unread: Literal["framework", "bare"] = "framework"
    key: Literal["secret", "personal", "either", "none"] = "secret"
    tokens: bool = False
    refusal: str = NEW
    capped: bool = False
    frail: bool = False
    by_form: bool = False
    indexed: bool = False
    spelled: Callable[[Request], Request] | None = None

    @property
    def pattern(self) -> re.Pattern[str]:
        """The path as a pattern; letters of either case are the same."""
        literal = "([^/]+)".join(re.escape(part) for part in self.path.split("{}"))
        return re.compile(literal, re.IGNORECASE)

    def function(self, method: str) -> str:
        """Return the name of the function for a method, or an empty text."""
        if method in ("GET", "HEAD"):
            return self.read
        return self.acts.get(method) or self.acts.get("*", "")


_SHARED = {"cors": True, "preflight": True, "unread": "bare"}


def _route(path: str, read: str, settings: dict[str, object]) -> Route:
    return Route(path, read, **settings)  # type: ignore[arg-type]  # a table of keywords


def _open(path: str, read: str = "", **more: object) -> Route:
    """Return a route of the builder that pages of other sites and public tokens may use."""
    return _route(path, read, {**_SHARED, "tokens": True} | more)


def _hand(path: str, read: str = "", **more: object) -> Route:
    """Return a route that was written by hand: it tells of a refused method in a success."""
    return _route(path, read, {"hand": True, "refusal": OLD, "other": "told"} | more)


_ENVVARS = "/api/v1/projects/{}/envvars/{}"
_WAITPOINTS = "/api/v1/waitpoints/tokens"
_BULK = "/api/v1/bulk-actions"
_DEPLOYMENTS = "/api/v1/deployments"


def _session(path: str, read: str = "", **more: object) -> Route:
    return _open(f"/api/v1/sessions{path}", read, other="allow", capped=True, by_form=True, **more)


def _decision(name: str) -> Route:
    acts = {"POST": f"{name}_error"}
    return _open(f"/api/v1/errors/{{}}/{name}", acts=acts, other="allow", by_form=True, indexed=True)


ROUTES = (
    _open("/api/v1/runs", "list_runs"),
    _open("/api/v3/runs/{}", "retrieve_run"),
    _hand("/api/v1/runs/{}/result", "result", other="framework"),
    _open("/api/v1/runs/{}/events", "run_events"),
    _open("/api/v1/runs/{}/trace", "run_trace"),
    _open("/api/v1/tasks/batch", acts={"*": "batch"}, capped=True),
    _open("/api/v1/tasks/{}/trigger", acts={"*": "trigger"}, capped=True),
    Route("/api/v1/tasks/{}/batch", acts={"POST": "batch_of_task"}, other="allow", capped=True),
    _open("/api/v1/batches/{}", "retrieve_batch"),
    _hand("/api/v1/batches/{}/results", "batch_results", other="framework"),
    Route("/api/v2/runs/{}/cancel", acts={"*": "cancel"}, tokens=True),
    Route("/api/v1/runs/{}/replay", acts={"POST": "replay"}, other="allow"),
    _hand("/api/v1/runs/{}/reschedule", acts={"POST": "reschedule"}, refusal="Invalid or missing API Key"),
    _hand("/api/v1/runs/{}/tags", acts={"POST": "add_tags"}),
    Route("/api/v1/runs/{}/metadata", "read_metadata", {"PUT": "metadata"}, other="allow", capped=True),
    Route(
        "/api/v1/projects/{}/runs",
        "project_runs",
        cors=True,
        preflight=True,
        key="personal",
        refusal="Invalid or Missing PAT",
    ),
    _hand("/api/v1/schedules", "list_schedules", acts={"POST": "create_schedule"}),
    _hand(
        "/api/v1/schedules/{}",
        "retrieve_schedule",
        acts={"PUT": "update_schedule", "DELETE": "delete_schedule", "*": "broken"},
        frail=True,
    ),
    _hand("/api/v1/schedules/{}/activate", acts={"POST": "activate_schedule"}),
    _hand("/api/v1/schedules/{}/deactivate", acts={"POST": "deactivate_schedule"}),
    Route("/api/v1/timezones", "timezones", preflight=True, key="none"),
    _hand(
        _ENVVARS + "/import",
        acts={"*": "import_variables"},
        refusal=NEW,
        key="either",
        spelled=spelling.variables,
    ),
    _hand(_ENVVARS, "list_variables", acts={"*": "create_variable"}, refusal=NEW, key="either"),
    _hand(
        _ENVVARS + "/{}",
        "retrieve_variable",
        acts={
            "DELETE": "delete_variable",
            "POST": "update_variable",
            "PUT": "update_variable",
            "*": "broken",
        },
        refusal=NEW,
        key="either",
    ),
    Route("/api/v1/queues", "list_queues"),
    Route("/api/v1/queues/{}", "retrieve_queue", tokens=True),
    Route("/api/v1/queues/{}/pause", acts={"*": "pause_queue"}, unread="bare"),
    Route("/api/v1/queues/{}/concurrency/override", acts={"*": "override_queue"}, unread="bare"),
    Route("/api/v1/queues/{}/concurrency/reset", acts={"*": "reset_queue"}, unread="bare"),
    Route(_WAITPOINTS, "list_waitpoints", {"POST": "create_waitpoint"}, other="allow", capped=True),
    Route(_WAITPOINTS + "/{}", "retrieve_waitpoint"),
    _open(_WAITPOINTS + "/{}/complete", acts={"*": "complete_waitpoint"}, preflight=False, capped=True),
    Route(
        _WAITPOINTS + "/{}/callback/{}",
        acts={"POST": "callback"},
        other="allow",
        key="none",
        spelled=spelling.callback,
    ),
    _session("", "list_sessions", acts={"POST": "create_session"}),
    _session("/{}", "retrieve_session", acts={"PATCH": "update_session"}),
    _session("/{}/close", acts={"POST": "close_session"}),
    _open("/api/v1/errors", "list_errors", by_form=True),
    _open("/api/v1/errors/{}", "retrieve_error", by_form=True, indexed=True),
    _decision("resolve"),
    _decision("ignore"),
    _decision("unresolve"),
    _open("/api/v1/query", acts={"*": "query"}, by_form=True),
    _open("/api/v1/query/schema", "query_schema", by_form=True),
    _open("/api/v1/query/dashboards", "dashboards", by_form=True),
    Route(_BULK, "list_bulk_actions", {"*": "create_bulk_action"}, capped=True, by_form=True),
    Route(_BULK + "/{}", "retrieve_bulk_action", by_form=True),
    Route(_BULK + "/{}/abort", acts={"*": "abort_bulk_action"}, by_form=True),
    Route(_DEPLOYMENTS, "list_deployments", other="told", tokens=True, by_form=True),
    Route(_DEPLOYMENTS + "/latest", "latest_deployment", by_form=True),
    Route(_DEPLOYMENTS + "/{}", "retrieve_deployment", by_form=True),
    Route(_DEPLOYMENTS + "/{}/promote", acts={"POST": "promote_deployment"}, other="told", by_form=True),
)
