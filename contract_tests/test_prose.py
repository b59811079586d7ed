"""Promises the pages make in words: prefixes, limits, what is omitted, what goes together."""

from collections.abc import Iterator, Mapping
from typing import Any

from trigger_contract.contract import Check, Exchange, law
from trigger_contract.contract.comparing import body_of
from trigger_contract.contract.forms import (
    has_dates,
    has_dev_costs,
    has_excluded_fields,
    has_ignored_parameters,
    has_lists_to_omit,
    has_order,
    has_promises_in_words,
    has_required_lists,
)
from trigger_contract.contract.lifecycle import OPEN
from trigger_contract.contract.oracle import parse_moment
from trigger_contract.contract.prose import rules, values_at
from trigger_contract.contract.snapshot import key_of, read_page
from trigger_contract.contract.values import invalid_values
from trigger_contract.contract.wording import (
    dev_fields,
    excluded_fields,
    ignored_parameters,
    omitted_lists,
    promised_order,
    required_lists,
)


def _bodies(check: Check) -> Iterator[tuple[Mapping[str, Any], Exchange]]:
    """Yield every 200 answer of an operation: each page of a list, or each item read by its id."""
    if check.subject.is_list:
        for page in check.session.snapshot(check.subject).pages:
            if (body := body_of(page.exchange)) is not None:
                yield body, page.exchange
        return
    relation = check.session.contract.relation_to(check.subject)
    if relation is not None:
        for exchange in check.session.read(relation).values():
            if (body := body_of(exchange)) is not None:
                yield body, exchange


@law("prose/fields", "documented", applies=has_promises_in_words)
def test_fields_keep_what_their_descriptions_say(check: Check) -> None:
    """Every field keeps what its description says of it."""
    promises = rules(check.subject.document, check.subject.response_pointer)
    for body, exchange in _bodies(check):
        for rule in promises:
            for value, holder in values_at(body, rule.path):
                check.saw()
                expected = rule.test(value, holder)
                if expected is not None:
                    check.fail(
                        f"/{'/'.join(rule.path)} does not keep its description.",
                        expected=expected,
                        received=value,
                        exchange=exchange,
                        place=f"/{'/'.join(rule.path)} {rule.name}",
                        at=rule.pointer,
                        tier=rule.tier,
                    )


@law("prose/excluded", "documented", applies=has_excluded_fields)
def test_fields_that_are_said_to_be_left_out_are(check: Check) -> None:
    """Items of the list do not have the fields that are said to be left out."""
    names = excluded_fields(check.subject)
    for item in check.session.snapshot(check.subject).items:
        check.saw()
        for name in names:
            if name in item:
                check.fail(
                    f"An item of the list has {name!r}.",
                    expected=f"no {name!r}",
                    received=item[name],
                    exchange=check.session.snapshot(check.subject).exchange,
                    place=f"/{name}",
                    at=check.subject.field_pointer(*(check.subject.items or ())),
                )


@law("prose/ignored", "documented", applies=has_ignored_parameters)
def test_a_parameter_that_is_ignored_changes_nothing(check: Check) -> None:
    """A parameter that is ignored beside another changes nothing there."""
    for leaf, other in ignored_parameters(check.subject):
        items = check.session.snapshot(check.subject).items[:3]
        for item in items:
            identity = key_of(item, check.session.identity(check.subject))
            required = check.session.required_values(check.subject)
            alone = read_page(
                check.session, check.subject, {**required, other.name: identity}, "ask for one item"
            )
            # What is ignored is not refused either.
            invalid = [value for value, _ in invalid_values(check.subject.document, leaf)][:2]
            for value in (leaf.schema.get("minimum", 1), leaf.schema.get("maximum", 10), *invalid):
                both = read_page(
                    check.session,
                    check.subject,
                    {**required, other.name: identity, leaf.name: value},
                    f"ask for one item with {leaf.name}",
                )
                check.saw()
                name = check.session.identity(check.subject)
                if (alone.is_good and not both.is_good) or alone.ids(name) != both.ids(name):
                    check.fail(
                        f"{leaf.name} changes the answer beside {other.name}.",
                        expected=alone.ids(name),
                        received=both.ids(name) if both.is_good else f"status {both.exchange.status}",
                        exchange=both.exchange,
                        place=leaf.name,
                        at=check.subject.leaf_pointer(leaf),
                    )


