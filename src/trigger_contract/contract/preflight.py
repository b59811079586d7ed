"""Before anything is judged: is there a server, is it the right one, is the key right."""

from __future__ import annotations

from trigger_contract.contract.credentials import ANONYMOUS, OPTION_OF, PUBLIC, Credential
from trigger_contract.contract.exchange import Exchange
from trigger_contract.contract.ids import unknown_id
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
    refused: dict[str, list[bool]] = {}
    strangers: list[tuple[bool, bool]] = []
    asked = 0
    for subject in session.contract.subjects:
        exchange = None
        for credential in session.credentials.full(subject) or _open(session, subject):
            exchange = _ask(session, subject, credential)
            if exchange.status not in (401, 403):
                session.credentials.prefer(subject, credential)
                break
        if exchange is None:
            continue
        asked += 1
        if credential.variable:
            refused.setdefault(credential.variable, []).append(exchange.status in (401, 403))
        has_id = bool(subject.path_parameters)
        strangers.append((has_id, _is_stranger(exchange.status, exchange.is_json, has_id=has_id)))
    if not asked:
        raise _missing_key(session)
    for variable, answers in refused.items():
        if all(answers):
            raise UserError(
                "the server refuses this key on every operation that takes it", source=OPTION_OF[variable]
            )
    # Where nothing but operations with ids was asked, a 404 of all of them says nothing.
    if all(stranger for _, stranger in strangers) and not all(has_id for has_id, _ in strangers):
        raise UserError(
            "the server there serves none of the operations", source=f"--url {session.settings.url}"
        )


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


def _missing_key(session: Session) -> UserError:
    needed = {name for item in session.contract.subjects for name in session.credentials.needed(item)}
    variables = sorted(needed - {PUBLIC})
    return UserError(
        f"is missing: without a key nothing can be read (or set {' or '.join(variables)})",
        source=" or ".join(OPTION_OF[name] for name in variables),
    )


def _is_stranger(status: int, is_json: bool, *, has_id: bool) -> bool:
    """Whether an answer looks like that of a server that does not know the operation."""
    if has_id:
        # A 404 may mean that the id is unknown, or that everything is.
        return status in (404, 405) or (not is_json and 200 <= status < 400)
    return status in (404, 405) or 300 <= status < 400 or (status == 200 and not is_json)
