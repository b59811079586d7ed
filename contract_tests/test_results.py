"""Results: there exactly when the item is finished, and telling what the item tells."""

import json
from collections.abc import Mapping
from typing import Any

from trigger_contract.contract import Check, Exchange, law
from trigger_contract.contract.comparing import body_of, recheck, same
from trigger_contract.contract.lifecycle import (
    SUCCESS,
    answers_when_finished,
    conditional_fields,
    is_finished,
    success_field,
)
from trigger_contract.contract.snapshot import key_of
from trigger_contract.contract.subjects import Relation


@law("results/exactly-when-finished", "documented", applies=answers_when_finished)
def test_there_is_a_result_exactly_when_the_item_is_finished(check: Check) -> None:
    """There is a result exactly when the item is finished, else the documented 404."""
    relation = _relation(check)
    if relation is None:
        return
    listed = check.session.snapshot(relation.source).by_id
    tells = any(item.get("finishedAt") is not None for item in listed.values())
    doubts = []
    for identity, exchange in check.session.read(relation).items():
        if identity not in listed:
            continue
        finished = is_finished(listed[identity], tells_finish=tells)
        if finished is None:
            continue
        check.saw()
        if not _is_right(exchange, finished):
            doubts.append((str(listed[identity].get("status")), identity))
    chosen = [identity for status in dict(doubts) for state, identity in doubts if state == status][:40]
    first_each = list(dict(reversed(doubts)).values())
    for identity, (item, exchange) in recheck(check, relation, [*first_each, *chosen]).items():
        finished = is_finished(item, tells_finish=tells)
        if finished is not None and not _is_right(exchange, finished):
            check.fail(
                f"{identity} is {item.get('status')} and has {'no' if finished else 'a'} result.",
                expected="status 200" if finished else "status 404",
                received=f"status {exchange.status}: {exchange.body[:120].decode('utf-8', 'replace')}",
                exchange=exchange,
                place=str(item.get("status")),
            )


@law("results/success", "documented", applies=answers_when_finished)
def test_the_result_says_success_exactly_when_the_item_succeeded(check: Check) -> None:
    """The result says that all went well exactly when the item completed."""
    relation = _relation(check)
    field = success_field(check.subject)
    if relation is None or field is None:
        return
    listed = check.session.snapshot(relation.source).by_id

    def is_wrong(item: Mapping[str, Any], body: Mapping[str, Any] | None) -> bool:
        told = (body or {}).get(field)
        return isinstance(told, bool) and told is not (str(item.get("status")).upper() in SUCCESS)

    doubts = []
    for identity, exchange in check.session.read(relation).items():
        body = body_of(exchange)
        if body is not None and identity in listed:
            check.saw()
            if is_wrong(listed[identity], body):
                doubts.append(identity)
    for identity, (item, exchange) in recheck(check, relation, doubts).items():
        body = body_of(exchange)
        if is_wrong(item, body):
            check.fail(
                f"{identity} is {item.get('status')}, and its result says otherwise.",
                expected=f"{field}: {str(item.get('status')).upper() in SUCCESS}",
                received=f"{field}: {(body or {}).get(field)}",
                exchange=exchange,
                place=f"/{field} {item.get('status')}",
                at=(*check.subject.response_pointer, "properties", field),
            )


@law("results/present-when", "documented", applies=answers_when_finished)
def test_fields_are_there_when_they_are_said_to_be(check: Check) -> None:
    """A field that is present when another is true or false is there then, and only then."""
    relation = _relation(check)
    if relation is None:
        return
    answers = check.session.read(relation)
    bodies = {key: body for key, item in answers.items() if (body := body_of(item)) is not None}
    optional = set(check.subject.answer_schema.get("properties", {})) - set(
        check.subject.answer_schema.get("required", [])
    )
    # A server that sends no optional field at all keeps its schema; whether the words beside a field
    # make it required is a matter of reading.
    is_bare = not any(optional & set(body) for body in bodies.values())
    for identity, body in bodies.items():
        for field, switch, value in conditional_fields(check.subject):
            if not isinstance(body.get(switch), bool):
                continue
            check.saw()
            is_due = body[switch] is value
            if is_due is (field in body):
                continue
            check.fail(
                f"{switch} is {body[switch]} and {field!r} is {'missing' if is_due else 'there'}.",
                expected=f"{field!r} {'present' if is_due else 'absent'}",
                received=body,
                exchange=check.session.read(relation)[identity],
                place=f"/{field} {'missing' if is_due else 'unasked'}",
                at=(*check.subject.response_pointer, "properties", field),
                tier="advisory" if is_bare else None if is_due else "derived",
            )


@law("results/agree", "derived", applies=answers_when_finished)
def test_the_result_tells_what_the_item_tells(check: Check) -> None:
    """The result carries the id asked for and tells what the item itself tells."""
    relation = _relation(check)
    if relation is None:
        return
    source = relation.source
    listed = check.session.snapshot(source).by_id
    shared = [name for name in relation.shared if name != relation.field]
    for identity, exchange in check.session.read(relation).items():
        body = body_of(exchange)
        if body is None:
            continue
        check.saw()
        if relation.field in body and key_of(body, relation.field) != identity:
            check.fail(
                "The result is another item's.",
                expected=identity,
                received=body[relation.field],
                exchange=exchange,
                place=f"/{relation.field}",
                at=(*check.subject.response_pointer, "properties", relation.field),
                tier="documented",
            )
        for name in shared:
            if name in body and identity in listed and not same(body[name], listed[identity].get(name)):
                check.fail(
                    f"Result and list disagree about {name!r}.",
                    expected=listed[identity].get(name),
                    received=body[name],
                    exchange=exchange,
                    place=f"/{name}",
                    at=(*check.subject.response_pointer, "properties", name),
                )


@law("results/output", "derived", applies=answers_when_finished)
def test_the_output_of_the_result_is_the_output_of_the_item(check: Check) -> None:
    """A serialized output parses as its content type says, and is the output the detail shows."""
    relation = _relation(check)
    if relation is None or "output" not in check.subject.answer_schema.get("properties", {}):
        check.skip("no output is documented")
        return
    detail = check.session.contract.detail_of(relation.source)
    details = check.session.read(detail) if detail else {}
    for identity, exchange in check.session.read(relation).items():
        body = body_of(exchange)
        if body is None or not isinstance(body.get("output"), str):
            continue
        if body.get("outputType") != "application/json":
            continue
        check.saw()
        try:
            output = json.loads(body["output"])
        except ValueError:
            check.fail(
                "The output is said to be JSON and is not.",
                expected="JSON text",
                received=body["output"],
                exchange=exchange,
                place="/output parse",
                at=(*check.subject.response_pointer, "properties", "output"),
                tier="documented",
            )
            continue
        whole = body_of(details.get(identity))
        if whole is not None and "output" in whole and not same(whole["output"], output):
            check.fail(
                "Result and detail show another output.",
                expected=whole["output"],
                received=output,
                exchange=exchange,
                place="/output",
                at=(*check.subject.response_pointer, "properties", "output"),
            )


def _relation(check: Check) -> Relation | None:
    relation = check.session.contract.relation_to(check.subject)
    if relation is None:
        check.skip("no list names an id for it")
    return relation


def _is_right(exchange: Exchange, finished: bool) -> bool:
    if exchange.status >= 500 or exchange.status == 0:
        return True
    return 200 <= exchange.status < 300 if finished else exchange.status == 404
