"""Broken servers of the second world that no form plants, most of them in what is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mutants.hooks import Answering, Hook
from mutants.yard import Yard, changed, is_of, sent, value_of, with_value
from trigger_contract.mock.messages import Answer, Request

Object = dict[str, Any]
PROJECTS, PROJECT = ("projects",), ("projects", "")
SCHEDULES, SCHEDULE = ("schedules",), ("schedules", "")
MEMBERS, MEMBER = ("members",), ("members", "")
HOOKS, HOOK = ("hooks",), ("hooks", "")
KEY = {b"authorization": b"Bearer tr_dev_mock", b"content-type": b"application/json"}


def putting(**values: Any) -> Callable[[Object], Object]:
    """Set members, whether they were sent or not."""
    return lambda body: {**body, **values}


def default(**values: Any) -> Callable[[Object], Object]:
    """Set members that were not sent."""
    return lambda body: {**values, **body}


def of(name: str, change: Callable[[Any], Any]) -> Callable[[Object], Object]:
    """Change one member where it is."""
    return lambda body: {**body, name: change(body[name])} if name in body else body


def each(path: tuple[str, ...], change: Callable[[Object], Object]) -> Callable[[Any], Any]:
    """Change each item of a list."""

    def all_of(value: Any) -> Any:
        if not path:
            return [change(item) for item in value]
        return {**value, path[0]: [change(item) for item in value[path[0]]]}

    return all_of


def beside(method: str, parts: tuple[str, ...], more: Callable[[Request, Answering], Any]) -> Any:
    """Do something more after a success of an operation."""

    def make(service: Any) -> Hook:
        def strike(request: Request, answering: Answering) -> Answer:
            answer = answering(request)
            if is_of(request, method, *parts) and 200 <= answer.status < 300:
                more(request, answering)
            return answer

        return strike

    return make


def ask(answering: Answering, method: str, path: bytes, body: Any = None) -> Answer:
    """Ask the mock something with the right key."""
    content = b"" if body is None else json.dumps(body).encode()
    return answering(Request(method, path, b"", KEY, content))


def parent(request: Request) -> bytes:
    """Return the path without its last part."""
    return request.path.rpartition(b"/")[0]


def other(answering: Answering, below: bytes, items: str, own: str) -> bytes:
    """Return the path of another thing of a collection."""
    listed = value_of(ask(answering, "GET", below))
    found = [item for item in (listed[items] if items else listed) if str(item["id"]) != own]
    return below + b"/" + str(found[0]["id"]).encode() if found else below


def without_key(method: str, parts: tuple[str, ...]) -> Callable[[Any], Hook]:
    """Refuse a request without a key, and carry it out all the same."""

    def make(service: Any) -> Hook:
        def strike(request: Request, answering: Answering) -> Answer:
            answer = answering(request)
            if is_of(request, method, *parts) and answer.status == 401:
                answering(replace(request, headers={**request.headers, **KEY}))
            return answer

        return strike

    return make


def archived_is_gone(service: Any) -> Hook:
    def strike(request: Request, answering: Answering) -> Answer:
        answer = answering(request)
        value = value_of(answer) if is_of(request, "GET", *PROJECT) and answer.status == 200 else {}
        if value.get("status") == "archived":
            return Answer(404, b'{"error":"Not found"}', answer.headers)
        return answer

    return strike


def one_answer_for_all_keys(service: Any) -> Hook:
    first: list[Answer] = []

    def strike(request: Request, answering: Answering) -> Answer:
        if not is_of(request, "POST", *PROJECTS) or b"idempotency-key" not in request.headers:
            return answering(request)
        if not first:
            first.append(answering(request))
        return first[0]

    return strike


def counting_the_removed(service: Any) -> Hook:
    removed: list[str] = []

    def strike(request: Request, answering: Answering) -> Answer:
        answer = answering(request)
        if is_of(request, "DELETE", *MEMBER) and answer.status == 204:
            removed.append("one")
        if is_of(request, "GET", *MEMBERS) and answer.status == 200 and not request.query.count(b"role"):
            return with_value(answer, of("total_count", lambda count: count + len(removed))(value_of(answer)))
        return answer

    return strike


def elsewhere(service: Any) -> Hook:
    """Make keys below the first project there is."""

    def strike(request: Request, answering: Answering) -> Answer:
        if is_of(request, "POST", "projects", "", "keys"):
            listed = value_of(ask(answering, "GET", b"/projects"))["data"]
            request = replace(request, path=f"/projects/{listed[-1]['id']}/keys".encode())
        return answering(request)

    return strike


def stale(method: str, parts: tuple[str, ...]) -> Callable[[Any], Hook]:
    """Answer a change with the thing as it was."""

    def make(service: Any) -> Hook:
        def strike(request: Request, answering: Answering) -> Answer:
            before = ask(answering, "GET", request.path) if is_of(request, method, *parts) else None
            answer = answering(request)
            return before if before is not None and answer.status == before.status == 200 else answer

        return strike

    return make


def header(method: str, parts: tuple[str, ...], name: bytes, value: bytes | None) -> Callable[[Any], Hook]:
    """Change a header of an operation's successes, or leave it out."""

    def make(service: Any) -> Hook:
        def strike(request: Request, answering: Answering) -> Answer:
            answer = answering(request)
            if not is_of(request, method, *parts) or answer.status >= 300:
                return answer
            kept = tuple(one for one in answer.headers if one[0] != name)
            return replace(answer, headers=kept if value is None else (*kept, (name, value)))

        return strike

    return make


