"""Leave to write, and removing in the end whatever a run has made."""

from __future__ import annotations

import ipaddress
import shlex
import sys
from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from rich.console import Console

from trigger_contract.contract.client import BudgetExhausted
from trigger_contract.contract.exchange import curl_line
from trigger_contract.contract.ledger import Entry
from trigger_contract.contract.session import Session
from trigger_contract.contract.settings import Settings
from trigger_contract.errors import UserError

# With what comes before and after it an interrupted run ends within 8 s.
_SECONDS = 6.0
_GONE = (404, 410)


def ask_leave(settings: Settings, console: Console) -> None:
    """See that writing to this address is meant.

    Raises:
        UserError: It is not on this machine, and nobody said yes.
    """
    if settings.yes or is_loopback(settings.url):
        return
    if sys.stdin.isatty():
        answer = console.input(f"--write makes, changes and removes things at {settings.url}. Go on? [y/N] ")
        if answer.strip().lower() in ("y", "yes"):
            return
    want_leave(settings)


def want_leave(settings: Settings) -> None:
    """See that writing to this address was allowed, where nobody can be asked.

    Raises:
        UserError: It is not on this machine, and nobody said yes.
    """
    if not (settings.yes or is_loopback(settings.url)):
        raise UserError("writes to an address that is not this machine: give --yes too", source="--write")


def is_loopback(url: str) -> bool:
    """Whether an address is this machine. Source: RFC 6761, section 6.3; RFC 1122, section 3.2.1.3."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def clean_up(session: Session) -> tuple[Entry, ...]:
    """Remove everything that a run has made, the last first, also after it was called off.

    What is interrupted can be begun again.

    Returns:
        What is still there.
    """
    if not session.ledger.entries:
        return ()
    session.ledger.resume()
    if session.client.is_exhausted:
        session.begin_again(_SECONDS)
    gone: list[Entry] = []
    try:
        # What would not go at first may go once what hangs on it is gone.
        for _ in range(2):
            for entry in reversed(session.ledger.entries):
                if entry.remover is not None and _is_removed(session, entry):
                    gone.append(entry)
                    session.ledger.drop(entry)
    except (BudgetExhausted, UserError):
        return session.ledger.entries
    return tuple(entry for entry in session.ledger.entries if not any(_is_below(entry, one) for one in gone))


def _is_removed(session: Session, entry: Entry) -> bool:
    assert entry.remover is not None
    method = entry.remover.operation.method.upper()
    exchange = session.ask(
        entry.remover,
        path=entry.path,
        method=method,
        headers=entry.headers,
        body=entry.body,
        purpose="remove what was made" if method == "DELETE" else "undo what was done",
        lenient=True,
    )
    return 200 <= exchange.status < 300 or exchange.status in _GONE


def _is_below(entry: Entry, removed: Entry) -> bool:
    """Whether something stood below what was removed, and went with it."""
    above = removed.remover.operation.path if removed.remover is not None else ""
    address = urlsplit(entry.exchange.url).path + "/"
    for name, value in removed.path.items():
        above = above.replace("{" + name + "}", quote(value, safe=""))
    return entry.remover is None and f"{above}/" in address


def left_lines(left: Sequence[Entry], session: Session) -> list[str]:
    """Return what to say of things that are still there: a line for a shell each, that removes or made it."""
    lines = [f"  {session.redactor.text(_line(session, entry))}" for entry in left]
    return [f"Made and not removed: {len(left)}", *lines] if left else []


def tell_left(left: Sequence[Entry], session: Session, console: Console) -> None:
    """Say what was made and is still there."""
    for line in left_lines(left, session):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _line(session: Session, entry: Entry) -> str:
    line = curl_line(entry.exchange)
    if entry.remover is None:
        return f"{line}  # nothing removes what this made"
    path = entry.remover.operation.path
    for name, value in entry.path.items():
        path = path.replace("{" + name + "}", quote(value, safe=""))
    own = {name.lower() for name, _ in entry.headers}
    given = [item for item in entry.exchange.request.shown_headers if item[0].lower() not in own]
    fields = [item for item in given if entry.body is not None or item[0].lower() != "content-type"]
    parts = ["curl", "-sS", "-X", entry.remover.operation.method.upper()]
    parts += [f'-H "{name}: {value}"' for name, value in (*fields, *entry.headers)]
    if entry.body is not None:
        parts += ["--data-binary", shlex.quote(entry.body.decode("utf-8", "replace"))]
    return " ".join((*parts, shlex.quote(f"{session.settings.url}{path}")))
