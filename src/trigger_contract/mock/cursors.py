"""Opaque cursors: a page begins at a run, or where any other text would stand among the ids of runs."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

from trigger_contract.mock import dates
from trigger_contract.mock.selection import TIE_BITS, Listed
from trigger_contract.mock.store import Store


@dataclass(frozen=True)
class Place:
    """Where a page begins: at a key, or at an internal id.

    Attributes:
        older_than: Only runs below this key.
        newer_than: Only runs above this key, oldest first.
        below: Only runs whose internal id is a smaller text.
        above: Only runs whose internal id is a greater text, oldest first.
    """

    older_than: int | None = None
    newer_than: int | None = None
    below: str | None = None
    above: str | None = None

    @property
    def backward(self) -> bool:
        """Whether the page lies before its cursor."""
        return self.newer_than is not None or self.above is not None

    @property
    def given(self) -> bool:
        """Whether there is a cursor."""
        return self != Place()


def write_cursor(row: Listed) -> str:
    """Write the cursor of a run: its creation and its internal id."""
    said = json.dumps({"c": row[0] >> TIE_BITS, "r": row[1].removeprefix("run_")}, separators=(",", ":"))
    return base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")


def read_cursor(store: Store, text: str, *, backward: bool = False) -> Place:
    """Read a cursor; any other text is compared with ids as it stands, and never refused."""
    decoded = _decode(text)
    if decoded is None:
        return Place(above=text) if backward else Place(below=text)
    created, internal_id = decoded
    if not 0 <= created <= dates.LATEST:
        edge = -1 if created < 0 else (dates.LATEST + 1) << TIE_BITS
        return Place(newer_than=edge) if backward else Place(older_than=edge)
    exact = store.key_of(f"run_{internal_id}")
    if exact is not None and exact >> TIE_BITS == created:
        return Place(newer_than=exact) if backward else Place(older_than=exact)
    key = store.key_at(created, internal_id)
    return Place(newer_than=key - 1) if backward else Place(older_than=key)


def _decode(text: str) -> tuple[int, str] | None:
    try:
        read = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        return None
    if not isinstance(read, dict) or type(read.get("c")) is not int or not isinstance(read.get("r"), str):
        return None
    return read["c"], read["r"]
