"""What a call does to a run that is there, and what a run has left: events, a trace, results of a batch."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from trigger_contract.mock import dates
from trigger_contract.mock.deviations import Deviation
from trigger_contract.mock.ids import short_id
from trigger_contract.mock.lifecycle import enter
from trigger_contract.mock.messages import Answer
from trigger_contract.mock.platform import answers, bodies
from trigger_contract.mock.platform.bodies import Is
from trigger_contract.mock.platform.front import Function, Visit
from trigger_contract.mock.platform.runs import resources_of
from trigger_contract.mock.platform.triggering import Triggering
from trigger_contract.mock.platform.waitpoints import TAG
from trigger_contract.mock.platform.world import World, moment_of
from trigger_contract.mock.records import Record, Row, to_record
from trigger_contract.mock.runs import RETRIEVE, RunsModel
from trigger_contract.mock.states import FINISHED
from trigger_contract.mock.views import Views

_CANCELED = "Canceled by user"
_MOST_TAGS = 10
_LARGEST_METADATA = 262_144
_LATE = 3_600_000
"""How long a finished run's metadata can still be changed, in milliseconds."""
_KEPT = ("payload", "payloadType", "tags", "metadata", "machine", "queue", "isTest", "region")
_LATER = 1_000
"""So much later a run's metadata is changed in another one's name, in milliseconds."""
_CHANGE = Is("array", optional=True, of=Is("object"))
_CHANGES = ("operations", "parentOperations", "rootOperations")
_KEY, _ANY = Is("string"), Is("any", optional=True)
_OPERATIONS = {
    "update": Is("object", fields={"value": Is("object")}),
    "set": Is("object", fields={"key": _KEY, "value": _ANY}),
    "delete": Is("object", fields={"key": _KEY}),
    "append": Is("object", fields={"key": _KEY, "value": _ANY}),
    "remove": Is("object", fields={"key": _KEY, "value": _ANY}),
    "increment": Is("object", fields={"key": _KEY, "value": Is("number")}),
}


