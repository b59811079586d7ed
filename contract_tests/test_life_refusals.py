"""What must not be written: twice with one key, against the schema, or without a key."""

from collections.abc import Sequence
from typing import Any

from trigger_contract.contract import Check, law
from trigger_contract.contract.life.roles import (
    is_guarded,
    key_of,
    makes,
    makes_once,
    role_of,
)
from trigger_contract.contract.life.workshop import Workshop, full_path
from trigger_contract.contract.snapshot import Walk


@law("life/once", "derived", applies=makes_once, option="write")
def test_one_key_makes_one_thing(check: Check) -> None:
    """A repeated request with the same idempotency key gives the same thing, another key another."""
    shop = Workshop.of(check)
    name, body = key_of(check.subject.operation) or "", shop.bodies().least(shop.mark())
    key = shop.mark()
    sent = [shop.post(body, "make one with a key", headers=((name, text),)) for text in (key, key, f"{key}b")]
    made = [shop.thing(body, exchange, shop.parents()) for exchange in sent]
    if made[0] is None:
        check.skip("the server makes none")
        return
    check.saw()
    if made[1] is not None and made[1].identity != made[0].identity:
        check.fail("The same key makes a second thing.", expected=made[0].identity, received=made[1].identity,
                   exchange=sent[1], place="same key")  # fmt: skip
    if made[2] is not None and made[2].identity == made[0].identity:
        check.fail("Another key gives the same thing.", expected="another thing", received=made[2].identity,
                   exchange=sent[2], place="other key")  # fmt: skip


@law("life/refused", "documented", applies=makes, option="write")
def test_what_breaks_the_schema_is_refused(check: Check) -> None:
    """A body that breaks the schema is refused as documented, and leaves nothing behind."""
    shop = Workshop.of(check)
    shop.remove(shop.need())
    bodies = shop.bodies()
    if not bodies.properties:
        check.skip("its body has no members that are described")
        return
    before = shop.listed(shop.parents(), {}, "list before bad bodies")
    cases = list(bodies.broken(shop.mark()))
    for case in cases:
        exchange = _bad(shop, case)
        check.saw()
        if 200 <= exchange.status < 300:
            check.fail(
                f"A body that breaks the schema is taken: {case.label}.",
                expected="a refusal (4xx)",
                received=f"status {exchange.status}",
                exchange=exchange,
                place=case.label,
                at=(*check.subject.pointer, "requestBody"),
                sentence="The schema of the operation's request body.",
                tier=None if case.is_sure else "advisory",
            )
        if check.is_full:
            return
    left = _strangers(shop, before)
    if left:
        # Somebody else may have made something meanwhile; hardly twice in the same moment.
        middle = shop.listed(shop.parents(), {}, "list before bad bodies once more")
        sent = [_bad(shop, case) for case in cases[:3]]
        if again := _strangers(shop, middle):
            check.fail("A body that is refused leaves something behind.", expected="nothing new in the list",
                       received=", ".join(again[:5]), exchange=sent[0], place="left behind",
                       tier="derived")  # fmt: skip


def _bad(shop: Workshop, case: Any) -> Any:
    return shop.post(None, f"send {case.label}", raw=case.body, kind=case.kind, lenient=True)


def _strangers(shop: Workshop, before: Walk | None) -> Sequence[str]:
    """Return what the list holds that it did not hold before and that no good answer told of."""
    after = shop.listed(shop.parents(), {}, "list after bad bodies")
    if before is None or after is None or not before.is_whole or not after.is_whole:
        return []
    known = {value for entry in shop.check.session.ledger.entries for value in entry.path.values()}
    return [identity for identity in after.ids if identity not in before.by_id and identity not in known]


@law("life/key", "documented", applies=is_guarded, option="write")
def test_nothing_is_written_without_a_key(check: Check) -> None:
    """Without the right key nothing is written."""
    shop = Workshop.of(check)
    subject, role = check.subject, role_of(check.subject)
    body = shop.bodies(subject).least(shop.mark()) if role in ("create", "change", "replace") else None
    path = dict(shop.parents())
    if role != "create":
        thing = shop.need()
        path = full_path(subject, thing.parents, thing.identity)
    for credential in check.session.credentials.wrong(subject):
        purpose = f"send {credential.label}"
        exchange = shop.send(subject, path, body, purpose, credential=credential, lenient=True)
        check.saw()
        if 200 <= exchange.status < 300:
            check.fail(f"{credential.label.capitalize()} is let in.", expected="status 401",
                       received=f"status {exchange.status}", exchange=exchange, place=credential.label,
                       at=(*subject.pointer, "security"))  # fmt: skip
            return
