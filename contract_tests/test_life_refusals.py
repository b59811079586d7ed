"""What must not be written: twice with one key, against the schema, or without a key."""

from collections.abc import Mapping, Sequence
from typing import Any

from trigger_contract.contract import Check, Exchange, law
from trigger_contract.contract.ids import unknown_path
from trigger_contract.contract.life.bodies import Bodies, Broken
from trigger_contract.contract.life.media import media_of
from trigger_contract.contract.life.roles import (
    body_key,
    header_key,
    is_guarded,
    is_made,
    makes,
    makes_once,
    role_of,
    takes_body,
)
from trigger_contract.contract.life.things import Thing, differing, full_path
from trigger_contract.contract.life.workshop import Workshop
from trigger_contract.contract.snapshot import Walk

_REFUSALS = (400, 409, 413, 415, 422)


@law("life/once", "derived", applies=makes_once, option="write")
def test_one_key_makes_one_thing(check: Check) -> None:
    """A repeated request with the same key gives the same thing, another key another."""
    shop = Workshop.of(check)
    if (name := header_key(check.subject.operation)) is not None:
        _judge_once(check, shop, f"the header {name}", lambda body, key: (body, ((name, key),)))
    if (path := body_key(check.subject)) is not None:
        _judge_once(check, shop, f"`{'.'.join(path)}`", lambda body, key: (_with(body, path, key), ()))


def _with(body: Mapping[str, Any], path: Sequence[str], key: str) -> dict[str, Any]:
    inner = _with(body.get(path[0]) or {}, path[1:], key) if path[1:] else key
    return {**body, path[0]: inner}


def _judge_once(check: Check, shop: Workshop, label: str, keyed: Any) -> None:
    least = shop.bodies().least(shop.mark())
    key = shop.mark()
    before = shop.listed(shop.parents(), {}, "list before one key")
    requests = [keyed(least, text) for text in (key, key, key[:-1] + ("0" if key[-1] != "0" else "1"))]
    sent = [shop.post(body, f"make one with {label}", headers=headers) for body, headers in requests]
    made = [
        shop.thing(body, exchange, shop.parents()) for (body, _), exchange in zip(requests, sent, strict=True)
    ]
    first, second, third = made
    if first is None:
        check.skip("the server makes none")
        return
    check.saw()
    if second is not None and second.identity != first.identity:
        check.fail(f"The same key in {label} makes a second thing.", expected=first.identity,
                   received=second.identity, exchange=sent[1], place="same key")  # fmt: skip
    if third is not None and third.identity == first.identity:
        check.fail(f"Another key in {label} gives the same thing.", expected="another thing",
                   received=third.identity, exchange=sent[2], place="other key")  # fmt: skip
    known = {thing.identity for thing in made if thing is not None}
    after = shop.listed_with({first.identity}, first.parents, {}, "list after one key")
    if before is not None and after is not None and before.is_whole and after.is_whole:
        more = [item for item in after.ids if item not in before.by_id and item not in known]
        alike = [
            item
            for item in more
            if not differing(least, after.by_id[item], [n for n in least if n in after.by_id[item]])
        ]
        if alike:
            check.fail(f"The same key in {label} stores a second thing.", expected="nothing more in the list",
                       received=", ".join(alike), exchange=sent[1], place="stored twice")  # fmt: skip
    for thing in made:
        if thing is not None and shop.is_removable:
            shop.remove(thing)


@law("life/refused", "documented", applies=takes_body, option="write")
def test_what_breaks_the_schema_is_refused(check: Check) -> None:
    """A body that breaks the schema is refused as documented, and leaves nothing behind."""
    shop = Workshop.of(check)
    bodies = shop.bodies(check.subject)
    if not bodies.properties:
        check.skip("its body has no members that are described")
        return
    thing = shop.need()
    shop.listed_with({thing.identity}, thing.parents, {}, "list what is to be left alone")
    own = shop.shown(thing, "read before bad bodies")
    before = shop.listed(thing.parents, {}, "list before bad bodies")
    cases = list(bodies.broken(shop.mark()))
    refused = []
    for case in (case for case in cases if case.is_sure):
        exchange = _bad(check, shop, thing, case)
        if _is_refused(check, case, exchange):
            refused.append((case, exchange))
        else:
            own = shop.shown(thing, "read before bad bodies")
        if check.is_full or shop.left <= 0:
            break
    if refused:
        _judge_left(check, shop, thing, own, before, refused)
    for case in (case for case in cases if not case.is_sure and shop.is_removable):
        _is_refused(check, case, _bad(check, shop, thing, case))
    shop.remove(thing)


def _is_refused(check: Check, case: Broken, exchange: Exchange) -> bool:
    check.saw()
    if not 200 <= exchange.status < 300:
        return True
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
    return False


def _bad(check: Check, shop: Workshop, thing: Thing, case: Broken) -> Exchange:
    path: Mapping[str, str] = thing.parents
    if role_of(check.subject) != "create":
        path = full_path(check.subject, thing.parents, thing.identity)
    documented = [status for status in _REFUSALS if check.subject.documents(status)]
    # Whether it is JSON at all is often seen before the API is asked, so any refusal will do then.
    is_lenient = not (case.is_read and case.is_sure and documented)
    return shop.send(check.subject, path, purpose=f"send {case.label}", raw=case.body, kind=case.kind,
                     lenient=is_lenient)  # fmt: skip


