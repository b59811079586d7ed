"""One fetch at a time on one list of pages: two at once would lose each other's dates and records."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trigger_contract.errors import UserError

try:
    import fcntl
except ImportError:  # not on Windows, where nobody is kept out
    fcntl = None  # type: ignore[assignment]  # the module is optional


@contextmanager
def alone(listing: Path) -> Iterator[None]:
    """Hold the list of pages for the time of a fetch; the hold ends with the process, whatever happens.

    Args:
        listing: The list of pages.

    Raises:
        UserError: Another fetch holds it.
    """
    if fcntl is None:
        yield
        return
    # The folder is held, not the list: a list is replaced by each page that gets a new date.
    handle = os.open(listing.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError("another fetch is at work on these pages; wait for it", source=listing) from None
        yield
    finally:
        os.close(handle)
