"""One thing, one story: list, detail and every other mention of an item agree."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from trigger_contract.contract import Check, Exchange, law
from trigger_contract.contract.comparing import (
    Disagreement,
    body_of,
    disagreements,
    is_volatile,
    recheck,
    same,
    spread,
)
from trigger_contract.contract.families import embedded_items, embedded_places, is_detail
from trigger_contract.contract.forms import has_fields, has_one_place
from trigger_contract.contract.kindred import open_choices
from trigger_contract.contract.prose import values_at
from trigger_contract.contract.showing import quoted
from trigger_contract.contract.snapshot import key_of
from trigger_contract.contract.subjects import Relation
from trigger_contract.contract.wording import place_field, place_name


@law("agreement/found", "derived", applies=is_detail)
def test_an_item_that_is_listed_can_be_asked_for(check: Check) -> None:
    """Every item that is listed is found by its id."""
    relation = check.session.contract.relation_to(check.subject)
    assert relation is not None
    answers = check.session.read(relation)
    check.saw(len(answers))
    lost = [identity for identity, exchange in answers.items() if exchange.status in (400, 404)]
    for identity, (_, exchange) in recheck(check, relation, lost).items():
        if exchange.status != 200:
            check.fail(
                f"{identity} is listed before and after, but not found.",
                expected="status 200",
                received=f"status {exchange.status}",
                exchange=exchange,
            )


@law("agreement/identity", "documented", applies=is_detail)
def test_the_answer_is_about_the_item_asked_for(check: Check) -> None:
    """The answer carries the id that was asked for."""
    relation = check.session.contract.relation_to(check.subject)
    assert relation is not None
    for identity, exchange in check.session.read(relation).items():
        body = body_of(exchange)
        if body is None or relation.field not in body:
            continue
        check.saw()
        if key_of(body, relation.field) != identity:
            check.fail(
                "The answer is about another item than asked for.",
                expected=identity,
                received=body[relation.field],
                exchange=exchange,
                at=(*check.subject.response_pointer, "properties", relation.field),
            )


@law("agreement/list-and-detail", "derived", applies=is_detail)
def test_list_and_detail_tell_the_same(check: Check) -> None:
    """What the list says of an item the detail says too."""
    relation = check.session.contract.relation_to(check.subject)
    assert relation is not None
    listed = check.session.snapshot(relation.source).by_id
    never = _never_told(check, relation, list(listed.values()))
    doubts: list[Disagreement] = []
    for identity, exchange in check.session.read(relation).items():
        body = body_of(exchange)
        if body is not None and identity in listed:
            check.saw()
            doubts += disagreements(identity, listed[identity], body, relation, never)
    for identity, (item, exchange) in recheck(check, relation, spread(doubts)).items():
        for found in disagreements(identity, item, body_of(exchange) or {}, relation, never):
            check.fail(
                f"List and detail disagree about {found.field!r} of {identity}.",
                expected=f"as listed: {quoted(found.one)}",
                received=f"in the detail: {quoted(found.other)}",
                exchange=exchange,
                place=f"/{found.field}",
                at=(*check.subject.response_pointer, "properties", found.field),
            )


@law("agreement/mentions", "derived", applies=is_detail)
def test_an_item_mentioned_by_another_is_told_the_same(check: Check) -> None:
    """What an item says of its relatives they say of themselves."""
    relation = check.session.contract.relation_to(check.subject)
    assert relation is not None
    readings = check.session.read(relation)
    judged = 0
    for identity, exchange in readings.items():
        for mention in embedded_items(check.subject, body_of(exchange) or {}, relation.field):
            other = key_of(mention.item, relation.field)
            if not other or check.is_full or judged > 300:
                continue
            judged += 1
            whole = body_of(check.session.relative(relation, other))
            check.saw()
            if whole is not None and not _differences(check, mention.item, whole):
                continue
            first = check.session.fetch(relation, other)
            again = check.session.fetch(relation, identity)
            second = check.session.fetch(relation, other)
            steady = body_of(first) == body_of(second) and first.status == second.status
            mentions = [
                found.item
                for found in embedded_items(check.subject, body_of(again) or {}, relation.field)
                if found.place == mention.place and key_of(found.item, relation.field) == other
            ]
            if not steady or not mentions:
                continue
            if second.status in (400, 404) and check.session.was_listed(relation.source, other):
                # It was there and went; whether it is found while it is listed is another law's matter.
                continue
            fields = _differences(check, mentions[0], body_of(second) or {})
            if second.status in (400, 404) or fields:
                check.fail(
                    f"{identity} tells of its {mention.name} {other} what it does not say of itself.",
                    expected={field: (body_of(second) or {}).get(field) for field in fields}
                    if second.status == 200
                    else f"{other} to be found",
                    received={field: mentions[0].get(field) for field in fields} if fields else second.status,
                    exchange=again,
                    place=f"{mention.place} {' '.join(fields[:1])}".strip(),
                )


@law(
    "agreement/repeatable",
    "derived",
    applies=is_detail,
    sentence="RFC 9110, section 9.2.2: GET is idempotent.",
)
def test_an_item_read_twice_is_the_same(check: Check) -> None:
    """Reading an item again gives the same, as long as it was not updated."""
    relation = check.session.contract.relation_to(check.subject)
    assert relation is not None
    # What is said of relatives changes when they are updated, not when this item is.
    relatives = {place.split("/")[1] for place in embedded_places(check.subject, relation.field)}
    for identity in list(check.session.read(relation))[:30]:
        again = check.session.fetch(relation, identity)
        first, second = body_of(check.session.read(relation)[identity]), body_of(again)
        if first is None or second is None:
            continue
        check.saw()
        if not same(first.get("updatedAt"), second.get("updatedAt")):
            continue
        fields = [
            field
            for field in check.subject.answer_schema.get("properties", {})
            if not same(first.get(field), second.get(field))
            and not is_volatile(check.subject.document, check.subject.answer_schema, field)
            and field not in relatives
        ]
        if fields and "updatedAt" in first:
            check.fail(
                f"{identity} reads differently the second time, though it was not updated.",
                expected={field: first.get(field) for field in fields[:3]},
                received={field: second.get(field) for field in fields[:3]},
                exchange=again,
                place=f"/{sorted(fields)[0]}",
            )


@law("agreement/choices", "derived", applies=has_fields)
def test_a_value_is_one_of_those_that_the_same_thing_has_elsewhere(check: Check) -> None:
    """A field that another operation closes to some values has one of these wherever the thing is told."""
    choices = open_choices(check.session.contract, check.subject)
    if not choices:
        # Every operation closes its fields itself, so that its own schema says all there is to say.
        check.saw()
    for choice in choices:
        for thing, exchange in _things(check):
            for value, _ in values_at(thing, choice.path):
                if value is None:
                    continue
                check.saw()
                if value in choice.values:
                    continue
                is_named = check.session.is_named_elsewhere(value, choice.values)
                check.fail(
                    f"{'/'.join(choice.path)} has a value that {choice.operation} does not know.",
                    expected=f"one of {', '.join(map(str, choice.values))}",
                    received=value,
                    exchange=exchange,
                    place=f"/{'/'.join(choice.path)}",
                    at=choice.pointer,
                    tier="advisory" if is_named else None,
                )


@law("agreement/one-place", "derived", applies=has_one_place)
def test_all_items_are_of_the_one_place_that_is_listed(check: Check) -> None:
    """A list of what is in one place, as the page says, holds nothing of another."""
    field = place_field(check.subject)
    walk = check.session.snapshot(check.subject)
    told = [(item, place_name(item.get(field))) for item in walk.items if field in item]
    names = Counter(name for _, name in told if name)
    if sum(names.values()) < 2:
        return
    check.saw()
    usual, _ = names.most_common(1)[0]
    for item, name in told:
        if name and name != usual:
            check.fail(
                f"An item of the list is of another {field} than the others.",
                expected=usual,
                received=name,
                exchange=next(page.exchange for page in walk.pages if item in page.items),
                place=f"/{field}",
                at=check.subject.item_field_pointer(field),
            )


def _things(check: Check) -> Iterator[tuple[Mapping[str, Any], Exchange]]:
    """Yield everything that an operation tells of things: its items, or each thing read by its id."""
    if check.subject.is_list:
        for page in check.session.snapshot(check.subject).pages:
            yield from ((item, page.exchange) for item in page.items)
        return
    relation = check.session.contract.relation_to(check.subject)
    for exchange in check.session.read(relation).values() if relation else ():
        if (body := body_of(exchange)) is not None:
            yield body, exchange


def _never_told(
    check: Check, relation: Relation, listed: list[Mapping[str, Any]]
) -> tuple[set[str], set[str]]:
    """Return the shared fields that no list item has, and those that no detail has.

    A list may be brief. A detail that leaves out one optional field while it has others has lost it;
    one that has no optional field at all keeps its schema.
    """
    bodies = [body for exchange in check.session.read(relation).values() if (body := body_of(exchange))]
    in_list = {field for item in listed for field in item}
    in_detail = {field for body in bodies for field in body}
    schema = check.subject.answer_schema
    optional = set(schema.get("properties", {})) - set(schema.get("required", ()))
    is_bare = not optional & in_detail
    shared = set(relation.shared)
    return shared - in_list, shared - in_detail if is_bare else set()


def _differences(check: Check, mention: Mapping[str, Any], whole: Mapping[str, Any]) -> list[str]:
    return [
        field
        for field in check.subject.answer_schema.get("properties", {})
        if field in mention and field in whole and not same(mention[field], whole[field])
    ]
