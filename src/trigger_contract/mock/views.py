"""Joining the stored pieces of runs to the objects of each view."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from trigger_contract.mock.clock import Clock
from trigger_contract.mock.deviations import Deviation
from trigger_contract.mock.lifecycle import CANCELED, serialized_error
from trigger_contract.mock.records import OUTPUT, PAYLOAD, Row, encode
from trigger_contract.mock.selection import Listed
from trigger_contract.mock.states import Naming
from trigger_contract.mock.store import Store

_KINDS = {"{": "object", "[": "array", '"': "string", "t": "boolean", "f": "boolean", "n": "null"}
"""The type of a JSON text by its first character."""
PACKETS = "/packets/"
LIFETIME = 300
"""Seconds until a presigned URL expires, as the retrieve page says."""


class Views:
    """Writes runs as JSON text.

    Args:
        store: Where related runs are found.
        clock: Dates the presigned URLs.
        deviations: The deviations that are on.
        signing_key: Signs the presigned URLs.

    Attributes:
        kinds: The types that payload and output are shown in, where the document closes them.
    """

    def __init__(self, store: Store, clock: Clock, deviations: frozenset[str], signing_key: bytes) -> None:
        self._store = store
        store.ends = "listed" if Deviation.D16 in deviations else "ends"
        self._clock = clock
        self._no_attempts = Deviation.D2 in deviations
        self._empty_children = Deviation.D12 in deviations
        self._no_end_of_expired = Deviation.D17 in deviations
        self._stored_result = Deviation.D30 in deviations
        self._signing_key = signing_key
        self.kinds: Mapping[str, Collection[str]] = {}
        self._env = ""
        self.forget()

    def forget(self) -> None:
        """Begin anew with the environment of the store."""
        known = self._store.environment
        shown = {name: known[name] for name in ("id", "name", "user") if name in known}
        self._env = ',"env":' + encode(shown)
        self._ends: dict[int, dict[str, str]] = {}

    def items(self, rows: Iterable[Listed], naming: Naming) -> str:
        """Write runs as the list shows them, joined by commas."""
        ends = self._ends.get(id(naming))
        if ends is None:
            # All that follows a run's own members is the same for every run of a state.
            ends = {state: f",{text}{self._env}}}" for state, text in naming.fragments.items()}
            self._ends[id(naming)] = ends
        return ",".join(["{" + common + ends[state] for _, _, state, common in rows])

    def related(self, row: Row, naming: Naming) -> str:
        """Write a run as other runs show it."""
        return "{" + ",".join(self._outside(row, naming)) + "}"

    def _outside(self, row: Row, naming: Naming) -> list[str]:
        """Write what a run shows wherever it shows, but in a list."""
        ends = row.ends
        ended_aside = row.state == "EXPIRED" or (row.state == "CANCELED" and CANCELED not in row.error)
        if self._no_end_of_expired and ended_aside:
            members = json.loads("{" + ends[1:] + "}")
            members.pop("finishedAt", None)
            ends = "," + encode(members)[1:-1] if members else ""
        region = f'"region":{encode(row.region)}'
        return [row.common + ends, naming.fragments[row.state], row.detail, region]

    def whole(
        self,
        row: Row,
        naming: Naming,
        base: str,
        *,
        content: bool = True,
        output: bool = True,
        env: bool = False,
    ) -> str:
        """Write a run with everything it has.

        Args:
            row: The run.
            naming: How states are named.
            base: The URL of this server, for presigned URLs.
            content: Show payload and output.
            output: Show the output and the error.
            env: Show the environment.
        """
        parts = self._outside(row, naming)
        if env:
            parts.append(self._env[1:])
        if content:
            if row.payload and self._is_documented("payload", row.payload):
                parts.append(self._content(row, "payload", row.payload, row.large & PAYLOAD, base))
            if row.output and output and self._is_documented("output", row.output):
                parts.append(self._content(row, "output", row.output, row.large & OUTPUT, base))
        parts.append(self._related_runs(row, naming))
        if row.schedule_json:
            parts.append('"schedule":' + row.schedule_json)
        attempts = "[]" if self._no_attempts else row.attempts
        parts.append(f'"attempts":{attempts},"attemptCount":{row.attempt_count}')
        if row.error and output and (shown := serialized_error(json.loads(row.error))):
            parts.append('"error":' + json.dumps(shown))
        return "{" + ",".join(parts) + "}"

    def result(self, row: Row) -> dict[str, Any]:
        """Return the result of a finished run."""
        record = json.loads("{" + row.common + "}")
        more = json.loads(row.more) if row.more else {}
        said: dict[str, Any] = {"ok": row.state == "COMPLETED", "id": row.id}
        if said["ok"]:
            said |= self._output(row, more)
        elif row.state == "CANCELED" and self._stored_result:
            said["error"] = {"type": "INTERNAL_ERROR", "code": CANCELED}
        else:
            said["error"] = (
                json.loads(row.error) if row.error else {"type": "INTERNAL_ERROR", "code": CANCELED}
            )
        if not self._stored_result:
            said |= {"usage": {"durationMs": record["durationMs"]}}
        return said | {"taskIdentifier": row.task}

    def _output(self, row: Row, more: Mapping[str, Any]) -> dict[str, Any]:
        if self._stored_result and ("outputText" in more or not row.output):
            kind = {"outputType": more.get("outputType", "application/json")}
            return kind | ({"output": more["outputText"]} if "outputText" in more else {})
        output = json.loads(row.output) if row.output else None
        if isinstance(output, str):
            return {"output": output, "outputType": "text/plain"}
        return {"output": row.output or "null", "outputType": "application/json"}

    def packet(self, name: str, query: Mapping[str, str]) -> bytes | None:
        """Return the content a presigned URL leads to, or None where the URL is not right or has expired."""
        run_id, _, file = name.partition("/")
        signed = query.get("X-Amz-Date", ""), query.get("X-Amz-Expires", "")
        given = query.get("X-Amz-Signature", "").encode()
        if not hmac.compare_digest(self._sign(name, *signed).encode(), given):
            return None
        issued = datetime.strptime(signed[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
        row = self._store.get(run_id)
        if row is None or not 0 <= self._clock.now() / 1000 - issued <= int(signed[1]) + 1:
            return None
        return (row.payload if file == "payload.json" else row.output).encode()

    def _is_documented(self, name: str, text: str) -> bool:
        """Whether payload or output is of a type that it is documented with; what is not is left out."""
        kinds = self.kinds.get(name)
        return not kinds or _KINDS.get(text[0], "number") in kinds

    def _content(self, row: Row, name: str, text: str, large: int, base: str) -> str:
        if not large:
            return f'"{name}":{text}'
        path = f"{row.id}/{name}.json"
        date = datetime.fromtimestamp(self._clock.now() // 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
        signature = self._sign(path, date, str(LIFETIME))
        query = urlencode({"X-Amz-Expires": LIFETIME, "X-Amz-Date": date, "X-Amz-Signature": signature})
        return f'"{name}PresignedUrl":{json.dumps(f"{base}{PACKETS}{path}?{query}")}'

    def _sign(self, path: str, date: str, expires: str) -> str:
        said = "\n".join((path, date, expires)).encode()
        return hmac.new(self._signing_key, said, hashlib.sha256).hexdigest()

    def _related_runs(self, row: Row, naming: Naming) -> str:
        parts = []
        root = self._store.get(row.root) if row.root else None
        if root:
            parts.append('"root":' + self.related(root, naming))
        parent = root if row.parent == row.root else self._store.get(row.parent) if row.parent else None
        if parent:
            parts.append('"parent":' + self.related(parent, naming))
        children = [self.related(child, naming) for child in self._store.children(row.id)]
        if children or self._empty_children:
            parts.append('"children":[' + ",".join(children) + "]")
        return '"relatedRuns":{' + ",".join(parts) + "}"
