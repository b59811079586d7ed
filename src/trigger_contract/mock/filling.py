"""Rows of many runs at a time; of very many by a process of its own, beside the one that writes them."""

from __future__ import annotations

import itertools
import marshal
import sys
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from trigger_contract.errors import UserError
from trigger_contract.mock.records import Record, to_row
from trigger_contract.mock.seed import seeded
from trigger_contract.mock.selection import TIE_BITS

MANY = 50_000
"""From so many runs on, seeding takes seconds."""
_TOGETHER = 1000

Chunk = tuple[list[tuple[Any, ...]], list[tuple[str, int]]]
"""Rows in the order of their columns, and each tag with the key of its run."""


def chunks(records: Iterable[Record], *, free: bool) -> Iterator[Chunk]:
    """Yield the rows of runs, a thousand at a time.

    Args:
        records: The runs, oldest first.
        free: Whether they cost nothing.
    """
    previous = -1
    stream = iter(records)
    while together := list(itertools.islice(stream, _TOGETHER)):
        rows: list[tuple[Any, ...]] = []
        tags: list[tuple[str, int]] = []
        for record in together:
            previous = key = max(record["createdAt"] << TIE_BITS, previous + 1)
            rows.append(tuple(to_row(priced(record, free=free), key)))
            tags.extend((tag, key) for tag in dict.fromkeys(record["tags"]))
        yield rows, tags


def priced(record: Record, *, free: bool) -> Record:
    """Return a run with what it costs where it ran.

    Source: "This cost does not apply to DEV runs" (list page, both costs).
    """
    return {**record, "costInCents": 0, "baseCostInCents": 0} if free else record


def seeded_chunks(count: int, seed: int, now: int, *, free: bool) -> Iterator[Chunk]:
    """Yield the rows of seeded runs; of many, another process makes them while these are written.

    Args:
        count: How many runs.
        seed: Chooses them.
        now: The time in milliseconds.
        free: Whether they cost nothing.

    Raises:
        UserError: That process failed.
    """
    if count < MANY:
        yield from chunks(seeded(count, seed, now), free=free)
        return
    import subprocess  # few servers have so many runs

    command = [sys.executable, "-m", __name__, str(count), str(seed), str(now), str(int(free))]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            while head := process.stdout.read(8):
                yield marshal.loads(process.stdout.read(int.from_bytes(head, "big")))
            if process.wait():
                raise UserError("the process that makes the runs failed", source="--runs")
        finally:
            process.kill()


def _write(arguments: list[str], out: BinaryIO) -> None:
    count, seed, now, free = map(int, arguments)
    for chunk in chunks(seeded(count, seed, now), free=bool(free)):
        data = marshal.dumps(chunk)
        out.write(len(data).to_bytes(8, "big") + data)
    out.flush()


if __name__ == "__main__":
    _write(sys.argv[1:], sys.stdout.buffer)