def asked(parts: tuple[str, ...], name: bytes, change: Callable[[bytes], bytes]) -> Callable[[Any], Hook]:
    """Change one name of a list's query."""

    def make(service: Any) -> Hook:
        def strike(request: Request, answering: Answering) -> Answer:
            if is_of(request, "GET", *parts):
                pairs = [pair.partition(b"=") for pair in request.query.split(b"&")]
                query = b"&".join(
                    key + b"=" + (change(value) if key == name else value) for key, _, value in pairs if key
                )
                request = replace(request, query=query)
            return answering(request)

        return strike

    return make


def error(parts: tuple[str, ...], status: int, change: Callable[[Answer], Answer]) -> Callable[[Any], Hook]:
    """Change the errors of a path."""

    def make(service: Any) -> Hook:
        def strike(request: Request, answering: Answering) -> Answer:
            answer = answering(request)
            return change(answer) if answer.status == status and is_of(request, "GET", *parts) else answer

        return strike

    return make


def next_number(value: bytes) -> bytes:
    """Return the number after one."""
    return str(int(value) + 1).encode() if value.isdigit() else value


def _state(name: str, operation: str, make: Callable[[Any], Hook]) -> Yard:
    return Yard(name, operation, make, True)


STATE = [
    _state("names are stored in capitals", "createProject", sent("POST", PROJECTS, of("name", str.upper))),
    _state("owners lose their end", "createProject", sent("POST", PROJECTS, of("owner", lambda v: v[:5]))),
    _state("notes are not stored", "createProject", sent("POST", PROJECTS, putting(note=None))),
    _state("labels lose the first", "createProject", sent("POST", PROJECTS, of("labels", lambda v: v[1:]))),
    _state("every project is public", "createProject", sent("POST", PROJECTS, putting(public=True))),
    _state("projects are public by default", "createProject", sent("POST", PROJECTS, default(public=True))),
    _state("a change of a name makes it public", "changeProject", sent("PATCH", PROJECT, putting(public=True))),
    _state("a change empties the note", "changeProject", sent("PATCH", PROJECT, default(note=None))),
    _state("a change of the owner is lost", "changeProject", sent("PATCH", PROJECT, of("owner", lambda _: "me"))),
    _state("a change is answered with what was", "changeProject", stale("PATCH", PROJECT)),
    _state("what is archived is gone", "archiveProject", archived_is_gone),
    _state(
        "removing removes another too",
        "removeProject",
        beside(
            "DELETE",
            PROJECT,
            lambda request, rest: ask(rest, "DELETE", other(rest, b"/projects", "data", "")),
        ),
    ),
    _state("all keys give the first project", "createProject", one_answer_for_all_keys),
    _state("a project without a key is refused and made", "createProject", without_key("POST", PROJECTS)),
    _state("schedules are in Tokyo by default", "createSchedule",
           sent("POST", SCHEDULES, default(timezone="Asia/Tokyo"))),
    _state("schedules are not retried by default", "createSchedule", sent("POST", SCHEDULES, default(retries=0))),
    _state("retries end at five", "createSchedule", sent("POST", SCHEDULES, of("retries", lambda v: min(v, 5)))),
    _state("the time of a schedule stays", "replaceSchedule", sent("PUT", SCHEDULE, of("cron", lambda _: "* *"))),
    _state("replacing forgets the retries", "replaceSchedule", sent("PUT", SCHEDULE, putting(retries=9))),
    _state("a schedule is replaced without a key", "replaceSchedule", without_key("PUT", SCHEDULE)),
    _state("a schedule is removed without a key", "removeSchedule", without_key("DELETE", SCHEDULE)),
    _state(
        "deactivating removes",
        "deactivateSchedule",
        beside("POST", (*SCHEDULE, "deactivate"), lambda request, rest: ask(rest, "DELETE", parent(request))),
    ),
    _state("what is completed still waits", "completeToken",
           changed("POST", ("tokens", "", "complete"), putting(status="WAITING"))),
    _state("members are owners by default", "addMember", sent("POST", MEMBERS, default(role="owner"))),
    _state("members are asleep by default", "addMember", sent("POST", MEMBERS, default(active=False))),
    _state("every member reads only", "addMember", sent("POST", MEMBERS, putting(role="reader"))),
    _state("nicknames are not stored", "addMember", sent("POST", MEMBERS, putting(nickname=None))),
    _state("a role stays", "changeMember", sent("PATCH", MEMBER, of("role", lambda _: "reader"))),
    _state("a change wakes up", "changeMember", sent("PATCH", MEMBER, default(active=True))),
    _state("a change is answered with the old one", "changeMember", stale("PATCH", MEMBER)),
    _state("the removed are counted", "listMembers", counting_the_removed),
    _state("addresses get a slash", "createHook", sent("POST", HOOKS, of("url", lambda v: f"{v}/"))),
    _state("only one event is kept", "createHook", sent("POST", HOOKS, putting(events=["made"]))),
    _state("descriptions are cut", "createHook", sent("POST", HOOKS, of("description", lambda v: v and v[:4]))),
    _state("an address stays", "replaceHook", sent("PUT", HOOK, of("url", lambda _: "https://a.test/"))),
    _state("keys are made below another project", "createKey", elsewhere),
    _state("keys write by default", "createKey", sent("POST", ("projects", "", "keys"), default(scope="write"))),
    _state("files are images", "uploadFile", changed("POST", ("files",), putting(kind="image"))),
    _state("resuming answers a paused queue", "resumeQueue",
           changed("POST", ("queues", "", "resume"), putting(paused=True))),
]  # fmt: skip