class Actions:
    """Changes runs.

    Args:
        world: Where they are kept.
        triggering: Starts the runs of replays.
        model: Names states.
        views: Writes runs.
    """

    def __init__(self, world: World, triggering: Triggering, model: RunsModel, views: Views) -> None:
        self._world = world
        self._triggering = triggering
        self._model = model
        self._views = views
        self.functions: dict[str, Function] = {
            "cancel": self._cancel,
            "replay": self._replay,
            "reschedule": self._reschedule,
            "add_tags": self._add_tags,
            "metadata": self._change_metadata,
            "read_metadata": self._read_metadata,
            "run_events": self._events,
            "run_trace": self._trace,
            "retrieve_batch": self._retrieve_batch,
            "batch_results": self._batch_results,
        }

    def _row(self, name: str) -> Row | None:
        self._world.progress.tick()
        return self._world.store.get(name)

    # Changes of state

    def _cancel(self, visit: Visit) -> Answer:
        row = self._row(visit.path[0])
        resources = resources_of(row) if row else {"runs": [visit.path[0]]}
        if not visit.bearer.may("write", resources):
            return answers.forbidden()
        if row is None:
            return answers.error(404, "Resource not found")
        if row.state not in FINISHED and Deviation.D28 in self._world.on and "engine" in row.more:
            return answers.failed()  # a row without a snapshot of the engine
        self.cancel(row)
        return answers.given(200, {"id": row.id})

    def cancel(self, row: Row) -> None:
        """Cancel a run; one that has finished stays as it is."""
        if row.state in FINISHED:
            return
        record = to_record(row)
        record.pop("plan", None)
        record = enter(record, "CANCELED", self._world.clock.now())
        record["error"] = {"type": "STRING_ERROR", "raw": _CANCELED}
        self._world.store.replace(row.key, record)

    def _replay(self, visit: Visit) -> Answer:
        row = self._row(visit.path[0])
        if row is None:
            return answers.error(404, "Resource not found")
        return answers.given(200, {"id": self.replay(row)})

    def replay(self, row: Row, *, bulk: str | None = None) -> str:
        """Run a run again and return the id of the new one.

        Args:
            row: The run.
            bulk: The bulk action that the new run belongs to.
        """
        old = to_record(row)
        new = self._triggering.new(row.task, self._world.clock.now())
        new |= {name: old[name] for name in _KEPT if name in old}
        if "options" in old:  # a replay begins with the metadata that the run began with
            new.pop("metadata", None)
            new |= old["options"] | {"options": old["options"]}
        new |= {"ttl": "10m"} if self._world.is_dev else {}
        new |= {"bulkAction": bulk} if bulk is not None else {}
        self._triggering.add(new)
        return str(new["id"])

    def _reschedule(self, visit: Visit) -> Answer:
        delay = Is("string", also=Is("number"))
        try:
            body = bodies.read_by_hand(visit, Is("object", fields={"delay": Is("any", optional=True)}))
        except ValueError:
            return answers.broken()
        if isinstance(body, list) or "delay" not in body:
            return answers.error(400, "Invalid request body")
        given = body["delay"]
        if given is not None and bodies.judge(given, delay):
            return answers.error(400, "Invalid request body")
        now = self._world.clock.now()
        due = moment_of(given, now) if isinstance(given, str) else now
        if due is None:
            return answers.error(400, f"Invalid delay: {given}")
        row = self._row(visit.path[0])
        if row is None:
            return answers.error(404, "Run not found")
        record = to_record(row)
        if record.get("engine") == "V1":
            return answers.error(400, answers.UNSUPPORTED)
        if row.state != "DELAYED":
            return answers.error(400, "Cannot reschedule a run that is not delayed")
        record |= {"delayedUntil": due}
        row = self._world.progress.postpone(row, record, due)
        if given is None:
            return answers.went_wrong()
        naming = self._model.naming(visit.request, RETRIEVE)
        return answers.text_json(200, self._views.whole(row, naming, visit.base))

    # Tags and metadata

    def _add_tags(self, visit: Visit) -> Answer:
        rule = Is("object", fields={"tags": Is("string", also=Is("array", of=TAG))})
        try:
            body = bodies.read_by_hand(visit, rule)
        except ValueError:
            return answers.went_wrong()
        if isinstance(body, list):
            return bodies.refused(body)
        row = self._row(visit.path[0])
        if row is None:
            return answers.error(404, "Run not found")
        record = to_record(row)
        given = [body["tags"]] if isinstance(body["tags"], str) else body["tags"]
        new = [tag for tag in given if tag and tag not in record["tags"]]
        total = len(record["tags"]) + len(new)
        if not new:
            return answers.given(200, {"message": "No new tags to add"})
        if total > _MOST_TAGS:
            left = ", ".join(f"'{tag}'" for tag in new)
            text = f"Runs can only have 10 tags, you're trying to set {total}."
            text += f" These tags have not been set: {left}."
            return answers.error(422, text)
        record["tags"] = [*record["tags"], *new]
        self._write(row, record)
        return answers.given(200, {"message": f"Successfully set {len(new)} new tags."})

    def _write(self, row: Row, record: Record) -> None:
        record["updatedAt"] = max(self._world.clock.now(), record["createdAt"])
        self._world.store.replace(row.key, record, row.due if record.get("plan") else None)

    def _any(self, name: str) -> Row | None:
        """Return a run by its id or its internal id, which the routes of metadata take too."""
        return self._row(name) or self._row(f"run_{name}")

    def _change_metadata(self, visit: Visit) -> Answer:
        fields = {"metadata": Is("object", optional=True), "operations": _CHANGE}
        fields |= {"parentOperations": _CHANGE, "rootOperations": _CHANGE}
        body = bodies.read(visit, Is("object", fields=fields))
        if isinstance(body, Answer):
            return body
        if faults := [fault for name in _CHANGES for fault in _operation_faults(name, body.get(name) or [])]:
            return bodies.invalid(faults)
        if len(json.dumps(body.get("metadata", {}))) > _LARGEST_METADATA:
            return answers.error(413, f"Metadata exceeds maximum size of {_LARGEST_METADATA} bytes")
        row = self._any(visit.path[0])
        if row is None:
            return answers.error(404, "Task Run not found")
        record = to_record(row)
        if row.state in FINISHED and record.get("finishedAt", 0) < self._world.clock.now() - _LATE:
            return answers.error(422, "Cannot update metadata for a completed run")
        said: Any = {}
        metadata = record.get("metadata")
        if "metadata" in body:
            metadata = said = body["metadata"]
        if body.get("operations"):
            metadata = said = changed(metadata, body["operations"])
        if body.get("operations") or "metadata" in body:
            self._write(row, record | {"metadata": metadata})
        # A run without a parent stands for its own.
        for name, other in (("parentOperations", row.parent), ("rootOperations", row.root)):
            if body.get(name):
                self._change_later(other or row.id, body[name])
        return answers.given(200, {"metadata": said})

    def _change_later(self, run: str, operations: list[dict[str, Any]]) -> None:
        now = self._world.clock.now()
        at = now + (_LATER if Deviation.D36 in self._world.on else 0)
        name = short_id("later")
        self._world.things.put("later", name, {"id": name, "at": at, "run": run, "operations": operations})
        self._world.progress.wake(at)
        self._world.progress.tick()

    def catch_up(self, now: int) -> int | None:
        """Make the changes of metadata that are due; returns when the next one is, in milliseconds."""
        waiting = self._world.things.all("later")
        for thing in [thing for thing in waiting if thing["at"] <= now]:
            self._world.things.remove("later", thing["id"])
            if (row := self._world.store.get(thing["run"])) is not None:
                record = to_record(row)
                metadata = changed(record.get("metadata"), thing["operations"])
                self._write(row, record | {"metadata": metadata})
        return min((thing["at"] for thing in waiting if thing["at"] > now), default=None)

    def _read_metadata(self, visit: Visit) -> Answer:
        row = self._any(visit.path[0])
        if row is None:
            return answers.error(404, "Run not found")
        metadata = to_record(row).get("metadata")
        text = None if metadata is None else json.dumps(metadata, separators=(",", ":"), ensure_ascii=False)
        return answers.given(200, {"metadata": text, "metadataType": "application/json"})

    # What a run has left

    def _events(self, visit: Visit) -> Answer:
        row, refused = self._readable(visit)
        if row is None:
            return refused
        record = to_record(row)
        if "span" not in record or row.state not in FINISHED:
            return answers.given(200, {"events": []})
        span = self._span(record)
        event = {
            "spanId": span["id"],
            "parentId": None,
            "runId": row.id,
            "idempotencyKey": None,
            "message": row.task,
            "style": {},
            "startTime": f"{record['createdAt']}000000",
            "duration": span["duration"] * 1_000_000,
            "isError": row.state != "COMPLETED",
            "isPartial": False,
            "isCancelled": row.state == "CANCELED",
            "kind": "SERVER",
            "level": "TRACE",
            "events": span["events"],
            "environmentType": self._world.kind,
            "taskSlug": row.task,
            "attemptNumber": None,
        }
        return answers.given(200, {"events": [event]})

    def _trace(self, visit: Visit) -> Answer:
        row, refused = self._readable(visit)
        if row is None:
            return refused
        record = to_record(row)
        if "span" not in record:
            return answers.error(404, "Trace not found")
        span = self._span(record)
        data = {
            "message": row.task,
            "taskSlug": row.task,
            "events": span["events"],
            "startTime": dates.to_text(record["createdAt"]),
            "duration": span["duration"],
            "isError": row.state in FINISHED - {"COMPLETED", "CANCELED"},
            "isPartial": row.state not in FINISHED,
            "isCancelled": row.state == "CANCELED",
            "level": "TRACE",
        }
        root = {"id": span["id"], "runId": row.id, "data": data, "children": []}
        return answers.given(200, {"trace": {"traceId": record["span"]["traceId"], "rootSpan": root}})

    def _readable(self, visit: Visit) -> tuple[Row | None, Answer]:
        row = self._row(visit.path[0])
        if row is None:
            return None, answers.error(404, "Not found", [answers.SHOULD_RETRY])
        if not visit.bearer.may("read", resources_of(row)):
            return None, answers.forbidden()
        return row, answers.failed()

    @staticmethod
    def _span(record: Record) -> dict[str, Any]:
        ended = record.get("finishedAt", record["createdAt"])
        events = []
        if record["state"] == "CANCELED":
            said = {"reason": _CANCELED}
            events.append({"name": "cancellation", "time": dates.to_text(ended), "properties": said})
        return {"id": record["span"]["id"], "duration": ended - record["createdAt"], "events": events}

    # Batches

    def _batch(self, name: str) -> dict[str, Any] | None:
        if (batch := self._world.things.get("batch", name)) is not None:
            return batch
        runs = self._world.store.of_batch(name)
        if not runs:
            return None
        at = dates.to_text(min(to_record(row)["createdAt"] for row in runs))
        return {
            "id": name,
            "status": "PENDING",
            "createdAt": at,
            "updatedAt": at,
            "runs": [r.id for r in runs],
        }

    def _retrieve_batch(self, visit: Visit) -> Answer:
        self._world.progress.tick()
        batch = self._batch(visit.path[0])
        if batch is None:
            return answers.error(404, "Not found", [answers.SHOULD_RETRY])
        if not visit.bearer.may("read", {"batch": [batch["id"]], "runs": []}):
            return answers.forbidden()
        return answers.given(200, batch | {"runCount": len(batch["runs"])})

    def _batch_results(self, visit: Visit) -> Answer:
        self._world.progress.tick()
        batch = self._batch(visit.path[0])
        if batch is None:
            return answers.error(404, "Batch not found")
        rows = [row for name in batch["runs"] if (row := self._world.store.get(name)) is not None]
        items = [self._views.result(row) for row in rows if self._model.has_result(row)]
        return answers.given(200, {"id": batch["id"], "items": items})


