"""Pages of the lists beside runs: by number, or by a cursor."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from trigger_contract.mock.listquery import read_number, read_whole
from trigger_contract.mock.messages import Answer
from trigger_contract.mock.platform import answers
from trigger_contract.mock.platform.front import Visit
from trigger_contract.mock.query import Reading

_MOST = 100


def sized(visit: Visit, size: int, floors: tuple[tuple[int, bool], ...] = ((1, True),)) -> Reading:
    """Read ``page[size]``.

    Args:
        visit: The request.
        size: How many a page holds where nothing is said.
        floors: What the size must not lie below, and whether it may be that itself.
    """
    reading = Reading()
    reading.values["page[size]"] = size
    if "page[size]" in visit.query:
        read_whole("page[size]", visit.query["page[size]"], floors, _MOST, reading)
    return reading


def read_milliseconds(visit: Visit, name: str, reading: Reading) -> None:
    """Read a moment that must be a number of milliseconds."""
    if name not in visit.query:
        return
    value = read_number(visit.query[name])
    if math.isnan(value):
        fault = {"code": "invalid_type", "expected": "number", "received": "nan", "path": [name]}
        reading.details.append(fault | {"message": "Expected number, received nan"})
        return
    reading.values[name] = value


def refused(reading: Reading) -> Answer:
    """Return a built route's refusal of a query."""
    return answers.given(400, {"error": "Query Error", "details": reading.details})


def cursor_page(every: list[dict[str, Any]], query: Mapping[str, str], size: int) -> dict[str, Any]:
    """Return one page of things, the newest first; a cursor is compared with ids as a text.

    Args:
        every: All things that a filter lets through.
        query: Holds ``page[after]`` or ``page[before]``.
        size: How many a page holds.
    """

    def tail(thing: dict[str, Any]) -> str:
        return str(thing["id"]).partition("_")[2]

    after, before = (query.get(f"page[{name}]", "").rpartition("_")[2] for name in ("after", "before"))
    if before and not after:
        newer = [thing for thing in every if tail(thing) > before]
        data, more = newer[-size:], len(newer) > size
        links = {"next": tail(data[-1])} if data else {}
        return {"data": data, "pagination": links | ({"previous": tail(data[0])} if more else {})}
    older = [thing for thing in every if not after or tail(thing) < after]
    data = older[:size]
    links = {"next": tail(data[-1])} if len(older) > size else {}
    return {"data": data, "pagination": links | ({"previous": tail(data[0])} if after and data else {})}


def pages(visit: Visit) -> Reading:
    """Read ``page`` and ``perPage``."""
    reading = Reading()
    for name in ("page", "perPage"):
        if name in visit.query:
            read_whole(name, visit.query[name], ((0, False),), None, reading)
    return reading


def offset_page(every: list[Any], reading: Reading, size: int) -> dict[str, Any]:
    """Return one page of a list and where it stands.

    Args:
        every: All items.
        reading: What was asked for.
        size: How many a page holds where nothing is said.
    """
    page, size = reading.values.get("page", 1), min(reading.values.get("perPage", size), _MOST)
    count = {"currentPage": page, "totalPages": -(-len(every) // size), "count": len(every)}
    return {"data": every[(page - 1) * size : page * size], "pagination": count}
