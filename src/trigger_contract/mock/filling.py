"""Rows of many runs at a time; of very many by processes of their own, beside the one that writes them."""

from __future__ import annotations

import contextlib
import itertools
import marshal
import sys
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from trigger_contract.errors import UserError
from trigger_contract.mock.records import Record, to_row
from trigger_contract.mock.seed import TOGETHER, seeded
from trigger_contract.mock.selection import TIE_BITS

MANY = 50_000
"""From so many runs on, seeding takes seconds."""
_MAKERS = 2
"""So many processes make the rows of many runs: it takes three times as long as to write them."""

Chunk = tuple[list[tuple[Any, ...]], list[tuple[str, int]]]
"""Rows in the order of their columns, and each tag with the key of its run."""


def chunks(records: Iterable[Record], *, free: bool) -> Iterator[Chunk]:
    """Yield the rows of runs, so many at a time as belong together.

    Args:
        records: The runs, oldest first.
        free: Whether they cost nothing.
    """
    previous = -1
    stream = iter(records)
    while together := list(itertools.islice(stream, TOGETHER)):
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
    """Yield the rows of seeded runs; of many, other processes make them while these are written.

    Args:
        count: How many runs.
        seed: Chooses them.
        now: The time in milliseconds.
        free: Whether they cost nothing.

    Raises:
        UserError: One of them failed.
    """
    if count < MANY:
        yield from chunks(seeded(count, seed, now), free=free)
        return
    import subprocess  # few servers have so many runs

    with contextlib.ExitStack() as stack:
        makers = []
        for part in range(_MAKERS):
            told = map(str, (count, seed, now, int(free), part, _MAKERS))
            command = [sys.executable, "-m", __name__, *told]
            maker = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
            makers.append(stack.enter_context(maker))
            stack.callback(maker.kill)
        outs = [maker.stdout for maker in makers if maker.stdout is not None]
        for out in itertools.cycle(outs):
            if not (head := out.read(8)):
                break
            yield marshal.loads(out.read(int.from_bytes(head, "big")))
        if any(maker.wait() for maker in makers):
            raise UserError("a process that makes the runs failed", source="--runs")


def _write(arguments: list[str], out: BinaryIO) -> None:
    count, seed, now, free, part, parts = map(int, arguments)
    for chunk in chunks(seeded(count, seed, now, part, parts), free=bool(free)):
        data = marshal.dumps(chunk)
        out.write(len(data).to_bytes(8, "big") + data)
    out.flush()


if __name__ == "__main__":
    _write(sys.argv[1:], sys.stdout.buffer)
