"""The control door as Python: runs, faults, clock and journal of a mock server, near or far."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import ProxyHandler, build_opener
from urllib.request import Request as HttpRequest

from trigger_contract.errors import why

Call = Callable[[str, str, Any], Any]
"""Sends method, path below ``/__mock`` and JSON body; returns the JSON of the answer."""


class ControlError(ValueError):
    """The server refused what it was told to do."""


class Runs:
    """The runs of a mock server.

    Members are named as on the wire or in Python's way: ``taskIdentifier`` and ``task_identifier``
    are the same.
    """

    def __init__(self, call: Call) -> None:
        self._call = call

    def create(self, **members: Any) -> dict[str, Any]:
        """Create a run and return it.

        Args:
            members: ``status`` fixes its state; without it the run goes through its life to
                ``outcome``. ``payload``, ``output``, ``error``, ``tags``, ``parent_id`` and the other
                members of a retrieved run may be given.

        Raises:
            ControlError: A member is unknown or has a wrong value.
        """
        return self._run(self._call("POST", "/runs", _wire(members)))

    def get(self, run_id: str) -> dict[str, Any]:
        """Return a run; this does not count as a retrieval."""
        return self._run(self._call("GET", _path(run_id), None))

    def update(self, run_id: str, **members: Any) -> dict[str, Any]:
        """Change members of a run and return it; None removes a member."""
        return self._run(self._call("PATCH", _path(run_id), _wire(members)))

    def finish(self, run_id: str, **members: Any) -> dict[str, Any]:
        """Finish a run: with ``output``, with ``error``, or with a finished ``status``."""
        return self._run(self._call("POST", _path(run_id) + "/finish", _wire(members)))

    def advance(self, run_id: str) -> dict[str, Any]:
        """Take a run one step further on its way."""
        return self._run(self._call("POST", _path(run_id) + "/advance", None))

    def list(self, limit: int = 1000) -> list[dict[str, Any]]:
        """Return the newest runs, at most a thousand."""
        found: list[dict[str, Any]] = self._call("GET", f"/runs?limit={limit}", None)["runs"]
        return found

    def clear(self) -> None:
        """Remove every run."""
        self._call("DELETE", "/runs", None)

    def __len__(self) -> int:
        return int(self._call("GET", "/health", None)["runs"])

    @staticmethod
    def _run(answer: Any) -> dict[str, Any]:
        return dict(answer)


class Faults:
    """The faults of a mock server."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def add(self, **members: Any) -> int:
        """Add a fault and return its number; the members are those of ``trigger_contract.mock.faults.Fault``.

        Raises:
            ControlError: A member is unknown or has a wrong value.
        """
        return int(self._call("POST", "/faults", members)["id"])

    def remove(self, number: int) -> None:
        """Remove one fault."""
        self._call("DELETE", f"/faults/{number}", None)

    def list(self) -> list[dict[str, Any]]:
        """Return the faults with how many calls they matched and struck."""
        found: list[dict[str, Any]] = self._call("GET", "/faults", None)["faults"]
        return found

    def clear(self) -> None:
        """Remove every fault."""
        self._call("DELETE", "/faults", None)


class Requests:
    """The journal of a mock server, oldest call first."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def list(self) -> list[dict[str, Any]]:
        """Return the last thousand calls: method, path, query, status, operation, hints."""
        found: list[dict[str, Any]] = self._call("GET", "/requests", None)["requests"]
        return found

    def clear(self) -> None:
        """Forget every call."""
        self._call("DELETE", "/requests", None)

    @property
    def last(self) -> dict[str, Any]:
        """The latest call."""
        return self.list()[-1]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.list())

    def __len__(self) -> int:
        return len(self.list())

    def __getitem__(self, index: int) -> dict[str, Any]:
        return self.list()[index]


class ClockControl:
    """The clock of a mock server."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def now(self) -> datetime:
        """Return the server's time, with its zone."""
        return datetime.fromisoformat(self._call("GET", "/clock", None)["now"])

    def advance(self, seconds: float) -> datetime:
        """Move the clock and return its time."""
        return self._set({"advance": seconds})

    def set(self, moment: datetime) -> datetime:
        """Set the clock to a moment with a zone and return it."""
        if moment.tzinfo is None:
            raise ValueError("the moment needs a time zone")
        return self._set({"set": str(round(moment.timestamp() * 1000))})

    def freeze(self) -> datetime:
        """Stop the clock and return its time."""
        return self._set({"freeze": True})

    def reset(self) -> datetime:
        """Follow the machine's time again."""
        return self._set({"reset": True})

    def _set(self, members: dict[str, Any]) -> datetime:
        return datetime.fromisoformat(self._call("POST", "/clock", members)["now"])


class Mock:
    """A mock server in a test's hands.

    Attributes:
        url: Where it answers.
        token: Its secret key.
        public_token: Its public key.
        recoup_token: The key of the tasks API.
        runs: Create, change and finish runs.
        faults: Make calls fail.
        requests: What was asked.
        clock: Move the time.
    """

    def __init__(self, url: str, token: str, public_token: str, recoup_token: str, call: Call) -> None:
        self.url = url
        self.token = token
        self.public_token = public_token
        self.recoup_token = recoup_token
        self.runs = Runs(call)
        self.faults = Faults(call)
        self.requests = Requests(call)
        self.clock = ClockControl(call)
        self._call = call

    def reset(self, *, runs: int | None = None, seed: int | None = None) -> None:
        """Begin again with fresh runs, no faults, an empty journal and the machine's time."""
        given = {"runs": runs, "seed": seed}
        self._call("POST", "/reset", {name: value for name, value in given.items() if value is not None})

    def progression(self, progression: str) -> None:
        """Say how runs without a fixed status move: ``instant``, ``time:SECONDS`` or ``manual:POLLS``."""
        self._call("POST", "/progression", {"progression": progression})

    def __repr__(self) -> str:
        return f"Mock({self.url!r})"


def near(admin: Any) -> Call:
    """Return how the control door of this process is called.

    Args:
        admin: A ``trigger_contract.mock.admin.Admin``.
    """
    from trigger_contract.mock.messages import Request

    def call(method: str, path: str, body: Any) -> Any:
        raw_path, _, query = path.partition("?")
        sent = b"" if body is None else json.dumps(body).encode()
        answer = admin.answer(Request(method, f"/__mock{raw_path}".encode(), query.encode(), {}, sent))
        return _read(answer.status, answer.body)

    return call


def far(url: str) -> Call:
    """Return how the control door of another process is called."""
    # Not through httpx, which the extra `mock` does without; and never through a proxy of the environment.
    opener = build_opener(ProxyHandler({}))

    def call(method: str, path: str, body: Any) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if data else {}
        sent = HttpRequest(f"{url}/__mock{path}", data, headers, method=method)
        try:
            with opener.open(sent, timeout=30) as answer:
                return _read(answer.status, answer.read())
        except HTTPError as error:
            return _read(error.code, error.read())
        except (URLError, HTTPException, OSError) as error:
            raise ControlError(f"{url}: the mock server does not answer: {why(error)}") from None

    return call


def _read(status: int, body: bytes) -> Any:
    try:
        value = json.loads(body)
    except ValueError:
        raise ControlError(f"the server has no control door: it answered {status}") from None
    if status >= 400:
        raise ControlError(str(value.get("error", value)))
    return value


def _path(run_id: str) -> str:
    return f"/runs/{quote(run_id, safe='')}"


def _wire(members: dict[str, Any]) -> dict[str, Any]:
    return {
        re.sub(r"_([a-z])", lambda m: m[1].upper(), name): _plain(value) for name, value in members.items()
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
