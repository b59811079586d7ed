"""What there is beside runs, as JSON: schedules, variables, queues, waitpoints, batches."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from trigger_contract.mock.store import Store

Thing = dict[str, Any]
Row = tuple[int, str, str, str]
"""A thing as the database has it: its place, its kind, its id, and it as JSON."""


class Things:
    """Keeps things by kind and id, in the order they were made.

    Args:
        store: The database they are kept in.
    """

    def __init__(self, store: Store) -> None:
        self._db = store.database
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS things (place INTEGER PRIMARY KEY, kind TEXT NOT NULL, "
            "id TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (kind, id))"
        )

    def get(self, kind: str, name: str) -> Thing | None:
        """Return a thing, or None where there is none of that id."""
        found = self._db.execute(
            "SELECT body FROM things WHERE kind=? AND id=?", (kind, _plain(name))
        ).fetchone()
        return json.loads(found[0]) if found else None

    def put(self, kind: str, name: str, thing: Thing) -> Thing:
        """Keep a thing; one of the same id keeps its place."""
        self._db.execute(
            "INSERT INTO things (kind, id, body) VALUES (?,?,?) "
            "ON CONFLICT (kind, id) DO UPDATE SET body=excluded.body",
            (kind, _plain(name), json.dumps(thing)),
        )
        return thing

    def remove(self, kind: str, name: str) -> None:
        """Remove a thing."""
        self._db.execute("DELETE FROM things WHERE kind=? AND id=?", (kind, _plain(name)))

    def all(self, kind: str) -> list[Thing]:
        """Return the things of a kind, the oldest first."""
        rows = self._db.execute("SELECT body FROM things WHERE kind=? ORDER BY place", (kind,))
        return [json.loads(body) for (body,) in rows]

    def kinds(self) -> dict[str, int]:
        """Return how many things there are of each kind."""
        rows = self._db.execute("SELECT kind, count(*) FROM things GROUP BY kind ORDER BY kind")
        return dict(rows.fetchall())

    def rows(self, after: int = 0) -> list[Row]:
        """Return the things that were made after one, such as the database has them."""
        return self._db.execute("SELECT * FROM things WHERE place>? ORDER BY place", (after,)).fetchall()

    def bring_back(self, rows: Iterable[Row]) -> None:
        """Put things that are not there any more behind all others: their places may be taken."""
        added = [row[1:] for row in rows]
        self._db.executemany("INSERT OR IGNORE INTO things (kind, id, body) VALUES (?,?,?)", added)

    def clear(self) -> None:
        """Remove everything."""
        self._db.execute("DELETE FROM things")


def _plain(name: str) -> str:
    """Return a text that the database takes: halves of surrogate pairs are none."""
    return name.encode("utf-8", "replace").decode()
