"""Comparing what several answers say of the same thing, and ruling out that it changed in between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trigger_contract.contract.credentials import Credential
from trigger_contract.contract.exchange import Exchange
from trigger_contract.contract.law import Check
from trigger_contract.contract.oracle import fraction_digits, parse_moment
from trigger_contract.contract.snapshot import stable
from trigger_contract.contract.subjects import Relation
from trigger_contract.document.composition import Composition, View, composition
from trigger_contract.document.promises import promises

_RECHECKED = 12


@dataclass(frozen=True)
class Disagreement:
    """A field of which two answers say different things.

    Attributes:
        identity: The item.
        field: The field.
        one: What the first answer says; None where it says nothing.
        other: What the second says.
    """

    identity: str
    field: str
    one: Any
    other: Any


def body_of(exchange: Exchange | None) -> Mapping[str, Any] | None:
    """Return the object that an answer as wished for holds, or None."""
    if exchange is None or not 200 <= exchange.status < 300 or not isinstance(exchange.json, Mapping):
        return None
    return exchange.json


def same(one: Any, other: Any) -> bool:
    """Whether two values mean the same: moments in any spelling, numbers in any notation."""
    first, second = parse_moment(one), parse_moment(other)
    if first is not None and second is not None:
        return _is_same_instant(first, second, min(fraction_digits(one), fraction_digits(other)))
    if isinstance(one, bool) is not isinstance(other, bool):
        return False
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def _is_same_instant(one: datetime, other: datetime, digits: int) -> bool:
    """Whether two moments are the same as far as the coarser of the two is written."""
    difference = abs((one - other).total_seconds())
    return difference == 0 or (one.microsecond != other.microsecond and difference < 10.0**-digits)


def disagreements(
    identity: str,
    one: Mapping[str, Any],
    other: Mapping[str, Any],
    relation: Relation,
    never: tuple[set[str], set[str]],
) -> Iterator[Disagreement]:
    """Yield the fields that list and detail disagree on.

    Args:
        identity: The item.
        one: What the list says of it.
        other: What the detail says.
        relation: The list and the detail.
        never: Fields that accounts of each sort do not have at all; those are left out, not lost.
    """
    views = composition(relation.source.document)
    schemas = relation.source.item_schema, relation.target.answer_schema
    one, other = (in_common(views, account, *schemas) for account in (one, other))
    for field in relation.shared:
        if (field not in one and field in never[0]) or (field not in other and field in never[1]):
            continue
        if field not in one and field not in other:
            continue
        if field in one and field in other and same(one[field], other[field]):
            continue
        if relation.can_agree(field, one.get(field), other.get(field)):
            yield Disagreement(identity, field, one.get(field), other.get(field))


def in_common(views: Composition, value: Any, one: View, other: View) -> Any:
    """Return of a value what two schemas both declare; of what only one of them has, the other is silent."""
    if one is other:
        return value
    if isinstance(value, list):
        return [in_common(views, item, views.items(one), views.items(other)) for item in value]
    first, second = _declared(views, one), _declared(views, other)
    if not isinstance(value, Mapping) or first is None or second is None:
        return value
    return {
        name: in_common(views, inner, first[name], second[name])
        for name, inner in value.items()
        if name in first and name in second
    }


def _declared(views: Composition, schema: View) -> dict[str, View] | None:
    """Return the properties that each alternative of a schema has; None where none is described."""
    found = [views.properties(part) for part in views.alternatives(schema)]
    if not any(found):
        return None
    return {name: view for name, view in found[0].items() if all(name in other for other in found)}


def recheck(
    check: Check,
    relation: Relation,
    identities: Iterable[str],
    credential: Credential | None = None,
) -> dict[str, tuple[Mapping[str, Any], Exchange]]:
    """Ask again for items in doubt, between two readings of the list.

    Args:
        check: The law's check.
        relation: Where the items are listed and what is asked for them.
        identities: The items; the first few are asked for.
        credential: The key to ask with.

    Returns:
        For each item that did not change, its entry in the list and the new answer.
    """
    chosen = list(dict.fromkeys(identities))[:_RECHECKED]
    if not chosen:
        return {}
    before = check.session.refresh(relation.source)
    answers = {
        identity: check.session.fetch(relation, identity, credential)
        for identity in chosen
        if identity in before.by_id
    }
    after = check.session.refresh(relation.source)
    sure = stable(before, after)
    return {identity: (sure[identity], answers[identity]) for identity in answers if identity in sure}


def spread(found: Sequence[Disagreement], each: int = 2) -> list[str]:
    """Choose items so that every field in doubt is among them."""
    chosen: list[str] = []
    for field in dict.fromkeys(item.field for item in found):
        chosen += [item.identity for item in found if item.field == field][:each]
    return list(dict.fromkeys(chosen))


def is_volatile(document: Mapping[str, Any], schema: Mapping[str, Any], field: str) -> bool:
    """Whether a field may differ from answer to answer: a signed address, or a running count."""
    node = schema.get("properties", {}).get(field, {})
    return any(made.kind in ("volatile", "url") for made in promises(document, node))