@law("prose/times", "derived", applies=has_dates)
def test_times_come_in_an_order_that_can_be(check: Check) -> None:
    """What is finished was started before, and what is not finished has no time of finishing."""
    for item in check.session.snapshot(check.subject).items:
        created, updated, started, finished = (
            parse_moment(item.get(name)) for name in ("createdAt", "updatedAt", "startedAt", "finishedAt")
        )
        check.saw()
        if started and finished and started > finished:
            _fail_times(check, item, "startedAt after finishedAt", "a start before the finish")
        if finished and str(item.get("status")).upper() in OPEN:
            _fail_times(check, item, f"finishedAt of {item.get('status')}", "no time of finishing")
        if created and updated and created > updated:
            _fail_times(
                check, item, "createdAt after updatedAt", "an update after the creation", advisory=True
            )
        if created and started and created > started:
            _fail_times(check, item, "createdAt after startedAt", "a start after the creation", advisory=True)


@law("prose/newest-first", "advisory", applies=has_order)
def test_a_list_comes_in_the_order_that_is_promised(check: Check) -> None:
    """A list comes in the order of the time or the number by which it is promised to be sorted."""
    order = promised_order(check.subject)
    if order is None:
        return
    field = order.get("by", "createdAt")
    moments = [parse_moment(item.get(field)) for item in check.session.snapshot(check.subject).items]
    known = [moment for moment in moments if moment is not None]
    if len(known) < 2:
        return
    check.saw()
    if known != sorted(known, reverse=order["direction"] == "descending"):
        check.fail(
            f"The list does not come in the order of {field}.",
            expected=f"{field}, {order['direction']}",
            received=[moment.isoformat() for moment in known[:5]],
            exchange=check.session.snapshot(check.subject).exchange,
            tier=order.tier,
            sentence=order.says or order.reason,
        )


@law("prose/dev-cost", "advisory", applies=has_dev_costs)
def test_what_does_not_apply_to_dev_is_not_charged_there(check: Check) -> None:
    """A cost that does not apply to an environment is absent or 0 there."""
    fields = dev_fields(check.subject)
    for item in check.session.snapshot(check.subject).items:
        environment = item.get("env")
        if not isinstance(environment, Mapping):
            continue
        for name, free in fields.items():
            if str(environment.get("name")).lower() != free.lower():
                continue
            check.saw()
            if item.get(name):
                check.fail(
                    f"An item of {free} has a {name}.",
                    expected="none or 0",
                    received=item[name],
                    exchange=check.session.snapshot(check.subject).exchange,
                    place=f"/{name}",
                    at=(*check.subject.item_pointer, "properties", name),
                )


@law("prose/empty-lists", "advisory", applies=has_required_lists)
def test_a_required_list_holds_something_now_and_then(check: Check) -> None:
    """A list that every item must have is not empty on every item."""
    bodies = list(_bodies(check))
    for name in required_lists(check.subject):
        if len(bodies) < 10:
            continue
        check.saw()
        if all(body.get(name) == [] for body, _ in bodies):
            check.fail(
                f"{name!r} is empty on every item.",
                expected="something on some of them",
                received=f"[] on all {len(bodies)}",
                exchange=bodies[0][1],
                place=f"/{name}",
                at=(*check.subject.response_pointer, "properties", name),
            )


@law("prose/omitted-lists", "documented", applies=has_lists_to_omit)
def test_an_empty_list_is_left_out_where_the_page_says_so(check: Check) -> None:
    """A list that is said to be omitted where it is empty is not sent empty."""
    for body, exchange in _bodies(check):
        for group, name in omitted_lists(check.subject):
            holder = body.get(group)
            if not isinstance(holder, Mapping):
                continue
            check.saw()
            if name in holder and holder[name] in ([], {}):
                check.fail(
                    f"{name!r} is sent although there is nothing in it.",
                    expected=f"no {name!r}",
                    received=holder[name],
                    exchange=exchange,
                    place=f"/{group}/{name}",
                    at=(*check.subject.response_pointer, "properties", group, "properties", name),
                )


def _fail_times(
    check: Check, item: Mapping[str, Any], place: str, expected: str, *, advisory: bool = False
) -> None:
    name = place.split()[0]
    check.fail(
        f"{item.get(check.session.identity(check.subject))} has times that cannot be.",
        expected=expected,
        received={
            key: item.get(key) for key in ("status", "createdAt", "startedAt", "finishedAt", "updatedAt")
        },
        exchange=check.session.snapshot(check.subject).exchange,
        place=place,
        at=(*check.subject.item_pointer, "properties", name),
        tier="advisory" if advisory else None,
    )
