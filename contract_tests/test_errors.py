"""Every documented error: when it comes, and its exact text."""

from itertools import product

from trigger_contract.contract import (
    Check,
    Exchange,
    every_operation,
    has_date_query,
    has_query,
    has_refusal_text,
    law,
    takes_id,
)
from trigger_contract.contract.credentials import Credential
from trigger_contract.contract.ids import addresses, is_well_formed, malformed_ids, unknown_ids
from trigger_contract.contract.life.things import shows_another
from trigger_contract.contract.refusing import hold_text
from trigger_contract.contract.showing import quoted
from trigger_contract.contract.values import invalid_values


def _live(check: Check) -> list[str]:
    relation = check.session.contract.relation_to(check.subject)
    return check.session.ids(relation) if relation else []


@law("errors/unauthorized", "documented", applies=has_refusal_text)
def test_the_refusal_of_a_wrong_key_has_its_documented_text(check: Check) -> None:
    """A refused key gets exactly the documented text."""

    def judge(case: tuple[Credential, dict[str, str]]) -> None:
        credential, path = case
        exchange = check.session.ask(
            check.subject, path=path, credential=credential, purpose=f"send {credential.label}"
        )
        if exchange.status == 401:
            hold_text(check, exchange)

    wrong = check.session.credentials.wrong(check.subject)
    check.each(product(wrong, addresses(check, live=1)), judge)


@law("errors/unknown-id", "documented", applies=takes_id)
def test_an_unknown_id_is_not_found(check: Check) -> None:
    """An id that belongs to nothing gets 404 with exactly the documented text."""
    subject = check.subject
    name, live = subject.id_parameter["name"], _live(check)
    if not subject.documents(404):
        check.skip("no page says how an unknown id is answered")
        return
    # Where nothing tells which ids there are, any text may be one; but then it is that one which is answered.
    is_told = bool(live) or check.session.places.known(subject) is not None
    # What stands below an unknown thing may be refused, or be nothing.
    wanted = {404} if subject.documents_exactly(404) else set(subject.refusals(404))
    for identity, what in unknown_ids(subject, live):
        if identity in live:
            continue
        is_certain = is_well_formed(subject, identity, live)
        exchange = check.session.ask(
            subject, path={name: identity}, purpose=f"ask for {what}", lenient=not is_certain
        )
        is_success = 200 <= exchange.status < 300
        if is_success and not is_told and not shows_another(subject, exchange, identity):
            check.skip("nothing tells which ids there are, so any may be one")
            return
        check.saw()
        if exchange.status in wanted or (
            400 <= exchange.status < 500 and _may_be_malformed(check, exchange, is_certain)
        ):
            hold_text(check, exchange)
        elif exchange.status < 500 and not (subject.is_list and subject.items_in(exchange.json) == []):
            check.fail(
                f"Asked for {what}, the server does not say that there is none.",
                expected="status 404",
                received=f"status {exchange.status}: {exchange.body[:120].decode('utf-8', 'replace')}",
                exchange=exchange,
                place=what,
                at=(*subject.pointer, "responses", "404"),
            )


def _may_be_malformed(check: Check, exchange: Exchange, is_certain: bool) -> bool:
    """Whether an id may have been refused for its form: it is not surely well-formed."""
    return not is_certain and (exchange.status == 400 or check.subject.documents_exactly(exchange.status))


@law("errors/malformed-id", "documented", applies=takes_id)
def test_a_malformed_id_is_refused(check: Check) -> None:
    """An id that cannot be one gets 400 or 404 with exactly the documented text."""
    name = check.subject.id_parameter["name"]
    for identity, what in malformed_ids(check.subject, _live(check)):
        # The pages leave open whether such an id is invalid or belongs to nothing.
        exchange = check.session.ask(
            check.subject, path={name: identity}, purpose=f"ask for {what}", lenient=True
        )
        check.saw()
        if exchange.status in (400, 404):
            hold_text(check, exchange)
        elif exchange.status < 400 or (
            exchange.status < 500 and not check.subject.documents(exchange.status)
        ):
            if exchange.status == 422:
                continue
            check.fail(
                f"Asked for {what}, the server does not refuse.",
                expected="status 400 or 404",
                received=f"status {exchange.status}: {exchange.body[:120].decode('utf-8', 'replace')}",
                exchange=exchange,
                place=what,
                at=(*check.subject.pointer, "responses"),
            )


