"""The runs, in SQLite: written whole, listed by keyset, each filter on its own index.

A run's key is its creation in milliseconds and its place among those of the same millisecond, in one
integer. It is the table's primary key, so the newest-first list is the table read backwards and a page costs
the same wherever it lies.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from trigger_contract.errors import UserError
from trigger_contract.mock.filling import Chunk, priced
from trigger_contract.mock.records import Record, Row, to_row
from trigger_contract.mock.selection import PREFIX, TIE_BITS, Listed, Selection, statements

_FIRST, _STEP = 1 << 16, 16
"""Where the first run of a millisecond stands and how far the next one: another may have to stand between."""
DEVELOPMENT = {"id": "cl1234", "name": "dev", "user": "Anna"}
_VERSION = 2
_RECENT = 2000
"""How many rows are kept as objects, for clients that ask for a run again and again."""

_COLUMNS = ",".join(Row._fields)
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS runs (
  key INTEGER PRIMARY KEY, id TEXT NOT NULL, state TEXT NOT NULL, task TEXT NOT NULL, version TEXT,
  schedule TEXT, bulk TEXT, is_test INTEGER NOT NULL, batch TEXT, queue TEXT, machine TEXT, region TEXT,
  parent TEXT, root TEXT, plan TEXT, due INTEGER, common TEXT NOT NULL, detail TEXT NOT NULL,
  schedule_json TEXT NOT NULL, attempts TEXT NOT NULL, attempt_count INTEGER NOT NULL,
  payload TEXT NOT NULL, output TEXT NOT NULL, error TEXT NOT NULL, large INTEGER NOT NULL,
  ends TEXT NOT NULL, listed TEXT NOT NULL, more TEXT NOT NULL, fingerprint TEXT
);
CREATE TABLE IF NOT EXISTS tags (
  tag TEXT NOT NULL, key INTEGER NOT NULL, PRIMARY KEY (tag, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
PRAGMA user_version = {_VERSION};
"""
# Nullable columns get partial indexes: most runs have no schedule, batch or bulk action.
_INDEXES = [
    "CREATE UNIQUE INDEX IF NOT EXISTS runs_id ON runs(id)",
    "CREATE INDEX IF NOT EXISTS runs_parent ON runs(parent) WHERE parent IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS runs_due ON runs(due) WHERE due IS NOT NULL",
    *(f"CREATE INDEX IF NOT EXISTS runs_{c} ON runs({c})" for c in ("state", "task", "version", "is_test")),
    *(
        f"CREATE INDEX IF NOT EXISTS runs_{c} ON runs({c}) WHERE {c} IS NOT NULL"
        for c in ("schedule", "bulk", "batch", "queue", "machine", "region")
    ),
]


