"""Conditions on a list: which are worth trying, and what they must give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cached_property, partial
from itertools import combinations
from typing import Any

from hypothesis import strategies as st

from trigger_contract.contract.ids import UNKNOWN_TEXT
from trigger_contract.contract.law import Check
from trigger_contract.contract.listing import judge_walk
from trigger_contract.contract.oracle import (
    Filter,
    Verdict,
    born,
    filters,
    fraction_digits,
    parse_moment,
    spelled,
    stands_alone,
    values_of,
)
from trigger_contract.contract.sampling import sample
from trigger_contract.contract.subjects import Subject
from trigger_contract.contract.values import item_schema
from trigger_contract.document.promises import promise
from trigger_contract.document.wire import QueryLeaf
from trigger_contract.document.words import flat

_VALUES = 14
ITEMS_A_WALK = 500
_PAIRS = 80
_BOUNDS = ("from", "to")
_FILTERS = frozenset(("filter", "filters", "where"))


@dataclass(frozen=True)
class Condition:
    """A filter and its values.

    Attributes:
        filter: The filter.
        values: The values, one of which must fit.
    """

    filter: Filter
    values: tuple[str, ...]

    @cached_property
    def selects(self) -> Callable[[Mapping[str, Any]], Verdict]:
        """Tells whether an item fits."""
        return self.filter.selector(self.values)

    @property
    def sent(self) -> Any:
        """The value as it is handed to the wire form."""
        return list(self.values) if self.filter.leaf.is_list else self.values[0]


def fits_all(chosen: Sequence[Condition], item: Mapping[str, Any]) -> Verdict:
    """Tell whether an item fits every condition; None where that cannot be told."""
    answer: Verdict = True
    for condition in chosen:
        verdict = condition.selects(item)
        if verdict is False:
            return False
        if verdict is None:
            answer = None
    return answer


def judge_conditions(
    check: Check,
    chosen: Sequence[Condition],
    *,
    size: int | None = None,
    general: str | None = None,
    unknown: bool = False,
    may_refuse: bool = False,
) -> None:
    """Walk the list under conditions and hold it against the snapshot.

    Args:
        check: The law's check.
        chosen: The conditions.
        size: Items a page.
        general: Says in findings what the values are, where the values themselves would make each
            finding another one.
        unknown: Whether the value belongs to nothing, so that nothing at all may come.
        may_refuse: Whether a refusal keeps the promise too.
    """
    if not chosen:
        return
    names = " and ".join(condition.filter.leaf.name for condition in chosen)
    count = "several values" if any(len(condition.values) > 1 for condition in chosen) else "a value"
    shown = general or ("an unknown value" if unknown else count)

    def select(item: Mapping[str, Any]) -> Verdict:
        return False if unknown else fits_all(chosen, item)

    judge_walk(
        check,
        {condition.filter.leaf.name: condition.sent for condition in chosen},
        select,
        label=f"{names} of {shown}",
        at=check.subject.leaf_pointer(chosen[0].filter.leaf),
        size=size,
        most=ITEMS_A_WALK if size is None else min(ITEMS_A_WALK, size * 15),
        may_refuse=may_refuse
        or any(promise(check.subject.document, item.filter.leaf.described, "conditional") for item in chosen),
    )


def chosen_values(check: Check, item: Filter, most: int = _VALUES) -> list[str]:
    """Return values of a filter seen on the server: the rarest, the most common and some between.

    Of a filter by the identity, those of the most different items.
    """
    session, subject = check.session, check.subject
    key = ("values", subject.name, item.leaf.name, str(most))
    return session.once(key, lambda: _chosen_values(check, item, most))


def _chosen_values(check: Check, item: Filter, most: int) -> list[str]:
    snapshot = check.session.snapshot(check.subject)
    if not is_combinable(item):
        return sample(snapshot.by_id, most, check.session.random("values", item.leaf.name))
    counts = values_of(item, snapshot.items)
    documented = check.session.documented_values(check.subject, item.leaf)
    if documented is not None:
        # What a page does not let one ask for may be refused, even where another page names it.
        counts = Counter({value: count for value, count in counts.items() if value in documented})
    ordered = [value for value, _ in sorted(counts.items(), key=lambda pair: (pair[1], pair[0]))]
    if "enum" in item_schema(check.subject.document, item.leaf) or len(ordered) <= most:
        return ordered
    third = most // 3
    middle = check.session.random("values", item.leaf.name).sample(ordered[third:-third], most - 2 * third)
    return ordered[:third] + middle + ordered[-third:]


def instructive_pairs(check: Check) -> list[list[Condition]]:
    """Return pairs of conditions where both together give less than each alone, and still something.

    Every pair of filters gets one, as far as the data has one, and some get a second.
    """
    items = check.session.snapshot(check.subject).items
    generator = check.session.random("pairs", check.subject.name)
    pairs: list[list[Condition]] = []
    spare: list[list[Condition]] = []
    singles = _single_conditions(check)
    fitting = {id(one): _fitting(one, items) for made in singles for one in made}
    for one, other in combinations(singles, 2):
        found = []
        tries = [[first, second] for first in one for second in other]
        generator.shuffle(tries)
        for pair in tries[:60]:
            first_fits, second_fits = (fitting[id(condition)] for condition in pair)
            both = (first_fits & second_fits).bit_count()
            alone = min(first_fits.bit_count(), second_fits.bit_count())
            if 0 < both < alone:
                found.append(pair)
            elif both == 0 < alone:
                spare.append(pair)
            if len(found) == 2:
                break
        pairs += found
    return (pairs + spare[:10])[:_PAIRS]


def _fitting(condition: Condition, items: Sequence[Mapping[str, Any]]) -> int:
    """Return the places of the items that surely fit, as the bits of a number."""
    return int("".join("1" if condition.selects(item) is True else "0" for item in items) or "0", 2)


def is_combinable(item: Filter) -> bool:
    """Whether it is clear what a filter gives beside others; an item asked for by its id is not."""
    return not (item.kind == "equals" and item.field == "id")


def instructive_singles(check: Check) -> list[Condition]:
    """Return, for each filter, the condition that splits the items most evenly."""
    items = check.session.snapshot(check.subject).items
    found = []
    for made in _single_conditions(check):
        if made[0].filter.kind in ("from", "to"):
            continue
        half = len(items) / 2
        found.append(min(made, key=lambda one: abs(_fitting(one, items).bit_count() - half)))
    return found


def _single_conditions(check: Check) -> list[list[Condition]]:
    """Return, for each filter, conditions with one value and one with two; made once a run."""
    return check.session.once(("conditions", check.subject.name), lambda: _made_conditions(check))


def _made_conditions(check: Check) -> list[list[Condition]]:
    found = []
    for item in filters(check.subject):
        if not is_combinable(item) or (item.kind in _BOUNDS and not stands_alone(check.subject, item)):
            continue
        if item.kind in _BOUNDS:
            made = [Condition(item, (moment,)) for moment in moments(check, item.field)[1:6]]
        else:
            values = chosen_values(check, item, most=9)
            made = [Condition(item, (value,)) for value in values]
            if item.leaf.is_list and len(values) > 2:
                made.append(Condition(item, (values[0], values[-1])))
        if made:
            found.append(made)
    return found


def conditions(check: Check) -> st.SearchStrategy[list[Condition]]:
    """Draw one to four conditions on different filters, with values seen on the server."""
    choices = []
    for made in _single_conditions(check):
        item = made[0].filter
        values = sorted({value for condition in made for value in condition.values})
        if item.leaf.is_list and item.kind != "tagged" and len(values) > 1:
            several = st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)
            choices.append(several.map(partial(_condition, item)))
        else:
            choices.append(st.sampled_from(made))
    if not choices:
        return st.just([])
    positions = st.lists(
        st.sampled_from(range(len(choices))), min_size=1, max_size=min(4, len(choices)), unique=True
    )
    return positions.flatmap(lambda drawn: st.tuples(*(choices[index] for index in sorted(drawn)))).map(list)


def _condition(item: Filter, values: Sequence[str]) -> Condition:
    return Condition(item, tuple(values))


def moments(check: Check, field: str) -> list[str]:
    """Return moments around those of the items, written in every RFC 3339 way: Z, offsets, fractions.

    The first is before every item, the last behind; between are those right before and behind items and
    between items. Right before is as near as the items tell their moments: what they leave out of them, the
    server may still compare.
    """
    told = [item.get(field) for item in check.session.snapshot(check.subject).items]
    known = sorted({moment for value in told if (moment := parse_moment(value))})
    if not known:
        return []
    digits = min(3, *(fraction_digits(value) for value in told if parse_moment(value)))
    step = timedelta(milliseconds=10 ** (3 - digits))
    count = len(known)
    picks = sorted({0, count // 4, count // 2, 3 * count // 4, count - 1})
    found = [known[0] - timedelta(days=1)]
    for index in picks:
        found += [known[index] - step, known[index] + step]
        if index + 1 < count:
            found.append(known[index] + (known[index + 1] - known[index]) / 2)
    found.append(known[-1] + timedelta(seconds=1))
    written = [_written(moment, number) for number, moment in enumerate(found)]
    return list(dict.fromkeys(written))


def _written(moment: datetime, number: int) -> str:
    """Write a moment exactly; every third time with an offset instead of Z."""
    zone = timezone(timedelta(hours=2)) if number % 3 == 2 else UTC
    precision = "milliseconds" if moment.microsecond % 1000 == 0 else "microseconds"
    return moment.astimezone(zone).isoformat(timespec=precision).replace("+00:00", "Z")


class _PeriodDays:
    """Which periods are worth trying."""

    # The suite's clock and the server's need not agree, and an answer takes its time.
    margin = timedelta(minutes=2)

    def leaves(self, check: Check) -> Iterator[tuple[QueryLeaf, str]]:
        """Yield each query name that takes a period with the field it is about."""
        for leaf in check.subject.leaves:
            if field := period_of(check.subject, leaf):
                yield leaf, field

    def __call__(self, check: Check, field: str) -> list[int]:
        """Return numbers of days that split the items differently, and the example's one day."""
        now = datetime.now(UTC)
        items = check.session.snapshot(check.subject).items
        ages = sorted((now - moment).days for item in items if (moment := parse_moment(item.get(field))))
        chosen = {1}
        for index in (len(ages) // 4, len(ages) // 2, 3 * len(ages) // 4, len(ages) - 1):
            if 0 <= index < len(ages) and 0 <= ages[index] < 3000:
                chosen.update({max(1, ages[index]), ages[index] + 1})
        return sorted(chosen)[:8]


period_days = _PeriodDays()


def period_of(subject: Subject, leaf: QueryLeaf) -> str | None:
    """Return the field of the items that a query name bounds by a period such as ``1d``, if it takes one."""
    fields = subject.item_schema.get("properties", {})
    names = leaf.names
    field = names[-2] if len(names) > 1 else born(leaf, fields)
    return field if names[-1] == "period" and field in fields else None


def hidden_leaves(subject: Subject) -> list[QueryLeaf]:
    """Return the query names that filter by one text that the items themselves do not show."""
    shown = {item.leaf.name for item in filters(subject)}
    pages = subject.pages
    cursors = {leaf.name for leaf in (pages.after, pages.before, pages.size) if leaf} if pages else set()
    return [
        leaf
        for leaf in subject.leaves
        if leaf.name not in shown | cursors
        and leaf.schema.get("type") == "string"
        and not leaf.schema.get("format")
        and leaf.last_name != "period"
        and (promise(subject.document, leaf.described, "filters") or _is_within_filter(leaf))
    ]


def _is_within_filter(leaf: QueryLeaf) -> bool:
    """Whether a text that is not one of some values stands within a parameter that is called a filter."""
    return len(leaf.names) > 1 and flat(leaf.names[0]) in _FILTERS and "enum" not in leaf.schema


def hidden_values(check: Check) -> Iterator[tuple[QueryLeaf, str, set[str], set[str]]]:
    """Yield values of filters that only the detail shows, with the items that surely fit and surely do not.

    The detail shows the value in a field of the filter's name, by itself or as the ``id`` of an object,
    or in a field of that name with ``Id`` behind it.
    """
    relation = check.session.contract.detail_of(check.subject)
    for leaf in hidden_leaves(check.subject):
        if "enum" not in leaf.schema:
            yield leaf, UNKNOWN_TEXT, set(), set()
        if relation is None:
            continue
        shown: dict[str, str] = {}
        silent: set[str] = set()
        for identity, exchange in check.session.read(relation).items():
            body = exchange.json if exchange.status == 200 and isinstance(exchange.json, Mapping) else None
            if body is None:
                continue
            value = _shown(body, leaf.last_name)
            if value:
                shown[identity] = value
            else:
                silent.add(identity)
        for value in sorted(set(shown.values()))[:6]:
            fitting = {identity for identity, found in shown.items() if found == value}
            yield leaf, value, fitting, set(shown) - fitting


def _shown(body: Mapping[str, Any], name: str) -> str | None:
    for field in (name, name + "Id"):
        value = body.get(field)
        if isinstance(value, Mapping):
            value = value.get("id")
        if isinstance(value, (str, int)):
            return spelled(value)
    return None
