"""What calls write, taken back or put aside, wherever the mock keeps it: in its tables or in its database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from trigger_contract.mock.collections.table import Scope, Table
from trigger_contract.mock.messages import Answer

if TYPE_CHECKING:
    from trigger_contract.mock.service import Service


@contextmanager
def undone(service: Service) -> Iterator[None]:
    """Take back, at the end of a block, whatever was written within it."""
    bring_back = service.collections.kept()
    with service.store.undone():
        try:
            yield
        finally:
            bring_back()
            service.forget()


def put_aside(service: Service, table: Table, scope: Scope, since: int) -> None:
    """Remove what calls have made, of a table below some things or since a place in the database."""
    things = table.things(scope)
    for key in [key for key, thing in things.items() if table.was_made(thing)]:
        things.pop(key)
    for _, kind, name, _ in service.things.rows(since):
        service.things.remove(kind, name)
    service.forget()


def removing(
    service: Service, table: Table, scope: Scope, remove: Callable[[], Answer]
) -> tuple[Answer, Callable[[], None]]:
    """Remove something; return the answer, and what brings back all that is gone since."""
    things, rows = dict(table.things(scope)), service.things.rows()
    answer = remove()
    kept = {row[1:3] for row in service.things.rows()}
    gone = {key: thing for key, thing in things.items() if key not in table.things(scope)}
    lost = [row for row in rows if row[1:3] not in kept]

    def bring_back() -> None:
        table.things(scope).update({key: gone[key] for key in gone if key not in table.things(scope)})
        service.things.bring_back(lost)
        service.forget()

    return answer, bring_back