@law("errors/invalid-query", "documented", applies=has_query)
def test_an_invalid_query_is_refused(check: Check) -> None:
    """A query value outside its documented type, range or choice is refused as documented."""
    path = check.session.places.known(check.subject)
    if path is None:
        check.skip("no list names an id for it")
        return
    # Where no status is documented for it, any refusal of the request itself will do.
    refusals = check.subject.refusals(400, 422)
    required = check.session.required_values(check.subject)
    for leaf in check.subject.leaves:
        for value, what in invalid_values(check.subject.document, leaf):
            exchange = check.session.ask(
                check.subject,
                path=path,
                values={name: given for name, given in required.items() if name != leaf.name},
                query=[(leaf.name, value)],
                purpose=f"send {what} as {leaf.name}",
                lenient=len(refusals) > 2,
            )
            check.saw()
            if exchange.status in refusals or exchange.status >= 500:
                _judge_details(check, exchange, leaf.name, leaf.path[-1], what)
                continue
            check.fail(
                f"{leaf.name} is {quoted(value)}, {what}, and the server does not refuse it.",
                expected=f"status {' or '.join(map(str, sorted(refusals)))}"
                if len(refusals) < 3
                else "a refusal (4xx)",
                received=f"status {exchange.status}",
                exchange=exchange,
                place=f"{leaf.name} {what}",
                cause=f"{leaf.name} let through",
                at=check.subject.leaf_pointer(leaf),
            )


@law("errors/content", "documented", applies=every_operation)
def test_errors_carry_their_documented_content(check: Check) -> None:
    """Each error answer that is documented with content comes with that content."""
    anonymous = check.session.credentials.wrong(check.subject)[:1]
    for credential in anonymous:
        for path in addresses(check, live=0):
            exchange = check.session.ask(
                check.subject, path=path, credential=credential, purpose="read an error's content"
            )
            check.saw()
            if check.subject.error_text(exchange.status) and not exchange.body:
                check.fail(
                    "A documented error comes without content.",
                    expected="the documented content",
                    received="an empty body",
                    exchange=exchange,
                    at=(*check.subject.pointer, "responses", str(exchange.status)),
                )


@law("errors/other-dates", "advisory", applies=has_date_query)
def test_a_date_in_another_notation_is_refused(check: Check) -> None:
    """A date that is not written as RFC 3339 asks for is refused, even where it could be understood."""
    for leaf in check.subject.leaves:
        if leaf.schema.get("format") != "date-time":
            continue
        # Milliseconds are left alone: the vendor's own client sends them.
        exchange = check.session.ask(
            check.subject,
            values=check.session.required_values(check.subject),
            query=[(leaf.name, "May 23, 2024 10:00:00")],
            purpose=f"send a date in words as {leaf.name}",
            lenient=True,
        )
        check.saw()
        if exchange.status == 200:
            check.fail(
                f"{leaf.name} takes a date in words.",
                expected="status 400",
                received="status 200",
                exchange=exchange,
                place=leaf.name,
                at=check.subject.leaf_pointer(leaf),
            )


def _judge_details(check: Check, exchange: Exchange, wire_name: str, last: str, what: str) -> None:
    """Where an error says which parameter is at fault, it names the right one."""
    details = exchange.json.get("details") if isinstance(exchange.json, dict) else None
    if not isinstance(details, list):
        return
    paths = [
        [part for part in item["path"] if isinstance(part, str)]
        for item in details
        if isinstance(item, dict) and isinstance(item.get("path"), list) and item["path"]
    ]
    if paths and not any(last in part for path in paths for part in path):
        check.fail(
            f"The details of the error name another parameter than {wire_name}.",
            expected=f"a path with {wire_name!r}",
            received=paths,
            exchange=exchange,
            place=f"details {wire_name} {what}",
            tier="derived",
            sentence="The relevant path in the request",
        )
