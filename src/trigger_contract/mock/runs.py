"""The operations of the runs model."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from trigger_contract.document.operations import Operation
from trigger_contract.document.wire import QueryLeaf, query_leaves
from trigger_contract.mock import dates, states
from trigger_contract.mock.clock import Clock
from trigger_contract.mock.cursors import Place, read_cursor, write_cursor
from trigger_contract.mock.deviations import Deviation
from trigger_contract.mock.judging import Judge
from trigger_contract.mock.keys import Caller
from trigger_contract.mock.listquery import ListReader, out_of_range, read_period
from trigger_contract.mock.messages import JSON_TYPE, Answer, Request, json_answer
from trigger_contract.mock.progress import Progress
from trigger_contract.mock.query import QueryReader, Reading
from trigger_contract.mock.records import Row
from trigger_contract.mock.refusals import Refusals
from trigger_contract.mock.router import shape
from trigger_contract.mock.selection import Listed, Selection
from trigger_contract.mock.states import FINISHED, Naming
from trigger_contract.mock.store import Store
from trigger_contract.mock.views import Views

SHOULD_RETRY = (b"x-should-retry", b"true")

# Which column a filter of the list page selects by.
_COLUMNS = {
    "filter[status]": "state",
    "filter[taskIdentifier]": "task",
    "filter[version]": "version",
    "filter[schedule]": "schedule",
    "filter[bulkAction]": "bulk",
    "filter[isTest]": "is_test",
    "filter[tag]": "tag",
    "filter[batch]": "batch",
    "filter[queue]": "queue",
    "filter[machine]": "machine",
    "filter[region]": "region",
    "filter[error]": "fingerprint",
}
_SINCE, _UNTIL, _PERIOD = (f"filter[createdAt][{name}]" for name in ("from", "to", "period"))
_SIZE, _AFTER, _BEFORE = (f"page[{name}]" for name in ("size", "after", "before"))
_STATUS = "filter[status]"
LIST = "/api/v1/runs"
RETRIEVE = "/api/v3/runs/{}"
TASKS = "/api/tasks/runs"
_READ_OTHERWISE = frozenset({Deviation.D20, Deviation.D21, Deviation.D22})
_VERSION = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _sdk_leaf(name: str) -> QueryLeaf:
    """Return a filter that the official SDK sends and no page has."""
    schema = {"type": "array", "items": {"type": "string"}}
    return QueryLeaf(f"filter[{name}]", ("filter", name), schema, ",", False, "")


_SDK_LEAVES = tuple(_sdk_leaf(name) for name in ("batch", "queue", "machine", "region"))


class Call(NamedTuple):
    """A request that was let in and whose query was right."""

    request: Request
    operation: Operation
    caller: Caller
    path: Mapping[str, str]
    reading: Reading


class RunsModel:
    """Answers the operations that speak of runs.

    Args:
        document: The OpenAPI document.
        store: The runs.
        clock: The time.
        progress: Moves runs when they are looked at.
        views: Writes runs.
        refusals: Writes errors.
        deviations: The deviations that are on.
    """

    def __init__(
        self,
        document: Mapping[str, Any],
        store: Store,
        clock: Clock,
        progress: Progress,
        views: Views,
        refusals: Refusals,
        deviations: frozenset[str],
    ) -> None:
        self._document = document
        self._store = store
        self._clock = clock
        self._progress = progress
        self._views = views
        self._refusals = refusals
        self._on = deviations
        self.index_delay = 0
        self._recorded = {newer: states.recorded_naming(newer=newer) for newer in (False, True)}
        self._older = states.older_naming()
        self._newer = states.newer_naming()
        self._documented: Naming | None = None
        if Deviation.D33 not in deviations:
            views.kinds = _content_kinds(document)
        # Paths are the wire's own names for these operations; ids and parameter names may be reworded.
        self.handlers: dict[str, Callable[[Call], Answer]] = {
            "/api/v1/runs": self._list,
            RETRIEVE: self._retrieve,
            "/api/v1/runs/{}/result": self._result,
            TASKS: self._tasks,
        }

    def reader(self, operation: Operation, *, strict: bool) -> QueryReader | ListReader:
        """Return the reader for the query of one of the model's operations."""
        if operation.path == LIST and not strict and self._on & _READ_OTHERWISE:
            names = [leaf.name for leaf in (*query_leaves(self._document, operation), *_SDK_LEAVES)]
            return ListReader(names, self._on, 1 if Deviation.D6 in self._on else 10)
        return QueryReader(
            Judge(self._document),
            query_leaves(self._document, operation),
            extra=_SDK_LEAVES if operation.path == "/api/v1/runs" else (),
            strict=strict,
            loose_dates=Deviation.D11 in self._on,
            minimums={_SIZE: 1} if Deviation.D6 in self._on else None,
        )

    def enums(self, operation: Operation, request: Request) -> Mapping[str, Collection[str]] | None:
        """Return the status names a request may filter by, where its version decides them."""
        return {_STATUS: self.naming(request).states.keys()} if operation.path == "/api/v1/runs" else None

    def lasts(self, request: Request, answer: Answer) -> bool:
        """Whether an answer holds until something is written, however often it is asked for."""
        return not (
            self._progress.progression.kind == "manual"
            or self.index_delay
            or Deviation.D10 in self._on
            or b"period" in unquote_to_bytes(request.query)
            or b"PresignedUrl" in answer.body
        )

    def naming(self, request: Request) -> Naming:
        """Return how states are named for a request."""
        version = request.headers.get(b"x-trigger-api-version")
        if Deviation.D18 in self._on:
            newer = version is not None and version.strip().decode("latin-1") == states.NEW_NAMES_SINCE
            if newer or Deviation.D9 in self._on:
                return self._recorded[newer]
            return self.documented_naming()
        if version is not None and _VERSION.fullmatch(version) and version.decode() >= states.NEW_NAMES_SINCE:
            return self._newer
        if Deviation.D9 in self._on:
            return self._older
        return self.documented_naming()

    def documented_naming(self) -> Naming:
        """Return names that stay inside the document's enumeration."""
        if self._documented is None:
            self._documented = states.documented_naming(_status_enum(self._document) or states.STATES)
        return self._documented

    # Operations

    def _list(self, call: Call) -> Answer:
        self._progress.tick()
        values, details = call.reading.values, call.reading.details
        naming = self.naming(call.request)
        selection = self._selection(call.reading, naming)
        place = self._place(call.reading)
        if details:
            return self._refusals.answer(call.operation, 400, details=details)
        if selection is None:
            return json_answer(500, {"error": "Internal Server Error"})
        selection = replace(selection, below=place.below, above=place.above)
        size = values.get(_SIZE) or call.reading.defaults.get(_SIZE, 25)
        rows = self._page(selection, size + 1, place)
        more = len(rows) > size
        del rows[size:]
        has_newer, has_older = self._neighbours(place, selection, rows, more)
        newest, oldest = (rows[-1:], rows[:1]) if place.backward else (rows[:1], rows[-1:])
        if place.backward and Deviation.BACKWARD_ORDER not in self._on:
            rows.reverse()
        data = self._views.items(rows, naming)
        cursors = []
        if has_older and oldest:
            cursors.append(f'"next":"{self._cursor_text(oldest[0])}"')
        if has_newer and newest:
            cursors.append(f'"previous":"{self._cursor_text(newest[0])}"')
        body = '{"data":[' + data + '],"pagination":{' + ",".join(cursors) + "}}"
        return Answer(200, body.encode())

    def _page(self, selection: Selection, limit: int, place: Place) -> list[Listed]:
        newer_than = place.newer_than
        if place.backward and newer_than is None:
            newer_than = -1
        return self._store.page(selection, limit, older_than=place.older_than, newer_than=newer_than)

    def _neighbours(
        self, place: Place, selection: Selection, rows: list[Listed], more: bool
    ) -> tuple[bool, bool]:
        """Say whether there are newer and older runs than those of a page."""
        if Deviation.D7 in self._on:
            # A cursor is proof enough that there is a page on its side.
            return (more, True) if place.backward else (place.given, more)
        if rows and place.newer_than is not None:
            older = selection.everything or bool(self._store.page(selection, 1, older_than=rows[0][0]))
            return more, older
        if rows and place.older_than is not None:
            newer = selection.everything or bool(self._store.page(selection, 1, newer_than=rows[0][0]))
            return newer, more
        return False, more

    def _retrieve(self, call: Call) -> Answer:
        self._progress.tick()
        row = self._store.get(next(iter(call.path.values())))
        if row is None:
            if Deviation.D3 in self._on:
                return json_answer(404, {"error": "Not found"}, [SHOULD_RETRY])
            return self._refusals.answer(call.operation, 404)
        row = self._progress.visit(row)
        content = call.caller is not Caller.PUBLIC
        text = self._views.whole(row, self.naming(call.request), _base(call.request), content=content)
        return Answer(200, text.encode())

    def _result(self, call: Call) -> Answer:
        self._progress.tick()
        row = self._store.get(next(iter(call.path.values())))
        if row is not None:
            row = self._progress.visit(row)
        # The status this caller is shown decides: some states are shown as CANCELED too.
        canceled = row is not None and self.naming(call.request).shown[row.state] == "CANCELED"
        without = Deviation.D1 in self._on and not canceled
        if row is None or row.state not in FINISHED or (without and not _has_records(row)):
            return self._refusals.answer(call.operation, 404)
        return json_answer(200, self._views.result(row))

    def _tasks(self, call: Call) -> Answer:
        self._progress.tick()
        values = call.reading.values
        details = [d for d in call.reading.details if d["path"] != ["limit"] or "runId" not in values]
        if details:
            said = "; ".join(f"{detail['path'][0]}: {detail['message']}" for detail in details)
            return self._refusals.answer(call.operation, 400, text=said, details=details)
        real = Deviation.D15 in self._on
        if "runId" in values:
            row = self._store.get(values["runId"])
            if row is None:
                return self._refusals.answer(call.operation, 500 if real else 404, text="Run not found")
            naming = self._newer if real else self.documented_naming()
            # Only the list is said to leave out output and error.
            whole = self._views.whole(self._progress.visit(row), naming, _base(call.request), env=True)
            return _success(whole)
        tags = {"tag": (f"account:{values['account_id']}",)} if "account_id" in values else {}
        limit = values.get("limit") or call.reading.defaults.get("limit", 20)
        rows = self._store.page(Selection(tags), limit)
        if real:
            return _success(self._views.items(rows, self._older))
        naming = self.documented_naming()
        stored = [row for row in (self._store.get(run_id) for _, run_id, _, _ in rows) if row]
        base = _base(call.request)
        return _success(
            ",".join(self._views.whole(row, naming, base, output=False, env=True) for row in stored)
        )

    def has_result(self, row: Row) -> bool:
        """Whether a run has a result that the service shows."""
        shown = row.state in FINISHED
        return shown and (Deviation.D1 not in self._on or row.state == "CANCELED" or _has_records(row))

    # Parts

    def _selection(self, reading: Reading, naming: Naming) -> Selection | None:
        """Return what a query selects, or None for what the real server cannot cope with."""
        equal: dict[str, tuple[str | int, ...]] = {}
        for name, column in _COLUMNS.items():
            if name not in reading.values:
                continue
            value = reading.values[name]
            if column == "state":
                equal[column] = tuple(state for shown in value for state in naming.states[shown])
            elif isinstance(value, list):
                equal[column] = tuple(value)
            else:
                equal[column] = (int(value) if isinstance(value, bool) else value,)
        if Deviation.D28 in self._on and any("," in str(value) for value in equal.get("bulk", ())):
            return None
        since, until = reading.values.get(_SINCE), reading.values.get(_UNTIL)
        period = reading.values.get(_PERIOD)
        if period is not None and Deviation.D19 in self._on:
            length = read_period(period)
            since = until = None
            if length is not None:
                since = self._clock.now() - length
                if out_of_range(since) and Deviation.D28 in self._on:
                    return None
        elif period is not None:
            length = dates.read_period(period)
            if length is None:
                reading.refuse(_PERIOD, f"Invalid period: {period[:200]}")
            since = max(self._clock.now() - (length or 0), since or 0)
        elif since is None and until is None and Deviation.D10 in self._on:
            since = self._clock.now() - 7 * dates.DAY
        if self.index_delay:
            # The index of the list lags behind the runs.
            seen = self._clock.now() - self.index_delay
            until = seen if until is None else min(until, seen)
        # Runs are created on whole milliseconds, and both bounds are inclusive.
        return Selection(
            equal,
            None if since is None else min(max(math.ceil(since), 0), dates.LATEST + 1),
            None if until is None else min(max(math.floor(until), -1), dates.LATEST),
        )

    def _place(self, reading: Reading) -> Place:
        """Return where a page begins."""
        values = reading.values
        opaque = Deviation.D7 in self._on
        after, before = values.get(_AFTER), values.get(_BEFORE)
        if opaque and before is not None:
            return read_cursor(self._store, before, backward=True)
        if opaque and after is not None:
            return read_cursor(self._store, after)
        if before is not None:
            return Place(newer_than=self._key_of(reading, _BEFORE))
        return Place(older_than=self._key_of(reading, _AFTER)) if after is not None else Place()

    def _key_of(self, reading: Reading, name: str) -> int | None:
        text = reading.values[name]
        key = self._store.key_of(text)
        if key is None:
            reading.refuse(name, f"Invalid cursor: {text[:200]}")
        return key

    def _cursor_text(self, row: Listed) -> str:
        return write_cursor(row) if Deviation.D7 in self._on else row[1]


