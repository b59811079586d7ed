from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from tests.mock.living import World

from trigger_contract.document.locate import read_document
from trigger_contract.mock.clock import Clock
from trigger_contract.mock.deviations import choose
from trigger_contract.mock.messages import Answer, Request
from trigger_contract.mock.platform.routes import ROUTES
from trigger_contract.mock.service import Service
from trigger_contract.mock.settings import Settings

NOW = 1_760_000_000_000


@dataclass
class Asker:
    """Asks a service without a socket."""

    service: Service
    token: str | None = "tr_dev_mock"

    def answer(self, path: str, query: Any = "", **options: Any) -> Answer:
        return self.service.answer(self.request(path, query, **options))

    def respond(self, path: str, query: Any = "", **options: Any) -> Answer:
        """Answer as over the wire: with limits, faults and journal."""
        return self.service.respond(self.request(path, query, **options))

    def request(
        self,
        path: str,
        query: dict[str, Any] | list[tuple[str, str]] | str = "",
        *,
        headers: dict[str, str] | None = None,
        method: str = "GET",
        body: bytes = b"",
    ) -> Request:
        raw = query if isinstance(query, str) else urlencode(query)
        sent = {"authorization": f"Bearer {self.token}"} if self.token else {}
        encoded = {k.encode(): v.encode() for k, v in {**sent, **(headers or {})}.items()}
        return Request(method, quote(path, safe="/%~").encode(), raw.encode(), encoded, body)

    def get(self, path: str, query: Any = "", status: int = 200, **options: Any) -> Any:
        answer = self.answer(path, query, **options)
        assert answer.status == status, answer.body
        return json.loads(answer.body)

    def walk(self, query: dict[str, Any], size: int = 10, **options: Any) -> list[dict[str, Any]]:
        """Follow `next` to the end."""
        found: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            page = self.get("/api/v1/runs", {**query, "page[size]": size, **cursor}, **options)
            found += page["data"]
            if "next" not in page["pagination"]:
                return found
            cursor = {"page[after]": page["pagination"]["next"]}


@pytest.fixture(scope="session")
def document() -> dict[str, Any]:
    # The validator wants plain lists and mappings.
    plain: dict[str, Any] = json.loads(json.dumps(read_document()))
    return plain


@pytest.fixture
def make(document: dict[str, Any]) -> Iterator[Callable[..., Asker]]:
    made: list[Service] = []

    def build(
        profile: str = "docs", with_: tuple[str, ...] = (), without: tuple[str, ...] = (), **options: Any
    ) -> Asker:
        options.setdefault("runs", 120)
        spec = options.pop("document", document)
        settings = Settings(deviations=choose(profile, with_, without), **options)
        made.append(Service(spec, settings, Clock(frozen_at=NOW)))
        return Asker(made[-1])

    yield build
    for service in made:
        service.close()


@pytest.fixture
def docs(make: Callable[..., Asker]) -> Asker:
    return make()


@pytest.fixture
def real(make: Callable[..., Asker]) -> Asker:
    return make("real")


@pytest.fixture(scope="session")
def whole_document(document: dict[str, Any]) -> dict[str, Any]:
    """Return the canonical document with the other operations of the service, each as loose as can be."""
    return whole(document)


def whole(document: dict[str, Any]) -> dict[str, Any]:
    """Return the canonical document with the other operations of the service, each as loose as can be."""
    grown = copy.deepcopy(document)
    runs = document["paths"]["/api/v1/runs"]["get"]
    for route in ROUTES:
        names = (f"{{p{number}}}" for number in itertools.count())
        pieces = route.path.split("{}")
        path = pieces[0] + "".join(next(names) + piece for piece in pieces[1:])
        if any(_shape(known) == _shape(path) for known in document["paths"]):
            continue
        methods = {"get"} if route.read else set()
        methods |= {"post" if name == "*" else name.lower() for name in route.acts}
        for method in sorted(methods):
            grown["paths"].setdefault(path, {})[method] = {
                "operationId": f"{method}{''.join(sign if sign.isalnum() else '_' for sign in path)}",
                "tags": ["service"],
                "security": [] if route.key == "none" else runs["security"],
                "servers": runs["servers"],
                "parameters": [
                    {"name": f"p{number}", "in": "path", "required": True, "schema": {"type": "string"}}
                    for number in range(len(pieces) - 1)
                ],
                "responses": {
                    "200": {"description": "It is done.", "content": {"application/json": {"schema": {}}}},
                    "4XX": {
                        "description": "It is not.",
                        "content": {
                            "application/json": {
                                "schema": {"type": "object", "properties": {"error": {"type": "string"}}}
                            }
                        },
                    },
                },
            }
    return grown


@pytest.fixture(scope="session")
def strict_document(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document with slips that pages make: no null, a date beside any text, a list for a map."""
    grown = whole(document)
    text, number = {"type": "string"}, {"type": "integer"}
    pair = {"type": "object", "required": ["name", "value"], "properties": {"name": text, "value": text}}
    imported = {"type": "object", "required": ["variables"]}
    delay = {"oneOf": [text | {"description": "A period."}, text | {"format": "date-time"}]}
    for path, schema in {
        "/api/v1/projects/{p0}/envvars/{p1}/import": imported
        | {"properties": {"variables": {"type": "array", "items": pair}}},
        "/api/v1/waitpoints/tokens/{p0}/callback/{p1}": {"type": "object"},
        "/api/v1/runs/{p0}/reschedule": {"type": "object", "properties": {"delay": delay}},
    }.items():
        content = {"application/json": {"schema": schema}}
        grown["paths"][path]["post"]["requestBody"] = {"required": "callback" not in path, "content": content}
    limits = dict.fromkeys(("current", "base", "override"), number)
    limits |= {"overriddenAt": text | {"format": "date-time"}, "overriddenBy": text}
    queue = {"concurrencyLimit": number, "concurrency": {"type": "object", "properties": limits}}
    for path in ("/api/v1/queues/{p0}", "/api/v1/queues/{p0}/concurrency/override"):
        for operation in grown["paths"][path].values():
            content = {"application/json": {"schema": {"type": "object", "properties": queue}}}
            operation["responses"]["200"]["content"] = content
    status = copy.deepcopy(grown["components"]["schemas"]["RunStatus"])
    status["enum"] = [name for name in status["enum"] if name != "DELAYED"]
    grown["components"]["schemas"]["ListedStatus"] = status
    listed = grown["components"]["schemas"]["ListRunItem"]["properties"]
    listed["status"] = {"$ref": "#/components/schemas/ListedStatus"}
    return grown


def _shape(path: str) -> str:
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


@pytest.fixture
def world(make, whole_document) -> World:
    return World(make("real", runs=0, document=whole_document))
