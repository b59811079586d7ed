"""Runs started by a call: one, or a batch of them."""

from __future__ import annotations

import json
import secrets
from typing import Any

from trigger_contract.mock import dates
from trigger_contract.mock.ids import new_id
from trigger_contract.mock.listquery import MACHINES
from trigger_contract.mock.messages import Answer
from trigger_contract.mock.platform import answers, bodies
from trigger_contract.mock.platform.bodies import Is
from trigger_contract.mock.platform.front import Function, Visit
from trigger_contract.mock.platform.waitpoints import TAGS
from trigger_contract.mock.platform.world import World, moment_of
from trigger_contract.mock.records import Record
from trigger_contract.mock.stored import decoded

_INLINE = 512 * 1024
"""The longest payload that is kept without an object store, in bytes."""
_LONG = "idempotencyKey must be 2048 characters or less"
_LOOSE = Is("any", optional=True)
_TTL = Is("string", optional=True, also=Is("number", least=0))
_OPTIONS = Is(
    "object",
    optional=True,
    fields={
        "tags": TAGS,
        "machine": Is("string", optional=True, among=MACHINES),
        "queue": Is("object", optional=True, fields={"name": Is("string")}),
        "idempotencyKey": Is("string", optional=True, most=2048, said=_LONG),
        "idempotencyKeyTTL": Is("string", optional=True),
        "ttl": _TTL,
        "test": Is("boolean", optional=True),
        "payloadType": Is("string", optional=True),
        "debounce": Is("object", optional=True, fields={"key": Is("string"), "delay": Is("string")}),
        "lockToVersion": Is("string", optional=True),
        "region": Is("string", optional=True),
        "parentRunId": Is("string", optional=True),
    },
)
_BODY = Is("object", fields={"payload": _LOOSE, "options": _OPTIONS})
_ITEM = Is("object", fields={"payload": _LOOSE, "options": _OPTIONS})
_TASK_ITEM = Is("object", fields={"task": Is("string"), "payload": _LOOSE, "options": _OPTIONS})