def _has_records(row: Row) -> bool:
    """Whether a run has attempt records of the older engine, which results are made of."""
    return bool(row.more) and bool(json.loads(row.more).get("attemptRecords"))


def _success(runs: str) -> Answer:
    body = '{"status":"success","runs":[' + runs + "]}"
    return Answer(200, body.encode(), (JSON_TYPE,))


def _base(request: Request) -> str:
    """Return this server's URL as the client sees it."""
    host = request.headers.get(b"host", b"localhost").decode("latin-1")
    return f"http://{host}"


def _content_kinds(document: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """Return the types that payload and output of a retrieved run are documented with."""
    from trigger_contract.document.composition import composition
    from trigger_contract.document.operations import operations, response_schema

    for operation in operations(document):
        if operation.method == "get" and shape(operation.path) == RETRIEVE:
            shown = composition(document).properties(response_schema(document, operation, "200"))
            judge = Judge(document)
            found = {name: judge.kinds(shown[name]) for name in ("payload", "output") if name in shown}
            # The types are told apart by their first character, which does not tell whole numbers.
            return {
                name: kinds | {"number"} if "integer" in kinds else kinds for name, kinds in found.items()
            }
    return {}


def _status_enum(document: Mapping[str, Any]) -> list[str] | None:
    """Return the documented status names of a listed run."""
    from trigger_contract.document.operations import operations, response_schema
    from trigger_contract.document.references import resolve

    for operation in operations(document):
        if operation.path == "/api/v1/runs" and operation.method == "get":
            schema = response_schema(document, operation, "200") or {}
            data = resolve(document, (schema.get("properties") or {}).get("data") or {})
            item = resolve(document, data.get("items") or {})
            status = resolve(document, (item.get("properties") or {}).get("status") or {})
            return list(status.get("enum") or ()) or None
    return None
