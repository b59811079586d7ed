"""Before anything is judged: is there a server, is it the right one, is the key right."""

from __future__ import annotations

import time
from functools import partial
from urllib.parse import urlsplit

from trigger_contract.contract.client import BudgetExhausted
from trigger_contract.contract.credentials import ANONYMOUS, Credential, option_of
from trigger_contract.contract.exchange import Exchange
from trigger_contract.contract.ids import unknown_id
from trigger_contract.contract.scope import without
from trigger_contract.contract.session import Session
from trigger_contract.contract.subjects import Subject
from trigger_contract.errors import UserError


def preflight(session: Session) -> None:
    """Ask every operation once with its key.

    A single operation that refuses a right key is a broken promise and not told here; a key that no
    operation takes, or a server that knows none of the operations, is the wrong key or address.

    Raises:
        UserError: The server cannot be reached, serves none of the operations or refuses the key
            everywhere; or a key is missing.
    """
    if session.settings.wait:
        _wait(session, session.settings.wait)
    refused: dict[str, list[bool]] = {}
    strangers: list[tuple[bool, bool]] = []
    overruns: list[str] = []
    asked = [item for item in session.pool.each(partial(_try, session), session.contract.subjects) if item]
    if not asked:
        raise _missing_key(session)
    _leave_out(session)
    for subject, credential, exchange in asked:
        if exchange.is_overrun:
            overruns.append(f"{exchange.request.method} {exchange.request.target}: {exchange.trouble}")
        if credential.variable and not session.credentials.is_open(subject):
            refused.setdefault(credential.variable, []).append(exchange.status in (401, 403))
        has_id = bool(subject.path_parameters)
        fits = exchange.is_json or "json" not in subject.accepts
        strangers.append((has_id, _is_stranger(exchange.status, fits, has_id=has_id)))
    if len(overruns) == len(asked):
        raise UserError(f"no answer ends: {overruns[0]}", source=session.settings.url)
    for variable, answers in refused.items():
        if all(answers):
            raise UserError(
                "the server refuses this key on every operation that takes it", source=option_of(variable)
            )
    # Where nothing but operations with ids was asked, a 404 of all of them says nothing.
    if all(stranger for _, stranger in strangers) and not all(has_id for has_id, _ in strangers):
        raise UserError(
            f"the server there serves none of the operations{_elsewhere(session)}",
            source=f"--url {session.settings.url}",
        )


def _elsewhere(session: Session) -> str:
    """Say below which path the document has its operations, where the address has another."""
    servers = [url for item in session.contract.subjects for url in item.operation.servers]
    paths = {path for url in servers if (path := urlsplit(url).path.rstrip("/"))}
    own = urlsplit(session.settings.url).path.rstrip("/")
    missing = sorted(path for path in paths if not own.endswith(path))
    return f"; in the document they stand below {missing[0]}, so add that to the address" if missing else ""


def _try(session: Session, subject: Subject) -> tuple[Subject, Credential, Exchange] | None:
    """Ask an operation with each of its keys until one is let in; None where there is none."""
    last = None
    for credential in session.credentials.full(subject) or _open(session, subject):
        try:
            exchange = _ask(session, subject, credential)
        except BudgetExhausted as stop:
            raise UserError(
                f"nothing could be judged: {stop.limit} was reached", source=session.settings.url
            ) from None
        last = (subject, credential, exchange)
        if exchange.status not in (401, 403):
            session.credentials.prefer(subject, credential)
            break
    return last


def _wait(session: Session, seconds: float) -> None:
    """Wait for a server that is starting: until it answers anything."""
    ends = time.monotonic() + seconds
    while True:
        try:
            _ask(session, session.contract.subjects[0], ANONYMOUS)
        except (UserError, BudgetExhausted):
            if time.monotonic() > ends:
                raise
            time.sleep(min(0.3, seconds))
        else:
            return


def _open(session: Session, subject: Subject) -> tuple[Credential, ...]:
    return () if subject.operation.security else (ANONYMOUS,)


def _ask(session: Session, subject: Subject, credential: Credential) -> Exchange:
    return session.ask(
        subject,
        path={item["name"]: unknown_id(subject) for item in subject.path_parameters},
        values=session.required_values(subject),
        credential=credential,
        purpose="see whether the server is there",
    )


def _leave_out(session: Session) -> None:
    """Leave out the operations whose keys were not given: without them nothing of theirs can be judged."""
    reasons = {
        subject.name: f"its key is missing ({' and '.join(options)})"
        for subject in session.contract.subjects
        if (options := session.credentials.missing(subject))
    }
    session.contract = without(session.contract, reasons)
    session.unasked = tuple(reasons)


def _missing_key(session: Session) -> UserError:
    options = {name: None for item in session.contract.subjects for name in session.credentials.missing(item)}
    return UserError(
        "is missing: without a key nothing can be read (or set it in the environment)",
        source=" or ".join(options) if len(options) < 4 else "--token or --key NAME=VALUE",
    )


def _is_stranger(status: int, is_json: bool, *, has_id: bool) -> bool:
    """Whether an answer looks like that of a server that does not know the operation."""
    if has_id:
        # A 404 may mean that the id is unknown, or that everything is.
        return status in (404, 405) or (not is_json and 200 <= status < 400)
    return status in (404, 405) or 300 <= status < 400 or (status == 200 and not is_json)
