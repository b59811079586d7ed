"""A small server whose document takes many forms: pages, identities, envelopes, statuses, versions."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode

import httpx

from mutants.keys import TOKEN

COLOURS = ("red", "green", "blue")
LARGEST, DEFAULT = 12, 5
Thing = dict[str, Any]
Change = Callable[["Call"], None]


@dataclass(frozen=True)
class Form:
    """What document and server have in common.

    Attributes:
        pages: ``none``, ``cursor`` (opaque), ``cursor-id``, ``last-id``, ``number``, ``zero`` (numbers from 0),
            ``offset``, ``url`` or ``link``.
        items: Path to the items in the body; empty where it is the array.
        identity: Name of the field that identifies a thing.
        kind: ``string``, ``integer`` or ``uuid``.
        status: Under which name the answer as wished for is documented.
        media: Its media type.
        version: The document's version of OpenAPI.
        shelves: Whether things stand on shelves, ``/shelves/{shelfId}/things``.
        refusal: The status of a refused query; documented, unless it is 0 (then 400 comes undocumented).
        missing: Whether the document has the 404 of an unknown thing.
        total: Whether the list tells how many things there are.
        count: How many things there are.
    """

    pages: str = "none"
    items: tuple[str, ...] = ("things",)
    identity: str = "id"
    kind: str = "string"
    status: str = "200"
    media: str = "application/json"
    version: str = "3.1.0"
    shelves: bool = False
    refusal: int = 400
    missing: bool = True
    total: bool = False
    count: int = 41


@dataclass
class Call:
    """One request on its way to an answer; a fault changes what it will."""

    form: Form
    path: str
    query: dict[str, str]
    things: list[Thing]
    is_list: bool
    method: str = "GET"
    start: int = 0
    size: int = 0
    total: int = 0
    status: int = 200
    value: Any = None
    headers: dict[str, str] = field(default_factory=dict)


def things_of(form: Form, shelf: int = 0) -> list[Thing]:
    """Return the things of a shelf, always the same ones."""
    made = []
    for number in range(form.count):
        # The first number is zero, which a server may be asked for as -0.
        rank = shelf * 1000 + number * 7 + (form.kind != "integer")
        identity: Any = {
            "integer": rank,
            "uuid": f"{rank:08x}-5a5a-4b4b-8c8c-0123456789ab",
        }.get(form.kind, f"th_{rank:05d}" if form.identity == "id" else f"thing-{rank:04d}")
        thing = {
            form.identity: identity,
            "label": f"Thing {rank}",
            "colour": COLOURS[number // 2 % 3],
            "weight": number % 9,
            "note": None if number % 4 else f"note {number}",
            "createdAt": f"2024-0{1 + number % 9}-1{number % 10}T08:00:0{number % 10}.000Z",
        }
        made.append(thing)
    return made


class Shelf(httpx.BaseTransport):
    """Serves the things of a form, and keeps its document.

    Args:
        form: The form.
        early: Changes a call before its page is cut: what it asks for and among which things.
        late: Changes the answer.
    """

    def __init__(self, form: Form, early: Change | None = None, late: Change | None = None) -> None:
        self._form, self._early, self._late = form, early, late

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        path, _, query = request.url.raw_path.decode("ascii").partition("?")
        status, value, headers = self._answer(request, unquote(path), query)
        content = b"" if value is None and status != 200 else json.dumps(value).encode()
        fields = {"content-type": self._form.media if status < 300 else "application/json", **headers}
        return httpx.Response(status, headers=fields, content=b"" if request.method == "HEAD" else content)

    def _answer(self, request: httpx.Request, path: str, query: str) -> tuple[int, Any, dict[str, str]]:
        form, parts = self._form, path.strip("/").split("/")
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, {"error": "no"}, {"www-authenticate": "Bearer"}
        if request.method not in ("GET", "HEAD"):
            return 405, {"error": "no such method"}, {"allow": "GET, HEAD"}
        if form.shelves and path.strip("/") == "shelves":
            return 200, {"shelves": [{"id": f"sh_{number}", "label": "x"} for number in (1, 2, 3)]}, {}
        shelf = 0
        if form.shelves:
            if len(parts) < 3 or parts[1] not in ("sh_1", "sh_2", "sh_3"):
                return 404, {"error": "no such shelf"}, {}
            shelf, parts = int(parts[1][-1]), parts[2:]
            # The first shelf is empty.
        if parts[0] != "things" or len(parts) > 2:
            return 404, {"error": "no such path"}, {}
        things = [] if shelf == 1 else things_of(form, shelf)
        asked = {name: values[-1] for name, values in parse_qs(query, keep_blank_values=True).items()}
        call = Call(form, path, asked, things, len(parts) == 1, request.method)
        if call.is_list:
            self._list(call)
        else:
            self._one(call, parts[1])
        if self._late is not None:
            self._late(call)
        return call.status, call.value, call.headers

    def _one(self, call: Call, identity: str) -> None:
        if self._form.kind == "integer" and not re.fullmatch(r"-?[0-9]{1,400}", identity):
            call.status, call.value = 422, {"error": "no number"}
            return
        if self._early is not None:
            self._early(call)
        asked = str(int(identity)) if self._form.kind == "integer" else identity
        found = next((item for item in call.things if str(item[self._form.identity]) == asked), None)
        call.status, call.value = (200, dict(found)) if found else (404, {"error": "no such thing"})

    def _list(self, call: Call) -> None:
        refused = _refusal(self._form, call.query)
        if refused:
            call.status, call.value = self._form.refusal or 400, {"error": refused}
            return
        if "colour" in call.query:
            call.things = [item for item in call.things if item["colour"] == call.query["colour"]]
        call.total = len(call.things)
        call.size = int(call.query.get("limit") or DEFAULT) if self._form.pages != "none" else call.total
        call.start = _start(self._form, call)
        if self._early is not None:
            self._early(call)
        if call.start < 0:
            call.status, call.value = self._form.refusal or 400, {"error": "no such cursor"}
            return
        page = [dict(item) for item in call.things[call.start : call.start + call.size]]
        call.value = _enveloped(call, page)


def _refusal(form: Form, query: Mapping[str, str]) -> str:
    if query.get("colour", "red") not in COLOURS:
        return "no such colour"
    if form.pages == "none":
        return ""
    limit = query.get("limit", "1")
    if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit[:9]) <= LARGEST or len(limit) > 9:
        return "limit"
    counted = {"number": "page", "zero": "page", "offset": "offset", "url": "page", "link": "page"}.get(
        form.pages
    )
    value = query.get(counted or "", "1")
    least = 0 if form.pages in ("zero", "offset") else 1
    if not value.isascii() or not value.isdigit() or len(value) > 12 or int(value) < least:
        return counted or ""
    return ""


def _start(form: Form, call: Call) -> int:
    query, ids = call.query, [str(item[form.identity]) for item in call.things]
    if form.pages in ("number", "url", "link"):
        return (int(query.get("page", "1")) - 1) * call.size
    if form.pages == "zero":
        return int(query.get("page", "0")) * call.size
    if form.pages == "offset":
        return int(query.get("offset", "0"))
    after = query.get("after")
    if after is None:
        return 0
    if form.pages == "cursor":
        return (
            int(after[2:]) if after.startswith("c-") and after[2:].isascii() and after[2:].isdigit() else -1
        )
    return ids.index(after) + 1 if after in ids else call.total


def _enveloped(call: Call, page: list[Thing]) -> Any:
    form, end = call.form, call.start + call.size
    more = end < call.total
    value: Any = page
    for name in reversed(form.items):
        value = {name: value}
    outer = value if isinstance(value, dict) else {}
    following = None
    if form.pages == "cursor":
        following = f"c-{end}" if more else None
    elif form.pages == "cursor-id":
        following = str(page[-1][form.identity]) if more and page else None
    if form.pages in ("cursor", "cursor-id"):
        outer["next"] = following
    if form.pages in ("url", "link"):
        number = call.start // call.size + 1
        query = urlencode({**call.query, "page": number + 1})
        address = f"http://elsewhere.test{call.path}?{query}"
        if form.pages == "url":
            outer["next"] = address if more else None
        elif more:
            call.headers["link"] = f'<{address}>; rel="next", <http://elsewhere.test/>; rel="index"'
    if form.pages == "last-id":
        outer["has_more"] = more
    if form.total:
        outer["total"] = call.total
        if form.pages in ("number", "zero"):
            outer["total_pages"] = math.ceil(call.total / call.size)
    return value
