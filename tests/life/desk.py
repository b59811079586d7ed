"""A help desk whose every form of writing works, and which can be given one fault at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from email import message_from_bytes
from typing import Any
from urllib.parse import parse_qs

import httpx
import jsonschema_rs
from tests.life.desk_document import KEY, document


class Desk(httpx.BaseTransport):
    """Answers as the document says, but for one fault.

    Args:
        fault: What it does wrong; nothing where it is empty.
    """

    def __init__(self, fault: str = "") -> None:
        self.fault, self.last = fault, 0
        self.document = document()
        self.tickets: dict[str, dict[str, Any]] = {}
        self.notes: dict[str, dict[str, Any]] = {}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.labels: dict[str, dict[str, Any]] = {"red": {"name": "red", "color": "#ff0000"}}
        self.rooms: dict[str, dict[str, Any]] = {"r1": {"name": "r1", "color": "green"}}
        self.files: dict[str, dict[str, Any]] = {}
        self.queues = {
            name: {
                "id": name,
                "paused": name == "q1",
                "limit": 5,
                "overriddenAt": "yes" if name == "q2" else None,
            }
            for name in ("q1", "q2", "q3")
        }
        self.keys: dict[str, str] = {}
        for number in range(5):
            self._add_ticket({"title": f"Old {number}", "kind": ["fault", "wish", "question"][number % 3]})
        self.pending: dict[str, dict[str, Any]] = {}

    def state(self) -> str:
        """Return everything that a run has to leave as it was."""
        return json.dumps(
            [self.tickets, self.notes, self.labels, self.rooms, self.queues, self.files], sort_keys=True
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path, content = request.url.path, request.read()
        if request.headers.get("authorization") != f"Bearer {KEY}":
            if self.fault == "opens-close" and path.endswith("/close"):
                self._ticket_action(path.split("/")[2], "close")
            if not (self.fault == "lets-in" and request.method == "DELETE"):
                return _json(401, {"error": "no key"})
        for pattern, answer in self._routes().items():
            method, _, form = pattern.partition(" ")
            if request.method == method and (found := re.fullmatch(form, path)):
                return answer(request, content, *found.groups())
        return _json(404 if request.method != "HEAD" else 200, {"error": "no such thing"})

    def _routes(self) -> dict[str, Callable[..., httpx.Response]]:
        return {
            "GET /tickets": self._list_tickets,
            "POST /tickets": self._post_ticket,
            "GET /tickets/([^/]+)": lambda r, c, one: self._one(self.tickets, one),
            "PUT /tickets/([^/]+)": self._put_ticket,
            "PATCH /tickets/([^/]+)": self._patch_ticket,
            "DELETE /tickets/([^/]+)": self._drop_ticket,
            "POST /tickets/([^/]+)/(close|reopen)": lambda r, c, one, verb: self._ticket_action(one, verb),
            "GET /tickets/([^/]+)/notes": self._list_notes,
            "POST /tickets/([^/]+)/notes": self._post_note,
            "GET /tickets/([^/]+)/notes/([^/]+)": self._see_note,
            "GET /queues": lambda r, c: _items(self.queues.values()),
            "GET /queues/([^/]+)": lambda r, c, one: self._one(self.queues, one),
            "POST /queues/([^/]+)/pause": self._pause,
            "POST /queues/([^/]+)/limit/override": self._override,
            "POST /queues/([^/]+)/limit/reset": self._reset,
            "GET /jobs": lambda r, c: _items(self._settled().values()),
            "POST /jobs": self._start_job,
            "GET /jobs/([^/]+)": lambda r, c, one: self._one(self._settled(), one),
            "GET /labels": lambda r, c: _items(self.labels.values()),
            "GET /labels/([^/]+)": lambda r, c, one: self._one(self.labels, one),
            "PUT /labels/([^/]+)": self._put_label,
            "DELETE /labels/([^/]+)": lambda r, c, one: self._drop(self.labels, one),
            "GET /files": lambda r, c: _items([_file(item) for item in self.files.values()]),
            "POST /files": self._post_file,
            "GET /files/([^/]+)": lambda r, c, one: self._one(
                {k: _file(v) for k, v in self.files.items()}, one
            ),
            "DELETE /files/([^/]+)": self._drop_file,
            "GET /files/([^/]+)/content": self._see_content,
            "PUT /files/([^/]+)/content": self._put_content,
            "GET /rooms": lambda r, c: _items(self.rooms.values()),
            "POST /rooms": self._post_room,
            "GET /rooms/([^/]+)": lambda r, c, one: self._one(self.rooms, one),
            "DELETE /rooms/([^/]+)": lambda r, c, one: self._drop(self.rooms, one),
        }

    def _new_id(self) -> str:
        self.last += 1
        return f"x{self.last}"

    def _one(self, things: dict[str, dict[str, Any]], one: str) -> httpx.Response:
        return _json(200, _shown(things[one])) if one in things else _json(404, {"error": "no such thing"})

    def _drop(self, things: dict[str, dict[str, Any]], one: str) -> httpx.Response:
        if one not in things:
            return _json(404, {"error": "no such thing"})
        del things[one]
        return httpx.Response(204)

    def _valid(self, path: str, method: str, body: Any) -> bool:
        content = self.document["paths"][path][method]["requestBody"]["content"]
        schema = json.loads(json.dumps(next(iter(content.values()))["schema"]))
        if self.fault == "bounds-of-items":
            schema["properties"].get("tags", {}).pop("maxItems", None)
        if self.fault == "bounds-within":
            schema["properties"].get("contact", {}).pop("required", None)
        if self.fault == "bounds-of-change" and method == "patch":
            schema["properties"]["title"] = {"type": "string"}
        if self.fault == "bound-one-off" and method == "post" and path == "/tickets":
            schema["properties"]["weight"]["exclusiveMaximum"] = schema["properties"]["weight"].pop("maximum")
        return bool(jsonschema_rs.Draft202012Validator(schema, validate_formats=True).is_valid(body))

    def _add_ticket(self, sent: dict[str, Any]) -> dict[str, Any]:
        ticket: dict[str, Any] = {"weight": 1, "urgent": False, "due": None, "tags": [], **sent}
        if self.fault == "default" and "weight" not in sent:
            ticket["weight"] = 2
        contact = ticket.get("contact")
        if isinstance(contact, dict):
            contact.setdefault("language", "fr" if self.fault == "default-within" else "en")
        ticket |= {"id": self._new_id(), "rev": 1, "state": "open"}
        if self.fault == "urgent-lost":
            ticket["urgent"] = False
        self.tickets[ticket["id"]] = ticket
        return ticket

    def _list_tickets(self, request: httpx.Request, content: bytes) -> httpx.Response:
        query = parse_qs(request.url.query.decode())
        rows = list(self.tickets.values())
        for name in ("kind", "state"):
            if name in query:
                if query[name][0] not in ("fault", "wish", "question", "open", "closed"):
                    return _json(422, {"error": "no such value"})
                rows = [row for row in rows if row.get(f"first-{name}", row[name]) == query[name][0]]
        return _items(rows)

    def _post_ticket(self, request: httpx.Request, content: bytes) -> httpx.Response:
        body = _parsed(content)
        if not self._valid("/tickets", "post", body):
            return _json(400 if self.fault == "another-refusal" else 422, {"error": "bad"})
        keys = [request.headers.get("idempotency-key"), body.pop("deduplicationKey", None)]
        for key, fault in zip(keys, ("header-key", "body-key"), strict=True):
            if key in self.keys and self.keys[key] in self.tickets and self.fault != fault:
                if self.fault == "stored-twice":
                    self._add_ticket(body)
                return _json(201, _shown(self.tickets[self.keys[key]]))
        ticket = self._add_ticket(body)
        if self.fault == "stale-filter":
            ticket |= {"first-kind": ticket["kind"]}
        if self.fault == "stale-state":
            ticket |= {"first-state": "open"}
        self.keys |= {key: ticket["id"] for key in keys if key}
        return _json(201, _shown(ticket))

    def _put_ticket(self, request: httpx.Request, content: bytes, one: str) -> httpx.Response:
        body = _parsed(content)
        if one not in self.tickets:
            return _json(404, {"error": "no such thing"})
        if not self._valid("/tickets/{ticketId}", "put", body):
            return _json(422, {"error": "bad"})
        old = self.tickets[one]
        body.pop("deduplicationKey", None)
        kept = old if self.fault == "put-keeps" else {}
        left = {name: old[name] for name in old if name.startswith("first-")}
        contact = body.get("contact")
        if isinstance(contact, dict):
            contact.setdefault("language", "en")
        fresh = {"weight": 1, "urgent": False, "due": None, "tags": [], **kept, **body, **left}
        self.tickets[one] = {**fresh, "id": one, "rev": old["rev"] + 1, "state": old["state"]}
        return _json(200, _shown(self.tickets[one]))

    def _patch_ticket(self, request: httpx.Request, content: bytes, one: str) -> httpx.Response:
        body = _parsed(content)
        if one not in self.tickets:
            return _json(404, {"error": "no such thing"})
        old = self.tickets[one]
        if not self._valid("/tickets/{ticketId}", "patch", body):
            if self.fault == "refused-but-changed" and isinstance(body, dict):
                old["title"] = body.get("title", "?")
            return _json(422, {"error": "bad"})
        for name, value in body.items():
            if value is None:
                if self.fault != "null-ignored":
                    old[name] = None
            elif isinstance(value, dict) and self.fault != "no-merge":
                merged = {**(old.get(name) or {}), **value}
                old[name] = {key: item for key, item in merged.items() if item is not None}
            else:
                old[name] = value
        old["rev"] += 1
        if self.fault == "patch-all-of-a-kind":
            for other in self.tickets.values():
                if other["kind"] == old["kind"]:
                    other.update(body)
        return _json(200, _shown(old))

    def _drop_ticket(self, request: httpx.Request, content: bytes, one: str) -> httpx.Response:
        if one not in self.tickets:
            return _json(404, {"error": "no such thing"})
        if self.fault == "drops-neighbour":
            names = list(self.tickets)
            self.tickets.pop(names[names.index(one) - 1], None)
        self.tickets.pop(one, None)
        if self.fault != "orphans":
            self.notes = {key: note for key, note in self.notes.items() if note["ticket"] != one}
        return httpx.Response(204)

    def _ticket_action(self, one: str, verb: str) -> httpx.Response:
        if one not in self.tickets:
            ghost = {"id": one, "rev": 1, "state": "closed", "title": "old", "kind": "wish"}
            return (
                _json(200, ghost)
                if self.fault == "acts-on-ghosts"
                else _json(404, {"error": "no such thing"})
            )
        state = "closed" if verb == "close" else "open"
        for other in self.tickets.values() if self.fault == "closes-all" else [self.tickets[one]]:
            other["state"] = state
        if self.fault == "action-toggles" and verb == "close":
            self.tickets[one]["closes"] = not self.tickets[one].get("closes")
            self.tickets[one]["state"] = "closed" if self.tickets[one]["closes"] else "open"
        return _json(200, _shown(self.tickets[one]))

    def _list_notes(self, request: httpx.Request, content: bytes, one: str) -> httpx.Response:
        if one not in self.tickets:
            return _json(404, {"error": "no such thing"})
        return _items([note for note in self.notes.values() if note["ticket"] == one])

    def _post_note(self, request: httpx.Request, content: bytes, one: str) -> httpx.Response:
        body = _parsed(content)
        if one not in self.tickets:
            return _json(404, {"error": "no such thing"})
        if not self._valid("/tickets/{ticketId}/notes", "post", body):
            return _json(422, {"error": "bad"})
        name = self._new_id()
        if self.fault != "note-lost":
            self.notes[name] = {"id": name, "text": body["text"], "ticket": one}
        return httpx.Response(201, headers={"location": f"/tickets/{one}/notes/{name}"})

    def _see_note(self, request: httpx.Request, content: bytes, one: str, name: str) -> httpx.Response:
        note = self.notes.get(name)
        if note is None or (note["ticket"] != one and self.fault != "note-of-all"):
            return _json(404, {"error": "no such thing"})
        return _json(200, _shown(note))

    def _pause(self, request: httpx.Request, content: bytes, one: str) -> httpx.Response:
        body = _parsed(content)
        if one not in self.queues:
            return _json(404, {"error": "no such thing"})
        if not self._valid("/queues/{queueId}/pause", "post", body):
            return _json(422, {"error": "bad"})
        if not (self.fault == "never-resumes" and body["action"] == "resume"):
            self.queues[one]["paused"] = body["action"] == "pause" and self.fault != "never-pauses"
        return _json(200, self.queues[one])

    def _override(self, request: httpx.Request, content: bytes, one: str) -> httpx.Response:
        body = _parsed(content)
        if one not in self.queues:
            return _json(404, {"error": "no such thing"})
        if not self._valid("/queues/{queueId}/limit/override", "post", body):
            return _json(422, {"error": "bad"})
        queue = self.queues[one]
        queue |= (
            {"overriddenAt": "now"}
            if self.fault == "override-idle"
            else {"limit": body["limit"], "overriddenAt": "now"}
        )
        return _json(200, queue)

    def _reset(self, request: httpx.Request, content: bytes, one: str) -> httpx.Response:
        if one not in self.queues:
            return _json(404, {"error": "no such thing"})
        self.queues[one] |= {"limit": 5, "overriddenAt": None}
        return _json(200, self.queues[one])

    def _settled(self) -> dict[str, dict[str, Any]]:
        done = {**self.jobs}
        self.jobs |= self.pending
        self.pending = {}
        return done

    def _start_job(self, request: httpx.Request, content: bytes) -> httpx.Response:
        body = _parsed(content)
        if not self._valid("/jobs", "post", body):
            return _json(422, {"error": "bad"})
        name = self._new_id()
        job = {"id": name, "command": body["command"]}
        self.pending[name] = job
        return _json(202, job)

    def _put_label(self, request: httpx.Request, content: bytes, name: str) -> httpx.Response:
        body = _parsed(content)
        if not self._valid("/labels/{name}", "put", body):
            return _json(422, {"error": "bad"})
        is_new = name not in self.labels
        if not (self.fault == "label-stays" and not is_new):
            self.labels[name] = {"name": name, "color": body["color"]}
        return _json(201 if is_new else 200, self.labels[name])

    def _post_file(self, request: httpx.Request, content: bytes) -> httpx.Response:
        head = f"Content-Type: {request.headers.get('content-type', '')}\r\n\r\n".encode()
        parts = {}
        for part in message_from_bytes(head + content).walk():
            name = part.get_param("name", header="content-disposition")
            if isinstance(name, str):
                raw = part.get_payload(decode=True)
                parts[name] = raw if part.get_filename() else bytes(raw or b"").decode()  # type: ignore[arg-type]  # it decodes
        if (
            not isinstance(parts.get("title"), str)
            or not parts["title"]
            or not isinstance(parts.get("content"), bytes)
        ):
            return _json(422, {"error": "bad"})
        name = self._new_id()
        title = "untitled" if self.fault == "file-title" else parts["title"]
        self.files[name] = {"id": name, "title": title, "content": bytes(parts["content"]).decode()}
        return _json(201, _file(self.files[name]))

    def _drop_file(self, request: httpx.Request, content: bytes, one: str) -> httpx.Response:
        if self.fault == "file-stays" and one in self.files:
            return httpx.Response(204)
        return self._drop(self.files, one)

    def _see_content(self, request: httpx.Request, content: bytes, one: str) -> httpx.Response:
        if one not in self.files:
            return _json(404, {"error": "no such thing"})
        return httpx.Response(200, text=self.files[one]["content"], headers={"content-type": "text/plain"})

    def _put_content(self, request: httpx.Request, content: bytes, one: str) -> httpx.Response:
        if one not in self.files:
            return _json(404, {"error": "no such thing"})
        self.files[one]["content"] = content.decode()[: 3 if self.fault == "content-cut" else None]
        return httpx.Response(204)

    def _post_room(self, request: httpx.Request, content: bytes) -> httpx.Response:
        is_form = request.headers.get("content-type") == "application/x-www-form-urlencoded"
        body = {name: values[-1] for name, values in parse_qs(content.decode()).items()} if is_form else None
        if not self._valid("/rooms", "post", body) or body is None:
            return _json(422, {"error": "bad"})
        if self.fault == "form-color":
            body.pop("color", None)
        self.rooms[body["name"]] = {"color": "white", **body}
        return _json(201, self.rooms[body["name"]])


def _json(status: int, body: Any) -> httpx.Response:
    return httpx.Response(
        status, headers={"content-type": "application/json"}, content=json.dumps(body).encode()
    )


def _items(rows: Any) -> httpx.Response:
    shown = [_shown(row) for row in rows]
    return _json(200, {"items": shown, "total": len(shown)})


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in row.items()
        if name not in ("pin", "ticket", "closes") and not name.startswith("first-")
    }


def _file(row: dict[str, Any]) -> dict[str, Any]:
    return {"id": row["id"], "title": row["title"], "size": len(row["content"])}


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None