def _judge_left(
    check: Check,
    shop: Workshop,
    thing: Thing,
    own: Mapping[str, Any] | None,
    before: Walk | None,
    refused: Sequence[tuple[Broken, Exchange]],
) -> None:
    """See that refused bodies have left nothing behind, neither a new thing nor a change."""
    shop.pause()
    now = shop.shown(thing, "read after bad bodies")
    if own is not None and now is not None and role_of(check.subject) != "create":
        for name in differing(own, now, list(shop.bodies().properties)):
            check.fail("A body that is refused changes something.", expected=own.get(name, "nothing"),
                       received=now.get(name, "nothing"), exchange=refused[0][1], place=f"{name} changed",
                       tier="derived")  # fmt: skip
    if not _strangers(shop, thing, before):
        return
    # Somebody else may have made something meanwhile; hardly twice in the same moment.
    middle = shop.listed(thing.parents, {}, "list before bad bodies once more")
    again = [_bad(check, shop, thing, case) for case, _ in refused[:8]]
    shop.pause()
    if left := _strangers(shop, thing, middle):
        check.fail("A body that is refused leaves something behind.", expected="nothing new in the list",
                   received=", ".join(left[:5]), exchange=again[0], place="left behind",
                   tier="derived")  # fmt: skip


def _strangers(shop: Workshop, thing: Thing, before: Walk | None) -> Sequence[str]:
    """Return what the list holds that it did not hold before and that no good answer told of."""
    after = shop.listed(thing.parents, {}, "list after bad bodies")
    if before is None or after is None or not before.is_whole or not after.is_whole:
        return []
    known = {value for entry in shop.check.session.ledger.entries for value in entry.path.values()}
    return [identity for identity in after.ids if identity not in before.by_id and identity not in known]


@law("life/key", "documented", applies=is_guarded, option="write")
def test_nothing_is_written_without_a_key(check: Check) -> None:
    """Without the right key nothing is written."""
    subject, role = check.subject, role_of(check.subject)
    wrong = check.session.credentials.wrong(subject)
    if not wrong or check.session.credentials.main(subject) is None:
        check.skip("the key that it takes was not given")
        return
    shop, thing = _something(check)
    path = unknown_path(subject) if thing is None else dict(thing.parents)
    if thing is not None and role != "create":
        path = full_path(subject, thing.parents, thing.identity)
    body = _body(check, shop, thing)
    own = shop.shown(thing, "read before a wrong key") if shop and thing else None
    before = shop.listed(thing.parents, {}, "list before a wrong key") if shop and thing else None
    sender = shop or Workshop.any(check)
    documented = "401" in subject.operation.definition.get("responses", {})
    for credential in wrong:
        purpose = f"send {credential.label}"
        exchange = sender.send(subject, path, body, purpose, credential=credential, lenient=True)
        check.saw()
        if 200 <= exchange.status < 300:
            check.fail(f"{credential.label.capitalize()} is let in.", expected="status 401",
                       received=f"status {exchange.status}", exchange=exchange, place=credential.label,
                       at=(*subject.pointer, "security"))  # fmt: skip
            return
        if documented and exchange.status in (400, 404, 409, 410, 415, 422):
            check.fail(
                "What else is wrong is told before the key is judged.",
                expected="status 401",
                received=f"status {exchange.status}",
                exchange=exchange,
                place="first",
                at=(*subject.pointer, "security"),
                tier="derived" if thing else "advisory",
            )
    if shop is not None and thing is not None:
        _judge_unwritten(check, shop, thing, own, before, exchange)
        shop.remove(thing)


def _something(check: Check) -> tuple[Workshop | None, Thing | None]:
    """Return a thing of this run that the operation writes to; none where it makes none."""
    if not is_made(check.subject):
        return None, None
    shop = Workshop.of(check)
    thing = shop.need()
    shop.listed_with({thing.identity}, thing.parents, {}, "list what is to be left alone")
    return shop, thing


def _body(check: Check, shop: Workshop | None, thing: Thing | None) -> Any:
    if media_of(check.subject.document, check.subject.operation) is None:
        return None
    if shop is None or thing is None:
        return Bodies(check.subject.document, check.subject.operation).least(check.session.settings.label)
    return shop.bodies(check.subject).least(shop.mark())


def _judge_unwritten(
    check: Check,
    shop: Workshop,
    thing: Thing,
    own: Mapping[str, Any] | None,
    before: Walk | None,
    exchange: Exchange,
) -> None:
    """See that requests which were refused for their keys have done nothing."""
    shop.pause()
    now = shop.shown(thing, "read after a wrong key")
    # Of what is only read no more than the state is held: a time or a count may go on by itself.
    states = [action.sets[0] for action in shop.resource.actions if action.sets]
    names = [*shop.bodies().properties, *states, *([shop.resource.status] if shop.resource.status else [])]
    changed = own is not None and (now is None or differing(own, now, names))
    if changed or (makes(check.subject) and _strangers(shop, thing, before)):
        check.fail("A request that is refused for its key is carried out.", expected="nothing written",
                   received="a new thing" if not changed else "another state", exchange=exchange,
                   place="carried out", tier="derived")  # fmt: skip
