"""The three reading operations on runs, behind the service's own doors."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import urlencode

from trigger_contract.document.operations import Operation
from trigger_contract.mock.deviations import Deviation
from trigger_contract.mock.keys import Caller
from trigger_contract.mock.messages import Answer
from trigger_contract.mock.platform import answers
from trigger_contract.mock.platform.front import Function, Visit
from trigger_contract.mock.platform.world import World
from trigger_contract.mock.records import Row, to_record
from trigger_contract.mock.runs import LIST, Call, RunsModel


class Reading:
    """Lists and retrieves runs.

    Args:
        model: Answers once a request is let in.
        world: The runs, whose tags and tasks decide what a token may read.
        operations: The operations of the document, by their path with ``{}`` for each parameter.
    """

    def __init__(self, model: RunsModel, world: World, operations: dict[str, Operation]) -> None:
        self._model = model
        self._world = world
        self._store = world.store
        self._operations = operations
        self._readers = {path: model.reader(operations[path], strict=False) for path in operations}
        self.functions: dict[str, Function] = {
            "list_runs": self._list,
            "retrieve_run": self._retrieve,
            "result": self._result,
            "project_runs": self._of_project,
        }

    def _list(self, visit: Visit) -> Answer:
        call = self._call(visit)
        if not call.reading.details and not visit.bearer.may("read", self._asked(visit), every="tasks"):
            return answers.forbidden()
        return self._model.handlers[visit.route.path](call)

    def _retrieve(self, visit: Visit) -> Answer:
        row = self._store.get(visit.path[0])
        if row is not None and not visit.bearer.may("read", resources_of(row)):
            return answers.forbidden()
        return self._model.handlers[visit.route.path](self._call(visit))

    def select(self, visit: Visit, query: bytes) -> list[str]:
        """Return the ids of all runs that a query of the list selects, the newest first.

        Args:
            visit: Who asks.
            query: The query as it stands in a URL, without paging.
        """
        found: list[str] = []
        after = ""
        route = replace(visit.route, path=LIST)
        while True:
            paged = query + b"&" + urlencode({"page[size]": 100, "page[after]": after}).encode()
            request = replace(visit.request, query=paged)
            call = self._call(replace(visit, route=route, request=request))
            body = json.loads(self._model.handlers[LIST](call).body)
            found += [run["id"] for run in body.get("data", ())]
            after = body.get("pagination", {}).get("next", "")
            if not after:
                return found

    def _of_project(self, visit: Visit) -> Answer:
        """List the runs of one environment of a project; without an environment the service fails."""
        call = self._call(replace(visit, route=replace(visit.route, path=LIST)))
        if call.reading.details:
            return answers.given(400, {"error": "Query Error", "details": call.reading.details})
        own = self._world.environment.get("project")
        if own is not None and visit.path[0] != own:
            return answers.error(404, "Project not found")
        if Deviation.D31 in self._world.on and not {"dev", "prod", "stg"} & set(
            visit.query.get("filter[env]", "").split(",")
        ):
            return answers.failed()
        wanted = [item for item in visit.query.get("filter[env]", "").split(",") if item]
        if wanted and Deviation.D31 not in self._world.on and not self._world.is_named(wanted):
            return answers.given(200, {"data": [], "pagination": {}})
        return self._model.handlers[LIST](call)

    def _result(self, visit: Visit) -> Answer:
        return self._model.handlers[visit.route.path](self._call(visit))

    @staticmethod
    def _asked(visit: Visit) -> dict[str, list[str]]:
        # Without a filter the whole of a type is asked for, which only a scope without an id allows.
        tasks = visit.query.get("filter[taskIdentifier]", "")
        return {"runs": [], "tasks": [item for item in tasks.split(",") if item]}

    def _call(self, visit: Visit) -> Call:
        path = visit.route.path
        operation = self._operations[path]
        enums = self._model.enums(operation, visit.request)
        reading = self._readers[path].read(visit.request.query, enums)
        names = {str(number): value for number, value in enumerate(visit.path)}
        return Call(visit.request, operation, Caller.SECRET, names, reading)


def resources_of(row: Row) -> dict[str, list[str]]:
    """Return the resources that a run is, for the scopes of tokens."""
    record = to_record(row)
    batch = [record["batchId"]] if "batchId" in record else []
    return {"runs": [row.id], "tags": record["tags"], "tasks": [row.task], "batch": batch}
