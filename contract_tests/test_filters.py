"""Filters: each sound and complete, alone and combined, comma lists as unions, dates and periods."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

from trigger_contract.contract import (
    Check,
    has_filters,
    has_filters_and_pages,
    has_filters_to_spell,
    has_hidden_filters,
    has_identity_filter,
    has_list_filters,
    has_period,
    has_ranges,
    has_several_filters,
    has_text_filters,
    law,
)
from trigger_contract.contract.filtering import (
    ITEMS_A_WALK,
    Condition,
    chosen_values,
    conditions,
    hidden_values,
    instructive_pairs,
    instructive_singles,
    is_combinable,
    judge_conditions,
    moments,
    period_days,
)
from trigger_contract.contract.ids import UNKNOWN_TEXT
from trigger_contract.contract.listing import judge_walk
from trigger_contract.contract.oracle import filters, parse_moment, period_bounds, stands_alone, text_filters
from trigger_contract.contract.properties import for_all
from trigger_contract.contract.snapshot import key_of, largest, read_page, size_leaf
from trigger_contract.contract.steps import is_by_id
from trigger_contract.contract.values import item_schema, lower_bound

_SPELLING = (
    "You can use `filter[status]=QUEUED,EXECUTING`; RFC 3986, section 2.4: the encoded spelling is the same."
)


@law("filters/each-value", "documented", applies=has_filters)
def test_each_filter_gives_exactly_the_items_that_fit(check: Check) -> None:
    """A filter gives every item that has the value and no other; nothing where no item has it."""
    for item in filters(check.subject):
        if item.kind in ("from", "to"):
            continue
        values = chosen_values(check, item)
        unused = set(check.session.documented_values(check.subject, item.leaf) or ()) - set(values)
        chosen = [[Condition(item, (value,))] for value in (*values, *sorted(unused))]
        check.each(chosen, lambda case: judge_conditions(check, case))
        for value in check.session.contested_values(check.subject, item.leaf):
            judge_conditions(check, [Condition(item, (value,))], general="a contested value", may_refuse=True)


@law("filters/unknown-value", "derived", applies=has_text_filters)
def test_an_unknown_value_gives_nothing(check: Check) -> None:
    """A value of free text that no item has gives an empty list."""
    for item in text_filters(check.subject):
        judge_conditions(check, [Condition(item, (UNKNOWN_TEXT,))], unknown=True)


@law("filters/union", "documented", applies=has_list_filters)
def test_a_list_of_values_gives_the_union(check: Check) -> None:
    """Several values in one filter give the items that have any of them, in one order."""
    for item in filters(check.subject):
        if not item.leaf.is_list or item.leaf.separator is None:
            continue
        values = chosen_values(check, item, most=40)
        generator = check.session.random("union", item.leaf.name)
        groups = [values[:2], values[-2:], values[1:4], values]
        groups += [generator.sample(values, min(3, len(values))) for _ in range(3)]
        lists = [group for group in groups if len(group) > 1]
        lists = [way for group in lists for way in (list(dict.fromkeys(group)), list(reversed(group)))]
        chosen = [[Condition(item, tuple(way))] for way in lists]
        check.each(chosen, lambda case: judge_conditions(check, case))
        if values and "enum" not in item_schema(check.subject.document, item.leaf):
            judge_conditions(check, [Condition(item, (UNKNOWN_TEXT, values[0]))])


@law("filters/bounds", "derived", applies=has_ranges)
def test_dates_bound_the_list_on_both_sides(check: Check) -> None:
    """From and to give the items between them, those at the bounds included."""
    for item in filters(check.subject):
        if item.kind in ("from", "to") and stands_alone(check.subject, item):
            chosen = [[Condition(item, (moment,))] for moment in moments(check, item.field)]
            check.each(chosen, lambda case: judge_conditions(check, case, general="a moment"))


@law("filters/range", "derived", applies=has_ranges)
def test_from_and_to_together_give_the_items_between(check: Check) -> None:
    """Both bounds together give the items that keep both."""
    lower = [item for item in filters(check.subject) if item.kind == "from"]
    upper = [item for item in filters(check.subject) if item.kind == "to"]
    for low, high in zip(lower, upper, strict=False):
        found = moments(check, low.field)
        chosen = []
        for start in found[:4]:
            for end in found[-4:]:
                first, last = parse_moment(start), parse_moment(end)
                if first is not None and last is not None and first <= last:
                    chosen.append([Condition(low, (start,)), Condition(high, (end,))])
        check.each(chosen, lambda case: judge_conditions(check, case, general="two moments"))


@law("filters/combined", "derived", applies=has_several_filters)
def test_filters_together_give_what_fits_all_of_them(check: Check) -> None:
    """Any two filters together give the items that fit both."""
    check.each(instructive_pairs(check), lambda pair: judge_conditions(check, pair, general="values"))


@law("filters/any-combination", "derived", applies=has_several_filters)
def test_any_combination_on_pages_of_any_size(check: Check) -> None:
    """Any combination of filters, on pages of any size, gives exactly the items that fit."""
    if not check.session.snapshot(check.subject).items:
        return
    leaf = size_leaf(check.subject)
    low = max(1, int(lower_bound(leaf.schema) or 1)) if leaf else 1
    high = max(low, largest(leaf) or low) if leaf else 1
    size = st.one_of(st.just(low), st.integers(low, high)) if leaf else st.none()
    draws = st.tuples(conditions(check), size)
    for_all(
        check,
        draws,
        lambda drawn: judge_conditions(check, drawn[0], size=drawn[1], general="values"),
        times=30,
    )


@law("filters/period", "documented", applies=has_period)
def test_a_period_reaches_back_from_now(check: Check) -> None:
    """A period gives the items from that long ago until now."""
    for leaf, field in period_days.leaves(check):
        for days in period_days(check, field):
            inside, outside = period_bounds(days, period_days.margin)

            def select(item: Mapping[str, Any], field: str = field) -> bool | None:
                moment = parse_moment(item.get(field))
                if moment is None:
                    return None
                return True if moment >= inside else False if moment <= outside else None  # noqa: B023  # judged before the loop goes on

            judge_walk(
                check,
                {leaf.name: f"{days}d"},
                select,
                label=f"{leaf.name} of {'a day' if days == 1 else 'days'}",
                at=check.subject.leaf_pointer(leaf),
                most=ITEMS_A_WALK,
            )


@law("filters/period-combined", "derived", applies=has_period)
def test_a_period_and_another_filter_hold_together(check: Check) -> None:
    """A period beside another filter gives what fits both."""
    for leaf, field in period_days.leaves(check):
        days = period_days(check, field)
        for pair in instructive_singles(check):
            for number in dict.fromkeys((days[-1], days[len(days) // 2])):
                inside, outside = period_bounds(number, period_days.margin)

                def select(item: Mapping[str, Any], field: str = field) -> bool | None:
                    moment = parse_moment(item.get(field))
                    fits = pair.selects(item)  # noqa: B023  # judged before the loop goes on
                    if fits is False or (moment is not None and moment <= outside):  # noqa: B023  # as above
                        return False
                    return True if fits and moment is not None and moment >= inside else None  # noqa: B023  # as above

                judge_walk(
                    check,
                    {leaf.name: f"{number}d", pair.filter.leaf.name: pair.sent},
                    select,
                    label=f"{leaf.name} and {pair.filter.leaf.name}",
                    at=check.subject.leaf_pointer(leaf),
                    most=ITEMS_A_WALK,
                )


@law("filters/backward", "derived", applies=has_filters_and_pages)
def test_a_filter_holds_on_pages_backward(check: Check) -> None:
    """A filtered list read backward holds only what fits, right before the cursor."""
    pages = check.subject.pages
    if pages is None or pages.before is None or pages.size is None or not is_by_id(check.subject):
        check.skip("it has no pages backward from an item")
        return
    size = max(1, int(lower_bound(pages.size.schema) or 1))
    for condition in instructive_singles(check):
        snapshot = check.session.snapshot(check.subject)
        fitting = [key for key, item in snapshot.by_id.items() if condition.selects(item)]
        if len(fitting) < 2:
            continue
        values = {
            condition.filter.leaf.name: condition.sent,
            pages.size.name: size,
            pages.before.name: fitting[-1],
        }
        page = read_page(check.session, check.subject, values, "filter a page backward")
        check.saw()
        received = page.ids(snapshot.identity)
        expected = fitting[:-1][-size:]
        if not page.is_good or received in (expected, expected[::-1]):
            continue
        unfit = [item for item in page.items if condition.selects(item) is False]
        if not unfit and list(check.session.refresh(check.subject).by_id) != list(snapshot.by_id):
            continue
        check.fail(
            f"A page backward does not keep {condition.filter.leaf.name}.",
            expected=expected[:6],
            received=received[:6],
            exchange=page.exchange,
            place=condition.filter.leaf.name,
            at=check.subject.leaf_pointer(condition.filter.leaf),
        )


@law("filters/spelling", "documented", applies=has_filters_to_spell, sentence=_SPELLING)
def test_a_filter_may_be_spelled_as_on_the_page_or_encoded(check: Check) -> None:
    """Brackets and commas mean the same plain, as the page prints them, and percent-encoded."""
    for condition in instructive_singles(check):
        leaf = condition.filter.leaf
        values = [
            value for value in chosen_values(check, condition.filter) if value.isascii() and value.isalnum()
        ]
        text = (leaf.separator or ",").join(values[:2] if leaf.is_list else values[:1])
        if not text or not ("[" in leaf.name or "," in text) or condition.filter.kind in ("from", "to"):
            continue
        plain = f"{leaf.name}={text}"
        encoded = "&".join(
            f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in [(leaf.name, text)]
        )
        answers = [
            check.session.ask(check.subject, raw_query=query, purpose="spell a filter in another way")
            for query in (plain, encoded, plain)
        ]
        check.saw()
        name = check.session.identity(check.subject)
        found = [check.subject.items_in(answer.json) for answer in answers]
        seen = [None if items is None else [key_of(item, name) for item in items] for items in found]
        if seen[0] == seen[2] != seen[1]:
            check.fail(
                f"{leaf.name} means another thing percent-encoded than plain.",
                expected=seen[1],
                received=seen[0],
                exchange=answers[0],
                place=leaf.name,
                at=check.subject.leaf_pointer(leaf),
            )


@law("filters/unknown-item", "derived", applies=has_identity_filter)
def test_an_item_that_does_not_exist_is_not_given(check: Check) -> None:
    """Asked for one item by an id that belongs to nothing, the list gives none."""
    for item in filters(check.subject):
        if is_combinable(item):
            continue
        for identity in ("run_nosuchthing00000000000000", UNKNOWN_TEXT):
            page = read_page(
                check.session, check.subject, {item.leaf.name: identity}, "ask for an unknown item"
            )
            check.saw()
            if page.items:
                check.fail(
                    f"{item.leaf.name} of an id that belongs to nothing gives items.",
                    expected="none, or a refusal",
                    received=f"{len(page.items)} items",
                    exchange=page.exchange,
                    place=item.leaf.name,
                    at=check.subject.leaf_pointer(item.leaf),
                )


@law("filters/detail-field", "derived", applies=has_hidden_filters)
def test_a_filter_on_a_field_that_only_the_detail_shows(check: Check) -> None:
    """A filter on what only the item itself shows gives the items that show it there."""
    for leaf, value, fitting, unfit in hidden_values(check):
        known = value != UNKNOWN_TEXT

        def select(item: Mapping[str, Any]) -> bool | None:
            identity = key_of(item, check.session.identity(check.subject))
            if not known:  # noqa: B023  # judged before the loop goes on
                return False
            return True if identity in fitting else False if identity in unfit else None  # noqa: B023  # as above

        size = size_leaf(check.subject)
        values = {leaf.name: value}
        if not known:
            probe = check.session.ask(
                check.subject, values=values, purpose=f"filter by an unknown {leaf.path[-1]}"
            )
            check.saw()
            # Whether an id that belongs to nothing is an empty list or an error is left open.
            if 400 <= probe.status < 500 or size is None:
                continue
        judge_walk(
            check,
            values,
            select,
            label=f"{leaf.name} {'of an item' if known else 'unknown'}",
            at=check.subject.leaf_pointer(leaf),
            most=ITEMS_A_WALK,
        )


@law("filters/no-hidden-period", "derived", applies=has_ranges)
def test_no_date_filter_means_every_date(check: Check) -> None:
    """Without a date filter the list reaches back as far as with the widest one."""
    lower = [item for item in filters(check.subject) if item.kind == "from"]
    for item in lower:
        judge_conditions(check, [Condition(item, ("2000-01-01T00:00:00Z",))], general="the distant past")
