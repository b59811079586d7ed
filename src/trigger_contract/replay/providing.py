"""Things beside runs that a recording shows and that none of its requests has made.

They were there before, or were made in another part of the recording. A mock can be given them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from trigger_contract.replay.learned import Learned, is_name
from trigger_contract.replay.recording import Exchange, Received

Ask = Callable[[str, str, Any], Received]
"""Sends method, path and JSON body, and returns the answer."""
Item = Mapping[str, Any]
_PASSED = ("updatedAt", "startedAt", "finishedAt", "completedAt", "closedAt", "resolvedAt", "overriddenAt")


class _Seen(NamedTuple):
    """A thing as an answer shows it, and the path of its collection."""

    collection: str
    item: Item

    @property
    def name(self) -> str:
        """What the thing is told by."""
        return str(self.item.get("id", self.item.get("name")))


class Provider:
    """Gives a mock the things that the next exchange needs.

    Args:
        exchanges: The recording.
        control: Asks the control door.
        learned: The names of things.
    """

    def __init__(self, exchanges: Iterable[Exchange], control: Ask, learned: Learned) -> None:
        self._control = control
        self._learned = learned
        self._known: set[tuple[str, str]] = set()
        self._given: dict[tuple[str, str], Item] = {}
        self._seen: dict[tuple[str, str], _Seen] = {}
        for exchange in exchanges:
            for seen in shown(exchange):
                self._seen.setdefault((seen.collection, seen.name), seen)

    def before(self, exchange: Exchange, ask: Ask) -> None:
        """Give what an exchange shows or names, where the server has nothing of that name.

        Args:
            exchange: It will be asked next.
            ask: Asks the server with a key of the exchange's environment.
        """
        missing: dict[str, list[Item]] = {}
        for seen in reversed([*shown(exchange), *self._named(exchange)]):
            if self._is_wanted(seen, ask):
                missing.setdefault(seen.collection, []).append(seen.item)
        for collection, items in missing.items():
            self._control("POST", "/collections", {collection: items})

    def after(self, exchange: Exchange) -> None:
        """Note what an exchange has made or changed: from now on the server has the say."""
        if exchange.request.method in ("GET", "HEAD", "OPTIONS") or exchange.response.status >= 300:
            return
        path = _path(exchange)
        for collection, name in [*self._given]:
            if path.startswith(f"{collection}/{name}") or name in json.dumps(exchange.request.body):
                self._known.add((collection, name))
        body = exchange.request.body
        made = [body, exchange.response.body]
        for item in made:
            if isinstance(item, Mapping) and (name := item.get("id", item.get("name"))) is not None:
                self._known |= {(path, str(name)), (path.rpartition("/")[0], str(name))}

    def _named(self, exchange: Exchange) -> Iterator[_Seen]:
        """Yield the thing that a path leads to, or into, as the recording shows it first."""
        if exchange.response.status in (401, 403, 404, 405) or exchange.response.status >= 500:
            return
        parts = _path(exchange).split("/")
        for end in (len(parts), len(parts) - 1):
            collection, name = "/".join(parts[: end - 1]), unquote(parts[end - 1])
            if (seen := self._seen.get((collection, name))) is not None:
                yield seen
                return
            if end < len(parts) and exchange.response.status < 300 and is_name(name):
                yield _Seen(collection, {"id": name})  # no answer shows more of it
                return

    def _is_wanted(self, seen: _Seen, ask: Ask) -> bool:
        key = seen.collection, seen.name
        if key in self._known or self._learned.translate(seen.name) != seen.name:
            return False
        if (before := self._given.get(key)) is None and self._is_there(seen, ask):
            self._known.add(key)
            return False
        # Whatever has changed it since was no request of this recording either.
        self._given[key] = seen.item
        return before != seen.item

    @staticmethod
    def _is_there(seen: _Seen, ask: Ask) -> bool:
        kind = seen.item.get("type")
        name = str(seen.item.get("name", seen.name)) if kind in ("task", "custom") else seen.name
        query = f"?type={kind}" if kind in ("task", "custom") else ""
        return ask("GET", f"{seen.collection}/{quote(name, safe='')}{query}", None).status == 200


def shown(exchange: Exchange) -> list[_Seen]:
    """Return the things that an answer to a reading request shows: those of a list, or the one it is of.

    Args:
        exchange: The exchange.
    """
    body, path = exchange.response.body, _path(exchange)
    if exchange.request.method not in ("GET", "OPTIONS") or exchange.response.status != 200:
        return []
    listed = body.get("data") if isinstance(body, Mapping) else body
    if isinstance(listed, list):
        return [_Seen(path, item) for item in listed if _is_thing(item)]
    return [_Seen(path.rpartition("/")[0], body)] if _is_thing(body) else []


def latest(exchange: Exchange) -> str:
    """Return the latest time that has passed by what an answer shows, as ISO text; empty where none does."""
    return max(_times(exchange.response.body), default="")


def _times(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from (value[name] for name in _PASSED if isinstance(value.get(name), str))
        for inner in value.values():
            yield from _times(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _times(inner)


def _is_thing(value: Any) -> bool:
    return isinstance(value, Mapping) and any(isinstance(value.get(name), str) for name in ("id", "name"))


def _path(exchange: Exchange) -> str:
    return exchange.request.path.partition("?")[0].rstrip("/")