class Store:
    """All runs of one mock server.

    It is used from one thread at a time: every change is one transaction, so none is lost.

    Attributes:
        version: Counts what was written here; what was read before holds while it is the same.
    """

    def __init__(self, path: Path | None = None, environment: Mapping[str, str] | None = None) -> None:
        """Open or create the store.

        Args:
            path: The database file; None keeps everything in memory.
            environment: The environment of its runs: ``id``, ``name`` and perhaps ``user``. A file that
                has one keeps it.

        Raises:
            UserError: The file cannot be opened or is not a store of runs.
        """
        self.path = path
        self.ends = "ends"  # or `listed`: which members a list adds to those of every view
        self.version = 0
        self._recent: dict[str, Row] = {}
        try:
            self._db = sqlite3.connect(
                str(path) if path else ":memory:", isolation_level=None, check_same_thread=False
            )
            self._db.execute("PRAGMA busy_timeout = 2000")
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            tables = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if tables and 0 < version < _VERSION:
                self._db.close()
                raise UserError("was written by an earlier version; name another file", source=path)
            if (version, tables) != (0, 0) and version != _VERSION:
                self._db.close()
                raise UserError("is a database of something else; name another file", source=path)
            if path:
                # A run takes more than a kilobyte: with larger pages a million is written and read sooner.
                self._db.execute("PRAGMA page_size = 16384")
                # Written ahead and synced at checkpoints: a killed server leaves a whole file behind.
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA synchronous = NORMAL")
                self._db.execute("PRAGMA mmap_size = 1073741824")
            self._db.executescript(_SCHEMA)
            self._index()
            if self.fact("environment") is None:
                self.set_fact("environment", json.dumps(environment or DEVELOPMENT))
            self.environment: dict[str, str] = json.loads(self.fact("environment") or "{}")
        except sqlite3.Error as error:
            raise UserError(f"cannot be used as a database: {error}", source=path) from None

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    # Writing

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Take back, at the end of a block, whatever was written within it."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            self._db.execute("ROLLBACK")
            self._recent.clear()
            self.version += 1

    def clear(self) -> None:
        """Remove every run."""
        self._recent.clear()
        with self._transaction():
            self._db.execute("DELETE FROM runs")
            self._db.execute("DELETE FROM tags")

    def fill(
        self, made: Iterable[Chunk], seed: str | None = None, told: Callable[[int], None] = lambda _: None
    ) -> int:
        """Replace all runs by these, oldest first, and return how many.

        All of it is one transaction: another process that reads the file sees the old runs or the new ones.
        The indexes are built afterwards, which is far quicker than keeping them up to date.

        Args:
            made: Their rows.
            seed: What chose them, remembered as a fact.
            told: Called now and then with how many were written.
        """
        # A rollback journal holds only pages that were there before: what is new is written once. It needs
        # the file for itself, which another reader may not give.
        alone = self.path is not None and not self.count() and self._journal("DELETE")
        try:
            self._recent.clear()
            with self._transaction():
                for kind, name in self._db.execute(
                    "SELECT type, name FROM sqlite_master WHERE type='index' AND sql IS NOT NULL"
                ).fetchall():
                    self._db.execute(f"DROP {kind} {name}")
                self._db.execute("DELETE FROM runs")
                self._db.execute("DELETE FROM tags")
                count = 0
                for rows, tags in made:
                    self._insert(rows)
                    self._db.executemany("INSERT INTO tags VALUES (?,?)", tags)
                    count += len(rows)
                    told(count)
                self._index()
                if seed is not None:
                    self.set_fact("seed", seed)
        finally:
            if alone:
                self._journal("WAL")
        return count

    def _journal(self, mode: str) -> bool:
        """Change how the file is written; returns whether that could be done now."""
        try:
            return bool(self._db.execute(f"PRAGMA journal_mode = {mode}").fetchone()[0].upper() == mode)
        except sqlite3.OperationalError:
            return False

    def add(self, record: Record, due: int | None = None) -> Row:
        """Add one run; of runs created in the same millisecond the one with the greater id counts as newer.

        Raises:
            ValueError: A run with this id exists.
        """
        with self._transaction():
            if self.get(record["id"]):
                raise ValueError(f"a run {record['id']} exists already")
            row = self._row(record, self._place(record["createdAt"], record["id"]), due)
            self._insert([row])
            self._tag(row.key, record["tags"])
        return row

    def replace(self, key: int, record: Record, due: int | None = None) -> Row:
        """Write a changed run over the one at ``key``; its id and creation stay."""
        row = self._row(record, key, due)
        self._recent.pop(row.id, None)
        with self._transaction():
            self._insert([row], replace=True)
            self._db.execute("DELETE FROM tags WHERE key=?", (key,))
            self._tag(key, record["tags"])
        return row

    def unschedule(self, schedule: str) -> None:
        """Let runs forget the schedule that started them."""
        self._recent.clear()
        with self._transaction():
            self._db.execute("UPDATE runs SET schedule=NULL, schedule_json='' WHERE schedule=?", (schedule,))

    @property
    def adopted(self) -> bool:
        """Whether the environment was given by somebody."""
        return self.fact("adopted") is not None

    def adopt(self, environment: Mapping[str, str]) -> None:
        """Take on another environment: ``id``, ``name``, perhaps ``user`` and ``project``."""
        self.environment = {**self.environment, **environment}
        self.set_fact("environment", json.dumps(self.environment))
        self.set_fact("adopted", "1")

    def set_fact(self, name: str, value: str) -> None:
        """Remember a fact about the whole store."""
        self._db.execute("INSERT OR REPLACE INTO facts VALUES (?,?)", (name, value))

    # Reading

    def stamp(self) -> tuple[int, int]:
        """Return what changes with every write to the runs, by this server or another one of the file."""
        if self.path is None:
            return self.version, 0
        # Source: sqlite.org/pragma.html#pragma_data_version.
        return self.version, self._db.execute("PRAGMA data_version").fetchone()[0]

    def fact(self, name: str) -> str | None:
        """Return a fact about the whole store."""
        found = self._db.execute("SELECT value FROM facts WHERE name=?", (name,)).fetchone()
        return found[0] if found else None

    def count(self) -> int:
        """Return the number of runs."""
        total: int = self._db.execute("SELECT count(*) FROM runs").fetchone()[0]
        return total

    def counts(self) -> dict[str, int]:
        """Return the number of runs in each stored state."""
        return dict(self._db.execute("SELECT state, count(*) FROM runs GROUP BY state").fetchall())

    def get(self, run_id: str) -> Row | None:
        """Return the run of that id."""
        if (row := self._recent.get(run_id)) is not None:
            return row
        found = self._db.execute(f"SELECT {_COLUMNS} FROM runs WHERE id=?", (run_id,)).fetchone()
        if found is None:
            return None
        row = Row._make(found)
        # A file may be changed by another server too; what is in memory is only changed here.
        if self.path is None:
            if len(self._recent) >= _RECENT:
                self._recent.clear()
            self._recent[run_id] = row
        return row

    def key_of(self, run_id: str) -> int | None:
        """Return the place of a run in the list; quicker than the run, as the index alone tells it."""
        found = self._db.execute("SELECT key FROM runs WHERE id=?", (run_id,)).fetchone()
        return found[0] if found else None

    def key_at(self, created: int, internal_id: str) -> int:
        """Return the first key that a run created then may have whose internal id is not smaller."""
        first = created << TIE_BITS
        found: int | None = self._db.execute(
            f"SELECT min(key) FROM runs WHERE key BETWEEN ? AND ? AND substr(id,{PREFIX + 1})>=?",
            (first, first + (1 << TIE_BITS) - 1, internal_id),
        ).fetchone()[0]
        return first + (1 << TIE_BITS) if found is None else found

    @property
    def database(self) -> sqlite3.Connection:
        """The database, for what is kept beside runs."""
        return self._db

    def distinct(self, column: str) -> set[str]:
        """Return the values of a column of runs."""
        found = self._db.execute(f"SELECT DISTINCT {column} FROM runs WHERE {column} IS NOT NULL")
        return {value for (value,) in found}

    def tasks(self) -> set[str]:
        """Return the tasks there are: those of runs that no call of the API has started."""
        found = self._db.execute("SELECT DISTINCT task FROM runs WHERE more NOT LIKE '%\"span\"%'")
        return {task for (task,) in found}

    def queued(self, queue: str) -> tuple[int, int]:
        """Return how many runs of a queue wait and how many are executed, of those a call has started."""
        counts = dict(
            self._db.execute(
                "SELECT state, count(*) FROM runs WHERE queue=? AND more LIKE '%\"span\"%' GROUP BY state",
                (queue,),
            ).fetchall()
        )
        return counts.get("PENDING", 0), counts.get("EXECUTING", 0)

    def of_batch(self, batch_id: str) -> list[Row]:
        """Return the runs of a batch, oldest first."""
        found = self._db.execute(f"SELECT {_COLUMNS} FROM runs WHERE batch=? ORDER BY key", (batch_id,))
        return [Row._make(values) for values in found]

    def between(self, since: int, until: int, most: int) -> Iterator[Row]:
        """Yield the runs made in a span of time, the newest first; both ends in milliseconds."""
        sql = f"SELECT {_COLUMNS} FROM runs WHERE key>>{TIE_BITS} BETWEEN ? AND ? ORDER BY key DESC LIMIT ?"
        return map(Row._make, self._db.execute(sql, (since, until, most)))

    def children(self, run_id: str) -> list[Row]:
        """Return the immediate children of a run, oldest first, as the database gives them."""
        sql = f"SELECT {_COLUMNS} FROM runs WHERE parent=? ORDER BY key>>{TIE_BITS}, key DESC"
        found = self._db.execute(sql, (run_id,))
        return [Row._make(values) for values in found]

    def due(self, now: int) -> list[Row]:
        """Return the runs whose next step is due, the most urgent first."""
        found = self._db.execute(f"SELECT {_COLUMNS} FROM runs WHERE due<=? ORDER BY due LIMIT 1000", (now,))
        return [Row._make(values) for values in found]

    def next_due(self) -> int | None:
        """Return when the next step of any run is due, in milliseconds."""
        found: int | None = self._db.execute("SELECT min(due) FROM runs WHERE due IS NOT NULL").fetchone()[0]
        return found

    def page(
        self,
        selection: Selection,
        limit: int,
        *,
        older_than: int | None = None,
        newer_than: int | None = None,
    ) -> list[Listed]:
        """Read part of a list.

        Args:
            selection: Which runs the list shows.
            limit: The most runs to return.
            older_than: Start after this key, newest first.
            newer_than: Start before this key, oldest first.

        Returns:
            Key, id, state and shared JSON members of each run.
        """
        forward = newer_than is None
        low = None if selection.since is None else selection.since << TIE_BITS
        high = None if selection.until is None else ((selection.until + 1) << TIE_BITS) - 1
        if older_than is not None:
            high = older_than - 1 if high is None else min(high, older_than - 1)
        if newer_than is not None:
            low = newer_than + 1 if low is None else max(low, newer_than + 1)
        parts = [
            self._db.execute(sql, parameters)
            for sql, parameters in statements(selection, self.ends, low, high, forward, limit)
        ]
        if len(parts) == 1:
            return parts[0].fetchall()
        # A run with two of the tags asked for comes in two parts: each key counts once.
        unique = {row[0]: row for part in parts for row in part}
        return [unique[key] for key in sorted(unique, reverse=forward)[:limit]]

    # Inside

    def _place(self, created: int, run_id: str) -> int:
        """Return a free key for a run, so that runs of one millisecond stand in the order of their ids."""
        first = created << TIE_BITS
        bounds = (first, first + (1 << TIE_BITS) - 1, run_id)
        asked = "SELECT {}(key) FROM runs WHERE key BETWEEN ? AND ? AND id{}?"
        below: int | None = self._db.execute(asked.format("max", "<"), bounds).fetchone()[0]
        above: int | None = self._db.execute(asked.format("min", ">"), bounds).fetchone()[0]
        last: int | None = self._db.execute(
            "SELECT max(key) FROM runs WHERE key BETWEEN ? AND ?", bounds[:2]
        ).fetchone()[0]
        if last is None:
            return first + _FIRST
        if above is not None:
            key = (above + (first if below is None else below)) // 2
            taken = self._db.execute("SELECT 1 FROM runs WHERE key=?", (key,)).fetchone()
            if (below or first) < key < above and not taken:
                return key
        return last + _STEP

    @property
    def is_free(self) -> bool:
        """Whether runs cost nothing in the environment."""
        return self.environment["name"] == "dev"

    def _row(self, record: Record, key: int, due: int | None = None) -> Row:
        return to_row(priced(record, free=self.is_free), key, due)

    def _transaction(self) -> _Transaction:
        self.version += 1
        return _Transaction(self._db)

    def _index(self) -> None:
        for statement in _INDEXES:
            self._db.execute(statement)

    def _insert(self, rows: Sequence[tuple[Any, ...]], replace: bool = False) -> None:
        marks = ",".join("?" * len(Row._fields))
        self._db.executemany(f"INSERT {'OR REPLACE ' if replace else ''}INTO runs VALUES ({marks})", rows)

    def _tag(self, key: int, tags: Iterable[str]) -> None:
        self._db.executemany("INSERT INTO tags VALUES (?,?)", [(tag, key) for tag in dict.fromkeys(tags)])


class _Transaction:
    """Commits at the end of a block, rolls back where it fails."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._is_inner = self._db.in_transaction
        self._db.execute("SAVEPOINT inner" if self._is_inner else "BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind:
            self._db.execute("ROLLBACK TO inner" if self._is_inner else "ROLLBACK")
        if self._is_inner or not kind:
            self._db.execute("RELEASE inner" if self._is_inner else "COMMIT")


__all__ = ["DEVELOPMENT", "TIE_BITS", "Store"]
