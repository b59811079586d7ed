"""Who gets in: the right key in every documented form, nobody else, before anything else is judged."""

from itertools import product

from trigger_contract.contract import Check, Exchange, is_secured, law
from trigger_contract.contract.credentials import Credential
from trigger_contract.contract.ids import addresses, unknown_path
from trigger_contract.contract.showing import quoted
from trigger_contract.contract.values import invalid_values

_REFUSED = "RFC 9110, section 15.5.2: 401 says that the request lacks valid credentials."


def _refusals(check: Check) -> frozenset[int]:
    """The statuses with which a wrong key may be refused; where none is documented 403 will do too."""
    documented = "401" in check.subject.operation.definition.get("responses", {})
    return frozenset({401}) if documented else frozenset({401, 403})


@law("auth/right-key", "documented", applies=is_secured)
def test_every_documented_key_is_let_in(check: Check) -> None:
    """Every documented way to send the right key is let in."""
    for credential in check.session.credentials.accepted(check.subject):
        for path in addresses(check, live=2):
            exchange = check.session.ask(
                check.subject,
                path=path,
                values=check.session.required_values(check.subject),
                credential=credential,
                purpose=f"send {credential.label}",
            )
            check.saw()
            if exchange.status in (401, 403):
                check.fail(
                    f"{credential.label.capitalize()} is refused.",
                    expected="to be let in",
                    received=f"status {exchange.status}",
                    exchange=exchange,
                    place=credential.label,
                    at=(*check.subject.pointer, "security"),
                    sentence=f"The operation's security: {_security(check)}.",
                )


@law("auth/wrong-key", "documented", applies=is_secured)
def test_no_wrong_key_is_let_in(check: Check) -> None:
    """Without the right key every request is refused, whatever is sent in its place."""

    def judge(case: tuple[Credential, dict[str, str]]) -> None:
        credential, path = case
        exchange = check.session.ask(
            check.subject,
            path=path,
            values=check.session.required_values(check.subject),
            credential=credential,
            purpose=f"send {credential.label}",
        )
        check.saw()
        _judge_refusal(check, exchange, credential.label)

    wrong = check.session.credentials.wrong(check.subject)
    check.each(product(wrong, addresses(check, live=1)), judge)


@law("auth/first", "derived", applies=is_secured)
def test_the_key_is_judged_before_anything_else(check: Check) -> None:
    """A request without a key learns nothing about ids or parameters."""
    anonymous = next(iter(check.session.credentials.wrong(check.subject)))
    if check.subject.path_parameters:
        exchange = check.session.ask(
            check.subject,
            path=unknown_path(check.subject),
            credential=anonymous,
            purpose="ask for an unknown id without a key",
        )
        check.saw()
        _judge_refusal(check, exchange, "an unknown id and no key")
        return
    invalid = (
        (leaf, value)
        for leaf in check.subject.leaves
        for value, _ in invalid_values(check.subject.document, leaf)
    )
    for leaf, value in list(invalid)[:1]:
        exchange = check.session.ask(
            check.subject,
            query=[(leaf.name, value)],
            credential=anonymous,
            purpose="send an invalid query without a key",
            lenient=True,
        )
        check.saw()
        _judge_refusal(check, exchange, "an invalid query and no key")


def _judge_refusal(check: Check, exchange: Exchange, label: str) -> None:
    if exchange.status in _refusals(check):
        return
    text = check.subject.error_text(401)
    check.fail(
        f"A request is not refused although it carries {label}."
        if exchange.status < 400
        else f"A request that carries {label} is refused with another status.",
        expected=f"status 401{f' with {quoted(text[1])}' if text else ''}",
        received=f"status {exchange.status}: {exchange.body[:120].decode('utf-8', 'replace')}",
        exchange=exchange,
        place=label,
        at=(*check.subject.pointer, "security"),
        sentence=f"The operation's security: {_security(check)}. {_REFUSED}",
    )


def _security(check: Check) -> str:
    return " or ".join(" and ".join(item) for item in check.subject.operation.security)
