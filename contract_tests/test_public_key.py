"""A public key sees everything but what it must not see."""

from typing import Any

from trigger_contract.contract import Check, law
from trigger_contract.contract.comparing import body_of, is_volatile, same
from trigger_contract.contract.forms import has_public_key
from trigger_contract.contract.ids import unknown_path
from trigger_contract.contract.wording import secret_fields

_ITEMS = 120


@law("public-key/omissions", "documented", applies=has_public_key)
def test_a_public_key_does_not_see_what_it_must_not(check: Check) -> None:
    """With a public key the fields that are said to be omitted are omitted."""
    fields = secret_fields(check.subject)
    for identity, exchange, _ in _answers(check):
        body = body_of(exchange)
        if body is None:
            continue
        check.saw()
        for name, tier in fields.items():
            if name in body:
                check.fail(
                    f"A public key sees {name!r} of {identity}.",
                    expected=f"no {name!r}",
                    received=body[name],
                    exchange=exchange,
                    place=f"/{name}",
                    at=(*check.subject.response_pointer, "properties", name),
                    tier=tier,
                    sentence=None if tier == "documented" else "We will omit the payload and output fields.",
                )


@law("public-key/rest", "derived", applies=has_public_key)
def test_a_public_key_sees_all_the_rest(check: Check) -> None:
    """With a public key everything else reads as with the secret key."""
    secret = secret_fields(check.subject)
    relation = check.session.contract.relation_to(check.subject)
    assert relation is not None
    schema = check.subject.answer_schema
    for identity, exchange, whole in _answers(check):
        one, other = body_of(whole), body_of(exchange)
        if one is None or check.is_full:
            continue
        check.saw()
        if not _differences(check, one, other, secret, schema):
            continue
        first = check.session.fetch(relation, identity)
        public = check.session.fetch(relation, identity, check.session.credentials.public(check.subject))
        second = check.session.fetch(relation, identity)
        before, seen, after = body_of(first), body_of(public), body_of(second)
        if before is None or after is None or _differences(check, before, after, {}, schema):
            continue
        for name in _differences(check, before, seen, secret, schema):
            check.fail(
                f"A public key reads {identity} differently.",
                expected=before.get(name) if name else "status 200",
                received=(seen or {}).get(name) if name else f"status {public.status}",
                exchange=public,
                place=f"/{name}",
            )


@law("public-key/unknown-id", "documented", applies=has_public_key)
def test_a_public_key_gets_the_same_errors(check: Check) -> None:
    """With a public key an unknown id gets the documented 404."""
    public = check.session.credentials.public(check.subject)
    if public is None:
        check.skip("no --public-token was given")
        return
    exchange = check.session.ask(
        check.subject,
        path=unknown_path(check.subject),
        credential=public,
        purpose="ask for an unknown id with a public key",
        lenient=True,
    )
    check.saw()
    if exchange.status not in (400, 404):
        check.fail(
            "With a public key an unknown id is not answered with 404.",
            expected="status 404",
            received=f"status {exchange.status}",
            exchange=exchange,
            at=(*check.subject.pointer, "responses", "404"),
        )


def _answers(check: Check) -> list[tuple[str, Any, Any]]:
    """Return items as the public key and as the secret key read them."""
    public = check.session.credentials.public(check.subject)
    relation = check.session.contract.relation_to(check.subject)
    if public is None or relation is None:
        check.skip("no --public-token was given" if public is None else "no list names an id for it")
        return []
    readings = check.session.read(relation)
    chosen = list(readings)[:_ITEMS]
    found = check.session.read_as(relation, public, chosen)
    return [(identity, found[identity], readings[identity]) for identity in chosen]


def _differences(check: Check, one: Any, other: Any, without: Any, schema: Any) -> list[str]:
    if other is None:
        return [""]
    return [
        name
        for name in schema.get("properties", {})
        if name not in without
        and not same(one.get(name), other.get(name))
        and not is_volatile(check.subject.document, schema, name)
    ]