def _operation_faults(name: str, operations: list[dict[str, Any]]) -> Iterator[bodies.Issue]:
    """Yield what is wrong with operations on metadata; each kind has its own members."""
    for index, operation in enumerate(operations):
        kind = operation.get("type")
        if not isinstance(kind, str) or kind not in _OPERATIONS:
            expected = " | ".join(f"'{known}'" for known in _OPERATIONS)
            said = f"Invalid discriminator value. Expected {expected}"
            yield {"message": said, "path": [name, index, "type"]}
            continue
        yield from bodies.judge(operation, _OPERATIONS[kind], (name, index))


def changed(metadata: Any, operations: list[dict[str, Any]]) -> Any:
    """Return metadata after operations on it, which were judged."""
    value: Any = copy.deepcopy(metadata) if isinstance(metadata, dict) else {}
    for operation in operations:
        key, given = operation.get("key"), operation.get("value")
        there = value.get(key)
        match operation["type"]:
            case "update":
                value = dict(given or {})
            case "set":
                value[key] = given
            case "delete":
                value.pop(key, None)
            case "append":
                listed = there if isinstance(there, list) else [there] if key in value else []
                value[key] = [*listed, given]
            case "remove" if isinstance(there, list):
                value[key] = [item for item in there if item != given]
            case "increment":
                value[key] = (there if isinstance(there, int | float) else 0) + (given or 0)
    return value