ANSWERS = [
    Yard("a member's id is a text", "getMember", changed("GET", MEMBER, of("id", str))),
    Yard("pages of files do not lead on", "listFiles", header("GET", ("files",), b"link", None)),
    Yard("there are always more tokens", "listTokens", changed("GET", ("tokens",), putting(has_more=True))),
    Yard("a status is JSON", "getStatus", header("GET", ("status",), b"content-type", b"application/json")),
    Yard("a status is Latin-1", "getStatus",
         header("GET", ("status",), b"content-type", b"text/plain; charset=iso-8859-1")),
    Yard("schedules begin one later", "listSchedules", asked(SCHEDULES, b"offset", next_number)),
    Yard("no more than five members come", "listMembers", asked(MEMBERS, b"take", lambda _: b"5")),
    Yard("only the first status counts", "listTokens",
         asked(("tokens",), b"status", lambda v: v.partition(b"%2C")[0].partition(b",")[0])),
    Yard("a queue's limit is another in the list", "getQueue",
         changed("GET", ("queues", ""), of("limit", lambda v: v + 1))),
    Yard("a worker has no name", "getQueue", changed("GET", ("queues", ""), putting(worker={}))),
    Yard("a scope is missing in the list", "listKeys",
         changed("GET", ("projects", "", "keys"), each((), putting(scope=None)))),
    Yard("settings are too large", "getSettings", changed("GET", ("settings",), putting(size=10))),
    Yard("the secret of a hook is read", "getHook", changed("GET", HOOK, putting(secret="s" * 9))),
    Yard("the secret of hooks is listed", "listHooks",
         changed("GET", HOOKS, each(("hooks",), putting(secret="s" * 9)))),
    Yard("a missing batch is a text", "getBatch",
         error(("batches", ""), 404, lambda answer: replace(answer, body=b'"none"'))),
    Yard("a missing file is wrong", "getFile", error(("files", ""), 404, lambda answer: replace(answer, status=400))),
    Yard("a missing project has no words", "getProject",
         error(PROJECT, 404, lambda answer: replace(answer, body=b'{"error":""}'))),
    Yard("projects have a member that is not theirs", "listProjects",
         changed("GET", PROJECTS, each(("data",), putting(colour="red")))),
    Yard("the number of pages is told as a text", "listQueues",
         changed("GET", ("queues",), of("pagination", of("total_pages", str)))),
    Yard("there is one page of queues too many", "listQueues",
         changed("GET", ("queues",), of("pagination", of("total_pages", lambda v: v + 1)))),
    Yard("batches have no tasks", "getBatch", changed("GET", ("batches", ""), putting(tasks=[]))),
    Yard("batches are not done", "listBatches",
         changed("GET", ("batches",), each(("batches",), putting(state="waiting")))),
]  # fmt: skip
