"""Runs made and changed by hand, judged by the document's own schema of a run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from trigger_contract.document.composition import with_parts_once
from trigger_contract.document.operations import operations, response_schema
from trigger_contract.mock import dates, states, stored
from trigger_contract.mock.clock import Clock
from trigger_contract.mock.ids import new_id
from trigger_contract.mock.lifecycle import enter
from trigger_contract.mock.progress import Progress
from trigger_contract.mock.records import COMMON, DETAIL, ENDS, MORE, TIMES, Record, Row, to_record
from trigger_contract.mock.router import shape
from trigger_contract.mock.states import FINISHED
from trigger_contract.mock.store import Store

_TEXTS = ("bulkAction", "queue", "machine", "region", "parentId", "rootId")
_FREE = ("payload", "output", "error", "schedule")
_OWN = {"status", "outcome", *_TEXTS, *_FREE}
_KEPT = frozenset({*COMMON, *ENDS, *DETAIL, *_OWN, *MORE} - {"span", "options"})
KNOWN = _KEPT | stored.NAMES


class Editor:
    """Creates and changes runs.

    Args:
        document: Its schema of a retrieved run judges the members.
        store: Where runs are kept.
        clock: Dates what is done.
        progress: Moves the runs whose status is not fixed.
    """

    def __init__(self, document: Mapping[str, Any], store: Store, clock: Clock, progress: Progress) -> None:
        self._document = document
        self._store = store
        self._clock = clock
        self._progress = progress
        self._validators: dict[str, Any] = {}

    def create(self, given: Mapping[str, Any]) -> Row:
        """Create a run.

        With ``status`` the run is in that state and stays there. Without it the run walks to
        ``outcome`` (else to FAILED where it has an ``error``, else to COMPLETED) as the server's
        progression says.

        Raises:
            ValueError: A member is unknown or has a wrong value.
        """
        fields = self._read(stored.members({name: v for name, v in given.items() if _is_given(name, v)}))
        now = self._clock.now()
        record: Record = {
            "id": new_id("run", fields.get("createdAt", now)),
            "taskIdentifier": "my-task",
            "isTest": False,
            "tags": [],
            "depth": 0,
            "triggerFunction": "trigger",
            "createdAt": fields.get("createdAt", now),
        }
        status, outcome = fields.pop("status", None), fields.pop("outcome", None)
        self._relate(record, fields)
        record |= fields
        due = None
        if status is not None:
            record = self._settle(record, self._state(status))
        else:
            target = self._state(outcome) if outcome else "FAILED" if "error" in record else "COMPLETED"
            record = self._progress.start(record, target)
            due = self._progress.due(record, record["updatedAt"])
        if "error" in fields and "error" in record:
            record["error"] = fields["error"]
        if "engine" in fields and "ttl" not in fields:
            record.pop("ttl", None)  # a stored run is whole: nothing is made up
        # What was given wins over what a state brings with it.
        record |= {name: fields[name] for name in fields if name in TIMES or name in (*COMMON, *ENDS)}
        return self._store.add(record, due)

    def change(self, row: Row, given: Mapping[str, Any]) -> Row:
        """Change members of a run; None removes one.

        Raises:
            ValueError: A member is unknown, cannot change or has a wrong value.
        """
        for fixed in ("id", "createdAt", "parentId", "outcome"):
            if fixed in given:
                raise ValueError(f"{fixed} cannot be changed")
        removed = {
            name for name, value in given.items() if value is None and name not in ("payload", "output")
        }
        fields = self._read({name: value for name, value in given.items() if name not in removed})
        record = to_record(row)
        for name in removed:
            if name not in KNOWN:
                raise ValueError(f"unknown member {name!r}")
            if name in ("taskIdentifier", "status", "isTest", "tags", "depth", "updatedAt"):
                raise ValueError(f"{name} cannot be removed")
            record.pop(name, None)
        status = fields.pop("status", None)
        record |= fields
        if status is not None:
            record.pop("plan", None)
            record = self._settle(record, self._state(status)) | fields
        if "updatedAt" not in fields:
            record["updatedAt"] = max(self._clock.now(), record["createdAt"])
        return self._store.replace(row.key, record, row.due if record.get("plan") else None)

    def finish(self, row: Row, given: Mapping[str, Any]) -> Row:
        """Finish a run: ``status``, ``output`` and ``error`` may be given.

        Raises:
            ValueError: The status is not a finished one, or a member is unknown.
        """
        if unknown := sorted(set(given) - {"status", "output", "error"}):
            raise ValueError(f"unknown member {unknown[0]!r}; known are error, output, status")
        fields = self._read(given)
        status = fields.pop("status", None)
        state = self._state(status) if status else "FAILED" if "error" in fields else None
        if "output" in fields and state not in (None, "COMPLETED"):
            raise ValueError("only a completed run has an output")
        return self._progress.finish(row, "COMPLETED" if "output" in fields else state, **fields)

    # Inside

    def _settle(self, record: Record, state: str) -> Record:
        """Bring a run into a state by way of the ones before it, all at this moment."""
        now = max(self._clock.now(), record["createdAt"])
        if state in FINISHED and state not in ("EXPIRED", "CANCELED") and "startedAt" not in record:
            kept = {name: record[name] for name in ("output", "error") if name in record}
            record = enter(record, "EXECUTING", now) | kept
        return enter(record, state, now)

    def _relate(self, record: Record, fields: Record) -> None:
        parent_id = fields.get("parentId")
        if parent_id is None:
            return
        parent = self._store.get(parent_id)
        if parent is None and "rootId" in fields:
            return  # its family may follow
        if parent is None:
            raise ValueError(f"parentId: there is no run {parent_id!r}")
        depth = json.loads("{" + parent.detail + "}")["depth"] + 1
        if fields.get("depth", depth) != depth:
            raise ValueError(f"depth: a child of {parent_id} has depth {depth}")
        record |= {"rootId": parent.root or parent.id, "depth": depth}

    def _state(self, name: str) -> str:
        state = states.state_of(name)
        if state is None:
            raise ValueError(f"status: {name!r} is none of {', '.join(states.STATES)}")
        return state

    def _read(self, given: Mapping[str, Any]) -> Record:
        """Judge members and return them as a record has them."""
        fields: Record = {}
        for name, value in given.items():
            if name not in KNOWN:
                raise ValueError(f"unknown member {name!r}; known are {', '.join(sorted(KNOWN))}")
            if name in ("status", "outcome"):
                if not isinstance(value, str):
                    raise ValueError(f"{name} must be a text")
                fields[name] = value
            elif name in TIMES:
                fields[name] = _time(name, value)
            elif name == "error":
                fields[name] = read_error(value)
            elif name in _TEXTS:
                fields[name] = _text(name, value)
            elif name in MORE:
                fields[name] = value
            else:
                self._judge(name, value)
                fields[name] = value
        if fields.get("depth", 0) != 0 and not {"parentId", "rootId"} & set(fields):
            raise ValueError("depth: give parentId instead; the depth follows from it")
        if any("," in tag for tag in fields.get("tags", ())):
            raise ValueError("tags: a tag cannot hold a comma, which separates the tags of a filter")
        _encodable(fields)
        return fields

    def _judge(self, name: str, value: Any) -> None:
        if not self._validators:
            self._validators = self._build()
        validator = self._validators.get(name)
        if validator is None:
            return
        for error in validator.iter_errors(value):
            where = "".join(f"[{part!r}]" for part in error.instance_path)
            raise ValueError(f"{name}{where}: {error.message}")

    def _build(self) -> dict[str, Any]:
        import jsonschema_rs

        components = self._document.get("components", {})
        for operation in operations(self._document):
            if shape(operation.path) != "/api/v3/runs/{}":
                continue
            schema = response_schema(self._document, operation, "200") or {}
            built = {}
            for name, raw in (schema.get("properties") or {}).items():
                # The validator takes plain lists and mappings only, and those of a file know their lines.
                plain = with_parts_once(json.loads(json.dumps({"allOf": [raw], "components": components})))
                built[name] = jsonschema_rs.Draft202012Validator(plain, validate_formats=True)
            return built
        raise ValueError("the document has no runs to create: it has no path /api/v3/runs/{runId}")


def _is_given(name: str, value: Any) -> bool:
    """Whether a member has a value; only a payload, an output and a parent to be refused may be null."""
    return value is not None or name in ("payload", "output", "parentId", "status") or name not in KNOWN


def read_error(value: Any) -> dict[str, Any]:
    """Read an error: a text, ``{message, name, stackTrace}``, or one of the SDK's four kinds.

    Raises:
        ValueError: It is none of these.
    """
    if isinstance(value, str):
        value = {"message": value}
    if not isinstance(value, Mapping):
        raise ValueError("error must be a text or an object")
    required = {
        "BUILT_IN_ERROR": ("name", "message", "stackTrace"),
        "CUSTOM_ERROR": ("raw",),
        "STRING_ERROR": ("raw",),
        "INTERNAL_ERROR": ("code",),
    }
    if "type" not in value:
        message = str(value.get("message", "Something went wrong"))
        name = str(value.get("name", "Error"))
        trace = str(value.get("stackTrace", f"{name}: {message}"))
        return {"type": "BUILT_IN_ERROR", "name": name, "message": message, "stackTrace": trace}
    if value["type"] not in required:
        raise ValueError(f"error: type must be one of {', '.join(required)}")
    for member in required[value["type"]]:
        if not isinstance(value.get(member), str):
            raise ValueError(f"error: {member} must be a text")
    return dict(value)


def _time(name: str, value: Any) -> int:
    read = dates.read(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else None
    if read is None:
        raise ValueError(f"{name} must be a date-time or milliseconds since 1970")
    if not 0 <= read <= dates.LATEST:
        raise ValueError(f"{name} must lie between 1970 and 2109")
    return int(read)


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} must be a text")
    return value


def _encodable(fields: Record) -> None:
    """Refuse texts that UTF-8 cannot carry where the store keeps them in columns of their own."""
    try:
        for name, value in fields.items():
            if name not in _FREE and name != "metadata":
                json.dumps(value, ensure_ascii=False).encode()
        json.dumps(fields.get("schedule", {}), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ValueError(f"{name} holds half of a surrogate pair, which is not text") from None