class Refused(Exception):
    """A run is not started."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer


class Triggering:
    """Starts runs.

    Args:
        world: Where runs, keys and batches are kept.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.functions: dict[str, Function] = {
            "trigger": self._trigger,
            "batch": self._batch,
            "batch_of_task": self._batch_of_task,
        }

    # Operations

    def _trigger(self, visit: Visit) -> Answer:
        body = bodies.read(visit, _BODY)
        task = visit.path[0]
        if not visit.bearer.may("trigger", {"tasks": [task]}):
            return answers.forbidden()
        if isinstance(body, Answer):
            return body
        if visit.header("x-trigger-engine-version") == "V1":
            return answers.error(422, answers.UNSUPPORTED)
        if visit.bearer.once:
            if self._world.things.get("once", visit.bearer.text) is not None:
                return answers.error(422, f"Failed to trigger {task} after 2 attempts.")
            self._world.things.put("once", visit.bearer.text, {})
        try:
            run_id, cached = self.start(task, body, key=visit.header("idempotency-key"))
        except Refused as refused:
            return refused.answer
        scopes = [f"read:runs:{run_id}", f"write:inputStreams:{run_id}"]
        return answers.given(200, {"id": run_id, "isCached": cached}, self._world.headers(scopes))

    def _batch(self, visit: Visit) -> Answer:
        body = bodies.read(visit, Is("object", fields={"items": Is("array", of=_TASK_ITEM)}))
        if isinstance(body, Answer):
            allowed = visit.bearer.may("batchTrigger", {"tasks": []})
            return body if allowed else answers.forbidden()
        items = body["items"]
        if not items or not visit.bearer.may("batchTrigger", {"tasks": [item["task"] for item in items]}):
            return answers.forbidden()
        if len(items) > 500:
            return answers.error(400, "Too many items. Maximum allowed batch size is 500.")
        key = visit.header("idempotency-key")
        if key and (known := self._world.things.get("batch-key", key)):
            return answers.given(202, known | {"isCached": True}, self._world.headers())
        if answer := _too_many_tags(items, 422):
            return answer
        batch_id, runs = self._start_all(items, [item["task"] for item in items])
        made: dict[str, Any] = {"id": batch_id, "isCached": False, "runs": runs}
        if key:
            made["idempotencyKey"] = key
            kept = [
                {"id": run["id"], "taskIdentifier": run["taskIdentifier"], "isCached": True} for run in runs
            ]
            self._world.things.put("batch-key", key, made | {"runs": kept})
        return answers.given(202, made, self._world.headers())

    def _batch_of_task(self, visit: Visit) -> Answer:
        body = bodies.read(visit, Is("object", fields={"items": Is("array", of=_ITEM)}))
        if isinstance(body, Answer):
            return body
        items, task = body["items"], visit.path[0]
        if not items:
            return answers.error(400, "No items to trigger")
        if len(items) > 100:
            return answers.error(400, "Too many items. Maximum allowed batch size is 100.")
        if answer := _too_many_tags(items, 400):
            return answer
        batch_id, runs = self._start_all(items, [task] * len(items))
        made = {"batchId": batch_id, "runs": [run["id"] for run in runs]}
        return answers.given(200, made, self._world.headers())

    def _start_all(self, items: list[dict[str, Any]], tasks: list[str]) -> tuple[str, list[dict[str, Any]]]:
        now = self._world.clock.now()
        batch_id = new_id("batch", now)
        runs = []
        for item, task in zip(items, tasks, strict=True):
            run_id, cached = self.start(task, item, batch_id=batch_id)
            shown = {"id": run_id, "isCached": cached, "taskIdentifier": task}
            if key := (item.get("options") or {}).get("idempotencyKey"):
                shown["idempotencyKey"] = key
            runs.append(shown)
        at = self._world.now()
        batch = {"id": batch_id, "status": "PENDING", "createdAt": at, "updatedAt": at}
        self._world.things.put("batch", batch_id, batch | {"runs": [run["id"] for run in runs]})
        return batch_id, runs

    # One run

    def start(
        self, task: str, body: dict[str, Any], *, key: str = "", batch_id: str | None = None
    ) -> tuple[str, bool]:
        """Start a run, or find the one that its key stands for.

        Args:
            task: The task.
            body: ``payload`` and ``options``.
            key: An idempotency key given elsewhere than in the options.
            batch_id: The batch it belongs to.

        Returns:
            Its id, and whether it was there already.

        Raises:
            Refused: It cannot be started.
        """
        options = body.get("options") or {}
        now = self._world.clock.now()
        key, debounce = options.get("idempotencyKey") or key, options.get("debounce")
        if key or debounce:
            self._world.progress.tick()  # whether a known run stands for the new one hangs on its state
        if key and (known := self._keyed(task, key, now)):
            return known, True
        if debounce and (known := self._debounced(task, debounce["key"])):
            return known, False
        record = self._record(task, body, options, now)
        if batch_id is not None:
            record |= {"batchId": batch_id, "triggerFunction": "batchTrigger"}
        self.add(record, delay=debounce["delay"] if debounce else options.get("delay"))
        if key:
            lives = dates.read_duration(options.get("idempotencyKeyTTL") or "")
            kept = {"run": record["id"], "until": now + lives if lives else None}
            self._world.things.put("key", f"{task}\n{key}", kept)
        if debounce:
            self._world.things.put("debounce", f"{task}\n{debounce['key']}", {"run": record["id"]})
        return record["id"], False

    def add(self, record: Record, *, delay: Any = None) -> None:
        """Put a new run into the queue, or let it wait until its time has come."""
        now = record["createdAt"]
        due = moment_of(delay, now)
        if due is not None:
            record["delayedUntil"] = due
        self._world.progress.enqueue(record, due, dates.read_duration(record.get("ttl", "")))

    def _record(self, task: str, body: dict[str, Any], options: dict[str, Any], now: int) -> Record:
        tags = [options["tags"]] if isinstance(options.get("tags"), str) else options.get("tags", [])
        tags = [tag for tag in tags if tag]
        if len(tags) > 10:
            text = f"Runs can only have 10 tags, you're trying to set {len(tags)}."
            raise Refused(answers.error(422, text))
        record = self.new(task, now)
        record |= {"tags": tags, "isTest": bool(options.get("test", False))}
        if "payload" in body:
            if len(json.dumps(body["payload"])) > _INLINE:
                raise Refused(answers.error(500, "Failed to upload large payload to object store"))
            kind = options.get("payloadType", "application/json")
            coded = isinstance(body["payload"], str) and kind == "application/super+json"
            record["payload"] = decoded(body["payload"], kind) if coded else body["payload"]
            record["payloadType"] = kind
        record["ttl"] = _ttl(options.get("ttl"), "10m" if self._world.is_dev else "")
        record |= self._placed(options)
        for name, value in (("metadata", options.get("metadata")), ("version", options.get("lockToVersion"))):
            if value is not None:
                record[name] = value
        record["options"] = {name: record[name] for name in ("metadata",) if name in record}
        if "version" in record and record["version"] not in self._world.store.distinct("version"):
            raise Refused(answers.error(500, "Something went wrong"))
        if key := options.get("idempotencyKey"):
            record |= {"idempotencyKeyStored": key}
            record["idempotencyKey"] = (options.get("idempotencyKeyOptions") or {}).get("key", key)
        return {name: value for name, value in record.items() if value != "" or name == "payload"}

    def _placed(self, options: dict[str, Any]) -> Record:
        """Return where a run runs and under which other run."""
        placed: Record = {}
        if "queue" in options:
            placed["queue"] = options["queue"]["name"]
        for name in ("machine", "region"):
            if name in options and not (name == "region" and self._world.is_dev):
                placed[name] = options[name]
        parent = self._world.store.get(options.get("parentRunId") or "")
        if parent is not None:
            depth = json.loads("{" + parent.detail + "}")["depth"] + 1
            placed |= {"parentId": parent.id, "rootId": parent.root or parent.id, "depth": depth}
            if options.get("resumeParentOnCompletion"):
                placed |= {"triggerFunction": "triggerAndWait"}
        return placed

    def new(self, task: str, now: int) -> Record:
        """Return a run of a task as it is at first."""
        own = self._world.environment["id"] if self._world.is_dev else "main"
        return {
            "id": new_id("run", now),
            "taskIdentifier": task,
            "createdAt": now,
            "isTest": False,
            "tags": [],
            "depth": 0,
            "triggerFunction": "trigger",
            "queue": f"task/{task}",
            "workerQueue": own,
            "span": {"traceId": secrets.token_hex(16), "id": secrets.token_hex(8)},
        }

    def _keyed(self, task: str, key: str, now: int) -> str | None:
        """Return the run that a key stands for; a failed one frees it."""
        known = self._world.things.get("key", f"{task}\n{key}")
        if known is None or (known["until"] is not None and known["until"] <= now):
            return None
        row = self._world.store.get(known["run"])
        return None if row is None or row.state in _FREEING else row.id

    def _debounced(self, task: str, key: str) -> str | None:
        known = self._world.things.get("debounce", f"{task}\n{key}")
        row = self._world.store.get(known["run"]) if known else None
        return row.id if row is not None and row.state == "DELAYED" else None


_FREEING = frozenset({"FAILED", "CRASHED", "SYSTEM_FAILURE", "INTERRUPTED", "TIMED_OUT", "EXPIRED"})


def _too_many_tags(items: list[dict[str, Any]], status: int) -> Answer | None:
    for item in items:
        tags = (item.get("options") or {}).get("tags", [])
        if isinstance(tags, list) and len(tags) > 10:
            return answers.error(status, f"Runs can only have 10 tags, you're trying to set {len(tags)}.")
    return None


def _ttl(given: Any, usual: str) -> str:
    """Return a time to live as it is shown: a number of seconds becomes a text, 0 none."""
    if given is None:
        return usual
    if isinstance(given, str):
        return given
    parts = []
    rest = int(given)
    for unit, seconds in (("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)):
        amount, rest = divmod(rest, seconds)
        parts += [f"{amount}{unit}"] if amount else []
    return "".join(parts)
